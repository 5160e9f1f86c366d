"""The verb serve: the hub of sessions without a terminal, and a relay and the page beside it, until it is stopped."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from navi.cli.asking.relay_supervisor import RelaySupervisor
from navi.cli.output.output import UsageError
from navi.cli.until_signal import nursery_until_signal
from navi.cli.verbs.daemon import LOCK as RELAY_LOCK
from navi.core import exits
from navi.core.address import LOCAL, address_of
from navi.core.ages import seconds_of
from navi.core.program import NAVI
from navi.core.text import clean
from navi.headless.client import SOCKET, HubClient
from navi.headless.harness.configured import configured
from navi.headless.hub.hub import Hub
from navi.headless.hub.limits import InputLimits
from navi.headless.hub.server import serve
from navi.headless.only_one import Locked, only_one
from navi.headless.store.schema import TooNew
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context

DATABASE, LOCK = "navi.db", "navi.db.lock"

LONGEST_REASON = 2000
"""Bytes of why a session could not be opened in a terminal."""

PORT = 6284
"""The port of the page: navi on the keys of a telephone."""

TOKEN = "web-token"
"""The file with the token of programs."""

PACKAGES = {"h11": "h11>=0.14", "wsproto": "wsproto>=1.2"}
"""The packages that the page needs: the extra `web`."""


def run_serve(options: Options, context: Context) -> int:
    """Serve until a signal comes."""
    if options.port is not None and options.port > 65535:
        raise UsageError("a port is a number from 0 to 65535")
    if options.page:
        return _print_address(context)
    state = context.files.state
    path = Path(runtime_folder(context.environment)) / SOCKET
    try:
        with only_one(state / LOCK):
            store = _open(state / DATABASE)
            try:
                _run(partial(_serve, store, path, options.port, context), path)
            finally:
                store.close()
    except Locked as error:
        raise OperationError(f"a hub is already running ({error}); it has {state / LOCK}", exits.EXISTS) from error
    return exits.OK


def _print_address(context: Context) -> int:
    with HubClient(runtime_folder(context.environment)) as hub:
        context.output.print(clean(hub.ask("POST", "/api/page")["address"]))
    return exits.OK


def _run(serving: Callable[[], Awaitable[None]], path: Path) -> None:
    """Run the hub. Raise OperationError if its socket can't be made."""
    try:
        trio.run(serving)
    except BaseExceptionGroup as group:
        error = _first(group)
        if not isinstance(error, OSError):
            raise
        status = exits.EXISTS if error.errno == errno.EADDRINUSE else exits.UNAVAILABLE
        raise OperationError(f"can't serve at {path}: {error.strerror or error}", status) from group


def _first(error: BaseException) -> BaseException:
    """Return the first exception of a group of groups."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _open(path: Path) -> Store:
    """Open the store. Raise OperationError if that fails."""
    try:
        return Store(path)
    except TooNew as error:
        raise OperationError(f"{path} can't be used: {error}", exits.CONFIGURATION) from error
    except (sqlite3.Error, OSError) as error:
        raise OperationError(f"{path} can't be used: {error}", exits.UNAVAILABLE) from error


async def _serve(store: Store, path: Path, port: int | None, context: Context) -> None:
    async with nursery_until_signal() as nursery:
        hub = _hub(store, context)
        supervisor = RelaySupervisor(context.environment, context.files.state / RELAY_LOCK, context.log)
        hub.replace_relay = supervisor.replace
        await nursery.start(hub.run)
        await nursery.start(serve, hub, path, context.log)
        context.output.print_at_once(f"serving at {path}; navi spawn starts a session")
        hub.opener = partial(_open_in_terminal, context.environment)
        nursery.start_soon(_serve_page, hub, port, context)
        nursery.start_soon(supervisor.run)


def _hub(store: Store, context: Context) -> Hub:
    """Return the hub that config.yaml describes, and report its mistakes."""
    settings = context.settings
    harnesses, problems = configured(settings.harnesses)
    for problem in problems:
        context.output.complain(str(problem))
    limits = InputLimits(settings.prompts_a_minute, settings.prompts_waiting)
    return Hub(store, harnesses, None if settings.idle_limit == "off" else seconds_of(settings.idle_limit), limits)


async def _serve_page(hub: Hub, port: int | None, context: Context) -> None:
    """Serve the page, too, or report why that is impossible. The socket works without it."""
    missing = [requirement for name, requirement in PACKAGES.items() if find_spec(name) is None]
    if missing:
        from navi.cli.install_hint import install_hint

        words = f"the page in a browser needs the Python packages {' and '.join(PACKAGES)}"
        context.output.complain(f"{words}; {install_hint(sys.prefix, sys.base_prefix, missing)}")
        return
    from navi.headless.web.front import listening, serve_page

    try:
        async with listening(port, PORT) as listener, trio.open_nursery() as nursery:
            address = await nursery.start(serve_page, hub, listener, context.files.state / TOKEN, context.log)
            context.output.print_at_once(f"the page, at an address that works once: {address}")
    except* OSError as group:
        reason = group.exceptions[0]
        context.output.complain(f"the page can't be served: {reason}; navi serve --port P uses another one")


async def _open_in_terminal(environment: Mapping[str, str], row: StoredSession) -> str:
    """Open a session in a terminal, as navi attach does; return "" or why that failed. Once begun, it is finished, even
    if the client no longer waits for it.
    """
    words = [*NAVI, "attach", "--no-attach", address_of(row.host or LOCAL, row.id)]
    process = await trio.lowlevel.open_process(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr
    errors = bytearray()
    async for data in process.stderr:
        errors += data
    status = await process.wait()
    reason = clean(errors[:LONGEST_REASON].decode("utf-8", "replace")).removeprefix("navi: ").strip()
    return "" if status == exits.OK else reason or f"navi attach ended with status {status}"
