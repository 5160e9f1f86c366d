# shellcheck shell=sh disable=SC2034,SC2088,SC2154,SC3013
# shares: navi_answer navi_dead navi_id navi_identity navi_name navi_others navi_patience navi_sock navi_socket
# shares: navi_unaskable
# shares: navi_word
# Defines functions that call tmux, always with UTF-8 and never for longer than a limit, and that give each kind of
# failure a word.

navi_newline='
'

# The session that an operation is about has the name navi_name on the server with the socket navi_socket ("" for the
# user's default one). tmux knows it by navi_id; navi_identity is the server's process, that id and the time of
# creation.

# navi_find_tmux: look also where package managers put tmux: over ssh, PATH is often the system's bare one. A tmux on
# PATH takes precedence. attach.py sends this line through login shells, tcsh and fish among them: no quote, backslash,
# bang.
navi_find_tmux() { for navi_folder in "$HOME/.local/bin" "$HOME/bin" /opt/homebrew/bin /usr/local/bin /home/linuxbrew/.linuxbrew/bin "$HOME/.linuxbrew/bin" "$HOME/.nix-profile/bin" "/etc/profiles/per-user/${USER:-root}/bin" /nix/var/nix/profiles/default/bin /run/current-system/sw/bin "$HOME/.guix-profile/bin" /run/current-system/profile/bin /opt/local/bin /usr/pkg/bin /snap/bin; do case ":$PATH:" in *":$navi_folder:"*) ;; *) PATH=${PATH:+$PATH:}$navi_folder ;; esac; done; export PATH; }
navi_find_tmux

# navi_refuse_foreign SOCKET: fail if there is such a socket and it belongs to another user, who sees what is typed
# there. Of a link, its target counts. attach.py sends this line, too. 77 is navi_refused (lib/fail).
navi_refuse_foreign() { if [ -n "$1" ] && [ -e "$1" ]; then [ -O "$1" ] || { echo "the tmux socket $1 belongs to another user" >&2; return 77; }; fi; }

# navi_expand PATH: in navi_expanded, a path as people write it: a leading ~ and relative paths are below the home.
navi_expand() {
    case $1 in
    '' | '~') navi_expanded=$HOME ;;
    '~/'*) navi_expanded=$HOME/${1#'~/'} ;;
    /*) navi_expanded=$1 ;;
    *) navi_expanded=$HOME/$1 ;;
    esac
}

# navi_find_status_folder DIR: in navi_expanded, the folder of status files, written as people write it; the usual one
# where DIR is empty (config/remote.py).
navi_find_status_folder() { navi_expand "${1:-.claude-sessions}"; }

# Inside tmux, the default server would be the one around us; we mean the user's own, and name others by their socket.
unset TMUX TMUX_PANE

# Run a command for at most so many seconds. Only SIGKILL ends a tmux whose server hangs.
if command -v timeout >/dev/null 2>&1; then
    navi_limited() { timeout -s KILL "$@"; }
else
    navi_limited() {
        navi_allowed=$1
        shift
        # In the background a command has no input, unless it is given one.
        { "$@" <&5 5<&- & } 5<&0
        navi_child=$!
        (
            sleep "$navi_allowed"
            kill -KILL "$navi_child"
        ) >/dev/null 2>&1 &
        navi_guard=$!
        wait "$navi_child"
        navi_code=$?
        kill "$navi_guard" 2>/dev/null
        return "$navi_code"
    }
fi

# Seconds that one request may take.
navi_patience=5

# The servers that have answered just now, as lines "=SOCKET".
navi_awake=

# navi_tmux SOCKET COMMAND...: an empty SOCKET is the user's default server, of which tmux itself checks whose it is. A
# server that it starts must not keep our FIFO and our locks, which have the descriptors 4, 7 and 8. One that has
# answered just now needs no limit.
navi_tmux() {
    navi_refuse_foreign "$1" || return
    navi_at=$1
    shift
    if [ -n "$navi_at" ]; then set -- tmux -u -S "$navi_at" "$@"; else set -- tmux -u "$@"; fi
    case $navi_awake in
    *"=$navi_at$navi_newline"*) $navi_instead "$@" 4>&- 7>&- 8>&- ;;
    *) navi_limited "$navi_patience" "$@" 4>&- 7>&- 8>&- ;;
    esac
}

# navi_become_tmux SOCKET COMMAND...: the same, replacing a subshell that has nothing else to do: one process less.
navi_instead=
navi_become_tmux() {
    navi_instead="exec"
    navi_tmux "$@"
}

# Whether a server may begin to hang while we work, so that each question needs a limit.
navi_wary=

# navi_consult SOCKET COMMAND...: what that server answers, in navi_answer, and what that means, in navi_word. If the
# server may hang, the answer is read up to its end mark and not to the end of the pipe: a client that is killed has
# passed the pipe on to the server, which would keep it open for as long as it hangs.
navi_consult() {
    case $navi_awake in
    *"=$1$navi_newline"*)
        navi_answer=$(navi_become_tmux "$@" 2>&1)
        navi_verdict $? "$navi_answer"
        return
        ;;
    esac
    navi_answer=$(
        {
            navi_tmux "$@" 2>&1
            printf '\n%s end %s\n' "$navi_token" $?
        } | LC_ALL=C sed "/^$navi_token end /q"
    )
    navi_code=${navi_answer##*"$navi_token end "}
    navi_answer=${navi_answer%"$navi_newline$navi_token end "*}
    while :; do
        case $navi_answer in *"$navi_newline") navi_answer=${navi_answer%"$navi_newline"} ;; *) break ;; esac
    done
    navi_verdict "$navi_code" "$navi_answer"
    [ -n "$navi_wary" ] || [ "$navi_word" = hung ] || navi_awake="$navi_awake=$1$navi_newline"
}

# navi_beware: from now on a server that has answered may begin to hang.
navi_beware() {
    navi_wary=yes
    navi_awake=
}

# navi_ping SOCKET: whether that server answers, or at least does not hang, before it gets a command.
navi_ping() {
    case $navi_awake in *"=$1$navi_newline"*) return 0 ;; esac
    navi_consult "$1" display-message -p ''
    [ "$navi_word" != hung ]
}

# navi_verdict CODE OUTPUT: what an answer of tmux means, in one word of navi_word. Only "ok", "none" (tmux itself
# reports that no server runs) and "absent" (the server does not have what it was asked about) prove anything about
# sessions. A server without any session, which is one that is just ending or may be empty (exit-empty off), has no
# "current target", whatever it is asked about. 124 is what timeout(1) says when time ran out; the others, that SIGKILL
# ended it (ksh counts from 256). 77 is what navi_refuse_foreign says.
navi_verdict() {
    case $1 in
    0) navi_word=ok ;;
    124 | 137 | 265) navi_word=hung ;;
    127) navi_word=missing ;;
    77) navi_word=foreign ;;
    *)
        case $2 in
        'no server running on '* | 'error connecting to '*'(No such file or directory)' | 'error connecting to '*'(Connection refused)')
            navi_word=none ;;
        *"can't find "*': '* | *'no current target'*) navi_word=absent ;;
        *) navi_word=failed ;;
        esac
        ;;
    esac
}

# navi_is_behind SOCKET PROCESS: whether that server answers there. It may have no session, and list none.
navi_is_behind() { [ "$(navi_tmux "$1" display-message -p '#{pid}' </dev/null 2>/dev/null)" = "$2" ]; }

# navi_find_user: this user's number in navi_user, without a program where the system tells it.
navi_find_user() {
    [ -z "${navi_user-}" ] || return 0
    [ ! -r /proc/self/status ] || while read -r navi_word navi_user navi_todo; do
        [ "$navi_word" != Uid: ] || break
    done </proc/self/status
    case ${navi_user-} in '' | *[!0-9]*) navi_user=$(id -u) ;; esac
}

# navi_find_default: set navi_default to the socket of the user's default server, as the server itself names it: tmux
# follows symbolic links in the path of its folder.
navi_find_default() {
    [ -z "${navi_default-}" ] || return 0
    navi_find_user
    navi_default=${TMUX_TMPDIR:-/tmp}
    navi_default=$(cd -P "$navi_default" 2>/dev/null && printf '%s' "$PWD") || navi_default=${TMUX_TMPDIR:-/tmp}
    navi_default=${navi_default%/}/tmux-$navi_user/default
}

# navi_is_default SOCKET: whether that is the socket of the user's default server, by whatever path; "" means it, too.
navi_is_default() {
    [ -n "$1" ] || return 0
    navi_find_default
    [ "$1" = "$navi_default" ] || [ "$1" = "${TMUX_TMPDIR:-/tmp}/tmux-$navi_user/default" ] || [ "$1" -ef "$navi_default" ]
}

# The usual folder of the registry, where the user has named none.
navi_usual=

# navi_find_sockets: in navi_sockets the folder of the registry and of the sockets that the tools make. If the usual one
# is another user's, each user has one of their own, and keeps it when the other one disappears.
navi_find_sockets() {
    navi_sockets=${CLAUDE_TMUX_SOCKET_DIR-}
    while :; do
        # Of a path that ends in a slash, no test can tell a link from a folder.
        case $navi_sockets in ?*/) navi_sockets=${navi_sockets%/} ;; *) break ;; esac
    done
    [ -z "$navi_sockets" ] || return 0
    navi_find_user
    navi_usual=${TMPDIR:-/tmp}/claude-tmux-sockets
    if navi_is_own_folder "$navi_usual-$navi_user"; then
        navi_usual=$navi_usual-$navi_user
    elif [ -e "$navi_usual" ] || [ -L "$navi_usual" ]; then
        navi_is_own_folder "$navi_usual" || navi_usual=$navi_usual-$navi_user
    fi
    navi_sockets=$navi_usual
}

# navi_is_own_folder PATH: whether that is a folder of this user, and not a link to one.
navi_is_own_folder() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }

# The sockets that nobody listened on when they were last asked, as lines "=SOCKET" (look/sessions.sh).
navi_dead=

# navi_find_servers: the sockets of the user's other tmux servers, a line each, in navi_others; navi_unaskable says
# whether there are more. Other people's are not ours to ask (-O). The demo and the tests set NAVI_SOCKETS_BELOW to
# their own folder: then sockets anywhere else are not looked for, so that they never see the user's real sessions.
navi_find_servers() {
    navi_others=
    navi_unaskable=no
    navi_folders=
    # One folder can have two of these paths.
    set -- "${TMUX_TMPDIR:-/tmp}" "${XDG_RUNTIME_DIR:-/run/user/$navi_user}" /tmp
    if [ "$3" -ef "$2" ] || [ "$3" -ef "$1" ]; then set -- "$1" "$2"; fi
    [ ! "$2" -ef "$1" ] || set -- "$1" "${3-}"
    for navi_folder; do
        [ -n "$navi_folder" ] || continue
        navi_folders="$navi_folders:$navi_folder:"
        for navi_sock in "$navi_folder/tmux-$navi_user"/*; do
            navi_is_default "$navi_sock" || navi_add_server
        done
    done
    navi_find_sockets
    for navi_sock in "$navi_sockets"/*.sock; do
        navi_add_server
    done
    # Where nobody would look: new.sh notes it.
    [ ! -f "${navi_state-}/sockets" ] || while IFS= read -r navi_sock; do
        case $navi_newline$navi_others in *"$navi_newline$navi_sock$navi_newline"*) ;; *) navi_add_server ;; esac
    done <"$navi_state/sockets"
}

# navi_add_server: note the socket navi_sock, if it is one of ours. A line can't hold a name with a line end: that
# server can't be asked, and its sessions are unknown. The one of agents without a terminal has no sessions of users.
navi_add_server() {
    case $navi_sock in */navi-headless) return ;; esac
    [ -S "$navi_sock" ] && [ -O "$navi_sock" ] || return
    case $navi_sock in "${NAVI_SOCKETS_BELOW:+${NAVI_SOCKETS_BELOW%/}/}"*) ;; *) return ;; esac
    # A new start of the server makes its socket anew.
    case $navi_dead in *"=$navi_sock$navi_newline"*) [ "$navi_listed_before" -nt "$navi_sock" ] && return ;; esac
    case $navi_sock in
    *"$navi_newline"*) navi_unaskable=yes ;;
    *) navi_others=$navi_others$navi_sock$navi_newline ;;
    esac
}

# navi_escape WORD: in navi_escaped, the word as tmux must be given it: a semicolon at its end would end the command.
navi_escape() {
    case $1 in
    *\;) navi_escaped=${1%;}\\\; ;;
    *) navi_escaped=$1 ;;
    esac
}

# navi_escape_format WORD: the same where tmux expands formats, which can run commands: every # must be two. Only those
# before a [ begin a style, which tmux leaves as it is.
navi_escape_format() {
    navi_todo=$1
    navi_done=
    while :; do
        case $navi_todo in *'#'*) ;; *) break ;; esac
        navi_done=$navi_done${navi_todo%%'#'*}
        navi_todo=\#${navi_todo#*'#'}
        navi_after=${navi_todo#"${navi_todo%%[!#]*}"}
        navi_hashes=${navi_todo%"$navi_after"}
        case $navi_after in '['*) ;; *) navi_hashes=$navi_hashes$navi_hashes ;; esac
        navi_done=$navi_done$navi_hashes
        navi_todo=$navi_after
    done
    navi_escape "$navi_done$navi_todo"
}
