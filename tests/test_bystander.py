"""The demo, the tests, the pictures and the bench run beside a person's real sessions, and never see or touch them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo import FLEET, HEADLESS, HERE
from tests.support.own_tmp import ROOT, OwnTmp
from tests.support.processes import Process
from tests.support.terminal import Terminal

REAL = "real-work"
"""The person's session, on each of their tmux servers; it looks like an agent."""

HOME, USER = "/tmp/person", os.getuid()
SERVERS = (f"/tmp/tmux-{USER}/default", f"/tmp/tmux-{USER}/own", f"/run/user/{USER}/tmux-{USER}/default")
REGISTRY = "/tmp/claude-tmux-sockets"

FILES = {
    f"{HOME}/.claude-sessions/{REAL}.json": json.dumps({"tmux_session": REAL, "status": "permission", "timestamp": 1}),
    f"{HOME}/.claude-sessions/gone.json": json.dumps({"tmux_session": "gone", "status": "done", "timestamp": 1}),
    f"{HOME}/.claude/settings.json": "{}",
    f"{HOME}/.config/navi/remotes.yaml": "remotes: []\n",
    f"{HOME}/.ssh/config": "Host atlas\n    ProxyCommand false\n",
    f"{HOME}/.tmux.conf": "set -g default-command 'exec false'\n",
    f"{REGISTRY}/.sessions.json": json.dumps({"sessions": {REAL: {"socket": SERVERS[0], "target": f"{REAL}:0.0"}}}),
}


class Person:
    """A user who works on this machine while something of navi's development runs."""

    def __init__(self, place: OwnTmp) -> None:
        self.place = place
        for path, text in FILES.items():
            place.path(path).parent.mkdir(parents=True, exist_ok=True)
            place.path(path).write_text(text)
        for socket in SERVERS:
            place.path(socket).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.path(socket).parent.chmod(0o700)
            agent = "exec bash -c 'exec -a claude sleep 1000'"
            self.tmux(socket, "-f", "/dev/null", "new-session", "-d", "-s", REAL, agent)
        self.processes = {one.pid: one for one in place.members()}
        self.before = self.belongings()

    def environment(self) -> dict[str, str]:
        """Return what a program has that the person starts in their tmux session."""
        return {
            "HOME": HOME,
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "XDG_CONFIG_HOME": f"{HOME}/.config",
            "XDG_RUNTIME_DIR": f"/run/user/{USER}",
            "CLAUDE_TMUX_SOCKET_DIR": REGISTRY,
            "TMUX": f"{SERVERS[0]},1,0",
            "TMUX_PANE": "%0",
        }

    def tmux(self, socket: str, *words: str) -> str:
        """Run a command on one of the person's tmux servers."""
        return self.place.run(["tmux", "-u", "-S", socket, *words], self.environment())

    def belongings(self) -> dict[str, str]:
        """Return what must not change: each file, and each session of each server."""
        folders = (HOME, REGISTRY, *(str(Path(socket).parent) for socket in SERVERS))
        return {
            **{path: text for folder in folders for path, text in files(self.place.path(folder))},
            **{socket: self.tmux(socket, "list-panes", "-a", "-F", LISTED) for socket in SERVERS},
        }

    def run(self, *words: str) -> str:
        """Run a Python program of the checkout as this person; return its output."""
        command = ["env", "-C", str(ROOT), sys.executable, *words]
        return self.place.run(command, self.environment() | {"PYTHONPATH": str(ROOT)}, timeout=300)

    def strangers(self) -> list[Process]:
        """Return the processes that were left beside the person's own."""
        return [one for one in self.place.members() if one.pid not in self.processes]


LISTED = "#{session_id} #{session_name} #{window_name} #{pane_pid} #{session_attached} #{session_created} #{pane_dead}"


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each path below a folder, with its mode, its time of change and its content."""
    for path in sorted(folder.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        status = path.lstat()
        yield str(path), f"{status.st_mode:o} {status.st_mtime_ns if path.is_file() else ''} {content}"


@pytest.fixture
def person() -> Iterator[Person]:
    """Yield a person with sessions and files; check that all of it is as before, and that nothing else was left."""
    with OwnTmp() as place:
        found = Person(place)
        yield found
        assert found.belongings() == found.before
        assert found.strangers() == []


def test_the_sessions_of_the_demo_are_its_own(person: Person) -> None:
    listed = json.loads(person.run("contrib/demo", "ls", "--json"))["sessions"]
    wanted = {f"{host}/{session}" for host, stories in FLEET.items() for session in stories} | set(HERE)
    assert {one["address"] for one in listed if not one["headless"]} == wanted
    assert {one["host"]: one["message"] for one in listed if one["headless"]} == {
        host: title for host, (title, _) in HEADLESS.items()
    }


def test_the_dashboard_of_the_demo_shows_and_kills_only_its_own(person: Person) -> None:
    words = [*person.place.entering, sys.executable, str(ROOT / "contrib" / "demo")]
    with Terminal(words, person.environment(), height=60) as screen:
        screen.wait_for(re.compile("[23] local, 1[01] remote"), timeout=60)
        assert REAL not in screen.screen()
        screen.press("x")
        screen.wait_for("n cancels")
        screen.press("y")
        screen.wait_for(re.compile("[12] local, 1[01] remote|[23] local, (9|10) remote"))
        screen.press("q")
        screen.wait_prompt(timeout=60)


PROGRAMS = {
    "pictures": ("contrib/screenshot", "/tmp/pictures"),
    "tests": ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_stories.py", "-k", "story_1_ or story_2_"),
    "figures": ("-m", "tests.bench", "--quick", "request"),
}


@pytest.mark.parametrize("words", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs_for_developers_touch_nothing_of_the_person(person: Person, words: tuple[str, ...]) -> None:
    assert REAL not in person.run(*words)
    assert not [path for path in person.place.path("/tmp/pictures").glob("*") if REAL.encode() in path.read_bytes()]


def test_the_demo_needs_only_what_navi_needs() -> None:
    """A newcomer starts it before the tests: what only these need is not there yet."""
    hidden = "import runpy, sys; sys.modules |= dict.fromkeys(['pytest', 'hypothesis', 'pyte'])"
    code = f"{hidden}; sys.path.insert(0, '.'); runpy.run_path('contrib/demo', run_name='demo')"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])
