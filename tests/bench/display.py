"""The places where a change becomes visible: a terminal that navi draws on, or a fleet without a screen."""

from __future__ import annotations

import os
import termios
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

import trio

from navi.config.navi_files import NaviFiles
from navi.config.reader import read_remotes
from navi.config.settings import Settings
from navi.fleet import Fleet
from navi.hosts.trio_openssh import OpenSSHHost

SIZE = (40, 120)
"""Rows and columns of the terminal."""

PATIENCE = 60.0
"""Seconds after which an expected text counts as lost, and the figure as failed."""


class Expected:
    """A text that a display has not shown yet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._seen = trio.Event()
        self._at = 0.0

    def appear(self, now: float) -> None:
        """Record that it is shown, at `now` of trio's clock."""
        self._at = now
        self._seen.set()

    async def time(self) -> float:
        """Wait for the text, and return when it appeared (trio's clock). Raise TimeoutError if it never does."""
        with trio.move_on_after(PATIENCE):
            await self._seen.wait()
            return self._at
        raise TimeoutError(f"{self.text!r} did not appear within {PATIENCE:g} s")


class Display:
    """A place that shows texts."""

    def __init__(self) -> None:
        self._expected: list[Expected] = []

    def expect(self, text: str) -> Expected:
        """Expect a text from now on. It must be new: earlier output is not searched."""
        expected = Expected(text)
        self._expected.append(expected)
        return expected

    def search(self, shown: Callable[[str], bool]) -> None:
        """Record the texts that have appeared; `shown` returns whether a text is visible now."""
        now = trio.current_time()
        for expected in [one for one in self._expected if shown(one.text)]:
            self._expected.remove(expected)
            expected.appear(now)


class Screen(Display):
    """A program on a pseudoterminal. `pid` is its process, `written` the size of its output in bytes, and `log` has the
    output with its times.
    """

    def __init__(self, process: trio.Process, terminal: trio.lowlevel.FdStream) -> None:
        super().__init__()
        self.pid = process.pid
        self.written = 0
        self.log: list[tuple[float, bytes]] = []
        self._terminal = terminal

    async def read(self) -> None:
        """Read the program's output until it ends."""
        before = b""
        while data := await self._receive():
            self.written += len(data)
            self.log.append((trio.current_time(), data))
            self.search(partial(_is_new, before, data))
            before = (before + data)[-200:]

    async def _receive(self) -> bytes:
        try:
            return bytes(await self._terminal.receive_some(65536))
        except trio.BrokenResourceError:  # the last program on the terminal has ended
            return b""

    async def press(self, keys: str) -> None:
        """Type keys."""
        await self._terminal.send_all(keys.encode())


def _is_new(before: bytes, data: bytes, text: str) -> bool:
    """Return whether a text ends within `data`."""
    wanted = text.encode()
    return wanted in before[max(0, len(before) - len(wanted) + 1) :] + data


@asynccontextmanager
async def screen(words: Sequence[str], environment: Mapping[str, str], folder: str) -> AsyncIterator[Screen]:
    """Run a program on a pseudoterminal, its controlling terminal, and end it when the context exits."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, SIZE)
    process = await trio.lowlevel.open_process(
        ["setsid", "--ctty", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder
    )
    os.close(theirs)
    async with trio.lowlevel.FdStream(ours) as terminal, trio.open_nursery() as nursery:
        shown = Screen(process, terminal)
        nursery.start_soon(shown.read)
        try:
            yield shown
        finally:
            await _end(process)
            nursery.cancel_scope.cancel()


async def _end(process: trio.Process) -> None:
    with trio.CancelScope(shield=True):
        process.terminate()
        with trio.move_on_after(10):
            await process.wait()
        process.kill()
        await process.wait()


@asynccontextmanager
async def bare_fleet(environment: Mapping[str, str]) -> AsyncIterator[Display]:
    """Run the fleet of remotes.yaml in this process, as a display of its sessions' messages."""
    remotes, _ = read_remotes(NaviFiles(environment).remotes)
    display = Display()

    def changed(name: str) -> None:
        messages = [session.message for session in fleet.view(name).sessions]
        display.search(lambda text: any(text in message for message in messages))

    fleet = Fleet([OpenSSHHost(remote, environment) for remote in remotes], Settings().agents, changed)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fleet.run)
        yield display
        nursery.cancel_scope.cancel()
