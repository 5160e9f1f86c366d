"""The sessions that a host has lost, from the notes that it made of them while they lived (script look/notes)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from navi.core.conversations import CONVERSATION_ID
from navi.core.model import HowLost, LostSession, Machine
from navi.core.text import clean, decode
from navi.ops.operation import Record, number

MOST_SESSIONS = 500
"""Lost sessions of a host that are read."""

MOST_NAMES = 300
"""The most variables of an agent that are named."""

KEY = re.compile(
    r"(?P<host>[A-Za-z0-9._:-]+)@(?P<boot>[A-Za-z0-9.,_-]*)/(?P<state>session|left|ended)\.[0-9]+\.[0-9]+", re.ASCII
)
"""The path of a note below the folder of its host's machines."""

OPTIONS = re.compile(r"[A-Za-z0-9_./+@:,=~ -]*", re.ASCII)
"""Words that no shell interprets."""


def read_lost(records: Iterable[Record], here: Machine) -> tuple[LostSession, ...]:
    """Return the sessions that a look reports as lost. Records that no host would write are left out."""
    found = (read_note(record.rest, record.body, here) for record in records if record.kind == "lostsession")
    return tuple(one for one in found if one)


def read_note(key: str, body: bytes, here: Machine) -> LostSession | None:
    """Return the session of a note, or None if it makes no sense. `here` is the machine that keeps it."""
    matched = KEY.fullmatch(key)
    fields = _fields(body)
    if not matched or not fields.get("name"):
        return None
    conversation = fields.get("conversation", "")
    options = fields.get("options", "").strip()
    return LostSession(
        key,
        fields["name"],
        _how_lost(matched["state"], matched["boot"], here),
        fields.get("directory", ""),
        clean(fields.get("agent", ""))[:80],
        conversation if CONVERSATION_ID.fullmatch(conversation) else "",
        fields.get("type", ""),
        fields.get("line", ""),
        options if OPTIONS.fullmatch(options) else "",
        tuple(clean(fields.get("environment", "")).split()[:MOST_NAMES]),
        float(number(fields.get("time", ""))),
        fields.get("socket", ""),
    )


def _how_lost(state: str, boot: str, here: Machine) -> HowLost:
    if state != "session":
        return HowLost.ENDED
    return HowLost.SERVER if boot == here.boot else HowLost.REBOOT


def _fields(body: bytes) -> Mapping[str, str]:
    """Return the fields of a note: a line for each, its name first."""
    lines = (line.partition(" ") for line in decode(body[:16384]).split("\n"))
    return {name: value for name, _, value in lines}
