"""A host for single questions: one plain process each, no event loop. For the command line."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from errno import ENOENT
from typing import IO, TYPE_CHECKING, TypeVar

from navi.failure import Failure, HostState, Retry
from navi.hosts.base import HostError
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request, stream_request
from navi.ops import Answer, Operation, Stream
from navi.text import clean, decode

if TYPE_CHECKING:
    import subprocess

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

    def run(self, operation: Operation[T], meanwhile: Callable[[], None] = lambda: None) -> T:
        """Carry out an operation; `meanwhile` is called while the machine works on it.

        Raises HostError (LineLost where it may have been carried out all the same), or what the operation's parser
        raises.
        """
        return operation.parse(self._ask(operation, meanwhile))

    def follow(self, stream: Stream[T], limit: float = float("inf")) -> Iterator[T]:
        """Go through what a stream tells, until it ends or the limit (of time.monotonic) has come; it ends at the far
        end, too, when this is closed.

        Raises HostError, or what the stream's reader raises.
        """
        token = new_token()
        read = stream.reader()
        reader = AnswerReader(token)
        with _unnamed_file() as errors, self._line(errors) as line:
            try:
                _say(line, LEAD + stream_request(stream, token))
                for data in _heard(line, stream.silence + self._patience(), limit):
                    for answer in reader.feed(data):
                        yield read(answer)
                if time.monotonic() >= limit:
                    return
                status = _end_of(line)
            finally:
                line.kill()
            errors.seek(0)
            if status != 0:
                raise HostError(self._explain(status, clean(decode(errors.read(LONGEST_ERRORS)))))

    def _line(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        import subprocess

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

    def _ask(self, operation: Operation[T], meanwhile: Callable[[], None]) -> Answer:
        token = new_token()
        limit = operation.time_limit + self._patience()
        try:
            text = LEAD + request(operation, token)
            status, output, said = _carry_out(self._words(), text, self.environment, limit, meanwhile)
        except TimeoutError:
            cause = f"no answer to `{operation.name}` within {limit:g} s"
            raise LineLost(Failure(HostState.UNREACHABLE, cause, "try again; look at the machine's load")) from None
        except OSError as error:
            cause = f"{error.filename or 'sh'} can't be started: {error.strerror}"
            raise HostError(Failure(HostState.ERROR, cause, "install it, or put it on PATH")) from error
        return self._read(output, token, status, decode(said))

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


SIGPIPE, SIGXFSZ = 13, 25
"""Python ignores these two (the numbers are the same everywhere); what it starts is not to."""


def _carry_out(
    words: Sequence[str], text: bytes, environment: Mapping[str, str], limit: float, meanwhile: Callable[[], None]
) -> tuple[int, bytes, bytes]:
    """Run a program with a text as its standard input, and `meanwhile` beside it; return its status, output and errors.
    Raises TimeoutError after so many seconds, OSError where it can't be started.

    It is what subprocess.run does, which takes as long to import as a program here runs. Errors go into a file, because
    a master that ssh leaves in the background would hold a pipe open.
    """
    program = _find(words[0], environment)
    with _unnamed_file() as asked, _unnamed_file() as errors:
        asked.write(text)
        asked.flush()
        asked.seek(0)
        reading, writing = os.pipe()
        try:
            files = [
                (os.POSIX_SPAWN_DUP2, file, number)
                for number, file in enumerate((asked.fileno(), writing, errors.fileno()))
            ]
            try:
                process = os.posix_spawn(
                    program, list(words), environment, file_actions=files, setsigdef=(SIGPIPE, SIGXFSZ)
                )
            finally:
                os.close(writing)
            status, output = _hear_out(process, reading, time.monotonic() + limit, meanwhile)
        finally:
            os.close(reading)
        errors.seek(0)
        return status, output, errors.read(LONGEST_ERRORS)


def _find(program: str, environment: Mapping[str, str]) -> str:
    """Return where a program is on the PATH of an environment. Raises FileNotFoundError."""
    for folder in os.get_exec_path(environment):
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise FileNotFoundError(ENOENT, os.strerror(ENOENT), program)


def _hear_out(process: int, reading: int, until: float, meanwhile: Callable[[], None]) -> tuple[int, bytes]:
    """Read what a process puts out, and wait for its end; whatever happens, it ends."""
    pieces: list[bytes] = []
    try:
        meanwhile()
        while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
            data = os.read(reading, 1 << 20)
            if not data:
                return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), b"".join(pieces)
            pieces.append(data)
        raise TimeoutError
    except BaseException:
        os.kill(process, 9)
        os.waitpid(process, 0)
        raise


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


def _heard(line: subprocess.Popen[bytes], silence: float, limit: float) -> Iterator[bytes]:
    """Everything that comes, until the end or the limit. Raises HostError after so many seconds of silence."""
    assert line.stdout
    while True:
        left = limit - time.monotonic()
        if not select.select([line.stdout], [], [], max(0.0, min(silence, left)))[0]:
            break
        data = os.read(line.stdout.fileno(), 65536)
        if not data:
            return
        yield data
    if left <= silence:
        return
    cause = f"nothing was heard for {silence:g} s"
    raise HostError(Failure(HostState.UNREACHABLE, cause, "try again; look at the machine's load"))


def _end_of(line: subprocess.Popen[bytes]) -> int | None:
    """The exit status of a line that has nothing to say any more, None where it does not end."""
    import subprocess

    with suppress(subprocess.TimeoutExpired):
        return line.wait(timeout=5)
    return None
