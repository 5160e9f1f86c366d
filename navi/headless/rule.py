"""What a stored session is to everybody who shows it: type, status and badge. Every face asks here."""

from __future__ import annotations

from typing import NamedTuple

from navi.core.headless import HeadlessStatus, StoredStatus


class RowFacts(NamedTuple):
    """What the store has of a session, as far as it decides what the session is. `remote` says that it runs without a
    terminal, not where it runs.
    """

    remote: bool
    interactive: bool
    status: str
    generation: int = 1


class Live(NamedTuple):
    """What a relay says of a session now."""

    status: str
    generation: int = 1


class Shown(NamedTuple):
    """What a session is shown as. `badge` is "" for none."""

    type: str
    status: str
    badge: str


def shown(row: RowFacts, live: Live | None = None) -> Shown:
    """Return what a session is shown as; `live` is None if no relay reaches it. A record of another generation does not
    count.
    """
    if not row.remote:
        return Shown("archived", row.status, "Interactive" if row.interactive else "")
    if live and live.generation == row.generation:
        return Shown("spawned", live.status, "Remote")
    return Shown("spawned", HeadlessStatus.DISCONNECTED if row.status == StoredStatus.LIVE else row.status, "Remote")
