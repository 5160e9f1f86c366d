"""A program that resumes conversations by id as Claude Code does, and says in its state file which it has.

install(account)
start(account, "api")
assert conversation(account, "api")
"""

from __future__ import annotations

import json
import shlex
from contextlib import suppress

from tests.support.machines import Account
from tests.support.processes import Process, processes
from tests.support.waiting import until

SCRIPT = r"""#!/bin/bash
mkdir -p ~/.claude/known ~/.claude/sessions
id=$(cat /proc/sys/kernel/random/uuid)
read -r stat </proc/$$/stat
started=$(set -- ${stat##*) }; echo "${20}")
report() {
    printf '{"pid":%s,"sessionId":"%s","procStart":"%s"%s}' $$ "$id" "$started" "$1" >~/.claude/sessions/$$.json
}
trap 'rm -f ~/.claude/sessions/$$.json' EXIT
if [ "${1-}" = --resume ]; then
    id=$2
    # Claude Code 2.1.332 does so, before it looks for the conversation.
    report ''
    sleep 0.5
    [ -e ~/.claude/known/"$id" ] || { echo "No conversation found with session ID: $id"; exit 1; }
fi
trap 'exit 0' TERM HUP
echo "claude runs: $*"
echo "variable: ${VARIABLE-}"
: >~/.claude/known/"$id"
report ',"status":"idle"'
while :; do sleep 0.1; done
"""


def install(account: Account) -> None:
    """Put it on the PATH of an account. Its folder of status files is there, as hooks make it."""
    path = account.bin / "claude"
    path.write_text(SCRIPT)
    path.chmod(0o755)
    (account.home / ".profile").write_text('PATH="$HOME/bin:$PATH"\n')  # /etc/profile sets another PATH
    account.sessions_dir.mkdir(mode=0o700, exist_ok=True)


def start(account: Account, session: str, line: str = "claude") -> str:
    """Start it below the shell of a new session, and return the id of its conversation."""
    script = f"PATH={account.bin}:$PATH; export PATH; {line}; exec sh"
    account.new_session(session, f"exec sh -c {shlex.quote(script)}")
    return conversation(account, session)


def conversation(account: Account, session: str) -> str:
    """Return the id of the conversation that a session has, as soon as the program says it."""
    until(lambda: ids(account, session), what=f"the agent of {session} has a conversation")
    return ids(account, session)[0]


def ids(account: Account, session: str) -> list[str]:
    """Return the conversations that living programs of a session have."""
    return [str(state["sessionId"]) for one in agents(account, session) if (state := _state(account, one))]


def until_noted(account: Account, *names: str) -> None:
    """Wait until an account has noted what restoring these sessions needs: it does so after they are on the screen."""

    def noted() -> bool:
        found = []
        for path in (account.sessions_dir / ".navi" / "at").glob("*/session.*"):
            with suppress(FileNotFoundError):
                found += path.read_text().splitlines()
        return {f"name {name}" for name in names} <= {*found}

    until(noted, what=f"{' and '.join(names)} are noted")


def agents(account: Account, session: str) -> list[Process]:
    """Return the living programs of a session."""
    pane = int(account.tmux("display-message", "-p", "-t", f"={session}:", "#{pane_pid}"))
    everyone = processes()
    below = {pane}
    for _ in range(4):
        below |= {one.pid for one in everyone if one.parent in below}
    return [one for one in everyone if one.pid in below and one.words.startswith(f"/bin/bash {account.bin}/claude")]


def _state(account: Account, process: Process) -> dict[str, object]:
    try:
        found = json.loads((account.home / ".claude" / "sessions" / f"{process.pid}.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
