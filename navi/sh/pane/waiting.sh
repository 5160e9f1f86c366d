# shellcheck shell=sh disable=SC2016,SC2154
# needs: pane/address pane/new_lines.awk lib/fail lib/tmux
# shares: navi_cooked navi_echo navi_echo_comes navi_found_line
# changes: navi_alone navi_history navi_width
# Waits for what a pane shows, and distinguishes an answer from what was there before.

# navi_is_cooked: whether what is typed goes to a program that reads whole lines; one that reads keys might take it
# later, and then show it once more.
navi_is_cooked() {
    case $(stty -a <"$navi_terminal" 2>/dev/null) in
    *' -icanon'* | *' -echo '* | '') return 1 ;;
    esac
}

# navi_check_pattern PATTERN FIXED: refuse at once a pattern that grep would not understand.
navi_check_pattern() {
    navi_match=-E
    [ -z "$2" ] || navi_match=-F
    : | grep "$navi_match" -e "$1" >/dev/null 2>&1
    [ $? -le 1 ] || navi_fail "$navi_usage" "grep -E does not understand the pattern $1; --fixed takes it literally"
}

# navi_set_timer SECONDS: a process that ends when time is up; navi_time_left asks for it without a process.
navi_set_timer() {
    [ -z "${navi_timer-}" ] || kill "$navi_timer" 2>/dev/null
    sleep "$1" >/dev/null 2>&1 7>&- 8>&- &
    navi_timer=$!
    navi_beware
    trap navi_leave EXIT
}

navi_time_left() { kill -0 "$navi_timer" 2>/dev/null; }

# navi_matching: the first line on standard input, up to an end mark, that matches, blanks at its end or not.
navi_matching() {
    sed -n "/^$navi_token end\$/q
p
s/ *\$//p" | grep "$navi_match" -e "$navi_pattern" | head -n 1
}

# navi_await_text LINES: wait until a line matches navi_pattern; it is in navi_found_line then. With LINES the pane's
# text and so many lines of its history count, "-" for all; without, only what has come since navi_note_before.
navi_await_text() {
    navi_matched_screen=
    navi_found_line=
    navi_moves=0
    while :; do
        if [ "$navi_matched_screen" = "$navi_cursor $navi_screen" ]; then
            navi_moves=0
        else
            navi_matched_screen="$navi_cursor $navi_screen"
            navi_moves=$((navi_moves + 1))
            if [ -n "$1" ]; then
                navi_found_line=$(
                    {
                        navi_print_text "-${1#-}"
                        printf '\n%s end\n' "$navi_token"
                    } | navi_matching
                )
            else
                navi_found_line=$(navi_new_lines | navi_matching)
            fi
            [ -z "$navi_found_line" ] || return 0
        fi
        [ "$navi_is_dead" = 0 ] || navi_report_death
        navi_time_left || return 1
        # Of a pane that never rests each look may read the whole history.
        if [ "$navi_moves" -lt 10 ]; then sleep 0.05; else sleep 0.4; fi
        navi_inspect
    done
}

# navi_print_text START: the text of the pane from that line on.
navi_print_text() {
    if [ "$navi_is_dead" = 0 ]; then
        navi_tmux "$navi_socket" capture-pane -p -J -S "$1" -t "$navi_pane"
    else
        navi_drop_notice "$navi_pane" "$(navi_tmux "$navi_socket" capture-pane -p -J -S "$1" -t "$navi_pane")"
        printf '%s\n' "$navi_own_text"
    fi
}

navi_report_death() {
    navi_describe_ending
    navi_give_up 1 "the pane of $navi_name died with $navi_end_words before the pattern appeared"
}

# navi_give_up STATUS WORDS: end a wait that was in vain, and print what the pane shows.
navi_give_up() {
    printf '%s screen\n%s\n' "$navi_token" "$navi_screen"
    navi_fail "$@"
}

# navi_note_before: what the pane shows now, with the end of its history, was there before the answer. If a program has
# the screen to itself, the screen beneath counts, too.
navi_note_before() {
    [ -n "$navi_pattern" ] || return 0
    navi_before=$navi_screen
    navi_start=$((navi_history + navi_from))
    [ "$navi_start" -ge 0 ] || navi_start=0
    navi_before_width=$navi_width
    navi_before_alone=$navi_alone
    [ "$navi_alone" = 1 ] || return 0
    navi_before=$(navi_tmux "$navi_socket" capture-pane -p -J -t "$navi_pane")
    navi_beneath=
    [ "$navi_history" -eq 0 ] ||
        navi_beneath=$(navi_tmux "$navi_socket" capture-pane -p -J -S "$navi_from" -E -1 -t "$navi_pane")$navi_newline
    navi_beneath=$navi_beneath$(navi_tmux "$navi_socket" capture-pane -p -J -a -q -t "$navi_pane")
}

# navi_choose_lines: from which line on (navi_offset) the pane is to be read, against what (navi_known), and where that
# is found there (navi_align): at the beginning; or else where most of it is found, because its position is not known:
# late in the history, because a full one drops lines and other widths need other lines; or near the same place.
navi_choose_lines() {
    navi_known=$navi_before
    navi_align=
    navi_offset=$((navi_start - navi_history))
    case $navi_before_alone,$navi_alone in
    1,0) navi_known=$navi_beneath ;;
    0,1)
        navi_known=
        navi_offset=0
        ;;
    1,1)
        navi_align=near
        navi_offset=0
        ;;
    esac
    [ "$navi_alone" = 0 ] || return 0
    if [ "$navi_width" != "$navi_before_width" ] || [ "$navi_offset" -gt 0 ] ||
        [ $((navi_history + navi_history_limit / 10)) -ge "$navi_history_limit" ]; then
        navi_align=late
        navi_offset=-
    fi
}

# navi_read_lines: the lines from navi_offset on, in navi_present_lines. That is of use only if nothing has moved since
# that was chosen; of a pane that never rests everything is read.
navi_read_lines() {
    navi_attempts=4
    while :; do
        navi_choose_lines
        [ "$navi_attempts" -gt 1 ] || [ "$navi_alone" = 1 ] || navi_align=late navi_offset=-
        navi_consult "$navi_socket" display-message -p -t "$navi_pane" '#{history_size} #{alternate_on} #{pane_width}' \; \
            capture-pane -p -J -S "$navi_offset" -t "$navi_pane"
        [ "$navi_word" = ok ] || return
        navi_present_lines=$navi_answer
        navi_attempts=$((navi_attempts - 1))
        case $navi_align,$navi_attempts,$navi_present_lines in
        ,*,"$navi_history $navi_alone $navi_width$navi_newline"* | late,*,*" $navi_alone "* | *,0,*) break ;;
        near,*,*" $navi_alone $navi_width$navi_newline"*) break ;;
        esac
        navi_history=${navi_present_lines%% *}
        navi_present_lines=${navi_present_lines#* }
        navi_alone=${navi_present_lines%% *}
        navi_present_lines=${navi_present_lines#* }
        navi_width=${navi_present_lines%%"$navi_newline"*}
    done
    navi_present_lines=${navi_present_lines#*"$navi_newline"}
}

# navi_new_lines: what the pane has shown since navi_note_before, its history included.
navi_new_lines() {
    navi_read_lines || return 0
    if [ "$navi_is_dead" = 1 ]; then
        navi_drop_notice "$navi_pane" "$navi_present_lines"
        navi_present_lines=$navi_own_text
    fi
    navi_echo_again=
    [ "$navi_cooked" = no ] || navi_is_cooked || navi_echo_again=yes
    export navi_align navi_echo_comes navi_echo_again navi_token
    printf '%s\n' "$navi_token" "$navi_echo" "$navi_token" "$navi_known" "$navi_token" "$navi_present_lines" |
        LC_ALL=C awk "$navi_new_lines_awk"
}
