# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: registry/require registry/change
# changes: navi_answer navi_edits navi_name navi_socket navi_used_at
# change_entries.sh COUNT (NAME CREATED_AT)... (SOCKET ID)...: change the registry: COUNT words name entries that go (their
# names as JSON has them), if they are still those that were created then; the rest are living sessions, which are
# registered.
navi_need_registry
navi_edits=
navi_left=$1
shift
while [ "$navi_left" -gt 0 ]; do
    navi_edits="${navi_edits}dropif	$1	$2$navi_newline"
    shift 2
    navi_left=$((navi_left - 2))
done
navi_used_at=$(navi_registry_time)
while [ $# -gt 0 ]; do
    navi_socket=$1
    navi_answer=$(navi_tmux "$1" display-message -p -t "$2:" \
        '#{?@navi_type,=#{@navi_type},#{pane_current_command}}
#{session_name}
#{pid} #{session_id} #{session_created} #{pane_pid} #{pane_id} #{window_index}.#{pane_index}' 2>/dev/null)
    navi_type=${navi_answer%%"$navi_newline"*}
    case $navi_type in
    =python-repl | =debugger | =shell | =agent | =command) navi_type=${navi_type#=} ;;
    python*) navi_type=python-repl ;;
    gdb*) navi_type=debugger ;;
    *) navi_type=shell ;;
    esac
    navi_answer=${navi_answer#*"$navi_newline"}
    navi_name=${navi_answer%%"$navi_newline"*}
    set -f
    navi_put_entry "$navi_type" ${navi_answer#*"$navi_newline"}
    set +f
    shift 2
done
navi_change_registry "$navi_edits" || navi_fail $? "$navi_trouble"
[ -z "$navi_trouble" ] || printf '%s trouble %s\n' "$navi_token" "$navi_trouble"
