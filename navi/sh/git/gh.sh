# shellcheck shell=sh disable=SC2154,SC2086
# needs: lib/tmux lib/fail
# Defines functions that run the user's own gh on this machine. It prompts for nothing, prints no colours, and ends in
# time.

# Seconds that one request may take.
navi_gh_patience=20

command -v gh >/dev/null 2>&1 || navi_fail $navi_unavailable 'gh is not installed on this machine; install it to see pull requests'
GH_PROMPT_DISABLED=1
GH_NO_UPDATE_NOTIFIER=1
NO_COLOR=1
export GH_PROMPT_DISABLED GH_NO_UPDATE_NOTIFIER NO_COLOR
unset GH_FORCE_TTY CLICOLOR_FORCE

# navi_gh WORDS...: print the answer of gh. If there is none, the operation ends with gh's own words.
navi_gh() {
    { navi_reply=$(navi_limited "$navi_gh_patience" gh "$@" 2>&1 >&3 </dev/null); } 3>&1
    navi_gh_code=$?
    case $navi_gh_code in
    0) ;;
    124 | 137 | 265) navi_fail $navi_late "gh did not answer within $navi_gh_patience seconds; check the network and try again" ;;
    4) navi_fail $navi_refused "$navi_reply" ;;
    *) navi_fail 1 "${navi_reply:-gh ended with status $navi_gh_code and no message}" ;;
    esac
}
