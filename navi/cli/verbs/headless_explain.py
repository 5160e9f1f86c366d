"""The verb explain for sessions without a terminal: what the hub knows about one, and who did what to it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from navi.core import exits
from navi.core.facts import Fact, facts
from navi.core.headless import Document, InputState
from navi.core.text import clean
from navi.headless.audit_facts import audit_facts
from navi.headless.listed import session_of
from navi.headless.tool_input import asked_text

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.headless.client import HubClient


def explain(hub: HubClient, info: Document, address: str, options: Options, context: Context) -> int:
    """Print what is known about a session, and who did what to it. `info` is the session."""
    entries: Sequence[Document] = hub.ask("GET", f"/api/sessions/{info['id']}/audit")["audit"]
    if options.json:
        context.output.print_json(document(info, address, entries))
        return exits.OK
    now = time.time()
    for fact in [*_facts(info, now), *audit_facts(entries, now)]:
        context.output.print(f"{fact.label:<12} {fact.text}")
    return exits.OK


def _facts(info: Document, now: float) -> Sequence[Fact]:
    questions = info["questions"]
    first = questions[0] if questions else None
    asks = asked_text(str(first["kind"]), str(first["tool"]), first["input"]) if first else ""
    session = session_of({**info, "asked": questions, "asks": asks, "since": info["last_activity_at"]})
    if session is None:
        name = info["tmux_name"] or "unknown name"
        return [Fact("session", clean(info["id"])), Fact("status", f"it goes on in a terminal, {clean(name)}")]
    more = [Fact("refused", clean(info["mode_refused"])), Fact("inputs", _inputs(info["inputs"]))]
    return [*facts(session, clean(info["host"] or "local"), None, now), *(one for one in more if one.text)]


def _inputs(inputs: Sequence[Document]) -> str:
    """Return how far the inputs of people have got."""
    count = Counter(str(one["state"]) for one in inputs)
    return ", ".join(f"{count[state]} {state}" for state in InputState if count[state])


def document(info: Document, address: str, entries: Sequence[Document]) -> dict[str, object]:
    """Return the explanation as JSON. Times are epoch times; unknown values are null."""
    names = (
        "status", "reason", "harness", "model", "permission_mode", "modes", "mode_refused", "cwd", "generation",
        "cost_usd", "tokens_in", "tokens_out", "created_at", "last_activity_at", "ended_at", "exit_code", "end_asked",
    )  # fmt: skip
    inputs = [{name: one[name] for name in ("kind", "state", "by")} for one in info["inputs"]]
    return {
        "address": address, "host": info["host"] or "local", "name": info["id"], "headless": True,
        "status_source": "hub", "conversation": info["agent_session_id"] or None,
        **{name: None if info[name] == "" else info[name] for name in names},
        "questions": [{"kind": one["kind"], "tool": one["tool"] or None} for one in info["questions"]],
        "inputs": inputs, "audit": [dict(one) for one in entries],
    }  # fmt: skip
