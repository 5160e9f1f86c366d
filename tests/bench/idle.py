"""idle: what navi costs while nothing changes: processor time, processes and terminal output, here and on a remote.

Times come from the kernel's account of each process and include children that have ended. Leave the machine alone
during the run: every terminal that opens or closes makes each watch ask tmux.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import trio

from tests.bench.display import Screen
from tests.bench.laboratory import SETTLING, Run, laboratory, navi, replacing
from tests.bench.report import Row
from tests.support.machines import Account, Lab, Machine
from tests.support.processes import Process, family, processes

SESSIONS = 20
"""Idle sessions on each machine."""

TICK = os.sysconf("SC_CLK_TCK")

Members = Callable[[], Iterable[Process]]


async def measure(run: Run) -> list[Row]:
    """Return the rows of an idle dashboard, then of one remote watch while its statuses change."""
    async with AsyncExitStack() as stage:
        async with run.turn:
            lab = stage.enter_context(laboratory())
            machines = [lab.machine(name) for name in ("atlas", "boreas", "castor")]
            for account in (lab.local, *machines):
                furnish(account)
            lab.remotes_yaml(machines)
            dashboard = await stage.enter_async_context(navi(lab))
        await trio.sleep(SETTLING)
        async with run.turn:
            return [
                *await rest(lab, machines[0], dashboard, run.pick(60, 20)),
                *await work(machines[0], run.pick(30, 10)),
            ]


async def rest(lab: Lab, machine: Machine, dashboard: Screen, seconds: float) -> list[Row]:
    """Measure what navi and one remote watch use while nothing changes."""
    written = dashboard.written
    async with started_by(dashboard.pid, lab.folder / "started") as started:
        groups: list[Members] = [lambda: everything_here(lab, dashboard.pid), lambda: alone(dashboard.pid)]
        everything, itself, watch = await used(seconds, *groups, lambda: watch_of(machine))
    return [
        Row("idle: navi and all its children", "% of a core", [everything], limits={"max": 1}),
        Row("idle: navi alone", "% of a core", [itself]),
        Row("idle: programs started, but for the watch's", "programs", [started()], limits={"max": 0}),
        Row("idle: written to the terminal", "bytes", [dashboard.written - written], limits={"max": 0}),
        Row("idle: a remote watch, quiet", "% of a core", [watch], limits={"max": 0.3}),
    ]


async def work(machine: Machine, seconds: float) -> list[Row]:
    """Measure one remote watch while a status changes there every two seconds."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(change, machine)
        await trio.sleep(3)
        (busy,) = await used(seconds, lambda: watch_of(machine))
        nursery.cancel_scope.cancel()
    return [Row("idle: a remote watch, a change each 2 s", "% of a core", [busy], limits={"max": 1})]


def furnish(account: Account) -> None:
    """Start idle sessions whose agents finished hours ago."""
    for number in range(SESSIONS):
        session = f"{account.name}-{number:02}"
        account.new_session(session, "exec sleep 100000")
        account.write_status(session, status="done", message="ready", timestamp=int(time.time()) - 3 * 3600 - 60)


async def change(account: Account) -> None:
    """Change a status every two seconds."""
    write = replacing(account, f"{account.name}-00")
    while True:
        write(f"at {time.time():.0f}")
        await trio.sleep(2)


# ---- the processes that are counted


def everything_here(lab: Lab, pid: int) -> list[Process]:
    """Return navi, its children, and the ssh masters that it put into the background."""
    return family(lambda one: one.pid == pid or f"ControlPath={lab.folder}/run/" in one.words)


def alone(pid: int) -> list[Process]:
    """Return navi itself."""
    return [one for one in processes() if one.pid == pid]


def watch_of(machine: Machine) -> list[Process]:
    """Return the watch of a machine, and what it runs."""
    return family(lambda one: "navi-watch" in one.words, machine.belongings())


# ---- accounts


async def used(seconds: float, *counted: Members) -> list[float]:
    """Return the share of a core, in percent, that each group of processes uses during `seconds`."""
    before = [sum(map(ticks, members())) for members in counted]
    begin = trio.current_time()
    await trio.sleep(seconds)
    after = [sum(map(ticks, members())) for members in counted]
    passed = (trio.current_time() - begin) * TICK
    return [100 * (late - early) / passed for early, late in zip(before, after, strict=True)]


def ticks(process: Process) -> int:
    """Return a process's time, including its ended children (proc(5), utime to cstime)."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))


@asynccontextmanager
async def started_by(pid: int, log: Path) -> AsyncIterator[Callable[[], int]]:
    """Count the programs that a process and its new children start; earlier children are not traced."""
    strace = await trio.lowlevel.open_process(
        ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", str(log), "-p", str(pid)]
    )
    try:
        yield lambda: log.read_text().count("execve(")
    finally:
        attached = strace.poll() is None
        strace.send_signal(signal.SIGINT)
        await strace.wait()
    if not attached:
        raise RuntimeError("strace could not follow navi: is it allowed here?")
