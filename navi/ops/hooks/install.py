"""The agents' hooks on a host: reading and writing their files (scripts hooks/read and hooks/write), and planning the
changes for Claude Code and OpenCode.

navi merges settings here, as text, so the host needs neither Python nor jq, and keeps what the user wrote unchanged.
plans.py has the hooks of other agents, and the plans for all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from navi.config.remote import SESSIONS_DIR
from navi.core.text import clean
from navi.ops.hooks.json_text import parse
from navi.ops.hooks.settings import AgentSettings, hook_command
from navi.ops.linker import link, read_file
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, Record, read_records

LARGEST_SETTINGS = 256 * 1024
"""Bytes of a settings file that are read; nobody's is larger."""

Version = tuple[int, int, int]

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

OTHER_AGENTS = ("gemini", "qwen", "copilot")
"""The names of further agents with hooks. The scripts know their files by the same names."""

UNUSABLE = {
    "odd": "is not a file",
    "unreadable": "can't be read; see its permissions",
    "large": f"is larger than {LARGEST_SETTINGS // 1024} KiB",
    "bytes": "is not UTF-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file on the host: `text` is None if there is none, or if `problem` says why it can't be used."""

    path: str
    text: str | None = None
    problem: str = ""

    def check(self) -> str | None:
        """Return the text. Raise OperationError if the file exists and can't be used."""
        if self.problem:
            raise OperationError(f"{clean(self.path)} {self.problem}; nothing was changed")
        return self.text


@dataclass(frozen=True, slots=True)
class InstalledHooks:
    """The hooks as they are on a host. `version` is Claude Code's there, None where it can't be had.

    `copies` are the copies of the settings that navi has made. `running` says whether a Claude Code runs, which may
    write its settings. `lost` says when and why a hook last lost an event, "" if none did. `others` has the file of
    each of OTHER_AGENTS. `present` names those that seem to be used there, `backups` those of which navi has kept the
    settings.
    """

    sessions_dir: str
    hook: File
    plugin: File
    settings: File
    version: Version | None = None
    backup: bool = False
    opencode: bool = False
    lost: str = ""
    copies: tuple[File, ...] = ()
    running: bool = False
    others: Mapping[str, File] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    backups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A file and its new text; None removes it. `copied` says whether the old settings are kept."""

    file: File
    text: str | None
    copied: bool = True

    @property
    def action(self) -> str:
        """Return what the host must do: keep, write or remove."""
        if self.text == self.file.text:
            return "keep"
        return "remove" if self.text is None else "write"

    def arguments(self, name: str) -> tuple[str, ...]:
        """Return the script's arguments for it: none if it does nothing. `name` is that of its file there."""
        state = "absent" if self.file.text is None else "text"
        action = "edit" if self.action == "write" and not self.copied else self.action
        return () if action == "keep" else (name, action, state, self.file.text or "", self.text or "")

    def difference(self) -> list[str]:
        """Return the lines of a unified diff."""
        from difflib import unified_diff  # only here: it takes long to import, and the dashboard does without it

        old, new = ((text or "").splitlines() for text in (self.file.text, self.text))
        return list(unified_diff(old, new, self.file.path, self.file.path, lineterm=""))


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of an installation or removal, in their order. `copies` are copies of settings to remove."""

    hook: Change
    plugin: Change
    settings: Change
    copies: tuple[File, ...] = ()
    others: Mapping[str, Change] = field(default_factory=dict)

    @property
    def by_name(self) -> Mapping[str, Change]:
        """Return all changes by the names that their files have in the scripts, settings last: they call the hook."""
        return {"hook": self.hook, "plugin": self.plugin, **self.others, "settings": self.settings}

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return the changes that do something."""
        return tuple(one for one in self.by_name.values() if one.action != "keep")


@dataclass(frozen=True, slots=True)
class HooksStatus:
    """The state of an agent's hooks (installed, outdated, absent or unusable), and the reason. `left_out` are the
    events that the agent's version does not know.
    """

    state: str
    reason: str = ""
    left_out: tuple[str, ...] = ()


# ---- operations


def look_at_hooks(sessions_dir: str) -> Operation[InstalledHooks]:
    """Return the operation that looks at the hook and at the files of all agents that call it. It changes nothing."""
    return Operation(
        "hooks",
        link("hooks/read"),
        (HostSetting.SESSIONS_DIR, str(LARGEST_SETTINGS)),
        partial(_read_found, sessions_dir),
        time_limit=20,
        reads=True,
    )


def write_hooks(plan: Plan) -> Operation[str]:
    """Return the operation that carries out a plan, all of it or nothing. The answer names the files in which old
    settings are kept, with commas between them, or is "".

    OperationError says what has changed since the look, or what can't be written.
    """
    words = [word for name, one in plan.by_name.items() for word in one.arguments(name)]
    if plan.copies:
        words += ["copies", *(word for copy in plan.copies for word in (copy.path, copy.text or ""))]
    return Operation(
        "write hooks",
        link("hooks/write"),
        (HostSetting.SESSIONS_DIR, *words),
        _read_written,
        time_limit=20,
    )


def _read_found(sessions_dir: str, answer: Answer) -> InstalledHooks:
    all_records = read_records(answer)
    records = {record.kind: record for record in all_records}
    if not {"hook", "plugin", "settings", "whole", *OTHER_AGENTS} <= records.keys():
        raise OperationError("incomplete reply while reading the hooks; try again")
    version = records["claude"].rest if "claude" in records else ""
    numbers = re.match(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b", version)
    return InstalledHooks(
        sessions_dir,
        _read_file(records, "hook"),
        _read_file(records, "plugin"),
        _read_file(records, "settings"),
        (int(numbers[1]), int(numbers[2]), int(numbers[3])) if numbers else None,
        "backup-settings" in records,
        "has-opencode" in records,
        records["lost"].rest if "lost" in records else "",
        tuple(_read_copies(all_records)),
        "running" in records,
        {name: _read_file(records, name) for name in OTHER_AGENTS},
        frozenset(name for name in OTHER_AGENTS if f"has-{name}" in records),
        frozenset(name for name in OTHER_AGENTS if f"backup-{name}" in records),
    )


def _read_copies(records: Iterable[Record]) -> Iterator[File]:
    pair: dict[str, Record] = {}
    for record in records:
        if record.kind in ("copy-path", "copy"):
            pair[record.kind] = record
        if record.kind == "copy" and len(pair) == 2:
            yield _read_file(pair, "copy")
            pair = {}


def _read_file(records: Mapping[str, Record], word: str) -> File:
    path, state, body = records[f"{word}-path"].rest, records[word].rest, records[word].body
    if state == "absent":
        return File(path)
    if state in UNUSABLE:
        return File(path, problem=UNUSABLE[state])
    try:
        return File(path, body.decode("utf-8"))
    except UnicodeDecodeError:
        return File(path, problem=UNUSABLE["bytes"])


def _read_written(answer: Answer) -> str:
    return ", ".join(record.rest for record in read_records(answer) if record.kind == "backup")


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
