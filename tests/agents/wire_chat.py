"""OpenAI's Chat Completions, which OpenCode and many others speak."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.agents.script import Answer, Json, Request
from tests.agents.wire import OPENAI_ERRORS, Piece, event, silence, turn_of


def read(request: Json) -> Request:
    """Return a request without its form."""
    turns = [turn_of(message) for message in request.get("messages", ()) if message.get("role") != "system"]
    tools = [tool["function"]["name"] for tool in request.get("tools") or ()]
    return Request(turns, tools, bool(request.get("stream")), request.get("model", ""))


def stream(answer: Answer, request: Request) -> Iterator[Piece]:
    """Yield the server-sent events of an answer."""
    yield chunk(answer, request, {"role": "assistant", "content": ""})
    yield from silence(answer.silence)
    for word in answer.words:
        yield chunk(answer, request, {"content": word.text}, pause=word.pause)
    if answer.calls:
        yield chunk(answer, request, {"tool_calls": calls(answer)})
    yield chunk(answer, request, {}, reason(answer))
    yield event("[DONE]")


def chunk(answer: Answer, request: Request, delta: Json, ended: str | None = None, pause: float = 0) -> Piece:
    """Return one event: what is added to the message, and why the answer ends, if it does."""
    choice = {"index": 0, "delta": delta, "finish_reason": ended}
    return event(head(answer, request, "chat.completion.chunk") | {"choices": [choice]}, pause=pause)


def head(answer: Answer, request: Request, kind: str) -> Json:
    """Return the fields that events and whole answers share."""
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return {"id": f"chatcmpl-{answer.token}", "object": kind, "created": 0, "model": request.model, "usage": usage}


def calls(answer: Answer) -> list[Json]:
    """Return the calls of an answer."""
    return [
        {
            "index": index,
            "id": f"call_{answer.token}_{index}",
            "type": "function",
            "function": {"name": call.tool, "arguments": json.dumps(call.arguments)},
        }
        for index, call in enumerate(answer.calls)
    ]


def reason(answer: Answer) -> str:
    """Return why the answer ends."""
    return "tool_calls" if answer.calls else "stop"


def whole(answer: Answer, request: Request) -> Json:
    """Return an answer as one object."""
    message: Json = {"role": "assistant", "content": answer.text}
    if answer.calls:
        message["tool_calls"] = calls(answer)
    choice = {"index": 0, "message": message, "finish_reason": reason(answer)}
    return head(answer, request, "chat.completion") | {"choices": [choice]}


def failure(status: int) -> Json:
    """Return the body of an answer whose HTTP status is a failure. Its type tells whether to try again."""
    words = f"The scripted service answers {status}."
    return {"error": {"message": words, "type": OPENAI_ERRORS[status], "code": status}}
