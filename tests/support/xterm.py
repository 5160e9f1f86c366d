"""A real terminal emulator: an xterm on an X server without a monitor. It takes keys, and tells text, colours, pixels.

    with Xterm(["navi"], environment, 80, 24) as display:
        display.wait_for("api")
        display.press("j", "Enter")
        display.picture(Path("list.png"))

A program between xterm and navi's own terminal types the keys: bytes that come into a pipe. It also writes sequences to
xterm, from another pipe, but not in the middle of one of navi's. The text is what xterm prints to its printer, a file;
the picture is the X server's frame buffer, which is a file, too.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

from tests.support.machines import program
from tests.support.processes import end, family
from tests.support.styles import OTHER, SGR
from tests.support.terminal import Display
from tests.support.waiting import until

FONT, FONT_SIZE = "DejaVu Sans Mono", "10.5"

SCREEN = "3840x2000x24"
"""More than twice as large as any window, for the pointer is in the middle."""

KEYS = {
    "Enter": "\r", "Escape": "\x1b", "Tab": "\t", "BSpace": "\x7f", "Space": " ",
    "Up": "\x1b[A", "Down": "\x1b[B", "Right": "\x1b[C", "Left": "\x1b[D", "Home": "\x1b[H", "End": "\x1b[F",
}  # fmt: skip
"""What xterm sends for keys, by tmux's names for them."""

TYPIST = r"""
import fcntl, os, pty, re, select, signal, sys, termios, tty
pipe, other, place, words = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
pid, program = pty.fork()
if not pid:
    os.execvp(words[0], words)
def resize(*_):
    fcntl.ioctl(program, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))
signal.signal(signal.SIGWINCH, resize)
resize()
tty.setraw(0)
keys, sequences = os.open(pipe, os.O_RDWR), os.open(other, os.O_RDWR)
PART = re.compile(
    rb"\x1b(\[[ -?]*|\][^\x07\x1b]*|[ -/]*)$"
    rb"|[\xc2-\xf4]$|[\xe0-\xf4][\x80-\xbf]$|[\xf0-\xf4][\x80-\xbf]{2}$"
)
last = b""
with open(place + ".new", "w") as file:
    file.write(os.ttyname(0))
os.rename(place + ".new", place)
while True:
    sources = [0, keys, program] + [sequences] * (not PART.search(last))
    for ready in select.select(sources, [], [])[0][:1]:
        try:
            data = os.read(ready, 65536)
        except OSError:
            data = b""
        if not data:
            sys.exit()
        to = 1 if ready in (program, sequences) else program
        if ready == program:
            last = (last + data)[-4096:]
        while data:
            data = data[os.write(to, data):]
"""
"""Runs a program in a terminal of its own, and types what comes into a pipe as well. What comes into another pipe is
written to xterm when the program has not written a part of a sequence or of a character.
"""


Process = subprocess.Popen[bytes]


def missing() -> str:
    """Return which of the programs is missing, "" if none is."""
    lacks = [name for name in ("Xvfb", "xterm") if not shutil.which(name)]
    return f"{' and '.join(lacks)} not installed (apt-get install xvfb xterm fonts-dejavu-core)" if lacks else ""


class Xterm(Display):
    """An xterm of `width` by `height` cells that runs `words` with this environment, in these colours."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], width: int = 80, height: int = 24,
        front: str = "#d4d7de", back: str = "#15171c",
    ) -> None:  # fmt: skip
        self.folder = Path(tempfile.mkdtemp(prefix="navi-xterm-", dir="/tmp"))
        self._pipe, self._print, self._place = self.folder / "keys", self.folder / "print", self.folder / "tty"
        self._other = self.folder / "sequences"
        os.mkfifo(self._pipe)
        os.mkfifo(self._other)
        self._size = (width, height)
        self._processes: list[Process] = []
        self._keys = self._sequences = self._tty = -1
        try:
            display = self._start_server()
            typist = [sys.executable, "-c", TYPIST, str(self._pipe), str(self._other), str(self._place)]
            words = [*self._options(front, back), "-e", *typist, *words]
            self._processes += [start(words, {**environment, "DISPLAY": display})]
            until(self._place.exists, 60, "xterm runs its program")
            self._keys, self._sequences = os.open(self._pipe, os.O_WRONLY), os.open(self._other, os.O_WRONLY)
            self._tty = os.open(self._place.read_text(), os.O_RDWR | os.O_NOCTTY)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Xterm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start_server(self) -> str:
        """Start an X server; return its display. It chooses a number that is free."""
        numbers = self.folder / "display"
        with numbers.open("w") as file:
            words = ["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-wr", "-fbdir", f"{self.folder}/"]
            self._processes += [start([program("Xvfb"), *words], None, file)]
        until(lambda: numbers.read_text().endswith("\n"), 60, "the X server runs")
        return f":{numbers.read_text().strip()}"

    def _options(self, front: str, back: str) -> list[str]:
        width, height = self._size
        settings = {
            "printerCommand": f"cat >{self._print}.new; mv {self._print}.new {self._print}", "printAttributes": "2",
            "allowWindowOps": "true", "cursorBlink": "false", "internalBorder": "10", "utf8": "1",
            "utf8Title": "true", "scrollBar": "false", "boldMode": "false",
        }  # fmt: skip
        resources = [word for name, value in settings.items() for word in ("-xrm", f"XTerm*{name}: {value}")]
        look = ["-fa", FONT, "-fs", FONT_SIZE, "-fg", front, "-bg", back, "-bw", "0", "-tn", "xterm-256color"]
        return [program("xterm"), *resources, *look, "-geometry", f"{width}x{height}+0+0"]

    def type(self, text: str) -> None:
        """Type a text, character by character as it is."""
        os.write(self._keys, text.encode())

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: `Enter`, `C-r`, `Down`, `Escape`, or a character."""
        for key in keys:
            control = len(key) == 3 and key.startswith("C-")
            self.type(chr(ord(key[2]) & 31) if control else KEYS.get(key, key))

    def _write(self, sequence: str) -> None:
        """Write a sequence to the terminal, as if the program had done so."""
        os.write(self._sequences, sequence.encode())

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the program gets SIGWINCH."""
        self._size = (width, height)
        self._write(f"\x1b[8;{height};{width}t")
        until(lambda: os.get_terminal_size(self._tty) == self._size, 30, f"the terminal is {width}x{height}")

    def screen(self, escapes: bool = False) -> str:
        """Return the lines on the screen; with `escapes` colours stay as sequences."""
        self._print.unlink(missing_ok=True)
        self._write("\x1b[i")
        until(self._print.exists, 30, "xterm has printed its screen", interval=0.01)
        text = self._print.read_bytes().decode(errors="replace").replace("\r\n", "\n").rstrip("\f")
        return text if escapes else plain(text)

    def picture(self, path: Path) -> None:
        """Write what the window shows as a PNG."""
        path.write_bytes(png(pixels((self.folder / "Xvfb_screen0").read_bytes())))

    def close(self) -> None:
        """End the program, xterm and the X server."""
        for file in (self._keys, self._sequences, self._tty):
            if file >= 0:
                os.close(file)
        end(lambda: family(lambda one: one.mentions(self.folder)))
        for process in self._processes:
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(words: Sequence[str], environment: Mapping[str, str] | None, output: TextIO | None = None) -> Process:
    """Start a program without input, and without errors on the terminal of the tests."""
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, env=environment)


def plain(text: str) -> str:
    """Return a text without the sequences of colours."""
    return SGR.sub("", OTHER.sub("", text))


# ---- pixels


class Pixels(NamedTuple):
    """A picture: its width, and its rows of three bytes for each pixel."""

    width: int
    rows: list[bytes]


WHITE = b"\xff\xff\xff"
"""What the X server shows beside the window."""


def pixels(data: bytes) -> Pixels:
    """Return the window at the top left of a frame buffer, which is in the format of xwd."""
    header = struct.unpack(">25I", data[:100])
    start = header[0] + 12 * header[19]
    width, height, stride = header[4], header[5], header[12]
    rows = [data[start + row * stride :][: width * 4] for row in range(height)]
    columns = first_white(rgb(rows[0]))
    lines = first_white(rgb(b"".join(row[:4] for row in rows)))
    return Pixels(columns, [rgb(row[: columns * 4]) for row in rows[:lines]])


def rgb(row: bytes) -> bytes:
    """Return the pixels of a row as three bytes each, from four in the order of the machine (blue first)."""
    found = bytearray(len(row) // 4 * 3)
    found[0::3], found[1::3], found[2::3] = row[2::4], row[1::4], row[0::4]
    return bytes(found)


def first_white(row: bytes) -> int:
    """Return the number of pixels before the first white one."""
    return next((place for place in range(len(row) // 3) if row[place * 3 : place * 3 + 3] == WHITE), len(row) // 3)


def png(picture: Pixels) -> bytes:
    """Return a picture as a PNG."""
    head = struct.pack(">IIBBBBB", picture.width, len(picture.rows), 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in picture.rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
