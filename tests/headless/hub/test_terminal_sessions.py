"""Sessions without a terminal that somebody opens in one, and sessions in terminals that take feedback.

Hub, relay, hosts, sshd, tmux and hooks are real, each in processes of its own; the agent is a stand-in without a model.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from navi.headless.client import HubClient
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError
from navi.ops.headless import runs as headless
from navi.ops.headless.runs import RunId
from tests.support.claude import put_claude
from tests.support.headless import here_or_there
from tests.support.machines import Account, Lab
from tests.support.serving import serving
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, navi, pane
from tests.support.waiting import until


def client(lab: Lab) -> HubClient:
    """Connect to the hub."""
    return HubClient(runtime_folder(lab.environment()))


def row_of(lab: Lab, id: str) -> dict[str, object]:
    """Return the row of a session, as the database has it."""
    place = Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "navi.db"
    with closing(sqlite3.connect(place)) as database:
        database.row_factory = sqlite3.Row
        return dict(database.execute("SELECT * FROM sessions WHERE id = ?", (id,)).fetchone())


def machine(lab: Lab, far: bool) -> tuple[Account, str]:
    """Return a machine with the stand-in, and its name."""
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    there: Account = atlas if far else lab.local
    put_claude(there)
    return there, "atlas" if far else "local"


def spawned(lab: Lab, there: Account, host: str, prompt: str = "hello") -> tuple[str, str, str]:
    """Spawn a stand-in; return its address, its id and its conversation."""
    done = navi(lab, "spawn", "--json", "--host", host, "-c", str(there.home), prompt)
    address = str(json.loads(done.stdout)["address"])
    id = address.rpartition("/")[2]
    return address, id, str(row_of(lab, id)["agent_session_id"])


def install_hooks(lab: Lab, host: str) -> None:
    """Install the hooks on a host."""
    navi(lab, "hooks", "install", "claude", "--yes", "--host", host)


def resumes(there: Account, conversation: str) -> int:
    """Return how many agents of an account have a conversation."""
    lines = there.sh("ps -eo args").splitlines()
    return sum(conversation in line and "/claude " in line and "sh -c" not in line for line in lines)


@pytest.mark.parametrize("hooked", [True, False], ids=["hook", "no hook"])
@HERE_AND_THERE
def test_a_terminal_that_somebody_opens_by_hand_ends_the_run_without_one(lab: Lab, far: bool, hooked: bool) -> None:
    there, host = machine(lab, far)
    if hooked:
        install_hooks(lab, host)
    with serving(lab), client(lab) as hub:
        address, id, conversation = spawned(lab, there, host)
        hub.follow(hub.ask("GET", f"/api/sessions/{id}"))
        assert row_of(lab, id)["remote"] == 1
        there.new_session("by-hand", f"claude --resume {conversation}")
        news = hub.wait(lambda one: one["type"] == "session_updated" and one["remote"] is False, 60)
        assert (news["status"], news["interactive"]) == ("live", False)
        until(lambda: row_of(lab, id)["ended_at"] is not None, timeout=60, what="the run without a terminal has ended")
        row = row_of(lab, id)
        assert (row["remote"], row["interactive"], row["status"]) == (0, 0, "live")
        assert row["tmux_name"] == ("by-hand" if hooked else "")
        until(lambda: resumes(there, conversation) == 1, what="one agent has the conversation")
        hub.send({"type": "user_message", "content": "x", "session_id": id})
        with pytest.raises(OperationError, match="takes no feedback; navi collaborate lets it"):
            hub.wait(lambda one: one["type"] == "input", 30)
        assert hub.ask("GET", f"/api/sessions/{id}/info")["type"] == "archived"
        with Terminal([sys.executable, "-m", "navi", "attach", address], lab.environment()) as terminal:
            terminal.wait_for(f"goes on with {conversation}")


@HERE_AND_THERE
def test_it_is_noticed_without_hub_and_relay_and_the_agent_gets_no_more_input(lab: Lab, far: bool) -> None:
    there, host = machine(lab, far)
    install_hooks(lab, host)
    with serving(lab):
        _, id, conversation = spawned(lab, there, host)
    there.new_session("by-hand", f"claude --resume {conversation}")
    run = there.sessions_dir / ".headless" / id / "1"
    until(lambda: (run / "exit").exists(), what="the agent without a terminal has ended by itself")
    assert (run / "exit").read_text().split()[::2] == ["0", "terminal"]
    assert row_of(lab, id)["remote"] == 1, "nobody could tell the hub"
    with serving(lab):
        until(lambda: row_of(lab, id)["remote"] == 0, what="the hub knows")
        row = row_of(lab, id)
        assert (row["status"], row["tmux_name"]) == ("live", "by-hand")


def test_a_session_that_has_ended_goes_on_in_a_terminal_for_good(lab: Lab) -> None:
    there, host = machine(lab, False)
    install_hooks(lab, host)
    with serving(lab):
        address, id, conversation = spawned(lab, there, host)
        navi(lab, "kill", address)
        there.new_session("by-hand", f"claude --resume {conversation}")
        until(lambda: row_of(lab, id)["remote"] == 0, what="the hub knows")
        navi(lab, "resume", address, status=1)
        there.tmux("kill-session", "-t", "by-hand")
        until(lambda: row_of(lab, id)["status"] == "complete", what="it has left the terminal")
        assert row_of(lab, id)["remote"] == 0


def test_a_terminal_that_is_no_session_of_tmux_is_not_attached_to(lab: Lab) -> None:
    there, host = machine(lab, False)
    with serving(lab), client(lab) as hub:
        address, id, _ = spawned(lab, there, host)
        navi(lab, "kill", address)
        hub.ask("POST", f"/api/sessions/{id}/terminal", tmux_name="")
        with Terminal([sys.executable, "-m", "navi", "attach", address], lab.environment(), width=200) as terminal:
            terminal.wait_for("no session of tmux on local shows its conversation")


@HERE_AND_THERE
def test_no_agent_is_started_where_a_terminal_has_the_conversation(lab: Lab, far: bool) -> None:
    with here_or_there(lab, far) as (account, host):
        put_claude(account)
        account.new_session("by-hand", "claude --resume 0badc0de")
        until(lambda: "goes on" in pane(account, "by-hand"), what="it runs")
        words = ("sh", "-c", "cat")
        with pytest.raises(OperationError, match=r"process \d+ in a terminal has the conversation of spawn_1"):
            host.run(headless.start_run(RunId("spawn_1"), words, "", conversation="0badc0de"))
        assert host.run(headless.start_run(RunId("spawn_2"), words, "", conversation="another")).new
        account.tmux("kill-session", "-t", "by-hand")
        until(lambda: not list((account.home / ".claude/sessions").iterdir()), what="it has ended")
        assert host.run(headless.start_run(RunId("spawn_1"), words, "", conversation="0badc0de")).new
        for id in (RunId("spawn_1"), RunId("spawn_2")):
            host.run(headless.end_run(id, 0))


# ---- feedback


@pytest.fixture
def collaborating(lab: Lab) -> Iterator[Lab]:
    """A hub, and hooks on this machine."""
    put_claude(lab.local)
    install_hooks(lab, "local")
    with serving(lab):
        yield lab


def test_feedback_reaches_the_agent_at_the_end_of_its_turn(collaborating: Lab) -> None:
    lab = collaborating
    lab.local.new_session("api", "claude --session-id 0badc0de-1")
    with client(lab) as hub:
        body = {"title": "api", "project_path": "/repo", "claude_session_id": "0badc0de-1", "interactive": True}
        made = hub.ask("POST", "/api/sessions/live", **body)
        assert (made["type"], made["remote"], made["interactive"]) == ("archived", False, True)
        id = made["id"]
        hub.send({"type": "subscribe", "session_id": id})
        text = 'use "tabs" \\ \n not spaces'
        first = hub.ask("POST", f"/api/sessions/{id}/feedback", content=text, by="phone")
        comment = {"type": "diff_comment", "file": "a.py", "line": 3, "content": "why?"}
        hub.send({**comment, "session_id": id, "by": "laptop"})
        queued = hub.wait(lambda one: one["type"] == "feedback_queued" and one["position"] == 2)
        pending = hub.ask("GET", f"/api/sessions/{id}/feedback/pending")["feedback"]
        assert [one["id"] for one in pending] == [first["message_id"], queued["message_id"]]
        waits = lab.local.sessions_dir / ".headless/.conversations/0badc0de-1/feedback"
        until(lambda: waits.is_dir() and len(list(waits.iterdir())) == 2, what="the relay has put it there")
        lab.local.tmux("send-keys", "-t", "=api:", "fix", "Enter")
        hub.wait(lambda one: one["type"] == "feedback_delivered" and one["message_id"] == queued["message_id"])
        shown = pane(lab.local, "api").replace("\n", "")
        both = r'"reason":"phone writes: use \"tabs\" \\ \n not spaces\n\nlaptop writes about a.py, line 3: why?"'
        assert f'{{"decision":"block",{both}' in shown
        assert hub.ask("GET", f"/api/sessions/{id}/feedback/pending")["feedback"] == []
        lab.local.tmux("send-keys", "-t", "=api:", "more", "Enter")
        until(lambda: "ended more" in pane(lab.local, "api"), what="the next turn")
        assert pane(lab.local, "api").count("decision") == 1


def test_what_was_delivered_while_nobody_listened_is_not_delivered_again(collaborating: Lab) -> None:
    lab = collaborating
    lab.local.new_session("api", "claude --session-id 0badc0de-2")
    with client(lab) as hub:
        id = hub.ask("POST", "/api/sessions/live", claude_session_id="0badc0de-2", interactive=True)["id"]
        hub.ask("POST", f"/api/sessions/{id}/feedback", content="only once")
        waits = lab.local.sessions_dir / ".headless/.conversations/0badc0de-2/feedback"
        until(lambda: waits.is_dir() and list(waits.iterdir()), what="the relay has put it there")
        navi(lab, "daemon", "stop")
        lab.local.tmux("send-keys", "-t", "=api:", "fix", "Enter")
        until(lambda: "ended fix" in pane(lab.local, "api"), what="the turn has ended")
        until(
            lambda: hub.ask("GET", f"/api/sessions/{id}/feedback/pending")["feedback"] == [],
            timeout=60, what="the hub hears of it",
        )  # fmt: skip
        lab.local.tmux("send-keys", "-t", "=api:", "more", "Enter")
        until(lambda: "ended more" in pane(lab.local, "api"), what="the next turn")
        assert pane(lab.local, "api").count("only once") == 1


def test_feedback_has_limits_and_needs_a_session_that_takes_it(collaborating: Lab) -> None:
    lab = collaborating
    with client(lab) as hub:
        id = hub.ask("POST", "/api/sessions/live", claude_session_id="0badc0de-3")["id"]
        with pytest.raises(OperationError, match="takes no feedback"):
            hub.ask("POST", f"/api/sessions/{id}/feedback", content="x")
        hub.ask("POST", f"/api/sessions/{id}/interactive")
        edit = {"kind": "suggested_edit", "file": "a.py", "old_content": "x", "new_content": "y"}
        for _ in range(20):
            hub.ask("POST", f"/api/sessions/{id}/feedback", **edit)
        with pytest.raises(OperationError, match="got 20 of suggested_edit within an hour; try again later"):
            hub.ask("POST", f"/api/sessions/{id}/feedback", **edit)
        odd: list[dict[str, object]] = [{"content": one} for one in (" ", "x" * 16_001, 7)]
        odd += [{"kind": "shout", "content": "x"}, {"kind": "diff_comment", "file": "a", "content": "x"}]
        for bad in odd:
            with pytest.raises(OperationError, match="feedback is one of: message with content; diff_comment with"):
                hub.ask("POST", f"/api/sessions/{id}/feedback", **bad)
        waits = lab.local.sessions_dir / ".headless/.conversations/0badc0de-3/feedback"
        until(lambda: waits.is_dir() and len(list(waits.iterdir())) == 20, timeout=60, what="all of it is there")
        hub.ask("DELETE", f"/api/sessions/{id}/interactive")
        until(lambda: not list(waits.iterdir()), what="what was not delivered is taken back")
        unknown = hub.ask("POST", "/api/sessions/live")["id"]
        with pytest.raises(OperationError, match=r"the conversation of .* is not known"):
            hub.ask("POST", f"/api/sessions/{unknown}/interactive")


def test_a_terminal_ends_and_the_session_is_complete(collaborating: Lab) -> None:
    lab = collaborating
    lab.local.new_session("api", "claude --session-id 0badc0de-4")
    with client(lab) as hub:
        id = hub.ask("POST", "/api/sessions/live", claude_session_id="0badc0de-4", interactive=True)["id"]
        known = lab.local.sessions_dir / ".headless/.conversations/0badc0de-4/session"
        until(known.exists, what="the host knows the conversation")
        lab.local.tmux("kill-session", "-t", "api")
        until(lambda: row_of(lab, id)["status"] == "complete", what="the hook told of its end")
        assert row_of(lab, id)["interactive"] == 0


def test_files_of_conversations_are_for_their_owner_alone(collaborating: Lab) -> None:
    lab = collaborating
    with client(lab) as hub:
        id = hub.ask("POST", "/api/sessions/live", claude_session_id="0badc0de-5", interactive=True)["id"]
        hub.ask("POST", f"/api/sessions/{id}/feedback", content="x")
        place = lab.local.sessions_dir / ".headless"
        until(lambda: list(place.glob(".conversations/*/feedback/*")), what="it is there")
        assert all(path.stat().st_mode & 0o077 == 0 for path in (place, *place.rglob("*")))
        assert os.stat(place / ".terminals").st_mode & 0o777 == 0o600
