"""Claude Code in stream-json mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from navi.core.agents.claude import MODES
from navi.headless.harness.base import (
    AgentLaunch,
    Asked,
    Event,
    GivenAnswer,
    Harness,
    Json,
    Kind,
    Mode,
    Other,
    Partial,
    Raw,
    Ready,
    Replied,
    SessionNamed,
    Taken,
    Text,
    ToolCall,
    ToolResult,
    TurnEnded,
    Withdrawn,
    amount_in,
    count_in,
    from_line,
    list_in,
    object_in,
    text_in,
    to_line,
)
from navi.headless.harness.suggestions import offered, suggested
from navi.headless.json_text import whole

HANDSHAKE = "navi-handshake"
"""The id of the first request. It is the only thing that an agent answers before the first prompt."""

WORDS = (
    "claude", "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose",
    "--permission-prompt-tool", "stdio", "--replay-user-messages",
)  # fmt: skip

KINDS: Mapping[str, Kind] = {"AskUserQuestion": "question", "ExitPlanMode": "plan"}
"""The tools whose use is a question of its own."""


def options(launch: AgentLaunch) -> tuple[str, ...]:
    """Return the options of a launch. A resumed session needs model and mode again."""
    found: list[str] = []
    if launch.conversation:
        found += ["--resume" if launch.resume else "--session-id", launch.conversation]
    found += ["--model", launch.model] if launch.model else []
    found += ["--permission-mode", launch.mode] if launch.mode else []
    return (*found, *(["--include-partial-messages"] if launch.partial else []))


class ClaudeCodec:
    """Needs no memory: each line is complete."""

    def remember(self, _launch: AgentLaunch) -> None:
        """Return no memory."""

    def handshake(self, _launch: AgentLaunch) -> Sequence[str]:
        """Return the request that shows that the agent lives."""
        return (_request(HANDSHAKE, {"subtype": "initialize"}),)

    def read(self, memory: Any, line: bytes) -> tuple[Any, Sequence[Event]]:
        """Return what a line means."""
        message = from_line(line)
        if message is None:
            return memory, (Raw(line),) if line.strip() else ()
        type = text_in(message, "type")
        reader = READERS.get(type)
        found = tuple(reader(message)) if reader else ()
        return memory, found or (Other(type),)

    def prompt(self, _memory: Any, uuid: str, text: str) -> str:
        """Return the line with a prompt. The agent runs one uuid once, also after it was resumed."""
        message = {"role": "user", "content": text}
        return to_line({"type": "user", "uuid": uuid, "message": message, "parent_tool_use_id": None, "session_id": ""})

    def answer(self, asked: Asked, answer: GivenAnswer) -> str:
        """Return the line that answers. Some versions run nothing that was allowed without its input."""
        response: dict[str, object]
        if answer.allow:
            input = dict(asked.input if answer.input is None else answer.input)
            if answer.answers is not None:
                input["answers"] = dict(answer.answers)
            response = {"behavior": "allow", "updatedInput": input}
            more = suggested(asked.suggestions, answer.option)
            response |= {"updatedPermissions": [more]} if more else {}
        else:
            response = {"behavior": "deny", "message": answer.message or "denied", "interrupt": answer.stop}
        success = {"subtype": "success", "request_id": asked.request_id, "response": response}
        return to_line({"type": "control_response", "response": success})

    def interrupt(self, _memory: Any, key: str, _open: Sequence[Asked]) -> Sequence[str]:
        """Return the request that ends the turn. (SIGINT would end the agent.) It withdraws by itself what it asks."""
        return (_request(key, {"subtype": "interrupt"}),)

    def set_mode(self, _memory: Any, key: str, mode: str) -> str:
        """Return the request that changes the permission mode."""
        return _request(key, {"subtype": "set_permission_mode", "mode": mode})


def _request(id: str, request: Json) -> str:
    return to_line({"type": "control_request", "request_id": id, "request": request})


# ---- from a message to events


def _system(message: Json) -> Iterator[Event]:
    subtype = text_in(message, "subtype")
    if subtype == "init":
        conversation, model = text_in(message, "session_id"), text_in(message, "model")
        mode, version = text_in(message, "permissionMode"), text_in(message, "claude_code_version")
        yield SessionNamed(conversation, model, mode, version)
    elif subtype == "status" and text_in(message, "permissionMode"):
        yield Mode(text_in(message, "permissionMode"))


def _assistant(message: Json) -> Iterator[Event]:
    id = text_in(message, "message", "id")
    for block in list_in(message, "message", "content"):
        kind = text_in(block, "type")
        if kind == "text":
            yield Text("agent", text_in(block, "text"), id)
        elif kind == "thinking":
            yield Text("thought", text_in(block, "thinking"), id)
        elif kind == "tool_use":
            yield ToolCall(text_in(block, "id"), text_in(block, "name"), object_in(block, "input"))


def _user(message: Json) -> Iterator[Event]:
    """A line that comes back is a receipt if it has a uuid; not all of those were inputs."""
    if message.get("isReplay") is True:
        yield Taken(text_in(message, "uuid"))
        return
    content = object_in(message, "message").get("content")
    if isinstance(content, str):
        yield Text("note", whole(content))
    for block in content if isinstance(content, list) else ():
        if text_in(block, "type") == "tool_result":
            yield ToolResult(text_in(block, "tool_use_id"), plain(block.get("content")), block.get("is_error") is True)
        elif text_in(block, "type") == "text":
            yield Text("note", text_in(block, "text"))


def plain(content: object) -> str:
    """Return the text of a content: a text, or blocks of which some are texts."""
    if isinstance(content, str):
        return whole(content)
    return "\n".join(text_in(block, "text") for block in content) if isinstance(content, list) else ""


def _stream_event(message: Json) -> Iterator[Event]:
    text = text_in(message, "event", "delta", "text")
    if text:
        yield Partial(text)


def _control_request(message: Json) -> Iterator[Event]:
    request, id = object_in(message, "request"), text_in(message, "request_id")
    if text_in(request, "subtype") == "can_use_tool" and id:
        tool = text_in(request, "tool_name")
        suggestions = tuple(one for one in list_in(request, "permission_suggestions") if isinstance(one, dict))
        kind = KINDS.get(tool, "permission")
        use = text_in(request, "tool_use_id")
        yield Asked(id, kind, tool, object_in(request, "input"), use, offered(suggestions), suggestions)


def _control_cancel_request(message: Json) -> Iterator[Event]:
    yield Withdrawn(text_in(message, "request_id"))


def _control_response(message: Json) -> Iterator[Event]:
    response = object_in(message, "response")
    failed = text_in(response, "subtype") != "success"
    if text_in(response, "request_id") == HANDSHAKE and not failed:
        yield Ready()
    else:
        error = text_in(response, "error") or "it was refused" if failed else ""
        yield Replied(text_in(response, "request_id"), error)


def _result(message: Json) -> Iterator[Event]:
    errors = "; ".join(whole(one) for one in list_in(message, "errors") if isinstance(one, str))
    yield TurnEnded(
        "done" if not _failed(message) else "interrupted" if _aborted(message) else "error",
        text_in(message, "result") or errors,
        amount_in(message, "total_cost_usd"),
        count_in(message, "usage", "input_tokens"),
        count_in(message, "usage", "output_tokens"),
        tuple(text_in(one, "tool_name") for one in list_in(message, "permission_denials")),
    )


def _failed(message: Json) -> bool:
    return text_in(message, "subtype") != "success" or message.get("is_error") is True


def _aborted(message: Json) -> bool:
    return text_in(message, "terminal_reason").startswith("aborted")


READERS: Mapping[str, Callable[[Json], Iterator[Event]]] = {
    "system": _system,
    "assistant": _assistant,
    "user": _user,
    "stream_event": _stream_event,
    "control_request": _control_request,
    "control_cancel_request": _control_cancel_request,
    "control_response": _control_response,
    "result": _result,
}

CLAUDE = Harness(
    "claude-code",
    "Claude Code",
    WORDS,
    ClaudeCodec(),
    options=options,
    # Those of an agent in which navi itself may run.
    variables={"CLAUDECODE": None, "CLAUDE_CODE_ENTRYPOINT": None, "CLAUDE_CODE_SSE_PORT": None},
    kind="claude",
    modes=MODES,
)
