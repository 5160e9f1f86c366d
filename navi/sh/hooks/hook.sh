# shellcheck shell=sh disable=SC2016,SC2034,SC2154,SC2317
# needs: hooks/status_file hooks/read_event.awk hooks/follow hooks/known lib/place
# changes: navi_awk navi_event navi_feedback
# shares: navi_reply
# hook.sh AGENT: writes an event of a coding agent into the status file of the tmux session around it. The agent runs it
# at each of its events, which is JSON on standard input. It always exits 0 and waits for nothing: an agent must never
# notice it. It prints only what people have sent to an agent in a session that takes feedback (hooks/known). It needs
# tmux and POSIX sh, awk, mv. It is installed as one file.

# navi_limited SECONDS COMMAND...: run it for at most so long, with descriptor 3 as its input. Only SIGKILL ends a tmux
# whose server hangs. The status of one that was killed is 124 or 137, in ksh 265.
navi_limited() {
    if command -v timeout >/dev/null; then
        timeout -s KILL "$@" <&3
        return
    fi
    navi_allowed=$1
    shift
    "$@" <&3 &
    navi_child=$!
    (
        sleep "$navi_allowed"
        kill -KILL "$navi_child"
    ) >/dev/null &
    navi_guard=$!
    wait "$navi_child"
    navi_code=$?
    kill "$navi_guard"
    return "$navi_code"
}

# navi_ask_tmux COMMAND...: print what the server around this pane, navi_around, answers; "hung" if it does not. Only
# lines are read: the client passes its end of the pipe on to the server, and one that hangs holds it open.
navi_ask_tmux() {
    {
        navi_limited 2 tmux -u -S "$navi_around" "$@" 3</dev/null
        printf '\n. %s\n' "$?"
    } | {
        navi_lines=
        while IFS= read -r navi_answer; do
            case $navi_answer in
            # What came before may not be all.
            '. 124' | '. 137' | '. 265') navi_lines=hung && break ;;
            '. '*) break ;;
            ?*) navi_lines=$navi_lines${navi_lines:+$navi_newline}$navi_answer ;;
            esac
        done
        printf '%s\n' "$navi_lines"
    }
}

# navi_find_session: the time, in navi_time, and the session around this pane: its name in navi_pane_session, its id and
# its server's process. tmux reports all of it in one answer. It is asked each time, because a session can be renamed
# and a pane can move. An agent can outlive its server, and the next one on that socket begins again with the same ids
# of panes.
navi_find_session() {
    navi_answer=$(navi_ask_tmux display-message -p -t "$TMUX_PANE" '%s #{pid} #{session_id} #{session_group}	#{session_name}')
    [ "$navi_answer" != hung ] || navi_log "tmux did not answer within 2 s; this event is lost"
    navi_time=${navi_answer%% *}
    case $navi_time in '' | *[!0-9]*) navi_time=$(date +%s) ;; esac
    case $navi_answer in *' '*' '*' '*'	'*) ;; *) return 1 ;; esac
    navi_pane_session=${navi_answer#*	}
    navi_answer=${navi_answer%%	*}
    navi_answer=${navi_answer#* }
    navi_server=${navi_answer%% *}
    [ "$navi_server" = "$navi_around_server" ] || return 1
    navi_answer=${navi_answer#* }
    navi_session_id=${navi_answer%% *}
    navi_group=${navi_answer#* }
    [ -z "$navi_group" ] || navi_find_in_group
    # A name with a slash can't be the name of a file.
    case $navi_pane_session in '' | */*) return 1 ;; esac
}

# navi_find_in_group: the sessions of a group show the same panes, and tmux names the one that was used last. The
# agent's status belongs to the one with a status file; of several, and where none has one, to the oldest.
navi_find_in_group() {
    navi_best=
    navi_answer=$(navi_ask_tmux list-sessions -F '#{session_id} #{session_group}	#{session_name}')
    set -f
    IFS=$navi_newline
    for navi_member in $navi_answer; do
        case $navi_member in '$'*[0-9]" $navi_group	"*) navi_compare_member ;; esac
    done
    unset IFS
    set +f
}

# navi_compare_member: take the session navi_member if it is the first, the only one with a file, or older. Ids count
# up.
navi_compare_member() {
    navi_member_id=${navi_member%% *}
    navi_member=${navi_member#*	}
    navi_rank=${navi_member_id#?}
    [ -e "$navi_folder/$navi_member.json" ] || navi_rank=1000000$navi_rank
    [ -z "$navi_best" ] || [ "$navi_rank" -lt "$navi_best" ] || return 0
    navi_best=$navi_rank
    navi_session_id=$navi_member_id
    navi_pane_session=$navi_member
}

# navi_describe_place: the fields of an event that say where it happened, in navi_where: machine, its start, tmux server
# (process and socket), session and pane.
navi_describe_place() {
    navi_find_place
    navi_where="$navi_place_host	$navi_place_boot	$navi_server	$navi_session_id	$TMUX_PANE	$navi_around	"
    # A line of fields can't hold such a path.
    case $navi_around in *[[:cntrl:]]*) navi_where= ;; esac
}

# navi_find_former: a session without a file may have one under its former name. Hooks always write the place in the
# same way.
navi_find_former() {
    navi_former=$(
        cd "$navi_folder" && grep -lF "\"place\":{\"host\":\"$navi_place_host\",\"boot\":\"$navi_place_boot\",\"socket\":\"$navi_around\",\"server\":$navi_server,\"session\":\"$navi_session_id\"," ./*.json
    )
    navi_former=${navi_former%%"$navi_newline"*}
    navi_former=${navi_former#./}
    [ -z "$navi_former" ] || navi_follow "$navi_folder" "${navi_former%.json}" "$navi_pane_session"
}

# navi_read_event: what the event on standard input says, in navi_reply. Whatever it contains, even if it never ends,
# the agent waits no longer than the limit.
navi_read_event() {
    navi_reply=$(navi_limited 20 "$navi_awk" "$navi_read_event_awk" 3<&0)
    case $? in 124 | 137 | 265) navi_log 'gave up reading an event after 20 s' ;; esac
    [ -n "$navi_reply" ]
}

# navi_log WORDS...: note why an event was lost, for `navi hooks status`: in the state folder, or where its disk is full
# in the runtime folder. A large log begins anew.
navi_log() {
    for navi_log_path in "$navi_folder/.navi/hook.log" "${XDG_RUNTIME_DIR:-/nowhere}/navi-hook.log"; do
        [ -z "$(find "$navi_log_path" -size +64)" ] || mv -f "$navi_log_path" "$navi_log_path.old"
        printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$navi_agent" "$*" >>"$navi_log_path" && return
        [ -s "$navi_log_path" ] || rm -f "$navi_log_path"
    done
}

# navi_find_around: the socket of the tmux server around this process, in navi_around, and the server's process, in
# navi_around_server. Fails if there is none.
navi_find_around() {
    case ${TMUX:+${TMUX_PANE-}} in '' | [!%]* | %*[!0-9]*) return 1 ;; esac
    # The socket's path may have commas, at the first of which tmux would cut it.
    navi_around=${TMUX%,*}
    navi_around_server=${navi_around##*,}
    navi_around=${navi_around%,*}
    case $navi_around in /*) ;; *) navi_around=$PWD/$navi_around ;; esac
}

navi_main() {
    navi_agent=${1:-claude}
    case $navi_agent in *[!A-Za-z0-9_-]*) return ;; esac
    navi_folder=${CLAUDE_SESSIONS_DIR:-${HOME:?}/.claude-sessions}
    case $navi_folder in /*) ;; *) navi_folder=./$navi_folder ;; esac
    navi_around=
    navi_find_around || [ -d "$navi_folder/.headless/.conversations" ] || return
    [ ! -t 0 ] || return
    # It starts in half the time of others, and the agent waits for two.
    ! command -v mawk || navi_awk=mawk
    navi_read_event || return
    navi_find_reported
    navi_gather_feedback
    if [ -z "$navi_around" ] || ! navi_find_session; then
        navi_report_terminal ''
        return
    fi
    navi_report_terminal "$navi_pane_session"
    navi_describe_place
    [ -e "$navi_folder/$navi_pane_session.json" ] || navi_find_former
    navi_use "$navi_folder" "$navi_pane_session" || {
        navi_log "the status of $navi_pane_session could not be written; check whose $navi_folder/.navi is, and its disk"
        return
    }
    # One that runs without a terminal, such as claude -p, may be in another's tool.
    case $navi_agent,${CLAUDE_CODE_ENTRYPOINT-} in claude,sdk*) navi_agent='claude sdk' ;; esac
    navi_event="$navi_time	$navi_agent	${navi_reply%.}$navi_where.$navi_newline"
    navi_publish || navi_log "the status of $navi_pane_session could not be written; check the disk of $navi_folder"
}

navi_newline='
'
navi_tab='	'
navi_feedback=
exec 4>&1 >/dev/null 2>&1
trap '' HUP INT PIPE
umask 077
unset IFS
LC_ALL=C
export LC_ALL
# Its children must not hold the agent's end of the pipe.
navi_main "$@" 4>&-
navi_give_feedback
exit 0
