"""What the hub's messages mean for a program that asked it for something. Pure; both clients use it."""

from __future__ import annotations

from enum import Enum

from navi import __version__
from navi.core import exits
from navi.core.headless import HeadlessStatus
from navi.core.text import clean
from navi.headless.messages import Malformed, Message
from navi.headless.versions import trouble_of
from navi.ops import OperationError

HELLO = {"type": "hello", "version": __version__}
"""The first message to a hub."""

STATUSES = {400: exits.WRONG_USAGE, 404: exits.NO_SESSION, 409: exits.NO, 429: exits.TIMED_OUT, 503: exits.UNAVAILABLE}
"""Exit statuses for those of the hub's answers."""

CODES = {"RATE_LIMITED": STATUSES[429]}
"""Exit statuses for the codes of errors that the hub reports; the others are a no."""

ENDS_WITHIN = 60.0
"""Seconds that an agent may take to end."""


class HubOfOtherVersion(OperationError):
    """The hub is of another version."""


def check_version(message: Message) -> None:
    """Raise HubOfOtherVersion for a message by which a hub of another version refuses this program."""
    words = trouble_of(message) if message["type"] == "error" else ""
    if words:
        raise HubOfOtherVersion(words, exits.CONFIGURATION)


def no_message(error: Malformed) -> OperationError:
    """Return what to raise if the hub sent something that is no message."""
    return OperationError(f"the hub sent something that is no message: {error}", exits.UNAVAILABLE)


def timed_out(seconds: float) -> OperationError:
    """Return what to raise if the hub has not answered for so many seconds."""
    return OperationError(f"timed out after {seconds:g} s waiting for the hub", exits.TIMED_OUT)


def refusal(message: Message, about: str = "") -> OperationError:
    """Return what to raise for an error that the hub reports; `about` is what it is about, if that is to be named."""
    words = clean(message["message"])
    return OperationError(f"{about}: {words}" if about else words, CODES.get(message["code"], exits.NO))


def request(number: int, method: str, path: str, body: Message) -> Message:
    """Return the message that asks for something of navi.headless.hub.api; the answer has the same number."""
    return {"type": "request", "id": number, "method": method, "path": path, "body": body}


def body_of(response: Message) -> Message:
    """Return the body of an answer. Raise OperationError if it refuses something."""
    if response["status"] >= 400:
        words = clean(str(response["body"].get("error", "the hub refused it")))
        raise OperationError(words, STATUSES.get(response["status"], exits.NO))
    body: Message = response["body"]
    return body


# ---- ending an agent


class Ending(Enum):
    """What became of the end of an agent: it has ended, or ends as soon as its host can be reached."""

    ENDED = "ended"
    LATER = "later"


def end_request(number: int, session_id: str, by: str) -> Message:
    """Return the message that asks for the end of a session's agent; who sends it follows the session already."""
    return request(number, "POST", f"/api/sessions/{session_id}/end", {"by": by})


def ending_of(message: Message, number: int, session_id: str) -> Ending | None:
    """Return what a message says of an end that was asked for with a number, None if nothing. Raise OperationError if
    the agent could not be ended.
    """
    kind = message["type"]
    if kind == "error":
        raise refusal(message)
    if kind == "response" and message["id"] == number:
        return Ending.LATER if body_of(message).get("ends") == "when reached" else None
    if message.get("session_id") != session_id:
        return None
    if kind == "session_updated" and message["status"] == HeadlessStatus.ENDING and message["reason"]:
        raise OperationError(clean(message["reason"]), exits.UNAVAILABLE)
    return Ending.ENDED if kind == "complete" else None
