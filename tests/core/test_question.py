"""Which choice a reply means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.question import Choice, How, Question, Reply, Unsuited, choice_for, read_question

CHOICES = (Choice(1, "Yes"), Choice(2, "Yes, always"), Choice(3, "No"), Choice(4, "Type something."))

QUESTION = Question("claude", "permission", "Proceed?", CHOICES, allow=1, deny=3, free=4)

MEANT = {
    "yes": (Reply(How.ALLOW), 1),
    "no": (Reply(How.DENY), 3),
    "a number": (Reply(How.CHOOSE, "2"), 2),
    "a label": (Reply(How.CHOOSE, "Yes"), 1),
    "the beginning of a label": (Reply(How.CHOOSE, "Yes, al"), 2),
    "a text": (Reply(How.TEXT, "tea"), 4),
}

REFUSED = {
    "no such number": (Reply(How.CHOOSE, "9"), "no choice is 9; there are 1 Yes, 2 Yes, always, 3 No"),
    "no such label": (Reply(How.CHOOSE, "Maybe"), "no choice is Maybe"),
    "two labels begin so": (Reply(How.CHOOSE, "Ye"), "no choice is Ye"),
    "one that takes a text": (Reply(How.CHOOSE, "4"), "choice 4 takes a text; --text gives it"),
}


@pytest.mark.parametrize(("reply", "number"), MEANT.values(), ids=MEANT)
def test_a_reply_means_a_choice(reply: Reply, number: int) -> None:
    assert choice_for(QUESTION, reply).n == number


@pytest.mark.parametrize(("reply", "words"), REFUSED.values(), ids=REFUSED)
def test_a_reply_that_means_none_is_refused(reply: Reply, words: str) -> None:
    with pytest.raises(Unsuited, match=words):
        choice_for(QUESTION, reply)


def test_nothing_says_yes_where_nothing_is_known_to() -> None:
    with pytest.raises(Unsuited, match="no choice says yes just once"):
        choice_for(QUESTION._replace(allow=0), Reply(How.ALLOW))


def test_ticking_several_is_refused() -> None:
    with pytest.raises(Unsuited, match="several choices"):
        choice_for(QUESTION._replace(several=True), Reply(How.CHOOSE, "1"))


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
