"""Where the parts of the screen are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import urwid

from navi.tui.banner import Banner
from navi.tui.bars import Footer, Header, under
from navi.tui.dialogs.dialog import Dialog
from navi.tui.frame import Content
from navi.tui.keys.keymap import parse_shown
from navi.tui.overlay import overlay
from navi.tui.style.paint import Line, Panel, Segment

SIDE_AT_LEAST = 70
"""Columns below which the preview is below the list, whatever the layout."""

PREVIEW_AT_LEAST = 10
"""Lines of the screen below which there is no preview."""

BANNER_AT_LEAST = 12
"""Lines of the screen below which there is no line that offers something."""

PREVIEW_FROM = 110
"""Columns of the screen from which the preview is shown without being asked for."""


FRAMED_FROM = (110, 24)
"""Columns and lines of the screen from which list, preview and pages have frames."""

FLOATING_FROM = (60, 16)
"""Columns and lines of the screen from which a dialog floats over the list; on smaller ones it is below the list."""

MARGIN = 2
"""Columns at least that are left free at each side of a dialog that floats."""


@dataclass(frozen=True, slots=True)
class Rect:
    """The rectangle of a part of the screen, in which the part may have a border."""

    part: Panel
    column: int
    line: int
    width: int
    height: int
    framed: bool = False

    @property
    def widget(self) -> urwid.Widget:
        """What is painted: the part, or its border with the part in it."""
        if isinstance(self.part, Content):
            self.part.enclose(self.framed)
            return self.part.border if self.framed else self.part
        return self.part

    def holds(self, column: int, line: int) -> bool:
        """Return whether a point of the screen is in the box."""
        return 0 <= column - self.column < self.width and 0 <= line - self.line < self.height


class Wall(Panel):
    """The line between two parts beside each other, with a gap to its right."""

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint a line from top to bottom."""
        del width
        return [[("dim", self.glyphs.wall)]] * height


class Layout(urwid.Widget):
    """Header, main part, preview beside or below it, footer. It takes no keys: they go to the dashboard. `pressed` gets
    a key that was clicked in a border.
    """

    _sizing = frozenset([urwid.BOX])
    _selectable = True

    def __init__(self, header: Header, main: Content, footer: Footer, banner: Banner) -> None:
        super().__init__()
        self._header = header
        self._footer = footer
        self._banner = banner
        self._wall = Wall(header.glyphs)
        self.main = main
        self.preview: Content | None = None
        self.preview_from = 0
        self._size = (0, 0)
        self.dialog: Dialog | None = None
        self._opened: tuple[Dialog, int, int, int] | None = None
        self.beside = True
        self.share = 50
        self.pressed: Callable[[str], None] = lambda _: None

    def changed(self) -> None:
        """Arrange the parts again."""
        self._invalidate()

    def shows_preview(self, width: int, height: int) -> bool:
        """Return whether a screen of this size shows the preview."""
        return self.preview is not None and height >= PREVIEW_AT_LEAST and width >= self.preview_from

    @property
    def previewing(self) -> bool:
        """Whether the preview was on the screen when it was last painted."""
        return self.shows_preview(*self._size)

    def rects(self, width: int, height: int) -> list[Rect]:
        """Return where everything is on a screen of this size; the main part gets the last line that is left."""
        top = self._header.height(height) if height > 2 else 0
        docked = None if floats(width, height) else self.dialog
        bottom = 0 if height < 2 or (docked and self._footer.is_empty) else 1
        asked = min(docked.height(width, height), max(height - bottom - 3, 1)) if docked else 0
        offer = 0 if self._banner.is_empty or asked or height < BANNER_AT_LEAST else 1
        rows = height - top - bottom - asked - offer
        if rows < 2:
            top, rows = 0, height - bottom - asked
        framed = width >= FRAMED_FROM[0] and height >= FRAMED_FROM[1]
        rects = [Rect(self._header, 0, 0, width, top)]
        if self.preview is not None and self.shows_preview(width, height):
            rects += self._divide(self.preview, top, width, rows, framed)
        else:
            rects.append(Rect(self.main, 0, top, width, rows, framed))
        if docked:
            rects.append(Rect(docked, 0, height - bottom - asked, width, asked))
        rects.append(Rect(self._banner, 0, height - bottom - offer, width, offer))
        rects.append(Rect(self._footer, 0, height - bottom, width, bottom))
        return [rect for rect in rects if rect.height]

    def _divide(self, preview: Content, top: int, width: int, rows: int, framed: bool) -> list[Rect]:
        """Divide the middle of the screen between the main part and the preview."""
        if self.beside and width >= SIDE_AT_LEAST:
            columns = max(30, min(width - 31, width * self.share // 100))
            left, wall = width - columns, 0 if framed else 2
            rects = [Rect(self.main, 0, top, left, rows, framed), Rect(self._wall, left, top, wall, rows)]
            rects.append(Rect(preview, left + wall, top, columns - wall, rows, framed))
            return [rect for rect in rects if rect.width]
        least = 5 if framed else 3
        if rows < 2 * least:
            return [Rect(self.main, 0, top, width, rows, framed)]
        lines = max(least, min(rows - least, rows * self.share // 100))
        below = Rect(preview, 0, top + rows - lines, width, lines, framed)
        return [Rect(self.main, 0, top, width, rows - lines, framed), below]

    def floating(self, width: int, height: int) -> Rect | None:
        """Return where a dialog is that floats over the other parts; the footer and the first line stay in sight."""
        dialog = self.dialog
        if dialog is None or not floats(width, height):
            return None
        columns = dialog.columns(width - 2 * MARGIN - 2)
        lines = max(3, min(dialog.height(columns, height), height - 2))
        if self._opened is None or self._opened[:3] != (dialog, width, height):
            self._opened = (dialog, width, height, self._line_for(lines, width, height))
        line = max(1, min(self._opened[3], height - 1 - lines))
        return Rect(dialog, (width - columns - 2) // 2, line, columns + 2, lines, True)

    def _line_for(self, lines: int, width: int, height: int) -> int:
        """Return where a dialog of so many lines opens: in the middle, or else where the cursor stays in sight."""
        middle = (height - lines) // 2
        main = next(rect for rect in self.rects(width, height) if rect.part is self.main)
        rows = self.main.cursor_rows
        first, end = (main.line + main.framed + row for row in (rows.start, rows.stop))
        if not rows or middle >= end or middle + lines <= first:
            return middle
        if end + lines <= height - 1:
            return end
        return first - lines if first - lines >= 1 else middle

    def render(self, size: tuple[int, int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the parts (urwid's protocol)."""
        del focus
        self._size = size
        self._light()
        bands: dict[int, list[Rect]] = {}
        for rect in self.rects(*size):
            bands.setdefault(rect.line, []).append(rect)
        whole = urwid.CanvasCombine([(self._band(rects), None, False) for _, rects in sorted(bands.items())])
        dialog = self.floating(*size)
        if dialog is None:
            return whole
        return overlay(whole, dialog.widget.render((dialog.width, dialog.height)), dialog.column, dialog.line)

    def _light(self) -> None:
        """Show by the borders which part takes keys."""
        in_preview = self.preview is not None and self.preview.takes_keys
        self.main.border.light(not self.dialog and not in_preview)
        if self.preview:
            self.preview.border.light(not self.dialog and in_preview)
        if self.dialog:
            self.dialog.border.light(True)

    def _band(self, rects: list[Rect]) -> urwid.Canvas:
        canvases = [rect.widget.render((rect.width, rect.height)) for rect in rects]
        if len(canvases) == 1:
            return canvases[0]
        return urwid.CanvasJoin(
            [(canvas, None, False, rect.width) for canvas, rect in zip(canvases, rects, strict=True)]
        )

    def keypress(self, size: tuple[int, int], key: str) -> str:  # type: ignore[override]
        """Leave every key unhandled (urwid's protocol)."""
        del size
        return key

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Press a key that is clicked in a border, or pass a click to the part under it; while a dialog is open, only
        to that (urwid's protocol).
        """
        floating = self.floating(*size)
        for rect in [floating] if floating else self.rects(*size):
            if self.dialog and rect.part is not self.dialog:
                continue
            if rect.holds(column, line) and hasattr(rect.widget, "mouse_event"):
                key = key_at(rect, column, line) if "press" in event and button == 1 else None
                if key:
                    self.pressed(key)
                    return True
                box = (rect.width, rect.height)
                inside = (column - rect.column, line - rect.line)
                return bool(rect.widget.mouse_event(box, event, button, *inside, focus))
        return False


def key_at(rect: Rect, column: int, line: int) -> str | None:
    """Return urwid's name of the key that the lower border shows at a point of the screen, or the last line of a dialog
    without a frame; None if there is none.
    """
    if line != rect.line + rect.height - 1 or not isinstance(rect.part, Content):
        return None
    if rect.framed:
        first, keys = rect.column + 2, rect.part.border.keys(rect.width - 2)
    else:
        first, keys = rect.column, rect.part.last_line_keys(rect.width)
    shown = under(column - first, hints(keys))
    return parse_shown(shown) if shown else None


def hints(keys: Line) -> list[tuple[str, Line]]:
    """Divide what shows keys into a part for each: the key, and the line with it and with what it does."""
    parts: list[tuple[str, list[Segment]]] = []
    for style, text in keys:
        if style == "key":
            parts.append((text.strip(), []))
        elif not parts:
            parts.append(("", []))
        parts[-1][1].append((style, text))
    return [(key, tuple(line)) for key, line in parts]


def floats(width: int, height: int) -> bool:
    """Return whether a dialog floats over the list on a screen of this size."""
    return width >= FLOATING_FROM[0] and height >= FLOATING_FROM[1]
