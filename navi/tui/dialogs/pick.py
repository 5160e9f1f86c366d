"""A dialog with rows to tick."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from navi.core.text import clean
from navi.tui.dialogs.chooser import Chooser
from navi.tui.keys.keymap import DIALOG, TICKING
from navi.tui.style.paint import Line, fit, width_of, wrap
from navi.tui.style.theme import Glyphs

LEFT_ABOVE = 4
"""Lines of the screen that the dialog leaves to what lies behind it."""

FAR = 10**6
"""More rows than there are."""


class PickRow(NamedTuple):
    """A row: `key` is what is picked, `name` and `note` are what people read."""

    key: str
    name: str
    note: str = ""


class Pick(Chooser):
    """`picked` gets the keys of the ticked rows, in their order; `verb` is what it does with them."""

    widest = 116
    narrowest = 76

    def __init__(
        self, glyphs: Glyphs, title: str, text: str, choices: Sequence[PickRow], verb: str,
        picked: Callable[[Sequence[str]], None], close: Callable[[], None], ticked: Collection[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self._head = title
        self._text = text
        self._choices = choices
        self._verb = verb
        self._picked = picked
        self._ticked = set(ticked)
        self._names = max((width_of(clean(one.name)) for one in choices), default=0)
        self.busy = False
        self._count()

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the dialog is open."""
        return (TICKING, DIALOG)

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._choices)

    # ---- keys

    def press(self, key: str, command: str | None) -> None:
        """Move, tick, or pick. While something is done with what was picked, the dialog can only be closed."""
        del key
        if command in ("cancel", "decline"):
            self.close()
        elif self.busy:
            return
        elif command == "use_ticked":
            self._pick()
        else:
            self._run(command)
            self.show_note("")

    def _run(self, command: str | None) -> None:
        page = max(1, self._rows - 1)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -FAR, "last": FAR}
        if command in steps:
            self.move(steps[command])
        elif command == "tick":
            self.choose()
            self.move(1)
        elif command == "tick_all":
            every = {one.key for one in self._choices}
            self._ticked = set() if self._ticked == every else every
        self._count()

    def choose(self) -> None:
        """Tick the row under the cursor, or clear it."""
        if not self.busy:
            self._ticked ^= {self._choices[self.place].key}
            self._count()
            self.changed()

    def _count(self) -> None:
        self.title = f"{self._head}: {len(self._ticked)} of {len(self._choices)} ticked"

    def _pick(self) -> None:
        chosen = [one.key for one in self._choices if one.key in self._ticked]
        if chosen:
            self._picked(chosen)
        else:
            self.show_fault(f"nothing is ticked; {self.keymap.name('tick')} ticks")

    def keys(self) -> list[tuple[str, str]]:
        """Return how to pick, and how not to."""
        if self.busy:
            return [("cancel", "closes; what has begun goes on")]
        return [("use_ticked", self._verb), ("tick", "ticks"), ("tick_all", "all"), ("cancel", "not now")]

    # ---- painting

    def needed(self, most: int) -> int:
        """Return the columns of the widest row."""
        notes = max((width_of(clean(one.note)) for one in self._choices), default=0)
        return min(self._names, max(10, most // 2)) + notes + len("   [x]   ") + 1

    def height(self, width: int, total: int) -> int:
        """Return how many lines the dialog asks for: all that it has, as long as a little of the list is visible."""
        return min(super().height(width, total), max(2 * LEFT_ABOVE, total - LEFT_ABOVE))

    def introduction(self, width: int) -> list[Line]:
        """Return what the rows are about."""
        return [[("", f" {line}")] for line in wrap(self._text, width - 2)]

    def row(self, place: int, width: int) -> Line:
        """Return a row: its tick, its name, and what there is to know about it."""
        one, here = self._choices[place], place == self.place
        mark = "x" if one.key in self._ticked else " "
        names = min(self._names, max(10, width // 2))
        name = fit([("selected" if here else "name", clean(one.name))], names, ellipsis=self.glyphs.ellipsis)
        start = f" {self.glyphs.cursor if here else ' '} [{mark}] "
        line: Line = [("selected" if here else "", start), *name, ("dim", f"  {clean(one.note)}")]
        return fit(line, width, ellipsis=self.glyphs.ellipsis)
