"""From the hub's documents to the sessions that faces list. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from navi.core.address import LOCAL
from navi.core.headless import OVER, Document, HeadlessStatus, StoredStatus
from navi.core.model import Evidence, HeadlessAgent, Session, Source, Status
from navi.core.text import clean
from navi.headless.rule import RowFacts, shown
from navi.headless.tool_input import cut

LONGEST = 300
"""Characters of a text in the list."""

WORDS: Mapping[str, str] = {
    HeadlessStatus.STARTING: "working",
    HeadlessStatus.RUNNING: "working",
    HeadlessStatus.ENDING: "working",
    HeadlessStatus.PERMISSION: "permission",
    HeadlessStatus.QUESTION: "waiting",
    HeadlessStatus.WAITING: "done",
    HeadlessStatus.COMPLETE: "stopped",
    HeadlessStatus.ARCHIVED: "stopped",
    HeadlessStatus.FAILED: "error",
}
"""By the hub's word, the status among those of all sessions, which decides where it is listed and whether it counts as
one that needs the user. Others are unknown.
"""

TEXTS: Mapping[str, str] = {
    HeadlessStatus.STARTING: "its agent has not answered yet",
    HeadlessStatus.RUNNING: "its agent is at work",
    HeadlessStatus.PERMISSION: "its agent asks for permission",
    HeadlessStatus.QUESTION: "its agent asks a question",
    HeadlessStatus.WAITING: "its agent waits for a message",
    HeadlessStatus.ENDING: "its agent has been asked to end",
    HeadlessStatus.COMPLETE: "its agent has ended",
    HeadlessStatus.FAILED: "its agent has failed",
    HeadlessStatus.ARCHIVED: "its agent has ended, and it was put away",
    HeadlessStatus.DISCONNECTED: "the relay does not reach its host",
}
"""What the hub's words mean."""

MOST_MODES = 50

MOST = 1e15
"""Numbers from here on, as those that are none, count as unknown."""

NO_HUB = "no hub answers; navi serve starts one"


def session_of(document: Document, hub_lost: float | None = None) -> Session | None:
    """Return the session in a document of the hub, None for one that runs in a terminal, or is not to be listed.

    `hub_lost` is when the hub was lost (epoch): then nobody knows what has become of it.
    """
    status = _status(document, hub_lost is None)
    if document.get("remote") is not True or status == HeadlessStatus.ARCHIVED:
        return None
    agent = _agent(document, status, hub_lost is None)
    since = hub_lost if hub_lost is not None and not agent.over else _number(document, "since")
    return Session(
        _text(document, "host") or LOCAL, _text(document, "id"), _judged(agent, since), _message(document, agent),
        _text(document, "cwd") or "~", agent.harness, headless=agent,
    )  # fmt: skip


def feedback_of(document: Document) -> tuple[tuple[str, str], int] | None:
    """Return the host and the conversation of a session in a terminal that takes feedback, and how much waits for it;
    None for another session.
    """
    waits = document.get("feedback")
    if type(waits) is not int or document.get("remote") is True:
        return None
    return (_text(document, "host") or LOCAL, _text(document, "agent_session_id")), waits


def _status(document: Document, has_hub: bool) -> str:
    """Return what it is shown as. Without a hub, no relay reaches it."""
    status = _text(document, "status")
    if has_hub:
        return status
    stored = status if status in OVER else StoredStatus.LIVE
    return shown(RowFacts(document.get("remote") is True, document.get("interactive") is True, stored)).status


def _agent(document: Document, status: str, has_hub: bool) -> HeadlessAgent:
    asked = document.get("asked")
    kinds = tuple(_text(one, "kind") for one in asked if isinstance(one, dict)) if isinstance(asked, list) else ()
    cost = document.get("cost_usd")
    return HeadlessAgent(
        _text(document, "title"), status, _text(document, "reason"), kinds, _text(document, "harness"),
        _text(document, "model"), _text(document, "permission_mode"), _text(document, "agent_session_id"),
        int(_number(document, "generation")), int(_number(document, "last_index")) + 1,
        float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
        int(_number(document, "tokens_in")), int(_number(document, "tokens_out")), has_hub,
        document.get("lost") is True, _number(document, "end_asked"), _text(document, "end_asked_by"), _modes(document),
    )  # fmt: skip


def _modes(document: Document) -> tuple[str, ...]:
    modes = document.get("modes")
    return tuple(clean(one) for one in modes[:MOST_MODES] if isinstance(one, str)) if isinstance(modes, list) else ()


def _judged(agent: HeadlessAgent, since: float) -> Status:
    word = _word(agent)
    text = NO_HUB if agent.status == HeadlessStatus.DISCONNECTED and not agent.hub else TEXTS.get(agent.status, "")
    reason = f"{text}: {agent.reason}" if agent.reason else text
    reason += f"; its agent ends when that is reached{_by(agent)}" if agent.ends_later else ""
    evidence = Evidence(Source.HUB, word, since or None, reason, decided=True)
    return Status(word, Source.HUB, since or None, reason, evidence=(evidence,))


def _by(agent: HeadlessAgent) -> str:
    return f", as {agent.end_asked_by} asked" if agent.end_asked_by else ""


def _word(agent: HeadlessAgent) -> str:
    """Return the status among those of all sessions. What was asked before the host was lost can still be answered."""
    if agent.status == HeadlessStatus.DISCONNECTED and agent.asked and agent.hub:
        return "permission" if agent.asked[0] == "permission" else "waiting"
    if agent.status == HeadlessStatus.WAITING and agent.reason:
        return "error" if agent.reason == "error" else "idle"
    return WORDS.get(agent.status, "unknown")


def _message(document: Document, agent: HeadlessAgent) -> str:
    """Return what it asks, why it failed, or what it last printed."""
    failed = agent.reason if agent.status == HeadlessStatus.FAILED else ""
    return (_asks(document) if agent.asked else failed) or _text(document, "latest")


def _asks(document: Document) -> str:
    """Return what it asks, which says so where it is cut."""
    asks = document.get("asks")
    return clean(cut(asks, LONGEST)).strip() if isinstance(asks, str) else ""


def _text(document: Document, name: str) -> str:
    value = document.get(name)
    return clean(value[:LONGEST]).strip() if isinstance(value, str) else ""


def _number(document: Document, name: str) -> float:
    value = document.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST
    return value if is_number else 0  # type: ignore[return-value]
