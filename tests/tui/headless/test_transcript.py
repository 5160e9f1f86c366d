"""The end of a transcript as it is kept: no gap, none twice, limits, and lines that the hub has cut."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from navi.headless.harness.base import Raw, Text, ToolCall
from navi.tui.headless import transcript
from navi.tui.headless.transcript import CUT, MAX_LINE, MAX_MESSAGES, ShownTranscript, closed


def line(text: str) -> str:
    """Return a line with a text of the agent."""
    return json.dumps({"type": "text", "who": "agent", "text": text})


def lines(first: int, last: int) -> list[str]:
    """Return the lines of messages with these numbers."""
    return [line(f"m{number}") for number in range(first, last)]


def shown(one: ShownTranscript) -> list[str]:
    """Return what it shows."""
    return ["".join(text for _, text in found) for _, block in one.blocks(False, "e") for found in block]


def begun(first: int, last: int) -> ShownTranscript:
    """Return a transcript with these messages."""
    one = ShownTranscript("scripted")
    one.begin(first)
    one.append(first, lines(first, last))
    return one


def test_messages_come_once_whatever_is_sent_again() -> None:
    one = begun(10, 15)
    one.append(12, lines(12, 18))
    one.append(10, lines(10, 12))
    assert shown(one) == [f"m{number}" for number in range(10, 18)]
    assert (one.first, one.next) == (10, 18)


def test_after_a_gap_it_begins_anew() -> None:
    one = begun(0, 3)
    one.append(7, lines(7, 9))
    assert (shown(one), one.first) == (["m7", "m8"], 7)


def test_older_messages_go_before_the_first_one_and_leave_no_gap() -> None:
    one = begun(10, 12)
    one.prepend([one.reading().read(number, text) for number, text in enumerate(lines(8, 11), 8)])
    assert (shown(one), one.first) == (["m8", "m9", "m10", "m11"], 8)
    one.prepend([one.reading().read(number, text) for number, text in enumerate(lines(2, 5), 2)])
    assert one.first == 8, "messages 5 to 7 are missing"


def test_a_text_that_grows_is_shown_until_the_whole_one_comes() -> None:
    one = begun(0, 1)
    one.grow("and ")
    one.grow("more")
    assert shown(one) == ["m0", "and more"]
    one.append(1, [json.dumps({"type": "other"})])
    assert shown(one) == ["m0", "and more"]
    one.append(2, [line("and more of it")])
    assert shown(one) == ["m0", "and more of it"]


def test_what_is_kept_has_limits() -> None:
    one = begun(0, MAX_MESSAGES + 50)
    assert (one.first, one.next) == (50, MAX_MESSAGES + 50)
    big = "x" * (transcript.MOST_BYTES // 10)
    one.append(one.next, [line(big) for _ in range(20)])
    assert one.next - one.first <= 11
    for _ in range(100):
        one.grow("y" * 1000)
    assert len(one.growing) <= MAX_LINE


def test_an_input_that_becomes_known_is_shown() -> None:
    one = ShownTranscript("scripted")
    one.append(0, [json.dumps({"type": "taken", "uuid": "U"})])
    assert shown(one) == []
    one.know("U", "do it")
    assert shown(one) == ["> do it"]


def read(data: str) -> object:
    """Return the first event of a line of Claude Code."""
    return ShownTranscript("claude-code").reading().read(0, data).events[0]


def cut(message: object) -> str:
    """Return the beginning of a long line as the hub sends it."""
    return json.dumps(message)[:MAX_LINE]


def test_the_beginning_of_a_long_line_is_read_and_says_that_it_is_cut() -> None:
    block = {"type": "text", "text": "begin\n" + 'x"\\' * MAX_LINE}
    found = read(cut({"type": "assistant", "message": {"id": "m", "content": [block]}}))
    assert isinstance(found, Text)
    assert found.text.startswith("begin\nx")
    assert found.text.endswith(CUT)
    use = {"type": "tool_use", "name": "Write", "input": {"file_path": "/a", "content": "y" * MAX_LINE}}
    called = read(cut({"type": "assistant", "message": {"id": "m", "content": [use]}}))
    assert isinstance(called, ToolCall)
    assert called.input["file_path"] == "/a"


def test_a_line_that_can_not_be_closed_is_shown_as_it_is() -> None:
    found = read("z" * MAX_LINE)
    assert isinstance(found, Raw)
    assert CUT.encode() in found.data


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.integers(0, 200), st.booleans())
def test_closing_never_fails_and_changes_no_whole_line(value: object, end: int, ascii: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii).encode("utf-8", "surrogatepass")
    closed(data[:end])
    if isinstance(value, dict | list):
        assert json.loads(closed(data)) == json.loads(data.decode("utf-8", "replace"))


@given(st.text(alphabet='ab"\\\n\u2028é', max_size=30), st.integers(0, 400))
def test_a_text_that_was_cut_is_its_beginning(text: str, end: int) -> None:
    data = json.dumps({"a": [{"text": text}]}).encode()
    begin = data.index(b'"text": "') + len(b'"text": "')
    found = json.loads(closed(data[: min(begin + end, len(data))]))
    assert text.startswith(found["a"][0]["text"])
