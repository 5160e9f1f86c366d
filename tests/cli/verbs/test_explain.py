"""The verb explain tells all evidence of a status, times, tools and tokens: of sessions here and on a remote."""

from __future__ import annotations

import json
import re
import time

from navi.cli.verbs.explain import Explained, document
from navi.core.agents import AGENTS
from navi.core.facts import facts
from navi.core.model import AgentProcess, Frame, Pane, ScreenMatch, Session, StatusFile, Tmux, TmuxSession
from navi.core.status import sessions_of
from navi.core.text import escape_json
from tests.support.dashboard import HOUR
from tests.support.machines import Account, Lab
from tests.support.transcripts import message, transcript
from tests.support.verbs import HERE_AND_THERE, account, navi

METRICS = {
    "time": {"started": 1700000000, "total_seconds": 100, "working_seconds": 60, "waiting_seconds": 10},
    "tools": {"counts": {"Bash": 12, "Read": 3}, "recent": ["Read", "Bash"]},
}


def work(there: Account, **fields: object) -> None:
    """Start a session whose hook says that it is over, so that no time goes on."""
    there.new_session("api", "cat")
    there.write_status("api", status="done", timestamp=int(time.time()) - HOUR, **fields)


# ---- evidence

NOW = 1000.0


def frame(*agents: AgentProcess, hook: str = "") -> Frame:
    """Return a host with a session in which these agents run."""
    screen = ScreenMatch("permission", "permission dialog", "Do you want to proceed?")
    title = "\u2733 Fix it"
    pane = Pane("%0", "0.0", 7, "node", title, "/work", activity=NOW - 3, agents=agents, screen=screen)
    files = (StatusFile("api", status=hook, message="Run it?", timestamp=NOW - 60),) if hook else ()
    tmux = TmuxSession("$0", "api", NOW - 500, 0, (pane,))
    return Frame(NOW, "boot", Tmux.OK, True, sessions=(tmux,), files=files)


def claude(process: int = 40, parent: int = 0, waits: str = "permission prompt") -> AgentProcess:
    """Return a Claude Code that waits, by its own file."""
    file = {"status": "waiting", "waitingFor": waits, "statusUpdatedAt": (NOW - 4) * 1000}
    return AgentProcess("claude", process, parent, 9, file=None if parent else file)


def session(where: Frame) -> Session:
    """Return the session of the frame."""
    (found,) = sessions_of("local", where, AGENTS)
    return found


def lines(where: Frame) -> list[str]:
    """Return the facts about the evidence, as they are printed."""
    found = facts(session(where), "local", where, NOW)
    return [f"{fact.label}: {fact.text}" for fact in found if fact.label in ("evidence", "decided by")]


def test_every_piece_of_evidence_is_a_line_with_source_age_and_words() -> None:
    assert lines(frame(claude(), hook="working")) == [
        "evidence: no status (process): it runs as process 40",
        "decided by: permission (state file, 4s ago): its state file says waiting (permission prompt)",
        "evidence: working (hook, 1m 0s ago): reported by its hook: Run it?",
        "evidence: permission (screen, 3s ago): its screen shows permission dialog: Do you want to proceed?",
        "evidence: idle (title, 3s ago): shown in the title of its claude pane",
        "evidence: working (pane, 3s ago): its claude pane is producing output",
    ]


def test_evidence_of_several_agents_names_the_agent() -> None:
    found = lines(frame(claude(), AgentProcess("codex", 50, parent=40)))
    inner = "codex in pane 0.0: it runs as process 50 in a tool of process 40"
    assert found[-1] == f"evidence: no status (process): {inner}"
    assert {line.split(": ")[2] for line in found} == {"claude in pane 0.0", "codex in pane 0.0"}


def test_the_document_has_the_evidence_and_the_agents_of_panes() -> None:
    where = frame(claude(), hook="working")
    told = json.loads(json.dumps(document(Explained(session(where), where, ""))))
    assert [piece["source"] for piece in told["evidence"] if piece["decided"]] == [told["status_source"]]
    assert told["evidence"][1] == {
        "source": "state file", "status": "permission", "age_s": 4.0, "message": "", "about": "claude in pane 0.0",
        "text": "its state file says waiting (permission prompt)", "decided": True,
    }  # fmt: skip
    (pane,) = told["session"]["panes"]
    assert (pane["agents"][0]["name"], pane["screen"]["rule"]) == ("claude", "permission dialog")


def test_a_hostile_state_file_reaches_no_terminal() -> None:
    where = frame(claude(waits="\x1b[2Jx\u202e" + "y" * 9000))
    assert all(line.isprintable() and len(line) < 300 for line in lines(where))
    assert escape_json(json.dumps(document(Explained(session(where), where, "")), ensure_ascii=False)).isprintable()


@HERE_AND_THERE
def test_explain_prints_the_evidence_of_a_real_session(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    there.new_session("api", "exec sh")
    there.write_status("api", status="permission", message="Run it?", timestamp=int(time.time()) - HOUR)
    said = navi(lab, "explain", f"{prefix}api").stdout
    assert re.search(r"^evidence +permission \(hook, 1h 0m ago\): reported by its hook: Run it\?$", said, re.MULTILINE)
    assert re.search(r"^decided by +stopped \(pane, .* ago\): only a shell \(sh\) is left", said, re.MULTILINE)
    told = json.loads(navi(lab, "explain", f"{prefix}api", "--json").stdout)
    assert [(piece["source"], piece["decided"]) for piece in told["evidence"]] == [("hook", False), ("pane", True)]


# ---- times, tools, tokens


@HERE_AND_THERE
def test_explain_prints_times_tools_and_tokens(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    work(there, metrics=METRICS, session_id="one")
    transcript(there, "one", [message("msg_1", 1, 1), message("msg_1", 1, 20_000, 3, 4), message("msg_2", "x")])
    told = json.loads(navi(lab, "explain", f"{prefix}api", "--json").stdout)
    used = {"input": 1, "output": 20_000, "cache_read": 3, "cache_written": 4}
    assert told["tokens"] == used | {"messages": 1, "skipped": 1, "partial": False}
    metrics = told["metrics"]
    assert (metrics["started"], metrics["working_s"], metrics["waiting_s"]) == (1700000000, 60, 10)
    assert metrics["total_s"] == metrics["other_s"] + 70 >= 100 + HOUR
    assert (metrics["tools"], metrics["recent"]) == ({"Bash": 12, "Read": 3}, ["Read", "Bash"])
    facts = {line[:12].strip(): line[13:] for line in navi(lab, "explain", f"{prefix}api").stdout.splitlines()}
    tokens = "input 1, output 20.0k, cache read 3, cache written 4 in 1 message"
    assert facts["tokens"] == f"{tokens}; 1 line could not be read"
    assert facts["tools"] == "15 uses of 2 tools: Bash 12, Read 3"
    assert facts["recent"] == "Read, Bash"
    assert "working 2% 1m 0s, waiting 0% 10s, other 98% 1h" in facts["time"]


def test_unknown_values_are_null_and_no_failure(lab: Lab) -> None:
    work(lab.local)
    told = json.loads(navi(lab, "explain", "api", "--json").stdout)
    assert (told["metrics"], told["tokens"]) == (None, None)
    assert "tokens" not in navi(lab, "explain", "api").stdout


def test_a_missing_transcript_is_no_failure(lab: Lab) -> None:
    work(lab.local, session_id="one")
    assert json.loads(navi(lab, "explain", "api", "--json").stdout)["tokens"] is None
    assert "tokens       Claude Code has no transcript of it" in navi(lab, "explain", "api").stdout


def test_a_hostile_session_id_is_refused_and_runs_nothing(lab: Lab) -> None:
    work(lab.local, session_id="$(touch pwned)\x1b[31m/../../x")
    said = navi(lab, "explain", "api").stdout
    assert "tokens       the status file's session id is not a valid Claude Code id" in said
    assert not list(lab.folder.rglob("pwned"))


def test_a_large_transcript_is_counted_completely(lab: Lab) -> None:
    work(lab.local, session_id="one")
    transcript(lab.local, "one", [message(f"msg_{number}", more="x" * 100_000) for number in range(400)])
    told = json.loads(navi(lab, "explain", "api", "--json").stdout)["tokens"]
    assert (told["messages"], told["partial"]) == (400, False)
