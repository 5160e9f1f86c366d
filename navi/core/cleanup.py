"""What clean-up removes, and how registry and status files differ from tmux. Pure."""

from typing import NamedTuple

from navi.core.ages import exact_age
from navi.core.file_owner import files_of, is_earlier, why_unconfirmed, why_unjudged
from navi.core.model import Frame, StatusFile, TmuxSession
from navi.core.registry import Condition, Health, RegistryEntry, Snapshot, condition_of, epoch, unregistered_sessions

ENDED_HEALTH = (Health.DEAD, Health.MISSING, Health.ZOMBIE, Health.SERVER_NOT_RUNNING)
"""The health of sessions that have ended. Clean-up always removes their entries."""


class EntryRemoval(NamedTuple):
    """An entry to remove, why, and the session to kill with it, if one lives."""

    entry: RegistryEntry
    reason: str
    session: TmuxSession | None = None


def removals(found: Snapshot, older_than: float | None, everything: bool) -> list[EntryRemoval]:
    """Choose what to remove: sessions that have ended, those unused for more than so many seconds, or all. An entry
    whose health is unknown is never removed.
    """
    entries = sorted(found.registry.entries.values(), key=lambda entry: entry.name)
    chosen = (_removal(found, entry, older_than, everything) for entry in entries)
    return [removal for removal in chosen if removal]


def _removal(found: Snapshot, entry: RegistryEntry, older_than: float | None, everything: bool) -> EntryRemoval | None:
    condition = condition_of(entry, found)
    session = found.session_of(entry)
    if condition.health in ENDED_HEALTH:
        return _ended(entry, condition, session)
    if condition.health is Health.UNKNOWN:
        return None
    if everything:
        return EntryRemoval(entry, "all are removed", session)
    unused = seconds_unused(entry, found.frame.clock)
    if older_than is None or unused is None or unused <= older_than:
        return None
    return EntryRemoval(entry, f"not used for {exact_age(unused)}", session)


def _ended(entry: RegistryEntry, condition: Condition, session: TmuxSession | None) -> EntryRemoval:
    """Kill a session only if all of its panes are dead."""
    dead = session if session and all(pane.dead for pane in session.panes) else None
    return EntryRemoval(entry, f"{condition.health}: {condition.reason}", dead)


def seconds_unused(entry: RegistryEntry, clock: float) -> float | None:
    """Return how long ago an entry was used or created, None if that is unknown."""
    used = epoch(entry.last_active) or epoch(entry.created_at)
    return clock - used if used is not None else None


class FileRemoval(NamedTuple):
    """A status file without a session: its name without the ending, whether it `stays`, and the reason for that."""

    name: str
    reason: str
    stays: bool = False


def file_removals(frame: Frame) -> list[FileRemoval]:
    """Return the status files without a session. A file stays if its session may live somewhere."""
    return [_file_removal(file, frame) for file in _without_session(frame)]


def _file_removal(file: StatusFile, frame: Frame) -> FileRemoval:
    if file.problem:
        return FileRemoval(file.name, f"it can't be used: {file.problem}")
    doubt = why_unjudged(file, frame) or why_unconfirmed(file, frame)
    if doubt:
        return FileRemoval(file.name, doubt, stays=True)
    if is_earlier(file, frame):
        return FileRemoval(file.name, "its session ended before the machine was started again")
    return FileRemoval(file.name, "its session has ended")


def _without_session(frame: Frame) -> list[StatusFile]:
    taken = {id(file) for file in files_of(frame).values()}
    return [file for file in frame.files if id(file) not in taken]


class Difference(NamedTuple):
    """How registry and status files differ from tmux: entries whose session is gone, sessions without an entry, status
    files without a session, and what is wrong with the registry's file ("" if nothing).
    """

    gone: tuple[RegistryEntry, ...] = ()
    unregistered: tuple[TmuxSession, ...] = ()
    files: tuple[str, ...] = ()
    problem: str = ""


NO_DIFFERENCE = Difference()


def difference(found: Snapshot) -> Difference:
    """Compare registry, status files and tmux. Only sessions that navi created, or on a server in the registry's
    folder, need an entry: the others belong to people. A session is gone only if its own tmux server does not list it.
    """
    gone = tuple(
        entry
        for entry in found.registry.entries.values()
        if condition_of(entry, found).health in (Health.MISSING, Health.SERVER_NOT_RUNNING)
    )
    candidates = unregistered_sessions(found, ())
    unregistered = tuple(one for one in candidates if one.own or _is_in(found.sockets, one.socket))
    return Difference(gone, unregistered, _orphans(found), found.registry.problem)


def _is_in(folder: str, socket: str) -> bool:
    return bool(folder) and socket.startswith(f"{folder}/")


def _orphans(found: Snapshot) -> tuple[str, ...]:
    """Return the status files whose session is gone; none where that is not proven."""
    if not found.proven:
        return ()
    frame = found.frame
    left = [file for file in _without_session(frame) if not file.problem]
    return tuple(one.name for one in left if not _file_removal(one, frame).stays)
