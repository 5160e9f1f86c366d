# Prints the names of the processes below those of navi_roots, from a list of all processes: PROCESS, PARENT, NAME.

$1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ {
    below[$2] = below[$2] " " $1
    text = $0
    sub(/^ *[0-9]+ +[0-9]+ +/, "", text)
    sub(/^.*\//, "", text)
    name[$1] = text
}
END {
    count = split(ENVIRON["navi_roots"], queue, " ")
    for (i = 1; i <= count; i++) root[queue[i]] = 1
    for (i = 1; i <= count && i <= 2000; i++) {
        if (seen[queue[i]]++) continue
        if (!(queue[i] in root) && name[queue[i]] != "") print name[queue[i]]
        number = split(below[queue[i]], child, " ")
        for (k = 1; k <= number; k++) queue[++count] = child[k]
    }
}
