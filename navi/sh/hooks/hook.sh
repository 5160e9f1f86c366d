# shellcheck shell=sh disable=SC2016,SC2034,SC2154,SC2317
# needs: hooks/status_file hooks/read_event.awk
# changes: navi_event
# hook.sh AGENT: what a coding agent runs at each of its events, with the event as JSON on standard input. It writes the
# status file of the tmux session around it. It says nothing, always exits 0 and waits for nobody: an agent must never
# notice it. It needs tmux and POSIX sh, awk, mv. It is installed as one file.

# navi_limited COMMAND...: run it for two seconds at most. A tmux whose server hangs ends for no less than SIGKILL.
navi_limited() {
    if command -v timeout >/dev/null; then
        timeout -s KILL 2 "$@"
        return
    fi
    "$@" &
    navi_child=$!
    (
        sleep 2
        kill -KILL "$navi_child"
    ) >/dev/null &
    navi_guard=$!
    wait "$navi_child"
    kill "$navi_guard"
}

# navi_find_session: the time and the session around this pane, in navi_time and navi_pane_session. tmux tells both in
# one answer. It is asked each time, because a session can be renamed and a pane can move. Only a line is read, for the
# client passes its end of the pipe on to the server: one that hangs holds it open.
navi_find_session() {
    navi_answer=$(
        {
            navi_limited tmux -u display-message -p -t "$TMUX_PANE" '%s #{session_name}' </dev/null
            echo
        } | {
            read -r navi_answer
            printf '%s\n' "$navi_answer"
        }
    )
    navi_time=${navi_answer%% *}
    navi_pane_session=${navi_answer#* }
    case $navi_time in '' | *[!0-9]*) navi_time=$(date +%s) ;; esac
    # A name with a slash can't be the name of a file.
    case $navi_answer in *' '*/* | *' ') return 1 ;; *' '*) return 0 ;; esac
    return 1
}

navi_main() {
    navi_agent=${1:-claude}
    case $navi_agent in *[!A-Za-z0-9_-]*) return ;; esac
    case ${TMUX:+$TMUX_PANE} in '' | [!%]* | %*[!0-9]*) return ;; esac
    [ ! -t 0 ] || return
    navi_reply=$(awk "$navi_read_event_awk")
    [ -n "$navi_reply" ] || return
    navi_find_session || return
    navi_folder=${CLAUDE_SESSIONS_DIR:-${HOME:?}/.claude-sessions}
    case $navi_folder in /*) ;; *) navi_folder=./$navi_folder ;; esac
    navi_use "$navi_folder" "$navi_pane_session" || return
    navi_event="$navi_time	$navi_agent	$navi_reply$navi_newline"
    navi_publish
}

navi_newline='
'
exec >/dev/null 2>&1
trap '' HUP INT PIPE
umask 077
unset IFS
LC_ALL=C
export LC_ALL
navi_main "$@"
exit 0
