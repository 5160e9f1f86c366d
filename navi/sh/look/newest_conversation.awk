# needs: lib/utc.awk
# Prints "ID" of the newest conversation in the files of the arguments, of which only the first line counts: it must
# hold navi_wanted_mark and the folder navi_wanted_folder (as JSON writes it), and be of navi_wanted_since (epoch) or
# later. The id is the part of a file's path between its last folder with navi_wanted_before, whose length counts, and
# navi_wanted_after.
BEGIN {
    for (i = 1; i < ARGC; i++) consider(ARGV[i])
    print found
    exit
}

function consider(file,    line, time, name) {
    if ((getline line <file) <= 0) line = ""
    close(file)
    if (!index(line, ENVIRON["navi_wanted_mark"])) return
    if (!index(line, "\"cwd\":\"" ENVIRON["navi_wanted_folder"] "\"")) return
    if (match(line, /"timestamp":"[0-9-]*T[0-9:]*/)) time = utc_seconds(substr(line, RSTART + 13, RLENGTH - 13))
    else if (match(line, /"createdAt":[0-9]+/)) time = substr(line, RSTART + 12, RLENGTH - 12) / 1000
    else return
    if (time < ENVIRON["navi_wanted_since"] - 2 || time < newest) return
    newest = time
    name = substr(file, 1, length(file) - length(ENVIRON["navi_wanted_after"]))
    sub(/.*\//, "", name)
    found = substr(name, length(ENVIRON["navi_wanted_before"]) + 1)
}
