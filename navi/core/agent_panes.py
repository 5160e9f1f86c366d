"""Which pane of a session a request to its agent is about. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.model import Pane, Session
from navi.core.statuses import ASKING
from navi.core.text import clean


def asking_panes(session: Session) -> tuple[Pane, ...]:
    """Return the panes in which an agent asks something, as far as screens show it: only the active one if that does,
    for it is what a person sees.
    """
    return _active_or_all(_showing(session, ASKING))


def agent_panes(session: Session, word: str = "") -> tuple[Pane, ...]:
    """Return the panes in which an agent runs: only the active one if one runs there. If screens of other panes show
    the status `word` and that of the active one does not, these come in its place.
    """
    return _active_or_all(_showing(session, (word,)) or [pane for pane in _panes(session) if pane.agents])


def panes_to_answer(session: Session) -> tuple[Pane, ...]:
    """Return the panes that an answer may be for: those whose agents ask; if no screen shows a question, those with
    agents.
    """
    return asking_panes(session) or agent_panes(session)


def narrowed(session: Session, panes: Sequence[Pane]) -> Session:
    """Return the session as if it had only the first of these panes, for a request that means this one; without any, as
    it is.
    """
    if session.tmux is None or not panes:
        return session
    return session._replace(tmux=session.tmux._replace(panes=(panes[0]._replace(active=True),)))


def looked_into(session: Session) -> Session:
    """Return the session narrowed to the pane to look into: one whose agent asks, or else the active one."""
    return narrowed(session, asking_panes(session))


def named_pane(name: str, session: Session, narrow: Session) -> str:
    """Return what a session is called that is narrowed to a pane: `name`, and the pane unless that is the active one,
    which a person sees who attaches.
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
