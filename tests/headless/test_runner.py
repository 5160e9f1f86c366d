"""Agents without a terminal on real machines: they belong to their host, and nothing that fails here loses a line."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from navi.core import exits
from navi.core.headless import HeadlessStatus
from navi.headless.harness.base import GivenAnswer, Taken, ToolResult
from navi.headless.harness.scripted import SCRIPTED
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.wire import new_token, request
from navi.ops import Operation, OperationError
from navi.ops.headless import runs as headless
from navi.ops.headless.runs import Exit, Limits, RunId, RunState
from navi.ops.headless.tail import LogLines, LogMissing, News, Position, RunEnded, RunLost, TerminalOpened, tail
from tests.support.full_disk import disk, fill, free
from tests.support.headless import Driven, folder, here_or_there, process
from tests.support.machines import Account, Lab, Machine, program
from tests.support.processes import Process, read
from tests.support.processes import send as send_signal
from tests.support.scripts import SHELLS, Shell, look, names, run, settings_of
from tests.support.waiting import until

ID = RunId("spawn_1")

HERE_AND_THERE = pytest.mark.parametrize("far", [False, True], ids=["here", "there"])
EVERY_SHELL = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)

ECHO = ("sh", "-c", 'while IFS= read -r line; do printf "%s\\n" "$line"; done')
"""An agent that says what it is told."""


@pytest.fixture
def agent(lab: Lab) -> Iterator[Driven]:
    """A scripted agent on this machine."""
    with here_or_there(lab, far=False) as (account, host), Driven(host, account, SCRIPTED) as agent:
        agent.start()
        yield agent


def begin(account: Account, shell: Shell, words: tuple[str, ...] = ECHO, id: RunId = ID, **more: object) -> RunState:
    """Start a command as an agent; return its state."""
    return run(account, shell, headless.start_run(id, words, "", **more)).state  # type: ignore[arg-type]


def state_of(account: Account, shell: Shell, id: RunId = ID) -> headless.Run:
    """Return what a look finds of a run."""
    return next(one for one in run(account, shell, headless.look_at_runs()).runs if one.id == id)


def send(account: Account, shell: Shell, data: bytes) -> None:
    """Send a part of a request to a shell, and close the connection."""
    words, place = [*shell.words, "-s"], account.home
    subprocess.run(
        words, input=data, cwd=place, env=account.environment(), capture_output=True, timeout=60, check=False
    )


def log(account: Account, id: RunId = ID) -> str:
    """Return what an agent has printed."""
    return (folder(account, id) / "log").read_text()


def logged(account: Account, text: str, id: RunId = ID) -> None:
    """Wait until an agent has printed all of this."""
    until(lambda: log(account, id) == text, what=f"the log is {text!r}")


# ---- one agent, with a prompt, questions and an end


@HERE_AND_THERE
def test_a_session_from_its_start_to_its_end(lab: Lab, far: bool) -> None:
    with here_or_there(lab, far) as (account, host), Driven(host, account, SCRIPTED) as agent:
        assert agent.start().state is RunState.RUNNING
        agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the handshake")
        uuid = agent.prompt("say one ;; ask touch x ;; say two")
        agent.until(lambda: agent.state.status is HeadlessStatus.PERMISSION, "the question")
        assert Taken(uuid) in agent.events
        agent.answer(GivenAnswer(allow=True))
        agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
        assert agent.texts() == ["one", "two"]
        assert agent.of(ToolResult) == [ToolResult("q1", "allow")]
        agent.prompt("ask touch y ;; say never")
        agent.until(lambda: agent.state.status is HeadlessStatus.PERMISSION, "the second question")
        agent.interrupt()
        agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the interrupt")
        assert agent.state.reason == "interrupted"
        assert agent.texts() == ["one", "two"]
        ended = host.run(headless.end_run(agent.id))
        assert (ended.state, ended.exit) == (RunState.ENDED, Exit(0, agent.offset, "asked"))
        agent.until(lambda: agent.ended, "the end")


@EVERY_SHELL
def test_each_shell_starts_feeds_and_ends_an_agent(lab: Lab, shell: Shell) -> None:
    assert begin(lab.local, shell) is RunState.RUNNING
    for number in (2, 1):
        assert run(lab.local, shell, headless.post_input(ID, number, f"{number} \"a\" 'b' \\n $x"))[0]
    logged(lab.local, "1 \"a\" 'b' \\n $x\n2 \"a\" 'b' \\n $x\n")
    until(lambda: state_of(lab.local, shell).fed == 2, what="both are noted as handed over")
    ended = run(lab.local, shell, headless.end_run(ID))
    assert ended.exit == Exit(0, len(log(lab.local)), "asked")
    assert state_of(lab.local, shell).state is RunState.ENDED


def test_an_agent_gets_its_words_folder_and_variables_exactly(lab: Lab) -> None:
    script = 'printf "%s|" "$0" "$@" "$PWD" "$A" "${CLAUDECODE-none}" "${TMUX-none}${TMUX_PANE-none}"; echo'
    words = ("sh", "-c", script, "it's", "", " two  words ", "$x `y` \\ \n.")
    place = lab.local.home / "a b'c"
    place.mkdir()
    operation = headless.start_run(ID, words, str(place), {"A": "x'y z", "CLAUDECODE": None})
    run(lab.local, SHELLS[0], operation, {"CLAUDECODE": "1"})
    expected = ["it's", "", " two  words ", "$x `y` \\ \n.", str(place), "x'y z", "none", "nonenone", "\n"]
    logged(lab.local, "|".join(expected))


@pytest.mark.parametrize("shell", ["bash", "fish", "tcsh", "zsh", "ksh", "busybox"])
def test_an_agent_has_the_path_of_the_login_shell(lab: Lab, shell: str) -> None:
    machine = lab.machine("far", shell=shell)
    startup = {"fish": ".config/fish/config.fish", "tcsh": ".tcshrc", "bash": ".bash_profile", "zsh": ".zshrc"}
    path = machine.home / startup.get(shell, ".profile")
    path.parent.mkdir(parents=True, exist_ok=True)
    own = machine.home / "own"
    own.mkdir()
    if shell in startup:
        text = f"set path = ($path {own})\n" if shell == "tcsh" else f"set -gx PATH $PATH {own}\n"
        path.write_text(text if shell in ("fish", "tcsh") else f"PATH=$PATH:{own}\n")
    program = (own if shell in startup else machine.bin) / "my-agent"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    begin(machine, SHELLS[0], ("my-agent",))
    logged(machine, "hello\n")


def test_a_missing_program_is_a_failed_start_with_its_reason(lab: Lab) -> None:
    operation = headless.start_run(ID, ("no-such-agent",), "")
    started = run(lab.local, SHELLS[0], operation)
    until(lambda: state_of(lab.local, SHELLS[0]).exit == Exit(127, 0), what="it has failed")
    assert "no-such-agent" in " ".join((*started.errors, *run(lab.local, SHELLS[0], headless.read_agent_errors(ID))))


REFUSED = [
    ("no folder", headless.start_run(ID, ECHO, "~/nowhere"), exits.NO_SESSION, "there is no directory"),
    ("no run", headless.post_input(ID, 1, "x"), exits.NO_SESSION, "there is no generation 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "status", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_done_is_refused(lab: Lab, operation: Operation[object], status: int, words: str) -> None:
    with pytest.raises(OperationError, match=words) as refused:
        run(lab.local, SHELLS[0], operation)
    assert refused.value.status == status


def test_a_run_without_files_has_ended_if_no_session_of_its_server_has_it(lab: Lab) -> None:
    assert run(lab.local, SHELLS[0], headless.end_run(ID)).state is RunState.LOST
    begin(lab.local, SHELLS[0], ("sleep", "1000"))
    folder = lab.local.sessions_dir / ".headless" / ID.session
    folder.rename(lab.local.home / "elsewhere")
    with pytest.raises(OperationError, match=r"its files are gone from .*, and it runs; tmux -L navi-headless"):
        run(lab.local, SHELLS[0], headless.end_run(ID))
    (lab.local.home / "elsewhere").rename(folder)
    run(lab.local, SHELLS[0], headless.end_run(ID, 0))


def test_a_server_that_hangs_proves_no_end(lab: Lab) -> None:
    begin(lab.local, SHELLS[0], ("sleep", "1000"))
    folder = lab.local.sessions_dir / ".headless" / ID.session
    folder.rename(lab.local.home / "elsewhere")
    with lab.local.hung_server("-L", "navi-headless"), pytest.raises(OperationError, match="does not answer"):
        run(lab.local, SHELLS[0], headless.end_run(ID))
    (lab.local.home / "elsewhere").rename(folder)
    run(lab.local, SHELLS[0], headless.end_run(ID, 0))


@pytest.mark.parametrize("id", ["", "a/b", "..", "a b", "x" * 65, "a\n"])
def test_an_id_is_a_plain_name(id: str) -> None:
    for make in (lambda: headless.post_input(RunId(id), 1, ""), lambda: tail([Position(RunId(id))])):
        with pytest.raises(OperationError):
            make()


# ---- exactly once


def test_to_start_twice_starts_once(lab: Lab) -> None:
    began = [threading.Thread(target=begin, args=(lab.local, shell)) for shell in SHELLS]
    for one in began:
        one.start()
    for one in began:
        one.join()
    again = run(lab.local, SHELLS[0], headless.start_run(ID, ECHO, ""))
    assert (again.state, again.new) == (RunState.RUNNING, False)
    run(lab.local, SHELLS[0], headless.post_input(ID, 1, "x"))
    logged(lab.local, "x\n")
    assert len([one for one in lab.belongings() if one.words.endswith("/runner.sh")]) <= 4
    assert len({read(process(lab.local, ID))}) == 1


def test_an_input_posted_many_times_at_once_is_one(lab: Lab) -> None:
    begin(lab.local, SHELLS[0])
    posts = [
        threading.Thread(target=run, args=(lab.local, shell, headless.post_input(ID, number, f"{number}")))
        for number in (1, 2, 3)
        for shell in SHELLS
    ]
    for one in posts:
        one.start()
    for one in posts:
        one.join()
    logged(lab.local, "1\n2\n3\n")


@EVERY_SHELL
def test_a_request_that_was_cut_hands_nothing_over(lab: Lab, shell: Shell) -> None:
    """Cut anywhere before the end of the script: within the line, at its end, or behind it."""
    begin(lab.local, shell)
    whole = request(headless.post_input(ID, 1, "x" * 9000), new_token(), settings_of(lab.local))
    line, script = whole.index(b"x" * 9000), whole.index(b"</dev/null 2>&1 >&3")
    for at in (line, line + 4096, line + 9000, line + 9001, line + 9002, script - 200, script):
        send(lab.local, shell, whole[:at])
        assert sorted(os.listdir(folder(lab.local, ID) / "in.d")) == []
    assert run(lab.local, shell, headless.post_input(ID, 1, "whole")).new
    logged(lab.local, "whole\n")


@EVERY_SHELL
def test_a_line_that_is_not_whole_is_refused(lab: Lab, shell: Shell) -> None:
    begin(lab.local, shell)
    whole = headless.post_input(ID, 1, "hello")
    for words in (("6", "hello"), ("6", "hell\n"), ("6", "")):
        with pytest.raises(OperationError, match="did not arrive whole") as refused:
            run(lab.local, shell, whole._replace(arguments=(*whole.arguments[:4], *words)))
        assert refused.value.status == exits.TIMED_OUT
    assert sorted(os.listdir(folder(lab.local, ID) / "in.d")) == []


def test_inputs_of_an_earlier_generation_reach_no_later_one(lab: Lab) -> None:
    begin(lab.local, SHELLS[0])
    run(lab.local, SHELLS[0], headless.end_run(ID))
    second = RunId(ID.session, 2)
    assert begin(lab.local, SHELLS[0], id=second, first=4) is RunState.RUNNING
    with pytest.raises(OperationError, match="has ended"):
        run(lab.local, SHELLS[0], headless.post_input(ID, 1, "late"))
    run(lab.local, SHELLS[0], headless.post_input(second, 4, "new"))
    logged(lab.local, "new\n", second)


def test_two_agents_never_have_one_session(lab: Lab) -> None:
    begin(lab.local, SHELLS[0])
    with pytest.raises(OperationError, match="generation 1 of spawn_1 is running") as refused:
        begin(lab.local, SHELLS[0], id=RunId(ID.session, 2))
    assert refused.value.status == exits.EXISTS
    run(lab.local, SHELLS[0], headless.end_run(ID))
    begin(lab.local, SHELLS[0], id=RunId(ID.session, 2))
    third = RunId(ID.session, 3)
    run(lab.local, SHELLS[0], headless.end_run(RunId(ID.session, 2)))
    begin(lab.local, SHELLS[0], id=third)
    run(lab.local, SHELLS[0], headless.remove_run(ID, 0))
    with pytest.raises(OperationError, match=r"generation \d of spawn_1 exists"):
        begin(lab.local, SHELLS[0])


# ---- what is killed


def kill(account: Account, name: str) -> None:
    """Kill a process of the run, or its tmux server."""
    if name == "server":
        socket = account.folder / "tmux" / f"tmux-{os.getuid()}" / "navi-headless"
        os.kill(int(account.tmux("-S", str(socket), "display-message", "-p", "#{pid}")), signal.SIGKILL)
    else:
        os.kill(process(account, ID, name), signal.SIGKILL)


KILLED = [
    ("pid", RunState.ENDED, Exit(137, 0)),
    ("feeder", RunState.ENDED, Exit(0, 0, "feeder")),
    ("server", RunState.ENDED, Exit(129, 0, "HUP")),
]


@pytest.mark.parametrize(("name", "state", "exit"), KILLED, ids=[row[0] for row in KILLED])
def test_the_end_of_what_was_killed_is_reported_truthfully(lab: Lab, name: str, state: RunState, exit: Exit) -> None:
    begin(lab.local, SHELLS[0])
    kill(lab.local, name)
    until(lambda: state_of(lab.local, SHELLS[0])[1] is state, what=f"{name} was killed")
    assert state_of(lab.local, SHELLS[0]).exit == exit
    with pytest.raises(OperationError, match="has ended"):
        run(lab.local, SHELLS[0], headless.post_input(ID, 1, "x"))


def test_an_agent_without_its_runner_runs_on_and_can_be_ended(lab: Lab) -> None:
    begin(lab.local, SHELLS[0])
    kill(lab.local, "runner")
    assert state_of(lab.local, SHELLS[0]).state is RunState.RUNNING
    run(lab.local, SHELLS[0], headless.post_input(ID, 1, "x"))
    logged(lab.local, "x\n")
    ended = run(lab.local, SHELLS[0], headless.end_run(ID))
    assert (ended.state, ended.exit) == (RunState.LOST, None)
    assert state_of(lab.local, SHELLS[0]).state is RunState.LOST


def test_a_run_of_an_earlier_start_of_the_machine_is_lost(lab: Lab) -> None:
    """Its process ids may be others' by now."""
    begin(lab.local, SHELLS[0])
    place = folder(lab.local, ID)
    for name in ("pid", "runner"):
        words = (place / name).read_text().split()
        words[3] = re.sub(r"@[^.]*", "@0badb007", words[3])
        (place / name).write_text(" ".join(words) + "\n")
    assert state_of(lab.local, SHELLS[0]).state is RunState.LOST


@pytest.mark.parametrize("restarted", [False, True], ids=["killed", "restarted"])
def test_who_follows_a_run_hears_that_nothing_of_it_is_left(lab: Lab, restarted: bool) -> None:
    begin(lab.local, SHELLS[0])
    run(lab.local, SHELLS[0], headless.post_input(ID, 1, "last words"))
    logged(lab.local, "last words\n")
    place = folder(lab.local, ID)
    processes = [process(lab.local, ID, name) for name in ("runner", "feeder", "pid")]
    for one in processes:
        os.kill(one, signal.SIGKILL)
    for name in ("pid", "runner") if restarted else ():
        words = (place / name).read_text().split()
        words[3] = re.sub(r"@[^.]*", "@0badb007", words[3])
        (place / name).write_text(" ".join(words) + "\n")
    found: list[News] = []
    with here_or_there(lab, far=False) as (_, host):
        for several in host.follow(tail([Position(ID)]), time.monotonic() + 60):
            found += several
            if any(isinstance(one, RunLost) for one in found):
                break
    size = len("last words\n")
    assert [one for one in found if isinstance(one, LogLines | RunLost)] == [
        LogLines(ID, 0, size, b"last words\n"), RunLost(ID, size, restarted),
    ]  # fmt: skip


def test_a_process_id_that_is_used_again_is_no_agent(lab: Lab) -> None:
    begin(lab.local, SHELLS[0])
    place = folder(lab.local, ID)
    for name in ("pid", "runner"):
        words = (place / name).read_text().split()
        words[0] = str(os.getpid())
        (place / name).write_text(" ".join(words) + "\n")
    assert state_of(lab.local, SHELLS[0]).state is RunState.LOST
    assert run(lab.local, SHELLS[0], headless.end_run(ID)).state is RunState.LOST  # and we live


def test_a_run_of_another_machine_is_left_alone(lab: Lab) -> None:
    begin(lab.local, SHELLS[0])
    place = folder(lab.local, ID)
    for name in ("pid", "runner"):
        words = (place / name).read_text().split()
        (place / name).write_text(" ".join([*words[:3], "elsewhere:12345678@abc.1"]) + "\n")
    assert state_of(lab.local, SHELLS[0]).state is RunState.ELSEWHERE
    later = headless.start_run(RunId(ID.session, 2), ECHO, "")
    operations: list[Operation[Any]] = [headless.end_run(ID), headless.remove_run(ID, 0), later]
    for operation in operations:
        with pytest.raises(OperationError):
            run(lab.local, SHELLS[0], operation)


STEPS = ("mkdir", "mkfifo", "mv", "tmux", "timeout", "printf")

KILL_AT = r"""
count=0
step() {
    count=$((count + 1))
    [ "$count" -lt LAST ] || { read -r self rest </proc/self/stat; kill -KILL $$ "$self"; }
}
"""
"""Kills a request when it comes to its LASTth step."""


@pytest.mark.parametrize("shell", SHELLS[:3], ids=lambda shell: shell.name)
def test_a_start_that_was_killed_anywhere_is_reported_and_can_be_repeated(lab: Lab, shell: Shell) -> None:
    """Its request is killed at each of its steps; then it is made again."""
    steps = "".join(f'{name}() {{ step; command {name} "$@"; }}\n' for name in STEPS)
    seen: set[RunState | None] = set()
    for last in range(1, 15):
        id = RunId(f"spawn_{last}")
        operation = headless.start_run(id, ECHO, "")
        killed = operation._replace(script=KILL_AT.replace("LAST", str(last)) + steps + operation.script)
        send(lab.local, shell, request(killed, new_token(), settings_of(lab.local)))
        found = {one.id: one.state for one in run(lab.local, shell, headless.look_at_runs()).runs}
        seen.add(found.get(id))
        assert run(lab.local, shell, operation).state is RunState.RUNNING
        run(lab.local, shell, headless.post_input(id, 1, "x"))
        logged(lab.local, "x\n", id)
    assert seen <= {None, RunState.UNSTARTED, RunState.STARTING, RunState.RUNNING}
    assert {None, RunState.UNSTARTED} <= seen


def agents_of(lab: Lab) -> list[Process]:
    """Return the agents that run, and those that are just being started."""
    return [
        one for one in lab.belongings() if one.words.startswith("sh -c while IFS= read") or "runner.sh" in one.words
    ]


def test_whatever_is_killed_and_whenever_a_look_tells_the_truth(lab: Lab) -> None:
    """Any process of a run is killed at a random moment of its start, its work or its end."""
    chance = random.Random(7)
    for number in range(12):
        id = RunId(f"chance_{number}")

        def live(id: RunId = id) -> None:
            with suppress(OperationError):
                run(lab.local, SHELLS[0], headless.start_run(id, ECHO, ""))
                for number in range(1, 4):
                    run(lab.local, SHELLS[0], headless.post_input(id, number, f"{number}"))

        thread = threading.Thread(target=live)
        thread.start()
        time.sleep(chance.uniform(0, 1.5))
        victims = agents_of(lab)
        if victims:
            send_signal(signal.SIGKILL, [chance.choice(victims)])
        thread.join()
        ended = run(lab.local, SHELLS[0], headless.end_run(id, 2))
        assert ended.state.over
        assert state_of(lab.local, SHELLS[0], id).state is ended.state
        assert [one for one in agents_of(lab) if one.words.startswith("sh -c")] == []
        assert "1\n2\n3\n".startswith(log(lab.local, id))


# ---- endings


STUBBORN = [
    ("no end of input", 'trap "exit 3" TERM; while :; do sleep 0.1; done', 3),
    ("no SIGTERM", 'trap "" TERM; while :; do sleep 0.1; done', 137),
]


@pytest.mark.parametrize(("script", "status"), [row[1:] for row in STUBBORN], ids=[row[0] for row in STUBBORN])
def test_an_agent_that_does_not_end_is_ended(lab: Lab, script: str, status: int) -> None:
    begin(lab.local, SHELLS[0], ("sh", "-c", script))
    ended = run(lab.local, SHELLS[0], headless.end_run(ID, 1))
    assert ended.exit == Exit(status, 0, "asked")


def test_with_an_agent_that_must_be_killed_goes_its_group(lab: Lab) -> None:
    begin(lab.local, SHELLS[0], ("sh", "-c", 'trap "" TERM; sleep 1000 & echo $!; wait; while :; do sleep 0.1; done'))
    until(lambda: log(lab.local), what="its child runs")
    run(lab.local, SHELLS[0], headless.end_run(ID, 0))
    assert read(int(log(lab.local))) is None


def test_limits_hold_without_anybody_connected(lab: Lab) -> None:
    begin(lab.local, SHELLS[0], ("sh", "-c", "sleep 1000"), limits=Limits(seconds=2))
    begin(
        lab.local,
        SHELLS[0],
        ("sh", "-c", "while :; do echo xxxxxxxxx; done"),
        RunId("loud"),
        limits=Limits(output=5000),
    )
    until(lambda: state_of(lab.local, SHELLS[0]).exit, timeout=60, what="its time is over")
    until(lambda: state_of(lab.local, SHELLS[0], RunId("loud")).exit, timeout=60, what="it was too loud")
    found = {one.id.session: one.exit for one in run(lab.local, SHELLS[0], headless.look_at_runs()).runs}
    assert {name: exit and exit.reason for name, exit in found.items()} == {"spawn_1": "time", "loud": "output"}


def test_the_limit_of_output_holds_also_after_the_clock_was_put_back(lab: Lab) -> None:
    script = "read line; while :; do echo xxxxxxxxx; done"
    begin(lab.local, SHELLS[0], ("sh", "-c", script), limits=Limits(output=5000))
    limits = folder(lab.local, ID) / "limits"
    until(limits.exists, what="it was looked at")
    later = time.time() + 365 * 86400
    os.utime(limits, (later, later))
    run(lab.local, SHELLS[0], headless.post_input(ID, 1, "go"))
    until(lambda: state_of(lab.local, SHELLS[0]).exit, timeout=60, what="it was too loud")
    assert state_of(lab.local, SHELLS[0]).exit.reason == "output"  # type: ignore[union-attr]


@pytest.mark.parametrize("then", ['kill -9 "$PPID"', 'while [ -e "$NAVI_RUN" ]; do sleep 0.1; done'])
def test_nothing_runs_on_after_files_are_removed_right_after_the_end_was_noted(
    lab: Lab, agent: Driven, then: str
) -> None:
    """The runner is killed then, or so slow that its files are gone when it goes on."""
    agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the handshake")
    stand_in = lab.local.bin / "mv"
    stand_in.write_text(f'#!/bin/sh\n{program("mv")} "$@"\ncase $* in *exit.new*) {then} ;; esac\n')
    stand_in.chmod(0o755)
    send_signal(signal.SIGKILL, [one for one in [read(process(lab.local, agent.id))] if one])
    until((agent.folder / "exit").exists, what="its end is noted")
    agent.leave()
    agent.host.run(headless.remove_run(agent.id, (agent.folder / "log").stat().st_size))
    mark = f"NAVI_HEADLESS={agent.id.session}".encode()
    until(lambda: not [one for one in lab.belongings() if mark in one.environment], what="all of it has ended")


def test_files_that_can_not_be_removed_are_not_called_removed(lab: Lab) -> None:
    begin(lab.local, SHELLS[0], ("true",))
    until(lambda: state_of(lab.local, SHELLS[0]).exit, what="it has ended")
    stand_in = lab.local.bin / "rm"
    stand_in.write_text(f'#!/bin/sh\ncase $* in *old.1) exit 1 ;; esac\nexec {program("rm")} "$@"\n')
    stand_in.chmod(0o755)
    with pytest.raises(OperationError, match=r"old\.1 can't be removed; check its permissions"):
        run(lab.local, SHELLS[0], headless.remove_run(ID, 0))
    stand_in.unlink()
    run(lab.local, SHELLS[0], headless.remove_run(ID, 0))
    assert not folder(lab.local, ID).parent.exists()


def test_errors_are_kept_short(lab: Lab) -> None:
    script = 'i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo "error number $i of many, many more" >&2; done; cat'
    begin(lab.local, SHELLS[0], ("sh", "-c", script))
    sizes = [folder(lab.local, ID) / name for name in ("err", "err.old")]
    until(lambda: sizes[1].exists() and sum(path.stat().st_size for path in sizes) <= 65536, what="they are cut")
    assert run(lab.local, SHELLS[0], headless.read_agent_errors(ID))[-1] == "error number 4000 of many, many more"


def test_files_go_only_when_all_is_over_and_has_arrived(lab: Lab) -> None:
    begin(lab.local, SHELLS[0], ("echo", "hello"))
    until(lambda: state_of(lab.local, SHELLS[0]).exit, what="it has ended")
    with pytest.raises(OperationError, match="5 bytes of the output of spawn_1 have arrived, but there are 6"):
        run(lab.local, SHELLS[0], headless.remove_run(ID, 5))
    run(lab.local, SHELLS[0], headless.remove_run(ID, 6))
    run(lab.local, SHELLS[0], headless.remove_run(ID, 6))
    assert not folder(lab.local, ID).parent.exists()
    begin(lab.local, SHELLS[0])
    with pytest.raises(OperationError, match="is running; end it first"):
        run(lab.local, SHELLS[0], headless.remove_run(ID, 0))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_reported_and_the_end_is_noted_all_the_same(lab: Lab) -> None:
    with disk("size=1m") as small:
        settings = settings_of(lab.local, folder=str(small / "sessions"))
        run(lab.local, SHELLS[0], headless.start_run(ID, ECHO, ""), settings=settings)
        fill(small)
        with pytest.raises(OperationError, match="no space left"):
            run(lab.local, SHELLS[0], headless.post_input(ID, 1, "x" * 9000), settings=settings)
        assert "no space left" in run(lab.local, SHELLS[0], headless.look_at_runs(), settings=settings).trouble
        pid = int((small / "sessions/.headless/spawn_1/1/pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        look = headless.look_at_runs()
        until(lambda: run(lab.local, SHELLS[0], look, settings=settings).runs[0].exit, what="its end is noted")
        with pytest.raises(OperationError, match="no space left"):
            run(lab.local, SHELLS[0], headless.start_run(RunId("other"), ECHO, ""), settings=settings)
        free(small)
        found = run(lab.local, SHELLS[0], headless.look_at_runs(), settings=settings)
        assert (ID, Exit(137, 0), "") in [(one.id, one.exit, found.trouble) for one in found.runs]


# ---- following


def test_nothing_is_lost_or_doubled_when_connections_are_cut(lab: Lab) -> None:
    """Thousands of lines, and inputs posted again until they are there, while ssh is cut again and again."""
    with here_or_there(lab, far=True) as (account, host), Driven(host, account, SCRIPTED) as agent:
        assert isinstance(account, Machine)
        agent.start()
        agent.prompt("print 3000 0.001 line ;; say last")
        cutting = threading.Event()

        def cut() -> None:
            while not cutting.wait(0.7):
                account.break_connections()

        thread = threading.Thread(target=cut)
        thread.start()
        try:
            for number in range(2, 12):
                line = SCRIPTED.codec.prompt(None, f"u{number}", f"say input {number}")
                agent.post_surely(line)
            agent.until(lambda: "input 11" in agent.texts(), "the last input")
        finally:
            cutting.set()
            thread.join()
        assert agent.texts() == [*["line"] * 3000, "last", *(f"input {number}" for number in range(2, 12))]
        assert [event.uuid for event in agent.of(Taken) if isinstance(event, Taken)][1:] == [
            f"u{n}" for n in range(2, 12)
        ]
        assert b"".join(line + b"\n" for line in agent.lines) == (folder(account, agent.id) / "log").read_bytes()
        assert agent.reopened > 2


@HERE_AND_THERE
def test_one_stream_follows_all_sessions_of_a_host(lab: Lab, far: bool) -> None:
    with here_or_there(lab, far) as (_account, host):
        ids = [RunId(f"spawn_{number}") for number in range(5)]
        script = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "$0 $i"; [ $((i % 7)) -gt 0 ] || sleep 0.01; done'
        for id in ids:
            host.run(headless.start_run(id, ("sh", "-c", script, id.session), ""))
        found = followed(host, [Position(id) for id in ids], [300] * 5)
        assert found == {id: b"".join(b"%s %d\n" % (id.session.encode(), n) for n in range(1, 301)) for id in ids}


@HERE_AND_THERE
def test_a_tail_that_only_looks_each_second_brings_the_same(lab: Lab, far: bool) -> None:
    """That of busybox; it is on the PATH before the other one."""
    with here_or_there(lab, far) as (account, host):
        (account.bin / "tail").symlink_to(program("busybox"))
        assert "BusyBox" in account.sh("tail --help 2>&1")
        ids = [RunId(f"spawn_{number}") for number in range(3)]
        script = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "$0 $i"; [ $((i % 40)) -gt 0 ] || sleep 0.5; done'
        for id in ids:
            host.run(headless.start_run(id, ("sh", "-c", script, id.session), "", conversation=f"c-{id.session}"))
        terminals = account.sessions_dir / ".headless" / ".terminals"
        assert terminals.read_text() == ""
        found, ends, opened = dict.fromkeys(ids, b""), set(), list[TerminalOpened]()
        for news in host.follow(tail([Position(id) for id in ids]), time.monotonic() + 90):
            for one in news:
                if isinstance(one, LogLines):
                    found[one.id] += one.data
                elif isinstance(one, RunEnded):
                    ends.add(one.id)
                    terminals.write_text("opened c-spawn_1 by hand\n")
                elif isinstance(one, TerminalOpened):
                    opened.append(one)
            if len(ends) == 3 and opened:
                break
        assert found == {id: b"".join(b"%s %d\n" % (id.session.encode(), n) for n in range(1, 201)) for id in ids}
        assert opened[0] == TerminalOpened("c-spawn_1", "by hand")


def followed(host: BlockingHost, positions: list[Position], counts: list[int]) -> dict[RunId, bytes]:
    """Follow some runs until so many lines of each have come; return them."""
    found = {position.id: b"" for position in positions}
    wanted = dict(zip(found, counts, strict=True))
    for news in host.follow(tail(positions), time.monotonic() + 90):
        for one in news:
            if isinstance(one, LogLines):
                found[one.id] += one.data
        if all(found[id].count(b"\n") >= count for id, count in wanted.items()):
            break
    return found


def test_lines_come_as_they_were_written_and_only_whole(lab: Lab) -> None:
    """Long ones, bytes that are no text, line ends that are none, and one that comes in two halves."""
    odd = [
        b"a" * 3_000_000,
        b"\xff\xfe\x00\x80",
        "x\u2028y\u2029z\u0085".encode(),
        b"",
        b"\r",
        b"==> x <==",
        b"",
        b"half",
    ]
    source = lab.local.home / "source"
    source.write_bytes(b"\n".join(odd))
    with here_or_there(lab, far=False) as (account, host):
        host.run(headless.start_run(ID, ("sh", "-c", f"cat {source}; sleep 2; echo ' whole'"), ""))
        found = followed(host, [Position(ID)], [len(odd)])[ID]
        assert found == b"\n".join([*odd[:-1], b"half whole", b""])
        later = followed(host, [Position(ID, 3_000_001)], [len(odd) - 1])[ID]
        assert later == b"\n".join([*odd[1:-1], b"half whole", b""])
        assert account


def test_a_run_that_is_not_there_is_missing(lab: Lab) -> None:
    with here_or_there(lab, far=False) as (_, host):
        host.run(headless.start_run(ID, ("echo", "hi"), ""))
        until(lambda: log(lab.local) == "hi\n", what="it has printed")
        assert first_news(host, Position(RunId("other"))) == (LogMissing(RunId("other"), 0, "away"),)
        assert first_news(host, Position(ID, 999)) == (LogMissing(ID, 3, "ended", Exit(0, 3, "")),)


def first_news(host: BlockingHost, position: Position) -> tuple[News, ...]:
    """Return the first news of a stream that are not empty."""
    return next(news for news in host.follow(tail([position])) if news)


def test_a_stream_leaves_nothing_behind_whenever_it_ends(lab: Lab, agent: Driven) -> None:
    agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the handshake")
    for answers in (1, 2, 3, 4):
        for count, _ in enumerate(agent.host.follow(tail([Position(agent.id)]))):
            if count == answers:
                break
    agent.leave()
    until(lambda: not list((lab.local.sessions_dir / ".headless").glob(".tail.*")), what="the copies are gone")
    until(
        lambda: not [one for one in lab.belongings() if re.match(r"tail |dd ", one.words)], what="the tails have ended"
    )


@pytest.mark.parametrize("name", ["TERM", "KILL"])
def test_a_stream_that_is_killed_while_it_begins_leaves_nothing_behind(lab: Lab, agent: Driven, name: str) -> None:
    """As where the relay opens it anew at once, because another run is to be followed, too."""
    agent.leave()
    stand_in = lab.local.bin / "mkfifo"
    kill = f'case $* in *.tail.*) kill -{name} "$PPID" ;; esac'
    stand_in.write_text(f'#!/bin/sh\n{kill}\nexec {program("mkfifo")} "$@"\n')
    stand_in.chmod(0o755)
    with pytest.raises(HostError):
        first_news(agent.host, Position(agent.id))
    stand_in.unlink()
    until(lambda: not list((lab.local.sessions_dir / ".headless").glob(".tail.*")), what="the copies are gone")
    until(lambda: not [one for one in lab.belongings() if "navi-watch" in one.words], what="the supervisor has ended")


# ---- beside everything else


def test_a_look_shows_no_headless_session_and_leaves_its_files(lab: Lab, agent: Driven) -> None:
    lab.local.new_session("api")
    found = look(lab.local, SHELLS[0])
    assert names(found) == ["api"]
    assert [file.name for file in found.files] == []
    place = folder(lab.local, agent.id)
    before = sorted(path.name for path in Path(place).iterdir())
    for _ in range(3):
        look(lab.local, SHELLS[0])
    assert sorted(path.name for path in place.iterdir()) == before


def test_files_are_for_their_owner_alone_and_no_prompt_is_in_a_command_line(lab: Lab, agent: Driven) -> None:
    agent.prompt("say secretword ;; wait 1")
    agent.until(lambda: agent.texts(), "it has said so")
    assert not [one for one in lab.belongings() if "secretword" in one.words or b"secretword" in one.environment]
    for path in [folder(lab.local, agent.id), *folder(lab.local, agent.id).rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
