"""Story files: what an agent showed and reported over some seconds, and which statuses navi must show meanwhile. Pure.

    agent: claude
    version: 2.1.197
    story: it asks whether a command may run, and the user allows it
    statuses: done, working, permission, working, done

    at: 0.0 s
    title: ✳ Scripted
    pane: silent for 1.0 s
    state file: {"status": "idle", "statusUpdatedAt": "at -2.0 s"}
    processes: S claude
    |❯ a line of the screen begins with a bar

    at: 1.1 s
    event: UserPromptSubmit {"prompt": "bash: touch x"}

Lines are those of case files (case_file.py), and what a moment does not mention is as before. Events that came before
the story are moments before 0. Nothing but `statuses` may be shown, in that order, and no other word in between. What
is short may be shown or not: then there are several such sequences, with "or" between them. A line `wrong: why` says
that navi is known to show something else, and `wrong without events: why` that it does so without that evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.agents.case_file import (
    Case,
    CaseError,
    Event,
    Node,
    PaneFacts,
    event_text,
    fields_of,
    pane_text,
    parse_event,
    parse_pane,
    parse_processes,
    processes_text,
)

AT = re.compile(r'"at (-?[\d.]+) s"')
TIME = re.compile(r"(-?[\d.]+) s")


WRONG = "wrong"


class Moment(NamedTuple):
    """What was seen at a time, or an event. None means: as before."""

    at: float
    title: str | None = None
    pane: PaneFacts | None = None
    states: tuple[str, ...] | None = None
    processes: tuple[Node, ...] | None = None
    screen: str | None = None
    event: Event | None = None


class Story(NamedTuple):
    """Moments of an agent, oldest first, and the sequences of statuses that are right.

    `wrong` says why navi is wrong, by what is left out: "" for nothing, "without events" and so on.
    """

    name: str
    agent: str
    version: str
    story: str
    statuses: tuple[tuple[str, ...], ...]
    moments: tuple[Moment, ...]
    wrong: Mapping[str, str] = {}


# ---- reading


def read_story(path: Path) -> Story:
    """Return the story in a file, named after it. Raises CaseError."""
    try:
        return parse_story(path.read_text(), path.stem)
    except CaseError as error:
        raise CaseError(f"{path}: {error}") from error


def parse_story(text: str, name: str = "") -> Story:
    """Return the story that a text describes. Raises CaseError."""
    first, *others = text.rstrip("\n").split("\n\n")
    head = dict(fields_of(first.splitlines()))
    missing = {"agent", "version", "story", "statuses"} - head.keys()
    if missing:
        raise CaseError(f"missing: {', '.join(sorted(missing))}")
    moments = tuple(parse_moment(one.splitlines()) for one in others)
    statuses = parse_statuses(head["statuses"])
    wrong = {field.removeprefix(WRONG).strip(): value for field, value in head.items() if field.startswith(WRONG)}
    return Story(name, head["agent"], head["version"], head["story"], statuses, moments, wrong)


def parse_statuses(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the right sequences of statuses."""
    return tuple(tuple(one.split(", ")) for one in text.split(" or "))


def parse_moment(lines: Sequence[str]) -> Moment:
    """Return the moment in a block of lines. Raises CaseError."""
    shown = [line.removeprefix("|") for line in lines if line.startswith("|")]
    fields = list(fields_of(line for line in lines if not line.startswith("|")))
    one = dict(fields)
    at = TIME.fullmatch(one.get("at", ""))
    if not at:
        raise CaseError(f"a moment begins with its time, such as `at: 1.5 s`, not so: {lines[:1]}")
    states = tuple(value for name, value in fields if name == "state file")
    return Moment(
        float(at[1]),
        one.get("title"),
        parse_pane(one["pane"]) if "pane" in one else None,
        tuple(filter(None, states)) if states else None,
        tuple(parse_processes(one["processes"])) if "processes" in one else None,
        "".join(f"{line}\n" for line in shown) if shown else None,
        parse_event(one["event"]) if "event" in one else None,
    )


# ---- writing


def story_text(story: Story) -> str:
    """Return the text of a story file."""
    head = {"agent": story.agent, "version": story.version, "story": story.story}
    head |= {"statuses": " or ".join(", ".join(one) for one in story.statuses)}
    head |= {f"{WRONG} {without}".rstrip(): why for without, why in story.wrong.items()}
    blocks = [[f"{name}: {value}" for name, value in head.items()], *(list(_lines(one)) for one in story.moments)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _lines(moment: Moment) -> Iterator[str]:
    yield f"at: {moment.at:.1f} s"
    if moment.title is not None:
        yield f"title: {moment.title}".rstrip()
    if moment.pane is not None:
        yield f"pane: {pane_text(moment.pane)}".rstrip()
    if moment.states is not None:
        yield from (f"state file: {text}".rstrip() for text in moment.states or ("",))
    if moment.processes is not None:
        yield f"processes:{processes_text(moment.processes)}"
    if moment.screen is not None:
        yield from (f"|{line}" for line in moment.screen.splitlines() or [""])
    if moment.event is not None:
        yield f"event: {event_text(moment.event).partition(' s ago ')[2]}"


# ---- the cases of a story


def cases_of(story: Story) -> Iterator[tuple[float, Case]]:
    """Yield the time and the case of each moment, without its events: all that was to be seen by then."""
    case = Case(story.agent, (), "", name=story.name)
    for moment in story.moments:
        news: dict[str, Any] = {name: value for name in SEEN if (value := getattr(moment, name)) is not None}
        case = case._replace(**news)
        yield moment.at, case._replace(states=tuple(since(text, moment.at) for text in case.states))


SEEN = ("title", "pane", "states", "processes", "screen")
"""What moments and cases have in common."""


def since(text: str, now: float) -> str:
    """Return JSON in which times of a story are written as ages."""
    return AT.sub(lambda found: f'"{max(0.0, now - float(found[1])):.1f} s ago"', text)
