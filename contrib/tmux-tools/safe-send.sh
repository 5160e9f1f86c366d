#!/bin/sh
# safe-send.sh: types into a session, and waits for what it answers. safe-send.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool safe-send "$@"
