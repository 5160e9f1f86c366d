"""The preview: what the selected session's pane shows, kept fresh while it is visible."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.listing import Key
from navi.core.model import Session
from navi.core.text import clean
from navi.ops.capture import Capture
from navi.tui.paint import Line, ScrollingPanel, columns_of, wrap
from navi.tui.theme import Glyphs

HISTORY = 200
"""Lines of scrollback above the screen that are fetched."""


class Preview(ScrollingPanel):
    """Shows one capture. It knows whose it is, so that a late answer never appears under another session."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._key: Key | None = None
        self._title = ""
        self._texts: tuple[str, ...] = ()
        self._note = ""
        self._above_end = 0
        self._rows = 1
        self.wrapped = False
        self.focused = False

    def follow(self, session: Session | None) -> None:
        """Show another session; the capture of the previous one disappears."""
        key = session.key if session else None
        if key == self._key:
            return
        self._key = key
        self._title = clean(session.label if session.headless else session.address) if session else ""
        self._texts = ()
        self._note = "fetching ..." if session else "no session"
        self._above_end = 0
        self.changed()

    def show(self, key: Key, capture: Capture) -> bool:
        """Show a capture if it is of the session that the preview follows; return whether it differs from the last one.

        While the user has scrolled up, nothing moves until they are back at the end.
        """
        if key != self._key or (capture.lines == self._texts and not self._note) or (self._above_end and self._texts):
            return False
        self._texts = capture.lines
        self._note = "" if capture.lines else "(the pane is empty)"
        self.changed()
        return True

    def fail(self, key: Key, reason: str) -> None:
        """Say why there is nothing new; the last capture stays visible below."""
        if key == self._key and self._note != reason:
            self._note = reason
            self.changed()

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines; at the end the preview follows new output."""
        self._above_end = max(0, self._above_end - step)
        self.changed()

    def page(self, direction: int) -> None:
        """Go a page up or down."""
        self.scroll(direction * max(1, self._rows - 1))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint a rule with the title, then the end of the text."""
        self._rows = max(1, height - 1)
        texts = [piece for text in self._texts for piece in wrap(text, width)] if self.wrapped else self._texts
        self._above_end = min(self._above_end, max(0, len(texts) - self._rows))
        end = len(texts) - self._above_end
        body: list[Line] = [[("", text)] for text in texts[max(0, end - self._rows) : end]]
        if self._note:
            body = [[("notice", self._note)], *body][: self._rows]
        return [self._rule(width, max(0, end - self._rows)), *body]

    def _rule(self, width: int, hidden: int) -> Line:
        style = "key" if self.focused else "dim"
        about = f" {self._title} " if self._title else ""
        place = f" {hidden} above {self._above_end} below " if hidden or self._above_end else ""
        held = " held " if self._above_end else ""
        rule = self.glyphs.rule
        line: Line = [(style, rule * 2), ("title" if self.focused else "", about), ("notice", held), (style, place)]
        return [*line, (style, rule * (width - columns_of(line)))]
