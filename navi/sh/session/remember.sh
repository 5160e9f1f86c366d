# shellcheck shell=sh disable=SC2015,SC2154
# needs: lib/state_folder lib/tmux registry/recover
# Defines functions that write the files of the state folder that remember where sessions were started last, and on
# which servers.

# navi_put_first LINE NAME: put a line first in a file of the state folder. Other processes may do so at the same time,
# so this takes the lock of marks.
navi_put_first() {
    case $1 in *"$navi_newline"*) return ;; esac
    navi_open_state || return
    navi_first_line=
    [ ! -f "$navi_state/$2" ] || IFS= read -r navi_first_line <"$navi_state/$2"
    [ "$navi_first_line" != "$1" ] || return 0
    navi_lock_marks || return
    navi_keep_lines "$1" "$navi_state/$2" && printf '%s' "$navi_first_text" >"$navi_here/recent.$navi_self" &&
        mv -f "$navi_here/recent.$navi_self" "$navi_state/$2" || rm -f "$navi_here/recent.$navi_self"
    navi_unlock_marks
} 2>/dev/null

# navi_keep_lines LINE FILE: set navi_first_text to that line, and those of the file that stay: twenty in all, and
# sockets as long as they exist: the sessions of a server whose socket is forgotten would look as if they had ended.
# Fails where the file can't be read.
navi_keep_lines() {
    navi_first_text=$1$navi_newline
    [ -e "$2" ] || return 0
    [ -r "$2" ] || return
    navi_kept_lines=1
    while IFS= read -r navi_kept_line; do
        [ "$navi_kept_line" != "$1" ] || continue
        [ "$navi_kept_lines" -lt 20 ] || [ -S "$navi_kept_line" ] || continue
        navi_kept_lines=$((navi_kept_lines + 1))
        navi_first_text=$navi_first_text$navi_kept_line$navi_newline
    done <"$2"
}

# navi_note_socket: note a tmux server whose socket is in an unusual folder. Noted before anything starts there, so
# that a session is found whose start was killed.
navi_note_socket() {
    navi_find_user
    case $navi_wanted_socket in
    "${TMUX_TMPDIR:-/tmp}/tmux-$navi_user"/* | "${XDG_RUNTIME_DIR:-/run/user/$navi_user}/tmux-$navi_user"/*) return 0 ;;
    /tmp/tmux-"$navi_user"/*) return 0 ;;
    esac
    navi_find_sockets
    case $navi_wanted_socket in "$navi_sockets"/*.sock) ;; *) navi_put_first "$navi_wanted_socket" sockets ;; esac
}
