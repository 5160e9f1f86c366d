"""Conversations that a host knows: it notices agents in terminals that continue them, and gives these agents feedback.

The agents' hooks do both, from files of the host, so that neither needs a connection (see
navi/sh/headless/conversations.sh). Their notes come through navi.ops.headless.tail.
"""

from __future__ import annotations

import json

from navi.core import exits
from navi.core.conversations import CONVERSATION_ID
from navi.core.text import clean
from navi.ops.headless.runs import SESSION, RunId
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, read_nothing, read_records

LONGEST_FEEDBACK = 64 * 1024
"""Bytes of one feedback as the agent gets it."""


def know_conversation(conversation: str, session: str, run: RunId | None = None) -> Operation[None]:
    """Return the operation that makes a conversation known to a host, by the agent's own id: the session of the hub
    that it belongs to, and the run without a terminal that has it. Raise OperationError for an id that can't name a
    folder.
    """
    run_name = f"{run.session}/{run.generation}" if run else ""
    arguments = (*_conversation_arguments(conversation, session), run_name)
    return Operation("know", link("headless/know"), arguments, read_nothing, 30)


def give_feedback(conversation: str, session: str, number: int, text: str) -> Operation[bool]:
    """Return the operation that puts feedback where the agent's hook finds it at the end of a turn. Two requests with
    one number are one feedback.

    The answer says whether the agent has it already. Raise OperationError.
    """
    inside = json.dumps(text)[1:-1]
    if not 0 < number < 10**12 or not inside or len(inside) > LONGEST_FEEDBACK:
        words = f"feedback is a text of at most {LONGEST_FEEDBACK // 1024} KiB as JSON, and not empty"
        raise OperationError(words, exits.WRONG_USAGE)
    arguments = (*_conversation_arguments(conversation, session), f"{number:012}", str(len(inside)), inside)
    return Operation("give feedback", link("headless/give"), arguments, _read_given, 30)


def forget_feedback(conversation: str, session: str) -> Operation[None]:
    """Return the operation that takes back what the agent of a conversation has not got yet. Raise OperationError."""
    arguments = _conversation_arguments(conversation, session)[:2]
    return Operation("take feedback back", link("headless/forget"), arguments, read_nothing, 30)


def _conversation_arguments(conversation: str, session: str) -> tuple[str | HostSetting, ...]:
    if not CONVERSATION_ID.fullmatch(conversation) or not SESSION.fullmatch(session):
        raise OperationError(f"invalid id of a conversation: {clean(conversation)[:70]!r}", exits.WRONG_USAGE)
    return (HostSetting.SESSIONS_DIR, conversation, session)


def _read_given(answer: Answer) -> bool:
    return any(record.kind == "given" and record.rest == "delivered" for record in read_records(answer))
