# needs: lib/utc.awk
# Prints the id of the newest conversation among the files of the arguments. Only the first line of a file counts: it
# must hold navi_wanted_mark and the folder navi_wanted_folder (as JSON writes it), and its time must be
# navi_wanted_since (epoch) or later. The id is what the name of the file has between navi_wanted_before, of which only
# the length counts, and navi_wanted_after.
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
