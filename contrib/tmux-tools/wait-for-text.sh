#!/bin/sh
# wait-for-text.sh: waits for text in a session. wait-for-text.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool wait-for-text "$@"
