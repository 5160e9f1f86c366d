"""What hosts answered, and what stays unknown: the one rule by which verbs report that, and its exit status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from navi.cli.output.output import RequestError, reason_and_status
from navi.core import exits
from navi.core.unlisted import unlisted
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.output.output import Output
    from navi.core.model import Frame

Answer = TypeVar("Answer")


class Answers(NamedTuple, Generic[Answer]):
    """The answers of hosts, and why something about a host is unknown, both by the names of hosts.

    If some tmux servers of a host did not list their sessions, the host is in both. `status` is the exit status of the
    first failure. Only without failures may a verb report that there is nothing.
    """

    known: Sequence[tuple[str, Answer]]
    failures: Sequence[tuple[str, RequestError]]
    status: int

    def complain(self, output: Output) -> None:
        """Write to standard error which hosts are unknown, and why."""
        for name, error in self.failures:
            output.complain(f"{name}: {reason_and_status(error)[0]}")

    def failure_of(self, host: str) -> str | None:
        """Return why something about a host is unknown, None if nothing is."""
        return next((reason_and_status(error)[0] for name, error in self.failures if name == host), None)


def split_answers(
    answers: Sequence[tuple[str, Answer | RequestError]], frame_of: Callable[[Answer], Frame]
) -> Answers[Answer]:
    """Return what hosts answered, and what stays unknown. `frame_of` returns the frame of an answer."""
    known = [(name, answer) for name, answer in answers if not isinstance(answer, RequestError)]
    failures: list[tuple[str, RequestError]] = []
    for name, answer in answers:
        error = answer if isinstance(answer, RequestError) else why_incomplete(frame_of(answer), name)
        if error:
            failures.append((name, error))
    return Answers(known, failures, next((reason_and_status(error)[1] for _, error in failures), exits.OK))


def why_incomplete(frame: Frame, host: str) -> OperationError | None:
    """Return why not all sessions of a host are known, None if they are."""
    found = unlisted(frame, host)
    return OperationError(f"{found.failure.cause}; {found.failure.remedy_in_verbs}", found.status) if found else None
