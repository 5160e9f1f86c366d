# Prints what a screen shows of an agent's box and of a text that was sent to it: a line of words, and then either the
# draft in the box and what waits below the conversation, or with navi_wants_answer the answer to the text. Input is the
# text, a line with the token, and the screen, with colours or without. The description of the box is in navi_box, as
# ops/look/agents.py has it. Comparing texts ignores blanks and punctuation: agents break lines where they like, and
# some understand Markdown.
#
# The words: empty, draft or none, for the box; how the draft compares with the text: same, pasted, glued, part, other;
# how many prompts that were sent are the text; whether the last one is; whether prompts wait for the end of a turn;
# whether the text is shown among those; whether another prompt follows it.

BEGIN {
    token = ENVIRON["navi_token"]
    split(ENVIRON["navi_box"], field, "\t")
    start = field[3]
    finish = field[4]
    shown = field[5]
    hint = field[6]
    pasted = field[7]
    queued = field[8]
    bullet = field[9]
    noise = field[10]
    bar = field[11]
    apart = field[12]
    failed = field[13]
    side = field[14]
}
!lines && !behind && $0 == token { behind = 1; next }
!behind { text = text $0; texts++; next }
{ line[++lines] = plain($0) }
END {
    keeps = squeezed(text) == "" && text ~ /[^ \t]/
    command = text ~ /^[ \t]*\//
    text = squeezed(text)
    find_box()
    if (box == "none" && length(text) > 200 && ends_at(lines) >= 100) {
        # It needs so much room that nothing else of the box is left.
        box = "draft"
        draft = text
        first = substr(trimmed(line[lines]), 1, 60)
    }
    find_prompts()
    find_queue()
    if (!count && !waits && text != "") find_merged()
    print box, (box == "draft" ? compared() : "-"), count, last, waits, waiting, follows + 0
    if (ENVIRON["navi_wants_answer"] != "") print_answer()
    else {
        print substr(first, 1, 200)
        print queue
    }
}

# plain(TEXT): a line without colours. In marked, a mark is before faint letters, and before those in another colour
# than the letter under the cursor: the rest of what is proposed there.
function plain(text) {
    if (index(text, "\033")) {
        if (match(text, /\033\[[47]m(\033\[[0-9;]*m)*([A-Za-z0-9"'(]|[\300-\377][\200-\277]+)(\033\[[0-9;]*m)*\033\[38;[0-9;]+m/))
            text = substr(text, 1, RSTART + RLENGTH - 1) "\001" substr(text, RSTART + RLENGTH)
        gsub(/\033\[([0-9]+;)*2m/, "\001", text)
        gsub(/\033\[[0-9;]*m/, "", text)
        sub(/^\001+/, "", text)
        marked[lines + 1] = text
        gsub(/\001/, "", text)
    }
    sub(/[ \t\r]+$/, "", text)
    return text
}

function trimmed(text) {
    gsub(/\342\200\213/, "", text)
    sub(/^[ \t]+/, "", text)
    sub(/[ \t]+$/, "", text)
    return text
}

# squeezed(TEXT): without blanks and punctuation, which agents take for Markdown; a text that has nothing else keeps
# them.
function squeezed(text) {
    gsub(/[ \t\r]+|\302\240|\342\200\213/, "", text)
    if (!keeps) gsub(/[[:punct:]]+/, "", text)
    return text
}

# cut(PATTERN, TEXT): the text without what is matched at its beginning.
function cut(pattern, text) {
    sub(pattern, "", text)
    return text
}

# inner(TEXT): a line of the box without what is before the draft, and without the sides.
function inner(text) {
    sub(start, "", text)
    if (side != "") gsub(side, "", text)
    return text
}

# find_box(): its first line in top, the first one below in bottom; the draft without blanks.
function find_box(    i) {
    box = "none"
    if (finish == "") {
        # Nothing is below it, and it is no paragraph.
        bottom = lines + 1
        for (i = lines; i > 0 && line[i] != "" && line[i] !~ start; i--);
    } else {
        for (bottom = lines; bottom > 1; bottom--) if (line[bottom] ~ finish) break
        if (line[bottom] ~ finish && line[bottom] !~ start && bottom < lines && line[bottom + 1] ~ start) {
            # That is the line above the box, whose lower end is below the pane.
            i = bottom + 1
            bottom = lines + 1
        } else for (i = bottom - 1; i > 0 && line[i] !~ finish; i--) if (line[i] ~ start) break
    }
    if (i < 1 || line[i] !~ start) return
    while (i > 1 && line[i - 1] ~ start && !(finish != "" && line[i - 1] ~ finish)) i--
    top = i
    for (; i < bottom; i++) {
        draft = draft squeezed(inner(line[i]))
        whole = joined(whole, inner(line[i]))
    }
    for (i = top; i < bottom - 1; i++) if (trimmed(inner(line[i])) != "") break
    first = trimmed(inner(line[i]))
    box = first == "" || is_hint(inner(marked[i])) ? "empty" : "draft"
}

# is_hint(MARKED): whether an empty box shows that: it is known, or faint from its first or second letter on.
function is_hint(text) {
    if (hint != "" && first ~ hint) return 1
    return squeezed(first) == draft && text ~ /^[ \t]*(\001|[!-~]\001|[\300-\377][\200-\277]+\001)/
}

# compared(): a command has more beside it: its arguments as a hint, or others of its kind.
function compared() {
    if (draft == text || command && index(draft, text)) return "same"
    if (pasted != "" && match(whole, pasted)) return is_placeholder() ? "pasted" : "glued"
    if (text != "" && index(draft, text)) return "glued"
    return index(text, draft) ? "part" : "other"
}

# joined(TEXT, MORE): two parts of a text that was broken between words.
function joined(text, more) {
    more = trimmed(more)
    return text == "" || more == "" ? text more : text " " more
}

# is_placeholder(): whether the draft is only what the agent shows in place of the text. Some show its first words, too.
function is_placeholder() {
    return RSTART == 1 && squeezed(substr(whole, RLENGTH + 1)) == "" && begins(substr(whole, 1, RLENGTH))
}

# begins(PLACEHOLDER): whether the text begins with the words that are in a placeholder before three dots, if any are.
function begins(placeholder) {
    if (!sub(/\.\.\. [^.]*$/, "", placeholder)) return 1
    return index(text, squeezed(placeholder)) == 1
}

# is_of_text(PLACEHOLDER): whether it is that of the text: it has as many lines, or is so long that it would get one.
function is_of_text(placeholder,    count) {
    if (!begins(placeholder)) return 0
    if (length(text) > 100 || !match(placeholder, /[0-9]+ lines/)) return length(text) > 100
    count = substr(placeholder, RSTART, RLENGTH) + 0
    return count == texts || count == texts - 1
}

# find_prompts(): those that were sent, above the box; of the last one that is the text, the first line after it.
function find_prompts(    i, stop) {
    stop = top ? top : lines + 1
    count = last = follows = 0
    for (i = 1; i < stop; i++) {
        if (line[i] !~ shown || shown == "" && line[i - 1] != "") continue
        from = text == "" ? 0 : ending_of(i, stop)
        if (from) {
            count++
            last = 1
            follows = 0
            answer = from
            i = from - 1
            if (shown == "") i = equal_answer(from, stop) - 1
        } else if (shown == "") {
            # It may be a prompt or an answer: nothing tells.
        } else if (apart != "" && line[i] ~ apart) {
            while (i + 1 < stop && line[i + 1] ~ start) i++
        } else if (failed != "" && is_failure(i, stop)) {
            reason[i] = 1
            while (i + 1 < stop && line[i + 1] ~ start) reason[++i] = 1
        } else {
            if (last && !follows && has_words(answer, i)) follows = i
            last = 0
        }
    }
    if (!count && length(text) > 100) find_end(stop)
}

# equal_answer(I, STOP): the first line behind an answer that is the text again, where nothing marks a prompt; else I.
function equal_answer(i, stop,    after) {
    after = i
    while (after < stop && line[after] == "") after++
    after = after < stop ? ending_of(after, stop) : 0
    return after ? after : i
}

# is_failure(I, STOP): whether the lines from this one on say why a turn has failed: the line below them says that it
# has.
function is_failure(i, stop) {
    while (i < stop && line[i] ~ start) i++
    while (i < stop && line[i] == "") i++
    return i < stop && line[i] ~ failed
}

# find_merged(): the text in a prompt that an agent made of several that had waited: whole lines, below the first ones.
function find_merged(    i, j, seen) {
    for (i = top - 1; i > 0; i--) {
        seen = ""
        for (j = i; j > 0 && seen != text && length(seen) < length(text); j--) seen = stripped(line[j]) seen
        if (seen != text) continue
        while (j > 0 && line[j] !~ shown && line[j] ~ /^( |$)/) j--
        if (j < 1 || line[j] !~ shown) continue
        count = last = 1
        answer = i + 1
        return
    }
}

# find_end(STOP): of a long text whose beginning has left the screen, the line after its end.
function find_end(stop,    i) {
    for (i = stop - 1; i > 0; i--) {
        if (ends_at(i) < 60) continue
        count = last = 1
        answer = i + 1
        return
    }
}

# ends_at(I): how much of the end of the text is in this line and those above it.
function ends_at(i,    seen, more) {
    for (; i > 0; i--) {
        more = stripped(line[i]) seen
        if (length(more) > length(text) || substr(text, length(text) - length(more) + 1) != more) break
        seen = more
    }
    return length(seen)
}

# ending_of(I, STOP): the first line after the prompt in line I, if it is the text; else 0. Agents cut long ones.
function ending_of(i, stop,    rest, piece) {
    rest = text
    piece = stripped(cut(shown, line[i]))
    if (piece == "") return 0
    if (pasted != "") {
        rest = placeholder_at(i, stop)
        if (rest) return rest > 0 ? rest : 0
        rest = text
    }
    while (rest != "" && i < stop) {
        if (piece != "" && index(rest, piece) != 1) break
        rest = substr(rest, length(piece) + 1)
        piece = stripped(line[++i])
    }
    if (rest != "" && (length(text) - length(rest) < 60 || line[i] !~ /\342\200\246|\.\.\.|[0-9] (more )?lines/)) return 0
    while (rest != "" && i < stop && piece != "") piece = stripped(line[++i])
    return i
}

# placeholder_at(I, STOP): the first line after the prompt in line I, if it shows the placeholder of the text; -1 if it
# is that of another one, 0 if it has none.
function placeholder_at(i, stop,    all) {
    all = barless(cut(shown, line[i]))
    while (!match(all, pasted)) {
        if (all !~ /\[/ || ++i >= stop || barless(line[i]) == "") return 0
        all = joined(all, barless(line[i]))
    }
    return is_of_text(substr(all, RSTART, RLENGTH)) ? i + 1 : -1
}

# barless(TEXT): without what is at the right of a conversation, and without blanks around it.
function barless(text) {
    if (bar != "") sub(bar, "", text)
    return trimmed(text)
}

function stripped(text) {
    if (bar != "") sub(bar, "", text)
    if (shown ~ /\342\224\203/) sub(/^ *\342\224\203/, "", text)
    return squeezed(text)
}

function has_words(from, to) {
    for (; from < to; from++) if (line[from] !~ /^ *$/ && !is_noise(from)) return 1
    return 0
}

# is_noise(I): whether that line is not part of an answer.
function is_noise(i) { return line[i] ~ noise || is_note(i) }

# is_note(I): whether that line is a note at the right edge, apart from what is above it and directly above the box.
function is_note(i) {
    if (finish == "" || !top || i != top - 2 || line[i + 1] !~ finish) return 0
    return line[i] ~ /^   +[^ ]/ && (line[i - 1] == "" || line[i - 1] ~ noise) && columns(line[i]) >= columns(line[i + 1]) - 2
}

# columns(TEXT): how many columns a text without wide letters takes.
function columns(text) {
    gsub(/[\200-\277]/, "", text)
    return length(text)
}

# find_queue(): what waits for the end of a turn, and whether the text is among that; it may be cut.
function find_queue(    i, head) {
    head = substr(text, 1, 16)
    waits = waiting = 0
    if (queued == "") return
    for (i = 1; i <= lines; i++) {
        if (line[i] !~ queued && (i != top || cut(start, line[i]) !~ queued)) continue
        waits = 1
        queue = queue " " trimmed(line[i])
    }
    if (!waits) return
    for (i = answer > 1 ? answer : 1; i < lines && !waiting; i++)
        if ((shown == "" || line[i] !~ shown) && index(squeezed(line[i]), head)) waiting = 1
}

# print_answer(): the lines between the text and the next prompt, or the box.
function print_answer(    i, stop, blank, begun) {
    stop = follows ? follows : top ? top : lines + 1
    for (i = answer ? answer : 1; i < stop; i++) {
        if (i in reason) {
            line[i] = cut(shown, line[i])
            if (line[i] ~ start) continue
        } else if (is_noise(i)) continue
        if (bar != "") sub(bar, "", line[i])
        sub(/ +$/, "", line[i])
        if (line[i] == "") blank++
        else {
            for (; begun && blank > 0; blank--) print ""
            print cut(bullet, line[i])
            blank = 0
            begun = 1
        }
    }
}
