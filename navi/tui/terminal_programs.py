"""Programs that take the terminal for a while, one after the other: attaching, and logging in."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import trio

from navi.core.address import LOCAL
from navi.core.model import Session
from navi.core.program import NAVI
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.session.attach import attach, inside_server
from navi.tui.keys.keymap import Keymap
from navi.tui.terminal import Terminal

LOST = 255
"""ssh's own exit status; every other one is that of the remote's program."""

OPENING = """printf 'Opening %s in a terminal ...\\n' "$1"; shift; exec "$@\""""
"""Prints what goes on, for sh, and becomes the verb."""

RunProgram = Callable[[], Awaitable[None]]


class TerminalPrograms:
    """Suspends the dashboard for programs. `show_message` says in the footer what went wrong."""

    def __init__(
        self, fleet: Fleet, terminal: Terminal, environment: Mapping[str, str],
        show_message: Callable[[str, str], None], keymap: Keymap,
    ) -> None:  # fmt: skip
        self._fleet = fleet
        self._terminal = terminal
        self._environment = environment
        self._show_message = show_message
        self._keymap = keymap
        self._send, self._requests = trio.open_memory_channel[RunProgram](8)

    async def run(self) -> None:
        """Run what is requested, until cancelled."""
        async for run in self._requests:
            try:
                await run()
            except OperationError as error:
                self._show_message(str(error), "fault")
            except OSError as error:
                self._show_message(f"can't start {error.filename}: {error.strerror}", "fault")
            except HostError as error:
                self._show_message(f"{error.failure.cause}; {self._keymap.remedy(error.failure)}", "fault")

    def _request(self, run: RunProgram) -> None:
        """Queue a program. Too many at once come from a key that is held down; they are dropped."""
        with suppress(trio.WouldBlock):
            self._send.send_nowait(run)

    def attach(self, session: Session) -> None:
        """Attach to a session as soon as the terminal is free; does not wait."""
        self._request(lambda: self._attach(session))

    def authenticate(self, host: str) -> None:
        """Log in to a host as soon as the terminal is free; does not wait."""
        self._request(lambda: self._authenticate(host))

    def open_in_terminal(self, session: Session) -> None:
        """Let a session without a terminal go on in one, and attach to it, as soon as the terminal is free."""
        self._request(lambda: self._open_in_terminal(session))

    async def _open_in_terminal(self, session: Session) -> None:
        """The verb does it, and becomes the program that attaches. That takes a while, so that something is printed."""
        address = clean(session.address)
        words = ("sh", "-c", OPENING, "sh", address, *NAVI, "attach", session.address)
        ended = await self._terminal.run_program(words, self._environment)
        self._fleet.refresh(session.host)
        if ended.status != 0:
            self._show_message(f"{address}: {ended.words.removeprefix('navi: ') or _how(ended.status)}", "fault")

    async def _attach(self, session: Session) -> None:
        inside = ""
        if session.host == LOCAL and session.tmux:
            inside = inside_server(self._environment, session.tmux.server)
        words = self._fleet.host(session.host).interactive(attach(session, inside))
        environment = self._environment if inside else _without_tmux(self._environment)
        is_remote = session.host != LOCAL
        # What fails there writes to this terminal, and not to ssh's standard error.
        pause_after = range(1, LOST) if is_remote else ()
        ended = await self._terminal.run_program(words, environment, pause_after=pause_after)
        self._fleet.refresh(session.host)
        if ended.status != 0:
            error = "" if is_remote and ended.status != LOST else ended.words
            reason = error or _how(ended.status)
            self._show_message(f"attaching to {clean(session.address)} ended: {reason}", "fault")

    async def _authenticate(self, host: str) -> None:
        try:
            words = self._fleet.host(host).authenticate()
            await self._terminal.run_program(
                words, self._environment, keep_errors=False, pause_after=range(1, LOST + 1)
            )
        finally:
            self._fleet.refresh(host)


def _how(status: int) -> str:
    """Say how a program ended that printed no error; signals are negative."""
    return f"exit status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"


def _without_tmux(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out tmux's variables: tmux refuses to attach within itself, and to another server it may."""
    return {name: value for name, value in environment.items() if name not in ("TMUX", "TMUX_PANE")}
