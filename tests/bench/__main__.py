"""contrib/bench [--quick] [NAME...]: measure all figures, or those named, and print one table."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence

import trio

from tests.bench import (
    agent_crowd,
    agent_news,
    agent_sends,
    agent_states,
    answers,
    bastion,
    chaos,
    first_frame,
    freshness,
    frozen,
    headless,
    headless_cuts,
    headless_flows,
    headless_kills,
    headless_page,
    hook,
    idle,
    isolation,
    keys,
    lifecycle,
    masters,
    notices,
    request,
    restore,
    sends,
    tokens,
    verbs,
    web,
)
from tests.bench.laboratory import Run
from tests.bench.report import Row, facts, table

FIGURES: dict[str, Callable[[Run], Awaitable[list[Row]]]] = {
    "idle": idle.measure,
    "first-frame": first_frame.measure,
    "freshness": freshness.measure,
    "request": request.measure,
    "keys": keys.measure,
    "frozen": frozen.measure,
    "isolation": isolation.measure,
    "masters": masters.measure,
    "bastion": bastion.measure,
    "lifecycle": lifecycle.measure,
    "restore": restore.measure,
    "headless": headless.measure,
    "web": web.measure,
    "headless-page": headless_page.measure,
    "headless-flows": headless_flows.measure,
    "headless-cuts": headless_cuts.measure,
    "headless-kills": headless_kills.measure,
    "hook": hook.measure,
    "tokens": tokens.measure,
    "verbs": verbs.measure,
    "answers": answers.measure,
    "notices": notices.measure,
    "chaos": chaos.measure,
    "agent-news": agent_news.measure,
    "agent-crowd": agent_crowd.measure,
    "agent-sends": agent_sends.measure,
    "agent-states": agent_states.measure,
    "sends": sends.measure,
}
"""The figures with the longest waits come first."""

GROUPS = {"agents": ("agent-news", "agent-crowd", "agent-sends", "agent-states")}
"""Names for several figures."""

ON_REQUEST = {"chaos", *GROUPS["agents"], "notices", "sends", "headless-cuts", "headless-kills"}
"""Figures that take minutes to hours, or need real agents: they are measured only if they are named."""


class Bench:
    """The figures of one run. `failed` names those that could not be measured."""

    def __init__(self, names: Sequence[str], run: Run) -> None:
        self.names = names
        self.failed: list[str] = []
        self.rows: dict[str, list[Row]] = {}
        self._run = run

    async def run(self) -> None:
        """Measure everything; SIGTERM and SIGHUP end it early."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._end_on_signal, nursery.cancel_scope)
            async with trio.open_nursery() as figures:
                for name in self.names:
                    await figures.start(self._measure, name)
            nursery.cancel_scope.cancel()

    async def _end_on_signal(self, everything: trio.CancelScope) -> None:
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGHUP) as signals:
            async for _ in signals:
                self.failed.append("interrupted")
                everything.cancel()

    async def _measure(self, name: str, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Measure one figure. Any error is caught here, so that it fails this figure and no other."""
        task_status.started()
        try:
            self.rows[name] = await FIGURES[name](self._run)
            print(f"{name}: measured", file=sys.stderr)
        except Exception:
            traceback.print_exc()
            self.failed.append(name)


def piece(text: str) -> range:
    """Return the numbers from A to B, as --only takes them. Raise ValueError."""
    first, last = map(int, text.split("-"))
    return range(first, last + 1)


def main() -> int:
    """Run the bench; return 1 if a figure could not be measured. A missed target is not a failure."""
    parser = argparse.ArgumentParser(prog="contrib/bench", description="Measure navi's speed and cost.")
    parser.add_argument("--quick", action="store_true", help="take fewer samples: two minutes instead of eight")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="the seed of chaos, to repeat a run")
    parser.add_argument("--only", type=piece, metavar="A-B", help="only these of chaos, or of headless-kills")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"a figure: {', '.join([*FIGURES, *GROUPS])}")
    chosen = parser.parse_args()
    wanted = [figure for name in chosen.names for figure in GROUPS.get(name, (name,))]
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        parser.error(f"unknown figure {unknown[0]}; choose from {', '.join([*FIGURES, *GROUPS])}")
    names = wanted or [name for name in FIGURES if name not in ON_REQUEST]
    bench = Bench(names, Run(chosen.quick, chosen.seed, chosen.only))
    trio.run(bench.run)
    rows = [row for name in FIGURES for row in bench.rows.get(name, [])]
    print(facts(), table(rows), *(f"not measured: {name}" for name in bench.failed), sep="\n\n")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
