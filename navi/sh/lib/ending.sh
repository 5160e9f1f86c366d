# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# shares: navi_ending
# Defines functions that find out how the process of a dead pane ended, and what it printed before that.

# navi_drop_notice PANE TEXT: the text of a dead pane, in navi_own_text, without the notice that tmux writes at the end
# of the screen and the empty lines before it. How the process ended is in navi_ending: status, comma, signal.
navi_drop_notice() {
    navi_ask_notice "$1"
    case $navi_ending in
    ', '*)
        navi_show_ends "$navi_ending_server"
        navi_ask_notice "$1"
        ;;
    esac
    navi_notice=${navi_ending#* }
    navi_ending=${navi_ending%% *}
    # Its styles are not printed.
    while :; do
        case $navi_notice in *'#['*']'*) navi_notice=${navi_notice%%'#['*}${navi_notice#*'#['*']'} ;; *) break ;; esac
    done
    # tmux before 3.3 does not know that format.
    [ -n "$navi_notice" ] || case ${2##*"$navi_newline"} in 'Pane is dead'*) navi_notice=${2##*"$navi_newline"} ;; esac
    navi_own_text=${2%"$navi_notice"}
    while :; do
        case $navi_own_text in *"$navi_newline") navi_own_text=${navi_own_text%"$navi_newline"} ;; *) break ;; esac
    done
}

# navi_ask_notice PANE: set navi_ending to the status, comma, signal, blank and notice of a dead pane, and the process
# of its server.
navi_ask_notice() {
    navi_ending=$(navi_tmux "$navi_socket" display-message -p -t "$1" \
        '#{pid} #{pane_dead_status},#{pane_dead_signal} #{E:remain-on-exit-format}' 2>/dev/null)
    navi_ending_server=${navi_ending%% *}
    navi_ending=${navi_ending#* }
}

# navi_show_ends PROCESS...: let these tmux servers look which processes have ended, before they are asked again. A
# server can miss the signal of a dead pane's process (libutempter takes it, where it is installed), and does not know
# the exit status then; the same signal lets it look.
navi_show_ends() {
    kill -CHLD "$@" 2>/dev/null
    sleep 0.05
}

# navi_describe_ending: how the process ended, in navi_end_words.
navi_describe_ending() {
    case $navi_ending in
    ,?*) navi_end_words="signal ${navi_ending#,}" ;;
    ?*,) navi_end_words="status ${navi_ending%,}" ;;
    *) navi_end_words='an unknown status' ;;
    esac
}
