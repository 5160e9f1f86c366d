"""CONTRIBUTING is short, its tree names every folder, and the paths of its table exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def section(name: str) -> str:
    """Return the text below a heading."""
    return TEXT.split(f"## {name}\n")[1].split("\n## ")[0]


def expanded(path: str) -> Iterator[str]:
    """Yield the paths that a path with a list in braces means."""
    found = re.fullmatch(r"(.*)\{(.*)\}(.*)", path)
    yield from (f"{found[1]}{part}{found[3]}" for part in found[2].split(",")) if found else [path]


def folders() -> set[str]:
    """Return the folders of the checkout, without those of tests that mirror one of navi."""
    tops = [ROOT / name for name in ("contrib", "man", "navi", "tests")]
    found = {path.relative_to(ROOT) for top in tops for path in (top, *top.rglob("*")) if path.is_dir()}
    kept = [path for path in found if "__pycache__" not in path.parts and not mirrors(path)]
    return {f"{path}/" for path in kept} - {"navi/"}


def mirrors(folder: Path) -> bool:
    """Whether a folder of tests is named after one of navi."""
    return folder.parts[0] == "tests" and len(folder.parts) > 1 and (ROOT / "navi" / Path(*folder.parts[1:])).is_dir()


def rows() -> list[tuple[str, str]]:
    """Return the table "Where do I change …?": what, and where."""
    return re.findall(r"^\| (.*?) \| (.*) \|$", section("Where do I change …?"), re.MULTILINE)[1:]


def paths(text: str) -> list[str]:
    """Return the paths in a text."""
    return re.findall(r"`((?:navi|tests|contrib|man|\.ci)/[^` ]*)`", text)


def test_contributing_can_be_read_in_one_go() -> None:
    assert len(TEXT.splitlines()) <= 130


def test_the_tree_names_every_folder_and_no_other() -> None:
    tree = section("The tree").split("```")[1]
    named = [path for line in tree.strip().splitlines() for path in expanded(line.split()[0])]
    assert sorted(named) == sorted(folders())


def test_the_table_has_twelve_rows() -> None:
    assert len(rows()) == 12


@pytest.mark.parametrize(("what", "where"), rows(), ids=[what for what, _ in rows()])
def test_a_place_to_change_exists(what: str, where: str) -> None:
    assert what
    assert paths(where)
    assert [path for path in paths(where) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("path", paths(section("Floors")))
def test_a_folder_of_a_floor_exists(path: str) -> None:
    assert (ROOT / path).exists()
