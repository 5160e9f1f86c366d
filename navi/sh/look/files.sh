# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2088,SC3028,SC3034
# needs: look/record lib/place
# shares: navi_known
# changes: navi_body navi_file navi_named_servers navi_out navi_place_word
# Defines functions that report the status files of this machine and the marks of sessions.

# The checksums of the files now, a line each; and of those that were sent before, a line each that begins with where
# the file was written and a tab.
navi_sums=
navi_known=

# navi_files: checksums of all status files in navi_sums; what can't be read as such in navi_odd. A hundred at a time:
# shells copy a list to append to it, so a thousand in one list take long.
navi_files() {
    navi_odd=
    navi_sums=
    cd "$navi_dir" 2>/dev/null || return
    set --
    for navi_file in ./*.json ./.[!.]*.json; do
        navi_sort "$navi_file" || continue
        set -- "$@" "$navi_file"
        [ $# -lt 100 ] && continue
        navi_add_sums "$@"
        set --
    done
    [ $# -eq 0 ] || navi_add_sums "$@"
}

# navi_add_sums FILE...: their checksums, a line each. A file that has disappeared meanwhile has none.
navi_add_sums() {
    navi_line=$(cksum "$@" 2>/dev/null)
    [ -z "$navi_line" ] || navi_sums=$navi_sums${navi_sums:+$navi_newline}$navi_line
}

# navi_sort FILE: whether it is a status file; one that only looks like it is noted in navi_odd.
navi_sort() {
    navi_why=
    case $1 in *"$navi_newline"*) return 1 ;; esac
    if [ -L "$1" ]; then
        navi_why="link"
    elif [ -d "$1" ]; then
        navi_why=folder
    elif [ ! -e "$1" ]; then
        return 1
    elif [ ! -f "$1" ]; then
        navi_why=special
    elif [ ! -r "$1" ]; then
        navi_why=unreadable
    fi
    [ -z "$navi_why" ] && return 0
    navi_odd="$navi_odd$navi_token odd $navi_why ${1#./}$navi_newline"
    return 1
}

# navi_record_files: a record for each status file; a body only for those not in navi_known, the sums sent before.
# Both have the same order, so one pass over both finds the differences; searching for each of many files would take
# long. navi_appeared says whether there is one that was not there before.
navi_record_files() {
    navi_some=
    navi_appeared=no
    navi_stranger=
    navi_named_servers=
    navi_placed=
    set -f
    IFS=$navi_newline
    # shellcheck disable=SC2086 # one word a line
    set -- $navi_known
    for navi_line in $navi_sums; do
        unset IFS
        navi_file=${navi_line#*./}
        while [ $# -gt 0 ] && navi_gone "$1"; do shift; done
        case ${1-} in
        *"	$navi_line")
            navi_place_word=${1%%	*}
            navi_record_same
            ;;
        *) navi_record_file ;;
        esac
        navi_note_place
        navi_placed="$navi_placed$navi_place_word	$navi_line$navi_newline"
        if [ "$navi_file" = "${1#*./}" ]; then shift; else navi_appeared=yes; fi
    done
    unset IFS
    set +f
    navi_out=$navi_out$navi_some$navi_odd
    navi_known=$navi_placed
}

# navi_gone LINE: whether the file of a sum that was sent before, other than navi_line, is gone.
navi_gone() {
    case $1 in *"	$navi_line") return 1 ;; esac
    case $navi_newline$navi_sums$navi_newline in *" ./${1#*./}$navi_newline"*) return 1 ;; esac
}

# navi_record_same: the record of a file that was sent before, collected apart: appending to all of navi_out takes long.
navi_record_same() {
    navi_some="$navi_some$navi_token same $navi_file$navi_newline"
    [ ${#navi_some} -lt 4000 ] || navi_flush_same
}

# navi_flush_same: the records of files that were sent before join the others.
navi_flush_same() {
    navi_out=$navi_out$navi_some
    navi_some=
}

# navi_record_file: the record of a file that is new or has changed, with its body if that is not too large.
navi_record_file() {
    navi_flush_same
    navi_sum=${navi_line%%./*}
    navi_size=${navi_sum#* }
    navi_place_word='?'
    if [ "${navi_size% }" -gt 65536 ]; then
        navi_record odd large "$navi_file"
    else
        navi_record file "$navi_file"
        navi_read_file
        navi_find_place_word
        navi_out=$navi_out$navi_body$navi_newline
    fi
}

# navi_read_file: the text of a status file in navi_body, without NUL, which no shell can keep. bash needs no program.
navi_read_file() {
    if [ -n "${BASH_VERSION-}" ]; then
        navi_body=$(<"./$navi_file")
    else
        navi_body=$(tr -d '\000' <"./$navi_file")
    fi
} 2>/dev/null

# ---- where a file was written (lib/place)

# navi_note_place: where the file was written: by another machine, in navi_stranger, or on a server of ours, in
# navi_named_servers.
navi_note_place() {
    case $navi_place_word in
    - | '?') ;;
    "$navi_place_host $navi_place_boot "*) navi_note_named_server ;;
    "$navi_place_host "*) ;;
    *) navi_stranger=${navi_place_word%% *} ;;
    esac
}

# navi_note_named_server: the server of navi_place_word, as "PROCESS SOCKET", unless it is not to be looked for.
navi_note_named_server() {
    navi_place_server=${navi_place_word#"$navi_place_host $navi_place_boot "}
    navi_place_socket=${navi_place_server#* }
    navi_place_socket=${navi_place_socket#* }
    ! navi_is_default "$navi_place_socket" || navi_place_socket=
    case $navi_place_socket in
    '') ;;
    "${NAVI_SOCKETS_BELOW:+${NAVI_SOCKETS_BELOW%/}/}"*) ;;
    *) return ;;
    esac
    navi_place_server="${navi_place_server%% *} $navi_place_socket"
    case $navi_newline$navi_named_servers in
    *"$navi_newline$navi_place_server$navi_newline"*) ;;
    *) navi_named_servers=$navi_named_servers$navi_place_server$navi_newline ;;
    esac
}

# ---- marks

# navi_read_marks: bookmarks and tags (mark.sh) in navi_marks, by builtins alone.
navi_read_marks() {
    navi_marks=
    [ -f "$navi_dir/.navi/marks" ] && [ -r "$navi_dir/.navi/marks" ] || return 0
    while IFS= read -r navi_line; do
        navi_marks=$navi_marks$navi_line$navi_newline
        [ ${#navi_marks} -lt 60000 ] || break
    done <"$navi_dir/.navi/marks"
}

# navi_record_marks: all of them; they are few.
navi_record_marks() {
    navi_record marks
    navi_out=$navi_out$navi_marks
}
