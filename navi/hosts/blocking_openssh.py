"""The blocking engine over OpenSSH: a remote for a few requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from navi.config.remote import Remote
from navi.core.log import SILENT, Log
from navi.hosts.blocking_host import BlockingHost, ConnectionPool, ShellConnection
from navi.hosts.cancellation import Cancellation
from navi.hosts.exchange import remote_endpoint
from navi.hosts.login import login_command
from navi.hosts.masters import Hops, Master, new_log
from navi.hosts.ssh_command import USE_MASTER, log_options

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from navi.ops import Interactive


class BlockingOpenSSHHost(BlockingHost):
    """A remote, over the master that is running, or else over one that ends a minute after its last use.

    While it connects, it is in the context that `connecting` returns for its name.
    """

    def __init__(
        self,
        remote: Remote,
        environment: Mapping[str, str],
        log: Log = SILENT,
        pool: ConnectionPool | None = None,
        cancellation: Cancellation | None = None,
        hops: Hops | None = None,
        agents: str | Callable[[], str] = "",
        connecting: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        self._connecting = connecting
        pool = pool or ConnectionPool()
        self._master = pool.master = pool.master or Master(remote, environment, log, hops)
        super().__init__(remote_endpoint(remote, agents), self._master.environment, log, pool, cancellation)

    def is_connected(self) -> bool:
        """Return whether a master answers."""
        return self._master.is_running()

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command line of ssh that runs `command` there in this terminal."""
        return self._master.command.interactive(command)

    def become(self, words: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run the program that `interactive` has named; return its status. This process stays, because it holds the
        lease: without that, a dashboard that ends would close the master, and end the program.
        """
        from navi.hosts.terminal_program import run_in_terminal

        return run_in_terminal(words, environment)

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person opens the master: ssh itself asks for what it needs."""
        return login_command(self._master.remote, self._master.command)

    def _start(self) -> ShellConnection:
        """Start ssh, once the master is open. As long as this process has its lease, no dashboard closes the master."""
        with self._connecting(self.name):
            self._master.open(self._cancellation)
        command = self._master.command
        log_options(self._log, self.name, command.options(*command.shell_options(), USE_MASTER))
        log = new_log(self.environment)
        return self._connect(command.shell(USE_MASTER, log.option), log)
