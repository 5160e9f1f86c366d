"""What an agent asks, and answering exactly that (scripts ask.sh and answer.sh)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from navi.core import exits
from navi.core.address import Named
from navi.core.model import AnswerState, NotedAnswer
from navi.core.question import AnswerMode, Question, Reply, read_question
from navi.core.text import clean, decode
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, read_records
from navi.ops.outcome import Looks, Outcome, Outcomes, carried_out, ended, named, not_done, unknown
from navi.ops.pane.find import MARGIN, pane_arguments, sleep_argument

LONGEST_TEXT = 4000
"""Characters of a text that answers a question."""

PATIENCE = 10.0
"""Seconds that a question may stay on the screen after its answer."""


class AnswerOutcome(NamedTuple):
    """The outcome of an answer: the number and label of the choice, and whether its question is `gone` from the screen.
    An agent that `died` meanwhile may or may not have accepted it. For several ticked choices `n` is 0, and the label
    has their numbers.
    """

    n: int
    label: str
    gone: bool = True
    died: bool = False


def ask(pane: Named) -> Operation[Question]:
    """Return the operation that reads what the agent in a pane asks. Raise OperationError if nothing is asked, or it
    can't be read.
    """
    arguments = (*pane_arguments(pane), HostSetting.SESSIONS_DIR, HostSetting.AGENTS)
    return Operation("question", link("pane/ask"), arguments, _read_question, 2 * MARGIN, reads=True)


def answer(
    pane: Named, seen: str, reply: Reply, call: str, who: str, lock: str = "", patience: float = PATIENCE
) -> Operation[AnswerOutcome]:
    """Return the operation that answers the question with the digest `seen`, and no other.

    The host compares the digest just before it presses the key, and never presses it twice. `call` is a random word
    that names this answer, and `who` gives it; the host keeps both with the session. `patience` is in seconds. Raise
    OperationError with nothing typed if the agent asks anything else by then.
    """
    if problem := _problem(reply):
        raise OperationError(f"{problem}; nothing was typed", exits.WRONG_USAGE)
    words = " ".join(clean(who).split())[:80]
    arguments = (
        *pane_arguments(pane), lock, HostSetting.SESSIONS_DIR, HostSetting.AGENTS,
        seen, reply.how.value, reply.value, call, words, sleep_argument(patience),
    )  # fmt: skip
    outcomes = Outcomes(partial(_judge, pane.name, call), _words)
    limit = patience + 3 * MARGIN
    return Operation("answer", link("pane/answer"), arguments, _read_answered, limit, outcomes, patience)


def _problem(reply: Reply) -> str:
    """Say why a reply can't be typed, "" if it can."""
    if reply.how is AnswerMode.TEXT and not reply.value.strip():
        return "the text is empty"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in reply.value):
        return "an answer is one line without control characters"
    return f"the text has more than {LONGEST_TEXT} characters" if len(reply.value) > LONGEST_TEXT else ""


def _words(address: str, answered: AnswerOutcome) -> str:
    words = f"answered {address}: {f'{answered.n} ' if answered.n else ''}{answered.label}"
    if answered.died:
        return f"{words}; its agent has ended, and whether it took the answer is unknown"
    return words if answered.gone else f"{words}; but the question is still there, navi answer {address} shows it"


def _judge(name: str, call: str, looks: Looks) -> Outcome[AnswerOutcome]:
    """Judge an answer by the notes of its host: one before the key was pressed, and one when the question was gone."""
    marks = looks.after.marks.get(name)
    given = next((one for one in (marks.answers if marks else ()) if one.call == call), None)
    if given is None:
        return not_done() if named(looks.after, name) else ended(looks.after)
    if given.state == AnswerState.GONE:
        return carried_out(AnswerOutcome(0, given.answer))
    return unknown(f"{_what_is_known(given)}; navi answer shows what is asked now", exits.TIMED_OUT)


def _what_is_known(given: NotedAnswer) -> str:
    if given.state == AnswerState.THERE:
        return "its key was pressed, but the question did not go"
    return "its key may have been pressed, and nobody saw the question go"


def _read_question(answer: Answer) -> Question:
    for record in read_records(answer):
        if record.kind == "question":
            return read_question(record.fields(), decode(record.body))
    raise OperationError("the host's answer has no question; try again")


def _read_answered(answer: Answer) -> AnswerOutcome:
    for record in read_records(answer):
        if record.kind == "answered":
            word, died, number = (*record.rest.split(" "), "", "", "")[:3]
            label = clean(decode(record.body)).strip()
            return AnswerOutcome(int(number) if number.isdigit() else 0, label, word == AnswerState.GONE, died == "yes")
    raise OperationError("the host's answer says nothing of what was typed", exits.UNAVAILABLE)
