"""What a tool is to change: lines with signs, for each form of input, with limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.text import clean_lines
from navi.tui.headless.edits import MAX_LINES, MOST_COMPARED, edit_lines

CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"file_path": "/a", "old_string": "x\nold", "new_string": "x\nnew"},
     [("@", "-1,2 +1,2"), (" ", "x"), ("-", "old"), ("+", "new")]),
    ({"file_path": "/a", "edits": [{"old_string": "1", "new_string": "2"}, {"old_string": "3", "new_string": "4"}]},
     [("@", "-1 +1"), ("-", "1"), ("+", "2"), ("@", "-1 +1"), ("-", "3"), ("+", "4")]),
    ({"path": "/a", "oldText": "1", "newText": "2"}, [("@", "-1 +1"), ("-", "1"), ("+", "2")]),
    ({"file_path": "/a", "content": "one\ntwo"}, [("+", "one"), ("+", "two")]),
    ({"notebook_path": "/a", "new_source": "one"}, [("+", "one")]),
    ({"file_path": "/a", "old_string": "", "new_string": "\x1b[2Jnew"},
     [("@", "-1 +1"), ("-", ""), ("+", "new")]),
    ({"command": "touch f"}, []),
    ({"file_path": "/a"}, []),
    ({"content": "not a file"}, []),
    ({"edits": "none", "old_string": 7, "new_string": None}, []),
    ({"edits": [None, 7, {"old_string": "1"}]}, []),
]  # fmt: skip


@pytest.mark.parametrize(("input", "expected"), CASES)
def test_each_form_of_an_edit(input: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert edit_lines(input) == expected


def test_long_texts_are_not_compared_and_not_all_shown() -> None:
    old, new = "\n".join("a" * (MOST_COMPARED + 1)), "\n".join("b" * 100_000)
    found = edit_lines({"old_string": old, "new_string": new})
    assert len(found) == MAX_LINES
    assert {sign for sign, _ in found} == {"-", "+"}


@given(st.text(), st.text())
def test_nothing_in_an_edit_reaches_the_screen_uncleaned(old: str, new: str) -> None:
    for _, text in edit_lines({"old_string": old, "new_string": new}):
        assert clean_lines(text) == [text]
