# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# shares: navi_note_conversation navi_note_created navi_note_directory navi_note_environment navi_note_line navi_note_name
# shares: navi_note_options navi_note_pane navi_note_process navi_note_agent navi_note_server navi_note_session
# shares: navi_note_socket navi_note_started navi_note_time navi_note_type
# The note of a session: what restoring it needs. A field is a line, "NAME VALUE", empty ones are left out. Its name and
# its directory come last, and there is no value that holds a line end.

# navi_clear_note: no field is known.
navi_clear_note() {
    navi_note_server=
    navi_note_session=
    navi_note_created=
    navi_note_socket=
    navi_note_pane=
    navi_note_process=
    navi_note_started=
    navi_note_agent=
    navi_note_conversation=
    navi_note_type=
    navi_note_line=
    navi_note_options=
    navi_note_environment=
    navi_note_time=
    navi_note_name=
    navi_note_directory=
}

# navi_save_note FILE: replace it.
navi_save_note() {
    navi_note_text=
    navi_add_field server "$navi_note_server"
    navi_add_field session "$navi_note_session"
    navi_add_field created "$navi_note_created"
    navi_add_field socket "$navi_note_socket"
    navi_add_field pane "$navi_note_pane"
    navi_add_field process "$navi_note_process"
    navi_add_field started "$navi_note_started"
    navi_add_field agent "$navi_note_agent"
    navi_add_field conversation "$navi_note_conversation"
    navi_add_field type "$navi_note_type"
    navi_add_field line "$navi_note_line"
    navi_add_field options "$navi_note_options"
    navi_add_field environment "$navi_note_environment"
    navi_add_field time "$navi_note_time"
    navi_add_field name "$navi_note_name"
    navi_add_field directory "$navi_note_directory"
    (umask 077 && printf '%s' "$navi_note_text" >"$1.$$.new") && mv -f "$1.$$.new" "$1"
} 2>/dev/null

# navi_add_field NAME VALUE
navi_add_field() {
    case $2 in '' | *"$navi_newline"*) return 0 ;; esac
    navi_note_text="$navi_note_text$1 $2$navi_newline"
}

# navi_read_note FILE: its fields. Fails if it can't be read, or has no name.
navi_read_note() {
    navi_clear_note
    [ -f "$1" ] && [ -r "$1" ] || return
    while IFS= read -r navi_note_field; do
        navi_note_value=${navi_note_field#* }
        case ${navi_note_field%% *} in
        server) navi_note_server=$navi_note_value ;;
        session) navi_note_session=$navi_note_value ;;
        created) navi_note_created=$navi_note_value ;;
        socket) navi_note_socket=$navi_note_value ;;
        pane) navi_note_pane=$navi_note_value ;;
        process) navi_note_process=$navi_note_value ;;
        started) navi_note_started=$navi_note_value ;;
        agent) navi_note_agent=$navi_note_value ;;
        conversation) navi_note_conversation=$navi_note_value ;;
        type) navi_note_type=$navi_note_value ;;
        line) navi_note_line=$navi_note_value ;;
        options) navi_note_options=$navi_note_value ;;
        environment) navi_note_environment=$navi_note_value ;;
        time) navi_note_time=$navi_note_value ;;
        name) navi_note_name=$navi_note_value ;;
        directory) navi_note_directory=$navi_note_value ;;
        esac
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
