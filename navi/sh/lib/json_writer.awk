# needs: lib/json.awk
# Defines functions that write a parsed document: changed members stay in their old places, and unchanged ones stay as
# they were written.

function new_node(kind) {
    type[++nodes] = kind
    size[nodes] = 0
    return nodes
}

# put(parent, name, raw, [label]): set a member, in its old place if it has one. The label is the name as it is written.
function put(parent, name, raw, written_name) {
    if (!((parent, name) in place)) add(parent, written_name == "" ? quoted(name) : written_name, "", 0)
    raws[parent, place[parent, name]] = raw
    children[parent, place[parent, name]] = 0
}

# child(parent, name, kind): a member that is a list or an object; made where there is none or something else.
function child(parent, name, kind,    found) {
    found = child_of(parent, name)
    if (found && type[found] == kind) return found
    put(parent, name, "")
    return children[parent, place[parent, name]] = new_node(kind)
}

# remove(parent, at): take a member out.
function remove(parent, at,    i) {
    delete place[parent, decode(names[parent, at])]
    for (i = at + 1; i <= size[parent]; i++) {
        names[parent, i - 1] = names[parent, i]
        raws[parent, i - 1] = raws[parent, i]
        children[parent, i - 1] = children[parent, i]
        place[parent, decode(names[parent, i])] = i - 1
    }
    size[parent]--
}

function increase(parent, name, by, written_name) {
    put(parent, name, shown(amount(raw_of(parent, name)) + by), written_name)
}

function amount(raw) { return raw ~ /^[0-9][0-9.]*$/ && raw + 0 < 1e15 ? raw + 0 : 0 }

function shown(figure) { return sprintf("%.15g", figure) }

function quoted(text,    out, i, one) {
    text = utf8(text)
    if (text ~ /^[ !#-[^-~]*$/ || text ~ /^[A-Za-z0-9_]*$/) return "\"" text "\""
    for (i = 1; i <= length(text); i++) {
        one = substr(text, i, 1)
        if (one == "\"" || one == "\\") one = "\\" one
        else if (one < " ") one = sprintf("\\u%04x", code_of(one))
        out = out one
    }
    return "\"" out "\""
}

function written(parent,    i, out, one) {
    for (i = 1; i <= size[parent]; i++) {
        one = children[parent, i] ? written(children[parent, i]) : raws[parent, i]
        out = out (i > 1 ? "," : "") (type[parent] == "{" ? names[parent, i] ":" : "") one
    }
    return type[parent] == "{" ? "{" out "}" : "[" out "]"
}

# save(text, file): write it, and check that all of it is there: not every awk reports a full disk.
function save(text, file,    found) {
    RS = "\n"
    printf "%s\n", text > file
    close(file)
    return (getline found < file) > 0 && found == text
}
