"""What became of a text that was being sent when the connection was lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from navi.core import exits
from navi.hosts.base import ConnectionLost, HostError
from navi.ops import OperationError
from navi.ops.outcome import Verdict, checking, unknown, verdict_words
from navi.ops.pane.lock import LOCK
from navi.ops.pane.send import find_sent, judge_call

if TYPE_CHECKING:
    from navi.cli.output.output import Output
    from navi.core.address import Named
    from navi.hosts.blocking_host import BlockingHost
    from navi.ops.outcome import Outcome
    from navi.ops.pane.send import SendCall, Sent

LOOK_EVERY, LOOK_FOR = 1.0, 15.0
"""Seconds between two attempts to ask the host, and until the last one."""


def outcome_of(output: Output, host: BlockingHost, pane: Named, call: str, lost: HostError, limit: float) -> Sent:
    """Return the answer of `send`, if the host reports that it carried out the call; it notes each call by its name.

    Raise `lost` itself unless the connection was lost during the call. Raise OperationError if the host typed nothing
    and never will, or if the outcome is still unknown after `limit` or LOOK_FOR seconds, whichever is less.
    """
    if not call or not isinstance(lost, ConnectionLost):
        raise lost
    output.complain(checking("send", str(lost)))
    outcome = judge_call(_ask(host, pane, call, time.monotonic() + min(limit, LOOK_FOR)))
    if outcome.verdict is Verdict.NOT_DONE:
        raise OperationError(verdict_words("send", outcome), exits.NO)
    if outcome.answer is None:
        raise _unknown_outcome(outcome)
    output.complain(verdict_words("send", outcome))
    return outcome.answer


def _ask(host: BlockingHost, pane: Named, call: str, until: float) -> SendCall:
    while True:
        try:
            return host.run(find_sent(pane, call, host.environment.get(LOCK, "")))
        except HostError as error:
            if time.monotonic() > until:
                remedy = error.failure.remedy_in_verbs
                reason = f"{host.name} does not answer ({error}); {remedy}; look at the pane when it does"
                raise _unknown_outcome(unknown(reason, exits.of_failure(error.failure))) from error
        except OperationError as error:
            if error.status != exits.TIMED_OUT or time.monotonic() > until:
                raise _unknown_outcome(unknown(str(error), error.status)) from error
        time.sleep(LOOK_EVERY)


def _unknown_outcome(outcome: Outcome[Sent]) -> OperationError:
    return OperationError(verdict_words("send", outcome), outcome.status)
