"""Errands: programs that take the terminal for a while, one after the other. Attaching, and logging in."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import trio

from navi.core.address import LOCAL
from navi.core.failure import HostState
from navi.core.model import Session
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.attach import attach
from navi.tui.terminal import Terminal

WAIT_AT_END = """
"$@"
code=$?
[ $code -eq 0 ] || { printf '\\nPress Enter to go back to navi. '; read -r _; }
exit $code
"""
"""Runs a command that talks to a person, and leaves its complaint on the screen until it was read."""

Errand = Callable[[], Awaitable[None]]


class Errands:
    """Lends the terminal. `tell` says at the foot of the screen what went wrong."""

    def __init__(
        self, fleet: Fleet, terminal: Terminal, environment: Mapping[str, str], tell: Callable[[str, str], None]
    ) -> None:
        self._fleet = fleet
        self._terminal = terminal
        self._environment = environment
        self._tell = tell
        self._send, self._orders = trio.open_memory_channel[Errand](8)

    async def run(self) -> None:
        """Do what is ordered, until cancelled."""
        async for errand in self._orders:
            try:
                await errand()
            except OperationError as error:
                self._tell(str(error), "fault")
            except OSError as error:
                self._tell(f"{error.filename} can't be started: {error.strerror}", "fault")
            except HostError as error:
                self._tell(f"{error.failure.cause}; {error.failure.remedy}", "fault")

    def _order(self, errand: Errand) -> None:
        """Too many at once are keys that were held; they are dropped."""
        with suppress(trio.WouldBlock):
            self._send.send_nowait(errand)

    def attach(self, session: Session) -> None:
        """Attach to a session, as soon as the terminal is free; does not wait."""
        self._order(lambda: self._attach(session))

    def authenticate(self, session: Session | None) -> None:
        """Log in to the session's host if it asks for that, else to the first host that does; does not wait."""
        self._order(lambda: self._authenticate(session))

    async def _attach(self, session: Session) -> None:
        inside = self._environment["TMUX"] if self._in_server_of(session) else ""
        words = self._fleet.host(session.host).interactive(attach(session, inside))
        ended = await self._terminal.lend(words, self._environment if inside else _without_tmux(self._environment))
        self._fleet.refresh(session.host)
        if ended.status != 0:
            reason = ended.words or _how(ended.status)
            self._tell(f"attaching to {clean(session.address)} ended: {reason}", "fault")

    def _in_server_of(self, session: Session) -> bool:
        """Whether navi itself runs in a pane of the session's tmux server."""
        if session.host != LOCAL or session.tmux is None:
            return False
        return self._environment.get("TMUX", "").split(",")[1:2] == [str(session.tmux.server)]

    async def _authenticate(self, session: Session | None) -> None:
        asking = [view.name for view in self._fleet.views if view.state in (HostState.AUTH, HostState.HOSTKEY)]
        if session and session.host in asking:
            asking.insert(0, session.host)
        if not asking:
            self._tell("no host asks for a login", "notice")
            return
        try:
            words = ("sh", "-c", WAIT_AT_END, "navi", *self._fleet.host(asking[0]).authenticate())
            await self._terminal.lend(words, self._environment, quiet=False)
        finally:
            self._fleet.refresh(asking[0])


def _how(status: int) -> str:
    """Say how a program ended that said nothing itself; signals are negative."""
    return f"exit status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"


def _without_tmux(environment: Mapping[str, str]) -> dict[str, str]:
    """tmux refuses to attach within itself; to another server it may."""
    return {name: value for name, value in environment.items() if name not in ("TMUX", "TMUX_PANE")}
