# Prints those status files, as lines of navi_known, whose sessions tmux has not listed under their names. Input is the
# listing, a line that ends with "files", and those lines. The token that begins records is in navi_mark, this machine
# and its start in navi_own_place.

BEGIN {
    FS = "\t"
    mark = ENVIRON["navi_mark"] " pane "
    here = ENVIRON["navi_own_place"] " "
}
$0 == ENVIRON["navi_mark"] " files" { files = 1; next }
!files && index($0, mark) == 1 {
    lives[$NF ".json"]
    names[substr($1, length(mark) + 1) " " $2] = $NF ".json"
}
!files { next }
{ name = substr($0, index($0, "\t") + 1); name = substr(name, index(name, " ./") + 3) }
$1 == "-" && !(name in lives)
index($1, here) == 1 {
    split(substr($1, length(here) + 1), word, " ")
    if (names[word[1] " " word[2]] != name) print
}
