"""The scripts of contrib/tmux-tools: options, words, JSON and exit statuses of the tools for which they stand in."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from navi.compat.registered import sockets_folder
from navi.ops.look.servers import servers
from tests.support.machines import Lab, program
from tests.support.scripts import SHELLS, Shell, path_without, run
from tests.support.strangers import give_away
from tests.support.waiting import until

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "contrib" / "tmux-tools"
TOOLS = sorted(path.name.removesuffix(".sh") for path in FOLDER.glob("*.sh"))

every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)


class Tools:
    """The tools on a lab's own machine, with a registry and tmux servers of their own."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.folder = lab.folder / "s"
        self.registry = self.folder / ".sessions.json"
        self.socket = str(self.folder / "claude.sock")
        self.navi = lab.folder / "navi"
        self.navi.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m navi "$@"\n')
        self.navi.chmod(0o755)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of the tools; an empty value takes a variable out."""
        own = {"NAVI": str(self.navi), "CLAUDE_TMUX_SOCKET_DIR": str(self.folder), **(more or {})}
        return {key: value for key, value in (self.lab.environment() | own).items() if value}

    def start(self, tool: str, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start a tool, with more variables."""
        command = [str(FOLDER / f"{tool}.sh"), *words]
        environment = self.environment(more)
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=self.lab.local.home
        )

    def __call__(self, tool: str, *words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a tool; it must end with that status, and without Python's own words."""
        running = self.start(tool, *words, **more)
        said, complaint = running.communicate(timeout=60)
        assert "Traceback" not in complaint, complaint
        assert running.returncode == status, (tool, words, running.returncode, said, complaint)
        return subprocess.CompletedProcess(running.args, running.returncode, said, complaint)

    def create(self, name: str, *words: str, **more: str) -> dict[str, Any]:
        """Create a session."""
        found: dict[str, Any] = json.loads(self("create-session", "-n", name, *words, status=0, **more).stdout)
        return found

    def listed(self) -> dict[str, dict[str, Any]]:
        """What list-sessions tells of each session."""
        return {one["name"]: one for one in json.loads(self("list-sessions", "--json").stdout)["sessions"]}

    def entries(self) -> dict[str, Any]:
        """What is registered."""
        found: dict[str, Any] = json.loads(self.registry.read_text())["sessions"] if self.registry.exists() else {}
        return found

    def health(self, *words: str, status: int = 0) -> dict[str, Any]:
        """What pane-health tells."""
        found: dict[str, Any] = json.loads(self("pane-health", *words, status=status).stdout)
        return found

    def tmux(self, *words: str, socket: str = "") -> str:
        """Run a tmux command on the tools' usual server."""
        return self.lab.local.tmux("-S", socket or self.socket, *words)

    def shows(self, name: str) -> str:
        """What the pane of a session shows."""
        return self.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", f"={name}:")

    def ready(self, name: str) -> None:
        """Wait for a prompt of the shell."""
        until(lambda: self.shows(name).strip(), what=f"a prompt in {name}")


@pytest.fixture
def tools(lab: Lab) -> Tools:
    """The tools, where nothing is registered yet."""
    return Tools(lab)


# ---- how they are called


@every_shell
def test_every_tool_prints_its_usage_and_leaves_nothing_behind(tools: Tools, shell: Shell) -> None:
    for tool in TOOLS:
        command = [*shell.words, str(FOLDER / f"{tool}.sh"), "--help"]
        done = subprocess.run(command, capture_output=True, text=True, env=tools.environment(), timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"Usage: {tool}.sh ")
        assert "Exit codes:" in done.stdout
    assert not tools.folder.exists()


def test_a_tool_is_found_from_its_own_folder(tools: Tools) -> None:
    done = subprocess.run(
        ["sh", "list-sessions.sh"], cwd=FOLDER, capture_output=True, text=True, env=tools.environment(), timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "No sessions registered.\n")


def test_tools_find_navi_by_variable_path_or_checkout(tools: Tools) -> None:
    for name in ("navi", "navi-agents"):
        here = tools.lab.local.bin / name
        here.write_text(f'#!/bin/sh\necho "{name}: $*"\n')
        here.chmod(0o755)
    assert tools("list-sessions", NAVI="").stdout == "navi-agents: tool list-sessions --\n"
    done = tools("list-sessions", status=69, NAVI="/nowhere/navi")
    assert done.stderr == "Error: /nowhere/navi is not found; install navi, or set NAVI to its path\n"
    here.unlink()
    assert tools("list-sessions", NAVI="").stdout == "navi: tool list-sessions --\n"
    script = '. "$1/lib/registry.sh"; navi_tools=$1; navi_find; printf %s "$navi_command"'
    command = ["sh", "-c", script, "sh", str(FOLDER)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=tools.environment({"NAVI": "", "PATH": "/usr/bin:/bin"})
    )
    assert Path(done.stdout).resolve() == ROOT / "contrib" / "run"


def test_a_session_has_the_callers_path_and_virtual_environment(tools: Tools) -> None:
    own = tools.lab.local.home / "venv" / "bin"
    own.mkdir(parents=True)
    (own / "only-here").write_text('#!/bin/sh\necho "found in $VIRTUAL_ENV"\nexec cat\n')
    (own / "python3").write_text('#!/bin/sh\necho "the python of $VIRTUAL_ENV"\nexec cat\n')
    for one in own.iterdir():
        one.chmod(0o755)
    (tools.lab.local.home / ".bash_profile").write_text("PATH=/usr/bin:/bin\n")
    path = f"{own}:{tools.environment()['PATH']}"
    more = {"PATH": path, "VIRTUAL_ENV": str(own.parent), "SHELL": program("bash")}
    tools.create("shell", "--shell", **more)
    tools.create("python", "--python", **more)
    tools.tmux("send-keys", "-t", "=shell:", "only-here", "Enter")
    until(lambda: f"found in {own.parent}" in tools.shows("shell"), what="the shell finds it")
    until(lambda: f"the python of {own.parent}" in tools.shows("python"), what="its python runs")


WRONG = [
    ("create-session", [], 1, ""),
    ("create-session", ["-n"], 1, "-n requires a value"),
    ("create-session", ["-S", "/tmp/x"], 1, "Session name is required"),
    ("create-session", ["-n", "x", "--bogus"], 1, "Unknown option: --bogus"),
    ("create-session", ["-n", "a.b"], 1, "can't hold a dot"),
    ("create-session", ["-n", "a:b"], 1, "can't hold a colon"),
    ("create-session", ["-n", "b\\s"], 1, "can't hold a backslash"),
    ("create-session", ["-n", "a\nb"], 1, "control characters"),
    ("create-session", ["-n", "$x"], 1, "dollar"),
    ("list-sessions", ["--bogus"], 1, "Unknown option: --bogus"),
    ("safe-send", [], 4, "command is required"),
    ("safe-send", ["-c", "x"], 4, "No sessions found"),
    ("safe-send", ["-c", "x", "-s", "nope"], 4, "Session 'nope' not found in registry"),
    ("safe-send", ["-c", "x", "-S", "/tmp/x"], 4, "target is required"),
    ("safe-send", ["-c", "x", "-t", "x", "-S", "/tmp/x", "-L", "y"], 4, "Cannot specify both -S and -L"),
    ("safe-send", ["-c", "x", "-t", "x", "-L", "../y"], 4, "invalid socket name"),
    ("safe-send", ["-c", "x", "-s", "x", "-l", "-m"], 4, "mutually exclusive"),
    ("safe-send", ["-c", "x", "-s", "x", "-T", "soon"], 4, "timeout must be a positive number"),
    ("safe-send", ["-c", "x", "-s", "x", "-T", "-1"], 4, "timeout must be a positive number"),
    ("safe-send", ["-c", "x", "-s", "x", "-r", "0"], 4, "retries must be a positive integer"),
    ("safe-send", ["-c", "x", "-s", "x", "-i", "x"], 4, "interval must be a positive number"),
    ("safe-send", ["-s", "x", "-c"], 4, "-c requires a value"),
    ("safe-send", ["-x"], 4, "Unknown option: -x"),
    ("wait-for-text", ["-s", "x"], 1, "target and pattern are required"),
    ("wait-for-text", ["-p", "x"], 1, "No sessions found"),
    ("wait-for-text", ["-p", "x", "-s", "nope"], 1, "Session 'nope' not found in registry"),
    ("wait-for-text", ["-p", "x", "-s", "x", "-T", "soon"], 1, "timeout must be"),
    ("wait-for-text", ["-p", "x", "-s", "x", "-l", "all"], 1, "lines must be an integer"),
    ("wait-for-text", ["-p"], 1, "-p requires a value"),
    ("pane-health", [], 1, "No sessions found"),
    ("pane-health", ["-s", "nope"], 1, "Session 'nope' not found in registry"),
    ("pane-health", ["-S", "/tmp/x"], 1, "target is required"),
    ("pane-health", ["-s", "x", "--format", "xml"], 1, "format must be 'json' or 'text'"),
    ("pane-health", ["--format"], 1, "--format requires a value"),
    ("kill-session", [], 2, "No sessions found"),
    ("kill-session", ["-s", "nope"], 2, "Session 'nope' not found in registry"),
    ("kill-session", ["-S", "/tmp/x"], 3, "Both -S and -t must be specified together"),
    ("kill-session", ["-t", "x"], 3, "Both -S and -t must be specified together"),
    ("kill-session", ["-s", ""], 3, "-s requires a session name"),
    ("kill-session", ["-s"], 3, "-s requires a value"),
    ("kill-session", ["-S", "/nowhere/x", "-t", "x:0.0"], 2, "neither on /nowhere/x nor in the registry"),
    ("cleanup-sessions", ["--older-than", "soon"], 1, "Invalid duration format: soon"),
    ("cleanup-sessions", ["--older-than"], 1, "--older-than requires a value"),
    ("cleanup-sessions", ["--bogus"], 1, "Unknown option: --bogus"),
    ("find-sessions", ["-A", "-S", "/tmp/x"], 1, "Cannot combine --all with -L or -S"),
    ("find-sessions", ["-L", "x", "-S", "/tmp/x"], 1, "Use either -L or -S, not both"),
    ("find-sessions", ["-q"], 1, "-q requires a value"),
    ("find-sessions", ["-S", "/nowhere/x"], 1, "No tmux server found on socket path '/nowhere/x'"),
    ("find-sessions", ["-A"], 1, "Socket directory not found"),
]


@pytest.mark.parametrize(
    ("tool", "words", "status", "said"), WRONG, ids=[f"{one[0]} {' '.join(one[1])!r}" for one in WRONG]
)
def test_wrong_usage_is_reported_with_the_status_of_the_tool(
    tools: Tools, tool: str, words: list[str], status: int, said: str
) -> None:
    assert said in tools(tool, *words, status=status).stderr
    assert tools.entries() == {}


def test_list_and_cleanup_of_an_empty_registry(tools: Tools) -> None:
    empty = {"sessions": [], "total": 0, "alive": 0, "dead": 0}
    assert json.loads(tools("list-sessions", "--json").stdout) == empty
    assert tools("cleanup-sessions").stdout == "No sessions in registry.\n"


# ---- create-session and list-sessions


def test_create_prints_and_registers_the_session(tools: Tools) -> None:
    made = tools.create("work", "--python", "--shell", "-w", "main")
    assert list(made) == ["name", "socket", "target", "type", "pid", "window", "registered"]
    pane = tools.tmux("display-message", "-p", "-t", "=work:", "#{pane_pid} #{window_name} #{pane_current_path}").split(
        " ", 2
    )
    assert made == {
        "name": "work", "socket": tools.socket, "target": "work:0.0", "type": "shell", "pid": int(pane[0]),
        "window": "main", "registered": True,
    }  # fmt: skip
    assert pane[1:] == ["main", str(tools.lab.local.home)]
    entry = tools.entries()["work"]
    assert {key: entry[key] for key in ("socket", "target", "type", "pid")} == {
        key: made[key] for key in ("socket", "target", "type", "pid")
    }
    assert entry["created_at"] <= entry["last_active"]


def test_create_starts_bash_whatever_the_users_shell_is(tools: Tools) -> None:
    tools.create("work", SHELL=program("fish"))
    assert tools.tmux("display-message", "-p", "-t", "=work:", "#{pane_current_command}") == "bash"


def test_create_without_registering_leaves_the_registry_alone(tools: Tools) -> None:
    made = tools.create("free", "--no-register")
    assert made["registered"] is False
    assert tools.entries() == {}
    assert "already" in tools("create-session", "-n", "free", "--no-register", status=2).stderr
    assert tools.health("-S", made["socket"], "-t", made["target"])["status"] == "healthy"


def test_create_refuses_a_name_that_exists_on_any_server(tools: Tools) -> None:
    tools.create("one")
    tools("create-session", "-n", "one", status=2)
    tools("create-session", "-n", "one", "-S", str(tools.folder / "other.sock"), status=2)
    assert tools.create("on")["name"] == "on"
    tools.tmux("kill-session", "-t", "=one")
    assert tools.create("one")["registered"] is True


def test_create_creates_nothing_if_the_program_is_missing(tools: Tools) -> None:
    done = tools("create-session", "-n", "bug", "--gdb", status=3, PATH=path_without("gdb"))
    assert "gdb" in done.stderr
    assert tools.entries() == {}
    tools("find-sessions", "-S", tools.socket, status=1)


def test_tools_work_with_any_base_index(tools: Tools) -> None:
    (tools.lab.local.home / ".tmux.conf").write_text("set -g base-index 1\nsetw -g pane-base-index 1\n")
    assert tools.create("work")["target"] == "work:1.1"
    assert tools.health("-s", "work")["status"] == "healthy"
    tools.ready("work")
    tools("safe-send", "-s", "work", "-c", "echo $((6 * 7))", "-w", "^42")
    assert tools("cleanup-sessions").stdout == "No sessions to clean up.\n"


NAMES = ["a|b", 'say "x"', "don't", "-x", "ü 漢字", "a;", "*", "#{pid}`id`", "=@$%"]


def test_tools_work_with_any_name(tools: Tools) -> None:
    for name in NAMES:
        assert tools.create(name)["name"] == name
    assert {name: one["status"] for name, one in tools.listed().items()} == dict.fromkeys(NAMES, "alive")
    assert len(tools("list-sessions").stdout.splitlines()) == len(NAMES) + 4
    for name in NAMES:
        assert tools.health("-s", name)["status"] == "healthy"
        tools("kill-session", "-s", name)
    assert tools.entries() == {}


def test_list_prints_a_table_with_a_sum(tools: Tools) -> None:
    made = tools.create("a-name-that-is-far-too-long-for-it")
    tools.create("gone")
    tools.tmux("kill-session", "-t", "=gone")
    born = int(tools.tmux("display-message", "-p", "-t", "=a-name-that-is-far-too-long-for-it:", "#{session_created}"))
    lines = tools("list-sessions", NOW_EPOCH=str(born + 7300)).stdout.splitlines()
    assert lines[0].split() == ["NAME", "SOCKET", "TARGET", "STATUS", "PID", "CREATED"]
    row = f"a-name-that-is-far-t claude.sock          a-name-that-is-far-t alive      {made['pid']:<8} 2h ago"
    assert lines[2].rstrip() == row
    assert lines[3].split()[:5] == ["gone", "claude.sock", "gone:0.0", "missing", "-"]
    assert lines[4:] == ["", "Total: 2 | Alive: 1 | Dead: 1"]


def test_the_list_as_json_has_the_keys_of_the_tool(tools: Tools) -> None:
    made = tools.create("work")
    document = json.loads(tools("list-sessions", "--json").stdout)
    assert list(document) == ["sessions", "total", "alive", "dead"]
    (row,) = document["sessions"]
    entry = tools.entries()["work"]
    assert list(row.items()) == [
        ("name", "work"), ("socket", made["socket"]), ("socket_basename", "claude.sock"), ("target", "work:0.0"),
        ("type", "shell"), ("status", "alive"), ("pid", made["pid"]), ("created_at", entry["created_at"]),
        ("last_active", entry["last_active"]),
    ]  # fmt: skip


def test_twenty_sessions_created_at_once_are_all_registered(tools: Tools) -> None:
    running = [tools.start("create-session", "-n", f"n{number}") for number in range(20)]
    for one in running:
        said, complaint = one.communicate(timeout=120)
        assert one.returncode == 0, complaint
        assert json.loads(said)["registered"] is True
    assert set(tools.entries()) == {f"n{number}" for number in range(20)}


def test_one_name_can_be_created_only_once_at_the_same_time(tools: Tools) -> None:
    sockets = [str(tools.folder / f"{number}.sock") for number in range(6)]
    running = [tools.start("create-session", "-n", "one", "-S", socket) for socket in sockets]
    statuses = []
    for one in running:
        one.communicate(timeout=120)
        statuses.append(one.returncode)
    assert sorted(statuses) == [0, 2, 2, 2, 2, 2]
    winner = sockets[statuses.index(0)]
    assert tools.entries()["one"]["socket"] == winner
    assert tools("find-sessions", "-A").stdout.splitlines()[0] == f"Sessions on socket path '{winner}':"


# ---- pane-health

HEALTHY = {
    "status": "healthy", "server_running": True, "session_exists": True, "pane_exists": True, "pane_dead": False,
    "process_running": True,
}  # fmt: skip
LACKS = {"pane_dead": False, "pid": None, "process_running": False}


def test_each_health_has_its_status_json_and_sentence(tools: Tools) -> None:
    made = tools.create("work")
    tools.create("gone")
    tools.create("other", "-S", str(tools.folder / "other.sock"))
    tools.tmux("set-option", "-w", "-t", "=work:", "remain-on-exit", "on")
    assert tools.health("-s", "work") == HEALTHY | {"pid": made["pid"]}
    sentence = f"Pane work:0.0 is healthy (PID: {made['pid']}, process running)\n"
    assert tools("pane-health", "-s", "work", "--format", "text").stdout == sentence
    os.kill(made["pid"], signal.SIGKILL)
    until(lambda: tools.tmux("display-message", "-p", "-t", "=work:", "#{pane_dead}") == "1", what="a dead pane")
    dead = HEALTHY | {"status": "dead", "pane_dead": True, "pid": None, "process_running": False}
    assert tools.health("-s", "work", status=1) == dead
    said = tools("pane-health", "-s", "work", "--format", "text", status=1).stdout
    # How it ended is not always known by then.
    assert said.startswith("Pane work:0.0 is dead (marked as dead by tmux; its process ")
    tools.tmux("kill-session", "-t", "=gone")
    missing = HEALTHY | LACKS | {"status": "missing", "session_exists": False, "pane_exists": False}
    assert tools.health("-s", "gone", status=2) == missing
    assert (
        tools("pane-health", "-s", "gone", "--format", "text", status=2).stdout
        == "Session does not exist (target: gone:0.0)\n"
    )
    tools.tmux("kill-server", socket=str(tools.folder / "other.sock"))
    down = missing | {"status": "server_not_running", "server_running": False}
    assert tools.health("-s", "other", status=4) == down
    said = tools("pane-health", "-s", "other", "--format", "text", status=4).stdout
    assert said == f"tmux server is not running on socket: {tools.folder}/other.sock\n"
    statuses = {name: one["status"] for name, one in tools.listed().items()}
    assert statuses == {"work": "dead", "gone": "missing", "other": "server"}


TARGETS = {
    "work": 0,
    "work:0.0": 0,
    "work:": 0,
    "=work:0.0": 0,
    "%0": 0,
    "work:0.1": 2,
    "work:7": 2,
    "wor": 2,
    "w*:0.0": 2,
    "%99": 2,
}


def test_health_of_a_target_is_that_of_its_pane(tools: Tools) -> None:
    tools.create("work")
    for target, status in TARGETS.items():
        assert (target, tools.health("-S", tools.socket, "-t", target, status=status)["server_running"]) == (
            target,
            True,
        )


def test_health_of_two_panes_is_that_of_the_registered_one(tools: Tools) -> None:
    tools.create("work")
    tools.tmux("set-option", "-w", "-t", "=work:", "remain-on-exit", "on")
    tools.tmux("split-window", "-t", "=work:", "true")
    until(lambda: tools.tmux("display-message", "-p", "-t", "=work:0.1", "#{pane_dead}") == "1", what="a dead pane")
    assert tools.health("-S", tools.socket, "-t", "work:0.0")["status"] == "healthy"
    assert tools.health("-S", tools.socket, "-t", "work:0.1", status=1)["status"] == "dead"
    assert tools.health("-s", "work")["status"] == "healthy"


def test_a_name_is_no_prefix_of_another_name(tools: Tools) -> None:
    tools.create("foo")
    tools.create("foo-bar")
    tools.tmux("kill-session", "-t", "=foo")
    tools.health("-s", "foo", status=2)
    tools("safe-send", "-s", "foo", "-c", "exit", status=3)
    tools("kill-session", "-s", "foo", status=1)
    assert tools.health("-s", "foo-bar")["status"] == "healthy"
    assert set(tools.entries()) == {"foo-bar"}


def test_a_new_session_of_the_same_name_is_not_the_registered_one(tools: Tools) -> None:
    tools.create("keep")
    tools.create("work")
    tools.tmux("kill-session", "-t", "=work")
    tools.tmux("new-session", "-d", "-s", "work")
    assert tools.health("-s", "work", status=2)["session_exists"] is False
    tools("safe-send", "-s", "work", "-c", "exit", status=3)
    tools("kill-session", "-s", "work", status=1)
    assert set(tools.entries()) == {"keep"}
    assert "work" in tools.tmux("list-sessions", "-F", "#{session_name}").split()


def test_the_only_session_need_not_be_named(tools: Tools) -> None:
    tools.create("one")
    assert tools.health()["status"] == "healthy"
    tools.ready("one")
    tools("safe-send", "-c", "echo $((6 * 7))", "-w", "^42")
    tools("wait-for-text", "-p", "^42")
    tools.create("two")
    for tool, words, status in (
        ("pane-health", [], 1),
        ("safe-send", ["-c", "x"], 4),
        ("wait-for-text", ["-p", "x"], 1),
        ("kill-session", [], 2),
    ):
        assert "Error: Multiple sessions found (2 total)\n" in tools(tool, *words, status=status).stderr


def test_sessions_of_a_hanging_server_are_unknown_and_stay_registered(tools: Tools) -> None:
    tools.create("work")
    with tools.lab.local.hung_server("-S", tools.socket), ThreadPoolExecutor() as pool:
        health = pool.submit(tools.health, "-s", "work", status=75)
        listed = pool.submit(tools.listed)
        table = pool.submit(tools, "list-sessions")
        cleaned = pool.submit(tools, "cleanup-sessions", "--all", status=1)
        sent = pool.submit(tools, "safe-send", "-s", "work", "-c", "x", status=3)
        killed = pool.submit(tools, "kill-session", "-s", "work", status=2)
        assert health.result()["status"] == "unknown"
        assert health.result()["server_running"] is None
        assert listed.result()["work"]["status"] == "unknown"
        assert table.result().stdout.endswith("Total: 1 | Alive: 0 | Dead: 0 | Unknown: 1\n")
        assert cleaned.result().stdout == ""
        assert "work stays" in cleaned.result().stderr
        assert "does not answer" in sent.result().stderr
        assert ("does not answer" in killed.result().stderr, killed.result().stdout) == (True, "")
    assert set(tools.entries()) == {"work"}
    assert tools.health("-s", "work")["status"] == "healthy"


def test_a_server_without_an_answer_is_not_reported_as_down(tools: Tools) -> None:
    socket = f"{tools.folder}/{'long' * 30}.sock"
    lib(tools, SHELLS[0], f"registry_add_session far {socket} far:0.0")
    assert tools.health("-s", "far", status=75)["server_running"] is None
    assert tools.listed()["far"]["status"] == "unknown"
    document = json.loads(tools("list-sessions", "--json").stdout)
    assert (document["alive"], document["dead"]) == (0, 0)
    assert "far stays" in tools("cleanup-sessions", status=1).stderr
    assert set(tools.entries()) == {"far"}


# ---- safe-send

TEXTS = [
    "-n x", "-l foo", "-R", "--", "-", "echo hi;", ";", "a \\;", "Up", "Tab", "Enter", "F1", "0x41", "Home",
    "'\"`$(id)", "é 漢 🙂", "#{pid}", " x ",
]  # fmt: skip


def test_send_types_texts_literally(tools: Tools) -> None:
    tools.create("work")
    tools.ready("work")
    tools("safe-send", "-s", "work", "-c", "clear; cat >got")
    for text in TEXTS:
        tools("safe-send", "-s", "work", "-c", text)
    tools("safe-send", "-s", "work", "-l", "-c", "half a ")
    tools("safe-send", "-s", "work", "-l", "-c", "line;")
    tools("safe-send", "-s", "work", "-c", "")
    tools("safe-send", "-s", "work", "-m", "-c", "one\n two\n")
    file = tools.lab.local.home / "got"
    wanted = [*TEXTS, "half a line;", "one", " two", ""]
    until(lambda: file.read_text().split("\n")[:-1] == wanted, what="all of it")


def test_send_presses_control_keys(tools: Tools) -> None:
    tools.create("work")
    tools.ready("work")
    tools("safe-send", "-s", "work", "-c", "sleep 1000; echo interrupted $?")
    tools("safe-send", "-s", "work", "-c", "C-c", "-w", r"\^C")
    tools("safe-send", "-s", "work", "-c", "echo $((6 * 7))", "-w", "^42")


def test_send_ignores_an_old_prompt_and_the_echo_while_it_waits(tools: Tools) -> None:
    tools.create("py", "--python")
    tools("wait-for-text", "-s", "py", "-p", "^>>>")
    tools("safe-send", "-s", "py", "-c", "import time; time.sleep(1000)", "-w", ">>>", "-T", "0.5", status=2)
    tools("safe-send", "-s", "py", "-c", "C-c", "-w", "^>>> ")
    done = tools("safe-send", "-s", "py", "-c", 'print("FI" + "N")', "-w", "FIN", "-v")
    assert "FIN" in done.stderr
    done = tools("safe-send", "-s", "py", "-c", "NEVER = 1", "-w", "NEVER", "-T", "0.5", status=2)
    assert "Timeout waiting for pattern 'NEVER'" in done.stderr


def test_send_refuses_an_invalid_pattern_before_it_types(tools: Tools) -> None:
    tools.create("work")
    tools("safe-send", "-s", "work", "-c", "echo sent", "-w", "(", status=4)
    tools("wait-for-text", "-s", "work", "-p", "(", status=1)
    tools.ready("work")
    assert "sent" not in tools.shows("work")


def test_send_reports_a_pane_that_takes_no_input(tools: Tools) -> None:
    made = tools.create("work")
    tools.ready("work")
    tools.tmux("copy-mode", "-t", "=work:")
    assert "copy mode" in tools("safe-send", "-s", "work", "-c", "x", status=3).stderr
    tools.tmux("send-keys", "-t", "=work:", "-X", "cancel")
    tools.tmux("select-pane", "-d", "-t", "=work:")
    assert "no input" in tools("safe-send", "-s", "work", "-c", "x", status=3).stderr
    tools.tmux("set-option", "-w", "-t", "=work:", "remain-on-exit", "on")
    os.kill(made["pid"], signal.SIGKILL)
    until(lambda: tools.tmux("display-message", "-p", "-t", "=work:", "#{pane_dead}") == "1", what="a dead pane")
    assert "dead" in tools("safe-send", "-s", "work", "-c", "x", status=3).stderr
    assert "died" in tools("wait-for-text", "-s", "work", "-p", "never", "-T", "60", status=1).stderr


def test_tools_take_servers_and_panes(tools: Tools) -> None:
    tools.lab.local.new_session("own")
    tools.lab.local.tmux("-L", "named", "new-session", "-d", "-s", "free")
    default, named = ["-t", "own:0.0"], ["-L", "named", "-t", "free:0.0"]
    for where in (default, named):
        tools("safe-send", *where, "-c", "echo $((6 * 7))", "-w", "^42")
    tools("wait-for-text", *default, "-p", "^42$")
    assert tools.health(*default)["status"] == "healthy"
    tools("safe-send", "-t", "gone:0.0", "-c", "x", status=1)
    tools("safe-send", "-S", tools.socket, "-t", "gone:0.0", "-c", "x", status=3)
    made = tools.create("work")
    done = tools("pane-health", "-s", "work", "-t", "own:0.0")
    assert json.loads(done.stdout)["pid"] == made["pid"]
    assert "-s counts" in done.stderr


# ---- wait-for-text


def test_wait_finds_text_or_shows_the_screen(tools: Tools) -> None:
    tools.create("work")
    tools.ready("work")
    tools("safe-send", "-s", "work", "-c", "seq 1 200; echo 'a(b'")
    for words in (["-p", "^a.b$"], ["-F", "-p", "a(b"], ["-p", "^7$"], ["-p", "^-?200"]):
        done = tools("wait-for-text", "-s", "work", *words, "-T", "10")
        assert (done.stdout, done.stderr) == ("", "")
    done = tools("wait-for-text", "-s", "work", "-p", "^7$", "-l", "0", "-T", "0.2", status=1)
    assert done.stderr.startswith("Timed out after 0.2s waiting for pattern: ^7$\nLast 0 lines from work:\n")
    assert "\n199\n" in done.stderr


def test_use_of_a_registered_name_updates_its_time(tools: Tools) -> None:
    tools.create("work")
    tools.ready("work")
    for tool, words in {"pane-health": [], "wait-for-text": ["-p", "."], "safe-send": ["-c", ""]}.items():
        document = json.loads(tools.registry.read_text())
        document["sessions"]["work"]["last_active"] = "2020-01-01T00:00:00Z"
        tools.registry.write_text(json.dumps(document))
        tools(tool, "-S", tools.socket, "-t", "work", *words)
        assert tools.entries()["work"]["last_active"].startswith("2020")
        tools(tool, "-s", "work", *words)
        assert not tools.entries()["work"]["last_active"].startswith("2020"), tool


# ---- kill-session, cleanup-sessions, find-sessions


def test_kill_removes_session_and_entry(tools: Tools) -> None:
    tools.create("keep")
    tools.create("work")
    said = tools("kill-session", "-s", "work", "--dry-run").stdout
    assert said.splitlines()[1:] == [
        f'  1. Kill tmux session: tmux -S "{tools.socket}" kill-session -t "work"', "  2. Remove from registry: work"
    ]  # fmt: skip
    assert set(tools.entries()) == {"keep", "work"}
    assert tools("kill-session", "-s", "work").stdout.endswith("Session 'work' fully removed\n")
    assert set(tools.entries()) == {"keep"}
    tools.tmux("kill-session", "-t", "=keep")
    assert "Tmux session has ended already" in tools("kill-session", "-s", "keep", "--dry-run").stdout
    assert "Partial removal" in tools("kill-session", "-s", "keep", status=1).stderr
    assert tools.entries() == {}


def test_kill_by_target_leaves_the_same_name_of_another_server_registered(tools: Tools) -> None:
    tools.create("work")
    other = str(tools.folder / "other.sock")
    tools.create("work", "-S", other, "--no-register")
    pane = tools.tmux("display-message", "-p", "-t", "=work:", "#{pane_id}", socket=other)
    tools("kill-session", "-S", other, "-t", pane)
    assert tools.health("-s", "work")["status"] == "healthy"
    tools("kill-session", "-S", other, "-t", "work:0.0", status=2)
    said = tools("kill-session", "-S", tools.socket, "-t", "work:7.7", "--dry-run").stdout
    assert "Kill tmux session: tmux" in said, "only the pane is not there"
    tools("kill-session", "-S", tools.socket, "-t", "work:0.0")
    assert tools.entries() == {}


def test_cleanup_removes_only_dead_sessions(tools: Tools) -> None:
    for name in ("a", "b", "c"):
        tools.create(name)
    assert tools("cleanup-sessions").stdout == "No sessions to clean up.\n"
    tools.tmux("kill-session", "-t", "=b")
    rows = "  - b (dead/missing/zombie)\n"
    assert tools("cleanup-sessions", "--dry-run").stdout == f"Dry-run mode: Would remove 1 session(s):\n{rows}"
    assert tools("cleanup-sessions").stdout == f"Removing 1 session(s):\n{rows}Removed 1 session(s) successfully.\n"
    assert set(tools.entries()) == {"a", "c"}


def test_cleanup_of_a_living_session_kills_it_and_frees_its_name(tools: Tools) -> None:
    tools.create("old")
    tools.create("new")
    document = json.loads(tools.registry.read_text())
    document["sessions"]["old"] |= {"created_at": "2020-01-01T00:00:00Z", "last_active": "2020-01-01T00:00:00Z"}
    document["sessions"]["new"] |= {"created_at": "2020-01-01T00:00:00Z"}
    tools.registry.write_text(json.dumps(document))
    assert "  - old (older than 08h)\n" in tools("cleanup-sessions", "--older-than", "08h").stdout
    assert set(tools.entries()) == {"new"}
    tools.create("old")
    said = tools("cleanup-sessions", "--all").stdout
    removed = "  - new (all sessions mode)\n  - old (all sessions mode)\n"
    assert said == f"Removing 2 session(s):\n{removed}Removed 2 session(s) successfully.\n"
    tools("find-sessions", "-S", tools.socket, status=1)
    tools.create("new")


def test_find_lists_matching_sessions_of_any_server(tools: Tools) -> None:
    tools.create("api-one")
    tools.create("web")
    other = str(tools.folder / "other.sock")
    tools.create("API-two", "-S", other, "--no-register")
    tools.lab.local.tmux("-L", "named", "new-session", "-d", "-s", "free")
    (tools.folder / "no socket").touch()
    born = time.ctime(int(tools.tmux("display-message", "-p", "-t", "=web:", "#{session_created}")))
    assert tools("find-sessions", "-S", tools.socket, "-q", "WEB").stdout == (
        f"Sessions on socket path '{tools.socket}':\n  - web (detached, started {born})\n"
    )
    names = [
        line.split()[1] for line in tools("find-sessions", "-A", "-q", "^api").stdout.splitlines() if "  - " in line
    ]
    assert names == ["api-one", "API-two"]
    assert "- free (detached" in tools("find-sessions", "-L", "named").stdout
    assert tools("find-sessions", "-L", "named", "-q", "x(").stdout == "No sessions found on socket name 'named'\n"
    assert "No tmux server found on default socket\n" in tools("find-sessions", status=1).stderr


# ---- a registry that is not as it should be


ENTRY = '{"socket":"/nowhere/s","target":"x:0.0","type":"shell","created_at":"2020-01-01T00:00:00Z"}'
BROKEN = {
    "no JSON": "{oh no",
    "empty": "",
    "null": "null",
    "another version": f'{{"sessions":{{"x":{ENTRY}}},"version":"2.0"}}',
    "no object": '{"sessions":[],"version":"1.0"}',
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_damaged_registry_is_reported_and_never_emptied(tools: Tools, kind: str) -> None:
    tools.folder.mkdir()
    tools.registry.write_text(BROKEN[kind])
    for tool, words, status in (
        ("list-sessions", [], 1),
        ("cleanup-sessions", ["--all"], 1),
        ("safe-send", ["-c", "x"], 1),
    ):
        assert "the registry is damaged" in tools(tool, *words, status=status).stderr
    for function in ("session_exists x", "get_socket x", "cleanup_dead", "validate"):
        said = lib(tools, SHELLS[0], f"registry_{function} 2>&1; echo $?")
        assert "the registry is damaged" in said, function
        assert said.endswith("\n2\n"), function
    assert tools.registry.read_text() == BROKEN[kind]
    made = tools.create("work")
    kept = {path.read_text() for path in tools.folder.glob(".sessions.json*")}
    assert BROKEN[kind] in kept or not BROKEN[kind]
    assert made["registered"] is (kind != "another version")


def test_an_invalid_entry_does_not_hide_others(tools: Tools) -> None:
    tools.folder.mkdir()
    tools.registry.write_text(f'{{"sessions":{{"odd":[1],"x":{ENTRY},"y":{{}}}},"version":"1.0","more":7}}')
    done = tools("list-sessions", "--json")
    assert [one["name"] for one in json.loads(done.stdout)["sessions"]] == ["x", "y"]
    assert "odd" in done.stderr
    tools("pane-health", "-s", "x", status=4)
    tools.create("work")
    assert json.loads(tools.registry.read_text())["more"] == 7
    tools("cleanup-sessions")
    assert set(tools.entries()) == {"odd", "work"}


def test_entries_of_the_other_tools_are_understood(tools: Tools) -> None:
    """They have neither ids nor, where it was not known, a process."""
    tools.folder.mkdir()
    tools.tmux("new-session", "-d", "-s", "theirs")
    entry = {"socket": tools.socket, "target": "theirs:0.0", "type": "shell", "created_at": "2020-01-01T00:00:00Z"}
    tools.registry.write_text(json.dumps({"sessions": {"theirs": entry}, "version": "1.0"}))
    assert tools.listed()["theirs"]["status"] == "alive"
    assert tools.health("-s", "theirs")["status"] == "healthy"
    tools("kill-session", "-s", "theirs")
    assert tools.entries() == {}


@contextmanager
def locked(tools: Tools) -> Iterator[None]:
    """Somebody else has the lock of the registry meanwhile."""
    with open(tools.folder / ".sessions.lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_a_locked_registry_stops_only_changes_of_it(tools: Tools) -> None:
    tools.create("work")
    tools.ready("work")
    used = tools.entries()["work"]
    with locked(tools):
        tools("safe-send", "-s", "work", "-c", "echo $((6 * 7))", "-w", "^42")
        assert tools.health("-s", "work")["status"] == "healthy"
        done = tools("create-session", "-n", "free", LOCK_TIMEOUT="1")
        assert json.loads(done.stdout)["registered"] is False
        assert "failed to register" in done.stderr
        assert "locked" in tools("cleanup-sessions", "--all", status=1, LOCK_TIMEOUT="1").stderr
    assert tools.entries() == {"work": used}


# ---- whose folder, whose sockets


def test_the_second_user_of_a_machine_has_a_folder_of_tools(tools: Tools) -> None:
    usual = tools.lab.local.folder / "tmp" / "claude-tmux-sockets"
    usual.mkdir()
    (usual / ".sessions.json").write_text(f'{{"sessions":{{"trap":{ENTRY}}},"version":"1.0"}}')
    give_away(usual)
    own = {"CLAUDE_TMUX_SOCKET_DIR": ""}
    made = tools.create("work", CLAUDE_TMUX_SOCKET_DIR="")
    private = f"{usual}-{os.getuid()}"
    assert (made["socket"], made["registered"]) == (f"{private}/claude.sock", True)
    (listed,) = json.loads(tools("list-sessions", "--json", CLAUDE_TMUX_SOCKET_DIR="").stdout)["sessions"]
    assert listed["name"] == "work"
    tools("safe-send", "-c", "echo $((6 * 7))", "-w", "^42", CLAUDE_TMUX_SOCKET_DIR="")
    tools("pane-health", "-s", "work", CLAUDE_TMUX_SOCKET_DIR="")
    assert "work" in tools("find-sessions", "-A", CLAUDE_TMUX_SOCKET_DIR="").stdout
    assert lib(tools, SHELLS[0], 'echo "$REGISTRY_FILE"', own) == f"{private}/.sessions.json\n"
    tools("kill-session", "-s", "work", CLAUDE_TMUX_SOCKET_DIR="")
    usual.unlink() if usual.is_symlink() else shutil.rmtree(usual)
    tools.create("work", CLAUDE_TMUX_SOCKET_DIR="")
    assert [path.name for path in usual.parent.iterdir()] == [f"{usual.name}-{os.getuid()}"], "it stays the user's"


PLACES = ("nothing", "own", "link", "file", "private", "own and private", "link and private")


@every_shell
@pytest.mark.parametrize("place", PLACES)
def test_tools_library_and_scripts_find_the_same_folder(tools: Tools, shell: Shell, place: str) -> None:
    usual = tools.lab.local.folder / "tmp" / "claude-tmux-sockets"
    make = {
        "own": usual.mkdir, "link": lambda: usual.symlink_to("."), "file": usual.touch,
        "private": usual.with_name(f"{usual.name}-{os.getuid()}").mkdir,
    }  # fmt: skip
    for word in place.split(" and "):
        make.get(word, lambda: None)()
    own = {"CLAUDE_TMUX_SOCKET_DIR": ""}
    environment = tools.environment(own)
    asked = run(tools.lab.local, shell, servers([]), {"CLAUDE_TMUX_SOCKET_DIR": ""})
    wanted = usual if place in ("nothing", "own") else usual.with_name(f"{usual.name}-{os.getuid()}")
    found = {asked.folder, sockets_folder(environment), lib(tools, shell, 'printf %s "$CLAUDE_TMUX_SOCKET_DIR"', own)}
    assert found == {str(wanted)}


def test_a_folder_that_is_not_ones_own_is_refused_by_every_tool(tools: Tools) -> None:
    theirs = tools.lab.folder / "theirs"
    theirs.mkdir()
    (theirs / ".sessions.json").write_text(f'{{"sessions":{{"trap":{ENTRY}}},"version":"1.0"}}')
    give_away(theirs)
    own = {"CLAUDE_TMUX_SOCKET_DIR": str(theirs)}
    words = "set CLAUDE_TMUX_SOCKET_DIR to a folder of your own"
    for tool, more, status in (
        ("list-sessions", [], 1), ("cleanup-sessions", ["--all"], 1), ("kill-session", ["-s", "trap"], 2),
        ("safe-send", ["-s", "trap", "-c", "x"], 3), ("pane-health", ["-s", "trap"], 75), ("find-sessions", ["-A"], 1),
        ("wait-for-text", ["-s", "trap", "-p", "x"], 1), ("create-session", ["-n", "x"], 3),
    ):  # fmt: skip
        assert words in tools(tool, *more, status=status, CLAUDE_TMUX_SOCKET_DIR=str(theirs)).stderr, tool
    said = lib(tools, SHELLS[0], "registry_lock 2>&1; echo $?; registry_session_exists trap 2>&1; echo $?", own)
    assert "is not a folder of yours" in said
    assert [word for word in said.split() if word.isdigit()] == ["2", "2"]
    assert [path.name for path in theirs.iterdir()] == [".sessions.json"]


# ---- the library


def lib(tools: Tools, shell: Shell, script: str, more: Mapping[str, str] | None = None) -> str:
    """Run a script that has sourced the libraries; return what it printed."""
    before = f"navi_tools={shlex.quote(str(FOLDER))}; . $navi_tools/lib/registry.sh; . $navi_tools/lib/time_utils.sh\n"
    done = subprocess.run(
        [*shell.words, "-c", before + script], capture_output=True, text=True, timeout=60, env=tools.environment(more)
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@every_shell
def test_functions_of_the_library(tools: Tools, shell: Shell) -> None:
    said = lib(
        tools, shell,
        """
        registry_session_exists one || echo none
        registry_list_sessions
        registry_add_session one /tmp/a.sock one:0.0 || echo failed
        registry_add_session 'a "b" \\c' '/tmp/b sock' 'x:1.1' python-repl 42 || echo failed
        registry_session_exists one && registry_get_socket one && registry_get_target 'a "b" \\c'
        registry_get_session one | grep -c '"type": "shell"'
        registry_remove_session one; echo $?
        registry_remove_session one; echo $?
        registry_get_session one; echo $?
        registry_add_session one; echo $?
        registry_update_activity one; echo $?
        registry_validate; echo $?
        registry_cleanup_dead --dry-run; registry_cleanup_dead
        """,
    )  # fmt: skip
    wanted = [
        "none",
        '{"sessions":{},"version":"1.0"}',
        "/tmp/a.sock",
        "x:1.1",
        "1",
        "0",
        "1",
        "1",
        "2",
        "1",
        "0",
        "1",
        "1",
    ]
    assert said.splitlines() == wanted
    assert tools.entries() == {}


def test_adding_an_entry_again_keeps_its_creation_time_only(tools: Tools) -> None:
    tools.create("work")
    before = tools.entries()["work"]
    lib(tools, SHELLS[0], f"registry_add_session work {shlex.quote(tools.socket)} work:0.5 shell")
    after = tools.entries()["work"]
    assert set(after) == {"socket", "target", "type", "created_at", "last_active"}
    assert after["created_at"] == before["created_at"]
    assert after["target"] == "work:0.5"


def test_bash_finds_the_tools_without_exported_variables(tools: Tools) -> None:
    script = f"""
        CLAUDE_TMUX_SOCKET_DIR={tools.folder}
        source {shlex.quote(str(FOLDER))}/lib/registry.sh
        registry_add_session one /tmp/a.sock one:0.0
        echo "$REGISTRY_FILE"; cd "$navi_tools" && pwd
    """
    environment = tools.environment({"CLAUDE_TMUX_SOCKET_DIR": ""})
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.splitlines() == [str(tools.registry), str(FOLDER)], done.stderr
    assert set(tools.entries()) == {"one"}


@every_shell
@pytest.mark.parametrize("without", [(), ("flock",)], ids=["file", "folder"])
def test_the_lock_of_the_library_excludes_others_until_it_is_released(
    tools: Tools, shell: Shell, without: tuple[str, ...]
) -> None:
    path = {"PATH": path_without(*without)} if without else {}
    other = f"LOCK_TIMEOUT=1 {shlex.quote(str(tools.navi))} tool registry -- add_session two /s two:0.0"
    said = lib(
        tools, shell,
        f"""
        registry_lock && registry_init
        {other} 2>/dev/null 9>&-; echo $?
        (LOCK_TIMEOUT=0; registry_lock 2>/dev/null; echo $?)
        registry_unlock
        {other}; echo $?
        registry_lock && registry_add_session one /s one:0.0; echo $?
        """,
        path,
    )  # fmt: skip
    assert said.split() == ["75", "75", "0", "0"]
    assert set(tools.entries()) == {"one", "two"}


NOW = 1763932602
AGES = {
    "2025-11-23T21:16:42Z": "0s ago",
    "2025-11-23T21:16:42+0000": "0s ago",
    "2025-11-23T21:15:50Z": "52s ago",
    "2025-11-23T21:08:09Z": "8m ago",
    "2025-11-23T09:08:08Z": "12h ago",
    "2024-02-29T00:00:00Z": "633d ago",
    "1970-01-01T00:00:00Z": "20415d ago",
    "2025-11-23T21:30:02Z": "0s ago",
    "yesterday": "unknown",
    "": "unknown",
}


@every_shell
def test_ages_have_one_unit(tools: Tools, shell: Shell) -> None:
    script = "\n".join(f"time_ago {shlex.quote(text)}" for text in AGES)
    assert lib(tools, shell, script, {"NOW_EPOCH": str(NOW)}).splitlines() == list(AGES.values())


# ---- together with the other tools

ADDER = """
import fcntl, json, os, sys
folder, who, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
registry = os.path.join(folder, ".sessions.json")
for number in range(count):
    with open(os.path.join(folder, ".sessions.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(registry) as file:
            document = json.load(file)
        document["sessions"][f"{who}{number}"] = {"socket": "/s", "target": "x:0.0", "odd": [who]}
        with open(f"{registry}.{who}", "w") as file:
            json.dump(document, file)
        os.rename(f"{registry}.{who}", registry)
"""
"""A writer as the tools have it, with flock(2)."""

SHELL_ADDER = """
number=0
while [ $number -lt "$3" ]; do
    if [ -z "$4" ]; then
        exec 9>"$1/.sessions.lock"
        flock -w 60 9
    else
        until mkdir "$1/.sessions.lock" 2>/dev/null; do sleep 0.02; done
        echo "$$ host 2025-11-23T21:16:42Z" >"$1/.sessions.lock/owner"
    fi
    "$5" -c 'import json, sys
document = json.load(open(sys.argv[1]))
document["sessions"][sys.argv[2]] = {"socket": "/s", "target": "x:0.0"}
json.dump(document, open(sys.argv[3], "w"))' "$1/.sessions.json" "$2$number" "$1/.sessions.$2"
    mv "$1/.sessions.$2" "$1/.sessions.json"
    if [ -z "$4" ]; then exec 9>&-; else rm -rf "$1/.sessions.lock"; fi
    number=$((number + 1))
done
"""
"""The same with flock(1), or with a folder where there is none."""


@pytest.mark.parametrize("style", ["file", "folder"])
def test_navi_and_other_tools_can_write_the_registry_at_the_same_time(tools: Tools, style: str) -> None:
    count = 15
    lib(tools, SHELLS[0], "registry_init")
    more: Mapping[str, str] = {"PATH": path_without("flock")} if style == "folder" else {}
    environment = tools.environment(more)
    folder = str(tools.folder)
    shell_words = ["sh", "-c", SHELL_ADDER, "sh", folder, "sh", str(count), style.removeprefix("file"), sys.executable]
    functions = "\n".join(f"registry_add_session lib{number} /s x:0.0" for number in range(count))
    commands = [shell_words, ["sh", "-c", f". {shlex.quote(str(FOLDER))}/lib/registry.sh\n{functions}"]]
    if style == "file":
        commands.append([sys.executable, "-c", ADDER, folder, "py", str(count)])
    running = [subprocess.Popen(words, env=environment) for words in commands]
    creating = [tools.start("create-session", "-n", f"new{number}", **more) for number in range(4)]
    for one in creating:
        one.communicate(timeout=120)
        assert one.returncode == 0
    assert [one.wait(timeout=120) for one in running] == [0] * len(commands)
    whose = ("sh", "lib") if style == "folder" else ("sh", "lib", "py")
    wanted = {f"{who}{number}" for who in whose for number in range(count)} | {f"new{number}" for number in range(4)}
    assert set(tools.entries()) == wanted
    if style == "file":
        assert tools.entries()["py0"]["odd"] == ["py"]
