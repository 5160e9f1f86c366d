# Defines a parser of JSON, for any awk. It cuts its input at quotes (RS), so that a long text costs one step. Objects
# and lists whose paths are in `known` become nodes. Everything else below them is kept as it was written, or dropped if
# `dropping` is set. Texts keep their quotes and escapes, and are decoded only to be compared.

function begin(paths,    count, path, i) {
    RS = "\""
    count = split(paths, path, " ")
    for (i = 1; i <= count; i += 2) known[path[i]] = path[i + 1]
    depth = nodes = broken = phase = skipping = fed = extra = 0
    state = "value"
}

function fail() { broken = 1 }

# finished(): whether one whole object was read, and nothing after it.
function finished() { return readable() && !extra }

# readable(): whether one whole object was read. Another one after it is skipped; anything else makes both invalid.
function readable() { return !broken && phase == 1 && state == "done" && nodes }

# feed(chunk): take the text between two quotes. phase: 0 outside of texts, 1 at the start of one, 2 within it. Some
# editors put a byte order mark first.
function feed(chunk) {
    if (!fed++ && substr(chunk, 1, 3) == "\357\273\277") chunk = substr(chunk, 4)
    if (state == "done" && phase == 1) {
        if (!extra) fail()
        return
    }
    if (phase == 0) {
        outside(chunk)
        phase = 1
        return
    }
    if (phase == 1) open_text()
    phase = 2
    if (collecting) collect(chunk)
    if (ends_in_escape(chunk)) {
        if (collecting) collect("\"")
        return
    }
    phase = 0
    if (!skipping) close_text()
}

# skip(chunk): within what is dropped only brackets count.
function skip(chunk,    i, end, one) {
    if (chunk !~ /[][{}]/) return
    end = length(chunk)
    for (i = 1; i <= end; i++) {
        one = substr(chunk, i, 1)
        if (one == "{" || one == "[") kind[++depth] = one
        else if (one == "}" || one == "]") {
            if (kind[depth] != (one == "}" ? "{" : "[")) return fail()
            if (--depth < skipping) {
                skipping = 0
                state = "after"
                return pieces(substr(chunk, i + 1))
            }
        }
    }
}

function ends_in_escape(chunk) { return match(chunk, /\\+$/) ? RLENGTH % 2 : 0 }

function open_text() {
    if (!skipping && state !~ /^(value|first|key|firstkey)$/) fail()
    collecting = !dropping || node[depth]
    text = text_end = ""
    cut = 0
}

# Long texts grow by their ends: to add each piece to the whole would copy the whole each time.

function collect(chunk) {
    if (dropping && length(text) + length(chunk) > limit) {
        # Of the rest only the end is looked for.
        chunk = substr(chunk, 1, limit - length(text))
        cut = 1
        collecting = 0
    }
    if (chunk ~ /[\001-\037]/) fail()
    text_end = text_end chunk
    if (dropping || length(text_end) > 999) join_text()
}

function join_text() {
    text = text text_end
    text_end = ""
}

function close_text() {
    join_text()
    if (cut) trim_end()
    if ((collecting || cut) && !well_escaped(text)) fail()
    if (state !~ /key$/) return value("\"" text "\"")
    label[depth] = "\"" text "\""
    if (!node[depth]) hold(label[depth])
    state = "colon"
}

# trim_end(): a text that was cut may end within an escape, between two halves of a character, or within its bytes.
function trim_end() {
    sub(/\\u[0-9a-fA-F]?[0-9a-fA-F]?[0-9a-fA-F]?$/, "", text)
    if (ends_in_escape(text)) text = substr(text, 1, length(text) - 1)
    sub(/\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F]$/, "", text)
    if (ends_in_escape(text)) text = substr(text, 1, length(text) - 1)
    while (code_of(substr(text, length(text))) >= 128 && code_of(substr(text, length(text))) < 192)
        text = substr(text, 1, length(text) - 1)
    if (code_of(substr(text, length(text))) >= 192) text = substr(text, 1, length(text) - 1)
}

# shortened(raw): a text of which rows show only the beginning.
function shortened(raw) {
    if (length(raw) < 400) return raw
    text = substr(raw, 2, 396)
    trim_end()
    return "\"" text "\""
}

function well_escaped(text) {
    if (!index(text, "\\")) return 1
    gsub(/\\(["\\\/bfnrt]|u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F])/, "", text)
    return !index(text, "\\")
}

function outside(chunk,    count, part, i) {
    if (length(chunk) < 64) return pieces(chunk)
    # Some awks split there, too.
    gsub(/\n/, " ", chunk)
    count = split(chunk, part, ",")
    for (i = 1; i <= count; i++) {
        if (i > 1 && !skipping && !extra) sign(",")
        pieces(part[i])
    }
}

function pieces(chunk,    i, size, one, word) {
    if (skipping) return skip(chunk)
    if (state == "done") return pass_over(chunk)
    if (chunk ~ /^[-0-9.]+$/) return scalar(chunk)
    size = length(chunk)
    for (i = 1; i <= size; i++) {
        one = substr(chunk, i, 1)
        if (!index(" \t\r\n{}[],:", one)) {
            word = word one
            continue
        }
        if (word != "") scalar(word)
        word = ""
        if (index("{}[],:", one)) sign(one)
        if (skipping) return skip(substr(chunk, i + 1))
        if (state == "done") return pass_over(substr(chunk, i + 1))
    }
    if (word != "") scalar(word)
}

# pass_over(chunk): skip what follows the object: nothing, or another object.
function pass_over(chunk) {
    if (extra || chunk !~ /[^ \t\r\n]/) return
    if (chunk !~ /^[ \t\r\n]*[{]/) fail()
    extra = 1
}

function scalar(word) {
    if (word !~ /^(true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?)$/) fail()
    value(word)
}

function sign(one) {
    if (one == "{" || one == "[") return enter(one)
    if (one == "}" || one == "]") return leave(one)
    if (state != (one == "," ? "after" : "colon")) fail()
    state = one == "," && kind[depth] == "{" ? "key" : "value"
    if (!node[depth]) hold(one)
}

# value(raw): take a whole text, number or word.
function value(raw) {
    if (state != "value" && state != "first") fail()
    state = depth ? "after" : "done"
    if (!depth) return
    if (node[depth]) add(node[depth], label[depth], raw, 0)
    else hold(raw)
}

function enter(one,    path) {
    if (state != "value" && state != "first") fail()
    path = depth ? trail[depth] "/" ((trail[depth] "/*") in known ? "*" : decode(label[depth])) : "/"
    depth++
    kind[depth] = one
    trail[depth] = path
    label[depth] = ""
    state = one == "{" ? "firstkey" : "first"
    node[depth] = 0
    if (depth == 1 ? one == "{" : node[depth - 1] && path in known && known[path] == one) {
        node[depth] = ++nodes
        type[nodes] = one
        size[nodes] = 0
        if (depth > 1) add(node[depth - 1], label[depth - 1], "", nodes)
        return
    }
    if (dropping) skipping = depth
    if (depth == 1 || node[depth - 1]) held = held_end = ""
    hold(one)
}

function leave(one) {
    if (!depth || kind[depth] != (one == "}" ? "{" : "[")) return fail()
    if (state != "after" && state != (one == "}" ? "firstkey" : "first")) fail()
    if (!node[depth]) hold(one)
    depth--
    state = depth ? "after" : "done"
    if (depth && node[depth] && !node[depth + 1]) add(node[depth], label[depth], held held_end, 0)
}

function hold(raw) {
    if (dropping) return
    held_end = held_end raw
    if (length(held_end) < 1000) return
    held = held held_end
    held_end = ""
}

# add(parent, name, raw, inner): a member (or, without a name, an element), written as raw or being the node inner.
function add(parent, name, raw, inner,    i) {
    i = ++size[parent]
    names[parent, i] = name
    raws[parent, i] = raw
    children[parent, i] = inner
    if (name != "") place[parent, decode(name)] = i
}

# raw_of(parent, name): a member as it was written; "" where there is none.
function raw_of(parent, name) { return (parent, name) in place ? raws[parent, place[parent, name]] : "" }

function child_of(parent, name) { return (parent, name) in place ? children[parent, place[parent, name]] : 0 }

# decode(raw): the content of a text; "" for any other value.
function decode(raw,    out, at) {
    if (substr(raw, 1, 1) != "\"") return ""
    raw = substr(raw, 2, length(raw) - 2)
    while (at = index(raw, "\\")) {
        out = out substr(raw, 1, at - 1)
        raw = substr(raw, at + 1)
        if (substr(raw, 1, 1) == "u") {
            out = out character(raw)
            raw = substr(raw, taken + 1)
        } else {
            out = out escaped(substr(raw, 1, 1))
            raw = substr(raw, 2)
        }
    }
    return out raw
}

function escaped(one) { return (at_escape = index("bfnrt", one)) ? substr("\b\f\n\r\t", at_escape, 1) : one }

function hexadecimal(digits,    i, number) {
    for (i = 1; i <= 4; i++) number = number * 16 + index("123456789abcdef", tolower(substr(digits, i, 1)))
    return number
}

# character(raw): the character of uXXXX, or of two such, in UTF-8; `taken` is how much of raw that was. An escape
# without a character of its own stays as it is written.
function character(raw,    number, low) {
    number = hexadecimal(substr(raw, 2, 4))
    taken = 5
    if (number >= 55296 && number < 56320 && substr(raw, 6, 2) == "\\u") {
        low = hexadecimal(substr(raw, 8, 4))
        if (low >= 56320 && low < 57344) {
            taken = 11
            number = 65536 + (number - 55296) * 1024 + low - 56320
        }
    }
    if (!number || number >= 55296 && number < 57344) return "\\" substr(raw, 1, 5)
    if (number < 128) return sprintf("%c", number)
    if (number < 2048) return byte(192 + number / 64) byte(128 + number % 64)
    if (number < 65536) return byte(224 + number / 4096) byte(128 + number / 64 % 64) byte(128 + number % 64)
    low = byte(128 + number / 64 % 64) byte(128 + number % 64)
    return byte(240 + number / 262144) byte(128 + number / 4096 % 64) low
}

# code_of(one): the number of a byte, 0 for anything else.
function code_of(one,    i) {
    if (!codes) for (codes = i = 1; i < 256; i++) code[sprintf("%c", i)] = i
    return one in code ? code[one] : 0
}

function byte(number) { return sprintf("%c", int(number)) }

# utf8(text): the text with a ? for each byte that is not UTF-8.
function utf8(text,    out, i, size, one, wanted, part) {
    if (text ~ /^[ -~]*$/) return text
    size = length(text)
    for (i = 1; i <= size; i++) {
        one = substr(text, i, 1)
        if (wanted && code_of(one) >= low && code_of(one) <= high) {
            part = part one
            low = 128
            high = 191
            if (!--wanted) {
                out = out part
                part = ""
            }
            continue
        }
        if (wanted) out = out "?"
        part = ""
        wanted = followers(one)
        if (wanted > 0) part = one
        else out = out (wanted < 0 ? "?" : one)
        if (wanted < 0) wanted = 0
    }
    return out (wanted ? "?" : "")
}

# followers(one): how many bytes follow this one in its character, -1 where it can start none; the first of them is
# between low and high.
function followers(one,    number) {
    number = code_of(one)
    low = number == 224 ? 160 : number == 240 ? 144 : 128
    high = number == 237 ? 159 : number == 244 ? 143 : 191
    if (number < 128) return 0
    if (number < 194 || number > 244) return -1
    return number < 224 ? 1 : number < 240 ? 2 : 3
}
