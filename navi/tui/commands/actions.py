"""Actions: operations on sessions that the user asks for, carried out in the background and reported.

If the connection is lost meanwhile, the next frames of the host show the outcome (navi.ops.outcome), or the host is
asked for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import trio

from navi.core import exits
from navi.core.model import Frame
from navi.core.stopwatch import Stopwatch
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.hosts.base import ConnectionLost
from navi.ops import Operation, OperationError
from navi.ops.outcome import Inquiry, Outcome, Verdict, checking, unknown, verdict_words
from navi.tui.progress import Job

ShowResult = Callable[[str, str], None]
"""Shows the words for a result, in a style. What has the style PENDING is no result yet: that comes later."""

PENDING = "dim"
"""The style of what is shown while the outcome of an action is not known yet."""


OPTION = re.compile(r"(, or [^,;]*)? with --\w[\w-]*(?=;|$)|; --\w[^;]*")
"""Advice to use an option of a verb."""


def without_options(words: str) -> str:
    """Return what a host answered without the advice to use an option, which the dashboard has none of."""
    return OPTION.sub("", words)


class Begun(NamedTuple):
    """When an action began, and for how long this machine has slept since."""

    at: float
    stopwatch: Stopwatch


@dataclass(frozen=True, slots=True)
class Action:
    """An operation on a host. `address` names the session. `done` takes the answer and returns the words for it.

    `late` is called instead of `done` if the answer was lost and is known only from a later look. `inquiry` asks the
    host for the outcome then, where its frames don't show it. An action that only `looks` changes nothing on the host.
    """

    host: str
    address: str
    operation: Operation[Any]
    done: Callable[[Any], str]
    late: Callable[[Any], object] | None = None
    looks: bool = False
    inquiry: Operation[Outcome[Any]] | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether it can be repeated without a thought."""
        return self.looks or self.operation.reads


AT_ONCE = 3
"""Actions of one job that are under way on a host at once; the others have not begun, and can be stopped."""

NOT_BEGUN = "not done: stopped before it began"
"""The result of an action that had not begun when its job was stopped."""

LOOK_EVERY = 0.25
"""Seconds between two looks at the view of a host for the outcome of an action."""

ASK_FOR = 15.0
"""Seconds for which a host that answers, but still carries the action out, is asked for the outcome."""


class Actions:
    """Carries actions out, many at a time; a host limits how many it carries out at once."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._send, self._orders = trio.open_memory_channel[Callable[[], Awaitable[None]]](math.inf)

    async def run(self) -> None:
        """Carry out the ordered actions, until cancelled."""
        async with trio.open_nursery() as nursery:
            async for order in self._orders:
                nursery.start_soon(order)

    def order(self, action: Action, show_result: ShowResult) -> None:
        """Have an action carried out; does not wait. `show_result` gets its result."""
        self._send.send_nowait(partial(self._carry_out, action, show_result))

    def order_job(self, job: Job, actions: Sequence[tuple[Action, ShowResult]]) -> None:
        """Have the actions of a job carried out, a few at a time on each host; does not wait. What has not begun when
        the job is stopped is not done.
        """
        limits = {action.host: trio.CapacityLimiter(AT_ONCE) for action, _ in actions}
        for action, show_result in actions:
            self._send.send_nowait(partial(self._carry_out_step, job, limits[action.host], action, show_result))

    async def _carry_out_step(
        self, job: Job, limit: trio.CapacityLimiter, action: Action, show_result: ShowResult
    ) -> None:
        async with limit:
            if job.stopped:
                show_result(NOT_BEGUN, "stopped")
            else:
                await self._carry_out(action, show_result)
        job.step()

    async def _carry_out(self, action: Action, show_result: ShowResult) -> None:
        before = self._fleet.view(action.host).frame
        begun = Begun(trio.current_time(), Stopwatch())
        try:
            answer = await self._fleet.ask(action.host, action.operation)
            show_result(action.done(answer), "good")
        except OperationError as error:
            show_result(without_options(str(error)), "fault")
        except ConnectionLost as error:
            await self._find_out(action, show_result, before, begun, error.failure.cause)
        except HostError as error:
            show_result(f"{'' if action.changes_nothing else 'nothing was done: '}{error.failure.cause}", "fault")
        if not action.changes_nothing:
            self._fleet.refresh(action.host)

    async def _find_out(
        self, action: Action, show_result: ShowResult, before: Frame | None, begun: Begun, cause: str
    ) -> None:
        """Report that the connection was lost, and later the outcome."""
        operation, lost = action.operation, trio.current_time()
        if action.changes_nothing:
            show_result(cause, "fault")
            return
        if not (operation.outcomes or action.inquiry):
            _show_outcome(action, show_result, unknown(f"{cause}; look at the session before you repeat it"))
            return
        show_result(checking(operation.name, cause), PENDING)
        self._fleet.refresh(action.host)
        if action.inquiry:
            outcome = await self._ask_for_outcome(action.host, action.inquiry)
        else:
            assert operation.outcomes
            asleep = begun.stopwatch.asleep
            inquiry = Inquiry(operation.outcomes, operation.time_limit, before, begun.at, lost, asleep)
            outcome = await self._outcome(action.host, inquiry, lost)
        _show_outcome(action, show_result, outcome)

    async def _outcome(self, host: str, inquiry: Inquiry[Any], lost: float) -> Outcome[Any]:
        """Return the outcome as soon as the frames from after the loss make it certain."""
        while True:
            await trio.sleep(LOOK_EVERY)
            view = self._fleet.view(host)
            if view.frame and view.framed and view.framed > lost:
                outcome = inquiry.judge(view.frame, view.framed, view.heard or view.framed)
                if outcome:
                    return outcome

    async def _ask_for_outcome(self, host: str, inquiry: Operation[Outcome[Any]]) -> Outcome[Any]:
        """Return the outcome that a host tells, as soon as it is back and no longer carries the action out."""
        until = math.inf
        while True:
            await trio.sleep(LOOK_EVERY)
            if not self._fleet.view(host).fresh:
                continue
            try:
                return await self._fleet.ask(host, inquiry)
            except OperationError as error:
                until = min(until, trio.current_time() + ASK_FOR)
                if error.status != exits.TIMED_OUT or trio.current_time() > until:
                    return unknown(str(error), error.status)
            except HostError:
                pass  # it is lost again, and asked when it is back


def _show_outcome(action: Action, show_result: ShowResult, outcome: Outcome[Any]) -> None:
    """Report the outcome, or what `done` says against it."""
    done = outcome.verdict is Verdict.DONE
    try:
        if done:
            (action.late or action.done)(outcome.answer)
    except OperationError as error:
        show_result(str(error), "fault")
    else:
        words = verdict_words(action.operation.name, outcome)
        show_result(f"{clean(action.address)}: {words}", "notice" if done else "fault")
