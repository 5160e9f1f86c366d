# shellcheck shell=sh disable=SC2015,SC2174,SC2016,SC2034,SC2086,SC2154
# needs: headless/runs headless/state headless/last_errors headless/knowing headless/terminals
# needs: lib/disk lib/quote lib/self
# changes: navi_answer navi_quoted
# run.sh STARTER RUNNER DIR ID GENERATION FIRST CWD SECONDS BYTES CONVERSATION COUNT VARIABLE... WORD...: starts an
# agent as a run of its own, and reports the state of the run. Its first input will have the number FIRST. SECONDS and
# BYTES are its limits, 0 for none. CONVERSATION is the agent's own id of it, "" if the agent chooses one. COUNT
# VARIABLEs are "NAME=VALUE", or "NAME" for one that it must not have. Asking again does no harm: each generation starts
# once. The user's own shell starts the runner, as it does a command in a new terminal (session/first_process).

# navi_refuse_others GENERATION: two agents must not have one conversation, and generations only go up.
navi_refuse_others() {
    for navi_other in "$navi_runs/$navi_session"/*/; do
        navi_other=${navi_other%/}
        navi_other=${navi_other##*/}
        case $navi_other in "$1" | *[!0-9]*) continue ;; esac
        [ "$navi_other" -lt "$1" ] ||
            navi_fail $navi_exists "generation $navi_other of $navi_session exists; nothing was started"
        cd "$navi_runs/$navi_session/$navi_other" || continue
        navi_judge_run
        case $navi_run_state in
        ended | lost | unstarted) ;;
        *) navi_fail $navi_exists "generation $navi_other of $navi_session is $navi_run_state; end it first; nothing was started" ;;
        esac
    done
}

# navi_refuse_terminal PROCESS: an agent in a terminal has the conversation.
navi_refuse_terminal() {
    navi_fail $navi_exists "process $1 in a terminal has the conversation of $navi_session; end it first; nothing was started"
}

# navi_prepare COUNT VARIABLE... WORD...: make the files of the run. Of requests at the same time, or again after one
# was killed, the first one counts: a file that is there is whole, and stays.
navi_prepare() {
    mkdir -p "$navi_run/in.d" 2>/dev/null && cd "$navi_run" ||
        navi_fail_to_write "${navi_runs%/*}" 'nothing was started'
    mkfifo bell 2>/dev/null || [ -p bell ] || navi_fail_to_write "$navi_run" 'nothing was started'
    navi_command_text=$(navi_print_command "$@") && { : >>log && : >>err && : >>events; } 2>/dev/null &&
        navi_put runner.sh "$navi_runner_text" && navi_put fed "$((navi_first - 1))" &&
        navi_put exit.new "$(printf '%-63s.' '')" && navi_put command "$navi_command_text" ||
        navi_fail_to_write "$navi_run" 'nothing was started'
}

# navi_put FILE TEXT: put it there, unless it is there. Fails if it can't be written.
navi_put() {
    { printf '%s\n' "$2" >"$1.$navi_self" && { ln "$1.$navi_self" "$1" || [ -f "$1" ]; }; } 2>/dev/null
    navi_put_code=$?
    rm -f "$1.$navi_self"
    return "$navi_put_code"
}

# navi_print_command COUNT VARIABLE... WORD...: the text of the file `command`.
navi_print_command() {
    navi_left=$1
    shift
    while [ "$navi_left" -gt 0 ]; do
        navi_quoted=
        case $1 in
        *=*)
            navi_quote "${1#*=}"
            printf 'export %s=%s\n' "${1%%=*}" "${navi_quoted# }"
            ;;
        *) printf 'unset %s\n' "$1" ;;
        esac
        navi_left=$((navi_left - 1))
        shift
    done
    navi_quoted=
    navi_quote "$navi_cwd"
    printf 'navi_cwd=%s navi_most_seconds=%s navi_most_bytes=%s\n' "${navi_quoted# }" "$navi_seconds" "$navi_bytes"
    navi_quoted=
    for navi_argument; do
        navi_quote "$navi_argument"
    done
    printf 'set --%s\n' "$navi_quoted"
}

# navi_launch: let the user's shell become the runner, in a new session of the server of such agents.
navi_launch() {
    navi_find_server
    [ -d "${navi_headless_socket%/*}" ] || mkdir -p -m 700 "${navi_headless_socket%/*}" 2>/dev/null
    navi_quoted=
    for navi_argument in "$navi_run/start.$navi_self" 'exec sh "$NAVI_RUN/runner.sh"' '' '' '' yes tmux \
        "NAVI_RUN=$navi_run" "NAVI_HEADLESS=$navi_session"; do
        navi_quote "$navi_argument"
    done
    printf 'set --%s\n%s\n' "$navi_quoted" "$navi_starter" 2>/dev/null >"start.$navi_self" ||
        navi_fail_to_write "$navi_run" 'nothing was started'
    navi_result=$(navi_tmux "$navi_headless_socket" -f /dev/null new-session -d -s "$navi_session-$navi_generation" -x 80 -y 24 \
        -- sh -c '[ -f "$1" ] && . "$1"' navi-start "$navi_run/start.$navi_self" 2>&1)
    navi_tmux_code=$?
    [ "$navi_tmux_code" -eq 0 ] && return
    rm -f "start.$navi_self"
    navi_verdict "$navi_tmux_code" "$navi_result"
    case $navi_result in
    *'duplicate session'*) ;;
    *)
        navi_answer=$navi_result
        navi_tmux_failed
        ;;
    esac
}

# navi_await_agent_start: wait until the agent has begun, or has ended, or for a while.
navi_await_agent_start() {
    navi_tenths=150
    while [ ! -f pid ] && [ ! -f exit ] && [ "$navi_tenths" -gt 0 ]; do
        navi_tenths=$((navi_tenths - 1))
        sleep 0.1
    done
}

navi_starter=$1 navi_runner_text=$2
navi_find_runs "$3"
navi_session=$4 navi_generation=$5 navi_first=$6
navi_run=$navi_runs/$navi_session/$navi_generation
navi_expand "$7"
navi_cwd=$navi_expanded
navi_seconds=$8 navi_bytes=$9
shift 9
navi_conversation=$1
shift
if [ -d "$navi_run/claimed" ]; then
    cd "$navi_run" || navi_fail $navi_refused "the folder $navi_run can't be entered"
    navi_fresh=again
else
    navi_fresh=new
    [ -d "$navi_cwd" ] || navi_fail $navi_none "there is no directory $navi_cwd; nothing was started"
    [ -x "$navi_cwd" ] || navi_fail $navi_refused "the directory $navi_cwd can't be entered; nothing was started"
    navi_refuse_others "$navi_generation"
    if [ -n "$navi_conversation" ]; then
        navi_find_terminal "$navi_runs" "$navi_conversation" navi_refuse_terminal
        navi_know "$navi_conversation" "$navi_session" "$navi_session/$navi_generation"
    fi
    navi_prepare "$@"
    navi_launch
fi
navi_await_agent_start
navi_judge_run
printf '%s started %s %s\n' "$navi_token" "$navi_fresh" "$navi_run_state"
navi_print_errors
