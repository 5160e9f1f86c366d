"""News: how soon the dashboard shows what happens beside navi, without its hooks.

The first figure is the time from the last byte of a dialog, which a real agent draws on a remote, until its row says
"permission". The others are the times from the end of a tmux command that creates, renames or ends a session.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from tests.agents.cases import SETUPS, Watched, watched_agent
from tests.agents.claude import Claude
from tests.bench.display import Screen
from tests.bench.laboratory import Run, alone, laboratory, navi, require
from tests.bench.report import Row
from tests.support.machines import Account, Keys

REMOTE_WITHOUT_HOOKS = next(setup for setup in SETUPS if setup.remote and not setup.hooks)

ASKS = b"proceed?"
"""What a dialog of Claude Code draws last but its choices."""

EVERYTHING = "a"
"""The key that also shows sessions without an agent."""

STARTS, RESTS = 8.0, 2.5
"""Seconds within which the dashboard has shown all hosts, and within which an agent has drawn all of its prompt."""


@alone
async def measure(run: Run) -> list[Row]:
    """Return the rows of questions, then those of sessions that change.

    Raise FileNotFoundError if there is no Claude Code.
    """
    require("claude")
    return [await _questions(run.pick(40, 8)), *await _changes(run.pick(20, 4))]


# ---- questions


async def _questions(often: int) -> Row:
    """Let an agent on a remote ask, and refuse, again and again."""
    with TemporaryDirectory() as folder:
        opened = watched_agent(Claude, REMOTE_WITHOUT_HOOKS, Keys.make(Path(folder)))
        watched = await trio.to_thread.run_sync(opened.__enter__)
        try:
            async with navi(watched.lab) as screen:
                await trio.sleep(STARTS)
                delays = [await _question(watched, screen) for _ in range(often)]
        finally:
            await trio.to_thread.run_sync(partial(opened.__exit__, None, None, None))
    return Row("agent news: a question on a remote, without hooks", "ms", delays, limits={"p95": 1000})


async def _question(watched: Watched, screen: Screen) -> float:
    """Return the milliseconds from a question in the agent's pane until the dashboard shows it. Then refuse it."""
    agent = watched.agent
    await trio.to_thread.run_sync(agent.ready)
    await trio.sleep(RESTS)
    expected = screen.expect("permission")
    async with output_of(agent.account, agent.session) as shown:
        await trio.to_thread.run_sync(partial(agent.enter, "bash: touch asked"))
        began = await shown(ASKS)
        return (await expected.time() - began) * 1000


@asynccontextmanager
async def output_of(account: Account, session: str) -> AsyncIterator[Callable[[bytes], Awaitable[float]]]:
    """Copy what a pane draws from now on; yield a function that waits for bytes, and returns when they came."""
    path = account.home / f"output-{secrets.token_hex(4)}"
    path.touch()
    target = f"={session}:"
    account.tmux("pipe-pane", "-t", target, f"exec cat >{path}")

    async def shown(wanted: bytes) -> float:
        with trio.fail_after(60):
            while wanted not in path.read_bytes():
                await trio.sleep(0.005)
        return trio.current_time()

    try:
        yield shown
    finally:
        account.tmux("pipe-pane", "-t", target)


# ---- sessions that change


async def _changes(often: int) -> list[Row]:
    """Create, rename and end sessions here and on a remote, behind navi's back."""
    with laboratory() as lab:
        far = lab.machine("far")
        lab.remotes_yaml([far])
        for account in (lab.local, far):
            account.new_session("zz-last", "exec sleep 100000")
        rows = []
        async with navi(lab) as screen:
            await trio.sleep(STARTS)
            await screen.press(EVERYTHING)
            for account, where in ((lab.local, "here"), (far, "there")):
                columns = [await _life(screen, account) for _ in range(often)]
                rows += [
                    Row(f"agent news: a session {event} {where}", "ms", delays, limits={"max": 1000})
                    for event, delays in zip(("created", "renamed", "ended"), zip(*columns, strict=True), strict=True)
                ]
    return rows


async def _life(screen: Screen, account: Account) -> Sequence[float]:
    """Create, rename and end a session by tmux alone. Return the milliseconds until the dashboard shows each.

    A row that goes lets the rows below move up, so that the last session's is drawn again.
    """
    name, later = (f"aa-{secrets.token_hex(3)}" for _ in range(2))
    return [
        await _noticed(screen, name, account, "new-session", "-d", "-s", name, "exec sleep 100000"),
        await _noticed(screen, later, account, "rename-session", "-t", f"={name}", later),
        await _noticed(screen, "zz-last", account, "kill-session", "-t", f"={later}"),
    ]


async def _noticed(screen: Screen, text: str, account: Account, *command: str) -> float:
    await trio.sleep(RESTS)
    expected = screen.expect(text)
    await trio.to_thread.run_sync(partial(account.tmux, *command))
    began = trio.current_time()
    return (await expected.time() - began) * 1000
