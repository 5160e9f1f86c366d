"""The blocking engine over OpenSSH: a remote for a few requests."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.config.remote import Remote
from navi.core.log import SILENT, Log
from navi.hosts.blocking_host import BlockingHost, Kept
from navi.hosts.blocking_process import Cancellation, Process
from navi.hosts.exchange import remote_peer
from navi.hosts.sockets import Lease, refuse_foreign
from navi.hosts.ssh_command import CONTROL_LIMIT, SHARE_MASTER, SHELL_OPTIONS, SshCommand, log_options, master_process

if TYPE_CHECKING:
    from navi.ops.attach import Interactive


class BlockingOpenSSHHost(BlockingHost):
    """A remote, over the master that is running, or else over one that ends a minute after its last use."""

    def __init__(
        self,
        remote: Remote,
        environment: Mapping[str, str],
        log: Log = SILENT,
        kept: Kept | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        without_questions = {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        super().__init__(remote_peer(remote), without_questions, log, kept, cancellation)
        self._command = SshCommand(remote, environment)

    def is_connected(self) -> bool:
        """Return whether a master answers."""
        control = self._command.control
        refuse_foreign(control)
        if not os.path.exists(control):
            return False
        try:
            check = Process(self._command.ask_master("check"), self.environment)
        except OSError:
            return False
        try:
            check.read(time.monotonic() + CONTROL_LIMIT)
            return master_process(*check.end()) is not None
        except TimeoutError:
            return False
        finally:
            check.close()

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command line of ssh that runs `command` there in this terminal."""
        return self._command.interactive(command)

    def _shell(self) -> Sequence[str]:
        """Return ssh's command line. As long as this process shares the lease, no dashboard closes the master."""
        control = self._command.control
        refuse_foreign(control)
        if self._kept.lease is None:
            self._kept.lease = Lease(f"{control}.lock")
            self._kept.lease.share()
        running = "share the running master" if os.path.exists(control) else "open a master"
        self._log.info("%s: connecting: %s", self.name, running)
        log_options(self._log, self.name, self._command.options(*SHELL_OPTIONS, *SHARE_MASTER))
        return self._command.shell(*SHARE_MASTER)
