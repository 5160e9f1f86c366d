"""Who did what to a session, in words: the same for `navi explain`, the page of details and every other face. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from navi.core.ages import exact_age
from navi.core.facts import Fact
from navi.core.text import clean

SHOWN = 20
"""Entries that people are shown, the last ones."""


def audit_facts(entries: Sequence[Mapping[str, Any]], now: float) -> list[Fact]:
    """Return entries of the hub's audit as facts, the last one first; `now` is the hub's time (epoch)."""
    facts = [Fact("done by", _text(one, now)) for one in entries[-SHOWN:][::-1]]
    more = len(entries) - len(facts)
    return [*facts, *([Fact("done by", f"... and {more} times before; --json has them")] if more else [])]


def _text(entry: Mapping[str, Any], now: float) -> str:
    who, what, detail, origin = (clean(str(entry.get(name, ""))) for name in ("who", "what", "detail", "origin"))
    done = f"{who or 'somebody'} {what}{f' ({detail})' if detail else ''}"
    at = entry.get("at")
    ago = f", {exact_age(max(0.0, now - at))} ago" if isinstance(at, int | float) else ""
    return f"{done}{ago}{f', from {origin}' if origin else ''}"
