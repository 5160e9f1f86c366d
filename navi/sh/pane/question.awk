# Prints what a dialog asks, by the description of agents (ops/look/agents.py) in navi_rules: the first line has, with
# tabs between them, the kind of question, how its choices are laid out, the number of the marked choice (0 if none is),
# those of the choices that say yes, say no and take a text (0 for none), yes or no: whether several can be ticked,
# whether the beginning of the dialog is seen, and whether a digit chooses; the choice that Escape chooses; yes or no:
# whether more choices may be off the screen; the keys that tick a choice and that leave what is ticked (- for none);
# yes or no: whether a text has to be typed; and the labels of a row, or its keys. Each of the next lines begins with a
# letter and a blank: t the tool, i its input, q the question, c a choice with its number, b its number and yes or no:
# whether it is ticked, d more of that choice. After a line "g" come globs for lines of the screen: q of the question, c
# of choices. Prints nothing where nothing can be chosen. Input is the screen of the agent navi_agent, on which its rule
# navi_rule holds.

BEGIN {
    count = split(ENVIRON["navi_rules"], whole, "\n")
    for (i = 1; i <= count && kind == ""; i++) {
        fields = split(whole[i], field, "\t")
        if (field[1] == "dialog" && fields == 22 && field[2] == ENVIRON["navi_agent"] && is_named(field[3])) note_dialog()
    }
    if (kind == "") exit
    box = "\\[( |x|X|\342\234\224|\342\234\223)\\] "
    # An arrow in the place of the marker says that the list goes on there.
    arrow = "^ *(\342\206\221|\342\206\223|\342\226\262|\342\226\274)"
    marks = mark != "" ? mark : "(\342\235\257|\342\200\272|\342\227\217|\342\206\222|\342\226\266)"
    lead = "^ *((" marks "|\342\206\221|\342\206\223) *)?"
    counted = lead (style == "brackets" ? "\\[[0-9]+\\] " : "(" box ")?[0-9]+[.] ?")
    # A digit after the dot would make it a decimal number.
    number = counted "([^0-9]|$)"
    marker = "^ *" marks " *"
    edge = "^ *((\342\206\221|\342\206\223|\342\224\200|\342\225\214|\342\224\201|\342\225\255|\342\225\256|\342\225\260|\342\225\257) *)+$"
}
{
    sub(/[ \t\r]+$/, "")
    raw[++lines] = $0
}
END {
    if (kind == "") exit
    if (style == "row") find_row()
    else if (style == "keys") find_keys()
    else if (style == "list") find_list()
    else find_numbers()
    if (!choices) exit
    find_top()
    find_text()
    print_all()
}

# is_named(NAMES): whether the rule of the screen is one of these, with a comma between them.
function is_named(names,    i, count, name) {
    count = split(names, name, ",")
    for (i = 1; i <= count; i++) if (name[i] == ENVIRON["navi_rule"]) return 1
    return 0
}

function note_dialog() {
    kind = field[4]
    top = field[5]
    inside = field[6]
    sides = field[7]
    asks = field[8]
    skip = field[9]
    tool = field[10]
    cut = field[11]
    style = field[12]
    labels = field[13]
    digits = field[14]
    allow = field[15]
    deny = field[16]
    free = field[17]
    escape = field[18]
    tick = field[19]
    leave = field[20]
    mark = field[21]
    types = field[22]
}

# plain(AT): a line without the sides of its frame, and of a box within it.
function plain(at,    text) {
    text = raw[at]
    if (sides == "") return text
    while (sub(sides, "", text));
    sub(/ +$/, "", text)
    return text
}

# ---- choices

# find_numbers(): the last numbers on the screen that follow each other. Lines below a choice, up to an empty one,
# belong to it, also those with numbers further right. Where the pane has no room, an agent leaves out some: if only
# rules are between two, these are hidden.
function find_numbers(    at, text, value, open, broken) {
    for (at = 1; at <= lines; at++) {
        text = plain(at)
        if (text ~ number && !(open && number_at(text) > first_at + 1)) {
            value = text
            sub(marker, "", value)
            sub(arrow " *", "", value)
            sub("^ *" (style == "brackets" ? "\\[" : box), "", value)
            value = value + 0
            if (!choices || value < from + choices || (value > from + choices && (broken || value > 99))) {
                start(at, value)
                first_at = number_at(text)
            }
            while (value > from + choices) hide()
            add(text ~ marker, text, counted)
            open = 1
            broken = 0
            end = at
        } else if (text == "" || text ~ edge) open = 0
        else if (choices && open && !(skip != "" && text ~ skip)) add_more(text)
        else broken = 1
    }
}

# number_at(TEXT): where the number of a choice begins. A marker or an arrow before it has three bytes, and one column.
# A choice may be one column further right than the marked one; a number in a description is at least below the label.
function number_at(text) {
    match(text, /[0-9]/)
    return RSTART - (text ~ marker || text ~ arrow ? 2 : 0)
}

# find_list(): the lines around the last marked one that begin in the same column. One alone between two rules is a box.
function find_list(    at, last, column, text) {
    for (at = lines; at > 0 && !last; at--) if (plain(at) ~ marker && !(plain(at - 1) ~ edge && plain(at + 1) ~ edge)) last = at
    if (!last) return
    text = plain(last)
    match(text, marker)
    # A marker that is not ASCII has three bytes, and one column.
    column = RLENGTH - (substr(text, 1, RLENGTH) ~ /[\200-\377]/ ? 2 : 0)
    for (at = last; at > 1 && in_column(at - 1, column); ) at--
    start(at, 1)
    for (; at <= lines && (at == last || in_column(at, column)); at++) {
        add(at == last, plain(at), at == last ? marker : "^ +")
        end = at
    }
}

function in_column(at, column,    text) {
    text = plain(at)
    return text != "" && indent(text) == column
}

# find_row(): the labels of the last line that begins with one.
function find_row(    at, text, long) {
    for (at = lines; at > 0; at--) {
        text = plain(at)
        if (text !~ "^ *(" labels ")( |$)") continue
        start(at, 1)
        end = at
        while (match(text, "^ *(" labels ")( |$)")) {
            long = RLENGTH
            add(0, substr(text, 1, long), "^ +")
            text = substr(text, long)
        }
        return
    }
}

# find_keys(): the choices of the last line that begins with a key in brackets. The keys become the labels of the row.
function find_keys(    at, text, long, key) {
    key = "^ *\\[[a-z]\\] "
    for (at = lines; at > 0 && plain(at) !~ key; at--);
    if (!at) return
    start(at, 1)
    end = at
    for (text = plain(at); match(text, key); text = substr(text, long + 1)) {
        labels = labels substr(text, RLENGTH - 2, 1)
        text = substr(text, RLENGTH + 1)
        long = match(text, / +\[[a-z]\] /) ? RSTART - 1 : length(text)
        add(0, substr(text, 1, long), "^ +")
    }
}

# start(AT, NUMBER): the choices begin at that line, with that number.
function start(at, value) {
    begin = at
    from = value
    choices = 0
    hides = 0
    selected = 0
}

# hide(): one more choice, which is not on the screen.
function hide() {
    choices++
    hides++
    hidden[choices] = choices
    label[choices] = more[choices] = ticked[choices] = ""
}

# add(MARKED, TEXT, PREFIX): one more choice. Two blanks begin its description where it is only a name.
function add(marked, text, prefix) {
    choices++
    if (marked) selected = from + choices - 1
    delete hidden[choices]
    ticked[choices] = boxed(text)
    sub(prefix, "", text)
    sub("^" box, "", text)
    sub(/^ +/, "", text)
    more[choices] = ""
    if (names_only() && match(text, /   */)) {
        more[choices] = substr(text, RSTART + RLENGTH)
        text = substr(text, 1, RSTART - 1)
    }
    sub(/ +$/, "", text)
    label[choices] = text
}

function add_more(text) {
    sub(/^ +/, "", text)
    if (names_only()) more[choices] = more[choices] (more[choices] == "" ? "" : " ") text
    else label[choices] = label[choices] " " text
}

function names_only() { return kind == "question" || kind == "menu" }

# ---- the text above them

# find_top(): the first line of the dialog, in first.
function find_top(    at) {
    seen = "no"
    first = 1
    if (inside != "") {
        for (at = begin; at > 1 && raw[at - 1] ~ inside; ) at--
        first = at
        if (at > 1 && raw[at - 1] ~ top) seen = "yes"
        return
    }
    # What is above one with keys can't look like its beginning, but what it quotes can.
    for (at = begin - 1; at > 0 && (seen == "no" || style == "keys"); at--) if (raw[at] ~ top) {
        first = at
        seen = "yes"
    }
}

# find_text(): which lines are the question, by what matches it, or all of them; and which names the tool.
function find_text(    at, text, skipped) {
    for (at = first; at < begin; at++) {
        text = plain(at)
        if (skipped < at) skipped = at + skipped_at(at) - 1
        shown[at] = text !~ edge && at > skipped
        if (!shown[at]) continue
        if (tool != "" && tool_name == "" && text ~ tool) note_tool(at, text)
        if (asks != "" && !asked && text ~ asks) asked = at
    }
    if (asked) for (at = asked; at < begin && belongs(at, asked); at++) is_question[at] = shown[at]
    else for (at = first; at < begin; at++) is_question[at] = shown[at] && at != tool_line
}

# skipped_at(AT): how many lines from that one on have no meaning. Agents break such a text wherever the pane ends.
function skipped_at(at,    text, more, number) {
    if (skip == "") return 0
    text = plain(at)
    for (number = 1; number <= 4; number++) {
        if (text ~ skip) return number
        if (text == "" || at + number >= begin) return 0
        more = plain(at + number)
        sub(/^ +/, "", more)
        text = text " " more
    }
    return 0
}

# belongs(AT, FIRST): whether a line is of the paragraph with that first line: it is neither empty nor further right.
function belongs(at, first,    text) {
    text = plain(at)
    return text != "" && indent(text) <= indent(plain(first))
}

function indent(text) {
    match(text, /^ */)
    return RLENGTH
}

# note_tool(AT, TEXT): a line that says no more than the name is not shown twice. Where the beginning is not seen, no
# line is known to be the first.
function note_tool(at, text) {
    if (tool == "^ *" && seen == "no") return
    sub(tool, "", text)
    tool_name = text
    if (cut != "") gsub(cut, "", tool_name)
    if (tool_name == text) tool_line = at
}

function print_all(    i) {
    printf "%s\t%s\t%d\t%d\t%d\t%d", kind, style, selected, chosen(allow), chosen(deny), chosen(free)
    printf "\t%s\t%s\t%s\t%d\t%s", (ticked[1] == "" ? "no" : "yes"), seen, digits, chosen(escape), more_choices()
    printf "\t%s\t%s\t%s\t%s\n", or_dash(tick), or_dash(leave), types, labels
    if (tool_name != "") print "t " tool_name
    print_lines("i")
    print_lines("q")
    for (i = 1; i <= choices; i++) if (!(i in hidden)) {
        print "c " from + i - 1 " " label[i]
        if (ticked[i] != "") print "b " from + i - 1 " " ticked[i]
        if (more[i] != "") print "d " more[i]
    }
    print "g"
    print_globs()
}

# print_globs(): what tmux finds in the lines of the dialog with all but plain letters left out, which it might
# interpret; only the beginnings, because the ends may be in other lines there.
function print_globs(    at, text) {
    for (at = first; at <= end; at++) {
        text = substr(raw[at], 1, 30)
        gsub(/[^A-Za-z0-9 .\/_-]+/, "*", text)
        if (text ~ /[A-Za-z0-9]/) print (at < begin ? "q " : "c ") text
    }
}

# print_lines(LETTER): the lines of the question, or the others, without empty ones at both ends.
function print_lines(letter,    at, text, empty) {
    empty = -1
    for (at = first; at < begin; at++) {
        if (!shown[at] || (letter == "q") != (is_question[at] + 0) || (letter == "i" && at == tool_line)) continue
        text = plain(at)
        if (text == "") {
            if (empty == 0) empty = 1
            continue
        }
        if (letter == "q") sub(/^ +/, "", text)
        if (letter == "q" && at == asked) sub("^(" marks "|[?]) ", "", text)
        if (empty == 1) print letter " "
        empty = 0
        print letter " " text
    }
}

# chosen(PATTERN): the number of the first choice that matches, 0 for none.
function chosen(pattern,    i) {
    if (pattern == "") return 0
    for (i = 1; i <= choices; i++) if (!(i in hidden) && label[i] ~ pattern) return from + i - 1
    return 0
}

# boxed(TEXT): whether the box of a choice is ticked, yes or no; "" for a choice without one. It is before the number or
# after it.
function boxed(text) {
    if (!match(text, lead "([0-9]+[.] ?)?" box)) return ""
    return substr(text, 1, RLENGTH) ~ /\[ \] $/ ? "no" : "yes"
}

# more_choices(): whether the list can scroll, by its arrows, or begins or ends off the screen. Menus show no arrows
# where the pane has no room for all of it.
function more_choices(    at) {
    if (from > 1 || hides || (kind == "menu" && seen == "no")) return "yes"
    for (at = begin - 1; at <= end + 1 || (at <= lines && plain(at) != "" && plain(at) !~ edge); at++)
        if (plain(at) ~ (arrow "( .*)?$")) return "yes"
    return "no"
}

function or_dash(text) { return text == "" ? "-" : text }
