"""What stands in config.yaml and in templates, and what can be wrong with a configuration file: values."""

from typing import NamedTuple

from navi.config.remote import SESSIONS_DIR
from navi.core.agents import AGENTS, AgentKind
from navi.core.launch import Launch


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
