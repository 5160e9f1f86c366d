"""The verbs tag and bookmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from navi.cli.changes import Change, Sight, carry_out
from navi.cli.context import Machines
from navi.cli.lifecycle import find
from navi.cli.output import UsageError, attempt, tell
from navi.core.address import Address
from navi.core.model import Session
from navi.ops.marks import check_tags, mark, shown

if TYPE_CHECKING:
    from argparse import Namespace


def run_tag(options: Namespace, machines: Machines) -> int:
    """Change the tags of a session, or print them."""
    address = machines.address(options.address)
    changes = tuple(_change(text) for text in options.changes)

    def change() -> str:
        session = find(machines, address)
        if not changes:
            return "".join(f"{tag}\n" for tag in session.marks.tags)
        _mark(machines, address, changes)
        return ""

    return attempt(address, change, lambda text: print(text, end=""))


def _change(text: str) -> str:
    """Read +tag or -tag. Raises UsageError, OperationError."""
    if text[:1] not in ("+", "-") or len(check_tags(text[1:])) != 1:
        raise UsageError(f"`{text}` says neither +tag nor -tag")
    return f"{text[0]}t{check_tags(text[1:])[0]}"


def run_bookmark(options: Namespace, machines: Machines) -> int:
    """Bookmark sessions, or take that back."""
    addresses = [machines.address(text) for text in options.addresses]
    change = "-b" if options.off else "+b"

    def bookmark(address: Address) -> Session:
        session = find(machines, address)
        _mark(machines, address, (change,))
        return session

    results = machines.each(addresses, bookmark)
    return tell(results, options.json, lambda address, _: f"{address} is {'no longer ' * options.off}bookmarked")


def _mark(machines: Machines, address: Address, changes: tuple[str, ...]) -> None:
    host = machines.host(address.host)

    def seen(sight: Sight) -> list[None]:
        return [None for session in sight.sessions if session.name == address.name and shown(session.marks, changes)]

    carry_out(machines, host, Change(mark(address.name, changes), seen))
