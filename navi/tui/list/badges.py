"""The badges of a session in the list: short words about it, behind its name or beside its message. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from navi.core.model import HeadlessAgent, Session
from navi.core.text import plural
from navi.tui.style.paint import Segment, width_of
from navi.tui.style.theme import Glyphs


def badges_of(session: Session, glyphs: Glyphs, fresh: bool, unseen: bool) -> list[Segment]:
    """Return the badges of a session, the most important first, each with a blank before it."""
    return [(style, f" {word}") for style, word in _badges(session, glyphs, fresh, unseen)]


def split_badges(badges: Sequence[Segment], room: int) -> tuple[list[Segment], list[Segment]]:
    """Return the badges that fit into so many columns, and the rest."""
    for number, (_, text) in enumerate(badges):
        room -= width_of(text)
        if room < 0:
            return [*badges[:number]], [*badges[number:]]
    return [*badges], []


def _badges(session: Session, glyphs: Glyphs, fresh: bool, unseen: bool) -> Iterator[Segment]:
    if not fresh:
        yield "dim", "(stale)"
    if session.headless:
        yield from _of_headless(session.headless)
    if session.feedback is not None:
        yield from _of_feedback(session.feedback)
    if unseen:
        yield "notice", "unseen"
    if session.marks.bookmarked:
        yield "notice", glyphs.bookmark
    yield from (("key", f"#{tag}") for tag in session.marks.tags)
    yield from _of_agents(session)
    if session.tmux and session.tmux.attached:
        yield "dim", "(attached)"
    if session.background:
        yield "dim", "(background)"


def _of_headless(agent: HeadlessAgent) -> Iterator[Segment]:
    """Yield the badge of a session without a terminal, and how many questions are open."""
    yield "key", "Remote"
    if agent.asked:
        yield "permission", plural(len(agent.asked), "question")


def _of_feedback(waits: int) -> Iterator[Segment]:
    """Yield the badge of a session in a terminal whose agent takes feedback, and how much waits for it."""
    yield "key", "Interactive"
    if waits:
        yield "notice", f"{waits} queued"


def _of_agents(session: Session) -> Iterator[Segment]:
    living = sum(agent.status != "stopped" for agent in session.file.agents) if session.file else 0
    if living:
        yield "dim", f"+{plural(living, 'agent')}"
