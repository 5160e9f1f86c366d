"""Texts that were typed and not sent, so that the next form for the same sessions has them again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from navi.core.model import Session

MAX_DRAFTS = 50
"""Texts that are kept; the oldest ones are dropped."""


class Drafts:
    """Keeps texts in memory, each by what it is for."""

    def __init__(self) -> None:
        self._texts: dict[Hashable, str] = {}

    def of(self, subject: Hashable) -> str:
        """Return the text that was kept for a subject, "" if there is none."""
        return self._texts.get(subject, "")

    def keep(self, subject: Hashable, text: str) -> None:
        """Keep a text; without one, nothing more."""
        self._texts.pop(subject, None)
        if text.strip():
            self._texts[subject] = text
        while len(self._texts) > MAX_DRAFTS:
            del self._texts[next(iter(self._texts))]


def subject_of_all(sessions: Sequence[Session]) -> Hashable:
    """Return the subject of a text for all these sessions, in any order."""
    return frozenset(session.key for session in sessions)
