# shellcheck shell=sh disable=SC2034,SC2154,SC2174
# needs: lib/tmux
# shares: navi_trouble
# Defines functions that find the registry of sessions: one JSON file in the folder of tmux sockets, with a lock beside
# it. Its format, paths and lock are those of the tools that agents' skills use, so that they and navi can share it. A
# user who can write there decides into which session a text is typed, so folder, file and lock must be the user's own.

# Why the registry can't be used, or what was wrong with it.
navi_trouble=

# navi_find_registry: set the paths of the registry. Fails where one of them is not to be trusted; navi_trouble says
# why.
navi_find_registry() {
    navi_find_sockets
    navi_registry=${REGISTRY_FILE:-$navi_sockets/.sessions.json}
    navi_registry_lock=${REGISTRY_LOCK:-$navi_sockets/.sessions.lock}
    navi_trust_folder && navi_trust_file "$navi_registry" "the registry $navi_registry can't be read" &&
        navi_trust_file "$navi_registry_lock" "the registry's lock $navi_registry_lock can't be used"
}

# navi_trust_folder: whether navi_sockets is the user's own, if it is there.
navi_trust_folder() {
    navi_trouble=
    if [ -L "$navi_sockets" ]; then
        navi_trouble="$navi_sockets is a symbolic link"
    elif [ -e "$navi_sockets" ] && [ ! -d "$navi_sockets" ]; then
        navi_trouble="$navi_sockets is not a folder"
    elif [ -e "$navi_sockets" ] && [ ! -O "$navi_sockets" ]; then
        navi_trouble="$navi_sockets is not yours"
    else
        return 0
    fi
    navi_trouble="$navi_trouble; set CLAUDE_TMUX_SOCKET_DIR to a folder of your own"
    return 1
}

# navi_trust_file PATH WORDS: the same for a file in it; WORDS say what can't be done without it. A FIFO would block us.
# A lock can be a folder, and one that is gone by now proves nothing.
navi_trust_file() {
    if [ -L "$1" ]; then
        navi_trouble="$2: it is a symbolic link; remove it"
    elif [ ! -e "$1" ]; then
        return 0
    elif [ ! -O "$1" ]; then
        navi_trouble="$2: it is not yours; remove it"
    elif [ ! -f "$1" ] && { [ ! -d "$1" ] || [ "$1" != "$navi_registry_lock" ]; }; then
        navi_trouble="$2: it is not a file; remove it"
    else
        return 0
    fi
    [ -e "$1" ] || [ -L "$1" ] || navi_trouble=
    [ -z "$navi_trouble" ]
}

# navi_open_sockets: make the folder of the registry where there is none. Fails if it can't be written to, or if others
# can write there; navi_trouble says which.
navi_open_sockets() {
    navi_find_registry || return
    if [ ! -d "$navi_sockets" ]; then
        mkdir -p -m 700 "$navi_sockets" 2>/dev/null
        # Another process may have been quicker.
        navi_find_registry || return
        [ -d "$navi_sockets" ] || mkdir -m 700 "$navi_sockets" 2>/dev/null
    fi
    navi_guard "$navi_sockets" && navi_guard "${navi_registry%/*}" && navi_guard "${navi_registry_lock%/*}"
}

# The folders that were found to be good, as lines "=FOLDER".
navi_guarded=

# navi_guard FOLDER: fail if it is not ours, or others can write to it; navi_trouble says which. If tools have made the
# usual folder with a lax umask, correct its mode.
navi_guard() {
    case $navi_guarded in *"=$1$navi_newline"*) return 0 ;; esac
    if [ ! -d "$1" ] || [ ! -w "$1" ]; then
        navi_trouble="$1 can't be written to"
    elif [ ! -O "$1" ]; then
        navi_trouble="$1 is not yours; name a folder of your own"
    elif navi_is_open_to_others "$1" && ! { [ "$1" = "$navi_usual" ] && chmod go-w "$1" 2>/dev/null; }; then
        navi_trouble="others can write to $1; run: chmod go-w $1"
    else
        navi_guarded="$navi_guarded=$1$navi_newline"
        return 0
    fi
    return 1
}

# navi_is_open_to_others FOLDER: a group that has the user's own number is that user's alone.
navi_is_open_to_others() {
    read -r navi_modes navi_links navi_folder_user navi_folder_group navi_listed_rest <<END
$(LC_ALL=C ls -ldn "$1/." 2>/dev/null)
END
    case $navi_modes,$navi_folder_user in
    d????-??-*) return 1 ;;
    d????w??-*,"$navi_folder_group") return 1 ;;
    esac
}
