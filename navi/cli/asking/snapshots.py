"""Asking a host for all its sessions: for the verbs ls and health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.ops.look.snapshot import snapshot

if TYPE_CHECKING:
    from navi.core.registry import Snapshot


def _import_rows() -> None:
    """Import the module that judges and prints sessions, while the host works on its answer."""
    import navi.cli.output.ls_output  # noqa: F401


def snapshot_of(context: Context, name: str, registered: bool, sockets: Sequence[str] = ()) -> Snapshot:
    """Return a host's sessions with its registry, and report faults of the registry. Raise HostError."""
    host = context.host(name)
    found = host.run(snapshot(registered, sockets), meanwhile=_import_rows)
    if found.registry.problem:
        context.output.complain(f"{name}: {found.registry.complaint}")
    return found
