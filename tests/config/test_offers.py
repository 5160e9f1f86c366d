"""What was offered is remembered, for one host or for all, and nothing odd in the way makes it fail."""

from __future__ import annotations

from pathlib import Path

from navi.config.offers import FILE, HOOKS, HOSTS, note_answered, was_answered


def test_an_offer_is_remembered_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert not was_answered(state, HOSTS)
    note_answered(state, HOSTS)
    note_answered(state, HOSTS)
    note_answered(state, HOOKS, ["local", "база"])
    note_answered(state, HOOKS, ["local", "dev\udcff"])
    assert was_answered(state, HOSTS)
    assert [was_answered(state, HOOKS, host) for host in ("local", "база", "dev\udcff", "dev", "")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    lines = (state / FILE).read_text("utf-8", "surrogateescape").split("\n")
    assert lines == ["hosts", "hooks local", "hooks база", "hooks dev\udcff", ""]
    assert (state / FILE).stat().st_mode & 0o777 == 0o600


def test_a_line_may_be_for_all_hosts(tmp_path: Path) -> None:
    note_answered(tmp_path, HOOKS)
    assert was_answered(tmp_path, HOOKS, "local")
    assert not was_answered(tmp_path, HOSTS)


def test_a_folder_that_can_not_be_written_to_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    note_answered(tmp_path / "state", HOSTS)
    assert not was_answered(tmp_path / "state", HOSTS)
