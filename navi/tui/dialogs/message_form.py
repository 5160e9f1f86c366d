"""The form for a message to sessions: one field of several lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import urwid

from navi.core.text import clean
from navi.tui.dialogs.dialog import MOST_LINES, Form
from navi.tui.dialogs.fields import TextField
from navi.tui.keys.keymap import FORM, MESSAGE
from navi.tui.style.paint import Line, width_of
from navi.tui.style.theme import Glyphs

MOST_ROWS = 8
"""Rows of the text that are visible at once."""


class TextArea(TextField):
    """A text of several lines, which are broken where they are too wide."""

    tab = "\t"

    def __init__(self, text: str = "", hint: str = "", longest: int = 100_000) -> None:
        super().__init__("", text, hint, longest)
        self._edit = urwid.Edit(edit_text=self.text, edit_pos=len(self.text), multiline=True)

    def break_line(self) -> None:
        """Begin a new line at the cursor."""
        self._type("\n")

    def press(self, key: str) -> bool:
        """Edit; up and down move between the lines, and are left to the form where there is none."""
        if key in ("up", "down"):
            place = int(self._edit.edit_pos)
            beyond = self.text[:place] if key == "up" else self.text[place:]
            if "\n" not in beyond:
                return False
            self._edit.keypress((max(10, 2 * len(self.text) + 10),), key)
            return True
        return super().press(key)

    def lines(self, focused: bool, width: int) -> list[Line]:
        """Paint the rows around the cursor; without it, the first one."""
        if focused:
            return self.rows(width, MOST_LINES)
        first, _, more = self.text.partition("\n")
        return [[("", clean(first)), ("dim", " ..." if more else "")]] if self.text else [[("dim", self._hint)]]

    def rows(self, width: int, most: int = MOST_ROWS) -> list[Line]:
        """Paint the rows around the cursor, at most so many."""
        if not self.text:
            return [[("cursor", "_"), ("dim", self._hint)]]
        spans = _spans(self.text, width - 1)
        place = self._edit.edit_pos
        here = max(number for number, (start, _) in enumerate(spans) if start <= place)
        first = max(0, here - most + 1)
        return [self._row(spans[number], place, number == here) for number in range(first, len(spans))][:most]

    def _row(self, span: tuple[int, int], place: int, has_cursor: bool) -> Line:
        start, end = span
        if not has_cursor:
            return [("", clean(self.text[start:end]))]
        under = clean(self.text[place : min(place + 1, end)]) or "_"
        return [("", clean(self.text[start:place])), ("cursor", under), ("", clean(self.text[place + 1 : end]))]


def _spans(text: str, width: int) -> list[tuple[int, int]]:
    """Return where each row begins and ends."""
    spans, start = [], 0
    for line in text.split("\n"):
        begin = start
        for place in range(start, start + len(line)):
            if width_of(clean(text[begin : place + 1])) > width:
                spans.append((begin, place))
                begin = place
        spans.append((begin, start + len(line)))
        start += len(line) + 1
    return spans


class MessageForm(Form):
    """Enter sends the text, another key begins a new line, and line ends of pasted text stay."""

    takes_lines = True

    def __init__(
        self, glyphs: Glyphs, title: str, text: str, submit: Callable[[], None], close: Callable[[], None]
    ) -> None:
        super().__init__(glyphs, title, submit, close)
        self._area = TextArea(text, hint=" what the agent should do")

    def focused_rows(self, width: int) -> tuple[int, int] | None:
        """Return where the cursor is: in a small terminal not all rows fit."""
        rows = self.body(width)
        here = next((place for place, row in enumerate(rows) if any(style == "cursor" for style, _ in row)), 0)
        return here, here

    @property
    def text(self) -> str:
        """What was typed."""
        return self._area.text

    def fields(self) -> Sequence[TextField]:
        """Return the one field."""
        return (self._area,)

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the form is open."""
        return (MESSAGE, FORM)

    def press(self, key: str, command: str | None) -> None:
        """Take a key. The keys that move between fields move between lines here."""
        if self.busy or command in ("cancel", "submit"):
            super().press(key, command)
        elif command == "new_line" or key == "enter":
            self._area.break_line()
            self.show_note("")
        else:
            super().press(key, None)

    def body(self, width: int) -> list[Line]:
        """Return the text."""
        return [[("", " "), *row] for row in self._area.rows(width - 2)]

    def keys(self) -> list[tuple[str, str]]:
        """Return how to send the text, to begin a line and to close."""
        if self.busy:
            return super().keys()
        return [("submit", "sends it"), ("new_line", "new line"), ("cancel", "closes")]
