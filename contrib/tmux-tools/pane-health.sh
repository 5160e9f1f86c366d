#!/bin/sh
# pane-health.sh: tells what the process of a session does. pane-health.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool pane-health "$@"
