"""What a mistyped word may mean."""

from __future__ import annotations

from collections.abc import Callable, Collection

from navi.core.text import clean

MOST_WORDS = 1000
"""The most known words that a mistyped one is compared with, because each takes time."""


def did_you_mean(word: str, known: Collection[str], shown: Callable[[str], str] = str) -> str:
    """Return what to add to a message about an unknown word, "" if no known one is similar. `shown` formats known ones.
    """
    from difflib import get_close_matches  # only here: it takes long to import

    similar = get_close_matches(word, list(known)[:MOST_WORDS], 1)
    return f"; did you mean `{clean(shown(similar[0]))}`?" if similar else ""
