"""Which choice a reply means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.question import (
    AnswerMode,
    Choice,
    Question,
    Reply,
    UnsuitableReply,
    choice_for,
    choices_for,
    read_question,
)

CHOICES = (Choice(1, "Yes"), Choice(2, "Yes, always"), Choice(3, "No"), Choice(4, "Type something."))

QUESTION = Question("claude", "permission", "Proceed?", CHOICES, allow=1, deny=3, free=4)

MEANT = {
    "yes": (Reply(AnswerMode.ALLOW), 1),
    "no": (Reply(AnswerMode.DENY), 3),
    "a number": (Reply(AnswerMode.CHOOSE, "2"), 2),
    "a label": (Reply(AnswerMode.CHOOSE, "Yes"), 1),
    "the beginning of a label": (Reply(AnswerMode.CHOOSE, "Yes, al"), 2),
    "a text": (Reply(AnswerMode.TEXT, "tea"), 4),
}

REFUSED = {
    "no such number": (Reply(AnswerMode.CHOOSE, "9"), "no choice is 9; there are 1 Yes, 2 Yes, always, 3 No"),
    "no such label": (Reply(AnswerMode.CHOOSE, "Maybe"), "no choice is Maybe"),
    "two labels begin so": (Reply(AnswerMode.CHOOSE, "Ye"), "no choice is Ye"),
    "one that takes a text": (Reply(AnswerMode.CHOOSE, "4"), "choice 4 takes a text; --text gives it"),
}


@pytest.mark.parametrize(("reply", "number"), MEANT.values(), ids=MEANT)
def test_a_reply_means_a_choice(reply: Reply, number: int) -> None:
    assert choice_for(QUESTION, reply).n == number


@pytest.mark.parametrize(("reply", "words"), REFUSED.values(), ids=REFUSED)
def test_a_reply_that_means_none_is_refused(reply: Reply, words: str) -> None:
    with pytest.raises(UnsuitableReply, match=words):
        choice_for(QUESTION, reply)


def test_nothing_says_yes_where_nothing_is_known_to() -> None:
    with pytest.raises(UnsuitableReply, match="no choice says yes just once"):
        choice_for(QUESTION._replace(allow=0), Reply(AnswerMode.ALLOW))


BOXES = (
    Choice(1, "Red", "", False),
    Choice(2, "Blue, or so", "", True),
    Choice(3, "Type", "", False),
    Choice(4, "Chat"),
)

SEVERAL = Question("claude", "question", "Which?", BOXES, free=3, several=True, tickable=True)


@pytest.mark.parametrize(
    ("value", "numbers"), [("1", [1]), ("2,1", [2, 1]), ("1, 1", [1]), ("Red,2", [1, 2]), ("Blue, or so", [2])]
)
def test_several_choices_are_named_with_commas_between(value: str, numbers: list[int]) -> None:
    assert [one.n for one in choices_for(SEVERAL, Reply(AnswerMode.CHOOSE, value))] == numbers


@pytest.mark.parametrize(
    ("question", "reply", "words"),
    [
        (SEVERAL, Reply(AnswerMode.CHOOSE, "1,9"), "no choice is 9"),
        (SEVERAL, Reply(AnswerMode.CHOOSE, "1,"), "no choice is ;"),
        (SEVERAL, Reply(AnswerMode.CHOOSE, "3"), "choice 3 .Type. can't be ticked"),
        (SEVERAL, Reply(AnswerMode.CHOOSE, "1,4"), "choice 4 .Chat. can't be ticked"),
        (SEVERAL, Reply(AnswerMode.ALLOW), "--choose 1,2 ticks these and no others"),
        (SEVERAL._replace(tickable=False), Reply(AnswerMode.CHOOSE, "1"), "navi knows no keys of claude for that"),
        (SEVERAL._replace(more=True), Reply(AnswerMode.CHOOSE, "1"), "some may be off the screen"),
        (
            SEVERAL._replace(choices=(*BOXES[:2], BOXES[2]._replace(ticked=True))),
            Reply(AnswerMode.CHOOSE, "1"),
            "a text is",
        ),
    ],
)
def test_what_can_not_be_ticked_is_refused(question: Question, reply: Reply, words: str) -> None:
    with pytest.raises(UnsuitableReply, match=words):
        choices_for(question, reply)


def test_one_choice_is_not_enough_where_several_can_be_ticked() -> None:
    with pytest.raises(UnsuitableReply, match="several choices"):
        choice_for(SEVERAL, Reply(AnswerMode.CHOOSE, "1"))
    assert choices_for(QUESTION, Reply(AnswerMode.ALLOW)) == (CHOICES[0],)


def test_a_choice_off_the_screen_is_not_denied() -> None:
    with pytest.raises(UnsuitableReply, match="others may be off the screen"):
        choice_for(QUESTION._replace(more=True), Reply(AnswerMode.CHOOSE, "9"))


def test_boxes_are_read() -> None:
    question = read_question(
        {"several": "yes", "leave": "Tab", "more": "yes"}, "c 1 Red\nb 1 yes\nc 2 Blue\nb 2 no\nc 3 Chat"
    )
    assert [one.ticked for one in question.choices] == [True, False, None]
    assert (question.several, question.tickable, question.more) == (True, True, True)


@given(st.text())
def test_any_text_of_a_host_is_read(body: str) -> None:
    question = read_question({"marked": "x", "free": "99999999"}, body)
    assert question.marked == question.free == 0
    labels = [one.label for one in question.choices]
    assert "\x1b" not in "".join([question.text, question.input, question.tool, *labels])


def test_the_answer_of_one_does_for_another_only_if_all_is_the_same() -> None:
    other = QUESTION._replace(digest="x", marked=2)
    assert QUESTION.same == other.same
    assert QUESTION.same != QUESTION._replace(input="rm -rf /").same
