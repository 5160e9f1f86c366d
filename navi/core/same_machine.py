"""Which hosts are one machine under several names, so that each of its sessions is listed once. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from navi.core.model import Frame, HostView, Session


def duplicate_hosts(frames: Mapping[str, Frame]) -> Mapping[str, str]:
    """Return, for each host that is the same machine as one before it, the name of the first."""
    first: dict[tuple[str, str], str] = {}
    for name, frame in frames.items():
        if frame.machine.host:
            first.setdefault((frame.machine.host, frame.machine.boot), name)
    known = {name: first.get((frame.machine.host, frame.machine.boot), name) for name, frame in frames.items()}
    return {name: other for name, other in known.items() if other != name}


def distinct_sessions(sessions: Iterable[Session], frames: Mapping[str, Frame]) -> list[Session]:
    """Return the sessions, each once: leave out those that the list already has under another name of their machine.

    `frames` has the frame of each host that has answered.
    """
    others = duplicate_hosts(frames)
    if not others:
        return [*sessions]
    shared = {*others, *others.values()}
    known: set[object] = set()
    found = []
    for session in sessions:
        if session.host in shared:
            identity = _identity(session, frames[session.host])
            if identity in known:
                continue
            known.add(identity)
        found.append(session)
    return found


def distinct_views(views: Sequence[HostView]) -> Sequence[HostView]:
    """Return the views without sessions that an earlier view already has, under another name of their machine."""
    frames = {view.name: view.frame for view in views if view.frame}
    if not duplicate_hosts(frames):
        return views
    left: dict[str, list[Session]] = defaultdict(list)
    for session in distinct_sessions((one for view in views for one in view.sessions), frames):
        left[session.host].append(session)
    return [view._replace(sessions=tuple(left[view.name])) for view in views]


def _identity(session: Session, frame: Frame) -> object:
    machine = (frame.machine.host, frame.machine.boot)
    if session.tmux:
        return machine, session.tmux.server, session.tmux.id
    return machine, frame.home, session.name, session.socket
