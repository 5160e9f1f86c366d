"""Which session a status file belongs to, and why one without a session can't be judged here. Pure.

A hook writes into the file where it ran. Folders of status files can be shared by several machines, and a machine has
several tmux servers, so a name alone says little.
"""

from collections.abc import Collection, Mapping

from navi.core.model import Frame, Origin, StatusFile, TmuxSession

TmuxKey = tuple[str, int, str]
"""Identifies a tmux session among all of its host: the socket and the process of its server, and its id."""

UNKNOWN_ORIGIN = {
    "disk": "the folder is on a file system that other machines may use ({0})",
    "host": "{0} uses the folder, too",
    "server": "a tmux server does not answer (process {0})",
}
"""Why a file that doesn't say where it was written can't be judged, by the word that look/alone.sh reports."""


def key_of(session: TmuxSession) -> TmuxKey:
    """Return what identifies a session among all of its host."""
    return session.socket, session.server, session.id


def files_of(frame: Frame) -> Mapping[TmuxKey, StatusFile]:
    """Return the status file of each session that has one.

    A file belongs to the session that its hook ran in, whatever its name is now; if that has ended, to a new one of the
    same name on the same server's socket. A file that doesn't say where it was written belongs to the sessions of its
    name.
    """
    living = {(session.server, session.id): session for session in frame.sessions}
    found: dict[TmuxKey, StatusFile] = {}
    named: list[StatusFile] = []
    for file in sorted(frame.files, key=lambda file: file.timestamp or 0.0):
        owner = living.get((file.origin.server, file.origin.session)) if file.origin and _is_here(file, frame) else None
        if owner is None:
            named.append(file)
        elif key_of(owner) not in found or found[key_of(owner)].name != owner.name:
            found[key_of(owner)] = file
    by_name = {file.name: file for file in named if not is_elsewhere(file, frame)}
    for session in frame.sessions:
        namesake = by_name.get(session.name)
        if namesake and key_of(session) not in found and socket_of(namesake, frame) in (None, session.socket):
            found[key_of(session)] = namesake
    return found


def socket_of(file: StatusFile, frame: Frame) -> str | None:
    """Return the socket of the server that a file names, as the frame writes it; None if it names none."""
    if file.origin is None:
        return None
    return "" if file.origin.socket == frame.machine.socket else file.origin.socket


def _is_here(file: StatusFile, frame: Frame) -> bool:
    """Return whether a file was written on the frame's machine, since its present start."""
    here = frame.machine
    return file.origin is not None and (not here.host or (file.origin.host, file.origin.boot) == (here.host, here.boot))


def is_elsewhere(file: StatusFile, frame: Frame) -> bool:
    """Return whether a file was written on another machine than the frame's."""
    return file.origin is not None and frame.machine.host not in ("", file.origin.host)


def is_earlier(file: StatusFile, frame: Frame) -> bool:
    """Return whether a file was written before the machine started, so that its session has ended.

    Only another start of the kernel proves that: a container beside this one can have the same name.
    """
    here = frame.machine
    if file.origin is None or not here.boot or file.origin.host != here.host:
        return False
    return _kernel(file.origin.boot) != _kernel(here.boot)


def _kernel(boot: str) -> str:
    return boot.partition(".")[0]


def why_unjudged(file: StatusFile, frame: Frame) -> str:
    """Say why this frame does not tell what became of a file's session; "" if its tmux server knows."""
    origin = file.origin
    if origin is None:
        return _doubt(file, frame)
    if is_elsewhere(file, frame):
        return f"written on {host_name(origin)}, another machine that uses the folder, too"
    if is_earlier(file, frame) or _is_here(file, frame):
        return ""
    return f"written in another container named {host_name(origin)}, or before this one was started again"


def _doubt(file: StatusFile, frame: Frame) -> str:
    kind, _, detail = frame.doubt.partition(" ")
    if not kind or file.problem:
        return ""
    why = UNKNOWN_ORIGIN.get(kind, "{0}").replace("{0}", detail.partition(":")[0] if kind == "host" else detail)
    return f"nothing says on which machine it was written, and {why}"


def why_unconfirmed(file: StatusFile, frame: Frame) -> str:
    """Say why tmux does not confirm what a file without a session reports; "" if it says that the session is gone."""
    if file.origin is None:
        return "" if frame.proven else "tmux did not answer, so nothing confirms it"
    if is_earlier(file, frame):
        return ""
    if file.origin.server in frame.lost:
        return f"its tmux server (process {file.origin.server}) is out of reach, so nothing confirms it"
    answered = any(session.server == file.origin.server for session in frame.sessions)
    silent = socket_of(file, frame) in frame.silent or not (frame.proven or frame.silent)
    return "tmux did not answer, so nothing confirms it" if silent and not answered else ""


def host_name(origin: Origin) -> str:
    """Return the name of the machine without its id."""
    return origin.host.partition(":")[0]


def shown_elsewhere(file: StatusFile, frame: Frame, others: Collection[str]) -> bool:
    """Return whether a file was written on one of `others`, the machines of other hosts: then it is shown there."""
    return is_elsewhere(file, frame) and file.origin is not None and file.origin.host in others
