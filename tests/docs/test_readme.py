"""README, CHANGELOG and CONTRIBUTING are true of the checkout, and the pictures are what a terminal showed."""

from __future__ import annotations

import os
import re
import runpy
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from navi import __version__
from navi.config.reader import read_remotes
from navi.config.settings import Settings
from navi.tui.keys import KEYS, shown
from tests.docs.test_manual import default_in_words

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(path.name for path in ROOT.glob("*.md"))
PICTURES = ROOT / "contrib" / "pictures"


def page(name: str) -> str:
    """Return the text of a page."""
    return (ROOT / name).read_text()


def in_checkout(name: str) -> bool:
    """Whether a file or folder is there under this name."""
    return (ROOT / name).exists()


# ---- the pages


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page(name))
    assert [target for target in targets if "://" not in target and not in_checkout(target)] == []


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_are_there(name: str) -> None:
    named = re.findall(r"(?<![\w/~.$-])((?:navi|tests|contrib|man|\.ci)/[\w./-]*\w)", page(name))
    assert [file for file in named if not in_checkout(file)] == []


def test_commands_of_the_readme_can_be_run() -> None:
    commands = set(re.findall(r"^ {4}((?:contrib|\.ci)/\w+)", page("README.md"), re.MULTILINE))
    assert commands == {"contrib/run", "contrib/test"}
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)


def test_the_remotes_of_the_readme_are_understood(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", page("README.md"), re.DOTALL)
    assert found
    path = tmp_path / "remotes.yaml"
    path.write_text(found[1])
    remotes, problems = read_remotes(path)
    assert ([remote.name for remote in remotes], problems) == (["dev-server", "staging", "build-box"], ())


def test_keys_of_the_readme_are_keys() -> None:
    cells = re.findall(r"^\| (`.*?`) \|", page("README.md"), re.MULTILINE)
    named = [key for cell in cells for key in re.findall("`(.+?)`", cell)]
    assert len(named) > 5
    assert set(named) <= {shown(name) for key in KEYS for name in key.keys}


def test_the_readme_names_every_agent_that_is_known() -> None:
    told = page("README.md").lower().replace("claude code", "claude").replace("cursor", "cursor-agent")
    known = default_in_words(Settings().agents).split(", ")
    assert [agent for agent in known if agent not in told] == []


def test_the_changelog_has_the_version() -> None:
    assert f"## [{__version__}]" in page("CHANGELOG.md")


def test_contributing_has_a_line_for_every_module() -> None:
    tree = page("CONTRIBUTING.md").split("## The tree")[1].split("```")[1]
    files = [path.relative_to(ROOT) for path in (ROOT / "navi").rglob("*") if path.suffix in (".py", ".sh", ".js")]
    named = {line.split()[0] for line in tree.splitlines() if line.startswith("navi/")}
    folders = tuple(name for name in named if name.endswith("/"))  # one line for all that is in it
    wanted = {str(path) for path in files if not path.name.startswith("__") and not str(path).startswith(folders)}
    assert named - set(folders) == wanted


def test_contributing_puts_every_module_on_the_floor_where_its_imports_are() -> None:
    tree = page("CONTRIBUTING.md").split("## The tree")[1].split("```")[1]
    floors = dict(re.findall(r"^navi/(\S+)\.py +(\d)", tree, re.MULTILINE))
    for module, floor in floors.items():
        imported = re.findall(r"^from navi\.(\S+) import", page(f"navi/{module}.py"), re.MULTILINE)
        above = [name for name in imported if floors.get(name.replace(".", "/"), "0") > floor]
        assert (module, above) == (module, [])


# ---- the pictures


@pytest.mark.parametrize("name", ["list", "hosts"])
def test_a_picture_holds_the_text_of_a_screen_of_navi(name: str) -> None:
    root = ElementTree.parse(PICTURES / f"{name}.svg").getroot()
    words = "".join(root.itertext())
    assert "need you" in words
    assert "gpu-node" in words
    assert "\x1b" not in words
    assert "/tmp/" not in words


@cache
def screenshot() -> dict[str, Any]:
    """Return what contrib/screenshot defines."""
    return runpy.run_path(str(ROOT / "contrib" / "screenshot"))


RUNS = [
    ("plain", [(0, "plain", {})]),
    ("\x1b[1mbold\x1b[22m not", [(0, "bold", {"bold": True}), (4, " not", {})]),
    ("\x1b[3;7mx\x1b[0my", [(0, "x", {"italic": True, "reverse": True}), (1, "y", {})]),
    ("\x1b[31mr\x1b[39mn", [(0, "r", {"front": "#e06c75"}), (1, "n", {})]),
    ("\x1b[92;44mb", [(0, "b", {"front": "#a9dc76", "back": "#61afef"})]),
    ("\x1b[38;5;196mp", [(0, "p", {"front": "#ff0000"})]),
    ("\x1b[48;5;244mg", [(0, "g", {"back": "#808080"})]),
    ("\x1b[38;2;1;2;255mt", [(0, "t", {"front": "#0102ff"})]),
    ("\x1b[1m日本\x1b[mx", [(0, "日本", {"bold": True}), (4, "x", {})]),
    ("\x1b[4munknown", [(0, "unknown", {})]),
]


@pytest.mark.parametrize(("line", "expected"), RUNS, ids=[repr(line) for line, _ in RUNS])
def test_a_line_is_cut_into_runs_of_one_style(line: str, expected: list[tuple[int, str, dict[str, Any]]]) -> None:
    tool = screenshot()
    runs, _ = tool["runs_of"](line, tool["Style"]())
    assert [(run.column, run.text, run.style) for run in runs] == [
        (column, text, tool["Style"](**looks)) for column, text, looks in expected
    ]


def test_a_style_goes_on_in_the_next_line() -> None:
    drawn = screenshot()["picture"]("\x1b[1mone\ntwo", "title", 10)
    assert len(re.findall(r'<tspan [^>]*font-weight="bold"[^>]*>(?:one|two)<', drawn)) == 2


def test_text_in_a_picture_is_escaped() -> None:
    root = ElementTree.fromstring(screenshot()["picture"]("a < b & c > d", "</title>", 20))
    assert "a < b & c > d" in "".join(root.itertext())


def test_what_is_behind_the_text_is_one_box_for_each_colour() -> None:
    drawn = screenshot()["picture"]("\x1b[48;5;236mab\x1b[1mcd\x1b[48;5;196me\x1b[0m f", "title", 10)
    assert re.findall(r'<rect [^>]*width="([\d.]+)"[^>]* fill="(#303030|#ff0000)"', drawn) == [
        ("33.7", "#303030"),
        ("8.4", "#ff0000"),
    ]
