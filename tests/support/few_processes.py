"""A machine whose user may have only so many processes, as with `ulimit -u`.

few = few_processes(lab, lab.machine("box"))
few.limit(4)

The limit counts all processes of a user, and none of root's. So root gives the account to a user who has no others;
other users have processes already, and for them each limit is as good as none left.
"""

from __future__ import annotations

import os
import subprocess

from tests.support.machines import Lab, Machine, program, replace

NUMBERS = range(61_000, 65_000)
"""Numbers of users whom no system has; each process of the tests takes one of its own."""


class FewProcesses:
    """The account of a machine, its processes limited for whoever logs in from now on."""

    def __init__(self, lab: Lab, machine: Machine) -> None:
        self.machine = machine
        self._user = NUMBERS[os.getpid() % len(NUMBERS)] if os.getuid() == 0 else None
        self._login = machine.folder / "login" / "command"
        self._script = self._login.read_text()
        if self._user is None:
            return
        lab.folder.chmod(0o711)
        for path in (machine.home, *machine.home.rglob("*"), machine.folder / "tmux", machine.folder / "tmp"):
            os.chown(path, self._user, self._user, follow_symlinks=False)

    def limit(self, count: int | None) -> None:
        """Let the user have so many processes, or as many as they like."""
        words = ["exec"]
        if self._user is not None:
            number = str(self._user)
            words += [program("setpriv"), f"--reuid={number}", f"--regid={number}", "--clear-groups"]
        if count is not None:
            words += [program("prlimit"), f"--nproc={count}:{count}"]
        replace(self._login, self._script.replace("exec ", f"{' '.join(words)} "), mode=0o700)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program as that user, without a limit."""
        return subprocess.run(
            command, capture_output=True, text=True, timeout=30, cwd=self.machine.home, user=self._user,
            group=self._user, extra_groups=[] if self._user else None, env=self.machine.environment(),
        )  # fmt: skip

    def living(self) -> set[str]:
        """Return the names of that user's tmux sessions."""
        return set(self.run(program("tmux"), "list-sessions", "-F", "#{session_name}").stdout.splitlines())
