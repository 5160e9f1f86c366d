"""A stand-in for Claude Code, without a model: it echoes prompts, and in a terminal it runs the hooks of each turn.

put_claude(lab.local)
lab.local.new_session("api", "claude --resume ID")
"""

from __future__ import annotations

from pathlib import Path

from tests.support.machines import Account

SCRIPT = r"""#!/bin/sh
# claude ARGUMENTS...: in a terminal, each line that is typed is a turn, whose end runs the hook once more for each time
# that the hook wants the turn to go on.
id=unknown before=
for word; do
    case $before in --resume | --session-id) id=$word ;; esac
    before=$word
done
hook() {
    [ -f "$HOME/.claude-sessions/.navi/hook" ] || return 0
    printf '{"session_id":"%s","cwd":"%s","hook_event_name":"%s","stop_hook_active":%s}' \
        "$id" "$PWD" "$1" "${2:-false}" |
        sh "$HOME/.claude-sessions/.navi/hook" claude
}
grow() {
    rest=$1
    while [ -n "$rest" ]; do
        part=${rest%"${rest#????}"}
        rest=${rest#"${part:-$rest}"}
        printf '{"type":"stream_event","event":{"type":"content_block_delta","delta":{"text":"%s"}}}\n' "${part:-$rest}"
        sleep 0.1
        [ -n "$part" ] || rest=
    done
    sleep 1
}
case " $* " in
*' -p '*)
    export CLAUDE_CODE_ENTRYPOINT=sdk-cli
    hook SessionStart
    while IFS= read -r line; do
        case $line in
        *'"initialize"'*)
            echo '{"type":"control_response","response":{"subtype":"success","request_id":"navi-handshake"}}' ;;
        *'"type":"user"'*)
            uuid=${line#*'"uuid":"'}
            text=${line#*'"content":"'}
            printf '{"type":"user","isReplay":true,"uuid":"%s"}\n' "${uuid%%\"*}"
            case $text in long*) sleep 3 ;; grow*) grow "${text%%\"*}" ;; esac
            printf '{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"%s"}]}}\n' "${text%%\"*}"
            echo '{"type":"result","subtype":"success","is_error":false,"result":"","usage":{}}' ;;
        esac
    done
    hook SessionEnd ;;
*)
    export CLAUDE_CODE_ENTRYPOINT=cli
    mkdir -p "$HOME/.claude/sessions"
    mine=$HOME/.claude/sessions/$$.json
    started=$(cut -d ' ' -f 22 "/proc/$$/stat")
    printf '{"pid":%s,"sessionId":"%s","procStart":"%s","entrypoint":"cli"}' "$$" "$id" "$started" >"$mine"
    trap 'rm -f "$mine"; hook SessionEnd; exit' EXIT HUP TERM INT
    hook SessionStart
    echo "goes on with $id"
    while IFS= read -r line; do
        hook UserPromptSubmit
        echo "did $line"
        answer=$(hook Stop)
        while [ -n "$answer" ]; do
            printf '%s\n' "$answer"
            answer=$(hook Stop true)
        done
        echo "ended $line"
    done ;;
esac
"""


def put_claude(account: Account) -> Path:
    """Put the stand-in where an account finds it; return its path."""
    program = account.bin / "claude"
    program.write_text(SCRIPT)
    program.chmod(0o755)
    return program
