"""The outcome of an operation whose answer was lost: the parts of rules, how long to wait, what to report. Pure.

An operation that changes something carries an `Outcomes`. From a look before it (if there was one) and a look after the
connection was lost, its rule judges whether the operation was carried out. The dashboard and the command line pass the
looks to an `Inquiry` until it is certain of the outcome, and report that with the words of this module.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

from navi.core import exits
from navi.core.address import LOCAL
from navi.core.model import Frame, Session, StatusFile, TmuxSession
from navi.core.text import clean
from navi.core.unlisted import unlisted

T = TypeVar("T")

SLACK = 1.0
"""A host reports its time in whole seconds, so it may be behind by up to this many."""


class Verdict(Enum):
    """Whether an operation was carried out."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


class Outcome(NamedTuple, Generic[T]):
    """Whether an operation was carried out. `answer` is what it would have answered, if it was.

    A `final` outcome can't change any more. An unknown outcome has a `reason` and an exit `status`.
    """

    verdict: Verdict
    answer: T | None = None
    final: bool = False
    reason: str = ""
    status: int = exits.UNAVAILABLE


class Looks(NamedTuple):
    """The looks at a host before (None if there was none) and after an operation.

    `since` is when the operation was requested, by the host's own clock. It may be too early, but never too late.
    """

    before: Frame | None
    after: Frame
    since: float


class Outcomes(NamedTuple, Generic[T]):
    """The rule that judges the outcome of an operation, and the sentence that reports its result.

    `report` makes that sentence of the session's address and the operation's answer.
    """

    judge: Callable[[Looks], Outcome[T]]
    report: Callable[[str, T], str]


def carried_out(answer: T, final: bool = True) -> Outcome[T]:
    """Return the outcome of an operation that was carried out; it is not final if the script may still undo it."""
    return Outcome(Verdict.DONE, answer, final)


def not_done() -> Outcome[Any]:
    """Return the outcome of an operation that has changed nothing."""
    return Outcome(Verdict.NOT_DONE)


def unknown(reason: str, status: int = exits.UNAVAILABLE) -> Outcome[Any]:
    """Return the outcome if the looks don't prove whether the operation was carried out."""
    return Outcome(Verdict.UNKNOWN, reason=reason, status=status)


# ---- parts of rules


def answered(frame: Frame, socket: str) -> bool:
    """Return whether a tmux server has listed its sessions, so that a session it did not list is gone."""
    return frame.proven or (bool(frame.silent) and socket not in frame.silent)


def unanswered(frame: Frame) -> Outcome[Any]:
    """Return the outcome if it depends on a tmux server that did not list its sessions."""
    found = unlisted(frame, LOCAL)
    if found and found.status == exits.UNAVAILABLE:
        return unknown(found.failure.cause)
    return unknown("its tmux server does not answer", exits.TIMED_OUT)


def ended(frame: Frame) -> Outcome[Any]:
    """Return the outcome if a look at all tmux servers does not show the session any more."""
    return unknown("the session has ended since") if frame.proven else unanswered(frame)


def same_session(frame: Frame, session: TmuxSession) -> TmuxSession | None:
    """Return the very same session (server, id, creation time) in another look, under any name, or None."""
    return next((one for one in frame.sessions if _identity(one) == _identity(session)), None)


def _identity(session: TmuxSession) -> tuple[str, int, str, int]:
    return (session.socket, session.server, session.id, int(session.created))


def same_name(one: str, other: str) -> bool:
    """Return whether two names are the same to tmux: some versions put a backslash before a dollar."""
    return one.strip().replace("\\", "") == other.strip().replace("\\", "")


def named(frame: Frame | None, name: str) -> tuple[TmuxSession, ...]:
    """Return the sessions of a name, on any tmux server."""
    return tuple(one for one in frame.sessions if same_name(one.name, name)) if frame else ()


def file_named(frame: Frame | None, name: str) -> StatusFile | None:
    """Return the status file of a name, or None."""
    return next((file for file in frame.files if file.name == name), None) if frame else None


def known_sessions(session: object, name: str, before: Frame | None) -> tuple[TmuxSession, ...]:
    """Return the sessions that an operation may be about: the one it was given, or all that had its name before."""
    if isinstance(session, TmuxSession):
        return (session,)
    if isinstance(session, Session):
        return (session.tmux,) if session.tmux else ()
    return named(before, name)


# ---- waiting


class Inquiry(Generic[T]):
    """Judges looks until the outcome of an operation is certain. Times are in seconds of one clock of this machine.

    That clock stops while the machine sleeps, and the host's does not: `asleep` returns the seconds slept since
    `began`. `time_limit` is that of the operation, and `before` is the look before it, if there was one.
    """

    def __init__(
        self, outcomes: Outcomes[T], time_limit: float, before: Frame | None, began: float, lost: float,
        asleep: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        self._outcomes = outcomes
        self._time_limit = time_limit
        self._before = before
        self._began = began
        self._heard = lost
        self._first: float | None = None
        self._asleep = asleep

    def judge(self, frame: Frame, framed: float, heard: float) -> Outcome[T] | None:
        """Return the outcome, None as long as the operation may still be running.

        The look arrived at `framed`, and at `heard` the host last confirmed that nothing had changed. A frozen host
        may carry out the operation as soon as it resumes, so the time limit starts with the first look.
        """
        if self._first is None:
            self._first = framed
        self._heard = max(self._heard, heard)
        since = frame.clock - (framed - self._began) - self._asleep() - SLACK
        if self._before:
            since = min(since, self._before.clock)
        outcome = self._outcomes.judge(Looks(self._before, frame, since))
        return outcome if outcome.final or heard > self._first + self._time_limit else None

    def is_hopeless(self, now: float) -> bool:
        """Return whether the host has been silent for longer than the operation could have taken."""
        return now > self._heard + self._time_limit


# ---- words


def checking(name: str, cause: str) -> str:
    """Return the report that the connection was lost during the operation of that name, for the reason `cause`."""
    return f"{cause}; checking whether {name} was done"


def verdict_words(name: str, outcome: Outcome[Any]) -> str:
    """Return the report on the outcome of an operation whose connection was lost."""
    if outcome.verdict is Verdict.DONE:
        return f"{name} was done before the connection was lost"
    if outcome.verdict is Verdict.NOT_DONE:
        return f"{name} was not done; nothing has changed"
    return f"{name} may have been done: {clean(outcome.reason)}"


def undo_hint(undo_id: str, command: str) -> str:
    """Return the end of the report of a kill, which names the command that undoes it; "" if the host kept nothing."""
    return f"; {command} brings it back" if undo_id else ""
