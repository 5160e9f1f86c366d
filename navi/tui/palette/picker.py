"""A list to choose from: what is typed narrows it, Enter chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from navi.core.text import clean
from navi.tui.dialogs.chooser import Chooser
from navi.tui.keys.keymap import PICKER, character
from navi.tui.palette.fuzzy import MISSING, rank
from navi.tui.style.paint import Line, Segment, fit, width_of
from navi.tui.style.theme import Glyphs

MAX_QUERY = 100
"""Characters that can be typed."""

LEAST_HEIGHT = 8
"""Lines that the list may take on any screen, if there are so many; otherwise it takes two thirds of the screen."""

GAP = "  "
"""What is between two columns."""


class PickerEntry(NamedTuple):
    """A row. `value` is what is chosen with it; `name` and `about` are searched; `cells` are shown, in columns.

    `refused` is why it can't be chosen now, "" if it can.
    """

    value: str
    name: str
    cells: tuple[Segment, ...]
    about: str = ""
    refused: str = ""


class Picker(Chooser):
    """`entries` returns the rows as they are now; `choose` takes the value of the chosen one, after the list is closed.

    `does` says what Enter does, and `chosen` is the value under the cursor at first.
    """

    widest = 96

    def __init__(
        self, glyphs: Glyphs, title: str, entries: Callable[[], Sequence[PickerEntry]], choose: Callable[[str], None],
        close: Callable[[], None], does: str, chosen: str = "",
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self._source = entries
        self._choose = choose
        self._does = does
        self._typed = ""
        self._entries: Sequence[PickerEntry] = ()
        self._natural: Sequence[int] = ()
        self._found: Sequence[PickerEntry] = ()
        self.update(chosen)

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the list is open."""
        return (PICKER,)

    @property
    def count(self) -> int:
        """The number of rows that fit what was typed."""
        return len(self._found)

    def keys(self) -> list[tuple[str, str]]:
        """Return how to choose and how to close."""
        return [("pick", self._does), ("cancel", "closes")]

    # ---- what is listed

    def update(self, chosen: str = "") -> None:
        """Show the rows as they are now; the cursor stays on its row, or goes to that of `chosen`."""
        self._entries = self._source()
        columns = zip(*(entry.cells for entry in self._entries), strict=True)
        self._natural = [max(width_of(text) for _, text in column) for column in columns]
        self._find(chosen or (self._found[self.place].value if self._found else ""))

    def _find(self, chosen: str = "") -> None:
        """List what fits what was typed: the best first, then what can be chosen, each in the order of the rows."""
        ranks = [(rank(self._typed, one.name, one.about), bool(one.refused), one) for one in self._entries]
        found = sorted((one for one in ranks if one[0] < MISSING), key=lambda one: one[:2])
        self._found = [entry for *_, entry in found]
        self.place = next((place for place, one in enumerate(self._found) if one.value == chosen), 0)
        self.changed()

    # ---- keys

    def press(self, key: str, command: str | None) -> None:
        """Choose, move or type."""
        self.show_note("")
        if command == "pick":
            self.choose()
        elif command in ("pick_down", "pick_up"):
            self.move(1 if command == "pick_down" else -1, around=True)
        elif command in ("pick_further", "pick_back"):
            self.move(self._rows if command == "pick_further" else -self._rows)
        elif command == "cancel":
            self.close()
        else:
            self._type(key)

    def _type(self, key: str) -> None:
        """Add a letter, or take one, a word or everything away. The best row is under the cursor then."""
        words = {"backspace": self._typed[:-1], "ctrl u": "", "ctrl w": self._typed.rstrip().rpartition(" ")[0]}
        letter = clean(character(key))
        typed = f"{self._typed}{letter}"[:MAX_QUERY] if letter else words.get(key, self._typed)
        if typed != self._typed:
            self._typed = typed
            self._find()

    def choose(self) -> None:
        """Choose the row under the cursor, or say why that can't be done."""
        if not self._found:
            return
        entry = self._found[self.place]
        if entry.refused:
            self.show_fault(f"{entry.name}: {entry.refused}")
        else:
            self.close()
            self._choose(entry.value)

    # ---- painting

    def height(self, width: int, total: int) -> int:
        """Return how many lines the list asks for: it does not shrink while one types."""
        del width
        return min(len(self._entries) + 3, max(LEAST_HEIGHT, total * 2 // 3))

    def needed(self, most: int) -> int:
        """Return the columns that the widest row takes."""
        return 4 + sum(columns + len(GAP) for columns in self._widths(most) if columns) + sum(self._natural[-1:])

    def fixed(self, width: int) -> list[Line]:
        """Return the end of what is typed."""
        typed = self._typed
        while typed and width_of(typed) > width - 8:
            typed = typed[1:]
        return [[("dim", " find "), ("", typed), ("cursor", "_")]]

    def visible(self, width: int) -> list[Line]:
        """Return the rows around the cursor, or that there are none."""
        return super().visible(width) or [[("dim", "   nothing fits")]]

    def _widths(self, width: int) -> list[int]:
        """Return the columns of all cells but the last: the same for all rows, none too wide for the rest."""
        return [min(columns, width * 2 // 5) for columns in self._natural[:-1]]

    def row(self, place: int, width: int) -> Line:
        """Return a row: its cells in columns. What can't be chosen now is struck out, but for the reason."""
        entry = self._found[place]
        *cells, last = entry.cells
        line: list[Segment] = [("selected", f" {self.glyphs.cursor} ") if place == self.place else ("", "   ")]
        for (style, text), columns in zip(cells, self._widths(width), strict=True):
            cell = ("refused" if entry.refused else style, text)
            line += [*fit([cell], columns, ellipsis=self.glyphs.ellipsis), ("", GAP)] if columns else []
        return fit([*line, last], width, ellipsis=self.glyphs.ellipsis)
