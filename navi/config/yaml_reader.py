"""Read remotes.yaml, config.yaml and templates node by node, because only YAML nodes know their lines.

Every reader returns what is valid, and the problems, each with file, line, entry and field.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from navi.config.remote import Remote
from navi.config.settings import BY_NAME, CHOICES, HarnessCommand, Problem, Rebinding, Restyling, Settings, Template
from navi.core.address import LOCAL
from navi.core.agents import AGENTS, AgentKind, ScreenRule
from navi.core.agents.kind import MOST_LINES
from navi.core.agents.patterns import why_unusable
from navi.core.launch import PRESETS, VARIABLE, Launch, Step, agent, command, kept


def read_remotes(path: Path) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Return the valid entries of remotes.yaml, and the problems of the rest."""
    reader = _Reader(path)
    remotes: list[Remote] = []
    for entry in reader.entries("remotes"):
        remote = reader.remote(entry, {known.name for known in remotes})
        if remote:
            remotes.append(remote)
    return tuple(remotes), tuple(reader.problems)


def read_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings of config.yaml, defaults in place of invalid ones, and the problems."""
    reader = _Reader(path)
    return reader.settings(), tuple(reader.problems)


def read_template(path: Path, kinds: Sequence[AgentKind]) -> tuple[Template | None, tuple[Problem, ...]]:
    """Return a template, or None if anything is wrong with it, and its problems."""
    reader = _Reader(path)
    template = reader.template(path.stem, {kind.name: kind for kind in kinds})
    return (None if reader.problems else template), tuple(reader.problems)


STEPS = {"wait": "await", "expect": "expect", "send": "send", "keys": "keys"}
"""The steps of a template: the word in the file, and the kind of step."""

MERGE = "tag:yaml.org,2002:merge"
"""The tag of the key `<<`."""

DEFAULTS = "defaults"
"""A field at the top level that only holds what entries merge."""

ON_SCREENS = ("permission", "waiting", "working", "error", "idle")
"""The statuses that a rule for a screen may have."""

PATIENCE = 15.0
"""Default timeout of a step, in seconds."""


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
        """Yield the fields of a mapping. Unknown and repeated fields are reported and skipped."""
        seen: set[str] = set()
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), f"{what}: expected fields (`name: value`)")
            return
        for key, value in self._with_merged(node, what, []):
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                from difflib import get_close_matches  # only here: it takes long to import

                close = get_close_matches(name, known, 1)
                hint = f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"
                self._complain(_line(key), f"{what}: unknown field `{name}`{hint}")
            elif name in seen:
                self._complain(_line(key), f"{what}: duplicate `{name}`; the first one counts")
            else:
                seen.add(name)
                yield name, value

    def _with_merged(
        self, node: yaml.MappingNode, what: str, seen: list[yaml.Node]
    ) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return the fields of a mapping, and then those which its merge keys (`<<`) bring and it lacks. A mapping that
        was `seen` before, which may contain itself, brings nothing more.
        """
        seen.append(node)
        pairs = [pair for pair in node.value if pair[0].tag != MERGE]
        for key, value in node.value:
            if key.tag != MERGE:
                continue
            for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if not isinstance(one, yaml.MappingNode):
                    self._complain(_line(key), f"{what}: `<<` needs fields, such as `*defaults`, or a list of them")
                elif one not in seen:
                    names = {key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
                    pairs += [pair for pair in self._with_merged(one, what, seen) if pair[0].value not in names]
        return pairs

    def entries(self, field: str) -> Iterator[yaml.Node]:
        """Yield the items of the list in one top-level field."""
        if self.root is None or _is_null(self.root):
            return
        for name, node in self._pairs(self.root, "top level", {field, DEFAULTS}):
            if name == DEFAULTS:
                continue
            if isinstance(node, yaml.SequenceNode):
                yield from node.value
            elif not _is_null(node):
                self._complain(_line(node), f"`{field}` must be a list (lines that begin with `- `)")

    # ---- remotes.yaml

    def remote(self, node: yaml.Node, taken: set[str]) -> Remote | None:
        """Return one entry, or None if it is invalid."""
        before = len(self.problems)
        name = _peek(node, "name")
        what = f"remote `{name}`" if name else "a remote without a name"
        known = set(Remote._fields)
        nodes = dict(self._pairs(node, what, known))
        unknown = len(self.problems)
        if unknown > before and not isinstance(node, yaml.MappingNode):
            return None
        values = {field: self._value(what, field, value) for field, value in nodes.items()}
        self._check_remote(what, node, nodes, values, taken)
        if len(self.problems) > unknown:
            return None
        given = {field: value for field, value in values.items() if value not in (None, "")}
        return Remote(str(given.pop("name")), str(given.pop("host")))._replace(**given)  # type: ignore[arg-type]

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

    def _number(self, what: str, field: str, node: yaml.Node, whole: bool) -> float | None:
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
                self._complain(_line(node), f"{what}: missing `{field}`")
        for field in ("name", "host", "user", "jump_host"):
            value = str(values.get(field) or "")
            if value.startswith("-") or any(letter.isspace() for letter in value):
                text = f"{what}: `{field}` may not begin with `-` or hold spaces: `{value}`"
                self._complain(_line(nodes[field]), text)
        name = str(values.get("name") or "")
        if name == LOCAL or "/" in name:
            text = f"{what}: `{LOCAL}` is reserved for this machine, and `/` separates host and session in addresses"
            self._complain(_line(nodes["name"]), text)
        if name in taken:
            self._complain(_line(nodes["name"]), f"{what}: an entry above has the same name; names must be unique")

    # ---- templates

    def template(self, name: str, kinds: Mapping[str, AgentKind]) -> Template | None:
        """Return a template; `problems` says what is wrong with it."""
        if self.root is None or _is_null(self.root):
            self._complain(0, "is empty; write `run: NAME` or `command: LINE`")
            return None
        known = {"run", "command", "directory", "window", "keep", "skip_permissions", "env", "steps"}
        nodes = dict(self._pairs(self.root, "template", known))
        texts = {field: self._text("template", field, nodes[field]) for field in known - {"env", "steps"} & set(nodes)}
        launch = self._launch(nodes, texts, kinds)
        launch = launch._replace(
            window=texts.get("window", launch.window),
            variables=tuple(self._variables(nodes["env"])) if "env" in nodes else (),
            steps=tuple(self._steps(nodes["steps"])) if "steps" in nodes else (),
        )
        keep = "keep" in nodes and self._flag("template", "keep", nodes["keep"])
        return Template(name, kept(launch) if keep else launch, texts.get("directory", ""))

    def _launch(
        self, nodes: Mapping[str, yaml.Node], texts: Mapping[str, str], kinds: Mapping[str, AgentKind]
    ) -> Launch:
        if "command" in texts and "run" in texts:
            self._complain(_line(nodes["run"]), "use either `run` or `command`, not both")
        if "command" in texts:
            return command(texts["command"])
        word = texts.get("run", "shell")
        if word in kinds:
            skip = "skip_permissions" in nodes and self._flag("template", "skip_permissions", nodes["skip_permissions"])
            return agent(kinds[word], bool(skip))
        if word not in PRESETS:
            known = ", ".join((*PRESETS, *kinds))
            self._complain(_line(nodes["run"]), f"`run` must be one of {known}, not `{word}`; `command` runs anything")
        return PRESETS.get(word, Launch())

    def _variables(self, node: yaml.Node) -> Iterator[str]:
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), "`env` must map names to values")
            return
        for key, value in node.value:
            text = self._text("env", str(key.value), value)
            if VARIABLE.fullmatch(f"{key.value}="):
                yield f"{key.value}={text}"
            else:
                self._complain(_line(key), f"`{key.value}` is not a valid variable name")

    def _steps(self, node: yaml.Node) -> Iterator[Step]:
        if not isinstance(node, yaml.SequenceNode):
            self._complain(_line(node), "`steps` must be a list (lines that begin with `- `)")
            return
        for item in node.value:
            fields_of_it = dict(self._pairs(item, "step", {*STEPS, "timeout"}))
            kinds = [kind for kind in STEPS if kind in fields_of_it]
            if len(kinds) != 1:
                self._complain(_line(item), f"a step must have exactly one of {', '.join(STEPS)}")
                continue
            text = self._text("step", kinds[0], fields_of_it[kinds[0]])
            limit = fields_of_it.get("timeout")
            seconds = self._number("step", "timeout", limit, whole=False) if limit else PATIENCE
            yield Step(STEPS[kinds[0]], text, (seconds or 0.0) if kinds[0] in ("wait", "expect") else 0.0)

    def _text(self, what: str, field: str, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and "\0" not in node.value:
            return str(node.value)
        self._complain(_line(node), f"{what}: `{field}` must be a single string")
        return ""

    def _flag(self, what: str, field: str, node: yaml.Node) -> bool:
        return isinstance(node, yaml.ScalarNode) and bool(self._boolean(what, field, node))

    # ---- config.yaml

    def settings(self) -> Settings:
        """Return the settings. An invalid field keeps its default."""
        settings = Settings()
        if self.root is None or _is_null(self.root):
            return settings
        known = set(Settings._fields)
        for name, node in self._pairs(self.root, "top level", known):
            if name == "agents":
                settings = settings._replace(agents=self._agents(node))
            elif name in BY_NAME:
                settings = settings._replace(**{name: tuple(self._by_name(name, node))})  # type: ignore[arg-type]
            elif name == "harnesses":
                settings = settings._replace(harnesses=tuple(self._harnesses(node)))
            elif name == "idle_limit":
                settings = settings._replace(idle_limit=self._age(name, node) or settings.idle_limit)
            elif isinstance(getattr(settings, name), tuple):
                words = tuple(self._words(name, node))
                settings = settings._replace(**{name: words})  # type: ignore[arg-type]
            elif not isinstance(node, yaml.ScalarNode):
                self._complain(_line(node), f"`{name}` must be one value")
            elif isinstance(getattr(settings, name), bool):
                value = self._boolean("settings", name, node)
                settings = settings if value is None else settings._replace(**{name: value})  # type: ignore[arg-type]
            elif not node.value:
                continue
            elif name in CHOICES and node.value not in CHOICES[name]:
                self._complain(_line(node), f"`{name}` must be one of {', '.join(CHOICES[name])}, not `{node.value}`")
            else:
                settings = settings._replace(**{name: node.value})
        return settings

    def _words(self, name: str, node: yaml.Node) -> Iterator[str]:
        """Yield the values of a setting that takes one or a list of them, each once."""
        seen: set[str] = set()
        for one in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(one, yaml.ScalarNode):
                self._complain(_line(one), f"`{name}` must be one value, or a list of values")
            elif name in CHOICES and one.value and one.value not in CHOICES[name]:
                choices = ", ".join(CHOICES[name])
                self._complain(_line(one), f"`{name}` takes {choices}, one or a list of them, not `{one.value}`")
            elif one.value and not _is_null(one) and one.value not in seen:
                seen.add(one.value)
                yield one.value

    def _by_name(self, field: str, node: yaml.Node) -> Iterator[Rebinding | Restyling]:
        """Yield the well-formed entries of a setting of BY_NAME. Which names and values exist, the dashboard knows."""
        entry, holds, needs = BY_NAME[field]
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), f"`{field}` must hold {holds}")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            words = value.value if isinstance(value, yaml.SequenceNode) else [value]
            if name in seen:
                self._complain(_line(key), f"{field}: `{name}` is given a second time; the first one counts")
            elif words and all(isinstance(word, yaml.ScalarNode) and not _is_null(word) for word in words):
                seen.add(name)
                yield entry(name, tuple(word.value for word in words), self.file, _line(key))
            else:
                self._complain(_line(key), f"{field}: `{name}` needs {needs}")

    def _age(self, name: str, node: yaml.Node) -> str:
        """Return `off` or an age as it is written, "" for anything else."""
        text = node.value if isinstance(node, yaml.ScalarNode) else "a list or fields"
        if text in ("off", "no", "false", "never"):
            return "off"
        if re.fullmatch("[1-9][0-9]{0,8}[smhd]", str(text)):
            return str(text)
        self._complain(_line(node), f"`{name}` must be off, or a time such as 90s, 30m, 12h or 7d, not `{text}`")
        return ""

    def _harnesses(self, node: yaml.Node) -> Iterator[HarnessCommand]:
        """Yield the command lines that are well-formed. Which harnesses there are, the hub knows."""
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), "`harnesses` must map names to fields")
            return
        for key, value in node.value:
            if not self._is_plain("harnesses", "a name", key):
                continue
            before, what = len(self.problems), f"harness `{key.value}`"
            nodes = dict(self._pairs(value, what, {"command", "program", "options"}))
            words = {field: self._command_words(what, field, nodes[field]) for field in nodes}
            if {"command", "program"} <= nodes.keys():
                self._complain(_line(nodes["program"]), f"{what}: use either `command` or `program`, not both")
            if len(self.problems) == before:
                command, program, options = (words.get(field, ()) for field in ("command", "program", "options"))
                yield HarnessCommand(key.value, command, program, options, self.file, _line(key))

    def _command_words(self, what: str, field: str, node: yaml.Node) -> tuple[str, ...]:
        """Return the words of a command line: a list of them, or one text with blanks and quotes as in a shell."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not parts or not all(isinstance(one, yaml.ScalarNode) and one.value for one in parts):
            self._complain(_line(node), f"{what}: `{field}` must be a command line, or a list of its words")
            return ()
        if not all(self._is_plain(what, f"`{field}`", one) for one in parts):
            return ()
        try:
            return tuple(shlex.split(node.value) if node is parts[0] else (str(one.value) for one in parts))
        except ValueError as error:
            self._complain(_line(node), f"{what}: `{field}` has no end of a quote: {error}")
            return ()

    def _agents(self, node: yaml.Node) -> tuple[AgentKind, ...]:
        """Return the user's agents, then those that navi knows, so that the user's win."""
        if not isinstance(node, yaml.MappingNode):
            self._complain(_line(node), "`agents` must map names to fields")
            return AGENTS
        own = [self._agent(key.value, value) for key, value in node.value if self._is_plain("agents", "a name", key)]
        names = {kind.name for kind in own}
        return (*own, *(kind for kind in AGENTS if kind.name not in names))

    def _agent(self, name: str, node: yaml.Node) -> AgentKind:
        base = next((kind for kind in AGENTS if kind.name == name), AgentKind(name, (name,)))
        what = f"agent `{name}`"
        texts, patterns = ("start", "resume", "skip_permissions"), ("prompt", "border")
        known = {"commands", "titles", "animated", "screens", *texts, *patterns}
        for field, value in self._pairs(node, what, known):
            if field == "commands":
                base = base._replace(commands=self._globs(what, field, value))
            elif field == "titles":
                pairs = value.value if isinstance(value, yaml.MappingNode) else []
                titles = tuple((key.value, self._globs(what, key.value, globs)) for key, globs in pairs)
                base = base._replace(titles=titles)
            elif field == "screens":
                base = base._replace(screens=tuple(self._screens(what, value)))
            elif field == "animated":
                animated = self._boolean(what, field, value) if isinstance(value, yaml.ScalarNode) else None
                base = base if animated is None else base._replace(animated=animated)
            elif field in texts or _is_empty(value) or self._is_pattern(what, field, value):
                base = base._replace(**{field: self._text(what, field, value)})  # type: ignore[arg-type]
        return base

    def _screens(self, what: str, node: yaml.Node) -> Iterator[ScreenRule]:
        """Yield the valid rules for an agent's screen."""
        if not isinstance(node, yaml.SequenceNode):
            self._complain(_line(node), f"{what}: `screens` must be a list (lines that begin with `- `)")
            return
        for item in node.value:
            before = len(self.problems)
            nodes = dict(self._pairs(item, f"{what}: a screen", {"status", "name", "shows"}))
            if nodes or len(self.problems) == before:
                rule = self._screen(f"{what}: a screen", item, nodes)
            if len(self.problems) == before:
                yield rule

    def _screen(self, what: str, node: yaml.Node, nodes: Mapping[str, yaml.Node]) -> ScreenRule:
        status = self._text(what, "status", nodes["status"]) if "status" in nodes else ""
        if status not in ON_SCREENS:
            words = ", ".join(ON_SCREENS)
            self._complain(_line(nodes.get("status", node)), f"{what}: `status` must be one of {words}, not `{status}`")
        name = nodes["name"].value if "name" in nodes and self._is_plain(what, "`name`", nodes["name"]) else status
        shows = tuple(self._shows(what, nodes.get("shows", node))) if "shows" in nodes else ()
        if not shows:
            self._complain(_line(nodes.get("shows", node)), f"{what}: `shows` needs a number of lines and a pattern")
        return ScreenRule(status, name, shows)

    def _shows(self, what: str, node: yaml.Node) -> Iterator[tuple[int, str]]:
        """Yield the pairs of a rule: of one mapping, or of a list of them, for a number may occur twice."""
        mappings = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for key, value in (pair for one in mappings if isinstance(one, yaml.MappingNode) for pair in one.value):
            lines = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if not (re.fullmatch("[0-9]{1,3}", lines) and int(lines) <= MOST_LINES):
                self._complain(_line(key), f"{what}: `shows` counts lines from 0 to {MOST_LINES}, not `{lines}`")
            elif self._is_pattern(what, "shows", value):
                yield int(lines), value.value

    def _is_pattern(self, what: str, field: str, node: yaml.Node) -> bool:
        if not isinstance(node, yaml.ScalarNode):
            self._complain(_line(node), f"{what}: `{field}` must have a pattern")
            return False
        why = why_unusable(node.value)
        if why:
            self._complain(_line(node), f"{what}: a pattern in `{field}` {why}")
        return not why

    def _is_plain(self, what: str, name: str, node: yaml.Node) -> bool:
        """Whether a node is a text that can be a field of a line."""
        if not isinstance(node, yaml.ScalarNode):
            self._complain(_line(node), f"{what}: {name} must be one value")
            return False
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in node.value):
            self._complain(_line(node), f"{what}: {name} holds a control character")
            return False
        return True

    def _globs(self, what: str, field: str, node: yaml.Node) -> tuple[str, ...]:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if all(isinstance(item, yaml.ScalarNode) for item in items):
            return tuple(item.value for item in items if self._is_plain(what, f"`{field}`", item))
        self._complain(_line(node), f"{what}: `{field}` must be a pattern or a list of patterns")
        return ()


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value


def _peek(node: yaml.Node, field: str) -> str:
    """Return a field of an entry that has not been validated yet."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    found = [value.value for key, value in pairs if key.value == field and isinstance(value, yaml.ScalarNode)]
    return str(found[0]) if found else ""
