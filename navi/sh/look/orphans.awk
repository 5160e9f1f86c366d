# Prints the sums of those status files whose sessions tmux has not listed. Input is the listing, a line that ends with
# "files", and the sums. The token that begins records is in navi_mark.

BEGIN { FS = "\t" }
$0 == ENVIRON["navi_mark"] " files" { files = 1; next }
!files && index($0, ENVIRON["navi_mark"] " pane ") == 1 { lives[$NF ".json"] }
files && !(substr($0, index($0, " ./") + 3) in lives)
