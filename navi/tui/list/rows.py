"""What a session looks like in the list. Pure: takes a session, returns lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from navi.core.model import AgentStatus, HeadlessAgent, Session
from navi.core.text import age, age_lasts, clean, short_path
from navi.tui.paint import Line, Segment, columns_of, fit, justify
from navi.tui.theme import Glyphs, lit, status_style

LEAST_LABEL, MOST_LABEL = 10, 60
"""Characters of a title: it leaves room for host and badge."""


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row depends on beside its session.

    `now` is the host's time (epoch), `home` the home directory there, `query` the search if it matches, else "".
    `unseen` says that it has finished a turn that nobody has looked at.
    """

    glyphs: Glyphs
    now: float
    fresh: bool = True
    selected: bool = False
    query: str = ""
    compact: bool = False
    home: str = ""
    marked: bool = False
    unseen: bool = False


def height_of(session: Session, compact: bool) -> int:
    """Return how many lines a session takes."""
    return 1 if compact else 2 + bool(session.message) + bool(session.teammates)


def row(session: Session, context: RowContext, width: int) -> list[Line]:
    """Return the lines of a session; those of the selected one are filled to the right edge, for its background."""
    lines: list[Line] = [_first(session, context, width)]
    if not context.compact:
        lines += [[*_gutter(context), ("", "    "), *line] for line in _below(session, context)]
    if not context.fresh:
        lines = [[("stale", text) for _, text in line] for line in lines]
    if context.query:
        lines = [list(_marked(line, context.query)) for line in lines]
    if context.selected:
        lines = [[(lit(style), text) for style, text in _filled(line, context, width)] for line in lines]
    return lines


def _below(session: Session, context: RowContext) -> Iterator[Line]:
    path = short_path(session.cwd, context.home)
    yield [("dim", f"{path}  {clean(session.name)}" if session.headless else path)]
    if session.message:
        yield [("message", f'"{session.message}"'), *_of_agent(session)]
    if session.teammates:
        yield _team(session, context.glyphs)


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
    word = session.status.word
    style = status_style(word)
    shown = f"{'~' if session.status.inferred else ''}{clean(session.word)[:12]}"
    badges = [("host", f" [{clean(session.remote)}]")] if session.remote else []
    badges += _badges(session, context)
    label = _title(session.label, width - columns_of(badges) - 27) if session.headless else clean(session.name)
    left: list[Segment] = [
        *_gutter(context),
        ("selected", context.glyphs.cursor if context.selected else " "),
        ("notice", "+" if context.marked else " "),
        (style, f"{context.glyphs.of_status(word)} "),
        ("selected" if context.selected and context.fresh else "name", label),
        *badges,
    ]
    right: list[Segment] = [(style, f" {shown}")]
    since = session.status.since
    right.append(("dim", f"{age(context.now - since) if since else '':>5} "))
    return justify(left, right if width >= 30 else right[1:], width, ellipsis=context.glyphs.ellipsis)


def _title(text: str, room: int) -> str:
    """Return a title that leaves room for what follows."""
    room = max(LEAST_LABEL, min(MOST_LABEL, room))
    return text if len(text) <= room else f"{text[: room - 3].rstrip()}..."


def _badges(session: Session, context: RowContext) -> list[Segment]:
    badges = [*_of_headless(session.headless)] if session.headless else []
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
