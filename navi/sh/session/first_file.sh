# shellcheck shell=sh disable=SC2016,SC2034,SC2154
# needs: lib/disk lib/quote lib/state_folder
# shares: navi_first navi_mark
# changes: navi_quoted
# Defines functions that make the file from which the first process of a pane reads what it runs (first_process.sh), and
# the FIFO by which it reports that the program was found.

# What sh runs with that file: the file, while it is there. Respawning the pane later starts a shell.
navi_first_reader='[ -f "$1" ] || exec "${SHELL:-sh}"; . "$1"'

# navi_open_mark: make the FIFO by which a new session reports that its command was found.
navi_open_mark() {
    navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was created'
    navi_mark=$navi_here/start.$$
    rm -f "$navi_mark"
    mkfifo -m 600 "$navi_mark" 2>/dev/null ||
        navi_fail_to_write "$navi_dir" 'nothing was created' "no FIFO can be made in $navi_here"
    # From now on nothing written to it is lost.
    exec 4<>"$navi_mark"
}

# navi_write_first VARIABLE=VALUE...: write the file navi_first, for the user alone, from which the first process reads
# what it runs. That process removes the file.
navi_write_first() {
    navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was created'
    navi_first=$navi_here/start.line.$$
    rm -f "$navi_first"
    navi_quoted=
    for navi_argument in "$navi_first" "$navi_line_now" "$navi_needed" "$navi_mark" "$navi_shown_first" "$navi_ends" \
        "$(command -v tmux)" "$@"; do
        navi_quote "$navi_argument"
    done
    (umask 077 && printf 'set --%s\n%s\n' "$navi_quoted" "$navi_starter" >"$navi_first") 2>/dev/null && return
    rm -f "$navi_first"
    navi_fail_to_write "$navi_dir" 'nothing was created' "$navi_first can't be written; check the disk"
}
