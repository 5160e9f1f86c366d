# shellcheck shell=sh disable=SC2154,SC2034,SC2088,SC3028,SC3034
# needs: lib/shells lib/tmux look/lost
# shares: navi_answered navi_asks_others navi_hung navi_offset navi_panes navi_processes navi_stamps
# changes: navi_answer navi_dead navi_others navi_patience navi_unaskable navi_word
# Defines functions that report the sessions and panes of every tmux server of the user, and the processes below panes
# that show a shell.

# The filter for an answer of tmux: after the end line it prints a word for each pane: its process and its id,
# an s if it shows a shell, and @ with the time of its last output; of a dead one a - and its process. A title that is
# animated becomes one that is not. sed ends with the end line and not with the pipe, which the client passes on to the
# server: one that hangs would hold it open.
navi_braille=$(printf '\342[\240-\243][\200-\277]')
navi_shell_lines=
for navi_shell in $navi_shell_names; do
    navi_shell_lines="$navi_shell_lines/[^a-z]$navi_shell\$/b shell$navi_newline"
done
navi_filter="
/^$navi_token pane [^	]*	[^	]*	[^	]*	[01]	/{
p
s/^$navi_token pane [^	]*	[^	]*	[^	]*	1	\\([0-9]*\\).*/-\\1/
s/^$navi_token pane [^	]*	[^	]*	[^	]*	0	\\([0-9]*\\)	[^	]*	[^	]*	[^	]*	\\(%[0-9]*\\).*/\\1\\2/
H
d
}
/^$navi_token command /{
$navi_shell_lines}
s/^\\($navi_token title \\)$navi_braille/\\1⠂/
s/^\\($navi_token title \\)\\[ ! \\]/\\1[ . ]/
/^$navi_token activity /{
s/^$navi_token activity /@/
x
G
s/\\n\\(@[0-9]*\\)\$/\\1/
x
d
}
/^$navi_token end /{
G
s/\\n/ /g
p
q
}
p
d
:shell
p
x
s/\$/s/
x
d"

# The servers that hung when they were last asked, as lines "=SOCKET". They are not asked again before they are taken
# out of it (watch.sh does so), because each would hold up the news of all others.
navi_hung=$navi_newline

# The sockets on which no server listened when they were last asked, as lines "=SOCKET". A server that has ended leaves
# its socket behind, and asking all of these again and again takes long. A socket is asked again once its file is newer
# than the start of the listing before. Two files, whose names start with navi_stamps, tell by their times when listings
# began; without it (for a single look) all sockets are asked.
navi_dead=
navi_stamps=
navi_half=0
navi_listed_before=

# The answers of the last listing.
navi_listed=

# Whether a listing asks the user's other servers, too.
navi_asks_others=yes

# Where navi_offset is a number, other servers than the default one are asked in an order that changes with it.
navi_offset=

# navi_note_listing: a listing begins now; in navi_listed_before is the file that tells when the one before began.
navi_note_listing() {
    [ -n "$navi_stamps" ] || return 0
    navi_listed_before=$navi_stamps.$navi_half.$$
    navi_half=$((1 - navi_half))
    : >"$navi_stamps.$navi_half.$$"
}

# navi_list: ask every tmux server of the user; the answers, the default server's first, in navi_panes. However many
# hang, it takes at most 7 seconds: 4 for the first, 1 for each of three more, and then nobody else is waited for.
navi_list() {
    navi_note_listing
    navi_waits=0
    # Those that were asked, and hang.
    navi_hangs=
    navi_patience=4
    navi_panes=
    navi_processes=
    navi_has_dead=no
    navi_shells=
    navi_pane_list=
    navi_activity=
    navi_answered=' '
    navi_times_answered=$navi_newline
    navi_unanswered=
    navi_empty=
    navi_ask ''
    navi_others=
    navi_unaskable=no
    [ "$navi_asks_others" = no ] || { navi_find_servers && navi_add_named_servers; }
    [ -z "$navi_offset" ] || navi_turn_servers
    set -f
    IFS=$navi_newline
    for navi_other in $navi_others; do
        unset IFS
        navi_ask "$navi_other"
        IFS=$navi_newline
    done
    unset IFS
    set +f
    [ "$navi_unaskable" = no ] || navi_panes="$navi_panes$navi_token server failed -$navi_newline"
    navi_find_lost
    navi_listed=$navi_panes
    navi_add_children
}

# navi_add_children: add to the listing what runs now below panes that show a shell: the shell may only wait for an
# agent that it runs.
navi_add_children() {
    navi_children=
    for navi_process in $navi_shells; do navi_note_children; done 2>/dev/null
    navi_panes=$navi_listed$navi_children
}

# navi_turn_servers: begin with another one.
navi_turn_servers() {
    set -f
    IFS=$navi_newline
    # shellcheck disable=SC2086 # one word a line
    set -- $navi_others
    unset IFS
    set +f
    [ $# -gt 1 ] || return 0
    navi_steps=$((navi_offset % $#))
    while [ "$navi_steps" -gt 0 ]; do
        navi_first=$1
        shift
        set -- "$@" "$navi_first"
        navi_steps=$((navi_steps - 1))
    done
    navi_others=$(printf '%s\n' "$@")$navi_newline
}

# navi_ask SOCKET: ask one server, unless it is known to hang.
navi_ask() {
    navi_answer=
    navi_rest=
    case $navi_hung in
    *"$navi_newline=$1$navi_newline"*) navi_word=hung ;;
    *) navi_question "$1" ;;
    esac
    # A server that has ended leaves its socket behind: nothing to report, unless it is the default one.
    if [ -n "$1" ] && [ "$navi_word" = none ]; then
        case $navi_dead in *"=$1$navi_newline"*) ;; *) navi_dead="$navi_dead=$1$navi_newline" ;; esac
        return
    fi
    navi_forget_death "$1"
    [ "$navi_word" = none ] && navi_answer=
    [ "$navi_word" != ok ] || navi_check_age
    navi_note_server "$1"
    navi_panes="$navi_panes$navi_token server $navi_word $1$navi_newline$navi_answer$navi_newline"
    case $navi_rest in *' '*) navi_note_processes "$1" ;; esac
}

# navi_forget_death SOCKET: note that a server listens on it again.
navi_forget_death() {
    case $navi_dead in
    *"=$1$navi_newline"*) navi_dead=${navi_dead%%"=$1$navi_newline"*}${navi_dead#*"=$1$navi_newline"} ;;
    esac
}

# navi_question SOCKET: what a server says in navi_answer, what that means in navi_word; one that hangs is noted.
navi_question() {
    if [ "$navi_waits" -eq 4 ]; then
        navi_word=hung
    else
        navi_hear "$1"
        navi_verdict "${navi_rest%% *}" "$navi_answer"
        # It has no sessions.
        [ "$navi_word" != absent ] || navi_word=ok navi_answer=
    fi
    [ "$navi_word" = hung ] || return 0
    navi_hung="$navi_hung=$1$navi_newline"
    [ "$navi_waits" -lt 4 ] || return 0
    navi_hangs="$navi_hangs=$1$navi_newline"
    navi_waits=$((navi_waits + 1))
    navi_patience=1
}

# navi_hear SOCKET: a server's answer in navi_answer, and what follows the end mark in navi_rest.
navi_hear() {
    navi_whole=$(
        {
            navi_tmux "$1" list-panes -a -F "$navi_format" </dev/null 2>&1
            printf '\n%s end %s\n' "$navi_token" $?
        } | sed -n "$navi_filter"
    )
    navi_answer=${navi_whole%"$navi_newline$navi_token end "*}
    navi_answer=${navi_answer%"$navi_newline"}
    navi_find_rest
}

# navi_find_rest: what follows the end mark of an answer. A pattern would do, but takes bash milliseconds.
navi_find_rest() {
    set -f
    IFS=$navi_newline
    # shellcheck disable=SC2086 # one word a line
    set -- $navi_whole
    unset IFS
    set +f
    [ $# -eq 0 ] || shift $(($# - 1))
    navi_rest=${1#"$navi_token end "}
}

# navi_note_processes SOCKET: keep the processes of living panes, those that show a shell, and whether there are dead
# ones. navi_pane_list gets a line "PROCESS ID SOCKET" for each living pane, navi_activity when each last printed
# something.
navi_note_processes() {
    for navi_process in ${navi_rest#* }; do
        navi_output_time=
        case $navi_process in *@*) navi_output_time=${navi_process#*@} && navi_process=${navi_process%@*} ;; esac
        navi_pane_id=
        case $navi_process in
        -*)
            navi_has_dead=yes
            navi_note_activity "${navi_process#-}"
            continue
            ;;
        *%*s)
            navi_pane_id=%${navi_process#*%}
            navi_pane_id=${navi_pane_id%s}
            navi_process=${navi_process%%%*}
            navi_shells="$navi_shells $navi_process"
            ;;
        *%*)
            navi_pane_id=%${navi_process#*%}
            navi_process=${navi_process%%%*}
            ;;
        *) continue ;;
        esac
        navi_processes="$navi_processes $navi_process"
        navi_pane_list="$navi_pane_list$navi_process $navi_pane_id $1$navi_newline"
        navi_note_activity "$navi_process"
    done
}

# navi_note_activity PROCESS: when that pane had its last output, where tmux was asked for it.
navi_note_activity() {
    [ -z "$navi_output_time" ] || navi_activity="$navi_activity$navi_token activity $1 $navi_output_time$navi_newline"
}

# navi_note_children: the names of the processes below a shell, without zombies; "?" if the system does not show them.
navi_note_children() {
    navi_below=
    if [ -r "/proc/$navi_process/task/$navi_process/children" ]; then
        read -r navi_below <"/proc/$navi_process/task/$navi_process/children"
    elif kill -0 "$navi_process"; then
        navi_children="$navi_children$navi_token child $navi_process ?$navi_newline"
    fi
    for navi_below_process in $navi_below; do
        navi_program='?'
        navi_below_state=
        read -r navi_below_id navi_program navi_below_state navi_below_rest <"/proc/$navi_below_process/stat"
        case $navi_program in
        '('*')') navi_program=${navi_program#'('} navi_program=${navi_program%')'} ;;
        # A name with blanks.
        *) read -r navi_program <"/proc/$navi_below_process/comm" ;;
        esac
        [ "$navi_below_state" = Z ] || navi_children="$navi_children$navi_token child $navi_process $navi_program$navi_newline"
    done
}

# navi_check_age: a tmux before 2.6 knows too little (before 2.4 not even its own version) to be believed.
navi_check_age() {
    navi_age=${navi_answer%%"$navi_newline"*}
    navi_age=${navi_age#*	}
    case $navi_age in
    *'	'*) navi_age=${navi_age#*	} ;;
    *) return ;;
    esac
    case $navi_age in
    '	'* | [01].* | 2.[0-5]*) navi_word=old ;;
    esac
}

# The processor time of each server when it had just answered, as lines "PROCESS TIME" (server_runs.sh).
navi_times_answered=

# navi_note_server SOCKET: how it answered: the process of one that has sessions, and what can't tell its own.
navi_note_server() {
    case $navi_word,$navi_answer in
    ok,*"$navi_token pane "*)
        navi_server=${navi_answer#*"$navi_token pane "}
        navi_server=${navi_server%%	*}
        navi_answered="$navi_answered$navi_server "
        navi_know_server "$navi_server $1"
        [ -z "$navi_stamps" ] || navi_note_time
        ;;
    ok,*) navi_empty="$navi_empty=$1$navi_newline" ;;
    none,* | foreign,*) ;;
    *) navi_unanswered="$navi_unanswered=$1$navi_newline" ;;
    esac
}

# navi_note_time: how much processor time the server has had.
navi_note_time() {
    navi_answer_time=
    read -r navi_answer_time <"/proc/$navi_server/schedstat"
    navi_times_answered="$navi_times_answered$navi_server $navi_answer_time$navi_newline"
}
