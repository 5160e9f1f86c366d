"""Records what the real agents show in each of their states.

    python -m tests.agents.record claude            all states of Claude Code
    python -m tests.agents.record codex idle error  only these

Each state becomes a file tests/agents/screens/AGENT/STATE.txt; what a narrow pane of 40 by 20 shows is in
STATE.narrow.txt, and a broad one of 170 by 45 in STATE.broad.txt. Header lines come first, then an empty line and the
screen:

    agent: claude
    version: 2.1.197
    state: permission
    title: ✳ Claude Code
    status: permission             the right word of navi
    processes: S claude            below the shell, oldest first, each with its state and its command line

The status `-` means that the screen does not show it: the agent is about to start, suspended, or gone.
Names of the machine and random ids are replaced. A new version of an agent is recorded again, and test_screens.py tells
what navi's rules no longer know.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.agents.agent import Agent
from tests.agents.scenes import AGENTS, SCENES, Scene
from tests.agents.service import Service
from tests.agents.versions import ROOT, version
from tests.agents.ways import has_answered
from tests.support.machines import Lab
from tests.support.processes import Process

LAB = Path("/tmp/navi-lab")
"""Screens show this path, so it is always the same."""

SCREENS = ROOT / "tests/agents/screens"

SIZES: Mapping[str, tuple[int, int]] = {"": (110, 36), ".narrow": (40, 20), ".broad": (170, 45)}
"""By the end of a file's name, columns and rows of the pane. The first size is the usual one."""

SETTLES = 1.2
"""Seconds within which an agent has drawn all of a new state, or itself in another size."""

NEUTRAL: Mapping[str, str] = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "00000000-0000-4000-8000-000000000000",
    r"127\.0\.0\.1:\d+": "127.0.0.1:80000",
    re.escape(str(ROOT)): "/opt/navi",
    r"--max-old-space-size=\d+": "--max-old-space-size=8192",
    r"snapshot-(\w+)-\d+-\w+\.sh": r"snapshot-\1-0000000000000-aaaaaa.sh",
}
"""By a pattern of what is different each time, what to write instead."""


def main() -> int:
    """Record the states that the arguments name. Return 1 if one of them was not reached."""
    name, *states = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else the agents stay
    shutil.rmtree(LAB, ignore_errors=True)
    LAB.mkdir(mode=0o700)
    try:
        with Lab(LAB) as lab, Service() as service, AGENTS[name](lab.local, service.url) as agent:
            return max([record(agent, one) for one in SCENES[name] if not states or one.state in states], default=0)
    finally:
        shutil.rmtree(LAB)


def record(agent: Agent, scene: Scene) -> int:
    """Bring the agent into a state, and write what it shows. Return 1 if it was not reached."""
    began = time.monotonic()
    try:
        reach(agent, scene)
        for end in ends(scene):
            resize(agent, *SIZES[end])
            write(agent, scene, end)
        resize(agent, *SIZES[""])
    except AssertionError:
        print(f"{scene.state}: {traceback.format_exc(limit=-3)}", file=sys.stderr)
        return 1
    print(f"{scene.state}: {time.monotonic() - began:.0f} s", flush=True)
    return 0


def ends(scene: Scene) -> Iterator[str]:
    """Yield the ends of the names of a scene's files: see SIZES."""
    yield ""
    if scene.narrow:
        yield ".narrow"
    if scene.broad:
        yield ".broad"


def reach(agent: Agent, scene: Scene) -> None:
    """Bring the agent into a state: from its empty prompt, or from the shell."""
    if scene.first:
        restart(agent)
    else:
        agent.ready()
        has_answered(agent)
    scene.way(agent)
    time.sleep(scene.settles)


def restart(agent: Agent) -> None:
    """Bring its shell to an empty screen, without the agent."""
    process = agent.process()
    if process:
        agent.ready()
        agent.enter(agent.leave)
        agent.until("ended")
    agent.repair_terminal()


def resize(agent: Agent, columns: int, rows: int) -> None:
    """Give the pane a size, and let the agent draw itself, unless it has that size already."""
    target = f"={agent.session}:"
    if agent.account.tmux("display-message", "-p", "-t", target, "#{pane_width}") != str(columns):
        agent.account.tmux("resize-window", "-t", target, "-x", str(columns), "-y", str(rows))
        time.sleep(SETTLES * 2)


def write(agent: Agent, scene: Scene, end: str) -> None:
    """Write the file of a state, and of the size with this end of the name."""
    title = agent.account.tmux("display-message", "-p", "-t", f"={agent.session}:", "#{pane_title}")
    head = {
        "agent": agent.name,
        "version": version(agent.name),
        "state": scene.state,
        "title": title if title != machine(agent) else "",
        "status": scene.status,
        "processes": " > ".join(chain(agent)),
    }
    text = "".join(f"{name}: {value}".rstrip() + "\n" for name, value in head.items()) + "\n" + shown(agent)
    path = SCREENS / agent.name / f"{scene.state}{end}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(neutral(text))


def shown(agent: Agent) -> str:
    """Return the screen without blanks at the ends of lines, and without empty lines at its end. It may have NBSPs."""
    return "\n".join(line.rstrip(" ") for line in agent.screen().split("\n")).rstrip("\n") + "\n"


def machine(agent: Agent) -> str:
    """Return the title that tmux gives to a pane without one."""
    return agent.account.tmux("display-message", "-p", "#{host}")


def chain(agent: Agent) -> Iterator[str]:
    """Yield the state and the command of each process of the pane, parents first."""
    for one in agent.processes():
        yield f"{one.state} {command(one)}"


def command(process: Process) -> str:
    """Return the command line of a process, short."""
    return process.words if len(process.words) < 150 else process.words[:150] + "…"


def neutral(text: str) -> str:
    """Return a text without what is different each time."""
    for pattern, instead in NEUTRAL.items():
        text = re.sub(pattern, instead, text)
    return text


if __name__ == "__main__":
    sys.exit(main())
