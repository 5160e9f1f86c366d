# shellcheck shell=sh
# Sourced by the tests of the package: a home of their own, a machine `atlas` behind a real sshd on loopback, and a
# terminal in tmux. All of it is below one folder, and ends with the test.

tests=$(mktemp -d /tmp/navi-package.XXXXXX)
unset TMUX TMUX_PANE XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME
export LC_ALL=C.UTF-8 TERM=xterm-256color SHELL=/bin/sh
export HOME="$tests/home" TMUX_TMPDIR="$tests" TMPDIR="$tests/tmp" XDG_RUNTIME_DIR="$tests/run"
mkdir -m 700 "$HOME" "$TMPDIR" "$XDG_RUNTIME_DIR" "$tests/bin" "$tests/atlas" "$tests/atlas/tmp"
sshd_process=
terminal=0
hub_process= # set by the test that starts a hub
trap finish EXIT
trap 'exit 130' HUP INT TERM

# finish: end what the test started, and remove its folder.
finish() {
    result=$?
    trap '' HUP INT TERM
    [ -z "$hub_process" ] || kill "$hub_process" 2>/dev/null || :
    navi-agents daemon stop >/dev/null 2>&1 || :
    for server in "$tests" "$tests/atlas"; do
        TMUX_TMPDIR=$server tmux kill-server 2>/dev/null || :
    done
    while [ "$terminal" -gt 0 ]; do
        tmux -L "terminal$terminal" kill-server 2>/dev/null || :
        terminal=$((terminal - 1))
    done
    ssh -O exit atlas 2>/dev/null || :
    [ -z "$sshd_process" ] || kill "$sshd_process" 2>/dev/null || :
    wait || :
    rm -rf "$tests"
    exit "$result"
}

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# until_true WHAT COMMAND...: repeat a command until it succeeds, for half a minute.
until_true() {
    what=$1
    shift
    tries=150
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "timed out waiting until $what"
        sleep 0.2
    done
}

# prints PATTERN COMMAND...: whether the output of a command has a line that matches.
prints() {
    pattern=$1
    shift
    "$@" >"$tests/output" 2>&1 || :
    grep -q -e "$pattern" "$tests/output"
}

# expect PATTERN COMMAND...: fail unless a command succeeds and its output has a line that matches.
expect() {
    pattern=$1
    shift
    "$@" >"$tests/output" 2>&1 || fail "$* exited with $?: $(cat "$tests/output")"
    grep -q -e "$pattern" "$tests/output" || fail "$* printed no line like '$pattern': $(cat "$tests/output")"
}

# ---- atlas

# start_atlas: start the machine, and write the remotes.yaml that has it.
start_atlas() {
    for key in user_key host_key; do
        ssh-keygen -q -t ed25519 -N '' -f "$tests/$key"
    done
    write_login
    [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
    port=$((20000 + $$ % 20000))
    until start_sshd; do
        port=$((port + 7))
    done
    write_ssh
    mkdir -p "$HOME/.config/navi"
    printf 'remotes:\n  - name: atlas\n    host: atlas\n' >"$HOME/.config/navi/remotes.yaml"
}

# write_login: write what runs instead of the user's login: the same in the home of atlas.
write_login() {
    cat >"$tests/login" <<END
#!/bin/sh
unset TMUX TMUX_PANE XDG_RUNTIME_DIR
export HOME=$tests/atlas TMUX_TMPDIR=$tests/atlas TMPDIR=$tests/atlas/tmp SHELL=/bin/sh LC_ALL=C.UTF-8
cd
exec /bin/sh -c "\${SSH_ORIGINAL_COMMAND:-exec sh}"
END
    chmod 755 "$tests/login"
}

# start_sshd: start sshd on $port. Fails if another process has the port.
start_sshd() {
    cat >"$tests/sshd_config" <<END
ListenAddress 127.0.0.1
Port $port
HostKey $tests/host_key
AuthorizedKeysFile $tests/user_key.pub
PidFile none
StrictModes no
UsePAM no
ForceCommand $tests/login
END
    : >"$tests/sshd.log"
    "$(PATH=$PATH:/usr/sbin command -v sshd)" -D -e -f "$tests/sshd_config" 2>"$tests/sshd.log" &
    sshd_process=$!
    until_true "sshd listens or fails" has_begun
    kill -0 "$sshd_process" 2>/dev/null
}

has_begun() {
    grep -q 'Server listening' "$tests/sshd.log" || ! kill -0 "$sshd_process" 2>/dev/null
}

# write_ssh: put a wrapper on PATH, because ssh takes the home from the password file, and not from HOME.
write_ssh() {
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cat "$tests/host_key.pub")" >"$tests/known_hosts"
    cat >"$tests/ssh_config" <<END
Host atlas
    HostName 127.0.0.1
    Port $port
    User $(id -un)
    IdentityFile $tests/user_key
    IdentitiesOnly yes
    UserKnownHostsFile $tests/known_hosts
END
    printf '#!/bin/sh\nexec /usr/bin/ssh -F %s "$@"\n' "$tests/ssh_config" >"$tests/bin/ssh"
    chmod 755 "$tests/bin/ssh"
    export PATH="$tests/bin:$PATH"
}

# ---- a terminal

# in_terminal COMMAND: run a command of sh in a new terminal, with a tmux server of its own: the one before may still be
# ending.
in_terminal() {
    terminal=$((terminal + 1))
    tmux -L "terminal$terminal" new-session -d -x 120 -y 40 "unset TMUX TMUX_PANE; export TERM=tmux-256color; $1"
}

on_screen() {
    tmux -L "terminal$terminal" capture-pane -p
}

# shows PATTERN: wait until a line of the screen matches.
shows() {
    until_true "the screen shows '$1'; it shows: $(on_screen)" prints "$1" on_screen
}

# keys KEY...: press keys; type TEXT: type a text.
keys() {
    tmux -L "terminal$terminal" send-keys "$@"
}

type_text() {
    tmux -L "terminal$terminal" send-keys -l -- "$1"
}
