"""What can be found out about the way to a remote, step by step: name, port, each jump, key, login, master.

Every step has a time limit. The first fault ends the way, because what follows would only repeat it.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Generic, TypeVar

from navi.config.remote import Remote
from navi.core.exits import REFUSED, UNAVAILABLE, of_failure
from navi.core.failure import Failure, HostState
from navi.core.text import clean, decode
from navi.hosts.base import HostError
from navi.hosts.exchange import connect_limit
from navi.hosts.failures import explain
from navi.hosts.sockets import refuse_foreign, runtime_folder
from navi.hosts.ssh_command import BATCH, NO_AGENT, SHELL, USE_MASTER, Option, SshCommand
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request
from navi.ops import Answer, HostSettings, Operation
from navi.ops.checkup import Finding, Result

T = TypeVar("T")

CHECKS = ("ssh", "name", "tcp", "jump", "host key", "authentication", "master", "login shell")
"""The steps, in their order."""

_LOGIN = ("host key", "authentication")
"""Steps of one connection: the master is looked at even where it fails."""

QUICK = 5.0
"""Seconds for programs that only read files here, and for a question to a master: a stopped one never answers."""

MOST_HOPS = 8
LONGEST_BANNER = 8192
LONGEST_ERRORS = 65536
MOST_OUTPUT = 17 * 1024 * 1024

TOLD = re.compile(r"Authenticated (to|using) |Transferred: |Bytes per second: ")
"""What ssh says at LogLevel VERBOSE and that is no error."""


@dataclass(frozen=True, slots=True)
class Target:
    """What ssh makes of a destination, by `ssh -G`."""

    hostname: str
    port: int
    user: str
    jumps: tuple[str, ...] = ()
    proxy: str = ""
    known_as: str = ""
    known_hosts: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.user}@{self.hostname} port {self.port}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a program said. `status` is None if it had to be ended; times are epoch times of this machine."""

    status: int | None
    output: bytes
    errors: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Probed(Generic[T]):
    """What was found on the way to a remote, and its answer, None if it gave none; it came between two epoch times."""

    findings: tuple[Finding, ...]
    answer: T | None
    began: float = 0.0
    ended: float = 0.0


def hop_of(text: str, before: Sequence[str], remote: Remote) -> Remote:
    """Return a jump host, as ssh's -J writes it, as a remote; `before` are the jumps that lead to it.

    The entry's own user and key serve the hops that the entry names, as they do in ssh_command.py.
    """
    own = bool(remote.jump_host)
    user, _, place = text.removeprefix("ssh://").rpartition("@")
    found = re.fullmatch(r"\[(.*)\](?::(\d+))?|([^:]*)(?::(\d+))?", place.rstrip("/"))
    host, port = (found[1] or found[3], found[2] or found[4]) if found else (place, None)
    return Remote(
        text, host or place, user=user or (remote.user if own else ""), key=remote.key if own else "",
        jump_host=",".join(before), port=int(port or 0), connect_timeout=remote.connect_timeout,
    )  # fmt: skip


def typed(remote: Remote) -> str:
    """Return the command by which a person reaches a remote without navi."""
    words = [
        *(["-p", str(remote.port)] if remote.port else []), *(["-l", remote.user] if remote.user else []),
        *(["-i", os.path.expanduser(remote.key)] if remote.key else []),
        *(["-J", remote.jump_host] if remote.jump_host else []), remote.host,
    ]  # fmt: skip
    return shlex.join(["ssh", *words])


def look_around(environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Check what this machine needs to reach any remote: ssh, and a folder for connections."""
    said = _run(("ssh", "-V"), QUICK, environment)
    version = clean(said.errors.partition("\n")[0])
    if said.status == 0:
        ssh = Finding("ssh", Result.OK, version)
    else:
        ssh = Finding("ssh", Result.FAULT, version or "ssh does not answer", "install OpenSSH's client", UNAVAILABLE)
    try:
        return ssh, Finding("sockets folder", Result.OK, runtime_folder(environment))
    except HostError as error:
        return ssh, Finding("sockets folder", Result.FAULT, error.failure.cause, error.failure.remedy)


class Probe:
    """The way to one remote. `examine` blocks; several threads may go different ways at once."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        self.remote = remote
        self._environment = {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        self._command = SshCommand(remote, environment)
        self._limit = connect_limit(remote)
        self._settings = HostSettings(remote.sessions_dir, remote.cleanup)

    def examine(self, operation: Operation[T]) -> Probed[T]:
        """Go the way, and ask the remote something at its end. Raises what the operation's parser raises.

        Steps that a fault has made impossible are findings, too: not done.
        """
        try:
            route = self._route(self.remote)
        except HostError as error:
            return Probed(_with_undone([_fault("ssh", error.failure)], False), None)
        found: list[Finding] = []
        for finding in self._way(route):
            found.append(finding)
            if finding.result is Result.FAULT:
                return Probed(_with_undone(found, len(route) > 1), None)
        return self._login(found, operation)

    # ---- up to the remote's door

    def _way(self, route: Sequence[tuple[Remote, Target]]) -> Iterator[Finding]:
        target = route[-1][1]
        over = ", ".join(clean(hop.name) for hop, _ in route[:-1])
        yield Finding("ssh", Result.OK, f"goes to {target}" + (f" over {over}" if over else ""))
        first = route[0][1]
        if first.proxy:
            yield Finding("tcp", Result.OK, f"left to ProxyCommand: {first.proxy}")
        else:
            yield from self._door(first, f"{clean(route[0][0].name)}, " if over else "")
        for (hop, _), (_, beyond) in pairwise(route):
            yield self._jump(hop, beyond)

    def _route(self, remote: Remote, depth: int = 0) -> list[tuple[Remote, Target]]:
        """The hops to a remote, and the remote itself; a jump host can have jump hosts of its own."""
        target = self._resolve(remote)
        hops = [hop_of(text, target.jumps[:place], remote) for place, text in enumerate(target.jumps)]
        if not hops:
            return [(remote, target)]
        if depth == MOST_HOPS:
            cause = f"more than {MOST_HOPS} jump hosts lead to {remote.host}"
            raise HostError(Failure(HostState.ERROR, cause, "mend ProxyJump in ~/.ssh/config: it may lead in a circle"))
        first = self._route(hops[0], depth + 1)
        return [*first, *((hop, self._resolve(hop)) for hop in hops[1:]), (remote, target)]

    def _resolve(self, remote: Remote) -> Target:
        """Ask ssh what it makes of a destination. Raises HostError."""
        said = self._run(SshCommand(remote, self._environment).overriding(Option(("-G",), "only tell")), QUICK)
        if said.status is None:
            remedy = f"try {typed(remote)} -G; a Match exec in ~/.ssh/config may hang"
            raise HostError(Failure(HostState.ERROR, f"ssh -G said nothing for {QUICK:g} s", remedy))
        if said.status != 0:
            raise HostError(explain(remote.name, said.status, said.errors))
        return read_target(decode(said.output), remote)

    def _door(self, target: Target, hop: str) -> Iterator[Finding]:
        """Whether the first machine on the way has a name, an open port, and an ssh server behind it.

        `hop` stands before what is told of a jump host.
        """
        limit = self.remote.connect_timeout
        addresses, why = look_up(target.hostname, target.port, limit)
        if not addresses:
            remedy = f"getent hosts {shlex.quote(target.hostname)}; check `host` in remotes.yaml, HostName, the network"
            yield Finding("name", Result.FAULT, f"{hop}{target.hostname}: {why}", remedy, UNAVAILABLE)
            return
        yield Finding("name", Result.OK, f"{hop}{target.hostname} is {', '.join(addresses[:4])}")
        banner, why, remedy = knock(addresses, target.port, limit)
        result = Result.OK if banner else Result.FAULT
        yield Finding("tcp", result, f"{hop}port {target.port}: {banner or why}", remedy, UNAVAILABLE)

    def _jump(self, hop: Remote, beyond: Target) -> Finding:
        """Whether a jump host lets us in and through: ssh's -W brings the banner of the machine beyond."""
        place = f"[{beyond.hostname}]:{beyond.port}"
        options = (_ALONE, _NO_PERSIST, BATCH, Option(("-W", place), "what -J does"))
        words = SshCommand(hop, self._environment).overriding(*options)
        banner, errors, ended = self._listen(words)
        if banner:
            return Finding("jump", Result.OK, f"{clean(hop.name)} leads to {place}: {banner}")
        if not ended:
            told = f"{clean(hop.name)} leads to no answer of {place} within {self._limit:g} s"
            remedy = f"log in there and try: {typed(hop)}, then nc {beyond.hostname} {beyond.port}"
            return Finding("jump", Result.FAULT, told, remedy, UNAVAILABLE)
        if "administratively prohibited" in errors:
            told, remedy = f"{clean(hop.name)} forbids to go on", "set AllowTcpForwarding yes in its sshd_config"
            return Finding("jump", Result.FAULT, told, remedy, REFUSED)
        failure = explain(hop.name, 255, errors)
        remedy = f"{typed(hop)} shows more: {failure.remedy}"
        return Finding("jump", Result.FAULT, f"{clean(hop.name)}: {failure.cause}", remedy, of_failure(failure))

    def _listen(self, words: Sequence[str]) -> tuple[str, str, bool]:
        """Return the banner that a command prints, what it says besides, and whether it ended by itself."""
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=self._environment
            )
            with process:
                assert process.stdout
                data, ended = _read_banner(process.stdout.fileno(), self._limit)
                if ended:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(QUICK)
                process.kill()
            errors.seek(0)
            return _banner(data), _clean_lines(errors.read(LONGEST_ERRORS)), ended

    # ---- through it

    def _login(self, found: list[Finding], operation: Operation[T]) -> Probed[T]:
        """Log in on a connection of its own; where that takes a person, ask over a master that stands already."""
        words = (*self._command.overriding(_ALONE, _NO_PERSIST, _TELL, BATCH, NO_AGENT), SHELL)
        token = new_token()
        limit = operation.time_limit + self._limit
        said = _run(words, limit, self._environment, LEAD + request(operation, token, self._settings), self._limit)
        master, stands = self._master()
        key, login = self._judge_login(said, token)
        if stands and login and login.result is Result.FAULT and login.status == REFUSED:
            remedy = "nothing for now; log in again with A in the dashboard once that connection is gone"
            login = Finding(login.check, Result.WARNING, f"{login.found}; but a connection stands", remedy)
            token = new_token()
            said = self._run(self._command.shell(USE_MASTER), limit, LEAD + request(operation, token, self._settings))
        found += [finding for finding in (key, login) if finding]
        found.append(master)
        if any(finding and finding.result is Result.FAULT for finding in (key, login)):
            return Probed(_with_undone(found, False), None)
        shell, answer = self._judge_shell(said, token)
        found.append(shell)
        parsed = operation.parse(answer) if answer else None
        return Probed(tuple(found), parsed, said.began, said.ended)

    def _judge_login(self, said: Said, token: str) -> tuple[Finding | None, Finding | None]:
        """What the host key and the login came to; None for one that was not reached."""
        target = self._resolve(self.remote)
        known = self._known(target)
        method = re.search(r'^Authenticated to .* using "([^"]+)"', said.errors, re.MULTILINE)
        if method or f"{token} begin".encode() in said.output:
            how = f"by {method[1]}" if method else "accepted"
            told = f"{how}; {said.ended - said.began:.1f} s with all that was asked"
            return Finding("host key", Result.OK, known), Finding("authentication", Result.OK, told)
        errors = "\n".join(line for line in said.errors.splitlines() if not TOLD.match(line))
        if said.status is None and not errors:
            cause = f"no connection within {said.ended - said.began:.0f} s"
            failure = Failure(HostState.UNREACHABLE, cause, "the line or the machine stands still; see where")
        else:
            failure = explain(self.remote.name, said.status, errors)
        if failure.state is HostState.HOSTKEY:
            return self._bad_key(failure, errors, target), None
        if failure.state is HostState.AUTH:
            return Finding("host key", Result.OK, known), self._refused(failure, target)
        return None, Finding(
            "host key", Result.FAULT, failure.cause, f"{failure.remedy}: {self._verbose()}", of_failure(failure)
        )

    def _verbose(self) -> str:
        return typed(self.remote).replace("ssh ", "ssh -v ", 1)

    def _known(self, target: Target) -> str:
        """Where the host's key is known from."""
        for file in target.known_hosts:
            said = self._run(("ssh-keygen", "-F", target.known_as, "-f", os.path.expanduser(file)), QUICK)
            found = re.search(r"^# Host .* found: line (\d+)", decode(said.output), re.MULTILINE)
            if found:
                return f"known by line {found[1]} of {clean(file)}"
        return "accepted by ssh's configuration"

    def _bad_key(self, failure: Failure, errors: str, target: Target) -> Finding:
        """A key that is not the known one, or that nobody has confirmed."""
        print_of_it = re.search(r"SHA256:[\w+/=]+", errors)
        told = failure.cause + (f"; it is {print_of_it[0]} now" if print_of_it else "")
        remedy = f"{typed(self.remote)}, and compare the fingerprint that it shows"
        place = re.search(r"^Offending .* key in (.+):\d+$", errors, re.MULTILINE)
        if place:
            forget = shlex.join(["ssh-keygen", "-f", place[1], "-R", target.known_as])
            remedy = f"make sure why; then {forget}; then {remedy}"
        return Finding("host key", Result.FAULT, told, remedy, REFUSED)

    def _refused(self, failure: Failure, target: Target) -> Finding:
        """A login that failed; often because a key is locked and nobody was there to be asked."""
        locked = next((path for path in map(os.path.expanduser, target.identities) if self._is_locked(path)), "")
        if locked:
            told = f"{failure.cause}; the key {locked} has a passphrase, and no agent holds it"
            remedy = f"{shlex.join(['ssh-add', locked])}, or log in once with A in the dashboard"
        else:
            told = failure.cause
            remedy = f"{failure.remedy}; {self._verbose()} shows which keys are tried"
        return Finding("authentication", Result.FAULT, told, remedy, REFUSED)

    def _is_locked(self, path: str) -> bool:
        if not os.path.isfile(path):
            return False
        said = self._run(("ssh-keygen", "-y", "-P", "", "-f", path), QUICK)
        return said.status != 0 and "incorrect passphrase" in said.errors

    def _judge_shell(self, said: Said, token: str) -> tuple[Finding, Answer | None]:
        """What the login shell printed before our sh began, and the answer."""
        noise, mark, rest = said.output.partition(f"\n{token} begin\n".encode())
        loud = clean(decode(noise[:400])).strip()
        if not mark:
            return self._no_shell(said, loud), None
        try:
            answers = AnswerReader(token).feed(mark + rest)
        except WireError as error:
            answers, loud = [], str(error)
        if not answers:
            told = f"sh began, but did not finish: {loud or _last(said.errors) or 'no answer in time'}"
            return Finding("login shell", Result.FAULT, told, "look at the load of that machine: uptime; ps aux"), None
        if not loud:
            return Finding("login shell", Result.OK, "silent, and runs sh"), answers[0]
        told = f"prints before anything is asked: {loud[:80]}"
        remedy = "in the shell's startup files there, print only for people: case $- in *i*) ... ;; esac"
        return Finding("login shell", Result.WARNING, told, remedy), answers[0]

    def _no_shell(self, said: Said, loud: str) -> Finding:
        """The login worked, and then sh was never run."""
        after = f"it said: {loud[:80]}" if loud else _last(said.errors)
        if said.status is None:
            told = f"does not get as far as sh within {said.ended - said.began:.0f} s" + (f"; {after}" if after else "")
            remedy = f"its startup files wait for something; try {typed(self.remote)} sh -c true"
        else:
            told = f"ended with status {said.status} and ran no sh" + (f"; {after}" if after else "")
            remedy = f"it must be able to run `{SHELL}`; try {typed(self.remote)} sh -c true, and see chsh there"
        return Finding("login shell", Result.FAULT, told, remedy)

    # ---- the shared connection

    def _master(self) -> tuple[Finding, bool]:
        """How the shared connection is, and whether it can be used."""
        control = self._command.control
        try:
            refuse_foreign(control)
        except HostError as error:
            return _fault("master", error.failure), False
        if not os.path.lexists(control):
            return Finding("master", Result.OK, "none stands; the next command opens one"), False
        said = self._run(self._command.ask_master("check"), QUICK)
        process = re.search(r"pid=(\d+)", said.errors)
        if said.status == 0:
            return Finding("master", Result.OK, f"stands (process {process[1] if process else 'unknown'})"), True
        path = shlex.quote(control)
        if said.status is None:
            kill = _kill(control)
            return Finding("master", Result.FAULT, f"does not answer within {QUICK:g} s", f"{kill}rm -f {path}"), False
        told = f"a dead one has left its socket behind: {_last(said.errors)}"
        return Finding("master", Result.WARNING, told, f"rm -f {path}"), False

    def _run(self, words: Sequence[str], limit: float, text: bytes = b"") -> Said:
        return _run(words, limit, self._environment, text)


_ALONE = Option(("-o", "ControlPath=none"), "a probe shares nothing")
_NO_PERSIST = Option(("-o", "ControlPersist=no"), "and leaves nothing behind")
_TELL = Option(("-o", "LogLevel=VERBOSE"), "say when the login has succeeded")


def read_target(told: str, remote: Remote) -> Target:
    """Read what `ssh -G` told of a remote."""
    fields: dict[str, list[str]] = {}
    for line in told.splitlines():
        key, _, value = line.partition(" ")
        fields.setdefault(key.lower(), []).append(clean(value))

    def one(key: str, otherwise: str = "") -> str:
        return fields.get(key, [otherwise])[0]

    hostname, port = one("hostname", remote.host), int(one("port", "22"))
    jumps, proxy = remote.jump_host or one("proxyjump"), one("proxycommand")
    known_as = one("hostkeyalias") or (hostname if port == 22 else f"[{hostname}]:{port}")
    files = f"{one('userknownhostsfile')} {one('globalknownhostsfile')}".split()
    return Target(
        hostname, port, one("user"), tuple(jump for jump in jumps.split(",") if jump not in ("", "none")),
        "" if remote.jump_host or proxy == "none" else proxy, known_as,
        tuple(file for file in files if file != "none"), tuple(fields.get("identityfile", ())),
    )  # fmt: skip


def look_up(hostname: str, port: int, limit: float) -> tuple[list[str], str]:
    """Return the addresses of a name, or why there are none. The system's own look-up can't be ended, so it is left."""
    found: list[str] = []
    why = [f"no answer to the look-up of this name within {limit:g} s"]

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            why[0] = getattr(error, "strerror", None) or str(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(limit)
    return list(found), why[0]


def knock(addresses: Sequence[str], port: int, limit: float) -> tuple[str, str, str]:
    """Return the ssh banner behind a port of the first address that opens it, or why there is none and what to do."""
    until = time.monotonic() + limit
    why, remedy = "", ""
    for address in addresses:
        try:
            connection = socket.create_connection((address, port), max(0.1, until - time.monotonic()))
        except OSError as error:
            why, remedy = _closed(error, address, limit)
            continue
        with connection:
            data, ended = _read_banner(connection.fileno(), limit, connection.recv)
        banner = _banner(data)
        return (banner, "", "") if banner else ("", *_silence(data, ended, limit))
    return "", why, remedy


def _closed(error: OSError, address: str, limit: float) -> tuple[str, str]:
    if isinstance(error, TimeoutError):
        return f"{address} does not answer within {limit:g} s", "check that it is up and that no firewall drops it"
    if isinstance(error, ConnectionRefusedError):
        return f"{address}: connection refused", "start sshd there (systemctl start ssh), or check host and port"
    return f"{address}: {error.strerror or error}", "check the network or the VPN"


def _silence(data: bytes, ended: bool, limit: float) -> tuple[str, str]:
    """Why there is no banner, and what to do."""
    if data:
        told = clean(decode(data[:60])).strip()
        return f"what answers is no ssh server: {told}", "check host and port"
    if ended:
        return "closes the connection at once", "sshd refuses this machine: see its log, MaxStartups, hosts.deny"
    told = f"accepts the connection and then says nothing for {limit:g} s"
    return told, "look at that machine's console: it may hang, or a firewall answers in its place"


def _read_banner(file: int, limit: float, read: Callable[[int], bytes] | None = None) -> tuple[bytes, bool]:
    """Read until the banner's line is whole; return what came, and whether the other side has ended."""
    until = time.monotonic() + limit
    data = b""
    while not _banner(data) and len(data) < LONGEST_BANNER:
        ready, _, _ = select.select([file], [], [], max(0, until - time.monotonic()))
        if not ready:
            return data, False
        try:
            more = read(1024) if read else os.read(file, 1024)
        except OSError:
            more = b""
        if not more:
            return data, True
        data += more
    return data, False


def _banner(data: bytes) -> str:
    """The line by which an ssh server names itself; others may stand before it."""
    found = re.search(rb"^(SSH-[^\r\n]{1,253})\r?\n", data, re.MULTILINE)
    return clean(decode(found[1])) if found else ""


def _run(
    words: Sequence[str], limit: float, environment: Mapping[str, str], text: bytes = b"", patience: float | None = None
) -> Said:
    """Run a program for so many seconds at most, and for `patience` if it has not logged in by then.

    Never raises: one that can't be started has said why. Files in place of pipes, which its children would hold open.
    """
    began = time.time()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        source.write(text)
        source.seek(0)
        try:
            process = subprocess.Popen(words, stdin=source, stdout=output, stderr=errors, env=environment)
        except OSError as error:
            return Said(127, b"", f"{words[0]} can't be started: {error.strerror}", began, time.time())
        status = _wait(process, limit, limit if patience is None else patience, output.fileno(), errors.fileno())
        ended = time.time()
        output.seek(0)
        errors.seek(0)
        return Said(status, output.read(MOST_OUTPUT), _clean_lines(errors.read(LONGEST_ERRORS)), began, ended)


def _wait(process: subprocess.Popen[bytes], limit: float, patience: float, output: int, errors: int) -> int | None:
    """Wait for a program to end; return its exit status, or None if it took too long or said too much."""
    began = time.monotonic()
    while True:
        stop = began + (limit if b"Authenticated to" in os.pread(errors, LONGEST_ERRORS, 0) else patience)
        try:
            return process.wait(min(0.5, max(0, stop - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() < stop and os.fstat(output).st_size < MOST_OUTPUT:
                continue
        process.kill()
        process.wait()
        return None


def _clean_lines(data: bytes) -> str:
    return "\n".join(map(clean, decode(data).splitlines()))


def _last(errors: str) -> str:
    lines = [line for line in errors.splitlines() if line.strip() and not TOLD.match(line)]
    return lines[-1] if lines else ""


def _kill(control: str) -> str:
    """How to end the master, if its process was written down."""
    try:
        process = Path(f"{control}.pid").read_text().strip()
    except OSError:
        return ""
    return f"kill -KILL {process}; " if process.isdigit() else ""


def _with_undone(found: Sequence[Finding], jumps: bool) -> tuple[Finding, ...]:
    """Add the steps behind a fault. Only a way over jump hosts has that step."""
    done = {finding.check for finding in found}
    last = max(CHECKS.index(check) for check in done)
    undone = [check for place, check in enumerate(CHECKS) if check not in done and (place > last or check in _LOGIN)]
    wanted = (check for check in undone if check != "jump" or jumps)
    return (*found, *(Finding(check, Result.NOT_DONE, "") for check in wanted))


def _fault(check: str, failure: Failure) -> Finding:
    return Finding(check, Result.FAULT, failure.cause, failure.remedy, of_failure(failure))
