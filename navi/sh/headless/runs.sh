# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# Defines the function that finds the folder with the runs of agents without a terminal. A run has the folder
# .headless/ID/GENERATION below the folder of status files.

# navi_find_runs DIR: that folder, in navi_runs.
navi_find_runs() {
    navi_find_status_folder "$1"
    navi_runs=$navi_expanded/.headless
    umask 077
    # A lost connection must not end an operation half-way.
    trap : PIPE
}
