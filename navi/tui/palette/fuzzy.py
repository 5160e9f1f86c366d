"""How well something fits what was typed: its words may come in any order, and may lack letters. Pure."""

from __future__ import annotations

import re

MISSING = 1000
"""The rank of what does not fit at all."""


def rank(query: str, name: str, text: str = "") -> int:
    """Return how well a name and the text about it fit a query: 0 at best, MISSING if a word of it is in neither."""
    name, text = name.casefold(), text.casefold()
    return min(sum(_rank_word(word, name, text) for word in query.casefold().split()), MISSING)


def _rank_word(word: str, name: str, text: str) -> int:
    """Rank one word: the name is worth more than the text, and the beginning of a word more than its middle."""
    if name.startswith(word):
        return 0 if name == word else 1
    if _begins_word(word, name):
        return 2
    if word in name:
        return 3
    if _begins_word(word, text):
        return 4
    if word in text:
        return 5
    return 6 if _lacks_letters(word, name) else MISSING


def _begins_word(word: str, text: str) -> bool:
    return re.search(rf"(?:^|[\W_]){re.escape(word)}", text) is not None


def _lacks_letters(word: str, name: str) -> bool:
    """Return whether the name has all letters of the word in their order, with more letters between them."""
    letters = iter(name)
    return all(letter in letters for letter in word)
