"""The verbs lock and unlock."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.config import person
from navi.core import exits
from navi.core.address import Named
from navi.hosts.blocking_host import BlockingHost
from navi.ops.pane.lock import LOCK, Hold, lock

if TYPE_CHECKING:
    from navi.cli.arguments import Options


def run_lock(options: Options, context: Context) -> int:
    """Lock a session while a command runs, or until it is unlocked."""
    host, pane = context.pane(options)
    token = os.urandom(12).hex()
    words = options.command_line
    who = f"{person.who()}, process {os.getpid() if words else os.getppid()}"
    host.run(lock(pane, Hold.TAKE, token, options.seconds, who))
    if not words:
        context.output.print(f"{LOCK}={token}; export {LOCK}")
        return exits.OK
    with _renewed(host, pane, token, options.seconds, who):
        try:
            return subprocess.run(words, env={**host.environment, LOCK: token}, check=False).returncode
        except OSError as error:
            context.output.complain(f"{words[0]} can't be started: {error.strerror}")
            return exits.NO


@contextmanager
def _renewed(host: BlockingHost, pane: Named, token: str, seconds: int, who: str) -> Iterator[None]:
    """Renew a lock until the context is left, then release it."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(max(1.0, seconds / 3)):
            host.run(lock(pane, Hold.KEEP, token, seconds, who))

    threading.Thread(target=renew, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        host.run(lock(pane, Hold.LEAVE, token))


def run_unlock(options: Options, context: Context) -> int:
    """Release a lock."""
    host, pane = context.pane(options)
    token = host.environment.get(LOCK, "-")
    host.run(lock(pane, Hold.FORCE if options.force else Hold.LEAVE, token))
    return exits.OK
