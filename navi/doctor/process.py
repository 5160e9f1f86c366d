"""Programs that the checks run, each with a time limit and a limit on its output."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from navi.hosts.shell_end import LARGEST_ERRORS, ShellEnd, read_errors
from navi.hosts.ssh_log import SshLog, failed_on_the_way, logged_in

QUICK = 5.0
"""Seconds for programs that only read files here, and for a request to a master: one that is stopped never answers."""

MOST_OUTPUT = 17 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class EndedProgram:
    """A program that has ended. `status` is None if it had to be killed; times are epoch times of this machine.

    `ssh` is ssh's own log, if the program is an ssh that was run with one.
    """

    status: int | None
    output: bytes
    errors: str
    began: float
    ended: float
    ssh: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    @property
    def last_error(self) -> str:
        """The last line that it wrote to standard error, or ""."""
        return self.errors.rpartition("\n")[2]

    @property
    def end(self) -> ShellEnd:
        """How it ended, for an ssh that shares nothing: the output of a ProxyCommand is among its errors."""
        end = ShellEnd(self.status, self.errors, ssh=self.ssh)
        return end._replace(again=end) if failed_on_the_way(end) else end


def run(
    words: Sequence[str],
    limit: float,
    environment: Mapping[str, str],
    text: bytes = b"",
    login_limit: float | None = None,
    log: SshLog | None = None,
) -> EndedProgram:
    """Run a program with a text as its standard input; kill it after `limit` seconds, or after `login_limit` seconds if
    its log does not say by then that it has logged in.

    Never raises: if it can't be started, its errors say why. It gets files instead of pipes, which its children would
    hold open.
    """
    began = time.time()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        source.write(text)
        source.seek(0)
        try:
            process = subprocess.Popen(words, stdin=source, stdout=output, stderr=errors, env=environment)
        except OSError as error:
            return EndedProgram(127, b"", f"{words[0]} can't be started: {error.strerror}", began, time.time())
        status = _wait(process, limit, limit if login_limit is None else login_limit, output.fileno(), log)
        ended = time.time()
        output.seek(0)
        errors.seek(0)
        reported = log.read() if log else ""
        printed, complaints = output.read(MOST_OUTPUT), read_errors(errors.read(LARGEST_ERRORS))
        return EndedProgram(status, printed, complaints, began, ended, reported)


def _wait(
    process: subprocess.Popen[bytes], limit: float, login_limit: float, output: int, log: SshLog | None
) -> int | None:
    """Wait for a program to end; return its exit status, or None if it took too long or wrote too much."""
    began = time.monotonic()
    while True:
        stop = began + (limit if log is None or logged_in(log.read()) else login_limit)
        try:
            return process.wait(min(0.5, max(0, stop - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() < stop and os.fstat(output).st_size < MOST_OUTPUT:
                continue
        process.kill()
        process.wait()
        return None
