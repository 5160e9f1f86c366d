"""What goes over a line to `sh -s`, and what comes back. Pure: no I/O, no loop.

A request is a POSIX sh compound command on standard input, so that the login shell never sees a name or a path. An
answer stands between two lines that begin with a random token of the call, so that a login banner is never taken for
data; the exit status stands in the last one, because ssh's own 255 is ambiguous.
"""

from __future__ import annotations

import os
from typing import Any

from navi.core.text import clean, decode
from navi.ops import Answer, HostSetting, HostSettings, Operation, Stream

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes that an answer may have; a host that says more is not believed."""

LEAD = b"\n" * 8
"""Sent first of all: empty lines for a `read` in the login shell's startup files to take, in place of a request."""


class WireError(Exception):
    """What came back is not an answer."""


def new_token() -> str:
    """Return a token that no file, title or path at the far end can know."""
    return f"navi-{os.urandom(12).hex()}"


def quote(word: str) -> str:
    """Quote a word for POSIX sh. Raises ValueError for NUL, which no shell can bear."""
    if "\0" in word:
        raise ValueError("a NUL character can't be passed to a command")
    return "'" + word.replace("'", "'\\''") + "'"


def _set_arguments(token: str, arguments: tuple[str | HostSetting, ...], settings: HostSettings) -> str:
    words = (quote(settings.bind(argument)) for argument in arguments)
    return f"navi_token={token}\nset -- {' '.join(words)}\n"


def request(operation: Operation[Any], token: str, settings: HostSettings) -> bytes:
    """Return the text that makes a `sh -s` carry out an operation and answer, and then wait for the next one.

    A subshell keeps what the script does to variables, folder and options to itself. Its errors are kept apart from
    its output, and an empty standard input keeps it from eating the next request.
    """
    text = (
        f"printf '\\n%s begin\\n' {token}\n"
        "{ navi_errors=$( (\n"
        f"{_set_arguments(token, operation.arguments, settings)}{operation.script}\n"
        ") </dev/null 2>&1 >&3 3>&-); } 3>&1\n"
        f"printf '\\n%s errors %s\\n%s end %s\\n' {token} \"$navi_errors\" {token} $?\n"
    )
    return _block(text)


def stream_request(stream: Stream[Any], token: str, settings: HostSettings) -> bytes:
    """Return the text that turns a `sh -s` into a stream; it prints its own begin and end lines.

    It is one compound command, read whole before it runs: from then on standard input belongs to the stream.
    """
    return _block(f"{{\n{_set_arguments(token, stream.arguments, settings)}{stream.script}\nexit\n}}\n")


def _block(text: str) -> bytes:
    """Where sh is bash or ksh, it takes the text in one piece: by themselves they read a pipe byte by byte, each with a
    system call, which takes longer than all that an operation does.
    """
    data = os.fsencode(text)
    return b'[ -z "${BASH_VERSION-}${KSH_VERSION-}" ] || eval "$(head -c %d)"\n' % len(data) + data


class AnswerReader:
    """Cuts the bytes of a line into answers. Feed it whatever arrives."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._begin = f"{token} begin\n".encode()
        self._end = f"\n{token} end ".encode()
        self._errors = f"\n{token} errors ".encode()
        self._bytes = bytearray()
        self._searched = 0
        self._begun = False

    def feed(self, data: bytes) -> list[Answer]:
        """Take bytes; return the answers that they complete. Raises WireError for an answer without end or sense."""
        self._bytes += data
        answers = []
        while self._begin_found() and (answer := self._next()):
            answers.append(answer)
        if len(self._bytes) > LARGEST_ANSWER:
            raise WireError(f"an answer of more than {LARGEST_ANSWER // 2**20} MiB")
        return answers

    @property
    def begun(self) -> bool:
        """Whether an answer has begun that has not ended."""
        return self._begun

    @property
    def noise(self) -> str:
        """What was said before the first answer: a login banner, or a shell's complaint."""
        return "" if self._begun else clean(decode(bytes(self._bytes[:2000]))).strip()

    def _begin_found(self) -> bool:
        """Drop everything up to the next begin line, of which the line end stays as the first byte of the body."""
        if self._begun:
            return True
        at = self._bytes.find(self._begin)
        if at < 0:
            return False
        del self._bytes[: at + len(self._begin) - 1]
        self._begun = True
        self._searched = 0
        return True

    def _next(self) -> Answer | None:
        at = self._bytes.find(self._end, self._searched)
        stop = self._bytes.find(b"\n", at + 1) if at >= 0 else -1
        if stop < 0:
            self._searched = max(0, (len(self._bytes) if at < 0 else at) - len(self._end))
            return None
        status = bytes(self._bytes[at + len(self._end) : stop])
        text = bytes(self._bytes[:at])
        del self._bytes[: stop + 1]
        self._begun = False
        if not status.isdigit():
            raise WireError(f"an exit status that is no number: {clean(decode(status[:40]))}")
        return self._answer(int(status), text)

    def _answer(self, status: int, text: bytes) -> Answer:
        before, mark, errors = text.rpartition(self._errors)
        return Answer(status, (before if mark else text)[1:], decode(errors if mark else b"").strip(), self.token)
