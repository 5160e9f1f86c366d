# shellcheck shell=sh
# shares: navi_quoted
# Defines the function that quotes words for sh. tmux reads such quotes in the same way in its own commands.

# navi_quote WORD: add it to navi_quoted, after a blank.
navi_quote() {
    navi_unquoted=$1
    navi_quoted_part=
    while :; do
        case $navi_unquoted in *\'*) ;; *) break ;; esac
        navi_quoted_part="$navi_quoted_part${navi_unquoted%%\'*}'\\''"
        navi_unquoted=${navi_unquoted#*\'}
    done
    navi_quoted="$navi_quoted '$navi_quoted_part$navi_unquoted'"
}
