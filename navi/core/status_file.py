"""Reads status files, which agents' hooks write (`~/.claude-sessions/<session>.json`). Pure.

Their content is not trusted: a hook of another version, another tool or a person may have written it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from navi.core.conversations import process_in, read_conversations, text_in, time_in
from navi.core.model import AgentStatus, Origin, StatusFile
from navi.core.text import clean, decode

LARGEST_FILE = 65536
"""Maximum size of a status file, in bytes."""


def read_status_file(name: str, data: bytes) -> StatusFile:
    """Parse a status file. Never raises: `problem` describes what is wrong, and the valid fields are kept."""
    if len(data) > LARGEST_FILE:
        return StatusFile(name, problem=f"larger than {LARGEST_FILE // 1024} KiB")
    if not data.strip():
        return StatusFile(name, problem="empty")
    try:
        document = _first_document(decode(data))
    except (ValueError, RecursionError) as error:
        return StatusFile(name, problem=f"not JSON: {clean(str(error))[:80]}")
    if not isinstance(document, dict):
        return StatusFile(name, problem=f"expected a JSON object, got {_kind(document)}")
    return _understand(name, document)


def _first_document(text: str) -> object:
    """Return the document of a text, without a byte order mark. Of several objects it is the first, as for hooks."""
    text = text.removeprefix("\ufeff").strip()
    document, end = json.JSONDecoder().raw_decode(text)
    several = isinstance(document, dict) and text[end:].lstrip().startswith("{")
    return document if several else json.loads(text)


def _kind(value: object) -> str:
    names = {type(None): "null", list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")


def _understand(name: str, document: Mapping[str, object]) -> StatusFile:
    team = document.get("team")
    team = team if isinstance(team, dict) else {}
    wrong = [key for key in ("status", "message", "cwd") if not isinstance(document.get(key, ""), str | None)]
    return StatusFile(
        name,
        problem=f"{wrong[0]} is {_kind(document[wrong[0]])}, not a string" if wrong else "",
        status=text_in(document.get("status")),
        message=text_in(document.get("message")),
        cwd=text_in(document.get("cwd")),
        timestamp=time_in(document.get("timestamp")),
        agents=tuple(_agents_of_mapping(document.get("agents"))),
        team=text_in(team.get("name")),
        teammates=tuple(_agents_of_list(team.get("agents"))),
        fields=document,
        origin=_origin(document.get("place")),
        conversations=tuple(read_conversations(document.get("conversations"))),
    )


def _origin(value: object) -> Origin | None:
    if not isinstance(value, dict):
        return None
    keys = ("host", "boot", "socket", "session", "pane")
    host, boot, socket, session, pane = (text_in(value.get(key)) for key in keys)
    return Origin(host, boot, socket, process_in(value.get("server")), session, pane) if host else None


def _agents_of_mapping(value: object) -> Iterable[AgentStatus]:
    if isinstance(value, dict):
        for key, entry in sorted(value.items())[:64]:
            if isinstance(entry, dict):
                yield _agent(key, entry)


def _agents_of_list(value: object) -> Iterable[AgentStatus]:
    if isinstance(value, list):
        for entry in value[:64]:
            if isinstance(entry, dict):
                yield _agent(entry.get("name"), entry)


def _agent(name: object, entry: Mapping[str, object]) -> AgentStatus:
    return AgentStatus(text_in(name), text_in(entry.get("status")), time_in(entry.get("timestamp")))
