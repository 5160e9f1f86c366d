"""restore: the tmux servers of three hosts end with all their agents, and one key brings every conversation back.

The agents are programs that resume a conversation by its id and report it in a state file, as Claude Code does, so that
what navi adds is not lost in their own start, which is the floor: the same programs, started by one script on each
host, all hosts at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import trio

from tests.bench.laboratory import SETTLING, Run, laboratory, navi
from tests.bench.report import Row
from tests.support.machines import Account, Lab
from tests.support.resumable import conversation, ids, install, start

HOSTS = 3

SESSIONS, QUICK = 20, 3
"""Sessions of each host."""

ALLOWED = 5.0
"""Seconds beside the agents' own start."""


async def measure(run: Run) -> list[Row]:
    """Return the seconds from the key until all are back, and how many conversations did not come back."""
    async with run.turn:
        with laboratory() as lab:
            each = run.pick(SESSIONS, QUICK)
            hosts = [lab.machine(f"host{number}") for number in range(HOSTS)]
            lab.remotes_yaml(hosts)
            had = {host.name: await trio.to_thread.run_sync(_begin, host, each) for host in hosts}
            alone = await _alone(hosts, had)
            for host in hosts:
                await trio.to_thread.run_sync(_begin_again, host, had[host.name])
            seconds = await _restore(lab, hosts, had)
            missing = sum(ids(host, name) != [id] for host in hosts for name, id in had[host.name].items())
    total = HOSTS * each
    return [
        Row(f"restore: {total} sessions of {HOSTS} hosts", "s", [seconds], [alone], {"max": alone + ALLOWED}),
        Row("restore: conversations not back", "", [missing], limits={"max": 0}),
    ]


def _begin(host: Account, count: int) -> dict[str, str]:
    """Start sessions with agents; return their conversations."""
    install(host)
    return {name: start(host, name) for name in (f"work-{number:02}" for number in range(count))}


def _begin_again(host: Account, had: Mapping[str, str]) -> None:
    for name, id in had.items():
        start(host, name, f"claude --resume {id}")


async def _alone(hosts: Sequence[Account], had: Mapping[str, Mapping[str, str]]) -> float:
    """Return the seconds that the agents take without navi; end them again."""
    for host in hosts:
        host.tmux("kill-server")
    await trio.sleep(1)
    begin = trio.current_time()
    async with trio.open_nursery() as nursery:
        for host in hosts:
            nursery.start_soon(trio.to_thread.run_sync, _start_all, host, had[host.name])
    seconds = trio.current_time() - begin
    for host in hosts:
        host.tmux("kill-server")
    await trio.sleep(1)
    return seconds


def _start_all(host: Account, had: Mapping[str, str]) -> None:
    lines = (f"tmux new-session -d -s {name} {host.bin}/claude --resume {id}" for name, id in had.items())
    host.sh("\n".join(lines))
    for name in had:
        conversation(host, name)


async def _restore(lab: Lab, hosts: Sequence[Account], had: Mapping[str, Mapping[str, str]]) -> float:
    """Return the seconds from the key until the dashboard says that all are back."""
    total = sum(map(len, had.values()))
    async with navi(lab) as screen:
        await screen.expect(f"{total} remote").time()
        await trio.sleep(SETTLING)
        for host in hosts:
            host.tmux("kill-server")
        await screen.expect("0 remote").time()
        await screen.press("H")
        await screen.expect("sessions lost").time()
        await trio.sleep(2)
        done = screen.expect(f"{total} of {total} done")
        begin = trio.current_time()
        await screen.press("B")
        return await done.time() - begin
