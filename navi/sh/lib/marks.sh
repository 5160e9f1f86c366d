# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/lock_files lib/state_folder lib/tmux
# shares: navi_added navi_dropped
# Defines functions that change the file of marks, which has bookmarks, tags and answers. Each line of the file is one
# mark and begins with the name of its session and a tab.

# navi_lock_marks: have the file of marks for us alone, within two seconds. Where that can't be written at all, there is
# nothing to wait for.
navi_lock_marks() {
    navi_marks_tries=0
    until navi_make_lock "$navi_state/marks.lock"; do
        [ "$navi_lock_made" = no ] || return
        navi_free_marks && continue
        [ "$navi_marks_tries" -lt 20 ] || return
        navi_marks_tries=$((navi_marks_tries + 1))
        sleep 0.1
    done
}

navi_unlock_marks() { rm -f "$navi_state/marks.lock"; }

# navi_free_marks: remove the lock of a process that has ended. A lock that stays empty was made by a process that was
# killed before it could write its number.
navi_free_marks() {
    [ "$navi_marks_tries" -lt 15 ] || [ -s "$navi_state/marks.lock" ] || rm -f "$navi_state/marks.lock"
    navi_end_dead_lock "$navi_state/marks.lock"
}

# navi_edit_marks: with the lock held, remove the lines navi_dropped and add the lines navi_added, all at once.
navi_edit_marks() {
    navi_kept_marks=
    [ ! -f "$navi_state/marks" ] || while IFS= read -r navi_mark_line; do
        case $navi_newline$navi_dropped in *"$navi_newline$navi_mark_line$navi_newline"*) continue ;; esac
        navi_kept_marks=$navi_kept_marks$navi_mark_line$navi_newline
    done <"$navi_state/marks"
    navi_write_marks "$navi_kept_marks$navi_added"
}

# navi_write_marks TEXT: with the lock held, replace the file.
navi_write_marks() {
    navi_make_here 2>/dev/null
    (umask 077 && printf '%s' "$1" >"$navi_here/marks.$navi_self") 2>/dev/null && mv -f "$navi_here/marks.$navi_self" "$navi_state/marks"
}

# navi_is_mark_of SOCKET REST: whether REST, which follows a name in a line, is about the session of that server:
# bookmarks and tags belong to the default server, and answers name theirs, "-" for the default one.
navi_is_mark_of() {
    navi_mark_server=
    case $2 in
    'a	'*'	'*'	'*'	'*)
        navi_mark_server=${2#*	*	*	*	}
        navi_mark_server=${navi_mark_server%%	*}
        [ "$navi_mark_server" != - ] || navi_mark_server=
        ;;
    esac
    [ "$navi_mark_server" = "$1" ] || { navi_is_default "$navi_mark_server" && navi_is_default "$1"; }
}

# navi_move_marks FROM TO SOCKET: give the marks of a session of that server to the name TO, or remove them where TO is
# empty; navi_moved keeps what they were. Without marks this does nothing.
navi_move_marks() {
    navi_moved=
    [ -f "$navi_state/marks" ] && navi_lock_marks || return
    navi_kept_marks=
    while IFS= read -r navi_mark_line; do
        case $navi_mark_line in
        "$1	"*)
            navi_moved_mark=${navi_mark_line#"$1	"}
            if navi_is_mark_of "$3" "$navi_moved_mark"; then
                navi_moved=$navi_moved$navi_moved_mark$navi_newline
                [ -n "$2" ] || continue
                navi_mark_line="$2	$navi_moved_mark"
            fi
            ;;
        esac
        navi_kept_marks=$navi_kept_marks$navi_mark_line$navi_newline
    done <"$navi_state/marks"
    [ -z "$navi_moved" ] || navi_write_marks "$navi_kept_marks"
    navi_unlock_marks
} 2>/dev/null

# navi_read_kept_marks: the lines that were kept, in navi_dropped.
navi_read_kept_marks() {
    navi_dropped=
    while IFS= read -r navi_mark_line; do
        navi_dropped="$navi_dropped$navi_name	$navi_mark_line$navi_newline"
    done <"$navi_kept/marks"
}
