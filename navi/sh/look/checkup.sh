# shellcheck shell=sh disable=SC2154
# needs: look/look look/sessions look/files hooks/lost_event registry/absent registry/location session/agent_path
# changes: navi_out navi_trouble
# checkup.sh DIR FORMAT PROGRAM...: prints the state of what navi depends on at this machine: clock, tmux, the registry,
# the folder of status files, hooks, whether sessions outlive a logout, and which of these PROGRAMs of agents are there.
# It changes nothing, but for one file that it writes and removes again.

# navi_record_tmux: how every server answers, and the version of the program.
navi_record_tmux() {
    navi_list
    navi_version=$(navi_limited 5 tmux -V </dev/null 2>/dev/null) || navi_version=
    navi_record version "${navi_version%%"$navi_newline"*}"
    navi_out=$navi_out$navi_panes$navi_activity
}

# navi_record_registry_folder: report which folder the registry is in, whether it can be used, and, in the body, why
# not. It is private where the usual one is another user's, so that the user has one of their own.
navi_record_registry_folder() {
    navi_condition=unusable
    if navi_find_registry; then
        navi_condition=usual
        case $navi_sockets,$navi_usual in *"/claude-tmux-sockets-$navi_user,$navi_sockets") navi_condition=private ;; esac
        # The usual one is closed with the next change.
        if [ -d "$navi_sockets" ] && [ "$navi_sockets" != "$navi_usual" ] && navi_is_open_to_others "$navi_sockets"; then
            navi_condition=unusable
            navi_trouble="others can write to $navi_sockets; run: chmod go-w $navi_sockets"
        fi
    fi
    navi_record registry "$navi_condition $navi_sockets"
    navi_out=$navi_out$navi_trouble$navi_newline
}

# navi_record_folder: what DIR is; in the body its path, and below that why it can't be written to.
navi_record_folder() {
    navi_reply=
    navi_condition=good
    if [ ! -e "$navi_dir" ] && [ ! -L "$navi_dir" ]; then
        navi_condition=absent
    elif [ ! -d "$navi_dir" ]; then
        navi_condition=other
    elif [ ! -r "$navi_dir" ] || [ ! -x "$navi_dir" ]; then
        navi_condition=unreadable
    elif ! navi_try_to_write; then
        navi_condition=unwritable
    elif [ ! -O "$navi_dir" ]; then
        navi_condition=foreign
    fi
    navi_mode=$(ls -ldL -- "$navi_dir" 2>/dev/null)
    navi_record folder "$navi_condition ${navi_mode%% *}"
    navi_out="$navi_out$navi_dir$navi_newline$navi_reply$navi_newline"
}

# navi_try_to_write: try it: permissions alone prove nothing, because the disk may be full or read-only. Existing files
# are not touched.
navi_try_to_write() {
    navi_trial=$navi_dir/.navi-checkup.$$
    navi_reply=$( (set -C && printf x >"$navi_trial") 2>&1) || return 1
    rm -f -- "$navi_trial"
}

# navi_record_files_found: how many status files, how many bytes, which files are none; and how many status files name
# no status.
navi_record_files_found() {
    navi_files
    navi_count=$(printf '%s\n' "$navi_sums" | awk 'NF { count++; bytes += $2 } END { print count + 0, bytes + 0 }')
    navi_strange=
    [ -z "$navi_sums" ] || [ "${navi_count%% *}" -gt 2000 ] || navi_find_strange
    navi_record count "$navi_count"
    navi_out=$navi_out$navi_strange$navi_newline
    navi_record files
    navi_out=$navi_out$navi_odd
}

# navi_find_strange: the files without a status, a line each. At most 2000 are looked at, to save time.
navi_find_strange() {
    set --
    set -f
    IFS=$navi_newline
    for navi_file_sum in $navi_sums; do
        set -- "$@" "./${navi_file_sum#*./}"
    done
    unset IFS
    set +f
    navi_strange=$(grep -L '"status"' "$@" </dev/null 2>/dev/null)
}

# navi_record_hooks: whether the hook is there, and whether Claude Code's settings call it; in the body, their path.
navi_record_hooks() {
    navi_settings=${CLAUDE_CONFIG_DIR:-$HOME/.claude}/settings.json
    navi_script=no
    [ ! -f "$navi_dir/.navi/hook" ] || navi_script=yes
    navi_called=absent
    if [ -f "$navi_settings" ]; then
        navi_called=unreadable
        [ ! -r "$navi_settings" ] || navi_called=no
        ! grep -q '\.navi/hook' "$navi_settings" 2>/dev/null || navi_called=yes
    fi
    navi_record hooks "$navi_script $navi_called"
    navi_out=$navi_out$navi_settings$navi_newline
}

# navi_record_hook_log: why a hook lost an event, if one did.
navi_record_hook_log() {
    navi_find_lost_event
    [ -n "$navi_lost_log" ] || return 0
    navi_record hooklog "$navi_lost_log"
    navi_out=$navi_out$navi_lost_event$navi_newline
}

# navi_record_lingering: whether systemd-logind, where it runs, ends the processes of a user at logout.
navi_record_lingering() {
    command -v loginctl >/dev/null 2>&1 || return 0
    navi_kills=$(navi_limited 3 loginctl show-user -p KillUserProcesses </dev/null 2>/dev/null) || return 0
    # It does not know a user without a login, not even that nothing lingers.
    navi_lingers=$(navi_limited 3 loginctl show-user "$navi_user" -p Linger </dev/null 2>/dev/null) || navi_lingers=
    navi_record lingering "${navi_kills#*=} ${navi_lingers#*=}"
}

# navi_record_agents PROGRAM...: report the free KiB for the output of agents without a terminal, and in the body those
# programs that are there, with their versions, all asked at the same time.
navi_record_agents() {
    navi_free=$(df -Pk "${navi_dir%/*}" 2>/dev/null | awk 'NR == 2 { print $4 }')
    navi_record agents "$navi_free"
    navi_versions=$(
        navi_find_programs
        for navi_wanted_program; do
            command -v -- "$navi_wanted_program" >/dev/null 2>&1 || continue
            (
                navi_version=$(navi_limited 5 "$navi_wanted_program" --version </dev/null 2>/dev/null | head -n 1)
                printf '%s\t%s\n' "$navi_wanted_program" "$navi_version"
            ) &
        done
        wait
    )
    navi_out=$navi_out$navi_versions$navi_newline
}

navi_begin "$1" no "$2"
shift 2
navi_record_clock
navi_record_tmux
navi_record_registry_folder
navi_record_folder
navi_record_files_found
navi_record_hooks
navi_record_hook_log
navi_record_lingering
navi_record_agents "$@"
printf '%s' "$navi_out"
