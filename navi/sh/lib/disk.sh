# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/fail
# Defines functions that find out why a write failed. Each write is checked where it happens, and the caller of a write
# that failed asks here for the reason.

# navi_fail_to_write FOLDER CONSEQUENCE [WORDS]: end the operation with the reason why nothing can be written in that
# folder, or with WORDS if that is not known.
navi_fail_to_write() {
    navi_find_disk_trouble "$1" ${3+"$3"}
    navi_fail "$navi_disk_status" "$navi_disk_trouble; $2"
}

# navi_find_disk_trouble FOLDER [WORDS]: that reason, or WORDS, in navi_disk_trouble, and the exit status in
# navi_disk_status. Only a program reports it in the same words in every shell, and a small file may still find room
# where a status file does not.
navi_find_disk_trouble() {
    navi_trial=$1/.navi-trial.$$
    navi_disk_trouble=$(
        LC_ALL=C
        export LC_ALL
        [ -d "$1" ] || mkdir -p "$1" 2>&1 || exit
        dd if=/dev/zero of="$navi_trial" bs=65536 count=1 2>&1
    ) && navi_disk_trouble=
    rm -f "$navi_trial"
    navi_disk_trouble=${navi_disk_trouble%%"$navi_newline"*}
    navi_disk_status=1
    case $navi_disk_trouble in
    *'File exists'*) navi_disk_trouble="$1 is not a folder" ;;
    *'No space left'*) navi_disk_trouble="no space left on $1" ;;
    *[Qq]uota*) navi_disk_trouble="the disk quota of $1 is used up" ;;
    *'Read-only'*)
        navi_disk_trouble="$1 is on a read-only file system"
        navi_disk_status=$navi_refused
        ;;
    *denied* | *'not permitted'*)
        navi_disk_trouble="the folder $1 can't be written to; check its permissions"
        navi_disk_status=$navi_refused
        ;;
    *)
        if [ $# -gt 1 ]; then
            navi_disk_trouble=$2
        elif [ -z "$navi_disk_trouble" ]; then
            navi_disk_trouble="a file in $1 could not be written; try again"
        else
            navi_disk_trouble="nothing can be written in $1: ${navi_disk_trouble##*: }"
        fi
        ;;
    esac
} 2>/dev/null

# navi_find_file_trouble WORDS FILE: why that file could not be written, in the same variables; WORDS say what it is.
navi_find_file_trouble() {
    navi_find_disk_trouble "${2%/*}" ''
    if [ -n "$navi_disk_trouble" ]; then
        navi_disk_trouble="$1 $2 can't be written: $navi_disk_trouble"
    else
        navi_disk_trouble="$1 $2 can't be written; check its permissions and the disk"
        navi_disk_status=$navi_refused
    fi
}
