# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/recover lib/state_folder lib/tmux
# Defines functions with which a verb begins to use the folder of status files, and wakes the watches of that folder.

# navi_enter DIR: set navi_dir and navi_state, and recover what killed operations left there. The folder need not exist.
navi_enter() {
    navi_find_status_folder "$1"
    navi_dir=$navi_expanded
    navi_use_state "$navi_dir"
    # A lost connection must not end the operation half-way.
    trap : PIPE
    navi_recover
}

# navi_wake: make every watch of this folder look now. A watch that ends at this moment is no failure.
navi_wake() {
    for navi_fifo in "$navi_here"/watch.*; do
        if [ -p "$navi_fifo" ] && kill -0 "${navi_fifo##*.}" 2>/dev/null; then
            printf 'poll\n' 5<>"$navi_fifo" >&5 || :
        fi
    done 2>/dev/null
}
