"""What clients want of a session without a terminal: each message of theirs, and what the hub does then."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping

from navi.headless.harness.base import GivenAnswer
from navi.headless.hub.session import HubSession
from navi.headless.messages import Message
from navi.headless.store.stored import By


async def _say(session: HubSession, by: By, message: Message) -> None:
    await session.inputs.queue(message.get("uuid") or str(uuid.uuid4()), "user", message["content"], by)


async def _interrupt(session: HubSession, by: By, message: Message) -> None:
    await session.inputs.interrupt(by, message.get("uuid") or "")


async def _set_mode(session: HubSession, by: By, message: Message) -> None:
    await session.inputs.set_mode(message["mode"], message.get("uuid") or "", by)


async def _end(session: HubSession, by: By, _message: Message) -> None:
    await session.end(by)


async def _respond(session: HubSession, by: By, message: Message) -> None:
    answer = GivenAnswer(
        message["allow"], message.get("message") or "", message.get("updatedInput"), message.get("answers"),
        message.get("option") or "",
    )  # fmt: skip
    await session.inputs.answer(message["request_id"], answer, by)


COMMANDS: Mapping[str, Callable[[HubSession, By, Message], Awaitable[None]]] = {
    "user_message": _say,
    "interrupt": _interrupt,
    "set_mode": _set_mode,
    "end_session": _end,
    "control_response": _respond,
}
