"""Machines that share one home, as containers and login nodes do: each has its own name, processes and tmux sockets.

    with Node(lab, "one", home) as one, Node(lab, "two", home) as two:
        two.tmux("new-session", "-d", "-s", "docs")
        navi(lab, "ls", "--host", "one", "--host", "two")

They are namespaces of this machine: that needs root, or a kernel that lets users make them. `navi` reaches a node
through the sshd of its machine, whose `sh` enters the namespaces.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from types import TracebackType

from tests.support.machines import Lab, program
from tests.support.processes import processes

AS_ROOT: list[str] = []
AS_USER = ["--user", "--map-root-user"]

SETUP = """\
set -e
hostname {name}
mount -t tmpfs -o mode=0700 tmpfs {tmux}
echo ready
exec cat
"""


class Node:
    """A machine of a lab with a name of its own; it lasts for a `with` block, and its processes end with it."""

    def __init__(self, lab: Lab, name: str, home: Path) -> None:
        home.mkdir(exist_ok=True)
        self.name = name
        self.machine = lab.machine(name, shell="sh", variables={"HOME": str(home)})
        self.sessions_dir = home / ".claude-sessions"

    def __enter__(self) -> Node:
        options = [*(AS_USER if os.getuid() else AS_ROOT), "--mount", "--uts", "--pid", "--fork", "--mount-proc"]
        script = SETUP.format(name=self.name, tmux=shlex.quote(str(self.machine.folder / "tmux")))
        pipe = subprocess.PIPE
        command = [program("unshare"), *options, "--kill-child", "sh", "-c", script]
        self._holder = subprocess.Popen(command, stdin=pipe, stdout=pipe)
        assert self._holder.stdout
        assert self._holder.stdout.readline() == b"ready\n", "no namespaces can be made on this machine"
        first = next(one.pid for one in processes() if one.parent == self._holder.pid)
        user = ["--user", "--preserve-credentials"] if os.getuid() else []
        self._enter = [program("nsenter"), "--target", str(first), *user, "--mount", "--uts", "--pid"]
        shell = self.machine.bin / "sh"
        shell.write_text(f'#!/bin/sh\nexec {shlex.join(self._enter)} /bin/sh "$@"\n')
        shell.chmod(0o755)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._holder:
            self._holder.kill()

    def run(self, *command: str, text: str = "") -> str:
        """Run a program on this machine; return its standard output."""
        return self.machine.run(*self._enter, *command, text=text)

    def tmux(self, *words: str) -> str:
        """Run a tmux command on the server of this machine; return its output without the last newline."""
        return self.run(program("tmux"), "-u", "-f", "/dev/null", *words).removesuffix("\n")

    def event(self, session: str, hook: Path, text: str) -> None:
        """Run the hook in a session of this machine, as its agent does."""
        asked = self.tmux("display-message", "-p", "-t", f"={session}:", "#{socket_path} #{pid} #{pane_id}")
        socket, process, pane = asked.split()
        self.run("env", f"TMUX={socket},{process},0", f"TMUX_PANE={pane}", "/bin/sh", str(hook), "claude", text=text)
