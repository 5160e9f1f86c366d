"""Actions: operations on sessions that the user asks for, carried out in the background and reported.

If the connection is lost meanwhile, the next frames of the host show the outcome (navi.ops.outcome).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import trio

from navi.core.model import Frame
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.hosts.base import ConnectionLost
from navi.ops import Operation, OperationError
from navi.ops.outcome import Inquiry, Outcome, Verdict, checking, verdict_words

Tell = Callable[[str, str], None]
"""Takes words and their style."""


@dataclass(frozen=True, slots=True)
class Action:
    """An operation on a host. `address` names the session. `done` takes the answer and returns the words for it.

    `late` is called instead of `done` if the answer was lost and is known only from a later look.
    """

    host: str
    address: str
    operation: Operation[Any]
    done: Callable[[Any], str]
    late: Callable[[Any], object] | None = None


LOOK_EVERY = 0.25
"""Seconds between two looks at the view of a host for the outcome of an action."""


class Actions:
    """Carries actions out, many at a time; a host limits how many it carries out at once."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._send, self._orders = trio.open_memory_channel[tuple[Action, Tell]](10_000)

    async def run(self) -> None:
        """Carry out the ordered actions, until cancelled."""
        async with trio.open_nursery() as nursery:
            async for action, tell in self._orders:
                nursery.start_soon(self._carry_out, action, tell)

    def order(self, actions: Sequence[Action], tell: Callable[[Action], Tell]) -> None:
        """Have actions carried out; does not wait. `tell` returns for each what takes its result."""
        for action in actions:
            self._send.send_nowait((action, tell(action)))

    async def _carry_out(self, action: Action, tell: Tell) -> None:
        before = self._fleet.view(action.host).frame
        began = trio.current_time()
        try:
            answer = await self._fleet.ask(action.host, action.operation)
            tell(action.done(answer), "good")
        except OperationError as error:
            tell(str(error), "fault")
        except ConnectionLost as error:
            await self._find_out(action, tell, before, began, error.failure.cause)
        except HostError as error:
            tell(f"nothing was done: {error.failure.cause}", "fault")
        self._fleet.refresh(action.host)

    async def _find_out(self, action: Action, tell: Tell, before: Frame | None, began: float, cause: str) -> None:
        """Report that the connection was lost, and later the outcome."""
        operation = action.operation
        if operation.outcomes is None:
            tell(cause, "fault")
            return
        tell(checking(operation.name, cause), "fault")
        self._fleet.refresh(action.host)
        lost = trio.current_time()
        inquiry = Inquiry(operation.outcomes, operation.time_limit, before, began, lost)
        outcome = await self._outcome(action.host, inquiry, lost)
        if outcome.verdict is Verdict.DONE:
            (action.late or action.done)(outcome.answer)
        style = "notice" if outcome.verdict is Verdict.DONE else "fault"
        tell(f"{clean(action.address)}: {verdict_words(operation.name, outcome)}", style)

    async def _outcome(self, host: str, inquiry: Inquiry[Any], lost: float) -> Outcome[Any]:
        """Return the outcome as soon as the frames from after the loss make it certain."""
        while True:
            await trio.sleep(LOOK_EVERY)
            view = self._fleet.view(host)
            if view.frame and view.framed and view.framed > lost:
                outcome = inquiry.judge(view.frame, view.framed, view.heard or view.framed)
                if outcome:
                    return outcome
