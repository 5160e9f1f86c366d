"""The terminal: urwid's loop inside trio, and suspending it for another program.

This relies on measured facts: urwid 2.6 stops redrawing for ever after one error while drawing, and repaints at the
old size after a suspension unless its size is reset; signal keys must be set while the screen is started.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import termios
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import trio
import urwid

from navi.config.settings import Settings
from navi.core.text import clean, decode
from navi.tui.theme import choose_colors, palette

UNDO = (
    "\x1b7\x1b[r\x1b8"  # the scrolling region; that moves the cursor
    "\x1b[m\x1b(B\x0f"  # colours, character set
    "\x1b[?1l\x1b>\x1b[?7h\x1b[4l\x1b[?25h"  # cursor keys, keypad, wrapping, inserting, hidden cursor
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1004l\x1b[?2004l"  # mouse, focus, pasting
)
"""Resets what a killed program may have left set in the terminal."""

LEAVE = "\x1b[?1049l\r\x1b[K"
"""Leaves the alternate screen; a program that has done so itself may have written where the cursor ends up."""


PAUSE = "printf '\\nPress Enter to go back to navi. '; read -r _"
"""Leaves the screen to the user, for sh."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program that had the terminal ended: its status and its last error line, cleaned."""

    status: int
    words: str


class SparingScreen(urwid.display.raw.Screen):
    """A screen that writes only changes, takes Ctrl-C as a key, and calls `gone` when the terminal is closed.

    urwid moves the cursor even if nothing changes. It restores the terminal's own Ctrl-C when the screen stops.
    """

    def __init__(self, gone: Callable[[], None], **options: Any) -> None:
        super().__init__(**options)
        self._gone = gone
        self._drawn: object = None
        self._canvas: urwid.Canvas | None = None

    def _start(self, *arguments: Any, **options: Any) -> None:
        """Also called when navi resumes after a suspension."""
        self._drawn = None
        super()._start(*arguments, **options)
        self.tty_signal_keys(intr="undefined")

    def _read_raw_input(self, timeout: float) -> bytearray:
        """Read keys. A closed terminal reads as empty, and urwid 2.6 would go on reading for ever."""
        if sys.stdin.fileno() not in self._wait_for_input_ready(timeout):
            return bytearray(super()._read_raw_input(timeout=0))
        try:
            data = os.read(sys.stdin.fileno(), 65536)
        except OSError:
            data = b""
        if not data:
            self._gone()
        return bytearray(data)

    def clear(self) -> None:
        """Draw everything the next time."""
        self._drawn = None
        super().clear()

    def draw_screen(self, size: tuple[int, int], canvas: urwid.Canvas) -> None:
        """Draw, unless just that is on the screen. In the middle of a change of size urwid draws nothing."""
        if canvas is self._canvas and self._drawn is not None:
            return  # urwid asks after every event, and to read all rows of a canvas takes longer than most events
        self._canvas = canvas
        wanted = (size, list(canvas.content()))
        if wanted != self._drawn:
            super().draw_screen(size, canvas)
            self._drawn = None if self._resized else wanted


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
        self._screen = SparingScreen(self._end, bracketed_paste_mode=True, focus_reporting=False)
        self._screen.set_terminal_properties(colors=choose_colors(settings, environment))
        self._screen.set_mouse_tracking(settings.mouse)
        self._events = urwid.TrioEventLoop()
        self._error: Exception | None = None
        self._failed = trio.Event()
        self._life = trio.CancelScope()
        self._suspended = False
        self._over = False
        self._loop = GuardedLoop(
            widget,
            palette(),
            screen=self._screen,
            event_loop=self._events,
            handle_mouse=settings.mouse,
            input_filter=lambda keys, _: self._take_keys(pressed, keys),
            broken=self._break,
        )

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

    async def run_program(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        keep_errors: bool = True,
        pause_after: Container[int] = (),
    ) -> Ended:
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
                    await trio.run_process(("sh", "-c", PAUSE), stdin=None, check=False)
                return Ended(status, clean(decode(errors.read(65536)).strip().rpartition("\n")[2]))
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
