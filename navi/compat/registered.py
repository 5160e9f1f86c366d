"""The registry of this machine: the tools know only its sessions by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from navi.compat.tool import ToolFailed, WrongUsage
from navi.core import exits
from navi.core.address import LOCAL
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.context import Context
    from navi.core.registry import RegistryEntry


def sockets_folder(environment: Mapping[str, str]) -> str:
    """Return the registry's folder, where the tools' sockets are, too. The scripts find it by the same rule
    (navi_find_sockets): where the usual folder is another user's, each user has one of their own.
    """
    named = environment.get("CLAUDE_TMUX_SOCKET_DIR")
    if named:
        return named
    usual = os.path.join(environment.get("TMPDIR") or "/tmp", "claude-tmux-sockets")
    private = f"{usual}-{os.geteuid()}"
    return private if _is_own(private) or (os.path.lexists(usual) and not _is_own(usual)) else usual


def own_socket(context: Context) -> str:
    """Return the socket of the tools' usual tmux server. Raise ToolFailed if its folder is another user's."""
    folder = sockets_folder(context.environment)
    if os.path.lexists(folder) and not _is_own(folder):
        raise ToolFailed(f"{folder} is not yours; set CLAUDE_TMUX_SOCKET_DIR to a folder of your own", 3)
    return os.path.join(folder, "claude.sock")


def _is_own(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path) and os.stat(path).st_uid == os.geteuid()


def entries(context: Context) -> Mapping[str, RegistryEntry]:
    """Return all entries by name. Raise ToolFailed if the file is damaged as a whole."""
    from navi.core.registry import read_registry

    body = registry_text(context)
    registry = read_registry(body) if body is not None else None
    if registry and registry.problem and not registry.entries:
        raise ToolFailed(registry.complaint, 1)
    return registry.entries if registry else {}


def registry_text(context: Context) -> bytes | None:
    """Return the registry's file, None if there is none."""
    from navi.ops.registry import read_file

    try:
        return context.host(LOCAL).run(read_file()).body
    except OperationError as error:
        if error.status != exits.NO_SESSION:
            raise
        return None


def only_name(context: Context, status: int) -> str:
    """Return the name of the only registered session. Raise ToolFailed with that status if there is not just one."""
    names = list(entries(context))
    if not names:
        words = (
            "No sessions found in registry\nCreate a session with 'create-session.sh' or specify -t and -S explicitly"
        )
        raise ToolFailed(words, status)
    if len(names) > 1:
        words = (
            f"Multiple sessions found ({len(names)} total)\nPlease specify session name with -s or use -t/-S explicitly"
        )
        raise ToolFailed(f"{words}\nUse 'list-sessions.sh' to see available sessions", status)
    return names[0]


def socket_named(name: str, context: Context) -> str:
    """Return the socket that tmux -L NAME means, as tmux names it, without symbolic links. Raise WrongUsage."""
    if not name or "/" in name:
        raise WrongUsage(f"invalid socket name `{name}`; -S takes a path")
    folder = os.path.realpath(context.environment.get("TMUX_TMPDIR") or "/tmp")
    return os.path.join(folder, f"tmux-{os.getuid()}", name)
