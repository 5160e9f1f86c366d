"""Pages whose lines grow at the end, and their panel: it stays there until the user scrolls up; then nothing moves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from navi.tui.pages.folded import Block, Folded, fold_all
from navi.tui.pages.page import Entry, SessionPage
from navi.tui.pages.view import PageView
from navi.tui.style.paint import Line
from navi.tui.style.theme import Glyphs

MARGIN = 1
"""Empty columns beside the blocks, on each side."""


class StreamPage(SessionPage):
    """A page of lines above, blocks that are scrolled, and lines below."""

    @property
    def version(self) -> object:
        """A value that changes whenever the blocks do."""
        raise NotImplementedError

    def head(self) -> Sequence[Line]:
        """Return the lines above."""
        raise NotImplementedError

    def foot(self) -> Sequence[Line]:
        """Return the lines below."""
        raise NotImplementedError

    def blocks(self) -> Iterable[Block]:
        """Return the blocks in their order."""
        raise NotImplementedError

    def older(self) -> None:
        """Fetch blocks before the first one; called often while that is near."""
        raise NotImplementedError

    def lines(self) -> Sequence[Entry]:
        """Return the lines above and below."""
        return [*self.head(), *self.foot()]


class StreamView(PageView):
    """Shows such a page."""

    def __init__(self, glyphs: Glyphs, page: StreamPage, back: str) -> None:
        super().__init__(glyphs, page.heading, (), back)
        self._stream = page
        self._shown: object = None
        self._blocks = Folded()
        self._blocks_as: object = None
        self._anchor: tuple[int, int] | None = None

    def put(self, lines: Sequence[Entry]) -> None:
        """Show what the page has now."""
        shown = (self._stream.version, lines)
        if shown != self._shown:
            self._shown = shown
            self.changed()

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines; at the end it follows what comes."""
        starts, numbers = self._blocks.starts, self._blocks.numbers
        last = max(0, len(self._blocks.lines) - self._rows)
        self._top = max(0, min(self._top + step, last))
        place = bisect_right(starts, self._top) - 1
        self._anchor = (numbers[place], self._top - starts[place]) if self._top < last and place >= 0 else None
        self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint title and head, the visible part of the blocks, and the foot."""
        head = fold_all(self._stream.head(), width)[: max(0, height - 4)]
        foot = fold_all(self._stream.foot(), width)[: height // 2]
        title = [] if self.framed else [self._head(width)]
        self._rows = max(1, height - len(title) - len(head) - len(foot))
        flat = self._lines_of_blocks(width - 2 * MARGIN)
        self._top = self._place(len(flat))
        if self._top < self._rows:
            self._stream.older()
        seen = self._marked(flat[self._top : self._top + self._rows], self._top)
        body: list[Line] = [[("", " " * MARGIN), *line] for line in seen]
        self._length = len(flat)
        return [*title, *head, *body, *[[]] * (self._rows - len(body)), *foot][:height]

    def _searched(self) -> Sequence[Line]:
        """Return the lines of all blocks that are there."""
        return self._blocks.lines

    def _place(self, length: int) -> int:
        """Return the first line that is shown: at the end, or where the user has scrolled to."""
        starts, numbers = self._blocks.starts, self._blocks.numbers
        end = max(0, length - self._rows)
        if self._anchor is None:
            return end
        number, offset = self._anchor
        place = max(0, bisect_right(numbers, number) - 1)
        return min(end, starts[place] + offset if starts else 0)

    def _lines_of_blocks(self, width: int) -> list[Line]:
        """Return all lines, folded: again only if the lines or the width have changed."""
        key = (width, self._stream.version)
        if self._blocks_as != key:
            self._blocks.update(self._stream.blocks(), width)
            self._blocks_as = key
        return self._blocks.lines
