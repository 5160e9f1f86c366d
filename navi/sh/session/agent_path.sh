# shellcheck shell=sh
# Defines the function that adds the folders of agents' programs to the PATH of a request. It is one line, because
# attaching sends it (ops/session/attach.py).
navi_find_programs() { PATH=$PATH:$HOME/.local/bin:$HOME/bin:$HOME/.claude/local:$HOME/.npm-global/bin:/usr/local/bin:/opt/homebrew/bin; export PATH; }
