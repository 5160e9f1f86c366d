"""Replays cases through navi's own rules, without an agent: what must its row say, and why?

Everything goes the way that it goes on a host. Each event passes the hook that navi installs (read_event.awk and
merge_events.awk), with the time that the case says; the processes pass agents.sh, as ps lists them; the screen passes
screen.awk. What comes out is a frame, which is judged as any other.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from navi.core.agents import AGENTS
from navi.core.model import Frame, Machine, Pane, ScreenMatch, Session, StatusFile, Tmux, TmuxSession
from navi.core.status import sessions_of
from navi.core.status_file import read_status_file
from navi.core.text import clean
from navi.ops.hooks.install import EVENTS, hook_text
from navi.ops.linker import link
from navi.ops.look.agent_records import PaneAgents, read_agents
from navi.ops.look.agents import describe
from navi.ops.operation import Answer
from tests.agents.case_file import Case, Event, event_text, parents, parse_event
from tests.agents.case_story import Story, cases_of
from tests.support.awks import AWKS, awk_command
from tests.support.machines import SYSTEM_PATH, program
from tests.support.scripts import machine_key

ROOT = Path(__file__).parent.parent.parent

SCRIPT = ROOT / "navi/sh/look/screen.awk"


CLOCK = 1_900_000_000.0
"""The host's time of each screen."""

NAME = "api"
"""The tmux session of each case. The words below it are what tmux reports of that."""

SERVER, SESSION, PANE, SOCKET = 4242, "$1", "%1", "/tmp/tmux-1000/default"

TOKEN = "=token="

ROOM = 1000
"""Numbers of processes for each case."""

STARTED = "77"
"""The start of each process, which ps does not tell: state files may say what they like."""

AGO = re.compile(r'"([\d.]+) s ago"')

IN_MILLISECONDS = re.compile(r'("\w+At": ?)"([\d.]+) s ago"')
"""Times of agents' own state files."""


class Replayed(NamedTuple):
    """What navi's row says of a case: its session, and what screen.awk found."""

    session: Session
    screen: ScreenMatch | None

    @property
    def word(self) -> str:
        """The status."""
        return self.session.status.word

    @property
    def why(self) -> str:
        """The evidence, a line for each piece; the one that decided has an arrow."""
        lines = [f"{self.word}, {self.session.message!r}: {self.session.status.reason}"]
        for piece in self.session.status.evidence:
            mark = "→" if piece.decided else " "
            lines.append(f" {mark} {piece.source}: {piece.word or '-'}: {piece.text} {piece.message!r}")
        if self.screen and self.screen.status:
            lines.append(f"   rule {self.screen.rule!r} found {self.screen.text!r}")
        return "\n".join(lines)


# ---- all at once


def replay(cases: Iterable[Case]) -> list[Replayed]:
    """Return what navi says about each case."""
    every = list(cases)
    return [replay_one(case, seen) for case, seen in zip(every, looks_at(every), strict=True)]


def looks_at(cases: Sequence[Case]) -> list[PaneAgents]:
    """Return what a host sees in the pane of each case: the agents, and what the screen shows."""
    found = panes_of(cases)
    return [found.get(root_of(index), PaneAgents()) for index in range(len(cases))]


def replay_story(story: Story) -> list[tuple[float, Replayed]]:
    """Return what navi says at each moment of a story, and once a second while nothing happens, with the times."""
    moments = list(cases_of(story))
    times = [at for at, _ in moments]
    panes = panes_of([case for _, case in moments], [CLOCK + at for at in times])
    files = status_files(story, CLOCK)
    found = []
    for index, (at, case) in enumerate(moments):
        seen = panes.get(root_of(index), PaneAgents())
        case = case._replace(files=tuple(filter(None, [files[index].decode()])))
        following = moments[index + 1] if index + 1 < len(moments) else None
        for time in seconds_between(at, following[0] if following else at):
            pane = case.pane._replace(silent=silence(time, at, case, following))
            found.append((time, replay_one(case._replace(pane=pane), seen, CLOCK + time)))
    return found


def seconds_between(first: float, last: float) -> Iterator[float]:
    """Yield a time, and each second after it until the last."""
    time = first
    while time < last or time == first:
        yield time
        time += 1


def silence(time: float, at: float, case: Case, following: tuple[float, Case] | None) -> float:
    """Return for how long the pane was silent. A spinner that moves is no moment, but output all the same."""
    last = at - case.pane.silent
    if following:
        last = max(last, min(time, following[0] - following[1].pane.silent))
    return max(0.0, time - last)


def replay_one(case: Case, seen: PaneAgents, clock: float = CLOCK) -> Replayed:
    """Return what navi says about a case in whose pane these agents were found."""
    pane = pane_of(case, seen, clock)
    tmux = TmuxSession(SESSION, NAME, clock - 3600, 1, (pane,), "", SERVER)
    files = files_of(case, clock)
    host, _, boot = machine_key().partition("@")
    here = Machine(host, boot, SOCKET)
    frame = Frame(clock, here.boot, Tmux.OK, True, "3.4", "", (tmux,), files, machine=here)
    sessions = sessions_of("local", frame, AGENTS)
    return Replayed(next(one for one in sessions if one.tmux), seen.screen)


def pane_of(case: Case, seen: PaneAgents, clock: float) -> Pane:
    """Return the pane of a case."""
    living = [node for node in case.processes if not node.depth and node.state != "Z"]
    children = tuple(clean(Path(node.command.split()[0]).name) for node in living)
    command = case.pane.command or next((Path(node.command.split()[0]).name for node in living), "sh")
    return Pane(
        PANE, "0.0", 1, command, clean(case.title), "/work", activity=clock - case.pane.silent, dead=case.pane.dead,
        children=children if command == "sh" else (), agents=seen.agents, screen=seen.screen,
    )  # fmt: skip


def files_of(case: Case, clock: float) -> tuple[StatusFile, ...]:
    """Return the status files: those of the case, or what the hook makes of its events."""
    if case.files:
        return tuple(read_status_file(NAME, in_seconds(text, clock).encode()) for text in case.files)
    text = status_file(case.agent, tuple(known_events(case)), clock)
    return (read_status_file(NAME, text),) if text else ()


def in_seconds(text: str, clock: float) -> str:
    """Return JSON with epoch times in place of "3.2 s ago", and with this machine in place of HERE."""
    host, _, boot = machine_key().partition("@")
    text = text.replace('"host": "HERE"', f'"host": "{host}"').replace('"boot": "HERE"', f'"boot": "{boot}"')
    return AGO.sub(lambda found: f"{clock - float(found[1]):.0f}", text)


def in_milliseconds(text: str, clock: float) -> str:
    """Return a state file with times as Claude Code writes them."""
    return IN_MILLISECONDS.sub(lambda found: f"{found[1]}{(clock - float(found[2])) * 1000:.0f}", text)


def known_events(case: Case) -> Iterator[Event]:
    """Yield the events of a case for which navi installs its hook."""
    yield from (event for event in case.events if case.agent != "claude" or event.name in EVENTS)


# ---- processes, state files and screens


def root_of(index: int) -> int:
    """Return the number of the shell in the pane of a case."""
    return (index + 1) * ROOM


def panes_of(cases: Sequence[Case], clocks: Sequence[float] = ()) -> Mapping[int, PaneAgents]:
    """Return the agents in the pane of each case, and what its screen shows, by the pane's process."""
    times = clocks or [CLOCK] * len(cases)
    agents = agents_of(cases)
    lines = [f"{TOKEN} agent {root} {line}" for root, found in agents.items() for line in found]
    output = "\n".join([*lines, ""]).encode()
    for index, case in enumerate(cases):
        numbers = [int(line.split(" ")[0]) for line in agents[root_of(index)]]
        output += b"".join(state_records(case, numbers, times[index]))
    shown = [(root_of(index), case) for index, case in enumerate(cases) if agents[root_of(index)]]
    output += judged_screens([(root, shown_name(agents[root]), case.screen) for root, case in shown])
    return read_agents(Answer(0, output, "", TOKEN).records())


def shown_name(lines: Sequence[str]) -> str:
    """Return the agent whose screen a pane shows: the first one that is neither suspended nor in another's tool."""
    fields = [line.split(" ", 4) for line in lines]
    return next((name for _, parent, _, state, name in fields if (parent, state) == ("0", "runs")), "")


def state_records(case: Case, processes: Sequence[int], clock: float) -> Iterator[bytes]:
    """Yield the records of the agents' own state files."""
    for number, text in zip(processes, case.states, strict=False):
        yield f"{TOKEN} state {number}\n{with_process(in_milliseconds(text, clock), number)}\n".encode()


def with_process(text: str, number: int) -> str:
    """Return a state file with the number of its process and its start, unless it names others or is not whole."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return json.dumps({"pid": number, "procStart": STARTED} | found) if isinstance(found, dict) else text


def agents_of(cases: Sequence[Case]) -> Mapping[int, list[str]]:
    """Return by pane what agents.sh finds: lines of process, parent, start, state and name."""
    script = (
        f"{link('look/agents')}navi_proc=/nowhere\n"
        'navi_list=$2\nps() { cat "$navi_list"; }\nnavi_describe_agents "$1"\nshift 2\nnavi_roots=$*\n'
        'for navi_root; do navi_find_agents "$navi_root"; printf "%s\\n%s" "$navi_root" "$navi_agents"; done\n'
    )
    roots = [root_of(index) for index in range(len(cases))]
    with tempfile.NamedTemporaryFile("w", prefix="navi-processes-") as listed:
        listed.write("".join(line for root, case in zip(roots, cases, strict=True) for line in listing(root, case)))
        listed.flush()
        command = ["dash", "-s", "--", describe(AGENTS), listed.name, *map(str, roots)]
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == ""
    return by_pane(done.stdout)


def by_pane(output: str) -> Mapping[int, list[str]]:
    """Return the lines behind the number of each pane."""
    found: dict[int, list[str]] = {}
    for line in output.splitlines():
        if line.isdigit():
            found[int(line)] = []
        else:
            next(reversed(found.values())).append(line)
    return found


def listing(root: int, case: Case) -> Iterator[str]:
    """Yield what ps prints of the shell in the pane of a case, and of the processes below it."""
    yield f"{root} 1 Ss sh\n"
    for index, (node, above) in enumerate(zip(case.processes, parents(case.processes), strict=True)):
        yield f"{root + 1 + index} {root + 1 + above} {node.state} {node.command}\n"


def judged_screens(screens: Iterable[tuple[int, str, str]], awk: str = AWKS[0]) -> bytes:
    """Return the records of screen.awk for screens: the pane's process, the agent and the text."""
    texts = [f"{TOKEN} capture {number} {agent}\n{text.rstrip()}\n" for number, agent, text in screens if agent]
    variables = os.environ | {"LC_ALL": "C", "navi_token": TOKEN, "navi_rules": describe(AGENTS)}
    text = "".join([*texts, f"{TOKEN} end\n"]).encode()
    command = [*awk_command(awk, program(awk)), "-f", str(SCRIPT)]
    done = subprocess.run(command, input=text, capture_output=True, env=variables, timeout=60, check=True)
    assert done.stderr == b""
    return done.stdout


# ---- events

ANSWER = """#!/bin/sh
for format; do :; done
printf '%s\\n' "$format" | sed -e "s/%s/$CASE_TIME/; s/#{pid}/{server}/; s/#{session_id}/{session}/" \\
    -e "s/#{session_name}/{name}/; s/#{pane_id}/{pane}/; s/#{[a-z_]*}//g"
"""
"""In place of tmux: it answers the hook's question with the time of the event."""


def status_file(agent: str, events: Sequence[Event], clock: float = CLOCK) -> bytes:
    """Return the status file that navi's hook writes when an agent sends these events; empty if there is none."""
    return _status_file(agent, tuple(map(event_text, events)), clock) if events else b""


@cache
def _status_file(agent: str, events: tuple[str, ...], clock: float) -> bytes:
    with hook() as folder:
        for event in map(parse_event, events):
            send(folder, agent, event, clock - event.ago)
        return written(folder)


def status_files(story: Story, clock: float) -> list[bytes]:
    """Return the status file after each moment of a story."""
    found = []
    with hook() as folder:
        for moment in story.moments:
            event = moment.event
            if event and (story.agent != "claude" or event.name in EVENTS):
                send(folder, story.agent, event, clock + moment.at)
            found.append(written(folder))
    return found


@contextmanager
def hook() -> Iterator[Path]:
    """Make a home with the hook that navi installs, and with something that answers in place of tmux."""
    answer = ANSWER
    for word, value in {"server": SERVER, "session": f"\\{SESSION}", "name": NAME, "pane": PANE}.items():
        answer = answer.replace(f"{{{word}}}", str(value))
    with tempfile.TemporaryDirectory(prefix="navi-events-") as name:
        write_program(Path(name, "bin", "tmux"), answer)
        write_program(Path(name, "hook"), hook_text())
        yield Path(name)


def written(folder: Path) -> bytes:
    """Return the status file in a home, empty if there is none."""
    path = folder / ".claude-sessions" / f"{NAME}.json"
    return path.read_bytes() if path.exists() else b""


def write_program(path: Path, text: str) -> None:
    """Write a program."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o700)


def send(folder: Path, agent: str, event: Event, time: float) -> None:
    """Run the hook with an event of that time. It must be silent and succeed."""
    environment = {
        "HOME": str(folder),
        "PATH": f"{folder}/bin:{SYSTEM_PATH}",
        "TMUX": f"{SOCKET},{SERVER},1",
        "TMUX_PANE": PANE,
        "CASE_TIME": str(int(time)),
        **event.variables,
    }
    content = json.dumps({"hook_event_name": event.name} | dict(event.content)).encode()
    command = ["dash", str(folder / "hook"), agent]
    done = subprocess.run(command, input=content, capture_output=True, timeout=60, env=environment, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
