#!/bin/sh
# cleanup-sessions.sh: removes what is dead, old, or everything. cleanup-sessions.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool cleanup-sessions "$@"
