# Prints which rule of the description of agents (ops/look/agents.py) holds for the screens of panes, as records of a
# look. Input is the text of each pane after a line "TOKEN capture PROCESS NAME", up to a line "TOKEN end": what follows
# that may never come. The token is in navi_token, the description in navi_rules.

BEGIN {
    token = ENVIRON["navi_token"]
    capture = token " capture "
    most = 80
    read_rules(ENVIRON["navi_rules"])
}
index($0, capture) == 1 {
    judge()
    process = $3
    name = substr($0, length(capture) + length(process) + 2)
    next
}
index($0, token " end") == 1 { exit }
process == "" { next }
{
    sub(/[ \t\r]+$/, "")
    if ($0 != "") line[++lines] = $0
}
END { judge() }

# read_rules(TEXT): number the rules of each agent, in their order.
function read_rules(text,    count, i, whole, fields) {
    count = split(text, whole, "\n")
    for (i = 1; i <= count; i++) {
        fields = split(whole[i], field, "\t")
        if (field[1] == "screen") {
            prompt[field[2]] = field[3]
            border[field[2]] = field[4]
        } else if (field[1] == "rule" && fields >= 6) add_rule(field[2], fields)
        else if (field[1] == "asked" && fields == 7) add_asked(field[2] "\t" ++ways[field[2]])
    }
}

function add_rule(agent, fields,    rule, i) {
    rule = agent "\t" ++rules[agent]
    status[rule] = field[3]
    title[rule] = field[4]
    for (i = 5; i < fields; i += 2) {
        pairs[rule]++
        depth[rule, pairs[rule]] = field[i] + 0
        pattern[rule, pairs[rule]] = field[i + 1]
    }
}

function add_asked(way) {
    words[way] = field[3]
    after[way] = field[4]
    below[way] = field[5]
    asked[way] = field[6]
    cut[way] = field[7]
}

# judge(): print the record of the pane that was read, and forget its text.
function judge(    i, rule) {
    if (process == "") return
    first = lines > most ? lines - most + 1 : 1
    answered = find_prompt()
    for (i = 1; i <= rules[name] + 0; i++) {
        rule = name "\t" i
        if (holds(rule)) break
    }
    if (i <= rules[name] + 0) {
        print token " screen " process " " status[rule] " " title[rule]
        print substr(bare(status[rule] == "permission" ? wanted(line[matched]) : line[matched]), 1, 300)
    } else print token " screen " process " -"
    process = ""
    lines = 0
}

# holds(RULE): whether all its pairs hold; the line that the last one found is in matched.
function holds(rule,    i) {
    for (i = 1; i <= pairs[rule]; i++) {
        matched = find(depth[rule, i], pattern[rule, i])
        if (!matched) return 0
    }
    return 1
}

# find(COUNT, PATTERN): the last of so many lines that matches; for 0, of those after the last prompt.
function find(count, pattern,    i, least) {
    least = count ? lines - count + 1 : answered + 1
    if (least < first) least = first
    for (i = lines; i >= least; i--) if (line[i] ~ pattern) return i
    return 0
}

# wanted(TEXT): what the agent asks permission for, or else the text.
function wanted(text,    i, way, at, found) {
    for (i = 1; i <= ways[name] + 0; i++) {
        way = name "\t" i
        at = find(most, after[way] == "" ? asked[way] : after[way])
        if (at && below[way] != "") at = next_line(at, below[way]) + 1
        at = next_line(at, asked[way])
        if (at > lines) continue
        found = line[at]
        gsub(cut[way], "", found)
        return words[way] found
    }
    return text
}

# next_line(AT, PATTERN): the first line from that one on that matches; behind the last one if none does.
function next_line(at, pattern) {
    if (!at) return lines + 1
    while (at <= lines && line[at] !~ pattern) at++
    return at
}

# bare(TEXT): a text without the sides of a frame, or the bar at the right of a conversation.
function bare(text) {
    sub(/^ *(\342\224\202|\342\224\203) +/, "", text)
    sub(/ +(\342\224\202|\342\224\203|\342\226\210)$/, "", text)
    return text
}

# find_prompt(): the line of the last prompt that was sent, 0 for none. The text in the box for the next one does not
# count: from the last line but one that is a border to the last.
function find_prompt(    i, bottom, top) {
    if (prompt[name] == "") return 0
    for (i = lines; i >= first && !top && border[name] != ""; i--) {
        if (line[i] !~ border[name]) continue
        if (bottom) top = i
        else bottom = i
    }
    for (i = lines; i >= first; i--) {
        if (top && i >= top && i <= bottom) continue
        if (line[i] ~ prompt[name]) return i
    }
    return 0
}
