"""What agents without a terminal ask, with the choices that a person has, and the answers. Pure; every face uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from navi.core.headless import Document
from navi.core.question import AnswerMode, Choice, Question, Reply, UnsuitableReply, choices_for, choices_in_words
from navi.core.text import clean, plural
from navi.headless.harness.base import Asked, Option, usual_option
from navi.headless.tool_input import asked_text

ALLOW, DENY = 1, 2
"""The numbers of a plain yes and no, which stay the same whatever else there is to choose."""

MOST_FURTHER = 6
"""Further choices that are offered: digits choose among all."""

MOST_PARTS = 8
"""Options of one part of a question."""


# ---- for the hub


def choices(kind: str, options: Sequence[Option]) -> list[dict[str, Any]]:
    """Return the choices of a permission or a plan: a plain yes, a plain no, and what the agent offers beyond them.

    `option` is what an answer names for one; "" says a plain yes or no.
    """
    if kind == "question":
        return []
    yes, no = usual_option(options, True), usual_option(options, False)
    more = [one for one in options if one not in (yes, no)][:MOST_FURTHER]
    return [
        {"option": "", "allow": True, "label": _label(yes, "Yes")},
        {"option": "", "allow": False, "label": _label(no, "No")},
        *({"option": one.id, "allow": one.kind.startswith("allow"), "label": one.label} for one in more),
    ]


def _label(option: Option | None, usual: str) -> str:
    """Return the words of a plain answer; those of the agent where its choice counts for longer."""
    return option.label if option and not option.kind.endswith("_once") else usual


def asked_document(asked: Asked) -> dict[str, Any]:
    """Return what programs need to answer a question."""
    return {
        "request_id": asked.request_id, "kind": asked.kind, "input": dict(asked.input),
        "choices": choices(asked.kind, asked.options), "takes_reason": asked.takes_reason,
    }  # fmt: skip


def stored_choices(body: Document) -> list[dict[str, Any]]:
    """Return the choices of a question that was stored."""
    options = body.get("options")
    found = [Option(**one) for one in options] if isinstance(options, list) else []
    return choices(str(body["kind"]), found)


# ---- for faces


def parts_of(question: Document) -> list[Document]:
    """Return the parts of a question; one without anything where it has none."""
    parts = question["input"].get("questions")
    found: list[Document] = []
    found += [one for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
    return found or [{}]


def question_of(question: Document, part: int = 0, input: str = "") -> Question:
    """Return what an agent asks: of a question with several parts, that one. `input` is what its tool is to do."""
    kind, tool = str(question["kind"]), clean(str(question["tool"]))
    if kind == "question":
        return _part(question, part)
    text = "Go on with this plan?" if kind == "plan" else f"{tool} is to be used. Allow it?"
    yes, no, *further = question.get("choices") or choices(kind, ())
    why = f"No, and say {'what to change' if kind == 'plan' else 'why'}"
    labels = [yes["label"], no["label"], *([why] if _takes_reason(question) else [])]
    labels += [one["label"] for one in further]
    shown = tuple(Choice(number, clean(str(label))) for number, label in enumerate(labels, 1))
    input = input or clean(asked_text(kind, tool, question["input"]))
    free = DENY + 1 if _takes_reason(question) else 0
    return Question(
        "agent", kind, text, shown, tool, input, str(question["request_id"]), allow=ALLOW, deny=DENY, free=free
    )


def _takes_reason(question: Document) -> bool:
    return question.get("takes_reason") is not False


def _part(question: Document, place: int) -> Question:
    parts = parts_of(question)
    part = parts[min(place, len(parts) - 1)]
    several = part.get("multiSelect") is True
    ticked = False if several else None
    found = [
        Choice(number, clean(str(one.get("label", ""))), clean(str(one.get("description", ""))), ticked)
        for number, one in enumerate(_options(part), 1)
    ]
    other = Choice(len(found) + 1, "Another answer")
    text = clean(str(part.get("question", "")))
    number = f"({place + 1} of {len(parts)}) " if len(parts) > 1 else ""
    return Question(
        "agent", "question", f"{number}{text}", (*found, other), digest=str(question["request_id"]),
        free=other.n, several=several, tickable=several,
    )  # fmt: skip


def _options(part: Document) -> list[Document]:
    options, found = part.get("options"), list[Document]()
    found += [one for one in options if isinstance(one, dict)][:MOST_PARTS] if isinstance(options, list) else []
    return found


def label_for(part: Document, reply: Reply) -> str:
    """Return the answer to a part of a question: the labels of choices as the agent wrote them, or a text."""
    if reply.how is AnswerMode.TEXT:
        return reply.value
    options = _options(part)
    return ", ".join(str(options[int(number) - 1].get("label", "")) for number in reply.value.split(","))


def answers_to(question: Document, replies: Sequence[Reply]) -> dict[str, str]:
    """Return the answers to all parts of a question, by their texts: one reply for each part, in their order.

    Raise UnsuitableReply: it says which part has no answer, or not that choice.
    """
    parts = parts_of(question)
    if len(replies) > len(parts):
        raise UnsuitableReply(f"{len(replies)} answers were given, and it asks {plural(len(parts), 'thing')}")
    answers: dict[str, str] = {}
    for place, part in enumerate(parts):
        shown = question_of(question, place)
        if place >= len(replies):
            raise UnsuitableReply(f"the answer to {shown.text} is missing; its choices are {choices_in_words(shown)}")
        answers[str(part.get("question", ""))] = label_for(part, _suited(shown, replies[place], len(parts)))
    return answers


def _suited(shown: Question, reply: Reply, parts: int) -> Reply:
    """Return a reply to a part of a question, a choice by its numbers. Raise UnsuitableReply."""
    own = reply.how is AnswerMode.TEXT
    try:
        # One's own words stand for any number of choices.
        chosen = choices_for(shown._replace(several=shown.several and reply.how is AnswerMode.CHOOSE), reply)
    except UnsuitableReply as error:
        raise UnsuitableReply(f"{shown.text}: {error}" if parts > 1 else str(error)) from error
    if own and not reply.value.strip():
        raise UnsuitableReply(f"{shown.text}: the text is empty")
    return reply if own else Reply(AnswerMode.CHOOSE, ",".join(str(choice.n) for choice in chosen))


def answer_of(question: Document, reply: Reply, parts: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of the answer. `parts` are the answers to the parts of a question."""
    if question["kind"] == "question":
        return {"allow": True, "answers": dict(parts)}
    if reply.how is AnswerMode.TEXT:
        return {"allow": False, "message": reply.value}
    number = int(reply.value)
    if number in (ALLOW, DENY):
        return {"allow": number == ALLOW}
    chosen = question["choices"][number - 1 - _takes_reason(question)]
    return {"allow": chosen["allow"], "option": chosen["option"]}


def words_for(question: Document, answer: Document) -> str:
    """Return an answer in few words, for who gave it."""
    if answer.get("answers"):
        return clean(", ".join(map(str, answer["answers"].values())))
    if answer.get("option"):
        found = (one["label"] for one in question["choices"] if one["option"] == answer["option"])
        return clean(str(next(found, "")))
    return "Yes" if answer["allow"] else clean(f"No, {answer['message']}") if answer.get("message") else "No"
