# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: session/folder session/start session/check_start registry/recover lib/recover_undo
# shares: navi_needed_then
# changes: navi_command_line navi_name navi_shown_first navi_socket navi_type
# Defines functions that bring back a session from what kill.sh has kept of it in navi_kept, for undo.sh and restore.sh.

# The program that must exist, "" if that is not checked.
navi_needed_then=

# navi_read_kept: what is kept, in the variables of starting a session. Without its directory nothing is done.
navi_read_kept() {
    navi_read name
    navi_name=$navi_kept_text
    navi_read socket
    navi_socket=$navi_kept_text
    navi_read directory
    navi_cwd=$navi_kept_text
    [ -d "$navi_cwd" ] || navi_fail $navi_none "its directory $navi_cwd no longer exists; create it and try again"
    navi_read line
    navi_command_line=$navi_kept_text
    navi_read more
    navi_shown_first=
    [ ! -s "$navi_kept/scrollback" ] || navi_shown_first=$navi_kept/scrollback
    navi_more=$navi_kept_text
    navi_read type
    navi_type_then=$navi_kept_text
}

# navi_find_group: a session of the group that the session was in, in navi_companion. Fails where none is left.
navi_find_group() {
    navi_companion=
    [ -s "$navi_kept/group" ] || return
    navi_read group
    navi_consult "$navi_socket" list-sessions -F '#{session_id} #{session_group}'
    case $navi_word in ok) ;; none) return 1 ;; *) navi_tmux_failed ;; esac
    set -f
    IFS=$navi_newline
    for navi_listed in $navi_answer; do
        [ "${navi_listed#* }" != "$navi_kept_text" ] || navi_companion=${navi_listed%% *}
    done
    unset IFS
    set +f
    [ -n "$navi_companion" ]
}

# navi_join: the session shows the windows of its group again, in which everything still runs.
navi_join() {
    navi_escape_format "$navi_name"
    navi_type=${navi_type_then:-command}
    navi_start_tmux -s "$navi_escaped" -t "$navi_companion"
    navi_escape "$navi_command_line"
    navi_tmux "$navi_socket" set-option -q -t "$navi_started_id" @navi_type "$navi_type_then" \; \
        set-option -q -t "$navi_started_id" @navi_line "$navi_escaped"
    printf '%s joined\n' "$navi_token"
}

# navi_start_again [VARIABLE=VALUE...]: start what ran in it. Shells and agents keep their shell when that ends.
navi_start_again() {
    navi_ends_then=
    case $navi_type_then in '' | shell | agent) ;; *) navi_ends_then=yes ;; esac
    navi_keeps_then=
    [ ! -e "$navi_kept/keep" ] || navi_keeps_then=yes
    navi_start "${navi_type_then:-command}" "$navi_command_line" "$navi_more" "$navi_needed_then" "$navi_shown_first" "$navi_ends_then" "$navi_keeps_then" '' "$@"
    navi_settle
    case $navi_type_then,$navi_command_line,$navi_more in ,?*, | agent,*,) printf '%s anew\n' "$navi_token" ;; esac
}

# navi_give_all_back: give the session back what it had besides its windows.
navi_give_all_back() {
    navi_renew_place "$navi_started_id"
    navi_give_back_files
    [ ! -e "$navi_kept/registered" ] || navi_register
    rm -f "$navi_journal"
    navi_wake
}

navi_print_created() {
    printf '%s created %s\n%s name %s\n' "$navi_token" "$navi_new_session" "$navi_token" "$navi_name"
    [ -z "${navi_unregistered-}" ] || printf '%s unregistered %s\n' "$navi_token" "$navi_unregistered"
}
