"""What this machine remembers of killed sessions: the last one first, none lost, nothing odd in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from navi.config.undo_list import MOST, UndoEntry, forget, last_killed, remember

CODE = """
import sys
from pathlib import Path
from navi.config.undo_list import UndoEntry, remember
for number in range(8):
    remember(Path(sys.argv[1]), UndoEntry("local", f"{sys.argv[2]}-{number}", "api"))
"""


def killed(number: int, address: str = "api") -> UndoEntry:
    """A session that was killed."""
    return UndoEntry("local", f"keep-{number}", address)


def test_the_last_one_comes_first_and_the_oldest_are_forgotten(tmp_path: Path) -> None:
    for number in range(MOST + 5):
        remember(tmp_path, killed(number))
    assert list(last_killed(tmp_path)) == [killed(number) for number in range(MOST + 4, 4, -1)]
    assert (tmp_path / "killed").stat().st_mode & 0o777 == 0o600


def test_one_that_was_brought_back_is_forgotten(tmp_path: Path) -> None:
    for number in range(3):
        remember(tmp_path, killed(number))
    forget(tmp_path, killed(1))
    assert list(last_killed(tmp_path)) == [killed(2), killed(0)]


def test_of_many_at_once_none_is_lost(tmp_path: Path) -> None:
    words = [sys.executable, "-c", CODE, str(tmp_path)]
    processes = [subprocess.Popen([*words, f"process {number}"], cwd=os.getcwd()) for number in range(3)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: remember(tmp_path, killed(number)), range(24)))
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    keeps = [one.undo_id for one in last_killed(tmp_path)]
    assert sorted(keeps) == sorted(
        [f"keep-{number}" for number in range(24)]
        + [f"process {process}-{number}" for process in range(3) for number in range(8)]
    )
    assert sorted(os.listdir(tmp_path)) == [".killed.lock", "killed"]


@pytest.mark.parametrize("address", ["two words", "a\tb", "a\u2028b", "a\x1cb", "é ✓ 🚀", "\udcff", "'\"$()", ""])
def test_any_address_is_remembered_as_it_is(tmp_path: Path, address: str) -> None:
    remember(tmp_path, killed(1, address))
    remember(tmp_path, killed(2))
    assert list(last_killed(tmp_path)) == [killed(2), killed(1, address)]


def test_what_is_odd_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "killed").write_bytes(b"\xff\nodd\n\n1\tlocal\tkeep-1\tapi\n")
    remember(tmp_path, killed(2))
    assert list(last_killed(tmp_path)) == [killed(2), killed(1)]


def test_without_a_folder_nothing_is_remembered_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file" / "navi", killed(1))
    assert list(last_killed(tmp_path / "file" / "navi")) == []
