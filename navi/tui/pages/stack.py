"""The pages that are open: a stack, each on the one that it was opened from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from navi.core.model import Session
from navi.tui.keys.keymap import LIST, PAGE, Binding
from navi.tui.pages.page import Page, Services
from navi.tui.pages.rows import RowsPage, RowsView
from navi.tui.pages.stream import StreamPage, StreamView
from navi.tui.pages.view import PageView


class OpenPage(NamedTuple):
    """A page and the panel that shows it, which remembers how far it is scrolled."""

    page: Page
    view: PageView


class PageStack:
    """Opens and closes pages.

    `current` returns the session under the cursor; `changed` is called when another page is in front.
    """

    def __init__(
        self, services: Services, table: Sequence[Binding], current: Callable[[], Session | None],
        changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._services = services
        self._kinds = {
            binding.command: binding.page for binding in table if binding.page and issubclass(binding.page, Page)
        }
        self._current = current
        self._changed = changed
        self._opened: list[OpenPage] = []

    @property
    def page(self) -> Page | None:
        """The page in front, None while the list is."""
        return self._opened[-1].page if self._opened else None

    @property
    def view(self) -> PageView | None:
        """The panel of the page in front."""
        return self._opened[-1].view if self._opened else None

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while this page is in front."""
        return (self.page.context, PAGE) if self.page else ()

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands that open pages, and the one that goes back."""
        return {**{command: partial(self.open, command) for command in self._kinds}, "back": self.back}

    @property
    def own_commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands of the keys that the page in front has of its own."""
        return self.page.commands() if self.page else {}

    def open(self, command: str) -> None:
        """Open a page on top. One that is in front is closed instead; one below it comes to the front."""
        kind = self._kinds[command]
        place = next((place for place, one in enumerate(self._opened) if isinstance(one.page, kind)), None)
        if place is None:
            self._push(kind)
        elif place == len(self._opened) - 1:
            self._drop(place)
        else:
            self._drop(place + 1)
        self._changed()

    @property
    def about(self) -> Session | None:
        """The session that a page is opened for: that of the page in front, or else the one under the cursor of the
        list. Pages that are aside, such as help, leave that as it is; other pages without a session have none.
        """
        pages = (one.page for one in reversed(self._opened))
        page = next((page for page in pages if not page.is_aside), None)
        return page.session if page else self._current()

    @property
    def host(self) -> str:
        """The host that the page in front selects, "" if none does."""
        return self.page.host if self.page else ""

    @property
    def open_pages(self) -> tuple[str, ...]:
        """The commands of the pages that are open, from the bottom to the top."""
        return tuple(one.page.context for one in self._opened)

    def _push(self, kind: type[Page]) -> None:
        page = kind(self._services, self.about)
        page.opened_in = self.contexts or (LIST,)
        back = self._services.keymap.name("back")
        self._opened.append(OpenPage(page, self._panel(page, back)))

    def _panel(self, page: Page, back: str) -> PageView:
        glyphs = self._services.glyphs
        if isinstance(page, StreamPage):
            return StreamView(glyphs, page, back)
        if isinstance(page, RowsPage):
            return RowsView(glyphs, page, back, self._services.clicked)
        return PageView(glyphs, page.heading, page.lines(), back)

    def _drop(self, first: int) -> None:
        """Close this page and those above it."""
        for one in self._opened[first:]:
            one.page.close()
        del self._opened[first:]

    def back(self) -> None:
        """Close the page in front."""
        self._drop(len(self._opened) - 1)
        self._changed()

    def clear(self) -> None:
        """Close all pages."""
        self._drop(0)
        self._changed()

    def update(self) -> None:
        """Have the page in front fetch what it needs, and show what it says now."""
        if self._opened:
            page, view = self._opened[-1]
            page.follow()
            view.retitle(page.heading)
            view.put(page.lines())
