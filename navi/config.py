"""Configuration: where files are, remotes.yaml and config.yaml, and what is wrong with them.

A bad entry never hides a good one: readers return what they understood together with a list of problems, each with
file, line, remote and field.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

import yaml

from navi.model import LOCAL
from navi.status import AgentKind

SESSIONS_DIR = "~/.claude-sessions"
"""Where agents' hooks write status files unless remotes.yaml says otherwise."""


@dataclass(frozen=True)
class Places:
    """The folders of the XDG base directory specification, from an environment."""

    environment: Mapping[str, str]

    def _folder(self, variable: str, default: str) -> Path:
        value = self.environment.get(variable, "")
        base = Path(value) if value.startswith("/") else self.home / default
        return base / "navi"

    @property
    def home(self) -> Path:
        """The user's home."""
        return Path(self.environment.get("HOME") or os.path.expanduser("~"))

    @cached_property
    def config(self) -> Path:
        """Where remotes.yaml and config.yaml are read."""
        return self._folder("XDG_CONFIG_HOME", ".config")

    @cached_property
    def state(self) -> Path:
        """Where the log is written."""
        return self._folder("XDG_STATE_HOME", ".local/state")

    @property
    def remotes(self) -> Path:
        """The file that names the remotes."""
        return self.config / "remotes.yaml"

    @property
    def settings(self) -> Path:
        """The file with everything else."""
        return self.config / "config.yaml"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a configuration file, for people. `line` counts from 1; 0 where no line is to blame."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True)
class Remote:
    """An entry of remotes.yaml. Times are in seconds; an empty text leaves the matter to OpenSSH's configuration."""

    name: str
    host: str
    user: str = ""
    key: str = ""
    sessions_dir: str = SESSIONS_DIR
    jump_host: str = ""
    port: int = 0
    connect_timeout: float = 10.0
    command_timeout: float = 30.0
    cleanup: bool = True
    enabled: bool = True

    @property
    def destination(self) -> str:
        """Where it is, as ssh is told."""
        return f"{self.user}@{self.host}" if self.user else self.host


CLAUDE = AgentKind(
    "claude",
    commands=("claude", "claude-code", "[0-9]*.[0-9]*.[0-9]*"),
    titles=(("working", ("[\u2800-\u28ff]*",)), ("idle", ("\u2733*",))),
    resume="--resume {session_id}",
    skip_permissions="--dangerously-skip-permissions",
)
"""Claude Code: its native build names its process after its version; its title begins with a spinner or a star."""

AGENTS = (
    CLAUDE,
    AgentKind("opencode", ("opencode",)),
    AgentKind("codex", ("codex", "codex-*")),
    AgentKind(
        "gemini",
        ("gemini",),
        titles=(("permission", ("\u270b*",)), ("working", ("\u2726*", "\u23f2*")), ("idle", ("\u25c7*",))),
    ),
    AgentKind("aider", ("aider",), animated=False),
    AgentKind("goose", ("goose",), animated=False),
    AgentKind("amp", ("amp",)),
    AgentKind("copilot", ("copilot",)),
    AgentKind("cursor-agent", ("cursor-agent",)),
)
"""The agents that navi knows without being told."""


@dataclass(frozen=True, slots=True)
class Settings:
    """config.yaml: how the dashboard looks and which agents it knows."""

    colors: str = "auto"
    glyphs: str = "auto"
    mouse: bool = True
    preview: str = "off"
    layout: str = "side"
    show_all: bool = False
    sessions_dir: str = SESSIONS_DIR
    cleanup: bool = True
    notify: str = ""
    agents: tuple[AgentKind, ...] = AGENTS


CHOICES = {
    "colors": ("auto", "mono", "16", "256", "true"),
    "glyphs": ("auto", "unicode", "ascii"),
    "preview": ("off", "on"),
    "layout": ("side", "bottom"),
}


def read_remotes(path: Path) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Read remotes.yaml: the good entries, and what is wrong with the rest. No file means no remotes."""
    reader = _Reader(path)
    remotes: list[Remote] = []
    for entry in reader.entries("remotes"):
        remote = reader.remote(entry, {known.name for known in remotes})
        if remote:
            remotes.append(remote)
    return tuple(remotes), tuple(reader.problems)


def read_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Read config.yaml: what is understood, defaults for the rest, and what is wrong. No file means defaults."""
    reader = _Reader(path)
    return reader.settings(), tuple(reader.problems)


class _Reader:
    """Reads one YAML file node by node, because only nodes know their lines."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.problems: list[Problem] = []
        self.root = self._compose(path)

    def _compose(self, path: Path) -> yaml.Node | None:
        try:
            return yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(0, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            self._complain(0, f"is not UTF-8 (byte {error.start}); save it as UTF-8")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self._complain(line, f"is not YAML: {error.problem or error.context}; nothing of this file was read")
        except (yaml.YAMLError, RecursionError) as error:
            self._complain(0, f"is not YAML: {str(error).splitlines()[0]}; nothing of this file was read")
        return None

    def _complain(self, line: int, text: str) -> None:
        self.problems.append(Problem(self.file, line, text))

    def _pairs(self, node: yaml.Node, what: str, known: set[str]) -> Iterator[tuple[str, yaml.Node]]:
        """The fields of a mapping; unknown and doubled ones are told and left out."""
        seen: set[str] = set()
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), f"{what}: fields were expected (`name: value`)")
            return
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"
                self._complain(_line(key), f"{what}: unknown field `{name}`{hint}")
            elif name in seen:
                self._complain(_line(key), f"{what}: `{name}` stands here a second time; the first one counts")
            else:
                seen.add(name)
                yield name, value

    def entries(self, field: str) -> Iterator[yaml.Node]:
        """The items of the list under one top-level field."""
        if self.root is None or _is_null(self.root):
            return
        for _, node in self._pairs(self.root, "top level", {field}):
            if isinstance(node, yaml.SequenceNode):
                yield from node.value
            elif not _is_null(node):
                self._complain(_line(node), f"`{field}` must be a list (lines that begin with `- `)")

    # ---- remotes.yaml

    def remote(self, node: yaml.Node, taken: set[str]) -> Remote | None:
        """Read one entry; None if it can't be used."""
        before = len(self.problems)
        name = _peek(node, "name")
        what = f"remote `{name}`" if name else "a remote without a name"
        known = {field.name for field in fields(Remote)}
        nodes = dict(self._pairs(node, what, known))
        unknown = len(self.problems)
        if unknown > before and not isinstance(node, yaml.MappingNode):
            return None
        values = {field: self._value(what, field, value) for field, value in nodes.items()}
        self._check_remote(what, node, nodes, values, taken)
        if len(self.problems) > unknown:
            return None
        given = {field: value for field, value in values.items() if value not in (None, "")}
        return replace(Remote(str(given.pop("name")), str(given.pop("host"))), **given)  # type: ignore[arg-type]

    def _value(self, what: str, field: str, node: yaml.Node) -> str | float | bool | None:
        kind = type(getattr(Remote("", ""), field))
        if _is_null(node):
            return None
        if not isinstance(node, yaml.ScalarNode):
            self._complain(_line(node), f"{what}: `{field}` must be one value, not a list or fields")
            return None
        if kind is bool:
            return self._boolean(what, field, node)
        if kind in (int, float):
            return self._number(what, field, node, whole=kind is int)
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in node.value):
            self._complain(_line(node), f"{what}: `{field}` holds a control character")
        return str(node.value)

    def _boolean(self, what: str, field: str, node: yaml.ScalarNode) -> bool | None:
        word = node.value.lower()
        if word in ("true", "yes", "on", "false", "no", "off"):
            return word in ("true", "yes", "on")
        self._complain(_line(node), f"{what}: `{field}` must be true or false, not `{node.value}`")
        return None

    def _number(self, what: str, field: str, node: yaml.ScalarNode, whole: bool) -> float | None:
        try:
            value = int(node.value) if whole else float(node.value)
        except ValueError:
            value = -1
        low, high, unit = (1, 65535, "a port from 1 to 65535") if whole else (0.1, 3600, "seconds from 0.1 to 3600")
        if low <= value <= high:
            return value
        self._complain(_line(node), f"{what}: `{field}` must be {unit}, not `{node.value}`")
        return None

    def _check_remote(
        self,
        what: str,
        entry: yaml.Node,
        nodes: Mapping[str, yaml.Node],
        values: Mapping[str, object],
        taken: set[str],
    ) -> None:
        for field in ("name", "host"):
            node = nodes.get(field, entry)
            if not values.get(field) and (node is entry or isinstance(node, yaml.ScalarNode)):
                self._complain(_line(node), f"{what}: `{field}` is needed and missing")
        for field in ("name", "host", "user", "jump_host"):
            value = str(values.get(field) or "")
            if value.startswith("-") or any(letter.isspace() for letter in value):
                text = f"{what}: `{field}` may not begin with `-` or hold spaces: `{value}`"
                self._complain(_line(nodes[field]), text)
        name = str(values.get("name") or "")
        if name == LOCAL or "/" in name:
            text = f"{what}: `{LOCAL}` is this machine's own name, and `/` stands in addresses"
            self._complain(_line(nodes["name"]), text)
        if name in taken:
            self._complain(_line(nodes["name"]), f"{what}: the name is taken by an entry above; give each its own")

    # ---- config.yaml

    def settings(self) -> Settings:
        """Read config.yaml; a field that can't be used keeps its default."""
        settings = Settings()
        if self.root is None or _is_null(self.root):
            return settings
        known = {field.name for field in fields(Settings)}
        for name, node in self._pairs(self.root, "top level", known):
            if name == "agents":
                settings = replace(settings, agents=self._agents(node))
            elif not isinstance(node, yaml.ScalarNode):
                self._complain(_line(node), f"`{name}` must be one value")
            elif isinstance(getattr(settings, name), bool):
                value = self._boolean("settings", name, node)
                settings = settings if value is None else replace(settings, **{name: value})  # type: ignore[arg-type]
            elif not node.value:
                continue
            elif name in CHOICES and node.value not in CHOICES[name]:
                self._complain(_line(node), f"`{name}` must be one of {', '.join(CHOICES[name])}, not `{node.value}`")
            else:
                settings = replace(settings, **{name: node.value})
        return settings

    def _agents(self, node: yaml.Node) -> tuple[AgentKind, ...]:
        """The user's agents come first, so that they win over those that navi knows."""
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), "`agents` must hold names, each with its fields")
            return AGENTS
        own = [self._agent(key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        names = {kind.name for kind in own}
        return (*own, *(kind for kind in AGENTS if kind.name not in names))

    def _agent(self, name: str, node: yaml.Node) -> AgentKind:
        base = next((kind for kind in AGENTS if kind.name == name), AgentKind(name, (name,)))
        what = f"agent `{name}`"
        texts = {"start", "resume", "skip_permissions"}
        for field, value in self._pairs(node, what, {"commands", "titles", "animated", *texts}):
            if field == "commands":
                base = replace(base, commands=self._globs(what, field, value))
            elif field == "titles":
                pairs = value.value if isinstance(value, yaml.MappingNode) else []
                titles = tuple((key.value, self._globs(what, key.value, globs)) for key, globs in pairs)
                base = replace(base, titles=titles)
            elif field in texts and isinstance(value, yaml.ScalarNode):
                base = replace(base, **{field: value.value})
            elif isinstance(value, yaml.ScalarNode):
                animated = self._boolean(what, field, value)
                base = base if animated is None else replace(base, animated=animated)
        return base

    def _globs(self, what: str, field: str, node: yaml.Node) -> tuple[str, ...]:
        if isinstance(node, yaml.ScalarNode):
            return (node.value,)
        if isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
            return tuple(item.value for item in node.value)
        self._complain(_line(node), f"{what}: `{field}` must be a pattern or a list of patterns")
        return ()


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _peek(node: yaml.Node, field: str) -> str:
    """The text of a field of an entry that is not yet known to be good."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found = [value.value for key, value in pairs if key.value == field and isinstance(value, yaml.ScalarNode)]
    return str(found[0]) if found else ""
