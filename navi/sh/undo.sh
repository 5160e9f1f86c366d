# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# undo.sh STARTER DIR KEEP: bring back what kill.sh has kept as KEEP.

# navi_read FILE: its text, line ends at its end included, in navi_text.
navi_read() {
    navi_text=$(cat "$navi_kept/$1" 2>/dev/null && printf x)
    navi_text=${navi_text%x}
}

# navi_restore_marks: what was marked of it is marked again.
navi_restore_marks() {
    [ -s "$navi_kept/marks" ] && navi_lock_marks || return
    (
        umask 077
        while IFS= read -r navi_line; do
            printf '%s\t%s\n' "$navi_name" "$navi_line"
        done <"$navi_kept/marks" >>"$navi_nest/marks"
    )
    rm -f "$navi_nest/marks.lock"
}

navi_starter=$1
navi_enter "$2"
navi_kept=$navi_nest/killed/$3
[ -d "$navi_kept" ] || navi_fail $navi_none 'nothing is kept of that session any more'
navi_read name
navi_name=$navi_text
navi_read socket
navi_socket=$navi_text
navi_read directory
navi_cwd=$navi_text
[ -d "$navi_cwd" ] || navi_fail $navi_none "its directory $navi_cwd is gone; make it, and try again"
navi_read line
navi_line=$navi_text
navi_read more
navi_before=
[ ! -s "$navi_kept/scrollback" ] || navi_before=$navi_kept/scrollback
navi_more=$navi_text
navi_read type
navi_start "${navi_text:-command}" "$navi_line" "$navi_more" '' "$navi_before"
if [ -f "$navi_kept/status.json" ] && [ ! -e "$navi_dir/$navi_name.json" ]; then
    mv "$navi_kept/status.json" "$navi_dir/$navi_name.json"
fi
navi_restore_marks
navi_wake
printf '%s created %s\n%s name %s\n' "$navi_token" "$navi_started" "$navi_token" "$navi_name"
