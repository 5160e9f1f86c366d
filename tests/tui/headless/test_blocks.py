"""What an agent printed, as lines: marks, folds, and nothing that acts on a terminal."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from navi.core.text import clean
from navi.headless.harness.base import Asked, Event, Mode, Raw, Taken, Text, ToolCall, ToolResult, TurnEnded
from navi.tui.headless.blocks import Rendering

INPUTS = {"U": "do it\nnow"}


def shown(*events: Event, unfolded: bool = False) -> list[str]:
    """Return the texts of the lines of events."""
    return ["".join(text for _, text in line) for line in Rendering(INPUTS, unfolded, "e").lines(events)]


def test_each_speaker_has_a_mark() -> None:
    assert shown(Taken("U"), Text("agent", "one\ntwo"), Text("thought", "hm"), Text("note", "n")) == [
        "> do it", "  now", "one", "two", "~ hm", "- n",
    ]  # fmt: skip
    assert shown(Taken("unknown"), Text("agent", " \n"), Mode("plan")) == []


def test_tools_and_what_they_gave() -> None:
    assert shown(ToolCall("t", "Bash", {"command": "touch f"}), ToolResult("t", "done")) == [
        "* Bash touch f", "  = done",
    ]  # fmt: skip
    assert shown(ToolResult("t", "broken", failed=True)) == ["  ! broken"]
    assert shown(Asked("q", "permission", "Bash", {"command": "touch f"})) == ["? permission: Bash touch f"]
    assert shown(Raw(b"no \xff message")) == ["# no \ufffd message"]


def test_a_turn_that_did_not_do_what_was_wanted_says_so() -> None:
    assert shown(TurnEnded("done")) == []
    assert shown(TurnEnded("error", "no money")) == ["! the turn ended: error no money"]
    assert shown(TurnEnded("done", refused=("Bash", "Edit"))) == ["! it was not allowed to use Bash, Edit"]


def test_long_results_are_folded_and_unfolded() -> None:
    text = "\n".join(f"line {number}" for number in range(20))
    assert shown(ToolResult("t", text))[-1] == "    ... 12 more lines; e shows them"
    assert len(shown(ToolResult("t", text))) == 9
    assert len(shown(ToolResult("t", text), unfolded=True)) == 20
    nine = "\n".join("x" * 9)
    assert len(shown(ToolResult("t", nine))) == 9, "one line takes no less room than a mark for it"


TEXTS = st.text(max_size=60)
INPUT = st.dictionaries(TEXTS, TEXTS | st.integers() | st.lists(TEXTS, max_size=2), max_size=3)
EVENTS: st.SearchStrategy[Any] = (
    st.builds(Text, st.sampled_from(["agent", "thought", "user", "note"]), TEXTS)
    | st.builds(ToolCall, TEXTS, TEXTS, INPUT)
    | st.builds(ToolResult, TEXTS, TEXTS, st.booleans())
    | st.builds(Asked, TEXTS, st.just("permission"), TEXTS, INPUT)
    | st.builds(TurnEnded, st.just("error"), TEXTS)
    | st.builds(Raw, st.binary(max_size=60))
)


@given(st.lists(EVENTS, max_size=4))
def test_nothing_that_an_agent_prints_acts_on_a_terminal(events: list[Event]) -> None:
    for text in shown(*events):
        assert clean(text) == text
