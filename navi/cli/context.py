"""What a verb works with: environment, configuration, hosts and output. Each part is read, connected or imported on its
first use, because most verbs concern only this machine and take less time than an import.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from navi.cli.output.output import RequestError, UsageError
from navi.cli.output.progress import ProgressLine
from navi.config.paths import KNOWN_REMOTES, REMOTES, SETTINGS, cache_file, config_file
from navi.core.address import LOCAL, Address, Named
from navi.core.log import SILENT, Log
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost, ConnectionPool
from navi.hosts.cancellation import Cancellation
from navi.hosts.exchange import local_endpoint
from navi.ops import HostSettings, OperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from navi.cli.arguments import Options
    from navi.cli.output.output import Output
    from navi.config.navi_files import NaviFiles
    from navi.config.remote import Remote
    from navi.config.settings import Settings, Template
    from navi.core.agents import AgentKind
    from navi.hosts.masters import Hops

T = TypeVar("T")
Answer = TypeVar("Answer")


class Connections:
    """Connections that outlive a context: those of each host, by what the configuration says about it."""

    def __init__(self) -> None:
        self._kept: dict[object, ConnectionPool] = {}

    def of(self, configured: object) -> ConnectionPool:
        """Return the connections to a host that is configured like this."""
        return self._kept.setdefault(configured, ConnectionPool())

    def close_others(self, configured: Collection[object]) -> None:
        """Close the connections of hosts that are no longer configured."""
        for gone in [one for one in list(self._kept) if one not in configured]:
            self._kept.pop(gone).close()


class Context:
    """Everything that a verb works with: one call of it, from its arguments to its output."""

    def __init__(
        self,
        environment: Mapping[str, str],
        output: Output,
        connections: Connections | None = None,
        log: Log = SILENT,
    ) -> None:
        self.environment = environment
        self.output = output
        self.log = log
        self.progress = ProgressLine(output.stderr, environment)
        output.alone = self.progress.aside
        self._connections = connections or Connections()
        self._cancellation = Cancellation()
        self._hosts: dict[str, BlockingHost] = {}

    def cancel(self) -> None:
        """End all requests to hosts, now and later: they raise Cancelled. Any thread may call this at any time."""
        self._cancellation.cancel()

    def close(self) -> None:
        """Release what the context holds, apart from its connections, when no request is under way any more."""
        self._cancellation.close()

    @cached_property
    def files(self) -> NaviFiles:
        """The paths of navi's files."""
        from navi.config.navi_files import NaviFiles

        return NaviFiles(self.environment)

    @cached_property
    def settings(self) -> Settings:
        """The settings of config.yaml. The first access reports its mistakes."""
        from navi.config.reader import read_settings

        settings, problems = read_settings(self.files.settings)
        for problem in problems:
            self.output.complain(str(problem))
        return settings

    @cached_property
    def _has_settings(self) -> bool:
        return os.path.exists(config_file(self.environment, SETTINGS))

    @cached_property
    def agents(self) -> tuple[AgentKind, ...]:
        """The kinds of agents: the user's, and those that navi knows."""
        if self._has_settings:
            return self.settings.agents
        from navi.core.agents import AGENTS

        return AGENTS

    def _describe_agents(self) -> str:
        """Return what hosts need to know about agents."""
        from navi.ops.look.agents import describe

        return describe(self.agents)

    @cached_property
    def remotes(self) -> Mapping[str, Remote]:
        """The enabled remotes by name. The first access reports mistakes in remotes.yaml."""
        path = config_file(self.environment, REMOTES)
        if not os.path.exists(path):
            return {}
        from navi.config.remotes_cache import read_remotes

        remotes, problems = read_remotes(path, cache_file(self.environment, KNOWN_REMOTES))
        for problem in problems:
            self.output.complain(str(problem))
        return {remote.name: remote for remote in remotes if remote.enabled}

    def template(self, name: str) -> Template:
        """Return a template. Raise UsageError if it does not exist, or has a mistake."""
        from navi.config.reader import read_template

        path = self.files.templates / f"{name}.yaml"
        if "/" in name or not path.exists():
            known = sorted(one.stem for one in self.files.templates.glob("*.yaml"))
            others = f"known templates: {', '.join(known)}" if known else "there are none"
            raise UsageError(f"no template named `{name}` in {self.files.templates}; {others}")
        template, problems = read_template(path, self.settings.agents)
        if template is None:
            raise UsageError("; ".join(map(str, problems)))
        return template

    def host(self, name: str) -> BlockingHost:
        """Return a host by its name. Raise UsageError if remotes.yaml does not have it."""
        if name == LOCAL:
            return self._here
        if name not in self.remotes:
            raise no_host(name, (LOCAL, *self.remotes), self.files.remotes)
        from navi.hosts.blocking_openssh import BlockingOpenSSHHost

        if name not in self._hosts:
            remote = self.remotes[name]
            kept = self._connections.of(remote)
            self._hosts[name] = BlockingOpenSSHHost(
                remote, self.environment, self.log, kept, self._cancellation, self._hops, self._describe_agents,
                self.progress.waiting,
            )
        return self._hosts[name]

    @cached_property
    def _hops(self) -> Hops:
        """The jump hosts through which connections start."""
        from navi.hosts.masters import Hops

        return Hops()

    @cached_property
    def _here(self) -> BlockingHost:
        """This machine."""
        if self._has_settings:
            settings = HostSettings(self.settings.sessions_dir, self.settings.cleanup, self._describe_agents)
        else:
            settings = HostSettings("", True, self._describe_agents)
        kept = self._connections.of(LOCAL)
        return BlockingHost(local_endpoint(settings), self.environment, self.log, kept, self._cancellation)

    def address(self, text: str) -> Address:
        """Read SESSION, or HOST/SESSION. Raise UsageError."""
        host, slash, name = text.partition("/")
        if not slash:
            host, name = LOCAL, text
        if not name:
            raise UsageError(f"invalid address `{text}`; write SESSION, or HOST/SESSION")
        self.host(host)
        return Address(host, name)

    def pane(self, options: Options) -> tuple[BlockingHost, Named]:
        """Return the host and the pane that a command line names: by address, or by socket and target, or neither if
        only one session is registered. Raise UsageError, OperationError, HostError.
        """
        if options.target:
            if options.address:
                raise UsageError("give either ADDR or -t TARGET")
            return self.host(options.host or LOCAL), Named("", options.socket, options.target)
        if not options.address:
            return self._only_one(options.host or LOCAL)
        host, pane = self.host_and_session(options.address, options.socket)
        if options.host not in (None, host.name):
            raise UsageError(f"{options.address} is not on {options.host}")
        return host, pane

    def host_and_session(self, text: str, socket: str = "") -> tuple[BlockingHost, Named]:
        """Return the host and the session of an address. Raise UsageError."""
        address = self.address(text)
        return self.host(address.host), Named(address.name, socket)

    def _only_one(self, name: str) -> tuple[BlockingHost, Named]:
        from navi.ops.look.snapshot import snapshot

        host = self.host(name)
        names = list(host.run(snapshot(registered=True)).registry.entries)
        if len(names) != 1:
            several = f"several sessions are registered; name one of them: {', '.join(map(clean, names))}"
            raise UsageError(several if names else "no session is registered; give an address")
        return host, Named(names[0], registered=True)

    def each(self, things: Iterable[T], ask: Callable[[T], Answer]) -> list[tuple[T, Answer | RequestError]]:
        """Ask about several things at once; return the answers in the order of the things. A failure is an answer."""
        several = list(things)

        def one(thing: T) -> tuple[T, Answer | RequestError]:
            with self.progress.waiting(_name_of(thing), counted=True):
                return thing, answered(ask, thing)

        with self.progress.of(len(several)):
            if len(several) < 2:
                return list(map(one, several))
            from navi.cli.asking.at_once import at_once

            return list(at_once(one, several, self.cancel))


def no_host(name: str, known: Sequence[str], remotes: Path) -> UsageError:
    """Return the error for a host that is not in the file of remotes."""
    from navi.core.similar import did_you_mean

    hint = did_you_mean(name, known) or f"; known hosts: {', '.join(known)}"
    return UsageError(f"no host named `{name}` in {remotes}{hint}")


def _name_of(thing: object) -> str:
    """Return the name of a thing, which may be the first of a pair."""
    return str(thing[0]) if type(thing) is tuple else str(thing)


def answered(ask: Callable[[T], Answer], thing: T) -> Answer | RequestError:
    """Return what `ask` returns about a thing, or the failure that it raises."""
    try:
        return ask(thing)
    except (HostError, OperationError) as error:
        return error
