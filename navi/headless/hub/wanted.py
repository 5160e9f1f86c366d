"""What somebody wants of the hub."""

from __future__ import annotations

from typing import NamedTuple

from navi.headless.store.stored import NOBODY, By


class Wanted(NamedTuple):
    """A session that somebody wants, and who that is."""

    prompt: str
    cwd: str = ""
    host: str = "local"
    harness: str = "claude-code"
    model: str = ""
    permission_mode: str = ""
    title: str = ""
    by: By = NOBODY
