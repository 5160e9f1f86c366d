"""README and CHANGELOG agree with the checkout; links and file names in all documents exist."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from navi import __version__
from navi.config.reader import read_remotes
from navi.config.settings import Settings
from navi.core.agents import AGENTS
from navi.tui.keys.keymap import shown
from navi.tui.keys.table import KEYS
from tests.docs.test_manual import default_in_words

SHELLS_AND_AWKS = ("mawk", "gawk", "original-awk", "bash", "dash", "fish", "tcsh", "zsh", "ksh", "busybox")

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(
    str(path.relative_to(ROOT)) for place in (ROOT.glob("*.md"), (ROOT / "contrib").rglob("*.md")) for path in place
)


def page(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text()


def in_checkout(name: str) -> bool:
    """Whether a file or folder of this name exists."""
    return (ROOT / name).exists()


# ---- all documents


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page(name))
    folder = Path(name).parent
    assert [target for target in targets if "://" not in target and not in_checkout(str(folder / target))] == []


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_are_there(name: str) -> None:
    named = re.findall(r"(?<![\w/~.$-])((?:navi|tests|contrib|man|\.ci)/[\w./-]*\w)", page(name))
    assert [file for file in named if not in_checkout(file)] == []


# ---- the README


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


def test_the_readme_counts_the_agents_with_rules_for_their_screens() -> None:
    words = ("eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen")
    number = sum(bool(kind.screens) for kind in AGENTS)
    assert f"screens of twenty agents instead of {words[number - 8]}" in " ".join(page("README.md").split())


def test_the_readme_names_what_the_dashboard_and_the_tests_install() -> None:
    titles = {"nodejs": "Node.js", "openssh-server": "**openssh-server**"} | dict.fromkeys(SHELLS_AND_AWKS, "several")
    shown = page("README.md").partition("## Install")[0]
    for command in ("run", "test"):
        needed = re.findall(r"need_programs ((?:.|\\\n)*?)(?: ;;|\n[^ ])", page(f"contrib/{command}"))
        packages = {word.partition(":")[2] for words in needed for word in words.split() if ":" in word}
        assert packages
        assert [name for name in packages if titles.get(name, name) not in shown] == []


# ---- the CHANGELOG


def test_the_changelog_has_the_version() -> None:
    assert f"## [{__version__}]" in page("CHANGELOG.md")
