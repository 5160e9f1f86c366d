# shellcheck shell=sh disable=SC2154,SC2174
# kill.sh DIR KEEP LINE MORE SOCKET SERVER ID CREATED NAME FILE: end a session and put its status file away.
# What brings it back is kept in .navi/killed/KEEP: LINE is what to run then, unless the session knows better (because
# navi started it), and MORE stands behind it.

# navi_keep: write down what is needed to start it again, but for its text.
navi_keep() {
    navi_kept=$navi_nest/killed/$navi_keep
    navi_open_nest && mkdir -p -m 700 "$navi_nest/killed" "$navi_kept" || return
    # One question for all; only the path, which comes last, can hold a line end.
    navi_facts=$(navi_tmux "$navi_socket" display-message -p -t "$navi_id:" \
        "#{@navi_type}$navi_newline#{@navi_line}$navi_newline#{pane_current_path}")
    navi_type=${navi_facts%%"$navi_newline"*}
    navi_facts=${navi_facts#*"$navi_newline"}
    [ -z "${navi_facts%%"$navi_newline"*}" ] || navi_line=${navi_facts%%"$navi_newline"*}
    printf '%s' "$navi_type" >"$navi_kept/type" &&
        printf '%s' "$navi_line" >"$navi_kept/line" &&
        printf '%s' "$navi_more" >"$navi_kept/more" &&
        printf '%s' "${navi_facts#*"$navi_newline"}" >"$navi_kept/directory" &&
        printf '%s' "$navi_name" >"$navi_kept/name" &&
        printf '%s' "$navi_socket" >"$navi_kept/socket" &&
        : >"$navi_kept/scrollback"
}

# navi_end: end the session. Its text is taken in the same breath, so that nothing of it is missing.
navi_end() {
    if [ -n "$navi_kept" ]; then
        navi_answer=$(navi_tmux "$navi_socket" capture-pane -p -S - -t "$navi_id:" \; kill-session -t "$navi_id" \
            2>&1 >"$navi_kept/scrollback")
    else
        navi_answer=$(navi_tmux "$navi_socket" kill-session -t "$navi_id" 2>&1)
    fi
    navi_verdict $? "$navi_answer"
    case $navi_word,$navi_answer in ok,* | none,* | failed,"can't find session"*) ;; *) navi_tmux_failed ;; esac
}

# navi_forget: what was killed more than a week ago comes back no more; looked for when there are many.
navi_forget() {
    set -- "$navi_nest"/killed/*
    [ $# -lt 50 ] || find "$navi_nest/killed" -type d -mtime +7 -prune -exec rm -rf {} + 2>/dev/null || :
}

umask 077
navi_enter "$1"
navi_keep=$2
navi_line=$3
navi_more=$4
shift 4
navi_mean "$@"
navi_meet
navi_kept=
case $navi_met in
same)
    if [ -z "$navi_keep" ] || ! navi_keep; then navi_kept=; fi
    navi_end
    ;;
other) navi_need ;;
esac
if [ -n "$navi_file" ]; then
    if [ -n "$navi_kept" ]; then mv "$navi_file" "$navi_kept/status.json"; else rm -f "$navi_file"; fi 2>/dev/null
    [ ! -e "$navi_file" ] || navi_fail 1 "the session has ended, but its status file $navi_file can't be removed"
fi
navi_forget_entry
[ -z "$navi_kept" ] || [ "$navi_was_registered" = no ] || : >"$navi_kept/registered"
navi_move_marks "$navi_name" ''
[ -z "$navi_kept" ] || printf '%s' "$navi_moved" >"$navi_kept/marks"
navi_wake
printf '%s killed %s\n' "$navi_token" "${navi_kept##*/}"
navi_forget
