# shellcheck shell=sh disable=SC2154
# shares: navi_known
# Describes the conversations that navi knows by the agents' own ids: those of agents without a terminal, and of
# sessions that take feedback. Each has a folder .headless/.conversations/ID beside the status files, with these files:
#
#   session      the id that the session has for the hub
#   run          ID/GENERATION: the run without a terminal that has the conversation
#   terminal     the last line that was noted of an agent in a terminal
#   feedback/N   what people sent, in the order of N: the inside of a JSON string; an empty one was delivered
#
# A line in .headless/.terminals, which tail.sh follows, tells of each change:
#   opened ID NAME   an agent in a terminal has the conversation, in the tmux session NAME ("" if that is not known)
#   left ID          that agent has ended
#   delivered ID N   the agent got the feedback N
# Hooks of agents need this, too: nothing here starts a process.

# navi_find_known RUNS ID: the folder of that conversation, in navi_known. Fails if navi does not know it.
navi_find_known() {
    navi_known=
    case $2 in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac
    [ -d "$1/.conversations/$2" ] || return
    navi_known=$1/.conversations/$2
}

# navi_read_noted: what was last noted of a terminal with the conversation navi_known, in navi_noted.
navi_read_noted() {
    navi_noted=
    { IFS= read -r navi_noted <"$navi_known/terminal"; } 2>/dev/null
}

# navi_note_terminal opened|left NAME: note that an agent in a terminal has the conversation navi_known, or has left it.
# Its run without a terminal gets no more input from now on, whether anybody of navi's listens or not.
navi_note_terminal() {
    navi_read_noted
    navi_terminal_line="$1 ${navi_known##*/}${2:+ $2}"
    [ "$navi_noted" != "$navi_terminal_line" ] || return 0
    [ "$1" != opened ] || navi_refuse_input
    {
        printf '%s\n' "$navi_terminal_line" >>"${navi_known%/*/*}/.terminals" &&
            printf '%s\n' "$navi_terminal_line" >"$navi_known/terminal"
    } 2>/dev/null
}

# navi_refuse_input: end the input of the run that has the conversation navi_known, unless it has ended.
navi_refuse_input() {
    navi_known_run=
    { read -r navi_known_run <"$navi_known/run"; } 2>/dev/null
    case $navi_known_run in *..* | /*) return ;; ?*/?*) ;; *) return ;; esac
    navi_known_run=${navi_known%/*/*}/$navi_known_run
    if [ ! -d "$navi_known_run/in.d" ] || [ -e "$navi_known_run/exit" ]; then return; fi
    [ -e "$navi_known_run/reason" ] || printf 'terminal\n' >"$navi_known_run/reason"
    : >"$navi_known_run/in.d/end"
    [ ! -p "$navi_known_run/bell" ] || printf '1\n' 5<>"$navi_known_run/bell" >&5
} 2>/dev/null
