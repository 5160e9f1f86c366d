# shellcheck shell=sh disable=SC2015,SC2034,SC2086,SC2154
# needs: pane/address registry/require registry/change lib/ending lib/process
# changes: navi_ending navi_entry navi_entry_identity navi_name navi_socket
# health.sh SOCKET TARGET NAME REGISTERED TOUCH: reports what the process of a pane does. Prints whether it is dead and
# whether its process is gone (1 or 0), the process, and how it ended; or what there is not: server, session or pane.
# With TOUCH the session counts as used.

# navi_print_missing: print what is missing: server, session or pane. A session that has only the name of the registered
# one is another session.
navi_print_missing() {
    navi_lacks=session
    if navi_seek; then
        navi_lacks=pane
        case $navi_entry,$navi_entry_identity in "yes,$navi_identity" | yes, | no,*) ;; *) navi_lacks=session ;; esac
    elif [ "$navi_word" = none ]; then
        navi_lacks=server
    fi
    printf '%s missing %s\n' "$navi_token" "$navi_lacks"
    exit 0
}

# navi_ask_ending: the exit status of a dead pane's process, and the signal that ended it.
navi_ask_ending() {
    navi_ending=$(navi_tmux "$navi_socket" display-message -p -t "$navi_pane" '#{pane_dead_status},#{pane_dead_signal}' 2>/dev/null)
}

navi_socket=$1
navi_name=$3
navi_entry=no
navi_entry_identity=
if [ -n "$2" ]; then
    navi_aim "$2"
elif [ -n "$4" ]; then
    navi_need_registry
    navi_find_entry || navi_fail $navi_none "$navi_name is not registered"
    navi_entry=yes
    [ -z "$5" ] || navi_touch_entry
    navi_socket=$navi_entry_socket
    printf '%s target %s\n%s socket %s\n' "$navi_token" "$navi_entry_target" "$navi_token" "$navi_entry_socket"
    navi_find_entry_pane
else
    navi_resolve ''
fi && navi_look_at_pane || {
    navi_await_touch
    navi_print_missing
}
navi_gone=0
[ "$navi_is_dead" = 1 ] || ! navi_is_gone "$navi_process" || navi_gone=1
navi_ending=
[ "$navi_is_dead" = 0 ] || navi_ask_ending
if [ "$navi_ending" = , ]; then
    navi_show_ends "$navi_server"
    navi_ask_ending
fi
navi_await_touch
printf '%s pane dead=%s gone=%s process=%s ending=%s\n' "$navi_token" "$navi_is_dead" "$navi_gone" "$navi_process" "$navi_ending"
