# Prints the id of the newest conversation that hooks have noted for the agent navi_wanted_agent in the pane of
# navi_wanted_place, which has the form "server":N,"pane":"%N". The input is the lines of status files. Hooks write a
# record in one way: "ID":{"agent":"NAME",…}. A quote within a text has a backslash, so no text looks like that.
BEGIN {
    place = ENVIRON["navi_wanted_place"]
    begins = "\"[A-Za-z0-9_][A-Za-z0-9_.-]*\":[{]\"agent\":\"" ENVIRON["navi_wanted_agent"] "\""
}

{
    text = $0
    while (match(text, begins)) {
        id = substr(text, RSTART + 1, RLENGTH)
        sub(/".*/, "", id)
        text = substr(text, RSTART + RLENGTH)
        record = text
        if (match(record, /"[A-Za-z0-9_][A-Za-z0-9_.:%-]*":[{]"agent":"/)) record = substr(record, 1, RSTART)
        if (!index(record, place) || !index(record, "\"parent\":\"\"") || record ~ /"entry":"[^"]/) continue
        time = 0
        if (match(record, /"timestamp":[0-9]+/)) time = substr(record, RSTART + 12, RLENGTH - 12) + 0
        if (time >= newest) {
            newest = time
            found = id
        }
    }
}

END { print found }
