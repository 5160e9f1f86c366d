"""A host for a few questions, one after the other, over one plain process: for the command line. No event loop."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from errno import ENOENT
from typing import IO, TYPE_CHECKING, TypeVar

from navi.core.failure import Failure, HostState, Retry
from navi.core.text import clean, decode
from navi.hosts.base import HostError
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request, stream_request
from navi.ops import Answer, HostSettings, Operation, Stream

if TYPE_CHECKING:
    import subprocess

    from navi.ops.attach import Interactive

T = TypeVar("T")

CHUNK = 65536
LONGEST_ERRORS = 65536


class LineLost(HostError):
    """The line was lost when the machine may have begun: whether the operation was carried out is not known."""


class PlainHost:
    """This machine or a remote. `run` blocks; several threads may call it at once."""

    def __init__(self, name: str, settings: HostSettings, environment: Mapping[str, str]) -> None:
        self.name = name
        self.settings = settings
        self.environment = dict(environment)
        self._idle: list[Line] = []

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
                _say(line, LEAD + stream_request(stream, token, self.settings))
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

    def close(self) -> None:
        """End the lines that are kept for further operations; the end of this process does so, too."""
        while self._idle:
            self._idle.pop().kill()

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
        line = self._take()
        token = new_token()
        reader = AnswerReader(token)
        try:
            answer = line.ask(request(operation, token, self.settings), reader, self._limit(operation), meanwhile)
        except BaseException as error:
            line.kill()
            if not isinstance(error, WireError | TimeoutError):
                raise
            raise self._no_answer(operation, error) from error
        if answer is None:
            failure = self._explain(*line.end())
            raise (LineLost if reader.begun or failure.retry is Retry.AT_ONCE else HostError)(failure)
        self._idle.append(line)
        return answer

    def _limit(self, operation: Operation[T]) -> float:
        return operation.time_limit + self._patience()

    def _take(self) -> Line:
        """A line that is there, or a new one. Those that were lost meanwhile are passed over."""
        while self._idle:
            line = self._idle.pop()
            if line.lives():
                return line
            line.kill()
        return self._open()

    def _open(self) -> Line:
        try:
            return Line(self._words(), self.environment)
        except OSError as error:
            cause = f"{error.filename or 'sh'} can't be started: {error.strerror}"
            raise HostError(Failure(HostState.ERROR, cause, "install it, or put it on PATH")) from error

    def _no_answer(self, operation: Operation[T], error: WireError | TimeoutError) -> HostError:
        if isinstance(error, WireError):
            cause = f"the host answered with {error}"
            return HostError(Failure(HostState.ERROR, cause, "look at what its login shell prints and runs"))
        cause = f"no answer to `{operation.name}` within {self._limit(operation):g} s"
        return LineLost(Failure(HostState.UNREACHABLE, cause, "try again; look at the machine's load"))


SIGPIPE, SIGXFSZ = 13, 25
"""Python ignores these two (the numbers are the same everywhere); what it starts is not to."""


class Line:
    """One `sh -s`, here or there, that carries out one operation after the other, until this process ends.

    It does what subprocess does, which takes as long to import as a program here runs. Errors go into a file, because a
    master that ssh leaves in the background would hold a pipe open.
    """

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it. Raises OSError where it can't be started."""
        program = _find(words[0], environment)
        self._errors = _unnamed_file()
        asking, self._asked = os.pipe()
        self._told, telling = os.pipe()
        files = [
            (os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate((asking, telling, self._errors.fileno()))
        ]
        try:
            self._process = os.posix_spawn(
                program, list(words), environment, file_actions=files, setsigdef=(SIGPIPE, SIGXFSZ)
            )
        except OSError:
            self._close()
            raise
        finally:
            os.close(asking)
            os.close(telling)
        os.set_blocking(self._asked, False)
        self._lead = LEAD

    def ask(self, text: bytes, reader: AnswerReader, limit: float, meanwhile: Callable[[], None]) -> Answer | None:
        """Send a request, and return its answer, None if the line ends before; `meanwhile` is called between the two.

        Raises WireError, or TimeoutError after `limit` seconds. Then, and whatever else it raises, it is to be killed.
        """
        until = time.monotonic() + limit
        with suppress(BrokenPipeError):
            self._say(self._lead + text, until)
        self._lead = b""
        meanwhile()
        while select.select([self._told], [], [], max(0.0, until - time.monotonic()))[0]:
            data = os.read(self._told, CHUNK)
            if not data:
                return None
            for answer in reader.feed(data):
                return answer
        raise TimeoutError

    def _say(self, text: bytes, until: float) -> None:
        left = memoryview(text)
        while left:
            if not select.select([], [self._asked], [], max(0.0, until - time.monotonic()))[1]:
                raise TimeoutError
            left = left[os.write(self._asked, left) :]

    def lives(self) -> bool:
        """Whether its end was not noticed yet. Nothing is said unasked."""
        return not select.select([self._told], [], [], 0)[0]

    def kill(self) -> None:
        """End it at once."""
        os.kill(self._process, 9)
        self.end()

    def end(self) -> tuple[int, str]:
        """Wait for its end, which has come; return its status, and what it said last."""
        status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        self._errors.seek(0)
        words = decode(self._errors.read(LONGEST_ERRORS))
        self._close()
        return status, "\n".join(map(clean, words.splitlines()))

    def _close(self) -> None:
        os.close(self._asked)
        os.close(self._told)
        self._errors.close()


def _find(program: str, environment: Mapping[str, str]) -> str:
    """Return where a program is on the PATH of an environment. Raises FileNotFoundError."""
    for folder in os.get_exec_path(environment):
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise FileNotFoundError(ENOENT, os.strerror(ENOENT), program)


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
        data = os.read(line.stdout.fileno(), CHUNK)
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
