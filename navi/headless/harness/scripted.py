"""An agent without a model, for tests and the demo: a script of sh, which needs nothing on its host.

Its prompts say what it does, as steps with " ;; " between them:

    say TEXT           say it                      wait SECONDS    work for so long
    ask TEXT           ask whether it may do it    print N SECONDS TEXT   say it N times, and rest between
    offer TEXT         ask so until that is allowed always         exit STATUS
    raw TEXT           print a line that is no message            half TEXT   print TEXT without a line end

Where its directory has a file `.navi-story`, its steps are the first line of that, whatever the prompt is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from navi.headless.harness.base import (
    Abilities,
    AgentLaunch,
    Asked,
    Event,
    GivenAnswer,
    Harness,
    Option,
    Other,
    Raw,
    Ready,
    Replied,
    SessionNamed,
    Taken,
    Text,
    ToolResult,
    TurnEnded,
    from_line,
    text_in,
    to_line,
)

SCRIPT = r"""
say() { printf '{"type":"%s","%s":"%s","text":"%s"}\n' "$1" "$2" "$3" "$4"; }
field() { value=${line#*"\"$1\":\""}; value=${value%%\"*}; }
number=0
conversation=$1
stopped=
always=
ask() {
    number=$((number + 1))
    say "$1" id "q$number" "$2"
    while IFS= read -r line; do
        case $line in
        '{"do":"answer"'*)
            field id
            [ "$value" = "q$number" ] || continue
            field word
            [ "$value" != always ] || always=yes
            say answered id "q$number" "$value"
            return ;;
        '{"do":"interrupt"'*)
            say withdrawn id "q$number" ''
            interrupted
            return ;;
        *) other ;;
        esac
    done
    exit 0
}
interrupted() {
    field id
    say replied id "$value" ''
    stopped=yes
}
other() {
    case $line in '{"do":"hello"'*) say ready conversation "$conversation" '' ;; esac
}
step() {
    case $1 in
    'say '*) say text who agent "${1#say }" ;;
    'ask '*) ask asked "${1#ask }" ;;
    'offer '*) [ -n "$always" ] || ask offered "${1#offer }" ;;
    'raw '*) printf '%s\n' "${1#raw }" ;;
    'half '*) printf '%s' "${1#half }" ;;
    'wait '*) sleep "${1#wait }" ;;
    'exit '*) exit "${1#exit }" ;;
    'print '*)
        set -f
        set -- $1
        count=$2 pause=$3
        shift 3
        while [ "$count" -gt 0 ]; do
            say text who agent "$*"
            sleep "$pause"
            count=$((count - 1))
        done ;;
    *) say text who agent "$1" ;;
    esac
}
turn() {
    stopped=
    while [ -n "$text" ] && [ -z "$stopped" ]; do
        case $text in *' ;; '*) ;; *) text="$text ;; " ;; esac
        first=${text%%' ;; '*}
        text=${text#*' ;; '}
        step "$first"
    done
    say ended outcome "${stopped:+interrupted}" ''
}
while IFS= read -r line; do
    case $line in
    '{"do":"prompt"'*)
        field uuid
        say taken uuid "$value" ''
        text=${line#*'"text":"'}
        text=${text%'"}'}
        [ ! -f .navi-story ] || IFS= read -r text <.navi-story
        turn ;;
    '{"do":"interrupt"'*)
        interrupted ;;
    *) other ;;
    esac
done
"""


OFFERED = (
    Option("once", "allow_once", "Yes"),
    Option("always", "allow_always", "Yes, and always allow what it offers"),
    Option("no", "reject_once", "No"),
)


class ScriptedCodec:
    """Needs no memory."""

    def remember(self, _launch: AgentLaunch) -> None:
        """Return no memory."""

    def handshake(self, _launch: AgentLaunch) -> Sequence[str]:
        """Return the line that shows that the agent lives."""
        return (to_line({"do": "hello"}),)

    def read(self, memory: Any, line: bytes) -> tuple[Any, Sequence[Event]]:
        """Return what a line means."""
        message = from_line(line)
        if message is None:
            return memory, (Raw(line),) if line.strip() else ()
        id, text = text_in(message, "id"), text_in(message, "text")
        known: dict[str, tuple[Event, ...]] = {
            "ready": (Ready(), SessionNamed(text_in(message, "conversation"))),
            "taken": (Taken(text_in(message, "uuid")),),
            "text": (Text(text_in(message, "who"), text),),
            "asked": (Asked(id, "permission", "Script", {"command": text}, id, takes_reason=False),),
            "offered": (Asked(id, "permission", "Script", {"command": text}, id, OFFERED, takes_reason=False),),
            "answered": (ToolResult(id, text),),
            "withdrawn": (ToolResult(id, text, failed=True),),
            "replied": (Replied(id),),
            "ended": (TurnEnded("interrupted" if text_in(message, "outcome") else "done"),),
        }
        return memory, known.get(text_in(message, "type"), (Other(text_in(message, "type")),))

    def prompt(self, _memory: Any, uuid: str, text: str) -> str:
        """Return the line with a prompt."""
        return to_line({"do": "prompt", "uuid": uuid, "text": text})

    def answer(self, asked: Asked, answer: GivenAnswer) -> str:
        """Return the line that answers."""
        word = "always" if answer.option == "always" else "allow" if answer.allow else "deny"
        return to_line({"do": "answer", "id": asked.request_id, "word": word})

    def interrupt(self, _memory: Any, key: str, _open: Sequence[Asked]) -> Sequence[str]:
        """Return the line that ends the turn."""
        return (to_line({"do": "interrupt", "id": key}),)

    def set_mode(self, _memory: Any, key: str, _mode: str) -> str:
        """Return a line that it ignores: it has no modes."""
        return to_line({"do": "mode", "id": key})


def options(launch: AgentLaunch) -> tuple[str, ...]:
    """Return the id of the conversation."""
    return (launch.conversation,)


SCRIPTED = Harness(
    "scripted",
    "Scripted agent",
    ("sh", "-c", SCRIPT, "navi-scripted"),
    ScriptedCodec(),
    Abilities(
        questions=False,
        edited_input=False,
        modes=False,
        partial=False,
        cost=False,
        sends_once=False,
        counts_questions=True,
    ),
    options,
)
