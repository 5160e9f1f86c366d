"""What programs can ask the hub: a table of methods and paths, the same on the socket and over HTTP."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from navi.headless.harness import HARNESSES
from navi.headless.hub import PAGE, Hub
from navi.headless.hub_session import Wanted
from navi.headless.listing import document as session_document
from navi.headless.run_state import question_document
from navi.headless.shortened import cut_lines, cut_texts
from navi.headless.store import Refused, StoredSession

Body = Mapping[str, Any]
Answer = tuple[int, dict[str, Any]]

OK, CREATED, BAD, MISSING, CONFLICT, UNAVAILABLE = 200, 201, 400, 404, 409, 503

NOT_STORED = "the hub can't store it, so that nothing was done"
"""What is reported when its disk is full."""

MOST_MESSAGES = 500
"""Messages in one answer."""

TITLE = 100
"""Characters of a prompt that become a session's title."""


class Route(NamedTuple):
    """A method and a path, in which {id} is the id of a session."""

    method: str
    path: str
    answer: Callable[[Hub, str, Body], Awaitable[Answer]]


async def respond(hub: Hub, method: str, path: str, body: Body) -> Answer:
    """Return the status, as in HTTP, and the body of an answer. Never raises for what a program sends."""
    for route in ROUTES:
        found = re.fullmatch(route.path.replace("{id}", "(?P<id>[A-Za-z0-9_-]{1,64})"), path)
        if found and route.method == method:
            try:
                return await route.answer(hub, found.groupdict().get("id", ""), body)
            except Refused as error:
                return CONFLICT, {"error": str(error)}
            except BadBody as error:
                return BAD, {"error": str(error)}
            except sqlite3.Error as error:
                return UNAVAILABLE, {"error": f"{NOT_STORED}: {error}"}
    return MISSING, {"error": f"there is no {method[:10]} {path[:100]}"}


class BadBody(ValueError):
    """A field of a request is missing or has another type; the text says which."""


def _number(body: Body, name: str) -> int:
    value = body.get(name, 0)
    if type(value) is not int or value < 0:
        raise BadBody(f"`{name}` must be a number")
    return value


def _text(body: Body, name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise BadBody(f"`{name}` must be a text")
    return value


# ---- answers


async def _health(hub: Hub, _id: str, _body: Body) -> Answer:
    return OK, {"status": "ok", "daemon_connected": hub.relay_is_connected}


async def _daemon(hub: Hub, _id: str, _body: Body) -> Answer:
    return OK, {"connected": hub.relay_is_connected, "capabilities": dict(hub.capabilities)}


async def _spawn(hub: Hub, _id: str, body: Body) -> Answer:
    prompt = _text(body, "prompt")
    wanted = Wanted(
        prompt, _text(body, "cwd", ""), _text(body, "host", "local"), _text(body, "harness", "claude-code"),
        _text(body, "model", ""), _text(body, "permission_mode", ""), _text(body, "title", "") or title_of(prompt),
        _text(body, "by", ""),
    )  # fmt: skip
    if wanted.harness not in HARNESSES:
        raise BadBody(f"there is no harness {wanted.harness[:40]}; known are {', '.join(HARNESSES)}")
    if not hub.relay_is_connected:
        return UNAVAILABLE, {"error": "no relay is connected; navi daemon start starts it"}
    new = await hub.writer.do(lambda store: not store.knows_folder(wanted.host.removeprefix("local"), wanted.cwd))
    row = await hub.spawn(wanted)
    return CREATED, {"session_id": row.id, "status": "starting", "harness": row.harness, "new_folder": new}


def title_of(prompt: str) -> str:
    """Return the title of a session that has none."""
    line = " ".join(prompt.split())
    return line[:TITLE] + "..." * (len(line) > TITLE)


async def _list(hub: Hub, _id: str, _body: Body) -> Answer:
    rows = await hub.writer.do(lambda store: store.sessions())
    return OK, {"sessions": [document(hub, row) for row in rows]}


async def _spawned(hub: Hub, _id: str, _body: Body) -> Answer:
    rows = await hub.writer.do(lambda store: store.sessions(remote=True))
    return OK, {"sessions": [document(hub, row) for row in rows]}


async def _info(hub: Hub, id: str, _body: Body) -> Answer:
    row = await hub.writer.do(lambda store: store.session(id))
    return (OK, document(hub, row)) if row else (MISSING, {"error": f"there is no session {id}"})


async def _session(hub: Hub, id: str, body: Body) -> Answer:
    """The information, and what is asked and was sent."""
    status, found = await _info(hub, id, body)
    if status != OK:
        return status, found
    inputs, questions = await hub.writer.do(lambda store: (store.inputs(id), store.questions(id, "open")))
    found["inputs"] = [one._asdict() for one in inputs if one.kind == "user"]
    found["questions"] = [question_document(one) for one in questions]
    return status, cut_texts(found, longest) if (longest := _number(body, "longest")) else found


async def _messages(hub: Hub, id: str, body: Body) -> Answer:
    """Some of what the agent printed, from a number on."""
    start, most, longest = _number(body, "from_index"), _number(body, "limit") or PAGE, _number(body, "longest")
    found = await hub.writer.do(lambda store: store.messages(id, start, min(most, MOST_MESSAGES)))
    lines = [one.body.decode("utf-8", "surrogateescape") for one in found]
    return OK, {"index": start, "messages": cut_lines(lines, longest) if longest else lines}


async def _put_away(hub: Hub, id: str, _body: Body) -> Answer:
    return OK, document(hub, await hub.put_away(id))


async def _live(hub: Hub, _id: str, body: Body) -> Answer:
    row = StoredSession(
        hub.new_id("sess"), _text(body, "title", ""), _text(body, "harness", "claude-code"), _text(body, "model", ""),
        cwd=_text(body, "project_path", ""), agent_session_id=_text(body, "claude_session_id", ""), status="live",
        interactive=body.get("interactive") is True,
    )  # fmt: skip
    row = await hub.writer.do(lambda store: store.add(row))
    return CREATED, {"id": row.id, "type": hub.shown(row).type, "remote": row.remote}


async def _resume(hub: Hub, id: str, body: Body) -> Answer:
    if not hub.relay_is_connected:
        return UNAVAILABLE, {"error": "no relay is connected; navi daemon start starts it"}
    row = await hub.resume(id, _text(body, "prompt", ""), _text(body, "by", ""))
    return OK, document(hub, row)


async def _terminal(hub: Hub, id: str, body: Body) -> Answer:
    row = await hub.open_in_terminal(id, _text(body, "tmux_name"))
    return OK, document(hub, row)


async def _interactive(hub: Hub, id: str, _body: Body) -> Answer:
    await hub.writer.do(lambda store: store.change(id, interactive=1))
    return OK, {"interactive": True}


async def _not_interactive(hub: Hub, id: str, _body: Body) -> Answer:
    await hub.writer.do(lambda store: store.change(id, interactive=0))
    return OK, {"interactive": False}


async def _complete(hub: Hub, id: str, _body: Body) -> Answer:
    """A session in a terminal has ended. One without a terminal ends when its agent does."""

    def complete(store: Any) -> None:
        if store.needed(id).remote:
            raise Refused(f"{id} runs without a terminal; end_session ends it")
        store.change(id, status="complete")

    await hub.writer.do(complete)
    return OK, {"status": "complete"}


async def _pending(hub: Hub, id: str, _body: Body) -> Answer:
    found = await hub.writer.do(lambda store: store.take_feedback(id))
    return OK, {"feedback": [{"kind": kind, "body": text} for kind, text in found]}


def document(hub: Hub, row: StoredSession) -> dict[str, Any]:
    """Return a session as programs see it."""
    return session_document(row, hub.shown(row))


ROUTES = (
    Route("GET", "/api/health", _health),
    Route("GET", "/api/daemon/status", _daemon),
    Route("POST", "/api/sessions/spawn", _spawn),
    Route("GET", "/api/sessions", _list),
    Route("GET", "/api/sessions/spawned", _spawned),
    Route("POST", "/api/sessions/live", _live),
    Route("GET", "/api/sessions/{id}", _session),
    Route("GET", "/api/sessions/{id}/info", _info),
    Route("GET", "/api/sessions/{id}/messages", _messages),
    Route("POST", "/api/sessions/{id}/archive", _put_away),
    Route("POST", "/api/sessions/{id}/resume", _resume),
    Route("POST", "/api/sessions/{id}/terminal", _terminal),
    Route("POST", "/api/sessions/{id}/complete", _complete),
    Route("POST", "/api/sessions/{id}/interactive", _interactive),
    Route("DELETE", "/api/sessions/{id}/interactive", _not_interactive),
    Route("POST", "/api/sessions/{id}/feedback/pending", _pending),
)
