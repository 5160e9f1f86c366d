"""Programs that the checks run, each with a time limit and a limit on its output."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from navi.hosts.exchange import LARGEST_ERRORS, read_errors

QUICK = 5.0
"""Seconds for programs that only read files here, and for a request to a master: one that is stopped never answers."""

MOST_OUTPUT = 17 * 1024 * 1024

LOGGED_IN = b"Authenticated to"
"""How ssh's message about a login begins, at LogLevel VERBOSE."""

PROGRESS = re.compile(r"Authenticated (to|using) |Transferred: |Bytes per second: ")
"""What ssh writes at LogLevel VERBOSE and is no error."""


@dataclass(frozen=True, slots=True)
class Done:
    """A program that has ended. `status` is None if it had to be killed; times are epoch times of this machine."""

    status: int | None
    output: bytes
    errors: str
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    @property
    def complaint(self) -> str:
        """What it wrote to standard error, without ssh's messages about its progress."""
        return "\n".join(line for line in self.errors.splitlines() if not PROGRESS.match(line))

    @property
    def last_complaint(self) -> str:
        """The last line of that, or ""."""
        return self.complaint.rpartition("\n")[2]


def run(
    words: Sequence[str],
    limit: float,
    environment: Mapping[str, str],
    text: bytes = b"",
    login_limit: float | None = None,
) -> Done:
    """Run a program with a text as its standard input; kill it after `limit` seconds, or after `login_limit` seconds if
    it has not logged in by then.

    Never raises: where it can't be started, its errors say why. It gets files in place of pipes, which its children
    would hold open.
    """
    began = time.time()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        source.write(text)
        source.seek(0)
        try:
            process = subprocess.Popen(words, stdin=source, stdout=output, stderr=errors, env=environment)
        except OSError as error:
            return Done(127, b"", f"{words[0]} can't be started: {error.strerror}", began, time.time())
        login_limit = limit if login_limit is None else login_limit
        status = _wait(process, limit, login_limit, output.fileno(), errors.fileno())
        ended = time.time()
        output.seek(0)
        errors.seek(0)
        return Done(status, output.read(MOST_OUTPUT), read_errors(errors.read(LARGEST_ERRORS)), began, ended)


def _wait(process: subprocess.Popen[bytes], limit: float, login_limit: float, output: int, errors: int) -> int | None:
    """Wait for a program to end; return its exit status, or None if it took too long or wrote too much."""
    began = time.monotonic()
    while True:
        stop = began + (limit if LOGGED_IN in os.pread(errors, LARGEST_ERRORS, 0) else login_limit)
        try:
            return process.wait(min(0.5, max(0, stop - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() < stop and os.fstat(output).st_size < MOST_OUTPUT:
                continue
        process.kill()
        process.wait()
        return None
