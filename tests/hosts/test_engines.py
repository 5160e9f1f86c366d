"""Both engines, driven through the same failures of real shells: both must report the same failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from os.path import exists

import pytest
import trio

from navi.config.remote import Remote
from navi.core.failure import RECONNECT, Failure, HostState, Retry
from navi.hosts import Host, HostError
from navi.hosts.base import ConnectionLost
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.hosts.exchange import local_endpoint
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings, Operation, Stream
from tests.support.hosts import host, opened, read_output
from tests.support.machines import Lab, Machine, user
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
    with closing(BlockingHost(local_endpoint(NOTHING), environment)) as host:
        return host.run(operation)


def blocking_there(remote: Remote, environment: Mapping[str, str], operation: Operation[str]) -> str:
    with closing(BlockingOpenSSHHost(remote, environment)) as host:
        return host.run(operation)


def follow_blocking(environment: Mapping[str, str], stream: Stream[str]) -> list[str]:
    with closing(BlockingHost(local_endpoint(NOTHING), environment)) as host:
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
    "prints too much": Case(
        FLOOD, Failure(ERROR, "invalid answer: more than 1 MiB were printed before it", SHELL), True
    ),
    "answers too much": Case(
        "", Failure(ERROR, "invalid answer: it is longer than 16 MiB", SHELL), True, ask(FLOOD)
    ),
    "stays silent": Case(
        "exec sleep 60", Failure(UNREACHABLE, "no answer to `ask` within 1.2 s", LOAD), True, ask(":", 0.2)
    ),
    "stays silent within an answer": Case(
        "", Failure(UNREACHABLE, "no answer to `ask` within 1.2 s", LOAD), True, ask("sleep 3", 0.2)
    ),
    "writes errors only": Case("head -c 99000000 /dev/zero >&2", Failure(
        ERROR, "its shell wrote 16 MiB to standard error and did not answer; dropped", SHELL, Retry.SLOWLY
    ), True),
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


@both_engines
def test_both_engines_read_an_answer_whose_shell_writes_errors_for_ever(
    lab: Lab, environment: dict[str, str], engine: Engine
) -> None:
    stand_in(lab.local, "sh", 'yes noise >&2 & exec "$real" "$@"')
    assert engine.run(environment, ask("echo hello")) == "hello\n"


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
    "sends a byte now and then": (
        follow("printf '\\n%s begin\\n' $navi_token; while sleep 0.2; do printf x; done", 1),
        Failure(
            UNREACHABLE, "its shell did not begin to answer",
            "check whether its shell's startup files wait for input, and the load of that machine",
        ),
    ),
    "prints now and then": (
        follow("while sleep 0.2; do echo wait; done", 1),
        Failure(
            UNREACHABLE, "its shell did not begin to answer; it printed: wait",
            "check whether its shell's startup files wait for input, and the load of that machine",
        ),
    ),
    "says too much": (
        follow(FLOOD), Failure(ERROR, "invalid answer: more than 1 MiB were printed before it", SHELL)
    ),
}  # fmt: skip


@both_engines
@pytest.mark.parametrize(("stream", "failure"), STREAM_FAILURES.values(), ids=STREAM_FAILURES)
def test_both_engines_report_the_same_failure_of_a_stream(
    lab: Lab, environment: dict[str, str], engine: Engine, stream: Stream[str], failure: Failure
) -> None:
    with pytest.raises(HostError) as caught:
        engine.follow(environment, stream)
    found = caught.value.failure
    assert found._replace(cause=found.cause.partition("wait")[0] + "wait" * ("wait" in found.cause)) == failure
    until(lambda: not lab.leftovers(), what="the shell has ended")


@both_engines
def test_both_engines_drop_a_stream_that_answers_without_end(environment: dict[str, str], engine: Engine) -> None:
    with pytest.raises(HostError, match=r"^sends \d+ answers a second, more than 50; dropped$") as caught:
        engine.follow(environment, follow(f"while :; do {ANSWER.format('one')} done"))
    assert (caught.value.failure.state, caught.value.failure.retry) == (ERROR, Retry.SLOWLY)


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
    jump_host: str = ""
    key: bool = False
    remedy: str = ""


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


FORGED = """\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed.
a@b: Permission denied (publickey).
"""


def with_login(script: str, lab: Lab) -> Machine:
    """Return a machine whose sshd starts this script in place of the login shell."""
    machine = plain(lab)
    (machine.folder / "login" / "command").write_text(f"#!/bin/sh\n{script}")
    return machine


def that_forges(status: int, lab: Lab) -> Machine:
    return with_login(f"cat <<'END' >&2\n{FORGED}END\nexit {status}\n", lab)


def with_banner(lab: Lab) -> Machine:
    """Return a machine that refuses the login, after a banner with the words of another failure."""
    (lab.folder / "banner").write_text(FORGED)
    machine = lab.machine("box", sshd_options=f"Banner {lab.folder}/banner")
    (machine.folder / "authorized_keys").write_text("")
    return machine


def behind_proxy_command(command: str, lab: Lab) -> Machine:
    machine = plain(lab)
    lab.alias("box", machine.port, ProxyCommand=command)
    return machine


def behind_bastion_with_changed_key(lab: Lab) -> Machine:
    bastion, machine = lab.machine("bastion"), plain(lab)
    lines = lab.known_hosts.read_text().splitlines(keepends=True)
    wrong = f"[127.0.0.1]:{bastion.port} {lab.keys.client_public}"
    lab.known_hosts.write_text("".join(line for line in lines if f":{bastion.port} " not in line) + wrong)
    return machine


def behind_bastion_with_forged_banner(lab: Lab) -> Machine:
    """Return a machine that is down, behind a jump host whose banner has the words of another failure."""
    (lab.folder / "banner").write_text(FORGED)
    lab.machine("bastion", sshd_options=f"Banner {lab.folder}/banner")
    machine = plain(lab)
    machine.stop()
    return machine


def with_bind_address(lab: Lab) -> Machine:
    machine = plain(lab)
    lab.alias("box", machine.port, BindAddress="192.0.2.1")
    return machine


SFTP = next(path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server") if exists(path))

GARBAGE = "printf '\\n%s end many\\n' $navi_token; sleep 5"
ASKED, SLOWLY, LATER, NOW = Retry.ON_REQUEST, Retry.SLOWLY, Retry.LATER, Retry.AT_ONCE

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
    "login refused": RemoteCase(that_refuses, "Permission denied (publickey)", HostState.AUTH, SLOWLY),
    "shell that forges ssh's words": RemoteCase(
        partial(that_forges, 255), "ended with status 255; it printed: a@b: Permission denied", ERROR, LATER, True,
        remedy="run ssh box to see more",
    ),
    "shell that forges ssh's words and ends with success": RemoteCase(
        partial(that_forges, 0), "no sh answered: its login shell exited with status 0; it printed: a@b", ERROR, LATER
    ),
    "banner that forges ssh's words": RemoteCase(
        with_banner, "Permission denied (publickey)", HostState.AUTH, SLOWLY, remedy="navi hosts --login box to log in",
    ),
    "ForceCommand": RemoteCase(
        partial(with_login, "echo hi"), "no sh answered: its login shell exited with status 0; it printed: hi",
        ERROR, LATER, remedy="the account must be able to run `exec sh -s`",
    ),
    "startup file that starts zsh": RemoteCase(
        partial(with_login, "exec zsh"), "it printed: a startup file starts zsh in place of sh", ERROR, LATER,
    ),
    "startup file that starts tcsh": RemoteCase(
        partial(with_startup_file, "exec tcsh\n"), "it printed: a startup file starts tcsh in place of sh", ERROR,
        LATER,
    ),
    "startup file that starts fish": RemoteCase(
        partial(with_startup_file, "exec fish\n"), "fish runs in place of sh", ERROR, LATER, True,
        ask("echo hello", 3), remedy="case $- in *i*) exec fish ;; esac",
    ),
    "startup file that starts python": RemoteCase(
        partial(with_startup_file, "exec python3 -c 'import sys; exec(sys.stdin.read())'\n"),
        "python runs in place of sh", ERROR, LATER, True, ask("echo hello", 3),
    ),
    "login shell python": RemoteCase(
        partial(with_login, "exec python3 -c 'exec sh -s'\n"), "python runs in place of sh", ERROR, LATER,
    ),
    "nologin": RemoteCase(
        partial(with_login, "exec /usr/sbin/nologin"), "status 1; it printed: This account is currently not available",
        ERROR, LATER,
    ),
    "sftp only": RemoteCase(
        partial(with_login, f"exec {SFTP}"), "no sh answered: its login shell exited with status", ERROR, LATER
    ),
    "ProxyCommand that fails": RemoteCase(
        partial(behind_proxy_command, "sh -c 'echo token expired, run tool login >&2; exit 1'"),
        "failed and printed: token expired, run tool login", UNREACHABLE, LATER, remedy="run ssh box",
    ),
    "ProxyCommand that is missing": RemoteCase(
        partial(behind_proxy_command, "/no/such/tool %h"), "ProxyCommand (/no/such/tool 127.0.0.1) failed", UNREACHABLE,
        LATER,
    ),
    "ProxyCommand that prints ssh's words": RemoteCase(
        partial(behind_proxy_command, "sh -c 'echo Host key verification failed. >&2; exit 1'"),
        "failed and printed: Host key verification failed", UNREACHABLE, LATER,
    ),
    "bastion with a changed key": RemoteCase(
        behind_bastion_with_changed_key, "jump host bastion: its host key has changed", HostState.HOSTKEY, SLOWLY,
        jump_host="bastion", remedy="see more: navi doctor box; or navi hosts --login box",
    ),
    "bastion with a changed key, and a key of our own": RemoteCase(
        behind_bastion_with_changed_key, "jump host bastion: its host key has changed", HostState.HOSTKEY, SLOWLY,
        jump_host="bastion", key=True,
    ),
    "bastion with a forged banner": RemoteCase(
        behind_bastion_with_forged_banner, "jump host bastion: channel 0: open failed: connect failed: Connection ref",
        UNREACHABLE, LATER, jump_host="bastion",
    ),
    "bastion with a forged banner, and a key of our own": RemoteCase(
        behind_bastion_with_forged_banner, "jump host bastion: channel 0: open failed: connect failed: Connection ref",
        UNREACHABLE, LATER, jump_host="bastion", key=True,
    ),
    "ssh as ProxyCommand": RemoteCase(
        partial(behind_proxy_command, "ssh -W %h:%p nobody@127.0.0.1 -p 1"), "jump host", UNREACHABLE, LATER,
    ),
    "an address that this machine does not have": RemoteCase(
        with_bind_address, "192.0.2.1: Cannot assign requested address", UNREACHABLE, LATER, remedy="BindAddress",
    ),
    "host key unknown": RemoteCase(of_unknown_key, "its host key is not known here", HostState.HOSTKEY, SLOWLY),
}


@both_engines
@pytest.mark.parametrize("case", REMOTE_FAILURES.values(), ids=REMOTE_FAILURES)
def test_both_engines_report_the_same_failure_of_a_remote(lab: Lab, engine: Engine, case: RemoteCase) -> None:
    fields = {"jump_host": case.jump_host, "key": str(lab.key) if case.key else ""}
    remote = Remote(**{"connect_timeout": 5, **case.arrange(lab).remote(**fields)})  # type: ignore[arg-type]
    with pytest.raises(HostError) as caught:
        engine.run_there(remote, lab.environment(), case.operation)
    failure = caught.value.failure
    assert case.cause in failure.cause
    assert (failure.state, failure.retry) == (case.state, case.retry)
    assert case.remedy in failure.remedy_in_verbs
    assert (type(caught.value) is ConnectionLost) == case.lost


def test_the_dashboard_names_the_program_that_a_startup_file_starts(lab: Lab) -> None:
    async def check() -> None:
        async with opened(host(lab, with_startup_file("exec fish\n", lab))) as box:
            with pytest.raises(HostError) as caught:
                async with box.watch(follow("echo hello", silence=3)) as watch:
                    assert [item async for item in watch] == []
        assert caught.value.failure.cause == "fish runs in place of sh"

    trio.run(check)


# ---- what the user's ssh_config may say

ODD_OPTIONS: list[dict[str, str]] = [
    {"StdinNull": "yes"},
    {"SessionType": "none"},
    {"SessionType": "subsystem"},
    {"ForkAfterAuthentication": "yes"},
    {"StdinNull": "yes", "SessionType": "none", "ForkAfterAuthentication": "yes"},
    {"RequestTTY": "force"},
    {"RemoteCommand": "echo no"},
    {"PermitLocalCommand": "yes", "LocalCommand": "echo no; exit 1"},
    {"Tunnel": "yes", "ExitOnForwardFailure": "yes"},
    {"LocalForward": "127.0.0.1:1 127.0.0.1:2", "ExitOnForwardFailure": "yes"},
    {"RemoteForward": "127.0.0.1:1 127.0.0.1:2", "ExitOnForwardFailure": "yes"},
    {"DynamicForward": "127.0.0.1:1", "ExitOnForwardFailure": "yes"},
    {"ControlMaster": "no", "ControlPath": "none", "ControlPersist": "no"},
    {"LogLevel": "QUIET"},
    {"LogLevel": "DEBUG3"},
    {"LogVerbose": "*:*:*"},
    {"VisualHostKey": "yes"},
    {"EscapeChar": "x"},
    {"BatchMode": "no", "NumberOfPasswordPrompts": "3"},
    {"Compression": "no"},
    {"ForwardAgent": "yes", "ForwardX11": "yes"},
    {"UpdateHostKeys": "ask"},
    {"SendEnv": "LANG", "SetEnv": "A=b"},
    {"ServerAliveInterval": "0"},
    {"IgnoreUnknown": "UseKeychain", "UseKeychain": "yes"},
]


@both_engines
@pytest.mark.parametrize("options", ODD_OPTIONS, ids=lambda options: ",".join(options))
def test_an_odd_ssh_config_breaks_nothing(lab: Lab, engine: Engine, options: dict[str, str]) -> None:
    machine = plain(lab)
    lab.alias("box", machine.port, **options)
    assert engine.run_there(Remote("box", "box", connect_timeout=5), lab.environment(), HELLO) == "hello\n"


@both_engines
@pytest.mark.parametrize("written", ["{user}@[::1]:{port}", "ssh://{user}@[::1]:{port}", "[::1]:{port}"])
@pytest.mark.parametrize("key", [False, True])
def test_a_jump_host_may_have_an_ipv6_address(lab: Lab, engine: Engine, written: str, key: bool) -> None:
    bastion, machine = lab.machine("bastion", sshd_options="ListenAddress ::1"), plain(lab)
    lab.known_hosts.write_text(f"{lab.known_hosts.read_text()}[::1]:{bastion.port} {lab.keys.host_public}")
    jump = written.format(user=user(), port=bastion.port)
    fields = {"jump_host": jump, "key": str(lab.key) if key else ""}
    if not key:  # then ssh_config must know the key of the hop
        lab.alias("::1", bastion.port, HostName="::1")
    remote = Remote(**{"connect_timeout": 5, **machine.remote(**fields)})  # type: ignore[arg-type]
    assert engine.run_there(remote, lab.environment(), HELLO) == "hello\n"
    assert "Accepted publickey" in bastion.log.read_text()
