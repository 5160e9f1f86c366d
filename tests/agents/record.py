"""Records what the real agents show and report in each of their states, as case files (case_file.py).

    python -m tests.agents.record claude            all states of Claude Code
    python -m tests.agents.record codex idle error  only these
    python -m tests.agents.record --all claude      with everything else that Claude Code reports

A screen becomes a file tests/agents/screens/AGENT/STATE.txt, with --all tests/agents/replayed/AGENT/STATE.txt; what a
narrow pane of 40 by 20 shows is in STATE.narrow.txt, a broad one of 170 by 45 in STATE.broad.txt, and a low one of 80
by 10 in STATE.low.txt. With --all an agent has hooks, which keep each event, and the file has these events, the agent's
state file and the pane's facts, too.

The status `-` means that the screen does not show it: the agent is about to start, suspended, or gone.
Names of the machine and random ids are replaced. A new version of an agent is recorded again, and test_screens.py and
test_case_replay.py tell what navi's rules no longer know.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.agents import case_tee
from tests.agents.agent import Agent
from tests.agents.case_file import Case, Event, Node, PaneFacts, case_text, parse_case
from tests.agents.case_scenes import ALL_AGENTS, ALL_SCENES
from tests.agents.claude import Claude
from tests.agents.scenes import AGENTS, SCENES, Scene
from tests.agents.service import Service
from tests.agents.versions import ROOT, version
from tests.agents.ways import has_answered
from tests.support.machines import Lab
from tests.support.processes import Process

LABS = tuple(Path(f"/tmp/navi-la{letter}") for letter in "cdefgh")
"""Folders for recording, one for each that is under way. All screens show /tmp/navi-lab, which is as long."""

SCREENS = ROOT / "tests/agents/screens"
"""Screens alone."""

REPLAYED = ROOT / "tests/agents/replayed"
"""Cases with everything that is known."""

SIZES: Mapping[str, tuple[int, int]] = {"": (110, 36), ".narrow": (40, 20), ".broad": (170, 45), ".low": (80, 10)}
"""By the end of a file's name, columns and rows of the pane. The first size is the usual one."""

SETTLES = 1.2
"""Seconds within which an agent has drawn all of a new state, or itself in another size."""

NEUTRAL: Mapping[str, str] = {
    r"/tmp/navi-la[c-h]\b": "/tmp/navi-lab",
    r"-tmp-navi-la[c-h]\b": "-tmp-navi-lab",
    r"\[PID \d+\]": "[PID 1000]",
    r"127\.0\.0\.1:\d+": "127.0.0.1:80000",
    re.escape(str(ROOT)): "/opt/navi",
    r"--max-old-space-size=\d+": "--max-old-space-size=8192",
    r"snapshot-(\w+)-\d+-\w+\.sh": r"snapshot-\1-0000000000000-aaaaaa.sh",
    r"/claude-\w{4}-cwd": "/claude-aaaa-cwd",
    r"toolu_\w+": "toolu_0",
}
"""By a pattern of what is different each time, what to write instead."""

PART_OF_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){1,3}-?[0-9a-f]*…")
"""One in a text that was cut."""

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Recorder(NamedTuple):
    """Who writes the files of an agent: into which folder, and where events are kept if everything counts."""

    agent: Agent
    folder: Path
    events: Path | None = None

    def kept(self) -> list[case_tee.Sent]:
        """Return the events so far."""
        return case_tee.events(self.events) if self.events else []


def main() -> int:
    """Record the states that the arguments name. Return 1 if one of them was not reached."""
    everything = sys.argv[1] == "--all"
    name, *states = sys.argv[1 + everything :]
    kind, scenes = (ALL_AGENTS[name], ALL_SCENES[name]) if everything else (AGENTS[name], SCENES[name])
    folder = (REPLAYED if everything else SCREENS) / name
    with recording_folder() as home, Lab(home) as lab, Service() as service, kind(lab.local, service.url) as agent:
        recorder = Recorder(agent, folder, home / "events" if everything else None)
        if recorder.events:
            case_tee.install(lab.local.home, recorder.events)
        wanted = [one for one in scenes if not states or one.state in states]
        return max([record(recorder, one) for one in wanted], default=0)


@contextmanager
def recording_folder() -> Iterator[Path]:
    """Make one of the folders for recording that nobody uses, and remove it in the end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else the agents stay
    folder = next(one for one in LABS if not one.exists())
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def record(recorder: Recorder, scene: Scene) -> int:
    """Bring the agent into a state, and write what it shows. Return 1 if it was not reached."""
    began, agent, before = time.monotonic(), recorder.agent, len(recorder.kept())
    try:
        reach(agent, scene)
        for end in ends(scene):
            resize(agent, *SIZES[end])
            case = case_of(agent, scene)
            case = with_everything(case, recorder, before) if recorder.events else case
            write(recorder.folder / f"{scene.state}{end}.txt", case)
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
    if scene.low:
        yield ".low"


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


def write(path: Path, case: Case) -> None:
    """Write the file of a case. What navi was known to be wrong about stays marked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        case = case._replace(wrong=parse_case(path.read_text()).wrong)
    path.write_text(neutral(case_text(case)))


def case_of(agent: Agent, scene: Scene) -> Case:
    """Return what an agent shows."""
    return Case(
        agent.name, (scene.status,), shown(agent), version=version(agent.name), state=scene.state,
        title=title_of(agent), processes=tuple(tree(agent)),
    )  # fmt: skip


def with_everything(case: Case, recorder: Recorder, before: int) -> Case:
    """Return the case with what else is known of the agent now; `before` counts the events before the scene."""
    now, agent = time.time(), recorder.agent
    kept = case_tee.since(recorder.kept(), before)
    events = tuple(one.event._replace(ago=max(0.0, round(now - one.time, 1))) for one in kept)
    case = case._replace(states=tuple(state_files(agent, now)), events=events, pane=pane_facts(agent, now))
    return case._replace(status=right_words(case), message=message_of(case), question=question_of(case))


def right_words(case: Case) -> tuple[str, ...]:
    """Return the right word: an agent at its prompt is done if its hook reported that last."""
    return ("done",) if case.status == ("idle",) and last_end(case) == "Stop" and case.states else case.status


def last_end(case: Case) -> str:
    """Return the last event of the conversation after which it is in another state."""
    return next((one.name for one in reversed(case.events) if ends_something(one)), "")


ENDS = ("Stop", "StopFailure", "SessionStart", "SessionEnd", "UserPromptSubmit", "PermissionRequest", "PostToolUse")


def ends_something(event: Event) -> bool:
    """Return whether an event is of the conversation in the terminal and changes its state."""
    return event.name in ENDS and not event.variables and event.content.get("source") != "compact"


def message_of(case: Case) -> str | None:
    """Return what the row must say: what was asked for, "" of an agent at work that has not spoken, else None."""
    if case.status == ("working",) and last_end(case) in ("UserPromptSubmit", "PostToolUse"):
        return ""
    asked = [one.content for one in case.events if one.name == "PermissionRequest"]
    return asked_for(asked[-1]) if asked and case.status in (("permission",), ("waiting",)) else None


QUESTIONS = re.compile(r"Do you want to .*?\?|Which colour\?|[Ee]xit plan mode\?|Yes, I trust this folder")


def question_of(case: Case) -> str | None:
    """Return the question of the last dialog on a screen, None if nothing is asked."""
    found = QUESTIONS.findall(case.screen)
    return found[-1] if found and case.status in (("permission",), ("waiting",)) else None


def asked_for(content: Mapping[str, Any]) -> str | None:
    """Return in words what a permission is for, or the question."""
    given = content["tool_input"]
    if content["tool_name"] == "Bash":
        return f"wants to run {given['command']}"
    if content["tool_name"] == "AskUserQuestion":
        return str(given["questions"][0]["question"])
    return f"wants to use {content['tool_name']}: {given['file_path']}" if "file_path" in given else None


KEPT = ("status", "waitingFor", "statusUpdatedAt", "sessionId", "kind")
"""Fields of Claude Code's state file that are kept."""


def state_files(agent: Agent, now: float) -> Iterator[str]:
    """Yield what the agents in the pane report of themselves."""
    for process in agent.processes():
        found = agent.file(process) if isinstance(agent, Claude) else {}
        state = {name: found[name] for name in KEPT if name in found}
        since = state.get("statusUpdatedAt")
        if isinstance(since, int):
            state["statusUpdatedAt"] = f"{max(0.0, now - since / 1000):.1f} s ago"
        if state:
            yield json.dumps(state)


def pane_facts(agent: Agent, now: float) -> PaneFacts:
    """Return what tmux says of the pane."""
    formats = "#{pane_current_command} #{window_activity} #{pane_width} #{pane_height} #{pane_in_mode}"
    words = agent.account.tmux("display-message", "-p", "-t", f"={agent.session}:", formats).split()
    return PaneFacts(words[0], float(max(0, int(now) - int(words[1]))), int(words[2]), int(words[3]), words[4] == "1")


def title_of(agent: Agent) -> str:
    """Return the title of the pane, "" if it is the one that tmux gives to all."""
    title = agent.account.tmux("display-message", "-p", "-t", f"={agent.session}:", "#{pane_title}")
    return title if title != machine(agent) else ""


def shown(agent: Agent) -> str:
    """Return the screen without blanks at the ends of lines, and without empty lines at its end. It may have NBSPs."""
    return shown_lines(agent.screen())


def shown_lines(screen: str) -> str:
    """Return what a pane shows without blanks at the ends of lines, and without empty lines at its end."""
    return "\n".join(line.rstrip(" ") for line in screen.split("\n")).rstrip("\n") + "\n"


def machine(agent: Agent) -> str:
    """Return the title that tmux gives to a pane without one."""
    return agent.account.tmux("display-message", "-p", "#{host}")


def tree(agent: Agent) -> Iterator[Node]:
    """Yield the processes of the pane, each before those that it started."""
    every = agent.processes()
    known = {one.pid for one in every}
    yield from _below([one for one in every if one.parent not in known], every, 0)


def _below(some: list[Process], every: list[Process], depth: int) -> Iterator[Node]:
    for one in some:
        yield Node(depth, one.state, command(one))
        yield from _below([other for other in every if other.parent == one.pid], every, depth + 1)


def command(process: Process) -> str:
    """Return the command line of a process, short and in one line."""
    words = " ".join(process.words.split())
    return words if len(words) < 150 else words[:150] + "…"


def neutral(text: str) -> str:
    """Return a text without what is different each time. Different ids stay different."""
    known: dict[str, int] = {}
    text = UUID.sub(lambda found: f"00000000-0000-4000-8000-{known.setdefault(found[0], len(known)):012}", text)
    text = PART_OF_UUID.sub("…", text)
    for pattern, instead in NEUTRAL.items():
        text = re.sub(pattern, instead, text)
    return text


if __name__ == "__main__":
    sys.exit(main())
