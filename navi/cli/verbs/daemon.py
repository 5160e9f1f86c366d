"""The verb daemon: the relay between the hub and the hosts."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from navi.core import exits
from navi.core.program import NAVI
from navi.core.text import clean
from navi.headless.client import SOCKET
from navi.headless.only_one import Locked, holder, only_one
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError

if TYPE_CHECKING:
    import trio

    from navi.cli.arguments import Options
    from navi.cli.context import Context

RELAY = (*NAVI, "daemon", "start", "--foreground")
"""The command line of the relay."""

LOCK, IDENTITY = "daemon.lock", "daemon.id"

PATIENCE = 15.0
"""Seconds that a relay may take to start, and to end."""

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to reach the hub."""


def run_daemon(options: Options, context: Context) -> int:
    """Start the relay, stop it, or print whether it runs."""
    if options.action == "start" and options.foreground:
        return _relay(context)
    return {"start": _start, "stop": _stop, "status": _status}[options.action](context)


# ---- starting and stopping it


def _start(context: Context) -> int:
    lock = context.files.state / LOCK
    if (process := holder(lock)) is not None:
        context.output.print(f"the relay is already running (process {process})")
        return exits.OK
    with open(os.devnull, "r+b") as nothing:
        started = subprocess.Popen(
            RELAY, stdin=nothing, stdout=nothing, stderr=nothing, env=context.environment, start_new_session=True
        )
    if not _until(lambda: holder(lock) is not None or started.poll() is not None) or started.poll() is not None:
        raise OperationError("the relay did not start; navi daemon start --foreground shows why", exits.UNAVAILABLE)
    context.output.print(f"the relay is running (process {holder(lock)})")
    return exits.OK


def _stop(context: Context) -> int:
    lock = context.files.state / LOCK
    process = holder(lock)
    if process is None:
        context.output.complain("no relay is running")
        return exits.NO
    if not process:
        raise OperationError(f"{lock} names no process, so the relay can't be stopped", exits.UNAVAILABLE)
    with suppress(OSError):  # it may end meanwhile
        os.kill(process, signal.SIGTERM)
    if not _until(lambda: holder(lock) is None):
        raise OperationError(f"the relay (process {process}) did not end within {PATIENCE:g} s", exits.TIMED_OUT)
    context.output.print("the relay has stopped; agents keep running")
    return exits.OK


def _status(context: Context) -> int:
    from navi.headless.client import HubClient

    process = holder(context.files.state / LOCK)
    relay = "no relay is running" if process is None else f"the relay is running (process {process})"
    try:
        with HubClient(runtime_folder(context.environment)) as hub:
            found = hub.ask("GET", "/api/daemon/status")
    except OperationError as error:
        context.output.print(f"{relay}; {error}")
        return exits.NO
    why = f": {clean(found['reason'])}" if found["reason"] else ""
    context.output.print(f"{relay}; {'connected to the hub' if found['connected'] else f'the hub has no relay{why}'}")
    return exits.OK if found["connected"] else exits.NO


def _until(done: Callable[[], bool]) -> bool:
    """Wait until a condition holds; return whether it does."""
    limit = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


# ---- the relay itself


def _relay(context: Context) -> int:
    import trio

    try:
        with only_one(context.files.state / LOCK):
            trio.run(_work, context)
    except Locked as error:
        raise OperationError(f"a relay is already running ({error})", exits.EXISTS) from error
    return exits.OK


async def _work(context: Context) -> None:
    """Run the relay until a signal comes; connect to the hub again whenever it ends."""
    from navi.cli.until_signal import nursery_until_signal

    async with nursery_until_signal() as nursery:
        nursery.start_soon(_connect_again_and_again, context)


async def _connect_again_and_again(context: Context) -> None:
    import trio

    path = os.path.join(runtime_folder(context.environment), SOCKET)
    attempt = 0

    def taken() -> None:
        nonlocal attempt
        attempt = 0

    while True:
        try:
            async with await trio.open_unix_socket(path) as stream:
                await _serve_hub(context, stream, taken)
        except* (OSError, trio.BrokenResourceError, trio.ClosedResourceError) as group:
            context.log.info("no hub at %s: %s", path, group.exceptions[0])
        await trio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
        attempt += 1


async def _serve_hub(context: Context, stream: trio.SocketStream, taken: Callable[[], None]) -> None:
    """Relay for a hub until its connection ends; call `taken` as soon as the hub has taken this relay."""
    import trio

    from navi.cli.asking.all_hosts import all_hosts
    from navi.config.reader import read_remotes, read_settings
    from navi.headless.harness import HARNESSES
    from navi.headless.lines import LinePeer
    from navi.headless.relay import Relay

    settings, _ = read_settings(context.files.settings)
    remotes, _ = read_remotes(context.files.remotes)
    peer = LinePeer(stream, ("hub to relay",))
    relay = Relay(all_hosts(settings, remotes, context.environment, context.log), peer, context.log)
    harnesses = [{"id": one.id, "name": one.name, "available": True} for one in HARNESSES.values()]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(relay.run)
        await peer.send(relay.hello(_identity(context.files.state), harnesses))
        async with aclosing(peer.messages()) as messages:
            async for message in messages:
                if message["type"] == "sync":
                    taken()
                await relay.take(message)
        nursery.cancel_scope.cancel()


def _identity(state: Path) -> str:
    """Return the id by which the hub knows this relay; it stays the same."""
    path = state / IDENTITY
    with suppress(OSError):
        text = path.read_text("ascii", "replace").strip()
        if text:
            return text[:64]
    text = secrets.token_hex(8)
    with suppress(OSError), open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{text}\n")
    return text
