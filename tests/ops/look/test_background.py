"""Records of sessions without a terminal, and what can be done with one."""

from __future__ import annotations

import pytest

from navi.core.agents import AGENTS
from navi.core.background import background_sessions
from navi.core.model import BackgroundAgent, Session
from navi.ops import OperationError
from navi.ops.look.background import MOST_SESSIONS, read_background
from navi.ops.operation import Operation, Record
from navi.ops.session.attach import attach
from navi.ops.session.lifecycle import KillResult, stop_background
from tests.support.background import Worker
from tests.support.machines import Lab
from tests.support.scripts import Shell, every_shell, run


def worker(rest: str, body: bytes = b"{}") -> Record:
    """Return the record of a process."""
    return Record("worker", rest, body)


def test_records_are_read() -> None:
    records = [worker("42 8cb688dd claude", b'{"a":1}\n'), Record("job", "42", b'{\n "b": 2\n}\n')]
    assert read_background(records) == (BackgroundAgent("claude", "8cb688dd", 42, {"a": 1}, {"b": 2}),)


HOSTILE = {
    "no number": worker("x 8cb688dd claude"),
    "too few fields": worker("42 8cb688dd"),
    "nothing": worker(""),
    "a job without a process": Record("job", "42", b"{}"),
    "another record": Record("state", "42 8cb688dd claude", b"{}"),
}


@pytest.mark.parametrize("record", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_record_of_another_shape_is_left_out(record: Record) -> None:
    assert read_background([record]) == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"[" * 100000, b"\xff"], ids=lambda body: repr(body[:5]))
def test_a_body_that_is_no_object_is_empty(body: bytes) -> None:
    (one,) = read_background([worker("42 x claude", body), Record("job", "42", body)])
    assert (one.file, one.job) == ({}, {})


def test_a_look_has_only_so_many_sessions() -> None:
    reported = (worker(f"{number} x claude") for number in range(1, MOST_SESSIONS + 50))
    assert len(read_background(reported)) == MOST_SESSIONS


# ---- stopping


def session_of(worker: Worker) -> Session:
    """Return the session of a worker."""
    file = {"procStart": str(worker.started)}
    found = background_sessions("local", [BackgroundAgent("claude", worker.id, worker.process, file)], AGENTS)
    return next(iter(found))


def stopping(worker: Worker) -> Operation[KillResult]:
    """Return the operation that stops it."""
    return stop_background(session_of(worker), AGENTS)


@every_shell
def test_the_agent_stops_it(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.stand_in(f'printf "%s " "$@" >"$HOME/called"; kill {worker.process}')
        operation = stopping(worker)
        assert run(lab.local, shell, operation) == KillResult()
        assert (lab.local.home / "called").read_text() == "stop 8cb688dd "
        said = operation.report("far/x", KillResult())
        assert said == "stopped far/x; `claude attach 8cb688dd` starts it again there"


@every_shell
def test_an_agent_that_refuses_is_quoted(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.stand_in("echo no such session >&2; exit 3")
        with pytest.raises(OperationError, match="claude stop 8cb688dd failed: no such session"):
            run(lab.local, shell, stopping(worker))


@every_shell
def test_a_number_that_another_process_has_by_now_does_not_count(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.stand_in("true")
        worker.started = 1
        assert run(lab.local, shell, stopping(worker)) == KillResult()


def test_an_agent_that_only_says_so_is_not_believed(lab: Lab) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.stand_in("echo stopped")
        with pytest.raises(OperationError, match=f"process {worker.process} still runs after 10 s") as raised:
            run(lab.local, Shell("dash", ("dash",)), stopping(worker))
        assert raised.value.status == 75


def test_an_agent_that_is_not_installed_is_named(lab: Lab) -> None:
    missing = pytest.raises(OperationError, match="claude is not on the host's PATH")
    with Worker(lab.local, "8cb688dd") as worker, missing:
        run(lab.local, Shell("dash", ("dash",)), stopping(worker))


def test_attaching_lets_the_agent_open_it(lab: Lab) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        command = attach(session_of(worker))
    assert command.argv[:2] == ("sh", "-c")
    assert command.argv[3:] == ("sh", "claude", "attach", "8cb688dd")
    assert not set(command.argv[2]) & set("'\\!\n")
