#!/bin/sh
# kill-session.sh: kills a session, and takes it out of the registry. kill-session.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool kill-session "$@"
