"""Times, tools and tokens: read from what a hook wrote, and put into words."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.facts import recent_text, time_parts, tokens_text, tool_parts, tools_text, usage_facts
from navi.core.metrics import Metrics, Tokens, WorkTimes, metrics_of, session_id, short_number
from navi.core.model import Session, Source, Status
from navi.core.status_file import read_status_file
from tests.support.dashboard import session

TIME = {"started": 1000, "total_seconds": 100, "working_seconds": 60, "waiting_seconds": 10}
TOOLS = {"counts": {"Read": 3, "Bash": 12, "Edit": 3}, "recent": ["Bash", "Read"]}


def counted(
    status: str = "done", timestamp: object = 1100, time: object = None, tools: object = None, **more: object
) -> Session:
    """Return a session whose status file says this, and whose status is what it says."""
    metrics = {"time": TIME if time is None else time, "tools": TOOLS if tools is None else tools}
    document = {"status": status, "timestamp": timestamp, "metrics": metrics, "session_id": "one", **more}
    file = read_status_file("api", json.dumps(document).encode())
    return session("api", status)._replace(file=file)


def times(one: Session, clock: float = 1100) -> WorkTimes:
    """Return a session's times."""
    found = metrics_of(one, clock)
    assert found
    assert found.times
    return found.times


def test_times_and_tools_are_read() -> None:
    assert metrics_of(counted(), 1100) == Metrics(
        WorkTimes(1000, 100, 60, 10), (("Bash", 12), ("Edit", 3), ("Read", 3)), ("Bash", "Read")
    )
    assert times(counted()).other == 30


@pytest.mark.parametrize("one", [session("api"), session("api", file=False), counted(time={}, tools={})])
def test_what_no_hook_has_counted_is_unknown(one: Session) -> None:
    assert metrics_of(one, 1100) is None


GOES_ON = [
    ("working", (107, 67, 10)),
    ("waiting", (107, 60, 17)),
    ("permission", (107, 60, 17)),
    ("done", (107, 60, 10)),
    ("idle", (107, 60, 10)),
    ("dancing", (107, 60, 10)),
    ("offline", (100, 60, 10)),
]


@pytest.mark.parametrize(("status", "expected"), GOES_ON)
def test_the_time_since_the_hook_wrote_goes_to_the_status_that_it_wrote(
    status: str, expected: tuple[float, float, float]
) -> None:
    assert times(counted(status), 1107) == WorkTimes(1000, *expected)


@pytest.mark.parametrize("source", [Source.STATE, Source.SCREEN, Source.TITLE])
def test_time_goes_on_if_another_source_says_what_the_hook_reported(source: Source) -> None:
    agreed = counted("working")._replace(status=Status("working", source, 1100, "it says so, too"))
    assert times(agreed, 1107) == WorkTimes(1000, 107, 67, 10)


UNSURE = {
    "gone": counted("working")._replace(tmux=None, status=Status("offline", Source.TMUX, 1100, "gone")),
    "contradicted": counted("working")._replace(status=Status("stopped", Source.PANE, 1100, "only a shell is left")),
    "another agent": counted("working")._replace(status=Status("permission", Source.HOOK, 1100, "another", "opencode")),
    "ahead": counted("working", timestamp=99999),
    "undated": counted("working", timestamp="soon"),
}


@pytest.mark.parametrize("why", UNSURE)
def test_a_status_that_is_not_known_to_go_on_adds_no_time(why: str) -> None:
    assert times(UNSURE[why], 1107) == WorkTimes(1000, 100, 60, 10)


HOSTILE_TIMES = [
    ({"working_seconds": 50}, WorkTimes(None, 50, 50, 0)),
    ({"total_seconds": 10, "working_seconds": 50, "waiting_seconds": 5}, WorkTimes(None, 55, 50, 5)),
    ({"started": 5, "total_seconds": -1, "working_seconds": True, "waiting_seconds": "9"}, WorkTimes(5, 0, 0, 0)),
    (
        {"started": 5, "total_seconds": 1e300, "working_seconds": math.nan, "waiting_seconds": math.inf},
        WorkTimes(5, 0, 0, 0),
    ),
    ({"started": {"a": 1}, "total_seconds": 7}, WorkTimes(None, 7, 0, 0)),
    ({"started": 1e300, "total_seconds": 7.5}, WorkTimes(None, 7.5, 0, 0)),
]


@pytest.mark.parametrize(("time", "expected"), HOSTILE_TIMES)
def test_times_that_make_no_sense_are_left_out(time: object, expected: WorkTimes) -> None:
    assert times(counted(time=time)) == expected


HOSTILE_TOOLS = [
    ({"counts": {"Bash": -1, "Read": "3", "Edit": 0, "": 5, "Grep": True, "Glob": 1e300, "Web": [1]}}, (), ()),
    ({"counts": ["Bash"], "recent": {"a": 1}}, (), ()),
    ({"counts": {"\x1b[31mBash": 2, "Ba\u202esh": 3}}, (("Bash", 5),), ()),
    ({"counts": {"x" * 500: 1}}, (("x" * 60, 1),), ()),
    ({"recent": ["Bash", 7, None, "", "\x07", "Re\nad", *["Edit"] * 50]}, (), ("Bash", "Re ad", *["Edit"] * 4)),
    ({"counts": {f"tool{number:04}": 1 for number in range(1000)}}, 500, ()),
]


@pytest.mark.parametrize(("tools", "counts", "recent"), HOSTILE_TOOLS)
def test_tools_that_make_no_sense_are_left_out(tools: object, counts: object, recent: tuple[str, ...]) -> None:
    found = metrics_of(counted(tools=tools), 1100) or Metrics()
    assert (len(found.tools) if isinstance(counts, int) else found.tools) == counts
    assert found.recent == recent


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, json_values, json_values, st.floats(0, 1e11))
def test_parts_are_parts_of_the_whole_for_any_content(
    time: object, tools: object, timestamp: object, clock: float
) -> None:
    found = metrics_of(counted("working", timestamp, time, tools), clock)
    for part in (*(time_parts(found.times) if found and found.times else ()), *(tool_parts(found) if found else ())):
        assert 0 <= part.share <= 1 + 1e-9
    assert usage_facts(found, "") is not None


@pytest.mark.parametrize(("value", "expected"), [("abc", "abc"), (None, ""), (7, ""), ({"a": 1}, "")])
def test_the_agents_own_id_is_a_text(value: object, expected: str) -> None:
    assert session_id(counted(session_id=value)) == expected


# ---- in words


NUMBERS = [
    (0, "0"), (1, "1"), (999, "999"), (1000, "1.0k"), (12_345, "12.3k"), (99_949, "99.9k"), (99_950, "100k"),
    (456_000, "456k"), (999_499, "999k"), (999_500, "1.0M"), (4_510_000, "4.5M"), (123_456_789, "123M"),
    (7_800_000_000, "7.8G"), (10**15, "1000.0T"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "expected"), NUMBERS)
def test_numbers_are_short(number: int, expected: str) -> None:
    assert short_number(number) == expected


@given(st.integers(0, 10**14))
def test_short_numbers_are_about_right(number: int) -> None:
    said = short_number(number)
    unit = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(said[-1], 1)
    assert float(said.rstrip("kMGT")) * unit == pytest.approx(number, rel=0.06, abs=0.5)


def test_times_have_their_share() -> None:
    parts = time_parts(WorkTimes(1000, 7200, 3600, 1200))
    assert [(part.label, part.figure) for part in parts] == [
        ("working", "50% 1h 0m"), ("waiting", "17% 20m 0s"), ("other", "33% 40m 0s"),
    ]  # fmt: skip
    assert [part.figure for part in time_parts(WorkTimes(None, 0, 0, 0))] == ["0% 0s"] * 3


def test_only_the_most_used_of_many_tools_are_shown() -> None:
    metrics = Metrics(None, tuple((f"tool{number}", 20 - number) for number in range(12)), ("tool3", "tool1"))
    assert [part.label for part in tool_parts(metrics)] == [f"tool{number}" for number in range(8)]
    assert [part.share for part in tool_parts(metrics)][:2] == [1.0, 0.95]
    assert (tools_text(metrics), recent_text(metrics)) == ("174 uses of 12 tools", "tool3, tool1")
    assert tools_text(Metrics(None, (("Bash", 1),))) == "1 use of 1 tool"


TOKENS = [
    (Tokens(12_345, 678, 4_500_000, 0, 1), "input 12.3k, output 678, cache read 4.5M, cache written 0 in 1 message"),
    (
        Tokens(1, 2, 3, 4, 5, skipped=1),
        "input 1, output 2, cache read 3, cache written 4 in 5 messages; 1 line could not be read",
    ),
    (
        Tokens(1, 2, 3, 4, 5, left=25_000_000),
        "input 1, output 2, cache read 3, cache written 4 in 5 messages; counting, 25.0MB are left",
    ),
]


@pytest.mark.parametrize(("tokens", "expected"), TOKENS)
def test_tokens_are_shown_with_their_problems(tokens: Tokens, expected: str) -> None:
    assert tokens_text(tokens) == expected


def test_each_fact_is_one_line() -> None:
    facts = usage_facts(metrics_of(counted(), 1100), "no transcript\x1b[31m")
    assert [(fact.label, fact.text) for fact in facts] == [
        ("time", "1m 40s: working 60% 1m 0s, waiting 10% 10s, other 30% 30s"),
        ("tools", "18 uses of 3 tools: Bash 12, Edit 3, Read 3"),
        ("recent", "Bash, Read"),
        ("tokens", "no transcript"),
    ]
    assert usage_facts(None, "") == []
