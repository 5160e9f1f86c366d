"""Dialogs: what stands above the footer while something is asked. They take every key until they are closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.core.text import clean
from navi.tui.dialogs.fields import Field
from navi.tui.paint import Line, Panel, columns_of, fit, wrap
from navi.tui.theme import Glyphs

LABEL = 13
"""Columns of the labels before the fields."""


class Dialog(Panel):
    """A title, a body and a line that says which keys do what. `close` takes it off the screen.

    One that is not `whole` may be cut, so that the list stays in sight.
    """

    whole = True

    def __init__(self, glyphs: Glyphs, title: str, close: Callable[[], None]) -> None:
        super().__init__(glyphs)
        self.title = title
        self.close = close
        self.fault = ""
        self.note = ""

    def press(self, key: str) -> None:
        """Take a key."""
        if key in ("esc", "ctrl c"):
            self.close()

    def body(self, width: int) -> list[Line]:
        """Return the lines between title and keys."""
        del width
        return []

    def keys(self) -> Line:
        """Return which keys do what."""
        return [("key", " Esc"), ("dim", " closes")]

    def tell(self, note: str = "", fault: str = "") -> None:
        """Say what is going on, or what went wrong; what was typed stays."""
        self.note, self.fault = note, fault
        self.changed()

    def height(self, width: int, total: int) -> int:
        """Return how many lines it would like to have on a screen of so many columns and lines."""
        wanted = len(self._all(width))
        return wanted if self.whole else min(wanted, max(6, total // 2))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint it; where there is too little room, the body's end goes first, and that is told."""
        lines = self._all(width)
        if len(lines) <= height:
            return lines
        more: Line = [("dim", f" and {len(lines) - height + 1} more lines")]
        return [*lines[: height - 2], more, lines[-1]]

    def _all(self, width: int) -> list[Line]:
        head: Line = [("key", self.glyphs.rule * 2), ("title", f" {clean(self.title)} ")]
        rule: Line = [*head, ("key", self.glyphs.rule * (width - columns_of(head)))]
        said: list[Line] = [
            [("fault", f" {line}")] for line in (wrap(clean(self.fault), width - 2) if self.fault else ())
        ]
        if self.note:
            said.append([("notice", f" {clean(self.note)}")])
        return [rule, *self.body(width), *said, self.keys()]


class Confirm(Dialog):
    """Asks whether something shall be done, with a table of what exactly."""

    whole = False

    def __init__(
        self, glyphs: Glyphs, title: str, table: Sequence[Line], verb: str, confirmed: Callable[[], None],
        close: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self._table = list(table)
        self._verb = verb
        self._confirmed = confirmed

    def press(self, key: str) -> None:
        """Only y does it: Enter is pressed too easily."""
        if key in ("y", "Y"):
            self.close()
            self._confirmed()
        elif key in ("n", "N", "q"):
            self.close()
        elif key == "enter":
            self.tell(f"y {self._verb}, n does not")
        else:
            super().press(key)

    def body(self, width: int) -> list[Line]:
        """The table."""
        del width
        return self._table

    def keys(self) -> Line:
        """y or n."""
        return [("key", " y"), ("dim", f" {self._verb}   "), ("key", "n"), ("dim", " leaves everything as it is")]


class Report(Dialog):
    """A table that fills with results; the title counts them."""

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

    def press(self, key: str) -> None:
        """Any of the usual keys closes it; what goes on goes on."""
        if key in ("enter", "q", " "):
            self.close()
        else:
            super().press(key)

    def body(self, width: int) -> list[Line]:
        """Failures first: the lines below may be cut."""
        del width
        rows = sorted(self._results.items(), key=lambda row: row[1][0] != "fault")
        return [[("name", f" {clean(name)}  "), (style, clean(words))] for name, (style, words) in rows]


class Form(Dialog):
    """Fields with labels. Enter hands them in; a failure stands below, and what was typed stays."""

    def __init__(self, glyphs: Glyphs, title: str, submit: Callable[[], None], close: Callable[[], None]) -> None:
        super().__init__(glyphs, title, close)
        self._submit = submit
        self._place = 0
        self.busy = False

    def fields(self) -> Sequence[Field]:
        """Return the fields that are seen now."""
        return ()

    @property
    def focused(self) -> Field:
        """The field that takes keys."""
        fields = self.fields()
        return fields[min(self._place, len(fields) - 1)]

    def press(self, key: str) -> None:
        """A key is for the field first. While something is under way only Esc counts."""
        if self.busy:
            super().press(key)
        elif key == "enter":
            self.tell()
            self._submit()
        elif key in ("tab", "down"):
            self._move(1)
        elif key in ("shift tab", "up"):
            self._move(-1)
        elif self.focused.press(key):
            self.tell()
        else:
            super().press(key)

    def _move(self, step: int) -> None:
        self._place = (min(self._place, len(self.fields()) - 1) + step) % len(self.fields())
        self.changed()

    def body(self, width: int) -> list[Line]:
        """A line for each field."""
        focused = self.focused
        return [
            fit(
                [("dim", f" {field.label:<{LABEL}}"), *field.line(field is focused, width - LABEL - 2)],
                width,
            )
            for field in self.fields()
        ]

    def keys(self) -> Line:
        """How to hand it in."""
        if self.busy:
            return [("key", " Esc"), ("dim", " closes; what has begun goes on")]
        return [
            ("key", " Enter"),
            ("dim", " does it   "),
            ("key", "Tab"),
            ("dim", " next field   "),
            ("key", "Esc"),
            ("dim", " closes"),
        ]
