"""Both engines, driven through the same failures of real shells: both must report the same failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import pytest
import trio

from navi.config.remote import Remote
from navi.core.failure import RECONNECT, Failure, HostState, Retry
from navi.hosts import Host, HostError
from navi.hosts.base import ConnectionLost
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.hosts.exchange import local_peer
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings, Operation, Stream
from tests.support.hosts import read_output
from tests.support.machines import Lab, Machine
from tests.support.scripts import stand_in
from tests.support.waiting import until

NOTHING = HostSettings("", True)
ERROR, UNREACHABLE = HostState.ERROR, HostState.UNREACHABLE


def ask(script: str, time_limit: float = 20) -> Operation[str]:
    """Return an operation that answers with the output of a script."""
    return Operation("ask", script, (), read_output, time_limit)


HELLO = ask("echo hello")


def follow(script: str, silence: float = 20) -> Stream[str]:
    """Return a stream that answers with what its script prints between begin and end lines."""
    return Stream("follow", script, (), lambda: read_output, silence)


@dataclass(frozen=True)
class Engine:
    """An engine: how it carries out an operation, and how it follows a stream to its end, here and on a remote."""

    run: Callable[[Mapping[str, str], Operation[str]], str]
    follow: Callable[[Mapping[str, str], Stream[str]], list[str]]
    run_there: Callable[[Remote, Mapping[str, str], Operation[str]], str]


def with_trio(environment: Mapping[str, str], operation: Operation[str]) -> str:
    return trio.run(run_and_close, LocalHost(NOTHING, environment), operation)


async def run_and_close(host: Host, operation: Operation[str]) -> str:
    try:
        with trio.fail_after(60):
            await host.open()
            return await host.run(operation)
    finally:
        await host.close()


def with_trio_there(remote: Remote, environment: Mapping[str, str], operation: Operation[str]) -> str:
    return trio.run(run_and_close, OpenSSHHost(remote, environment), operation)


def follow_with_trio(environment: Mapping[str, str], stream: Stream[str]) -> list[str]:
    async def all_of_it() -> list[str]:
        async with LocalHost(NOTHING, environment).watch(stream) as watch:
            return [item async for item in watch]

    return trio.run(all_of_it)


def blocking(environment: Mapping[str, str], operation: Operation[str]) -> str:
    with closing(BlockingHost(local_peer(NOTHING), environment)) as host:
        return host.run(operation)


def blocking_there(remote: Remote, environment: Mapping[str, str], operation: Operation[str]) -> str:
    with closing(BlockingOpenSSHHost(remote, environment)) as host:
        return host.run(operation)


def follow_blocking(environment: Mapping[str, str], stream: Stream[str]) -> list[str]:
    with closing(BlockingHost(local_peer(NOTHING), environment)) as host:
        return list(host.follow(stream))


both_engines = pytest.mark.parametrize(
    "engine",
    [
        Engine(with_trio, follow_with_trio, with_trio_there),
        Engine(blocking, follow_blocking, blocking_there),
    ],
    ids=["trio", "blocking"],
)


# ---- a shell here


READ_TOKEN = """\
while IFS= read -r line; do case $line in navi_token=*) token=${line#navi_token=}; break ;; esac; done
"""
"""Reads a request up to its token, as the beginning of a script that takes the place of sh."""

SH = "check that sh works on this machine: sh -c true"
LOAD = "try again; check the load of that machine"
SHELL = "check what its login shell prints and runs"
FLOOD = "exec head -c 20000000 /dev/zero"


@dataclass(frozen=True)
class Case:
    """A script in place of sh, or none; what is asked; what must be reported, and whether that may have been done."""

    sh: str
    failure: Failure
    lost: bool = False
    operation: Operation[str] = HELLO


FAILURES = {
    "ends at once": Case("exit 7", Failure(ERROR, "sh ended with status 7", SH)),
    "ends with a message": Case("echo 'sh: broken' >&2; exit 2", Failure(ERROR, "sh: broken", SH)),
    "ends within an answer": Case(
        READ_TOKEN + "printf '\\n%s begin\\nhalf' $token; exit 7", Failure(ERROR, "sh ended with status 7", SH), True
    ),
    "is killed within an answer": Case(
        "", Failure(ERROR, "sh ended with status -9", SH), True, ask("kill -KILL $$; sleep 5")
    ),
    "closes its output and goes on": Case(
        "exec >&-; exec sleep 60", Failure(ERROR, "sh ended with status None", SH)
    ),
    "answers garbage": Case(
        READ_TOKEN + "printf '\\n%s begin\\n\\n%s end many\\n' $token $token; exec sleep 60",
        Failure(ERROR, "invalid answer: its exit status is not a number: many", SHELL), True,
    ),
    "prints too much": Case(FLOOD, Failure(ERROR, "invalid answer: it is longer than 16 MiB", SHELL)),
    "answers too much": Case(
        "", Failure(ERROR, "invalid answer: it is longer than 16 MiB", SHELL), True, ask(FLOOD)
    ),
    "stays silent": Case(
        "exec sleep 60", Failure(UNREACHABLE, "no answer to `ask` within 1.2 s", LOAD), True, ask(":", 0.2)
    ),
    "stays silent within an answer": Case(
        "", Failure(UNREACHABLE, "no answer to `ask` within 1.2 s", LOAD), True, ask("sleep 3", 0.2)
    ),
    "is missing": Case(
        "missing", Failure(ERROR, "sh can't be started: No such file or directory", "install sh, or put it on PATH")
    ),
}  # fmt: skip


@pytest.fixture
def environment(lab: Lab) -> dict[str, str]:
    """Variables with a PATH on which a test may put a program in place of sh."""
    return lab.environment()


@both_engines
@pytest.mark.parametrize("case", FAILURES.values(), ids=FAILURES)
def test_both_engines_report_the_same_failure_of_a_shell(
    lab: Lab, environment: dict[str, str], engine: Engine, case: Case
) -> None:
    if case.sh == "missing":
        environment["PATH"] = str(lab.folder)
    elif case.sh:
        stand_in(lab.local, "sh", case.sh)
    with pytest.raises(HostError) as caught:
        engine.run(environment, case.operation)
    assert caught.value.failure == case.failure
    assert (type(caught.value) is ConnectionLost) == case.lost
    until(lambda: not lab.leftovers(), what="the shell has ended")


@both_engines
def test_both_engines_read_an_answer_whose_shell_prints_before_it(
    lab: Lab, environment: dict[str, str], engine: Engine
) -> None:
    stand_in(lab.local, "sh", 'echo "Welcome to $HOME"; echo careful >&2; exec "$real" "$@"')
    assert engine.run(environment, ask("echo hello; echo wrong >&2")) == "hello\n"


# ---- a stream here


ANSWER = "printf '\\n%s begin\\n{}\\n%s errors \\n%s end 0\\n' $navi_token $navi_token $navi_token; "


@both_engines
def test_both_engines_follow_a_stream_to_its_end(environment: dict[str, str], engine: Engine) -> None:
    script = ANSWER.format("one") + ANSWER.format("two") + "exit 0"
    assert engine.follow(environment, follow(script)) == ["one", "two"]


STREAM_FAILURES = {
    "ends": (follow(ANSWER.format("one") + "exit 7"), Failure(ERROR, "sh ended with status 7", SH)),
    "never begins": (
        follow("exec sleep 60", 0.2),
        Failure(
            UNREACHABLE, "its shell did not begin to answer",
            "check whether its shell's startup files wait for input, and the load of that machine",
        ),
    ),
    "falls silent": (
        follow(ANSWER.format("one") + "exec sleep 60", 0.5),
        Failure(UNREACHABLE, "no sign of life for 0.5 s", RECONNECT, Retry.AT_ONCE),
    ),
    "says too much": (follow(FLOOD), Failure(ERROR, "invalid answer: it is longer than 16 MiB", SHELL)),
}  # fmt: skip


@both_engines
@pytest.mark.parametrize(("stream", "failure"), STREAM_FAILURES.values(), ids=STREAM_FAILURES)
def test_both_engines_report_the_same_failure_of_a_stream(
    lab: Lab, environment: dict[str, str], engine: Engine, stream: Stream[str], failure: Failure
) -> None:
    with pytest.raises(HostError) as caught:
        engine.follow(environment, stream)
    assert caught.value.failure == failure
    until(lambda: not lab.leftovers(), what="the shell has ended")


# ---- a remote


@dataclass(frozen=True)
class RemoteCase:
    """A remote that fails: how it is made, what is asked, and what must be reported."""

    arrange: Callable[[Lab], Machine]
    cause: str
    state: HostState
    retry: Retry
    lost: bool = False
    operation: Operation[str] = HELLO


def plain(lab: Lab) -> Machine:
    return lab.machine("box", shell="zsh")


def with_startup_file(text: str, lab: Lab) -> Machine:
    machine = plain(lab)
    (machine.home / ".zshenv").write_text(text)
    return machine


def without_sh(lab: Lab) -> Machine:
    return lab.machine("box", path=lab.path_without("sh"))


def that_is_down(lab: Lab) -> Machine:
    machine = plain(lab)
    machine.stop()
    return machine


def that_refuses(lab: Lab) -> Machine:
    machine = plain(lab)
    (machine.folder / "authorized_keys").write_text("")
    return machine


def of_unknown_key(lab: Lab) -> Machine:
    machine = plain(lab)
    lab.known_hosts.write_text("")
    return machine



GARBAGE = "printf '\\n%s end many\\n' $navi_token; sleep 5"
ASKED, LATER, NOW = Retry.ON_REQUEST, Retry.LATER, Retry.AT_ONCE

REMOTE_FAILURES = {
    "shell that ends": RemoteCase(
        partial(with_startup_file, "echo not available >&2; exit 3\n"), "not available", ERROR, LATER
    ),
    "answers garbage": RemoteCase(
        plain, "invalid answer: its exit status is not a number: many", ERROR, LATER, True, ask(GARBAGE)
    ),
    "says too much": RemoteCase(plain, "invalid answer: it is longer than 16 MiB", ERROR, LATER, True, ask(FLOOD)),
    "lost within the answer": RemoteCase(
        plain, "ssh exited without an error message", UNREACHABLE, NOW, True, ask("kill -KILL $$; sleep 5")
    ),
    "no sh": RemoteCase(without_sh, "there is no sh on its PATH", ERROR, ASKED),
    "down": RemoteCase(that_is_down, "Connection refused", UNREACHABLE, LATER),
    "login refused": RemoteCase(that_refuses, "Permission denied (publickey)", HostState.AUTH, ASKED),
    "host key unknown": RemoteCase(of_unknown_key, "its host key is not known here", HostState.HOSTKEY, ASKED),
}


@both_engines
@pytest.mark.parametrize("case", REMOTE_FAILURES.values(), ids=REMOTE_FAILURES)
def test_both_engines_report_the_same_failure_of_a_remote(lab: Lab, engine: Engine, case: RemoteCase) -> None:
    remote = Remote(**{"connect_timeout": 5, **case.arrange(lab).remote()})  # type: ignore[arg-type]
    with pytest.raises(HostError) as caught:
        engine.run_there(remote, lab.environment(), case.operation)
    failure = caught.value.failure
    assert case.cause in failure.cause
    assert (failure.state, failure.retry) == (case.state, case.retry)
    assert (type(caught.value) is ConnectionLost) == case.lost
