# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# rename.sh DIR NEW SOCKET SERVER ID CREATED NAME FILE: another name for tmux, the status file, and the name within it.
# The new file is written first, and only when tmux has renamed the session the old one goes: every step can be undone,
# and what is left should this shell be killed is a file too many, which the clean-up removes.

# navi_lock_file: have the status file for us alone; hooks leave their events meanwhile.
navi_lock_file() {
    navi_tries=0
    until navi_create "$navi_lock" || { navi_stale && navi_break && navi_create "$navi_lock"; }; do
        [ "$navi_tries" -lt 20 ] || return
        navi_tries=$((navi_tries + 1))
        sleep 0.1
    done 2>/dev/null
}

# navi_prepare: the new file, with all that hooks have left until now; navi_made says whether there is one.
navi_prepare() {
    navi_made=no
    [ -n "$navi_file" ] && [ -e "$navi_file" ] || return 0
    navi_old=${navi_file##*/}
    navi_old=${navi_old%.json}
    navi_use "$navi_dir" "$navi_old" || navi_fail 1 "the status file of $navi_old can't be read; nothing was renamed"
    navi_lock_file || navi_fail $navi_late "the status file of $navi_old is being written; try again; nothing was renamed"
    trap 'rm -f "$navi_lock"' EXIT
    navi_gather 2>/dev/null
    # No event: the name is written with every change.
    navi_events=${navi_left:-none}
    navi_name=$navi_new
    if ! navi_merge >/dev/null 2>&1; then
        navi_fail 1 "the status file of $navi_old can't be rewritten; nothing was renamed"
    fi
    if ! ln "$navi_lock" "$navi_dir/$navi_new.json" 2>/dev/null; then
        navi_fail $navi_exists "there is a status file $navi_new.json already; nothing was renamed"
    fi
    navi_made=yes
}

# navi_take_back: the new file goes, and everything is as before.
navi_take_back() {
    [ "$navi_made" = no ] || rm -f "$navi_dir/$navi_new.json"
}

# navi_finish: the old file goes; events that were left for it are those of the new one.
navi_finish() {
    [ "$navi_made" = yes ] || return 0
    rm -f "$navi_file" "$navi_lock"
    navi_name=$navi_old
    navi_forget_gathered
    for navi_path in "$navi_nest/event.$navi_old."*; do
        [ ! -e "$navi_path" ] || mv "$navi_path" "$navi_nest/event.$navi_now.${navi_path#"$navi_nest/event.$navi_old."}"
    done
    [ "$navi_now" = "$navi_new" ] || mv "$navi_dir/$navi_new.json" "$navi_dir/$navi_now.json"
}

umask 077
navi_enter "$1"
navi_new=$2
shift 2
navi_mean "$@"
navi_need
navi_was=$navi_name
LC_ALL=C
export LC_ALL
navi_taken=$(navi_tmux "$navi_socket" list-sessions -F '#{session_name}' 2>&1)
case $navi_newline$navi_taken$navi_newline in
*"$navi_newline$navi_new$navi_newline"*) navi_fail $navi_exists "there is a session $navi_new already" ;;
esac
navi_prepare
navi_escape_format "$navi_new"
navi_answer=$(navi_tmux "$navi_socket" rename-session -t "$navi_id" -- "$navi_escaped" 2>&1)
navi_verdict $? "$navi_answer"
if [ "$navi_word" != ok ]; then
    navi_take_back
    case $navi_answer in
    'duplicate session'*) navi_fail $navi_exists "there is a session $navi_new already" ;;
    "can't find session"*) navi_fail $navi_none "the session has ended" ;;
    *) navi_tmux_failed ;;
    esac
fi
navi_now=$(navi_tmux "$navi_socket" list-panes -s -t "$navi_id" -F '#{session_name}')
navi_now=${navi_now%%"$navi_newline"*}
navi_finish
navi_move_marks "$navi_was" "$navi_now"
navi_wake
printf '%s renamed %s\n' "$navi_token" "$navi_now"
