"""lifecycle: the time from a key that changes a session until its row is final, as counted by the header.

Measured on loopback, through a relay that adds a round trip of 100 ms, and for a hundred sessions on five hosts at
once. The floor is two round trips.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from tests.bench.display import Screen
from tests.bench.laboratory import Run, laboratory, navi
from tests.bench.report import Row
from tests.support.lab_hosts import agent
from tests.support.machines import Account, Lab
from tests.support.relay import Relay

DELAY = 0.05
"""Seconds of delay to the distant machine, one way."""

ALLOWED = 100.0
"""Milliseconds beyond two round trips."""

HOSTS, SESSIONS = 5, 20


async def measure(run: Run) -> list[Row]:
    """Return the rows of each action on loopback and with delay, then of many at once."""
    async with run.turn:
        rows = []
        for name, delay in (("loopback", 0.0), ("100 ms round trip", DELAY)):
            rows += await _alone(name, delay, run.pick(15, 5))
        return [*rows, await _many(run.pick(3, 1))]


async def _alone(where: str, delay: float, times: int) -> list[Row]:
    with laboratory() as lab:
        there = lab.machine("there")
        with Relay(there.port, delay) as relay:
            lab.alias("far", relay.port)
            lab.remotes_yaml([{"name": "far", "host": "far"}])
            agent(there)
            _begin(there, "waiting", times)
            async with navi(lab) as screen:
                await _settle(screen, f"0 local, {times} remote")
                found = {
                    "dismiss": await _dismiss(screen, times),
                    "create": await _create(screen, times),
                    "kill": await _kill(screen, times),
                }
    trips = 2 * 2000 * delay
    return [
        Row(f"lifecycle: {action}, {where}", "ms", samples, [trips] * len(samples), {"median": trips + ALLOWED})
        for action, samples in found.items()
    ]


def _begin(account: Account, status: str, count: int) -> None:
    for number in range(count):
        account.new_session(f"work-{number:02}", "sleep 10000")
        account.write_status(f"work-{number:02}", status=status, message="Shall I?")


async def _settle(screen: Screen, text: str) -> None:
    await screen.expect(text).time()
    await trio.sleep(1)


async def _time(screen: Screen, text: str, act: Callable[[], Awaitable[None]]) -> float:
    """Return the milliseconds from an action until a new text appears."""
    expected = screen.expect(text)
    begin = trio.current_time()
    await act()
    found = (await expected.time() - begin) * 1000
    await trio.sleep(0.3)
    return found


async def _dismiss(screen: Screen, times: int) -> list[float]:
    """Dismiss the first row each time: waiting sessions are listed first."""
    found = []
    for number in range(times):
        await screen.press("g")
        await trio.sleep(0.3)
        found.append(await _time(screen, f"{number + 1} working", lambda: screen.press("d")))
    return found


async def _create(screen: Screen, times: int) -> list[float]:
    found = []
    for number in range(times):
        asked = screen.expect("New session on")
        await screen.press("n")
        await asked.time()
        await screen.press(f"fresh-{number:02}")
        await trio.sleep(0.3)
        found.append(await _time(screen, f"0 local, {times + number + 1} remote", lambda: screen.press("\r")))
    return found


async def _kill(screen: Screen, times: int) -> list[float]:
    found = []
    for number in range(times):
        asked = screen.expect("leaves everything as it is")
        await screen.press("x")
        await asked.time()
        await trio.sleep(0.2)
        found.append(await _time(screen, f"0 local, {2 * times - number - 1} remote", lambda: screen.press("y")))
    return found


async def _many(times: int) -> Row:
    return Row(
        f"lifecycle: {HOSTS * SESSIONS} killed on {HOSTS} hosts", "ms",
        [await _kill_many() for _ in range(times)], (), {"max": 3000},
    )  # fmt: skip


async def _kill_many() -> float:
    with laboratory() as lab:
        _furnish(lab)
        async with navi(lab) as screen:
            await _settle(screen, f"0 local, {HOSTS * SESSIONS} remote")
            await screen.press(" " * HOSTS * SESSIONS)
            await _settle(screen, f"{HOSTS * SESSIONS} select")  # the last cell of a screen is written apart
            asked = screen.expect("leaves everything as it is")
            await screen.press("x")
            await asked.time()
            return await _time(screen, "0 local, 0 remote", lambda: screen.press("y"))


def _furnish(lab: Lab) -> None:
    machines = [lab.machine(f"host-{number}") for number in range(HOSTS)]
    for machine in machines:
        _begin(machine, "working", SESSIONS)
    lab.remotes_yaml(machines)
