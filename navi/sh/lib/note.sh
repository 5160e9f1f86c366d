# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# Defines functions that read and write the note of a session, which has what restoring the session needs. Each line of
# a note is a field, "NAME VALUE". Empty fields are left out, and no value holds a line end. In the shell a field is the
# variable navi_note_NAME.

navi_note_fields='server session created socket pane process started agent conversation type line options environment time name directory'

# navi_clear_note: no field is known.
navi_clear_note() { for navi_note_field in $navi_note_fields; do eval "navi_note_$navi_note_field="; done; }

# navi_save_note FILE: replace it.
navi_save_note() {
    navi_note_text=
    for navi_note_field in $navi_note_fields; do
        eval "navi_note_value=\$navi_note_$navi_note_field"
        case $navi_note_value in '' | *"$navi_newline"*) continue ;; esac
        navi_note_text="$navi_note_text$navi_note_field $navi_note_value$navi_newline"
    done
    (umask 077 && printf '%s' "$navi_note_text" >"$1.$$.new") && mv -f "$1.$$.new" "$1"
} 2>/dev/null

# navi_read_note FILE: its fields. Fails if it can't be read, or has no name.
navi_read_note() {
    navi_clear_note
    [ -f "$1" ] && [ -r "$1" ] || return
    while IFS= read -r navi_note_text; do
        navi_note_field=${navi_note_text%% *}
        navi_note_value=${navi_note_text#* }
        case $navi_note_field in '' | *[!a-z]*) continue ;; esac
        case " $navi_note_fields " in *" $navi_note_field "*) eval "navi_note_$navi_note_field=\$navi_note_value" ;; esac
    done <"$1"
    [ -n "$navi_note_name" ]
}

# navi_drop_old_note: remove navi_note if it is older than 30 days; fails if it stays.
navi_drop_old_note() {
    navi_note_stamp=
    while read -r navi_note_field navi_note_value; do
        [ "$navi_note_field" != time ] || navi_note_stamp=$navi_note_value
    done <"$navi_note"
    case $navi_note_stamp in '' | *[!0-9]*) return 1 ;; esac
    [ "$((navi_now - navi_note_stamp))" -gt 2592000 ] && rm -f "$navi_note"
}
