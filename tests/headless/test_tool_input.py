"""Whoever allows a tool sees all that it is given, on every face."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.cli.verbs.headless_answer import _text_of, document
from navi.headless.asking import question_of
from navi.headless.harness.base import Asked
from navi.headless.listed import LONGEST, session_of
from navi.headless.tool_input import LEFT_OUT, MORE, asked_text, cut
from navi.headless.transcript import Reader
from navi.tui.headless.answering import MORE as PAGE_HAS_MORE
from navi.tui.headless.answering import input_lines
from navi.tui.headless.edits import edit_lines

INPUTS: list[tuple[Mapping[str, object], list[str]]] = [
    ({"command": "ls", "run_in_background": True}, ["run_in_background", "true"]),
    ({"command": "ls", "dangerouslyDisableSandbox": True}, ["dangerouslyDisableSandbox"]),
    ({"file_path": "/a", "old_string": "x1", "new_string": "y2", "all": True}, ["/a", "x1", "y2", "all"]),
    ({"file_path": "/a", "edits": []}, ["/a", "edits: []"]),
    ({"file_path": "/a", "edits": [{"old_string": "x1", "new_string": "y2", "all": True}]}, ["all", "x1"]),
    ({"file_path": "/a", "edits": [{"old_string": "x1", "new_string": "y2"}, 5]}, ["x1", "y2", "5"]),
    ({"path": "/a", "url": "http://b", "query": "q3"}, ["/a", "http://b", "q3"]),
    ({"questions": [{"question": "Which colour?"}], "command": "rm -rf ~"}, ["rm -rf ~", "Which colour?"]),
    ({"prompt": "do it", "subagent_type": "other"}, ["do it", "subagent_type: other"]),
    ({"content": "c1", "file_path": "/a", "mode": "0777"}, ["/a", "c1", "0777"]),
    ({"old_string": "x1", "oldText": "z9", "new_string": "y2"}, ["x1", "y2", "z9"]),
    ({"plan": "one\ntwo", "allowedPrompts": ["x"]}, ["one", "two", "allowedPrompts"]),
]  # fmt: skip
"""What a tool is given, and words that everybody must be shown."""


def shown_everywhere(input: Mapping[str, object]) -> dict[str, str]:
    """Return what the faces show of a tool that is to be allowed."""
    question: dict[str, Any] = {"request_id": "q", "kind": "permission", "tool": "T", "input": input}
    asked = Asked("q", "permission", "T", input)
    (session,) = [session_of({
        "id": "spawn_1", "remote": True, "status": "permission", "asked": [{"kind": "permission"}],
        "asks": asked_text("permission", "T", input),
    })]  # fmt: skip
    assert session
    return {
        "dialog": "\n".join(input_lines(input)),
        "verb": _text_of(question, question_of(question)),
        "json": str(document({"harness": "h"}, "a", question)["question"]),
        "transcript": "\n".join(Reader({}).lines([asked])),
        "list": session.message,
    }


@pytest.mark.parametrize(("input", "words"), INPUTS)
def test_all_members_are_shown(input: Mapping[str, object], words: list[str]) -> None:
    for face, text in shown_everywhere(input).items():
        assert [word for word in words if word not in text] == [], face


VALUES = (
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=5) | st.integers() | st.booleans()
)
NAMES = st.sampled_from([
    "command", "file_path", "path", "plan", "old_string", "new_string", "oldText", "content", "edits", "other", "url",
    "questions", "new_source", "notebook_path",
])  # fmt: skip
EDITS = st.lists(st.dictionaries(NAMES, VALUES, max_size=3), max_size=2)


@given(st.dictionaries(NAMES, VALUES | EDITS, max_size=4))
def test_no_member_is_hidden(input: Mapping[str, object]) -> None:
    dialog = "\n".join(input_lines(input))
    question = {"request_id": "q", "kind": "permission", "tool": "T", "input": input}
    verb = _text_of(question, question_of(question))
    for name, value in input.items():
        assert (value if isinstance(value, str) else json.dumps(value)) in verb
        parts: list[Any] = [part for edit in value for part in edit.values()] if isinstance(value, list) else []
        texts = [part if isinstance(part, str) else json.dumps(part) for part in parts or [value]]
        unchanged = not edit_lines(input) and name in ("old_string", "new_string", "oldText", "edits")
        assert unchanged or PAGE_HAS_MORE in dialog or all(text in dialog for text in texts)


def test_what_is_cut_says_so() -> None:
    for long in ({"command": "x" * 5000}, {"command": "x", "more": "y" * 5000}):
        found = shown_everywhere(long)
        assert found.pop("dialog").endswith(PAGE_HAS_MORE)
        assert found.pop("transcript").endswith(MORE)
        assert found.pop("list").endswith(MORE)
        assert all(str(list(long.values())[-1]) in text for text in found.values())
    assert len(cut("x" * 5000, LONGEST)) == LONGEST


def test_only_what_changes_nothing_is_left_out() -> None:
    assert {"description", "timeout"} == LEFT_OUT
    assert asked_text("permission", "Bash", {"command": "ls", "description": "d1", "timeout": 5}) == "Bash ls"


def test_a_question_is_one_only_if_its_tool_asks() -> None:
    input = {"questions": [{"question": "Which colour?"}], "command": "rm"}
    assert asked_text("question", "T", input) == "Which colour?"
    assert "rm" in asked_text("permission", "T", input)
