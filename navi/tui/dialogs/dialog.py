"""Dialogs: questions, forms and results above the footer. An open dialog takes every key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.core.text import clean
from navi.tui.dialogs.fields import Field
from navi.tui.keymap import DIALOG, FORM, Keymap
from navi.tui.paint import Line, Panel, columns_of, fit, wrap
from navi.tui.theme import Glyphs

LABEL = 13
"""Columns of the labels before the fields."""


class Dialog(Panel):
    """A title, a body and a line that says which keys do what. `close` closes it.

    A dialog that is not `whole` may be cut, so that the list stays visible. Whoever opens it sets `keymap`. One that
    `takes_lines` gets the line ends of pasted text, as the key enter without a command.
    """

    whole = True
    takes_lines: bool = False
    keymap: Keymap

    def __init__(self, glyphs: Glyphs, title: str, close: Callable[[], None]) -> None:
        super().__init__(glyphs)
        self.title = title
        self.close = close
        self.fault = ""
        self.note = ""

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the dialog is open, the topmost first."""
        return (DIALOG,)

    def press(self, key: str, command: str | None) -> None:
        """Take a key, and its command in the dialog's contexts."""
        del key
        if command == "cancel":
            self.close()

    def body(self, width: int) -> list[Line]:
        """Return the lines between title and keys."""
        del width
        return []

    def keys(self) -> list[tuple[str, str]]:
        """Return the commands that the last line offers, with what they do here."""
        return [("cancel", "closes")]

    def tell(self, note: str = "", fault: str = "") -> None:
        """Say what is going on, or what went wrong; what was typed stays."""
        self.note, self.fault = note, fault
        self.changed()

    def height(self, width: int, total: int) -> int:
        """Return how many lines the dialog asks for on a screen of `width` columns and `total` lines."""
        wanted = len(self._all(width))
        return wanted if self.whole else min(wanted, max(6, total // 2))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the dialog; if there is too little room, cut the end of the body, and say so."""
        lines = self._all(width)
        if len(lines) <= height:
            return lines
        more: Line = [("dim", f" and {len(lines) - height + 1} more lines")]
        return [*lines[: height - 2], more, lines[-1]]

    def _all(self, width: int) -> list[Line]:
        head: Line = [("key", self.glyphs.rule * 2), ("title", f" {clean(self.title)} ")]
        rule: Line = [*head, ("key", self.glyphs.rule * (width - columns_of(head)))]
        messages: list[Line] = [
            [("fault", f" {line}")] for line in (wrap(clean(self.fault), width - 2) if self.fault else ())
        ]
        if self.note:
            messages.append([("notice", f" {clean(self.note)}")])
        return [rule, *self.body(width), *messages, self._key_line()]

    def _key_line(self) -> Line:
        line: Line = []
        for command, does in self.keys():
            line = [*line, ("key", f"{'   ' if line else ' '}{self.keymap.name(command)}"), ("dim", f" {does}")]
        return line


class Confirm(Dialog):
    """Asks whether to do something, with a table of what exactly."""

    whole = False

    def __init__(
        self, glyphs: Glyphs, title: str, table: Sequence[Line], verb: str, confirmed: Callable[[], None],
        close: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self._table = list(table)
        self._verb = verb
        self._confirmed = confirmed

    def press(self, key: str, command: str | None) -> None:
        """Do it on `confirm` only: Enter is pressed too easily."""
        if command == "confirm":
            self.close()
            self._confirmed()
        elif command == "decline":
            self.close()
        elif command == "ok":
            self.tell(f"{self.keymap.name('confirm')} {self._verb}, {self.keymap.name('decline')} does not")
        else:
            super().press(key, command)

    def body(self, width: int) -> list[Line]:
        """Return the table."""
        del width
        return self._table

    def keys(self) -> list[tuple[str, str]]:
        """Return yes and no."""
        return [("confirm", self._verb), ("decline", "leaves everything as it is")]


class Report(Dialog):
    """A table that fills with results, which the title counts."""

    whole = False

    def __init__(self, glyphs: Glyphs, title: str, rows: Sequence[str], close: Callable[[], None]) -> None:
        super().__init__(glyphs, title, close)
        self._verb = title
        self._results: dict[str, tuple[str, str]] = dict.fromkeys(rows, ("dim", "..."))

    def put(self, row: str, words: str, style: str) -> None:
        """Write a row's result."""
        self._results[row] = (style, words)
        styles = [style for style, _ in self._results.values()]
        failed, done = styles.count("fault"), styles.count("good")
        self.title = f"{self._verb}: {done} of {len(styles)} done" + (f", {failed} failed" if failed else "")
        self.changed()

    def press(self, key: str, command: str | None) -> None:
        """Close on any of the usual keys; what has begun goes on."""
        if command in ("ok", "decline"):
            self.close()
        else:
            super().press(key, command)

    def body(self, width: int) -> list[Line]:
        """Return the results, failures first: the last lines may be cut."""
        del width
        rows = sorted(self._results.items(), key=lambda row: row[1][0] != "fault")
        return [[("name", f" {clean(name)}  "), (style, clean(words))] for name, (style, words) in rows]


class Form(Dialog):
    """Fields with labels. A failure is shown below them, and what was typed stays."""

    def __init__(self, glyphs: Glyphs, title: str, submit: Callable[[], None], close: Callable[[], None]) -> None:
        super().__init__(glyphs, title, close)
        self._submit = submit
        self._place = 0
        self.busy = False

    def fields(self) -> Sequence[Field]:
        """Return the fields that are visible now."""
        return ()

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the form is open."""
        return (FORM,)

    @property
    def focused(self) -> Field:
        """The field that takes keys."""
        fields = self.fields()
        return fields[min(self._place, len(fields) - 1)]

    def press(self, key: str, command: str | None) -> None:
        """Run a command of forms, or type into the field. While a request is under way, the form can only be closed."""
        if self.busy or command == "cancel":
            super().press(key, command)
        elif command == "submit":
            self.tell()
            self._submit()
        elif command in ("next_field", "previous_field"):
            self._move(1 if command == "next_field" else -1)
        elif self.focused.press(key):
            self.tell()

    def _move(self, step: int) -> None:
        self._place = (min(self._place, len(self.fields()) - 1) + step) % len(self.fields())
        self.changed()

    def body(self, width: int) -> list[Line]:
        """Return a line for each field."""
        focused = self.focused
        return [
            fit(
                [("dim", f" {field.label:<{LABEL}}"), *field.line(field is focused, width - LABEL - 2)],
                width,
            )
            for field in self.fields()
        ]

    def keys(self) -> list[tuple[str, str]]:
        """Return how to submit the form and how to close it."""
        if self.busy:
            return [("cancel", "closes; what has begun goes on")]
        return [("submit", "submits"), ("next_field", "next field"), ("cancel", "closes")]
