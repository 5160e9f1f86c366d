"""What the end of an agent changes in its session. Pure, but for the clock."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from navi.core.headless import HeadlessStatus
from navi.core.text import clean
from navi.headless.hub.run_state import columns, launch_of
from navi.headless.messages import Message
from navi.headless.state import UNANSWERED, State
from navi.headless.store.stored import StoredSession


def changes_at_end(row: StoredSession, before: State, after: State, message: Message, why: str) -> dict[str, Any]:
    """Return what changes in the row when the relay reports an end; `why` is for people, if navi itself ended it."""
    changes = _changes(row, before, after, message, why)
    reason = "; ".join(filter(None, (changes["reason"], _words_of_missing(message.get("missing")))))
    return {**changes, "reason": reason}


def _words_of_missing(missing: int | None) -> str:
    """Return that output is missing, "" if none is; 0 is an unknown number of bytes."""
    if missing is None:
        return ""
    if not missing:
        return "some of its output may be missing"
    return f"{missing} bytes of its output are missing" if missing > 1 else "1 byte of its output is missing"


def _changes(row: StoredSession, before: State, after: State, message: Message, why: str) -> dict[str, Any]:
    changes = dict(columns(after)) | {"exit_code": message.get("exit_code"), "ended_at": time.time()}
    changes |= {"end_asked": None, "end_asked_by": ""}
    errors = clean(message.get("errors") or "")
    if message.get("error"):
        changes["reason"] = clean(message["error"])
    elif before.status is HeadlessStatus.STARTING and before.reason:
        return with_offer(row, changes)
    elif not before.status.live:
        changes["reason"] = row.reason + (f": {errors}" if errors and before.reason == UNANSWERED else "")
    elif after.status is HeadlessStatus.COMPLETE:
        changes["reason"] = why
    elif errors:
        changes["reason"] += f": {errors}"
    return changes


def with_offer(row: StoredSession, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes that say so if an agent could not go on with its conversation: another can be begun."""
    return {**changes, "lost": bool(changes.get("reason")) and launch_of(row).resume}
