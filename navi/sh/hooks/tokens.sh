# shellcheck shell=sh disable=SC2016,SC2034,SC2154,SC2086
# needs: session/folder registry/absent lib/fail lib/disk hooks/count_tokens.awk
# tokens.sh DIR SESSION MOST SECONDS: prints how many tokens the agent's session SESSION has used, from its transcript
# and those of its sub-agents. Of what is new it reads at most MOST bytes, for about SECONDS; the next call goes on from
# there.
#
# The counts are in .navi/tokens.SESSION: totals, how far each transcript was read, the last bytes before that
# place, and the usage of the last 20000 messages, because a message is written in several lines, of which the last
# counts. Only a whole new version replaces it, so that two calls at once do no harm. If anything does not fit
# (a transcript that shrank, went or was replaced; a version that makes no sense), all is counted anew.

# navi_count PATH...: count what is new in the transcripts at or below these paths.
navi_count() {
    find -L "$@" -type f \( -name "$navi_session.jsonl" -o -name 'agent-*.jsonl' \) -exec ls -lLin {} + 2>/dev/null |
        awk "$navi_count_tokens_awk" 2>/dev/null
}

umask 077
LC_ALL=C
export LC_ALL
unset TIME_STYLE QUOTING_STYLE BLOCK_SIZE BLOCKSIZE LS_BLOCK_SIZE
navi_enter "$1"
navi_session=$2 navi_most=$3 navi_budget=$4
set --
for navi_agent_folder in "${CLAUDE_CONFIG_DIR:-$HOME/.claude}" "${XDG_CONFIG_HOME:-$HOME/.config}/claude"; do
    case $navi_agent_folder in /*) ;; *) navi_agent_folder=./$navi_agent_folder ;; esac
    for navi_transcript in "$navi_agent_folder/projects"/*/"$navi_session.jsonl"; do
        if [ -f "$navi_transcript" ] && [ -r "$navi_transcript" ]; then
            set -- "$@" "$navi_transcript"
            [ ! -d "${navi_transcript%.jsonl}" ] || set -- "$@" "${navi_transcript%.jsonl}"
        fi
    done
done
navi_known=$navi_state/tokens.$navi_session
if [ $# -eq 0 ]; then
    rm -f "$navi_known"
    navi_fail $navi_none "Claude Code has no transcript of it in ${CLAUDE_CONFIG_DIR:-~/.claude}/projects"
fi
navi_open_state || navi_fail $navi_refused "the folder $navi_state can't be written to, so nothing is counted"
navi_counted=$navi_known
navi_new_counts=$navi_here/tokens.$$
export navi_known navi_new_counts navi_most navi_budget navi_token
trap 'rm -f "$navi_new_counts"' EXIT
navi_count "$@"
navi_count_code=$?
if [ "$navi_count_code" = 3 ]; then
    navi_known=
    navi_count "$@"
    navi_count_code=$?
fi
case $navi_count_code in
0)
    mv -f "$navi_new_counts" "$navi_counted" || navi_fail_to_write "$navi_dir" 'nothing was counted'
    # A file that another call writes at this moment may disappear while find looks at it.
    find "$navi_state/." ! -name . -prune -name 'tokens.*' -type f -mtime +30 -exec rm -f {} + 2>/dev/null || :
    ;;
4) ;;
*) navi_fail_to_write "$navi_dir" 'the transcripts were not counted' ;;
esac
