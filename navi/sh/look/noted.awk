# Prints what a listing says about the sessions that are noted (notes.sh), a session in each line, with tabs between the
# fields.
#
#   note SERVER SESSION CREATED PANE AGENT STARTED KIND ID OWN SOCKET NAME PATH    one with an agent, or made by navi
#   left SERVER SESSION    a noted one lives, and nothing of that runs in it any more
#   gone SERVER SESSION    a noted one is not listed
#
# navi_note_mark begins the records of the listing. Behind the record agents are lines "PANE AGENT STARTED KIND ID", and
# behind the record noted the names of the files of noted sessions, "WORD.SERVER.NUMBER".
BEGIN { token = ENVIRON["navi_note_mark"] " " }

index($0, token) == 1 {
    rest = substr($0, length(token) + 1)
    part = rest
    sub(/ .*/, "", part)
    rest = substr(rest, length(part) + 2)
    if (part == "server") socket = substr(rest, index(rest, " ") + 1)
    if (part == "pane") read_pane(rest)
    if (part == "path") path[pane] = rest
    next
}

# A line can't hold a folder whose name has several lines.
part == "path" { path[pane] = "" }

part == "agents" {
    process = $0
    sub(/ .*/, "", process)
    if (!(process in agent)) agent[process] = substr($0, length(process) + 2)
}

part == "noted" { file[++files] = $0 }

function read_pane(text,    field, key) {
    split(text, field, "\t")
    pane = field[5]
    key = field[1] "\t" field[2]
    if (!(key in created)) order[++sessions] = key
    created[key] = field[6]
    own[key] = field[13]
    socket_of[key] = socket
    name[key] = field[14]
    id[pane] = field[9]
    if (field[4] != "0") return
    panes[key] = field[8] == "11" ? pane " " panes[key] : panes[key] pane " "
}

END {
    for (i = 1; i <= sessions; i++) tell(order[i])
    for (i = 1; i <= files; i++) {
        split(file[i], word, ".")
        key = word[2] "\t$" word[3]
        if (!(key in created)) print "gone\t" key
        else if (word[1] == "session" && !(key in noted)) print "left\t" key
    }
}

# tell(key): the pane that a person sees comes first.
function tell(key,    count, pane_of, i, word, found) {
    count = split(panes[key], pane_of, " ")
    for (i = 1; i <= count && found == ""; i++) if (pane_of[i] in agent) found = pane_of[i]
    if (found == "" && (own[key] != "1" || !count)) return
    split(found == "" ? "" : agent[found], word, " ")
    if (found == "") found = pane_of[1]
    noted[key]
    print "note\t" key "\t" created[key] "\t" id[found] "\t" word[1] "\t" word[2] "\t" word[3] "\t" word[4] "\t" \
        own[key] "\t" socket_of[key] "\t" name[key] "\t" path[found]
}
