"""Messages of the hub on their way to a host: which ones are the same, and which one undoes another. And the values of
the relay beside them. Pure.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from navi.headless.messages import Message
from navi.ops.headless.runs import RunId


class Key(NamedTuple):
    """What a message of the hub is about: two with one key are the same."""

    type: str
    session: str
    generation: int = 0
    conversation: str = ""
    number: int = 0

    def is_void_after(self, message: Message) -> bool:
        """Whether it is wanted no more once a message has come: feedback that is called off, or wanted again."""
        undone = {"forget": ("give", "know"), "give": ("forget",), "know": ("forget",)}.get(message["type"], ())
        return self.type in undone and self.conversation == message["conversation"]


def key_of(message: Message) -> Key:
    """Return what a message of the hub is about."""
    number = next((message[name] for name in ("seq", "number", "received") if name in message), 0)
    generation, conversation = message.get("generation") or 0, message.get("conversation") or ""
    return Key(message["type"], message["session_id"], generation, conversation, number)


class Failed(NamedTuple):
    """A message that failed so many times, and when it can be repeated."""

    message: Message
    times: int
    due: float


class FollowedRun(NamedTuple):
    """A run that is followed, and from where."""

    id: RunId
    offset: int


class HubOfRelay(Protocol):
    """The connection to the hub."""

    async def send(self, message: Message, /) -> None:
        """Send a message. Raise trio.BrokenResourceError, trio.ClosedResourceError."""
        ...
