# shellcheck shell=sh disable=SC2154,SC2034
# needs: look/look look/sessions look/files look/judge look/remove registry/absent
# changes: navi_confirmed navi_out navi_takes_strange
# remove_files.sh DIR CLEANUP FORMAT DRY NAME...: removes the status files of these names if their sessions have ended:
# two looks and a listing after that must agree (remove.sh). This also removes files that no look removes: those of an
# earlier start of the machine, and others that may be no hook's. Without CLEANUP, files stay that don't say where they
# were written. With DRY, one look reports which would go.

# navi_choose: look, and choose the files of navi_wanted whose sessions have ended, as lines of navi_known in
# navi_chosen.
navi_choose() {
    navi_files
    navi_record_files
    navi_list
    navi_judge_files
    navi_chosen=
    navi_each_file "$navi_ended" navi_choose_file
    navi_each_file "$navi_known" navi_choose_earlier
}

navi_choose_file() {
    [ "$navi_cleanup,$navi_orphan_place" != no,- ] || return 0
    case $navi_wanted in
    *"$navi_newline${navi_orphan_file%.json}$navi_newline"*) navi_chosen=$navi_chosen$navi_orphan$navi_newline ;;
    esac
}

navi_choose_earlier() {
    if navi_is_of_earlier_start && navi_has_ended; then navi_choose_file; fi
}

# navi_confirm: the file of navi_orphan was chosen twice, as it is.
navi_confirm() {
    case $navi_newline$navi_chosen_before in
    *"$navi_newline$navi_orphan$navi_newline"*) navi_confirmed=$navi_confirmed$navi_orphan$navi_newline ;;
    esac
}

navi_record_chosen() { navi_record cleaned "${navi_orphan_file%.json}"; }

navi_begin "$1" "$2" "$3"
navi_dry=$4
shift 4
navi_wanted=$navi_newline$(printf '%s\n' "$@")$navi_newline
navi_choose
if [ -n "$navi_dry" ]; then
    navi_out=
    navi_each_file "$navi_chosen" navi_record_chosen
elif [ -n "$navi_chosen" ]; then
    # As clean-up does.
    sleep 0.3
    navi_chosen_before=$navi_chosen
    navi_choose
    navi_confirmed=
    navi_each_file "$navi_chosen" navi_confirm
    navi_out=
    navi_takes_strange=yes
    navi_remove
else
    navi_out=
fi
printf '%s' "$navi_out"
