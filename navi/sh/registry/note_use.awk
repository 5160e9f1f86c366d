# needs: registry/layout.awk registry/write_lines.awk
# Notes a use of the entry navi_used, which is the most frequent change. In a file that navi wrote only its line
# changes, and nothing has to be parsed. It fails where it is not sure.

BEGIN {
    entry = key_of(ENVIRON["navi_used"])
    mark = "\"last_active\":\""
    while ((getline text < ENVIRON["navi_registry"]) > 0)
        line[++lines] = index(text, entry) == 1 ? stamped(text) : text
    exit stamps == 1 && is_first(line[1]) && is_last(text) && write_lines(ENVIRON["navi_next"]) ? 0 : 1
}

# stamped(text): its own field, not one of an inner object; a text can't hold the mark, because its quotes are escaped.
function stamped(text,    at, before, after) {
    at = index(text, mark) + length(mark)
    before = substr(text, 1, at - 1)
    after = substr(text, at)
    if (index(text, mark) && !index(after, mark) && substr(before, length(entry) + 1) !~ /[[{]/ && after ~ /^[0-9TZ:.+-]*"/)
        stamps++
    sub(/^[^"]*/, ENVIRON["navi_used_at"], after)
    return before after
}
