"""The dialog that asks before sessions are killed: what each shows, and what of it is in no commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.core.model import Session
from navi.core.text import clean
from navi.ops.session.losses import Losses
from navi.tui.dialogs.dialog import Confirm
from navi.tui.dialogs.rows import host_cell, status_cell
from navi.tui.dialogs.table import Row, table
from navi.tui.style.paint import Line, fit
from navi.tui.style.theme import Glyphs

LOOKING = "looking ..."

INDENT = 14
"""Columns before the facts about a session, and behind them."""

USUAL_LOSS = 40
"""Columns that what is lost with one of several sessions should have before the message has any."""

Found = Losses | str | None
"""The losses of a session, or why they are unknown, or None while its host is being asked."""


class KillDialog(Confirm):
    """Asks whether to kill; the answer is taken at once, also before the losses are known. `homes` are the home folders
    of hosts, for short paths.
    """

    narrowest = 60

    def __init__(
        self, glyphs: Glyphs, title: str, sessions: Sequence[Session], directories: Sequence[str], verb: str,
        confirmed: Callable[[], None], close: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, (), verb, confirmed, close)
        self._sessions = list(sessions)
        self._places = {session.key: place for place, session in enumerate(sessions)}
        self._directories = list(directories)
        self._found: list[Found] = [None if may_lose(session) else "" for session in sessions]

    def put(self, sessions: Sequence[Session], found: Sequence[Losses] | str) -> None:
        """Show what was found about some of the sessions, or why nothing was."""
        for number, session in enumerate(sessions):
            self._found[self._places[session.key]] = found if isinstance(found, str) else found[number]
        self.changed()

    def body(self, width: int) -> list[Line]:
        """Return the facts about the only session, or a row for each of several."""
        only = len(self._sessions) == 1
        rows = self._facts(width) if only else list(map(self._row, self._sessions, self._found))
        return table(rows, width, self.glyphs.ellipsis, wraps=only, usual=USUAL_LOSS)

    def _row(self, session: Session, found: Found) -> Row:
        return [
            status_cell(session), ("name", session.name), host_cell(session), self._loss(found),
            ("dim", session.message),
        ]  # fmt: skip

    def _loss(self, found: Found) -> tuple[str, str]:
        """Return what is lost with one of several sessions, in one cell."""
        if not isinstance(found, Losses):
            return ("dim", LOOKING if found is None else f"unknown because {found}" if found else "")
        running = f"; {found.running}" if found.below else ""
        return (_style(found), f"{_in_git(found)}{running}")

    def _facts(self, width: int) -> list[Row]:
        (session,), (found,), (directory,) = self._sessions, self._found, self._directories
        style, word = status_cell(session)
        message = f": {session.message}" if session.message else ""
        (_, text), *_ = fit([(style, clean(f"{word}{message}"))], width - INDENT, ellipsis=self.glyphs.ellipsis)
        rows: list[Row] = [[("dim", "status"), (style, text)]]
        if found != "":
            rows += _loss_rows(found)
        return [*rows, [("dim", "directory"), ("", directory)]]


def may_lose(session: Session) -> bool:
    """Return whether a session runs, so that its host can tell what may be lost with it."""
    return session.tmux is not None or session.background is not None


def _loss_rows(found: Losses | str | None) -> list[Row]:
    """Return as many rows before the losses are known as after: a click hits what was seen."""
    if not isinstance(found, Losses):
        words = LOOKING if found is None else f"unknown because {clean(found)}"
        return [[("dim", label), ("dim", words)] for label in ("git", "running")]
    return [
        [("dim", "git"), (_style(found), _in_git(found))],
        [("dim", "running"), ("notice", found.running) if found.below else ("dim", "nothing below it")],
    ]


def _in_git(found: Losses) -> str:
    """Return the branch and what is in no commit, or why git knows of neither."""
    if found.problem or not found.git:
        return found.changes
    return f"{found.branch or 'detached HEAD'}: {found.changes if found.dirty else 'nothing uncommitted'}"


def _style(found: Losses) -> str:
    return "notice" if found.dirty else "dim"
