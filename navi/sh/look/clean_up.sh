# shellcheck shell=sh disable=SC2154,SC2034,SC2088,SC3028,SC3034
# needs: look/record look/sessions look/files look/orphans.awk
# Clean-up: the status files of sessions that tmux proves to be gone.

# The files that were suspected at the last look, those that are not ours to delete, and what was last compared.
navi_suspects=
navi_foreign=
navi_compared=

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
    for navi_orphan in $navi_orphans; do
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

# navi_suspect: judge the file of navi_orphan: it is left alone, or suspected, or removed if it was suspected before.
navi_suspect() {
    navi_orphan_file=${navi_orphan#*./}
    navi_lives "${navi_orphan_file%.json}" && return
    case $navi_newline$navi_foreign in *"$navi_newline$navi_orphan$navi_newline"*) return ;; esac
    case $navi_newline$navi_before in
    *"$navi_newline$navi_orphan$navi_newline"*) navi_proven && navi_remove ;;
    *) navi_suspects=$navi_suspects$navi_orphan$navi_newline ;;
    esac
}

# navi_remove: take the judged file away, look once more, and put it back on any doubt.
navi_remove() {
    navi_judged=${navi_orphan%% ./*}
    navi_held=.navi/gone.$$.$navi_orphan_file
    if ! grep -q '"tmux_session"' "./$navi_orphan_file" 2>/dev/null; then
        navi_spare
        return
    fi
    mkdir -p -m 700 .navi 2>/dev/null && mv "./$navi_orphan_file" "$navi_held" 2>/dev/null || return
    navi_list
    if ! navi_proven || navi_lives "${navi_orphan_file%.json}"; then
        navi_restore
    elif [ "$(cksum <"$navi_held")" != "$navi_judged" ]; then
        navi_restore
    else
        rm -f "$navi_held"
        navi_record cleaned "${navi_orphan_file%.json}"
    fi
}

# navi_spare: anything else that ends in .json and lies here is not ours to delete, and not suspected again as it is.
navi_spare() {
    [ ${#navi_foreign} -lt 20000 ] || navi_foreign=
    navi_foreign=$navi_foreign$navi_orphan$navi_newline
}

# navi_restore: put back what was taken away. A newer file under the old name wins over the one that comes back.
navi_restore() {
    ln "$navi_held" "./$navi_orphan_file" 2>/dev/null || [ -e "./$navi_orphan_file" ] || mv "$navi_held" "./$navi_orphan_file"
    rm -f "$navi_held"
}

# navi_put_back: put back what a look that was cut off had taken away.
navi_put_back() {
    cd "$navi_dir" 2>/dev/null || return
    for navi_held in .navi/gone.*; do
        [ -f "$navi_held" ] || continue
        navi_orphan_file=${navi_held#.navi/gone.}
        kill -0 "${navi_orphan_file%%.*}" 2>/dev/null && continue
        navi_orphan_file=${navi_orphan_file#*.}
        navi_restore
    done
}
