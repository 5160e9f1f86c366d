# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: registry/find_entry registry/location lib/ending lib/fail lib/tmux
# shares: navi_alone navi_entry navi_escapes navi_from navi_history navi_looked navi_where navi_width
# changes: navi_id navi_identity navi_name navi_sock navi_socket
# Finds the pane that an address means, and what tmux and the registry know about it.

# navi_find_pane SOCKET TARGET NAME REGISTERED: the pane that is meant, for tmux, in navi_where on navi_socket, or the
# end.
navi_find_pane() {
    navi_looked=no
    navi_aimed=$2
    navi_name=$3
    navi_socket=$1
    if [ -n "$2" ]; then
        navi_entry=no
        navi_aim "$2" ||
            navi_fail $navi_none "no session named $navi_name on the tmux server ${navi_socket:-of this user}"
    else
        navi_resolve "$4" || navi_fail_unknown "no session named $navi_name${navi_socket:+ on the tmux server $navi_socket}"
    fi
}

# navi_fail_unknown WORDS: end, because there is no such session, or because the registry that could name one can't be
# used.
navi_fail_unknown() {
    [ -z "$navi_trouble" ] || navi_fail $navi_refused "$navi_trouble"
    navi_fail $navi_none "$1"
}

# navi_resolve REGISTERED: the session that navi_name means, in navi_where. On a given navi_socket it is the one there.
# Else it is looked up in the registry, on the default server and then on the others; with REGISTERED only in the
# registry. A name that means two living sessions means none. Fails where there is none.
navi_resolve() {
    navi_entry=no
    if [ -n "$navi_socket" ]; then
        navi_seek && navi_where=$navi_id:
    elif navi_resolve_entry; then
        navi_entry=yes
        [ -n "$1" ] || navi_refuse_twins
    else
        navi_socket=
        [ -z "$1" ] && navi_resolve_anywhere
    fi
}

# navi_resolve_entry: the living session that the registry has under that name.
navi_resolve_entry() {
    navi_find_registry && navi_find_entry || return
    navi_socket=$navi_entry_socket
    navi_find_entry_pane
}

# navi_aim TARGET: the pane that a target means, in navi_where. Its session's part is taken literally, not as a
# pattern. Fails where there is no such session.
navi_aim() {
    navi_name=${1%%:*}
    case $1 in
    %* | @* | \$* | =*) navi_where=$1 ;;
    *:*) navi_seek && navi_where=$navi_id:${1#*:} ;;
    *) navi_seek && navi_where=$navi_id: ;;
    esac
}

# navi_find_entry_pane: the session that is registered is known by its identity, or else by its name. Fails where it has
# ended, or another one has its id now.
navi_find_entry_pane() {
    if [ -n "$navi_entry_identity" ]; then
        navi_where=${navi_entry_pane:-$navi_entry_session:}
        navi_look_at_pane && [ "$navi_identity" = "$navi_entry_identity" ]
        return
    fi
    navi_seek || return
    case $navi_entry_target in
    *:*) navi_where=$navi_id:${navi_entry_target##*:} ;;
    *) navi_where=$navi_id: ;;
    esac
}

# navi_refuse_twins: the default server may have a session of that name, too.
navi_refuse_twins() {
    ! navi_is_default "$navi_socket" || return 0
    navi_kept_where=$navi_where
    navi_looked=no
    navi_socket=
    if navi_seek; then
        navi_fail_twins "$navi_entry_socket" "$navi_default"
    fi
    navi_socket=$navi_entry_socket
    navi_where=$navi_kept_where
}

# navi_fail_twins SOCKET SOCKET: end, for both servers have a session of that name.
navi_fail_twins() {
    navi_fail $navi_usage "$navi_name is on more than one tmux server: $1, $2; name one with -S SOCKET"
}

# navi_resolve_anywhere: on the default server, or else on just one of the others.
navi_resolve_anywhere() {
    if navi_seek; then
        navi_where=$navi_id:
        return
    fi
    navi_find_user
    navi_find_servers
    navi_add_server_of_file
    navi_homes=
    set -f
    IFS=$navi_newline
    for navi_server in $navi_others; do
        unset IFS
        navi_socket=$navi_server
        if navi_seek; then
            [ -z "$navi_homes" ] || navi_fail_twins "$navi_homes" "$navi_server"
            navi_homes=$navi_server
            navi_where=$navi_id:
        fi
        IFS=$navi_newline
    done
    unset IFS
    set +f
    navi_socket=$navi_homes
    [ -n "$navi_homes" ]
}

# navi_add_server_of_file: add the server whose socket the status file of that name names: it can be anywhere. A
# quote within a text of JSON has a backslash before it, so no message can look like this field.
navi_add_server_of_file() {
    navi_find_status_folder "${navi_dir-}"
    navi_named_file=$navi_expanded/$navi_name.json
    [ -f "$navi_named_file" ] || return 0
    navi_sock=$(sed -n 's/.*"place":{[^}]*"socket":"\([^"\\]*\)".*/\1/p' "$navi_named_file")
    case $navi_newline$navi_others in
    *"$navi_newline$navi_sock$navi_newline"*) ;;
    *) navi_is_default "$navi_sock" || navi_add_server ;;
    esac
}

# What is asked about a pane: all in one word each, so that the shell can take them apart; its session's name; and its
# title, so that title and screen are of one moment.
navi_facts='#{pane_id} #{?pane_dead,1,0} #{?pane_in_mode,m#{pane_mode},-} #{?pane_input_off,1,0} #{history_size} #{history_limit} #{cursor_x} #{cursor_y} #{pane_pid} #{pid} #{session_id} #{session_created} #{pane_tty} #{alternate_on} #{pane_width} #{?pane_synchronized,#{window_panes},1} #{session_windows}.#{window_panes} #{?@navi_type,#{@navi_type},-}
#{session_name}
#{pane_title}'

# -e, where colours are wanted, too.
navi_escapes=
# From which line on a pane is looked at: its screen begins with 0, what is before that is negative.
navi_from=0

# navi_look_at_pane [\; COMMAND...]: what the pane navi_where is ready for, and what it shows, its lines joined where
# they were only wrapped. Fails where there is none. A COMMAND is carried out in the same call, so nothing happens in
# between.
navi_look_at_pane() {
    navi_ask_pane "$@"
    case $navi_answer in
    'server exited unexpectedly' | 'lost server')
        # It is just ending.
        sleep 0.2
        navi_ask_pane "$@"
        ;;
    esac
    case $navi_word,$navi_answer in
    ok,%*) ;;
    # For a missing pane, tmux finds only its window.
    ok,* | none,* | absent,*) return 1 ;;
    *) navi_tmux_failed ;;
    esac
    set -f
    navi_note_facts ${navi_answer%%"$navi_newline"*}
    set +f
    navi_screen=$navi_answer
    navi_drop_line
    navi_session_name=${navi_screen%%"$navi_newline"*}
    navi_drop_line
    navi_title=${navi_screen%%"$navi_newline"*}
    navi_drop_line
    if [ "$navi_is_dead" = 1 ]; then
        navi_drop_notice "$navi_pane" "$navi_screen"
        navi_screen=$navi_own_text
    fi
    navi_looked=yes
}

# navi_drop_line: drop the first line of navi_screen.
navi_drop_line() {
    case $navi_screen in
    *"$navi_newline"*) navi_screen=${navi_screen#*"$navi_newline"} ;;
    *) navi_screen= ;;
    esac
}

navi_ask_pane() {
    navi_consult "$navi_socket" display-message -p -t "$navi_where" "$navi_facts" \; \
        capture-pane -p -J $navi_escapes -S "$navi_from" -t "$navi_where" "$@"
}

navi_note_facts() {
    navi_pane=$1
    navi_is_dead=$2
    navi_in_mode=$3
    navi_input_off=$4
    navi_history=$5
    navi_history_limit=$6
    navi_cursor="$5 $7 $8"
    navi_cursor_line=$8
    navi_process=$9
    shift 9
    navi_identity="$1 $2 $3"
    navi_server=$1
    navi_terminal=$4
    # Whether a program has the screen to itself.
    navi_alone=$5
    navi_width=$6
    # How many panes get what is typed.
    navi_synchronized=$7
    # 1.1 for one that is alone in its session.
    navi_panes=$8
    navi_pane_type=$9
}

# navi_name_mode: the mode of tmux that the pane is in, in words, in navi_mode.
navi_name_mode() {
    navi_mode=${navi_in_mode#m}
    navi_mode="${navi_mode%-mode} mode"
}

# navi_inspect: the same, of one that must be there; the first time, what was seen on the way here is enough. From now
# on it is known by its id.
navi_inspect() {
    [ "${navi_looked-}" = yes ] || navi_look_at_pane || navi_fail_gone
    navi_where=$navi_pane
    navi_looked=no
}

# navi_check_identity IDENTITY: end if the pane that was inspected belongs to another session than was meant; "" is any.
navi_check_identity() {
    [ -z "$1" ] || [ "$1" = "$navi_identity" ] ||
        navi_fail $navi_none "the session $navi_name has ended, and another one is in its place; nothing was sent"
}

# navi_fail_gone: end, because there is no pane navi_where. A pane that was only named may never have been: its session
# may live.
navi_fail_gone() {
    case $navi_name,$navi_where in
    %* | @* | =* | \$*) navi_fail $navi_none "no pane $navi_where on the tmux server ${navi_socket:-of this user}" ;;
    *:?*) ! navi_seek || navi_fail $navi_none "the session $navi_name has no pane ${navi_where#*:}" ;;
    esac
    navi_fail $navi_none "the session $navi_name has ended"
}

# navi_seek_session: the session that navi_name means, by tmux's id in navi_id, wherever it is.
navi_seek_session() {
    navi_id=
    navi_resolve '' && navi_look_at_pane || return
    navi_id=${navi_identity#* }
    navi_id=${navi_id%% *}
}

# navi_seek: the session of the server navi_socket that has the name navi_name, by tmux's id in navi_id; its identity is
# in navi_identity. Fails where there is none; a server that does not tell ends the operation.
navi_seek() {
    navi_id=
    navi_consult "$navi_socket" list-sessions -F '#{session_name} #{pid} #{session_id} #{session_created}'
    case $navi_word in ok | none) ;; *) navi_tmux_failed ;; esac
    set -f
    IFS=$navi_newline
    for navi_listed in $navi_answer; do
        navi_listed_identity=${navi_listed#"$navi_name "}
        # A name may hold blanks, and one may begin like another: just three words may follow it.
        case $navi_listed_identity in
        "$navi_listed" | *' '*' '*' '*) ;;
        [0-9]*' $'[0-9]*' '[0-9]*)
            navi_identity=$navi_listed_identity
            navi_id=${navi_listed_identity#* }
            navi_id=${navi_id%% *}
            ;;
        esac
    done
    unset IFS
    set +f
    [ -n "$navi_id" ]
}
