# shellcheck shell=sh disable=SC2154,SC2034
# needs: session/folder
# Defines functions that find the files of the agents' hooks: the hook itself, OpenCode's plugin, and the settings and
# files of the other agents.
umask 077
LC_ALL=C
export LC_ALL

# The hook files, by the names that navi_find_hook_file knows (ops/hooks/files.py): the hook, OpenCode's plugin, the
# settings of Claude Code, and then a file of each other agent by its name.
navi_hook_names='hook plugin settings gemini qwen copilot'

# navi_resolve FILE: set navi_target to the file itself: users who keep settings elsewhere link to them.
navi_resolve() {
    navi_target=$1
    navi_hops=0
    while [ -L "$navi_target" ] && [ "$navi_hops" -lt 20 ]; do
        navi_hops=$((navi_hops + 1))
        navi_link=$(readlink "$navi_target" && echo .) || return
        navi_link=${navi_link%"$navi_newline".}
        case $navi_link in
        /*) navi_target=$navi_link ;;
        *) navi_target=${navi_target%/*}/$navi_link ;;
        esac
    done
    [ ! -L "$navi_target" ]
}

# navi_places DIR
navi_places() {
    navi_enter "$1"
    navi_hook=$navi_state/hook
    navi_settings=${CLAUDE_CONFIG_DIR:-$HOME/.claude}/settings.json
    navi_opencode=${XDG_CONFIG_HOME:-$HOME/.config}/opencode
    navi_plugin=$navi_opencode/plugin/navi.js
    navi_gemini=$HOME/.gemini/settings.json
    navi_qwen=$HOME/.qwen/settings.json
    navi_copilot=${COPILOT_HOME:-$HOME/.copilot}/hooks/navi.json
}

# navi_find_hook_file NAME: set navi_file to its path. A file of navi's alone needs no copy: navi_is_shared is "no".
navi_find_hook_file() {
    navi_is_shared=yes
    case $1 in
    hook) navi_file=$navi_hook navi_is_shared=no ;;
    plugin) navi_file=$navi_plugin navi_is_shared=no ;;
    settings) navi_file=$navi_settings ;;
    gemini) navi_file=$navi_gemini ;;
    qwen) navi_file=$navi_qwen ;;
    copilot) navi_file=$navi_copilot navi_is_shared=no ;;
    *) return 1 ;;
    esac
}
