# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/state_folder lib/tmux
# The folder of status files, as a verb uses it.

# navi_enter DIR: know the folder of status files, and recover what was left half done there. It need not exist.
navi_enter() {
    navi_expand "${1:-.claude-sessions}"
    navi_dir=$navi_expanded
    navi_state=$navi_dir/.navi
    # That nobody listens any more must end nothing half-way.
    trap : PIPE
    navi_recover
}

# navi_wake: have every watch of this folder look at once. One may end at this moment; that is no failure.
navi_wake() {
    for navi_fifo in "$navi_state"/watch.*; do
        if [ -p "$navi_fifo" ] && kill -0 "${navi_fifo##*.}" 2>/dev/null; then
            printf 'poll\n' 5<>"$navi_fifo" >&5 || :
        fi
    done 2>/dev/null
}
