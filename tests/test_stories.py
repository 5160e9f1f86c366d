"""The nine stories of a session's life, each on this machine and on a remote."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.machines import Account, Lab, Machine
from tests.support.processes import read
from tests.support.verbs import HERE_AND_THERE, account, living, navi
from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class Story:
    """The place of a story: `host` holds the options of verbs that take no address."""

    lab: Lab
    there: Account
    prefix: str
    host: tuple[str, ...]

    def navi(self, *words: str, status: int = 0) -> str:
        """Run navi; return its output."""
        return navi(self.lab, *words, status=status).stdout

    def complaint(self, *words: str, status: int) -> str:
        """Run navi; return its error output."""
        return navi(self.lab, *words, status=status).stderr

    def new(self, name: str, *words: str) -> dict[str, Any]:
        """Create a session."""
        return dict(json.loads(self.navi("new", name, *self.host, *words, "--json")))

    def at(self, name: str) -> str:
        """Return the address of a session."""
        return f"{self.prefix}{name}"

    def send(self, name: str, text: str, pattern: str) -> str:
        """Type a text, wait for an answer, and return the matching line."""
        return self.navi("send", self.at(name), text, "--wait", pattern, "--timeout", "30").removesuffix("\n")

    def health(self, name: str) -> dict[str, Any]:
        """Return the health of a session; check that the exit status agrees."""
        for status in range(5):
            done = json.loads(navi_health(self.lab, self.at(name)))
            if done["status"] == ("healthy", "dead", "missing", "zombie", "server_not_running")[status]:
                navi(self.lab, "health", self.at(name), status=status)
                return dict(done)
        raise AssertionError(done)

    def sessions(self) -> dict[str, dict[str, Any]]:
        """Return the registered sessions there, as `navi ls` lists them."""
        words = self.host or ("--host", "local")
        found = json.loads(self.navi("ls", *words, "--json"))["sessions"]
        return {one["name"]: one for one in found if one["registered"]}

    @property
    def registry(self) -> Path:
        """The registry's file."""
        return self.there.folder / "tmp" / "claude-tmux-sockets" / ".sessions.json"

    def backdate(self, name: str, **times: str) -> None:
        """Set the times of a registry entry."""
        document = json.loads(self.registry.read_text())
        document["sessions"][name].update(times)
        self.registry.write_text(json.dumps(document))


def navi_health(lab: Lab, address: str) -> str:
    """Return the JSON document of `navi health`, whatever its exit status."""
    words = [sys.executable, "-m", "navi", "health", address, "--json"]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, env=lab.environment(), check=False).stdout


def story(lab: Lab, far: bool) -> Story:
    """Open a place for a story."""
    there, prefix = account(lab, far)
    return Story(lab, there, prefix, ("--host", "atlas") if far else ())


def dead(here: Story, name: str) -> None:
    """Wait until the pane of a session is dead, and its process has ended."""
    shows = ("display-message", "-p", "-t", f"={name}:", "#{pane_dead} #{pane_pid}")
    until(lambda: here.there.tmux(*shows).startswith("1 "), what=f"{name} is dead")
    process = here.there.tmux(*shows).split()[1]
    until(lambda: read(int(process)) is None, what=f"the process of {name} has ended")


@HERE_AND_THERE
def test_story_1_run_and_done(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    made = here.new("work-python", "--python")
    assert (made["type"], made["registered"], made["target"]) == ("python-repl", True, "work-python:0.0")
    here.navi("wait", here.at("work-python"), "--pattern", "^>>>", "--timeout", "15")
    assert re.match(r"3\.\d+", here.send("work-python", "import sys; print(sys.version)", r"^3\."))
    assert "sys.version" in here.navi("capture", here.at("work-python"))
    assert here.navi("cleanup", *here.host) == "nothing to remove\n"
    here.navi("send", here.at("work-python"), "exit()")
    until(lambda: living(here.there) == set(), what="it has ended")
    assert here.navi("cleanup", *here.host).startswith(f"removed {here.at('work-python')} (")
    assert here.sessions() == {}


@HERE_AND_THERE
def test_story_2_a_prompt_that_lives_for_weeks(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    here.new("analysis", "--python", "--wait")
    here.send("analysis", "data = list(range(1000))", "^>>>")
    old, older = "2020-01-02T03:04:05Z", "2020-01-01T00:00:00Z"
    here.backdate("analysis", created_at=older, last_active=old)
    assert here.send("analysis", "print(sum(data))", "^[0-9]") == "499500"
    found = here.sessions()["analysis"]
    assert (found["health"], found["created_at"]) == ("healthy", older)
    assert found["last_active"] > "2025"
    here.navi("wait", here.at("analysis"), "--pattern", ">>>")
    here.navi("health", here.at("analysis"))
    assert here.sessions()["analysis"]["last_active"] == found["last_active"]
    assert here.navi("cleanup", *here.host, "--older-than", "7d") == "nothing to remove\n"
    here.backdate("analysis", last_active=old)
    would = here.navi("cleanup", *here.host, "--older-than", "7d", "--dry-run")
    assert re.match(rf"would remove {here.at('analysis')} \(not used for \d+d.*\) and kill it\n", would)
    assert living(here.there) == {"analysis"}
    assert here.navi("cleanup", *here.host, "--older-than", "7d").startswith(f"removed {here.at('analysis')} (not used")
    assert living(here.there) == set()


@HERE_AND_THERE
def test_story_3_the_connection_drops(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    here.new("claude-python", "--python", "--keep", "--wait")
    here.send("claude-python", "x = 41", "^>>>")
    if isinstance(here.there, Machine):
        here.there.stop()
        assert "refused" in here.complaint("send", here.at("claude-python"), "x", status=69)
        here.there.start()
    assert here.sessions()["claude-python"]["health"] == "healthy"
    assert here.send("claude-python", "print(x + 1)", "^42") == "42"
    here.navi("send", here.at("claude-python"), "import os; os._exit(3)")
    dead(here, "claude-python")
    found = here.health("claude-python")
    assert (found["status"], found["exit_status"], found["process_running"]) == ("dead", 3, False)
    assert "is dead" in here.complaint("send", here.at("claude-python"), "print(x)", status=1)
    here.navi("cleanup", *here.host)
    here.new("claude-python", "--python", "--wait")
    assert here.send("claude-python", "print('again')", "^again") == "again"


@HERE_AND_THERE
def test_story_4_several_work_in_one_session(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    here.new("shared-debug", "--gdb")
    here.navi("wait", here.at("shared-debug"), "--fixed", "(gdb)", "--timeout", "30")
    assert "shared-debug" in here.sessions()
    numbers = [f"{who}{number}" for who in (1, 2, 3) for number in (1, 2, 3)]

    def work(who: int) -> list[str]:
        return [here.send("shared-debug", f"print {who}{number} + 0", rf"= {who}{number}$") for number in (1, 2, 3)]

    with ThreadPoolExecutor() as pool:
        lines = [line for part in pool.map(work, (1, 2, 3)) for line in part]
    assert [line.rpartition(" ")[2] for line in lines] == numbers
    shown = here.navi("capture", here.at("shared-debug"))
    assert re.findall(r"^\$(\d+) = ", shown, re.MULTILINE) == [str(number) for number in range(1, 10)]
    assert here.health("shared-debug")["status"] == "healthy"
    here.navi("lock", here.at("shared-debug"))
    assert "is locked by" in here.complaint("send", here.at("shared-debug"), "info locals", status=75)
    assert "= 11" in here.navi("capture", here.at("shared-debug"))
    here.navi("unlock", here.at("shared-debug"), "--force")
    assert "No frame selected" in here.send("shared-debug", "info locals", "frame")


@HERE_AND_THERE
def test_story_5_a_job_in_the_background(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    steps = "echo epoch 1; while [ ! -e go ]; do sleep 0.05; done; echo loss 0.1; exit 4"
    (here.there.home / "train.sh").write_text(f"{steps}\n")
    here.new("background-job", "--command", "sh train.sh", "--keep", "-c", "~")
    here.navi("wait", here.at("background-job"), "--fixed", "epoch 1")
    assert here.health("background-job")["process_running"] is True
    (here.there.home / "go").touch()
    dead(here, "background-job")
    found = here.health("background-job")
    assert (found["process_running"], found["exit_status"], found["pane_exists"]) == (False, 4, True)
    assert here.navi("capture", here.at("background-job")).splitlines()[:2] == ["epoch 1", "loss 0.1"]
    assert "(dead: its process has ended with status 4)" in here.navi("cleanup", *here.host)
    assert living(here.there) == set()
    (here.there.home / "go").unlink()
    here.new("bg-1", "--no-register", "-c", "~")
    here.navi("send", here.at("bg-1"), "sh train.sh; echo it has ended")
    (here.there.home / "go").touch()
    assert here.navi("wait", here.at("bg-1"), "--pattern", "^it has ended").startswith("it has ended")
    here.navi("kill", here.at("bg-1"))
    assert here.sessions() == {}


@HERE_AND_THERE
def test_story_6_a_workspace_of_several_sessions(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    socket = str(here.there.folder / "ws.sock")
    for name, kind in (("ws-python", "--python"), ("ws-gdb", "--gdb"), ("ws-shell", "--shell")):
        assert here.new(name, kind, "-S", socket, "--wait", "-c", "~")["socket"] == socket
    found = here.sessions()
    assert {name: (one["type"], one["health"], one["socket"]) for name, one in found.items()} == {
        "ws-python": ("python-repl", "healthy", socket),
        "ws-gdb": ("debugger", "healthy", socket),
        "ws-shell": ("shell", "healthy", socket),
    }
    here.send("ws-python", "import sys", ">>>")
    assert "No such file" in here.send("ws-gdb", "file ./a.out", "No such")
    (here.there.home / "here").touch()
    assert here.send("ws-shell", "ls -d here", "^here") == "here"
    errors = here.complaint("send", "--host", "atlas" if far else "local", "--keys", "C-c", status=64)
    assert "several sessions are registered; name one of them: " in errors
    assert all(name in errors for name in found), errors
    addresses = [here.at(name) for name in found]
    assert here.navi("health", *addresses).count("healthy") == 3
    here.there.tmux("-S", socket, "kill-server")
    assert here.health("ws-gdb")["status"] == "server_not_running"
    assert here.navi("cleanup", *here.host).count("removed") == 3
    assert here.sessions() == {}


@HERE_AND_THERE
def test_story_7_a_crash_and_its_evidence(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    here.new("claude-python", "--python", "--keep", "--wait")
    here.send("claude-python", "print('evi' 'dence')", "^evidence")
    here.navi("send", here.at("claude-python"), "import os; os.kill(os.getpid(), 9)")
    dead(here, "claude-python")
    found = here.health("claude-python")
    assert (found["status"], found["exit_signal"]) == ("dead", "9")
    assert "ended by signal 9" in found["reason"]
    evidence = lab.folder / "crash.log"
    here.navi("capture", here.at("claude-python"), "-o", str(evidence))
    assert "\nevidence\n" in evidence.read_text()
    here.navi("rename", here.at("claude-python"), "claude-python-crashed")
    here.new("claude-python", "--python", "--wait")
    assert here.send("claude-python", "print('good')", "^good") == "good"
    assert {name: one["health"] for name, one in here.sessions().items()} == {
        "claude-python": "healthy", "claude-python-crashed": "dead",
    }  # fmt: skip
    assert here.navi("cleanup", *here.host).startswith(f"removed {here.at('claude-python-crashed')} (dead")
    assert living(here.there) == {"claude-python"}


@HERE_AND_THERE
def test_story_8_the_list_of_sessions_and_their_ages(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    before = time.time() - 2
    here.new("a-python", "--python", "--keep", "--wait")
    here.new("b-shell")
    here.new("c-job", "--command", "exit 1", "--keep")
    dead(here, "c-job")
    here.backdate("b-shell", last_active="2020-01-01T00:00:00Z")
    found = here.sessions()
    assert [name for name, one in found.items() if one["type"] == "python-repl"] == ["a-python"]
    assert [name for name, one in found.items() if one["health"] == "dead"] == ["c-job"]
    assert [name for name, one in found.items() if epoch(one["last_active"]) < before] == ["b-shell"]
    assert all(epoch(one["created_at"]) >= before for one in found.values())
    table = here.navi("ls", *(here.host or ("--host", "local")))
    assert all(here.at(name) in table for name in found)
    would = here.navi("cleanup", *here.host, "--older-than", "12h", "--dry-run").splitlines()
    did = here.navi("cleanup", *here.host, "--older-than", "12h").splitlines()
    assert [re.sub(r"^would remove|not used for .*?\)| and kill it$", "", line) for line in would] == [
        re.sub(r"^removed|not used for .*?\)|, and killed it$", "", line) for line in did
    ]
    assert set(here.sessions()) == {"a-python"}


def epoch(text: str) -> float:
    """Return a time in the registry as seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


@HERE_AND_THERE
def test_story_9_without_the_registry(lab: Lab, far: bool) -> None:
    here = story(lab, far)
    here.new("mine")
    before = here.registry.read_bytes()
    socket = str(here.there.folder / "ci.sock")
    made = here.new("ci-test", "--python", "--no-register", "-S", socket, "--wait")
    assert (made["socket"], made["target"], made["registered"]) == (socket, "ci-test:0.0", False)
    pane = (*here.host, "-S", made["socket"], "-t", made["target"])
    assert here.navi("send", *pane, "print('c' 'i')", "--wait", "^ci$") == "ci\n"
    assert here.navi("capture", *pane, "--lines", "2").splitlines()[0] == "ci"
    assert "healthy" in here.navi("health", *pane)
    here.there.tmux("-S", socket, "kill-session", "-t", "=ci-test")
    assert "server_not_running" in here.navi("health", *pane, status=4)
    assert here.registry.read_bytes() == before
    assert set(here.sessions()) == {"mine"}
