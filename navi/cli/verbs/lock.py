"""The verbs lock and unlock."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output.output import Output
from navi.config import person
from navi.core import exits
from navi.core.address import Named
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.terminal_program import run_in_terminal
from navi.ops import OperationError
from navi.ops.pane.lock import LOCK, LockAction, lock

if TYPE_CHECKING:
    from navi.cli.arguments import Options

RETRY = 3.0
"""Seconds after which a renewal that failed is tried again."""


def run_lock(options: Options, context: Context) -> int:
    """Lock a session while a command runs, or until it is unlocked."""
    host, pane = context.pane(options)
    token = os.urandom(12).hex()
    words = options.command_line
    who = f"{person.user_and_machine()}, process {os.getpid() if words else os.getppid()}"
    host.run(lock(pane, LockAction.TAKE, token, options.seconds, who))
    if not words:
        context.output.print(f"{LOCK}={token}; export {LOCK}")
        return exits.OK
    renewal = Renewal(host, pane, token, options.seconds, who, context.output)
    with renewal.until_left():
        try:
            return run_in_terminal(words, {**host.environment, LOCK: token})
        except OSError as error:
            context.output.complain(f"{words[0]} can't be started: {error.strerror}")
            return exits.NO


class Renewal:
    """Renews a lock while a command runs, and tries again if that fails: the lock ends by itself only later."""

    def __init__(self, host: BlockingHost, pane: Named, token: str, seconds: int, who: str, output: Output) -> None:
        self._host = host
        self._pane = pane
        self._token = token
        self._seconds = seconds
        self._who = who
        self._output = output
        self._over = threading.Event()
        self._ends = time.monotonic() + seconds
        self._complained = self._lost = False

    @contextmanager
    def until_left(self) -> Iterator[None]:
        """Renew the lock until the context is left, then release it. Raises nothing itself."""
        renewing = threading.Thread(target=self._renew, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            self._over.set()
            renewing.join()
            if not self._lost:
                self._leave()

    def _renew(self) -> None:
        pause = every = max(1.0, self._seconds / 3)
        while not self._lost and not self._over.wait(pause):
            pause = every if self._keep() else min(every, RETRY)

    def _keep(self) -> bool:
        """Renew the lock once; return whether that worked. Complain at the first failure, and when the lock is lost."""
        began = time.monotonic()
        try:
            self._host.run(lock(self._pane, LockAction.KEEP, self._token, self._seconds, self._who))
        except (HostError, OperationError) as error:
            self._failed(error)
            return False
        self._ends = began + self._seconds
        self._complained = False
        return True

    def _failed(self, error: HostError | OperationError) -> None:
        if isinstance(error, OperationError) and error.status in (exits.NO, exits.NO_SESSION):
            self._lost = True
            self._output.complain(f"the lock is lost: {error}; the command goes on without it")
        elif time.monotonic() > self._ends:
            self._lost = True
            self._output.complain(f"the lock has ended: {error}; the command goes on without it")
        elif not self._complained:
            self._complained = True
            left = max(0, round(self._ends - time.monotonic()))
            self._output.complain(f"the lock can't be renewed: {error}; it ends in {left} s, and navi tries again")

    def _leave(self) -> None:
        try:
            self._host.run(lock(self._pane, LockAction.LEAVE, self._token))
        except (HostError, OperationError) as error:
            if isinstance(error, OperationError) and error.status == exits.NO_SESSION:
                return  # the lock has ended with the session
            within = f"it ends by itself within {self._seconds} s"
            self._output.complain(f"the lock may not have been released: {error}; {within}")


def run_unlock(options: Options, context: Context) -> int:
    """Release a lock."""
    host, pane = context.pane(options)
    token = host.environment.get(LOCK, "-")
    host.run(lock(pane, LockAction.FORCE if options.force else LockAction.LEAVE, token))
    return exits.OK
