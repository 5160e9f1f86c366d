"""Sessions that an agent runs without a terminal: real processes, and the files that Claude Code writes about them.

    with Worker(lab.local, "8cb688dd") as worker:
        worker.write(status="waiting")
        worker.write_job(needs="approve Bash: touch x")
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType

from tests.support.machines import Account
from tests.support.processes import read
from tests.support.waiting import until

SLEEPS = ("sleep", "100000")


class Worker:
    """A process of an account that its files call a session in the background. It ends with the context."""

    def __init__(self, account: Account, id: str) -> None:
        self.account = account
        self.id = id
        self._process = subprocess.Popen(SLEEPS, cwd=account.home, start_new_session=True)
        self.process = self._process.pid
        found = until(lambda: read(self.process), what="the process runs")
        assert found
        self.started = found.started
        folder = account.home / ".claude"
        self.file = folder / "sessions" / f"{self.process}.json"
        self.job = folder / "jobs" / id / "state.json"
        for path in (self.file, self.job):
            path.parent.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End the process; its files stay, as after kill -9."""
        self.kill()
        self._process.wait()

    def kill(self) -> None:
        """Kill the process, and leave it to be waited for."""
        self._process.kill()

    def state(self, **more: object) -> str:
        """Return what the process writes about itself."""
        known = {"pid": self.process, "procStart": str(self.started), "kind": "bg", "jobId": self.id, "status": "busy"}
        return json.dumps(known | more, separators=(",", ":"))

    def write(self, **more: object) -> None:
        """Let the process write about itself."""
        self.file.write_text(self.state(**more))

    def write_job(self, **more: object) -> None:
        """Let the agent write about the job, on several lines."""
        known = {"state": "working", "detail": "starting\u2026", "intent": "tidy up", "cwd": "/work"}
        self.job.write_text(json.dumps(known | more, indent=2))

    def stand_in(self, script: str) -> Path:
        """Put a program in the agent's place; it is called with a verb and the id."""
        path = self.account.bin / "claude"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return path
