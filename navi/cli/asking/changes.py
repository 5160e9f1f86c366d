"""Carrying out a change, and finding out its outcome if the connection is lost meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from navi.core import exits
from navi.core.address import Address
from navi.core.model import Frame
from navi.core.stopwatch import Stopwatch
from navi.hosts.base import ConnectionLost, HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import Operation, OperationError
from navi.ops.look.frames import look
from navi.ops.outcome import Inquiry, Outcome, Verdict, checking, unknown, verdict_words

if TYPE_CHECKING:
    from navi.cli.context import Context

T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks for the outcome of a change."""


def carry_out(context: Context, address: Address, operation: Operation[T], before: Frame | None = None) -> T:
    """Carry out an operation that changes something; `before` is the look before it, if there was one.

    If the connection is lost meanwhile, look until the outcome is certain, which can take as long as the operation's
    time limit. Raise OperationError if the operation was not done or its outcome stays unknown, and HostError.
    """
    host = context.host(address.host)
    began, stopwatch = time.monotonic(), Stopwatch()
    try:
        return host.run(operation)
    except ConnectionLost as lost:
        if operation.outcomes is None:
            raise
        context.output.complain(f"{address}: {checking(operation.name, str(lost))}")
    lost_at = time.monotonic()
    inquiry = Inquiry(operation.outcomes, operation.time_limit, before, began, lost_at, stopwatch.asleep)
    outcome = _await_outcome(host, inquiry)
    words = verdict_words(operation.name, outcome)
    if outcome.verdict is not Verdict.DONE:
        raise OperationError(words, exits.NO if outcome.verdict is Verdict.NOT_DONE else outcome.status)
    context.output.complain(f"{address}: {words}")
    return outcome.answer  # type: ignore[return-value]


def _await_outcome(host: BlockingHost, inquiry: Inquiry[T]) -> Outcome[T]:
    """Look until the outcome is certain, or the host has not answered for too long."""
    while True:
        try:
            frame = host.run(look())
        except HostError as error:
            if inquiry.is_hopeless(time.monotonic()):
                reason = f"{host.name} does not answer ({error}); check again when it does"
                return unknown(reason, exits.of_failure(error.failure))
        else:
            now = time.monotonic()
            outcome = inquiry.judge(frame, now, now)
            if outcome:
                return outcome
        time.sleep(LOOK_EVERY)
