"""The blocking engine: connections that are kept, lost and replaced."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from navi.core.failure import HostState
from navi.hosts import HostError
from navi.hosts.base import ConnectionLost
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_endpoint
from navi.ops import HostSettings, Operation
from tests.support.hosts import read_output
from tests.support.machines import Lab
from tests.support.scripts import stand_in
from tests.support.verbs import account, navi
from tests.support.waiting import until


def asking(script: str, *arguments: str, time_limit: float = 30) -> Operation[str]:
    """Return an operation that answers with its script's output."""
    return Operation("ask", script, arguments, read_output, time_limit)


@pytest.fixture
def host(lab: Lab) -> Iterator[BlockingHost]:
    """This machine."""
    with closing(BlockingHost(local_endpoint(HostSettings("", True)), lab.environment())) as host:
        yield host


def process_of(host: BlockingHost) -> int:
    """Return the process of the shell that answers."""
    return int(host.run(asking("printf %s $$")))


def test_a_connection_is_kept_for_the_next_operation(host: BlockingHost) -> None:
    assert process_of(host) == process_of(host)


def test_a_connection_that_ended_while_idle_is_replaced(host: BlockingHost) -> None:
    before = process_of(host)
    os.kill(before, signal.SIGKILL)
    until(lambda: Path(f"/proc/{before}/stat").read_text().split()[2] == "Z", what="it has ended")
    assert process_of(host) != before


def test_a_connection_lost_within_a_request_is_reported_and_replaced(host: BlockingHost) -> None:
    with pytest.raises(ConnectionLost):
        host.run(asking("kill -KILL $$; sleep 0.1; exit"))
    assert process_of(host)


def test_a_request_that_times_out_ends_its_connection(host: BlockingHost) -> None:
    before = process_of(host)
    with pytest.raises(ConnectionLost, match=r"no answer to `ask` within 1\.2 s") as caught:
        host.run(asking("sleep 5", time_limit=0.2))
    assert caught.value.failure.state is HostState.UNREACHABLE
    assert not Path(f"/proc/{before}").exists()
    assert process_of(host) != before


@pytest.mark.parametrize("size", [1, 65_000, 100_000])
def test_a_request_and_an_answer_may_be_longer_than_a_pipe_holds(host: BlockingHost, size: int) -> None:
    assert host.run(asking('printf %s "$1"; printf %s "$1"', "é" * size)) == "é" * size * 2


def test_a_missing_program_is_reported_and_leaves_no_file_open(lab: Lab) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with closing(BlockingHost(local_endpoint(HostSettings("", True)), {"PATH": str(lab.folder)})) as host:
        for _ in range(3):
            with pytest.raises(HostError, match="sh can't be started"):
                host.run(asking(":"))
    assert len(os.listdir("/proc/self/fd")) == before


def test_closing_a_host_ends_its_connections(lab: Lab) -> None:
    with closing(BlockingHost(local_endpoint(HostSettings("", True)), lab.environment())) as host:
        process = process_of(host)
    assert not Path(f"/proc/{process}").exists()


def test_a_verb_with_several_requests_starts_ssh_once(lab: Lab) -> None:
    account(lab, True)
    navi(lab, "new", "api", "--host", "atlas")
    log = lab.local.folder / "calls"
    stand_in(lab.local, "ssh", f'[ "$1" = -V ] || echo call >>{log}; exec "$real" "$@"')
    assert navi(lab, "kill", "atlas/api").stdout == "killed atlas/api; navi undo brings it back\n"
    assert log.read_text() == "call\n"
