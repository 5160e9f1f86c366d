# shellcheck shell=sh disable=SC2154,SC2034
# needs: look/look look/sessions look/files look/clean_up look/evidence look/notes look/background registry/absent
# changes: navi_hung navi_known navi_offset navi_out
# once.sh DIR CLEANUP FORMAT AGENTS: looks at this machine once and prints what it finds, for hosts that cannot be
# watched and for the command line.

# navi_recall_hung: the servers that hung at the looks of the last half minute are not asked: they would hold up all
# others, and those behind the fourth would never be asked. Of those whose time has come one is tried again at each
# look.
navi_recall_hung() {
    navi_recalled=
    navi_tried_again=
    if [ ! -w "$navi_here" ]; then
        navi_offset=$navi_self
        return
    fi
    [ -f "$navi_here/hung" ] && [ -O "$navi_here/hung" ] || return
    while read -r navi_time navi_hung_line; do
        case $navi_time in '' | *[!0-9]* | ????????????*) continue ;; esac
        [ "$navi_time" -le $((navi_now + 30)) ] || continue
        if [ "$navi_time" -le "$navi_now" ] && [ -z "$navi_tried_again" ]; then
            navi_tried_again=$navi_hung_line
            continue
        fi
        navi_recalled=$navi_recalled$navi_time\ $navi_hung_line$navi_newline
        navi_hung=$navi_hung$navi_hung_line$navi_newline
    done <"$navi_here/hung"
}

# navi_note_hung: note those that hang for looks to come.
navi_note_hung() {
    [ -n "$navi_hangs$navi_tried_again" ] || return
    [ ! -d "$navi_dir" ] || navi_make_here
    [ -w "$navi_here" ] || return
    set -f
    IFS=$navi_newline
    for navi_hung_line in $navi_hangs; do
        navi_recalled="$navi_recalled$((navi_now + 30)) $navi_hung_line$navi_newline"
    done
    unset IFS
    set +f
    if [ -z "$navi_recalled" ]; then
        rm -f "$navi_here/hung"
        return
    fi
    (umask 077 && printf '%s' "$navi_recalled" >"$navi_here/hung.$navi_self") &&
        mv -f "$navi_here/hung.$navi_self" "$navi_here/hung"
} 2>/dev/null

# navi_read_all: the records of all files as they are, in navi_file_records, and not in navi_out.
navi_read_all() {
    navi_head=$navi_out
    navi_known=
    navi_files
    navi_record files
    navi_record_files
    navi_file_records=${navi_out#"$navi_head"}
    navi_out=$navi_head
}

navi_begin "$1" "$2" "$3"
navi_describe_agents "$4"
navi_record_clock
navi_recall_hung
navi_read_all
navi_list
navi_note_hung
navi_see_agents
navi_note_sessions
navi_find_background
navi_clean
if [ "$navi_suspects$navi_touched" != no ]; then
    sleep "$navi_doubt_lasts"
    navi_read_all
    navi_list
    navi_clean
    [ "$navi_touched" = no ] || navi_read_all
fi
navi_out=$navi_out$navi_panes$navi_evidence$navi_lost_sessions$navi_background$navi_activity$navi_file_records
navi_read_marks
navi_record_marks
printf '%s' "$navi_out"
