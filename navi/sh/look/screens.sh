# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux look/screen.awk
# expects: navi_note_screen
# changes: navi_patience
# Defines functions that report what the screens of panes show, by the rules of the agents in them (screen.awk).

# navi_capture LINES: judge the screens of these panes, as lines "PROCESS ID SOCKET	NAME"; what is found is handed to
# navi_note_screen. If a pane is gone by now, those after it are not handed either.
navi_capture() {
    navi_to_capture=$1
    while [ -n "$navi_to_capture" ]; do
        navi_capture_socket=${navi_to_capture%%	*}
        navi_capture_socket=${navi_capture_socket#* }
        navi_capture_socket=${navi_capture_socket#* }
        navi_to_capture_later=
        set --
        set -f
        IFS=$navi_newline
        for navi_capture_line in $navi_to_capture; do
            unset IFS
            navi_add_capture $# || continue
            set -- "$@" display-message -p -t "$navi_capture_id" "$navi_token capture $navi_capture_process $navi_capture_name" \; \
                capture-pane -p -t "$navi_capture_id" \;
        done
        unset IFS
        set +f
        navi_to_capture=$navi_to_capture_later
        [ $# -eq 0 ] || navi_ask_screens "$@"
    done
}

# navi_add_capture COUNT: whether the pane of navi_capture_line is asked for now: others are on other servers, or too
# many. A format of tmux is no name.
navi_add_capture() {
    navi_capture_name=${navi_capture_line#*	}
    navi_capture_pane=${navi_capture_line%%	*}
    navi_capture_process=${navi_capture_pane%% *}
    navi_capture_pane=${navi_capture_pane#* }
    navi_capture_id=${navi_capture_pane%% *}
    case $navi_capture_name in *[#%\;]*) return 1 ;; esac
    if [ "${navi_capture_pane#* }" != "$navi_capture_socket" ] || [ "$1" -gt 400 ]; then
        navi_to_capture_later=$navi_to_capture_later$navi_capture_line$navi_newline
        return 1
    fi
}

# navi_ask_screens COMMAND...: what the server navi_capture_socket answers.
navi_ask_screens() {
    navi_patience=2
    navi_screens=$(
        {
            navi_tmux "$navi_capture_socket" "$@" </dev/null 2>/dev/null
            printf '\n%s end\n' "$navi_token"
        } | (export navi_token navi_rules && exec awk "$navi_screen_awk")
    )
    navi_screen_process=
    set -f
    IFS=$navi_newline
    for navi_screen_line in $navi_screens; do
        case $navi_screen_line in
        "$navi_token screen "*)
            navi_end_screen
            navi_screen_rule=${navi_screen_line#"$navi_token screen "}
            navi_screen_process=${navi_screen_rule%% *}
            navi_screen_rule=${navi_screen_rule#* }
            navi_screen_text=
            ;;
        *) navi_screen_text=$navi_screen_line ;;
        esac
    done
    unset IFS
    set +f
    navi_end_screen
}

navi_end_screen() {
    case $navi_screen_process in '' | *[!0-9]*) return ;; esac
    navi_note_screen "$navi_screen_process" "$navi_screen_rule" "$navi_screen_text"
}
