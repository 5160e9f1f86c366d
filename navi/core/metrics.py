"""An agent's usage: time and tools, as its hook counts them in the status file, and tokens."""

from collections.abc import Mapping
from typing import NamedTuple

from navi.core.model import Session
from navi.core.text import clean

LONGEST_SPAN = 1e10
"""Longest plausible time span, in seconds."""

LONGEST_NAME = 60
"""Maximum length of a tool's name, in characters."""

MOST_TOOLS = 500
MOST_RECENT = 10

STATES = {"working": "working", "waiting": "waiting", "permission": "waiting"}
"""Which state a status's time counts towards; all other statuses count as `other`."""


class WorkTimes(NamedTuple):
    """A session's time in seconds: in total, and the parts spent working and waiting for a person.

    `started` is when the hook began to count (host's epoch time), or None if it did not say.
    """

    started: float | None
    total: float
    working: float
    waiting: float

    @property
    def other(self) -> float:
        """Seconds in which it neither worked nor waited."""
        return self.total - self.working - self.waiting

    def share(self, seconds: float) -> float:
        """Return a number of seconds as a share of the total, from 0 to 1."""
        return seconds / self.total if self.total else 0.0


class Metrics(NamedTuple):
    """What the hook has counted. `tools` has names and use counts, most used first; `recent` has the last tools used,
    latest first. Names are cleaned.
    """

    times: WorkTimes | None = None
    tools: tuple[tuple[str, int], ...] = ()
    recent: tuple[str, ...] = ()


class Tokens(NamedTuple):
    """The tokens that a conversation has used, in `messages` messages. `input` excludes `cache_read` and
    `cache_written`. `skipped` counts invalid lines in its transcripts; `left` counts the bytes still to be read.
    """

    input: int
    output: int
    cache_read: int
    cache_written: int
    messages: int = 0
    skipped: int = 0
    left: int = 0

    @property
    def partial(self) -> bool:
        """Whether transcripts remain to be read by another request."""
        return self.left > 0


def metrics_of(session: Session, clock: float) -> Metrics | None:
    """Return the times and tools in a session's status file, or None if it has none.

    `clock` is the host's time (epoch). The file counts time up to the last event. Time since then is added to the
    current state if the hook's status still holds: not if the pane contradicts it or the session is gone. Invalid
    values are left out.
    """
    written = _mapping(session.file.fields if session.file else {}, "metrics")
    times = _times(_mapping(written, "time"))
    tools = _mapping(written, "tools")
    found = Metrics(times and _go_on(times, session, clock), _counts(_mapping(tools, "counts")), _recent(tools))
    return found if found != Metrics() else None


def session_id(session: Session) -> str:
    """Return the agent's own id of the session's conversation, or ""."""
    if session.conversation and session.conversation.id:
        return session.conversation.id
    value = session.file.fields.get("session_id") if session.file else None
    return value if isinstance(value, str) else ""


def short_number(number: float) -> str:
    """Format a number in few characters: `999`, `12.3k`, `456k`, `7.8M`."""
    for unit in ("", "k", "M", "G"):
        if number < 999.5:
            return f"{number:.0f}{unit}" if not unit or number >= 99.95 else f"{number:.1f}{unit}"
        number /= 1000
    return f"{number:.1f}T"


# ---- reading


def _mapping(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: object, most: float) -> float:
    """Return a number from 0 to `most`, or 0 for anything else, such as JSON's NaN."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
    return float(value) if usable else 0.0  # type: ignore[arg-type]


def _times(written: Mapping[str, object]) -> WorkTimes | None:
    total, working, waiting = (
        _number(written.get(f"{name}_seconds"), LONGEST_SPAN) for name in ("total", "working", "waiting")
    )
    started = _number(written.get("started"), 1e11) or None
    if started is None and not (total or working or waiting):
        return None
    return WorkTimes(started, max(total, working + waiting), working, waiting)


def _go_on(times: WorkTimes, session: Session, clock: float) -> WorkTimes:
    file, status = session.file, session.status
    if file is None or file.timestamp is None or session.tmux is None:
        return times
    if status.word != (file.status or "unknown") or status.agent or file.status == "offline":
        return times
    counted = max(file.timestamp, (times.started or 0.0) + times.total)
    passed = min(max(0.0, clock - counted), LONGEST_SPAN)
    state = STATES.get(file.status)
    return WorkTimes(
        times.started,
        times.total + passed,
        times.working + (passed if state == "working" else 0),
        times.waiting + (passed if state == "waiting" else 0),
    )


def _counts(written: Mapping[str, object]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for name, count in written.items():
        tool, often = _tool(name), int(_number(count, 1e15))
        if tool and often:
            found[tool] = found.get(tool, 0) + often
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:MOST_TOOLS])


def _recent(tools: Mapping[str, object]) -> tuple[str, ...]:
    written = tools.get("recent")
    names = [_tool(name) for name in written[:MOST_RECENT]] if isinstance(written, list) else []
    return tuple(name for name in names if name)


def _tool(name: object) -> str:
    return clean(name[: 4 * LONGEST_NAME])[:LONGEST_NAME].strip() if isinstance(name, str) else ""
