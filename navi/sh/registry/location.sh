# shellcheck shell=sh disable=SC2034,SC2174
# Where the registry of sessions is: one JSON file in the folder of tmux sockets, with a lock beside it. Its format,
# places and lock are those of the tools that agents' skills use, so that they and navi can share it.

# navi_find_registry: set the paths of the registry. Fails if somebody else has created the usual folder first.
navi_find_registry() {
    navi_sockets=${CLAUDE_TMUX_SOCKET_DIR:-${TMPDIR:-/tmp}/claude-tmux-sockets}
    navi_registry=${REGISTRY_FILE:-$navi_sockets/.sessions.json}
    navi_registry_lock=${REGISTRY_LOCK:-$navi_sockets/.sessions.lock}
    [ -z "${CLAUDE_TMUX_SOCKET_DIR-}" ] || return 0
    [ ! -e "$navi_sockets" ] && [ ! -L "$navi_sockets" ] && return 0
    [ -d "$navi_sockets" ] && [ ! -L "$navi_sockets" ] && [ -O "$navi_sockets" ]
}

# navi_open_sockets: make the folder of the registry where there is none. Fails if it can't be written to.
navi_open_sockets() {
    [ -d "$navi_sockets" ] || mkdir -p -m 700 "$navi_sockets" 2>/dev/null
    [ -w "$navi_sockets" ]
}
