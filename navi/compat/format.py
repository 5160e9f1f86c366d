"""How the tools print: JSON on several lines, ages, columns."""

from __future__ import annotations

import time
from collections.abc import Mapping

from navi.cli.output.output import Output
from navi.core.registry import epoch
from navi.core.text import clean, columns


def print_document(output: Output, document: object) -> None:
    """Write one document on standard output, as the tools indent it."""
    output.print_json(document, indent=2)


def time_ago(text: str, environment: Mapping[str, str]) -> str:
    """Say how long ago a time of the registry was: `5m ago`. NOW_EPOCH can replace the present time."""
    then = epoch(text)
    if then is None:
        return "unknown"
    now = environment.get("NOW_EPOCH", "")
    seconds = max(0, int((float(now) if now.isascii() and now.isdigit() else time.time()) - then))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit} ago"
    return f"{seconds}s ago"


def cell(text: str, width: int) -> str:
    """Cut or fill a text to a number of columns of a terminal."""
    taken, used = "", 0
    for letter in clean(text):
        wide = columns(letter)
        if used + wide > width:
            break
        taken, used = taken + letter, used + wide
    return taken + " " * (width - used)
