"""bastion: sixty hosts behind one jump host that has sshd's default limit for starting connections (MaxStartups)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import AsyncExitStack

import trio

from tests.bench.laboratory import ROOT, Run, laboratory, navi
from tests.bench.report import Row
from tests.support.machines import Lab

HOSTS = 60


async def measure(run: Run) -> list[Row]:
    """Let a verb and the dashboard connect to all of them, each with no master open; count those that answered."""
    async with run.turn:
        listed, by_verb = await _verb()
        shown, by_dashboard = await _dashboard()
    return [
        Row("bastion: hosts missing in ls", "hosts", [HOSTS - listed], limits={"max": 0}),
        Row("bastion: ls of all hosts", "s", [by_verb]),
        Row("bastion: hosts missing in the dashboard", "hosts", [HOSTS - shown], limits={"max": 0}),
        Row("bastion: dashboard has all hosts", "s", [by_dashboard]),
    ]


async def _verb() -> tuple[int, float]:
    with laboratory() as lab:
        furnish(lab)
        words = [sys.executable, "-m", "navi", "ls", "--json"]
        began = time.perf_counter()
        done = await trio.run_process(
            words, env=lab.environment(), cwd=ROOT, stdin=subprocess.DEVNULL, capture_stdout=True, check=False
        )
        hosts = json.loads(done.stdout)["hosts"]
        return sum(host["state"] == "connected" for host in hosts) - 1, time.perf_counter() - began


async def _dashboard() -> tuple[int, float]:
    async with AsyncExitStack() as stack:
        lab = stack.enter_context(laboratory())
        furnish(lab)
        began = time.perf_counter()
        dashboard = await stack.enter_async_context(navi(lab))
        with trio.move_on_after(180):
            await dashboard.expect(f"✔ {HOSTS} ").time()
        counts = [int(found) for found in re.findall(r"✔ (\d+) ", b"".join(data for _, data in dashboard.log).decode())]
        return max(counts, default=0), time.perf_counter() - began


def furnish(lab: Lab) -> None:
    """Make the jump host and the hosts, which are one machine under many names."""
    lab.machine("bastion", max_startups="10:30:100")
    inner = lab.machine("inner")
    inner.new_session("api", "exec -a claude sleep 10000")
    lab.remotes_yaml([inner.remote(name=f"h{number:02}", jump_host="bastion") for number in range(HOSTS)])
