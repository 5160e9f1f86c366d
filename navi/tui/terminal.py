"""The terminal: urwid's loop inside trio, and suspending it for another program.

This relies on measured facts: urwid 2.6 stops redrawing for ever after one error while drawing, and repaints at the
old size after a suspension unless its size is reset; signal keys must be set while the screen is started.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import trio
import urwid

from navi.config.settings import Settings
from navi.core.text import clean, decode
from navi.tui.style.terminal_theme import QUESTION, ColorAnswers, understands_osc
from navi.tui.style.theme import choose_colors, choose_theme, palette

UNDO = (
    "\x1b7\x1b[r\x1b8"  # the scrolling region; that moves the cursor
    "\x1b[m\x1b(B\x0f"  # colours, character set
    "\x1b[?1l\x1b>\x1b[?7h\x1b[4l\x1b[?25h"  # cursor keys, keypad, wrapping, inserting, hidden cursor
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1004l\x1b[?2004l"  # mouse, focus, pasting
)
"""Resets what a killed program may have left set in the terminal."""

LEAVE = "\x1b[?1049l\r\x1b[K"
"""Leaves the alternate screen; a program that has done so itself may have written where the cursor ends up."""


ANSWER_TIME = 5.0
"""Seconds after a question in which its answer may come in pieces."""

LAST_WAIT = 0.3
"""Seconds after a question until which a screen that stops waits for the answer: the shell would take it for keys."""

SAVE_TITLE, RESTORE_TITLE = "\x1b[22;0t", "\x1b]2;\x07\x1b[23;0t"
"""Keep the terminal's title, and bring it back. A terminal that keeps none has an empty one afterwards."""

WAIT_FOR_ENTER = "printf '\\nPress Enter to go back to navi. '; read -r _"
"""Leaves the screen to the user, for sh."""


@dataclass(frozen=True, slots=True)
class ProgramEnd:
    """How a program that had the terminal ended: its status and its last error line, cleaned."""

    status: int
    words: str


class SparingScreen(urwid.display.raw.Screen):
    """A screen that writes only changes, takes Ctrl-C and Ctrl-\\ as keys, and calls `gone` when its terminal closes.

    urwid moves the cursor even if nothing changes. It restores the terminal's own keys when the screen stops. `themed`
    is called with the theme that the terminal reports, `dark` or `light`; None does not ask the terminal.
    """

    def __init__(self, gone: Callable[[], None], themed: Callable[[str], None] | None, **options: Any) -> None:
        super().__init__(**options)
        self._gone = gone
        self._themed = themed
        self._answer = ColorAnswers()
        self._answers = True
        self._asked: float | None = None
        self._caption = ""
        self._drawn: object = None
        self._canvas: urwid.Canvas | None = None

    def _start(self, *arguments: Any, **options: Any) -> None:
        """Also called when navi resumes after a suspension, in which the background may have changed."""
        self._drawn = None
        super()._start(*arguments, **options)
        self.tty_signal_keys(intr="undefined", quit="undefined")
        if self._themed and self._answers:
            self._answers = False
            self._asked = time.monotonic()
            self.write(QUESTION)
        if self._caption:
            self.write(SAVE_TITLE + _title(self._caption))

    def _stop(self) -> None:
        """Also called when navi suspends."""
        self._wait_for_answer()
        if self._caption:
            with contextlib.suppress(OSError):  # the terminal may be closed
                self.write(RESTORE_TITLE)
        super()._stop()

    def show_title(self, text: str) -> None:
        """Give the terminal a title, without control characters, until the screen stops."""
        if text == self._caption:
            return
        begins = not self._caption
        self._caption = text
        if self._started:
            self.write((SAVE_TITLE if begins else "") + _title(text))
            self.flush()

    def _wait_for_answer(self) -> None:
        """Read what still comes, for a moment, if the terminal was asked just now."""
        while self._asked is not None and not self._answers:
            left = self._asked + LAST_WAIT - time.monotonic()
            if left <= 0 or not select.select([sys.stdin], [], [], left)[0] or not (data := self._read_keys()):
                return
            self._take_answer(data)

    def _read_keys(self) -> bytes:
        """Return what the terminal has sent; nothing if it is closed."""
        with contextlib.suppress(OSError):
            return os.read(sys.stdin.fileno(), 65536)
        return b""

    def _read_raw_input(self, timeout: float) -> bytearray:
        """Read keys. A closed terminal reads as empty, and urwid 2.6 would go on reading for ever."""
        if sys.stdin.fileno() not in self._wait_for_input_ready(timeout):
            return bytearray(super()._read_raw_input(timeout=0))
        data = self._read_keys()
        if not data:
            self._gone()
        return bytearray(self._take_answer(data) if self._themed else data)

    def _take_answer(self, data: bytes) -> bytes:
        """Return what was typed, and hand on what the terminal has answered."""
        expected = self._asked is not None and not self._answers and time.monotonic() < self._asked + ANSWER_TIME
        typed, theme = self._answer.read(data, expected)
        if self._themed and theme:
            self._answers = True
            self._themed(theme)
        return typed

    def clear(self) -> None:
        """Draw everything the next time."""
        self._drawn = None
        super().clear()

    def draw_screen(self, size: tuple[int, int], canvas: urwid.Canvas) -> None:
        """Draw, unless just that is on the screen. In the middle of a change of size urwid draws nothing."""
        if canvas is self._canvas and self._drawn is not None:
            return  # urwid asks after every event, and to read all rows of a canvas takes longer than most events
        self._canvas = canvas
        read = ReadCanvas(canvas)
        wanted = (size, read.content())
        if wanted != self._drawn:
            super().draw_screen(size, read)
            self._drawn = None if self._resized else wanted


class ReadCanvas(urwid.Canvas):
    """A canvas whose rows have been read: to put them together takes as long as to draw what has changed."""

    def __init__(self, canvas: urwid.Canvas) -> None:
        super().__init__()
        self._read = list(canvas.content())
        self._columns = canvas.cols()
        if canvas.cursor:
            self.cursor = canvas.cursor

    def cols(self) -> int:
        """Return how many columns it has (urwid's protocol)."""
        return int(self._columns)

    def rows(self) -> int:
        """Return how many rows it has (urwid's protocol)."""
        return len(self._read)

    def content(self, *trim: Any, **options: Any) -> list[Any]:  # type: ignore[override]
        """Return all rows (urwid's protocol)."""
        del trim, options
        return self._read


def _title(text: str) -> str:
    """Return the sequence that gives a terminal a title (OSC 2)."""
    return f"\x1b]2;{text}\x07"


class GuardedLoop(urwid.MainLoop):
    """A main loop that reports errors while drawing, and that knows whether it may draw."""

    def __init__(self, *arguments: Any, broken: Callable[[Exception], None], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._broken = broken

    def draw_screen(self) -> None:
        """Draw; an error is handed on, because it would be lost here."""
        try:
            super().draw_screen()
        except Exception as error:
            self._broken(error)


class Terminal:
    """Runs one widget on the terminal. `pressed` gets every key."""

    def __init__(
        self,
        widget: urwid.Widget,
        settings: Settings,
        environment: Mapping[str, str],
        pressed: Callable[[str], None],
        shows_unicode: bool = True,
    ) -> None:
        urwid.set_encoding("utf8" if shows_unicode else "ascii")
        self._settings = settings
        self._understands = understands_osc(environment)
        self._colors = choose_colors(settings, environment)
        themed = self._show_theme if self._understands and settings.theme == "auto" and self._colors > 1 else None
        self._screen = SparingScreen(self._end, themed, bracketed_paste_mode=True, focus_reporting=False)
        self._screen.set_terminal_properties(colors=self._colors)
        self._screen.set_mouse_tracking(settings.mouse)
        self._events = urwid.TrioEventLoop()
        self._theme = choose_theme(settings, environment)
        self._error: Exception | None = None
        self._failed = trio.Event()
        self._life = trio.CancelScope()
        self._suspended = False
        self._over = False
        self._loop = GuardedLoop(
            widget,
            palette(self._theme, self._colors, settings.styles),
            screen=self._screen,
            event_loop=self._events,
            handle_mouse=settings.mouse,
            input_filter=lambda keys, _: self._take_keys(pressed, keys),
            broken=self._break,
        )

    def _show_theme(self, theme: str) -> None:
        """Draw everything in a theme, as soon as the keys are done that came with it."""
        if theme == self._theme:
            return
        self._theme = theme
        self._screen.register_palette(palette(theme, self._colors, self._settings.styles))
        self._screen.clear()

    def show_title(self, text: str) -> None:
        """Give the terminal a title, if it has titles and the settings allow it. `text` has no control characters."""
        if self._understands and self._settings.title:
            self._screen.show_title(text)

    def _take_keys(self, pressed: Callable[[str], None], keys: Sequence[object]) -> list[object]:
        """Take all keys, also Ctrl-L, which urwid keeps for itself; leave the mouse and changes of size to urwid."""
        for key in keys:
            if isinstance(key, str) and key != "window resize":
                pressed("ctrl space" if key == "<0>" else key)
        return [key for key in keys if not isinstance(key, str) or key == "window resize"]

    def _break(self, error: Exception) -> None:
        """Called when trio is about to wait, and has decided for how long: it must be woken."""
        self._error = self._error or error
        trio.lowlevel.current_trio_token().run_sync_soon(self._failed.set)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        columns, lines = self._loop.screen_size or self._screen.get_cols_rows()
        return int(columns), int(lines)

    async def run(self) -> None:
        """Show the widget until cancelled, or until the terminal is closed. The terminal is always restored.

        Raises what went wrong while drawing.
        """
        with self._life:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._watch_for_errors)
                with self._started():
                    await self._events.run_async()

    def _end(self) -> None:
        self._life.cancel()

    async def _watch_for_errors(self) -> None:
        await self._failed.wait()
        if self._error:
            raise self._error

    @contextlib.contextmanager
    def _started(self) -> Iterator[None]:
        self._loop.start()
        try:
            yield
        finally:
            self._over = True
            # After SIGHUP there is no terminal left to restore.
            with contextlib.suppress(OSError):
                if not self._suspended:
                    self._loop.stop()

    def redraw(self) -> None:
        """Draw everything again, as after another program has written over the screen."""
        self._screen.clear()

    def write(self, escapes: str) -> bool:
        """Write what changes nothing on the screen, such as a bell; return false while another program has it."""
        if self._suspended:
            return False
        self._screen.write(escapes)
        self._screen.flush()
        return True

    @property
    def suspended(self) -> bool:
        """Whether another program has the terminal."""
        return self._suspended

    async def run_program(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        keep_errors: bool = True,
        pause_after: Container[int] = (),
    ) -> ProgramEnd:
        """Run a program in the terminal, and take the terminal back when it ends.

        `keep_errors` returns the program's standard error; a program that talks to the user needs it on the terminal.
        After the exit statuses of `pause_after`, what it printed stays until the user has read it. Raises OSError if
        the program can't be started.
        """
        self._loop.stop()
        self._suspended = True
        settings = termios.tcgetattr(sys.stdin)
        status = None
        try:
            with tempfile.TemporaryFile() as errors:
                done = await trio.run_process(
                    words, stdin=None, check=False, stderr=errors if keep_errors else None, env=environment
                )
                errors.seek(0)
                status = done.returncode
                if status in pause_after:
                    await trio.run_process(("sh", "-c", WAIT_FOR_ENTER), stdin=None, check=False)
                return ProgramEnd(status, clean(decode(errors.read(65536)).strip().rpartition("\n")[2]))
        finally:
            self._suspended = False
            if status != 0:
                self._undo(settings)
            if not self._over:
                self._resume()

    def _undo(self, settings: list[Any]) -> None:
        """Restore the terminal: a killed program leaves its settings, and navi must not hand those on."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
            self._screen.write(UNDO + (LEAVE if self._over else ""))
            self._screen.flush()

    def _resume(self) -> None:
        self._loop.start()
        self._loop.screen_size = None
        self._screen.clear()


def terminal_is_usable() -> bool:
    """Return whether there is a terminal to read keys from and to draw on."""
    return os.isatty(0) and os.isatty(1)
