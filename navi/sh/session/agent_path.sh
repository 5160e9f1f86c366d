# shellcheck shell=sh
# Where the programs of agents are, beside the PATH of requests. One line, for attaching sends it (ops/session/attach.py).
navi_find_programs() { PATH=$PATH:$HOME/.local/bin:$HOME/bin:$HOME/.claude/local:$HOME/.npm-global/bin:/usr/local/bin:/opt/homebrew/bin; export PATH; }
