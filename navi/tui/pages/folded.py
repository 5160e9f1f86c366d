"""Blocks of lines, folded for a width and put under each other. Only what is new is folded: thousands come and go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from navi.tui.pages.view import fold
from navi.tui.style.paint import Line

Block = tuple[int, Sequence[Line]]
"""Lines that belong together, and their number, which stays the same and is higher than those before."""


class Folded:
    """All lines; `starts` are the first lines of the blocks, `numbers` their numbers."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.starts: list[int] = []
        self.numbers: list[int] = []
        self._blocks: list[Sequence[Line]] = []
        self._width = 0

    def update(self, blocks: Iterable[Block], width: int) -> None:
        """Show these blocks. One whose lines are the same object as before is not folded again."""
        wanted = list(blocks)
        if width != self._width:
            self._cut(0)
            self._width = width
        self._drop_before(wanted[0][0] if wanted else None)
        same = self._count_same(wanted)
        known = self._pieces_from(same)
        self._cut(same)
        for number, lines in wanted[same:]:
            before = known.get(number)
            self._add(number, lines, before[1] if before and before[0] is lines else fold_all(lines, width))

    def _add(self, number: int, lines: Sequence[Line], pieces: Sequence[Line]) -> None:
        self.numbers.append(number)
        self.starts.append(len(self.lines))
        self._blocks.append(lines)
        self.lines += pieces

    def _drop_before(self, number: int | None) -> None:
        """Drop the blocks before a number: the oldest ones go where there are too many."""
        gone = len(self.numbers) if number is None else bisect_left(self.numbers, number)
        if gone:
            end = self._start(gone)
            del self.lines[:end], self.numbers[:gone], self._blocks[:gone]
            self.starts = [start - end for start in self.starts[gone:]]

    def _count_same(self, wanted: Sequence[Block]) -> int:
        """Return how many of the first blocks are as before."""
        pairs = zip(self.numbers, self._blocks, wanted, strict=False)
        return next(
            (place for place, (number, lines, one) in enumerate(pairs) if number != one[0] or lines is not one[1]),
            min(len(self.numbers), len(wanted)),
        )

    def _pieces_from(self, first: int) -> dict[int, tuple[Sequence[Line], list[Line]]]:
        """Return what is folded of the blocks from a place on, by their numbers."""
        places = range(first, len(self.numbers))
        return {
            self.numbers[one]: (self._blocks[one], self.lines[self.starts[one] : self._start(one + 1)])
            for one in places
        }  # fmt: skip

    def _cut(self, place: int) -> None:
        """Forget the blocks from a place on."""
        del self.lines[self._start(place) :], self.numbers[place:], self._blocks[place:], self.starts[place:]

    def _start(self, place: int) -> int:
        """Return the first line of the block at a place; behind the last one, the number of all lines."""
        return self.starts[place] if place < len(self.starts) else len(self.lines)


def fold_all(lines: Iterable[Line], width: int) -> list[Line]:
    """Return lines, each folded for a width."""
    return [piece for line in lines for piece in fold(line, width)]
