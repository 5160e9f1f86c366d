# shellcheck shell=sh
# Defines the function that adds the folders of agents' programs to the PATH of a request, because some are only on the
# PATH of an interactive shell. It is one line, because attaching sends it (ops/session/attach.py).
navi_find_programs() { for navi_program_folder in "$HOME/.local/bin" "$HOME/bin" "$HOME/.claude/local" "$HOME/.opencode/bin" "$HOME/.npm-global/bin" "$HOME/.bun/bin" "$HOME/.volta/bin" "$HOME/.asdf/shims" "$HOME/.local/share/mise/shims" "$HOME/.nvm/versions/node"/*/bin /usr/local/bin /opt/homebrew/bin; do if [ -d "$navi_program_folder" ]; then PATH=$PATH:$navi_program_folder; fi; done; export PATH; }
