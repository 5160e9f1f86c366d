"""Verbs about sessions that agents run without a terminal, here and on a remote."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from tests.support.background import Worker
from tests.support.machines import Account, Lab
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account, navi


@pytest.fixture
def account_and_prefix(lab: Lab, far: bool) -> tuple[Account, str]:
    """Return where the session is, and the prefix of its address."""
    return account(lab, far)


@pytest.fixture
def worker(account_and_prefix: tuple[Account, str]) -> Iterator[Worker]:
    """Yield a session that asks for a command."""
    with Worker(account_and_prefix[0], "8cb688dd") as worker:
        worker.write(status="waiting", waitingFor="permission prompt")
        worker.write_job(needs="approve Bash: touch x", name="tidy", nameSource="user")
        yield worker


@HERE_AND_THERE
@pytest.mark.usefixtures("worker")
def test_it_is_listed(lab: Lab, account_and_prefix: tuple[Account, str]) -> None:
    (row,) = json.loads(navi(lab, "ls", "--json").stdout)["sessions"]
    shown = {name: row[name] for name in ("address", "status", "message", "agent", "health", "type", "pid", "socket")}
    assert shown == {
        "address": f"{account_and_prefix[1]}tidy", "status": "permission", "message": "wants to run touch x",
        "agent": "claude", "health": "healthy", "type": "background", "pid": None, "socket": None,
    }  # fmt: skip
    assert "wants to run touch x" in navi(lab, "ls").stdout


@HERE_AND_THERE
def test_it_is_explained(lab: Lab, worker: Worker, account_and_prefix: tuple[Account, str]) -> None:
    for name in ("tidy", "8cb688dd"):
        said = navi(lab, "explain", f"{account_and_prefix[1]}{name}").stdout
        assert f"claude runs it without a terminal as 8cb688dd, process {worker.process}" in said
        assert "permission (state file" in said
        assert "tmux has no such session" not in said


@HERE_AND_THERE
@pytest.mark.usefixtures("worker")
def test_waiting_for_its_status_ends(lab: Lab, account_and_prefix: tuple[Account, str]) -> None:
    navi(lab, "wait", f"{account_and_prefix[1]}tidy", "--until", "permission", "--timeout", "20")


@HERE_AND_THERE
@pytest.mark.usefixtures("worker")
def test_what_needs_a_pane_says_that_there_is_none(lab: Lab, account_and_prefix: tuple[Account, str]) -> None:
    address = f"{account_and_prefix[1]}tidy"
    for words in (("send", address, "x"), ("capture", address), ("tail", address)):
        said = navi(lab, *words, status=66).stderr
        assert f"{address} runs in the background of claude and has no pane; `navi attach {address}` opens it" in said
    assert "no session named other" in navi(lab, "send", f"{account_and_prefix[1]}other", "x", status=66).stderr


@HERE_AND_THERE
def test_killing_it_lets_the_agent_stop_it(lab: Lab, worker: Worker, account_and_prefix: tuple[Account, str]) -> None:
    worker.stand_in(f"kill {worker.process}")
    address = f"{account_and_prefix[1]}tidy"
    assert f"would kill {address} (permission; in the background" in navi(lab, "kill", "--dry-run", address).stdout
    said = navi(lab, "kill", address).stdout
    assert said == f"stopped {address}; `claude attach 8cb688dd` starts it again there\n"
    navi(lab, "kill", address, status=66)


@HERE_AND_THERE
def test_attaching_opens_it(lab: Lab, worker: Worker, account_and_prefix: tuple[Account, str]) -> None:
    worker.stand_in('echo "opened: $*"; read -r line')
    words = [sys.executable, "-m", "navi", "attach", f"{account_and_prefix[1]}tidy"]
    with Terminal(words, lab.environment()) as terminal:
        terminal.wait_for("opened: attach 8cb688dd")
