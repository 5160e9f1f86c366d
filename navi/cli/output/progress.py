"""A line on the terminal that names what a verb waits for. It appears after half a second and goes when the wait ends.

Without a terminal as standard error, nothing is written. Several threads may wait at the same time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from navi.core.text import clean

if TYPE_CHECKING:
    from threading import Event, Lock, Thread
    from typing import TextIO

BEGINS_AFTER = 0.5
"""Seconds of waiting before a line is written."""

EVERY = 0.2
"""Seconds between two updates of the line."""

MOST_NAMES = 3

ERASE = "\r\x1b[K"


class ProgressLine:
    """The line on the terminal, which begins with `verb`, while at least one thing keeps the verb waiting."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str]) -> None:
        self.verb = ""
        self._stream = stream
        self._shows = environment.get("TERM", "dumb") != "dumb" and stream.isatty()
        self._names: dict[object, str] = {}
        self._total = self._done = self._scopes = 0
        self._began = 0.0
        self._lock: Lock | None = None
        self._drawing: Lock | None = None
        self._line_shown = ""
        self._over: Event | None = None
        self._thread: Thread | None = None
        if self._shows:
            from threading import Lock  # only here: a verb without a terminal does without it

            self._lock, self._drawing = Lock(), Lock()

    @contextmanager
    def of(self, total: int) -> Iterator[None]:
        """Count what is done meanwhile, out of a total."""
        if self._scopes:  # within another one, which shows its own progress
            yield
            return
        self._total, self._done = total, 0
        self._enter()
        try:
            yield
        finally:
            self._leave()
            self._total = 0

    @contextmanager
    def waiting(self, name: str, counted: bool = False) -> Iterator[None]:
        """Show the name of something that the verb waits for. It is `counted` if it is one of the total."""
        if self._total and not counted:
            yield
            return
        one = object()
        self._names[one] = name
        self._enter()
        try:
            yield
        finally:
            del self._names[one]
            self._done += counted
            self._leave()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Erase the line while something else is written to the terminal."""
        if self._drawing:
            with self._drawing:
                self._draw("")
                yield
        else:
            yield

    def _enter(self) -> None:
        """Start the thread that writes, unless one does."""
        if self._lock:
            with self._lock:
                self._scopes += 1
                if self._scopes == 1:
                    self._begin()

    def _begin(self) -> None:
        import threading

        self._began = time.monotonic()
        self._over = over = threading.Event()
        self._thread = threading.Thread(target=self._write, args=(over,), daemon=True)
        self._thread.start()

    def _leave(self) -> None:
        """Stop the thread, which erases its line, when the verb waits for nothing any more."""
        if self._lock:
            with self._lock:
                self._scopes -= 1
                if not self._scopes and self._thread and self._over:
                    self._over.set()
                    self._thread.join()

    def _write(self, over: Event) -> None:
        """Write the line until it is over, and erase it then."""
        pause = BEGINS_AFTER
        while not over.wait(pause):
            pause = EVERY
            self._draw_line(self._line())
        self._draw_line("")

    def _draw_line(self, line: str) -> None:
        if self._drawing:
            with self._drawing:
                self._draw(line)

    def _draw(self, line: str) -> None:
        """Replace the line on the terminal. A terminal that is gone changes nothing for the verb."""
        if line != self._line_shown:
            self._line_shown = line
            with suppress(OSError, ValueError):
                self._stream.write(f"{ERASE}{line}")
                self._stream.flush()

    def _line(self) -> str:
        names = sorted({*self._names.values()})
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        parts = [f"{self._done} of {self._total} done"] if self._total > 1 else []
        parts += [f"waiting for {', '.join(names[:MOST_NAMES])}{more}"] if names else []
        seconds = f"{time.monotonic() - self._began:.0f} s"
        return _fitted(clean(f"navi {self.verb}: {', '.join([*parts, seconds])}"), self._width())

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            return 80


def _fitted(line: str, width: int) -> str:
    """Return the beginning of a line that certainly fits: any letter may take two cells."""
    room = max(1, width - 1)
    return line[: room if line.isascii() else room // 2]
