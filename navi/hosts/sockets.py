"""The private folder for control sockets, and who uses which master.

ssh does not check the folder that a control socket lies in, so navi does: it must be ours and closed to others.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Mapping
from contextlib import suppress

from navi.core.failure import Failure, HostState, Retry
from navi.hosts.base import HostError

LONGEST_SOCKET = 90
"""Bytes of a control path: ssh binds it with 17 more, and a Unix socket's path ends at 108."""

NAME_LENGTH = 16


def runtime_folder(environment: Mapping[str, str]) -> str:
    """Return the folder for sockets, made if need be. Raises HostError if it is not ours or open to others."""
    user = os.getuid()
    base = environment.get("XDG_RUNTIME_DIR", "")
    folder = os.path.join(base, "navi") if base.startswith("/") and _owner(base) == user else ""
    if not folder or len(os.fsencode(folder)) + 1 + NAME_LENGTH > LONGEST_SOCKET:
        folder = f"/tmp/navi-{user}"
    try:
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        found = os.lstat(folder)
    except OSError as error:
        raise HostError(_unsafe(folder, f"can't be made: {error.strerror}")) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user:
        raise HostError(_unsafe(folder, "belongs to somebody else, or is no folder"))
    if found.st_mode & 0o077:
        raise HostError(_unsafe(folder, f"is open to others (mode {stat.S_IMODE(found.st_mode):o})"))
    return folder


def _owner(folder: str) -> int | None:
    """The user whose folder it is: after `su`, XDG_RUNTIME_DIR can be that of another one."""
    try:
        return os.stat(f"{folder}/").st_uid
    except OSError:
        return None


def _unsafe(folder: str, what: str) -> Failure:
    remedy = f"remove it, or chmod 700 {folder}"
    return Failure(HostState.ERROR, f"the folder for connections, {folder}, {what}", remedy, Retry.LATER)


def refuse_foreign(control: str) -> None:
    """Raise HostError if a control socket is somebody else's: they would see all that goes over it."""
    try:
        owner = os.lstat(control).st_uid
    except FileNotFoundError:
        return
    if owner != os.getuid():
        cause = f"the control socket {control} belongs to user {owner}"
        raise HostError(Failure(HostState.ERROR, cause, "remove it; somebody else must not carry your connection"))


class Lease:
    """A lock beside a control socket: exclusive while its master is opened or closed, shared while it is used.

    The kernel gives it up when the process ends, so a crash leaves nothing behind.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = -1

    def _open(self) -> int:
        if self._file < 0:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        return self._file

    def take(self) -> bool:
        """Try to be the only one; return whether that is so. Never waits."""
        return self._try(fcntl.LOCK_EX)

    def share(self) -> bool:
        """Try to be one of the users; return whether that is so. Never waits."""
        return self._try(fcntl.LOCK_SH)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._open(), kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give it up."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
