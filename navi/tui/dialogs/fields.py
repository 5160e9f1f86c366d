"""The fields of forms: a text, a choice, a checkbox. They take keys and paint themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import urwid

from navi.core.text import clean
from navi.tui.keys.keymap import character
from navi.tui.style.paint import Line, Segment, width_of

MOVES = {"ctrl a": "home", "ctrl e": "end", "ctrl b": "left", "ctrl f": "right", "ctrl d": "delete"}
"""Keys of readline, and the keys that urwid knows for them."""


class Field(Protocol):
    """A value with a label. `keys` names its own keys, and what they do, for the last line of the form."""

    label: str
    keys: tuple[str, str]

    def press(self, key: str) -> bool:
        """Take a key; return whether it was for the field."""
        ...

    def keys_to(self, column: int, width: int) -> Sequence[str]:
        """Return the keys that do what a click on a column of the value does, besides going to the field."""
        ...

    def lines(self, focused: bool, width: int) -> list[Line]:
        """Paint the value in so many columns."""
        ...


class TextField:
    """A line of text. The editing itself is urwid's. `tab` is what a pasted tab becomes."""

    keys = ("", "")
    tab = " "

    def __init__(self, label: str, text: str = "", hint: str = "", longest: int = 4096) -> None:
        self.label = label
        self._hint = hint
        self._edit = urwid.Edit(edit_text=text[:longest], edit_pos=len(text[:longest]))
        self._longest = longest

    @property
    def text(self) -> str:
        """What was typed."""
        return str(self._edit.edit_text)

    @text.setter
    def text(self, text: str) -> None:
        """Replace the text, and move to its end."""
        self._edit.set_edit_text(text[: self._longest])
        self._edit.set_edit_pos(len(self.text))

    @property
    def at_end(self) -> bool:
        """Whether the cursor is behind the last character."""
        return int(self._edit.edit_pos) == len(self.text)

    def press(self, key: str) -> bool:
        """Edit. Up and down are left to the form."""
        key = MOVES.get(key, key)
        if key in ("ctrl u", "ctrl k", "ctrl w"):
            self._cut(key)
            return True
        if len(key) == 1:
            self._type(character(key).replace("\t", self.tab))
            return True
        if key not in ("home", "end", "left", "right", "delete", "backspace"):
            return False
        # One line as wide as it takes: the edge of the box never breaks it.
        self._edit.keypress((max(10, 2 * len(self.text) + 10),), key)
        return True

    def keys_to(self, column: int, width: int) -> Sequence[str]:
        """Return no key: a click only goes to the field."""
        del column, width
        return ()

    def _type(self, character: str) -> None:
        if len(self.text) < self._longest:
            self._edit.insert_text(character)

    def _cut(self, key: str) -> None:
        """Remove the text before the cursor, behind it, or the word before it."""
        place = self._edit.edit_pos
        before, after = self.text[:place], self.text[place:]
        if key == "ctrl u":
            before = ""
        elif key == "ctrl k":
            after = ""
        else:
            before = before.rstrip()[: before.rstrip().rfind(" ") + 1]
        self._edit.set_edit_text(before + after)
        self._edit.set_edit_pos(len(before))

    def lines(self, focused: bool, width: int) -> list[Line]:
        """Paint the part of the text around the cursor."""
        return [self._line(focused, width)]

    def _line(self, focused: bool, width: int) -> Line:
        if not focused:
            return [("", clean(self.text))] if self.text else [("dim", self._hint)]
        place = self._edit.edit_pos
        before = self.text[:place]
        while before and width_of(clean(before)) > width - 4:
            before = before[1:]
        here = clean(self.text[place : place + 1]) or "_"
        hint: list[Segment] = [] if self.text else [("dim", self._hint)]
        return [("", clean(before)), ("cursor", here), ("", clean(self.text[place + 1 :])), *hint]


class ChoiceField:
    """One of several words; left, right and the space bar change it."""

    keys = ("Left Right", "choose")

    def __init__(self, label: str, options: Sequence[tuple[str, str]], chosen: str = "") -> None:
        self.label = label
        self._options = list(options)
        values = [value for value, _ in options]
        self._place = values.index(chosen) if chosen in values else 0

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._options[self._place][0] if self._options else ""

    def press(self, key: str) -> bool:
        """Choose the next or previous one, or the next that begins with a letter."""
        if key in ("right", "left", " "):
            self._place = (self._place + (-1 if key == "left" else 1)) % len(self._options)
            return True
        if len(key) != 1:
            return False
        order = [*range(self._place + 1, len(self._options)), *range(self._place + 1)]
        self._place = next((place for place in order if self._options[place][0].startswith(key)), self._place)
        return True

    def keys_to(self, column: int, width: int) -> Sequence[str]:
        """Return the keys that choose the option at a column, none if none is there."""
        first, last, _ = self._shown(width)
        for place in range(first, last):
            if 0 <= column - self._columns(first, place) < self._columns(place, place + 1) - 1:
                steps = place - self._place
                return ("right" if steps > 0 else "left",) * abs(steps)
        return ()

    def _shown(self, width: int) -> tuple[int, int, str]:
        """Return which options are painted in so many columns, and the chosen one's number if that is not all."""
        first, last = self._visible(width)
        if (first, last) == (0, len(self._options)):
            return first, last, ""
        number = f"{self._place + 1}/{len(self._options)}"
        return *self._visible(width - len(number) - 1), number

    def lines(self, focused: bool, width: int) -> list[Line]:
        """Paint the options that fit as a whole, the chosen one highlighted, and its number if not all of them fit."""
        first, last, number = self._shown(width)
        line: list[Segment] = []
        for place in range(first, last):
            chosen = place == self._place
            style = ("cursor" if focused else "name") if chosen else "dim"
            line += [(style, f" {clean(self._options[place][1])} "), ("", " ")]
        return [[*line, ("dim", number)]]

    def _visible(self, width: int) -> tuple[int, int]:
        """Return the options that fit: those before the chosen one only as far as there is room behind it."""
        first = last = self._place
        while last < len(self._options) and (last == self._place or self._columns(first, last + 1) <= width):
            last += 1
        while first > 0 and self._columns(first - 1, last) <= width:
            first -= 1
        return first, last

    def _columns(self, first: int, end: int) -> int:
        return sum(width_of(clean(words)) + 3 for _, words in self._options[first:end])


class CheckBox:
    """A checkbox."""

    keys = ("Space", "ticks")

    def __init__(self, label: str, words: str, ticked: bool = False) -> None:
        self.label = label
        self._words = words
        self.ticked = ticked

    def press(self, key: str) -> bool:
        """Tick the box, or clear it."""
        if key in (" ", "left", "right", "x"):
            self.ticked = not self.ticked
            return True
        return len(key) == 1

    def keys_to(self, column: int, width: int) -> Sequence[str]:
        """Return the key that ticks the box, or clears it."""
        del width
        return (" ",) if column >= 0 else ()

    def lines(self, focused: bool, width: int) -> list[Line]:
        """Paint the box and its text."""
        del width
        return [[("cursor" if focused else "", f"[{'x' if self.ticked else ' '}]"), ("", f" {self._words}")]]
