# shellcheck shell=sh disable=SC2154
# needs: hooks/places hooks/lost_event registry/absent session/agent_path
# read.sh DIR LARGEST: prints the contents of the hooks' files, but not of those with more than LARGEST bytes, and which
# agents are installed here.

# navi_print_file WORD FILE: its path, and a record with its state and, if it is `text`, all of it.
navi_print_file() {
    printf '%s %s-path %s\n' "$navi_token" "$1" "$2"
    if ! navi_resolve "$2"; then
        navi_file_state=odd
    elif [ ! -e "$navi_target" ]; then
        navi_file_state=absent
    elif [ ! -f "$navi_target" ]; then
        navi_file_state=odd
    elif [ ! -r "$navi_target" ]; then
        navi_file_state=unreadable
    elif [ "$(wc -c <"$navi_target")" -gt "$navi_largest" ]; then
        navi_file_state=large
    else
        navi_file_state=text
    fi
    printf '%s %s %s\n' "$navi_token" "$1" "$navi_file_state"
    [ "$navi_file_state" != text ] || cat "$navi_target"
    echo
}

navi_places "$1"
navi_largest=$2
for navi_hook_name in $navi_hook_names; do
    navi_find_hook_file "$navi_hook_name"
    navi_print_file "$navi_hook_name" "$navi_file"
    [ ! -e "$navi_file.before-navi" ] || printf '%s backup-%s\n' "$navi_token" "$navi_hook_name"
done
navi_find_lost_event
[ -z "$navi_lost_log" ] || printf '%s lost %s\n' "$navi_token" "$navi_lost_event"
for navi_copy in "$navi_settings.before-navi" "$navi_settings.before-navi".[0-9]; do
    if [ ! -f "$navi_copy" ] || [ -L "$navi_copy" ]; then continue; fi
    navi_print_file copy "$navi_copy"
done
# A Claude Code that runs may write its settings at any moment, as it has read them a second ago.
for navi_process in "${navi_settings%/*}/sessions"/*.json; do
    navi_process=${navi_process##*/}
    case ${navi_process%.json} in '' | *[!0-9]*) continue ;; esac
    if kill -0 "${navi_process%.json}" 2>/dev/null; then
        printf '%s running\n' "$navi_token"
        break
    fi
done
navi_find_programs
if command -v claude >/dev/null 2>&1; then
    navi_version=$(navi_limited 5 claude --version </dev/null 2>/dev/null | head -n 1)
    printf '%s claude %s\n' "$navi_token" "$navi_version"
fi
navi_copilot_folder=${navi_copilot%/hooks/navi.json}
for navi_pair in "opencode=$navi_opencode" "gemini=${navi_gemini%/*}" "qwen=${navi_qwen%/*}" "copilot=$navi_copilot_folder"; do
    if [ -d "${navi_pair#*=}" ] || command -v "${navi_pair%%=*}" >/dev/null 2>&1; then
        printf '%s has-%s\n' "$navi_token" "${navi_pair%%=*}"
    fi
done
printf '%s whole\n' "$navi_token"
