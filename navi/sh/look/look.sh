# shellcheck shell=sh disable=SC2154,SC2034,SC2088,SC3028,SC3034
# needs: lib/state_folder look/orphans.awk lib/tmux
# shares: navi_asks_others navi_format navi_hung navi_state navi_offset navi_out navi_processes navi_stamps
# changes: navi_answer navi_dead navi_others navi_patience navi_unaskable navi_word
# One look at this machine: its tmux servers, its status files, its clock, and what was cleaned up.
# Records are built in navi_out and printed at once, so that a small change travels in one packet.
# $navi_token is random and of this call: no file, title or path can forge a record.

# navi_record KIND REST: open a record. What follows, up to the next one, is its body.
navi_record() {
    navi_out="$navi_out$navi_token $*$navi_newline"
}

# What becomes of an answer of tmux on its way: after the end line stand the processes of the living panes, with an s
# behind those that show a shell. sed ends with that line and not with the pipe, which the client passes on to the
# server: one that hangs would hold it open.
navi_filter="
/^$navi_token pane [^	]*	0	/{
p
s/^$navi_token pane [^	]*	0	\\([0-9]*\\).*/\\1/
H
d
}
/^$navi_token pane /{
p
s/.*/-/
H
d
}
/^$navi_token command .*sh\$/b shell
/^$navi_token command .*login\$/b shell
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

# The sockets that nobody listened on when they were last asked, as lines "=SOCKET"; a server that has ended leaves its
# socket behind, and asking each of them again and again is dear. navi_stamps begins the names of the two files whose
# times tell when listings began; without it (for a single look) all are asked.
navi_dead=
navi_stamps=
navi_half=0
navi_listed_before=

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
    navi_children=
    navi_ask ''
    navi_others=
    navi_unaskable=no
    [ "$navi_asks_others" = no ] || navi_find_servers
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
    navi_panes=$navi_panes$navi_children
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
    # A server that has gone leaves its socket behind: nothing to tell, unless it is the default one.
    if [ -n "$1" ] && [ "$navi_word" = none ]; then
        case $navi_dead in *"=$1$navi_newline"*) ;; *) navi_dead="$navi_dead=$1$navi_newline" ;; esac
        return
    fi
    navi_forget_death "$1"
    [ "$navi_word" = none ] && navi_answer=
    [ "$navi_word" = ok ] && navi_check_age
    navi_panes="$navi_panes$navi_token server $navi_word $1$navi_newline$navi_answer$navi_newline"
    case $navi_rest in *' '*) navi_note_processes ;; esac
}

# navi_forget_death SOCKET: somebody listens on it again.
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

# navi_note_processes: keep the processes of living panes, and whether there are dead ones; and look below those that
# show a shell: it may only wait for an agent that it runs.
navi_note_processes() {
    for navi_process in ${navi_rest#* }; do
        case $navi_process in
        -*)
            navi_has_dead=yes
            continue
            ;;
        *s)
            navi_process=${navi_process%s}
            navi_note_children
            ;;
        esac
        navi_processes="$navi_processes $navi_process"
    done
}

# navi_note_children: the names of the processes below a shell; "?" where the system does not tell.
navi_note_children() {
    navi_below=
    if [ -r "/proc/$navi_process/task/$navi_process/children" ]; then
        read -r navi_below <"/proc/$navi_process/task/$navi_process/children"
    elif kill -0 "$navi_process"; then
        navi_children="$navi_children$navi_token child $navi_process ?$navi_newline"
    fi 2>/dev/null
    for navi_below_process in $navi_below; do
        navi_program='?'
        read -r navi_program 2>/dev/null <"/proc/$navi_below_process/comm"
        navi_children="$navi_children$navi_token child $navi_process $navi_program$navi_newline"
    done
}

# navi_check_age: a tmux before 2.6 knows too little (before 2.4 not even its own version) to be believed.
navi_check_age() {
    case $navi_answer in
    "$navi_token pane 	"* | "$navi_token pane "[01].* | "$navi_token pane "2.[0-5]*)
        navi_word=old
        ;;
    esac
}

# navi_files: checksums of all status files in navi_sums; what can't be read as such in navi_odd. A hundred at a time:
# in one list, which shells copy to append to it, a thousand take long.
navi_files() {
    navi_odd=
    navi_sums=
    cd "$navi_dir" 2>/dev/null || return
    set --
    for navi_file in ./*.json ./.[!.]*.json; do
        navi_sort "$navi_file" || continue
        set -- "$@" "$navi_file"
        [ $# -lt 100 ] && continue
        navi_add_sums "$@"
        set --
    done
    [ $# -eq 0 ] || navi_add_sums "$@"
}

# navi_add_sums FILE...: their checksums, a line each. One that went meanwhile has none.
navi_add_sums() {
    navi_line=$(cksum "$@" 2>/dev/null)
    [ -z "$navi_line" ] || navi_sums=$navi_sums${navi_sums:+$navi_newline}$navi_line
}

# navi_sort FILE: whether it is a status file; one that only looks like it is noted in navi_odd.
navi_sort() {
    navi_why=
    case $1 in *"$navi_newline"*) return 1 ;; esac
    if [ -L "$1" ]; then
        navi_why="link"
    elif [ -d "$1" ]; then
        navi_why=folder
    elif [ ! -e "$1" ]; then
        return 1
    elif [ ! -f "$1" ]; then
        navi_why=special
    elif [ ! -r "$1" ]; then
        navi_why=unreadable
    fi
    [ -z "$navi_why" ] && return 0
    navi_odd="$navi_odd$navi_token odd $navi_why ${1#./}$navi_newline"
    return 1
}

# navi_tell_files: a record for each status file; a body only for those not in navi_known, the sums sent before.
# Both stand in one order, so a walk along both finds the differences; to search for each file would take long for many.
# navi_appeared says whether there is one that was not there before.
navi_tell_files() {
    navi_some=
    navi_appeared=no
    set -f
    IFS=$navi_newline
    # shellcheck disable=SC2086 # one word a line
    set -- $navi_known
    for navi_line in $navi_sums; do
        unset IFS
        navi_file=${navi_line#*./}
        while [ $# -gt 0 ] && navi_gone "$1"; do shift; done
        if [ "$navi_line" = "${1-}" ]; then navi_tell_same; else navi_tell_file; fi
        if [ "$navi_file" = "${1#*./}" ]; then shift; else navi_appeared=yes; fi
    done
    unset IFS
    set +f
    navi_out=$navi_out$navi_some$navi_odd
    navi_known=$navi_sums
}

# navi_gone LINE: whether the file of a sum that was sent before, other than navi_line, is gone.
navi_gone() {
    [ "$1" = "$navi_line" ] && return 1
    case $navi_newline$navi_sums$navi_newline in *" ./${1#*./}$navi_newline"*) return 1 ;; esac
}

# navi_tell_same: the record of a file that was sent before, collected apart: appending to all of navi_out takes long.
navi_tell_same() {
    navi_some="$navi_some$navi_token same $navi_file$navi_newline"
    [ ${#navi_some} -lt 4000 ] || navi_flush_same
}

# navi_flush_same: the records of files that were sent before join the others.
navi_flush_same() {
    navi_out=$navi_out$navi_some
    navi_some=
}

# navi_tell_file: the record of a file that is new or has changed, with its body if that is not too large.
navi_tell_file() {
    navi_flush_same
    navi_sum=${navi_line%%./*}
    navi_size=${navi_sum#* }
    if [ "${navi_size% }" -gt 65536 ]; then
        navi_record odd large "$navi_file"
    else
        navi_record file "$navi_file"
        navi_read_file
        navi_out=$navi_out$navi_body$navi_newline
    fi
}

# navi_read_file: the text of a status file in navi_body, without NUL, which no shell can keep. bash needs no program.
navi_read_file() {
    if [ -n "${BASH_VERSION-}" ]; then
        navi_body=$(<"./$navi_file")
    else
        navi_body=$(tr -d '\000' <"./$navi_file")
    fi
} 2>/dev/null

# navi_read_marks: bookmarks and tags (mark.sh) in navi_marks, by builtins alone.
navi_read_marks() {
    navi_marks=
    [ -f "$navi_dir/.navi/marks" ] && [ -r "$navi_dir/.navi/marks" ] || return 0
    while IFS= read -r navi_line; do
        navi_marks=$navi_marks$navi_line$navi_newline
        [ ${#navi_marks} -lt 60000 ] || break
    done <"$navi_dir/.navi/marks"
}

# navi_tell_marks: all of them; they are few.
navi_tell_marks() {
    navi_record marks
    navi_out=$navi_out$navi_marks
}

# navi_tell_clock: what o'clock it is here (bash knows without a process), and since which start of the machine.
navi_tell_clock() {
    navi_boot=
    [ -r /proc/sys/kernel/random/boot_id ] && read -r navi_boot </proc/sys/kernel/random/boot_id
    navi_now=${EPOCHSECONDS:-$(date +%s)}
    navi_record clock "$navi_now $navi_boot"
}

# navi_lives NAME: whether tmux named that session in the last listing.
navi_lives() {
    case $navi_panes in *"	$1$navi_newline$navi_token command "*) return 0 ;; esac
    return 1
}

# navi_proven: whether every tmux server gave an answer that proves which sessions there are.
navi_proven() {
    case $navi_panes in
    *"$navi_token server hung"* | *"$navi_token server missing"* | *"$navi_token server old"* | *"$navi_token server failed"*) return 1 ;;
    *"$navi_token server "*) return 0 ;;
    esac
    return 1
}

# navi_clean: remove the status files of sessions that are gone. A file goes only when it names a tmux session as hooks
# do, every server answered, the session was missing in two listings some time apart, the file is the same one in both,
# and a last listing, after it was moved away, says the same.
navi_clean() {
    navi_before=$navi_suspects
    navi_suspects=
    [ "$navi_cleanup" = yes ] || return
    navi_proven || return
    navi_find_orphans
    set -f
    IFS=$navi_newline
    for navi_line in $navi_orphans; do
        unset IFS
        navi_suspect
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_find_orphans: in navi_orphans, at least those files whose sessions are not listed. To search the listing for each
# of many files would take long; awk is asked then, if anything is not as before.
navi_find_orphans() {
    navi_orphans=$navi_sums
    [ ${#navi_sums} -gt 4000 ] || return 0
    if [ "$navi_compared" != "$navi_sums$navi_panes" ]; then
        navi_unlisted_files=$(printf '%s%s files\n%s\n' "$navi_panes" "$navi_token" "$navi_sums" |
            navi_mark=$navi_token awk "$navi_orphans_awk")
        navi_compared=$navi_sums$navi_panes
    fi
    navi_orphans=$navi_unlisted_files
}

# navi_suspect: judge the file of navi_line: it is left alone, or suspected, or removed if it was suspected before.
navi_suspect() {
    navi_file=${navi_line#*./}
    navi_lives "${navi_file%.json}" && return
    case $navi_newline$navi_foreign in *"$navi_newline$navi_line$navi_newline"*) return ;; esac
    case $navi_newline$navi_before in
    *"$navi_newline$navi_line$navi_newline"*) navi_proven && navi_remove ;;
    *) navi_suspects=$navi_suspects$navi_line$navi_newline ;;
    esac
}

# navi_remove: take the judged file away, look once more, and put it back on any doubt.
navi_remove() {
    navi_judged=${navi_line%% ./*}
    navi_held=.navi/gone.$$.$navi_file
    if ! grep -q '"tmux_session"' "./$navi_file" 2>/dev/null; then
        navi_spare
        return
    fi
    mkdir -p -m 700 .navi 2>/dev/null && mv "./$navi_file" "$navi_held" 2>/dev/null || return
    navi_list
    if ! navi_proven || navi_lives "${navi_file%.json}"; then
        navi_restore
    elif [ "$(cksum <"$navi_held")" != "$navi_judged" ]; then
        navi_restore
    else
        rm -f "$navi_held"
        navi_record cleaned "${navi_file%.json}"
    fi
}

# navi_spare: anything else that ends in .json and lies here is not ours to delete, and not suspected again as it is.
navi_spare() {
    [ ${#navi_foreign} -lt 20000 ] || navi_foreign=
    navi_foreign=$navi_foreign$navi_line$navi_newline
}

# navi_restore: put back what was taken away. A newer file under the old name wins over the one that comes back.
navi_restore() {
    ln "$navi_held" "./$navi_file" 2>/dev/null || [ -e "./$navi_file" ] || mv "$navi_held" "./$navi_file"
    rm -f "$navi_held"
}

# navi_put_back: put back what a look that was cut off had taken away.
navi_put_back() {
    cd "$navi_dir" 2>/dev/null || return
    for navi_held in .navi/gone.*; do
        [ -f "$navi_held" ] || continue
        navi_file=${navi_held#.navi/gone.}
        kill -0 "${navi_file%%.*}" 2>/dev/null && continue
        navi_file=${navi_file#*.}
        navi_restore
    done
}

# navi_tell_system: what uname -sr says, without a program where it can be read.
navi_tell_system() {
    if [ -r /proc/sys/kernel/ostype ] && read -r navi_word </proc/sys/kernel/ostype &&
        read -r navi_rest </proc/sys/kernel/osrelease; then
        navi_record system "$navi_word $navi_rest"
    else
        navi_record system "$(uname -sr)"
    fi
}

# navi_begin DIR CLEANUP FORMAT: where to look; a leading ~ is this user's home, and nothing is the usual folder. FORMAT
# is what tmux prints of each pane (ops/pane_record.py); the free texts, which can hold anything, follow in records
# of their own.
navi_begin() {
    navi_format="$navi_token pane $3
$navi_token command #{pane_current_command}
$navi_token title #{pane_title}
$navi_token path #{pane_current_path}"
    navi_expand "${1:-.claude-sessions}"
    navi_dir=$navi_expanded
    navi_state=$navi_dir/.navi
    navi_cleanup=$2
    navi_find_user
    navi_known=
    navi_suspects=
    navi_foreign=
    navi_compared=
    navi_out=
    LC_ALL=C
    export LC_ALL
    navi_beware
    cd / || return
    navi_recover
    navi_put_back
    navi_tell_system
    navi_record home "$HOME"
}
