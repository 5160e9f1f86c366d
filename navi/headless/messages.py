"""The messages between hub, relay and clients: JSON objects, each a line on a socket or a frame of a WebSocket.

TABLE names every message, who sends it, and its fields. A message with a field that is missing or of another type is
refused; a field that is not in the table is left alone, so that a newer program can be talked to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from navi.headless import json_text

Message = Mapping[str, Any]
"""A message between hub, relay and clients, as its reader gets it: `type` says which one it is."""

LONGEST = 24 * 1024 * 1024
"""Bytes of a message: the longest line of an agent, escaped."""

LARGEST = 2**63
"""Whole numbers from here on fit into no database."""

Sender = Literal["client", "relay", "hub to client", "hub to relay"]

TEXT, NUMBER, TRUTH, LIST, OBJECT, AMOUNT = (str,), (int,), (bool,), (list,), (dict,), (int, float)


class Field(NamedTuple):
    """A field: its types, whether it must be there, and whether null is as good as absent."""

    types: tuple[type, ...]
    needed: bool = True


def maybe(types: tuple[type, ...]) -> Field:
    """Return a field that may be absent or null."""
    return Field(types, False)


ID = {"session_id": Field(TEXT)}

TABLE: Mapping[tuple[Sender, str], Mapping[str, Field]] = {
    # ---- a client, which may be a verb, a dashboard or a page
    ("client", "subscribe"): {
        "session_id": maybe(TEXT), "from_index": maybe(NUMBER), "longest": maybe(NUMBER), "form": maybe(TEXT),
    },
    ("client", "hello"): {"version": Field(TEXT), "program": maybe(TEXT)},
    ("client", "watch"): {},
    ("client", "ping"): {},
    ("client", "user_message"): {
        "uuid": maybe(TEXT), "content": Field(TEXT), "by": maybe(TEXT), "session_id": maybe(TEXT),
    },
    ("client", "interrupt"): {"uuid": maybe(TEXT), "by": maybe(TEXT), "session_id": maybe(TEXT)},
    ("client", "set_mode"): {
        "mode": Field(TEXT), "uuid": maybe(TEXT), "by": maybe(TEXT), "session_id": maybe(TEXT),
    },
    ("client", "end_session"): {"by": maybe(TEXT), "session_id": maybe(TEXT)},
    ("client", "control_response"): {
        "request_id": Field(TEXT), "allow": Field(TRUTH), "message": maybe(TEXT), "updatedInput": maybe(OBJECT),
        "answers": maybe(OBJECT), "option": maybe(TEXT), "by": maybe(TEXT), "session_id": maybe(TEXT),
    },
    ("client", "diff_comment"): {
        "file": Field(TEXT), "line": Field(NUMBER), "content": Field(TEXT), "by": maybe(TEXT),
        "session_id": maybe(TEXT), "uuid": maybe(TEXT),
    },
    ("client", "suggested_edit"): {
        "file": Field(TEXT), "old_content": Field(TEXT), "new_content": Field(TEXT), "by": maybe(TEXT),
        "session_id": maybe(TEXT), "uuid": maybe(TEXT),
    },
    ("client", "request"): {"id": Field(NUMBER), "method": Field(TEXT), "path": Field(TEXT), "body": maybe(OBJECT)},
    # ---- the relay
    ("relay", "daemon_connected"): {
        "client_id": Field(TEXT), "capabilities": Field(OBJECT), "hosts": Field(LIST), "version": maybe(TEXT),
    },
    ("relay", "session_output"): {
        **ID, "generation": Field(NUMBER), "offset": Field(NUMBER), "end": Field(NUMBER), "messages": Field(LIST),
        "rest": maybe(TRUTH),
    },
    ("relay", "input_handed"): {**ID, "seq": Field(NUMBER)},
    ("relay", "session_reached"): {
        **ID, "generation": Field(NUMBER), "reached": Field(TRUTH), "error": maybe(TEXT), "away": maybe(TRUTH),
    },
    ("relay", "log_cut"): {**ID, "generation": Field(NUMBER), "offset": Field(NUMBER), "size": Field(NUMBER)},
    ("relay", "session_ended"): {
        **ID, "generation": Field(NUMBER), "exit_code": maybe(NUMBER), "reason": maybe(TEXT), "error": maybe(TEXT),
        "errors": maybe(TEXT), "end": maybe(NUMBER), "missing": maybe(NUMBER),
    },
    ("relay", "input_failed"): {**ID, "generation": Field(NUMBER), "seq": Field(NUMBER), "error": Field(TEXT)},
    ("relay", "end_failed"): {**ID, "generation": Field(NUMBER), "error": Field(TEXT)},
    ("relay", "removed"): {**ID, "generation": Field(NUMBER)},
    ("relay", "remove_failed"): {**ID, "generation": Field(NUMBER), "error": Field(TEXT)},
    ("relay", "host_reached"): {"host": Field(TEXT)},
    ("relay", "terminal"): {
        "host": Field(TEXT), "conversation": Field(TEXT), "opened": Field(TRUTH), "name": Field(TEXT),
    },
    ("relay", "feedback_delivered"): {"host": Field(TEXT), "conversation": Field(TEXT), "number": Field(NUMBER)},
    # ---- the hub to the relay
    ("hub to relay", "sync"): {"sessions": Field(LIST), "watch": maybe(LIST)},
    ("hub to relay", "ack"): {**ID, "generation": Field(NUMBER), "offset": Field(NUMBER)},
    ("hub to relay", "start_session"): {
        **ID, "host": Field(TEXT), "generation": Field(NUMBER), "cwd": Field(TEXT), "words": Field(LIST),
        "variables": Field(OBJECT), "first": Field(NUMBER), "conversation": maybe(TEXT),
        "again": maybe(TRUTH),
    },
    ("hub to relay", "send_input"): {**ID, "generation": Field(NUMBER), "seq": Field(NUMBER), "line": Field(TEXT)},
    ("hub to relay", "end_session"): {**ID, "generation": Field(NUMBER)},
    ("hub to relay", "remove"): {**ID, "host": Field(TEXT), "generation": Field(NUMBER), "received": Field(NUMBER)},
    ("hub to relay", "know"): {**ID, "host": Field(TEXT), "conversation": Field(TEXT), "generation": maybe(NUMBER)},
    ("hub to relay", "give"): {
        **ID, "host": Field(TEXT), "conversation": Field(TEXT), "number": Field(NUMBER), "text": Field(TEXT),
    },
    ("hub to relay", "forget"): {**ID, "host": Field(TEXT), "conversation": Field(TEXT)},
    ("hub to relay", "error"): {"code": Field(TEXT), "message": Field(TEXT)},
    # ---- the hub to a client
    ("hub to client", "connected"): {
        **ID, "status": Field(TEXT), "remote": Field(TRUTH), "is_spawned": Field(TRUTH), "interactive": Field(TRUTH),
        "last_index": Field(NUMBER), "message_count": Field(NUMBER), "claude_session_id": Field(TEXT),
        "questions": Field(LIST), "inputs": Field(LIST),
    },
    ("hub to client", "message"): {**ID, "index": Field(NUMBER), "messages": Field(LIST)},
    ("hub to client", "partial"): {**ID, "message_id": Field(TEXT), "text": Field(TEXT)},
    ("hub to client", "input"): {
        **ID, "uuid": Field(TEXT), "seq": maybe(NUMBER), "state": Field(TEXT), "kind": maybe(TEXT),
        "content": maybe(TEXT), "by": maybe(TEXT), "error": maybe(TEXT),
    },
    ("hub to client", "control_request"): {
        **ID, "request_id": Field(TEXT), "kind": Field(TEXT), "tool_name": Field(TEXT), "input": Field(OBJECT),
        "choices": Field(LIST), "takes_reason": Field(TRUTH),
    },
    ("hub to client", "question_resolved"): {
        **ID, "request_id": Field(TEXT), "state": Field(TEXT), "by": Field(TEXT),
    },
    ("hub to client", "session_updated"): {
        **ID, "status": Field(TEXT), "remote": Field(TRUTH), "interactive": Field(TRUTH), "reason": Field(TEXT),
        "ends": maybe(TRUTH), "permission_mode": maybe(TEXT),
    },
    ("hub to client", "sessions"): {"sessions": Field(LIST)},
    ("hub to client", "feedback_queued"): {
        **ID, "message_id": Field(NUMBER), "position": Field(NUMBER), "uuid": maybe(TEXT),
    },
    ("hub to client", "feedback_delivered"): {**ID, "message_id": Field(NUMBER)},
    ("hub to client", "complete"): {
        **ID, "exit_code": maybe(NUMBER), "reason": Field(TEXT), "lost": maybe(TRUTH),
    },
    ("hub to client", "response"): {"id": Field(NUMBER), "status": Field(NUMBER), "body": Field(OBJECT)},
    ("hub to client", "pong"): {},
    ("hub to client", "error"): {
        "code": Field(TEXT), "message": Field(TEXT), "uuid": maybe(TEXT), "request_id": maybe(TEXT),
    },
}  # fmt: skip


class Malformed(ValueError):
    """A message that the table does not know; the text says what is wrong with it."""


def to_line(message: Mapping[str, Any]) -> bytes:
    """Return a message as a line with its end. It is ASCII; bytes that are no text stand in it as lone surrogates."""
    return json_text.dumps(message).encode() + b"\n"


def read(line: bytes | str, senders: Iterable[Sender]) -> dict[str, Any]:
    """Return the message in a line that one of these senders may send. Raise Malformed."""
    if len(line) > LONGEST:
        raise Malformed(f"a message has at most {LONGEST:,} bytes")
    try:
        message = json_text.loads(line)
    except (ValueError, RecursionError) as error:
        raise Malformed("a message is one JSON object in a line") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Malformed("a message is a JSON object with a type")
    sender = next((one for one in senders if (one, message["type"]) in TABLE), None)
    if sender is None:
        raise Malformed(f"unknown message {message['type'][:40]!r}")
    check(message, TABLE[sender, message["type"]])
    # Bytes of an agent that are no text come from the relay, and go to clients, as halves of characters.
    found: dict[str, Any] = json_text.all_whole(message) if sender == "client" else message
    return found


def check(message: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
    """Raise Malformed if a field is missing or has another type."""
    for name, field in fields.items():
        value = message.get(name)
        if value is None and not field.needed:
            continue
        if value is None:
            raise Malformed(f"{message['type']}: `{name}` is missing")
        if not isinstance(value, field.types) or (isinstance(value, bool) and bool not in field.types):
            raise Malformed(f"{message['type']}: `{name}` must be of type {field.types[0].__name__}")
        if isinstance(value, int) and abs(value) >= LARGEST:
            raise Malformed(f"{message['type']}: `{name}` is too large")
