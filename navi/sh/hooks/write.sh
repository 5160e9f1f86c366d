# shellcheck shell=sh disable=SC2154,SC2086
# needs: hooks/places registry/absent lib/disk lib/fail
# write.sh DIR [NAME ACTION STATE OLD NEW]... [copies [PATH TEXT]...]: changes the files of hooks, and prints where it
# keeps old settings. NAME is one that navi_find_hook_file knows. ACTION is write, edit (write, without a copy of the
# old settings) or remove; the file must still be in that STATE (absent, or text that is OLD). It writes all new files
# beside the old ones first; then each replaces the old one in one step, the hook first, because the others call it. A
# copy of the settings at PATH goes if it still holds that TEXT.

# navi_holds FILE TEXT: whether the file holds just that.
navi_holds() {
    [ "$(cat "$1" 2>/dev/null && echo .)" = "$2." ]
}

# navi_is STATE OLD: whether navi_target still is in that state.
navi_is() {
    case $1 in
    absent) [ ! -e "$navi_target" ] ;;
    *) [ -f "$navi_target" ] && navi_holds "$navi_target" "$2" ;;
    esac
}

# navi_each DO NAME ACTION STATE OLD NEW...: do it for each file.
navi_each() {
    navi_do=$1
    shift
    while [ $# -ge 5 ] && [ "$1" != copies ]; do
        navi_hook_name=$1
        navi_find_hook_file "$navi_hook_name"
        navi_resolve "$navi_file" || navi_fail 1 "$navi_file is a broken link; nothing was changed"
        "$navi_do" "$2" "$3" "$4" "$5"
        shift 5
    done
}

navi_check() {
    navi_is "$2" "$3" || navi_fail 1 "$navi_file has changed in the meantime; nothing was changed; try again"
    [ "$2" = absent ] || [ -w "$navi_target" ] ||
        navi_fail $navi_refused "$navi_file can't be written to; check its permissions; nothing was changed"
}

# navi_write_new: write the new file beside the old one, with its mode, and check that all of it is there.
navi_write_new() {
    case $1 in write | edit) ;; *) return 0 ;; esac
    navi_new_file=$navi_target.navi.$$
    navi_target_folder=${navi_target%/*}
    [ -d "$navi_target_folder" ] || mkdir -p "$navi_target_folder" 2>/dev/null
    rm -f "$navi_new_file"
    if { [ "$2" = absent ] || cp -p "$navi_target" "$navi_new_file"; } 2>/dev/null &&
        printf '%s' "$4" 2>/dev/null >"$navi_new_file" && navi_holds "$navi_new_file" "$4"; then
        return 0
    fi
    navi_fail_to_write "$navi_target_folder" 'nothing was changed' "$navi_file can't be written; check the folder and the disk"
}

# navi_back_up: keep the user's own settings as they are beside them, under a name that is free, unless they are kept
# already. The names are in navi_backups, as lines "NAME PATH".
navi_back_up() {
    [ "$navi_is_shared,$1,$2" = yes,write,text ] || return 0
    navi_backup=$navi_file.before-navi
    navi_number=1
    while [ -e "$navi_backup" ] || [ -L "$navi_backup" ]; do
        ! navi_holds "$navi_backup" "$3" || return 0
        navi_number=$((navi_number + 1))
        navi_backup=$navi_file.before-navi.$navi_number
    done
    if cp -p "$navi_target" "$navi_backup" 2>/dev/null && navi_holds "$navi_backup" "$3"; then
        navi_backups=$navi_backups$navi_hook_name' '$navi_backup$navi_newline
        return
    fi
    rm -f "$navi_backup"
    navi_fail_to_write "${navi_backup%/*}" 'nothing was changed' "no copy of $navi_file can be made; check the folder and the disk"
}

# navi_replace: the new file takes its place. Others write settings, too: they are looked at once more.
navi_replace() {
    case $1 in write | edit) ;; *) return 0 ;; esac
    [ "$navi_hook_name" != hook ] || chmod 700 "$navi_target.navi.$$"
    navi_is "$2" "$3" && mv -f "$navi_target.navi.$$" "$navi_target" 2>/dev/null && return
    case $navi_newline$navi_backups in
    *"$navi_newline$navi_hook_name "*)
        navi_backup=${navi_backups#*"$navi_hook_name "}
        rm -f "${navi_backup%%"$navi_newline"*}"
        ;;
    esac
    navi_fail 1 "$navi_file has changed in the meantime, or can't be replaced; it was left as it is; try again"
}

navi_remove() {
    [ "$1" = remove ] || return 0
    { navi_is "$2" "$3" && rm -f "$navi_target"; } 2>/dev/null ||
        navi_fail 1 "$navi_file has changed in the meantime, or can't be removed; it was left as it is; try again"
}

# navi_drop_copies [NAME ACTION STATE OLD NEW]... [copies [PATH TEXT]...]
navi_drop_copies() {
    while [ $# -ge 5 ] && [ "$1" != copies ]; do shift 5; done
    [ "${1-}" = copies ] || return 0
    shift
    while [ $# -ge 2 ]; do
        case $1 in "$navi_settings".before-navi*) [ -L "$1" ] || ! navi_holds "$1" "$2" || rm -f "$1" ;; esac
        shift 2
    done
}

navi_clean() {
    for navi_hook_name in $navi_hook_names; do
        navi_find_hook_file "$navi_hook_name"
        navi_resolve "$navi_file" && rm -f "$navi_target.navi.$$"
    done
}

navi_backups=
navi_places "$1"
shift
navi_each navi_check "$@"
trap navi_clean EXIT
[ "${1-}" != hook ] || navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was changed'
navi_each navi_write_new "$@"
navi_each navi_back_up "$@"
navi_each navi_replace "$@"
navi_each navi_remove "$@"
navi_drop_copies "$@"
set -f
IFS=$navi_newline
for navi_backup in $navi_backups; do
    printf '%s backup %s\n' "$navi_token" "${navi_backup#* }"
done
