# shellcheck shell=sh disable=SC2034,SC2154
# Defines the function that prints the end of what an agent has printed to standard error.

# navi_print_errors: the end of it, of the run in the current folder.
navi_print_errors() {
    printf '%s errors-of-agent\n' "$navi_token"
    cat err.old err 2>/dev/null | tail -c 4000
    printf '\n'
}
