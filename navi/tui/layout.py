"""Where the parts of the screen are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import urwid

from navi.tui.bars import Footer, Header
from navi.tui.dialogs.dialog import Dialog
from navi.tui.paint import Line, Panel

SIDE_AT_LEAST = 70
"""Columns below which the preview is below the list, whatever the layout."""

PREVIEW_AT_LEAST = 10
"""Lines of the screen below which there is no preview."""

BANNER_AT_LEAST = 12
"""Lines of the screen below which there is no line that offers something."""

PREVIEW_FROM = 110
"""Columns of the screen from which there is a preview that nobody has asked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the screen and its box."""

    part: Panel
    column: int
    line: int
    width: int
    height: int

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
    """Header, main part, preview beside or below it, footer. It takes no keys: they go to the dashboard."""

    _sizing = frozenset([urwid.BOX])
    _selectable = True

    def __init__(self, header: Header, main: Panel, footer: Footer) -> None:
        super().__init__()
        self._header = header
        self._footer = footer
        self._wall = Wall(header.glyphs)
        self.main = main
        self.preview: Panel | None = None
        self.preview_from = 0
        self._size = (0, 0)
        self.dialog: Dialog | None = None
        self.banner: Panel | None = None
        self.beside = True
        self.share = 50

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

    def places(self, width: int, height: int) -> list[Place]:
        """Return where everything is on a screen of this size; the main part gets the last line that is left."""
        top = self._header.height(height) if height > 2 else 0
        bottom = 1 if height > 1 else 0
        asked = min(self.dialog.height(width, height), max(height - bottom - 3, 1)) if self.dialog else 0
        offer = 1 if self.banner and not asked and height >= BANNER_AT_LEAST else 0
        rows = height - top - bottom - asked - offer
        if rows < 2:
            top, rows = 0, height - bottom - asked
        places = [Place(self._header, 0, 0, width, top)]
        if self.preview is None or not self.shows_preview(width, height):
            places.append(Place(self.main, 0, top, width, rows))
        elif self.beside and width >= SIDE_AT_LEAST:
            columns = max(30, min(width - 31, width * self.share // 100))
            places.append(Place(self.main, 0, top, width - columns, rows))
            places.append(Place(self._wall, width - columns, top, 2, rows))
            places.append(Place(self.preview, width - columns + 2, top, columns - 2, rows))
        else:
            lines = max(3, min(rows - 3, rows * self.share // 100))
            places.append(Place(self.main, 0, top, width, rows - lines))
            places.append(Place(self.preview, 0, top + rows - lines, width, lines))
        if self.dialog:
            places.append(Place(self.dialog, 0, height - bottom - asked, width, asked))
        if self.banner:
            places.append(Place(self.banner, 0, height - bottom - offer, width, offer))
        places.append(Place(self._footer, 0, height - bottom, width, bottom))
        return [place for place in places if place.height]

    def render(self, size: tuple[int, int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the parts (urwid's protocol)."""
        del focus
        self._size = size
        bands: dict[int, list[Place]] = {}
        for place in self.places(*size):
            bands.setdefault(place.line, []).append(place)
        return urwid.CanvasCombine([(self._band(places), None, False) for _, places in sorted(bands.items())])

    def _band(self, places: list[Place]) -> urwid.Canvas:
        canvases = [place.part.render((place.width, place.height)) for place in places]
        if len(canvases) == 1:
            return canvases[0]
        return urwid.CanvasJoin(
            [(canvas, None, False, place.width) for canvas, place in zip(canvases, places, strict=True)]
        )

    def keypress(self, size: tuple[int, int], key: str) -> str:  # type: ignore[override]
        """Leave every key unhandled (urwid's protocol)."""
        del size
        return key

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Pass a click to the part under it; while a dialog is open, only to that (urwid's protocol)."""
        for place in self.places(*size):
            if self.dialog and place.part is not self.dialog:
                continue
            if place.holds(column, line) and hasattr(place.part, "mouse_event"):
                box = (place.width, place.height)
                inside = (column - place.column, line - place.line)
                return bool(place.part.mouse_event(box, event, button, *inside, focus))
        return False
