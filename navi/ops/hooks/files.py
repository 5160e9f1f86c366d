"""The files of the agents' hooks on a host: reads them, and carries out plans that change them (scripts hooks/read and
hooks/write).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, Record, read_records

LARGEST_SETTINGS = 256 * 1024
"""Bytes of a settings file that are read; nobody's is larger."""

Version = tuple[int, int, int]

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
