"""Run navi's scripts in any shell, without a host: over two pipes, as a host does.

frame = look(lab.local, DASH)
with Watching(lab.local, DASH) as watching:
    watching.frame(lambda frame: frame.files)
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import pytest

from navi.core.agents import AGENTS
from navi.core.model import Frame, StatusFile
from navi.hosts.wire import AnswerReader, new_token, request, stream_request
from navi.ops import Answer, HostSettings, Operation
from navi.ops.linker import link, read_source
from navi.ops.look.agents import describe
from navi.ops.look.frames import Heartbeat, Unwatchable
from navi.ops.look.frames import look as look_operation
from navi.ops.look.frames import watch as watch_stream
from tests.support.machines import SYSTEM_PATH, Account, program

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell that can be a machine's `sh`; `without` names programs that this machine lacks."""

    name: str
    words: tuple[str, ...]
    without: tuple[str, ...] = ()


DASH = Shell("dash", ("dash",))
BASH = Shell("bash", ("bash", "--posix"))
BUSYBOX = Shell("busybox", ("busybox", "sh"))
KSH = Shell("ksh", ("ksh",))
SHELLS = (DASH, BASH, BUSYBOX, KSH)
ALONE = tuple(Shell(f"{one.name}-alone", one.words, without=("bash",)) for one in (DASH, BUSYBOX, KSH))
DASH_ALONE = ALONE[0]
NO_TIMEOUT = Shell("dash-without-timeout", ("dash",), without=("timeout",))

sturdy_shells = pytest.mark.parametrize("shell", [DASH, BUSYBOX], ids=lambda shell: shell.name)
every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
every_watching_shell = pytest.mark.parametrize("shell", [DASH, *ALONE], ids=lambda shell: shell.name)


def environment(account: Account, shell: Shell) -> dict[str, str]:
    """Return the account's environment, without the programs that the machine lacks.

    Skip the test if there is no such shell.
    """
    program(shell.words[0])
    found = account.environment()
    if shell.without:
        found["PATH"] = f"{account.bin}:{path_without(*shell.without)}"
    return found


@cache
def path_without(*names: str) -> str:
    """Return a PATH with every program of the system except these; it lasts for this run of the tests."""
    folder = tempfile.mkdtemp(prefix="navi-path-", dir="/tmp")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for directory in reversed(SYSTEM_PATH.split(":")):
        for one in Path(directory).iterdir():
            link = Path(folder) / one.name
            if one.name not in names and not link.is_symlink():
                link.symlink_to(one)
    return folder


@cache
def machine_key() -> str:
    """Return this machine and its start, as scripts write it behind the number of a process."""
    script = f'{link("lib/place")}navi_find_place; echo "$navi_place_key"'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def here(account: Account) -> Path:
    """Return the part of an account's state folder that belongs to this machine and its start."""
    return account.sessions_dir / ".navi" / "at" / machine_key()


def beside(account: Account) -> list[str]:
    """Return what lies in an account's state folder, by its path there, without the folders of machines."""
    folder = account.sessions_dir / ".navi"
    found = [*folder.glob("*"), *folder.glob("at/*/*")]
    return sorted(str(path.relative_to(folder)) for path in found if path.name != "at")


def stand_in(account: Account, name: str, script: str) -> None:
    """Put a script in front of a program on the PATH; in it `$real` is the program itself."""
    path = account.bin / name
    path.write_text(f"#!/bin/sh\nreal={program(name)}\n{script}\n")
    path.chmod(0o755)


def settings_of(account: Account, cleanup: bool = False, folder: str = "") -> HostSettings:
    """Return a host's settings for an account; `folder` overrides the folder of its status files."""
    return HostSettings(folder or str(account.sessions_dir), cleanup, describe(AGENTS))


def registry_of(account: Account) -> Path:
    """Return the file of an account's registry."""
    return account.folder / "tmp" / "claude-tmux-sockets" / ".sessions.json"


def write_entries(account: Account, entries: Mapping[str, Mapping[str, object]]) -> None:
    """Write an account's registry: entries by the names of their sessions."""
    registry_of(account).parent.mkdir(mode=0o700, exist_ok=True)
    registry_of(account).write_text(json.dumps({"sessions": entries, "version": "1.0"}))


def answer(
    account: Account,
    shell: Shell,
    operation: Operation[T],
    more: Mapping[str, str] | None = None,
    settings: HostSettings | None = None,
) -> Answer:
    """Run an operation in a shell; return its unparsed answer. `more` adds to the environment."""
    token = new_token()
    done = subprocess.run(
        [*shell.words, "-s"],
        input=request(operation, token, settings or settings_of(account)),
        capture_output=True,
        timeout=60,
        cwd=account.home,
        env=environment(account, shell) | dict(more or {}),
    )
    answers = AnswerReader(token).feed(done.stdout)
    assert len(answers) == 1, f"{shell.name} answered {done.stdout!r} and complained {done.stderr!r}"
    return answers[0]


def run(
    account: Account,
    shell: Shell,
    operation: Operation[T],
    more: Mapping[str, str] | None = None,
    settings: HostSettings | None = None,
) -> T:
    """Run an operation in a shell and parse its answer."""
    return operation.parse(answer(account, shell, operation, more, settings))


def look(account: Account, shell: Shell, cleanup: bool = True, more: Mapping[str, str] | None = None) -> Frame:
    """Return a snapshot of an account."""
    return run(account, shell, look_operation(cleanup=True), more, settings_of(account, cleanup))


def names(frame: Frame) -> list[str]:
    """Return the names of a frame's sessions, in order."""
    return sorted(session.name for session in frame.sessions)


def files(frame: Frame) -> dict[str, StatusFile]:
    """Return a frame's status files by name."""
    return {file.name: file for file in frame.files}


class Watching:
    """A watch that runs in a shell. `told` has all its records, oldest first."""

    def __init__(
        self,
        account: Account,
        shell: Shell,
        cleanup: bool = True,
        sessions_dir: Path | None = None,
        more: Mapping[str, str] | None = None,
        prefix: tuple[str, ...] = (),
    ) -> None:
        self.account = account
        self.told: list[Frame | Heartbeat] = []
        self.answers: list[Answer] = []
        self._seen = 0
        stream = watch_stream(cleanup=True)
        settings = settings_of(account, cleanup, str(sessions_dir or ""))
        self._token = new_token()
        self._reader = AnswerReader(self._token)
        self._read = stream.reader()
        self.process = subprocess.Popen(
            [*prefix, *shell.words, "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=account.home,
            env=environment(account, shell) | dict(more or {}),
            start_new_session=True,
        )
        self.say(stream_request(stream, self._token, settings))

    def __enter__(self) -> Watching:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def say(self, data: bytes) -> None:
        """Write to the watch's standard input."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hang_up(self) -> None:
        """Close its standard input, as the end of a connection does."""
        assert self.process.stdin
        self.process.stdin.close()

    def end(self) -> None:
        """Kill it, if it still runs, and close the pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()

    def next(self, timeout: float = 20) -> Frame | Heartbeat:
        """Return its next record. Raise AssertionError if it prints nothing for `timeout` seconds, or ends."""
        limit = time.monotonic() + timeout
        while len(self.told) == self._seen:
            assert self.process.stdout
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, limit - time.monotonic()))
            assert ready, f"the watch said nothing for {timeout:g} s"
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, f"the watch ended: {self.complaint()!r}"
            self._take(data)
        self._seen += 1
        return self.told[self._seen - 1]

    def _take(self, data: bytes) -> None:
        for one in self._reader.feed(data):
            self.answers.append(one)
            self.told.append(self._read(one))

    def frame(self, wanted: Callable[[Frame], object], timeout: float = 20) -> Frame:
        """Return the next frame that satisfies a condition; skip those before it."""
        limit = time.monotonic() + timeout
        while time.monotonic() < limit:
            told = self.next(max(0.01, limit - time.monotonic()))
            if isinstance(told, Frame) and wanted(told):
                return told
        raise AssertionError(f"no such frame within {timeout:g} s; the last: {self.told[-1:]}")

    def complaint(self) -> str:
        """Return its standard error, after it has ended."""
        assert self.process.stderr
        return self.process.stderr.read().decode(errors="replace")


def unwatchable(account: Account, shell: Shell, sessions_dir: Path, prefix: tuple[str, ...] = ()) -> str:
    """Start a watch that fails to start, and return its reason."""
    with Watching(account, shell, sessions_dir=sessions_dir, prefix=prefix) as watching:
        with pytest.raises(Unwatchable) as reason:
            watching.next()
        return str(reason.value)


def needs_of(name: str) -> str:
    """Return what stands before an entry script in its requests: everything that it needs."""
    return link(name).removesuffix(read_source(name).text)


PRINT_ARGUMENTS: Operation[tuple[bytes, ...]] = Operation(
    "arguments", "for word; do printf '%s\\0' \"$word\"; done", (), lambda said: tuple(said.output.split(b"\0")[:-1])
)
"""Answers with its arguments, byte for byte."""
