"""request: one request to a host over navi's open channel, over an ssh master, and over a new ssh connection.

The floor is one line through a remote `cat` and back: a round trip over ssh. The floor of a capture also includes
tmux's own time.
"""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median

import trio

from navi.config.remote import Remote
from navi.core.status import sessions_of
from navi.hosts.trio_openssh import PING, OpenSSHHost
from navi.ops.look.frames import look
from navi.ops.pane.preview import capture
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.machines import Lab, Machine
from tests.support.relay import Relay

Step = Callable[[], Awaitable[object]]


async def measure(run: Run) -> list[Row]:
    """Return the rows of a machine on loopback and of the same machine with a round trip of 100 ms."""
    async with run.turn:
        with laboratory() as lab:
            machine = lab.machine("near")
            machine.new_session("work", "seq 200; sleep 10000")
            with Relay(machine.port, 0.05) as relay:
                lab.alias("far", relay.port)
                tmux = median(await timed(lambda: _capture(machine), 20))
                near = await _compare(lab, "near", "loopback", tmux, run.pick(100, 30), run.pick(20, 5))
                far = await _compare(lab, "far", "100 ms", tmux, run.pick(30, 10), run.pick(10, 3))
    return near + far


async def _capture(machine: Machine) -> None:
    """Capture the pane with tmux alone, without ssh."""
    words = ("tmux", "-u", "capture-pane", "-p", "-t", "work", "-S", "-100")
    await trio.run_process(words, stdin=b"", capture_stdout=True, env=machine.environment())


async def _compare(lab: Lab, alias: str, distance: str, tmux: float, often: int, seldom: int) -> list[Row]:
    """Time the four ways, the first two `often`; each row's floor is the round trip. `tmux` is in ms."""
    plain = Plain(lab, alias, str(lab.folder / f"plain-{alias}"))
    async with plain.master(), plain.cat() as there_and_back, connected(lab, alias) as host:
        session = sessions_of(alias, await host.run(look()), ())[0]
        trips = await timed(there_and_back, often)
        noop = await timed(lambda: host.run(PING), often)
        shown = await timed(lambda: host.run(capture(session, 100)), often)
        over_master = await timed(lambda: plain.call("true"), seldom)
    fresh = await timed(lambda: plain.call("true", "-o", "ControlPath=none"), seldom)
    limit = 1.2 * median(trips) + 5
    name = f"request, {distance}"
    return [
        Row(f"{name}: channel, nothing to do", "ms", noop, trips, {"median": limit}),
        Row(f"{name}: channel, capture", "ms", shown, [trip + tmux for trip in trips], {"median": limit + tmux}),
        Row(f"{name}: ssh over a master", "ms", over_master, trips),
        Row(f"{name}: ssh anew", "ms", fresh, trips),
    ]


async def timed(step: Step, times: int) -> list[float]:
    """Run a step `often` times after one uncounted run; return the milliseconds of each."""
    found = []
    for _ in range(times + 1):
        begin = trio.current_time()
        await step()
        found.append((trio.current_time() - begin) * 1000)
    return found[1:]


@asynccontextmanager
async def connected(lab: Lab, alias: str) -> AsyncIterator[OpenSSHHost]:
    """Yield navi's host with an open master."""
    host = OpenSSHHost(Remote(alias, alias), lab.environment())
    await host.open()
    try:
        yield host
    finally:
        await host.close()


class Plain:
    """ssh without navi."""

    def __init__(self, lab: Lab, alias: str, control: str) -> None:
        self._words = ("ssh", "-o", "BatchMode=yes", "-S", control, alias)
        self._environment = lab.environment()

    async def call(self, command: str, *options: str) -> None:
        """Run a command on the remote."""
        await self._run([self._words[0], *options, *self._words[1:], command])

    async def _run(self, words: Sequence[str]) -> None:
        environment = self._environment
        await trio.run_process(words, stdin=b"", capture_stdout=True, capture_stderr=True, env=environment)

    @asynccontextmanager
    async def master(self) -> AsyncIterator[None]:
        """Keep a master open."""
        await self._run([*self._words[:-1], "-f", "-N", "-M", "-o", "ControlPersist=yes", self._words[-1]])
        try:
            yield
        finally:
            await self._run([*self._words[:-1], "-O", "exit", self._words[-1]])

    @asynccontextmanager
    async def cat(self) -> AsyncIterator[Step]:
        """Run a remote `cat`; yield a step that sends it a line and awaits the echo."""
        process = await trio.lowlevel.open_process(
            [*self._words, "exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
        )
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        async def there_and_back() -> None:
            await stdin.send_all(b"x\n")
            await stdout.receive_some(2)

        try:
            yield there_and_back
        finally:
            process.kill()
            await process.wait()
