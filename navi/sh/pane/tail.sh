# shellcheck shell=sh disable=SC2016,SC2154,SC2034,SC2086
# needs: pane/address
# tail.sh SOCKET TARGET NAME REGISTERED LINES: the last LINES whole lines of a pane, and then each line as it comes: what
# stands above the cursor is whole. An answer with the line of the cursor is given whenever that changes, and now and
# then a sign of life, so that we end with whoever listens.

# navi_answer KIND...: say what is in navi_out, with the status 0.
navi_answer() {
    printf '\n%s begin\n%s\n%s errors \n%s end %s\n' "$navi_token" "$navi_out" "$navi_token" "$navi_token" "${1:-0}" || exit
    navi_out=
    navi_quiet=0
}

# Which lines are to be told. Rows are counted from the beginning of the history; a line is one row or, where it is
# wrapped, several. Input, after a line with the token each: the last lines that were told; where history and cursor
# are (history, limit, line of the cursor, width); the rows from navi_offset on; and the same as lines. Output: a
# state for the next time, the line of the cursor, and the lines to tell.
navi_teller='
BEGIN {
    token = ENVIRON["navi_token"]
    next_row = ENVIRON["navi_next"] + 0
    offset = ENVIRON["navi_offset"]
    most = ENVIRON["navi_most"]
}
$0 == token { part++; next }
part == 1 { anchor[++anchors] = $0; next }
part == 2 { split($0, fact, " "); next }
part == 3 { row[++rows] = $0; next }
{ line[++lines] = $0 }
END {
    history = fact[1]
    cursor = history + fact[3]
    base = offset == "-" ? 0 : history + offset
    if (base < 0) base = 0
    if (offset != "-" && (base > next_row || is_unsure())) {
        print "again"
        exit
    }
    number_rows()
    lost = "no"
    first = most == "" ? find_first() : 1
    if (!first) {
        first = 1
        lost = had_full_history() ? "yes" : "no"
    }
    whole = first - 1
    while (whole < lines && ends[whole + 1] < cursor) whole++
    if (most != "" && whole - most >= first) first = whole - most + 1
    print lost, history, fact[4], whole < lines ? begins[whole + 1] : cursor, whole < first ? 0 : whole - first + 1, whole
    print line[whole + 1]
    for (i = whole > 50 ? whole - 49 : 1; i <= whole; i++) print line[i]
    print token
    for (i = first; i <= whole; i++) print line[i]
}

# is_unsure(): whether rows may have other numbers now: other widths need other rows, and a full history drops a tenth.
function is_unsure() {
    return fact[4] != ENVIRON["navi_before_width"] || history < ENVIRON["navi_before_history"] + 0 ||
        history + step() >= fact[2]
}

function step() { return fact[2] >= 10 ? int(fact[2] / 10) : 1 }

function had_full_history() { return ENVIRON["navi_before_history"] + step() >= fact[2] || history + step() >= fact[2] }

# number_rows(): the rows where each line begins and ends. Blanks do not count: rows lack those at their ends.
function number_rows(    i, r, text) {
    r = 0
    for (i = 1; i <= lines; i++) {
        begins[i] = base + r
        at[base + r] = i
        text = bare(row[++r])
        while (r < rows && length(text) < length(bare(line[i]))) text = text bare(row[++r])
        ends[i] = base + r - 1
    }
}

function bare(text) {
    gsub(/ /, "", text)
    return text
}

# find_first(): the line to begin with; 0 where what was told last is not found any more.
function find_first(    i, r) {
    if (!is_unsure()) {
        for (r = next_row; r >= base && !(r in at); r--);
        return r == next_row ? at[r] : r < base ? lines + 1 : at[r] + 1
    }
    if (fact[4] == ENVIRON["navi_before_width"])
        for (r = next_row; r >= 0; r -= step())
            if (r in at && (is_behind_anchor(at[r]) || !anchors && r == next_row)) return at[r]
    for (i = lines + 1; i > 1; i--) if (is_behind_anchor(i)) return i
    return anchors ? 0 : 1
}

# is_behind_anchor(i): whether the lines before it are those that were told last, as far as they are there. Of the first
# one the beginning may be missing.
function is_behind_anchor(i,    k, text) {
    for (k = 0; k < anchors && i - k > 1; k++) {
        text = line[i - k - 1]
        if (text == anchor[anchors - k]) continue
        if (i - k - 1 > 1 || !k || bare(text) == "" || !ends_with(anchor[anchors - k], text)) return 0
    }
    return k
}

function ends_with(text, end) { return length(text) > length(end) && substr(text, length(text) - length(end) + 1) == end }
'

# navi_read_news: what navi_teller says, in navi_told. What was not read far enough back is read again, whole.
navi_read_news() {
    export navi_token navi_next navi_offset navi_most navi_before_width navi_before_history
    navi_offset=$((navi_next - navi_history - 100))
    [ -z "$navi_most" ] || navi_offset=-
    while :; do
        navi_told=$(
            {
                printf '%s\n' "$navi_token"
                [ -z "$navi_anchor" ] || printf '%s\n' "$navi_anchor"
                printf '%s\n' "$navi_token"
                navi_tmux "$navi_socket" \
                    display-message -p -t "$navi_pane" '#{history_size} #{history_limit} #{cursor_y} #{pane_width}' \; \
                    display-message -p "$navi_token" \; capture-pane -p -S "$navi_offset" -t "$navi_pane" \; \
                    display-message -p "$navi_token" \; capture-pane -p -J -S "$navi_offset" -t "$navi_pane"
            } | LC_ALL=C awk "$navi_teller" && printf x
        )
        [ "$navi_told" = "again${navi_newline}x" ] || break
        navi_offset=-
    done
}

# navi_catch_up: tell the whole lines that have come. What a program with a screen to itself shows is none.
navi_catch_up() {
    [ "$navi_alone" = 0 ] || return 0
    navi_read_news
    navi_most=
    case $navi_told in *x) ;; *) return 0 ;; esac
    set -- ${navi_told%%"$navi_newline"*}
    [ $# -eq 6 ] || return 0 # it has ended meanwhile
    navi_told=${navi_told#*"$navi_newline"}
    navi_partial=${navi_told%%"$navi_newline"*}
    navi_told=${navi_told#*"$navi_newline"}
    navi_before_history=$2
    navi_before_width=$3
    navi_next=$4
    navi_anchor=${navi_told%%"$navi_token$navi_newline"*}
    navi_anchor=${navi_anchor%"$navi_newline"}
    [ "$1" = no ] || navi_out="$navi_out$navi_token lost$navi_newline"
    if [ "$5" -gt 0 ]; then
        navi_told=${navi_told#*"$navi_token$navi_newline"}
        navi_out="$navi_out$navi_token lines $(date +%s)$navi_newline${navi_told%x}"
    fi
    navi_out="$navi_out$navi_token partial$navi_newline$navi_partial$navi_newline"
    navi_answer
}

# navi_conclude HOW: the end; the line of the cursor will not become whole any more.
navi_conclude() {
    [ -z "${navi_partial%"${navi_partial##*[! ]}"}" ] ||
        navi_out="$navi_out$navi_token lines $(date +%s)$navi_newline$navi_partial$navi_newline"
    navi_out="$navi_out$navi_token $1$navi_newline"
    navi_answer
    exit
}

navi_out=
navi_quiet=0
navi_partial=
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
navi_beware
navi_anchor=
navi_next=0
navi_before_history=0
navi_before_width=0
navi_most=$5
navi_was=
while :; do
    navi_look_at_pane || navi_conclude gone
    if [ "$navi_was" != "$navi_place $navi_screen" ]; then
        navi_was="$navi_place $navi_screen"
        navi_catch_up
    fi
    [ "$navi_is_dead" = 0 ] || navi_conclude dead
    sleep 0.1
    navi_quiet=$((navi_quiet + 1))
    [ "$navi_quiet" -lt 50 ] || navi_answer
done
