"""The agents that config.yaml describes, in the setting `agents`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from navi.config.yaml_file import Nodes, YamlFile, items_of
from navi.core.agents import AGENTS, AgentKind, ScreenRule
from navi.core.agents.kind import MOST_LINES
from navi.core.similar import did_you_mean

ON_SCREENS = ("permission", "waiting", "working", "error", "idle")
"""The statuses that a title or a rule for a screen may have."""

TEXTS = ("start", "resume", "skip_permissions")
PATTERNS = ("prompt", "border")
FIELDS = {"commands", "titles", "animated", "screens", *TEXTS, *PATTERNS}


def read_agents(file: YamlFile, field: str, node: yaml.Node) -> tuple[AgentKind, ...]:
    """Return the user's agents, then those that navi knows, so that the user's take precedence."""
    pairs = file.names(node, field, "fields")
    own = [_agent(file, key.value, value) for key, value in pairs if file.is_plain(key, field, "a name")]
    names = {kind.name for kind in own}
    return (*own, *(kind for kind in AGENTS if kind.name not in names))


def _agent(file: YamlFile, name: str, node: yaml.Node) -> AgentKind:
    """Return an agent: for one that navi knows, the fields that are written replace what navi knows."""
    kind = next((kind for kind in AGENTS if kind.name == name), AgentKind(name, (name,)))
    what = f"agent `{name}`"
    for field, value in file.fields(node, what, FIELDS):
        found = _field(file, what, field, value)
        kind = kind if found is None else kind._replace(**{field: found})  # type: ignore[arg-type]
    return kind


def _field(file: YamlFile, what: str, field: str, node: yaml.Node) -> object:
    """Return the value of a field, None if it is invalid."""
    if field == "commands":
        return _commands(file, what, node)
    if field == "titles":
        return _titles(file, what, node)
    if field == "screens":
        return tuple(_screens(file, what, node))
    if field == "animated":
        return file.boolean(node, what, field) if isinstance(node, yaml.ScalarNode) else None
    valid = field in TEXTS or _is_empty(node) or file.is_pattern(node, what, field)
    return file.text(node, what, field) if valid else None


def _commands(file: YamlFile, what: str, node: yaml.Node) -> tuple[str, ...] | None:
    """Return the globs for the agent's programs, None if there are none: no process would match the agent."""
    before = len(file.problems)
    globs = tuple(filter(None, _globs(file, what, "commands", node)))
    if not globs and len(file.problems) == before:
        file.complain(node, f"{what}: `commands` needs at least one pattern; remove the field for the usual ones")
    return globs or None


def _titles(file: YamlFile, what: str, node: yaml.Node) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """Return the globs for titles by status, None if they are not by status."""
    if not isinstance(node, yaml.MappingNode):
        file.complain(node, f"{what}: `titles` must map statuses to patterns, such as `working: '* working'`")
        return None
    return tuple(
        (key.value, _globs(file, what, key.value, globs))
        for key, globs in file.names(node, f"{what}: titles", "patterns")
        if _is_status(file, what, key)
    )


def _is_status(file: YamlFile, what: str, key: yaml.Node) -> bool:
    word = key.value if isinstance(key, yaml.ScalarNode) else "?"
    if word not in ON_SCREENS:
        hint = did_you_mean(word, ON_SCREENS)
        file.complain(key, f"{what}: `titles` has patterns for {', '.join(ON_SCREENS)}, not for `{word}`{hint}")
    return word in ON_SCREENS


def _globs(file: YamlFile, what: str, field: str, node: yaml.Node) -> tuple[str, ...]:
    items = items_of(node)
    if all(isinstance(item, yaml.ScalarNode) for item in items):
        return tuple(item.value for item in items if file.is_plain(item, what, f"`{field}`"))
    file.complain(node, f"{what}: `{field}` must be a pattern or a list of patterns")
    return ()


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value


# ---- rules for screens


def _screens(file: YamlFile, what: str, node: yaml.Node) -> Iterator[ScreenRule]:
    """Yield the valid rules for an agent's screen."""
    if not isinstance(node, yaml.SequenceNode):
        file.complain(node, f"{what}: `screens` must be a list (lines that begin with `- `)")
        return
    for item in node.value:
        before = len(file.problems)
        nodes = dict(file.fields(item, f"{what}: a screen", {"status", "name", "shows"}))
        if nodes or len(file.problems) == before:
            rule = _screen(file, f"{what}: a screen", item, nodes)
        if len(file.problems) == before:
            yield rule


def _screen(file: YamlFile, what: str, node: yaml.Node, nodes: Nodes) -> ScreenRule:
    status = file.text(nodes["status"], what, "status") if "status" in nodes else ""
    if status not in ON_SCREENS:
        words = ", ".join(ON_SCREENS)
        file.complain(nodes.get("status", node), f"{what}: `status` must be one of {words}, not `{status}`")
    name = nodes["name"].value if "name" in nodes and file.is_plain(nodes["name"], what, "`name`") else status
    shows = tuple(_shows(file, what, nodes["shows"])) if "shows" in nodes else ()
    if not shows:
        file.complain(nodes.get("shows", node), f"{what}: `shows` needs a number of lines and a pattern")
    return ScreenRule(status, name, shows)


def _shows(file: YamlFile, what: str, node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Yield the pairs of a rule: of one mapping, or of a list of them, for a number may occur twice."""
    mappings = (one for one in items_of(node) if isinstance(one, yaml.MappingNode))
    for key, value in (pair for one in mappings for pair in one.value):
        lines = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if not (re.fullmatch("[0-9]{1,3}", lines) and int(lines) <= MOST_LINES):
            file.complain(key, f"{what}: `shows` counts lines from 0 to {MOST_LINES}, not `{lines}`")
        elif file.is_pattern(value, what, "shows"):
            yield int(lines), value.value
