# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: look/sessions look/lost
# shares: navi_panes_rest
# changes: navi_sock
# Defines functions that tell whether tmux would answer as it did at the last listing. Whatever happens in a server
# takes processor time: a session is made, renamed or ended, or a program prints something. Linux reports in nanoseconds
# how much a server has used, so a server that has used none since then has nothing new, and seeing that starts no
# program. Where the system does not report it, these functions never find a server at rest.

# The processor time of all known servers, a line "PROCESS TIME" each: now, at the last comparison, and after the last
# listing.
navi_times=
navi_times_compared=
navi_times_listed=

# Whether no server has run since the last comparison, and whether none has since the last listing.
navi_servers_rest=no
navi_listing_holds=no

# Whether nothing has come from any pane since all was looked at.
navi_panes_rest=no

# Whether what the last listing found can hold at all, and whether it was made though no server had run since the one
# before. While a listing is worked on, something may happen that is taken for its own work.
navi_may_hold=no
navi_is_confirmed=no

# Where sockets of servers can be made, a path each in a line, and the servers that status files named.
navi_socket_places=
navi_named_when_listed=

# navi_read_times: in navi_times the processor time that each known server has had; "" where that is not known of all.
navi_read_times() {
    navi_times=
    set -f
    IFS=$navi_newline
    for navi_timed_server in $navi_known_servers; do
        navi_server_time=
        read -r navi_server_time <"/proc/${navi_timed_server%% *}/schedstat"
        case $navi_server_time in
        [1-9]*' '*) navi_times="$navi_times${navi_timed_server%% *} $navi_server_time$navi_newline" ;;
        *) navi_times='' && break ;;
        esac
    done
    unset IFS
    set +f
}

# navi_compare_times: see what has happened since the last comparison, and since the last listing.
navi_compare_times() {
    navi_read_times
    navi_servers_rest=no
    navi_listing_holds=no
    if [ -n "$navi_times" ] && navi_sockets_rest; then
        [ "$navi_times" != "$navi_times_compared" ] || navi_servers_rest=yes
        [ "$navi_times" != "$navi_times_listed" ] || navi_listing_holds=$navi_may_hold
    fi
    navi_times_compared=$navi_times
}

# navi_sockets_rest: whether no socket has been made or removed since the last listing began.
navi_sockets_rest() {
    [ -n "$navi_stamps" ] && navi_are_older "$navi_stamps.$navi_half.$$" "$navi_socket_places"
}

# navi_are_older STAMP PATHS: whether all that is at these paths, a line each, is older than the stamp.
navi_are_older() {
    navi_all_older=0
    set -f
    IFS=$navi_newline
    for navi_dated_path in $2; do
        [ "$1" -nt "$navi_dated_path" ] || [ ! -e "$navi_dated_path" ] || navi_all_older=1
    done
    unset IFS
    set +f
    return "$navi_all_older"
}

# navi_keeps_listing: whether there is no need to ask: nothing has happened since the last listing, and nothing in that
# one was doubtful. A server that was stopped has had no time either.
navi_keeps_listing() {
    [ "$navi_listing_holds$navi_is_confirmed" = yesyes ] && [ "$navi_named_servers" = "$navi_named_when_listed" ] || return
    navi_none_is_stopped=0
    set -f
    IFS=$navi_newline
    for navi_timed_server in $navi_known_servers; do
        navi_server_stat=
        read -r navi_server_stat <"/proc/${navi_timed_server%% *}/stat"
        case $navi_server_stat in *') '[RS]' '*) ;; *) navi_none_is_stopped=1 ;; esac
    done
    unset IFS
    set +f
    return "$navi_none_is_stopped"
}

# navi_list_anew: ask, and note whether what is found can hold.
navi_list_anew() {
    navi_is_confirmed=$navi_listing_holds
    navi_list
    navi_named_when_listed=$navi_named_servers
    navi_note_socket_places
    navi_may_hold=yes
    [ "$navi_unaskable,$navi_hung,$navi_unanswered$navi_empty" = "no,$navi_newline," ] || navi_may_hold=no
}

# navi_note_socket_places: the folders that navi_find_servers knows, and those of other sockets.
navi_note_socket_places() {
    navi_socket_places=$navi_state/sockets$navi_newline$navi_sockets$navi_newline
    IFS=:
    for navi_socket_place in $navi_folders; do
        [ -z "$navi_socket_place" ] || navi_socket_places=$navi_socket_places$navi_socket_place/tmux-$navi_user$navi_newline
    done
    set -f
    IFS=$navi_newline
    for navi_sock in $navi_known_servers$navi_named_servers; do
        navi_sock=${navi_sock#* }
        case $navi_sock,$navi_newline$navi_socket_places in
        ,* | *"$navi_newline${navi_sock%/*}$navi_newline"*) ;;
        *) navi_socket_places=$navi_socket_places${navi_sock%/*}$navi_newline ;;
        esac
    done
    unset IFS
    set +f
}

# navi_end_listing: what the servers did until now was for the listing, or for screens. If one has run since it
# answered, that may have been for somebody else, too: then it is asked again soon, as is one that did not answer.
navi_end_listing() {
    navi_begin_hold
    set -f
    IFS=$navi_newline
    for navi_timed_server in $navi_times; do
        case $navi_times_answered in *"$navi_newline$navi_timed_server$navi_newline"*) ;; *) navi_may_hold=no ;; esac
    done
    unset IFS
    set +f
}

# navi_begin_hold: what the servers did until now is known.
navi_begin_hold() {
    navi_times_before=$navi_times
    navi_read_times
    navi_times_listed=$navi_times
    navi_times_compared=$navi_times
}

# navi_go_on_holding: if the servers have worked in this turn, it was for screens. Then the next look asks all the same.
navi_go_on_holding() {
    [ "$navi_listing_holds" = yes ] || return 0
    navi_begin_hold
    [ "$navi_times" = "$navi_times_before" ] || navi_is_confirmed=no navi_panes_rest=no
}
