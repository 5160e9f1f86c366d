"""remotes.yaml: the entries that are valid, and the problems of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from navi.config.remote import Remote
from navi.config.settings import Problem
from navi.config.yaml_file import Nodes, YamlFile, is_null
from navi.core.address import LOCAL

DEFAULTS = "defaults"
"""A field at the top level that only holds what entries merge."""


def read_remotes(path: Path) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Return the valid entries of remotes.yaml, and the problems of the rest."""
    file = YamlFile(path)
    remotes: list[Remote] = []
    for entry in _entries(file):
        remote = _remote(file, entry, {known.name for known in remotes})
        if remote:
            remotes.append(remote)
    return tuple(remotes), tuple(file.problems)


def _why_no_hops(jumps: str) -> str:
    """Return why a text is not a list of jump hosts, "" if it is one."""
    if jumps.lower() == "none":
        return ""
    return next(filter(None, map(_why_no_hop, jumps.split(","))), "")


def _why_no_hop(text: str) -> str:
    """Return why a text is not a jump host: [USER@]HOST[:PORT] or ssh://[USER@]HOST[:PORT], IPv6 with a port in [ ]."""
    user, at, rest = text.removeprefix("ssh://").rstrip("/").rpartition("@")
    if text.count("[") or rest.count(":") < 2:
        found = re.fullmatch(r"(\[[^\[\]]+\]|[^\[\]:]+)(?::(.*))?", rest)
        host, port = (found[1], found[2]) if found else ("", None)
    else:
        host, port = rest, None
    if not host or (at and not user):
        return "lacks a host or a user"
    if host.lower() == "none":
        return "can be `none` only alone"
    if host.startswith("-") or user.startswith("-"):
        return "may not begin with `-`"
    is_port = port is None or (port.isascii() and port.isdecimal() and 1 <= int(port[:6]) <= 65535)
    return "" if is_port else f"has the port `{port}`, which is not from 1 to 65535"


def _entries(file: YamlFile) -> Iterator[yaml.Node]:
    if file.root is None:
        return
    for name, node in file.fields(file.root, "top level", {"remotes", DEFAULTS}):
        if name == DEFAULTS or is_null(node):
            continue
        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        else:
            file.complain(node, "`remotes` must be a list (lines that begin with `- `)")


def _remote(file: YamlFile, node: yaml.Node, taken: set[str]) -> Remote | None:
    """Return one entry, or None if it is invalid."""
    name = _name_in(node)
    what = f"remote `{name}`" if name else "a remote without a name"
    nodes = dict(file.fields(node, what, set(Remote._fields)))
    if not isinstance(node, yaml.MappingNode):
        return None
    before = len(file.problems)  # an unknown field does not make the entry invalid
    values = {field: _value(file, value, what, field) for field, value in nodes.items()}
    _check_required(file, node, what, nodes, values)
    _check_names(file, what, nodes, values, taken)
    if len(file.problems) > before:
        return None
    given = {field: value for field, value in values.items() if value not in (None, "")}
    return Remote(str(given.pop("name")), str(given.pop("host")))._replace(**given)  # type: ignore[arg-type]


def _name_in(node: yaml.Node) -> str:
    """Return the name of an entry that has not been validated yet, "" if there is none."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found = [value.value for key, value in pairs if key.value == "name" and isinstance(value, yaml.ScalarNode)]
    return str(found[0]) if found else ""


def _value(file: YamlFile, node: yaml.Node, what: str, field: str) -> str | float | bool | None:
    """Return the value of a field, whose default decides its type."""
    if is_null(node):
        return None
    if not isinstance(node, yaml.ScalarNode):
        file.complain(node, f"{what}: `{field}` must be one value, not a list or fields")
        return None
    kind = type(getattr(Remote("", ""), field))
    if kind is bool:
        return file.boolean(node, what, field)
    if kind is int:
        return file.port(node, what, field)
    if kind is float:
        return file.seconds(node, what, field)
    file.is_plain(node, what, f"`{field}`")
    return str(node.value)


def _check_required(
    file: YamlFile, entry: yaml.Node, what: str, nodes: Nodes, values: Mapping[str, object]
) -> None:
    for field in ("name", "host"):
        node = nodes.get(field, entry)
        if not values.get(field) and (node is entry or isinstance(node, yaml.ScalarNode)):
            file.complain(node, f"{what}: missing `{field}`")


def _check_names(
    file: YamlFile, what: str, nodes: Nodes, values: Mapping[str, object], taken: set[str]
) -> None:
    """Check the values that become words for ssh, and that no other host has the name."""
    for field in ("name", "host", "user", "jump_host"):
        value = str(values.get(field) or "")
        if value.startswith("-") or any(letter.isspace() for letter in value):
            file.complain(nodes[field], f"{what}: `{field}` may not begin with `-` or hold spaces: `{value}`")
    jumps = str(values.get("jump_host") or "")
    why = _why_no_hops(jumps) if jumps and not jumps.startswith("-") else ""
    if why:
        form = "[USER@]HOST[:PORT], several with commas between them, or none"
        file.complain(nodes["jump_host"], f"{what}: `jump_host` {why}: `{jumps}`; write {form}")
    name = str(values.get("name") or "")
    if name == LOCAL or "/" in name:
        text = f"{what}: `{LOCAL}` is reserved for this machine, and `/` separates host and session in addresses"
        file.complain(nodes["name"], text)
    if name in taken:
        file.complain(nodes["name"], f"{what}: an entry above has the same name; names must be unique")
