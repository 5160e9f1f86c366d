"""Keys and their contexts: what a binding is, how keys are written, and which keys are in force. keys.py has the table.

A context is what the user has in front of them: the list, a page, a dialog, a form. Contexts are stacked: a search lies
on the list, each page has a context of its own on that of all pages. The topmost context that binds a key decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from navi.config.settings import Problem, Rebinding
from navi.core.failure import Failure

LIST, PAGE, DIALOG, FORM = "list", "page", "dialog", "form"

SEARCH = "search"
"""Lies on the list while a search is on."""

PROMPT = "prompt"
"""Lies on the list while a search is typed."""

ANSWER = "answer"
"""Lies on a dialog that shows what an agent asks."""

DIRECTORY = "directory"
"""Lies on a form while the cursor is in the field of a directory."""

MESSAGE = "message"
"""Lies on a form whose text may have several lines."""

PICKER = "picker"
"""A list to choose from: the palette of commands, the hosts."""

TICKING = "ticking"
"""Lies on a dialog with rows to tick."""

TYPING = frozenset({PROMPT, FORM, DIRECTORY, MESSAGE, PICKER})
"""Contexts in which characters are typed, so that no character can be a key."""


LAST = ("quit", "palette", "help")
"""The last commands of the footer."""


class Group(NamedTuple):
    """Bindings that stand together in the help, and the contexts in which they hold."""

    title: str
    contexts: tuple[str, ...]


class Binding(NamedTuple):
    """A command of the dashboard: its name in config.yaml, its keys as urwid calls them, and what it does.

    `footer` is its name in the footer, "" if it has none: words of `title`, its name for people, all of which are in
    `help`. `page` is the class of the page that the command opens.
    """

    command: str
    keys: tuple[str, ...]
    help: str
    group: Group
    footer: str = ""
    page: type | None = None
    name: str = ""

    @property
    def title(self) -> str:
        """What people call the command: `name`, or else its name in config.yaml."""
        return self.name or self.command.replace("_", " ")


class Keymap:
    """The keys in force."""

    def __init__(self, table: Sequence[Binding], rebound: Mapping[str, tuple[str, ...]] | None = None) -> None:
        keys = rebound or {}
        self.bindings = tuple(binding._replace(keys=keys.get(binding.command, binding.keys)) for binding in table)
        self._names = {binding.command: shown(binding.keys[0]) for binding in self.bindings}
        self._commands = {
            (context, key): binding.command
            for binding in self.bindings
            for context in binding.group.contexts
            for key in binding.keys
        }
        self._offered: dict[tuple[str, ...], list[tuple[int, Binding]]] = {}

    def command(self, contexts: Sequence[str], key: str) -> str | None:
        """Return what a key does in these contexts, the topmost first, or None."""
        found = (self._commands.get((context, key)) for context in contexts)
        return next((command for command in found if command), None)

    def name(self, command: str) -> str:
        """Return the first key of a command as people write it."""
        return self._names[command]

    def keys(self, command: str) -> tuple[str, ...]:
        """Return all keys of a command as urwid calls them."""
        return next((binding.keys for binding in self.bindings if binding.command == command), ())

    def place(self, command: str, key: str) -> int:
        """Return which of a command's keys a key is, counted from 1; 0 for none."""
        keys = self.keys(command)
        return keys.index(key) + 1 if key in keys else 0

    def remedy(self, failure: Failure) -> str:
        """Return the remedy of a failure, with the key in force where a command of the dashboard helps."""
        return failure.remedy_with_key(self._names["authenticate"])

    def offered(self, contexts: Sequence[str]) -> list[tuple[int, Binding]]:
        """Return the commands that keys run in these contexts, each with the place of its context, in their order.

        A binding has only the keys that mean nothing else in a context above. The result is remembered: every key asks.
        """
        known = self._offered.get(tuple(contexts))
        if known is None:
            known = self._offered[tuple(contexts)] = list(self._offer(contexts))
        return known

    def _offer(self, contexts: Sequence[str]) -> Iterator[tuple[int, Binding]]:
        for binding in self.bindings:
            here = [contexts.index(context) for context in binding.group.contexts if context in contexts]
            keys = tuple(key for key in binding.keys if self.command(contexts, key) == binding.command)
            if here and keys:
                yield min(here), binding._replace(keys=keys)

    def footer(
        self, contexts: Sequence[str], able: Callable[[str], bool] = lambda _: True, order: Sequence[str] = ()
    ) -> list[tuple[str, str]]:
        """Return key and word of the commands that the footer offers in these contexts, those of the topmost first.

        `able` tells which commands can do something now; those of `order` come first.
        """
        found = [
            (LAST.index(binding.command) if binding.command in LAST else -1, context, _rank(binding, order), binding)
            for context, binding in self.offered(contexts)
            if binding.footer and able(binding.command)
        ]
        found.sort(key=lambda one: one[:3])
        return [(shown_keys(binding.keys), binding.footer) for *_, binding in found]

    def doubled(self) -> Iterator[tuple[str, str, Binding, Binding]]:
        """Yield the keys that two commands of one context share: context, key and both commands."""
        owners: dict[tuple[str, str], Binding] = {}
        for binding in self.bindings:
            for context in binding.group.contexts:
                for key in binding.keys:
                    owner = owners.setdefault((context, key), binding)
                    if owner is not binding:
                        yield context, key, owner, binding


def _rank(binding: Binding, order: Sequence[str]) -> int:
    return order.index(binding.command) if binding.command in order else len(order)


# ---- how keys are written

NAMES = {
    "enter": "Enter", "down": "Down", "up": "Up", "left": "Left", "right": "Right", "page down": "PgDn",
    "page up": "PgUp", "home": "Home", "end": "End", "insert": "Insert", "delete": "Delete", "backspace": "Backspace",
    "tab": "Tab", "shift tab": "Shift-Tab", "esc": "Esc", " ": "Space", "ctrl space": "Ctrl-Space",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}  # fmt: skip

ALIASES = {name.lower().replace("-", " "): key for key, name in NAMES.items()} | {
    **{key: key for key in NAMES}, "return": "enter", "escape": "esc", "pageup": "page up", "pagedown": "page down",
}  # fmt: skip

NEVER_ARRIVE = "hijmz"
"""Letters whose Ctrl is, for a terminal, Backspace, Tab or Enter, or suspends."""


JOINERS = "\u200c\u200d"
"""Characters without a width that writing needs: between the letters of some languages, and within one emoji."""


def character(key: str) -> str:
    """Return the character that a key types, "" for none. A pasted tab is one, and spaces of every kind are; what only
    hides or turns other characters is none.
    """
    if len(key) != 1:
        return ""
    is_space = key == "\t" or (key.isspace() and key >= "\u00a0")
    return key if is_space or key.isprintable() or key in JOINERS else ""


def shown(key: str) -> str:
    """Write a key as people and manuals do: `Enter`, `^R`, `Alt-x`, `j`."""
    if key.startswith("ctrl ") and key not in NAMES:
        return "^" + key[5:].upper()
    if key.startswith("meta "):
        return f"Alt-{key[5:]}"
    return NAMES.get(key, key)


def shown_keys(keys: Sequence[str]) -> str:
    """Write a command's keys where there is room for one: the first one, or the first and the last of many digits."""
    digits = len(keys) > 2 and "".join(keys).isdigit()
    return f"{shown(keys[0])}-{shown(keys[-1])}" if digits else shown(keys[0])


def parse_shown(text: str) -> str | None:
    """Return urwid's name of a key as `shown_keys` writes it; of many digits, that of the first."""
    return parse_key(text) or parse_key(text.partition("-")[0])


def parse_key(text: str) -> str | None:
    """Return urwid's name of a key that a person has written (`X`, `f8`, `ctrl r`, `^R`, `C-r`, `PgDn`), or None."""
    if len(text) == 1:
        return text if text.isprintable() else None
    ctrl = re.fullmatch(r"(?:\^|ctrl[ -]|c-)([a-z])", text.lower())
    if ctrl:
        return None if ctrl[1] in NEVER_ARRIVE else f"ctrl {ctrl[1]}"
    meta = re.fullmatch(r"(?i:meta[ -]|alt[ -]|m-)([!-~])", text)
    return f"meta {meta[1]}" if meta else ALIASES.get(text.lower().replace("-", " "))


# ---- config.yaml


def rebind(table: Sequence[Binding], rebindings: Sequence[Rebinding]) -> tuple[Keymap, tuple[Problem, ...]]:
    """Return the table with the user's keys, and what is wrong with them. A wrong entry changes nothing."""
    known = {binding.command: binding for binding in table}
    problems: list[Problem] = []
    good: dict[str, Rebinding] = {}
    for entry in rebindings:
        fault = _fault(entry, known)
        if fault:
            problems.append(Problem(entry.file, entry.line, f"keys: {fault}"))
        else:
            good[entry.command] = entry._replace(keys=tuple(key for text in entry.keys if (key := parse_key(text))))
    while True:
        keymap = Keymap(table, {command: entry.keys for command, entry in good.items()})
        collision = next(_collisions(keymap, good), None)
        if collision is None:
            return keymap, tuple(problems)
        entry, fault = collision
        del good[entry.command]
        problems.append(Problem(entry.file, entry.line, f"keys: {fault}"))


def _fault(entry: Rebinding, known: Mapping[str, Binding]) -> str:
    """Say what is wrong with an entry by itself, "" if nothing is."""
    if entry.command not in known:
        from difflib import get_close_matches  # only here: it takes long to import

        close = get_close_matches(entry.command, known, 1)
        hint = f"did you mean `{close[0]}`?" if close else "KEYS in navi(1) lists the commands"
        return f"unknown command `{entry.command}`; {hint}"
    for text in entry.keys:
        key = parse_key(text)
        if key is None:
            hint = "write a character, or a name such as `enter`, `f8`, `ctrl r`, `page down`"
            return f"unknown key `{text}` for `{entry.command}`; {hint}"
        if len(key) == 1 and TYPING & set(known[entry.command].group.contexts):
            return f"`{text}` can't be a key of `{entry.command}`: characters are typed there; write `f8` or `ctrl r`"
    return ""


def _collisions(keymap: Keymap, entries: Mapping[str, Rebinding]) -> Iterator[tuple[Rebinding, str]]:
    """Yield the entries that give a command the key of another one of the same context; of two, the later one."""
    order = list(entries)
    for context, key, *both in keymap.doubled():
        rebound = sorted((one.command for one in both if one.command in entries), key=order.index)
        command = rebound[-1]
        other = next(one.command for one in both if one.command != command)
        where = f"`{shown(key)}` is the key of `{other}` in the context `{context}`"
        yield entries[command], f"{where}; give `{command}` or `{other}` another key"
