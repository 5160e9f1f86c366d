"""OpenAI's Responses, which Codex speaks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.agents.script import Answer, Json, Request, Turn
from tests.agents.wire import OPENAI_ERRORS, Piece, event, silence, turn_of


def read(request: Json) -> Request:
    """Return a request without its form."""
    items = request.get("input") or ()
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    tools = [tool.get("name") or tool.get("type") for tool in request.get("tools") or ()]
    schema = ((request.get("text") or {}).get("format") or {}).get("schema")
    turns = [turn for item in items for turn in turns_of(item)]
    return Request(turns, tools, bool(request.get("stream")), request.get("model", ""), schema)


def turns_of(item: Mapping[str, Any]) -> Iterator[Turn]:
    """Yield the turn of an item: a message, a call or its result. Developers' messages and the like are none."""
    kind = item.get("type", "message")
    if kind.endswith("_output"):
        yield Turn("tool")
    elif kind == "message" and item.get("role") in ("user", "assistant"):
        yield turn_of(item)
    elif kind.endswith("_call"):
        yield Turn("model")


def stream(answer: Answer, request: Request) -> Iterator[Piece]:
    """Yield the server-sent events of an answer, numbered."""
    yield numbered(1, {"type": "response.created", "response": response(answer, request, "in_progress")}, 0)
    yield from silence(answer.silence)
    for number, (fields, pause) in enumerate(events(answer, request), 2):
        yield numbered(number, fields, pause)


def numbered(number: int, fields: Json, pause: float) -> Piece:
    """Return an event with its number; its name is its type."""
    return event(fields | {"sequence_number": number}, fields["type"], pause)


def events(answer: Answer, request: Request) -> Iterator[tuple[Json, float]]:
    """Yield the content of each event behind the first one, and the seconds that pass after it."""
    opened = message(answer) | {"status": "in_progress", "content": []}
    place = {"item_id": opened["id"], "output_index": 0, "content_index": 0}
    yield {"type": "response.output_item.added", "output_index": 0, "item": opened}, 0
    yield {"type": "response.content_part.added", **place, "part": part("")}, 0
    for word in answer.words:
        yield {"type": "response.output_text.delta", **place, "delta": word.text}, word.pause
    yield {"type": "response.output_text.done", **place, "text": answer.text}, 0
    yield {"type": "response.content_part.done", **place, "part": part(answer.text)}, 0
    yield {"type": "response.output_item.done", "output_index": 0, "item": message(answer)}, 0
    for index, item in enumerate(calls(answer), 1):
        yield {"type": "response.output_item.added", "output_index": index, "item": item | {"arguments": ""}}, 0
        yield {"type": "response.output_item.done", "output_index": index, "item": item}, 0
    yield {"type": "response.completed", "response": response(answer, request, "completed")}, 0


def part(text: str) -> Json:
    """Return a part of a message."""
    return {"type": "output_text", "text": text, "annotations": []}


def message(answer: Answer) -> Json:
    """Return the message of an answer."""
    return {
        "type": "message",
        "id": f"msg_{answer.token}",
        "role": "assistant",
        "status": "completed",
        "content": [part(answer.text)],
    }


def calls(answer: Answer) -> list[Json]:
    """Return the calls of an answer."""
    return [
        {
            "type": "function_call",
            "id": f"fc_{answer.token}_{index}",
            "call_id": f"call_{answer.token}_{index}",
            "name": one.tool,
            "arguments": json.dumps(one.arguments),
            "status": "completed",
        }
        for index, one in enumerate(answer.calls, 1)
    ]


def response(answer: Answer, request: Request, status: str) -> Json:
    """Return the whole response, or its head while it is in progress."""
    ended = status == "completed"
    return {
        "id": f"resp_{answer.token}",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": request.model,
        "output": [message(answer), *calls(answer)] if ended else [],
        "usage": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120} if ended else None,
    }


def whole(answer: Answer, request: Request) -> Json:
    """Return an answer as one object."""
    return response(answer, request, "completed")


def failure(status: int) -> Json:
    """Return the body of an answer whose HTTP status is a failure."""
    words = f"The scripted service answers {status}."
    return {"error": {"message": words, "type": OPENAI_ERRORS[status], "code": "scripted"}}
