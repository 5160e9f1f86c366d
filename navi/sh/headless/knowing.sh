# shellcheck shell=sh disable=SC2034,SC2154
# needs: headless/write lib/disk
# changes: navi_known
# Defines the function that makes a conversation known to hooks and to the relay; conversations.sh describes the files.

# navi_know ID SESSION RUN: note the conversation ID of that session, and its run without a terminal unless RUN is "".
navi_know() {
    navi_known=$navi_runs/.conversations/$1
    {
        mkdir -p "$navi_known/feedback" && : >>"$navi_runs/.terminals" && navi_write "$navi_known/session" "$2" &&
            { [ -z "$3" ] || navi_write "$navi_known/run" "$3"; }
    } 2>/dev/null || navi_fail_to_write "${navi_runs%/*}" 'nothing was started'
}
