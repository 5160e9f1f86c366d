"""The values of config.yaml and of templates, and problems in configuration files."""

from typing import NamedTuple

from navi.config.remote import SESSIONS_DIR
from navi.core.agents import AGENTS, AgentKind
from navi.core.launch import Launch
from navi.core.statuses import NEEDS_YOU


class Problem(NamedTuple):
    """A problem in a configuration file. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class Rebinding(NamedTuple):
    """An entry of `keys`: the keys for a command, as written, and where that is written."""

    command: str
    keys: tuple[str, ...]
    file: str
    line: int


class Restyling(NamedTuple):
    """An entry of `styles`: the colours and attributes for a style of the dashboard, as written, and where that is
    written.
    """

    style: str
    words: tuple[str, ...]
    file: str
    line: int


class HarnessCommand(NamedTuple):
    """An entry of `harnesses`: the command line of an agent without a terminal, and where that is written. `command`
    replaces all of it, `program` its first word; `options` follow it.
    """

    name: str
    command: tuple[str, ...]
    program: tuple[str, ...]
    options: tuple[str, ...]
    file: str
    line: int


class Settings(NamedTuple):
    """The settings of config.yaml."""

    theme: str = "auto"
    colors: str = "auto"
    styles: tuple[Restyling, ...] = ()
    glyphs: str = "auto"
    mouse: bool = True
    title: bool = True
    preview: str = "auto"
    preview_colors: bool = False
    layout: str = "side"
    density: str = "auto"
    show_all: bool = False
    sessions_dir: str = SESSIONS_DIR
    cleanup: bool = True
    notify: tuple[str, ...] = ()
    notify_on: tuple[str, ...] = NEEDS_YOU
    keys: tuple[Rebinding, ...] = ()
    idle_limit: str = "off"
    prompts_a_minute: int = 60
    prompts_waiting: int = 200
    harnesses: tuple[HarnessCommand, ...] = ()
    agents: tuple[AgentKind, ...] = AGENTS


class Template(NamedTuple):
    """A session template: what it runs, and in which directory ("" for the home folder)."""

    name: str
    launch: Launch
    directory: str = ""


CHOICES = {
    "theme": ("auto", "dark", "light"),
    "colors": ("auto", "mono", "16", "256", "true"),
    "glyphs": ("auto", "unicode", "ascii"),
    "preview": ("auto", "off", "on"),
    "layout": ("side", "bottom"),
    "density": ("auto", "one", "two", "three"),
    "notify_on": (*NEEDS_YOU, "done", "lost"),
}

BY_NAME: dict[str, tuple[type[Rebinding] | type[Restyling], str, str]] = {
    "keys": (
        Rebinding, "commands, each with a key or a list of keys",
        "a key or a list of keys, such as `x` or `[x, f8]`; quote signs: `'~'`",
    ),
    "styles": (
        Restyling, "styles, each with its colours",
        "colours and attributes, such as `bold yellow` or `'#ffd75f on 236'`; quote what has a `#`",
    ),
}  # fmt: skip
"""Settings that map names to a value or a list of values: their entries, what they hold, and what an entry needs."""
