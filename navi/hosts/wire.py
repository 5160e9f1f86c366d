"""The bytes that go to a `sh -s`, and those that come back. Without I/O.

A request is a POSIX sh compound command on standard input, so that the login shell never sees a name or a path. Two
lines that begin with a random token of the call enclose the answer, so that a login banner is never taken for data. The
last one has the exit status, because ssh's own 255 is ambiguous.
"""

from __future__ import annotations

import os
from typing import Any

from navi.core.text import clean, decode
from navi.ops import Answer, HostSetting, HostSettings, Operation, Stream

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes that an answer may have; a longer one is invalid."""

LARGEST_NOISE = 1024 * 1024
"""Bytes that a host may print before an answer begins."""

KEPT_NOISE = 2000
"""Bytes of that which are kept, to report what the host printed."""

LEAD = (
    b"\n" * 8
    + b"""\
test "$?shell" = 1 && sh -c 'echo a startup file starts tcsh in place of sh >&2' && exit 96
[ -z "${ZSH_VERSION-}" ] || [ "$(emulate)" = sh ] || { echo a startup file starts zsh in place of sh >&2; exit 96; }
"""
)
"""Sent first on every connection: a `read` in the login shell's startup files takes one of these empty lines, and not a
line of the request. zsh and tcsh would run much of a script for sh, and some of it wrongly; only tcsh has a variable
`shell`, which `$?shell` shows.
"""


TRY_PROCESSES = '[ $navi_code = 0 ] || [ -n "$navi_errors" ] || navi_errors=$({ ( ( ( :; : ); : ); : ); :; } 2>&1)\n'
"""Sent after a script. If it failed without an error message, this starts a few processes, so that their message tells
whether that was the cause: a script throws away many of its errors.
"""


class WireError(Exception):
    """The bytes that came back are not a valid answer; the text says why."""


def new_token() -> str:
    """Return a token that no file, title or path on the host can contain."""
    return f"navi-{os.urandom(12).hex()}"


def quote(word: str) -> str:
    """Quote a word for POSIX sh. Raise ValueError for NUL, which no shell can pass on."""
    if "\0" in word:
        raise ValueError("a NUL character can't be passed to a command")
    return "'" + word.replace("'", "'\\''") + "'"


def _set_arguments(token: str, arguments: tuple[str | HostSetting, ...], settings: HostSettings) -> str:
    words = (quote(settings.bind(argument)) for argument in arguments)
    return f"navi_token={token}\nset -- {' '.join(words)}\n"


def request(operation: Operation[Any], token: str, settings: HostSettings) -> bytes:
    """Return the text that makes a `sh -s` carry out an operation, answer, and wait for the next request.

    The script runs in a subshell, so that its variables, folder and options end with it. Its errors are separate from
    its output, and its standard input is empty, so that it can't read the next request.
    """
    text = (
        f"printf '\\n%s begin\\n' {token}\n"
        "{ navi_errors=$( (\n"
        f"{_set_arguments(token, operation.arguments, settings)}{operation.script}\n"
        ") </dev/null 2>&1 >&3 3>&-); } 3>&1\n"
        "navi_code=$?\n"
        f"{TRY_PROCESSES}"
        f"printf '\\n%s errors %s\\n%s end %s\\n' {token} \"$navi_errors\" {token} $navi_code\n"
    )
    return _block(text)


def stream_request(stream: Stream[Any], token: str, settings: HostSettings) -> bytes:
    """Return the text that turns a `sh -s` into a stream, which prints its own begin and end lines.

    It is one compound command, which the shell reads whole before it runs it: from then on the stream reads standard
    input.
    """
    return _block(f"{{\n{_set_arguments(token, stream.arguments, settings)}{stream.script}\nexit\n}}\n")


def _block(text: str) -> bytes:
    """Make sh read the text in one piece where it is bash or ksh: by themselves these read a pipe byte by byte, with a
    system call for each, which takes longer than most operations.
    """
    data = os.fsencode(text)
    return b'[ -z "${BASH_VERSION-}${KSH_VERSION-}" ] || eval "$(head -c %d)"\n' % len(data) + data


class AnswerReader:
    """Cuts a shell's output into answers. Feed it all that arrives."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._begin = f"{token} begin\n".encode()
        self._end = f"\n{token} end ".encode()
        self._errors = f"\n{token} errors ".encode()
        self._bytes = bytearray()
        self._noise = b""
        self._dropped = 0
        self._searched = 0
        self._begun = False

    def feed(self, data: bytes) -> list[Answer]:
        """Take bytes; return the answers that they complete. Raise WireError for an answer that is not valid."""
        self._bytes += data
        answers = []
        while self._begin_found() and (answer := self._next()):
            answers.append(answer)
        if len(self._bytes) > LARGEST_ANSWER:
            raise WireError(f"it is longer than {LARGEST_ANSWER // 2**20} MiB")
        return answers

    @property
    def begun(self) -> bool:
        """Whether an answer has begun that has not ended."""
        return self._begun

    @property
    def pending(self) -> bool:
        """Whether there are bytes that belong to no answer yet."""
        return bool(self._bytes or self._dropped)

    @property
    def noise(self) -> str:
        """The host's output before the first answer: a login banner, or a shell's error message."""
        return "" if self._begun else clean(decode((self._noise + self._bytes)[:KEPT_NOISE])).strip()

    def _begin_found(self) -> bool:
        """Drop everything up to the next begin line; its line end stays, as the first byte of the body."""
        if self._begun:
            return True
        at = self._bytes.find(self._begin)
        if at < 0:
            self._drop_noise(len(self._bytes) - len(self._begin) + 1)
            return False
        del self._bytes[: at + len(self._begin) - 1]
        self._noise, self._dropped = b"", 0
        self._begun = True
        self._searched = 0
        return True

    def _drop_noise(self, count: int) -> None:
        """Drop what can't be the beginning of a begin line. Raise WireError if it is too much."""
        if count > 0:
            self._noise = (self._noise + self._bytes[:count])[:KEPT_NOISE]
            self._dropped += count
            del self._bytes[:count]
        if self._dropped > LARGEST_NOISE:
            raise WireError(f"more than {LARGEST_NOISE // 2**20} MiB were printed before it")

    def _next(self) -> Answer | None:
        at = self._bytes.find(self._end, self._searched)
        stop = self._bytes.find(b"\n", at + 1) if at >= 0 else -1
        if stop < 0:
            self._searched = max(0, (len(self._bytes) if at < 0 else at) - len(self._end))
            return None
        status = bytes(self._bytes[at + len(self._end) : stop])
        text = bytes(self._bytes[:at])
        if not status.isdigit():
            raise WireError(f"its exit status is not a number: {clean(decode(status[:40]))}")
        del self._bytes[: stop + 1]
        self._begun = False
        return self._answer(int(status), text)

    def _answer(self, status: int, text: bytes) -> Answer:
        before, mark, errors = text.rpartition(self._errors)
        return Answer(status, (before if mark else text)[1:], decode(errors if mark else b"").strip(), self.token)
