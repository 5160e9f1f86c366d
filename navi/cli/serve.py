"""The verb serve: the hub of sessions without a terminal, and a relay beside it, until it is stopped."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from navi.cli.daemon import RELAY
from navi.core import exits
from navi.core.cleanup import seconds_of
from navi.core.log import Log
from navi.headless.client import SOCKET
from navi.headless.harness.configured import configured
from navi.headless.hub import Hub
from navi.headless.only_one import Locked, only_one
from navi.headless.schema import TooNew
from navi.headless.server import serve
from navi.headless.store import Store
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context

DATABASE, LOCK = "navi.db", "navi.db.lock"

STARTS_AGAIN = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds after which a relay that has ended is started again."""

STEADY_AFTER = 60.0
"""Seconds after which a relay counts as one that works."""


def run_serve(_: Options, context: Context) -> int:
    """Serve until a signal comes."""
    state = context.places.state
    path = Path(runtime_folder(context.environment)) / SOCKET
    try:
        with only_one(state / LOCK):
            store = _open(state / DATABASE)
            try:
                _run(partial(_serve, store, path, context), path)
            finally:
                store.close()
    except Locked as error:
        raise OperationError(f"a hub runs already ({error}); it has {state / LOCK}", exits.EXISTS) from error
    return exits.OK


def _run(serving: Callable[[], Awaitable[None]], path: Path) -> None:
    """Run the hub. Raise OperationError if its socket can't be made."""
    try:
        trio.run(serving)
    except BaseExceptionGroup as group:
        error = _first(group)
        if not isinstance(error, OSError):
            raise
        raise OperationError(f"can't serve at {path}: {error.strerror or error}", exits.UNAVAILABLE) from group


def _first(error: BaseException) -> BaseException:
    """Return the first exception of a group of groups."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _open(path: Path) -> Store:
    """Open the store. Raise OperationError where that can't be."""
    try:
        return Store(path)
    except TooNew as error:
        raise OperationError(f"{path} can't be used: {error}", exits.CONFIGURATION) from error
    except (sqlite3.Error, OSError) as error:
        raise OperationError(f"{path} can't be used: {error}", exits.UNAVAILABLE) from error


async def _serve(store: Store, path: Path, context: Context) -> None:
    async with trio.open_nursery() as nursery:
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            hub = _hub(store, context)
            await nursery.start(hub.run)
            await nursery.start(serve, hub, path, context.log)
            context.output.print_at_once(f"serving at {path}; navi spawn starts a session")
            nursery.start_soon(_keep_relay, context.environment, context.log)
            async for _ in signals:
                nursery.cancel_scope.cancel()
                break


def _hub(store: Store, context: Context) -> Hub:
    """Return the hub as config.yaml wants it, and complain about what is wrong there."""
    harnesses, problems = configured(context.settings.harnesses)
    for problem in problems:
        context.output.complain(str(problem))
    limit = context.settings.idle_limit
    return Hub(store, harnesses, None if limit == "off" else seconds_of(limit))


async def _keep_relay(environment: Mapping[str, str], log: Log) -> None:
    """Run a relay in a process of its own, and start it again when it ends. Another one that runs is left alone.

    It may outlive this process, so that it has nothing of its terminal.
    """
    attempt = 0
    while True:
        began = trio.current_time()
        done = await trio.run_process(
            RELAY, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            env=environment, start_new_session=True, deliver_cancel=_terminate,
        )  # fmt: skip
        attempt = 0 if trio.current_time() - began > STEADY_AFTER else attempt + 1
        log.warning("the relay ended with status %d", done.returncode)
        await trio.sleep(STARTS_AGAIN[min(attempt, len(STARTS_AGAIN) - 1)])


async def _terminate(process: trio.Process) -> None:
    """End the relay with the hub: it closes its connections first."""
    process.terminate()
    with trio.move_on_after(5):
        await process.wait()
        return
    process.kill()
