"""The verb answer for sessions without a terminal: what their agents ask, and answers to all parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from navi.cli.output.output import UsageError
from navi.config.person import user_and_machine
from navi.core import exits
from navi.core.headless import Document
from navi.core.question import AnswerMode, Choice, Question, Reply, UnsuitableReply, choice_for, reply_of
from navi.core.text import clean, clean_lines
from navi.headless.asking import answer_of, answers_to, parts_of, question_of, words_for
from navi.headless.tool_input import input_lines
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.headless.client import HubClient


EACH = "answer each with a --choose, in their order: a number, a label, 1,2 for several, or =TEXT"
"""How a question with several parts is answered."""


def answer(hub: HubClient, info: Document, address: str, options: Options, context: Context) -> int:
    """Print what the agent asks, or answer exactly that question. `info` is the session."""
    question = _asked(info, address, options.seen)
    replies = _replies(options)
    if not replies:
        _print_question(context, options, info, address, question)
        return exits.OK
    given = _answer(question, replies)
    words = words_for(question, given)
    if options.dry_run:
        _print_plan(context, options, info, address, question, words)
        return exits.OK
    request = {"session_id": info["id"], "request_id": question["request_id"]}
    hub.tell({"type": "control_response", **request, "by": user_and_machine(), **given}, address)
    if options.json:
        done = {"address": address, "answered": {"label": words}, "digest": question["request_id"]}
        context.output.print_json(done)
    else:
        context.output.print(f"answered {address}: {words}")
    return exits.OK


def _asked(info: Document, address: str, seen: str | None) -> Document:
    """Return the question that is meant. Raise OperationError if it is not asked."""
    questions: Sequence[Document] = info["questions"]
    found = [one for one in questions if one["request_id"] == seen] if seen else questions
    if found:
        return found[0]
    if seen and questions:
        raise OperationError(f"{address}: another question is asked by now; navi answer shows it", exits.TIMED_OUT)
    raise OperationError(f"{address}: its agent asks nothing", exits.NO)


def _replies(options: Options) -> list[Reply]:
    """Return the replies that the options mean; none if they ask to see the question."""
    if options.allow:
        return [Reply(AnswerMode.ALLOW)]
    if options.deny:
        return [Reply(AnswerMode.DENY)]
    if options.text is not None:
        return [Reply(AnswerMode.TEXT, options.text)]
    return [reply_of(one) for one in options.choose or ()]


def _answer(question: Document, replies: Sequence[Reply]) -> dict[str, Any]:
    """Return the fields of the answer. Raise UsageError if the replies do not suit the question."""
    if replies[0].how is AnswerMode.DENY:
        return {"allow": False}
    try:
        if question["kind"] == "question":
            return answer_of(question, replies[0], answers_to(question, replies))
        if len(replies) > 1:
            raise UnsuitableReply("it asks one thing; give one --choose")
        choice = choice_for(question_of(question), replies[0])
    except UnsuitableReply as error:
        raise UsageError(str(error)) from error
    is_text = replies[0].how is AnswerMode.TEXT
    return answer_of(question, replies[0] if is_text else Reply(AnswerMode.CHOOSE, str(choice.n)), {})


# ---- printing


def _print_question(context: Context, options: Options, info: Document, address: str, question: Document) -> None:
    if options.json:
        context.output.print_json(document(info, address, question))
        return
    print_line = context.output.print
    print_line(f"{address}: {info['harness']} asks ({question['kind']}, {clean(question['tool'])})")
    parts = _parts(question)
    for part in parts:
        print_line(_text_of(question, part) + (" (several can be chosen)" if part.several else ""))
        for one in part.choices:
            print_line(f"  {one.n}  {one.label}" + (f"  ({one.more})" if one.more else ""))
    print_line(f"digest {clean(question['request_id'])}")
    if len(parts) > 1:
        print_line(EACH)


def _print_plan(
    context: Context, options: Options, info: Document, address: str, question: Document, words: str
) -> None:
    if options.json:
        context.output.print_json(document(info, address, question) | {"answer": {"label": words}})
    else:
        context.output.print(f"would answer {address}: {words}")


def _parts(question: Document) -> list[Question]:
    count = len(parts_of(question)) if question["kind"] == "question" else 1
    return [question_of(question, place) for place in range(count)]


def _text_of(question: Document, part: Question) -> str:
    """Return what is asked: for a tool, its whole input."""
    if question["kind"] == "question":
        return part.text
    return "\n".join(line for one in input_lines(question["input"]) for line in clean_lines(one))


def document(info: Document, address: str, question: Document) -> dict[str, object]:
    """Return a question as JSON. Question and choices are those of the first part; `parts` has all of them."""
    parts = _parts(question)
    first = str(parts_of(question)[0].get("question") or "") if question["kind"] == "question" else ""
    return {
        "address": address, "agent": info["harness"], "kind": question["kind"],
        "question": first or _text_of(question, parts[0]), "choices": _choices(parts[0].choices),
        "several": parts[0].several,
        "parts": [
            {"question": str(part.get("question") or ""), "choices": _choices(shown.choices), "several": shown.several}
            for part, shown in zip(parts_of(question), parts, strict=True)
        ] if question["kind"] == "question" else [],
        "tool": question["tool"] or None, "input": question["input"], "digest": question["request_id"],
    }  # fmt: skip


def _choices(choices: Sequence[Choice]) -> list[dict[str, object]]:
    return [{"n": one.n, "label": one.label} | ({"more": one.more} if one.more else {}) for one in choices]
