"""What Claude Code proposes to allow for longer, as choices with words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from navi.headless.harness.base import Json, Option, list_in, text_in

NAME = "suggestion-"
"""The beginning of a choice's id; its place in the agent's list follows."""

LONGEST = 300
"""Characters of the words of a choice. What can't be read in full is not offered: it would be allowed unread."""

PLACES: Mapping[str, str] = {
    "session": "until its agent ends",
    "cliArg": "until its agent ends",
    "localSettings": "for you in this project",
    "projectSettings": "for everybody in this project",
    "userSettings": "in all your projects",
}
"""Where it is remembered, and so for how long."""


ONCE = (Option("yes", "allow_once", "Yes"), Option("no", "reject_once", "No"))


def offered(suggestions: Sequence[Json]) -> tuple[Option, ...]:
    """Return the choices of a question with suggestions. Those that navi has no words for are left out."""
    words = [_words(one) for one in suggestions]
    more = [
        Option(f"{NAME}{number}", "allow_always", text)
        for number, text in enumerate(words)
        if text and len(text) <= LONGEST
    ]
    return (*ONCE, *more) if more else ()


def suggested(suggestions: Sequence[Json], option: str) -> Json | None:
    """Return the suggestion of a choice that was offered, as the agent wrote it; None if it is another choice."""
    return suggestions[int(option.removeprefix(NAME))] if option.startswith(NAME) else None


def _words(suggestion: Json) -> str:
    """Return what a suggestion allows, and for how long; "" for one of another kind."""
    what = _what(suggestion)
    place = PLACES.get(text_in(suggestion, "destination"))
    return f"Yes, and {what} {place}" if what and place else ""


def _what(suggestion: Json) -> str:
    kind = text_in(suggestion, "type")
    if kind == "addRules" and text_in(suggestion, "behavior") == "allow":
        rules = [_rule(one) for one in list_in(suggestion, "rules")]
        return f"always allow {', '.join(rules)}" if rules and all(rules) else ""
    if kind == "addDirectories":
        folders = [one for one in list_in(suggestion, "directories") if isinstance(one, str)]
        return f"allow access to {', '.join(folders)}" if folders else ""
    mode = text_in(suggestion, "mode")
    return f"change the permission mode to {mode}" if kind == "setMode" and mode else ""


def _rule(rule: object) -> str:
    tool, content = text_in(rule, "toolName"), text_in(rule, "ruleContent")
    return f"{tool}({content})" if tool and content else tool
