# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# mark.sh DIR NAME CHANGE...: bookmark and tags of a session: +b and -b, +tTAG and -tTAG. They stand in .navi/marks, a
# line each: the name, b or t, the tag, between tabs. So every dashboard that looks here sees the same.
umask 077
navi_enter "$1"
navi_name=$2
shift 2
navi_open_nest || navi_fail $navi_refused "the folder $navi_nest can't be written to"
navi_marks=$navi_nest/marks
navi_lock_marks || navi_fail $navi_late 'the marks are being written by somebody else; try again'
trap 'rm -f "$navi_marks.lock" "$navi_marks.$$"' EXIT
for navi_change; do
    case $navi_change in
    ?b) navi_line="$navi_name	b	" ;;
    *) navi_line="$navi_name	t	${navi_change#?t}" ;;
    esac
    [ ! -f "$navi_marks" ] || grep -vxF -e "$navi_line" "$navi_marks" >"$navi_marks.$$"
    case $navi_change in -*) navi_line= ;; esac
    if ! printf '%s' "$navi_line${navi_line:+$navi_newline}" >>"$navi_marks.$$" || ! mv -f "$navi_marks.$$" "$navi_marks"; then
        navi_fail 1 "$navi_marks can't be written; see the disk"
    fi
done
navi_wake
