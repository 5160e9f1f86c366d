# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: registry/require registry/location lib/disk lib/locks
# file.sh [TEXT]: prints the registry as it is. With a TEXT, it replaces the registry instead, and keeps the old file
# beside it.
navi_need_registry
if [ $# -eq 0 ]; then
    [ -e "$navi_registry" ] || navi_fail $navi_none "the registry $navi_registry does not exist yet"
    printf '%s file %s\n' "$navi_token" "$navi_registry"
    cat "$navi_registry" || navi_fail $navi_refused "$navi_registry can't be read"
    exit
fi
navi_open_sockets || navi_fail $navi_refused "$navi_trouble"
navi_acquire "$navi_registry_lock" "${LOCK_TIMEOUT:-5}" || navi_fail $navi_late "the registry $navi_registry is locked by another process"
# navi_replace TEXT: replace the registry; the old file stays beside it. Names that others could have taken before are
# made anew.
navi_replace() {
    rm -f "$navi_registry.before" "$navi_registry.$$"
    { [ ! -e "$navi_registry" ] || cp -p "$navi_registry" "$navi_registry.before"; } &&
        (umask 077 && printf '%s' "$1" >"$navi_registry.$$") && mv -f "$navi_registry.$$" "$navi_registry" && return
    rm -f "$navi_registry.$$"
    return 1
} 2>/dev/null

navi_replaced=no
[ ! -e "$navi_registry" ] || printf '%s before\n' "$navi_token"
! navi_replace "$1" || navi_replaced=yes
navi_release "$navi_registry_lock"
if [ "$navi_replaced" = no ]; then
    navi_find_file_trouble 'the registry' "$navi_registry"
    navi_fail "$navi_disk_status" "$navi_disk_trouble"
fi
printf '%s file %s\n' "$navi_token" "$navi_registry"
