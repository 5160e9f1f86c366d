"""Dialogs: questions, forms and results, in a frame over the list, or above the footer of a small screen.

An open dialog takes every key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from navi.core.text import clean
from navi.tui.dialogs.fields import Field
from navi.tui.dialogs.table import Row, table
from navi.tui.frame import Extent, ScrollingPanel
from navi.tui.keys.keymap import DIALOG, FORM, Keymap
from navi.tui.progress import Job
from navi.tui.style.paint import Line, columns_of, fit, wrap
from navi.tui.style.theme import Glyphs

LABEL = 13
"""Columns of the labels before the fields."""

MOST_LINES = 5
"""Lines of one field that are visible at once."""

SCROLLS = {"down": 1, "up": -1, "first": -(10**6), "last": 10**6}
"""The commands that scroll a dialog, and by how many lines."""

MANY_LINES = 200
"""Lines of a body that is not measured, because that takes longer than a key may: it gets all the columns there are."""


class Dialog(ScrollingPanel):
    """A title, a body and a line that says which keys do what. `close` closes it.

    A dialog that is not `whole` leaves the list in sight. A body that does not fit is scrolled, and the title says
    which part of it is shown. The screen sets `keymap` when it opens the dialog. A dialog that `takes_lines` gets the
    line ends of pasted text, as the key enter without a command. In a frame it has `narrowest` to `widest` columns.
    """

    whole = True
    widest = 76
    narrowest = 44
    takes_lines: bool = False
    keymap: Keymap

    def __init__(self, glyphs: Glyphs, title: str, close: Callable[[], None]) -> None:
        super().__init__(glyphs)
        self.title = title
        self.close = close
        self.fault = ""
        self.note = ""
        self._top = 0
        self._rows = 1
        self._last = 0
        self._extent = Extent()
        self._made: dict[int, list[Line]] = {}
        self._columns = self.narrowest
        self._measured = 0

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the dialog is open, the topmost first."""
        return (DIALOG,)

    def press(self, key: str, command: str | None) -> None:
        """Take a key, and its command in the dialog's contexts: close, or scroll."""
        del key
        if command == "cancel":
            self.close()
        elif command in SCROLLS:
            self.scroll(SCROLLS[command])
        elif command in ("page_down", "page_up"):
            self.scroll(max(1, self._rows - 1) * (1 if command == "page_down" else -1))

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines of the body."""
        self._top = max(0, min(self._top + step, self._last))
        super().changed()

    def changed(self) -> None:
        """Have the dialog painted again, with another body."""
        self._made = {}
        self._measured = 0
        super().changed()

    def body(self, width: int) -> list[Line]:
        """Return the lines between title and keys."""
        del width
        return []

    def keys(self) -> list[tuple[str, str]]:
        """Return the commands that the last line offers, with what they do here."""
        return [("cancel", "closes")]

    def focused_rows(self, width: int) -> tuple[int, int] | None:
        """Return the first and the last line of the body that must be in sight, None if the user scrolls freely."""
        del width
        return None

    def show_note(self, words: str) -> None:
        """Show what is going on, nothing for "", in place of the note or fault before; what was typed stays."""
        self.note, self.fault = words, ""
        self.changed()

    def show_fault(self, words: str) -> None:
        """Show what went wrong, nothing for "", in place of the note or fault before; what was typed stays."""
        self.note, self.fault = "", words
        self.changed()

    # ---- the mouse

    def click(self, row: int, column: int, width: int) -> None:
        """Take a click on a line of the body, both counted from 0."""

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Take a click on the body, or scroll by the wheel (urwid's protocol)."""
        row = line - (not self.framed) - len(self.fixed(size[0]))
        if "press" in event and button == 1:
            if 0 <= row < min(self._rows, self._extent.seen):
                self.click(self._top + row, column, size[0])
            return True
        return super().mouse_event(size, event, button, column, line, focus)

    # ---- how large it is

    def columns(self, most: int) -> int:
        """Return how many columns the dialog asks for within its frame, at most `most` and never less than before."""
        most = min(most, self.widest)
        if self._measured != most:
            self._columns = max(self._columns, min(self.needed(most), most))
            self._measured = most
        return min(self._columns, most)

    def needed(self, most: int) -> int:
        """Return the columns that all lines need, at most `most`."""
        if self.length(most) > MANY_LINES:
            return most
        corners = ("", " " * 4)
        rest = [[corners, *self.border_title(most)], [corners, *self.border_keys(most), ("", self.position)]]
        return max(columns_of(line) for line in (*self.natural(most), *self._messages(most), *rest)) + 1

    def natural(self, most: int) -> list[Line]:
        """Return the lines of the body as they are where there is room for all of them."""
        return self._body(most)

    def height(self, width: int, total: int) -> int:
        """Return how many lines the dialog asks for on a screen of `total` lines, in `width` columns.

        It has two more than its text: a frame, or the title and the keys.
        """
        wanted = 2 + len(self.fixed(width)) + self.length(width) + len(self._messages(width))
        return wanted if self.whole else min(wanted, max(6, total // 2))

    def length(self, width: int) -> int:
        """Return how many lines can be scrolled."""
        return len(self._body(width))

    # ---- painting

    def fixed(self, width: int) -> list[Line]:
        """Return the lines above those that can be scrolled."""
        del width
        return []

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the dialog. With too little room the keys stay in sight, and then the title."""
        fixed, foot = self.fixed(width), self._foot(width)
        foot = foot[max(0, len(foot) - max(1, height - 1)) :]
        around = len(fixed) + len(foot) + (not self.framed)
        self._rows = max(0, height - around)
        shown = self.visible(width)
        blank: list[Line] = [[]] * (self._rows - len(shown) if foot else 0)
        rule = [] if self.framed else [self._rule(width)]
        return [*rule, *fixed, *shown, *blank, *foot][-height:] if height else []

    def visible(self, width: int) -> list[Line]:
        """Return the lines of the body that are in sight, at most `_rows`."""
        body = self._body(width)
        self._last = max(0, len(body) - self._rows)
        self._top = max(0, min(self._top_for(self.focused_rows(width)), self._last))
        shown = body[self._top : self._top + self._rows]
        self._extent = Extent(self._top, len(shown), len(body))
        return shown

    def _body(self, width: int) -> list[Line]:
        """Return the body, and remember it: that of a thousand sessions takes longer than a key may."""
        if width not in self._made:
            self._made[width] = self.body(width)
        return self._made[width]

    def _top_for(self, focused: tuple[int, int] | None) -> int:
        if focused is None:
            return self._top
        first, last = focused
        return min(first, max(self._top, last - self._rows + 1))

    @property
    def extent(self) -> Extent:
        """Which lines of the body are in sight."""
        return self._extent

    def border_title(self, width: int) -> Line:
        """Return the title."""
        del width
        return [("title", f" {clean(self.title)} ")]

    def border_keys(self, width: int) -> Line:
        """Return the keys that fit."""
        return [*self._key_line(width - 1), ("", " ")]

    def last_line_keys(self, width: int) -> Line:
        """Return the keys that fit into the last line."""
        return self._key_line(width)

    def _rule(self, width: int) -> Line:
        position = self.position
        end: Line = [("dim", f" {position} "), ("key", self.glyphs.rule)] if position else []
        head: Line = [("key", self.glyphs.rule * 2), ("title", f" {clean(self.title)} ")]
        left = width - columns_of(end)
        if columns_of(head) > left:
            head = fit(head, left, ellipsis=self.glyphs.ellipsis)
        return [*head, ("key", self.glyphs.rule * (left - columns_of(head))), *end]

    def _foot(self, width: int) -> list[Line]:
        """Return what went wrong and what is going on, and the keys, which otherwise are in the frame."""
        return self._messages(width) if self.framed else [*self._messages(width), self._key_line(width)]

    def _messages(self, width: int) -> list[Line]:
        """Return what went wrong, and what is going on."""
        faults = wrap(clean(self.fault), width - 2) if self.fault else ()
        notes = wrap(clean(self.note), width - 2) if self.note else ()
        messages: list[Line] = [[("fault", f" {line}")] for line in faults]
        return [*messages, *([("notice", f" {line}")] for line in notes)]

    def _key_line(self, width: int) -> Line:
        """Paint the keys that fit as a whole: the first and the last one are dropped last."""
        keys: list[Line] = [
            [("key", f" {self._key_name(command)}"), ("dim", f" {does}  ")] for command, does in self.keys()
        ]
        while len(keys) > 2 and sum(map(columns_of, keys)) - 2 > width:
            del keys[-2]
        *segments, (style, does) = [segment for key in keys for segment in key]
        return [*segments, (style, does.rstrip())]

    def _key_name(self, command: str) -> str:
        """Return the key of a command. Fields name their own keys: those are returned as they are."""
        return self.keymap.name(command) if self.keymap.keys(command) else command


class Confirm(Dialog):
    """Asks whether to do something, with a table of what exactly."""

    whole = False
    widest = 116

    def __init__(
        self, glyphs: Glyphs, title: str, rows: Sequence[Row], verb: str, confirmed: Callable[[], None],
        close: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self.rows = list(rows)
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
            self.show_note(f"{self.keymap.name('confirm')} {self._verb}, {self.keymap.name('decline')} does not")
        else:
            super().press(key, command)

    def body(self, width: int) -> list[Line]:
        """Return the table."""
        return table(self.rows, width, self.glyphs.ellipsis)

    def keys(self) -> list[tuple[str, str]]:
        """Return yes and no."""
        return [("confirm", self._verb), ("decline", "cancels")]


class Subject(NamedTuple):
    """What a row of results is about: its key, its name, and its host unless that is this machine. `address` is its
    name in the words of results.
    """

    key: str
    name: str
    host: str = ""
    address: str = ""


class Report(Dialog):
    """A table that fills with results, failures first, which the title counts. `stop` drops what has not begun yet, and
    `job` gets their number. `finished` is called with the last result.
    """

    whole = False
    widest = 116
    narrowest = 76

    def __init__(
        self, glyphs: Glyphs, title: str, subjects: Sequence[Subject], close: Callable[[], None],
        stop: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(glyphs, title, close)
        self._verb = title
        self._subjects = {one.key: one for one in subjects}
        self._results: dict[str, tuple[str, str]] = dict.fromkeys(self._subjects, ("dim", ""))
        self._stop = stop
        self._hint = ""
        self.job: Job | None = None
        self.finished: Callable[[], None] = lambda: None
        self._count()

    def hint(self, words: str) -> None:
        """Say something below the table as soon as one is done."""
        self._hint = words

    @property
    def open(self) -> int:
        """The number of results that are missing."""
        return sum(style == "dim" for style, _ in self._results.values())

    @property
    def failed(self) -> int:
        """The number of failures."""
        return sum(style == "fault" for style, _ in self._results.values())

    def put(self, key: str, words: str, style: str) -> None:
        """Write the result of the subject with that key; the session's name, which its row begins with, is left out."""
        subject = self._subjects[key]
        self._results[key] = (style, unnamed(words, (subject.address or key, subject.name), style))
        if self._hint and style == "good":
            self.note = self._hint
        self._count()
        self.changed()
        if self.job:
            self.job.put(len(self._results) - self.open)
        if not self.open:
            self.finished()

    def _count(self) -> None:
        styles = [style for style, _ in self._results.values()]
        done = styles.count("good") + styles.count("notice")
        others = [(self.failed, "failed"), (styles.count("stopped"), "not begun")]
        more = "".join(f", {count} {word}" for count, word in others if count)
        self.title = f"{self._verb}: {done} of {len(styles)} done{more}"

    def press(self, key: str, command: str | None) -> None:
        """Close on any of the usual keys; what has begun goes on."""
        if command in ("ok", "decline"):
            self.close()
        elif command == "stop" and self._stop and self.open:
            self._stop()
        else:
            super().press(key, command)

    def body(self, width: int) -> list[Line]:
        """Return the results: a symbol, the name, the host, and the words."""
        order = {"fault": 0, "notice": 1, "dim": 2, "stopped": 3, "good": 4}
        results = sorted(self._results.items(), key=lambda row: order.get(row[1][0], 1))
        rows = [self._row(self._subjects[key], style, words) for key, (style, words) in results]
        return table(rows, width, self.glyphs.ellipsis, wraps=True)

    def _row(self, subject: Subject, style: str, words: str) -> Row:
        glyphs = self.glyphs
        symbols = {"fault": glyphs.of_status("error"), "good": glyphs.of_status("done"), "dim": "~", "stopped": "-"}
        host = f"[{subject.host}]" if subject.host else ""
        return [(style, symbols.get(style, "!")), ("name", subject.name), ("host", host), (style, words or "...")]

    def keys(self) -> list[tuple[str, str]]:
        """Return how to stop what has not begun, and how to close it."""
        if self.open and self._stop:
            return [("stop", "stops the rest"), ("ok", "closes; it goes on")]
        return [("ok", "closes; it goes on" if self.open else "closes")]


def unnamed(words: str, names: Sequence[str], style: str) -> str:
    """Return the words of a result without the session's name, where they begin with it, or with a verb and it."""
    for name in filter(None, names):
        this = re.escape(name)
        if style == "fault":
            found = re.match(rf"{this}(?:: | (?=(?:has|is|shows|does|was|asks) ))(?=\S)", words)
        else:
            found = re.match(rf"{this}(?:: | (?=\S))|(?:\w+ )(?:to )?(?P<name>{this})(?=$|[\s:;,])", words)
        if found:
            return words[found.end() :] if not found.groupdict().get("name") else _without(words, found)
    return words


def _without(words: str, found: re.Match[str]) -> str:
    before = words[: found.start("name")].rstrip().removesuffix(" to")
    return before + words[found.end("name") :]


class Form(Dialog):
    """Fields with labels. A failure is shown below them, and what was typed stays."""

    widest = 92

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
            self.show_note("")
            self._submit()
        elif command in ("next_field", "previous_field"):
            self._move(1 if command == "next_field" else -1)
        elif self.focused.press(key):
            self.show_note("")

    def _move(self, step: int) -> None:
        self._place = (min(self._place, len(self.fields()) - 1) + step) % len(self.fields())
        self.changed()

    def click(self, row: int, column: int, width: int) -> None:
        """Go to the field that is clicked; a box is ticked, an option chosen, as the field's own keys do."""
        fields = self.fields()
        rows = [place for place, field in enumerate(fields) for _ in self._lines_of(field, width)]
        if self.busy or row >= len(rows):
            return
        self._place = rows[row]
        for key in fields[self._place].keys_to(column - LABEL - 1, width - LABEL - 2):
            self.press(key, None)
        self.changed()

    def body(self, width: int) -> list[Line]:
        """Return the fields with their labels."""
        return [line for field in self.fields() for line in self._lines_of(field, width)]

    def _lines_of(self, field: Field, width: int) -> list[Line]:
        labels = [field.label, *[""] * MOST_LINES]
        lines = field.lines(field is self.focused, width - LABEL - 2)[:MOST_LINES]
        return [
            fit([("dim", f" {label:<{LABEL}}"), *line], width, ellipsis=self.glyphs.ellipsis)
            for label, line in zip(labels, lines, strict=False)
        ]

    def needed(self, most: int) -> int:
        """Return as many columns as there may be: what will be typed is not known."""
        return most

    def focused_rows(self, width: int) -> tuple[int, int] | None:
        """Return where the field that takes keys is."""
        first = 0
        for field in self.fields():
            last = first + len(self._lines_of(field, width)) - 1
            if field is self.focused:
                return first, last
            first = last + 1
        return None

    def keys(self) -> list[tuple[str, str]]:
        """Return how to submit the form and how to close it, and the keys of the field that takes keys."""
        if self.busy:
            return [("cancel", "closes; what has begun goes on")]
        own = [self.focused.keys] if self.focused.keys[0] else []
        others = [("next_field", "next field")] if len(self.fields()) > 1 else []
        return [("submit", "submits"), *own, *others, ("cancel", "closes")]
