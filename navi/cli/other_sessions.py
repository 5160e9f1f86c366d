"""Which session a mistyped address may mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from navi.core import exits
from navi.core.address import LOCAL, Address
from navi.core.similar import did_you_mean
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.context import Context


@contextmanager
def suggesting(context: Context, address: Address) -> Iterator[None]:
    """Add to a failure "no such session" the session that may be meant."""
    try:
        yield
    except OperationError as error:
        raise with_suggestion(context, address, error) from error


def no_session(address: Address) -> OperationError:
    """Return the failure that there is no such session."""
    where = "on this machine" if address.host == LOCAL else f"on {address.host}"
    return OperationError(f"no session named {clean(address.name)} {where}", exits.NO_SESSION)


def with_suggestion(context: Context, address: Address, error: OperationError) -> OperationError:
    """Return the failure with a session that has a similar name there, or the same one on a connected host."""
    if error.status != exits.NO_SESSION or "did you mean" in str(error):
        return error
    hint = did_you_mean(address.name, _names(context, address.host)) or _elsewhere(context, address)
    return OperationError(f"{error}{hint}", error.status, error.screen)


def _elsewhere(context: Context, address: Address) -> str:
    others = [name for name in (LOCAL, *context.remotes) if name != address.host and context.host(name).is_connected()]
    found = context.each(others, lambda name: address.name in _names(context, name))
    there = [Address(name, address.name) for name, has in found if has is True]
    return f"; did you mean `{clean(str(there[0]))}`?" if there else ""


def _names(context: Context, host: str) -> list[str]:
    """Return the names of a host's sessions, none if it can't be asked."""
    from navi.core.status import sessions_of
    from navi.ops.look.frames import look

    try:
        frame = context.host(host).run(look())
    except (HostError, OperationError):
        return []
    return [session.name for session in sessions_of(host, frame, context.agents)]
