# Prints the number of the choice of a row that is marked by its background alone, 0 if none or several are: the one
# whose background is not that of the end of the row. Input is the screen with its escape sequences; the labels that
# choices may have are in navi_labels.

BEGIN {
    labels = ENVIRON["navi_labels"]
    escape = "\033\\[[0-9;:]*m"
}
{
    text = $0
    gsub(escape, "", text)
    gsub(/^ *(\342\224\203|\342\224\202)/, "", text)
    if (text ~ "^ *(" labels ")( |$)") row = $0
}
END {
    ground = ""
    place = 0
    while (row != "") {
        if (match(row, "^" escape)) {
            note_ground(substr(row, 3, RLENGTH - 3))
            row = substr(row, RLENGTH + 1)
        } else if (match(row, "^(" labels ")")) {
            grounds[++place] = ground
            after = ""
            row = substr(row, RLENGTH + 1)
        } else {
            if (place) after = after "\n" ground
            row = substr(row, 2)
        }
    }
    count = split(after, behind, "\n")
    for (i = 1; i <= place; i++) if (grounds[i] != behind[count]) {
        found++
        marked = i
    }
    print (found == 1 ? marked : 0)
}

# note_ground(CODES): the background that these codes of SGR set.
function note_ground(codes,    i, count, code) {
    count = split(codes, code, /[;:]/)
    if (!count) ground = ""
    for (i = 1; i <= count; i++) {
        if (code[i] == 0 || code[i] == 49) ground = ""
        else if (code[i] == 7) ground = "reverse"
        else if (code[i] == 38) i += code[i + 1] == 5 ? 2 : 4
        else if (code[i] == 48) {
            ground = code[i + 1] == 5 ? code[i + 2] : code[i + 2] "," code[i + 3] "," code[i + 4]
            i += code[i + 1] == 5 ? 2 : 4
        } else if ((code[i] >= 40 && code[i] <= 47) || code[i] >= 100) ground = code[i]
    }
}
