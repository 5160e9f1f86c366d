"""Reading remotes.yaml, config.yaml and templates. This imports YAML only if there is a file to read.

Every reader returns the valid entries, and the problems of the rest, each with file, line, entry and field.
"""

from collections.abc import Sequence
from pathlib import Path

from navi.config.remote import Remote
from navi.config.settings import Problem, Settings, Template
from navi.core.agents import AgentKind


def read_remotes(path: Path) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Return the valid entries of remotes.yaml, and the problems of the rest. A missing file means no remotes."""
    if not path.exists():
        return (), ()
    from navi.config import yaml_remotes  # importing YAML takes longer than a verb

    return yaml_remotes.read_remotes(path)


def read_settings(path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings of config.yaml, and its problems. Missing or invalid settings have their defaults."""
    if not path.exists():
        return Settings(), ()
    from navi.config import yaml_settings

    return yaml_settings.read_settings(path)


def read_template(path: Path, kinds: Sequence[AgentKind]) -> tuple[Template | None, tuple[Problem, ...]]:
    """Return a template and its problems. A template with any problem is not used: None."""
    from navi.config import yaml_templates

    return yaml_templates.read_template(path, kinds)


def read_templates(folder: Path, kinds: Sequence[AgentKind]) -> tuple[tuple[Template, ...], tuple[Problem, ...]]:
    """Return the valid templates in a folder, sorted by name, and the problems of the rest."""
    read = [read_template(path, kinds) for path in sorted(folder.glob("*.yaml"))]
    templates = tuple(template for template, _ in read if template)
    return templates, tuple(problem for _, problems in read for problem in problems)
