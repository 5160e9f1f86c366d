# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: session/folder registry/absent lib/fail lib/disk lib/marks
# changes: navi_added navi_dropped navi_name
# mark.sh DIR NAME CHANGE...: changes the bookmark and tags of a session: +b and -b, +tTAG and -tTAG. The file
# .navi/marks has a line for each: name, b or t, and the tag, separated by tabs. So every dashboard shows the same.

# navi_note_change CHANGE: the last change of a mark counts.
navi_note_change() {
    case $1 in
    ?b) navi_changed_mark="$navi_name	b	" ;;
    *) navi_changed_mark="$navi_name	t	${1#?t}" ;;
    esac
    navi_dropped=$navi_dropped$navi_changed_mark$navi_newline
    case $navi_newline$navi_added in
    *"$navi_newline$navi_changed_mark$navi_newline"*)
        navi_other_marks=$navi_newline$navi_added
        navi_added=${navi_other_marks%%"$navi_newline$navi_changed_mark$navi_newline"*}$navi_newline
        navi_added=${navi_added#"$navi_newline"}${navi_other_marks#*"$navi_newline$navi_changed_mark$navi_newline"}
        ;;
    esac
    case $1 in +*) navi_added=$navi_added$navi_changed_mark$navi_newline ;; esac
}

umask 077
navi_enter "$1"
navi_name=$2
shift 2
navi_added=
navi_dropped=
for navi_change; do navi_note_change "$navi_change"; done
navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was changed'
if ! navi_lock_marks; then
    [ "$navi_lock_made" = no ] || navi_fail_to_write "$navi_dir" 'nothing was changed'
    navi_fail $navi_late 'another process is changing the bookmarks and tags; try again'
fi
trap 'navi_unlock_marks; rm -f "$navi_here/marks.$navi_self"' EXIT
navi_edit_marks || navi_fail_to_write "$navi_dir" 'nothing was changed'
navi_wake
