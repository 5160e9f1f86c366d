"""What a check found, and what to type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from navi.core.exits import of_failure
from navi.core.failure import Failure


class Result(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and its remedy. `status` is the exit status for a fault."""

    check: str
    result: Result
    found: str
    remedy: str = ""
    status: int = 1


def fault(check: str, failure: Failure) -> Finding:
    """Return the finding of a check that a failure of the host ended."""
    return Finding(check, Result.FAULT, failure.cause, failure.remedy_in_verbs, of_failure(failure))


def with_undone(found: Iterable[Finding], checks: Sequence[str], always: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return the findings, and those checks as not done that come after the last one that was.

    A missing check before it does not apply to this host, unless it is in `always`.
    """
    findings = tuple(found)
    done = {finding.check for finding in findings}
    last = max((index for index, check in enumerate(checks) if check in done), default=-1)
    undone = (check for index, check in enumerate(checks) if check not in done and (index > last or check in always))
    return (*findings, *(Finding(check, Result.NOT_DONE, "") for check in undone))
