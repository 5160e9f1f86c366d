"""What is reported of agents in panes becomes values, whatever the remote says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.agents import AGENTS
from navi.core.agents.kind import AgentKind
from navi.core.model import AgentProcess, Frame, Pane, ScreenMatch
from navi.ops import Answer, HostSetting, HostSettings
from navi.ops.look.agent_records import LONGEST_STATE, MOST_AGENTS
from navi.ops.look.agents import describe
from navi.ops.look.frames import MOST_RECORDS, FrameReader, Heartbeat

TOKEN = "navi-0123456789abcdef01234567"
PANE = "pane 99\t$1\t3.4\t0\t100\t5\t0\t11\t%0\t\t\t0.0\t0\tapi"
AGENT = "agent 100 101 0 500 runs claude"


def read(reader: FrameReader, *records: str | bytes) -> Frame | Heartbeat:
    """Read an answer of these records."""
    data = b"".join(f"{TOKEN} ".encode() + (one if isinstance(one, bytes) else one.encode()) + b"\n" for one in records)
    return reader.read(Answer(0, data, "", TOKEN))


def pane(*records: str | bytes) -> Pane:
    """Return the only pane of an answer with these records."""
    found = read(FrameReader(), "server ok ", PANE, *records)
    assert isinstance(found, Frame)
    return found.sessions[0].panes[0]


def state(**fields: object) -> str:
    """Return the record of a state file."""
    return "state 101\n" + json.dumps({"pid": 101, "procStart": "500", "status": "busy"} | fields)


def test_a_pane_has_its_agents_and_its_screen() -> None:
    found = pane(
        AGENT,
        state(),
        "agent 100 102 101 0 suspended my agent",
        "agent 7 8 0 0 runs codex",
        "screen 100 permission permission dialog\nDo you   want to proceed?",
    )
    file = {"pid": 101, "procStart": "500", "status": "busy"}
    assert found.agents == (
        AgentProcess("claude", 101, 0, 500, False, file),
        AgentProcess("my agent", 102, 101, 0, True),
    )
    assert found.screen == ScreenMatch("permission", "permission dialog", "Do you want to proceed?")


@pytest.mark.parametrize(
    ("record", "screen"),
    [
        ("screen 100 -", ScreenMatch()),
        ("screen 7 idle prompt\nx", None),
        ("screen 100 idle prompt", ScreenMatch("idle", "prompt")),
    ],
)
def test_a_screen_that_was_not_looked_at_differs_from_one_that_shows_nothing_known(
    record: str, screen: ScreenMatch | None
) -> None:
    assert pane(AGENT, record).screen == screen


STATES: dict[str, tuple[str, bool]] = {
    "whole": (state(), True),
    "other process": (state(pid=7), False),
    "text as process": (state(pid="101"), False),
    "truth as process": ('state 1\n{"pid": true, "procStart": "500"}', False),
    "earlier process": (state(procStart="499"), False),
    "no start": ('state 101\n{"pid": 101}', False),
    "list": ("state 101\n[]", False),
    "cut": ('state 101\n{"pid": 101', False),
    "empty": ("state 101", False),
    "deep": ("state 101\n" + '{"a":' * 2000, False),
    "large": (state(x="y" * LONGEST_STATE), False),
    "digits": ('state 101\n{"pid": 1' + "0" * 5000 + "}", False),
}


@pytest.mark.parametrize("case", STATES)
def test_a_state_counts_if_it_is_of_this_process(case: str) -> None:
    record, counts = STATES[case]
    assert (pane(AGENT, record).agents[0].file is not None) == counts


def test_where_the_start_is_unknown_the_number_is_enough() -> None:
    assert pane("agent 100 101 0 0 runs claude", state(procStart="Mon Nov 29")).agents[0].file


def test_texts_are_cleaned_and_short() -> None:
    found = pane(
        "agent 100 101 0 500 runs cl\x1b[31maude",
        b"screen 100 error failed\xc2\x9b31m turn\n\xe2\x97\x8f API \x1b]0;x\x07Error\x08 \xe2\x97",
    )
    assert found.agents[0].name == "claude"
    assert found.screen == ScreenMatch("error", "failed turn", "\u25cf API Error")
    assert found.screen
    long = pane(AGENT, f"screen 100 {'s' * 1000} {'r' * 1000}\n{'x' * 5000}").screen
    assert long
    assert [len(text) for text in long] == [20, 80, 300]


def test_activity_is_sent_apart_and_is_remembered() -> None:
    reader = FrameReader()
    read(reader, "server ok ", PANE)
    found = read(reader, "clock 9 b", "activity 100 7", "activity 5 6")
    assert isinstance(found, Frame)
    assert found.sessions[0].activity == 7
    found = read(reader, "clock 10 b", "server ok ", PANE.replace("api", "web"))
    assert isinstance(found, Frame)
    assert (found.sessions[0].name, found.sessions[0].activity) == ("web", 7)


def test_agents_beyond_the_limit_are_left_out() -> None:
    assert len(pane(*[AGENT] * 100).agents) == MOST_AGENTS
    found = read(FrameReader(), "server ok ", PANE, *[AGENT] * (MOST_RECORDS["agent"] + 1))
    assert isinstance(found, Frame)
    assert "more than 2000 agents" in found.tmux_error


Kinds = st.sampled_from(["agent", "state", "screen", "activity", "server", "pane"])
Rest = st.binary(max_size=40) | st.sampled_from([one.partition(" ")[2].encode() for one in (AGENT, PANE, state())])


@given(st.lists(st.tuples(Kinds, Rest), max_size=12))
def test_no_records_are_too_odd(records: list[tuple[str, bytes]]) -> None:
    told = read(FrameReader(), "server ok ", PANE, *(kind.encode() + b" " + rest for kind, rest in records))
    assert isinstance(told, Frame)


# ---- the description


def test_a_host_gets_the_description_even_if_it_is_made_only_then() -> None:
    text = describe(AGENTS)
    assert HostSettings("", False, text).bind(HostSetting.AGENTS) == text
    assert HostSettings("", False, lambda: text).bind(HostSetting.AGENTS) == text
    kinds = {line.split("\t")[0] for line in text.splitlines()}
    typed = {"asked", "dialog", "settles", "box", "typing", "keep", "resume", "trace", "transcript"}
    assert kinds == {"program", "state", "word", "detail", "title", "screen", "rule", "background", *typed}


def test_names_that_no_program_has_are_left_out() -> None:
    kinds = (AgentKind("mine", ("", "a\tb", "a\nb", "good")), AgentKind("odd\tname", ("x",)))
    assert describe(kinds) == "program\tmine\tgood\n"
