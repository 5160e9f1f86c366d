"""Which pane of a session a request to its agent is about."""

from __future__ import annotations

import pytest

from navi.core.agent_panes import agent_panes, asking_panes, looked_into, named_pane, narrowed, panes_to_answer
from navi.core.model import AgentProcess, Pane, ScreenMatch, Session
from tests.support.dashboard import session

CLAUDE = (AgentProcess("claude", 5),)


def of_panes(*words: str) -> Session:
    """Return a session with a pane for each word: what its agent's screen shows, `shell` for one without an agent. The
    word of the active pane ends with `*`.
    """
    panes = tuple(
        Pane(
            f"%{number}", f"0.{number}", 100, "sh", "", "/srv", active=word.endswith("*"),
            agents=() if word.startswith("shell") else CLAUDE,
            screen=None if word.startswith("shell") else ScreenMatch(word.rstrip("*")),
        )
        for number, word in enumerate(words)
    )  # fmt: skip
    one = session("api")
    assert one.tmux
    return one._replace(tmux=one.tmux._replace(panes=panes))


def ids(panes: tuple[Pane, ...]) -> str:
    """Return the numbers of panes."""
    return "".join(pane.id[1:] for pane in panes)


CASES = [
    (("shell*", "idle"), "", "1", "1", "1"),
    (("shell*", "permission", "waiting"), "12", "12", "12", "12"),
    (("shell*", "permission", "working"), "1", "12", "1", "2"),
    (("idle*", "permission"), "1", "0", "1", "0"),
    (("permission*", "waiting"), "0", "0", "0", "0"),
    (("idle*", "working"), "", "0", "0", "1"),
    (("shell*",), "", "", "", ""),
]


@pytest.mark.parametrize(("words", "asking", "agents", "answer", "working"), CASES)
def test_which_panes_are_meant(words: tuple[str, ...], asking: str, agents: str, answer: str, working: str) -> None:
    one = of_panes(*words)
    assert ids(asking_panes(one)) == asking
    assert ids(agent_panes(one)) == agents
    assert ids(panes_to_answer(one)) == answer
    assert ids(agent_panes(one, "working")) == working


def test_a_narrowed_session_has_that_pane_alone_and_its_name_says_so() -> None:
    one = of_panes("shell*", "permission")
    narrow = looked_into(one)
    assert narrow.tmux
    assert (narrow.tmux.pane.id, named_pane("api", one, narrow)) == ("%1", "api, pane 0.1")
    assert narrow.key == one.key
    resting = of_panes("shell*", "idle")
    assert named_pane("api", resting, looked_into(resting)) == "api"
    assert narrowed(one, ()) is one
