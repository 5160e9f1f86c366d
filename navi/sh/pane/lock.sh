# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: pane/writer_lock registry/require
# changes: navi_lock_until
# lock.sh SOCKET TARGET NAME REGISTERED ACTION TOKEN SECONDS WHO: takes or ends the writer lock of a session, for a
# person or program that types into it. ACTION is take, keep (for SECONDS more, if it is still the holder's), leave, or
# force, which ends the lock of any holder. The TOKEN proves that a request is the holder's.
umask 077
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect
shift 4
navi_need_registry
navi_open_locks || navi_fail $navi_refused "$navi_trouble"
navi_acquire "$navi_locks/locks" 10 || navi_fail $navi_late "another process has held the lock of all sessions for 10 s; try again"
navi_now=$(date +%s)
navi_read_lock || navi_lock_until=0
navi_theirs=no
[ "$navi_lock_until" -le "$navi_now" ] || [ "$navi_lock_token" = "$2" ] || navi_theirs=yes
case $1,$navi_theirs in
keep,yes) navi_fail 1 "$navi_name is locked by $navi_locked_by now" ;;
take,yes | leave,yes) navi_fail $navi_late "$navi_name is locked by $navi_locked_by for $((navi_lock_until - navi_now)) s more" ;;
leave,no | force,*)
    [ -e "$navi_lock_file" ] || navi_fail 1 "$navi_name is not locked"
    rm -f "$navi_lock_file"
    ;;
*)
    [ "$1" = take ] || [ "$navi_lock_token" = "$2" ] || navi_fail 1 "$navi_name is not locked any more"
    { printf '%s %s %s\n' "$2" "$((navi_now + $3))" "$4" >"$navi_lock_file.$$" && mv -f "$navi_lock_file.$$" "$navi_lock_file"; } 2>/dev/null ||
        navi_fail $navi_refused "$navi_locks can't be written to"
    ;;
esac
printf '%s locked %s\n' "$navi_token" "$navi_pane"
