"""Extended regular expressions that mean the same to every awk: hosts have mawk, gawk, busybox and others."""

import re

LONGEST_PATTERN = 500
"""Characters of a pattern."""

_UNIT = re.compile(r"\\[.*+?()|^$\[\\]|(\[\^?(?:\[:[a-z]+:\]|[^\]])+\])")
"""An escape, or a set of characters."""


def why_unusable(pattern: str) -> str:
    """Say why an awk could not use a pattern, or would understand it differently; "" for a good pattern.

    Hosts match bytes (LC_ALL=C), so a set of characters in brackets has to be ASCII.
    """
    if not pattern or len(pattern) > LONGEST_PATTERN:
        return f"needs 1 to {LONGEST_PATTERN} characters"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in pattern):
        return "has a control character"
    for unit in _UNIT.finditer(pattern):
        if unit[1] and (why := _why_wrong_set(unit[1])):
            return why
    return _why_malformed(_UNIT.sub("x", pattern))


def _why_wrong_set(bracket: str) -> str:
    if bracket == "[^]":
        return "has [^] without a character; write \\^"
    if not bracket.isascii():
        return f"has {bracket}, which is not ASCII; use (a|b)"
    inner = re.sub(r"\[:[a-z]+:\]", "", bracket[1:-1].removeprefix("^"))
    if "[" in inner or "\\" in inner or re.search("[a-z]-[^a-z]|[0-9]-[^0-9]|[A-Z]-[^A-Z]|[^0-9A-Za-z]-.", inner):
        return f"has {bracket}, which is not the same for every awk"
    return ""


def _why_malformed(rest: str) -> str:
    """Say what is wrong with a pattern in which an x replaces each escape and each set of characters."""
    if escape := re.search(r"\\.?", rest):
        return f"has {escape[0]}, which is not the same for every awk"
    if "[" in rest or "]" in rest:
        return "has a [ without its ], or a ] without its ["
    if "{" in rest or "}" in rest:
        return "has { or }, which is not the same for every awk; write [{] or [}]"
    if re.search(r"[^(|]\^|\$[^)|]", rest):
        return r"has ^ or $ in its middle; write \^ or [$]"
    if re.search(r"(?:^|[*+?(|^])[*+?]|\(\)|\(\||\|\)|\|\||^\||\|$|\$[*+?]", rest):
        return "repeats nothing, or has an empty part"
    try:
        re.compile(rest)
    except re.error as error:
        return f"is not a regular expression: {error.msg}"
    return ""
