# shellcheck shell=sh disable=SC2015,SC2034,SC2062,SC2086,SC2154
# needs: look/agents look/state_files lib/note lib/place lib/fail lib/lock_files
# shares: navi_not_taken_by
# Defines functions that look for the owner of a conversation, because two agents must never run on one. They look in
# agents' state files, in the arguments of processes, in the notes of sessions, also those of other machines that share
# the folder, and in status files.

# navi_lock_conversation ID: nobody else resumes it meanwhile.
navi_lock_conversation() {
    navi_lock_wanted=$navi_state/resume.$1
    navi_make_lock "$navi_lock_wanted" || { navi_end_dead_lock "$navi_lock_wanted" && navi_make_lock "$navi_lock_wanted"; } ||
        navi_fail $navi_late "the conversation $1 is being resumed by another process; look again in a moment"
    navi_conversation_lock=$navi_lock_wanted
}

# navi_keep_conversation: a lock counts as left once it is a minute old. What comes next may take as long.
navi_keep_conversation() { [ -z "${navi_conversation_lock-}" ] || touch "$navi_conversation_lock"; }

navi_unlock_conversation() { [ -z "${navi_conversation_lock-}" ] || rm -f "$navi_conversation_lock"; }

# navi_refuse_taken ID BUT: end if another process has the conversation, other than the note of the path BUT.
navi_refuse_taken() {
    [ -n "$navi_has_files" ] || navi_find_files
    navi_find_taker_by_state "$1"
    navi_find_taker_by_arguments "$1"
    navi_find_taker_by_note "$1" "$2"
    navi_find_taker_by_status "$1"
    navi_keep_conversation
}

# The processes, as words PROCESS:STARTED, that must end before the conversation is resumed.
navi_not_taken_by=

navi_refuse_taker() { navi_fail $navi_exists "its conversation $1 is open already, $2; nothing was started"; }

# navi_find_taker_by_state ID: a process that says so in its state file.
navi_find_taker_by_state() {
    set -f
    IFS=$navi_newline
    for navi_taken_kind in $navi_state_kinds; do
        unset IFS
        set +f
        navi_taken_kind=${navi_taken_kind#*	}
        navi_place_state_file $$ "$navi_taken_kind"
        for navi_taken_file in "${navi_state_path%"$$"*}"*"${navi_state_path##*"$$"}"; do
            navi_check_taker_file "$1"
        done
        set -f
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

navi_check_taker_file() {
    navi_read_text "$navi_taken_file" 8192 || return 0
    navi_find_state_field sessionId
    [ "$navi_state_field" = "$1" ] || return 0
    navi_find_state_field procStart
    navi_taken_start=$navi_state_field
    navi_find_state_field pid
    case $navi_state_field in '' | *[!0-9]*) return 0 ;; esac
    case $navi_not_taken_by in *" $navi_state_field:"*) return 0 ;; esac
    ! navi_may_be_agent "$navi_state_field" "$navi_taken_start" ||
        navi_refuse_taker "$1" "in process $navi_state_field"
}

# navi_find_taker_by_arguments ID: an agent that was asked to resume it.
navi_find_taker_by_arguments() {
    [ "$navi_has_files" = yes ] || return 0
    for navi_taken_file in $(printf '%s\n' "$1" | grep -lasF -f /dev/stdin -- "$navi_proc"/[0-9]*/cmdline 2>/dev/null); do
        navi_taken_process=${navi_taken_file%/cmdline}
        navi_taken_process=${navi_taken_process##*/}
        case $navi_not_taken_by in *" $navi_taken_process:"*) continue ;; esac
        navi_recognize "$navi_taken_process" 2>/dev/null && [ -n "$navi_agent_kind" ] || continue
        navi_refuse_taker "$1" "in process $navi_taken_process"
    done
}

# navi_find_taker_by_note ID BUT: a session whose note says so, here if its agent runs. The present state of another
# machine's session can't be known here.
navi_find_taker_by_note() {
    for navi_taken_file in "$navi_state"/at/*/session.*.*; do
        [ "$navi_taken_file" != "$2" ] && grep -qsxF "conversation $1" "$navi_taken_file" || continue
        navi_read_note "$navi_taken_file" || continue
        navi_taken_place=${navi_taken_file#"$navi_state/at/"}
        navi_taken_place=${navi_taken_place%%/*}
        if [ "$navi_taken_place" = "$navi_place_key" ]; then
            [ -n "$navi_note_process" ] && navi_may_be_agent "$navi_note_process" "$navi_note_started" || continue
            navi_refuse_taker "$1" "in the session $navi_note_name"
        fi
        ! navi_is_earlier "$navi_taken_place" || continue
        navi_refuse_taker "$1" "as far as can be known here, on ${navi_taken_place%%:*} in the session $navi_note_name; end it there, or remove $navi_taken_file if that machine is gone"
    done
}

# navi_find_taker_by_status ID: a status file of another machine.
navi_find_taker_by_status() {
    for navi_taken_file in "$navi_dir"/*.json; do
        grep -qsF "\"$1\":{\"agent\":" "$navi_taken_file" || continue
        navi_taken_host=$(sed -n "s/.*\"$1\":{\"agent\":\"[^{}]*\"host\":\"\([A-Za-z0-9._-]*:[^\"]*\)\".*/\1/p" "$navi_taken_file" | head -n 1)
        [ -n "$navi_taken_host" ] && [ "$navi_taken_host" != "$navi_place_host" ] || continue
        navi_taken_name=${navi_taken_file##*/}
        navi_refuse_taker "$1" "as far as can be known here, on ${navi_taken_host%%:*} in the session ${navi_taken_name%.json}; end it there, or remove $navi_taken_file if that machine is gone"
    done
}
