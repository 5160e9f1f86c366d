# shellcheck shell=sh disable=SC2034,SC2154
# shares: navi_body navi_place_word
# Defines functions that find out which machine this is, and which start of it: a process number or a tmux socket means
# something only there. Several machines can share a folder of status files, containers of one kernel among them.

# navi_find_place: set navi_place_host to the machine, as "NAME:ID", navi_place_boot to its present start, and
# navi_place_key to both, as "HOST@BOOT". ID is the beginning of the machine id, which tells clones of one name apart. A
# container shares the boot id of its kernel, but not the start of its first process. All are single words that can be
# part of a file's name. Where there is /proc this takes only builtins.
navi_find_place() {
    [ -z "${navi_place_host-}" ] || return 0
    navi_place_name=
    navi_place_id=
    navi_place_boot=
    navi_place_first=
    {
        read -r navi_place_id </etc/machine-id
        read -r navi_place_name </proc/sys/kernel/hostname
        read -r navi_place_boot </proc/sys/kernel/random/boot_id
        read -r navi_place_first </proc/1/stat
    } 2>/dev/null
    navi_place_id=${navi_place_id%"${navi_place_id#????????}"}
    navi_place_boot=${navi_place_boot%%-*}
    [ -n "$navi_place_name" ] || navi_place_name=$(uname -n)
    # Without /proc: macOS and FreeBSD have an id; others the time of the start, which moves when the clock is set.
    [ -n "$navi_place_boot" ] || navi_place_boot=$(
        { sysctl -n kern.bootsessionuuid || sysctl -n kern.boot_id || sysctl -n kern.boottime; } 2>/dev/null |
            tr -cd 'A-Za-z0-9,' | cut -c 1-20
    )
    # Field 22 of stat(5). The name in field 2 can hold blanks.
    navi_place_first=${navi_place_first##*") "}
    # shellcheck disable=SC2086 # one word a field
    set -- $navi_place_first
    [ $# -lt 20 ] || navi_place_boot=$navi_place_boot.${20}
    navi_place_host=$navi_place_name:$navi_place_id
    case $navi_place_host in *[!A-Za-z0-9._:-]*) navi_place_host=$(printf %s "$navi_place_host" | LC_ALL=C tr -c 'A-Za-z0-9._:-' _) ;; esac
    navi_place_key=$navi_place_host@$navi_place_boot
}

# navi_is_earlier PLACE: whether it is an earlier start of this machine, so that all its processes have ended. Only
# another start of the kernel proves that: a sandbox beside us has our name and a first process of its own.
navi_is_earlier() {
    navi_place_other=${1#*@}
    navi_place_other=${navi_place_other%%.*}
    [ "${1%@*}" = "$navi_place_host" ] && [ -n "$navi_place_other" ] && [ -n "${navi_place_boot%%.*}" ] &&
        [ "$navi_place_other" != "${navi_place_boot%%.*}" ]
}

# navi_find_place_word: where the status file with the text navi_body was written, as its hook noted it, in
# navi_place_word: "HOST BOOT PROCESS SESSION SOCKET"; "-" if it does not say that, "?" if it says it in a way that we
# can't read. Quotes within a text of JSON have backslashes, so no message can look like this.
navi_find_place_word() {
    navi_place_word=-
    case $navi_body in
    *'"place":{"host":"'*) ;;
    *'"place"'*)
        navi_place_word='?'
        return
        ;;
    *) return ;;
    esac
    navi_place_word=${navi_body#*'"place":{"host":"'}
    navi_place_word=${navi_place_word%%'}'*}
    set -f
    IFS='"'
    # HOST , boot : BOOT , socket : SOCKET , server :PROCESS, session : SESSION , …
    # shellcheck disable=SC2086 # one word a field
    set -- $navi_place_word
    unset IFS
    set +f
    navi_place_word='?'
    [ "${11-},${13-}" = server,session ] || return 0
    navi_place_process=${12#:}
    navi_place_process=${navi_place_process%,}
    case $1,$5,$navi_place_process,${15} in *[!A-Za-z0-9._:,\$-]*) return ;; esac
    case $navi_place_process in '' | *[!0-9]*) return ;; esac
    case $9 in /*\\* | [!/]* | '') ;; *) navi_place_word="$1 $5 $navi_place_process ${15} $9" ;; esac
}

# navi_find_place_of FILE: the same of that file.
navi_find_place_of() {
    navi_body=$(head -c 65536 "$1" 2>/dev/null | tr -d '\000')
    navi_find_place_word
}
