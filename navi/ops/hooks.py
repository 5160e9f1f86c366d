"""The agents' hooks: reading, installing and removing them on a host (scripts hooks/read and hooks/write).

Merging is done here, on text, so that the host needs neither Python nor jq. What the user wrote stays as it is.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from functools import cache, partial

from navi.core.text import clean
from navi.ops.json_text import delete, insert, parse, replace
from navi.ops.linker import link, read_file
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, Record, done

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
"""Claude Code's events that say something about a status, each with a version that surely knows it.

Claude Code skips a whole settings file that names an event which it does not know.
"""

UNKNOWN_VERSION: Version = (1, 0, 85)
"""What is taken for the version where it can't be had: events of all versions since."""

TIME_LIMIT = 10
"""Seconds that Claude Code gives the hook. It needs a few hundredths, and two where tmux hangs."""

DEFAULT_DIR = "~/.claude-sessions"

PLUGIN_MARK = "// navi: "

HOOK_HEAD = "#!/bin/sh\n# Coding agents run this at each of their events. See `navi hooks --help`.\n"

UNUSABLE = {
    "odd": "is not a file",
    "unreadable": "can't be read; see its permissions",
    "large": f"is larger than {LARGEST_SETTINGS // 1024} KiB",
    "bytes": "is not UTF-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file on the host: `text` is None where there is none, or where `problem` says why it can't be used."""

    path: str
    text: str | None = None
    problem: str = ""

    def check(self) -> str | None:
        """Return the text. Raises OperationError where the file is there and can't be used."""
        if self.problem:
            raise OperationError(f"{clean(self.path)} {self.problem}; nothing was changed")
        return self.text


@dataclass(frozen=True, slots=True)
class Found:
    """The hooks as they are on a host. `version` is Claude Code's there, None where it can't be had.

    `copies` are those of the settings that navi has made. `running` tells whether a Claude Code runs, and may write its
    settings. `lost` says when and why a hook last lost an event, "" if none did.
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


@dataclass(frozen=True, slots=True)
class Change:
    """A file and the text that it is to have; None removes it. `copied` tells whether the old settings are kept."""

    file: File
    text: str | None
    copied: bool = True

    @property
    def action(self) -> str:
        """Return what the host is to do: keep, write or remove."""
        if self.text == self.file.text:
            return "keep"
        return "remove" if self.text is None else "write"

    def arguments(self) -> tuple[str, ...]:
        """Return what the script needs to know of it."""
        state = "absent" if self.file.text is None else "text"
        action = "edit" if self.action == "write" and not self.copied else self.action
        return (action, state, self.file.text or "", self.text or "")

    def difference(self) -> list[str]:
        """Return the lines of a unified diff."""
        old, new = ((text or "").splitlines() for text in (self.file.text, self.text))
        return list(unified_diff(old, new, self.file.path, self.file.path, lineterm=""))


@dataclass(frozen=True, slots=True)
class Plan:
    """What installing or removing would change, if anything, in the order in which it is done. `copies` are those of
    the settings that go.
    """

    hook: Change
    plugin: Change
    settings: Change
    copies: tuple[File, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return the changes that do something."""
        return tuple(one for one in (self.hook, self.plugin, self.settings) if one.action != "keep")


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an agent's hooks: installed, outdated, absent or unusable; and why they are not installed, or what
    is missing. `left_out` are the events that the agent's version does not know.
    """

    state: str
    reason: str = ""
    left_out: tuple[str, ...] = ()


# ---- operations


def look_at_hooks(sessions_dir: str) -> Operation[Found]:
    """Look at the hook, at Claude Code's settings and at OpenCode's plugin; changes nothing."""
    return Operation(
        "hooks",
        link("hooks/read"),
        (HostSetting.SESSIONS_DIR, str(LARGEST_SETTINGS)),
        partial(_read_found, sessions_dir),
        time_limit=20,
    )


def write_hooks(plan: Plan) -> Operation[str]:
    """Carry out a plan, all of it or nothing; the answer is where the old settings are kept, or "".

    OperationError says what has changed since the look, or what can't be written.
    """
    changes = (plan.hook, plan.plugin, plan.settings)
    words = [word for one in changes for word in one.arguments()]
    words += [word for copy in plan.copies for word in (copy.path, copy.text or "")]
    return Operation(
        "write hooks",
        link("hooks/write"),
        (HostSetting.SESSIONS_DIR, *words),
        _read_written,
        time_limit=20,
    )


def _read_found(sessions_dir: str, answer: Answer) -> Found:
    all_records = done(answer)
    records = {record.kind: record for record in all_records}
    if not {"hook", "plugin", "settings", "whole"} <= records.keys():
        raise OperationError("incomplete reply while reading the hooks; try again")
    version = records["claude"].rest if "claude" in records else ""
    numbers = re.match(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b", version)
    return Found(
        sessions_dir,
        _read_file(records, "hook"),
        _read_file(records, "plugin"),
        _read_file(records, "settings"),
        (int(numbers[1]), int(numbers[2]), int(numbers[3])) if numbers else None,
        "backup" in records,
        "opencode" in records,
        records["lost"].rest if "lost" in records else "",
        tuple(_read_copies(all_records)),
        "running" in records,
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
    return next((record.rest for record in done(answer) if record.kind == "backup"), "")


# ---- what is installed


def hook_text() -> str:
    """Return the hook as one file."""
    return HOOK_HEAD + link("hooks/hook")


@cache
def plugin_text(sessions_dir: str) -> str:
    """Return OpenCode's plugin for this folder of status files."""
    source = read_file("hooks/opencode.js")
    return source.replace(json.dumps(DEFAULT_DIR), json.dumps(sessions_dir or DEFAULT_DIR), 1)


def hook_command(sessions_dir: str) -> str:
    """Return the command line by which Claude Code calls the hook; it says yes even if the hook is gone.

    Else an agent would be held up: sh ends with 2 where it finds no file, which to Claude Code means to stop.
    """
    folder = sessions_dir or DEFAULT_DIR
    if folder.startswith("~/"):
        quoted = f'"$HOME"/{shlex.quote(folder[2:].rstrip("/"))}'
    elif folder.startswith("/"):
        quoted = shlex.quote(folder.rstrip("/"))
    else:
        raise OperationError(f"sessions_dir must begin with / or ~/, and is {clean(folder)}; correct it first")
    variable = "" if folder == DEFAULT_DIR else f"CLAUDE_SESSIONS_DIR={quoted} "
    return f"{variable}sh {quoted}/.navi/hook claude || true"


def events_for(version: Version | None) -> list[str]:
    """Return the events that this version of Claude Code knows, and that say something about a status."""
    return [event for event, since in EVENTS.items() if since <= (version or UNKNOWN_VERSION)]


def install(found: Found) -> Plan:
    """Plan to install the hooks: Claude Code's always, OpenCode's where it is. Raises OperationError."""
    command = hook_command(found.sessions_dir)
    found.hook.check()
    old = found.settings.check()
    text = _cleared(found, "{}\n" if old is None or not old.strip() else old)
    for event in events_for(found.version):
        text = _with_event(found, text, event, command)
    return Plan(Change(found.hook, hook_text()), _plugin(found, found.opencode), Change(found.settings, text))


def remove(found: Found) -> Plan:
    """Plan to take out what `install` has put in, and nothing else. Raises OperationError.

    Settings that held nothing else, and were not there before, go. So do copies that hold nothing which the settings
    don't hold, too.
    """
    found.hook.check()
    old = found.settings.check()
    text = None if old is None else _without(found, old)
    if text != old and text is not None and text.split() == ["{}"] and not found.backup:
        text = None
    copies = tuple(copy for copy in found.copies if _says_the_same(found, copy, text))
    return Plan(Change(found.hook, None), _plugin(found, False), Change(found.settings, text, False), copies)


def _says_the_same(found: Found, copy: File, text: str | None) -> bool:
    """Whether a copy without the hooks has the content of a text, however it is written."""
    try:
        return copy.text is not None and parse(_without(found, copy.text)) == parse(text or "{}")
    except (OperationError, ValueError):
        return False


def _plugin(found: Found, wanted: bool) -> Change:
    """A file of that name that is not navi's stays."""
    text = found.plugin.text
    if found.plugin.problem or (text is not None and not text.startswith(PLUGIN_MARK)):
        return Change(found.plugin, text)
    return Change(found.plugin, plugin_text(found.sessions_dir) if wanted else None)


# ---- Claude Code's settings


def _hooks(found: Found, text: str) -> dict[str, list[object]] | None:
    """Return the hooks that are set. Raises OperationError for settings in which nothing could be put."""
    where = clean(found.settings.path)
    try:
        document = parse(text)
    except ValueError as error:
        raise OperationError(
            f"{where} is no JSON: {clean(str(error))}; correct it first; nothing was changed"
        ) from None
    hooks = document.get("hooks", {}) if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(hooks, dict):
        raise OperationError(
            f"{where} should be an object whose `hooks` are one; correct it first; nothing was changed"
        )
    for event, groups in hooks.items():
        if not isinstance(groups, list):
            raise OperationError(f"{where}: the hooks of {clean(event)} should be a list; nothing was changed")
    return hooks if "hooks" in document else None


def is_hook_command(command: object) -> bool:
    """Whether this is how navi has the hook called, from whatever folder."""
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return False
    if words and words[0].startswith("CLAUDE_SESSIONS_DIR="):
        del words[0]
    return len(words) == 5 and words[0] == "sh" and words[1].endswith("/.navi/hook") and words[2:] == HOOK_WORDS


HOOK_WORDS = ["claude", "||", "true"]


def _ours(groups: list[object]) -> Iterator[tuple[int, int, str]]:
    """Yield where in an event's groups the hook is called: which group, which of its hooks, and the command."""
    for number, group in enumerate(groups):
        hooks = group.get("hooks") if isinstance(group, dict) else None
        for position, hook in enumerate(hooks if isinstance(hooks, list) else []):
            command = hook.get("command") if isinstance(hook, dict) else None
            if isinstance(command, str) and is_hook_command(command):
                yield number, position, command


def _with_event(found: Found, text: str, event: str, command: str) -> str:
    hooks = _hooks(found, text)
    group = {"hooks": [{"type": "command", "command": command, "timeout": TIME_LIMIT}]}
    if hooks is None:
        return insert(text, (), {event: [group]}, "hooks")
    if event not in hooks:
        return insert(text, ("hooks",), [group], event)
    ours = list(_ours(hooks[event]))
    for number, position, written in ours:
        if written != command:
            text = replace(text, ("hooks", event, number, "hooks", position, "command"), command)
    return text if ours else insert(text, ("hooks", event), group)


def _cleared(found: Found, text: str) -> str:
    """Take out the hook of events that the version there does not know: an older one has been put in since."""
    unknown = EVENTS.keys() - events_for(found.version)
    return text if found.version is None else _without(found, text, unknown)


def _without(found: Found, text: str, events: Collection[str] | None = None) -> str:
    """Take out the hook of these events, or of all, from the last to the first: so places stay what they are."""
    for event, groups in reversed((_hooks(found, text) or {}).items()):
        for number, position, _ in reversed(list(_ours(groups)) if events is None or event in events else []):
            text = delete(text, ("hooks", event, number, "hooks", position))
            text = _without_empty(found, text, event, number)
    return text


def _without_empty(found: Found, text: str, event: str, number: int) -> str:
    """Take out the group, the event and the hooks from which the last one has gone."""
    hooks = _hooks(found, text) or {}
    group = hooks[event][number]
    if not isinstance(group, dict) or group["hooks"]:
        return text
    text = delete(text, ("hooks", event, number))
    if len(hooks[event]) == 1:
        text = delete(text, ("hooks", event))
        if len(hooks) == 1:
            text = delete(text, ("hooks",))
    return text


# ---- the state of the hooks


def _events_called(found: Found) -> list[str]:
    hooks = _hooks(found, found.settings.text or "{}") or {}
    return [event for event, groups in hooks.items() if any(_ours(groups))]


def claude_standing(found: Found) -> Standing:
    """Return the state of Claude Code's hooks."""
    try:
        plan = install(found)
        called = _events_called(found)
    except OperationError as error:
        return Standing("unusable", str(error))
    if not called:
        return Standing("absent")
    missing = [event for event in events_for(found.version) if event not in called]
    if missing:
        return Standing("outdated", f"{', '.join(missing)} missing")
    if found.hook.text is None:
        return Standing("outdated", "the hook is missing")
    if plan.hook.action != "keep":
        return Standing("outdated", "the hook is of another version")
    if plan.settings.action != "keep":
        return Standing("outdated", "other events, or another folder")
    left_out = tuple(event for event in EVENTS if event not in events_for(found.version))
    document = parse(found.settings.text or "{}")
    if isinstance(document, dict) and document.get("disableAllHooks") is True:
        return Standing("installed", "but disableAllHooks is set", left_out)
    return Standing("installed", _why_left_out(found.version, left_out), left_out)


def _why_left_out(version: Version | None, events: Sequence[str]) -> str:
    if not events:
        return ""
    why = f"which Claude Code {'.'.join(map(str, version))} may not know" if version else "for its version is unknown"
    return f"without {', '.join(events)}, {why}"


def opencode_standing(found: Found) -> Standing:
    """Return the state of OpenCode's plugin."""
    text = found.plugin.text
    if found.plugin.problem:
        return Standing("unusable", f"{clean(found.plugin.path)} {found.plugin.problem}")
    if text is None:
        return Standing("absent", "" if found.opencode else "OpenCode is not there")
    if not text.startswith(PLUGIN_MARK):
        return Standing("unusable", f"{clean(found.plugin.path)} is not navi's; move it away")
    if text != plugin_text(found.sessions_dir):
        return Standing("outdated", "the plugin is of another version")
    if found.hook.text != hook_text():
        return Standing("outdated", "the hook is missing, or of another version")
    return Standing("installed")
