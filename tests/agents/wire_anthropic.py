"""Anthropic's Messages, which Claude Code speaks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.agents.script import Answer, Json, Request, Turn
from tests.agents.wire import Piece, event, silence, text_of, turn_of

KINDS: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    500: "api_error",
    529: "overloaded_error",
}


def read(request: Json) -> Request:
    """Return a request without its form."""
    turns = [turn for message in request.get("messages", ()) for turn in turns_of(message)]
    tools = [tool["name"] for tool in request.get("tools") or ()]
    schema = (request.get("output_config") or {}).get("format") or request.get("output_format") or {}
    return Request(turns, tools, bool(request.get("stream")), request.get("model", ""), schema.get("schema"))


def turns_of(message: Mapping[str, Any]) -> Iterator[Turn]:
    """Yield the turns of a message: results of tools come as the user's, perhaps with a prompt behind them."""
    content = message.get("content")
    if isinstance(content, list) and any(part.get("type") == "tool_result" for part in content):
        yield Turn("tool")
        yield Turn("user", text_of([part for part in content if part.get("type") == "text"]))
    else:
        yield turn_of(message)


def stream(answer: Answer, request: Request) -> Iterator[Piece]:
    """Yield the server-sent events of an answer."""
    yield typed("message_start", message=message(answer, request) | {"content": [], "stop_reason": None})
    yield from silence(answer.silence)
    yield typed("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for word in answer.words:
        delta = {"type": "text_delta", "text": word.text}
        yield typed("content_block_delta", word.pause, index=0, delta=delta)
    yield typed("content_block_stop", index=0)
    for index, call in enumerate(answer.calls, 1):
        delta = {"type": "input_json_delta", "partial_json": json.dumps(call.arguments)}
        yield typed("content_block_start", index=index, content_block=block(answer, index) | {"input": {}})
        yield typed("content_block_delta", index=index, delta=delta)
        yield typed("content_block_stop", index=index)
    ended = {"stop_reason": reason(answer), "stop_sequence": None}
    yield typed("message_delta", delta=ended, usage={"output_tokens": 20})
    yield typed("message_stop")


def typed(name: str, pause: float = 0, **fields: object) -> Piece:
    """Return an event; its name is in its content, too."""
    return event({"type": name, **fields}, name, pause)


def block(answer: Answer, index: int) -> Json:
    """Return the block of a call, counted from 1."""
    tool, arguments = answer.calls[index - 1]
    return {"type": "tool_use", "id": f"toolu_{answer.token}_{index}", "name": tool, "input": arguments}


def reason(answer: Answer) -> str:
    """Return why the answer ends."""
    return "tool_use" if answer.calls else "end_turn"


def message(answer: Answer, request: Request) -> Json:
    """Return the whole message."""
    texts = [{"type": "text", "text": answer.text}]
    return {
        "id": f"msg_{answer.token}",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": texts + [block(answer, index + 1) for index in range(len(answer.calls))],
        "stop_reason": reason(answer),
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 20},
    }


def whole(answer: Answer, request: Request) -> Json:
    """Return an answer as one object."""
    return message(answer, request)


def failure(status: int) -> Json:
    """Return the body of an answer whose HTTP status is a failure."""
    kind = KINDS[status]
    return {"type": "error", "error": {"type": kind, "message": f"The scripted service answers {kind}."}}
