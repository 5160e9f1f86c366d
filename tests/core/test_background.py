"""What the files of a session without a terminal mean."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from navi.core.agents import AGENTS
from navi.core.background import background_sessions
from navi.core.model import BackgroundAgent, Frame, Session, Source, Tmux, TmuxSession
from navi.core.status import session_named, sessions_of

ASKS: dict[str, object] = {"status": "waiting", "waitingFor": "permission prompt"}

CASES: Mapping[str, tuple[dict[str, object], dict[str, object], str, str]] = {
    "it is starting": ({}, {"detail": "starting\u2026", "intent": "tidy up"}, "working", "tidy up"),
    "it works": ({"status": "busy"}, {"state": "working", "intent": "tidy up"}, "working", "tidy up"),
    "it asks for a command": (ASKS, {"needs": "approve Bash: touch x"}, "permission", "wants to run touch x"),
    "it asks for a file": (ASKS, {"needs": "approve Write: /a/b"}, "permission", "wants to use Write: /a/b"),
    "it asks a question": (ASKS, {"needs": "answer: Which? (Red \u00b7 Blue)"}, "waiting", "Which? (Red \u00b7 Blue)"),
    "it asks for what navi does not know": (ASKS, {"needs": "a hug"}, "permission", "a hug"),
    "it asks, and its job's file is not there": (ASKS, {}, "permission", ""),
    "it shows a menu": ({"status": "waiting", "waitingFor": "dialog open"}, {"intent": "x"}, "waiting", "x"),
    "its turn has ended": ({"status": "idle"}, {"state": "working", "detail": "All done."}, "done", "All done."),
    "its turn has failed": ({"status": "idle"}, {"state": "failed", "detail": "API Error"}, "error", "API Error"),
    "a command of it goes on": ({"status": "shell"}, {"detail": "started"}, "done", "started"),
    "it works on after a failure": ({"status": "busy"}, {"state": "failed", "intent": "x"}, "working", "x"),
    "an old question is in its job's file": ({"status": "busy"}, {"needs": "approve Bash: x"}, "working", ""),
    "its files hold nonsense": ({"status": 7}, {"needs": [], "detail": {}, "intent": None}, "working", ""),
    "its texts are hostile": ({"status": "idle"}, {"detail": "a\x1b[2Jb\nc"}, "done", "ab c"),
}


def found(file: Mapping[str, object], job: Mapping[str, object], kind: str = "claude") -> list[Session]:
    """Return the sessions of one process with these files."""
    return list(background_sessions("far", [BackgroundAgent(kind, "8cb688dd", 42, file, job)], AGENTS))


@pytest.mark.parametrize(("file", "job", "word", "message"), CASES.values(), ids=CASES.keys())
def test_the_files_decide(file: dict[str, object], job: dict[str, object], word: str, message: str) -> None:
    (session,) = found(file, job)
    assert (session.status.word, session.message) == (word, message)
    assert [piece.word for piece in session.status.evidence if piece.decided] == [word]
    assert session.status.source in (Source.STATE, Source.PROCESS)
    assert session.agent == "claude"


def test_the_name_that_its_user_chose_is_its_name() -> None:
    assert found({}, {"name": "second", "nameSource": "user"})[0].name == "second"
    assert found({}, {"name": "tidy up", "nameSource": "derived"})[0].name == "8cb688dd"
    assert found({}, {"name": "a/b", "nameSource": "user"})[0].name == "8cb688dd"
    assert found({}, {"name": "\x1b", "nameSource": "user"})[0].name == "8cb688dd"


def test_an_agent_that_navi_does_not_know_has_no_session() -> None:
    assert found({}, {}, "nobody") == []
    assert found({}, {}, "aider") == []


def test_two_of_one_name_have_identities_of_their_own() -> None:
    job = {"name": "same", "nameSource": "user"}
    agents = [BackgroundAgent("claude", id, 42, {}, job) for id in ("one", "two")]
    keys = [session.key for session in background_sessions("far", agents, AGENTS)]
    assert keys == [("far", "same", "claude one"), ("far", "same", "claude two")]


def test_a_session_of_tmux_has_the_name_before_one_in_the_background() -> None:
    agent = BackgroundAgent("claude", "8cb688dd", 42, {}, {"name": "api", "nameSource": "user"})
    frame = Frame(0.0, "", Tmux.OK, proven=True, background=(agent,))
    (alone,) = sessions_of("far", frame, AGENTS)
    assert session_named([alone], "api") == session_named([alone], "8cb688dd") == alone
    tmux = alone._replace(background=None, tmux=TmuxSession("$1", "api", 0.0, 0, ()))
    assert session_named([alone, tmux], "api") == tmux
    assert session_named([alone, tmux], "8cb688dd") == alone
