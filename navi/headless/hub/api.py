"""What programs can ask the hub: a table of methods and paths, the same on the socket and over HTTP."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from navi.core.address import stored_host
from navi.core.headless import HeadlessStatus, StoredStatus
from navi.headless.hub.hub import PAGE, Hub
from navi.headless.hub.listing import document as session_document
from navi.headless.hub.refusals import NO_AGENT
from navi.headless.hub.run_state import question_document
from navi.headless.hub.session import HubSession
from navi.headless.hub.wanted import Wanted
from navi.headless.messages import LARGEST, to_line
from navi.headless.modes import stays_behind
from navi.headless.refused import Limited, Refused
from navi.headless.shortened import cut_lines, cut_texts
from navi.headless.store.store import Store
from navi.headless.store.stored import WRITTEN, Batch, By, PrintedLine, StoredSession

Body = Mapping[str, Any]
ApiAnswer = tuple[int, dict[str, Any]]

OK, CREATED, BAD, MISSING, CONFLICT, TOO_MANY, UNAVAILABLE = 200, 201, 400, 404, 409, 429, 503

NOT_STORED = "the hub can't store it, so that nothing was done"
"""What is reported when its disk is full."""

ORIGIN = "origin"
"""The member of a body that says where it came from."""

LARGEST_LIST = 200
"""Sessions in one answer."""
MOST_MESSAGES = 500
"""Messages in one answer."""

TITLE = 100
"""Characters of a prompt that become a session's title."""


class ApiRoute(NamedTuple):
    """A method and a path, in which {id} is the id of a session."""

    method: str
    path: str
    answer: Callable[[Hub, str, Body], Awaitable[ApiAnswer]]


async def respond(hub: Hub, method: str, path: str, body: Body, origin: str = "") -> ApiAnswer:
    """Return the status, as in HTTP, and the body of an answer. Never raises for what a program sends.

    `origin` is where the request came from; the one in its body is replaced by it.
    """
    body = {**body, ORIGIN: origin}
    for route in ROUTES:
        found = match(route.path, path)
        if found is not None and route.method == method:
            try:
                return await route.answer(hub, found, body)
            except Limited as error:
                return TOO_MANY, {"error": str(error)} | ({"retry_after": error.seconds} if error.seconds else {})
            except Refused as error:
                return CONFLICT, {"error": str(error)}
            except BadBody as error:
                return BAD, {"error": str(error)}
            except sqlite3.Error as error:
                return UNAVAILABLE, {"error": f"{NOT_STORED}: {error}"}
    return MISSING, {"error": f"there is no {method[:10]} {path[:100]}"}


def match(pattern: str, path: str) -> str | None:
    """Return the id in a path, "" if the pattern has none; None if the path does not match."""
    found = re.fullmatch(pattern.replace("{id}", "(?P<id>[A-Za-z0-9_-]{1,64})"), path, re.ASCII)
    return found.groupdict().get("id", "") if found else None


class BadBody(ValueError):
    """A field of a request is missing or has another type; the text says which."""


def _text(body: Body, name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise BadBody(f"`{name}` must be a text")
    return value


def _by(body: Body) -> By:
    """Return who asks for something."""
    return By(_text(body, "by", ""), _text(body, ORIGIN))


def _number(body: Body, name: str, default: int) -> int:
    """Return a number of 0 or more; in a path's query it is a text."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    if type(value) is not int or not 0 <= value < LARGEST:
        raise BadBody(f"`{name}` must be a number")
    return value


# ---- answers


async def _health(hub: Hub, _id: str, _body: Body) -> ApiAnswer:
    return OK, {"status": "ok", "daemon_connected": hub.relay_is_connected}


async def _daemon(hub: Hub, _id: str, _body: Body) -> ApiAnswer:
    connected = hub.relay_is_connected
    reason = "" if connected else hub.other_version
    return OK, {"connected": connected, "capabilities": dict(hub.capabilities), "reason": reason}


async def _daemons(hub: Hub, _id: str, _body: Body) -> ApiAnswer:
    """There is one relay at most; the last one counts."""
    daemon = {"client_id": hub.client_id, "capabilities": dict(hub.capabilities)}
    return OK, {"daemons": [daemon] if hub.relay_is_connected else []}


async def _page(hub: Hub, _id: str, _body: Body) -> ApiAnswer:
    if hub.inviter is None:
        return UNAVAILABLE, {"error": "this hub serves no page; where navi serve was started, it says why"}
    return CREATED, {"address": hub.inviter()}


async def _spawn(hub: Hub, _id: str, body: Body) -> ApiAnswer:
    prompt = _text(body, "prompt")
    wanted = Wanted(
        prompt, _text(body, "cwd", ""), _text(body, "host", "local"), _text(body, "harness", "claude-code"),
        _text(body, "model", ""), _text(body, "permission_mode", ""), _text(body, "title", "") or title_of(prompt),
        _by(body),
    )  # fmt: skip
    if wanted.harness not in hub.harnesses:
        raise BadBody(f"there is no harness {wanted.harness[:40]}; known are {', '.join(hub.harnesses)}")
    if not hub.relay_is_connected:
        return UNAVAILABLE, {"error": hub.no_relay}
    new = await hub.writer.do(lambda store: not store.knows_folder(stored_host(wanted.host), wanted.cwd))
    row = await hub.spawn(wanted)
    return CREATED, {"session_id": row.id, "status": HeadlessStatus.STARTING, "harness": row.harness, "new_folder": new}


def title_of(prompt: str) -> str:
    """Return the title of a session that has none."""
    line = " ".join(prompt.split())
    return line[:TITLE] + "..." * (len(line) > TITLE)


async def _list(hub: Hub, _id: str, body: Body) -> ApiAnswer:
    return await _sessions(hub, None, body)


async def _spawned(hub: Hub, _id: str, body: Body) -> ApiAnswer:
    return await _sessions(hub, True, body)


async def _sessions(hub: Hub, remote: bool | None, body: Body) -> ApiAnswer:
    limit, skip = min(_number(body, "limit", LARGEST_LIST), LARGEST_LIST), _number(body, "skip", 0)
    rows = await hub.writer.do(lambda store: store.sessions(remote, limit, skip))
    return OK, {"sessions": [document(hub, row) for row in rows]}


async def _info(hub: Hub, id: str, _body: Body) -> ApiAnswer:
    row = await hub.writer.do(lambda store: store.session(id))
    return (OK, document(hub, row)) if row else (MISSING, {"error": f"there is no session {id}"})


async def _session(hub: Hub, id: str, body: Body) -> ApiAnswer:
    """The information, and what is asked and was sent."""
    status, found = await _info(hub, id, body)
    if status != OK:
        return status, found
    inputs, questions = await hub.writer.do(lambda store: (store.inputs(id), store.questions(id, "open")))
    found["inputs"] = [{**one._asdict(), "error": hub.why_waits(id, one)} for one in inputs if one.kind in WRITTEN]
    found["questions"] = [question_document(one) for one in questions]
    return status, cut_texts(found, longest) if (longest := _number(body, "longest", 0)) else found


async def _put_away(hub: Hub, id: str, body: Body) -> ApiAnswer:
    return OK, document(hub, await hub.put_away(id, _by(body)))


async def _audit(hub: Hub, id: str, _body: Body) -> ApiAnswer:
    """Who did what to a session, and from where."""
    found = await hub.writer.do(lambda store: (store.needed(id), store.audit(id))[1])
    return OK, {"audit": [one._asdict() for one in found]}


async def _mode(hub: Hub, id: str, body: Body) -> ApiAnswer:
    """Give the agent another permission mode."""
    sent = await (await _held(hub, id)).inputs.set_mode(_text(body, "mode"), _text(body, "uuid", ""), _by(body))
    return CREATED, {"uuid": sent.uuid, "seq": sent.seq, "state": sent.state}


async def _messages(hub: Hub, id: str, body: Body) -> ApiAnswer:
    """Some of what the agent printed, from a number on: its lines, or the events in them."""
    index, limit = _number(body, "from_index", 0), _number(body, "limit", 0) or PAGE
    reader = await hub.reader(id, index) if _text(body, "form", "") == "events" else None
    found = await hub.writer.do(lambda store: store.messages(id, index, min(limit, MOST_MESSAGES)))
    lines = [one.body.decode("utf-8", "surrogateescape") for one in found]
    if reader:
        return OK, {"index": index, "messages": [reader.events(line) for line in lines]}
    longest = _number(body, "longest", 0)
    return OK, {"index": index, "messages": cut_lines(lines, longest) if longest else lines}


async def _add(hub: Hub, id: str, body: Body) -> ApiAnswer:
    """Send the agent a message, or keep what one in a terminal printed."""
    if "messages" not in body:
        return await _say(hub, id, body)
    lines = body["messages"]
    if not (isinstance(lines, list) and all(isinstance(one, dict) for one in lines)):
        raise BadBody("`messages` must be a list of objects")
    kept = [PrintedLine(_text(one, "type", "other")[:40], to_line(one).rstrip(b"\n"), 0) for one in lines]

    def add(store: Store) -> int:
        row = store.needed(id)
        if row.remote or row.status != StoredStatus.LIVE:
            raise Refused(f"{id} runs in no terminal now")
        end = row.log_offset + sum(len(one.body) + 1 for one in kept)
        store.receive(Batch(id, row.generation, row.log_offset, end, kept))
        return row.last_index + len(kept)

    return CREATED, {"last_index": await hub.writer.do(add)}


async def _say(hub: Hub, id: str, body: Body) -> ApiAnswer:
    content, session = _text(body, "content"), hub.held(id)
    if session is None:
        raise Refused(NO_AGENT)
    sent = await session.inputs.queue(_text(body, "uuid", "") or str(uuid.uuid4()), "user", content, _by(body))
    return CREATED, {"uuid": sent.uuid, "seq": sent.seq, "state": sent.state}


async def _live(hub: Hub, _id: str, body: Body) -> ApiAnswer:
    """A session in a terminal. One whose conversation is known is that session: it may have had no terminal before."""
    wanted = StoredSession(
        hub.new_id("sess"), _text(body, "title", ""), _text(body, "harness", "claude-code"), _text(body, "model", ""),
        host=stored_host(_text(body, "host", "")), cwd=_text(body, "project_path", ""),
        agent_session_id=_text(body, "claude_session_id", ""), status=StoredStatus.LIVE,
        tmux_name=_text(body, "tmux_name", ""),
    )  # fmt: skip
    known = await hub.writer.do(lambda store: store.of_conversation(wanted.agent_session_id))
    row = next((one for one in known if one.host == wanted.host), None)
    by, name = _by(body), wanted.tmux_name
    row = await (hub.terminals.opened(row, name, by) if row else hub.writer.do(lambda store: store.add(wanted)))
    if body.get("interactive") is True:
        row = await hub.terminals.set_interactive(row.id, True, by)
    return CREATED, {"id": row.id, "type": hub.shown(row).type, "remote": row.remote, "interactive": row.interactive}


async def _of_conversation(hub: Hub, id: str, _body: Body) -> ApiAnswer:
    rows = await hub.writer.do(lambda store: store.of_conversation(id))
    return OK, {"sessions": [document(hub, row) for row in rows]}


async def _resume(hub: Hub, id: str, body: Body) -> ApiAnswer:
    if not hub.relay_is_connected:
        return UNAVAILABLE, {"error": hub.no_relay}
    row = await hub.resume(id, _text(body, "prompt", ""), _by(body), body.get("anew") is True)
    return OK, document(hub, row)


async def _terminal(hub: Hub, id: str, body: Body) -> ApiAnswer:
    row = await hub.open_in_terminal(id, _text(body, "tmux_name"), _by(body))
    return OK, document(hub, row)


async def _open(hub: Hub, id: str, _body: Body) -> ApiAnswer:
    """End the agent, and let it go on in tmux on its host."""
    if hub.opener is None:
        return UNAVAILABLE, {"error": f"this hub can't open terminals; navi attach {id} does it"}
    row, note = await hub.writer.do(lambda store: store.needed(id)), ""
    if row.remote:
        mode = await hub.writer.do(lambda store: store.wanted_mode(store.needed(id)))
        error = await hub.opener(row)
        if error:
            return CONFLICT, {"error": error}
        note = stays_behind(hub.harnesses.get(row.harness), mode, row.model)
        row = await hub.writer.do(lambda store: store.needed(id))
    address = f"{row.host}/{row.tmux_name}" if row.host else row.tmux_name
    return OK, {"address": address, "command": f"navi attach {address}", "note": note}


async def _interactive(hub: Hub, id: str, body: Body) -> ApiAnswer:
    return OK, {"interactive": (await hub.terminals.set_interactive(id, True, _by(body))).interactive}


async def _not_interactive(hub: Hub, id: str, body: Body) -> ApiAnswer:
    return OK, {"interactive": (await hub.terminals.set_interactive(id, False, _by(body))).interactive}


async def _end(hub: Hub, id: str, body: Body) -> ApiAnswer:
    """End the agent now, or, where no relay reaches it, as soon as one does. One that has failed may still run: its
    host makes sure that it does not.
    """
    row, held = await hub.writer.do(lambda store: store.needed(id)), hub.held(id)
    if row.remote and row.status == StoredStatus.FAILED and not (held and held.state.status.live):
        await hub.end_what_is_left(row, _by(body))
        return OK, {"ends": "now"}
    session = await _held(hub, id)
    return OK, {"ends": "now" if await session.end(_by(body)) else "when reached"}


async def _not_end(hub: Hub, id: str, body: Body) -> ApiAnswer:
    await (await _held(hub, id)).withdraw_end(_by(body))
    return OK, {"ends": "no"}


async def _held(hub: Hub, id: str) -> HubSession:
    """Return the run of a session. Raise Refused if it has none."""
    await hub.writer.do(lambda store: store.needed(id))
    session = hub.held(id)
    if session is None:
        raise Refused(NO_AGENT)
    return session


async def _complete(hub: Hub, id: str, _body: Body) -> ApiAnswer:
    """A session in a terminal has ended. One without a terminal ends when its agent does."""

    def complete(store: Any) -> None:
        if store.needed(id).remote:
            raise Refused(f"{id} runs without a terminal; end_session ends it")
        store.change(id, status=StoredStatus.COMPLETE)

    await hub.writer.do(complete)
    return OK, {"status": StoredStatus.COMPLETE}


async def _feedback(hub: Hub, id: str, body: Body) -> ApiAnswer:
    kind = _text(body, "kind", "message")
    _text(body, "uuid", "")
    number, position = await hub.terminals.give(id, kind, body, _by(body))
    return CREATED, {"message_id": number, "position": position}


async def _pending(hub: Hub, id: str, _body: Body) -> ApiAnswer:
    found = await hub.writer.do(lambda store: (store.needed(id), store.feedback(id))[1])
    return OK, {"feedback": [one._asdict() for one in found]}


async def _delivered(hub: Hub, id: str, body: Body) -> ApiAnswer:
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(type(one) is int for one in ids):
        raise BadBody("`ids` must be a list of numbers")
    return OK, {"delivered": list(await hub.terminals.delivered(id, ids))}


def document(hub: Hub, row: StoredSession) -> dict[str, Any]:
    """Return a session as programs see it."""
    held = hub.held(row.id)
    return session_document(row, hub.shown(row), held) | {
        "open_questions": len(held.state.questions) if held else 0,
        "modes": list(held.modes) if held else [],
        "mode_refused": held.state.mode_refused if held else "",
    }


ROUTES = (
    ApiRoute("GET", "/api/health", _health),
    ApiRoute("GET", "/api/daemon/status", _daemon),
    ApiRoute("GET", "/api/daemon/list", _daemons),
    ApiRoute("POST", "/api/page", _page),
    ApiRoute("POST", "/api/sessions/spawn", _spawn),
    ApiRoute("GET", "/api/sessions", _list),
    ApiRoute("GET", "/api/sessions/spawned", _spawned),
    ApiRoute("POST", "/api/sessions/live", _live),
    ApiRoute("GET", "/api/sessions/by-claude-session/{id}", _of_conversation),
    ApiRoute("GET", "/api/sessions/{id}", _session),
    ApiRoute("GET", "/api/sessions/{id}/info", _info),
    ApiRoute("GET", "/api/sessions/{id}/messages", _messages),
    ApiRoute("POST", "/api/sessions/{id}/messages", _add),
    ApiRoute("GET", "/api/sessions/{id}/audit", _audit),
    ApiRoute("POST", "/api/sessions/{id}/mode", _mode),
    ApiRoute("POST", "/api/sessions/{id}/archive", _put_away),
    ApiRoute("POST", "/api/sessions/{id}/resume", _resume),
    ApiRoute("POST", "/api/sessions/{id}/open", _open),
    ApiRoute("POST", "/api/sessions/{id}/terminal", _terminal),
    ApiRoute("POST", "/api/sessions/{id}/end", _end),
    ApiRoute("DELETE", "/api/sessions/{id}/end", _not_end),
    ApiRoute("POST", "/api/sessions/{id}/complete", _complete),
    ApiRoute("POST", "/api/sessions/{id}/interactive", _interactive),
    ApiRoute("DELETE", "/api/sessions/{id}/interactive", _not_interactive),
    ApiRoute("POST", "/api/sessions/{id}/feedback", _feedback),
    ApiRoute("GET", "/api/sessions/{id}/feedback/pending", _pending),
    ApiRoute("POST", "/api/sessions/{id}/feedback/delivered", _delivered),
)
