"""Configuration: where files are, what stands in remotes.yaml, config.yaml and templates, and what is wrong with it.

A bad entry never hides a good one: readers return what they understood together with a list of problems, each with
file, line, remote and field.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from navi.config import paths
from navi.config.paths import KNOWN_REMOTES, REMOTES, SETTINGS
from navi.config.remote import SESSIONS_DIR, Remote
from navi.core.agents import AGENTS, AgentKind
from navi.core.launch import Launch


class Places:
    """Where navi's files are, as paths."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    @property
    def home(self) -> Path:
        """The user's home."""
        return Path(paths.home(self.environment))

    @property
    def config(self) -> Path:
        """Where remotes.yaml and config.yaml are read."""
        return Path(paths.config_file(self.environment, ""))

    @property
    def state(self) -> Path:
        """Where the log is written."""
        return Path(paths.state_file(self.environment, ""))

    @property
    def known_remotes(self) -> Path:
        """The file that says what stands in remotes.yaml."""
        return Path(paths.cache_file(self.environment, KNOWN_REMOTES))

    @property
    def remotes(self) -> Path:
        """The file that names the remotes."""
        return self.config / REMOTES

    @property
    def settings(self) -> Path:
        """The file with everything else."""
        return self.config / SETTINGS

    @property
    def templates(self) -> Path:
        """The folder of templates, NAME.yaml each."""
        return self.config / "templates"


class Problem(NamedTuple):
    """Something wrong in a configuration file, for people. `line` counts from 1; 0 where no line is to blame."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class Settings(NamedTuple):
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


class Template(NamedTuple):
    """What a file of templates/ makes: what runs, and in which directory ("" for the home)."""

    name: str
    launch: Launch
    directory: str = ""


CHOICES = {
    "colors": ("auto", "mono", "16", "256", "true"),
    "glyphs": ("auto", "unicode", "ascii"),
    "preview": ("off", "on"),
    "layout": ("side", "bottom"),
}


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
