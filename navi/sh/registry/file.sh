# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: registry/require registry/location lib/locks
# file.sh [TEXT]: the registry as it is; or, with a TEXT, that in its place. What was there stays beside it.
navi_need_registry
if [ $# -eq 0 ]; then
    [ -e "$navi_registry" ] || navi_fail $navi_none "the registry $navi_registry does not exist yet"
    printf '%s file %s\n' "$navi_token" "$navi_registry"
    cat "$navi_registry" || navi_fail $navi_refused "$navi_registry can't be read"
    exit
fi
navi_open_sockets || navi_fail $navi_refused "$navi_sockets can't be written to"
navi_acquire "$navi_registry_lock" "${LOCK_TIMEOUT:-5}" || navi_fail $navi_late "the registry $navi_registry is locked by another process"
if { [ ! -e "$navi_registry" ] || cp -p "$navi_registry" "$navi_registry.before"; } &&
    (umask 077 && printf '%s' "$1" >"$navi_registry.$$") && mv -f "$navi_registry.$$" "$navi_registry"; then
    navi_release "$navi_registry_lock"
    printf '%s file %s\n' "$navi_token" "$navi_registry"
else
    rm -f "$navi_registry.$$"
    navi_release "$navi_registry_lock"
    navi_fail $navi_refused "$navi_registry can't be written; check its permissions and the disk"
fi 2>/dev/null
