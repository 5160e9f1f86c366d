"""What navi reports about a change that lost its connection is true: one table of cases, for both faces.

An operation × a session on the default tmux server or on its own × the connection cut before the request has arrived,
during the script, or after it × the dashboard and the command line. A test runs all operations at once, each on a
session of its own, because only after its time limit an operation is known not to be done.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import NamedTuple

import pytest
import trio

from navi.config.navi_files import NaviFiles
from navi.config.settings import Settings
from navi.config.undo_list import UndoEntry
from navi.core.model import Session
from navi.hosts import Host
from navi.ops.session.creation import new
from navi.tui.commands.actions import Action, Actions
from navi.tui.commands.sessions import SessionCommands
from navi.tui.dialogs.dialog import Confirm, Dialog
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.progress import Progress
from navi.tui.screen_protocol import SelectAgain
from navi.tui.style.theme import UNICODE
from tests.support.cut import Call, Cut
from tests.support.dashboard import HOUR_AGO
from tests.support.hosts import Watched, host, running
from tests.support.machines import Lab, Machine
from tests.support.verbs import navi
from tests.support.waiting import until, until_async

# ---- the table

CALLS = {
    "new": Call("tmux", '" new-session "*" new "'),
    "kill": Call("tmux", '" kill-session "'),
    "dismiss": Call("mv", '"/lock.dismiss "'),
    "undo": Call("tmux", '" new-session "*" undo "'),
    "rename": Call("tmux", '" rename-session "'),
    "mark": Call("mv", '"/marks."'),
}
"""The call of a program by which each operation takes effect."""

TOGETHER = (("new", "kill", "dismiss"), ("undo", "rename", "mark"))
"""The operations that are about one host: no more than a dashboard has under way there at once."""

BEFORE, DURING, AFTER = "before", "during", "after"
every_cut = pytest.mark.parametrize("when", [BEFORE, DURING, AFTER])


class Case(NamedTuple):
    """An operation on a session of that name, on the default tmux server of a host or on one of its own."""

    operation: str
    machine: Machine
    own: bool

    @property
    def address(self) -> str:
        return f"{self.machine.name}/{self.operation}"

    @property
    def socket(self) -> str:
        """The socket of the host's own server."""
        return self.tmux("display-message", "-p", "#{socket_path}").strip() if self.own else ""

    def tmux(self, *words: str) -> str:
        """Run a command of tmux on the case's server."""
        return self.machine.tmux(*(("-L", "own") if self.own else ()), *words)

    def sessions(self) -> set[str]:
        """Return the names of the server's sessions."""
        return set(self.tmux("list-sessions", "-F", "#{session_name}").splitlines())

    def status(self) -> str:
        """Return what the session's status file says, "" where there is none."""
        path = self.machine.sessions_dir / f"{self.operation}.json"
        return str(json.loads(path.read_bytes())["status"]) if path.exists() else ""

    def is_bookmarked(self) -> bool:
        """Return whether the session has a bookmark."""
        path = self.machine.sessions_dir / ".navi" / "marks"
        return path.exists() and f"{self.operation}\tb\t\n" in path.read_text()

    def is_so(self) -> bool:
        """Return whether the operation was carried out; AssertionError where it was half."""
        name, sessions = self.operation, self.sessions()
        assert "bystander" in sessions
        if name == "rename":
            assert len({"rename", "other"} & sessions) == 1
            return "other" in sessions
        if name == "dismiss":
            return self.status() == "working"
        if name == "mark":
            return self.is_bookmarked()
        return (name in sessions) == (name != "kill")

    def result(self) -> str:
        """Return the words of both faces for the result, without the hint how to undo it."""
        return {
            "new": f"created {self.address}", "kill": f"killed {self.address}", "dismiss": f"dismissed {self.address}",
            "undo": f"{self.address} is back", "rename": f"renamed {self.address} to other",
            "mark": f"{self.address} is bookmarked",
        }[self.operation]  # fmt: skip


def verdict(case: Case, when: str) -> str:
    """Return the words of both faces for the outcome."""
    done = "was not done; nothing has changed" if when == BEFORE else "was done before the connection was lost"
    return f"{case.address}: {case.operation} {done}"


def hosts() -> Iterator[tuple[str, bool, tuple[str, ...]]]:
    """Yield each host: its name, whether its sessions are on a server of their own, and the operations that are cut
    together there. Only sessions of the default server have bookmarks.
    """
    for (number, operations), own in product(enumerate(TOGETHER), (False, True)):
        possible = tuple(one for one in operations if one != "mark" or not own)
        yield f"{'own' if own else 'default'}{number}", own, possible


def prepare(lab: Lab) -> list[Case]:
    """Start hosts with the sessions that the cases are about."""
    cases = []
    for name, own, operations in hosts():
        machine = lab.machine(name)
        cases += [Case(operation, machine, own) for operation in operations]
    lab.remotes_yaml(lab.machines)
    for case in cases:
        if "bystander" not in case.machine.sh(f"tmux {'-L own' if case.own else ''} ls 2>/dev/null; :"):
            case.tmux("new-session", "-d", "-s", "bystander", "exec cat")
        if case.operation != "new":
            case.tmux("new-session", "-d", "-s", case.operation, "exec cat")
            case.machine.write_status(case.operation, status="waiting", message="Shall I?", timestamp=HOUR_AGO)
    navi(lab, "kill", *(case.address for case in cases if case.operation == "undo"))
    return cases


def cuts(lab: Lab, when: str) -> list[Cut]:
    """Prepare all hosts for having their connections cut at a point."""
    return [
        Cut(machine, when, [CALLS[operation] for operation in operations])
        for machine, (_, _, operations) in zip(lab.machines, hosts(), strict=True)
    ]


def cut_all(found: list[Cut]) -> None:
    """Cut the connections of all hosts when all operations have come to the point."""
    for one, (_, _, operations) in zip(found, hosts(), strict=True):
        one.wait(len(operations))
    for one in found:
        one.now()


def check(cases: list[Case], when: str) -> None:
    """Check that what was reported is true."""
    for case in cases:
        until(lambda case=case: case.is_so() == (when != BEFORE), timeout=30, what=f"{case.address} is as reported")  # type: ignore[misc]


# ---- the command line


def words(case: Case) -> list[str]:
    """Return the verb and its arguments."""
    if case.operation == "new":
        server = ["-S", case.socket] if case.own else []
        return ["new", "new", "--host", case.machine.name, *server]
    return {"mark": ["bookmark", case.address], "rename": ["rename", case.address, "other"]}.get(
        case.operation, [case.operation, case.address]
    )


@every_cut
def test_a_verb_reports_the_outcome(lab: Lab, when: str) -> None:
    cases = prepare(lab)
    commands = [[sys.executable, "-m", "navi", *words(case)] for case in cases]
    found = cuts(lab, when)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": lab.environment()}
    called = [subprocess.Popen(command, **pipes) for command in commands]  # type: ignore[call-overload]
    cut_all(found)
    for case, process in zip(cases, called, strict=True):
        output, errors = process.communicate(timeout=180)
        assert f"navi: {verdict(case, when)}\n" in errors, (case, errors)
        assert f"{case.address}: " in errors
        assert f"checking whether {case.operation} was done\n" in errors
        hints = {"kill": "; navi undo brings it back", "new": f"; navi attach {case.address} opens it"}
        hint = hints.get(case.operation, "")
        result = "" if when == BEFORE else f"{case.result()}{hint}\n"
        assert (process.returncode, output) == (1 if when == BEFORE else 0, result), (case, errors)
    check(cases, when)


# ---- the dashboard


KEYMAP = Keymap(KEYS)


@dataclass
class Recorder:
    """A screen without a terminal: it answers dialogs, and records messages."""

    glyphs = UNICODE
    progress = Progress(lambda _: None)
    words: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def open(self, dialog: Dialog) -> None:
        """Confirm, or submit another name."""
        for key in ["y"] if isinstance(dialog, Confirm) else ["ctrl u", *"other", "enter"]:
            dialog.press(key, KEYMAP.command(dialog.contexts, key))

    def close(self) -> None:
        """Do nothing: dialogs are not kept."""

    def shows(self, dialog: Dialog) -> bool:
        """Return False: dialogs are not kept."""
        del dialog
        return False

    def show_message(self, words: str, style: str = "notice") -> None:
        """Record a message."""
        self.words.append(words)
        self.styles.append(style)

    place = None

    def expect(self, is_it: Callable[[Session], bool], place: object, attach: bool = False) -> None:
        """Do nothing: there is no cursor."""

    def ordered(self) -> SelectAgain:
        """Return what does nothing: there is no selection."""
        return lambda _: None

    offered_undo = None

    def offer_undo(self, killed: UndoEntry) -> None:
        """Do nothing: there is no footer."""

    def withdraw_undo(self, killed: UndoEntry) -> None:
        """Do nothing: there is no footer."""

    def key_of(self, command: str) -> str:
        """Return the key of a command."""
        return KEYMAP.name(command)


def session_of(watched: Watched, case: Case) -> Session:
    """Return the session of a case, as the dashboard has it."""
    return next(one for one in watched.view(case.machine.name).sessions if one.name == case.operation)


def press(commands: SessionCommands, actions: Actions, screen: Recorder, watched: Watched, case: Case) -> None:
    """Give the command for a case. The form for new sessions offers no tmux server, so that one is an action."""
    if case.operation == "new":
        operation = new("new", socket=case.socket)
        action = Action(case.machine.name, case.address, operation, partial(operation.report, case.address))
        actions.order(action, screen.show_message)
    elif case.operation == "undo":
        commands.undo()
    elif case.operation == "rename":
        commands.rename(session_of(watched, case))
    else:
        commands.change({"mark": "bookmark"}.get(case.operation, case.operation), [session_of(watched, case)])


@every_cut
async def test_the_dashboard_reports_the_outcome(lab: Lab, when: str) -> None:
    cases = await trio.to_thread.run_sync(prepare, lab)
    hosts: list[Host] = [host(lab, machine) for machine in lab.machines]
    found = cuts(lab, when)
    screen = Recorder()
    async with running(*hosts) as watched, trio.open_nursery() as nursery:
        for machine in lab.machines:
            await watched.until(machine.name, lambda view: view.fresh and view.sessions, timeout=120)
        actions = Actions(watched.fleet)
        places = NaviFiles(lab.environment())
        commands = SessionCommands(watched.fleet, Settings(), actions, UNICODE, screen, places)
        nursery.start_soon(actions.run)
        for case in cases:
            press(commands, actions, screen, watched, case)
        await trio.to_thread.run_sync(cut_all, found)
        wanted = {verdict(case, when) for case in cases}
        await until_async(lambda: wanted <= set(screen.words), timeout=180, what=f"{wanted} in {screen.words}")
        nursery.cancel_scope.cancel()
    for case in cases:
        assert any(one.endswith(f"checking whether {case.operation} was done") for one in screen.words)
        assert case.result() not in screen.words
        assert screen.styles[screen.words.index(verdict(case, when))] == ("fault" if when == BEFORE else "notice")
    await trio.to_thread.run_sync(check, cases, when)


# ---- an unknown outcome


def test_the_outcome_is_unknown_if_the_tmux_server_does_not_answer(lab: Lab) -> None:
    """The session runs on its own server, which hangs while the default one answers."""
    machine = lab.machine("atlas")
    lab.remotes_yaml([machine])
    case = Case("kill", machine, own=True)
    machine.new_session("bystander")
    for name in ("bystander", "kill"):
        case.tmux("new-session", "-d", "-s", name, "exec cat")
    cut = Cut(machine, BEFORE, [])
    command = [sys.executable, "-m", "navi", "kill", case.address, "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": lab.environment()}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        cut.wait(1)
        with machine.hung_server("-L", "own"):
            cut.now()
            output, _ = process.communicate(timeout=120)
    error = "kill may have been done: its tmux server does not answer"
    assert json.loads(output) == [{"address": case.address, "error": error, "status": 75}]
    assert process.returncode == 75
    assert "kill" in case.sessions()
