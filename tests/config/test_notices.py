"""Which notices were given: once by each way, whoever claims them, and whatever the names are."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from navi.config.notices import FILE, NoticeStore
from navi.core.notices import Notice

CODE = """
import sys
from pathlib import Path
from navi.config.notices import NoticeStore
from navi.core.notices import Notice
store = NoticeStore(Path(sys.argv[1]))
for number in range(100):
    notice = Notice("atlas", f"s{number % 10}", "", "waiting", before=10.0 * number, seen=10.0 * number + 5)
    if store.claim(notice, "command"):
        print(number)
"""


def notice(before: float, word: str = "waiting", name: str = "api", host: str = "atlas", machine: str = "") -> Notice:
    """Return a notice of a session that was last seen at rest at that time."""
    return Notice(host, name, "", word, before=before, seen=before + 5, machine=machine)


def test_a_notice_is_claimed_once_by_each_way(tmp_path: Path) -> None:
    one, other = NoticeStore(tmp_path), NoticeStore(tmp_path)
    assert one.claim(notice(10), "terminal")
    assert not other.claim(notice(11), "terminal")
    assert other.claim(notice(11), "command")
    assert other.claim(notice(17), "terminal"), "it was answered, and asks again"
    assert other.claim(notice(11, "error"), "terminal"), "a failure is another kind"
    assert not other.claim(notice(11, "permission"), "terminal"), "asking is one kind"
    assert other.claim(notice(11, name="other"), "terminal")


def test_a_machine_with_two_names_is_one(tmp_path: Path) -> None:
    store = NoticeStore(tmp_path)
    assert store.claim(notice(10, host="atlas", machine="atlas:id"), "command")
    assert not store.claim(notice(11, host="alias", machine="atlas:id"), "command")


def at(clock: float, ahead: float, host: str = "atlas", machine: str = "") -> Notice:
    """Return a notice of a session whose host has such a clock."""
    return Notice(host, "api", "", "waiting", before=clock, seen=clock + 5, machine=machine, ahead=ahead)


@pytest.mark.parametrize("jump", [-9e14, -86400.0, -61.0, 61.0, 86400.0, 9e14])
def test_a_clock_that_was_set_hides_no_notice(tmp_path: Path, jump: float) -> None:
    store = NoticeStore(tmp_path)
    assert store.claim(at(1000, -jump), "command")
    assert store.claim(at(1010 + jump, 0), "command")
    assert not store.claim(at(1010 + jump, 0), "command"), "by the clock as it is now, it is known"


def test_a_notice_that_could_not_be_given_is_left_to_others(tmp_path: Path) -> None:
    store = NoticeStore(tmp_path)
    assert store.claim(notice(10), "command")
    store.release(notice(10), "command")
    assert store.claim(notice(11), "command")
    store.release(notice(10), "command")
    assert not store.claim(notice(11), "command"), "that one is not the caller's"


@pytest.mark.parametrize("drift", [-59.0, 0.0, 59.0])
def test_a_clock_that_was_not_set_tells_the_same_notice(tmp_path: Path, drift: float) -> None:
    store = NoticeStore(tmp_path)
    assert store.claim(at(1000, 0), "command")
    assert not store.claim(at(1001, drift), "command")


def test_of_several_processes_one_gives_each_notice(tmp_path: Path) -> None:
    words = [sys.executable, "-c", CODE, str(tmp_path)]
    processes = [subprocess.Popen(words, cwd=os.getcwd(), stdout=subprocess.PIPE, text=True) for _ in range(3)]
    claimed = [int(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert sorted(claimed) == sorted(set(claimed)), "none is given twice"
    assert set(range(10)) <= set(claimed), "and of each session the first is given"


def test_the_file_is_only_for_its_user(tmp_path: Path) -> None:
    store = NoticeStore(tmp_path / "state")
    store.finish([("local", "api", "")])
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["two words", "a\tb", "a'; DROP TABLE given; --", "é ✓ 🚀", "\udcff", "\0", ""])
def test_finished_sessions_of_any_name_are_kept_until_somebody_looks(tmp_path: Path, name: str) -> None:
    store, key = NoticeStore(tmp_path), ("atlas", name, "/tmp/s")
    store.finish([key, ("local", "other", "")])
    before = store.stamp()
    assert NoticeStore(tmp_path).finished() == {key, ("local", "other", "")}
    assert store.stamp() == before, "reading changes nothing"
    store.visit([key])
    assert store.finished() == {("local", "other", "")}
    assert store.stamp() != before


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("something else " * 100)
    with pytest.raises(sqlite3.Error):
        NoticeStore(tmp_path).claim(notice(10), "terminal")


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="Too many levels"):
        NoticeStore(tmp_path).finished()
    assert not (tmp_path / "elsewhere").exists()
