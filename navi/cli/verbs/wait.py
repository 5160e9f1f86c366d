"""The verb wait."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING

from navi.cli.asking.reconnecting import reconnecting
from navi.cli.context import Context
from navi.cli.other_sessions import suggesting
from navi.cli.output.output import Output, UsageError, reason_and_status, with_address
from navi.core import exits
from navi.core.address import Address, Named
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.pane.read import ExpectedText, wait_for_text

if TYPE_CHECKING:
    from navi.cli.arguments import Options


def run_wait(options: Options, context: Context) -> int:
    """Wait for one or all of several sessions."""
    if sum(value is not None for value in (options.pattern, options.fixed, options.until)) != 1:
        raise UsageError("give one of --pattern, --fixed and --until")
    wanted = [context.host_and_session(text, options.socket) for text in options.addresses]
    expected = ExpectedText(options.pattern or options.fixed or "", options.fixed is not None)
    limit = time.monotonic() + options.timeout

    def one(host: BlockingHost, pane: Named) -> str:
        address = Address(host.name, pane.name)

        def ask(left: float) -> str:
            if options.until is not None:
                from navi.cli.asking.wait_status import wait_for_status

                return wait_for_status(host, pane, options.until, context.agents, limit)
            with suggesting(context, address):
                return host.run(wait_for_text(pane, expected._replace(seconds=left), options.lines))

        def warn(error: HostError) -> None:
            context.output.complain(f"{address}: {error.failure.cause}; connecting again until the time is up")

        return reconnecting(host, options.timeout, warn, ask)

    with ThreadPoolExecutor(len(wanted)) as pool:
        futures = {pool.submit(one, *pair): text for pair, text in zip(wanted, options.addresses, strict=True)}
        try:
            return _gather(context.output, futures, any_of_them=options.any and len(wanted) > 1)
        finally:
            context.cancel()  # one of several was enough, or the user interrupts


def _gather(output: Output, futures: dict[Future[str], str], any_of_them: bool) -> int:
    """Print each answer as it arrives; return the exit status of the first failure, or 0 if one of several is enough.
    """
    left = set(futures)
    status = exits.OK
    while left:
        done, left = wait_for(left, return_when=FIRST_COMPLETED)
        for future in done:
            code = _print_found(output, futures[future], future, alone=len(futures) == 1)
            if code == exits.OK and any_of_them:
                return code
            status = status or code
    return status


def _print_found(output: Output, address: str, future: Future[str], alone: bool) -> int:
    try:
        line = future.result()
    except (HostError, OperationError) as error:
        words, status = reason_and_status(error)
        output.complain(with_address(address, words, status))
        output.show_screen(error)
        return status
    output.print_at_once(line if alone else f"{clean(address)}: {line}")
    return exits.OK
