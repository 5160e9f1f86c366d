"""started_at.awk with every awk: an epoch time for each form in which agents write since when a process runs."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from navi.ops.linker import collect
from tests.support.awks import awk_command, every_awk
from tests.support.machines import program

DAYS = ("2000-02-29", "2024-02-29", "2024-03-01", "2025-12-31", "2026-01-01", "2026-08-09", "2100-02-28", "2100-03-01")


def started_at(awk: str, file: Path, text: str) -> str:
    """Return what the program prints for a file of this text."""
    file.write_text(text)
    source = "".join(source.text for source in collect("look/started_at.awk").values())
    words = [*awk_command(awk, program(awk)), source, str(file)]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout


@every_awk
def test_a_time_in_utc_is_an_epoch_time(awk: str, tmp_path: Path) -> None:
    for day in DAYS:
        when = datetime.fromisoformat(f"{day}T08:09:59").replace(tzinfo=UTC)
        text = f'{{\n  "pid": 7,\n  "started_at": "{day}T08:09:59.016Z",\n  "status": "idle"\n}}\n'
        assert started_at(awk, tmp_path / "file", text) == f"{when.timestamp():.0f}\n", day


@every_awk
def test_an_epoch_time_stays_one(awk: str, tmp_path: Path) -> None:
    assert started_at(awk, tmp_path / "file", '{"started_at": 1764599999.75, "pid": 7}') == "1764599999\n"
    assert started_at(awk, tmp_path / "file", '{"pid":7,"started_at":"0764599999"}\n') == "764599999\n"


@every_awk
def test_another_form_tells_nothing(awk: str, tmp_path: Path) -> None:
    for value in ('"2026-12-01"', '"2026-12-01T10:11"', '"2026-12-1T10:11:12"', "1764599999000", '"soon"', "null"):
        assert started_at(awk, tmp_path / "file", f'{{"started_at": {value}}}\n') == "", value
    assert started_at(awk, tmp_path / "file", '{"pid": 7}\n') == ""
