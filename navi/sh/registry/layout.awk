# Defines functions that read single entries of a registry that navi wrote (change.awk). navi writes each entry as one
# line, so only the wanted one has to be parsed.

function is_first(line) { return line == "{\"sessions\":{" }

function is_last(line) { return line ~ /^},"version":"1[.]0"[,}]/ }

# key_of(name): what begins its line, for a name that is not to be escaped.
function key_of(name) { return "\"" name "\":{" }
