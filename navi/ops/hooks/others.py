"""The table of the hooks of other agents, and plans that install or remove the hooks of chosen agents.

Gemini CLI and Qwen Code have hooks in their settings, as Claude Code has. GitHub Copilot CLI reads every file in a
folder, so navi has one of its own there. Codex has hooks, too, but one process runs them for all its panes, in the
environment of the first: they would report about the wrong session.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from navi.core.text import clean
from navi.ops.hooks.install import (
    OTHERS,
    Change,
    File,
    HooksStatus,
    InstalledHooks,
    Plan,
    claude_standing,
    hook_text,
    install,
    opencode_standing,
    remove,
)
from navi.ops.hooks.json_text import parse
from navi.ops.hooks.settings import AgentSettings, hook_command, is_hook_command
from navi.ops.operation import OperationError

AGENTS = ("claude", "opencode", *OTHERS)
"""The agents that navi has hooks for."""


SETTLES = 1.5
"""Seconds after which a running Claude Code no longer writes settings that it had read before a change."""

ROUNDS = 3
"""How often to repeat a change that a running Claude Code has undone."""

OVERWRITTEN = (
    "a running Claude Code keeps rewriting its settings, and has undone the change {0} times; "
    "try again when it is idle"
)


class AgentHooks(NamedTuple):
    """An agent, the events at which it calls the hook, and the fields of a hook beside its command."""

    title: str
    events: tuple[str, ...]
    fields: Mapping[str, object]


TABLE: Mapping[str, AgentHooks] = {
    # Milliseconds. SessionEnd is left out: what the agent prints about a hook at its end stays in the terminal.
    "gemini": AgentHooks(
        "Gemini CLI", ("BeforeAgent", "AfterTool", "Notification", "AfterAgent"), {"name": "navi", "timeout": 10000}
    ),
    # Its limit was in milliseconds once, and is in seconds now: none means a minute.
    "qwen": AgentHooks(
        "Qwen Code",
        (
            "UserPromptSubmit",
            "PostToolUse",
            "PostToolUseFailure",
            "PermissionRequest",
            "Notification",
            "Stop",
            "StopFailure",
            "SessionEnd",
        ),
        {"name": "navi"},
    ),
    # permissionRequest comes also where nobody is asked; a notification reports each question.
    "copilot": AgentHooks(
        "GitHub Copilot CLI",
        ("UserPromptSubmit", "PostToolUse", "PostToolUseFailure", "Notification", "Stop", "SessionEnd"),
        {"timeoutSec": 10},
    ),
}
"""Events have the names that the agent gives them; read_event.awk knows what they mean."""

MATCHERS: Mapping[str, str] = {"Notification": "permission_prompt|elicitation_dialog"}
"""For an event of Copilot, the kinds of it that matter; of other events, all do."""


# ---- plans


def plan_install(found: InstalledHooks, agents: Collection[str] = ()) -> Plan:
    """Plan to install the hooks of these agents; if none is named, of Claude Code and all that are there.

    Raise OperationError if a file of a named agent, or of Claude Code, can't be used.
    """
    chosen = agents or {"claude", "opencode", *found.present}
    plan = _only_chosen(install(found), chosen) if "claude" in chosen else _without_claude(found, chosen)
    others = {name: _installed(found, name) for name in OTHERS if name in chosen and _is_usable(found, name, agents)}
    return replace(plan, others=others)


def plan_remove(found: InstalledHooks, agents: Collection[str] = ()) -> Plan:
    """Plan to remove the hooks of these agents, or of all, and nothing else. Raise OperationError.

    The hook itself stays while another agent calls it.
    """
    chosen = agents or AGENTS
    plan = _only_chosen(remove(found), chosen)
    others = {name: _removed(found, name) for name in OTHERS if name in chosen and _is_usable(found, name, agents)}
    stays = any(standing(found, name).state in ("installed", "outdated") for name in AGENTS if name not in chosen)
    hook = Change(found.hook, found.hook.text) if stays else plan.hook
    return replace(plan, hook=hook, others=others)


def _only_chosen(plan: Plan, agents: Collection[str]) -> Plan:
    """Return the plan without changes for agents that are not chosen."""
    plugin = plan.plugin if "opencode" in agents else Change(plan.plugin.file, plan.plugin.file.text)
    settings = plan.settings if "claude" in agents else Change(plan.settings.file, plan.settings.file.text)
    return replace(plan, plugin=plugin, settings=settings, copies=plan.copies if "claude" in agents else ())


def _without_claude(found: InstalledHooks, agents: Collection[str]) -> Plan:
    """Plan as `install` does, but leave Claude Code's settings alone, even if they can't be read."""
    settings = File(found.settings.path)
    bare = InstalledHooks(found.sessions_dir, found.hook, found.plugin, settings, opencode="opencode" in agents)
    plan = _only_chosen(install(bare), agents)
    return replace(plan, settings=Change(found.settings, found.settings.text), copies=())


def _is_usable(found: InstalledHooks, name: str, named: Collection[str]) -> bool:
    """Return whether an agent's file can be used. Raise OperationError if not, and the agent was named."""
    reason = _problem(found, name)
    if reason and name in named:
        raise OperationError(f"{reason}; nothing was changed")
    return not reason


# ---- one agent


def standing(found: InstalledHooks, agent: str) -> HooksStatus:
    """Return the state of an agent's hooks."""
    if agent == "claude":
        return claude_standing(found)
    return opencode_standing(found) if agent == "opencode" else _standing(found, agent)


def _standing(found: InstalledHooks, agent: str) -> HooksStatus:
    reason = _problem(found, agent)
    if reason:
        return HooksStatus("unusable", reason)
    called = _called(found, agent)
    if not called:
        return HooksStatus("absent", "" if agent in found.present else f"{TABLE[agent].title} was not found")
    missing = [event for event in TABLE[agent].events if event not in called]
    if missing:
        return HooksStatus("outdated", f"{', '.join(missing)} missing")
    if found.hook.text != hook_text():
        return HooksStatus("outdated", "the hook is missing, or of another version")
    if _installed(found, agent).action != "keep":
        return HooksStatus("outdated", "other events, or another folder")
    return HooksStatus("installed")


def _problem(found: InstalledHooks, agent: str) -> str:
    """Say why an agent's file can't be used; "" if it can."""
    file = found.others.get(agent, File(agent))
    if file.problem:
        return f"{clean(file.path)} {file.problem}"
    try:
        called = _called(found, agent)
    except OperationError as error:
        return str(error).removesuffix("; nothing was changed")
    if agent == "copilot" and file.text and not called:
        return f"{clean(file.path)} is not navi's; move it away"
    return ""


def _called(found: InstalledHooks, agent: str) -> list[str]:
    """Return the events at which an agent calls the hook."""
    text = found.others[agent].text if agent in found.others else None
    if agent != "copilot":
        return AgentSettings(agent, found.others[agent].path, text).called() if text and text.strip() else []
    hooks = _document(text or "").get("hooks")
    return [event for event, entries in hooks.items() if _is_copilots(entries)] if isinstance(hooks, dict) else []


def _document(text: str) -> dict[str, object]:
    try:
        found = parse(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_copilots(entries: object) -> bool:
    commands = [one.get("bash") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return bool(commands) and all(is_hook_command(command, "copilot") for command in commands)


def _installed(found: InstalledHooks, agent: str) -> Change:
    file, command = found.others[agent], hook_command(found.sessions_dir, agent)
    if agent == "copilot":
        return Change(file, copilot_text(command))
    hook = {"type": "command", "command": command, **TABLE[agent].fields}
    settings = AgentSettings(agent, file.path, file.text if file.text and file.text.strip() else "{}\n")
    settings = settings.without(set(settings.called()) - set(TABLE[agent].events))
    for event in TABLE[agent].events:
        settings = settings.with_event(event, hook)
    return Change(file, settings.text)


def _removed(found: InstalledHooks, agent: str) -> Change:
    file = found.others[agent]
    if agent == "copilot" or file.text is None:
        return Change(file, None)
    text = AgentSettings(agent, file.path, file.text).without().text if file.text.strip() else file.text
    made_by_navi = text != file.text and text.split() == ["{}"] and agent not in found.backups
    return Change(file, None if made_by_navi else text)


def copilot_text(command: str) -> str:
    """Return the file that makes GitHub Copilot CLI call a command."""
    hooks = {event: [_copilots(event, command)] for event in TABLE["copilot"].events}
    return json.dumps({"version": 1, "hooks": hooks}, indent=2) + "\n"


def _copilots(event: str, command: str) -> dict[str, object]:
    matcher = {"matcher": MATCHERS[event]} if event in MATCHERS else {}
    return {"type": "command", "bash": command, **matcher, **TABLE["copilot"].fields}
