"""An operation that is interrupted between any two steps leaves the state before or after it, and reports which.

Wrappers on the remote PATH count the calls of programs and stop at one of them. At that point a test kills the remote
shell with all its children, or breaks the connection and lets the script continue alone.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.core.address import Named
from navi.core.launch import command
from navi.hosts import HostError
from navi.hosts.wire import new_token, request
from navi.ops import Operation
from navi.ops.look.directories import directories
from navi.ops.look.frames import look
from navi.ops.session.creation import new
from navi.ops.session.lifecycle import KillResult, dismiss, kill, new_undo_id, rename, undo
from navi.ops.session.marks import mark
from tests.support.dashboard import begin, names, selected, wrapped
from tests.support.dashboard import navi as dashboard
from tests.support.hosts import host, opened
from tests.support.lab_hosts import agent
from tests.support.machines import Account, Lab, Machine, program
from tests.support.processes import Process, family, processes
from tests.support.scripts import (
    BUSYBOX,
    DASH,
    SHELLS,
    Shell,
    Watching,
    answer,
    beside,
    environment,
    every_shell,
    run,
    settings_of,
    stand_in,
)
from tests.support.terminal import Terminal
from tests.support.verbs import living, navi
from tests.support.waiting import until, until_async

# ---- stopping between two steps

STEPS = (
    "timeout", "tmux", "mkfifo", "mkdir", "rm", "mv", "ln", "cp", "awk", "date", "cat", "head", "grep", "find", "sleep",
    "flock",
)  # fmt: skip
"""The programs that scripts run. `timeout` is among them, because it would end a tmux that is stopped for long."""

STAND_IN = """\
#!/bin/sh
if [ -n "$NAVI_FAULT" ]; then
    number=1
    until {mkdir} "$NAVI_FAULT/$number" 2>/dev/null; do number=$((number + 1)); done
    printf '%s\\n' "{name} $*" >"$NAVI_FAULT/$number/words"
    read -r stop <"$NAVI_FAULT/stop"
    if [ "$number" = "$stop" ]; then
        : >"$NAVI_FAULT/reached"
        read -r _ <"$NAVI_FAULT/gate"
    fi
    unset NAVI_FAULT
fi
exec {real} "$@"
"""


class Stop:
    """A point at which an operation stops: before the program call of this number, or nowhere if it is 0."""

    def __init__(self, account: Account, name: str, number: int) -> None:
        self.number = number
        self.folder = account.folder / f"stop-{name}"
        self._bin = account.folder / "steps"
        self.folder.mkdir()
        (self.folder / "stop").write_text(f"{number}\n")
        os.mkfifo(self.folder / "gate")
        if not self._bin.exists():
            self._bin.mkdir()
            for step in STEPS:
                path = self._bin / step
                path.write_text(STAND_IN.format(name=step, real=program(step), mkdir=program("mkdir")))
                path.chmod(0o755)

    def within(self, operation: Operation[Any]) -> Operation[Any]:
        """Return the operation with the wrappers on its PATH. tmux panes inherit the PATH, but not the variable."""
        lead = f"PATH={self._bin}:$PATH NAVI_FAULT={self.folder}\nexport PATH NAVI_FAULT\n"
        return operation._replace(script=lead + operation.script)

    @property
    def reached(self) -> bool:
        """Whether the operation has reached this point."""
        return (self.folder / "reached").exists()

    @property
    def steps(self) -> list[str]:
        """The programs that were called, in order."""
        found = sorted((int(path.parent.name), path.read_text()) for path in self.folder.glob("*/words"))
        return [words.split("\n")[0][:200] for _, words in found]

    def resume(self) -> None:
        """Let the operation continue."""
        (self.folder / "gate").write_text("go\n")


def killed_there(account: Account, shell: Shell, operation: Operation[Any], stop: Stop) -> bool:
    """Run an operation and kill its shell and all its children at a point; return whether it reached that point."""
    words = [*shell.words, "-s"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=account.home,
        env=environment(account, shell), start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdin
        process.stdin.write(request(stop.within(operation), new_token(), settings_of(account)))
        process.stdin.close()
        until(lambda: stop.reached or process.poll() is not None, timeout=30, what="the operation stops or ends")
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    until(lambda: not runs(process.pid), what="all processes have ended")
    return stop.reached


def runs(group: int) -> bool:
    """Whether a process of this session is alive; zombies do not count."""
    return any(one.session == group for one in processes())


# ---- the table

EVENT = '5\tclaude\tPostToolUse\tworking\t"one"\t"/work"\t""\t"Edit"\t\t\t\t\t.\n'
"""The event that a hook leaves when it finds a status file locked."""


Prepare = Callable[[Account, str], Operation[Any]]
"""Prepares sessions whose names begin with this prefix, and returns the operation."""


@dataclass(frozen=True, slots=True)
class Case:
    """An operation on sessions with a common prefix, and the function that prepares them.

    `again`: the operation can be repeated after it was done. `undone`: undo reverts it. `noted`: the type and command
    that navi records in tmux are never missing. Only `new` can be killed between the creation of a session and these
    records; that session is then listed like one that navi did not create.
    """

    name: str
    prepare: Prepare
    again: bool = False
    undone: bool = False
    noted: bool = True


def begun(account: Account, name: str) -> None:
    """Start a session with a message and marks."""
    account.new_session(name, "exec cat")
    furnish(account, name)


def furnish(account: Account, name: str) -> None:
    """Give a session a message and marks."""
    account.write_status(name, status="waiting", message="Shall I?", timestamp=4, more=[1, {"a": None}])
    run(account, DASH, mark(name, ["+b", "+tkept"]))


def registered_with_marks(account: Account, name: str) -> None:
    """Start a registered session with a message and marks."""
    run(account, DASH, new(name, "~", command("cat")))
    furnish(account, name)


def before_rename(account: Account, name: str) -> Operation[Any]:
    registered_with_marks(account, f"{name}-old")
    (account.sessions_dir / ".navi" / f"event.{name}-old.5.4194304").write_text(EVENT)
    return rename(Named(f"{name}-old"), f"{name}-new")


def before_dismiss(account: Account, name: str) -> Operation[Any]:
    begun(account, f"{name}-old")
    return dismiss(Named(f"{name}-old"))


def before_mark(account: Account, name: str) -> Operation[Any]:
    begun(account, f"{name}-old")
    return mark(f"{name}-old", ["-b", "-tkept", "+tone", "+ttwo"])


def before_undo(account: Account, name: str) -> Operation[Any]:
    registered_with_marks(account, f"{name}-old")
    keep = new_undo_id()
    run(account, DASH, kill(Named(f"{name}-old"), keep, "cat"))
    return undo(keep)


def before_kill(account: Account, name: str) -> Operation[Any]:
    """Prepare a registered session with everything that undo restores."""
    registered_with_marks(account, f"{name}-old")
    return kill(Named(f"{name}-old"), new_undo_id(), "other")


def before_new(account: Account, name: str) -> Operation[Any]:
    """Prepare a directory of its own: one that is known already would be noted in fewer steps."""
    (account.home / f"{name}-work").mkdir(exist_ok=True)
    return new(f"{name}-new", f"~/{name}-work", command("cat"), register=False)


CASES = (
    Case("new", before_new, noted=False),
    Case("rename", before_rename),
    Case("dismiss", before_dismiss, again=True),
    Case("mark", before_mark, again=True),
    Case("undo", before_undo),
    Case("kill", before_kill, undone=True),
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@dataclass(frozen=True, slots=True)
class State:
    """Everything known about the sessions with a prefix; names are without the prefix."""

    sessions: tuple[str, ...]
    files: tuple[str, ...]
    marks: tuple[str, ...]
    events: tuple[str, ...]
    kept: tuple[str, ...]
    entries: tuple[str, ...]


GONE = State((), (), (), (), ("old",), ())
"""The state after a session was killed."""


def state(account: Account, name: str, noted: bool = True) -> State:
    """Return the state from tmux, status files, marks, events left by hooks, data of killed sessions and the registry.

    The time of a dismissal is not part of it.
    """

    def own(lines: list[str]) -> tuple[str, ...]:
        return tuple(sorted(line.replace(f"{name}-", "") for line in lines if line.startswith(f"{name}-")))

    files = []
    for path in account.sessions_dir.glob(f"{name}-*.json"):
        fields = json.loads(path.read_bytes())
        tools = fields.get("metrics", {}).get("tools", {}).get("counts")
        values = [fields["tmux_session"], fields["status"], fields["message"], fields["more"], tools]
        files.append(f"{path.name} {json.dumps(values)}".replace(f'"{name}-', '"'))
    state_folder = account.sessions_dir / ".navi"
    notes = " #{remain-on-exit}#{@navi_starting}" + (" #{@navi_type} #{@navi_line}" if noted else "")
    listed = account.sh(f"tmux list-sessions -F '#{{session_name}} #{{session_path}}{notes}'")
    return State(
        own(listed.splitlines()),
        own(files),
        own((state_folder / "marks").read_text().splitlines() if (state_folder / "marks").exists() else []),
        own([path.name.removeprefix("event.") for path in state_folder.glob("event.*")]),
        own([path.read_text() for path in state_folder.glob("killed/*/name")]),
        own([f"{entry} {fields['type']} {fields['target']}" for entry, fields in registered(account).items()]),
    )


def registered(account: Account) -> dict[str, dict[str, object]]:
    """Return the registry's entries."""
    path = account.folder / "tmp" / "claude-tmux-sockets" / ".sessions.json"
    found: dict[str, dict[str, object]] = json.loads(path.read_bytes())["sessions"] if path.exists() else {}
    return found


def left_over(account: Account) -> list[str]:
    """Return the temporary files in the state folder, and incomplete data of killed sessions. Notes stay there."""
    stays = re.compile(r"marks|recent|killed|event\..*|holder\..*|at/[^/]*/session\.[0-9.]*")
    state_folder = account.sessions_dir / ".navi"
    found = [name for name in beside(account) if not stays.fullmatch(name)]
    return sorted(found + [path.name for path in state_folder.glob("killed/*") if WHOLE.difference(os.listdir(path))])


WHOLE = {"name", "socket", "directory", "type", "line", "more", "marks", "scrollback"}
"""The files that are kept of every killed session."""


def look_again(account: Account, shell: Shell) -> None:
    """Take a snapshot, as a dashboard or `navi explain` does."""
    run(account, shell, look())


def do_something_else(account: Account, shell: Shell) -> None:
    """Run an unrelated operation."""
    run(account, shell, directories("~/"))


def watch_it(account: Account, shell: Shell) -> None:
    """Start a watch."""
    with Watching(account, shell, cleanup=False) as watching:
        watching.next()
        watching.hang_up()
        watching.process.wait(20)


def fail(account: Account, shell: Shell) -> None:
    """Run an operation that has access to the registry and does nothing else."""
    assert answer(account, shell, dismiss(Named("nobody"))).status == 66


RECOVERIES: list[tuple[Callable[[Account, Shell], None], Shell]] = [
    *((look_again, shell) for shell in SHELLS),
    (do_something_else, DASH),
    (do_something_else, BUSYBOX),
    (watch_it, DASH),
]
"""All begin with the same scripts, so that one of them in every shell shows what a shell does differently.

The first stops at every other step, the rest at every fourth, each beginning elsewhere: every step takes seconds.
Together they stop at every step.
"""


def steps_of(recover: Callable[[Account, Shell], None], shell: Shell) -> Iterator[int]:
    """Return the steps at which the operation is killed; the operation ends before the last."""
    place = RECOVERIES.index((recover, shell))
    return count(1, 2) if place == 0 else count(1 + place % 4, 4)


@pytest.mark.parametrize(
    ("recover", "shell"), RECOVERIES, ids=[f"{recover.__name__}-{shell.name}" for recover, shell in RECOVERIES]
)
@every_case
def test_a_shell_that_is_killed_between_two_steps_leaves_nothing_half_done(
    lab: Lab, case: Case, shell: Shell, recover: Callable[[Account, Shell], None]
) -> None:
    """SIGKILL cannot be caught, so the next snapshot or operation recovers, and nothing blocks it. A snapshot does not
    read the registry and leaves it to the next operation that does.
    """
    account = lab.local
    begun(account, "bystander-old")
    untouched = state(account, "bystander")
    run(account, shell, case.prepare(account, "whole"))
    after = state(account, "whole", case.noted)
    assert not case.undone or after == GONE
    case.prepare(account, "seen")
    look_again(account, shell)
    seen = state(account, "seen", case.noted)
    for number in steps_of(recover, shell):
        name = f"n{number}"
        operation = case.prepare(account, name)
        before = state(account, name, case.noted)
        assert before != after
        stop = Stop(account, name, number)
        reached = killed_there(account, shell, operation, stop)
        where = f"killed before {stop.steps[-1]}"
        recover(account, shell)
        found = state(account, name, case.noted)
        # A snapshot recovers the event that a hook has left.
        expected = (before, seen, after) if reached else (after,)
        assert replace(found, entries=()) in [replace(one, entries=()) for one in expected], where
        fail(account, shell)
        found = state(account, name, case.noted)
        assert found in expected, where
        assert left_over(account) == [] or not case.undone, where
        if found in (before, seen) or case.again:
            run(account, shell, operation)
        assert state(account, name, case.noted) == after, where
        assert left_over(account) == [], where
        if case.undone:
            run(account, shell, undo(str(operation.arguments[1])))
            assert state(account, name, case.noted) == replace(before, kept=after.kept), where
        if not reached:
            break
    assert number > 2
    assert state(account, "bystander") == untouched


@every_case
async def test_a_connection_lost_between_two_steps_leaves_nothing_half_done(lab: Lab, case: Case) -> None:
    """The remote script does not notice, and runs to its end."""
    box = lab.machine("box", shell="fish")
    begun(box, "bystander-old")
    whole = Stop(box, "whole", 0)
    async with opened(host(lab, box)) as one:
        await one.run(whole.within(case.prepare(box, "whole")))
    after = state(box, "whole", case.noted)
    last = len(whole.steps)
    for number in sorted({1, (last + 1) // 2, last}):
        await cut_there(lab, box, case, number, after)


async def cut_there(lab: Lab, box: Machine, case: Case, number: int, after: State) -> None:
    """Break the connection at a point; the operation still completes."""
    name = f"n{number}"
    operation = case.prepare(box, name)
    stop = Stop(box, name, number)
    async with opened(host(lab, box)) as one, trio.open_nursery() as nursery:
        nursery.start_soon(lost, one.run, stop.within(operation))
        await until_async(lambda: stop.reached, timeout=30, what="the operation stops")
        box.break_connections()
    await trio.to_thread.run_sync(look_again, box, DASH)  # a running operation is not recovered
    await trio.to_thread.run_sync(stop.resume)
    where = f"the operation is complete, cut before {stop.steps[-1]}"
    await until_async(lambda: state(box, name, case.noted) == after, timeout=30, what=where)
    await until_async(lambda: left_over(box) == [], timeout=30, what="no temporary file is left")


def stopped_after(account: Account, words: str, prepare: Prepare) -> tuple[Operation[Any], Stop]:
    """Return an operation on n-old, and the point just after a program call with these words."""
    whole = Stop(account, "whole", 0)
    run(account, DASH, whole.within(prepare(account, "whole")))
    number = next(number for number, step in enumerate(whole.steps, 1) if f" {words} " in f" {step} ")
    return prepare(account, "n"), Stop(account, "n", number + 1)


def stopped_after_tmux_has_renamed(account: Account) -> tuple[Operation[Any], Stop]:
    """Return a renaming of n-old, and the point just after tmux has done it."""
    return stopped_after(account, "rename-session", before_rename)


def killed_after_tmux_has_ended_it(account: Account, shell: Shell) -> str:
    """Kill n-old, kill the shell just after tmux has done it, and return the undo id."""
    operation, stop = stopped_after(account, "kill-session", before_kill)
    assert killed_there(account, shell, operation, stop)
    assert "n-old" not in living(account)
    assert (account.sessions_dir / "n-old.json").exists()
    return str(operation.arguments[1])


def messages(account: Account) -> dict[str, str]:
    """Return the messages in the status files of sessions that begin with n-."""
    return {path.name: json.loads(path.read_bytes())["message"] for path in account.sessions_dir.glob("n-*.json")}


@every_shell
@pytest.mark.parametrize("dead", [True, False], ids=["dead", "alive"])
def test_the_pane_of_a_session_whose_start_was_killed_goes_with_its_process(
    lab: Lab, shell: Shell, dead: bool
) -> None:
    """It was to stay until the session had settled, and nobody else would let it go."""
    account = lab.local
    begun(account, "bystander-old")
    operation, stop = stopped_after(account, "new-session", before_new)
    assert killed_there(account, shell, operation, stop)
    shown = ("display-message", "-p", "-t", "=n-new:", "#{remain-on-exit} #{pane_dead} #{pane_pid}")
    keeps, _, process = account.tmux(*shown).split()
    assert keeps == "on"
    if dead:
        os.kill(int(process), signal.SIGKILL)
        until(lambda: account.tmux(*shown).split()[1] == "1", what="the pane is dead")
        look_again(account, shell)
    else:
        look_again(account, shell)
        assert account.tmux(*shown).split()[:2] == ["off", "0"]
        os.kill(int(process), signal.SIGKILL)
    until(lambda: "n-new" not in living(account), what="it has ended")
    assert "bystander-old" in living(account)
    assert left_over(account) == []


def before_new_elsewhere(account: Account, name: str) -> Operation[Any]:
    """Prepare a session on a tmux server of its own, whose socket is where nobody would look."""
    return new(f"{name}-new", "~", command("cat"), socket=str(account.folder / f"{name}.sock"), register=False)


@every_shell
def test_a_session_whose_start_was_killed_is_found_and_can_be_restored(lab: Lab, shell: Shell) -> None:
    account = lab.local
    operation, stop = stopped_after(account, "new-session", before_new_elsewhere)
    assert killed_there(account, shell, operation, stop)
    socket = str(account.folder / "n.sock")
    (found,) = [one for one in run(account, shell, look()).sessions if one.name == "n-new"]
    assert found.socket == socket
    keep = new_undo_id()
    run(account, shell, kill(Named("n-new", socket=socket), keep))
    run(account, shell, undo(keep))
    assert "n-new" in account.tmux("-S", socket, "list-sessions", "-F", "#{session_name}").split()


@every_shell
@pytest.mark.parametrize("hooked", [True, False])
def test_recovering_a_kill_spares_a_session_that_has_taken_the_name(lab: Lab, shell: Shell, hooked: bool) -> None:
    """The new session's status file stays; the content of the killed one's goes, as without the interruption."""
    account = lab.local
    keep = killed_after_tmux_has_ended_it(account, shell)
    account.new_session("n-old", "exec cat")
    if hooked:
        account.write_status("n-old", message="I am new")
    look_again(account, shell)
    assert messages(account) == ({"n-old.json": "I am new"} if hooked else {})
    assert "n-old" in living(account)
    fail(account, shell)
    assert left_over(account) == []
    run(account, shell, kill(Named("n-old"), new_undo_id()))
    run(account, shell, undo(keep))
    assert messages(account) == {"n-old.json": "Shall I?"}


@every_shell
def test_recovering_a_kill_keeps_the_last_event_of_a_hook(lab: Lab, shell: Shell) -> None:
    """No session has taken the name: the file is still that of the killed session."""
    account = lab.local
    keep = killed_after_tmux_has_ended_it(account, shell)
    account.write_status("n-old", message="Farewell")
    look_again(account, shell)
    assert messages(account) == {}
    run(account, shell, undo(keep))
    assert messages(account) == {"n-old.json": "Farewell"}


@every_shell
def test_a_session_that_ends_by_itself_after_an_interrupted_kill_has_just_ended(lab: Lab, shell: Shell) -> None:
    """The data that restores it was not complete yet."""
    account = lab.local
    begun(account, "bystander-old")
    operation, stop = stopped_after(account, "mkdir", before_kill)
    assert killed_there(account, shell, operation, stop)
    account.tmux("kill-session", "-t", "=n-old")
    look_again(account, shell)
    assert messages(account) == {"n-old.json": "Shall I?"}
    assert state(account, "n").kept == ()
    assert left_over(account) == []


@every_shell
def test_a_kill_is_not_recovered_before_tmux_answers(lab: Lab, shell: Shell) -> None:
    account = lab.local
    keep = killed_after_tmux_has_ended_it(account, shell)
    stand_in(account, "tmux", "echo 'no answer' >&2\nexit 1")
    before = messages(account), left_over(account)
    look_again(account, shell)
    assert (messages(account), left_over(account)) == before
    (account.bin / "tmux").unlink()
    look_again(account, shell)
    assert messages(account) == {}
    run(account, shell, undo(keep))
    assert messages(account) == {"n-old.json": "Shall I?"}


def test_killing_a_session_that_has_ended_spares_another_that_has_its_name_by_now(lab: Lab) -> None:
    account = lab.local
    begun(account, "bystander-old")
    begun(account, "n-old")
    frame = run(account, DASH, look())
    known = next(one for one in frame.sessions if one.name == "n-old")
    account.tmux("kill-session", "-t", "=n-old")
    account.new_session("n-old", "exec cat")
    account.write_status("n-old", message="I am new")
    assert run(account, DASH, kill(known, new_undo_id())) == KillResult()
    assert messages(account) == {"n-old.json": "I am new"}
    assert left_over(account) == []


@every_shell
def test_recovering_a_renaming_spares_a_session_that_has_taken_the_old_name(lab: Lab, shell: Shell) -> None:
    """The hook of the new session runs first, and breaks the lock."""
    account = lab.local
    operation, stop = stopped_after_tmux_has_renamed(account)
    assert killed_there(account, shell, operation, stop)
    account.new_session("n-old", "exec cat")
    (account.sessions_dir / ".navi" / "lock.n-old").unlink()
    account.write_status("n-old", message="I am new")
    look_again(account, shell)
    assert messages(account) == {"n-old.json": "I am new", "n-new.json": ""}
    fail(account, shell)
    assert left_over(account) == []
    assert [name for name in registered(account) if name.startswith("n-")] == ["n-new"]


def test_a_clean_up_that_removes_the_new_file_before_tmux_has_renamed_loses_nothing(lab: Lab) -> None:
    account = lab.local
    operation, stop = stopped_after_tmux_has_renamed(account)
    held = Stop(account, "held", stop.number - 1)
    words = ["sh", "-s"]
    quiet = {"stdout": subprocess.DEVNULL, "cwd": account.home, "env": environment(account, DASH)}
    with subprocess.Popen(words, stdin=subprocess.PIPE, **quiet) as process:  # type: ignore[call-overload]
        assert process.stdin
        process.stdin.write(request(held.within(operation), new_token(), settings_of(account)))
        process.stdin.close()
        until(lambda: held.reached, timeout=30, what="the operation stops")
        (account.sessions_dir / "n-new.json").unlink()
        held.resume()
    assert state(account, "n") == state(account, "whole")


async def lost(ask: Callable[[Operation[Any]], Any], operation: Operation[Any]) -> None:
    """Run an operation that loses its connection."""
    with pytest.raises(HostError):
        await ask(operation)


# ---- what verbs report

HOLD = """\
case " $* " in *{pattern}*)
    if [ -p {gate} ]; then
        : >{reached}
        read -r word <{gate}
        [ "$word" = go ] || exit 1
    fi
    ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb on the session `subject` of atlas, the program call (a pattern of sh) at which its script is held, and its
    expected `output`. `operation` is the name of the script.
    """

    name: str
    words: tuple[str, ...]
    program: str
    call: str
    output: str

    @property
    def subject(self) -> str:
        return self.name[0]

    @property
    def operation(self) -> str:
        return "mark" if self.name in ("tag", "bookmark") else self.name


VERBS = (
    Verb(
        "new", ("new", "made", "--host", "atlas"), "tmux", '" new-session "',
        "created atlas/made; navi attach atlas/made opens it\n",
    ),
    Verb("rename", ("rename", "atlas/r", "r2"), "tmux", '" rename-session "', "renamed atlas/r to r2\n"),
    Verb("dismiss", ("dismiss", "atlas/d"), "mv", '"/lock.d "', "dismissed atlas/d\n"),
    Verb("tag", ("tag", "atlas/t", "+now"), "mv", '"/marks."', ""),
    Verb("undo", ("undo",), "tmux", '" new-session "*" u "', "atlas/u is back\n"),
    Verb("kill", ("kill", "atlas/k"), "tmux", '" kill-session "', "killed atlas/k; navi undo brings it back\n"),
    Verb("bookmark", ("bookmark", "atlas/b"), "mv", '"/marks."', "atlas/b is bookmarked\n"),
)  # fmt: skip

TOGETHER = VERBS[:-1]
"""Verbs that do not wait for each other."""

every_verb = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


@dataclass(frozen=True, slots=True)
class Held:
    """A held script: `reached` exists once it is held; `go` in `gate` continues it, any other word fails it."""

    reached: Path
    gate: Path


def hold(account: Account, verb: Verb) -> Held:
    """Hold the scripts of a verb from now on; several verbs can be held at the same time."""
    held = _held(account, verb)
    os.mkfifo(held.gate)
    for name in {one.program for one in VERBS}:
        branches = []
        for one in sorted((one for one in VERBS if one.program == name), key=lambda one: one.name, reverse=True):
            where = _held(account, one)
            branches.append(HOLD.format(pattern=one.call, gate=where.gate, reached=where.reached))
        script = f'#!/bin/sh\n{"".join(branches)}exec {program(name)} "$@"\n'
        beside = account.folder / f"{name}.new"
        beside.write_text(script)
        beside.chmod(0o755)
        beside.replace(account.bin / name)
    return held


def _held(account: Account, verb: Verb) -> Held:
    return Held(account.folder / f"{verb.name}.reached", account.folder / f"{verb.name}.gate")


def atlas_for(lab: Lab, *verbs: Verb) -> Machine:
    """Return the remote atlas with the sessions that the verbs need."""
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    begin(atlas, "bystander")
    for verb in verbs:
        if verb.name != "new":
            begin(atlas, verb.subject, status="waiting", message="Shall I?")
        if verb.name == "undo":
            navi(lab, "kill", f"atlas/{verb.subject}")
    return atlas


def call(lab: Lab, verb: Verb) -> subprocess.Popen[str]:
    """Start navi and do not wait for it."""
    command = [sys.executable, "-m", "navi", *verb.words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=lab.environment())


@every_verb
def test_a_verb_that_loses_its_connection_checks_the_outcome_and_reports_that_it_was_done(lab: Lab, verb: Verb) -> None:
    atlas = atlas_for(lab, verb)
    one = hold(atlas, verb)
    with call(lab, verb) as process:
        until(one.reached.exists, timeout=30, what="the operation is in progress")
        atlas.break_connections()
        one.gate.write_text("go\n")
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, verb.output), errors
    assert f"{verb.operation} was done before the connection was lost" in errors


def test_a_verb_that_loses_its_connection_reports_that_it_was_not_done(lab: Lab) -> None:
    """That takes as long as the operation could be running, so this tests all verbs at once."""
    atlas = atlas_for(lab, *TOGETHER)
    held = [hold(atlas, verb) for verb in TOGETHER]
    before = sorted(living(atlas)), sorted(path.name for path in atlas.sessions_dir.glob("*.json"))
    processes = [call(lab, verb) for verb in TOGETHER]
    for one in held:
        until(one.reached.exists, timeout=60, what="the operation is in progress")
    atlas.break_connections()
    for one in held:
        one.gate.write_text("fail\n")
    for verb, process in zip(TOGETHER, processes, strict=True):
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, output) == (1, ""), (verb.name, errors)
        assert f"{verb.operation} was not done; nothing has changed" in errors
    after = sorted(living(atlas)), sorted(path.name for path in atlas.sessions_dir.glob("*.json"))
    assert after == before


def test_a_verb_whose_machine_does_not_come_back_reports_an_unknown_outcome(lab: Lab) -> None:
    atlas = atlas_for(lab, *TOGETHER)
    held = [hold(atlas, verb) for verb in TOGETHER]
    processes = [call(lab, verb) for verb in TOGETHER]
    for one in held:
        until(one.reached.exists, timeout=60, what="the operation is in progress")
    atlas.stop()
    for verb, process in zip(TOGETHER, processes, strict=True):
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, output) == (69, ""), (verb.name, errors)
        assert f"{verb.operation} may have been done: atlas does not answer" in errors


def test_an_operation_that_never_reached_the_machine_is_not_unknown(lab: Lab) -> None:
    atlas = atlas_for(lab, VERBS[1])
    atlas.stop()
    errors = navi(lab, *VERBS[1].words, status=69).stderr
    assert "Connection refused" in errors
    assert "checking" not in errors


def test_a_verb_here_checks_the_outcome_too_when_its_shell_is_killed(lab: Lab) -> None:
    begin(lab.local, "r")
    one = hold(lab.local, replace(VERBS[1], words=("rename", "r", "r2")))
    with call(lab, replace(VERBS[1], words=("rename", "r", "r2"))) as process:
        until(one.reached.exists, timeout=30, what="the operation is in progress")
        shells = [found for found in processes_below(process.pid) if found.words == "sh -s"]
        os.kill(shells[0].pid, signal.SIGKILL)
        one.gate.write_text("go\n")
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, "renamed r to r2\n"), errors
    assert "rename was done before the connection was lost" in errors


def processes_below(pid: int) -> list[Process]:
    """Return the children of a process, oldest first."""
    return family(lambda one: one.parent == pid)


# ---- what the dashboard reports


def press_new(screen: Terminal) -> None:
    screen.press("n")
    screen.wait_for("New session on atlas")
    screen.press("Enter")


def press_rename(screen: Terminal) -> None:
    screen.press("R")
    screen.wait_for("Rename atlas/r")
    screen.press("C-u")
    screen.type("r2")
    screen.press("Enter")


def press_tag(screen: Terminal) -> None:
    screen.press("t")
    screen.wait_for("Tags of atlas/t")
    screen.type("now")
    screen.press("Enter")


def press_kill(screen: Terminal) -> None:
    screen.press("x")
    screen.wait_for("Kill atlas/k")
    screen.press("y")


KEYS: dict[str, Callable[[Terminal], None]] = {
    "new": press_new,
    "rename": press_rename,
    "dismiss": lambda screen: screen.press("d"),
    "tag": press_tag,
    "bookmark": lambda screen: screen.press("b"),
    "undo": lambda screen: screen.press("u"),
    "kill": press_kill,
}


@pytest.mark.parametrize(
    ("verb", "word"),
    [*((verb, "go") for verb in VERBS), *((verb, "fail") for verb in VERBS if verb.name in ("rename", "tag"))],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_dashboard_reports_the_outcome_after_a_lost_connection(lab: Lab, verb: Verb, word: str) -> None:
    atlas = atlas_for(lab, verb)
    agent(atlas)
    with dashboard(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for(" bystander ")
        subject = "bystander" if verb.name in ("new", "undo") else verb.subject
        until(lambda: step_to(screen, subject), what=f"the cursor is on {subject}", interval=0.2)
        one = hold(atlas, verb)
        KEYS[verb.name](screen)
        until(one.reached.exists, timeout=30, what="the operation is in progress")
        atlas.break_connections()
        screen.wait_for(wrapped(f"checking whether {verb.operation} was done"), timeout=30)
        one.gate.write_text(f"{word}\n")
        outcome = "was done before the connection was lost" if word == "go" else "was not done; nothing has changed"
        screen.wait_for(wrapped(f"{verb.operation} {outcome}"), timeout=90)


def step_to(screen: Terminal, name: str) -> bool:
    """Move the cursor one row towards a session; return whether it is there."""
    listed, here = names(screen), selected(screen)
    if here != name and {here, name} <= set(listed):
        screen.press("j" if listed.index(name) > listed.index(here) else "k")
    return here == name
