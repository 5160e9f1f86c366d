# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# Defines functions for the tmux server of agents without a terminal. This server is navi's own, so no setting and no
# command for the user's servers reaches it.

# navi_find_server: its socket, in navi_headless_socket, where `tmux -L navi-headless` finds it, too.
navi_find_server() {
    navi_find_user
    navi_headless_socket=${TMUX_TMPDIR:-/tmp}/tmux-$navi_user/navi-headless
}

# navi_has_server_session: whether it has the session of the run in the current folder.
navi_has_server_session() {
    navi_find_server
    navi_run_folder=$(pwd -P)
    navi_run_name=${navi_run_folder%/*}
    navi_tmux "$navi_headless_socket" has-session -t "=${navi_run_name##*/}-${navi_run_folder##*/}" 2>/dev/null
}
