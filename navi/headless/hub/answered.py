"""Answers of people on their way through the hub: which ones it takes, what it stores, what the audit says. Pure."""

from __future__ import annotations

from typing import Any

from navi.core.text import clean
from navi.headless.harness.base import Asked, GivenAnswer
from navi.headless.refused import Refused

LONGEST_TOOL = 80
"""Characters of the name of a tool in the audit."""


def check_option(asked: Asked | None, answer: GivenAnswer) -> None:
    """Raise Refused if an answer names a choice that was not offered, or one that says the opposite."""
    if asked and answer.option:
        found = next((one for one in asked.options if one.id == answer.option), None)
        if found is None or found.kind.startswith("allow") != answer.allow:
            raise Refused("the agent offers no such choice; nothing was answered")


def answer_in_words(asked: Asked | None, answer: GivenAnswer) -> str:
    """Return what was answered, for the audit: neither what the tool was to do, nor any text."""
    if asked is None:
        return ""
    kind = next((one.kind for one in asked.options if one.id == answer.option), "")
    word = "answered" if answer.answers else "allowed" if answer.allow else "denied"
    more = ", from now on" if kind.endswith("_always") else ", with another input" if answer.input is not None else ""
    return f"{asked.kind} {clean(asked.tool)[:LONGEST_TOOL]}: {word}{more}"


def stored_answer(answer: GivenAnswer) -> dict[str, Any]:
    """Return an answer as the store keeps it."""
    given = {name: value for name, value in answer._asdict().items() if value not in (None, "", False)}
    return given | {"allow": answer.allow}
