# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/place
# Defines functions that recognize a process later, even if another one has its number by then. A file keeps its number,
# the time of its start, its group, and the machine on which it runs (lib/place).

# navi_inspect_process NUMBER: in navi_born when it started, in navi_group its process group, in navi_letter its state.
# Fails if there is no such process.
navi_inspect_process() {
    navi_born=
    if [ -d /proc/self ]; then
        navi_inspected=
        { read -r navi_inspected <"/proc/$1/stat"; } 2>/dev/null || return
        # The name in field 2 can hold blanks.
        navi_inspected=${navi_inspected##*") "}
        # shellcheck disable=SC2086 # one word a field
        set -- $navi_inspected
        navi_letter=$1 navi_group=$3 navi_born=${20}
    else
        # shellcheck disable=SC2046 # one word a field
        set -- $(ps -o state= -o pgid= -o lstart= -p "$1" 2>/dev/null)
        [ $# -gt 2 ] || return
        navi_letter=${1%"${1#?}"} navi_group=$2
        shift 2
        navi_born=$(printf %s "$*" | tr ' ' _)
    fi
}

# navi_read_process_file FILE: what is known of the process in a file, in navi_life: `runs`, `gone`, `absent` (no file),
# or `elsewhere` (it is another machine's). Its number is in navi_number, its group in navi_group.
navi_read_process_file() {
    navi_number='' navi_born_then='' navi_group_then='' navi_place_then=''
    { read -r navi_number navi_born_then navi_group_then navi_place_then <"$1"; } 2>/dev/null
    navi_find_place
    case $navi_number,$navi_place_then in
    ,*) navi_life=absent ;;
    *,"$navi_place_key")
        navi_life=gone
        ! navi_inspect_process "$navi_number" || [ "$navi_born" != "$navi_born_then" ] ||
            case $navi_letter in [ZX]) ;; *) navi_life=runs ;; esac
        ;;
    *) if navi_is_earlier "$navi_place_then"; then navi_life=gone; else navi_life=elsewhere; fi ;;
    esac
    navi_group=$navi_group_then
}
