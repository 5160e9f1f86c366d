"""Case files: what an agent showed and reported at one moment, and what navi must say about it. Pure.

    # a comment
    agent: claude
    version: 2.1.197
    state: permission                    how the agent got there, in a word or two
    status: permission                   navi's right word; several with "or" between them; "-" is explained below
    message: wants to run touch x        what the row must say; not checked if the line is missing
    question: Do you want to proceed?    the line of the dialog that asks; navi's rule must look for it
    wrong: why                           navi is known to be wrong here, and the test must fail
    title: ✳ Scripted
    pane: command claude, silent for 4 s, 110 by 36, copy mode
    state file: {"status": "waiting", "waitingFor": "permission prompt", "statusUpdatedAt": "3.2 s ago"}
    status file: {"status": "permission", "timestamp": "3 s ago"}
    event: 3.4 s ago PermissionRequest {"tool_name": "Bash", "tool_input": {"command": "touch x"}}
    processes:
      S claude
        S /bin/bash -c make
          S make

    The screen follows the first empty line, as tmux shows it.

Only `agent` and `status` must be there. The processes are those below the pane's shell, each with its state and its
command line; an indented one was started by the one above it. A chain can also be in the first line, with " > " between
its processes. Several agents have several state files, in the order of their processes; a number of a process and its
start are added unless they are there. The status file is what an agent's hook wrote. An event is what an agent gave to
its hook, with the time before the screen; words NAME=VALUE before the object are of the hook's environment. Times in
JSON are written "3.2 s ago".

The status "-" is for a screen that says nothing: the agent is about to start, suspended or gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

UNSEEN = "-"
"""The status of a screen that says nothing."""

STEP = "  "
"""What a process is indented by, beyond the one that started it."""

CHAIN = re.compile(r" > (?=[A-Z] )")
EVENT = re.compile(r"(?:(?P<ago>[\d.]+) s ago )?(?P<name>[\w.]+)(?P<variables>(?: \w+=\S*)*) (?P<content>\{.*)")
SILENT = re.compile(r"silent for ([\d.]+) s")
SIZE = re.compile(r"(\d+) by (\d+)")
COMMAND = re.compile(r"command (\S+)")


class CaseError(ValueError):
    """A case file can't be read; the text says why."""


class Event(NamedTuple):
    """What an agent gave to its hook so many seconds before the screen was seen. `variables` are of its environment."""

    name: str
    content: Mapping[str, object]
    ago: float = 0.0
    variables: Mapping[str, str] = {}


class Node(NamedTuple):
    """A process: how deep it is below the pane's shell (0: started by it), its state and its command line."""

    depth: int
    state: str
    command: str


class PaneFacts(NamedTuple):
    """What tmux knows of a pane. The command is "" if it follows from the processes."""

    command: str = ""
    silent: float = 3.0
    columns: int = 0
    rows: int = 0
    copy_mode: bool = False
    dead: bool = False


class Case(NamedTuple):
    """One moment of an agent. `status` has the right words; message and question are None if they are not checked."""

    agent: str
    status: tuple[str, ...]
    screen: str
    name: str = ""
    version: str = ""
    state: str = ""
    title: str = ""
    message: str | None = None
    question: str | None = None
    wrong: str = ""
    pane: PaneFacts = PaneFacts()
    states: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    processes: tuple[Node, ...] = ()
    comments: tuple[str, ...] = ()


# ---- reading


def read_case(path: Path, below: Path) -> Case:
    """Return the case in a file, named after its path below a folder. Raises CaseError."""
    try:
        return parse_case(path.read_text(), str(path.relative_to(below)).removesuffix(".txt"))
    except CaseError as error:
        raise CaseError(f"{path}: {error}") from error


def parse_case(text: str, name: str = "") -> Case:
    """Return the case that a text describes. Raises CaseError."""
    head, _, screen = text.partition("\n\n")
    fields = list(fields_of(head.splitlines()))
    one = dict(fields)
    unknown = one.keys() - KNOWN
    if unknown:
        raise CaseError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(KNOWN)}")
    missing = {"agent", "status"} - one.keys()
    if missing:
        raise CaseError(f"missing: {', '.join(sorted(missing))}")
    return Case(
        agent=one["agent"],
        status=tuple(one["status"].split(" or ")),
        screen=screen,
        name=name,
        version=one.get("version", ""),
        state=one.get("state", ""),
        title=one.get("title", ""),
        message=one.get("message"),
        question=one.get("question"),
        wrong=one.get("wrong", ""),
        pane=parse_pane(one.get("pane", "")),
        states=tuple(value for field, value in fields if field == "state file"),
        files=tuple(value for field, value in fields if field == "status file"),
        events=tuple(parse_event(value) for field, value in fields if field == "event"),
        processes=tuple(parse_processes(one.get("processes", ""))),
        comments=tuple(value for field, value in fields if field == "#"),
    )


KNOWN = (
    "agent", "version", "state", "status", "message", "question", "wrong", "title", "pane", "state file",
    "status file", "event", "processes", "#",
)  # fmt: skip
"""The names of lines."""


def fields_of(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each line; indented lines belong to the one above. A comment's name is "#"."""
    found: list[list[str]] = []
    for line in lines:
        if line.startswith(STEP) and found:
            found[-1][1] += f"\n{line}"
            continue
        name, _, value = line.partition(":") if not line.startswith("#") else ("#", "", line[1:])
        found.append([name, value.strip()])
    yield from ((name, value) for name, value in found)


def parse_pane(text: str) -> PaneFacts:
    """Return what a line says of a pane."""
    silent, size, command = SILENT.search(text), SIZE.search(text), COMMAND.search(text)
    return PaneFacts(
        command[1].rstrip(",") if command else "",
        float(silent[1]) if silent else PaneFacts().silent,
        *((int(size[1]), int(size[2])) if size else (0, 0)),
        copy_mode="copy mode" in text,
        dead=bool(re.search(r"\bdead\b", text)),
    )


def parse_event(text: str) -> Event:
    """Return the event in a line. Raises CaseError."""
    found = EVENT.fullmatch(text)
    if not found:
        raise CaseError(f"this is no event: {text[:80]}")
    variables = dict(word.split("=", 1) for word in found["variables"].split())
    try:
        content = json.loads(found["content"])
    except ValueError as error:
        raise CaseError(f"the event {found['name']} has no JSON object: {error}") from error
    return Event(found["name"], content, float(found["ago"] or 0), variables)


def parse_processes(text: str) -> Iterator[Node]:
    """Yield the processes of a chain in one line, or of a tree in the indented lines below. Raises CaseError."""
    first, *others = text.split("\n")
    if first and others:
        raise CaseError("processes are either in the first line or below it")
    for depth, part in enumerate(CHAIN.split(first) if first else []):
        yield _node(depth, part)
    for line in others:
        part = line.removeprefix(STEP)
        yield _node((len(part) - len(part.lstrip(" "))) // len(STEP), part.lstrip(" "))


def _node(depth: int, text: str) -> Node:
    state, _, command = text.partition(" ")
    if not (len(state) == 1 and state.isupper()):
        raise CaseError(f"a process begins with the letter of its state, not so: {text[:80]}")
    return Node(depth, state, command)


# ---- writing


def case_text(case: Case) -> str:
    """Return the text of a case file."""
    return "".join(f"{line}\n" for line in _head(case)) + "\n" + case.screen


def _head(case: Case) -> Iterator[str]:
    yield from (f"# {comment}".rstrip() for comment in case.comments)
    yield f"agent: {case.agent}"
    yield from _optional("version", case.version)
    yield from _optional("state", case.state)
    yield f"status: {' or '.join(case.status)}"
    yield from (f"{name}: {value}".rstrip() for name, value in
                (("message", case.message), ("question", case.question)) if value is not None)  # fmt: skip
    yield from _optional("wrong", case.wrong)
    yield f"title: {case.title}".rstrip()
    yield from _optional("pane", pane_text(case.pane))
    yield from (f"state file: {text}" for text in case.states)
    yield from (f"status file: {text}" for text in case.files)
    yield from (f"event: {event_text(event)}" for event in case.events)
    yield f"processes:{processes_text(case.processes)}"


def _optional(name: str, value: str) -> Iterator[str]:
    if value:
        yield f"{name}: {value}"


def pane_text(pane: PaneFacts) -> str:
    """Return what is special about a pane, "" for nothing."""
    usual = PaneFacts()
    words = [f"command {pane.command}"] if pane.command else []
    words += [f"silent for {pane.silent:.1f} s"] if pane.silent != usual.silent else []
    words += [f"{pane.columns} by {pane.rows}"] if pane.columns else []
    words += ["copy mode"] if pane.copy_mode else []
    words += ["dead"] if pane.dead else []
    return ", ".join(words)


def event_text(event: Event) -> str:
    """Return the line of an event."""
    words = [f"{event.ago:.1f} s ago", event.name, *(f"{name}={value}" for name, value in event.variables.items())]
    return " ".join([*words, json.dumps(event.content, ensure_ascii=False)])


def processes_text(nodes: Sequence[Node]) -> str:
    """Return one process behind a blank, and more as a tree in lines of their own."""
    if len(nodes) < 2:
        return "".join(f" {node.state} {node.command}" for node in nodes)
    return "".join(f"\n{STEP * (1 + node.depth)}{node.state} {node.command}" for node in nodes)


def parents(nodes: Iterable[Node]) -> list[int]:
    """Return for each process the index of the one that started it, -1 for the shell."""
    above: list[int] = []
    found = []
    for index, node in enumerate(nodes):
        del above[node.depth :]
        found.append(above[-1] if above else -1)
        above += [index] * (node.depth + 1 - len(above))
    return found


def without_repeats(words: Iterable[str]) -> list[str]:
    """Return words without those that are the same as the one before."""
    return [word for word, _ in groupby(words)]
