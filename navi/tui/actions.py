"""Actions: what is done to sessions, on whatever hosts they are, and what is told about it.

An action is one operation on one host. If the line is lost under way, the state there is either that before or that
after; the next frame of the host shows which, and that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import trio

from navi.core.model import HostView, Session
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import Operation, OperationError

Tell = Callable[[str, str], None]
"""Takes words and their style."""


@dataclass(frozen=True, slots=True)
class Action:
    """An operation on a host. `about` names the session, `done` says with the answer what came of it, and `happened`
    reads from a later view whether it was carried out; None is for what no view can tell. `late` does what `done` would
    have, but for telling, if that is found out only from a view.
    """

    host: str
    about: str
    operation: Operation[Any]
    done: Callable[[Any], str]
    happened: Callable[[HostView], bool | None]
    late: Callable[[], object] = lambda: None


LOOK_EVERY = 0.25
"""Seconds between two looks at what became of an action whose answer was lost."""


class Actions:
    """Carries actions out, many at a time. A host takes a few at once; that is the affair of its channels."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._send, self._orders = trio.open_memory_channel[tuple[Action, Tell]](10_000)

    async def run(self) -> None:
        """Carry out what is ordered, until cancelled."""
        async with trio.open_nursery() as nursery:
            async for action, tell in self._orders:
                nursery.start_soon(self._carry_out, action, tell)

    def order(self, actions: Sequence[Action], tell: Callable[[Action], Tell]) -> None:
        """Have actions carried out; does not wait. `tell` gives for each where its result goes."""
        for action in actions:
            self._send.send_nowait((action, tell(action)))

    async def _carry_out(self, action: Action, tell: Tell) -> None:
        try:
            answer = await self._fleet.ask(action.host, action.operation)
            tell(action.done(answer), "good")
        except OperationError as error:
            tell(str(error), "fault")
        except HostError as error:
            tell(f"{error.failure.cause}; whether it was done shows when {clean(action.host)} is back", "fault")
            self._fleet.refresh(action.host)
            await self._settle(action, tell, trio.current_time())
        self._fleet.refresh(action.host)

    async def _settle(self, action: Action, tell: Tell, since: float) -> None:
        """Tell what became of an action whose answer was lost at a time of this machine's clock.

        That it was not done is certain only when it can't be under way any more.
        """
        limit = since + action.operation.time_limit
        while True:
            await trio.sleep(LOOK_EVERY)
            view = self._fleet.view(action.host)
            if not view.fresh or view.framed is None or view.framed <= since:
                continue
            happened = action.happened(view)
            if happened is None:
                return
            if happened:
                action.late()
                tell(f"{action.about}: {action.operation.name} was done before the line was lost", "notice")
                return
            if trio.current_time() > limit:
                tell(f"{action.about}: {action.operation.name} was not done; nothing has changed", "fault")
                return


def living(view: HostView, session: Session) -> Session | None:
    """Return the session as the view has it now, by tmux's id, or None."""
    for one in view.sessions:
        if one.tmux and session.tmux and (one.tmux.server, one.tmux.id) == (session.tmux.server, session.tmux.id):
            return one
    return None
