"""How a process that leads to a host has ended: an ssh, or the shell of this machine."""

from __future__ import annotations

from typing import NamedTuple

from navi.core.failure import Failure, HostState
from navi.core.text import clean, decode

CHUNK = 65536
"""Bytes that are read at once."""

LARGEST_ERRORS = 65536
"""Bytes of a program's standard error that are read when it has ended."""

GRACE = 0.5
"""Seconds that a shell has to end by itself, once its output has ended and again after SIGTERM."""

LAST_ERRORS = 2.0
"""Seconds that a shell has to write its errors once its input has ended: fish reads all input before it complains."""


class ShellEnd(NamedTuple):
    """How a shell, or the ssh that leads to it, ended: its exit status (None: it did not end by itself), what it wrote
    to standard error, whether that was too much, and what ssh itself reported, which no server can forge.

    `printed` is its output before the answer. `again` is the end of a second attempt, which looks for the cause: an ssh
    to the jump host, or an ssh that shares nothing, because only the latter passes on the output of a ProxyCommand.
    """

    status: int | None
    errors: str = ""
    excessive: bool = False
    ssh: str = ""
    printed: str = ""
    again: ShellEnd | None = None


def read_errors(data: bytes) -> str:
    """Return what a shell wrote to standard error as clean lines."""
    return "\n".join(line for line in map(clean, decode(data).splitlines()) if line.strip())


FORK_FAILED = (
    "(?im)^.{1,60}: (cannot fork( \\[.*)?"
    "|(can't )?fork.{0,30}: (resource temporarily unavailable|cannot allocate memory))$"
)
"""The messages of dash and ksh, and of bash, zsh, busybox, tmux and timeout, if they can't start a process."""

END_SOME = "end some of the user's processes, or raise the limit: ulimit -u, TasksMax of systemd, memory"
"""The remedy where no process can be started."""

RAISE_FILES = "raise the limit of open files: ulimit -n, LimitNOFILE of systemd"
"""The remedy where no file can be opened."""


def no_processes(errors: str) -> Failure | None:
    """Return the failure that the machine can't start any process, if the standard error of a shell or program says so;
    else None.
    """
    if "fork" not in errors:
        return None
    import re  # takes 3 ms to import, and is rarely needed

    found = re.search(FORK_FAILED, errors)
    return Failure(HostState.ERROR, f"no more processes can be started: {clean(found[0])}", END_SOME) if found else None


OTHERS = (("fish", "(?m)^fish: "), ("python", '(?m)^ *File "<(stdin|string)>", line '))
"""Programs that complain about commands for sh, and their messages. LEAD makes zsh and tcsh report themselves."""


def known_cause(errors: str) -> Failure | None:
    """Return the failure that a shell's standard error names before its answer: the machine can't start any process, or
    the shell is not sh. None if it names neither.
    """
    if "fish: " not in errors and 'File "<' not in errors:
        return no_processes(errors)
    import re  # as above

    name = next((name for name, pattern in OTHERS if re.search(pattern, errors)), "")
    remedy = f"let no startup file start {name} but for people: case $- in *i*) exec {name} ;; esac"
    return Failure(HostState.ERROR, f"{name} runs in place of sh", remedy) if name else no_processes(errors)
