"""What a verb works with: the configuration, the hosts by name, and addresses. Nothing is read, connected or imported
before it is needed: most verbs are about this machine, and take less time than an import.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from navi.cli.output import UsageError, complain
from navi.config.paths import KNOWN_REMOTES, REMOTES, SETTINGS, cache_file, config_file
from navi.core.address import LOCAL, Address, Named
from navi.core.log import SILENT, Log
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_peer
from navi.ops import HostSettings, OperationError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Mapping

    from navi.config.places import Places
    from navi.config.remote import Remote
    from navi.config.settings import Settings, Template
    from navi.core.agents import AgentKind

T = TypeVar("T")
Answer = TypeVar("Answer")

AT_ONCE = 32
"""Questions that are under way at the same time."""


class Machines:
    """This machine and the remotes. Nothing is read or connected before it is needed."""

    def __init__(self, environment: Mapping[str, str], log: Log = SILENT) -> None:
        self.environment = environment
        self._log = log
        self._hosts: dict[str, BlockingHost] = {}

    @cached_property
    def places(self) -> Places:
        """Where files are."""
        from navi.config.places import Places

        return Places(self.environment)

    @cached_property
    def settings(self) -> Settings:
        """config.yaml; what is wrong with it is said once."""
        from navi.config.reader import read_settings

        settings, problems = read_settings(self.places.settings)
        for problem in problems:
            complain(str(problem))
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

    @cached_property
    def remotes(self) -> Mapping[str, Remote]:
        """The enabled remotes by name; what is wrong with their file is said once."""
        path = config_file(self.environment, REMOTES)
        if not os.path.exists(path):
            return {}
        from navi.config.remotes_cache import read_remotes

        remotes, problems = read_remotes(path, cache_file(self.environment, KNOWN_REMOTES))
        for problem in problems:
            complain(str(problem))
        return {remote.name: remote for remote in remotes if remote.enabled}

    def template(self, name: str) -> Template:
        """Return a template. Raises UsageError for one that is not there or not right."""
        from navi.config.reader import read_template

        path = self.places.templates / f"{name}.yaml"
        if "/" in name or not path.exists():
            known = sorted(one.stem for one in self.places.templates.glob("*.yaml"))
            others = f"there are {', '.join(known)}" if known else "there are none yet"
            raise UsageError(f"there is no template `{name}` in {self.places.templates}; {others}")
        template, problems = read_template(path, self.settings.agents)
        if template is None:
            raise UsageError("; ".join(map(str, problems)))
        return template

    def host(self, name: str) -> BlockingHost:
        """Return a host, always the same one, which keeps its line. Raises UsageError for a name that remotes.yaml does
        not have.
        """
        if name == LOCAL:
            return self._here
        if name not in self.remotes:
            known = ", ".join((LOCAL, *self.remotes))
            raise UsageError(f"there is no host `{name}` in {self.places.remotes}; known are {known}")
        from navi.hosts.blocking_openssh import BlockingOpenSSHHost

        if name not in self._hosts:
            self._hosts[name] = BlockingOpenSSHHost(self.remotes[name], self.environment, self._log)
        return self._hosts[name]

    @cached_property
    def _here(self) -> BlockingHost:
        """This machine. Only where there are settings they are read."""
        if self._has_settings:
            said = HostSettings(self.settings.sessions_dir, self.settings.cleanup)
        else:
            said = HostSettings("", True)
        return BlockingHost(local_peer(said), self.environment, self._log)

    def address(self, text: str) -> Address:
        """Read SESSION, or HOST/SESSION. Raises UsageError."""
        host, slash, name = text.partition("/")
        if not slash:
            host, name = LOCAL, text
        if not name:
            raise UsageError(f"`{text}` is no address; write SESSION, or HOST/SESSION")
        self.host(host)
        return Address(host, name)

    def pane(self, options: Namespace) -> tuple[BlockingHost, Named]:
        """Return the host and the pane that a command line means: by its address, or by socket and target. Without
        either it is the one session that is registered on this machine. Raises UsageError, OperationError.
        """
        if options.target:
            if options.address:
                raise UsageError("write either ADDR or -t TARGET")
            return self.host(options.host or LOCAL), Named("", options.socket, options.target)
        if not options.address:
            return self._only_one(options.host or LOCAL)
        host, pane = self.place(options.address, options.socket)
        if options.host not in (None, host.name):
            raise UsageError(f"{options.address} is not on {options.host}")
        return host, pane

    def place(self, text: str, socket: str = "") -> tuple[BlockingHost, Named]:
        """Return the host and the session that an address means. Raises UsageError."""
        address = self.address(text)
        return self.host(address.host), Named(address.name, socket)

    def _only_one(self, name: str) -> tuple[BlockingHost, Named]:
        from navi.ops.registry_look import snapshot

        host = self.host(name)
        names = list(host.run(snapshot(registered=True)).registry.entries)
        if len(names) != 1:
            several = f"several sessions are registered: {', '.join(map(clean, names))}; say which"
            raise UsageError(several if names else "no session is registered; say which one you mean")
        return host, Named(names[0], registered=True)

    def each(
        self, things: Iterable[T], ask: Callable[[T], Answer]
    ) -> list[tuple[T, Answer | HostError | OperationError]]:
        """Ask about several things at once; the answers come in their order, failures in place of answers."""
        several = list(things)
        if len(several) < 2:
            return [(thing, answered(ask, thing)) for thing in several]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda thing: (thing, answered(ask, thing)), several))


def answered(ask: Callable[[T], Answer], thing: T) -> Answer | HostError | OperationError:
    """Return the answer to a question about something, or why there is none."""
    try:
        return ask(thing)
    except (HostError, OperationError) as error:
        return error
