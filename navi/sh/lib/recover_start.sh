# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/journal lib/tmux
# changes: navi_answer navi_journal navi_patience navi_socket
# Defines functions for starting a session: they write its journal, and finish an operation that was killed half-way.

# navi_note_begun: set navi_begun to the journal of starting a session on navi_socket; to "" where it can't be written.
# Until it has settled, the session keeps its pane if it dies, so that navi can report why, and has the mark
# @navi_starting.
navi_note_begun() {
    navi_other_journal=${navi_journal-}
    navi_begun=
    ! navi_write_journal begun "$navi_socket" '' '' '' '' '' || navi_begun=$navi_journal
    navi_journal=$navi_other_journal
}

# navi_let_pane_go ID: let the session end with its process from now on.
navi_let_pane_go() {
    navi_consult "$navi_socket" set-option -w -u -t "$1:" remain-on-exit \; set-option -q -u -t "$1" @navi_starting
}

# navi_recover_begun: let the panes go of sessions that navi_maker was starting. Fails if tmux does not tell.
navi_recover_begun() {
    navi_socket=$navi_1
    navi_patience=1
    navi_consult "$navi_socket" list-panes -a -F '#{@navi_starting} #{pane_dead} #{session_id}'
    case $navi_word in none) navi_answer= ;; ok) ;; *) return 1 ;; esac
    for navi_marked_id in $(printf '%s\n' "$navi_answer" | sed -n "s|^$navi_maker \([01]\) |\1|p"); do
        case $navi_marked_id in
        1*) navi_tmux "$navi_socket" kill-session -t "${navi_marked_id#?}" ;;
        *) navi_let_pane_go "${navi_marked_id#?}" ;;
        esac
    done
    rm -f "$navi_journal"
}
