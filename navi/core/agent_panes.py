"""Which pane of a session a request to its agent is about. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.model import Pane, Session
from navi.core.statuses import ASKING
from navi.core.text import clean


def asking_panes(session: Session) -> tuple[Pane, ...]:
    """Return the panes whose screens show a question; only the active pane if its screen shows one, because that is the
    pane that a person sees.
    """
    return _active_or_all(_showing(session, ASKING))


def agent_panes(session: Session, word: str = "") -> tuple[Pane, ...]:
    """Return the panes with agents. If screens show the status `word`, only their panes count. If the active pane is
    among them, return only that one.
    """
    return _active_or_all(_showing(session, (word,)) or [pane for pane in _panes(session) if pane.agents])


def panes_to_answer(session: Session) -> tuple[Pane, ...]:
    """Return the panes that an answer may be for: those that ask or, if no screen shows a question, those with agents.
    """
    return asking_panes(session) or agent_panes(session)


def narrowed(session: Session, panes: Sequence[Pane]) -> Session:
    """Return the session with only the first of these panes, for a request to that pane; without panes, return it
    unchanged.
    """
    if session.tmux is None or not panes:
        return session
    return session._replace(tmux=session.tmux._replace(panes=(panes[0]._replace(active=True),)))


def looked_into(session: Session) -> Session:
    """Return the session narrowed to a pane that asks something, or else to the active pane."""
    return narrowed(session, asking_panes(session))


def named_pane(name: str, session: Session, narrow: Session) -> str:
    """Return the name of a narrowed session for messages: `name`, and its pane unless attaching shows that pane anyway.
    """
    if session.tmux is None or narrow.tmux is None or narrow.tmux.pane.id == session.tmux.pane.id:
        return name
    return f"{name}, pane {clean(narrow.tmux.pane.position)}"


def _panes(session: Session) -> tuple[Pane, ...]:
    return session.tmux.panes if session.tmux else ()


def _showing(session: Session, words: Sequence[str]) -> list[Pane]:
    return [pane for pane in _panes(session) if pane.screen and pane.screen.status and pane.screen.status in words]


def _active_or_all(panes: Sequence[Pane]) -> tuple[Pane, ...]:
    active = [pane for pane in panes if pane.active]
    return tuple(active or panes)
