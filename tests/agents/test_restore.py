"""Real agents come back in their conversations: after the end of their tmux server, after a kill, and by a restart.

The proof is the agent's own screen: it shows again what was said before, and its state file has the same id.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agents.agent import SLOW, Agent
from tests.agents.cases import Setup, Watched, watched_agent
from tests.agents.claude import Claude
from tests.agents.cline import Cline
from tests.agents.codex import Codex
from tests.agents.copilot import Copilot
from tests.agents.gemini import Gemini
from tests.agents.kimi import Kimi
from tests.agents.opencode import OpenCode
from tests.agents.pi import Pi
from tests.agents.qwen import Qwen
from tests.agents.versions import needs, program
from tests.agents.vibe import Vibe
from tests.support.machines import Keys
from tests.support.verbs import navi
from tests.support.waiting import until

SAID = "remember4711"

CONFIRMED = "in its conversation"

UNCONFIRMED = "does not say whether it has"
"""What navi says of an agent whose files and title do not show which conversation it has taken up."""


def cases() -> Iterator[object]:
    """Yield the agents, with the setup of each."""
    for kind, remote, hooks in (
        (Claude, False, False),
        (Claude, True, True),
        (Codex, False, False),
        (Copilot, True, False),
        (Qwen, False, True),
        (Qwen, True, False),
        (OpenCode, False, True),
        (Gemini, True, True),
        (Vibe, True, False),
        (Pi, True, False),
        (Kimi, False, False),
        (Cline, False, False),
        (Cline, True, False),
    ):
        where = "remote" if remote else "local"
        yield pytest.param(kind, Setup(remote, hooks), id=f"{kind.name}-{where}", marks=needs(kind.name))


@pytest.mark.parametrize(("kind", "setup"), list(cases()))
def test_a_real_agent_comes_back_in_its_conversation(kind: type[Agent], setup: Setup, keys: Keys) -> None:
    with watched_agent(kind, setup, keys) as watched:
        agent = watched.agent
        prefix = f"{agent.account.name}/" if setup.remote else ""
        address = f"{prefix}{agent.session}"
        confirmed = UNCONFIRMED if kind in (Pi, Kimi) else CONFIRMED
        agent.account.sessions_dir.mkdir(mode=0o700, exist_ok=True)
        agent.enter(f"say: {SAID}")
        agent.shows(f"(?s){SAID}.*{SAID}")
        until(lambda: conversation(watched, address), timeout=SLOW, what="its conversation is known")
        id = conversation(watched, address)
        if kind is OpenCode:
            until(lambda: title(agent).startswith("OC | "), timeout=SLOW, what="its conversation has a name")
        assert confirmed in navi(watched.lab, "restart", address).stdout
        agent.shows(f"(?s){SAID}.*{SAID}")
        until(lambda: conversation(watched, address) == id, timeout=SLOW, what="it has the same conversation")
        set_variables(agent)
        agent.account.tmux("kill-server")
        until(lambda: "lost with its tmux server" in navi(watched.lab, "restore").stdout, what="it is lost")
        assert confirmed in navi(watched.lab, "restore", address).stdout
        agent.shows(f"(?s){SAID}.*{SAID}")
        assert navi(watched.lab, "restore").stdout == "no session is lost\n"
        navi(watched.lab, "ls")
        navi(watched.lab, "kill", address)
        navi(watched.lab, "undo")
        agent.shows(f"(?s){SAID}.*{SAID}")


def conversation(watched: Watched, address: str) -> str:
    """Return the conversation that the host has noted of the session."""
    navi(watched.lab, "explain", address)
    notes = (watched.agent.account.sessions_dir / ".navi" / "at").glob("*/session.*")
    lines = (line for note in notes for line in note.read_text().splitlines())
    return next((line.partition(" ")[2] for line in lines if line.startswith("conversation ")), "")


def title(agent: Agent) -> str:
    """Return the title of the agent's pane."""
    return agent.account.tmux("display-message", "-p", "-t", f"={agent.session}:", "#{pane_title}")


def set_variables(agent: Agent) -> None:
    """Let the agent's program set its variables itself: they were given to the tmux session before."""
    exports = "".join(f"export {name}='{value}'\n" for name, value in agent.prepare().items())
    link = agent.account.bin / agent.name
    link.unlink()
    link.write_text(f'#!/bin/sh\n{exports}exec {program(agent.name)} "$@"\n')
    link.chmod(0o755)
    (agent.account.home / ".profile").write_text('PATH="$HOME/bin:$PATH"\n')  # /etc/profile sets another PATH
