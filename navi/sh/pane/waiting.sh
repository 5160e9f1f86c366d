# shellcheck shell=sh disable=SC2016,SC2154
# needs: pane/address lib/fail lib/tmux
# Waiting for what a pane shows, and telling an answer from what was there before.

# navi_is_cooked: whether what is typed goes to a program that reads whole lines; one that reads keys might take it later,
# and then show it once more.
navi_is_cooked() {
    case $(stty -a <"$navi_terminal" 2>/dev/null) in
    *' -icanon'* | *' -echo '* | '') return 1 ;;
    esac
}

# navi_check_pattern PATTERN FIXED: refuse at once what grep would not understand.
navi_check_pattern() {
    navi_match=-E
    [ -z "$2" ] || navi_match=-F
    : | grep "$navi_match" -e "$1" >/dev/null 2>&1
    [ $? -le 1 ] || navi_fail 64 "grep -E does not understand the pattern $1; --fixed takes it as it stands"
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

# navi_await_text LINES: wait until a line matches navi_pattern; it is in navi_line then. With LINES the pane's text and
# so many lines of its history count, "-" for all; without, only what has come since navi_note_before.
navi_await_text() {
    navi_was=
    navi_line=
    while :; do
        if [ "$navi_was" != "$navi_place $navi_screen" ]; then
            navi_was="$navi_place $navi_screen"
            if [ -n "$1" ]; then
                navi_line=$(
                    {
                        navi_tmux "$navi_socket" capture-pane -p -J -S "-${1#-}" -t "$navi_pane"
                        printf '\n%s end\n' "$navi_token"
                    } | navi_matching
                )
            else
                navi_line=$(navi_new_lines | navi_matching)
            fi
            [ -z "$navi_line" ] || return 0
        fi
        [ "$navi_is_dead" = 0 ] || navi_give_up 1 "the pane of $navi_name died before that was seen"
        navi_time_left || return 1
        sleep 0.05
        navi_inspect
    done
}

# navi_give_up STATUS WORDS: the end of a wait that was in vain, with what the pane shows.
navi_give_up() {
    printf '%s screen\n%s\n' "$navi_token" "$navi_screen"
    navi_fail "$@"
}

# navi_note_before: what the pane shows now, with the end of its history, was there before the answer. Of a program that
# has a screen to itself, what is beneath counts, too.
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
# stands there (navi_align): at the beginning; or else where most of it is found, for its place can't be said: late in
# the history, because a full one drops lines and other widths need other lines; or near the same place.
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

# navi_read_lines: the lines from navi_offset on, in navi_now. That is of use only if nothing has moved since that was
# chosen; of a pane that never rests everything is read.
navi_read_lines() {
    navi_attempts=4
    while :; do
        navi_choose_lines
        [ "$navi_attempts" -gt 1 ] || [ "$navi_alone" = 1 ] || navi_align=late navi_offset=-
        navi_consult "$navi_socket" display-message -p -t "$navi_pane" '#{history_size} #{alternate_on} #{pane_width}' \; \
            capture-pane -p -J -S "$navi_offset" -t "$navi_pane"
        [ "$navi_word" = ok ] || return
        navi_now=$navi_answer
        navi_attempts=$((navi_attempts - 1))
        case $navi_align,$navi_attempts,$navi_now in
        ,*,"$navi_history $navi_alone $navi_width$navi_newline"* | late,*,*" $navi_alone "* | *,0,*) break ;;
        near,*,*" $navi_alone $navi_width$navi_newline"*) break ;;
        esac
        navi_history=${navi_now%% *}
        navi_now=${navi_now#* }
        navi_alone=${navi_now%% *}
        navi_now=${navi_now#* }
        navi_width=${navi_now%%"$navi_newline"*}
    done
    navi_now=${navi_now#*"$navi_newline"}
}

# What is new: the lines that were not in the same place before, but for the echo of what was typed. Input is what was
# typed, what was known, and what is read now, after a line with the token each. navi_echo_comes says that the echo
# was not yet to be seen; navi_echo_again, that a program may show it once more behind its prompt.
navi_differ='
BEGIN {
    token = ENVIRON["navi_token"]
    align = ENVIRON["navi_align"]
}
$0 == token { part++; next }
part == 1 { echo = trimmed($0); if (echo != "") echoes[echo]++; next }
part == 2 { before[++known] = $0; next }
{ line[++lines] = $0 }
END {
    for (echo in echoes) {
        left[echo] = ENVIRON["navi_echo_comes"] ? echoes[echo] : 0
        again[echo] = ENVIRON["navi_echo_again"] ? echoes[echo] : 0
    }
    moved = align == "" ? 0 : most_alike()
    for (i = 1; i <= lines; i++) {
        if (align == "late" && i <= moved) continue
        if (!was_there(i - moved, line[i]) && !is_echo(added(i - moved, line[i]))) print line[i]
    }
}

function trimmed(text) {
    gsub(/[ \t]+/, " ", text)
    sub(/^ /, "", text)
    sub(/ $/, "", text)
    return text
}

# was_there(i, text): one that has become shorter has nothing new; of the first one, the beginning may be missing.
function was_there(i, text) {
    if (i < 1 || i > known) return 0
    if (before[i] == text || text != "" && index(before[i], text) == 1) return 1
    return i == 1 && before[1] != "" && length(text) > length(before[1]) &&
        substr(text, length(text) - length(before[1]) + 1) == before[1]
}

# added(i, text): what has come to a line.
function added(i, text) {
    if (i < 1 || i > known || before[i] == "" || index(text, before[i]) != 1) return text
    return substr(text, length(before[i]) + 1)
}

# most_alike(): by how many lines what was known has moved. Lines that stand everywhere prove little, and count only
# where there are no others.
function most_alike(    most) {
    for (i = 1; i <= lines; i++) if (line[i] != "") at[line[i], ++times[line[i]]] = i
    if (!vote(1, 20) && !vote(1, 500)) return -known
    for (i in votes)
        if (votes[i] > votes[most] || votes[i] == votes[most] && is_better(i + 0, most + 0)) most = i
    return most + 0
}

function is_better(one, other) {
    if (align == "late") return one > other
    return one * one < other * other
}

function vote(fewest, largest,    i, k, some) {
    for (i = 1; i <= known; i++) {
        if (times[before[i]] < fewest || times[before[i]] > largest) continue
        for (k = 1; k <= times[before[i]]; k++) {
            votes[at[before[i], k] - i]++
            some = 1
        }
    }
    return some
}

function is_echo(text,    rest, i, prompt) {
    rest = trimmed(text)
    if (rest in left && left[rest] > 0) {
        left[rest]--
        return 1
    }
    for (i = 1; i < length(text); i++) {
        if (substr(text, i, 1) ~ /[A-Za-z0-9 ]/) continue
        prompt = substr(text, 1, i)
        rest = trimmed(substr(text, i + 1))
        if (!(rest in echoes)) continue
        if (left[rest] > 0) {
            left[rest]--
            return 1
        }
        if (again[rest] > 0 && is_prompt(prompt, text)) {
            again[rest]--
            return 1
        }
    }
    return 0
}

# is_prompt(prompt, text): whether another line begins so, too.
function is_prompt(prompt, text,    i) {
    for (i = 1; i <= known; i++) if (before[i] != text && index(before[i], prompt) == 1) return 1
    for (i = lines; i > 0; i--) if (line[i] != "") return line[i] != text && index(line[i], prompt) == 1
    return 0
}
'

# navi_new_lines: what the pane has shown since navi_note_before, its history included.
navi_new_lines() {
    navi_read_lines || return 0
    navi_echo_again=
    [ "$navi_cooked" = no ] || navi_is_cooked || navi_echo_again=yes
    export navi_align navi_echo_comes navi_echo_again navi_token
    printf '%s\n' "$navi_token" "$navi_echo" "$navi_token" "$navi_known" "$navi_token" "$navi_now" |
        LC_ALL=C awk "$navi_differ"
}
