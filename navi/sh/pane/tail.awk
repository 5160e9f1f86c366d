# Prints the lines that a pane has printed since the last time. Rows are counted from the beginning of the history; a
# line is one row or, where it is wrapped, several. Input has four parts, each after a line with the token: the last
# lines that were printed; history, its limit, the cursor's line and the width; the rows from navi_offset on; and the
# same as lines. Output: a state for the next time, the line of the cursor, and the new lines. Where another stream
# ended (navi_resumed) all rows are there, and the state begins with whether it is sure that nothing is lost or comes
# twice.

BEGIN {
    token = ENVIRON["navi_token"]
    next_row = ENVIRON["navi_next"] + 0
    offset = ENVIRON["navi_offset"]
    most = ENVIRON["navi_most"]
    resumed = ENVIRON["navi_resumed"] != ""
}
$0 == token { part++; next }
part == 1 { anchor[++anchors] = $0; next }
part == 2 { split($0, fact, " "); notice = $0; sub(/^([^ ]+ ){5}/, "", notice); gsub(/#\[[^]]*\]/, "", notice); next }
part == 3 { row[++rows] = $0; next }
{ line[++lines] = $0 }
END {
    history = fact[1]
    cursor = history + fact[3]
    base = offset == "-" ? 0 : history + offset
    if (base < 0) base = 0
    if (most == "" && offset != "-" && (base > next_row || is_unsure())) {
        print "again"
        exit
    }
    number_rows()
    if (fact[5]) drop_notice()
    lost = resumed ? "sure" : "no"
    first = resumed ? find_again() : most == "" ? find_first() : 1
    if (!first) {
        first = 1
        lost = resumed ? "unsure" : had_full_history() ? "yes" : "no"
    }
    whole = first - 1
    while (whole < lines && ends[whole + 1] < cursor) whole++
    if (most != "" && base && whole <= most) {
        print "again"
        exit
    }
    if (most != "" && whole - most >= first) first = whole - most + 1
    print lost, history, fact[4], whole < lines ? begins[whole + 1] : cursor, whole < first ? 0 : whole - first + 1, whole
    print line[whole + 1]
    for (i = whole > 50 ? whole - 49 : 1; i <= whole; i++) print line[i]
    print token
    for (i = first; i <= whole; i++) print line[i]
}

# drop_notice(): the notice of tmux at the end of a dead pane is not the program's, and no line will come any more.
function drop_notice(    text, start) {
    text = line[lines]
    start = length(text) - length(notice)
    if (notice == "" && text ~ /^Pane is dead/) text = ""
    else if (notice != "" && start >= 0 && substr(text, start + 1) == notice) text = substr(text, 1, start)
    line[lines] = text
    while (lines && bare(line[lines]) == "") line[lines--] = ""
    cursor = base + rows
}

# is_unsure(): whether rows may have other numbers now: other widths need other rows, and a full history drops a tenth.
function is_unsure() {
    return resumed || fact[4] != ENVIRON["navi_before_width"] || history < ENVIRON["navi_before_history"] + 0 ||
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

# find_first(): the line to begin with; 0 where the lines printed last are not found any more.
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

# find_again(): the line to begin with after a pause: a program may have cleared the history meanwhile. It is sure where
# all of the lines printed last end in the row where they ended, of a history that can't have dropped rows; or else
# where they are in one place alone.
function find_again(    i, found, places) {
    if (next_row in at && fact[4] == ENVIRON["navi_before_width"] && !had_full_history())
        if (anchors ? is_behind_anchor(at[next_row]) == anchors : !next_row) return at[next_row]
    for (i = lines + 1; i > 1; i--) if (anchors && is_behind_anchor(i) == anchors && !places++) found = i
    if (places == 1) return found
    lost = "unsure"
    return find_first()
}

# is_behind_anchor(i): whether the lines before it are those that were printed last, as far as they are there. Of the
# first one the beginning may be missing.
function is_behind_anchor(i,    k, text) {
    for (k = 0; k < anchors && i - k > 1; k++) {
        text = line[i - k - 1]
        if (text == anchor[anchors - k]) continue
        if (i - k - 1 > 1 || !k || bare(text) == "" || !ends_with(anchor[anchors - k], text)) return 0
    }
    return k
}

function ends_with(text, end) { return length(text) > length(end) && substr(text, length(text) - length(end) + 1) == end }
