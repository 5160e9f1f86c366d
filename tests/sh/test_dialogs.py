"""pane/dialogs.sh: what is typed never answers an agent. The screens are recordings of real agents."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from navi.core.address import Named
from navi.core.agents import AGENTS
from navi.ops import Operation
from navi.ops.pane.send import SendMode, Sent, send
from tests.support.agent_screens import box_of, shows, typed
from tests.support.machines import Account, Lab, replace
from tests.support.processes import Process, processes
from tests.support.scripts import DASH, Shell, answer, every_shell
from tests.support.waiting import until

RECORDED = Path(__file__).parent.parent / "agents" / "screens"

OPEN = ("permission", "waiting")
"""Statuses of an agent that takes what is typed for an answer."""


def recordings() -> list[Path]:
    """Return the recorded screens of agents that run and are not half-way into something."""
    known = {*OPEN, "working", "idle", "error"}
    paths = [path for path in sorted(RECORDED.glob("*/*.txt")) if path.stem not in ("starting", "commands")]
    paths.remove(RECORDED / "opencode" / "started.narrow.txt")  # its hint has two lines, which the fake leaves there
    found = [path for path in paths if header(path)["status"] in known]
    if "CI" not in os.environ:
        return found
    # CI has 45 minutes for everything. tests/agents reads all screens there, too; these here are sent to.
    return [path for path in found if path == wide(path) or wide(path) not in found]


def wide(path: Path) -> Path:
    """Return the recording of the same screen in a pane of the usual width."""
    return path.with_name(path.name.replace(".narrow", ""))


def header(path: Path) -> dict[str, str]:
    """Return the header of a recorded screen."""
    lines = path.read_text().partition("\n\n")[0].splitlines()
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}


def agent(account: Account) -> Process:
    """Return the process of the agent."""
    pane = int(account.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
    return next(one for one in processes() if one.parent == pane)


def failure(account: Account, shell: Shell, operation: Operation[Sent]) -> str:
    """Run an operation that must be refused, and return its words."""
    found = answer(account, shell, operation)
    assert found.status == 1, found
    return found.errors


@pytest.mark.parametrize("path", recordings(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_text_goes_only_where_no_dialog_is(lab: Lab, path: Path) -> None:
    account = lab.local
    about = header(path)
    screen = path.read_text().partition("\n\n")[2]
    shows(account, about["agent"], screen, about.get("title", ""))
    if about["status"] in OPEN:
        words = failure(account, DASH, send(Named("api"), "please do not"))
        assert f"{about['agent']} in api " in words
        assert words.endswith("; nothing was sent; --force sends it anyway")
        assert failure(account, DASH, send(Named("api"), how=SendMode.KEYS, keys=["Enter"]))
        assert typed(account) == ""
    elif about["status"] == "working" and not queues(about["agent"]):
        words = failure(account, DASH, send(Named("api"), "and then"))
        assert "works, and takes what is typed for the answer to what it asks next; nothing was sent" in words
        assert typed(account) == ""
    elif draft := box_of(about["agent"], screen)[2]:
        words = failure(account, DASH, send(Named("api"), "please do"))
        assert f"holds a draft already ({draft[:20]}" in words
        assert typed(account) == ""
    else:
        done = answer(account, DASH, send(Named("api"), "please do"))
        assert (done.status, done.errors) == (0, "")
        assert f" outcome submitted {about['agent']}\n" in done.output.decode()
        until(lambda: typed(account) == "please do\n", what="it has got the text")


def queues(agent: str) -> bool:
    """Return whether what is typed into the box of an agent at work waits there."""
    return any(kind.name == agent and kind.box and kind.box.queued for kind in AGENTS)


IDLE = "❯\u00a0\n  ? for shortcuts\n"


@every_shell
def test_force_types_into_a_dialog(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", "Do you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n")
    words = failure(account, shell, send(Named("api"), "no"))
    assert words == (
        "claude in api shows a permission dialog (Do you want to proceed?); nothing was sent; --force sends it anyway"
    )
    assert answer(account, shell, send(Named("api"), "yes", force=True)).status == 0
    until(lambda: typed(account) == "yes\n", what="it has got the text")


@every_shell
def test_an_unknown_screen_needs_force(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", "something that nobody knows\nand more\n")
    words = failure(account, shell, send(Named("api"), "x"))
    assert words == "navi can't tell whether claude in api has a dialog open; nothing was sent; --force sends it anyway"
    account.write_status("api", status="permission")
    assert "asks for permission" in failure(account, shell, send(Named("api"), "x"))
    account.write_status("api", status="permission", timestamp=1_700_000_000)  # of an agent that ran before
    assert "navi can't tell" in failure(account, shell, send(Named("api"), "x"))
    assert typed(account) == ""


@every_shell
def test_the_state_file_of_the_agent_counts(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", "something that nobody knows\nand more\n")
    process = agent(account)
    folder = account.home / ".claude" / "sessions"
    folder.mkdir(parents=True)

    def reports(status: str, started: int = process.started) -> None:
        fields = {"pid": process.pid, "procStart": str(started), "status": status}
        (folder / f"{process.pid}.json").write_text(json.dumps(fields, separators=(",", ":")))

    reports("waiting")
    assert "claude in api has a dialog open" in failure(account, shell, send(Named("api"), "x"))
    reports("idle", started=1)
    assert "navi can't tell" in failure(account, shell, send(Named("api"), "x"))
    reports("busy")
    assert answer(account, shell, send(Named("api"), how=SendMode.KEYS, keys=["g", "o", "Enter"])).status == 0
    until(lambda: typed(account) == "go\n", what="it has got the keys")


@every_shell
@pytest.mark.parametrize("status", ["idle", "busy"])
def test_a_text_needs_a_box_also_where_the_state_file_knows_of_no_dialog(lab: Lab, shell: Shell, status: str) -> None:
    account = lab.local
    shows(account, "claude", "● before\n\n────────\n  Showing detailed transcript · ctrl+o to toggle\n")
    process = agent(account)
    fields = {"pid": process.pid, "procStart": str(process.started), "status": status}
    (account.home / ".claude/sessions").mkdir(parents=True)
    replace(account.home / f".claude/sessions/{process.pid}.json", json.dumps(fields, separators=(",", ":")))
    words = (
        "the screen of claude in api shows no box for a prompt (its last line: Showing detailed transcript · ctrl+o to "
        "toggle); nothing was sent; leave what is open there, or make a small pane higher; --force types into it"
    )
    submitted = [(SendMode.SUBMIT, text) for text in ("fix the quick bug", "/clear", "")]
    for how, text in (*submitted, (SendMode.LITERAL, "q")):
        assert failure(account, shell, send(Named("api"), text, how)) == words
    assert typed(account) == ""
    assert answer(account, shell, send(Named("api"), "q", force=True)).status == 0
    until(lambda: typed(account) == "q\n", what="it has got the text")


@every_shell
def test_a_suspended_agent_gets_nothing(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", IDLE * 4)
    process = agent(account)
    os.kill(process.pid, signal.SIGSTOP)
    until(lambda: agent(account).state == "T", what="it is suspended")
    assert "claude in api is suspended; nothing was sent" in failure(account, shell, send(Named("api"), "x"))
    os.kill(process.pid, signal.SIGCONT)


@every_shell
def test_quotes_in_keys_stay_keys(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", IDLE * 4)
    keys = ["'", "Space", ";", "$", "a;b", "#{pid}", "\\", '"', "Enter"]
    done = answer(account, shell, send(Named("api"), how=SendMode.KEYS, keys=keys))
    assert (done.status, done.errors) == (0, "")
    until(lambda: typed(account) == "' ;$a;b#{pid}\\\"\n", what="it has got the keys")
