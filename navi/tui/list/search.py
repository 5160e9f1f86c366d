"""The search: it narrows the list to what matches while it is typed, and finds words on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from navi.core.listing import SessionKey
from navi.core.text import clean
from navi.tui.keys.keymap import PROMPT, SEARCH, character
from navi.tui.list.session_list import SessionList
from navi.tui.pages.view import PageView

MAX_QUERY = 100
"""Characters of a search."""


class Search:
    """Searches the page in front, which `page` returns, or else the list. `typed` is what was typed so far, None while
    no search is typed.
    """

    def __init__(self, sessions: SessionList, page: Callable[[], PageView | None]) -> None:
        self._list = sessions
        self._page = page
        self.typed: str | None = None
        self._began_at: SessionKey | None = None

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys that a search adds to those of what it searches."""
        typing = (PROMPT,) if self.typed is not None else ()
        return (*typing, *((SEARCH,) if self._place.query else ()))

    @property
    def is_on(self) -> bool:
        """Whether something is searched in what is in front."""
        return bool(self._place.query)

    @property
    def found(self) -> bool:
        """Whether the search finds anything."""
        return self._place.count_matches()[1] > 0

    @property
    def _place(self) -> SessionList | PageView:
        return self._page() or self._list

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands of a search that is on, or is typed."""
        return {
            "next_match": lambda: self._place.seek(1),
            "previous_match": lambda: self._place.seek(-1),
            "search_down": lambda: self._place.seek(1),
            "search_up": lambda: self._place.seek(-1),
            "search_keep": self.keep,
            "search_clear": self.clear,
        }

    def begin(self) -> None:
        """Type another search."""
        current = self._list.current
        self._began_at = current.key if current else None
        self.typed = ""
        self._place.narrow("")

    def press(self, key: str, pasted: bool) -> bool:
        """Type a character, or delete; return whether the key did that. Line ends of pasted text are dropped."""
        if self.typed is None:
            return False
        if letter := clean(character(key)):
            self._find(self.typed + letter)
        elif key == "backspace":
            self._find(self.typed[:-1])
        elif key == "ctrl u":
            self._find("")
        else:
            return pasted
        return True

    def keep(self) -> None:
        """Keep the search that was typed."""
        self.typed = None

    def clear(self) -> None:
        """End the search. One that finds nothing leaves the cursor where it was when the search began."""
        self.typed, found = None, self._list.current
        self._place.narrow("")
        if found is None and self._place is self._list:
            self._list.go_to(lambda session: session.key == self._began_at)

    def matches(self) -> str:
        """Say which match the cursor is on, "" where no search is on."""
        if not self._place.query:
            return ""
        place, count = self._place.count_matches()
        return f"{place}/{count}" if count else "no match"

    def _find(self, query: str) -> None:
        self.typed = query[:MAX_QUERY]
        self._place.narrow(self.typed)
