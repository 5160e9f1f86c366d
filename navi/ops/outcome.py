"""Whether an operation was carried out whose answer was lost: the rules, the waiting and the words. Pure.

An operation that changes something carries an `Outcomes`. From a look before it (where there was one) and a look after
the connection was lost, its rule tells whether the operation was carried out. Dashboard and command line hand the
looks to an `Inquiry`, wait as long as it asks for, and report with the words of this module.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

from navi.core import exits
from navi.core.model import Frame, Session, StatusFile, Tmux, TmuxSession
from navi.core.text import clean

T = TypeVar("T")

SLACK = 1.0
"""Seconds by which a host's clock, which is told in whole seconds, may seem to be before what happened later."""


class Verdict(Enum):
    """Whether an operation was carried out."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


class Outcome(NamedTuple, Generic[T]):
    """What became of an operation. `answer` is what it would have answered, if it is done.

    `final` says that no later look can tell anything else. `reason` says why it is unknown, and `status` is the exit
    status for that.
    """

    verdict: Verdict
    answer: T | None = None
    final: bool = False
    reason: str = ""
    status: int = exits.UNAVAILABLE


class Looks(NamedTuple):
    """The looks at a host before (None if there was none) and after an operation.

    `since` is when the operation was requested, by the host's own clock, and not later than that.
    """

    before: Frame | None
    after: Frame
    since: float


class Outcomes(NamedTuple, Generic[T]):
    """How to tell what became of an operation, and what to say when it is done.

    `judge` is the rule. `words` turns the address of the session and the operation's answer into a sentence.
    """

    judge: Callable[[Looks], Outcome[T]]
    words: Callable[[str, T], str]


def carried_out(answer: T, final: bool = True) -> Outcome[T]:
    """Return the outcome of an operation that was carried out. One that may yet be taken back is not final."""
    return Outcome(Verdict.DONE, answer, final)


def not_done() -> Outcome[Any]:
    """Return the outcome of an operation that has changed nothing: everything is as it was before."""
    return Outcome(Verdict.NOT_DONE)


def unknown(reason: str, status: int = exits.UNAVAILABLE) -> Outcome[Any]:
    """Return the outcome of an operation of which the looks can't tell whether it was carried out."""
    return Outcome(Verdict.UNKNOWN, reason=reason, status=status)


# ---- what rules are made of


def answered(frame: Frame, socket: str) -> bool:
    """Return whether a tmux server has told its sessions, so that one it did not name is gone."""
    return frame.proven or (bool(frame.silent) and socket not in frame.silent)


def silence(frame: Frame) -> Outcome[Any]:
    """Return the outcome where it depends on a tmux server that did not tell its sessions."""
    if frame.tmux in (Tmux.MISSING, Tmux.OLD, Tmux.FAILED):
        return unknown(f"tmux does not tell its sessions ({frame.tmux_error or frame.tmux})")
    return unknown("its tmux server does not answer", exits.TIMED_OUT)


def again(frame: Frame, session: TmuxSession) -> TmuxSession | None:
    """Return the very same session (server, id, time of creation) in another look, whatever its name is; or None."""
    return next((one for one in frame.sessions if _identity(one) == _identity(session)), None)


def _identity(session: TmuxSession) -> tuple[str, int, str, int]:
    return (session.socket, session.server, session.id, int(session.created))


def same_name(one: str, other: str) -> bool:
    """Return whether two names are one to tmux, some versions of which put a backslash before a dollar."""
    return one.strip().replace("\\", "") == other.strip().replace("\\", "")


def named(frame: Frame | None, name: str) -> tuple[TmuxSession, ...]:
    """Return the sessions of a name, on whatever tmux server."""
    return tuple(one for one in frame.sessions if same_name(one.name, name)) if frame else ()


def file_named(frame: Frame | None, name: str) -> StatusFile | None:
    """Return the status file of a name, or None."""
    return next((file for file in frame.files if file.name == name), None) if frame else None


def known_sessions(session: object, name: str, before: Frame | None) -> tuple[TmuxSession, ...]:
    """Return the sessions that an operation may be about: just one that was seen, or all that had its name before."""
    if isinstance(session, TmuxSession):
        return (session,)
    if isinstance(session, Session):
        return (session.tmux,) if session.tmux else ()
    return named(before, name)


# ---- waiting


class Inquiry(Generic[T]):
    """Tells from looks what became of an operation whose connection was lost. Times are in seconds of one clock.

    `time_limit` is that of the operation, and `before` is the look before it, if there was one.
    """

    def __init__(
        self, outcomes: Outcomes[T], time_limit: float, before: Frame | None, began: float, lost: float
    ) -> None:
        self._outcomes = outcomes
        self._time_limit = time_limit
        self._before = before
        self._began = began
        self._heard = lost
        self._first: float | None = None

    def judge(self, frame: Frame, framed: float, heard: float) -> Outcome[T] | None:
        """Return what a look tells, None as long as the operation may still be under way.

        The look came at `framed`, and `heard` is when the host last confirmed that nothing has changed. A host that
        was frozen may only carry out the operation when it goes on; so its time limit counts from the first look.
        """
        if self._first is None:
            self._first = framed
        self._heard = max(self._heard, heard)
        since = frame.clock - (framed - self._began) - SLACK
        outcome = self._outcomes.judge(Looks(self._before, frame, since))
        return outcome if outcome.final or heard > self._first + self._time_limit else None

    def is_hopeless(self, now: float) -> bool:
        """Return whether the host has been silent for longer than the operation could have taken."""
        return now > self._heard + self._time_limit


# ---- words


def checking(name: str, cause: str) -> str:
    """Return what to say when the connection was lost during the operation of that name."""
    return f"{cause}; checking whether {name} was done"


def verdict_words(name: str, outcome: Outcome[Any]) -> str:
    """Return what to say of an operation whose connection was lost."""
    if outcome.verdict is Verdict.DONE:
        return f"{name} was done before the connection was lost"
    if outcome.verdict is Verdict.NOT_DONE:
        return f"{name} was not done; nothing has changed"
    return f"{name} may have been done: {clean(outcome.reason)}"


def undo_hint(undo_id: str, command: str) -> str:
    """Return what follows the words of a killing: which command takes it back, "" if nothing was kept for that."""
    return f"; {command} brings it back" if undo_id else ""
