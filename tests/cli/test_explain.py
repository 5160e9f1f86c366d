"""The verb explain tells times, tools and tokens too: of sessions on this machine and on a remote."""

from __future__ import annotations

import json
import time

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
