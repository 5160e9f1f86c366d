"""The private folder for control sockets, and the locks on masters.

ssh does not check the folder of a control socket, so navi does: it must belong to this user and be closed to others.
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
"""Bytes of a control path: ssh adds 17 when it binds the socket, and a Unix socket's path has at most 108."""

NAME_LENGTH = 16


def runtime_folder(environment: Mapping[str, str]) -> str:
    """Return the folder for sockets, made if need be. Raise HostError if it is another user's, or open to others."""
    user, folder = os.getuid(), folder_for_sockets(environment)
    try:
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        found = os.lstat(folder)
    except OSError as error:
        raise HostError(_unsafe(folder, f"can't be made: {error.strerror}")) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user:
        raise HostError(_unsafe(folder, "belongs to another user, or is not a folder"))
    if found.st_mode & 0o077:
        raise HostError(_unsafe(folder, f"is open to others (mode {stat.S_IMODE(found.st_mode):o})"))
    return folder


def folder_for_sockets(environment: Mapping[str, str]) -> str:
    """Return the path of the folder for sockets, whether or not it exists, and whoever owns it."""
    user = os.getuid()
    base = environment.get("XDG_RUNTIME_DIR", "")
    folder = os.path.join(base, "navi") if base.startswith("/") and _owner(base) == user else ""
    if not folder or len(os.fsencode(folder)) + 1 + NAME_LENGTH > LONGEST_SOCKET:
        return f"/tmp/navi-{user}"
    return folder


def _owner(folder: str) -> int | None:
    """Return the user whose folder it is: after `su`, XDG_RUNTIME_DIR can be that of another one."""
    try:
        return os.stat(f"{folder}/").st_uid
    except OSError:
        return None


def _unsafe(folder: str, what: str) -> Failure:
    remedy = f"remove it, or chmod 700 {folder}"
    return Failure(HostState.ERROR, f"the folder for connections, {folder}, {what}", remedy, Retry.LATER)


def refuse_foreign(control: str) -> None:
    """Raise HostError if a control socket is another user's, who would see everything that goes over it."""
    try:
        owner = os.lstat(control).st_uid
    except FileNotFoundError:
        return
    if owner != os.getuid():
        cause = f"the control socket {control} belongs to user {owner}"
        remedy = "remove it: your connection must not go through another user's process"
        raise HostError(Failure(HostState.ERROR, cause, remedy))


class Lease:
    """A lock beside a control socket: exclusive while its master is opened or closed, shared while it is used.

    The kernel releases it when the process ends, so a crash leaves nothing behind.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = -1

    def _open(self) -> int:
        if self._file < 0:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        return self._file

    def take(self) -> bool:
        """Try to get the exclusive lock; return whether that worked. Never waits."""
        return self._try(fcntl.LOCK_EX)

    def share(self) -> bool:
        """Try to get a shared lock; return whether that worked. Never waits."""
        return self._try(fcntl.LOCK_SH)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._open(), kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Release it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
