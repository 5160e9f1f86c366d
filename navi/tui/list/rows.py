"""What a session looks like in the list. Pure: takes a session, returns lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from navi.core.ages import age, age_lasts
from navi.core.listing import asks_person, group_of
from navi.core.model import AgentStatus, Session
from navi.core.text import clean, need_you, plural, short_path
from navi.tui.list.badges import badges_of, split_badges
from navi.tui.list.columns import (
    AGE,
    BEFORE_NAME,
    GAP,
    LEAST_MESSAGE,
    NARROW,
    NO_COLUMNS,
    STATUS,
    WORDLESS,
    ColumnWidths,
    host_label,
)
from navi.tui.list.density import height_of as lines_of
from navi.tui.style.paint import Line, Segment, clip, columns_of, fit, justify, shorten, width_of
from navi.tui.style.theme import Glyphs, flashing, lit, status_style

LEAST_NAME = 10
"""Columns of a name that its host leaves it."""


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row depends on beside its session.

    `now` is the host's time (epoch), `home` the home directory there, `query` the search if it matches, else "".
    `current` says that the cursor is on it, `selected` that it is one of several to do the same to, `unseen` that it
    has finished a turn and no person has looked at it since. `lines` is how many lines a session may take (density.py);
    with one line, `columns` are those of names and hosts. `heading` is how many sessions are in the group that begins
    with this one, 0 if none begins or groups have no headings. `changed` says that its status has changed a moment ago.
    """

    glyphs: Glyphs
    now: float
    fresh: bool = True
    current: bool = False
    query: str = ""
    lines: int = 3
    columns: ColumnWidths = NO_COLUMNS
    heading: int = 0
    home: str = ""
    selected: bool = False
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
    lines = [_only(session, context, width)] if context.lines == 1 else _several(session, context, width)
    if not context.fresh:
        lines = [[("stale", text) for _, text in line] for line in lines]
    if context.query:
        lines = [list(_highlighted(line, context.query)) for line in lines]
    if context.changed or context.current:
        on_ground = flashing if context.changed else lit
        lines = [[(on_ground(style), text) for style, text in _filled(line, context, width)] for line in lines]
    return lines


# ---- one line for a session


def _only(session: Session, context: RowContext, width: int) -> Line:
    """Return name, host, badges with message, status and age in columns. Without a message, a long name goes on."""
    state = _state_in_columns(session, context, width)
    room = width - BEFORE_NAME - columns_of(state)
    names, text = context.columns.both, _text(session, context)
    after = " " * (session.status.inferred and WORDLESS <= width < NARROW)
    space = room - names - GAP
    if space < LEAST_MESSAGE or (text is None and not _has_room(session, context.columns)):
        left = _head(session, context, room - len(after))[0]
        return justify(left, [("", after), *state], width, ellipsis=_ellipsis(context))
    text = text or ("", "")
    badges, _ = split_badges(_badges(session, context), space - 1 - min(LEAST_MESSAGE, width_of(text[1])))
    before = " " * (GAP - bool(badges))
    line = [("", before), *badges, ("", " " * bool(badges)), text]
    beside = fit(line, room - names - len(after), ellipsis=_ellipsis(context))
    return [*_symbols(session, context), *_cells(session, context), *beside, ("", after), *state]


def _has_room(session: Session, columns: ColumnWidths) -> bool:
    """Return whether the name, and the host behind it, have room in their columns."""
    return (width_of(clean(session.label)) if columns.host else _columns_of_label(session)) <= columns.name


def _cells(session: Session, context: RowContext) -> Line:
    """Return name and host in their columns, or in one."""
    name, host = context.columns
    if not host:
        return fit(_label(session, context, name), name)
    where = fit([("host", host_label(session))], host)
    return [*fit(_label(session, context, name, with_host=False), name + 1), *where]


def _state_in_columns(session: Session, context: RowContext, width: int) -> list[Segment]:
    """Return status and age: statuses begin in one column, with `~` before it. On few columns only the age."""
    prefix, tight = "~" if session.status.inferred else " ", width < NARROW
    blank = "" if tight else " "
    old: Segment = ("dim", f"{_age(session, context):>{AGE - 2 if tight else AGE - 1}} ")
    if width < WORDLESS:
        return [old]
    return [(status_style(session.status.word), f"{blank}{prefix}{_word(session):<{STATUS - 2}}"), old]


def _text(session: Session, context: RowContext) -> Segment | None:
    """Return the message, or the directory if its name tells more than the session's, and more than that it is home."""
    if session.message:
        return ("message", session.message)
    place = short_path(session.cwd, context.home)
    return None if place.rpartition("/")[2] in (session.name, "", "~") else ("dim", place)


# ---- several lines


def _several(session: Session, context: RowContext, width: int) -> list[Line]:
    """Return name and status, then directory, message and team. Badges without room above are on the second line."""
    state = _state(session, context)[0 if width >= WORDLESS else 1 :]
    left, badges = _head(session, context, width - BEFORE_NAME - columns_of(state))
    below = ([*_gutter(context), ("", "    "), *line] for line in _below(session, context))
    more = [clip(line, width - 1, _ellipsis(context)) for line in below]
    if badges:
        more[0] = justify(more[0], [*badges, ("", " ")], width, ellipsis=_ellipsis(context))
    return [justify(left, state, width, ellipsis=_ellipsis(context)), *more]


def _state(session: Session, context: RowContext) -> list[Segment]:
    shown = f"{'~' if session.status.inferred else ''}{_word(session)}"
    return [(status_style(session.status.word), f" {shown}"), ("dim", f"{_age(session, context):>{AGE - 1}} ")]


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


def _highlighted(line: Line, query: str) -> Iterator[Segment]:
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


def _ellipsis(context: RowContext) -> str:
    return context.glyphs.ellipsis


def _symbols(session: Session, context: RowContext) -> list[Segment]:
    """Return the symbols before the name."""
    word = session.status.word
    return [
        *_gutter(context),
        ("selected", context.glyphs.cursor) if context.current else ("", " "),
        ("notice", "+" if context.selected else " "),
        (status_style(word), f"{context.glyphs.of_status(word)} "),
    ]


def _head(session: Session, context: RowContext, room: int) -> tuple[Line, list[Segment]]:
    """Return symbols, name and host with the badges that fit behind them into so many columns, and the other badges."""
    badges, others = split_badges(_badges(session, context), room - _columns_of_label(session))
    return [*_symbols(session, context), *_label(session, context, room - columns_of(badges)), *badges], others


def _label(session: Session, context: RowContext, room: int, with_host: bool = True) -> Line:
    """Return the name, as far as there is room, and the host behind it."""
    host = f" {host_label(session)}" if with_host and session.remote else ""
    name = shorten(clean(session.label), max(LEAST_NAME, room - width_of(host)), _ellipsis(context))
    style = "selected" if context.current and context.fresh else "notice" if context.selected else "name"
    return clip([(style, name), *([("host", host)] if host else [])], room, _ellipsis(context))


def _columns_of_label(session: Session) -> int:
    return width_of(clean(session.label)) + (len(host_label(session)) + 1 if session.remote else 0)


def _badges(session: Session, context: RowContext) -> list[Segment]:
    return badges_of(session, context.glyphs, context.fresh, context.unseen)


def _word(session: Session) -> str:
    return clean(session.word)[:12]


def _age(session: Session, context: RowContext) -> str:
    since = session.status.since
    return age(context.now - since) if since else ""


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
    """Return the line that says which session the cursor is on, and what lies above and below the visible ones."""
    right: Line = [("dim", f" {place + 1}/{urgent.total} ")]
    left: Line = [("", "  "), *above_and_below(urgent, visible, width - 2 - columns_of(right))]
    return justify(left, right, width)


def above_and_below(urgent: Urgent, visible: Sequence[int], room: int) -> Line:
    """Return what lies above and below the visible sessions, in fewer words where there is little room."""
    above, below = visible[0], urgent.total - visible[-1] - 1
    people, errors = urgent.outside(visible[0], visible[-1])
    urging = [
        *([("permission", f"  {need_you(people)}")] if people else []),
        *([("error", f"  {plural(errors, 'error')}")] if errors else []),
    ]
    line: Line = ()
    for more in (" more", ""):
        parts = [f"{count}{more} {where}" for count, where in ((above, "above"), (below, "below")) if count]
        line = [("dim", f" {', '.join(parts)}"), *urging]
        if columns_of(line) <= room:
            break
    return line


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
