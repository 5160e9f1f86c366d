"""The output about sessions without a terminal: their addresses, their health, their rows and documents in ls."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from navi.core.address import LOCAL, address_of
from navi.core.ages import age
from navi.core.headless import OVER, Document, HeadlessStatus
from navi.core.text import clean


def address(info: Document) -> str:
    """Return the address of a session."""
    return clean(address_of(info["host"] or LOCAL, info["id"]))


# ---- the state of a session


def health(info: Document) -> str:
    """Return whether the agent runs: healthy, dead or unknown."""
    unknown = info["status"] == HeadlessStatus.DISCONNECTED
    return "dead" if info["status"] in OVER else "unknown" if unknown else "healthy"


def reason(info: Document) -> str:
    """Return the reason of a session's status, and what the user can do about it."""
    why = clean(info["reason"]) or str(info["status"])
    if ends_later(info):
        why += how_to_withdraw(address(info))
    return why + (how_to_begin_anew(address(info)) if info["lost"] else "")


def ends_later(info: Document) -> bool:
    """Return whether the agent of a session will end as soon as its host can be reached."""
    return bool(info["end_asked"]) and info["status"] == HeadlessStatus.DISCONNECTED


def how_to_withdraw(about: str) -> str:
    """Say that an agent ends later, and which verb lets it go on instead."""
    return f"; its agent ends when that can be reached; navi kill --withdraw {about} lets it go on"


def how_to_begin_anew(about: str) -> str:
    """Say what to do if an agent could not continue its conversation."""
    return f"; navi resume --anew {about} begins a new conversation with what is stored of this one"


# ---- the list


class HeadlessRow(NamedTuple):
    """A session in the list: its status, the cells of the table, and the JSON document; unknown values are null."""

    status: str
    cells: tuple[str, str, str, str, str]
    document: Mapping[str, object]


def row_of(info: Document) -> HeadlessRow:
    """Return a session as it is listed."""
    return HeadlessRow(info["status"], _cells(info), _document(info))


def _cells(info: Document) -> tuple[str, str, str, str, str]:
    since = age(time.time() - info["last_activity_at"]) if info["last_activity_at"] else ""
    later = " (ends when its host can be reached)" if ends_later(info) else ""
    return address(info), clean(info["status"]), health(info), since, clean(f"Remote  {info['title']}{later}")


def _document(info: Document) -> dict[str, object]:
    known, why = health(info), reason(info) if info["reason"] or ends_later(info) else None
    return {
        "address": address(info), "host": info["host"] or LOCAL, "remote": info["host"], "name": info["id"],
        "status": info["status"], "status_source": "hub", "status_age_s": None, "message": clean(info["title"]),
        "cwd": info["cwd"] or None, "timestamp": int(info["last_activity_at"]), "agent": info["harness"],
        "health": None if known == "unknown" else known, "health_reason": why,
        "type": "spawned", "socket": None, "target": None, "pid": None, "exit_status": info["exit_code"],
        "exit_signal": None, "created_at": None, "last_active": None, "registered": False, "tags": [],
        "bookmarked": False, "attached": None, "headless": True,
    }  # fmt: skip
