"""Cells that dialogs' tables of sessions have in common."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.address import LOCAL, address_of
from navi.core.model import Session
from navi.core.text import clean
from navi.tui.dialogs.dialog import Subject
from navi.tui.dialogs.table import Row
from navi.tui.style.paint import Segment
from navi.tui.style.theme import status_style


def status_cell(session: Session) -> Segment:
    """Return a session's status in its style."""
    return (status_style(session.status.word), clean(session.word))


def host_cell(session: Session) -> Segment:
    """Return a session's host as the list shows it: nothing for this machine."""
    return ("host", "" if session.host == LOCAL else f"[{clean(session.host)}]")


def session_row(session: Session, words: str) -> Row:
    """Return the row of a session in a table: status, name, host, and words about it."""
    return [status_cell(session), ("name", session.name), host_cell(session), ("dim", words)]


def subject_of(session: Session) -> Subject:
    """Return what a row of results about a session is about. Two tmux servers may have sessions of one name."""
    return subject("\0".join(session.key), session.host, session.name)


def subject(key: str, host: str, name: str) -> Subject:
    """Return what a row of results is about: the session of that name on a host."""
    return Subject(key, clean(name), "" if host == LOCAL else clean(host), clean(address_of(host, name)))


def names_of(sessions: Sequence[Session]) -> str:
    """Return how a title names sessions: the only one by its address, or how many."""
    return clean(sessions[0].called) if len(sessions) == 1 else f"{len(sessions)} sessions"
