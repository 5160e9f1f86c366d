"""Google's Gemini, which Gemini CLI speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.agents.script import Answer, Json, Request, Turn
from tests.agents.wire import Piece, event, silence, text_of

KINDS: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    500: "INTERNAL",
    529: "UNAVAILABLE",
}


def read(request: Json) -> Request:
    """Return a request without its form. Its path tells whether to stream, so the server sets that."""
    turns = [turn_of(content) for content in request.get("contents", ())]
    groups = [group.get("functionDeclarations") or () for group in request.get("tools") or ()]
    configuration = request.get("generationConfig") or {}
    schema = configuration.get("responseJsonSchema") or configuration.get("responseSchema")
    return Request(turns, [tool["name"] for group in groups for tool in group], False, schema=schema)


def turn_of(content: Mapping[str, Any]) -> Turn:
    """Return the turn of one content."""
    parts = content.get("parts") or ()
    if any("functionResponse" in part for part in parts):
        return Turn("tool")
    return Turn("user" if content.get("role", "user") == "user" else "model", text_of(parts))


def stream(answer: Answer, _request: Request) -> Iterator[Piece]:
    """Yield the server-sent events of an answer."""
    yield from silence(answer.silence)
    for word in answer.words:
        yield event(response([{"text": word.text}]), pause=word.pause)
    yield event(response(calls(answer) or [{"text": " "}], {"finishReason": "STOP"}))


def response(parts: list[Json], ended: Mapping[str, str] | None = None) -> Json:
    """Return what is added to the answer, and why it ends, if it does."""
    candidate = {"content": {"role": "model", "parts": parts}, "index": 0, **(ended or {})}
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted"}


def calls(answer: Answer) -> list[Json]:
    """Return the calls of an answer."""
    return [{"functionCall": {"name": one.tool, "args": one.arguments}} for one in answer.calls]


def whole(answer: Answer, _request: Request) -> Json:
    """Return an answer as one object."""
    return response([{"text": answer.text}, *calls(answer)], {"finishReason": "STOP"})


def failure(status: int) -> Json:
    """Return the body of an answer whose HTTP status is a failure."""
    return {"error": {"code": status, "message": f"The scripted service answers {status}.", "status": KINDS[status]}}
