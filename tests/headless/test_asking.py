"""What is asked, with its choices: the same for the dashboard, the page and the command line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

import pytest

from navi.cli.headless import _reply
from navi.core.question import How, Reply
from navi.headless.asking import answer_of, asked_document, question_of, words_for
from navi.headless.harness.base import Asked, Option

ONCE = Option("o1", "allow_once", "Yes: Allow")
ALWAYS = Option("o2", "allow_always", "Yes, always: Allow all edits")
NO = Option("o3", "reject_once", "No: Reject")
NEVER = Option("o4", "reject_always", "No, never: Reject all")

CHOICES: list[tuple[tuple[Option, ...], bool, list[tuple[str, Mapping[str, object]]]]] = [
    ((), True, [("Yes", {"allow": True}), ("No", {"allow": False}), ("No, and say why", {})]),
    ((), False, [("Yes", {"allow": True}), ("No", {"allow": False})]),
    (
        (ALWAYS, ONCE, NO, NEVER),
        False,
        [
            ("Yes", {"allow": True}),
            ("No", {"allow": False}),
            ("Yes, always: Allow all edits", {"allow": True, "option": "o2"}),
            ("No, never: Reject all", {"allow": False, "option": "o4"}),
        ],
    ),
    (
        (ALWAYS, NEVER),
        False,
        [("Yes, always: Allow all edits", {"allow": True}), ("No, never: Reject all", {"allow": False})],
    ),
    (
        (ONCE, NO, ALWAYS),
        True,
        [
            ("Yes", {"allow": True}),
            ("No", {"allow": False}),
            ("No, and say why", {}),
            ("Yes, always: Allow all edits", {"allow": True, "option": "o2"}),
        ],
    ),
]
"""What an agent offers, whether it takes a reason, and each choice with its answer; {} for one that takes a text."""


@pytest.mark.parametrize(("options", "takes_reason", "expected"), CHOICES)
def test_each_choice_has_its_words_and_its_answer(
    options: tuple[Option, ...], takes_reason: bool, expected: list[tuple[str, Mapping[str, object]]]
) -> None:
    asked = Asked("q1", "permission", "Bash", {"command": "x"}, "t1", options, takes_reason=takes_reason)
    document: dict[str, Any] = {**asked_document(asked), "tool": asked.tool}
    question = question_of(document)
    assert [(one.n, one.label) for one in question.choices] == [
        (number, words) for number, (words, _) in enumerate(expected, 1)
    ]
    for choice, (words, wanted) in zip(question.choices, expected, strict=True):
        if choice.n == question.free:
            answer = answer_of(document, Reply(How.TEXT, "not so"), {})
            assert (answer, words_for(document, answer)) == ({"allow": False, "message": "not so"}, "No, not so")
        else:
            answer = answer_of(document, Reply(How.CHOOSE, str(choice.n)), {})
            assert answer == wanted
            assert words_for(document, answer) == ("Yes" if answer == {"allow": True} else
                                                   "No" if answer == {"allow": False} else words)  # fmt: skip


NAMES = {"question": "Which names?", "multiSelect": True, "options": [{"label": "Ann"}, {"label": "Bob"}]}
ASKED = {"request_id": "q1", "kind": "question", "tool": "AskUserQuestion", "input": {"questions": [NAMES]}}


@pytest.mark.parametrize(
    ("options", "answer"),
    [({"choose": "1,2"}, "Ann, Bob"), ({"choose": "Bob"}, "Bob"), ({"text": "Cid"}, "Cid")],
)
def test_several_answers_of_the_command_line(options: dict[str, str], answer: str) -> None:
    given = Namespace(**{"allow": False, "deny": False, "choose": None, "text": None, **options})
    found = _reply(given, ASKED)  # type: ignore[arg-type]
    assert found == {"allow": True, "answers": {"Which names?": answer}}
