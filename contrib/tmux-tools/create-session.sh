#!/bin/sh
# create-session.sh: creates a tmux session, and registers it. create-session.sh --help tells how.
case $0 in */*) navi_tools=${0%/*} ;; *) navi_tools=. ;; esac
# shellcheck source=contrib/tmux-tools/lib/registry.sh
. "$navi_tools/lib/registry.sh"
navi_tool create-session "$@"
