# shellcheck shell=sh disable=SC2016,SC2154,SC2034,SC2086
# needs: pane/address pane/tail.awk
# changes: navi_name navi_socket navi_where
# tail.sh SOCKET TARGET NAME REGISTERED LINES [IDENTITY PANE NEXT HISTORY WIDTH SERVER ANCHOR]: prints the last LINES
# whole lines of a pane, and then each line as it comes: what is above the cursor is whole. Prints the line of the
# cursor whenever that changes, and a heartbeat now and then, so that it ends when nobody listens. Answers with lines
# give the position after them; given that position, another call continues there.

# navi_print_out [STATUS ERRORS]: print what is in navi_out.
navi_print_out() {
    printf '\n%s begin\n%s\n%s errors %s\n%s end %s\n' "$navi_token" "$navi_out" "$navi_token" "${2-}" "$navi_token" "${1:-0}" ||
        exit
    navi_out=
    navi_quiet=0
}

# navi_read_news: the output of tail.awk, in navi_news. At first only the end is read that is asked for; most lines have
# few rows. If it was not read far enough back, everything is read again.
navi_read_news() {
    export navi_token navi_next navi_offset navi_most navi_before_width navi_before_history navi_resumed
    navi_offset=$((navi_next - navi_history - 100))
    [ -z "$navi_most" ] || navi_offset=-$((navi_most * 3 + 100))
    [ -z "$navi_resumed" ] && [ "$((navi_history + navi_offset))" -gt 0 ] || navi_offset=-
    while :; do
        navi_news=$(
            {
                printf '%s\n' "$navi_token"
                [ -z "$navi_anchor" ] || printf '%s\n' "$navi_anchor"
                printf '%s\n' "$navi_token"
                navi_tmux "$navi_socket" \
                    display-message -p -t "$navi_pane" '#{history_size} #{history_limit} #{cursor_y} #{pane_width} #{?pane_dead,1,0} #{E:remain-on-exit-format}' \; \
                    display-message -p "$navi_token" \; capture-pane -p -S "$navi_offset" -t "$navi_pane" \; \
                    display-message -p "$navi_token" \; capture-pane -p -J -S "$navi_offset" -t "$navi_pane"
            } | LC_ALL=C awk "$navi_tail_awk" && printf x
        )
        [ "$navi_news" = "again${navi_newline}x" ] || break
        navi_offset=-
    done
}

# navi_catch_up: print the whole lines that have come. A program with a screen to itself prints none.
navi_catch_up() {
    [ "$navi_alone" = 0 ] || return 0
    navi_read_news
    case $navi_news in *x) ;; *) return 0 ;; esac
    set -- ${navi_news%%"$navi_newline"*}
    # It has ended meanwhile.
    [ $# -eq 6 ] || return 0
    navi_news=${navi_news#*"$navi_newline"}
    navi_partial=${navi_news%%"$navi_newline"*}
    navi_news=${navi_news#*"$navi_newline"}
    navi_before_history=$2
    navi_before_width=$3
    navi_next=$4
    navi_anchor=${navi_news%%"$navi_token$navi_newline"*}
    navi_anchor=${navi_anchor%"$navi_newline"}
    case $1 in
    yes) navi_out="$navi_out$navi_token lost$navi_newline" ;;
    sure | unsure) navi_out="$navi_out$navi_token resumed $1$navi_newline" ;;
    esac
    if [ "$5" -gt 0 ]; then
        navi_news=${navi_news#*"$navi_token$navi_newline"}
        navi_out="$navi_out$navi_token lines $(date +%s)$navi_newline${navi_news%x}"
    fi
    if [ "$5" -gt 0 ] || [ -n "$navi_most$navi_resumed" ]; then
        navi_out="$navi_out$navi_token place $navi_identity $navi_pane $navi_next $2 $3$navi_newline"
        navi_out="$navi_out$navi_socket$navi_newline$navi_anchor$navi_newline"
    fi
    navi_most=
    navi_resumed=
    navi_out="$navi_out$navi_token partial$navi_newline$navi_partial$navi_newline"
    navi_print_out
}

# navi_conclude HOW [ENDING]: the end; the line of the cursor will not become whole any more.
navi_conclude() {
    [ -z "${navi_partial%"${navi_partial##*[! ]}"}" ] ||
        navi_out="$navi_out$navi_token lines $(date +%s)$navi_newline$navi_partial$navi_newline"
    navi_out="$navi_out$navi_token $*$navi_newline"
    navi_print_out
    exit
}

# navi_find SOCKET TARGET NAME REGISTERED LINES [IDENTITY PANE NEXT HISTORY WIDTH SERVER]: print server and id of the
# pane; nothing if the one that was followed before is not in its session any more.
navi_find() {
    if [ -n "${6-}" ]; then
        navi_name=$3
        navi_where=$7
        navi_socket=${11}
        navi_look_at_pane && [ "$navi_identity" = "$6" ] || return 0
    else
        navi_find_pane "$1" "$2" "$3" "$4"
        navi_inspect
    fi
    printf '%s\n%s\n' "$navi_socket" "$navi_pane"
}

navi_out=
navi_quiet=0
navi_partial=
navi_found=$(navi_find "$@" 2>&1)
navi_find_code=$?
if [ "$navi_find_code" -ne 0 ]; then
    navi_print_out "$navi_find_code" "$navi_found"
    exit
fi
[ -n "$navi_found" ] || navi_conclude gone meanwhile
navi_socket=${navi_found%"$navi_newline"*}
navi_where=${navi_found##*"$navi_newline"}
navi_name=$3
navi_beware
navi_anchor=
navi_next=0
navi_before_history=0
navi_before_width=0
navi_most=$5
navi_resumed=
if [ -n "${6-}" ]; then
    navi_resumed=yes
    navi_most=
    navi_next=$8
    navi_before_history=$9
    navi_before_width=${10}
    navi_anchor=${12}
fi
navi_was=
while :; do
    navi_look_at_pane || navi_conclude gone
    if [ "$navi_was" != "$navi_cursor $navi_screen" ]; then
        navi_was="$navi_cursor $navi_screen"
        navi_catch_up
    fi
    [ "$navi_is_dead" = 0 ] || navi_conclude dead "$navi_ending"
    sleep 0.1
    navi_quiet=$((navi_quiet + 1))
    [ "$navi_quiet" -lt 50 ] || navi_print_out
done
