"""Plans that install or remove the hooks of chosen agents, and the hooks of agents besides Claude Code and OpenCode.

Gemini CLI and Qwen Code keep hooks in their settings, as Claude Code does. GitHub Copilot CLI reads every file in a
folder, so navi writes one of its own there. Codex has hooks as well, but one process runs them for all its panes, in
the environment of the first pane, so they would report on the wrong session.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from navi.core.text import clean
from navi.ops.hooks.files import OTHER_AGENTS, Change, File, InstalledHooks, Plan
from navi.ops.hooks.install import HooksStatus, claude_hooks_status, hook_text, install, opencode_hooks_status, remove
from navi.ops.hooks.json_text import parse
from navi.ops.hooks.settings import AgentSettings, hook_command, is_hook_command
from navi.ops.operation import OperationError

HOOKED_AGENTS = ("claude", "opencode", *OTHER_AGENTS)
"""The agents that navi has hooks for."""


SETTLES = 1.5
"""Seconds after a change until a running Claude Code no longer writes settings that it read before."""

ROUNDS = 3
"""How many times to repeat a change that a running Claude Code undoes."""

OVERWRITTEN = (
    "a running Claude Code keeps rewriting its settings, and has undone the change {0} times; "
    "try again when it is idle"
)


class AgentHooks(NamedTuple):
    """An agent, the events at which it calls the hook, and the fields of a hook beside its command."""

    title: str
    events: tuple[str, ...]
    fields: Mapping[str, object]


OTHER_HOOKS: Mapping[str, AgentHooks] = {
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
"""The hooks of OTHER_AGENTS. Events have the names that each agent gives them; read_event.awk knows their meanings."""

MATCHERS: Mapping[str, str] = {"Notification": "permission_prompt|elicitation_dialog"}
"""By event of Copilot, the kinds of it that call the hook. All kinds of other events do."""


# ---- plans


def plan_install(found: InstalledHooks, agents: Collection[str] = ()) -> Plan:
    """Plan to install the hooks of these agents, by default of Claude Code and of all agents that seem to be in use.

    Raise OperationError if a file of a named agent, or of Claude Code, can't be used.
    """
    chosen = agents or {"claude", "opencode", *found.present}
    plan = _only_chosen(install(found), chosen) if "claude" in chosen else _without_claude(found, chosen)
    return replace(plan, others={name: _installed(found, name) for name in _usable(found, chosen, agents)})


def plan_remove(found: InstalledHooks, agents: Collection[str] = ()) -> Plan:
    """Plan to remove the hooks of these agents, or of all, and nothing else. Raise OperationError.

    The hook itself stays while another agent calls it.
    """
    chosen = agents or HOOKED_AGENTS
    plan = _only_chosen(remove(found), chosen)
    others = {name: _removed(found, name) for name in _usable(found, chosen, agents)}
    unchosen = [hooks_status(found, name) for name in HOOKED_AGENTS if name not in chosen]
    stays = any(status.state in ("installed", "outdated") for status in unchosen)
    hook = Change(found.hook, found.hook.text) if stays else plan.hook
    return replace(plan, hook=hook, others=others)


def _only_chosen(plan: Plan, agents: Collection[str]) -> Plan:
    """Return the plan with only the changes for these of Claude Code and OpenCode."""
    plugin = plan.plugin if "opencode" in agents else Change(plan.plugin.file, plan.plugin.file.text)
    settings = plan.settings if "claude" in agents else Change(plan.settings.file, plan.settings.file.text)
    return replace(plan, plugin=plugin, settings=settings, copies=plan.copies if "claude" in agents else ())


def _without_claude(found: InstalledHooks, agents: Collection[str]) -> Plan:
    """Plan as `install` does, but leave Claude Code's settings alone, even if they can't be read."""
    settings = File(found.settings.path)
    bare = InstalledHooks(found.sessions_dir, found.hook, found.plugin, settings, opencode="opencode" in agents)
    plan = _only_chosen(install(bare), agents)
    return replace(plan, settings=Change(found.settings, found.settings.text), copies=())


def _usable(found: InstalledHooks, chosen: Collection[str], named: Collection[str]) -> Iterator[str]:
    """Yield the chosen ones of OTHER_AGENTS whose files can be used. Raise OperationError if that of a named one can't.
    """
    for name in OTHER_AGENTS:
        reason = _problem(found, name) if name in chosen else ""
        if reason and name in named:
            raise OperationError(f"{reason}; nothing was changed")
        if name in chosen and not reason:
            yield name


# ---- one agent


def hooks_status(found: InstalledHooks, agent: str) -> HooksStatus:
    """Return the state of an agent's hooks."""
    if agent == "claude":
        return claude_hooks_status(found)
    return opencode_hooks_status(found) if agent == "opencode" else _status_in_settings(found, agent)


def _status_in_settings(found: InstalledHooks, agent: str) -> HooksStatus:
    reason = _problem(found, agent)
    if reason:
        return HooksStatus("unusable", reason)
    called = _called(found, agent)
    if not called:
        return HooksStatus("absent", "" if agent in found.present else f"{OTHER_HOOKS[agent].title} was not found")
    missing = [event for event in OTHER_HOOKS[agent].events if event not in called]
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
    hook = {"type": "command", "command": command, **OTHER_HOOKS[agent].fields}
    settings = AgentSettings(agent, file.path, file.text if file.text and file.text.strip() else "{}\n")
    settings = settings.without(set(settings.called()) - set(OTHER_HOOKS[agent].events))
    for event in OTHER_HOOKS[agent].events:
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
    hooks = {event: [_copilots(event, command)] for event in OTHER_HOOKS["copilot"].events}
    return json.dumps({"version": 1, "hooks": hooks}, indent=2) + "\n"


def _copilots(event: str, command: str) -> dict[str, object]:
    matcher = {"matcher": MATCHERS[event]} if event in MATCHERS else {}
    return {"type": "command", "bash": command, **matcher, **OTHER_HOOKS["copilot"].fields}
