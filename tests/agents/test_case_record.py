"""contrib/record: a case file from a live pane, here and on a remote, that replays to what navi said of it."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.agents.case_file import Case, parse_case
from tests.agents.case_replay import replay
from tests.support.agents import CLAUDE_ASKS, CLAUDE_BOX, Agent
from tests.support.machines import Lab
from tests.support.verbs import HERE_AND_THERE, account

RECORD = Path(__file__).parent.parent.parent / "contrib" / "record"

SCREEN = ("❯ write to daisy@west-egg.org", "", "● zelda has ghp_abcdefghijklmnop1234", "", *CLAUDE_ASKS)


def run(lab: Lab, *words: str, status: int = 0) -> str:
    """Run contrib/record in the home of this machine; return what it prints, or what it complains about."""
    done = subprocess.run(
        [sys.executable, str(RECORD), *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=lab.local.home,
        env=lab.environment() | {"USER": "zelda"},
    )
    assert done.returncode == status, (done.stdout, done.stderr)
    return done.stderr if status else done.stdout


def written(lab: Lab, name: str) -> Case:
    """Return the case in a file that was written."""
    path = lab.local.home / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return parse_case(path.read_text())


@HERE_AND_THERE
def test_what_a_pane_shows_becomes_a_case(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    agent = Agent(there, below=True)
    agent.show(*SCREEN)
    agent.write_state(status="waiting", waitingFor="permission prompt")
    output = run(lab, f"{prefix}api")
    case = written(lab, "case-claude-permission.txt")
    (found,) = replay([case])
    assert (case.agent, case.status, found.word) == ("claude", ("permission",), "permission")
    assert [node.state for node in case.processes] == ["S"]
    assert (case.pane.columns, case.pane.rows) == (80, 24)
    assert "waiting" in case.states[0]
    assert any(line.startswith("navi says permission") for line in case.comments)
    text = (lab.local.home / "case-claude-permission.txt").read_text()
    assert not {word for word in ("zelda", "daisy", "abcdefgh", "west-egg") if word in text}
    assert [kind for kind in ("e-mail address (", "token (", "user name (") if kind not in output] == []
    assert "read the file before you send it" in output


def test_the_hook_s_status_file_is_in_it(lab: Lab) -> None:
    Agent(lab.local).show(*CLAUDE_BOX)
    pane = lab.local.tmux("display-message", "-p", "-t", "=api:", "#{pane_id}")
    soon = int(time.time()) + 1  # what a hook reported before its agent began counts for nothing
    record = {"agent": "claude", "status": "done", "message": "for zelda", "pane": pane, "timestamp": soon}
    home = str(lab.local.home)
    lab.local.write_status("api", status="done", message="for zelda", cwd=home, conversations={"one": record})
    run(lab, "api")
    case = written(lab, "case-claude-done.txt")
    assert '"status": "done"' in case.files[0]
    assert "zelda" not in case.files[0]
    assert '"pane": "%1"' in case.files[0]
    assert str(lab.local.home) not in case.files[0]
    assert [one.word for one in replay([case])] == ["done"]


def test_the_right_word_can_be_given(lab: Lab) -> None:
    Agent(lab.local).show(*CLAUDE_BOX)
    run(lab, "api", "--status", "error", "-o", "mine.txt")
    assert written(lab, "mine.txt").status == ("error",)


def test_the_conversation_can_be_left_out(lab: Lab) -> None:
    Agent(lab.local).show("❯ plan the heist", "", "● The vault is behind the bar.", "", *CLAUDE_ASKS)
    run(lab, "api", "--blank")
    case = written(lab, "case-claude-permission.txt")
    assert not {word for word in ("heist", "vault", "touch") if word in repr(case)}
    assert [one.word for one in replay([case])] == ["permission"]


def test_no_file_is_overwritten(lab: Lab) -> None:
    Agent(lab.local).show(*CLAUDE_ASKS)
    (lab.local.home / "mine.txt").write_text("mine")
    assert "exists" in run(lab, "api", "-o", "mine.txt", status=1)
    assert (lab.local.home / "mine.txt").read_text() == "mine"
    run(lab, "api")
    run(lab, "api")
    assert written(lab, "case-claude-permission-2.txt").agent == "claude"


def test_a_pane_can_be_chosen(lab: Lab) -> None:
    Agent(lab.local).show(*CLAUDE_ASKS)
    lab.local.tmux("split-window", "-t", "=api:", "-d", "sh")
    panes = lab.local.tmux("list-panes", "-t", "=api:", "-F", "#{pane_id}").split()
    run(lab, "api", "--pane", panes[1], "-o", "other.txt")
    assert written(lab, "other.txt").agent in ("unknown", "claude")
    assert "Do you want" not in written(lab, "other.txt").screen


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (("nowhere",), 66, "there is no tmux session nowhere"),
        (("elsewhere/api",), 64, "no host named `elsewhere`"),
        (("api", "--pane", "%99"), 64, "there is no pane %99"),
        (("api", "--status", "happy"), 2, "invalid choice"),
    ],
)
def test_what_cannot_be_recorded_is_reported(
    lab: Lab, words: tuple[str, ...], status: int, complaint: str
) -> None:
    lab.local.new_session("api")
    assert complaint in run(lab, *words, status=status)
