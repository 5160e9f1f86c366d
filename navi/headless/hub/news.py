"""What the clients of a session hear of what its agent printed, and of what it is. Pure."""

from __future__ import annotations

from navi.core.headless import HeadlessStatus, InputState
from navi.headless.asking import asked_document
from navi.headless.harness.base import Asked, mode_of
from navi.headless.messages import Message
from navi.headless.state import State
from navi.headless.store.stored import Batch, StoredSession


def news(before: State, after: State, batch: Batch, first: int) -> list[Message]:
    """Return what clients get of a batch, whose messages begin at the index `first`."""
    news: list[Message] = []
    if batch.messages:
        texts = [one.body.decode("utf-8", "surrogateescape") for one in batch.messages]
        news.append({"type": "message", "index": first, "messages": texts})
    news += [_asked(one) for one in after.questions if one not in before.questions]
    closed = {one.request_id for one in before.questions} - {one.request_id for one in after.questions}
    news += [{"type": "question_resolved", "request_id": one, "state": "withdrawn", "by": ""}
             for one in batch.withdrawn if one in closed]  # fmt: skip
    news += [{"type": "input", "uuid": one, "state": InputState.TAKEN} for one in batch.taken]
    news += [_refused(one, why) for one, why in batch.refused.items()]
    return news


def updated(row: StoredSession, state: State, reached: bool, reason: str) -> Message:
    """Return what a session is now; `reason` is why, where that does not follow from its state."""
    status = state.status.value if reached or not state.status.live else HeadlessStatus.DISCONNECTED
    if not row.remote:
        status, reason = row.status, row.reason
    return {
        "type": "session_updated", "status": status, "remote": row.remote, "interactive": row.interactive,
        "ends": row.end_asked is not None, "permission_mode": row.permission_mode,
        "reason": reason or (state.reason if state.status.live else row.reason),
    }  # fmt: skip


def _asked(asked: Asked) -> Message:
    return {"type": "control_request", "tool_name": asked.tool, **asked_document(asked)}


def _refused(uuid: str, why: str) -> Message:
    mode = mode_of(uuid)
    about = {"kind": "mode", "content": mode} if mode else {"kind": "interrupt"}
    return {"type": "input", "uuid": uuid, "state": InputState.EXPIRED, "error": why, **about}
