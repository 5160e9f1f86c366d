"""Exchanges, with scripted bytes: what is sent, what the answer means, and what each way to fail means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.remote import Remote
from navi.core.failure import RECONNECT, Failure, HostState, Retry
from navi.core.text import clean
from navi.hosts import HostError
from navi.hosts.base import ConnectionLost
from navi.hosts.budget import WorkTime
from navi.hosts.exchange import (
    Endpoint,
    Exchange,
    StreamExchange,
    cannot_start,
    connect_limit,
    local_endpoint,
    read_answer,
    remote_endpoint,
)
from navi.hosts.shell_end import ShellEnd, read_errors
from navi.hosts.wire import LARGEST_ANSWER, LEAD
from navi.ops import Answer, HostSettings, Operation, OperationError, Stream
from tests.support.operations import OPERATIONS

ASK = Operation("ask", "echo secret", ("typed text",), lambda answer: answer, time_limit=8)
FOLLOW = Stream("follow", "cat", (), lambda: lambda answer: answer, silence=15)
ERROR, UNREACHABLE = HostState.ERROR, HostState.UNREACHABLE
NOW, LATER = Retry.AT_ONCE, Retry.LATER

HERE = local_endpoint(HostSettings("", True))
ATLAS = Remote("atlas", "atlas.example", connect_timeout=4, command_timeout=5, sessions_dir="/s", cleanup=False)
THERE = remote_endpoint(ATLAS)

BEGIN = b"\nTOKEN begin\n"
END = b"\nTOKEN errors wrong\nTOKEN end 3\n"
WHOLE = BEGIN + b"out" + END


def token_of(request: bytes) -> bytes:
    """Return the token of a request."""
    return request.partition(b"navi_token=")[2].partition(b"\n")[0]


def scripted(request: bytes, data: bytes) -> bytes:
    """Return bytes of a host that answers a request."""
    return data.replace(b"TOKEN", token_of(request))


# ---- answers


@given(st.lists(st.integers(1, 60), max_size=8))
def test_an_answer_is_complete_however_its_bytes_come(lengths: Sequence[int]) -> None:
    exchange = Exchange(ASK, HERE)
    data = scripted(exchange.request(first=False), b"Welcome!\n" + WHOLE)
    for length in lengths:
        if length < len(data):
            assert exchange.receive(data[:length]) is None
            assert not exchange.reusable
            data = data[length:]
    answer = exchange.receive(data)
    assert answer is not None
    assert (answer.status, answer.output, answer.errors) == (3, b"out", "wrong")
    assert exchange.reusable


def test_only_the_first_request_of_a_connection_begins_with_empty_lines() -> None:
    exchange = Exchange(ASK, HERE)
    assert exchange.request(first=True) == LEAD + exchange.request(first=False)
    assert not exchange.request(first=False).startswith(b"\n")


@pytest.mark.parametrize("more", [b"x", b"\n", WHOLE])
def test_a_connection_whose_shell_writes_more_than_its_answer_is_dirty(more: bytes) -> None:
    exchange = Exchange(ASK, HERE)
    exchange.receive(scripted(exchange.request(first=False), WHOLE + more))
    assert not exchange.reusable


def test_the_log_has_the_size_of_a_request_and_never_its_arguments() -> None:
    exchange = Exchange(ASK, HERE)
    exchange.receive(b"12345")
    size = len(exchange.request(first=False))
    assert exchange.summary(0.25) == f"ask: {size} bytes to send, 5 received, 250.0 ms"


# ---- limits

LIMITS: list[tuple[Endpoint, float, float]] = [
    (HERE, 9.0, 16.0),
    (THERE, 5.0, 15.0),
]


@pytest.mark.parametrize(("endpoint", "answer", "first_sign"), LIMITS, ids=["local", "remote"])
def test_the_limit_of_a_request_includes_the_start_of_a_shell(
    endpoint: Endpoint, answer: float, first_sign: float
) -> None:
    assert Exchange(ASK, endpoint).limit == answer
    stream = StreamExchange(FOLLOW, endpoint, now=100)
    assert stream.until == 100 + first_sign
    stream.receive(scripted(stream.request, WHOLE), now=110)
    assert stream.until == 110 + 15.0


def test_connecting_may_take_twice_the_time_of_one_connection() -> None:
    assert connect_limit(ATLAS) == 13.0


def test_a_peer_has_the_settings_of_its_entry() -> None:
    assert (THERE.name, THERE.settings) == ("atlas", HostSettings("/s", False))


# ---- failures of a request


@dataclass(frozen=True)
class Case:
    """A host that fails: the bytes that it sends, how the exchange then ends, and what that must mean."""

    sent: bytes
    end: Callable[[Exchange], HostError]
    failure: Failure
    lost: bool
    endpoint: Endpoint = HERE


def ends(status: int | None, errors: str = "", ssh: str = "") -> Callable[[Exchange], HostError]:
    """Let the shell end."""
    return lambda exchange: exchange.ended(ShellEnd(status, errors, ssh=ssh))


def sends(data: bytes) -> Callable[[Exchange], HostError]:
    """Let more bytes come, of which an answer can't be made."""

    def more(exchange: Exchange) -> HostError:
        with pytest.raises(HostError) as caught:
            exchange.receive(scripted(exchange.request(first=False), data))
        return caught.value

    return more


SH = "check that sh works on this machine: sh -c true"
SHELL = "check what its login shell prints and runs"
FLOOD = b"x" * (LARGEST_ANSWER + 1)
GONE = "client_loop: send disconnect: Broken pipe"

FAILURES = {
    "sh ends before it begins": Case(b"", ends(7), Failure(ERROR, "sh ended with status 7", SH), False),
    "sh ends after it began": Case(BEGIN, ends(-9), Failure(ERROR, "sh ended with status -9", SH), True),
    "sh ends with a message": Case(b"hello\n", ends(2, "one\nsh: two"), Failure(ERROR, "sh: two", SH), False),
    "sh goes on without output": Case(BEGIN, ends(None), Failure(ERROR, "sh ended with status None", SH), True),
    "no answer": Case(
        b"", lambda exchange: exchange.timed_out(),
        Failure(UNREACHABLE, "no answer to `ask` within 9 s", "try again; check the load of that machine"), True,
    ),
    "half an answer": Case(
        BEGIN, lambda exchange: exchange.timed_out(),
        Failure(UNREACHABLE, "no answer to `ask` within 9 s", "try again; check the load of that machine"), True,
    ),
    "too much before the answer": Case(
        b"", sends(FLOOD), Failure(ERROR, "invalid answer: more than 1 MiB were printed before it", SHELL), True
    ),
    "too much of an answer": Case(
        BEGIN, sends(FLOOD), Failure(ERROR, "invalid answer: it is longer than 16 MiB", SHELL), True
    ),
    "no exit status": Case(
        BEGIN, sends(b"\nTOKEN end many\n"),
        Failure(ERROR, "invalid answer: its exit status is not a number: many", SHELL), True,
    ),
    "ssh can't connect": Case(
        b"", ends(255, ssh="ssh: connect to host h port 22: Connection refused"),
        Failure(UNREACHABLE, "host h port 22: Connection refused", "start sshd there, or check host and port"), False,
        THERE,
    ),
    "ssh loses the connection": Case(
        BEGIN, ends(255, ssh=GONE), Failure(UNREACHABLE, f"the connection was lost ({GONE})", RECONNECT, NOW), True,
        THERE,
    ),
    "ssh loses the connection before the first byte": Case(
        b"", ends(255, ssh=GONE), Failure(UNREACHABLE, f"the connection was lost ({GONE})", RECONNECT, NOW), True,
        THERE,
    ),
    "ssh ends silently": Case(
        b"", ends(255), Failure(UNREACHABLE, "ssh exited without an error message", RECONNECT, NOW), True, THERE
    ),
    "no sh on the remote": Case(
        b"", ends(127, "sh: not found"),
        Failure(ERROR, "there is no sh on its PATH", "navi needs a POSIX sh there", Retry.ON_REQUEST), False, THERE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILURES.values(), ids=FAILURES)
def test_each_failure_of_a_request_has_its_meaning_and_makes_the_connection_dirty(case: Case) -> None:
    exchange = Exchange(ASK, case.endpoint)
    assert exchange.receive(scripted(exchange.request(first=False), case.sent)) is None
    error = case.end(exchange)
    assert error.failure == case.failure
    assert (type(error) is ConnectionLost) == case.lost
    assert not exchange.reusable


# ---- answers of scripts that did not get to their end


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("status", [129, 137, 143])
def test_an_answer_of_a_script_that_was_killed_is_no_answer(operation: Operation[Any], status: int) -> None:
    with pytest.raises(ConnectionLost, match=f"`{operation.name}` ended there by signal {status - 128}"):
        read_answer(operation.name, operation.parse, Answer(status, b"", "", "t"))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("status", [0, 1, 2])
def test_an_empty_answer_is_never_a_fault_of_navi(operation: Operation[Any], status: int) -> None:
    with suppress(HostError, OperationError):
        read_answer(operation.name, operation.parse, Answer(status, b"", "", "t"))


# ---- streams


def test_a_stream_answers_again_and_again_to_a_parser_that_remembers() -> None:
    def reader() -> Callable[[Answer], int]:
        number = count(1)
        return lambda _: next(number)

    exchange = StreamExchange(Stream("follow", "cat", (), reader), HERE, now=0)
    answers = exchange.receive(scripted(exchange.request, WHOLE + WHOLE + BEGIN), now=1)
    answers += exchange.receive(scripted(exchange.request, END), now=2)
    assert [exchange.parse(answer) for answer in answers] == [1, 2, 3]


STREAM_FAILURES: dict[str, tuple[bytes, Failure]] = {
    "silent from the start": (
        b"",
        Failure(
            UNREACHABLE, "its shell did not begin to answer",
            "check whether its shell's startup files wait for input, and the load of that machine",
        ),
    ),
    "a startup file that asks": (
        b"Your name, please: \033[1m",
        Failure(
            UNREACHABLE, "its shell did not begin to answer; it printed: Your name, please:",
            "check whether its shell's startup files wait for input, and the load of that machine",
        ),
    ),
    "silent after an answer": (WHOLE, Failure(UNREACHABLE, "no sign of life for 15 s", RECONNECT, NOW)),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "failure"), STREAM_FAILURES.values(), ids=STREAM_FAILURES)
def test_a_silent_stream_is_a_failure(sent: bytes, failure: Failure) -> None:
    exchange = StreamExchange(FOLLOW, HERE, now=0)
    exchange.receive(scripted(exchange.request, sent), now=1)
    assert exchange.timed_out().failure == failure


def test_a_stream_that_ends_with_success_has_not_failed() -> None:
    exchange = StreamExchange(FOLLOW, THERE, now=0)
    exchange.receive(scripted(exchange.request, WHOLE), 0)
    assert exchange.ended(ShellEnd(0)) is None
    error = exchange.ended(ShellEnd(255, ssh=GONE))
    assert error is not None
    assert error.failure.cause == f"the connection was lost ({GONE})"


def test_an_answer_of_a_stream_must_come_on() -> None:
    exchange = StreamExchange(FOLLOW, HERE, now=0)
    exchange.receive(scripted(exchange.request, BEGIN), now=10)
    for second in range(10, 24):
        exchange.receive(b"x", now=second)
    assert 25 <= exchange.until < 25.1
    exchange.receive(b"x" * 4096, now=24)
    assert 29 <= exchange.until < 29.1
    exchange.receive(b"x" * 10**6, now=25)
    assert exchange.until == 25 + 15


def test_time_in_which_navi_did_not_read_is_not_the_hosts_fault() -> None:
    exchange = StreamExchange(FOLLOW, HERE, now=0)
    exchange.paused(100)
    assert exchange.until == 16 + 100


def test_the_work_on_a_stream_is_limited() -> None:
    exchange = StreamExchange(FOLLOW, HERE, now=0)
    assert exchange.worked(WorkTime(0.001, 0.001), now=0) == 0
    assert exchange.worked(WorkTime(1, 1), now=1) == pytest.approx(9)
    words = r"^sends answers that take \d+ % of a processor, more than 7 %; dropped$"
    with pytest.raises(HostError, match=words) as caught:
        exchange.worked(WorkTime(3, 3), now=2)
    assert caught.value.failure.retry is Retry.SLOWLY


WAITS = [(0, 30, 5.0), (100, 110, 105.0), (100, 103, 103.0)]


@pytest.mark.parametrize(("waits", "time_limit", "limit"), WAITS)
def test_what_a_person_lets_a_request_wait_is_not_shortened(waits: float, time_limit: float, limit: float) -> None:
    asked = ASK._replace(time_limit=time_limit, waits=waits)
    assert Exchange(asked, THERE).limit == limit


def test_a_stream_that_sends_too_much_is_a_failure() -> None:
    exchange = StreamExchange(FOLLOW, HERE, now=0)
    with pytest.raises(HostError, match="longer than 16 MiB"):
        exchange.receive(scripted(exchange.request, BEGIN + FLOOD), now=1)


# ---- starting a shell


@pytest.mark.parametrize(("program", "remedy"), [("sh", "install sh"), ("ssh", "install OpenSSH's client")])
def test_a_program_that_is_missing_is_named_with_what_to_install(program: str, remedy: str) -> None:
    failure = cannot_start(program, FileNotFoundError(2, "No such file or directory", program)).failure
    assert failure == Failure(ERROR, f"{program} can't be started: No such file or directory",
                              f"{remedy}, or put it on PATH")  # fmt: skip


@given(st.binary(max_size=200))
def test_errors_are_clean_lines_without_empty_ones(data: bytes) -> None:
    lines = read_errors(data).splitlines()
    assert all(line.strip() and clean(line) == line for line in lines)
