# shellcheck shell=sh disable=SC2154,SC2034
# needs: look/look registry/absent
# changes: navi_hung navi_offset navi_out
# once.sh DIR CLEANUP FORMAT: one look, for hosts whose watch can't be had and for the command line.

# navi_recall_hung: the servers that hung at the looks of the last half minute are not asked: they would hold up all
# others, and those behind the fourth would never be asked. Of those whose time has come one is tried again at each
# look.
navi_recall_hung() {
    navi_recalled=
    navi_again=
    if [ ! -w "$navi_state" ]; then
        navi_offset=$navi_self
        return
    fi
    [ -f "$navi_state/hung" ] && [ -O "$navi_state/hung" ] || return
    while read -r navi_time navi_hung_line; do
        case $navi_time in '' | *[!0-9]* | ????????????*) continue ;; esac
        [ "$navi_time" -le $((navi_now + 30)) ] || continue
        if [ "$navi_time" -le "$navi_now" ] && [ -z "$navi_again" ]; then
            navi_again=$navi_hung_line
            continue
        fi
        navi_recalled=$navi_recalled$navi_time\ $navi_hung_line$navi_newline
        navi_hung=$navi_hung$navi_hung_line$navi_newline
    done <"$navi_state/hung"
}

# navi_note_hung: note those that hang for looks to come.
navi_note_hung() {
    [ -n "$navi_hangs$navi_again" ] || return
    [ -d "$navi_state" ] || mkdir -m 700 "$navi_state"
    [ -w "$navi_state" ] || return
    set -f
    IFS=$navi_newline
    for navi_hung_line in $navi_hangs; do
        navi_recalled="$navi_recalled$((navi_now + 30)) $navi_hung_line$navi_newline"
    done
    unset IFS
    set +f
    if [ -z "$navi_recalled" ]; then
        rm -f "$navi_state/hung"
        return
    fi
    (umask 077 && printf '%s' "$navi_recalled" >"$navi_state/hung.$navi_self") &&
        mv -f "$navi_state/hung.$navi_self" "$navi_state/hung"
} 2>/dev/null

navi_begin "$1" "$2" "$3"
navi_tell_clock
navi_recall_hung
navi_files
navi_list
navi_note_hung
navi_clean
if [ -n "$navi_suspects" ]; then
    sleep 2
    navi_files
    navi_list
    navi_clean
    navi_files
fi
navi_out=$navi_out$navi_panes
navi_record files
navi_tell_files
navi_read_marks
navi_tell_marks
printf '%s' "$navi_out"
