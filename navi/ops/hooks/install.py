"""Plans that install or remove the hooks of Claude Code and OpenCode, and the state of these hooks.

navi merges settings here, as text, so the host needs neither Python nor jq, and keeps what the user wrote unchanged.
plans.py has the hooks of other agents, and the plans for all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from navi.config.remote import SESSIONS_DIR
from navi.core.text import clean
from navi.ops.hooks.files import Change, File, InstalledHooks, Plan, Version
from navi.ops.hooks.json_text import parse
from navi.ops.hooks.settings import AgentSettings, hook_command
from navi.ops.linker import link, read_file
from navi.ops.operation import OperationError

EVENTS: Mapping[str, Version] = {
    "UserPromptSubmit": (1, 0, 54),
    "PostToolUse": (1, 0, 38),
    "PostToolUseFailure": (2, 1, 33),
    "Notification": (1, 0, 38),
    "PermissionRequest": (2, 0, 45),
    "Stop": (1, 0, 38),
    "StopFailure": (2, 1, 78),
    "SessionStart": (1, 0, 62),
    "SessionEnd": (1, 0, 85),
    "TeammateIdle": (2, 1, 33),
    "TaskCompleted": (2, 1, 33),
    "PermissionDenied": (2, 1, 197),
    "Elicitation": (2, 1, 197),
    "ElicitationResult": (2, 1, 197),
}
"""Claude Code's events that say something about a status, each with a version that certainly knows it.

Claude Code ignores a settings file as a whole if it names an event that this version does not know.
"""

UNKNOWN_VERSION: Version = (1, 0, 85)
"""The version to assume if the real one is unknown: later ones know its events, too."""

TIME_LIMIT = 10
"""Seconds that Claude Code gives the hook. It needs a few hundredths, and two if tmux hangs."""

PLUGIN_MARK = "// navi: "

HOOK_HEAD = "#!/bin/sh\n# Coding agents run this at each of their events. See `navi hooks --help`.\n"


@dataclass(frozen=True, slots=True)
class HooksStatus:
    """The state of an agent's hooks (installed, outdated, absent or unusable), and the reason. `left_out` are the
    events that the agent's version does not know.
    """

    state: str
    reason: str = ""
    left_out: tuple[str, ...] = ()


# ---- what is installed


def hook_text() -> str:
    """Return the hook as one file."""
    return HOOK_HEAD + link("hooks/hook")


@cache
def plugin_text(sessions_dir: str) -> str:
    """Return OpenCode's plugin for this folder of status files."""
    source = read_file("hooks/opencode.js")
    return source.replace(json.dumps(SESSIONS_DIR), json.dumps(sessions_dir or SESSIONS_DIR), 1)


def events_for(version: Version | None) -> list[str]:
    """Return the events that this version of Claude Code knows, and that say something about a status."""
    return [event for event, since in EVENTS.items() if since <= (version or UNKNOWN_VERSION)]


def install(found: InstalledHooks) -> Plan:
    """Plan to install Claude Code's hooks, and OpenCode's where it is. Raise OperationError."""
    hook = {"type": "command", "command": hook_command(found.sessions_dir), "timeout": TIME_LIMIT}
    found.hook.check()
    old = found.settings.check()
    settings = _settings(found, "{}\n" if old is None or not old.strip() else old)
    if found.version is not None:  # an older version may have been installed since
        settings = settings.without(EVENTS.keys() - events_for(found.version))
    for event in events_for(found.version):
        settings = settings.with_event(event, hook)
    return Plan(Change(found.hook, hook_text()), _plugin(found, found.opencode), Change(found.settings, settings.text))


def _settings(found: InstalledHooks, text: str) -> AgentSettings:
    return AgentSettings("claude", found.settings.path, text)


def remove(found: InstalledHooks) -> Plan:
    """Plan to remove what `install` has added, and nothing else. Raise OperationError.

    Settings that held nothing else, and were not there before, go. So do copies that hold nothing beyond the settings.
    """
    found.hook.check()
    old = found.settings.check()
    text = None if old is None else _settings(found, old).without().text
    if text != old and text is not None and text.split() == ["{}"] and not found.backup:
        text = None
    copies = tuple(copy for copy in found.copies if _says_the_same(found, copy, text))
    return Plan(Change(found.hook, None), _plugin(found, False), Change(found.settings, text, False), copies)


def _says_the_same(found: InstalledHooks, copy: File, text: str | None) -> bool:
    """Return whether a copy without the hooks has the content of a text, however it is formatted."""
    try:
        return copy.text is not None and parse(_settings(found, copy.text).without().text) == parse(text or "{}")
    except (OperationError, ValueError):
        return False


def _plugin(found: InstalledHooks, wanted: bool) -> Change:
    """Return the change of OpenCode's plugin. A file of that name that navi did not write stays."""
    text = found.plugin.text
    if found.plugin.problem or (text is not None and not text.startswith(PLUGIN_MARK)):
        return Change(found.plugin, text)
    return Change(found.plugin, plugin_text(found.sessions_dir) if wanted else None)


# ---- the state of the hooks


def claude_hooks_status(found: InstalledHooks) -> HooksStatus:
    """Return the state of Claude Code's hooks."""
    try:
        plan = install(found)
        called = _settings(found, found.settings.text or "{}").called()
    except OperationError as error:
        return HooksStatus("unusable", str(error))
    if not called:
        return HooksStatus("absent")
    missing = [event for event in events_for(found.version) if event not in called]
    if missing:
        return HooksStatus("outdated", f"{', '.join(missing)} missing")
    if found.hook.text is None:
        return HooksStatus("outdated", "the hook is missing")
    if plan.hook.action != "keep":
        return HooksStatus("outdated", "the hook is of another version")
    if plan.settings.action != "keep":
        return HooksStatus("outdated", "other events, or another folder")
    left_out = tuple(event for event in EVENTS if event not in events_for(found.version))
    document = parse(found.settings.text or "{}")
    if isinstance(document, dict) and document.get("disableAllHooks") is True:
        return HooksStatus("installed", "but disableAllHooks is set", left_out)
    return HooksStatus("installed", _why_left_out(found.version, left_out), left_out)


def _why_left_out(version: Version | None, events: Sequence[str]) -> str:
    if not events:
        return ""
    known = f"which Claude Code {'.'.join(map(str, version))} may not know" if version else ""
    return f"without {', '.join(events)}, {known or 'because its version is unknown'}"


def opencode_hooks_status(found: InstalledHooks) -> HooksStatus:
    """Return the state of OpenCode's plugin."""
    text = found.plugin.text
    if found.plugin.problem:
        return HooksStatus("unusable", f"{clean(found.plugin.path)} {found.plugin.problem}")
    if text is None:
        return HooksStatus("absent", "" if found.opencode else "OpenCode was not found")
    if not text.startswith(PLUGIN_MARK):
        return HooksStatus("unusable", f"{clean(found.plugin.path)} is not navi's; move it away")
    if text != plugin_text(found.sessions_dir):
        return HooksStatus("outdated", "the plugin is of another version")
    if found.hook.text != hook_text():
        return HooksStatus("outdated", "the hook is missing, or of another version")
    return HooksStatus("installed")
