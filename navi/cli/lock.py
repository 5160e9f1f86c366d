"""The verbs lock and unlock."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from socket import gethostname
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import complain
from navi.core import exits
from navi.core.address import Named
from navi.hosts.blocking_host import BlockingHost
from navi.ops.pane import LOCK, Hold, lock

if TYPE_CHECKING:
    from argparse import Namespace


def run_lock(options: Namespace, machines: Machines) -> int:
    """Lock a session: for a command, or until it is unlocked."""
    host, pane = machines.pane(options)
    token = os.urandom(12).hex()
    words = options.command_line
    who = f"{getuser()}@{gethostname()}, process {os.getpid() if words else os.getppid()}"
    host.run(lock(pane, Hold.TAKE, token, options.seconds, who))
    if not words:
        print(f"{LOCK}={token}; export {LOCK}")
        return exits.OK
    with _kept(host, pane, token, options.seconds, who):
        try:
            return subprocess.run(words, env={**host.environment, LOCK: token}, check=False).returncode
        except OSError as error:
            complain(f"{words[0]} can't be started: {error.strerror}")
            return exits.NO


@contextmanager
def _kept(host: BlockingHost, pane: Named, token: str, seconds: int, who: str) -> Iterator[None]:
    """Keep a lock for as long as the context lasts."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(max(1.0, seconds / 3)):
            host.run(lock(pane, Hold.KEEP, token, seconds, who))

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        host.run(lock(pane, Hold.LEAVE, token))


def run_unlock(options: Namespace, machines: Machines) -> int:
    """End a lock."""
    host, pane = machines.pane(options)
    token = host.environment.get(LOCK, "-")
    host.run(lock(pane, Hold.FORCE if options.force else Hold.LEAVE, token))
    return exits.OK
