"""A host for single questions: one plain process each, no event loop. For the command line."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import TypeVar

from navi.config import Remote
from navi.hosts.base import HostError
from navi.hosts.failures import explain
from navi.hosts.sockets import Lease, refuse_foreign
from navi.hosts.ssh_command import CONTROL_LIMIT, SHARE_MASTER, SshCommand
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request
from navi.model import Failure, HostState
from navi.ops import Answer, Operation
from navi.ops.attach import Interactive
from navi.text import clean, decode

T = TypeVar("T")

LONGEST_ERRORS = 65536


class PlainHost:
    """This machine or a remote. `run` blocks; several threads may call it at once."""

    def __init__(self, name: str, sessions_dir: str, cleanup: bool, environment: Mapping[str, str]) -> None:
        self.name = name
        self.sessions_dir = sessions_dir
        self.cleanup = cleanup
        self._environment = dict(environment)

    def run(self, operation: Operation[T]) -> T:
        """Carry out an operation. Raises HostError, or what the operation's parser raises."""
        return operation.parse(self._ask(operation))

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
        with tempfile.TemporaryFile() as errors:  # a master in the background would hold a pipe open
            try:
                done = subprocess.run(
                    self._words(), input=LEAD + request(operation, token), stdout=subprocess.PIPE, stderr=errors,
                    env=self._environment, timeout=operation.time_limit + self._patience(), check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                cause = f"no answer to `{operation.name}` within {error.timeout:g} s"
                raise HostError(
                    Failure(HostState.UNREACHABLE, cause, "try again; look at the machine's load")
                ) from None
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
        if not answers:
            raise HostError(self._explain(status, "\n".join(map(clean, said.splitlines()))))
        return answers[0]


class PlainRemote(PlainHost):
    """A remote, over a master that stands already, or else over one that this call leaves behind for a minute."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        super().__init__(
            remote.name, remote.sessions_dir, remote.cleanup, {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        )
        self._remote = remote
        self._command = SshCommand(remote, environment)

    def stands(self) -> bool:
        """Whether a master answers."""
        control = self._command.control
        refuse_foreign(control)
        if not control.exists():
            return False
        try:
            done = subprocess.run(
                self._command.ask_master("check"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=self._environment, timeout=CONTROL_LIMIT, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the words of ssh that run `command` there in this terminal."""
        return self._command.interactive(command)

    def _words(self) -> Sequence[str]:
        return self._command.shell(*SHARE_MASTER)

    def _patience(self) -> float:
        return 2 * self._remote.connect_timeout + 5

    def _explain(self, status: int | None, words: str) -> Failure:
        return explain(self.name, status, words)

    def _ask(self, operation: Operation[T]) -> Answer:
        """A dashboard that is about to leave must not close the master meanwhile."""
        control = self._command.control
        refuse_foreign(control)
        lease = Lease(control.with_suffix(".lock"))
        lease.share()
        try:
            return super()._ask(operation)
        finally:
            lease.release()
