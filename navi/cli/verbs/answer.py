"""The verb answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from navi.cli.output.output import UsageError
from navi.config.person import user_and_machine
from navi.core import exits
from navi.core.address import Address
from navi.core.question import AnswerMode, Choice, Question, Reply, UnsuitableReply, choices_for, reply_of
from navi.ops import OperationError
from navi.ops.pane.lock import LOCK
from navi.ops.pane.question import AnswerOutcome, answer, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.core.address import Named
    from navi.hosts.blocking_host import BlockingHost


def run_answer(options: Options, context: Context) -> int:
    """Print what an agent asks, or answer exactly that question."""
    host, pane = context.pane(options)
    reply = _reply(options)
    address = str(Address(host.name, pane.name or pane.target))
    if reply is None and options.seen:
        raise UsageError("--seen needs an answer: --allow, --deny, --choose or --text")
    question = None if reply and options.seen and not options.dry_run else host.run(ask(pane))
    if reply is None:
        assert question
        _print_question(context, options, address, question)
        return exits.OK
    if options.dry_run:
        assert question
        return _print_plan(context, options, address, question, reply)
    return _answer(context, options, host, pane, reply, question)


def _reply(options: Options) -> Reply | None:
    if options.allow:
        return Reply(AnswerMode.ALLOW)
    if options.deny:
        return Reply(AnswerMode.DENY)
    if options.choose:
        if len(options.choose) > 1:
            raise UsageError("an agent in a terminal asks one thing at a time: give one --choose; 1,2 ticks several")
        return reply_of(options.choose[0])
    return Reply(AnswerMode.TEXT, options.text) if options.text is not None else None


def _answer(
    context: Context, options: Options, host: BlockingHost, pane: Named, reply: Reply, question: Question | None
) -> int:
    seen = options.seen or (question.digest if question else "")
    operation = answer(pane, seen, reply, os.urandom(8).hex(), user_and_machine(), host.environment.get(LOCK, ""))
    address = Address(host.name, pane.name or pane.target)
    if pane.target:
        answered = host.run(operation)
    else:
        from navi.cli.asking.changes import carry_out

        answered = carry_out(context, address, operation)
    words = operation.report(str(address), answered)
    if options.json:
        done = {"n": answered.n or None, "label": answered.label, "gone": answered.gone and not answered.died}
        context.output.print_json({"address": str(address), "answered": done, "digest": seen})
    if answered.gone and not answered.died:
        if not options.json:
            context.output.print(words)
        return exits.OK
    context.output.complain(words)
    return _doubt(answered)


def _doubt(answered: AnswerOutcome) -> int:
    return exits.UNAVAILABLE if answered.died else exits.TIMED_OUT


def _print_plan(context: Context, options: Options, address: str, question: Question, reply: Reply) -> int:
    """Print which choice a reply means. Raise OperationError if the question has changed, or has no such choice."""
    if options.seen not in (None, question.digest):
        raise OperationError(f"another question is asked in {address} by now; navi answer shows it", exits.TIMED_OUT)
    try:
        choices = choices_for(question, reply)
    except UnsuitableReply as error:
        raise OperationError(f"{address}: {error}", exits.WRONG_USAGE) from error
    if options.json:
        context.output.print_json(document(address, question) | {"answer": _planned(question, choices)})
    else:
        words = ", ".join(f"{choice.n} {choice.label}" for choice in choices)
        context.output.print(f"would {'tick in' if question.several else 'answer'} {address}: {words}")
    return exits.OK


def _planned(question: Question, choices: Sequence[Choice]) -> object:
    found = [{"n": choice.n, "label": choice.label} for choice in choices]
    return found if question.several else found[0]


def _print_question(context: Context, options: Options, address: str, question: Question) -> None:
    output = context.output
    if options.json:
        output.print_json(document(address, question))
        return
    about = f", {question.tool}" if question.tool else ""
    output.print(f"{address}: {question.agent} asks ({question.kind}{about})")
    for line in question.input.splitlines():
        output.print(f"    {line}".rstrip())
    for line in question.text.splitlines():
        output.print(line)
    for one in question.choices:
        box = "" if one.ticked is None else "[x] " if one.ticked else "[ ] "
        output.print(f"  {one.n}  {box}{one.label}" + (f"  ({one.more})" if one.more else ""))
    output.print(f"digest {question.digest}")
    if not question.whole:
        output.complain(f"{address}: the pane is too small for all of it; attach to see its beginning")
    if question.more:
        output.complain(f"{address}: some choices may be off the screen; attach to see them")


def document(address: str, question: Question) -> dict[str, object]:
    """Return a question as JSON; unknown values are null."""
    return {
        "address": address,
        "agent": question.agent,
        "kind": question.kind,
        "question": question.text,
        "choices": [_choice(one) for one in question.choices],
        "several": question.several,
        "tool": question.tool or None,
        "input": question.input or None,
        "whole": question.whole,
        "digest": question.digest,
    }  # fmt: skip


def _choice(one: Choice) -> dict[str, object]:
    more: dict[str, object] = {"more": one.more} if one.more else {}
    return {"n": one.n, "label": one.label, **more, **({} if one.ticked is None else {"ticked": one.ticked})}
