# shellcheck shell=sh disable=SC2034
# Defines a function that reads the names of a process's environment variables.

# navi_find_variable_names FILE: set navi_variable_names to the sorted names in an environ file of /proc, each followed
# by a blank.
navi_find_variable_names() {
    navi_variable_names=$(
        tr '\000\n' '\n ' <"$1" | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | sort -u | tr '\n' ' '
    )
}
