"""JSON as all readers understand it: no NaN, no infinite number, and no half of a character in a text. Pure.

Python's own module reads and writes all three, but no browser reads the first two, and no database takes the third.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

LONE = re.compile("[\ud800-\udfff]")
"""Half of a character: the module joins two that belong together."""


def loads(text: str | bytes) -> Any:
    """Return a value; a number that no JSON has, or that is too large, is null. Raise ValueError, RecursionError."""
    return json.loads(text, parse_float=_finite, parse_constant=lambda _: None)


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def dumps(value: Any) -> str:
    """Return a value in one line of ASCII; a number that no JSON has is null."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_all_finite(value), separators=(",", ":"))


def _all_finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_all_finite(one) for one in value]
    return {name: _all_finite(one) for name, one in value.items()} if isinstance(value, dict) else value


def whole(text: str) -> str:
    """Return a text with a sign in place of each half of a character."""
    return text if text.isascii() else LONE.sub("\ufffd", text)


def all_whole(value: Any) -> Any:
    """Return a value of JSON in which all texts are whole."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [all_whole(one) for one in value]
    return {whole(name): all_whole(one) for name, one in value.items()} if isinstance(value, dict) else value
