# shellcheck shell=sh disable=SC2015,SC2154
# needs: session/folder registry/absent
# changes: navi_kept
# restorable.sh DIR: prints what can be restored besides the sessions that a look reports as lost: those that ended
# while their tmux server went on, and those that navi has killed.

# navi_print_notes FOLDER PLACE
navi_print_notes() {
    for navi_note in "$1"/ended.*.* "$1"/left.*.*; do
        [ -f "$navi_note" ] || continue
        printf '%s lostsession %s/%s\n' "$navi_token" "$2" "${navi_note##*/}"
        head -c 16384 "$navi_note"
    done
}

navi_print_killed() {
    for navi_kept in "$navi_state"/killed/*; do
        [ -f "$navi_kept/scrollback" ] && [ ! -s "$navi_kept/restores" ] || continue
        printf '%s killed %s %s\n' "$navi_token" "${navi_kept##*/}" "$(find "$navi_kept/scrollback" -exec stat -c %Y {} \; 2>/dev/null)"
        head -c 1000 "$navi_kept/name"
        printf '\n'
        head -c 4096 "$navi_kept/directory"
        printf '\n'
    done
}

navi_enter "$1"
navi_print_notes "$navi_here" "$navi_place_key"
for navi_earlier_notes in "$navi_state/at/$navi_place_host@"*; do
    navi_is_earlier "${navi_earlier_notes##*/at/}" || continue
    navi_print_notes "$navi_earlier_notes" "${navi_earlier_notes##*/at/}"
done
navi_print_killed
