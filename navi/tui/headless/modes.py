"""The list of permission modes of agents without a terminal, to choose from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from navi.config.person import user_and_machine
from navi.core.headless import HeadlessStatus
from navi.core.model import Session
from navi.tui.palette.picker import Picker, PickerEntry
from navi.tui.screen_protocol import Screen
from navi.tui.style.theme import Glyphs

if TYPE_CHECKING:
    from navi.headless.trio_client import TrioHubClient

MEANINGS = {
    "default": "asks before it changes files or runs commands",
    "acceptEdits": "changes files without asking",
    "plan": "reads, and proposes a plan",
    "auto": "decides by itself what it asks",
    "dontAsk": "asks nothing, and is refused what would have to be asked",
    "bypassPermissions": "asks nothing and may do everything; only if it was started so",
}
"""What the modes of Claude Code mean."""

OTHER_MODES = "their agents have other permission modes; select sessions of one kind"


def choose_mode(
    screen: Screen, glyphs: Glyphs, title: str, sessions: Sequence[Session], chosen: Callable[[str], None]
) -> None:
    """Open the list of the modes that the agents of all these sessions have."""
    kinds = {one.headless.modes for one in sessions if one.headless}
    modes = next(iter(kinds), ())
    if len(kinds) > 1 or not modes:
        screen.show_message(OTHER_MODES if len(kinds) > 1 else "its agent names no permission modes")
        return
    current = {one.headless.mode for one in sessions if one.headless}
    entries = [_entry(mode, mode in current) for mode in modes]
    first = next(iter(current)) if len(current) == 1 else ""
    screen.open(Picker(glyphs, title, lambda: entries, chosen, screen.close, "is the mode from then on", first))


def _entry(mode: str, current: bool) -> PickerEntry:
    cells = (("name", mode), ("good", "now" if current else ""), ("dim", MEANINGS.get(mode, "")))
    return PickerEntry(mode, mode, cells, MEANINGS.get(mode, ""))


async def set_mode(session: Session, mode: str, hub: TrioHubClient) -> str:
    """Ask the hub for another mode; return what is reported."""
    message = {
        "type": "set_mode", "session_id": session.name, "mode": mode, "uuid": str(uuid.uuid4()),
        "by": user_and_machine(),
    }  # fmt: skip
    await hub.tell(message)
    away = session.headless is not None and session.headless.status == HeadlessStatus.DISCONNECTED
    later = ", as soon as its host can be reached" if away else ""
    return f"asked the agent of {session.called} for the permission mode {mode}{later}"
