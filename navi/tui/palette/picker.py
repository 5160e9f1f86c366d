"""A list to choose from: what is typed narrows it, Enter chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from navi.tui.dialogs.dialog import Dialog
from navi.tui.keymap import PICKER
from navi.tui.paint import Line, Segment, fit, width_of
from navi.tui.palette.fuzzy import MISSING, rank
from navi.tui.theme import Glyphs, lit

LONGEST = 100
"""Characters that can be typed."""

LEAST_HEIGHT = 8
"""Lines that the list may take on any screen, if there are so many; otherwise it takes two thirds of the screen."""

GAP = "  "
"""What is between two columns."""


class Entry(NamedTuple):
    """A row. `value` is what is chosen with it; `name` and `about` are searched; `cells` are shown, in columns.

    `refused` is why it can't be chosen now, "" if it can.
    """

    value: str
    name: str
    cells: tuple[Segment, ...]
    about: str = ""
    refused: str = ""


class Picker(Dialog):
    """`entries` returns the rows as they are now; `choose` takes the value of the chosen one, after the list is closed.

    `does` says what Enter does, and `chosen` is the value under the cursor at first.
    """

    def __init__(
        self, glyphs: Glyphs, title: str, entries: Callable[[], Sequence[Entry]], choose: Callable[[str], None],
        close: Callable[[], None], does: str, chosen: str = "",
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self._source = entries
        self._choose = choose
        self._does = does
        self._typed = ""
        self._entries: Sequence[Entry] = ()
        self._found: Sequence[Entry] = ()
        self._place = 0
        self._first = 0
        self._above, self._room = 0, 1
        self.update(chosen)

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the list is open."""
        return (PICKER,)

    def keys(self) -> list[tuple[str, str]]:
        """Return how to choose and how to close."""
        return [("pick", self._does), ("cancel", "closes")]

    # ---- what is listed

    def update(self, chosen: str = "") -> None:
        """Show the rows as they are now; the cursor stays on its row, or goes to that of `chosen`."""
        self._entries = self._source()
        self._find(chosen or (self._found[self._place].value if self._found else ""))

    def _find(self, chosen: str = "") -> None:
        """List what fits what was typed: the best first, then what can be chosen, each in the order of the rows."""
        ranks = [(rank(self._typed, one.name, one.about), bool(one.refused), one) for one in self._entries]
        found = sorted((one for one in ranks if one[0] < MISSING), key=lambda one: one[:2])
        self._found = [entry for *_, entry in found]
        self._place = next((place for place, one in enumerate(self._found) if one.value == chosen), 0)
        self.changed()

    # ---- keys

    def press(self, key: str, command: str | None) -> None:
        """Choose, move or type."""
        self.tell()
        if command == "pick":
            self._pick()
        elif command in ("pick_down", "pick_up"):
            self._move(1 if command == "pick_down" else -1, around=True)
        elif command in ("pick_further", "pick_back"):
            self._move(self._room if command == "pick_further" else -self._room)
        elif command == "cancel":
            self.close()
        else:
            self._type(key)

    def _type(self, key: str) -> None:
        """Add a letter, or take one, a word or everything away. The best row is under the cursor then."""
        words = {"backspace": self._typed[:-1], "ctrl u": "", "ctrl w": self._typed.rstrip().rpartition(" ")[0]}
        typed = f"{self._typed}{key}"[:LONGEST] if len(key) == 1 and key.isprintable() else words.get(key, self._typed)
        if typed != self._typed:
            self._typed = typed
            self._find()

    def _pick(self) -> None:
        if not self._found:
            return
        entry = self._found[self._place]
        if entry.refused:
            self.tell(fault=f"{entry.name}: {entry.refused}")
        else:
            self.close()
            self._choose(entry.value)

    def _move(self, step: int, around: bool = False) -> None:
        if self._found:
            last = len(self._found) - 1
            place = self._place + step
            self._place = place % len(self._found) if around else max(0, min(place, last))
            self.changed()

    # ---- painting

    def height(self, width: int, total: int) -> int:
        """Return how many lines the list asks for: it does not shrink while one types."""
        del width
        return min(len(self._entries) + 3, max(LEAST_HEIGHT, total * 2 // 3))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint what is typed, the rows around the cursor and the keys; on few lines, less of it."""
        position = f"{min(self._place + 1, len(self._found))}/{len(self._found)}"
        above = [self._rule(width, position), self._prompt(width)][0 if height > 3 else 1 :]
        foot = self._foot(width)
        below = foot if height > len(foot) + 3 else foot[:1] if self.fault else []
        self._above, self._room = len(above), max(1, height - len(above) - len(below))
        self._first = max(0, min(self._first, self._place, len(self._found) - self._room), self._place - self._room + 1)
        widths = self._widths(width)
        shown = range(self._first, min(self._first + self._room, len(self._found)))
        rows = [self._row(place, widths, width) for place in shown] or [[("dim", "   nothing fits")]]
        blank: list[Line] = [[]] * (self._room - len(rows))
        return [*above, *rows, *blank, *below][:height]

    def _prompt(self, width: int) -> Line:
        """Paint the end of what is typed."""
        typed = self._typed
        while typed and width_of(typed) > width - 8:
            typed = typed[1:]
        return [("dim", " find "), ("", typed), ("cursor", "_")]

    def _widths(self, width: int) -> list[int]:
        """Return the columns of all cells but the last: the same for all rows; none is so wide that it hides others."""
        cells = zip(*(entry.cells[:-1] for entry in self._entries), strict=True)
        return [min(max(width_of(text) for _, text in column), width * 2 // 5) for column in cells]

    def _row(self, place: int, widths: Sequence[int], width: int) -> Line:
        entry = self._found[place]
        chosen = place == self._place
        line: list[Segment] = [("selected", f" {self.glyphs.cursor} ") if chosen else ("", "   ")]
        for cell, columns in zip(entry.cells, widths, strict=False):
            line += [*fit([cell], columns, ellipsis=self.glyphs.ellipsis), ("", GAP)] if columns else []
        line.append(entry.cells[-1])
        if entry.refused:
            line = [line[0], *(("dim", text) for _, text in line[1:])]
        filled = fit(line, width, ellipsis=self.glyphs.ellipsis)
        return [(lit(style), text) for style, text in filled] if chosen else filled

    # ---- the mouse

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Choose by click, move by the wheel (urwid's protocol)."""
        del size, column, focus
        if "press" not in event:
            return False
        if button in (4, 5):
            self._move(-1 if button == 4 else 1)
        elif button == 1:
            self._click(line - self._above)
        return True

    def _click(self, row: int) -> None:
        place = self._first + row
        if 0 <= row < self._room and place < len(self._found):
            self._place = place
            self._pick()
