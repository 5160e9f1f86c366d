# shellcheck shell=sh disable=SC2154,SC2034
# needs: look/record look/judge look/put_back lib/state_folder
# shares: navi_confirmed navi_takes_strange navi_touched
# changes: navi_held
# Defines functions that remove status files. They keep what restoring a session needs in .navi/ended.

# Files that are not ours to remove, as lines of navi_known.
navi_foreign=

# Whether to remove them all the same.
navi_takes_strange=no

# navi_is_of_session FILE: whether that file is of the session that the file of navi_orphan names.
navi_is_of_session() {
    navi_named=${navi_orphan_place#"$navi_place_host $navi_place_boot "}
    navi_named_session=${navi_named#* }
    grep -qF "\"server\":${navi_named%% *},\"session\":\"${navi_named_session%% *}\"," "$1" 2>/dev/null
}

# navi_remove: move the files of navi_confirmed away, look once more, and put back each doubtful one.
navi_remove() {
    navi_away=
    navi_forget_certainty
    navi_each_file "$navi_confirmed" navi_take_away
    [ -n "$navi_away" ] || return 0
    navi_touched=yes
    navi_list
    navi_each_file "$navi_away" navi_settle
}

# navi_take_away: the file of navi_orphan. One that is not of a hook, or may be another machine's after all, stays.
navi_take_away() {
    if [ "$navi_orphan_place" = - ]; then
        [ "$navi_takes_strange" = yes ] || grep -q '"tmux_session"' "./$navi_orphan_file" 2>/dev/null ||
            { navi_spare && return; }
        navi_is_certain || return 0
    fi
    navi_make_here 2>/dev/null || return 0
    mv "./$navi_orphan_file" "$navi_here/gone.$$.$navi_orphan_file" 2>/dev/null || return 0
    navi_away=$navi_away$navi_orphan$navi_newline
}

# navi_settle: keep the files that were moved away for a restore if nothing has changed, and else put them back.
navi_settle() {
    navi_held=$navi_here/gone.$$.$navi_orphan_file
    navi_judged=${navi_orphan#*	}
    if navi_still_ended && [ "$(cksum <"$navi_held")" = "${navi_judged%% ./*}" ] && navi_keep_ended; then
        navi_record cleaned "${navi_orphan_file%.json}"
    else
        navi_restore
    fi
}

# navi_still_ended: the same as before, or the session has another file.
navi_still_ended() {
    navi_has_ended || { [ "$navi_new_name.json" != "$navi_orphan_file" ] && navi_is_of_session "./$navi_new_name.json"; }
}

# navi_keep_ended: keep the file navi_held in .navi/ended, named by the time, at most 200 of them.
navi_keep_ended() {
    navi_ended_folder=$navi_state/ended
    (umask 077 && mkdir -p "$navi_ended_folder") && chmod 600 "$navi_held" &&
        mv -f "$navi_held" "$navi_ended_folder/$(date +%s).$navi_orphan_file" || return
    set -- "$navi_ended_folder"/[0-9]*
    while [ $# -gt 200 ]; do
        rm -f "$1"
        shift
    done
} 2>/dev/null

# navi_spare: leave any other file that ends in .json alone, and do not suspect it again unchanged.
navi_spare() {
    [ ${#navi_foreign} -lt 20000 ] || navi_foreign=
    navi_foreign=$navi_foreign$navi_orphan$navi_newline
}
