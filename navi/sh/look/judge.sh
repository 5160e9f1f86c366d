# shellcheck shell=sh disable=SC2034,SC2154
# needs: look/alone look/orphans.awk
# shares: navi_orphan_file
# changes: navi_judged_ago navi_panes
# Defines functions that find, in a listing of tmux, the status files of sessions that have ended. A file that names its
# tmux server is judged by that server alone, on this machine and since its present start. A file that names no server
# is judged only if it can belong to no other server and no other machine (alone.sh).

# What was last compared.
navi_compared=

# navi_judge_files: in navi_ended the files whose sessions have ended, in navi_renamed those whose sessions have another
# name by now, as lines of navi_known. The listing says why others can't be judged.
navi_judge_files() {
    navi_ended=
    navi_renamed=
    navi_undecided=
    navi_judged_ago=$((navi_judged_ago + 1))
    navi_find_orphans
    navi_each_file "$navi_orphans" navi_judge
    [ -z "$navi_undecided" ] || navi_panes="$navi_panes$navi_token doubt $navi_undecided$navi_newline"
}

# navi_each_file LINES FUNCTION: call it for each of these lines of navi_known, with the line in navi_orphan, and in
# navi_orphan_place and navi_orphan_file what it says.
navi_each_file() {
    set -f
    IFS=$navi_newline
    for navi_orphan in $1; do
        unset IFS
        set +f
        navi_orphan_place=${navi_orphan%%	*}
        navi_orphan_file=${navi_orphan#*./}
        "$2"
    done
    unset IFS
    set +f
}

# navi_find_orphans: in navi_orphans, at least those files whose sessions are not listed. Searching the listing for each
# of many files would take long: then awk does it, if anything has changed.
navi_find_orphans() {
    navi_orphans=$navi_known
    [ ${#navi_known} -gt 4000 ] || return 0
    if [ "$navi_compared" != "$navi_known$navi_panes" ]; then
        navi_unlisted_files=$(printf '%s%s files\n%s' "$navi_panes" "$navi_token" "$navi_known" |
            navi_mark=$navi_token navi_own_place="$navi_place_host $navi_place_boot" awk "$navi_orphans_awk")
        navi_compared=$navi_known$navi_panes
    fi
    navi_orphans=$navi_unlisted_files
}

navi_judge() {
    case $navi_orphan_place in
    -)
        navi_has_ended || return 0
        if navi_is_certain; then
            navi_ended=$navi_ended$navi_orphan$navi_newline
        else
            navi_undecided=$navi_doubt
        fi
        ;;
    "$navi_place_host $navi_place_boot "*)
        if navi_has_ended; then
            navi_ended=$navi_ended$navi_orphan$navi_newline
        elif [ "$navi_new_name.json" != "$navi_orphan_file" ]; then
            navi_renamed=$navi_renamed$navi_orphan$navi_newline
        fi
        ;;
    esac
}

# navi_has_ended: whether the last listing says that the session of the file of navi_orphan is gone. If the session
# lives, its name is in navi_new_name.
navi_has_ended() {
    navi_new_name=${navi_orphan_file%.json}
    if [ "$navi_orphan_place" = - ]; then
        ! navi_lives && navi_proven
        return
    elif navi_is_of_earlier_start; then
        ! navi_lives
        return
    fi
    navi_where=${navi_orphan_place#"$navi_place_host $navi_place_boot "}
    navi_where_server=${navi_where%% *}
    navi_where=${navi_where#* }
    navi_where_session=${navi_where%% *}
    navi_where_socket=${navi_where#* }
    navi_is_gone_there "$navi_where_server" "$navi_where_session" "$navi_where_socket"
}

# navi_is_of_earlier_start: whether the file of navi_orphan was written before this machine was started, so that its
# session has ended with that start.
navi_is_of_earlier_start() {
    case $navi_orphan_place in "$navi_place_host $navi_place_boot "* | - | '?') return 1 ;; esac
    navi_where=${navi_orphan_place#* }
    navi_is_earlier "${navi_orphan_place%% *}@${navi_where%% *}"
}

# navi_is_gone_there PROCESS SESSION SOCKET: the same, of a file that names its server. A server that has ended proves
# it, and so does one that answered and has no such session, unless one was made anew there under its name.
navi_is_gone_there() {
    case $navi_panes in
    *"$navi_token pane $1	$2	"*)
        navi_new_name=${navi_panes#*"$navi_token pane $1	$2	"}
        navi_new_name=${navi_new_name%%"$navi_newline"*}
        navi_new_name=${navi_new_name##*	}
        return 1
        ;;
    esac
    case $navi_answered in *" $1 "*) ;; *) ! navi_serves "$1" || return ;; esac
    ! navi_is_default "$3" || set -- "$1" "$2" ''
    case $navi_unanswered in *"=$3$navi_newline"*) return 1 ;; esac
    ! navi_lives_at "$3"
}

# navi_lives: whether a session has the name of the file.
navi_lives() {
    case $navi_panes in *"	${navi_orphan_file%.json}$navi_newline$navi_token command "*) return 0 ;; esac
    return 1
}

# navi_lives_at SOCKET: whether one of the server behind that socket has.
navi_lives_at() {
    navi_section=${navi_panes#*"$navi_token server ok $1$navi_newline"}
    [ "$navi_section" != "$navi_panes" ] || return
    navi_section=${navi_section%%"$navi_token server "*}
    case $navi_section in *"	${navi_orphan_file%.json}$navi_newline$navi_token command "*) return 0 ;; esac
    return 1
}

# navi_proven: whether every tmux server gave an answer that proves which sessions there are.
navi_proven() {
    case $navi_panes in
    *"$navi_token server hung"* | *"$navi_token server missing"* | *"$navi_token server old"*) return 1 ;;
    *"$navi_token server failed"* | *"$navi_token server lost"*) return 1 ;;
    *"$navi_token server "*) return 0 ;;
    esac
    return 1
}
