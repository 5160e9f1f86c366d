"""What remotes.yaml said when it was last read: only of the very same file, and nothing odd is believed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from navi import __version__
from navi.config import remotes_cache
from navi.config.remote import Remote
from navi.config.settings import Problem
from tests.support.machines import Lab

TEXT = """\
remotes:
  - {name: atlas, host: atlas.example, port: 2222, connect_timeout: 5, cleanup: false}
  - {name: "bücher", host: 10.0.0.7, user: ann, jump_host: "bob@gate,last"}
"""

REMOTES = (
    Remote("atlas", "atlas.example", port=2222, connect_timeout=5.0, cleanup=False),
    Remote("bücher", "10.0.0.7", user="ann", jump_host="bob@gate,last"),
)


def read_remotes(source: Path, known: Path) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Read them by paths."""
    return remotes_cache.read_remotes(str(source), str(known))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A remotes.yaml that was written a while ago."""
    return write(tmp_path / "config" / "remotes.yaml", TEXT)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """Where it is noted."""
    return tmp_path / "cache" / "navi" / "known_remotes"


def write(path: Path, text: str) -> Path:
    """Write a file, and wait until it counts as settled: the time of its last change can't be set."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    while time.time() - path.stat().st_ctime < 2.1:
        time.sleep(0.1)
    return path


def test_what_was_read_is_known_the_next_time(source: Path, known: Path) -> None:
    assert read_remotes(source, known) == (REMOTES, ())
    assert (known.stat().st_mode & 0o777, known.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    known.write_text(known.read_text().replace("atlas.example", "known.example"))
    assert read_remotes(source, known)[0][0].host == "known.example"
    assert os.listdir(known.parent) == [known.name]


def test_another_version_of_the_file_is_read_anew(source: Path, known: Path) -> None:
    read_remotes(source, known)
    source.write_text(TEXT.replace("atlas.example", "other.example"))
    assert read_remotes(source, known)[0][0].host == "other.example"


def test_a_file_that_has_only_just_changed_is_not_noted(source: Path, known: Path) -> None:
    source.write_text(TEXT)
    assert read_remotes(source, known) == (REMOTES, ())
    assert not known.exists()


def test_a_file_with_a_problem_is_not_noted(tmp_path: Path, known: Path) -> None:
    source = write(tmp_path / "config" / "remotes.yaml", TEXT + "  - {name: bad}\n")
    remotes, problems = read_remotes(source, known)
    assert (remotes, len(problems)) == (REMOTES, 1)
    assert not known.exists()


def test_without_remotes_yaml_there_are_no_remotes(source: Path, known: Path) -> None:
    read_remotes(source, known)
    source.unlink()
    assert read_remotes(source, known) == ((), ())


def link(known: Path) -> None:
    other = known.with_name("other")
    known.rename(other)
    known.symlink_to(other)


def folder(known: Path) -> None:
    known.unlink()
    known.mkdir()


def changed(old: str, new: str) -> Callable[[Path], None]:
    """Return what changes the text that is noted, and would be seen if that was believed."""

    def carry_out(known: Path) -> None:
        text = known.read_text().replace("atlas.example", "odd.example")
        assert old in text
        known.write_text(text.replace(old, new, 1))

    return carry_out


def open_to_others(known: Path) -> None:
    changed("", "")(known)
    known.chmod(0o666)


ODD: dict[str, Callable[[Path], object]] = {
    "empty": lambda known: known.write_text(""),
    "one line": lambda known: known.write_text(known.read_text().splitlines()[0]),
    "cut off in a line": lambda known: known.write_text(known.read_text()[:-9]),
    "cut off between lines": changed("\nend\n", "\n"),
    "a remote less": lambda known: known.write_text("\n".join(known.read_text().split("\n")[:2])),
    "not UTF-8": lambda known: known.write_bytes(b"\xff" + known.read_bytes()),
    "without remotes": lambda known: known.write_text(known.read_text().splitlines()[0] + "\n"),
    "a link": link,
    "a folder": folder,
    "others may write it": open_to_others,
    "of another version of navi": changed(__version__, "0"),
    "a field too many": changed("odd.example", "odd.example\tx"),
    "a field too few": changed("odd.example\t", ""),
    "a port that is none": changed("\t2222\t", "\tx\t"),
    "a time that is none": changed("\t5.0\t", "\t\t"),
    "neither yes nor no": changed("\tFalse\t", "\tno\t"),
}


@pytest.mark.parametrize("odd", ODD)
def test_nothing_odd_is_believed(source: Path, known: Path, odd: str) -> None:
    read_remotes(source, known)
    ODD[odd](known)
    assert read_remotes(source, known) == (REMOTES, ())


ODD_VALUES = ["a\\tb", "a\\nb", "\\nend\\n", "a\\u2028b", "a\\x1cb", "'", '\\"', "\\\\t", "\\ud800", "é ✓"]


@pytest.mark.parametrize("value", ODD_VALUES)
def test_whatever_a_value_holds_is_the_same_the_next_time(tmp_path: Path, known: Path, value: str) -> None:
    text = f'remotes: [{{name: atlas, host: a, sessions_dir: "{value}"}}]\n'
    source = write(tmp_path / "config" / "remotes.yaml", text)
    first = read_remotes(source, known)
    assert read_remotes(source, known) == first


def test_that_nothing_can_be_noted_is_no_problem(source: Path, known: Path) -> None:
    known.parent.parent.write_text("a file where the folder should be")
    assert read_remotes(source, known) == (REMOTES, ())


def test_a_verb_on_a_remote_reads_no_yaml_the_second_time(lab: Lab) -> None:
    box = lab.machine("box")
    write(lab.remotes_yaml([box]), lab.remotes_yaml([box]).read_text())
    code = "import sys; from navi.cli import main; main(['health', 'box/api']); print('yaml' in sys.modules)"
    asked = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=lab.environment(),
            cwd=os.getcwd(),
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert [lines[-1] for lines in asked] == ["True", "False"]
    assert asked[0][:-1] == asked[1][:-1]
