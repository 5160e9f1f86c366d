"""The xterm of the tests types keys, tells text and attributes, changes its size, and shows pixels."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.styles import Style, lines_of
from tests.support.xterm import WHITE, Pixels, Xterm, first_white, missing, png, rgb

ECHO = r"""
stty raw -echo
printf '\033[1mbold\033[m \033[7mreverse\033[m 日本\r\n'
while :; do
    key=$(dd bs=1 count=1 2>/dev/null | od -An -tx1)
    [ "$key" = " 71" ] && break
    printf '%s' "$key"
done
printf '\r\n%s\r\n' "$(stty size)"
sleep 60
"""


@pytest.fixture
def display() -> Iterator[Xterm]:
    """Open an xterm of 40 by 6 that prints the codes of keys until a q comes, and then its size."""
    with Xterm(["sh", "-c", ECHO], {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, 40, 6) as display:
        display.wait_for("日本")
        yield display


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_keys_text_attributes_size_and_pixels(display: Xterm, tmp_path: Path) -> None:
    display.press("j", "Enter", "C-r", "Down", "Escape")
    display.type("é")
    display.wait_for(" 6a 0d 12 1b 5b 42 1b c3 a9")
    first = lines_of(display.screen(escapes=True))[0]
    assert {run.text: run.style for run in first if run.text in "br"} == {
        "b": Style(bold=True), "r": Style(reverse=True),
    }  # fmt: skip
    display.picture(tmp_path / "small.png")
    display.resize(50, 8)
    display.press("q")
    display.wait_for("8 50")
    display.picture(tmp_path / "large.png")
    small, large = size_of(tmp_path / "small.png"), size_of(tmp_path / "large.png")
    cell = ((large[0] - small[0]) / 10, (large[1] - small[1]) / 2)
    assert (small[0] - 40 * cell[0], small[1] - 6 * cell[1]) == (20, 20), "the inner border is on all sides"


def size_of(path: Path) -> tuple[int, int]:
    """Return the width and the height of a PNG."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def test_pixels_become_a_png() -> None:
    made = png(Pixels(2, [b"\x01\x02\x03\x04\x05\x06", WHITE * 2]))
    start = made.index(b"IDAT") + 4
    length = int.from_bytes(made[start - 8 : start - 4], "big")
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert zlib.decompress(made[start : start + length]) == b"\0\x01\x02\x03\x04\x05\x06\0" + WHITE * 2


def test_pixels_of_the_machine_are_blue_first() -> None:
    assert rgb(b"\x03\x02\x01\x00\xff\xff\xff\x00") == b"\x01\x02\x03" + WHITE
    assert first_white(b"\x01\x02\x03" + WHITE) == 1
    assert first_white(b"\x01\x02\x03") == 1
