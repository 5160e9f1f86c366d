# shellcheck shell=sh disable=SC2154
# needs: lib/tmux
# preview.sh SOCKET PANE HISTORY [COLORS]: prints the width of a pane, then its text, with HISTORY lines above the
# screen. Where COLORS is not empty, colours are escape sequences in it, and there are no others.
navi_tmux "$1" display-message -p -t "$2" '#{pane_width}' \; capture-pane -p ${4:+-e} -t "$2" -S "-$3"
