# shellcheck shell=sh
# Where agents' programs are, besides the PATH of requests. One line, because attaching sends it
# (ops/session/attach.py).
navi_find_programs() { PATH=$PATH:$HOME/.local/bin:$HOME/bin:$HOME/.claude/local:$HOME/.npm-global/bin:/usr/local/bin:/opt/homebrew/bin; export PATH; }
