"""Reading remotes.yaml, config.yaml and templates. YAML is imported only where there is a file to read.

A bad entry never hides a good one: readers return what they understood together with a list of problems, each with
file, line, remote and field.
"""

from collections.abc import Sequence
from pathlib import Path

from navi.config.remote import Remote
from navi.config.settings import Problem, Settings, Template
from navi.core.agents import AgentKind


def read_remotes(path: Path) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Read remotes.yaml: the good entries, and what is wrong with the rest. No file means no remotes."""
    if not path.exists():
        return (), ()
    from navi.config import yaml_reader  # YAML takes longer to import than a verb takes to run

    return yaml_reader.read_remotes(path)


def read_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Read config.yaml: what is understood, defaults for the rest, and what is wrong. No file means defaults."""
    if not path.exists():
        return Settings(), ()
    from navi.config import yaml_reader

    return yaml_reader.read_settings(path)


def read_template(path: Path, kinds: Sequence[AgentKind]) -> tuple[Template | None, tuple[Problem, ...]]:
    """Read a template. One of which anything is wrong is no template: what it would make is not what was meant."""
    from navi.config import yaml_reader

    return yaml_reader.read_template(path, kinds)


def read_templates(folder: Path, kinds: Sequence[AgentKind]) -> tuple[tuple[Template, ...], tuple[Problem, ...]]:
    """Read all templates of a folder: the good ones in the order of their names, and what is wrong with the rest."""
    read = [read_template(path, kinds) for path in sorted(folder.glob("*.yaml"))]
    templates = tuple(template for template, _ in read if template)
    return templates, tuple(problem for _, problems in read for problem in problems)
