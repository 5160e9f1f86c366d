"""Agents that speak the Agent Client Protocol: JSON-RPC 2.0, one message a line.

The ids of our requests say what they ask, so that an answer needs no memory of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from navi.headless.harness.base import (
    OPTION_KINDS,
    Abilities,
    AgentLaunch,
    Asked,
    Due,
    Event,
    GivenAnswer,
    Harness,
    Json,
    Mode,
    Option,
    Other,
    Partial,
    Raw,
    Ready,
    Replied,
    SessionNamed,
    StartRefused,
    Taken,
    Text,
    ToolCall,
    ToolResult,
    TurnEnded,
    count_in,
    from_line,
    list_in,
    mode_key,
    object_in,
    text_in,
    to_line,
    usual_option,
)
from navi.headless.harness.claude import plain

NO_SUCH_METHOD = -32601

LAUNCH = "launch"
"""What makes the request for the mode of a launch its own."""

INITIALIZE, NEW, RESUME, PROMPT = "navi-initialize", "navi-new", "navi-resume", "navi-prompt:"
"""Ids of our requests; that of a prompt has the prompt's uuid behind it."""


class Memory(NamedTuple):
    """What the codec remembers: the launch, the agent's session id, and the message whose chunks are coming.

    `mode_option` is the id of the session's option that is its mode, where the agent has options in place of modes.
    """

    launch: AgentLaunch
    session: str = ""
    who: str = ""
    chunks: tuple[str, ...] = ()
    mode_option: str = ""


class AcpCodec:
    """The receipt of a prompt is the end of its turn: the protocol has none before."""

    def remember(self, launch: AgentLaunch) -> Memory:
        """Return the memory at the beginning of a run."""
        return Memory(launch)

    def handshake(self, _launch: AgentLaunch) -> Sequence[str]:
        """Return the first request. What follows is `Due` when it has been answered."""
        files = {"readTextFile": False, "writeTextFile": False}
        able = {"fs": files, "terminal": False}
        return (_request(INITIALIZE, "initialize", {"protocolVersion": 1, "clientCapabilities": able}),)

    def read(self, memory: Any, line: bytes) -> tuple[Any, Sequence[Event]]:
        """Return what a line means."""
        message = from_line(line)
        if message is None:
            return memory, (Raw(line),) if line.strip() else ()
        if "method" not in message:
            return _response(memory, message)
        if "id" in message:
            return memory, tuple(_asked(message))
        if text_in(message, "method") == "session/update":
            return _update(memory, object_in(message, "params", "update"))
        return memory, (Other(text_in(message, "method")),)

    def prompt(self, memory: Any, uuid: str, text: str) -> str:
        """Return the request with a prompt."""
        content = [{"type": "text", "text": text}]
        return _request(PROMPT + uuid, "session/prompt", {"sessionId": memory.session, "prompt": content})

    def answer(self, asked: Asked, answer: GivenAnswer) -> str:
        """Return the choice of an option: the one that is named, or the first that allows, or refuses, once."""
        usual = usual_option(asked.options, answer.allow)
        option = answer.option or (usual.id if usual else "")
        if not option:
            return _cancelled(asked)
        return _result(asked, {"outcome": {"outcome": "selected", "optionId": option}})

    def interrupt(self, memory: Any, _key: str, open: Sequence[Asked]) -> Sequence[str]:
        """Return the notice that ends the turn, and the answers to all that is open, as the protocol wants it."""
        notice = {"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": memory.session}}
        return (to_line(notice), *map(_cancelled, open))

    def set_mode(self, memory: Any, key: str, mode: str) -> str:
        """Return the request that changes the mode."""
        return _set_mode(memory, key, mode)


def _request(id: str, method: str, params: Json) -> str:
    return to_line({"jsonrpc": "2.0", "id": id, "method": method, "params": params})


def _result(asked: Asked, result: Json) -> str:
    """Return the answer to a request of the agent, whose id may be a number: it is kept as JSON."""
    return f'{{"jsonrpc":"2.0","id":{asked.request_id},"result":{to_line(result)}}}'


def _cancelled(asked: Asked) -> str:
    return _result(asked, {"outcome": {"outcome": "cancelled"}})


# ---- what the agent asks


def _asked(message: Json) -> Iterator[Event]:
    """Only a permission can be asked. Anything else is refused at once."""
    id = to_line_value(message["id"])
    if text_in(message, "method") != "session/request_permission":
        error = to_line({"code": NO_SUCH_METHOD, "message": "not supported"})
        yield Other(text_in(message, "method"))
        yield Due(f"refuse:{id}", f'{{"jsonrpc":"2.0","id":{id},"error":{error}}}')
        return
    call = object_in(message, "params", "toolCall")
    options = tuple(one for part in list_in(message, "params", "options") for one in _option(part))
    tool, use = text_in(call, "title") or text_in(call, "kind"), text_in(call, "toolCallId")
    yield Asked(id, "permission", tool, object_in(call, "rawInput"), use, options, takes_reason=False)


MEANINGS = dict(zip(OPTION_KINDS, ("Yes", "Yes, always", "No", "No, never"), strict=True))
"""What comes before the words of the agent: it may call anything as it likes."""


def _option(part: object) -> Iterator[Option]:
    id, kind, name = (text_in(part, one) for one in ("optionId", "kind", "name"))
    if id and kind in MEANINGS:
        yield Option(id, kind, f"{MEANINGS[kind]}: {name}" if name else MEANINGS[kind])


def to_line_value(value: object) -> str:
    """Return a value of JSON as it is in a line; an id is a number or a text."""
    return to_line({"v": value})[5:-1]


# ---- answers to our requests


def _response(memory: Memory, message: Json) -> tuple[Memory, Sequence[Event]]:
    id, result = text_in(message, "id"), object_in(message, "result")
    error = _error(message)
    if id == INITIALIZE and not error:  # a run begins, also one that goes on with the session of another
        return Memory(memory.launch), (Due("open", _open(memory.launch, object_in(result, "agentCapabilities"))),)
    if id in (NEW, RESUME) and not error:
        return _opened(memory._replace(session=text_in(result, "sessionId") or memory.launch.conversation), result)
    if id.startswith(PROMPT):
        memory, whole = _whole(memory)
        return memory, (*whole, Taken(id.removeprefix(PROMPT)), _turn_ended(result, error))
    if id in (INITIALIZE, NEW, RESUME):
        return memory, (StartRefused(error),)
    return memory, (Replied(id, error),)


def _opened(memory: Memory, result: Json) -> tuple[Memory, Sequence[Event]]:
    """Read what a session is. Its model and mode are objects of their own, or, in newer agents, options."""
    mode, model = (_option_in(list_in(result, "configOptions"), one) for one in ("mode", "model"))
    modes = tuple(filter(None, (text_in(one, "id") for one in list_in(result, "modes", "availableModes"))))
    memory = memory._replace(mode_option="" if modes else text_in(mode, "id"))
    about = SessionNamed(
        memory.session, text_in(result, "models", "currentModelId") or text_in(model, "currentValue"),
        text_in(result, "modes", "currentModeId") or text_in(mode, "currentValue"), modes=modes or _values_of(mode),
    )  # fmt: skip
    return memory, (Ready(), about, *_wanted_mode(memory, about))


def _option_in(options: Sequence[Any], category: str) -> Json:
    """Return the option of a session with a category, an empty one if there is none to choose from."""
    found = (one for one in options if text_in(one, "category") == category and text_in(one, "type") == "select")
    return next(found, {})


def _values_of(option: Json) -> tuple[str, ...]:
    """Return the values of an option; some are in groups."""
    choices = list_in(option, "options")
    flat = [one for choice in choices for one in (list_in(choice, "options") or [choice])]
    return tuple(filter(None, (text_in(one, "value") for one in flat)))


def _wanted_mode(memory: Memory, about: SessionNamed) -> Iterator[Event]:
    """Ask for the permission mode of the launch, which no option of the command line says."""
    wanted = memory.launch.mode
    if wanted and not (about.mode or about.modes):
        yield Mode("")
        yield Replied(mode_key(wanted, LAUNCH), "it has no permission modes")
    elif wanted and wanted != about.mode:
        yield Due(LAUNCH, _set_mode(memory, mode_key(wanted, LAUNCH), wanted))


def _set_mode(memory: Memory, key: str, mode: str) -> str:
    about = {"sessionId": memory.session}
    if memory.mode_option:
        return _request(key, "session/set_config_option", {**about, "configId": memory.mode_option, "value": mode})
    return _request(key, "session/set_mode", {**about, "modeId": mode})


def _error(message: Json) -> str:
    """Return why a request was refused, "" if it was not."""
    if "error" not in message:
        return ""
    words = (text_in(message, "error", "message"), text_in(message, "error", "data", "details"))
    return ": ".join(word for word in words if word) or "it was refused"


def _open(launch: AgentLaunch, able: Json) -> str:
    """Return the request that begins a session, or goes on with one: `resume` does not send its history again."""
    params = {"cwd": launch.cwd, "mcpServers": []}
    if not launch.resume:
        return _request(NEW, "session/new", params)
    method = "session/resume" if "resume" in object_in(able, "sessionCapabilities") else "session/load"
    return _request(RESUME, method, params | {"sessionId": launch.conversation})


OUTCOMES: Mapping[str, Literal["done", "interrupted"]] = {"end_turn": "done", "cancelled": "interrupted"}


def _turn_ended(result: Json, error: str) -> TurnEnded:
    reason = text_in(result, "stopReason")
    tokens = count_in(result, "usage", "inputTokens"), count_in(result, "usage", "outputTokens")
    if error or reason not in OUTCOMES:
        return TurnEnded("error", error or reason, None, *tokens)
    return TurnEnded(OUTCOMES[reason], "", None, *tokens)


# ---- what happens meanwhile

CHUNKS = {"agent_message_chunk": "agent", "agent_thought_chunk": "thought", "user_message_chunk": "user"}


def _update(memory: Memory, update: Json) -> tuple[Memory, Sequence[Event]]:
    """Chunks of one speaker are one message, which ends with anything else. What comes before the session is open is
    history.
    """
    kind = text_in(update, "sessionUpdate")
    if not memory.session:
        return memory, (Other(kind),)
    who = CHUNKS.get(kind, "")
    whole: Sequence[Event] = ()
    if who != memory.who:
        memory, whole = _whole(memory)
    if who:
        text = text_in(update, "content", "text")
        memory = memory._replace(who=who, chunks=(*memory.chunks, text))
        return memory, (*whole, Partial(text) if who == "agent" else Other(kind))
    reader = UPDATES.get(kind)
    return memory, (*whole, *(reader(update) if reader else (Other(kind),)))


def _whole(memory: Memory) -> tuple[Memory, Sequence[Event]]:
    """Return the message whose chunks have come, and forget them."""
    whole = (Text(memory.who, "".join(memory.chunks)),) if memory.chunks else ()
    return memory._replace(who="", chunks=()), whole


def _tool_call(update: Json) -> Iterator[Event]:
    yield ToolCall(text_in(update, "toolCallId"), text_in(update, "title"), object_in(update, "rawInput"))
    yield from _tool_call_update(update)


def _tool_call_update(update: Json) -> Iterator[Event]:
    status = text_in(update, "status")
    if status in ("completed", "failed"):
        parts = [object_in(one, "content") for one in list_in(update, "content")]
        yield ToolResult(text_in(update, "toolCallId"), plain(list(parts)), status == "failed")
    elif text_in(update, "sessionUpdate") == "tool_call_update":
        yield Other("tool_call_update")


def _mode(update: Json) -> Iterator[Event]:
    mode = text_in(update, "currentModeId")
    yield Mode(mode) if mode else Other("current_mode_update")


def _options(update: Json) -> Iterator[Event]:
    mode = text_in(_option_in(list_in(update, "configOptions"), "mode"), "currentValue")
    yield Mode(mode) if mode else Other("config_option_update")


UPDATES: Mapping[str, Callable[[Json], Iterator[Event]]] = {
    "tool_call": _tool_call,
    "tool_call_update": _tool_call_update,
    "current_mode_update": _mode,
    "config_option_update": _options,
}

ABILITIES = Abilities(
    questions=False, edited_input=False, repeats=False, cost=False, chooses_id=False, sends_once=False,
    ends_with_input=False, counts_questions=True, confirms_at_end=True,
)  # fmt: skip


def _harness(id: str, name: str, *words: str) -> Harness:
    return Harness(id, name, words, AcpCodec(), ABILITIES)


ACP = (
    _harness("gemini", "Gemini CLI", "gemini", "--experimental-acp"),
    _harness("opencode", "OpenCode", "opencode", "acp"),
    _harness("qwen", "Qwen Code", "qwen", "--acp"),
    _harness("codex-acp", "Codex", "codex-acp"),
    _harness("claude-code-acp", "Claude Code (ACP)", "claude-code-acp"),
)
