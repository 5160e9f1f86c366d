"""Answers that race with questions that change: none may go to another question, none be lost, none doubled.

A stand-in for an agent asks, navi reads the question and answers it by its digest, and meanwhile the question may
change: at a moment that differs, so that every step of the answer meets a change. What the stand-in notes is the truth.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import trio

from navi.core.address import Named
from navi.core.agents import AGENTS
from navi.core.question import AnswerMode, Reply
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_endpoint
from navi.ops import HostSettings, OperationError
from navi.ops.look.agents import describe
from navi.ops.pane.question import answer, ask
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.machines import Lab
from tests.support.questions import Asker, asking

ANSWERS, QUICK = 1000, 30

TIMED, TIMED_QUICK = 40, 8

MILLISECONDS = 1000.0


class Race(NamedTuple):
    """What became of the answers: those that another question got, that were reported but never came, and that came
    twice; and how many were given and refused.
    """

    wrong: int
    lost: int
    doubled: int
    given: int
    refused: int


async def measure(run: Run) -> list[Row]:
    """Return what became of the answers, and how long one takes until its question is gone."""
    async with run.turn:
        return await trio.to_thread.run_sync(partial(_measure, run))


def _measure(run: Run) -> list[Row]:
    number = run.pick(ANSWERS, QUICK)
    with laboratory() as lab, asking(lab.local, "api") as asker:
        host = _host(lab)
        took, floor = _timed(host, asker, run.pick(TIMED, TIMED_QUICK))
        race = _race(host, asker, number, random.Random(run.seed), 2 * max(took) / MILLISECONDS)
    return [
        Row("answers: to another question", f"of {number}", [race.wrong], limits={"max": 0}),
        Row("answers: lost", f"of {number}", [race.lost], limits={"max": 0}),
        Row("answers: doubled", f"of {number}", [race.doubled], limits={"max": 0}),
        Row("answers: given", f"of {number}", [race.given]),
        Row("answers: refused, the question had changed", f"of {number}", [race.refused]),
        Row("answers: answer until the question is gone", "ms", took, floor),
    ]


def _host(lab: Lab) -> BlockingHost:
    """Return a host whose agents take keys at once: the pause before a key to a new dialog is not measured."""
    kinds = describe(kind._replace(settles=0.0) for kind in AGENTS)
    return BlockingHost(local_endpoint(HostSettings("", True, kinds)), lab.environment())


def _timed(host: BlockingHost, asker: Asker, number: int) -> tuple[list[float], list[float]]:
    """Return how long answers take, until navi has seen the question go; and how long it takes only to read one."""
    took, floor = [], []
    for one in range(number):
        asker.ask(f"touch timed-{one}")
        began = time.monotonic()
        question = host.run(ask(Named("api")))
        floor.append(MILLISECONDS * (time.monotonic() - began))
        began = time.monotonic()
        host.run(answer(Named("api"), question.digest, Reply(AnswerMode.ALLOW), f"timed{one}", "bench"))
        took.append(MILLISECONDS * (time.monotonic() - began))
    return took, floor


def _race(host: BlockingHost, asker: Asker, number: int, chance: random.Random, longest: float) -> Race:
    given = refused = wrong = lost = doubled = 0
    with ThreadPoolExecutor(1) as pool:
        for one in range(number):
            asker.ask(f"touch asked-{one}")
            digest = host.run(ask(Named("api"))).digest
            before = len(asker.notes())
            future = pool.submit(_answer, host, digest, f"race{one}")
            time.sleep(chance.uniform(0, longest))
            asker.put(f"touch other-{one}")
            done = future.result()
            time.sleep(0.05)
            keys = asker.notes()[before:]
            right = keys.count((f"touch asked-{one}", "1"))
            wrong += len(keys) - right
            lost += done and not right
            doubled += right > 1
            given += done
            refused += not done
    return Race(wrong, lost, doubled, given, refused)


def _answer(host: BlockingHost, digest: str, call: str) -> bool:
    """Answer the question with that digest; return whether it is said to be answered."""
    try:
        return host.run(answer(Named("api"), digest, Reply(AnswerMode.ALLOW), call, "bench")).gone
    except OperationError:
        return False
