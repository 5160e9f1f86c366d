"""What a session looks like in the list. Pure: takes a session, returns lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from navi.core.listing import asks_person, group_of
from navi.core.model import AgentStatus, HeadlessAgent, Session
from navi.core.text import age, age_lasts, clean, short_path
from navi.tui.list.density import height_of as lines_of
from navi.tui.paint import Line, Segment, columns_of, fit, justify, width_of
from navi.tui.theme import Glyphs, flashing, lit, status_style

LEAST_LABEL, MOST_LABEL = 10, 60
"""Characters of a title: it leaves room for host and badge."""

BEFORE_NAME = 5
"""Columns of the signs before a name."""

LEAST_MESSAGE = 12
"""Columns under which one line has no room for a message."""


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row depends on beside its session.

    `now` is the host's time (epoch), `home` the home directory there, `query` the search if it matches, else "".
    `unseen` says that it has finished a turn that nobody has looked at. `lines` is how many lines a session may take
    (density.py); with one line, the message begins behind `columns` for sign, name and badges. `heading` is how many
    sessions are in the group that begins with this one, 0 if none begins or groups have no headings. `changed` says
    that its status has changed a moment ago.
    """

    glyphs: Glyphs
    now: float
    fresh: bool = True
    selected: bool = False
    query: str = ""
    lines: int = 3
    columns: int = 0
    heading: int = 0
    home: str = ""
    marked: bool = False
    unseen: bool = False
    changed: bool = False


def height_of(session: Session, context: RowContext) -> int:
    """Return how many lines a session takes, with the heading above it."""
    return lines_of(session, context.lines) + bool(context.heading)


def row(session: Session, context: RowContext, width: int) -> list[Line]:
    """Return the lines of a session; where it has a background, they are filled to the right edge."""
    heading = [_heading(session, context, width)] if context.heading else []
    return [*heading, *_lines(session, context, width)]


def _heading(session: Session, context: RowContext, width: int) -> Line:
    """Return the line above a group: its name, how many sessions it has, and a rule."""
    group = group_of(session)
    style = session.status.word if group == "needs you" else "offline" if group == "ended" else group
    words: Line = [("dim", f" {context.glyphs.rule} "), (status_style(style), f"{group} {context.heading}"), ("", " ")]
    return [*words, ("dim", context.glyphs.rule * max(0, width - columns_of(words) - 1))]


def _lines(session: Session, context: RowContext, width: int) -> list[Line]:
    lines: list[Line] = [_first(session, context, width)]
    if context.lines > 1:
        lines += [[*_gutter(context), ("", "    "), *line] for line in _below(session, context)]
    if not context.fresh:
        lines = [[("stale", text) for _, text in line] for line in lines]
    if context.query:
        lines = [list(_marked(line, context.query)) for line in lines]
    if context.changed or context.selected:
        on_ground = flashing if context.changed else lit
        lines = [[(on_ground(style), text) for style, text in _filled(line, context, width)] for line in lines]
    return lines


def _below(session: Session, context: RowContext) -> Iterator[Line]:
    if context.lines > 2 or not session.message:
        yield [("dim", _place(session, context))]
    if session.message:
        yield [("message", f'"{session.message}"'), *_of_agent(session)]
    if session.teammates and context.lines > 2:
        yield _team(session, context.glyphs)


def _place(session: Session, context: RowContext) -> str:
    path = short_path(session.cwd, context.home)
    return f"{path}  {clean(session.name)}" if session.headless else path


def _filled(line: Line, context: RowContext, width: int) -> Line:
    return fit(line, width, ellipsis=context.glyphs.ellipsis)


def _marked(line: Line, query: str) -> Iterator[Segment]:
    """Yield the segments with every match of the query in the style of a match."""
    for style, text in line:
        for number, piece in enumerate(re.split(f"({re.escape(query)})", text, flags=re.IGNORECASE)):
            if piece:
                yield ("match" if number % 2 else style, piece)


def label_lasts(session: Session, now: float) -> float:
    """Return for how many seconds the row's age reads the same."""
    return age_lasts(now - session.status.since) if session.status.since else float("inf")


def _gutter(context: RowContext) -> list[Segment]:
    return [("notice", context.glyphs.bar if context.query else " ")]


def _first(session: Session, context: RowContext, width: int) -> Line:
    right = _status(session, context) if width >= 30 else _status(session, context)[1:]
    left = _name(session, context, width)
    if context.lines == 1:
        left += _beside(session, context, columns_of(left), width - columns_of(right))
    return justify(left, right, width, ellipsis=context.glyphs.ellipsis)


def _name(session: Session, context: RowContext, width: int) -> list[Segment]:
    """Return the signs before the name, the name, and what is behind it."""
    word = session.status.word
    badges = [("host", f" [{clean(session.remote)}]")] if session.remote else []
    badges += _badges(session, context)
    label = _title(session.label, width - columns_of(badges) - 27) if session.headless else clean(session.name)
    return [
        *_gutter(context),
        ("selected", context.glyphs.cursor) if context.selected else ("", " "),
        ("notice", "+" if context.marked else " "),
        (status_style(word), f"{context.glyphs.of_status(word)} "),
        ("selected" if context.selected and context.fresh else "name", label),
        *badges,
    ]


def _status(session: Session, context: RowContext) -> list[Segment]:
    """Return the status and its age; with one line each, statuses begin in one column."""
    shown = f"{'~' if session.status.inferred else ''}{clean(session.word)[:12]}"
    since = session.status.since
    return [
        (status_style(session.status.word), f"  {shown:<11}" if context.lines == 1 else f" {shown}"),
        ("dim", f"{age(context.now - since) if since else '':>5} "),
    ]


def _beside(session: Session, context: RowContext, used: int, room: int) -> list[Segment]:
    """Return the message, or the directory if its name tells more than the session's, in a column of its own."""
    begins = max(used, context.columns) + 2
    if room - begins < LEAST_MESSAGE:
        return []
    if session.message:
        return [("", " " * (begins - used)), ("message", session.message)]
    place = short_path(session.cwd, context.home)
    known = place.rpartition("/")[2] in (session.name, "")
    return [] if known else [("", " " * (begins - used)), ("dim", place)]


def columns_before_messages(sessions: Iterable[Session], width: int) -> int:
    """Return the columns that names and hosts take in a list of this width, if each session has one line."""
    longest = max((width_of(session.label) + _columns_of_host(session) for session in sessions), default=0)
    return min(BEFORE_NAME + longest, width * 2 // 5)


class Urgent:
    """How many of the first so many sessions ask the user something, and how many have failed: counted once for every
    place, because each key asks.
    """

    def __init__(self, sessions: Iterable[Session]) -> None:
        listed = tuple(sessions)
        self._people = tuple(accumulate(map(asks_person, listed), initial=0))
        self._errors = tuple(accumulate((session.status.word == "error" for session in listed), initial=0))

    @property
    def total(self) -> int:
        """The number of sessions."""
        return len(self._people) - 1

    def outside(self, first: int, last: int) -> tuple[int, int]:
        """Return how many do so above the place `first` and below `last`."""
        people, errors = (counts[first] + counts[-1] - counts[last + 1] for counts in (self._people, self._errors))
        return people, errors


def position(urgent: Urgent, place: int, visible: Sequence[int], width: int) -> Line:
    """Return the line that says which session is selected, and what lies above and below the visible ones."""
    left: Line = [("", "  "), *above_and_below(urgent, visible)]
    return justify(left, [("dim", f" {place + 1}/{urgent.total} ")], width)


def above_and_below(urgent: Urgent, visible: Sequence[int]) -> Line:
    """Return what lies above and below the visible sessions."""
    above, below = visible[0], urgent.total - visible[-1] - 1
    people, errors = urgent.outside(visible[0], visible[-1])
    parts = [f"{count} more {where}" for count, where in ((above, "above"), (below, "below")) if count]
    return [
        ("dim", f" {', '.join(parts)}"),
        *([("permission", f"  {people} need{'s' if people == 1 else ''} you")] if people else []),
        *([("error", f"  {errors} error{'' if errors == 1 else 's'}")] if errors else []),
    ]


def _columns_of_host(session: Session) -> int:
    return len(session.remote) + 3 if session.remote else 0


def _title(text: str, room: int) -> str:
    """Return a title that leaves room for what follows."""
    room = max(LEAST_LABEL, min(MOST_LABEL, room))
    return text if len(text) <= room else f"{text[: room - 3].rstrip()}..."


def _badges(session: Session, context: RowContext) -> list[Segment]:
    badges = [*_of_headless(session.headless)] if session.headless else []
    badges += _of_feedback(session.feedback)
    badges += [("notice", " unseen")] if context.unseen else []
    if session.marks.bookmarked:
        badges.append(("notice", f" {context.glyphs.bookmark}"))
    badges += [("key", f" #{tag}") for tag in session.marks.tags]
    living = [agent for agent in (session.file.agents if session.file else ()) if agent.status != "stopped"]
    if living:
        badges.append(("dim", f" +{len(living)} agent{'s' if len(living) > 1 else ''}"))
    if session.tmux and session.tmux.attached:
        badges.append(("dim", " (attached)"))
    if session.background:
        badges.append(("dim", " (background)"))
    if not context.fresh:
        badges.append(("dim", " (stale)"))
    return badges


def _of_headless(agent: HeadlessAgent) -> Iterator[Segment]:
    """Yield the badge of a session without a terminal, and how many questions are open."""
    yield ("key", " Remote")
    if agent.asked:
        yield ("permission", f" {len(agent.asked)} question{'' if len(agent.asked) == 1 else 's'}")


def _of_feedback(waits: int | None) -> list[Segment]:
    """Return the badge of a session in a terminal whose agent takes feedback, and how much waits for it."""
    if waits is None:
        return []
    return [("key", " Interactive"), *([("notice", f" {waits} queued")] if waits else [])]


def _of_agent(session: Session) -> list[Segment]:
    return [("dim", f" ({session.status.agent})")] if session.status.agent else []


def _team(session: Session, glyphs: Glyphs) -> Line:
    name = session.file.team if session.file else ""
    segments: list[Segment] = [("dim", f"{name or 'team'}: ")]
    for mate in session.teammates:
        segments += _mate(mate, glyphs)
    return segments


def _mate(mate: AgentStatus, glyphs: Glyphs) -> list[Segment]:
    return [(status_style(mate.status), f"{glyphs.of_status(mate.status)} "), ("", f"{mate.name}  ")]
