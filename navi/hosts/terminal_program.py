"""Running a program in this terminal while this process keeps what the program needs, such as the lease of a master.

ssh closes every file that it inherits, so a lock that a program holds by one of these is gone as soon as the program
becomes ssh.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from navi.hosts.blocking_process import SIGPIPE, SIGXFSZ, find_program

SIGNALLED = 128
"""A program that a signal ended has this and the signal's number as its status, as in a shell."""

PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
"""Signals meant for the program, which reach this process if they are sent to it by its number."""

BY_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
"""Signals that the terminal sends to both, and that are only for the program."""


def run_in_terminal(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program in this terminal, in the process group of this process; return its status as a shell has it.

    Signals reach it, and if it is stopped, so is this process. Raise OSError if it can't be started.
    """
    program = find_program(words[0], environment)
    running: list[int] = []
    with _passing_signals(running):
        running.append(os.posix_spawn(program, list(words), environment, setsigdef=(SIGPIPE, SIGXFSZ)))
        return _wait(running[0])


def _wait(process: int) -> int:
    """Wait until a program has ended. Where only the program was stopped, the shell must notice."""
    while True:
        _, status = os.waitpid(process, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else SIGNALLED - code
        os.kill(os.getpid(), signal.SIGSTOP)
        os.kill(process, signal.SIGCONT)


@contextmanager
def _passing_signals(running: Sequence[int]) -> Iterator[None]:
    """Pass signals on to a program as soon as it runs. Those that this process ignores, the program ignores, too."""

    def pass_on(number: int, _: FrameType | None) -> None:
        for process in running:
            with suppress(OSError):
                os.kill(process, number)

    def leave(_: int, __: FrameType | None) -> None:
        """A signal that is handled, unlike one that is ignored, is back to its default in the program."""

    handlers = {**dict.fromkeys(PASSED_ON, pass_on), **dict.fromkeys(BY_TERMINAL, leave)}
    heard = {number: handler for number, handler in handlers.items() if signal.getsignal(number) != signal.SIG_IGN}
    before = {number: signal.signal(number, handler) for number, handler in heard.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
