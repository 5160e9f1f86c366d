"""A stand-in for Claude Code without a terminal, whose lines a test writes, and a quick way to spawn agents.

with serving(lab), puppet(lab.local) as agent:
    address = spawn(lab, "local", "Fix the tests", harness="claude-code", cwd=str(lab.local.home))
    agent.print(agent.text("I will look"), agent.asks("q1", "Bash", command="touch f"))
    agent.inputs()        # what it was sent
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.machines import Account, Lab
from tests.support.verbs import navi
from tests.support.waiting import until

SCRIPT = """\
#!/bin/sh
case " $* " in
*' -p '*) ;;
*)
    echo "goes on: $*"
    while :; do sleep 1; done ;;
esac
cd || exit
: >>puppet.lines
tail -n +1 -f puppet.lines &
while IFS= read -r line; do
    printf '%s\\n' "$line" >>puppet.inputs
    case $line in
    *'"subtype":"initialize"'*)
        echo '{"type":"control_response","response":{"subtype":"success","request_id":"navi-handshake"}}' ;;
    *'"subtype":"set_permission_mode"'*)
        id=${line#*'"request_id":"'}
        id=${id%%'"'*}
        said='"subtype":"success","response":{}'
        case $id in *:bypassPermissions) said='"subtype":"error","error":"it was not started so"' ;; esac
        case $id in
        *:auto) ;;
        *) echo "{\\"type\\":\\"control_response\\",\\"response\\":{\\"request_id\\":\\"$id\\",$said}}" ;;
        esac ;;
    '{"type":"user"'*)
        uuid=${line#*'"uuid":"'}
        echo "{\\"type\\":\\"user\\",\\"isReplay\\":true,\\"uuid\\":\\"${uuid%%'"'*}\\"}" ;;
    esac
done
kill $!
"""
"""Answers the handshake, confirms inputs and permission modes, prints what comes into a file, and ends with its input.
It refuses the mode bypassPermissions, and says nothing of the mode auto. In a terminal it prints its arguments.
"""


def spawn(lab: Lab, host: str, prompt: str, harness: str = "scripted", cwd: str = "", title: str = "") -> str:
    """Spawn an agent, and return its address."""
    more = [*(("-c", cwd) if cwd else ()), *(("--title", title) if title else ())]
    done = navi(lab, "spawn", "--json", "--harness", harness, "--host", host, *more, prompt)
    return str(json.loads(done.stdout)["address"])


class Puppet:
    """One agent on an account, at most; its lines and inputs are files in the home folder."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def print(self, *lines: object) -> None:
        """Let it print lines, also before it has started."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        with (self._account.home / "puppet.lines").open("a") as file:
            file.write("".join(f"{text}\n" for text in texts))

    def inputs(self) -> list[dict[str, Any]]:
        """Return the lines that it was sent."""
        path = self._account.home / "puppet.inputs"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def wait_input(self, text: str) -> dict[str, Any]:
        """Wait until it was sent a line with a text, and return that."""
        return until(lambda: [one for one in self.inputs() if text in json.dumps(one)], what=f"{text} arrives")[0]

    @staticmethod
    def text(text: str) -> dict[str, Any]:
        """Return the line of a text."""
        return {"type": "assistant", "message": {"id": "m", "content": [{"type": "text", "text": text}]}}

    @staticmethod
    def uses(tool: str, **input: object) -> dict[str, Any]:
        """Return the line of the use of a tool."""
        block = {"type": "tool_use", "id": "t1", "name": tool, "input": input}
        return {"type": "assistant", "message": {"id": "m", "content": [block]}}

    @staticmethod
    def result(text: str, failed: bool = False) -> dict[str, Any]:
        """Return the line of the result of a tool."""
        block = {"type": "tool_result", "tool_use_id": "t0", "content": text, "is_error": failed}
        return {"type": "user", "message": {"role": "user", "content": [block]}}

    @staticmethod
    def growing(text: str) -> dict[str, Any]:
        """Return the line of a part of a text."""
        return {"type": "stream_event", "event": {"type": "content_block_delta", "delta": {"text": text}}}

    @staticmethod
    def asks(id: str, tool: str, **input: object) -> dict[str, Any]:
        """Return the line that asks for permission, or a question."""
        request = {"subtype": "can_use_tool", "tool_name": tool, "input": input, "tool_use_id": f"use-{id}"}
        return {"type": "control_request", "request_id": id, "request": request}

    @staticmethod
    def withdraws(id: str) -> dict[str, Any]:
        """Return the line that withdraws a question."""
        return {"type": "control_cancel_request", "request_id": id}

    @staticmethod
    def done() -> dict[str, Any]:
        """Return the line of the end of a turn."""
        return {"type": "result", "subtype": "success", "is_error": False, "result": "", "usage": {}}


@contextmanager
def puppet(account: Account) -> Iterator[Puppet]:
    """Have a program `claude` on an account."""
    program = account.bin / "claude"
    program.write_text(SCRIPT)
    program.chmod(0o755)
    yield Puppet(account)
    program.unlink(missing_ok=True)
