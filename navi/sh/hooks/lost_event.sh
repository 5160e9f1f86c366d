# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# Defines the function that finds out why a hook lost an event. hook.sh notes the reason in the state folder, or in the
# runtime folder if the disk of the state folder is full.

# navi_find_lost_event: set navi_lost_event to the last line of the newer log, and navi_lost_log to the log's path; both
# to "" where there is none. A FIFO in its place would block its reader.
navi_find_lost_event() {
    navi_lost_event=
    navi_lost_log=
    for navi_log_path in "$navi_state/hook.log" "${XDG_RUNTIME_DIR:-/nowhere}/navi-hook.log"; do
        if [ ! -f "$navi_log_path" ] || [ ! -s "$navi_log_path" ] || [ ! -r "$navi_log_path" ]; then continue; fi
        [ -z "$navi_lost_log" ] || [ "$navi_log_path" -nt "$navi_lost_log" ] || continue
        navi_lost_log=$navi_log_path
    done
    [ -z "$navi_lost_log" ] || navi_lost_event=$(tail -c 1000 "$navi_lost_log" 2>/dev/null | tail -n 1 | tr -d '\000')
}
