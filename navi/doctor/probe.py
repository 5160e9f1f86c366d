"""Checks the way to a remote, step by step: its route, the login, the master, and a request at the end.

Every step has a time limit. The first fault ends the checks, because what follows would only repeat it.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from navi.config.remote import Remote
from navi.core.exits import REFUSED
from navi.doctor.finding import Finding, Result, fault, with_undone
from navi.doctor.login import judge_login, judge_shell
from navi.doctor.process import QUICK, EndedProgram, run
from navi.doctor.route import SshDestination, check_route, find_route
from navi.hosts.base import HostError
from navi.hosts.exchange import connect_limit
from navi.hosts.masters import masters_of
from navi.hosts.sockets import refuse_foreign, runtime_folder
from navi.hosts.ssh_command import ALONE, SHELL, USE_MASTER, SshCommand, SshOption, master_process
from navi.hosts.ssh_log import SshLog
from navi.hosts.wire import LEAD, new_token, request
from navi.ops import HostSettings, Operation

T = TypeVar("T")

CHECKS = ("ssh", "name", "tcp", "jump", "host key", "authentication", "master", "login shell")
"""The steps, in their order."""

_LOGIN = ("host key", "authentication")
"""Steps of one connection: the master is checked even if it fails."""


@dataclass(frozen=True, slots=True)
class ProbeResult(Generic[T]):
    """What was found on the way to a remote, and its answer, None if it gave none; it came between two epoch times."""

    findings: tuple[Finding, ...]
    answer: T | None
    began: float = 0.0
    ended: float = 0.0


class Probe:
    """The way to one remote. `examine` blocks; several threads may examine different remotes at once."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        self.remote = remote
        self._environment = {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        self._command = SshCommand(remote, environment)
        self._settings = HostSettings(remote.sessions_dir, remote.cleanup)

    def examine(self, operation: Operation[T]) -> ProbeResult[T]:
        """Check each step, and carry out an operation at the end.

        Raise what the operation's parser raises. The steps that a fault has made impossible are findings, too: not
        done.
        """
        try:
            route = find_route(self.remote, self._environment)
        except HostError as error:
            return self._failed([fault("ssh", error.failure)], jumps=False)
        found: list[Finding] = []
        for finding in check_route(route, self._environment):
            found.append(finding)
            if finding.result is Result.FAULT:
                return self._failed(found, jumps=len(route) > 1)
        return self._examine_login(found, route[-1].target, operation)

    def _failed(self, found: Sequence[Finding], jumps: bool) -> ProbeResult[T]:
        checks = [check for check in CHECKS if check != "jump" or jumps]
        return ProbeResult(with_undone(found, checks, always=_LOGIN), None)

    def _examine_login(self, found: list[Finding], target: SshDestination, operation: Operation[T]) -> ProbeResult[T]:
        """Log in on a connection of its own; where that needs a person, send the request over a running master."""
        options = (*ALONE, *self._command.shell_options())
        done, token = self._request(operation, self._command.overriding, options, connect_limit(self.remote))
        master, running = self._check_master()
        login = judge_login(self.remote, target, done, token, self._environment)
        last = login[-1]
        if running and (last.check, last.result, last.status) == ("authentication", Result.FAULT, REFUSED):
            again = f"navi hosts --login {self.remote.name}"
            remedy = f"nothing for now; log in again when that connection has ended: {again}"
            login[-1] = Finding(last.check, Result.WARNING, f"{last.found}; but a connection is open", remedy)
            options = (*self._command.shell_options(), USE_MASTER)
            done, token = self._request(operation, self._command.words, options)
        found += [*login, master]
        if login[-1].result is Result.FAULT:
            return self._failed(found, jumps=False)
        shell, answer = judge_shell(self.remote, done, token)
        parsed = operation.parse(answer) if answer else None
        return ProbeResult((*found, shell), parsed, done.began, done.ended)

    def _request(
        self,
        operation: Operation[T],
        ssh: Callable[..., tuple[str, ...]],
        options: tuple[SshOption, ...],
        login_limit: float | None = None,
    ) -> tuple[EndedProgram, str]:
        """Send an operation to a shell, and then the end of its input; return what came, and the token."""
        token = new_token()
        limit = operation.time_limit + connect_limit(self.remote)
        text = LEAD + request(operation, token, self._settings)
        with closing(SshLog(runtime_folder(self._environment))) as log:
            words = (*ssh(log.option, *options), SHELL)
            return run(words, limit, self._environment, text, login_limit, log), token

    def _check_master(self) -> tuple[Finding, bool]:
        """Check the shared connection; return also whether it can be used."""
        control = self._command.control
        try:
            refuse_foreign(control)
        except HostError as error:
            return fault("master", error.failure), False
        if not os.path.lexists(control):
            return Finding("master", Result.OK, "none is running; the next command opens one"), False
        done = run(self._command.ask_master("check"), QUICK, self._environment)
        process = master_process(done.status, done.errors)
        if done.status == 0:
            return Finding("master", Result.OK, f"running (process {process or 'unknown'})"), True
        remove = f"rm -f {shlex.quote(control)}"
        if done.status is None:
            cause, remedy = f"does not answer within {QUICK:g} s", f"{_kill(control, self._environment)}{remove}"
            return Finding("master", Result.FAULT, cause, remedy), False
        return Finding("master", Result.WARNING, f"a dead master left its socket: {done.last_error}", remove), False


def _kill(control: str, environment: Mapping[str, str]) -> str:
    """Return how to kill the master, if its process is found."""
    return "".join(f"kill -KILL {process}; " for process in masters_of(control, environment))
