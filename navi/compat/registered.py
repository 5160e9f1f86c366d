"""What is registered on this machine, for the tools: they know no other names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from navi.compat.tool import Failed, WrongUsage
from navi.core import exits
from navi.core.address import LOCAL
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.context import Machines
    from navi.core.registry import Entry


def entries(machines: Machines) -> Mapping[str, Entry]:
    """Return all entries by name. Raises Failed where the file can't be read as a whole."""
    from navi.core.registry import read_registry

    body = registry_text(machines)
    registry = read_registry(body) if body is not None else None
    if registry and registry.problem and not registry.entries:
        raise Failed(f"the registry does not read well: {registry.problem}; navi reconcile --repair mends it", 1)
    return registry.entries if registry else {}


def registry_text(machines: Machines) -> bytes | None:
    """Return the file of the registry, None where there is none."""
    from navi.ops.registry import read_file

    try:
        return machines.host(LOCAL).run(read_file()).body
    except OperationError as error:
        if error.status != exits.NO_SESSION:
            raise
        return None


def only_one(machines: Machines, status: int) -> str:
    """Return the one name that is registered. Raises Failed with that status where there is none, or several."""
    names = list(entries(machines))
    if not names:
        words = (
            "No sessions found in registry\nCreate a session with 'create-session.sh' or specify -t and -S explicitly"
        )
        raise Failed(words, status)
    if len(names) > 1:
        words = (
            f"Multiple sessions found ({len(names)} total)\nPlease specify session name with -s or use -t/-S explicitly"
        )
        raise Failed(f"{words}\nUse 'list-sessions.sh' to see available sessions", status)
    return names[0]


def socket_named(name: str, machines: Machines) -> str:
    """Return the socket that tmux -L NAME means. Raises WrongUsage."""
    if not name or "/" in name:
        raise WrongUsage(f"`{name}` is no name of a socket; -S takes a path")
    return os.path.join(machines.environment.get("TMUX_TMPDIR") or "/tmp", f"tmux-{os.getuid()}", name)
