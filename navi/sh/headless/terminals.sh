# shellcheck shell=sh disable=SC2154
# needs: headless/conversations headless/process
# Defines functions that find agents in terminals that no hook reports: Claude Code writes a file for each of its
# processes while it runs. A file does not count if its process has ended, or if another process has its number.

# navi_find_terminal RUNS ID DO: for each process in a terminal that has the conversation ID, or any that navi knows if
# ID is "", run DO with its number; the conversation is in navi_known_id.
navi_find_terminal() {
    for navi_agent_file in "${CLAUDE_CONFIG_DIR:-$HOME/.claude}"/sessions/*.json; do
        navi_agent_text=
        { read -r navi_agent_text <"$navi_agent_file"; } 2>/dev/null
        case $navi_agent_text in *'"entrypoint":"cli"'*) ;; *) continue ;; esac
        navi_known_id=${navi_agent_text#*'"sessionId":"'}
        navi_known_id=${navi_known_id%%'"'*}
        if [ -n "$2" ]; then
            [ "$navi_known_id" = "$2" ] || continue
        else
            navi_find_known "$1" "$navi_known_id" || continue
        fi
        navi_agent_file=${navi_agent_file##*/}
        case ${navi_agent_file%.json} in '' | *[!0-9]*) continue ;; esac
        navi_inspect_process "${navi_agent_file%.json}" || continue
        case $navi_agent_text in
        *'"procStart":"'"$navi_born"'"'* | *'"procStart":'"$navi_born"[!0-9]*) "$3" "${navi_agent_file%.json}" ;;
        *'"procStart":'*) ;;
        *) "$3" "${navi_agent_file%.json}" ;;
        esac
    done
}

# navi_note_unreported PROCESS: a terminal has the conversation navi_known, and no hook reported it.
navi_note_unreported() {
    navi_read_noted
    case $navi_noted in 'opened '*) ;; *) navi_note_terminal opened '' ;; esac
}
