# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# Defines functions that end an operation that fails: they print a message on standard error and exit with a status of
# sysexits(3), as in core/exits.py.

navi_usage=64 navi_none=66 navi_unavailable=69 navi_exists=73 navi_late=75 navi_refused=77 navi_unusable=78

# navi_fail STATUS WORDS...
navi_fail() {
    navi_status=$1
    shift
    printf '%s\n' "$*" >&2
    exit "$navi_status"
}

# navi_leave: at the end of an operation, whether it failed or not, remove its temporary files, its journal and
# its timer, and end the session navi_doomed, which could not be set up completely.
navi_leave() {
    navi_status=$?
    [ -z "${navi_mark-}" ] || rm -f "$navi_mark"
    [ "$navi_status" = 0 ] || [ -z "${navi_first-}" ] || rm -f "$navi_first"
    [ -z "${navi_journal-}" ] || rm -f "$navi_journal"
    [ -z "${navi_timer-}" ] || kill "$navi_timer"
    [ -z "${navi_doomed-}" ] || navi_tmux "$navi_socket" kill-session -t "$navi_doomed"
    [ -z "${navi_begun-}" ] || rm -f "$navi_begun"
    exit "$navi_status"
} 2>/dev/null

# navi_tmux_failed: end with the message of the last verdict.
navi_tmux_failed() {
    case $navi_word in
    missing) navi_fail $navi_unavailable 'tmux is not installed on the host; install it, or link it in ~/.local/bin' ;;
    hung) navi_fail $navi_late 'the tmux server does not answer; check it on the host' ;;
    foreign) navi_fail $navi_refused "$navi_answer" ;;
    *) navi_fail 1 "tmux says: $navi_answer" ;;
    esac
}
