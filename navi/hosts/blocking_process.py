"""Processes whose input and output are pipes, for the blocking engine: like `subprocess`, without importing it.

With `subprocess` imported, `navi capture` took 54.3 ms of processor time in place of 47.2 (medians of 40 paired runs,
where `python -c pass` took 35.2). `navi send` has 5 ms left of the 40 that a verb may take, and would miss its figure.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from errno import ENOENT

from navi.hosts.budget import Errors
from navi.hosts.cancellation import Cancellation, Cancelled
from navi.hosts.poll import wait_for_files
from navi.hosts.shell_end import CHUNK, GRACE, LAST_ERRORS, ShellEnd, read_errors

TICK = 0.01
"""Seconds between two looks whether a program has ended that may leave its output open."""

MOST_OUTPUT = 4 * 2**20
"""Bytes of a program's output that are kept."""

SIGPIPE, SIGXFSZ = 13, 25
"""Python ignores these two (the numbers are the same everywhere); the programs that it starts must not."""


class Process:
    """A program that runs. Points in time are those of time.monotonic()."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], apart: bool = False) -> None:
        """Start it, `apart` in a session of its own, which no terminal reaches. Raise OSError if it can't be started.

        Its errors are read whenever its input or output is used, so that it never blocks on them. A program that goes
        on in the background may hold their pipe open, so it may never reach its end.
        """
        program = find_program(words[0], environment)
        stdin, self._input, self._output, stdout, self._errors, stderr = _pipes(3)
        actions = [(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate((stdin, stdout, stderr))]
        try:
            self._id = os.posix_spawn(
                program, list(words), environment, file_actions=actions, setsigdef=(SIGPIPE, SIGXFSZ), setsid=apart
            )
        except OSError:
            self._close_files()
            raise
        finally:
            for file in (stdin, stdout, stderr):
                os.close(file)
        self._running = self._open = True
        self._kept = Errors()
        self._read_errors_at = 0.0
        os.set_blocking(self._input, False)
        os.set_blocking(self._errors, False)

    def write(self, data: bytes, until: float) -> None:
        """Write all of it to standard input. Raise TimeoutError. Nothing is raised if the program has ended: what it
        wrote before can still be read.
        """
        left = memoryview(data)
        with suppress(BrokenPipeError):
            while left:
                self._wait([], [self._input], until)
                left = left[os.write(self._input, left) :]

    def read(self, until: float, cancellation: Cancellation | None = None) -> bytes:
        """Return what it writes next to standard output; nothing at its end, or if it writes too many errors and
        nothing else. Raise TimeoutError, Cancelled.
        """
        awaited = [self._output] if cancellation is None else [self._output, cancellation.fileno()]
        ready = self._wait(awaited, [], until)
        if ready and self._output not in ready:
            raise Cancelled
        return os.read(self._output, CHUNK) if ready else b""

    def answered(self) -> None:
        """Note that it has answered, so that it may write more errors."""
        self._kept.answered()

    def _wait(self, readable: Sequence[int], writable: Sequence[int], until: float) -> list[int]:
        """Wait for one of the files, and read the errors meanwhile; return none of them when those are too many.

        Raise TimeoutError.
        """
        while not self._kept.excessive:
            now = time.monotonic()
            drained = [self._errors] if self._open and now >= self._read_errors_at else []
            soon = self._read_errors_at if self._open and not drained else until
            ready = _wait([*readable, *drained], writable, min(until, soon))
            if not ready and time.monotonic() >= until:
                raise TimeoutError
            if self._errors in ready:
                self._take_errors()
            elif ready:
                return ready
        return []

    def _take_errors(self) -> bool:
        """Read errors that are there; return whether more may be."""
        try:
            data = os.read(self._errors, CHUNK)
        except BlockingIOError:
            return False
        self._open = bool(data)
        now = time.monotonic()
        self._read_errors_at = now + self._kept.take(now, data)
        return self._open

    @property
    def silent(self) -> bool:
        """Whether it runs and has written nothing that was not read."""
        return not _wait([self._output], [], 0)

    @property
    def errors(self) -> str:
        """What it has written to standard error, as far as that was read."""
        return read_errors(self._kept.data)

    def end_input(self) -> str:
        """End its input, and return what it writes to standard error up to its end or for LAST_ERRORS seconds."""
        os.close(self._input)
        self._input = os.open(os.devnull, os.O_WRONLY)
        until = time.monotonic() + LAST_ERRORS
        while self._is_running() and not self._kept.excessive and time.monotonic() < until:
            with suppress(TimeoutError):
                self._wait([], [], min(until, time.monotonic() + TICK))
        while self._open and self._take_errors():
            pass
        return self.errors

    def end(self) -> ShellEnd:
        """Return its exit status, None if it does not end by itself within GRACE seconds, and its errors."""
        status = None if self._kept.excessive else self._exit_status(time.monotonic() + GRACE)
        return self._end(status)

    def finish(self, until: float, cancellation: Cancellation | None = None) -> tuple[ShellEnd, bytes]:
        """Wait until it has ended; return how, with the status None if it has not by then, and the beginning of its
        output. Raise Cancelled.

        It does not wait for the end of the output, which a program left in the background may hold open.
        """
        output = bytearray()
        reading = [self._output]
        also = [cancellation.fileno()] if cancellation else []
        os.set_blocking(self._output, False)
        while self._is_running() and not self._kept.excessive and time.monotonic() < until:
            with suppress(TimeoutError):
                ready = self._wait([*reading, *also], [], min(until, time.monotonic() + TICK))
                if self._output in ready:
                    reading = reading if self._take_output(output) else []
                elif ready:
                    raise Cancelled
        self._take_output(output)
        return self._end(None if self._running else self._status), bytes(output)

    def _take_output(self, output: bytearray) -> bool:
        """Read the output that is there; return whether more may come."""
        with suppress(BlockingIOError):
            while data := os.read(self._output, CHUNK):
                output += data[: max(0, MOST_OUTPUT - len(output))]
            return False
        return True

    def _end(self, status: int | None) -> ShellEnd:
        while self._open and not self._kept.excessive and self._take_errors():
            pass
        end = ShellEnd(status, self.errors, self._kept.excessive)
        self.close()
        return end

    def close(self) -> None:
        """Kill it if it still runs, and close its files; do nothing the second time."""
        if self._running:
            os.kill(self._id, 9)
            os.waitpid(self._id, 0)
            self._running = False
        if self._output >= 0:
            self._close_files()

    def _exit_status(self, until: float) -> int | None:
        while self._is_running():
            if time.monotonic() > until:
                return None
            time.sleep(0.001)
        return self._status

    def _is_running(self) -> bool:
        if self._running:
            process, status = os.waitpid(self._id, os.WNOHANG)
            if process:
                self._running = False
                self._status = os.waitstatus_to_exitcode(status)
        return self._running

    def _close_files(self) -> None:
        for file in (self._input, self._output, self._errors):
            os.close(file)
        self._output = -1


def _wait(readable: Sequence[int], writable: Sequence[int], until: float) -> list[int]:
    """Wait until some of the files can be used; return them, none if the time is up."""
    return wait_for_files(readable, writable, until - time.monotonic())


def _pipes(number: int) -> list[int]:
    """Return the ends of this many pipes, one pipe after the other. If one can't be opened, close the others and raise
    OSError.
    """
    ends: list[int] = []
    try:
        for _ in range(number):
            ends += os.pipe()
    except OSError:
        for end in ends:
            os.close(end)
        raise
    return ends


def find_program(program: str, environment: Mapping[str, str]) -> str:
    """Return where a program is on the PATH of an environment, a path as it is. Raise FileNotFoundError."""
    if "/" in program:
        return program
    for folder in os.get_exec_path(environment):
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise FileNotFoundError(ENOENT, os.strerror(ENOENT), program)
