#!/bin/sh
# find-sessions.sh: lists the sessions of tmux servers. find-sessions.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool find-sessions "$@"
