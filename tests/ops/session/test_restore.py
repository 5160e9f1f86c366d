"""The operations that bring back sessions and start agents again: what they start, and what a later look proves."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.agents import AGENTS
from navi.core.model import (
    AgentProcess,
    Conversation,
    Frame,
    LostSession,
    Machine,
    Pane,
    Session,
    Source,
    Status,
    Tmux,
    TmuxSession,
)
from navi.ops import OperationError
from navi.ops.look.lost_sessions import read_note
from navi.ops.outcome import Looks, Verdict
from navi.ops.session.restore import restart, restore
from navi.ops.session.resume import Relaunch, conversation_id, pane_of_conversation, relaunch_lost
from tests.support.background import Worker
from tests.support.machines import Lab
from tests.support.processes import read
from tests.support.resumable import conversation, ids, install, start
from tests.support.scripts import Shell, run, stand_in, sturdy_shells
from tests.support.verbs import living, navi
from tests.support.waiting import until

KEY = "box:01234567@0a0b0c0d.7/session.7.3"

LOST = LostSession(KEY, "api", "server", "/srv", "claude", "c-1", "agent", "claude --model x")


@pytest.mark.parametrize(
    ("lost", "line"),
    [
        (LOST, "claude --model x --resume c-1"),
        (LOST._replace(type="", line="", options="--model y"), "claude --model y --resume c-1"),
        (LOST._replace(type="command", line="cd /srv && claude; echo done", options=""), "claude --resume c-1"),
        (LOST._replace(agent="codex", type="", line=""), "codex resume c-1"),
        (LOST._replace(agent="copilot", type="", line=""), "copilot --resume=c-1"),
        (LOST._replace(agent="opencode", type="", line=""), "opencode --session c-1"),
        (LOST._replace(agent="gemini", type="", line=""), "gemini --resume c-1"),
        (LOST._replace(agent="qwen", type="", line=""), "qwen --resume c-1"),
        (LOST._replace(agent="", conversation="", type="command", line="make | tee log"), "make | tee log"),
    ],
)
def test_an_agent_resumes_exactly_its_conversation(lost: LostSession, line: str) -> None:
    found = relaunch_lost(lost, AGENTS)
    assert f"{found.line} {found.more}".rstrip() == line


def test_without_a_known_conversation_nothing_is_resumed_and_nothing_starts_unasked() -> None:
    lost = LOST._replace(conversation="")
    with pytest.raises(OperationError, match="the conversation of claude is not known; --anew") as caught:
        restore(lost, AGENTS)
    assert caught.value.status == 66
    assert relaunch_lost(lost, AGENTS, anew=True) == Relaunch("claude --model x", "", "claude")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_a_note_says_becomes_a_word_of_the_shell(id: str, options: str, agent: str) -> None:
    body = f"name api\nagent {agent}\nconversation {id}\noptions {options}\n".encode()
    note = read_note(KEY, body, Machine())
    assert note
    found = relaunch_lost(note._replace(agent="claude"), AGENTS)
    line = f"{found.line} {found.more}"
    assert shlex.split(line) == line.split()
    assert not re.search(r"[^A-Za-z0-9_./+@:,=~ {}-]", line)


@pytest.mark.parametrize(
    "key", ["", "x", "../x@y/session.1.2", f"{KEY}/..", "h@b/other.1.2", "h@b/session.1.x", "h@b\n/session.1.2"]
)
def test_a_note_without_a_place_or_a_name_is_left_out(key: str) -> None:
    assert read_note(key, b"name api\n", Machine()) is None
    assert read_note(KEY, b"agent claude\n", Machine()) is None


# ---- rules


def tmux(*agents: AgentProcess, created: float = 500.0) -> TmuxSession:
    """Return a session in whose pane these agents run."""
    return TmuxSession("$1", "api", created, 0, (Pane("%1", "0.0", 100, "sh", "", "/srv", agents=agents),), "", 7)


def frame(*sessions: TmuxSession, lost: tuple[LostSession, ...] = (), proven: bool = True) -> Frame:
    """Return a look."""
    return Frame(
        1010.0, "boot", Tmux.OK if proven else Tmux.HUNG, proven, sessions=sessions, lost_sessions=lost,
        silent=frozenset() if proven else frozenset({""}),
    )  # fmt: skip


def verdict(operation: object, before: Frame, after: Frame) -> Verdict:
    """Return what the rule of an operation says."""
    return operation.outcomes.judge(Looks(before, after, 1000.0)).verdict  # type: ignore[attr-defined, no-any-return]


OLD, NEW = AgentProcess("claude", 8), AgentProcess("claude", 9)

SESSION = Session("local", "api", Status("idle", Source.STATE, None, ""), agent="claude", tmux=tmux(OLD))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (frame(lost=(LOST,)), Verdict.NOT_DONE),
        (frame(tmux(NEW, created=1005.0)), Verdict.DONE),
        (frame(tmux(NEW, created=900.0)), Verdict.UNKNOWN),
        (frame(), Verdict.UNKNOWN),
        (frame(proven=False), Verdict.UNKNOWN),
    ],
)
def test_a_restore_is_done_if_its_note_is_gone_and_a_session_has_begun(after: Frame, expected: Verdict) -> None:
    assert verdict(restore(LOST, AGENTS), frame(lost=(LOST,)), after) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (frame(tmux(NEW)), Verdict.DONE),
        (frame(tmux(OLD)), Verdict.NOT_DONE),
        (frame(tmux()), Verdict.UNKNOWN),
        (frame(), Verdict.UNKNOWN),
    ],
)
def test_a_restart_is_done_if_another_process_runs(after: Frame, expected: Verdict) -> None:
    assert verdict(restart(SESSION, AGENTS, anew=False), frame(tmux(OLD)), after) is expected


def test_a_server_that_did_not_answer_proves_nothing() -> None:
    outcomes = restart(SESSION, AGENTS, anew=False).outcomes
    assert outcomes
    outcome = outcomes.judge(Looks(frame(tmux(OLD)), frame(proven=False), 1000.0))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "its tmux server does not answer")


def test_the_state_file_of_the_agent_comes_before_its_hook() -> None:
    hooked = SESSION._replace(conversation=Conversation("c-2", "claude"))
    assert conversation_id(SESSION) == ""
    assert conversation_id(hooked) == "c-2"
    named = hooked._replace(tmux=tmux(OLD._replace(file={"sessionId": "c-3"})))
    assert conversation_id(named) == "c-3"
    assert conversation_id(named._replace(tmux=tmux(OLD._replace(file={"sessionId": "$(x)"})))) == "c-2"


def test_the_pane_of_a_conversation_is_that_of_its_agent() -> None:
    other = Pane("%2", "0.1", 101, "sh", "", "/srv", agents=(OLD._replace(process=8, file={"sessionId": "c-8"}),))
    two = SESSION._replace(tmux=tmux(OLD)._replace(panes=(*tmux(OLD).panes, other)))
    assert pane_of_conversation(two, "c-8") == "%2"
    assert pane_of_conversation(two, "") == pane_of_conversation(two, "c-9") == ""
    asked = Conversation("c-9", agent="claude", pane="%3")
    assert pane_of_conversation(two._replace(conversation=asked), "c-9") == "%3"
    assert pane_of_conversation(SESSION._replace(tmux=None), "c-8") == ""


# ---- a process number that another process has by now


def lose(lab: Lab, process: int) -> tuple[LostSession, Path]:
    """Lose a session whose note says that this process was its agent, and not when that was started."""
    install(lab.local)
    start(lab.local, "api")
    navi(lab, "ls")
    lab.local.tmux("kill-server")
    until(lambda: "api" in navi(lab, "restore").stdout, what="it is lost")
    (note,) = (lab.local.sessions_dir / ".navi" / "at").glob("*/session.*")
    known = re.sub("(?m)^process .*", f"process {process}", note.read_text())
    note.write_text(re.sub("(?m)^started .*", "started 0", known))
    found = read_note(str(note.relative_to(note.parents[1])), note.read_bytes(), Machine())
    assert found
    return found, note


def restored(lab: Lab, shell: Shell, lost: LostSession) -> object:
    """Restore it on a system that does not tell when a process was started."""
    operation = restore(lost, AGENTS)
    script = operation.script.replace("navi_proc=/proc\n", "navi_proc=/nowhere\n")
    assert script != operation.script
    return run(lab.local, shell, operation._replace(script=script))


@sturdy_shells
def test_a_process_that_has_the_number_of_the_agent_is_not_ended(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "x") as bystander:
        restored(lab, shell, lose(lab, bystander.process)[0])
        assert read(bystander.process)
    assert living(lab.local) == {"api"}


@sturdy_shells
def test_an_agent_that_may_be_the_one_of_the_note_is_left_to_the_person(lab: Lab, shell: Shell) -> None:
    install(lab.local)
    other = subprocess.Popen([lab.local.bin / "claude"], env=lab.local.environment(), stdout=subprocess.DEVNULL)
    try:
        lost, note = lose(lab, other.pid)
        with pytest.raises(OperationError, match=f"may still run without a terminal, as process {other.pid}; end that"):
            restored(lab, shell, lost)
        assert read(other.pid)
    finally:
        other.kill()
        other.wait()
    assert note.exists()
    assert living(lab.local) == set()


# ---- interrupted

DIES = """
case " $* " in *" CALL "*)
    [ ! -e ~/dies ] || {
        rm ~/dies
        WHEN
        process=$$
        script=
        while process=$(ps -o ppid= -p "$process" | tr -d " "); do
            case $(ps -o comm= -p "$process") in python* | navi*) break ;; esac
            script="$script $process"
        done
        kill -KILL $script
        exit 1
    }
esac
exec "$real" "$@"
"""
"""A tmux that kills the script that called it, once."""


@pytest.mark.parametrize("when", ["", '"$real" "$@";'], ids=["before it starts", "after it has started"])
@pytest.mark.parametrize("call", ["new-session", "set-option"])
def test_a_restore_that_was_cut_and_is_repeated_brings_each_back_once(lab: Lab, call: str, when: str) -> None:
    install(lab.local)
    had = {name: start(lab.local, name) for name in ("api", "web")}
    navi(lab, "ls")
    lab.local.tmux("kill-server")
    until(lambda: "web" in navi(lab, "restore").stdout, what="they are lost")
    stand_in(lab.local, "tmux", DIES.replace("CALL", call).replace("WHEN", when))
    (lab.local.home / "dies").touch()
    command = [sys.executable, "-m", "navi", "restore", "api"]
    subprocess.run(command, env=lab.environment(), capture_output=True, timeout=90)
    assert not (lab.local.home / "dies").exists()
    navi(lab, "restore", "--all")
    assert {name: conversation(lab.local, name) for name in had} == had
    assert living(lab.local) == set(had)
    assert [ids(lab.local, name) for name in had] == [[id] for id in had.values()]
    assert navi(lab, "restore").stdout == "no session is lost\n"
