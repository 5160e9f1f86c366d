"""Two users on one machine: neither talks to the other's tmux servers, and each has a registry.

The tests of strangers' programs need root: other users can't run a program as somebody else.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from navi.core.address import Named
from navi.core.launch import Launch
from navi.hosts.wire import AnswerReader, new_token, request
from navi.ops import HostSettings, Operation
from navi.ops.pane.lock import LockAction, lock
from navi.ops.registry import drop_entry, read_file, touch_entry
from navi.ops.session.attach import attach_to
from navi.ops.session.creation import new
from tests.support.machines import Lab, program
from tests.support.scripts import DASH, SHELLS, Shell, answer, every_shell, needs_of
from tests.support.strangers import HAS_STRANGERS, STRANGER, as_stranger, give_away
from tests.support.verbs import navi

SLEEP = "exec sleep 1000"
WORDS = "the tmux socket {} belongs to another user"


@pytest.fixture(params=[STRANGER] if HAS_STRANGERS else [])
def trap(lab: Lab) -> Iterator[Path]:
    """Yield the socket of a stranger's tmux server with the session `deploy`, in a folder that anyone can write to."""
    lab.folder.chmod(0o711)
    folder = lab.folder / "theirs"
    folder.mkdir()
    folder.chmod(0o1777)
    socket = folder / "trap.sock"
    tmux = [program("tmux"), "-f", "/dev/null", "-S", str(socket)]
    as_stranger(*tmux, "new-session", "-d", "-s", "deploy", "exec cat")
    os.chmod(socket, 0o777)
    yield socket
    as_stranger(*tmux, "kill-server")


def seen(trap: Path) -> str:
    """Return what the stranger sees in the trap."""
    return as_stranger(program("tmux"), "-S", str(trap), "capture-pane", "-p", "-t", "deploy").stdout


def register(lab: Lab, socket: Path) -> None:
    """Register `deploy` on a socket."""
    entry = {"socket": str(socket), "target": "deploy:0.0", "type": "shell", "created_at": "2026-01-01T00:00:00Z"}
    folder = lab.local.folder / "tmp" / "claude-tmux-sockets"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / ".sessions.json").write_text(json.dumps({"sessions": {"deploy": entry}, "version": "1.0"}))


BY_SOCKET = {
    "send": ["send", "-S", "SOCKET", "-t", "deploy", "--", "secret"],
    "capture": ["capture", "-S", "SOCKET", "-t", "deploy"],
    "tail": ["tail", "-S", "SOCKET", "-t", "deploy"],
    "wait": ["wait", "-S", "SOCKET", "deploy", "--fixed", "x", "--timeout", "5"],
    "new": ["new", "deploy2", "-S", "SOCKET", "--no-register"],
}


@pytest.mark.parametrize("linked", [False, True], ids=["socket", "link"])
@pytest.mark.parametrize("verb", BY_SOCKET)
def test_no_verb_talks_to_a_server_of_another_user(lab: Lab, trap: Path, verb: str, linked: bool) -> None:
    socket = lab.local.home / "link" if linked else trap
    if linked:
        socket.symlink_to(trap)
    words = [str(socket) if word == "SOCKET" else word for word in BY_SOCKET[verb]]
    assert WORDS.format(socket) in navi(lab, *words, status=77).stderr
    assert seen(trap).strip() == ""
    assert "deploy2" not in as_stranger(program("tmux"), "-S", str(trap), "list-sessions").stdout


BY_NAME = {
    "send": ["send", "deploy", "--", "secret"],
    "capture": ["capture", "deploy"],
    "tail": ["tail", "deploy"],
    "wait": ["wait", "deploy", "--fixed", "x", "--timeout", "5"],
    "lock": ["lock", "deploy"],
}


@pytest.mark.parametrize("verb", BY_NAME)
def test_no_verb_follows_an_entry_to_a_server_of_another_user(lab: Lab, trap: Path, verb: str) -> None:
    register(lab, trap)
    assert WORDS.format(trap) in navi(lab, *BY_NAME[verb], status=77).stderr
    assert seen(trap).strip() == ""


def test_an_entry_on_a_server_of_another_user_is_unknown_and_stays(lab: Lab, trap: Path) -> None:
    register(lab, trap)
    lab.local.new_session("mine", SLEEP)
    done = navi(lab, "ls", "--host", "local", "--json")
    (mine,) = [one for one in json.loads(done.stdout)["sessions"] if one["name"] == "mine"]
    assert mine["health"] == "healthy", "the other servers are believed"
    (listed,) = json.loads(navi(lab, "tool", "list-sessions", "--", "--json").stdout)["sessions"]
    assert (listed["name"], listed["status"]) == ("deploy", "unknown")
    navi(lab, "cleanup", "--all")
    assert "deploy" in navi(lab, "registry", "backup", "-").stdout
    assert seen(trap).strip() == ""


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
def test_attaching_to_a_server_of_another_user_is_refused(lab: Lab, trap: Path, shell: Shell) -> None:
    words = attach_to(str(trap), "$0").argv
    done = subprocess.run([*shell.words, *words[1:]], capture_output=True, text=True, env=lab.environment(), timeout=20)
    assert (done.returncode, done.stderr) == (77, f"{WORDS.format(trap)}\n")


@every_shell
def test_sockets_of_ones_own_and_those_that_are_not_there_are_no_ones_else(lab: Lab, shell: Shell) -> None:
    lab.local.tmux("-L", "own", "new-session", "-d", "-s", "x", SLEEP)
    own = lab.local.folder / "tmux" / f"tmux-{os.getuid()}" / "own"
    link = lab.local.home / "link"
    link.symlink_to(own)
    body = 'navi_consult "$1" list-sessions; printf "%s" "$navi_word"'
    for socket, word in ((own, "ok"), (link, "ok"), (lab.local.home / "none", "none"), ("", "none")):
        operation = Operation("ask", needs_of("look/servers") + body, (str(socket),), lambda said: said.output.decode())
        assert answer(lab.local, shell, operation).output.decode().strip().endswith(word)


# ---- the second user's registry


def test_the_second_user_has_a_registry_that_every_verb_finds(lab: Lab) -> None:
    usual = lab.local.folder / "tmp" / "claude-tmux-sockets"
    usual.mkdir(mode=0o777)
    (usual / ".sessions.json").write_text('{"sessions": {"trap": {"socket": "/theirs"}}, "version": "1.0"}')
    give_away(usual)
    made = json.loads(navi(lab, "new", "mine", "--shell", "--json").stdout)
    assert made["registered"] is True
    private = usual.with_name(f"{usual.name}-{os.getuid()}")
    assert set(json.loads((private / ".sessions.json").read_text())["sessions"]) == {"mine"}
    assert "mine" in navi(lab, "registry", "backup", "-").stdout
    navi(lab, "lock", "mine", "--", "true")
    navi(lab, "send", "mine", "--", "echo hello")
    assert "no differences" in navi(lab, "reconcile").stdout
    assert "healthy" in navi(lab, "health", "mine").stdout
    navi(lab, "kill", "mine")
    navi(lab, "cleanup")
    assert json.loads((private / ".sessions.json").read_text())["sessions"] == {}
    assert sorted(path.name for path in usual.iterdir()) == [".sessions.json"]


@pytest.mark.parametrize("stranger", [STRANGER] if HAS_STRANGERS else [])
def test_two_users_register_side_by_side(lab: Lab, stranger: int) -> None:
    lab.folder.chmod(0o711)
    shared = lab.folder / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    home = lab.folder / "their home"
    home.mkdir()
    give_away(home)
    navi(lab, "new", "first", "--shell", TMPDIR=str(shared))
    theirs = {"HOME": str(home), "TMPDIR": str(shared), "PATH": os.environ["PATH"], "SHELL": "/bin/sh",
              "TMUX_TMPDIR": str(home)}  # fmt: skip

    def ask(operation: Operation[Any]) -> Any:
        token = new_token()
        script = request(operation, token, HostSettings("", False)).decode()
        done = subprocess.run(
            [*DASH.words, "-s"], input=script.encode(), capture_output=True, timeout=60, cwd=home, env=theirs,
            user=stranger, group=stranger, extra_groups=[],
        )  # fmt: skip
        (said,) = AnswerReader(token).feed(done.stdout)
        return operation.parse(said)

    try:
        ask(new("second", "", Launch(line=SLEEP, ends=True)))
        ask(touch_entry("second"))
        ask(lock(Named("second"), LockAction.TAKE, "token", 60, "me"))
        found = ask(read_file())
    finally:
        as_stranger(program("tmux"), "kill-server", env=theirs)
    assert found.path == f"{shared}/claude-tmux-sockets-{stranger}/.sessions.json"
    assert json.loads(found.body)["sessions"].keys() == {"second"}
    ask(drop_entry("second"))
    first = json.loads(navi(lab, "registry", "backup", "-", TMPDIR=str(shared)).stdout)
    assert first["sessions"].keys() == {"first"}
    assert names_in(shared) == ["claude-tmux-sockets", f"claude-tmux-sockets-{stranger}"]


def names_in(folder: Path) -> Sequence[str]:
    """Return the names in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())
