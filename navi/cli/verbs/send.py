"""The verb send."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from navi.core import exits
from navi.core.address import LOCAL
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.pane.lock import LOCK
from navi.ops.pane.read import ExpectedText
from navi.ops.pane.send import UNCONFIRMED, SendMode, TextState, interrupt, interrupted_words, send

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.cli.output.output import Output
    from navi.ops.pane.send import Interrupted, Sent


def run_send(options: Options, context: Context) -> int:
    """Type into a session, and wait for its reply if asked."""
    if options.feedback:
        from navi.cli.verbs.collaborate import send_feedback

        return send_feedback(options, context)
    if options.target and options.text is None:
        options.address, options.text = None, options.address
    host, pane = context.pane(options)
    if options.interrupt:
        operation = interrupt(pane, options.force, host.environment.get(LOCK, ""), options.timeout)
        return _report_interrupted(context.output, options, host.run(operation))
    expected = ExpectedText(options.wait, options.fixed, options.timeout) if options.wait is not None else None
    how = SendMode.KEYS if options.keys else SendMode.LITERAL if options.literal else SendMode.SUBMIT
    call = "" if host.name == LOCAL else os.urandom(8).hex()
    sending = send(
        pane, _text_of(options), how, options.keys or (), expected,
        options.force, host.environment.get(LOCK, ""), options.retries, call,
    )  # fmt: skip
    try:
        sent = host.run(sending)
    except OperationError as error:
        raise _with_hint(options, error) from None
    except HostError as error:
        from navi.cli.asking.lost_send import outcome_of

        sent = outcome_of(context.output, host, pane, call, error, sending.time_limit)
        if expected:
            _print_sent(context.output, options, sent)
            context.output.complain("navi did not wait for the answer; navi wait or navi capture shows it")
            return exits.TIMED_OUT
    _print_sent(context.output, options, sent)
    return _status(context.output, sent)


def _with_hint(options: Options, error: OperationError) -> OperationError:
    """Return why the wait has failed, where the only text given was the one to wait for: that may be a mistake."""
    if error.status != exits.TIMED_OUT or not options.wait or options.text or options.keys or options.stdin:
        return error
    words = f"{error}; only Enter was typed, for a text to type comes before --wait"
    return OperationError(words, error.status, error.screen)


def _report_interrupted(output: Output, options: Options, done: Interrupted) -> int:
    if options.json:
        output.print_json({"agent": done.agent, "ended": done.ended, "draft": done.draft or None})
    elif done.ended:
        output.print(interrupted_words(done))
    if not done.ended:
        output.complain(interrupted_words(done))
    return exits.OK if done.ended else exits.NO


def _text_of(options: Options) -> str:
    if options.stdin:
        return os.fsdecode(sys.stdin.buffer.read())
    if options.multiline and not (options.text or "").endswith("\n"):
        return f"{options.text or ''}\n"
    return options.text or ""


def _print_sent(output: Output, options: Options, sent: Sent) -> None:
    if options.json:
        output.print_json(_document(sent))
    elif sent.found is not None:
        output.print(sent.found)
    elif sent.answer is not None:
        output.print("\n".join(sent.answer.lines))


def _document(sent: Sent) -> dict[str, object]:
    answer = sent.answer
    return {
        "pane": sent.pane, "verified": sent.verified, "found": sent.found, "outcome": sent.became.value,
        "agent": sent.agent or None, "answer": "\n".join(answer.lines) if answer else None,
        "status": answer.status if answer else None,
    }  # fmt: skip


def _status(output: Output, sent: Sent) -> int:
    """Return the exit status, and report on standard error what the caller may not expect."""
    if sent.became is TextState.UNCONFIRMED:
        output.complain(UNCONFIRMED)
        return exits.NO
    if sent.became is TextState.QUEUED:
        output.complain(f"{sent.agent} is busy, and takes the text at the end of its turn")
    if sent.answer and sent.answer.status not in ("idle", "working"):
        output.complain(ENDINGS[sent.answer.status].format(sent.agent))
        return exits.NO
    return exits.OK


ENDINGS = {
    "error": "the turn of {} failed",
    "permission": "{} asks for permission; its turn goes on after the answer",
    "waiting": "{} asks a question; its turn goes on after the answer",
    "ended": "{} has ended",
}
"""The message about a turn that did not end by itself, by the status of the agent."""
