"""A mount namespace with a /tmp and a /run of its own: what a test does there can't reach the machine's real ones.

    with OwnTmp() as place:
        place.run(["tmux", "new-session", "-d"], {"PATH": ..., "HOME": "/tmp/home"})
        place.path("/tmp/home").iterdir()

The checkout and the virtual environment stay visible where they are. It needs root, or a kernel that lets users make
namespaces.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.support.machines import program
from tests.support.processes import Process, end, processes

ROOT = Path(__file__).resolve().parent.parent.parent

AS_ROOT, AS_USER = ["--mount"], ["--mount", "--user", "--map-current-user", "--keep-caps"]

SETUP = """\
set -e
for kept in {kept}; do
    case $kept in
    /tmp/*)
        mkdir -p {fresh}/"${{kept#/tmp/}}"
        mount --bind "$kept" {fresh}/"${{kept#/tmp/}}"
        ;;
    esac
done
mount --rbind {fresh} /tmp
mount -t tmpfs -o mode=0755 tmpfs /run
echo ready
exec cat
"""


class OwnTmp:
    """A mount namespace that lasts for a `with` block; everything that was started in it has ended afterwards."""

    def __enter__(self) -> OwnTmp:
        self._fresh = Path(tempfile.mkdtemp(prefix="navi-tmp-", dir="/tmp"))
        self._fresh.chmod(0o1777)
        kept = " ".join(shlex.quote(str(path)) for path in (ROOT, sys.prefix))
        script = SETUP.format(kept=kept, fresh=shlex.quote(str(self._fresh)))
        options = AS_USER if os.getuid() else AS_ROOT
        pipe = subprocess.PIPE
        self._holder = subprocess.Popen([program("unshare"), *options, "sh", "-c", script], stdin=pipe, stdout=pipe)
        assert self._holder.stdout
        assert self._holder.stdout.readline() == b"ready\n", "no mount namespace can be made on this machine"
        self._namespace = namespace(self._holder.pid)
        assert self._namespace not in ("", namespace(os.getpid()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self.members)
        self._holder.communicate()
        shutil.rmtree(self._fresh, ignore_errors=True)

    @property
    def entering(self) -> list[str]:
        """The words in front of a command that is to run inside."""
        options = ["--user", "--preserve-credentials"] if os.getuid() else []
        return [program("nsenter"), "--target", str(self._holder.pid), "--mount", *options, "--"]

    def run(self, words: Sequence[str], environment: Mapping[str, str], timeout: float = 60) -> str:
        """Run a program inside, and return what it printed. Raise AssertionError if it fails."""
        done = subprocess.run(
            [*self.entering, *words], env=environment, timeout=timeout, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"status {done.returncode} of: {shlex.join(words)}\n{done.stdout}"
        return done.stdout

    def path(self, inside: str) -> Path:
        """Return the path by which this process reaches a file inside."""
        return Path(f"/proc/{self._holder.pid}/root{inside}")

    def members(self) -> list[Process]:
        """Return the processes inside."""
        return [one for one in processes() if namespace(one.pid) == self._namespace]


def namespace(pid: int) -> str:
    """Return the name of a process's mount namespace; "" if it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")
    except OSError:
        return ""
