"""What the terminal's title says: how many sessions need the user. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.listing import asks_person, needs_person
from navi.core.model import HostView
from navi.core.place import distinct


def caption(views: Sequence[HostView]) -> str:
    """Return `navi (4!)`: how many sessions ask the user for something, and how many have failed; no filter counts."""
    needing = [session for view in views for session in view.sessions if needs_person(session)]
    sessions = distinct(needing, {view.name: view.frame for view in views if view.frame})
    people = sum(map(asks_person, sessions))
    errors = sum(session.status.word == "error" for session in sessions)
    words = [f"{people}!"] if people else []
    words += [f"{errors} error{'' if errors == 1 else 's'}"] if errors else []
    return f"navi ({', '.join(words)})" if words else "navi"
