"""What navi says about several conversations of the real Claude Code in one session, and what its hooks record."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agents.agent import Agent
from tests.agents.cases import Setup, Watched, watched_agent
from tests.agents.claude import Claude
from tests.agents.versions import needs
from tests.support.machines import Keys
from tests.support.processes import send
from tests.support.verbs import navi
from tests.support.waiting import until

pytestmark = needs("claude")

NESTED = 'bash: claude -p "slow: 12" ;; say: ended'


@pytest.fixture(scope="module")
def watched(keys: Keys) -> Iterator[Watched]:
    """Yield a Claude Code on this machine, with navi's hooks."""
    with watched_agent(Claude, Setup(remote=False, hooks=True), keys) as found:
        yield found


def file_of(watched: Watched) -> dict[str, Any]:
    """Return what the hooks have recorded."""
    found = json.loads((watched.agent.account.sessions_dir / f"{watched.agent.session}.json").read_text())
    assert isinstance(found, dict)
    return found


def records(watched: Watched) -> dict[str, str]:
    """Return the statuses of the conversations, by id."""
    return {id: record["status"] for id, record in file_of(watched)["conversations"].items()}


def own_id(agent: Agent) -> str:
    """Return the id that the agent itself has in its state file."""
    assert isinstance(agent, Claude)
    process = agent.process()
    assert process
    return str(agent.file(process)["sessionId"])


def has(watched: Watched, what: str, condition: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Wait until the records are so; return them."""
    until(lambda: condition(records(watched)), timeout=60, interval=0.2, what=what)
    return records(watched)


def says(watched: Watched, word: str) -> None:
    """Wait until navi says a word, and see that it stays."""
    until(lambda: watched.word() == word, timeout=20, interval=0.2, what=f"navi says {word}")
    time.sleep(2)
    assert watched.word() == word


def allow(agent: Agent) -> None:
    """Allow the command that the agent asks for."""
    agent.until("permission")
    time.sleep(1)
    agent.keys("Enter")


def test_a_nested_claude_changes_nothing_of_the_outer(watched: Watched) -> None:
    agent = watched.agent
    agent.ready()
    outer = own_id(agent)
    agent.enter(NESTED)
    allow(agent)
    found = has(watched, "the nested one works", lambda found: len(found) == 2)
    (inner,) = found.keys() - {outer}
    record = file_of(watched)["conversations"][inner]
    assert (record["parent"], file_of(watched)["session_id"]) == (outer, outer)
    assert (agent.truth(), watched.word()) == ("working", "working")
    has(watched, "the nested one has ended", lambda found: inner not in found)
    agent.until("idle")
    says(watched, "done")
    assert records(watched) == {outer: "done"}


def test_clearing_and_resuming_go_on_in_one_record(watched: Watched) -> None:
    agent = watched.agent
    agent.ready()
    before = own_id(agent)
    agent.enter("/clear")
    found = has(watched, "the new conversation is recorded", lambda found: before not in found and bool(found))
    assert found == {own_id(agent): "idle"}
    agent.enter("say: remember")
    agent.shows("(?<!say: )remember")
    agent.until("idle")
    kept = own_id(agent)
    agent.enter("bash: touch never")
    agent.until("permission")
    says(watched, "permission")
    send(signal.SIGKILL, agent.processes())
    agent.until("ended")
    says(watched, "stopped")
    agent.repair_terminal()
    agent.enter(f"claude --resume {kept}")
    agent.until("idle")
    found = has(watched, "the resumed one is idle", lambda found: found == {kept: "idle"})
    says(watched, "idle")
    told = json.loads(navi(watched.lab, "explain", agent.session, "--json").stdout)
    assert [(one["id"], one["status"], one["parent"]) for one in told["conversations"]] == [(kept, "idle", None)]


def test_what_was_reported_before_a_process_began_is_not_about_it(watched: Watched) -> None:
    """Nothing reports of the second process: it runs without hooks."""
    agent = watched.agent
    agent.ready()
    kept = own_id(agent)
    agent.enter("say: finished")
    agent.shows("(?<!say: )finished")
    says(watched, "done")
    send(signal.SIGKILL, agent.processes())
    agent.until("ended")
    agent.repair_terminal()
    agent.enter(f"""clear; claude --resume {kept} --settings '{{"disableAllHooks": true}}'""")
    agent.until("idle")
    says(watched, "idle")
    assert records(watched) == {kept: "done"}
    agent.enter(agent.leave)
    agent.until("ended")
    agent.start()


def test_a_person_who_leaves_takes_the_record_along(watched: Watched) -> None:
    agent = watched.agent
    agent.ready()
    agent.enter(agent.leave)
    agent.until("ended")
    has(watched, "the record has gone", lambda found: not found)
    assert file_of(watched)["status"] == "offline"
    assert Path(agent.account.sessions_dir / f"{agent.session}.json").exists()


def test_two_panes_have_two_conversations(watched: Watched) -> None:
    """The last test: nothing reports that the second one was killed, so its record stays in the file."""
    agent = watched.agent
    agent.ready()
    agent.enter("say: begun")
    agent.shows("(?<!say: )begun")
    agent.until("idle")
    one = own_id(agent)
    tmux = agent.account.tmux
    pane = tmux("display-message", "-p", "-t", f"={agent.session}:", "#{pane_id}")
    tmux("split-window", "-h", "-t", pane, "-c", str(agent.work), "exec /bin/sh")
    try:  # the new pane is active, so the keys go there
        agent.enter("claude")
        agent.until("idle")
        agent.enter("bash: touch second")
        found = has(watched, "the second one asks", lambda found: "permission" in found.values())
        (two,) = found.keys() - {one}
        says(watched, "permission")
        second = agent.processes()
        tmux("select-pane", "-t", pane)
        agent.enter("say: first")
        has(watched, "the first one has answered", lambda found: found[one] == "done")
        says(watched, "permission")
        assert (records(watched)[two], file_of(watched)["message"]) == ("permission", "wants to run touch second")
        send(signal.SIGKILL, second)
        until(lambda: watched.word() == "done", timeout=20, what="the killed one no longer counts")
    finally:
        tmux("kill-pane", "-a", "-t", pane)
    says(watched, "done")
