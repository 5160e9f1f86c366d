"""What became of an answer whose connection was lost, and what can't be typed."""

from __future__ import annotations

import re

import pytest

from navi.core.address import Named
from navi.core.marks import read_marks
from navi.core.model import AnswerState, Frame, Tmux, TmuxSession
from navi.core.question import AnswerMode, Reply
from navi.ops import Answer, OperationError
from navi.ops.linker import read_file
from navi.ops.outcome import Looks, Verdict
from navi.ops.pane.question import LONGEST_TEXT, AnswerOutcome, answer, ask
from tests.support.dashboard import session


def look(state: str, name: str = "api", proven: bool = True) -> Looks:
    """Return looks at a host whose marks have an answer in that state, "" for none."""
    marks = read_marks(f"api\ta\tcall1\t1000\t{state}\t-\tdigest\tme@here\tYes\tProceed?\n" if state else "")
    tmux = session(name).tmux
    assert isinstance(tmux, TmuxSession)
    frame = Frame(1000.0, "boot", Tmux.OK, proven, sessions=(tmux,), marks=marks)
    return Looks(None, frame, 990.0)


OUTCOMES = {
    "it was noted that the question went": (look("gone"), Verdict.DONE),
    "its key may have been pressed": (look("sent"), Verdict.UNKNOWN),
    "the question stayed": (look("there"), Verdict.UNKNOWN),
    "its text was not submitted": (look("unfinished"), Verdict.UNKNOWN),
    "nothing was noted": (look(""), Verdict.NOT_DONE),
    "the session is gone": (look("", "other"), Verdict.UNKNOWN),
}


@pytest.mark.parametrize(("looks", "verdict"), OUTCOMES.values(), ids=OUTCOMES)
def test_after_a_lost_connection_the_note_of_the_host_decides(looks: Looks, verdict: Verdict) -> None:
    operation = answer(Named("api"), "digest", Reply(AnswerMode.ALLOW), "call1", "me@here")
    assert operation.outcomes
    assert operation.outcomes.judge(looks).verdict is verdict


UNTYPABLE = {
    "a line end": "one\ntwo", "an escape": "\x1b[A", "nothing": " ", "too much": "x" * (LONGEST_TEXT + 1),
}  # fmt: skip


@pytest.mark.parametrize("text", UNTYPABLE.values(), ids=UNTYPABLE)
def test_a_text_that_would_be_more_than_a_text_is_refused(text: str) -> None:
    with pytest.raises(OperationError, match="nothing was typed"):
        answer(Named("api"), "digest", Reply(AnswerMode.TEXT, text), "call1", "me@here")


def test_the_states_of_answers_are_those_that_the_script_notes() -> None:
    noted = re.findall(r"navi_(?:note_answer |outcome=)([a-z]+)", read_file("pane/answer.sh"))
    assert set(noted) == set(AnswerState)


def test_an_answer_is_read() -> None:
    operation = answer(Named("api"), "digest", Reply(AnswerMode.ALLOW), "call1", "me@here")
    found = operation.parse(Answer(0, b"=t= answered gone no 1\nYes\n", token="=t="))
    assert found == AnswerOutcome(1, "Yes")
    assert operation.report("atlas/api", found) == "answered atlas/api: 1 Yes"
    died = operation.parse(Answer(0, b"=t= answered died yes 1\nYes\n", token="=t="))
    assert operation.report("api", died).endswith("whether it took the answer is unknown")
    stayed = operation.parse(Answer(0, b"=t= answered there no 1\nYes\n", token="=t="))
    assert operation.report("api", stayed).endswith("but the question is still there, navi answer api shows it")


def test_an_answer_without_its_record_is_a_failure() -> None:
    with pytest.raises(OperationError, match="has no question"):
        ask(Named("api")).parse(Answer(0, b"", token="=t="))
    with pytest.raises(OperationError, match="says nothing of what was typed"):
        answer(Named("api"), "d", Reply(AnswerMode.ALLOW), "c", "me").parse(Answer(0, b"", token="=t="))


def test_a_mark_that_is_no_answer_is_skipped() -> None:
    assert read_marks("api\ta\tcall1\tsoon\tgone\t-\td\tme\tYes\tq\napi\ta\tshort\n") == {}
