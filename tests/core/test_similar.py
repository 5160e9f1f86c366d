"""What a mistyped word may have meant."""

from __future__ import annotations

import pytest

from navi.core.similar import did_you_mean

WORDS = [("kil", "; did you mean `kill`?"), ("", ""), ("zzz", ""), ("\x1b[31m", "")]


@pytest.mark.parametrize(("word", "wanted"), WORDS)
def test_only_what_is_like_it_is_suggested(word: str, wanted: str) -> None:
    assert did_you_mean(word, ["kill", "ls", "send"]) == wanted
