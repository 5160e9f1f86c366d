# shellcheck shell=sh disable=SC2154
# needs: lib/tmux
# preview.sh SOCKET PANE HISTORY: the pane's width, then its text without escape sequences.
navi_tmux "$1" display-message -p -t "$2" '#{pane_width}' \; capture-pane -p -t "$2" -S "-$3"
