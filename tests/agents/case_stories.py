"""Records what the real agents show and report over some seconds, as story files (case_story.py).

    python -m tests.agents.case_stories claude                 all of STORIES
    python -m tests.agents.case_stories claude allowed refused only these
    python -m tests.agents.case_stories codex                  all of COMMON

A thread looks at the agent all the time, while a user works with it. What differs only in a spinner or a number that
counts is seen once.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.agents import case_tee
from tests.agents.agent import Agent
from tests.agents.case_file import PaneFacts
from tests.agents.case_story import Moment, Story, parse_statuses, story_text
from tests.agents.claude import Claude
from tests.agents.record import KEPT, Recorder, machine, neutral, recording_folder, shown_lines, tree
from tests.agents.scenes import AGENTS
from tests.agents.service import Service
from tests.agents.versions import ROOT, version
from tests.agents.ways import (
    asks_a_question,
    asks_for_permission,
    fails,
    has_answered,
    is_continued,
    is_interrupted,
    is_killed_at_work,
    is_refused,
    shows_a_menu,
)
from tests.support.machines import Lab

FOLDER = ROOT / "tests/agents/stories"

SIZE = ("64", "18")
"""Columns and rows: enough for every dialog, and not much to read."""

PAUSE = 0.08
"""Seconds between two looks."""

MOVING = re.compile(r"[\d.]+k?|[\u2800-\u28ff]|^[·✢✳✶✻✽*] ", re.MULTILINE)
"""What moves while nothing happens: numbers and spinners."""


SINCE = re.compile(r'("statusUpdatedAt": )(\d+)')


class Planned(NamedTuple):
    """A story to record: what it is about, what its user does, and the statuses that are right."""

    about: str
    way: Callable[[Any], None]
    statuses: str


class Looking:
    """A thread that looks at an agent, and keeps what is new."""

    def __init__(self, recorder: Recorder) -> None:
        self.moments: list[Moment] = []
        self._recorder = recorder
        self._began = time.time()
        self._last: object = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._ended.wait(PAUSE):
            moment = self.look()
            still = (MOVING.sub("0", f"{moment.title}\n{moment.screen}"), moment.states, moment.processes)
            if still != self._last:
                self.moments.append(moment)
                self._last = still

    def look(self) -> Moment:
        """Return what there is to be seen now."""
        agent = self._recorder.agent
        now = time.time()
        target = f"={agent.session}:"
        text = agent.account.tmux(
            "display-message", "-p", "-t", target, "#{window_activity}\t#{pane_current_command}\t#{pane_title}", ";",
            "capture-pane", "-p", "-t", target,
        )  # fmt: skip
        head, _, screen = text.partition("\n")
        activity, command, title = head.split("\t", 2)
        title = title if title != machine(agent) else ""
        processes = tuple(one._replace(state="S") if one.state in "RD" else one for one in tree(agent))
        facts = PaneFacts(command, float(max(0, int(now) - int(activity))))
        return Moment(now - self._began, title, facts, self._states(), processes, shown_lines(screen))

    def _states(self) -> tuple[str, ...]:
        agent = self._recorder.agent
        if not isinstance(agent, Claude):
            return ()
        found = (agent.file(process) for process in agent.processes())
        states = ({name: file[name] for name in KEPT if name in file} for file in found)
        return tuple(self._in_story(json.dumps(state)) for state in states if state)

    def _in_story(self, text: str) -> str:
        """Return a state file with times of the story."""
        began = self._began
        return SINCE.sub(lambda since: f'{since[1]}"at {int(since[2]) / 1000 - began:.1f} s"', text)

    def events(self, before: int) -> Iterator[Moment]:
        """Yield the events, those before the story, too, as far as they belong to its conversation."""
        for one in case_tee.since(self._recorder.kept(), before):
            yield Moment(one.time - self._began, event=one.event)

    def whole(self, before: int) -> tuple[Moment, ...]:
        """Return all moments, oldest first, each with nothing but what is new."""
        every = sorted([*self.moments, *self.events(before)], key=lambda one: one.at)
        return tuple(news(every))


def news(moments: list[Moment]) -> Iterator[Moment]:
    """Yield the moments without what is as before."""
    seen: dict[str, object] = {}
    for one in moments:
        known = {name: value for name, value in one._asdict().items() if name not in ("at", "event")}
        old: dict[str, Any] = {name: None for name, value in known.items() if seen.get(name, seen) == value}
        yield one._replace(**old)
        seen |= {name: value for name, value in known.items() if value is not None}


# ---- what users do


def steps(*ways: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return the way that goes one after the other, and then waits a little."""

    def way(agent: Agent) -> None:
        for one in ways:
            one(agent)
            time.sleep(1.5)

    return way


def enters(text: str) -> Callable[[Any], None]:
    """Return the way that enters a prompt."""
    return lambda agent: agent.enter(text)


def presses(*keys: str) -> Callable[[Any], None]:
    """Return the way that presses keys."""
    return lambda agent: agent.keys(*keys)


def until(truth: str) -> Callable[[Any], None]:
    """Return the way that waits until something is true."""
    return lambda agent: agent.until(truth)


def shows(pattern: str) -> Callable[[Any], None]:
    """Return the way that waits until the screen shows something."""
    return lambda agent: agent.shows(pattern)


def is_resumed(agent: Claude) -> None:
    """Start it again in its conversation, after it was killed."""
    agent.repair_terminal()
    agent.enter(f"cd {agent.work} && clear && claude --continue")
    agent.until("idle")


def refuses(agent: Agent) -> None:
    """Press the keys that refuse, interrupt or close something."""
    agent.refuses()


def is_started(agent: Agent) -> None:
    """Start it, after it was killed."""
    agent.repair_terminal()
    agent.start()


def asks_twice(agent: Agent) -> None:
    """Let it ask for permission twice in one turn, and allow both."""
    agent.enter("bash: touch one ;; bash: touch two")
    agent.until("permission")
    time.sleep(1)
    agent.keys("Enter")
    agent.shows("touch two")
    agent.until("permission")
    time.sleep(1)
    agent.keys("Enter")
    agent.until("idle")


STORIES: Mapping[str, Planned] = {
    "answers": Planned("it answers", has_answered, "done, working, done"),
    "allowed": Planned(
        "it asks whether a command may run, and the user allows it",
        steps(asks_for_permission, presses("Enter"), presses("Escape"), until("idle")),
        "done, working, permission, working, idle",
    ),
    "asks-twice": Planned(
        "it asks twice in one turn", asks_twice, "done, working, permission, working, permission, working, done"
    ),
    "refused": Planned("the user refuses a command", is_refused, "done, working, permission, idle"),
    "interrupted": Planned("the user interrupts an answer", is_interrupted, "done, working, idle"),
    "queued": Planned(
        "the user enters a second prompt while it answers the first",
        steps(enters("slow: 4"), enters("say: second"), shows("● second"), until("idle")),
        "done, working, done, working, done or done, working, done",
    ),
    "question": Planned(
        "it asks a question, and the user answers",
        steps(asks_a_question, presses("Enter"), until("idle")),
        "done, working, waiting, working, done",
    ),
    "background-agent": Planned(
        "a subagent works on after the turn, and reports",
        steps(enters("detach: slow: 6"), shows("finished"), until("idle")),
        "done, working, done",
    ),
    "background-command": Planned(
        "a command runs on after the turn",
        steps(enters("background: sleep 6"), until("background"), until("idle")),
        "done, working, done, working, done",
    ),
    "subagent-asks": Planned(
        "a subagent asks whether a command may run, and the user allows it",
        steps(enters("task: bash: touch sub"), until("permission"), presses("Enter"), until("idle")),
        "done, working, permission, working, done",
    ),
    "shell-command": Planned(
        "the user runs a command of the shell", steps(enters("!sleep 3"), until("working"), until("idle")),
        "done, working, done",
    ),
    "retries": Planned(
        "the service fails twice, and then answers",
        steps(enters("error: 2"), shows("service is back"), until("idle")),
        "done, working, done",
    ),
    "fails": Planned("the service refuses a request", fails, "done, working, error"),
    "menu": Planned("the user opens a menu, and closes it", steps(shows_a_menu, presses("Escape"), until("idle")),
                 "done, waiting, done"),
    "suspended": Planned("the user suspends and continues it", is_continued, "done, stopped, done"),
    "killed": Planned("it is killed at work, and resumed", steps(is_killed_at_work, is_resumed),
                   "done, working, stopped, working, idle"),
    "nested": Planned(
        "a command of a tool runs another Claude Code",
        steps(enters("bash: claude -p 'slow: 3'"), until("permission"), presses("Enter"), until("idle")),
        "done, working, permission, working, done",
    ),
}  # fmt: skip
"""By the name of its file, each story. It begins at the prompt of an agent that has just answered."""


COMMON: Mapping[str, Planned] = {
    "answers": Planned("it answers", has_answered, "idle, working, idle"),
    "allowed": Planned(
        "it asks whether a command may run, and the user allows it, and then interrupts it",
        steps(asks_for_permission, presses("Enter"), until("working"), refuses, until("idle")),
        "idle, working, permission, working, idle",
    ),
    "asks-twice": Planned(
        "it asks twice in one turn", asks_twice, "idle, working, permission, working, permission, working, idle"
    ),
    "refused": Planned("the user refuses a command", is_refused,
                       "idle, working, permission, idle or idle, working, permission, working, idle"),
    "interrupted": Planned("the user interrupts an answer", is_interrupted, "idle, working, idle"),
    "question": Planned(
        "it asks a question, and the user answers",
        steps(asks_a_question, presses("Enter"), until("idle")),
        "idle, working, waiting, working, idle",
    ),
    "fails": Planned("the service refuses a request", fails, "idle, working, error or idle, error"),
    "menu": Planned("the user opens a menu, and closes it", steps(shows_a_menu, refuses, until("idle")),
                    "idle, waiting, idle"),
    "suspended": Planned("the user suspends and continues it", is_continued, "idle, stopped, idle"),
    "killed": Planned("it is killed at work, and started again", steps(is_killed_at_work, is_started),
                      "idle, working, unknown, working, idle"),
}  # fmt: skip
"""The same of agents without hooks."""


def main() -> int:
    """Record the stories that the arguments name. Return 1 if one of them failed."""
    name, *names = sys.argv[1:]
    stories = STORIES if name == "claude" else COMMON
    kind = AGENTS[name]
    with recording_folder() as home, Lab(home) as lab, Service() as service, kind(lab.local, service.url) as agent:
        recorder = Recorder(agent, FOLDER, home / "events" if name == "claude" else None)
        if recorder.events:
            case_tee.install(lab.local.home, recorder.events)
        agent.start()
        agent.account.tmux("resize-window", "-t", f"={agent.session}:", "-x", SIZE[0], "-y", SIZE[1])
        return max(record(recorder, one, stories[one]) for one in names or stories)


def record(recorder: Recorder, name: str, planned: Planned) -> int:
    """Record one story. Return 1 if it failed."""
    agent = recorder.agent
    try:
        agent.ready()
        before = len(recorder.kept())
        has_answered(agent)
        time.sleep(2.5)
        with Looking(recorder) as looking:
            time.sleep(1)
            planned.way(agent)
            time.sleep(3)
        moments = looking.whole(before)
    except AssertionError:
        print(f"{name}: {traceback.format_exc(limit=-3)}", file=sys.stderr)
        return 1
    story = Story(name, agent.name, version(agent.name), planned.about, parse_statuses(planned.statuses), moments)
    recorder.folder.mkdir(parents=True, exist_ok=True)
    (recorder.folder / f"{agent.name}-{name}.txt").write_text(neutral(story_text(story)))
    print(f"{name}: {len(moments)} moments", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
