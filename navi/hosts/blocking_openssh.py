"""A remote for a few questions, over OpenSSH; see plain.py."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.config.remote import Remote
from navi.core.failure import Failure
from navi.hosts.blocking_host import Line, PlainHost
from navi.hosts.sockets import Lease, refuse_foreign
from navi.hosts.ssh_command import CONTROL_LIMIT, SHARE_MASTER, SshCommand
from navi.ops import HostSettings

if TYPE_CHECKING:
    from navi.ops.attach import Interactive


class PlainRemote(PlainHost):
    """A remote, over a master that stands already, or else over one that this call leaves behind for a minute."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        settings = HostSettings(remote.sessions_dir, remote.cleanup)
        super().__init__(remote.name, settings, {**environment, "SSH_ASKPASS_REQUIRE": "never"})
        self._remote = remote
        self._command = SshCommand(remote, environment)
        self._lease: Lease | None = None

    def stands(self) -> bool:
        """Whether a master answers."""
        control = self._command.control
        refuse_foreign(control)
        if not os.path.exists(control):
            return False
        import subprocess

        try:
            done = subprocess.run(
                self._command.ask_master("check"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=self.environment, timeout=CONTROL_LIMIT, check=False,
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
        from navi.hosts.failures import explain

        return explain(self.name, status, words)

    def _open(self) -> Line:
        """A dashboard that is about to leave must not close the master as long as this process has a line."""
        control = self._command.control
        refuse_foreign(control)
        if self._lease is None:
            self._lease = Lease(f"{control}.lock")
            self._lease.share()
        return super()._open()
