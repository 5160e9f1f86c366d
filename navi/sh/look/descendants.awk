# Prints the processes at and below those of navi_roots, as lines "PROCESS CHILDREN STATE ARGUMENTS", from a list of all
# processes: PROCESS, PARENT, STATE, ARGUMENTS. CHILDREN are separated by commas, "-" for none.

$1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ && NF >= 3 {
    below[$2] = below[$2] "," $1
    text = $0
    sub(/^ *[0-9]+ +[0-9]+ +/, "", text)
    known[$1] = text
}
END {
    count = split(ENVIRON["navi_roots"], queue, " ")
    for (i = 1; i <= count && i <= 20000; i++) {
        if (!(queue[i] in known) || seen[queue[i]]++) continue
        children = queue[i] in below ? substr(below[queue[i]], 2) : "-"
        print queue[i], children, known[queue[i]]
        number = split(children, child, ",")
        for (k = 1; k <= number && children != "-"; k++) queue[++count] = child[k]
    }
}
