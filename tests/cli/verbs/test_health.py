"""The verb health: each condition with its exit status, targets as tmux takes them, servers that do not answer."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any

from tests.support.machines import Lab
from tests.support.verbs import HERE_AND_THERE, account, navi
from tests.support.waiting import until

HEALTH_KEYS = [
    "address", "status", "reason", "server_running", "session_exists", "pane_exists", "pane_dead", "pid",
    "process_running", "exit_status", "exit_signal",
]  # fmt: skip


def health(lab: Lab, *words: str, status: int = 0) -> Any:
    """Return what navi health prints."""
    return json.loads(navi(lab, "health", "--json", *words, status=status).stdout)


@HERE_AND_THERE
def test_each_health_has_its_exit_status(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    at = f"{prefix}api"
    assert health(lab, at, status=4)["status"] == "server_not_running"
    there.new_session("other", "exec sleep 1000")
    found = health(lab, at, status=2)
    assert (found["status"], found["server_running"], found["session_exists"]) == ("missing", True, False)
    navi(lab, "new", "api", *host, "--command", "sleep 1000", "--keep")
    found = health(lab, at)
    assert list(found) == HEALTH_KEYS
    assert (found["address"], found["status"], found["process_running"], found["pane_dead"]) == (
        at,
        "healthy",
        True,
        False,
    )
    os.kill(found["pid"], signal.SIGKILL)
    until(lambda: there.tmux("display-message", "-p", "-t", "=api:", "#{pane_dead}") == "1", what="it is dead")
    found = health(lab, at, status=1)
    assert (found["status"], found["pane_exists"], found["exit_signal"], found["pid"]) == ("dead", True, "9", None)
    assert navi(lab, "health", at, status=1).stdout == f"{at}  dead: its process was ended by signal 9\n"
    assert len(health(lab, at, f"{prefix}other", status=1)) == 2
    there.tmux("kill-session", "-t", "=api")
    assert health(lab, at, status=2)["reason"] == "tmux has no such session"
    there.new_session("api", "exec sleep 1000")
    assert health(lab, at)["status"] == "healthy", "a name is what has it now"


TARGETS = ("api", "api:", "=api:0.1", "api:0.1", "api:0", "%{}", "${}:0.0")


def test_a_target_is_understood_as_by_tmux(lab: Lab) -> None:
    there = lab.local
    there.new_session("api", "exec sleep 1000")
    there.tmux("split-window", "-t", "=api:", "exec sleep 1000")
    path = there.tmux("display-message", "-p", "#{socket_path}")
    for target in TARGETS:
        assert health(lab, "-t", target.format(0))["status"] == "healthy", target
        assert health(lab, "-S", path, "-t", target.format(0))["status"] == "healthy", target
    for target in ("api:0.7", "ap", "%99", "$99:0", "api:7"):
        assert health(lab, "-t", target, status=2)["status"] == "missing", target
    assert health(lab, "-S", f"{lab.folder}/none", "-t", "api:0.0", status=4)["status"] == "server_not_running"
    assert "either ADDR or -t" in navi(lab, "health", "api", "-t", "api", status=64).stderr


def test_a_server_is_found_by_its_socket(lab: Lab) -> None:
    path = f"{lab.folder}/a,b {{c.sock"
    navi(lab, "new", "api", "-c", "~", "-S", path)
    assert health(lab, "api")["status"] == "healthy"
    assert '"socket": "' + path in navi(lab, "ls", "--json").stdout
    assert navi(lab, "cleanup").stdout == "nothing to remove\n"
    lab.local.tmux("-L", "work", "new-session", "-d", "-s", "elsewhere", "exec sleep 1000")
    assert health(lab, "elsewhere")["status"] == "healthy"


@HERE_AND_THERE
def test_sessions_of_a_hanging_server_are_unknown_and_stay(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    navi(lab, "new", "api", *host)
    with there.hung_server():
        found = health(lab, f"{prefix}api", status=75)
        assert {key: found[key] for key in ("status", "server_running", "session_exists", "pane_exists", "pid")} == {
            "status": None, "server_running": None, "session_exists": None, "pane_exists": None, "pid": None,
        }  # fmt: skip
        document = json.loads(navi(lab, "ls", "--json", *host, status=75).stdout)
        assert [one["health"] for one in document["sessions"] if one["name"] == "api"] == [None]
        assert document["hosts"][0]["error"] is not None
        assert navi(lab, "cleanup", *host, "--all", status=75).stdout == ""
    assert health(lab, f"{prefix}api")["status"] == "healthy"


def test_sessions_of_a_socket_without_an_answer_are_unknown(lab: Lab) -> None:
    path = f"{lab.folder}/deaf.sock"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(path)
        deaf.listen()
        assert health(lab, "-S", path, "-t", "api", status=75)["status"] is None


def test_forty_health_checks_at_once(lab: Lab) -> None:
    navi(lab, "new", "api")
    words = [sys.executable, "-m", "navi", "health", "api"]
    asked = [
        subprocess.Popen(words, env=lab.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(40)
    ]
    said = {(one.communicate(timeout=60)[0].split(b" ")[2], one.returncode) for one in asked}
    assert said == {(b"healthy:", 0)}
