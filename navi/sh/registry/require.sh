# shellcheck shell=sh disable=SC2154,SC2086
# needs: registry/location lib/fail
# Defines the function with which operations begin that can't do without the registry.

# navi_need_registry: find the registry, or end the operation.
navi_need_registry() {
    navi_find_registry || navi_fail $navi_refused "$navi_trouble"
}
