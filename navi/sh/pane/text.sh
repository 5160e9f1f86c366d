# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/address
# changes: navi_escapes navi_from
# text.sh SOCKET TARGET NAME REGISTERED START ESCAPES LINES: prints the text of a pane from the line START on, which
# tmux counts from the top of the screen ("-" is the beginning of its history), with wrapped lines joined, without the
# empty lines at the end. With LINES at least so many of the last lines, if there are, and not much more.

# Bytes that fit into an answer.
navi_largest=16000000

# navi_reach LINES: look further back until there are more lines than that: the first may be the end of a longer one.
navi_reach() {
    while [ "$navi_history" -gt "${navi_from#-}" ] && [ "$(navi_count_lines)" -le "$1" ]; do
        navi_from=-$((${navi_from#-} * 4 + 100))
        navi_look_at_pane || navi_fail $navi_none "the session $navi_name has ended"
    done
}

navi_count_lines() { printf '%s\n' "$navi_screen" | LC_ALL=C awk '/[^ \t]/ { last = NR } END { print last + 0 }'; }

navi_from=$5
[ -z "$7" ] || navi_from=-$7
[ -z "$6" ] || navi_escapes=-e
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect
case $7 in '' | 0) ;; *) navi_reach "$7" ;; esac
[ ${#navi_screen} -le "$navi_largest" ] ||
    navi_fail 1 "the scrollback of $navi_name is larger than an answer may be, 16 MB; ask for a part of it with --lines or --start"
printf '%s pane %s %s\n' "$navi_token" "$navi_pane" "$navi_is_dead"
[ "$navi_is_dead" = 0 ] || printf '%s ended %s\n' "$navi_token" "$navi_ending"
printf '%s text\n%s\n' "$navi_token" "$navi_screen"
