"""remember.sh: no socket is forgotten, whatever happens while the list is written."""

from __future__ import annotations

import resource
import signal
import subprocess
from pathlib import Path

import pytest

from navi.ops.linker import link
from tests.support.machines import Lab
from tests.support.scripts import Shell, environment, every_shell

PUT_FIRST = """
navi_open_state() { :; }
navi_state=$1 navi_here=$1 navi_place_key=here
navi_put_first "$2" sockets
exit 0
"""


def put_first(lab: Lab, shell: Shell, line: str, full: bool = False) -> None:
    """Put a line first in the list of sockets; the disk may be full."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

    script = link("session/remember") + PUT_FIRST
    words = [*shell.words, "-c", script, "sh", str(lab.folder), line]
    subprocess.run(words, env=environment(lab.local, shell), check=True, preexec_fn=limit if full else None)


@pytest.fixture
def sockets(lab: Lab) -> Path:
    """A list of two sockets that are there."""
    for name in ("a", "b"):
        lab.local.tmux("-S", str(lab.folder / f"{name}.sock"), "new-session", "-d", "-s", "api", "sleep 10000")
    path = lab.folder / "sockets"
    path.write_text(f"{lab.folder}/a.sock\n{lab.folder}/b.sock\n")
    return path


@every_shell
def test_the_last_socket_comes_first(lab: Lab, shell: Shell, sockets: Path) -> None:
    put_first(lab, shell, f"{lab.folder}/b.sock")
    assert sockets.read_text() == f"{lab.folder}/b.sock\n{lab.folder}/a.sock\n"


@every_shell
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_full_disk_forgets_no_socket(lab: Lab, shell: Shell, sockets: Path, name: str) -> None:
    sockets.write_text(f"{lab.folder}/a.sock\n{lab.folder}/b.sock\n/{'x' * 100}\n")
    before = sockets.read_text()
    put_first(lab, shell, f"{lab.folder}/{name}.sock", full=True)
    assert sockets.read_text() == before
    assert [path.name for path in lab.folder.glob("recent.*")] == []
