"""Changes whose answer may get lost: then a later look tells whether they were carried out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from navi.cli.context import Machines
from navi.cli.output import complain
from navi.core import exits
from navi.core.failure import Failure, HostState
from navi.core.model import Session
from navi.core.status import sessions_of
from navi.hosts.base import ConnectionLost, HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import Operation, OperationError
from navi.ops.look import look

T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks at what became of a change whose answer was lost."""

CLOCK_SLACK = 2.0
"""Seconds by which a host's times, which are whole seconds, may seem to be before what happened later."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look shows after a line was lost. `since` is when the change was asked for, by the host's own clock."""

    sessions: Sequence[Session]
    since: float


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """An operation that changes something. `shown` reads from a later look that it was carried out: it returns what
    the operation would have answered, alone in a sequence, or an empty one.
    """

    operation: Operation[T]
    shown: Callable[[Sight], Sequence[T]]


def carry_out(machines: Machines, host: BlockingHost, change: Change[T]) -> T:
    """Change something on a host. If the line is lost meanwhile, look what became of it, which can take as long as
    the operation's own limit. Raises OperationError where it was not done, HostError where that can't be told.
    """
    began = time.monotonic()
    try:
        return host.run(change.operation)
    except ConnectionLost as lost:
        complain(f"{host.name}: {lost}; looking whether {change.operation.name} was done")
        found = _look_again(machines, host, change, began, lost)
    if not found:
        raise OperationError(f"{change.operation.name} was not done; nothing has changed", exits.NO)
    complain(f"{host.name}: {change.operation.name} was done before the line was lost")
    return found[0]


def _look_again(
    machines: Machines, host: BlockingHost, change: Change[T], began: float, failure: HostError
) -> Sequence[T]:
    """Look until it shows, or can't be under way any more. Raises HostError if no such look succeeds."""
    limit = time.monotonic() + change.operation.time_limit
    while True:
        last = time.monotonic() > limit
        try:
            found = change.shown(_sight(machines, host, began))
        except HostError as error:
            failure = error
        else:
            if found or last:
                return found
        if last:
            raise _uncertain(host, change.operation, failure) from failure
        time.sleep(LOOK_EVERY)


def _sight(machines: Machines, host: BlockingHost, began: float) -> Sight:
    frame = host.run(look())
    since = frame.clock - (time.monotonic() - began) - CLOCK_SLACK
    return Sight(sessions_of(host.name, frame, machines.agents), since)


def _uncertain(host: BlockingHost, operation: Operation[Any], error: HostError) -> HostError:
    cause = f"the line was lost, and then: {error}; {operation.name} may have been done or not"
    return HostError(Failure(HostState.UNREACHABLE, cause, f"look when {host.name} answers again"))
