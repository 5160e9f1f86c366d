"""What fits what was typed, and what fits best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.palette.fuzzy import MISSING, rank

FITS = [
    ("", "kill", "", True),
    ("kill", "kill", "", True),
    ("KI", "kill", "", True),
    ("ses kil", "kill", "kill the session", True),
    ("session kill", "kill", "kill the session", True),
    ("rfr", "refresh all", "", True),
    ("all refresh", "refresh all", "", True),
    ("the", "kill", "kill the session", True),
    ("kt", "kill", "kill the session", False),
    ("kill zzz", "kill", "kill the session", False),
    ("lik", "kill", "", False),
    ("日本", "日本語", "", True),
    ("straße", "STRASSE", "", True),
    ("[", "shrink", "[ smaller", True),
    (".*", "kill", "anything", False),
]


@pytest.mark.parametrize(("query", "name", "text", "fits"), FITS)
def test_all_words_must_fit_in_any_order(query: str, name: str, text: str, fits: bool) -> None:
    assert (rank(query, name, text) < MISSING) == fits


BETTER = [
    ("host", ("host", ""), ("hosts", "")),
    ("hos", ("hosts", ""), ("all hosts", "")),
    ("hosts", ("all hosts", ""), ("ghosts", "")),
    ("ost", ("hosts", ""), ("scope", "ost is here")),
    ("host", ("scope", "the host"), ("x", "ghost")),
    ("hst", ("x", "ahst"), ("hosts", "")),
]


@pytest.mark.parametrize(("query", "better", "worse"), BETTER)
def test_a_name_and_the_beginning_of_a_word_come_first(
    query: str, better: tuple[str, str], worse: tuple[str, str]
) -> None:
    assert rank(query, *better) < rank(query, *worse)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_every_text_has_a_rank_and_each_is_found_by_itself(query: str, name: str, text: str) -> None:
    assert 0 <= rank(query, name, text) <= MISSING
    if name.casefold().split() == [name.casefold()]:
        assert rank(name, name, text) == 0
