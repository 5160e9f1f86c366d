"""chaos: hostile lifecycles of sessions, here and on a remote, judged by an oracle that asks tmux and reads files.

Sessions are created, renamed, acknowledged, killed and restored by verbs, hooks run in crowds, tmux itself renames and
ends sessions, and every process involved is killed: hooks, verbs, watches, dashboards, connections, tmux servers. Two
dashboards run all the time. Counted are: states that were lost, sessions and files that came back or stayed, what took
more than five seconds, statements of verbs that were not true, and processes and files that were left.

A seed decides the plan of each lifecycle; what happens at the same time is up to the machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import trio

from tests.bench.chaos_lifecycle import Lifecycle
from tests.bench.chaos_noise import Noise
from tests.bench.chaos_oracle import KINDS, LOST, ORPHAN, RESURRECTED, Counts, Machine, Subject
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.machines import Lab

LIFECYCLES, QUICK = 10_000, 150
AT_ONCE = 6
ALLOWED = 5.0
"""Seconds that anything may take to become true, after the last kill of a connection, watch or dashboard."""


async def measure(run: Run) -> list[Row]:
    """Return the counts, each as one sample, how long changes took, and the lifecycles in a minute."""
    async with run.turn:
        numbers = run.only or range(run.pick(LIFECYCLES, QUICK))
        began = time.monotonic()
        with laboratory() as lab:
            counts = await trio.to_thread.run_sync(partial(chaos, lab, run.seed, numbers))
        number = len(numbers)
        rate = number / (time.monotonic() - began) * 60
    print(f"chaos: seed {run.seed}; steps: {dict(sorted(counts.steps.items()))}", file=sys.stderr)
    rows = [Row(f"chaos: {kind}", f"in {number}", [len(counts.found[kind])], (), {"max": 0}) for kind in KINDS]
    waits = Row("chaos: a change until it is true", "s", counts.waits, limits={"max": ALLOWED})
    return [*rows, waits, Row("chaos: lifecycles", "a minute", [rate])]


def chaos(lab: Lab, seed: int, numbers: Sequence[int], allowed: float = ALLOWED) -> Counts:
    """Run the lifecycles with these numbers in a lab, several at once, and return what went wrong."""
    counts = Counts()
    box = lab.machine("box", shell="bash")
    lab.remotes_yaml([box])
    machines = [Machine(lab, lab.local), Machine(lab, box)]
    lifecycles = [Lifecycle(machines, counts, seed, number, allowed) for number in numbers]
    with Noise(lab, box, seed, counts), ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(_live, counts, one) for one in lifecycles]
        try:
            for one in waiting:
                one.result()
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl-C ends the run after those that are under way
    _look_over(counts, machines, [one.subject for one in lifecycles])
    _look_for_processes(counts, lab)
    return counts


def _live(counts: Counts, one: Lifecycle) -> None:
    """Run a lifecycle. An error of the driver counts as something lost, so that no run with errors looks good."""
    try:
        one.run()
    except Exception as error:
        counts.report(LOST, f"the driver failed on {one.subject.name}: {error!r}")


def _look_over(counts: Counts, machines: Sequence[Machine], subjects: Sequence[Subject]) -> None:
    """Check after everything has ended that no session, file, entry or trace of a change is left."""
    for machine in machines:
        host = machine.prefix.removesuffix("/") or "local"
        machine.run("explain", f"{host}/no-such-session")
        result = machine.run("cleanup", "--host", host)
        names = {name for one in subjects if one.machine is machine for name in one.names}
        left = names & {path.stem for path in machine.account.sessions_dir.glob("*.json")}
        left |= names & set(machine.tmux("", "list-sessions", "-F", "#{session_name}").splitlines())
        for name in sorted(left):
            counts.report(RESURRECTED, f"{host}: {name} is there at the end")
        for name in sorted(names & machine.registered().keys()):
            counts.report(ORPHAN, f"{host}: {name} is in the registry after the clean-up ({result.words})")
        for file in machine.state_files():
            counts.report(ORPHAN, f"{host}: {file} is in the state folder at the end")


def _look_for_processes(counts: Counts, lab: Lab) -> None:
    """Wait until everything that navi started has ended; masters of killed dashboards stay for a minute."""
    limit = time.monotonic() + 20
    while (left := [one for one in lab.leftovers() if one.name not in ("ssh", "sshd")]) and time.monotonic() < limit:
        time.sleep(0.5)
    for one in left:
        counts.report(ORPHAN, f"process {one.pid}: {one.words[:200]}")
