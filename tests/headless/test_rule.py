"""Type, status and badge of a stored session, as a table."""

from __future__ import annotations

import pytest

from navi.headless.rule import Live, RowFacts, Shown, shown

TABLE = [
    # remote interactive status      live                       type        status          badge
    (True,   True,  "live",      Live("running"),           "spawned",  "running",      "Remote"),
    (True,   False, "live",      Live("permission"),        "spawned",  "permission",   "Remote"),
    (True,   True,  "live",      None,                      "spawned",  "disconnected", "Remote"),
    (True,   True,  "complete",  None,                      "spawned",  "complete",     "Remote"),
    (True,   True,  "failed",    None,                      "spawned",  "failed",       "Remote"),
    (True,   True,  "complete",  Live("running"),           "spawned",  "running",      "Remote"),
    (True,   True,  "live",      Live("running", 2),        "spawned",  "disconnected", "Remote"),
    (True,   True,  "failed",    Live("running", 2),        "spawned",  "failed",       "Remote"),
    (False,  True,  "live",      None,                      "archived", "live",         "Interactive"),
    (False,  False, "live",      None,                      "archived", "live",         ""),
    (False,  False, "archived",  None,                      "archived", "archived",     ""),
    (False,  True,  "live",      Live("running"),           "archived", "live",         "Interactive"),
]  # fmt: skip


@pytest.mark.parametrize(("remote", "interactive", "status", "live", "type", "is_shown", "badge"), TABLE)
def test_what_a_session_is_shown_as(
    remote: bool, interactive: bool, status: str, live: Live | None, type: str, is_shown: str, badge: str
) -> None:
    assert shown(RowFacts(remote, interactive, status), live) == Shown(type, is_shown, badge)
