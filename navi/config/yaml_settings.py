"""config.yaml: the settings that are valid, and the problems of the rest."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml

from navi.config.settings import BY_NAME, CHOICES, HarnessCommand, Problem, Rebinding, Restyling, Settings
from navi.config.yaml_agents import read_agents
from navi.config.yaml_file import YamlFile, is_null, items_of, line_of
from navi.core.ages import seconds_of
from navi.core.similar import did_you_mean
from navi.core.terminal_notices import WAYS

NEVER = ("off", "no", "false", "never")
"""Words for "none" in place of an age or a number."""

NO_COMMANDS = (*NEVER, "none", "null", "true", "yes", "on", "y", "n")
"""Words that nobody means as a command line."""

PLAIN_WORD = re.compile(r"[A-Za-z]+[-_ ]?[0-9]*")

MOST_DIGITS = 6


def read_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings of config.yaml, with defaults for invalid ones, and the problems."""
    file, settings = YamlFile(path), Settings()
    if file.root is not None:
        for name, node in file.fields(file.root, "top level", set(Settings._fields)):
            value = READERS.get(name, _value)(file, name, node)
            if value is not None:
                settings = settings._replace(**{name: value})  # type: ignore[arg-type]
    return settings, tuple(file.problems)


def _value(file: YamlFile, name: str, node: yaml.Node) -> object:
    """Return the value of a setting, whose default decides its type; None if it is invalid or empty."""
    default = getattr(Settings(), name)
    if isinstance(default, tuple):
        return tuple(_words(file, name, node))
    if not isinstance(node, yaml.ScalarNode):
        file.complain(node, f"`{name}` must be one value")
        return None
    if isinstance(default, bool):
        return file.boolean(node, "settings", name)
    if name in CHOICES and node.value and node.value not in CHOICES[name]:
        file.complain(node, f"`{name}` must be one of {', '.join(CHOICES[name])}, not `{node.value}`")
        return None
    return node.value or None


def _words(file: YamlFile, name: str, node: yaml.Node) -> Iterator[str]:
    """Yield the values of a setting that takes one value or a list, each once."""
    seen: set[str] = set()
    for one in items_of(node):
        if not isinstance(one, yaml.ScalarNode):
            file.complain(one, f"`{name}` must be one value, or a list of values")
        elif name in CHOICES and one.value and one.value not in CHOICES[name]:
            choices = ", ".join(CHOICES[name])
            file.complain(one, f"`{name}` takes {choices}, one or a list of them, not `{one.value}`")
        elif one.value and not is_null(one) and one.value not in seen:
            seen.add(one.value)
            yield one.value


def _ways(file: YamlFile, name: str, node: yaml.Node) -> tuple[str, ...]:
    """Return the ways of a setting and its command lines, without words that can only be mistakes."""
    return tuple(word for word in _words(file, name, node) if not _is_no_way(file, name, node, word))


def _is_no_way(file: YamlFile, name: str, node: yaml.Node, word: str) -> bool:
    """Report a word that is neither a way nor a command line, such as `true` or `Bell`; return whether it was reported.
    """
    known = ", ".join(WAYS)
    hint = "" if word in WAYS or not PLAIN_WORD.fullmatch(word) else did_you_mean(word.lower(), WAYS)
    if word.lower() not in NO_COMMANDS and not hint:
        return False
    hint = hint or "; leave it out for no notices"
    one = next((item for item in items_of(node) if item.value == word), node)
    file.complain(one, f"`{name}` takes {known} or command lines, not `{word}`{hint}")
    return True


def _age(file: YamlFile, name: str, node: yaml.Node) -> str | None:
    """Return `off` or an age as it is written, None for anything else."""
    text = str(node.value) if isinstance(node, yaml.ScalarNode) else "a list or fields"
    if text in NEVER:
        return "off"
    try:
        if seconds_of(text):
            return text
    except ValueError:
        pass
    file.complain(node, f"`{name}` must be off, or a time such as 90s, 30m, 12h or 7d, not `{text}`")
    return None


def _number(file: YamlFile, name: str, node: yaml.Node) -> int | None:
    """Return a number of 0 or more, also for `off`, which is 0. None for anything else."""
    text = str(node.value) if isinstance(node, yaml.ScalarNode) else "a list or fields"
    if text in NEVER:
        return 0
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    file.complain(node, f"`{name}` must be a number, or 0 for no limit, not `{text}`")
    return None


# ---- settings that map names


def _by_name(file: YamlFile, field: str, node: yaml.Node) -> tuple[Rebinding | Restyling, ...]:
    return tuple(_named(file, field, node))


def _named(file: YamlFile, field: str, node: yaml.Node) -> Iterator[Rebinding | Restyling]:
    """Yield the well-formed entries of a setting of BY_NAME. The dashboard knows which names and values exist."""
    entry, holds, needs = BY_NAME[field]
    if not isinstance(node, yaml.MappingNode):
        file.complain(node, f"`{field}` must hold {holds}")
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        words = items_of(value)
        if name in seen:
            file.complain(key, f"{field}: `{name}` is given a second time; the first one counts")
        elif words and all(isinstance(word, yaml.ScalarNode) and not is_null(word) for word in words):
            seen.add(name)
            yield entry(name, tuple(word.value for word in words), file.path, line_of(key))
        else:
            file.complain(key, f"{field}: `{name}` needs {needs}")


def _harnesses(file: YamlFile, field: str, node: yaml.Node) -> tuple[HarnessCommand, ...]:
    """Return the well-formed command lines. The hub knows which harnesses there are."""
    pairs = file.names(node, field, "fields")
    found = [_harness(file, key, value) for key, value in pairs if file.is_plain(key, field, "a name")]
    return tuple(one for one in found if one)


def _harness(file: YamlFile, key: yaml.Node, node: yaml.Node) -> HarnessCommand | None:
    before, what = len(file.problems), f"harness `{key.value}`"
    nodes = dict(file.fields(node, what, {"command", "program", "options"}))
    words = {field: _command_words(file, what, field, nodes[field]) for field in nodes}
    if {"command", "program"} <= nodes.keys():
        file.complain(nodes["program"], f"{what}: use either `command` or `program`, not both")
    if len(file.problems) > before:
        return None
    command, program, options = (words.get(field, ()) for field in ("command", "program", "options"))
    return HarnessCommand(key.value, command, program, options, file.path, line_of(key))


def _command_words(file: YamlFile, what: str, field: str, node: yaml.Node) -> tuple[str, ...]:
    """Return the words of a command line: a list of them, or one text with blanks and quotes as in a shell."""
    parts = items_of(node)
    if not parts or not all(isinstance(one, yaml.ScalarNode) and one.value for one in parts):
        file.complain(node, f"{what}: `{field}` must be a command line, or a list of its words")
        return ()
    if not all(file.is_plain(one, what, f"`{field}`") for one in parts):
        return ()
    try:
        return tuple(shlex.split(node.value) if node is parts[0] else (str(one.value) for one in parts))
    except ValueError as error:
        file.complain(node, f"{what}: `{field}` has no end of a quote: {error}")
        return ()


READERS: Mapping[str, Callable[[YamlFile, str, yaml.Node], object]] = {
    "agents": read_agents,
    "harnesses": _harnesses,
    "idle_limit": _age,
    "notify": _ways,
    "prompts_a_minute": _number,
    "prompts_waiting": _number,
    **dict.fromkeys(BY_NAME, _by_name),
}
"""The readers of settings that are neither one value nor a list of values; None keeps the default."""
