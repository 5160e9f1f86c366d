# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# tail.sh SOCKET TARGET NAME REGISTERED LINES: the last LINES whole lines of a pane, and then each line as it comes: what
# stands above the cursor is whole. An answer with the line of the cursor is given whenever that changes, and now and
# then a sign of life, so that we end with whoever listens.

# navi_answer KIND...: say what is in navi_out, with the status 0.
navi_answer() {
    printf '\n%s begin\n%s\n%s errors \n%s end %s\n' "$navi_token" "$navi_out" "$navi_token" "$navi_token" "${1:-0}" || exit
    navi_out=
    navi_quiet=0
}

# navi_capture FROM TO: lines of the screen, or of the history above it.
navi_capture() {
    navi_tmux "$navi_socket" capture-pane -p -J -S "$1" -E "$2" -t "$navi_pane"
    printf x
}

# navi_catch_up: tell the whole lines from navi_next on. One that is wrapped and goes on in the line of the cursor is not
# whole; all wait for it.
navi_catch_up() {
    navi_find_next
    navi_cursor=$((navi_history + navi_cursor_line))
    navi_partial=$(navi_capture "$navi_cursor_line" "$navi_cursor_line")
    navi_partial=${navi_partial%??}
    if [ "$navi_cursor" -gt "$navi_next" ]; then
        navi_whole=$(navi_capture $((navi_next - navi_history)) $((navi_cursor_line - 1)))
        navi_whole=${navi_whole%x}
        navi_more=$(navi_capture $((navi_next - navi_history)) "$navi_cursor_line")
        case $navi_more in
        "$navi_whole"*) navi_tell_lines ;;
        esac
    fi
    navi_out="$navi_out$navi_token partial$navi_newline$navi_partial$navi_newline"
    navi_answer
}

navi_tell_lines() {
    navi_out="$navi_out$navi_token lines $(date +%s)$navi_newline$navi_whole"
    navi_next=$navi_cursor
    navi_last=${navi_whole%"$navi_newline"}
    navi_last=${navi_last##*"$navi_newline"}
}

# navi_find_next: a full history drops a tenth of its lines at once; then navi_next is where the last line that was told
# stands now. Where it is not found any more, lines have been lost.
navi_find_next() {
    [ "$navi_history" -lt "$navi_before_history" ] || [ "$navi_history" -ge "$navi_history_limit" ] || {
        navi_before_history=$navi_history
        return
    }
    navi_before_history=$navi_history
    navi_step=$((navi_history_limit / 10))
    [ "$navi_step" -gt 0 ] || navi_step=1
    navi_at=$navi_next
    while [ "$navi_at" -gt 0 ]; do
        navi_place_now=$((navi_at - 1 - navi_history))
        if [ "$navi_place_now" -le "$navi_cursor_line" ]; then
            navi_line=$(navi_capture "$navi_place_now" "$navi_place_now")
            [ "${navi_line%??}" != "$navi_last" ] || break
        fi
        navi_at=$((navi_at - navi_step))
    done
    if [ "$navi_at" -gt 0 ]; then
        navi_next=$navi_at
    else
        navi_next=0
        navi_out="$navi_out$navi_token lost$navi_newline"
    fi
}

navi_out=
navi_quiet=0
navi_found=$(
    {
        navi_locate "$1" "$2" "$3" "$4" 2>&1
        navi_inspect 2>&1
        printf '%s\n%s\n' "$navi_socket" "$navi_pane"
    }
)
navi_code=$?
if [ "$navi_code" -ne 0 ]; then
    navi_out="$navi_token failed $navi_found$navi_newline"
    navi_answer "$navi_code"
    exit
fi
navi_socket=${navi_found%"$navi_newline"*}
navi_where=${navi_found##*"$navi_newline"}
navi_name=$3
navi_look_at_pane
navi_before_history=$navi_history
navi_cursor=$((navi_history + navi_cursor_line))
navi_whole=
if [ "$navi_cursor" -gt 0 ]; then
    navi_whole=$(navi_capture - $((navi_cursor_line - 1)))
    navi_whole=${navi_whole%x}
fi
navi_whole=$(printf '%s' "$navi_whole" | tail -n "$5" && printf x)
navi_whole=${navi_whole%x}
navi_tell_lines
navi_was=
while :; do
    if [ "$navi_was" != "$navi_place $navi_screen" ]; then
        navi_was="$navi_place $navi_screen"
        navi_catch_up
    fi
    if [ "$navi_is_dead" = 1 ]; then
        navi_out="$navi_token dead$navi_newline"
        navi_answer
        exit
    fi
    sleep 0.1
    navi_quiet=$((navi_quiet + 1))
    [ "$navi_quiet" -lt 50 ] || navi_answer
    navi_look_at_pane || {
        navi_out="$navi_token gone$navi_newline"
        navi_answer
        exit
    }
done
