"""What is asked, with its choices: the same for the dashboard, the page and the command line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from navi.cli.output.output import UsageError
from navi.cli.verbs.headless_answer import _answer, _replies
from navi.core.question import AnswerMode, Reply
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
            answer = answer_of(document, Reply(AnswerMode.TEXT, "not so"), {})
            assert (answer, words_for(document, answer)) == ({"allow": False, "message": "not so"}, "No, not so")
        else:
            answer = answer_of(document, Reply(AnswerMode.CHOOSE, str(choice.n)), {})
            assert answer == wanted
            assert words_for(document, answer) == ("Yes" if answer == {"allow": True} else
                                                   "No" if answer == {"allow": False} else words)  # fmt: skip


NAMES = {"question": "Which names?", "multiSelect": True, "options": [{"label": "Ann"}, {"label": "Bob"}]}
COLOUR = {"question": "Which colour?", "options": [{"label": "Red"}, {"label": "Blue"}]}

REPLIES: list[tuple[Mapping[str, object], list[str]]] = [
    ({"choose": ["1,2"]}, ["Ann, Bob"]),
    ({"choose": ["Bob"]}, ["Bob"]),
    ({"choose": ["=Cid, Dan"]}, ["Cid, Dan"]),
    ({"text": "Cid"}, ["Cid"]),
    ({"choose": ["1,2", "2"]}, ["Ann, Bob", "Blue"]),
    ({"choose": ["=nobody", "Red"]}, ["nobody", "Red"]),
    ({"choose": ["2", "=green, like grass"]}, ["Bob", "green, like grass"]),
]
"""What the command line says, and the answers to one part, or to two."""

UNSUITED: list[tuple[Mapping[str, object], int, str]] = [
    ({"choose": ["1", "2"]}, 1, "2 answers were given, and it asks 1 thing"),
    ({"choose": ["1", "2", "1"]}, 2, "3 answers were given, and it asks 2 things"),
    ({"choose": ["1"]}, 2, "the answer to (2 of 2) Which colour? is missing; its choices are 1 Red, 2 Blue, 3 Another"),
    ({"text": "Ann"}, 2, "the answer to (2 of 2) Which colour? is missing"),
    ({"choose": ["1", "Green"]}, 2, "(2 of 2) Which colour?: no choice is Green; there are 1 Red, 2 Blue"),
    ({"choose": ["3", "1"]}, 2, "(1 of 2) Which names?: choice 3 (Another answer) can't be ticked"),
    ({"choose": ["1", "3"]}, 2, "(2 of 2) Which colour?: choice 3 takes a text"),
    ({"choose": ["= "]}, 1, "Which names?: the text is empty"),
    ({"allow": True}, 1, "no choice says yes just once; there are 1 Ann"),
    ({"allow": True}, 2, "(1 of 2) Which names?: no choice says yes just once"),
]
"""What the command line says, to how many parts, and why it does not suit."""


def asked(parts: int) -> dict[str, Any]:
    """Return a question with so many parts."""
    questions = [NAMES, COLOUR][:parts]
    return {"request_id": "q1", "kind": "question", "tool": "AskUserQuestion", "input": {"questions": questions}}


def replies(options: Mapping[str, object]) -> Sequence[Reply]:
    """Return what options of the command line mean."""
    given = Namespace(**{"allow": False, "deny": False, "choose": None, "text": None, **options})
    return _replies(given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("options", "answers"), REPLIES)
def test_each_part_of_a_question_has_an_answer_of_the_command_line(
    options: Mapping[str, object], answers: list[str]
) -> None:
    texts = ["Which names?", "Which colour?"]
    expected = {"allow": True, "answers": dict(zip(texts, answers, strict=False))}
    assert _answer(asked(len(answers)), replies(options)) == expected


@pytest.mark.parametrize(("options", "parts", "words"), UNSUITED)
def test_what_does_not_suit_names_the_part(options: Mapping[str, object], parts: int, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        _answer(asked(parts), replies(options))
    assert str(raised.value).startswith(words)


def test_all_parts_of_a_question_can_be_refused_at_once() -> None:
    assert _answer(asked(2), replies({"deny": True})) == {"allow": False}
