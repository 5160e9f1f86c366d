"""Whatever is in the place of registry and locks, no verb hangs, claims what is not so, or changes other files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests.support.machines import Lab
from tests.support.strangers import give_away
from tests.support.verbs import living, pane
from tests.support.waiting import until

ENTRY = {"socket": "/nowhere/s", "target": "gone:0.0", "type": "shell", "created_at": "2020-01-01T00:00:00Z"}
GOOD = json.dumps({"sessions": {"gone": ENTRY}, "version": "1.0"})

PLACES = (
    "", ".sessions.json", ".sessions.lock", ".navi", ".navi/name.probe", ".navi/locks", ".sessions.json.before",
    ".sessions.json.next.1", "claude.sock",
)  # fmt: skip
"""Where something lies, below the registry's folder; "" is the folder itself."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside and must stay as it is."""

    folder: Path

    def make(self) -> None:
        """Make it."""
        self.folder.mkdir()
        (self.folder / "file").write_text(GOOD)
        (self.folder / "folder").mkdir()

    def state(self) -> list[object]:
        """Return what there is."""
        paths = sorted(self.folder.rglob("*"))
        return [(str(path), path.lstat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in paths]


def a_folder_for_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def a_strangers_file(path: Path) -> None:
    path.write_text(GOOD)
    give_away(path)


def a_strangers_folder(path: Path) -> None:
    path.mkdir()
    give_away(path)


def outside_of(path: Path) -> Path:
    """Return what lies outside of a registry's folder that a path is below."""
    return next(one for one in path.parents if one.name == "tmp").parent / "outside"


KINDS: dict[str, Callable[[Path], object]] = {
    "a FIFO": os.mkfifo,
    "a folder": lambda path: path.mkdir(mode=0o700),
    "a folder for all": a_folder_for_all,
    "a link to a file": lambda path: path.symlink_to(outside_of(path) / "file"),
    "a link to a folder": lambda path: path.symlink_to(outside_of(path) / "folder"),
    "a link to nothing": lambda path: path.symlink_to(outside_of(path) / "nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a file": lambda path: path.write_text(GOOD),
    "an empty file": Path.touch,
    "noise": lambda path: path.write_bytes(os.urandom(5000)),
    "much": lambda path: path.write_bytes(b"[" * 5_000_000),
    "somebody else's file": a_strangers_file,
    "somebody else's folder": a_strangers_folder,
}


@dataclass(frozen=True, slots=True)
class Verbs:
    """Runs verbs in a lab, and checks what is true of each."""

    lab: Lab
    more: dict[str, str]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Run one to its end."""
        command = [sys.executable, "-m", "navi", *words]
        environment = self.lab.environment() | {"LOCK_TIMEOUT": "1"} | self.more
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert done.returncode == 0 or done.stdout or done.stderr.strip(), (words, "it fails without words")
        return done.returncode, done.stdout, done.stderr

    def registered(self) -> set[str]:
        """Return the names in the registry, as a back-up of it says, none if there is no back-up."""
        status, text, _ = self("registry", "backup", "-")
        try:
            return set(json.loads(text)["sessions"]) if status == 0 else set()
        except (ValueError, KeyError, TypeError, RecursionError):
            return set()

    def look(self) -> None:
        """No living session is said to be missing."""
        _, text, _ = self("ls", "--host", "local", "--json")
        health = {one["name"]: one["health"] for one in json.loads(text)["sessions"]}
        assert health["api"] == "healthy"
        self("status")
        self("health", "api")

    def create(self) -> None:
        """It is there if that is said, and registered if that is said."""
        status, text, errors = self("new", "probe", "--shell", "--json")
        assert (status == 0) == ("probe" in living(self.lab.local)), errors
        if status == 0:
            assert json.loads(text)["registered"] == ("probe" in self.registered()), (text, errors)

    def send(self) -> None:
        """It is typed if that is said."""
        status, _, _ = self("send", "api", "--", "echo $((40 + 2))")
        if status == 0:
            until(lambda: "42" in pane(self.lab.local, "api"), what="it is typed")
        status, _, _ = self("lock", "api", "--", "true")
        assert status in (0, 75, 77)

    def restore(self, file: Path) -> None:
        """It is restored if that is said."""
        file.write_text(json.dumps({"sessions": {"restored": ENTRY}, "version": "1.0"}))
        status, _, _ = self("registry", "restore", str(file))
        assert (status == 0) == ("restored" in self.registered())

    def clean(self) -> None:
        """What lives stays, and what is said to be removed is gone from the registry."""
        status, _, _ = self("cleanup", "--host", "local")
        if status == 0:
            assert "restored" not in self.registered()
        self("reconcile")
        status, _, _ = self("reconcile", "--repair")
        if status == 0 and "probe" in living(self.lab.local):
            assert "probe" in self.registered()
        assert "api" in living(self.lab.local)

    def kill(self) -> None:
        """It has ended if that is said."""
        status, _, _ = self("kill", "probe")
        assert (status == 0) <= ("probe" not in living(self.lab.local))


PAIRS = [(place, kind) for number, (place, kind) in enumerate(product(PLACES, KINDS)) if number % 5 == 0]
"""A fifth of all pairs: each place and each kind at least once."""


@pytest.mark.parametrize(("place", "kind"), PAIRS, ids=lambda word: word or "folder")
def test_no_verb_is_led_astray(lab: Lab, place: str, kind: str) -> None:
    outside = Outside(lab.local.folder / "outside")
    outside.make()
    named = len(kind) % 2 == 0
    folder = lab.local.folder / "tmp" / ("named" if named else "claude-tmux-sockets")
    path = folder / place if place else folder
    for parent in (folder, path.parent) if place else ():
        parent.mkdir(mode=0o700, exist_ok=True)
    KINDS[kind](path)
    lab.local.new_session("api", "PS1=; exec sh")
    before = outside.state()
    verbs = Verbs(lab, {"CLAUDE_TMUX_SOCKET_DIR": str(folder)} if named else {})
    verbs.look()
    verbs.create()
    verbs.send()
    verbs.restore(lab.local.home / "backup.json")
    verbs.clean()
    verbs.kill()
    assert outside.state() == before
