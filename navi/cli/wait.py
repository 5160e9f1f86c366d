"""The verb wait."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import UsageError, complain, why
from navi.core import exits
from navi.core.address import Named
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.pane import Expected, NotSeen, wait

if TYPE_CHECKING:
    from argparse import Namespace


def run_wait(options: Namespace, machines: Machines) -> int:
    """Wait for one or all of several sessions."""
    if sum(value is not None for value in (options.pattern, options.fixed, options.until)) != 1:
        raise UsageError("say what to wait for: --pattern, --fixed or --until")
    places = [machines.place(text, options.socket) for text in options.addresses]
    expected = Expected(options.pattern or options.fixed or "", options.fixed is not None, options.timeout)
    limit = time.monotonic() + options.timeout

    def one(host: BlockingHost, pane: Named) -> str:
        if options.until is not None:
            from navi.cli.wait_status import wait_for_status

            return wait_for_status(host, pane, options.until, machines.agents, limit)
        return host.run(wait(pane, expected, options.lines))

    with ThreadPoolExecutor(len(places)) as pool:
        futures = {pool.submit(one, *place): text for place, text in zip(places, options.addresses, strict=True)}
        status = _gather(futures, any_of_them=options.any and len(places) > 1)
        if status == exits.OK or options.any:
            sys.stdout.flush()
            if any(not future.done() for future in futures):
                os._exit(status)  # what still waits at the far end has a limit there
    return status


def _gather(futures: dict[Future[str], str], any_of_them: bool) -> int:
    """Tell each answer as it comes; return the exit status: that of the first failure, or of the last one."""
    left = set(futures)
    status = exits.OK
    while left:
        done, left = wait_for(left, return_when=FIRST_COMPLETED)
        for future in done:
            code = _tell_found(futures[future], future, alone=len(futures) == 1)
            if code == exits.OK and any_of_them:
                return code
            status = status or code
    return status


def _tell_found(address: str, future: Future[str], alone: bool) -> int:
    try:
        line = future.result()
    except (HostError, OperationError) as error:
        words, status = why(error)
        complain(f"{address}: {words}")
        _show_screen(error)
        return status
    print(line if alone else f"{clean(address)}: {line}")
    return exits.OK


def _show_screen(error: HostError | OperationError) -> None:
    if isinstance(error, NotSeen):
        for line in error.screen[-20:]:
            print(f"  | {line}", file=sys.stderr)
