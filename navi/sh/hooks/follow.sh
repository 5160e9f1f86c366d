# shellcheck shell=sh disable=SC2154,SC3013
# needs: hooks/status_file
# Defines the function that gives the status file of a session its new name after the session was renamed in tmux.

# navi_follow FOLDER OLD NEW: the status file of OLD and the events that wait for it become NEW's. Fails where NEW has a
# file, or another process writes it just now. OLD is NEW where another hook has just written its first file.
navi_follow() {
    [ "$2" != "$3" ] && navi_use "$1" "$2" && [ -f "$navi_file" ] && navi_make_lock "$navi_lock" || return
    if ln "$navi_file" "$1/$3.json" || [ "$navi_file" -ef "$1/$3.json" ]; then
        for navi_followed_path in "$navi_state/event.$2."*; do
            [ ! -e "$navi_followed_path" ] || mv "$navi_followed_path" "$navi_state/event.$3.${navi_followed_path#"$navi_state/event.$2."}"
        done
        rm -f "$navi_file" "$navi_owner" "$navi_lock"
    else
        rm -f "$navi_owner" "$navi_lock"
        return 1
    fi
} 2>/dev/null
