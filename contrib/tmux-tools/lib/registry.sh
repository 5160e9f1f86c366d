# shellcheck shell=sh disable=SC2034,SC3028
# lib/registry.sh: how the tools find navi, and, for scripts that source it, the registry of sessions. navi does what is
# asked for. Exit statuses of the functions: 0 done, 1 not found or failed, 2 what is asked for makes no sense, 75
# somebody else has the lock.

# ---- navi

# navi_find: navi's command, in navi_command: $NAVI, or else that on PATH, or else that of the checkout the tools are in.
# Other programs are named navi, too, so its second name goes first.
navi_find() {
    for navi_command in "${NAVI:-navi-agents}" "${NAVI:-navi}"; do
        command -v "$navi_command" >/dev/null 2>&1 && return
    done
    [ -z "${NAVI-}" ] && navi_command=$navi_tools/../run && [ -x "$navi_command" ] && return
    echo "Error: ${NAVI:-navi} is not found; install navi, or set NAVI to its path" >&2
    return 69
}

# navi_tool NAME ARGUMENT...: be that tool from now on.
navi_tool() {
    navi_find || exit
    navi_name=$1
    shift
    exec "$navi_command" tool "$navi_name" -- "$@"
}

# The folder of the tools, for who has not set it: bash and ksh know which file is sourced.
navi_sourced=${BASH_SOURCE-}
[ -n "$navi_sourced" ] || navi_sourced=$( (eval 'printf %s "${.sh.file}"') 2>/dev/null)
case $navi_sourced in */*) navi_sourced=${navi_sourced%/*} ;; *) navi_sourced=. ;; esac
navi_tools=${navi_tools:-$navi_sourced/..}

# ---- the registry

# What was set is passed on to navi, also if it was not exported. What was not, navi knows by itself.
[ -z "${CLAUDE_TMUX_SOCKET_DIR-}" ] || export CLAUDE_TMUX_SOCKET_DIR
[ -z "${REGISTRY_FILE-}" ] || export REGISTRY_FILE
[ -z "${REGISTRY_LOCK-}" ] || export REGISTRY_LOCK
[ -z "${LOCK_TIMEOUT-}" ] || export LOCK_TIMEOUT

# navi_is_own_folder PATH: whether that is a folder of this user, and not a link to one.
navi_is_own_folder() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }

# navi_find_sockets: the folder of the registry, as navi finds it: where the usual one is somebody else's, each user has
# one of their own, and keeps it.
navi_find_sockets() {
    CLAUDE_TMUX_SOCKET_DIR=${TMPDIR:-/tmp}/claude-tmux-sockets
    navi_private=$CLAUDE_TMUX_SOCKET_DIR-${EUID:-$(id -u)}
    if ! navi_is_own_folder "$navi_private"; then
        [ -e "$CLAUDE_TMUX_SOCKET_DIR" ] || [ -L "$CLAUDE_TMUX_SOCKET_DIR" ] || return 0
        ! navi_is_own_folder "$CLAUDE_TMUX_SOCKET_DIR" || return 0
    fi
    CLAUDE_TMUX_SOCKET_DIR=$navi_private
}

[ -n "${CLAUDE_TMUX_SOCKET_DIR-}" ] || navi_find_sockets
: "${REGISTRY_FILE:=$CLAUDE_TMUX_SOCKET_DIR/.sessions.json}"
: "${REGISTRY_LOCK:=$CLAUDE_TMUX_SOCKET_DIR/.sessions.lock}"
: "${REGISTRY_VERSION:=1.0}" "${LOCK_TIMEOUT:=5}" "${LOCK_SLEEP:=0.1}"

# navi_ask FUNCTION ARGUMENT...: have navi tell something of the registry.
navi_ask() {
    navi_find && "$navi_command" tool registry -- "$@"
}

# navi_change FUNCTION ARGUMENT...: have navi change it. It takes the lock itself: ours would keep it waiting.
navi_change() {
    [ -z "${navi_locked-}" ] || registry_unlock
    navi_ask "$@"
}

# NAME SOCKET TARGET [TYPE [PID]]
registry_add_session() { navi_change add_session "$@"; }
# NAME
registry_remove_session() { navi_change remove_session "$@"; }
registry_update_activity() { navi_change update_activity "$@"; }
registry_session_exists() { navi_ask session_exists "$@"; }
registry_get_session() { navi_ask get_session "$@"; }
registry_get_socket() { navi_ask get_socket "$@"; }
registry_get_target() { navi_ask get_target "$@"; }
# nothing; or, to only count what is dead, --dry-run
registry_cleanup_dead() { navi_change cleanup_dead "$@"; }
registry_list_sessions() { navi_ask list_sessions; }
registry_validate() { navi_ask validate; }

# registry_init: have a registry. Who may not be alone has the lock.
registry_init() {
    navi_open_folder && navi_trust "$REGISTRY_FILE" || return 2
    [ -s "$REGISTRY_FILE" ] || (umask 077 && printf '{"sessions":{},"version":"%s"}\n' "$REGISTRY_VERSION" >"$REGISTRY_FILE")
}

# navi_open_folder: make the folder where there is none. Fails, with words, if it is not the user's own.
navi_open_folder() {
    [ -d "$CLAUDE_TMUX_SOCKET_DIR" ] || (umask 077 && mkdir -p "$CLAUDE_TMUX_SOCKET_DIR")
    navi_is_own_folder "${CLAUDE_TMUX_SOCKET_DIR%/}" && return
    echo "registry: $CLAUDE_TMUX_SOCKET_DIR is not a folder of yours; set CLAUDE_TMUX_SOCKET_DIR to one" >&2
    return 1
}

# navi_trust FILE: whether it is the user's own and no link, if it is there.
navi_trust() {
    [ ! -L "$1" ] && { [ ! -e "$1" ] || { [ -O "$1" ] && { [ -f "$1" ] || [ -d "$1" ]; }; }; } && return
    echo "registry: $1 is not a file of yours; remove it" >&2
    return 1
}

# registry_lock: have the lock for this shell: a file that flock(1) locks, or a folder where there is no flock(1).
registry_lock() {
    navi_open_folder && navi_trust "$REGISTRY_LOCK" || return 2
    navi_tries=$((${LOCK_TIMEOUT%%.*} * 10))
    until navi_try_lock 2>/dev/null; do
        if [ "$navi_tries" -le 0 ]; then
            echo "registry: Failed to acquire lock after ${LOCK_TIMEOUT}s" >&2
            return 75
        fi
        navi_tries=$((navi_tries - 1))
        sleep "$LOCK_SLEEP"
    done
    navi_locked=yes
}

# navi_try_lock: the lock, if nobody has it. With a bare exec, a file that can't be opened would end the shell.
navi_try_lock() {
    if command -v flock >/dev/null; then
        [ ! -d "$REGISTRY_LOCK" ] && command exec 9>>"$REGISTRY_LOCK" && flock -n 9 9>&9
        return
    fi
    [ ! -f "$REGISTRY_LOCK" ] || [ -s "$REGISTRY_LOCK" ] || rm -f "$REGISTRY_LOCK"
    mkdir "$REGISTRY_LOCK" && echo "$$" >"$REGISTRY_LOCK/owner" && return
    read -r navi_owner navi_rest <"$REGISTRY_LOCK/owner" || return
    kill -0 "$navi_owner" || { mv "$REGISTRY_LOCK" "$REGISTRY_LOCK.$$" && rm -rf "$REGISTRY_LOCK.$$"; }
    return 1
}

# registry_unlock: end the lock.
registry_unlock() {
    navi_locked=
    exec 9>&-
    [ ! -d "$REGISTRY_LOCK" ] || rm -rf "$REGISTRY_LOCK"
}
