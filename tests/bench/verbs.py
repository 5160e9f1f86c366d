"""verbs: processes of navi, as scripts start them, compared with a Python that does nothing and with tmux's own list.

Also how soon `send --wait` notices output, many verbs at once, and many writers to few panes, where every byte must
arrive in order.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise

import trio

from navi.config.navi_files import NaviFiles
from navi.config.reader import read_remotes
from navi.hosts.ssh_command import USE_MASTER, SshCommand
from tests.bench.laboratory import ROOT, Run, laboratory
from tests.bench.report import Row
from tests.support.machines import Account, Lab

BUDGET = 40.0
"""Milliseconds that a verb on this machine may take in addition to Python's own start."""

NAVI = (sys.executable, "-m", "navi")

VERBS: Mapping[str, Sequence[str]] = {
    "ls": ("ls",),
    "health": ("health", "{}"),
    "send": ("send", "{}", "x"),
    "capture": ("capture", "{}"),
}


async def measure(run: Run) -> list[Row]:
    """Measure every figure of verbs."""
    rows: list[Row] = []
    async with run.turn:
        for count in (1, 10, 50):
            with laboratory() as lab:
                rows += await _local(lab, count, run.pick(20, 7))
        with laboratory() as lab:
            rows += await _remote(lab, run.pick(40, 5))
        with laboratory() as lab:
            rows += await _crowd(lab, run)
    return rows


# ---- one at a time


async def _local(lab: Lab, count: int, often: int) -> list[Row]:
    for number in range(count):
        await _call(lab.local, *NAVI, "new", f"s{number}", "--command", "exec cat")
    commands = {name: (*NAVI, *(word.format("s0") for word in words)) for name, words in VERBS.items()}
    commands["floor"] = (sys.executable, "-c", "pass")
    commands["tmux"] = ("tmux", "list-panes", "-a")
    found = await _in_turn(lab.local, commands, often)
    floor = found.pop("floor")
    limit = {"median": _median(floor) + BUDGET}
    rows = [Row(f"verbs: {name}, {count} sessions", "ms", found[name], floor, limit) for name in VERBS]
    return [*rows, Row(f"verbs: tmux list-panes -a, {count} sessions", "ms", found["tmux"])]


async def _remote(lab: Lab, often: int) -> list[Row]:
    """Measure verbs over an open master. The floor is the time on this machine and one ssh that does nothing."""
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    await _call(lab.local, *NAVI, "new", "s0", "--command", "exec cat")
    await _call(lab.local, *NAVI, "new", "s0", "--host", "atlas", "--command", "exec cat")
    names = ("health", "send", "capture")
    commands = {f"{name} here": (*NAVI, *(word.format("s0") for word in VERBS[name])) for name in names}
    commands |= {f"{name} there": (*NAVI, *(word.format("atlas/s0") for word in VERBS[name])) for name in names}
    commands["mux"] = _mux_call(lab)
    found = await _in_turn(lab.local, commands, often)
    return [_beside_here(name, found) for name in names]


def _mux_call(lab: Lab) -> tuple[str, ...]:
    environment = lab.environment()
    (remote,), _ = read_remotes(NaviFiles(environment).remotes)
    return SshCommand(remote, environment).shell(USE_MASTER)


def _beside_here(name: str, found: Mapping[str, list[float]]) -> Row:
    floor = [here + mux for here, mux in zip(found[f"{name} here"], found["mux"], strict=True)]
    return Row(f"verbs: {name}, over a master", "ms", found[f"{name} there"], floor, {"median": _median(floor)})


async def _in_turn(account: Account, commands: Mapping[str, Sequence[str]], often: int) -> dict[str, list[float]]:
    """Time each command so many times, in turn, so that load affects all of them alike."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(often):
        for name, words in commands.items():
            began = time.perf_counter()
            await _call(account, *words)
            found[name].append(1000 * (time.perf_counter() - began))
    return found


async def _call(account: Account, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return await trio.run_process(
        words, stdin=stdin, capture_stdout=True, capture_stderr=True, env=account.environment(), cwd=ROOT
    )


def _median(samples: Sequence[float]) -> float:
    return sorted(samples)[len(samples) // 2]


# ---- many at once


async def _crowd(lab: Lab, run: Run) -> list[Row]:
    rows = [await _noticed(lab, run.pick(15, 5))]
    for number in range(10):
        await _call(lab.local, *NAVI, "new", f"p{number}", "--command", f"exec cat > {lab.local.home}/out{number}")
    rows.append(Row("verbs: 40 health at once", "ms", [await _together([(*NAVI, "health", "p0")] * 40, lab)]))
    news = [(*NAVI, "new", f"n{number}", "--command", "exec cat") for number in range(20)]
    rows.append(Row("verbs: 20 new at once", "ms", [await _together(news, lab)]))
    listed = (await _call(lab.local, *NAVI, "health")).stdout.decode()
    assert sum(line.startswith("n") for line in listed.splitlines()) == 20, listed
    rows.append(await _writers(lab, run.pick(125, 25)))
    return rows


async def _noticed(lab: Lab, often: int) -> Row:
    """Measure the time from a pane's output to the exit of the navi that waits for it."""
    samples = []
    script = "while read -r line; do sleep 1; date +%s.%N > $HOME/said; echo $line; done"
    await _call(lab.local, *NAVI, "new", "w", "--command", f"exec sh -c '{script}'")
    for number in range(often):
        await _call(lab.local, *NAVI, "send", "w", f"word{number}", "--wait", f"^word{number}$")
        samples.append(1000 * (time.time() - float((lab.local.home / "said").read_text())))
    return Row("verbs: send --wait notices", "ms", samples, limits={"median": 150})


async def _together(commands: Sequence[Sequence[str]], lab: Lab) -> float:
    began = time.perf_counter()
    async with trio.open_nursery() as nursery:
        for words in commands:
            nursery.start_soon(_call, lab.local, *words)
    return 1000 * (time.perf_counter() - began)


async def _writers(lab: Lab, each: int) -> Row:
    """Let eight writers write to ten panes in turn; check that all lines arrive, each writer's in order."""

    async def write(writer: int) -> None:
        for number in range(each):
            await _call(lab.local, *NAVI, "send", f"p{number % 10}", f"writer {writer} line {number:04}")

    began = time.perf_counter()
    async with trio.open_nursery() as nursery:
        for writer in range(8):
            nursery.start_soon(write, writer)
    passed = time.perf_counter() - began
    await trio.sleep(1)
    lines = [line.split() for pane in range(10) for line in (lab.local.home / f"out{pane}").read_text().splitlines()]
    assert len(lines) == 8 * each, f"{len(lines)} of {8 * each} lines arrived"
    for pane in range(10):
        for writer in range(8):
            numbers = [
                int(words[3])
                for words in map(str.split, (lab.local.home / f"out{pane}").read_text().splitlines())
                if words[1] == str(writer)
            ]
            assert all(one < other for one, other in pairwise(numbers)), f"out of order in p{pane}"
    return Row(f"verbs: a send, of {8 * each} by 8 writers to 10 panes", "ms", [1000 * passed / (8 * each)])
