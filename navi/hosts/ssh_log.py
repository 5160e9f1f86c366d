"""ssh's own words, apart from what others write to the same standard error: banner, remote, jump hosts, ProxyCommand.

`ssh -E FILE` writes what ssh itself has to say to a file of its own. Nothing on a remote can write there, so only these
words decide what a failure of ssh is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fcntl import fcntl
from typing import IO

from navi.hosts.shell_end import LARGEST_ERRORS, ShellEnd, read_errors
from navi.hosts.ssh_command import ALONE, BATCH, SshOption, quote_if_needed

THROUGH_A_HOP = "UNKNOWN port 65535"
"""How ssh calls a remote that it reaches through a jump host or a ProxyCommand."""

F_ADD_SEALS, F_SEAL_GROW = 1033, 0x0004
"""Linux's numbers: they forbid a file in memory to grow."""

_PROXY = re.compile(r"^debug1: Executing proxy command: exec (.*)", re.MULTILINE)

_CONTACT = re.compile(r"^debug1: (Connecting to|Local version string) ", re.MULTILINE)
"""What ssh reports before it has read anything from the other side."""

_QUOTES = ("Received disconnect from ", "Unable to negotiate with ")
"""The beginnings of lines that end with words of the other side, which may contain line ends."""

_AUTHENTICATED = re.compile(r"Authenticated to ")


def unquoted(ssh: str) -> list[str]:
    """Return the lines of ssh's log up to the first that quotes the other side: what follows may be its words, too."""
    lines: list[str] = []
    for line in ssh.splitlines():
        lines.append(line)
        if line.startswith(_QUOTES):
            break
    return lines


def logged_in(ssh: str) -> bool:
    """Return whether ssh, at LogLevel VERBOSE or DEBUG1, has reported that the login has succeeded."""
    return any(map(_AUTHENTICATED.match, unquoted(ssh)))


def failed_on_the_way(end: ShellEnd) -> bool:
    """Return whether ssh ended because a jump host or a ProxyCommand did. Only an ssh that shares nothing shows their
    words.
    """
    return end.status != 0 and any(THROUGH_A_HOP in line for line in unquoted(end.ssh))


def proxy_command(ssh: str) -> str:
    """Return the command through which ssh, at LogLevel DEBUG1, began to connect; "" if it connected by itself.

    Only what ssh reports before it hears from the other side counts: navi runs such a command again, and no server may
    choose it.
    """
    own = "\n".join(unquoted(ssh))
    if not own.startswith("debug1: "):
        return ""
    contact = _CONTACT.search(own)  # none if the command ended before ssh could write to it
    found = _PROXY.search(own, 0, contact.start() if contact else len(own))
    return found[1].strip() if found else ""


def is_ssh(command: str) -> bool:
    """Return whether a command is one of ssh."""
    return os.path.basename(command.partition(" ")[0]) == "ssh"


def hop_command(ssh: str, environment: Mapping[str, str]) -> Callable[[SshOption], Sequence[str]] | None:
    """Return the command line of the ssh to a jump host that another ssh has run, None if that ran something else.

    It takes the option of a log, which separates the words of this ssh from the jump host's banner, too.
    """
    found = proxy_command(ssh)
    if not is_ssh(found):
        return None
    program, _, rest = found.partition(" ")

    def command(log: SshOption) -> Sequence[str]:
        options = (*ALONE, BATCH, log)
        words = " ".join(quote_if_needed(word) for option in options for word in option.words)
        return environment.get("SHELL") or "/bin/sh", "-c", f"exec {program} {words} {rest} </dev/null"

    return command


class SshLog:
    """The file that one ssh writes its words to. `close` removes it."""

    def __init__(self, folder: str) -> None:
        """Make the file: without a name if the system can do that, else in this folder, which must be private. Raise
        OSError if it can't be made.
        """
        self._file: IO[bytes]
        if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
            self._file = open(os.memfd_create("navi-ssh", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "rb")  # noqa: SIM115
            self._path = f"/proc/{os.getpid()}/fd/{self._file.fileno()}"
        else:
            from tempfile import NamedTemporaryFile  # only here: it takes long to import

            named = NamedTemporaryFile(dir=folder, prefix="ssh-", suffix=".log")  # noqa: SIM115
            self._file, self._path = named, named.name

    @property
    def option(self) -> SshOption:
        """The option with which ssh writes to it."""
        return SshOption(("-E", self._path), "ssh's own words come apart from those of the remote")

    def read(self) -> str:
        """Return what ssh has reported so far as clean lines, up to LARGEST_ERRORS bytes of it."""
        return read_errors(os.pread(self._file.fileno(), LARGEST_ERRORS, 0))

    def close(self) -> None:
        """Close and remove the file; do nothing the second time. A master goes on without it: its later words are not
        kept.
        """
        if not self._file.closed:
            with suppress(OSError):
                fcntl(self._file, F_ADD_SEALS, F_SEAL_GROW)
        self._file.close()
