"""What is true of a session in the chaos: what the driver did, what tmux itself answers, and what the files hold."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from navi.ops.hooks.install import hook_text
from tests.support.machines import Account, Lab, program

LOST, RESURRECTED, STUCK, FALSE, ORPHAN = KINDS = ("lost", "resurrected", "stuck", "false statements", "orphans")

EVENTUALLY = 4
"""What has not come after so many times the allowed time will never come."""


class Counts:
    """Everything that went wrong, in words by kind, and how often each step was taken. Threads share it."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.steps: dict[str, int] = defaultdict(int)
        self.waits: list[float] = []
        """How long each change took to become true, in seconds, after it or after the last disturbance."""
        self.disturbed = 0.0
        """When a connection, a watch or a dashboard was last killed (`time.monotonic`)."""
        self.scene: Callable[[], str] = str
        """Returns what the dashboards show and which processes run: what to look at where something is stuck."""
        self._lock = threading.Lock()

    def report(self, kind: str, words: str) -> None:
        """Record something that went wrong."""
        with self._lock:
            self.found[kind].append(words)
        print(f"chaos: {kind}: {words}", file=sys.stderr, flush=True)

    def show_scene(self, words: str) -> None:
        """Print what is to be seen at this moment."""
        print(f"chaos: late: {words}\n{self.scene()}", file=sys.stderr, flush=True)

    def took(self, step: str) -> None:
        """Count a step."""
        with self._lock:
            self.steps[step] += 1


class Result(NamedTuple):
    """What a verb answered: its exit status, and its output and errors."""

    status: int
    output: str
    error: str

    @property
    def words(self) -> str:
        """The exit status and all words in one line."""
        return f"exit {self.status}: " + " / ".join((self.output + self.error).split("\n")).strip(" /")[:160]


class Machine:
    """A machine of the chaos: this one, or a remote. `prefix` begins the addresses of its sessions, and tmux puts its
    sockets into the folder `sockets`.
    """

    def __init__(self, lab: Lab, account: Account) -> None:
        self.lab = lab
        self.account = account
        self.prefix = "" if account is lab.local else f"{account.name}/"
        self.sockets = account.folder / "tmux" / f"tmux-{os.getuid()}"
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.hook = account.folder / "hook"
        self.hook.write_text(hook_text())

    def tmux(self, socket: str, *words: str) -> str:
        """Run tmux itself; return what it printed, "" if it failed. An empty socket is the default server's."""
        where = ["-S", socket] if socket else []
        command = [program("tmux"), "-u", "-f", "/dev/null", *where, *words]
        done = subprocess.run(command, env=self.account.environment(), capture_output=True, text=True, check=False)
        return done.stdout.removesuffix("\n") if done.returncode == 0 else ""

    def navi(self, *words: str) -> subprocess.Popen[str]:
        """Start a verb on the lab's own machine, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "navi", *words], env=self.lab.environment(), text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str) -> Result:
        """Run a verb to its end."""
        process = self.navi(*words)
        output, error = process.communicate(timeout=180)
        return Result(process.returncode, output, error)

    def registered(self) -> dict[str, Any]:
        """Return the registry's entries."""
        path = self.account.folder / "tmp" / "claude-tmux-sockets" / ".sessions.json"
        return dict(json.loads(path.read_bytes())["sessions"]) if path.exists() else {}

    def state_files(self) -> list[str]:
        """Return the names of the files in the state folder that are there only while something is being done."""
        folder = self.account.sessions_dir / ".navi"
        names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        return sorted(name for name in names if Path(name).name.startswith(("event.", "lock.", "break.", "gone.")))


@dataclass
class Subject:
    """A session as the driver knows it: the statuses that it may have (none: it has no status file), and its events.

    `counted` events are certain; up to `possible` ones may have been counted. It is not `known` to navi if its tmux
    server has a socket anywhere, and nobody has told navi so.
    """

    machine: Machine
    name: str
    socket: str = ""
    identity: str = ""
    pane: str = ""
    statuses: frozenset[str] = frozenset()
    counted: int = 0
    possible: int = 0
    registered: bool = False
    known: bool = True
    names: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Its address for verbs."""
        return f"{self.machine.prefix}{self.name}"

    @property
    def id(self) -> str:
        """tmux's id of it, as a target."""
        return self.identity.partition(" ")[2]

    def listed(self) -> dict[str, str]:
        """Return what its server lists: names by identity (the server's process and tmux's id)."""
        lines = self.machine.tmux(self.socket, "list-sessions", "-F", "#{pid} #{session_id}\t#{session_name}")
        return dict(line.split("\t", 1) for line in lines.splitlines())

    def lives(self) -> bool:
        """Return whether tmux has the session, and take its name from there."""
        name = self.listed().get(self.identity)
        if name is not None:
            self.name = name
        return name is not None

    def adopt(self) -> bool:
        """Find the session by its name, and take its identity; return whether there is one."""
        found = [identity for identity, name in self.listed().items() if name == self.name]
        if found:
            self.identity = found[0]
            self.pane = self.machine.tmux(self.socket, "list-panes", "-t", self.id, "-F", "#{pane_id}").split("\n")[0]
        return bool(found)

    def file(self, name: str = "") -> dict[str, Any] | None:
        """Return the status file of the session, or of another name; None if there is none."""
        try:
            path = self.machine.account.sessions_dir / f"{name or self.name}.json"
            return dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None

    def problem(self) -> str:
        """Return how the status file differs from what the driver knows, "" if it does not."""
        found = self.file()
        wanted = " or ".join(sorted(self.statuses))
        if not wanted:
            return ""
        if found is None:
            return f"no status file; it should be {wanted}"
        tools = found.get("metrics", {}).get("tools", {}).get("counts", {}).get("Bash", 0)
        if not self.counted <= tools <= self.possible:
            return f"{tools} uses of a tool are counted; at least {self.counted}, at most {self.possible} were there"
        return "" if found["status"] in self.statuses else f"the status is {found['status']}; it should be {wanted}"

    def accept(self) -> None:
        """Take the status file for what is true, so that one loss is counted once."""
        found = self.file() or {}
        self.statuses = frozenset([found["status"]] if found else [])
        self.counted = self.possible = found.get("metrics", {}).get("tools", {}).get("counts", {}).get("Bash", 0)

    def remains(self) -> str:
        """Return which status files are there under its names, after its end."""
        found = [name for name in self.names if self.file(name) is not None]
        return f"{found[0]}.json is there" if found else ""

    def environment(self) -> dict[str, str]:
        """Return the environment of a program in its pane."""
        server = self.identity.partition(" ")[0]
        tmux = f"{self.socket or self.machine.tmux('', 'display-message', '-p', '#{socket_path}')},{server},0"
        return self.machine.account.environment() | {"TMUX": tmux, "TMUX_PANE": self.pane}

    def hook(self, name: str) -> subprocess.Popen[bytes]:
        """Start the hook with an event, in a process group of its own."""
        fields = {"hook_event_name": name, "tool_name": "Bash", "session_id": "c1", "message": f"m{time.time_ns()}"}
        process = subprocess.Popen(
            ["sh", str(self.machine.hook), "claude"], stdin=subprocess.PIPE, env=self.environment(),
            start_new_session=True,
        )  # fmt: skip
        assert process.stdin
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(fields).encode())
            process.stdin.close()
        return process


class Judge:
    """Waits for what must become true, and reports what doesn't. `allowed` is in seconds."""

    def __init__(self, counts: Counts, where: str, allowed: float) -> None:
        self.counts = counts
        self._where = where
        self._allowed = allowed
        self.history: list[str] = []

    def took(self, step: str, details: str = "") -> None:
        """Note a step."""
        self.counts.took(step)
        self.history.append(f"{step} {details}".strip())

    def report(self, kind: str, words: str) -> None:
        """Report something that went wrong, with the last steps."""
        self.counts.report(kind, f"{self._where}: {words}; after {' | '.join(self.history[-4:])}")

    def settles(self, kind: str, problem: Callable[[], str]) -> bool:
        """Wait until there is no problem; report it as stuck if that takes too long, as `kind` if it stays.

        What is killed needs its time to begin again, so the allowed time counts from the last such disturbance.
        """
        began = time.monotonic()
        last = ""
        shown = False
        while words := problem():
            last = words
            if not shown and self._late(began):
                shown = True
                self.counts.show_scene(f"{self._where}: {words}; after {' | '.join(self.history[-4:])}")
            if time.monotonic() > began + EVENTUALLY * self._allowed:
                self.report(kind, words)
                return False
            time.sleep(0.05)
        self.counts.waits.append(self._waited(began))
        if self._late(began):
            self.report(STUCK, f"for {time.monotonic() - began:.1f} s: {last}")
        return True

    def _late(self, began: float) -> bool:
        return self._waited(began) > self._allowed

    def _waited(self, began: float) -> float:
        return time.monotonic() - max(began, self.counts.disturbed)


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Kill a process and all that it started in its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
