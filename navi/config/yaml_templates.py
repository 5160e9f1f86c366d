"""A template: what a new session runs, and its first steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from navi.config.settings import Problem, Template
from navi.config.yaml_file import Nodes, YamlFile
from navi.core.agents import AgentKind
from navi.core.launch import PRESETS, VARIABLE, Launch, Step, agent, command, keeping_pane

STEPS = {"wait": "await", "expect": "expect", "send": "send", "keys": "keys"}
"""The steps of a template: the word in the file, and the kind of step."""

PATIENCE = 15.0
"""Default timeout of a step, in seconds."""

OF_SEVERAL = ("env", "steps")
"""The fields that hold more than one value."""

FIELDS = {"run", "command", "directory", "window", "keep", "skip_permissions", *OF_SEVERAL}


def read_template(path: Path, kinds: Sequence[AgentKind]) -> tuple[Template | None, tuple[Problem, ...]]:
    """Return a template, or None if anything is wrong with it, and its problems."""
    file = YamlFile(path)
    if file.root is None:
        if not file.problems:
            file.complain(None, "is empty; write `run: NAME` or `command: LINE`")
        return None, tuple(file.problems)
    template = _template(file, file.root, path.stem, {kind.name: kind for kind in kinds})
    return (None if file.problems else template), tuple(file.problems)


def _template(file: YamlFile, root: yaml.Node, name: str, kinds: Mapping[str, AgentKind]) -> Template:
    nodes = dict(file.fields(root, "template", FIELDS))
    texts = {field: file.text(node, "template", field) for field, node in nodes.items() if field not in OF_SEVERAL}
    launch = _launch(file, nodes, texts, kinds)
    launch = launch._replace(
        window=texts.get("window", launch.window),
        variables=tuple(_variables(file, nodes["env"])) if "env" in nodes else (),
        steps=tuple(_steps(file, nodes["steps"])) if "steps" in nodes else (),
    )
    return Template(name, keeping_pane(launch) if _flag(file, nodes, "keep") else launch, texts.get("directory", ""))


def _launch(file: YamlFile, nodes: Nodes, texts: Mapping[str, str], kinds: Mapping[str, AgentKind]) -> Launch:
    if "command" in texts and "run" in texts:
        file.complain(nodes["run"], "use either `run` or `command`, not both")
    if "command" in texts:
        return command(texts["command"])
    word = texts.get("run", "shell")
    if word in kinds:
        return agent(kinds[word], _flag(file, nodes, "skip_permissions"))
    if word not in PRESETS:
        known = ", ".join((*PRESETS, *kinds))
        file.complain(nodes["run"], f"`run` must be one of {known}, not `{word}`; `command` runs anything")
    return PRESETS.get(word, Launch())


def _variables(file: YamlFile, node: yaml.Node) -> Iterator[str]:
    for key, value in file.names(node, "env", "values"):
        text = file.text(value, "env", str(key.value))
        if VARIABLE.fullmatch(f"{key.value}="):
            yield f"{key.value}={text}"
        else:
            file.complain(key, f"`{key.value}` is not a valid variable name")


def _steps(file: YamlFile, node: yaml.Node) -> Iterator[Step]:
    if not isinstance(node, yaml.SequenceNode):
        file.complain(node, "`steps` must be a list (lines that begin with `- `)")
        return
    for item in node.value:
        nodes = dict(file.fields(item, "step", {*STEPS, "timeout"}))
        words = [word for word in STEPS if word in nodes]
        if len(words) == 1:
            yield _step(file, nodes, words[0])
        else:
            file.complain(item, f"a step must have exactly one of {', '.join(STEPS)}")


def _step(file: YamlFile, nodes: Nodes, word: str) -> Step:
    text = file.text(nodes[word], "step", word)
    seconds = file.seconds(nodes["timeout"], "step", "timeout") if "timeout" in nodes else PATIENCE
    return Step(STEPS[word], text, (seconds or 0.0) if word in ("wait", "expect") else 0.0)


def _flag(file: YamlFile, nodes: Nodes, field: str) -> bool:
    """Return the value of a field that is true or false, and false where it is missing."""
    node = nodes.get(field)
    return isinstance(node, yaml.ScalarNode) and bool(file.boolean(node, "template", field))
