# shellcheck shell=sh disable=SC2154
# needs: lib/tmux
# shares: navi_out
# Defines functions that write the records of a look. They collect them in navi_out and print them at once, so that a
# small change travels in one packet. $navi_token is random and of this call: no file, title or path can forge a record.

navi_out=

# navi_record KIND REST: open a record. What follows, up to the next one, is its body.
navi_record() {
    navi_out="$navi_out$navi_token $*$navi_newline"
}
