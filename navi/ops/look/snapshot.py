"""A snapshot of a host: sessions, status files and registry (script look/with_registry)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from navi.core import exits
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.look.pane_record import PANE_FORMAT
from navi.ops.operation import Answer, HostSetting, Operation, OperationError

if TYPE_CHECKING:
    from navi.core.registry import Snapshot


def snapshot(registered: bool = False, sockets: Sequence[str] = ()) -> Operation[Snapshot]:
    """Return the operation that looks at a host: sessions, status files, registry, and which processes are gone.
    Nothing is cleaned up.

    The servers on `sockets` are asked, too. With `registered`, only those, the default server and those that the
    registry names are asked, and no status file is read.
    """
    arguments = (HostSetting.SESSIONS_DIR, PANE_FORMAT, HostSetting.AGENTS, "yes" if registered else "", *sockets)
    return Operation("snapshot", link("look/with_registry"), arguments, _read, time_limit=30, reads=True)


def _read(answer: Answer) -> Snapshot:
    # Slow imports are not needed before there is an answer.
    from navi.core.model import Frame, Tmux
    from navi.core.registry import Registry, Snapshot, read_registry
    from navi.ops.look.frames import FrameReader

    try:
        frame = FrameReader().read(answer)
    except ValueError as error:
        raise OperationError(f"the host's answer is malformed: {error}", exits.UNAVAILABLE) from error
    if not isinstance(frame, Frame):
        raise OperationError(f"the host's answer is malformed: {clean(answer.errors)[:200]}", exits.UNAVAILABLE)
    registry = Registry()
    default = sockets = ""
    servers: dict[str, Tmux] = {}
    asked: list[str] = []
    gone: set[int] = set()
    for record in answer.records():
        if record.kind == "registry":
            registry = read_registry(record.body)
        elif record.kind == "unusable":
            registry = Registry(problem=clean(record.rest), usable=False)
        elif record.kind == "default":
            default = record.rest
        elif record.kind == "sockets":
            sockets = record.rest
        elif record.kind == "server":
            word, _, socket = record.rest.partition(" ")
            servers[socket] = Tmux(word) if word in list(Tmux) else Tmux.FAILED
        elif record.kind == "asked":
            asked.append(record.rest)
        elif record.kind == "gone" and record.rest.isdigit():
            gone.add(int(record.rest))
    # A server that has ended has no record: there is nothing to report about it.
    silent = {socket: Tmux.NONE for socket in asked if socket not in servers and socket != default}
    return Snapshot(frame, registry, servers | silent, default, frozenset(gone), sockets)
