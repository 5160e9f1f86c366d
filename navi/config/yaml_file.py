"""Reading a YAML file node by node, because PyYAML's nodes know their lines and its values don't.

A report of a fault names file, line, entry and field. No fault hides a valid entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import yaml

from navi.config.settings import Problem
from navi.core.agents.patterns import why_unusable
from navi.core.similar import did_you_mean

Number = TypeVar("Number", int, float)

MERGE = "tag:yaml.org,2002:merge"
"""The tag of the key `<<`."""

NULL = "tag:yaml.org,2002:null"

Pair = tuple[yaml.Node, yaml.Node]
"""A key of a mapping and its value."""

Nodes = Mapping[str, yaml.Node]
"""The fields of a mapping by name."""


class YamlFile:
    """A file. `root` is its document, None if there is none, and `problems` are the faults found so far.

    In all methods, `what` names the entry of a field or a value, for messages.
    """

    def __init__(self, path: Path) -> None:
        """Read the file, which need not exist. Never raises."""
        self.path = str(path)
        self.problems: list[Problem] = []
        root = self._compose(path)
        self.root = None if root is None or is_null(root) else root

    def _compose(self, path: Path) -> yaml.Node | None:
        try:
            return yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain_at(0, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self._complain_at(0, f"is not UTF-8 (byte {error.start}); save it as UTF-8")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self._complain_at(line, f"is not YAML: {error.problem or error.context}; nothing of this file was read")
        except (yaml.YAMLError, RecursionError) as error:
            self._complain_at(0, f"is not YAML: {str(error).splitlines()[0]}; nothing of this file was read")
        return None

    def complain(self, node: yaml.Node | None, text: str) -> None:
        """Add a problem, with the line of a node, or with none for the file as a whole."""
        self._complain_at(line_of(node) if node else 0, text)

    def _complain_at(self, line: int, text: str) -> None:
        self.problems.append(Problem(self.path, line, text))

    # ---- mappings

    def fields(self, node: yaml.Node, what: str, known: set[str]) -> Iterator[tuple[str, yaml.Node]]:
        """Yield the fields of a mapping. Unknown and repeated fields are reported and skipped."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{what}: expected fields (`name: value`)")
            return
        seen: set[str] = set()
        for key, value in self._with_merged(node, what, []):
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                hint = did_you_mean(name, known) or f"; known are {', '.join(sorted(known))}"
                self.complain(key, f"{what}: unknown field `{name}`{hint}")
            elif name in seen:
                self.complain(key, f"{what}: duplicate `{name}`; the first one counts")
            else:
                seen.add(name)
                yield name, value

    def _with_merged(self, node: yaml.MappingNode, what: str, seen: list[yaml.Node]) -> list[Pair]:
        """Return the fields of a mapping, and then those which it lacks and its merge keys (`<<`) add. A mapping that
        was `seen` before, which may contain itself, adds nothing more.
        """
        seen.append(node)
        pairs = [pair for pair in node.value if pair[0].tag != MERGE]
        for key, value in node.value:
            for one in items_of(value) if key.tag == MERGE else ():
                if not isinstance(one, yaml.MappingNode):
                    self.complain(key, f"{what}: `<<` needs fields, such as `*defaults`, or a list of them")
                elif one not in seen:
                    names = {key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
                    pairs += [pair for pair in self._with_merged(one, what, seen) if pair[0].value not in names]
        return pairs

    def names(self, node: yaml.Node, field: str, values: str) -> Sequence[Pair]:
        """Return the entries of a setting that maps names, which the user chose, to `values`; of two with the same name
        the first one.
        """
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"`{field}` must map names to {values}")
            return ()
        found: dict[str, Pair] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else repr(line_of(key))
            if name in found:
                self.complain(key, f"{field}: `{name}` is given a second time; the first one counts")
            else:
                found[name] = key, value
        return list(found.values())

    # ---- single values

    def boolean(self, node: yaml.ScalarNode, what: str, field: str) -> bool | None:
        """Return the value of a field, None if it is neither true nor false."""
        word = node.value.lower()
        if word in ("true", "yes", "on", "false", "no", "off"):
            return word in ("true", "yes", "on")
        self.complain(node, f"{what}: `{field}` must be true or false, not `{node.value}`")
        return None

    def port(self, node: yaml.Node, what: str, field: str) -> int | None:
        """Return the value of a field, None if it is not a port."""
        return self._number(node, f"{what}: `{field}` must be a port from 1 to 65535", int, 1, 65535)

    def seconds(self, node: yaml.Node, what: str, field: str) -> float | None:
        """Return the value of a field, None if it is not a number of seconds, or an absurd one."""
        return self._number(node, f"{what}: `{field}` must be seconds from 0.1 to 3600", float, 0.1, 3600)

    def _number(
        self, node: yaml.Node, must: str, read: Callable[[str], Number], low: float, high: float
    ) -> Number | None:
        text = node.value if isinstance(node, yaml.ScalarNode) else "a list or fields"
        try:
            value = read(text)
        except ValueError:
            value = read("0")
        if low <= value <= high:
            return value
        self.complain(node, f"{must}, not `{text}`")
        return None

    def text(self, node: yaml.Node, what: str, field: str) -> str:
        """Return the text of a field, which may have several lines; "" for anything else."""
        if isinstance(node, yaml.ScalarNode) and "\0" not in node.value:
            return str(node.value)
        self.complain(node, f"{what}: `{field}` must be a single string")
        return ""

    def is_plain(self, node: yaml.Node, what: str, name: str) -> bool:
        """Return whether a node is a text that can be a field of a line."""
        if not isinstance(node, yaml.ScalarNode):
            self.complain(node, f"{what}: {name} must be one value")
            return False
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in node.value):
            self.complain(node, f"{what}: {name} holds a control character")
            return False
        return True

    def is_pattern(self, node: yaml.Node, what: str, field: str) -> bool:
        """Return whether a node is an extended regular expression that awk understands on every host."""
        if not isinstance(node, yaml.ScalarNode):
            self.complain(node, f"{what}: `{field}` must have a pattern")
            return False
        why = why_unusable(node.value)
        if why:
            self.complain(node, f"{what}: a pattern in `{field}` {why}")
        return not why


def line_of(node: yaml.Node) -> int:
    """Return the line of a node, counted from 1."""
    return node.start_mark.line + 1 if node.start_mark else 0


def is_null(node: yaml.Node) -> bool:
    """Return whether a node is nothing: `null`, `~`, or no value after the colon."""
    return isinstance(node, yaml.ScalarNode) and node.tag == NULL


def items_of(node: yaml.Node) -> Sequence[yaml.Node]:
    """Return the items of a list; anything else is a list of one."""
    return node.value if isinstance(node, yaml.SequenceNode) else [node]
