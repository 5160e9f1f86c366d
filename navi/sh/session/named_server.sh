# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/place lib/process lib/tmux
# Defines the function that asks the tmux server that a status file names whether it still has its session, if the file
# is all that is known.

# navi_find_named_session FILE: what became of the session that the status file names, in navi_named: "gone" if its own
# server proves that, "lives", "elsewhere" if the file is of another machine or container, "unreachable" if the server
# runs and can't be asked, "unnamed" if the file names none. If tmux fails otherwise, navi_word says so, and navi_named
# is "failed".
navi_find_named_session() {
    navi_find_place
    navi_find_place_of "$1"
    case $navi_place_word in
    - | '?') navi_named=unnamed ;;
    "$navi_place_host $navi_place_boot "*) navi_ask_named_server "${navi_place_word#"$navi_place_host $navi_place_boot "}" ;;
    *)
        navi_named_place=${navi_place_word#* }
        navi_named=elsewhere
        ! navi_is_earlier "${navi_place_word%% *}@${navi_named_place%% *}" || navi_named=gone
        ;;
    esac
}

# navi_ask_named_server "PROCESS SESSION SOCKET": only that very process knows of its sessions.
navi_ask_named_server() {
    navi_named_server=${1%% *}
    navi_named_session=${1#* }
    navi_named_socket=${navi_named_session#* }
    navi_named_session=${navi_named_session%% *}
    navi_consult "$navi_named_socket" list-sessions -F '#{pid} #{session_id}'
    case $navi_word,$navi_newline$navi_answer$navi_newline in
    "ok,"*"$navi_newline$navi_named_server $navi_named_session$navi_newline"*) navi_named=lives ;;
    "ok,"*"$navi_newline$navi_named_server "*) navi_named=gone ;;
    ok,* | none,* | absent,*)
        navi_named=gone
        ! navi_serves "$navi_named_server" || navi_is_behind "$navi_named_socket" "$navi_named_server" || navi_named=unreachable
        ;;
    *) navi_named=failed ;;
    esac
}
