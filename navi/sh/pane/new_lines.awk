# Prints the lines of a pane that are new: those that were not in the same place before, without the echo of what was
# typed. Input has three parts, each after a line with the token: what was typed, the lines before, the lines now.
# navi_echo_comes means that the echo had not been seen yet, navi_echo_again that a program may show it a second time
# after its prompt.

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

# most_alike(): by how many lines the known text has moved. Lines that occur everywhere prove little, and count only if
# there are no others.
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
