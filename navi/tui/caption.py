"""What the terminal's title says: how many sessions need the user. Pure."""

from __future__ import annotations

from navi.core.text import plural
from navi.tui.tally import Tally


def caption(tally: Tally) -> str:
    """Return `navi (4!)`: how many sessions ask the user for something, and how many have failed; no filter counts."""
    people, errors, _ = tally
    words = [f"{people}!"] if people else []
    words += [plural(errors, "error")] if errors else []
    return f"navi ({', '.join(words)})" if words else "navi"
