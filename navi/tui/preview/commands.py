"""The commands of the preview: whether it is shown, where, how large, and whether the moving keys scroll it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from navi.tui.layout import PREVIEW_FROM, Layout
from navi.tui.preview.view import Preview

STEP = 5
"""Percent of the screen by which the preview grows or shrinks."""


class PreviewCommands:
    """`setting` is that of config.yaml; with `auto` there is a preview where the screen is wide enough, until the user
    decides. `shown` tells whether there is one. `changed` is called when the screen must be arranged again.
    """

    def __init__(self, preview: Preview, layout: Layout, setting: str, changed: Callable[[], None]) -> None:
        self._preview = preview
        self._layout = layout
        self._changed = changed
        self.shown = setting != "off"
        layout.preview_from = PREVIEW_FROM if setting == "auto" else 0

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        return {
            "preview": self._toggle,
            "layout": self._move,
            "wrap": self._wrap,
            "shrink": partial(self._resize, -STEP),
            "grow": partial(self._resize, STEP),
            "focus": self.focus,
        }

    def focus(self) -> None:
        """Move between the list and the preview, which is shown if it is not."""
        if not self._layout.previewing:
            self._toggle()
        self._preview.focused = not self._preview.focused
        self._preview.changed()

    def _toggle(self) -> None:
        self.shown = not self._layout.previewing
        self._layout.preview_from = 0
        self._preview.focused = False
        self._changed()

    def _move(self) -> None:
        self._layout.beside = not self._layout.beside
        self._changed()

    def _wrap(self) -> None:
        self._preview.wrapped = not self._preview.wrapped
        self._preview.changed()

    def _resize(self, step: int) -> None:
        self._layout.share = max(20, min(80, self._layout.share + step))
        self._changed()
