"""The connection is lost while a verb only reads or waits: it asks again, and says what it can't find out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from navi.cli.asking.reconnecting import follow_reconnecting
from navi.config.remote import Remote
from navi.core.address import Named
from navi.hosts.base import HostError
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.ops.pane.read import follow_output
from tests.support.cut import Cut
from tests.support.machines import Lab, Machine
from tests.support.verbs import navi
from tests.support.waiting import until


@pytest.fixture
def machine(lab: Lab) -> Machine:
    """Return a remote with a session."""
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.tmux("new-session", "-d", "-s", "api", "echo ready; exec cat")
    return atlas


@contextmanager
def running(lab: Lab, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run navi, to the end of the block at most."""
    command = [sys.executable, "-m", "navi", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=lab.environment()
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def asked(machine: Machine, times: int) -> Callable[[], bool]:
    """Return a function that tells whether so many requests have reached the machine."""
    return lambda: len(machine.commands()) >= times


# ---- reading

READS = [
    (["ls", "--host", "atlas"], "navi_begin", "api"),
    (["explain", "atlas/api"], "navi_begin", "api"),
    (["kill", "--dry-run", "atlas/api"], "navi_begin", "would kill atlas/api"),
    (["capture", "atlas/api"], "navi_find_pane", "ready"),
    (["health", "atlas/api"], "navi_begin", "healthy"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("words", "function", "answer"), READS, ids=[words[0] for words, _, _ in READS])
def test_what_only_reads_is_asked_once_more(
    lab: Lab, machine: Machine, words: list[str], function: str, answer: str, when: str
) -> None:
    cut = Cut(machine, when, function=function)
    with running(lab, *words) as verb:
        cut.wait(1)
        cut.now()
        output, errors = verb.communicate(timeout=60)
    assert (verb.returncode, answer in output, errors) == (0, True, "")


def test_a_host_that_does_not_come_back_is_named(lab: Lab, machine: Machine) -> None:
    cut = Cut(machine, "before", function="navi_begin")
    with running(lab, "explain", "atlas/api") as verb:
        cut.wait(1)
        machine.stop()
        _, errors = verb.communicate(timeout=60)
    assert verb.returncode == 69
    assert "Connection refused" in errors
    assert "the dashboard" not in errors


# ---- waiting

WAITS = [["--fixed", "done"], ["--until", "working"]]


@pytest.mark.parametrize("what", WAITS, ids=["text", "status"])
def test_a_wait_goes_on_when_its_connection_is_lost(lab: Lab, machine: Machine, what: list[str]) -> None:
    with running(lab, "wait", "atlas/api", *what, "--timeout", "50") as verb:
        for number in (1, 2, 3):
            until(asked(machine, number), what="it waits there")
            machine.break_connections()
        assert verb.poll() is None
        machine.write_status("api", status="working")
        machine.tmux("send-keys", "-t", "=api:", "done", "Enter")
        output, errors = verb.communicate(timeout=60)
    assert (verb.returncode, output.strip() in ("done", "working")) == (0, True), errors
    assert 1 <= errors.count("connecting again until the time is up") <= 3, errors


@pytest.mark.parametrize("what", WAITS, ids=["text", "status"])
def test_a_wait_for_a_host_that_stays_away_ends_with_what_is_wrong(lab: Lab, machine: Machine, what: list[str]) -> None:
    with running(lab, "wait", "atlas/api", *what, "--timeout", "8") as verb:
        until(asked(machine, 1), what="it waits there")
        machine.stop()
        _, errors = verb.communicate(timeout=60)
    assert (verb.returncode, "Connection refused" in errors.splitlines()[-1]) == (69, True), errors


def test_a_wait_for_a_host_that_is_not_there_ends_at_once(lab: Lab, machine: Machine) -> None:
    machine.stop()
    done = navi(lab, "wait", "atlas/api", "--fixed", "x", "--timeout", "1000", status=69)
    assert "connecting again" not in done.stderr


# ---- following


def test_who_follows_a_host_that_stays_away_hears_what_is_wrong(lab: Lab, machine: Machine) -> None:
    told: list[HostError] = []
    entry = Remote(**{"connect_timeout": 5, **machine.remote()})  # type: ignore[arg-type]
    with closing(BlockingOpenSSHHost(entry, lab.environment())) as host:
        seen = follow_reconnecting(host, 3, told.append, lambda: host.follow(follow_output(Named("api"), 1)))
        assert next(seen).lines == ("ready",)
        machine.break_connections()
        assert next(one.lines for one in seen) == ("ready",), "it follows again"
        machine.stop()
        with pytest.raises(HostError, match="Connection refused"):
            list(seen)
        assert len(told) >= 2
        with pytest.raises(HostError):
            next(follow_reconnecting(host, 1000, told.append, lambda: host.follow(follow_output(Named("api"), 1))))
