"""The comment at the top of each script begins with what the script does, in a whole sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from navi.ops.linker import SCRIPTS

ROOT = Path(SCRIPTS)

NAMES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*") if path.suffix in (".sh", ".awk"))

FORMAL = re.compile(r"#!|# (?:shellcheck |(?:needs|expects|shares|changes):)")


def header(name: str) -> str:
    """Return the words at the top of a script, without what the linker and shellcheck read."""
    words: list[str] = []
    for line in (ROOT / name).read_text().splitlines():
        if not line.startswith("# "):
            if words or not line.startswith("#"):
                break
        elif not FORMAL.match(line):
            words.append(line.removeprefix("# "))
    return " ".join(words)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_begins_with_a_sentence_whose_verb_comes_first(name: str) -> None:
    # Its call may come before that: "name.sh ARGUMENTS:".
    sentence = re.sub(rf"^{Path(name).name}[^:]*: ", "", header(name))
    assert re.match(r"[A-Za-z][a-z]+s (?:[^.]|\.\w)*[.:;]", f"{sentence} "), sentence
