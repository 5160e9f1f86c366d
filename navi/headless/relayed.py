"""Messages of the hub on their way to a host: which ones are the same, and which one undoes another. And the values of
the relay beside them. Pure.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from navi.headless.messages import Message
from navi.ops.headless.runs import RunId

FAILURES = {"send_input": "input_failed", "end_session": "end_failed", "remove": "remove_failed"}
"""What the hub hears of messages that failed. It sends them again until it hears that they had an effect; the others
are repeated by the relay.
"""

MOST_REPEATS = 60
"""How often one message is repeated."""


class Key(NamedTuple):
    """What a message of the hub is about: two with one key are the same."""

    type: str
    session: str
    generation: int = 0
    conversation: str = ""
    number: int = 0

    @property
    def is_sent_again(self) -> bool:
        """Whether the hub sends such a message again."""
        return self.type in FAILURES

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

    @property
    def is_given_up(self) -> bool:
        """Whether it is not repeated any more."""
        return self.times > MOST_REPEATS


def failure_of(message: Message, words: str) -> Message | None:
    """Return what the hub hears of a message that failed, None for one that it does not send again."""
    if message["type"] not in FAILURES:
        return None
    about = {name: message[name] for name in ("session_id", "generation", "seq") if name in message}
    return {"type": FAILURES[message["type"]], **about, "error": words}


class FollowedRun(NamedTuple):
    """A run that is followed, and from where."""

    id: RunId
    offset: int


class HubOfRelay(Protocol):
    """The connection to the hub."""

    async def send(self, message: Message, /) -> None:
        """Send a message. Raise trio.BrokenResourceError, trio.ClosedResourceError."""
        ...
