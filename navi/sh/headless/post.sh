# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: headless/folder headless/files lib/disk lib/self
# post.sh DIR ID GENERATION NUMBER SIZE LINE: stores an input for an agent, and reports the last input that the agent
# has been given. The input is a line of SIZE bytes with its line end. Calls with one number are one input. A line that
# did not arrive whole is never handed over, because half a line ends some agents.

# Somebody waits for an answer or an interrupt to arrive, so the agent is woken as soon as the line is there, and what
# starts a process comes before that only where it must.

# navi_put_line NUMBER SIZE LINE: put the line in its place, unless one is there. What it was written to stays.
navi_put_line() {
    navi_part=in.d/.$1.$navi_self
    printf '%s' "$3" 2>/dev/null >"$navi_part" || navi_refuse_part 'the input was not taken'
    navi_is_whole "$2" "$3" || navi_refuse_part 'the input was not taken' cut
    ln "$navi_part" "in.d/$1" 2>/dev/null && navi_news=new
    [ -f "in.d/$1" ] || navi_refuse_part 'the input was not taken'
}

# navi_is_whole SIZE LINE: whether all of the line was written. A short one is read again, which starts no process.
navi_is_whole() {
    if [ "$1" -le 4096 ] && [ "${#2}" -eq "$1" ]; then
        { IFS= read -r navi_written <"$navi_part"; } 2>/dev/null
        [ "${navi_written-}$navi_newline" != "$2" ] || return 0
    fi
    [ $(($(wc -c <"$navi_part"))) -eq "$1" ]
}

# navi_refuse_part WORDS [cut]: the line could not be written, or is not whole.
navi_refuse_part() {
    rm -f "$navi_part"
    navi_find_disk_trouble "$PWD" ''
    [ -n "$navi_disk_trouble" ] || [ -z "${2-}" ] || navi_fail $navi_late "the input did not arrive whole; send it again"
    navi_fail_to_write "$PWD" "$1"
}

navi_enter_run "$1" "$2" "$3"
navi_news=again navi_part=
navi_read_fed
if [ ! -f "in.d/$4" ]; then
    if [ -f exit ] || [ -f in.d/end ]; then navi_fail 1 'the agent has ended; the input was not taken'; fi
    [ "$4" -le $((navi_fed + 1000)) ] ||
        navi_fail $navi_late '1000 inputs wait already for the agent; the input was not taken; try again later'
    case $6 in *"$navi_newline") ;; *) navi_fail $navi_late 'the input did not arrive whole; send it again' ;; esac
    navi_put_line "$4" "$5" "$6"
fi
# The first call may have ended before it did this.
navi_ring
[ -z "$navi_part" ] || rm -f "$navi_part"
navi_ended=no
[ ! -f exit ] || navi_ended=yes
printf '%s posted %s %s %s\n' "$navi_token" "$navi_news" "$navi_fed" "$navi_ended"
