"""navi mcp without its package: the advice installs nothing of a stranger's."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from navi.cli.install_hint import REQUIREMENT, install_hint
from navi.cli.verbs.serve import PACKAGES

PLACES = [
    ("pipx", "opt/pipx/venvs/navi", "/usr", "pipx inject navi 'mcp>=2'"),
    ("pipx under another name", "opt/pipx/venvs/navi-2", "/usr", "pipx inject navi-2 'mcp>=2'"),
    ("virtual environment", "work/.venv", "/usr", "work/.venv/bin/python -m pip install 'mcp>=2'"),
    ("the system's Python", "usr", None, "your system's packages (mcp>=2), or install navi with pipx"),
]


@pytest.mark.parametrize(("prefix", "base", "words"), [place[1:] for place in PLACES], ids=[one[0] for one in PLACES])
def test_the_package_goes_where_navi_runs(tmp_path: Path, prefix: str, base: str | None, words: str) -> None:
    folder = tmp_path / prefix
    folder.mkdir(parents=True)
    if "pipx" in prefix:
        (folder / "pipx_metadata.json").write_text("{}")
    said = install_hint(str(folder), base or str(folder))
    assert words in said
    assert not re.search(r"install '?navi(?! with pipx)\b|navi\[", said), "that name is a stranger's"


def test_several_packages_are_named_together(tmp_path: Path) -> None:
    (tmp_path / "pipx_metadata.json").write_text("{}")
    words = install_hint(str(tmp_path), "/usr", ["a>=1", "b"])
    assert words == f"install them with: pipx inject {tmp_path.name} 'a>=1' 'b'"


def test_the_requirements_are_those_of_the_extras() -> None:
    setup = ConfigParser()
    setup.read(Path(__file__).parents[3] / "setup.cfg")
    extras = {name: text.replace(" ", "").split() for name, text in setup["options.extras_require"].items()}
    assert (extras["mcp"], extras["web"]) == ([REQUIREMENT], list(PACKAGES.values()))


def test_no_file_names_navi_as_a_package_of_an_index() -> None:
    root = Path(__file__).parents[3]
    files = [*root.glob("*.md"), *root.glob("man/*"), *root.glob("contrib/**/*.md"), *root.glob("navi/**/*.py")]
    named = re.compile(r"(pip3?|pipx|uvx?|uv tool) (install|run)?[^\n]*[ '\"]navi(\[|['\"]?\s*$)", re.MULTILINE)
    assert [str(path) for path in files if named.search(path.read_text())] == []
