"""The search of the list: it narrows the list to what matches, while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from navi.core.listing import Key
from navi.core.text import clean
from navi.tui.keys.keymap import LIST, PROMPT, SEARCH, character
from navi.tui.list.session_list import SessionList

MAX_QUERY = 100
"""Characters of a search."""


class Search:
    """`typed` is what was typed so far, None while no search is typed."""

    def __init__(self, sessions: SessionList) -> None:
        self._list = sessions
        self.typed: str | None = None
        self._began_at: Key | None = None

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys while the list is in front."""
        typing = (PROMPT,) if self.typed is not None else ()
        return (*typing, *((SEARCH,) if self._list.query else ()), LIST)

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands of a search that is on, or is typed."""
        return {
            "next_match": partial(self._list.seek, 1),
            "previous_match": partial(self._list.seek, -1),
            "search_down": partial(self._list.seek, 1),
            "search_up": partial(self._list.seek, -1),
            "search_keep": self.keep,
            "search_clear": self.clear,
        }

    def begin(self) -> None:
        """Type another search."""
        current = self._list.current
        self._began_at = current.key if current else None
        self.typed = ""
        self._list.narrow("")

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
        self._list.narrow("")
        if found is None:
            self._list.go_to(lambda session: session.key == self._began_at)

    def matches(self) -> str:
        """Say which match the cursor is on, "" where no search is on."""
        if not self._list.query:
            return ""
        place, count = self._list.count_matches()
        return f"{place}/{count}" if count else "no match"

    def _find(self, query: str) -> None:
        self.typed = query[:MAX_QUERY]
        self._list.narrow(self.typed)
