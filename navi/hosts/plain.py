"""A host for single questions: one plain process each, no event loop. For the command line."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, TypeVar

from navi.failure import Failure, HostState, Retry
from navi.hosts.base import HostError
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request, stream_request
from navi.ops import Answer, Operation, Stream
from navi.text import clean, decode

if TYPE_CHECKING:
    from navi.ops.attach import Interactive

T = TypeVar("T")

LONGEST_ERRORS = 65536


class LineLost(HostError):
    """The line was lost when the machine may have begun: whether the operation was carried out is not known."""


class PlainHost:
    """This machine or a remote. `run` blocks; several threads may call it at once."""

    def __init__(self, name: str, sessions_dir: str, cleanup: bool, environment: Mapping[str, str]) -> None:
        self.name = name
        self.sessions_dir = sessions_dir
        self.cleanup = cleanup
        self.environment = dict(environment)

    def run(self, operation: Operation[T]) -> T:
        """Carry out an operation. Raises HostError (LineLost where it may have been carried out all the same), or what
        the operation's parser raises.
        """
        return operation.parse(self._ask(operation))

    def follow(self, stream: Stream[T]) -> Iterator[T]:
        """Go through what a stream tells, until it ends; it ends at the far end, too, when this is closed.

        Raises HostError, or what the stream's reader raises.
        """
        token = new_token()
        read = stream.reader()
        reader = AnswerReader(token)
        with _unnamed_file() as errors, self._line(errors) as line:
            try:
                _say(line, LEAD + stream_request(stream, token))
                for data in _heard(line, stream.silence + self._patience()):
                    for answer in reader.feed(data):
                        yield read(answer)
                status = line.wait(timeout=5)
            finally:
                line.kill()
            errors.seek(0)
            if status != 0:
                raise HostError(self._explain(status, clean(decode(errors.read(LONGEST_ERRORS)))))

    def _line(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._words(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=self.environment
        )

    def stands(self) -> bool:
        """Whether the machine can be asked without connecting anew."""
        return True

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the words of the command that runs `command` there in this terminal."""
        return command.words

    def _words(self) -> Sequence[str]:
        return ("sh", "-s")

    def _patience(self) -> float:
        """Seconds that it may take to reach the machine."""
        return 1.0

    def _explain(self, status: int | None, words: str) -> Failure:
        last = words.splitlines()[-1] if words else f"sh ended with status {status}"
        return Failure(HostState.ERROR, last, "look at the machine's own sh")

    def _ask(self, operation: Operation[T]) -> Answer:
        token = new_token()
        with _unnamed_file() as errors:  # a master in the background would hold a pipe open
            try:
                done = subprocess.run(
                    self._words(), input=LEAD + request(operation, token), stdout=subprocess.PIPE, stderr=errors,
                    env=self.environment, timeout=operation.time_limit + self._patience(), check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                cause = f"no answer to `{operation.name}` within {error.timeout:g} s"
                raise LineLost(Failure(HostState.UNREACHABLE, cause, "try again; look at the machine's load")) from None
            except OSError as error:
                cause = f"{error.filename or 'sh'} can't be started: {error.strerror}"
                raise HostError(Failure(HostState.ERROR, cause, "install it, or put it on PATH")) from error
            errors.seek(0)
            said = decode(errors.read(LONGEST_ERRORS))
        return self._read(done.stdout, token, done.returncode, said)

    def _read(self, output: bytes, token: str, status: int, said: str) -> Answer:
        try:
            answers = AnswerReader(token).feed(output)
        except WireError as error:
            cause = f"the host answered with {error}"
            raise HostError(Failure(HostState.ERROR, cause, "look at what its login shell prints and runs")) from error
        if answers:
            return answers[0]
        failure = self._explain(status, "\n".join(map(clean, said.splitlines())))
        begun = f"{token} begin\n".encode() in output
        raise LineLost(failure) if begun or failure.retry is Retry.AT_ONCE else HostError(failure)


def _unnamed_file() -> IO[bytes]:
    """A file that is gone when it is closed."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("navi"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def _say(line: subprocess.Popen[bytes], request: bytes) -> None:
    assert line.stdin
    with suppress(BrokenPipeError):
        line.stdin.write(request)
        line.stdin.flush()


def _heard(line: subprocess.Popen[bytes], silence: float) -> Iterator[bytes]:
    """Everything that comes, as it comes. Raises HostError after so many seconds of silence."""
    assert line.stdout
    while select.select([line.stdout], [], [], silence)[0]:
        data = os.read(line.stdout.fileno(), 65536)
        if not data:
            return
        yield data
    cause = f"nothing was heard for {silence:g} s"
    raise HostError(Failure(HostState.UNREACHABLE, cause, "try again; look at the machine's load"))
