"""The route to a remote: how ssh reads its entry, name and port of the first machine on it, and each jump host."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from navi.config.remote import Remote
from navi.core.exits import REFUSED, UNAVAILABLE, of_failure
from navi.core.failure import Failure, HostState
from navi.core.text import clean, decode
from navi.doctor.finding import Finding, Result
from navi.doctor.network import banner_of, look_up, read_banner, server_banner
from navi.doctor.process import QUICK, run
from navi.hosts.base import HostError
from navi.hosts.exchange import connect_limit
from navi.hosts.failures import explain
from navi.hosts.shell_end import LARGEST_ERRORS, ShellEnd, read_errors
from navi.hosts.sockets import runtime_folder
from navi.hosts.ssh_command import ALONE, BATCH, SshCommand, SshOption, command_by_hand, read_hop
from navi.hosts.ssh_log import SshLog, failed_on_the_way

MOST_HOPS = 8
"""How many jump hosts in turn may have jump hosts: a configuration can have a circle."""


@dataclass(frozen=True, slots=True)
class SshDestination:
    """How ssh reads a destination, by `ssh -G`. `known_as` is its name in the files of known hosts."""

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


class RouteStop(NamedTuple):
    """A machine on a route: a jump host, or the remote at its end."""

    remote: Remote
    target: SshDestination


def hop_of(text: str, before: Sequence[str], remote: Remote) -> Remote:
    """Return a jump host, as ssh's -J writes it, as a remote; `before` are the jump hosts that lead to it.

    The entry's own user and key serve the hops that the entry names, as they do in ssh_command.py.
    """
    own = bool(remote.jump_host)
    hop = read_hop(text)
    return Remote(
        text, hop.host or text, user=hop.user or (remote.user if own else ""), key=remote.key if own else "",
        jump_host=",".join(before), port=int(hop.port or 0), connect_timeout=remote.connect_timeout,
    )  # fmt: skip


def read_target(output: str, remote: Remote) -> SshDestination:
    """Read what `ssh -G` printed for a remote."""
    fields: dict[str, list[str]] = {}
    for line in output.splitlines():
        key, _, value = line.partition(" ")
        fields.setdefault(key.lower(), []).append(clean(value))

    def one(key: str, otherwise: str = "") -> str:
        return fields.get(key, [otherwise])[0]

    hostname, port = one("hostname", remote.host), int(one("port", "22"))
    jumps, proxy = remote.jump_host or one("proxyjump"), one("proxycommand")
    known_as = one("hostkeyalias") or (hostname if port == 22 else f"[{hostname}]:{port}")
    files = f"{one('userknownhostsfile')} {one('globalknownhostsfile')}".split()
    return SshDestination(
        hostname, port, one("user"), tuple(jump for jump in jumps.split(",") if jump not in ("", "none")),
        "" if remote.jump_host or proxy == "none" else proxy, known_as,
        tuple(file for file in files if file != "none"), tuple(fields.get("identityfile", ())),
    )  # fmt: skip


def resolve(remote: Remote, environment: Mapping[str, str]) -> SshDestination:
    """Ask ssh how it reads a destination. Raise HostError."""
    words = SshCommand(remote, environment).overriding(SshOption(("-G",), "only print the configuration"))
    done = run(words, QUICK, environment)
    if done.status is None:
        remedy = f"try {command_by_hand(remote)} -G; a Match exec in ~/.ssh/config may hang"
        raise HostError(Failure(HostState.ERROR, f"no answer from ssh -G within {QUICK:g} s", remedy))
    if done.status != 0:
        raise HostError(explain(remote, ShellEnd(done.status, ssh=done.errors)))
    return read_target(decode(done.output), remote)


def find_route(remote: Remote, environment: Mapping[str, str], depth: int = 0) -> list[RouteStop]:
    """Return the jump hosts to a remote, and the remote itself; a jump host can have jump hosts of its own.

    Raise HostError.
    """
    target = resolve(remote, environment)
    hops = [hop_of(text, target.jumps[:number], remote) for number, text in enumerate(target.jumps)]
    if not hops:
        return [RouteStop(remote, target)]
    if depth == MOST_HOPS:
        cause = f"more than {MOST_HOPS} jump hosts lead to {remote.host}"
        raise HostError(Failure(HostState.ERROR, cause, "correct ProxyJump in ~/.ssh/config: it may lead in a circle"))
    first = find_route(hops[0], environment, depth + 1)
    return [*first, *(RouteStop(hop, resolve(hop, environment)) for hop in hops[1:]), RouteStop(remote, target)]


def check_route(route: Sequence[RouteStop], environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check the machines on a route, one after the other, up to the port of the last one."""
    *hops, last = route
    over = ", ".join(clean(hop.remote.name) for hop in hops)
    yield Finding("ssh", Result.OK, f"goes to {last.target}" + (f" through {over}" if over else ""))
    first = route[0]
    if first.target.proxy:
        yield Finding("tcp", Result.OK, f"left to ProxyCommand: {first.target.proxy}")
    else:
        yield from _check_port(first, f"{clean(first.remote.name)}, " if over else "")
    for hop, beyond in pairwise(route):
        yield _check_jump(hop.remote, beyond.target, environment)


def _check_port(first: RouteStop, hop: str) -> Iterator[Finding]:
    """Check the name, the port and the ssh server of the first machine. `hop` names a jump host in the findings."""
    target, limit = first.target, first.remote.connect_timeout
    addresses, why = look_up(target.hostname, target.port, limit)
    if not addresses:
        remedy = f"getent hosts {shlex.quote(target.hostname)}; check `host` in remotes.yaml, HostName, the network"
        yield Finding("name", Result.FAULT, f"{hop}{target.hostname}: {why}", remedy, UNAVAILABLE)
        return
    yield Finding("name", Result.OK, f"{hop}{target.hostname} is {', '.join(addresses[:4])}")
    banner, why, remedy = server_banner(addresses, target.port, limit)
    result = Result.OK if banner else Result.FAULT
    yield Finding("tcp", result, f"{hop}port {target.port}: {banner or why}", remedy, UNAVAILABLE)


def _check_jump(hop: Remote, beyond: SshDestination, environment: Mapping[str, str]) -> Finding:
    """Check whether a jump host accepts our login and forwards us: ssh's -W brings the banner of the next machine."""
    name, address, limit = clean(hop.name), f"[{beyond.hostname}]:{beyond.port}", connect_limit(hop)
    options = (*ALONE, BATCH, SshOption(("-W", address), "what -J does"))
    with closing(SshLog(runtime_folder(environment))) as log:
        words = SshCommand(hop, environment).overriding(*options, log.option)
        banner, errors, ended = _listen(words, limit, environment)
        reported = log.read()
    if banner:
        return Finding("jump", Result.OK, f"{name} leads to {address}: {banner}")
    if not ended:
        cause = f"no answer from {address} through {name} within {limit:g} s"
        remedy = f"log in there and try: {command_by_hand(hop)}, then nc {beyond.hostname} {beyond.port}"
        return Finding("jump", Result.FAULT, cause, remedy, UNAVAILABLE)
    if "open failed: administratively prohibited" in reported:
        remedy = "set AllowTcpForwarding yes in its sshd_config"
        return Finding("jump", Result.FAULT, f"{name} does not allow forwarding", remedy, REFUSED)
    end = ShellEnd(255, errors, ssh=reported)
    failure = explain(hop, end._replace(again=end) if failed_on_the_way(end) else end)
    remedy = f"{command_by_hand(hop)} shows more: {failure.remedy_in_verbs}"
    return Finding("jump", Result.FAULT, f"{name}: {failure.cause}", remedy, of_failure(failure))


def _listen(words: Sequence[str], limit: float, environment: Mapping[str, str]) -> tuple[str, str, bool]:
    """Return the banner that a command prints, its errors, and whether it ended by itself."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment
        )
        with process:
            assert process.stdout
            data, ended = read_banner(process.stdout.fileno(), limit)
            if ended:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(QUICK)
            process.kill()
        errors.seek(0)
        return banner_of(data), read_errors(errors.read(LARGEST_ERRORS)), ended
