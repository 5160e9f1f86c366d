"""The parts that the forms of all vendors share: pieces of a stream, and fields of JSON from an agent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from tests.agents.script import Answer, Json, Request, Turn

OPENAI_ERRORS: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    500: "server_error",
    529: "server_error",
}
"""The kinds of errors in OpenAI's two forms, by the status of HTTP."""


class Piece(NamedTuple):
    """Bytes of a streamed answer, and the seconds that pass after them."""

    content: bytes
    pause: float = 0


class Wire(Protocol):
    """The form of one vendor. Each module wire_*.py is one."""

    def read(self, request: Json) -> Request:
        """Return a request without its form."""
        ...

    def stream(self, answer: Answer, request: Request) -> Iterator[Piece]:
        """Yield the server-sent events of an answer."""
        ...

    def whole(self, answer: Answer, request: Request) -> Json:
        """Return an answer as one object."""
        ...

    def failure(self, status: int) -> Json:
        """Return the body of an answer whose HTTP status is a failure."""
        ...


def event(content: Mapping[str, Any] | str, name: str = "", pause: float = 0) -> Piece:
    """Return a server-sent event. Its content is JSON or, ready, a text."""
    head = f"event: {name}\n" if name else ""
    data = content if isinstance(content, str) else json.dumps(content)
    return Piece(f"{head}data: {data}\n\n".encode(), pause)


def silence(seconds: float) -> Iterator[Piece]:
    """Yield comments for so many seconds: they keep the connection open and mean nothing."""
    for _ in range(round(seconds / 0.5)):
        yield Piece(b": nothing yet\n\n", 0.5)


def text_of(content: object) -> str:
    """Return the text of a message, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, Sequence) else ()
    return "\n".join(str(part["text"]) for part in parts if isinstance(part, Mapping) and "text" in part)


def turn_of(message: Mapping[str, Any]) -> Turn:
    """Return the turn of a message that has the fields role and content."""
    speaker = {"user": "user", "tool": "tool"}.get(str(message.get("role")), "model")
    return Turn(speaker, text_of(message.get("content")))
