"""Permission modes: which ones an agent can be given, and the ids of requests for them. Which mode and which model an
agent has that goes on in a terminal. Pure.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from navi.core.agents import AGENTS, AgentKind
from navi.core.headless import ON_THE_WAY
from navi.core.text import clean
from navi.headless.harness.base import Harness, mode_key
from navi.headless.refused import Refused
from navi.headless.state import State
from navi.ops.session.resume import kind_named

NAME = re.compile(r"[!-~]{1,200}", re.ASCII)
"""What the name of a permission mode looks like; agents of the Agent Client Protocol may call it anything."""

PLAIN_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


def modes_of(harness: Harness, state: State) -> tuple[str, ...]:
    """Return the permission modes that an agent has, none where that is not known."""
    return (state.modes or harness.modes) if harness.abilities.modes else ()


def check_mode(harness: Harness, state: State, mode: str) -> None:
    """Raise Refused for a mode that an agent does not have, as far as it is known."""
    if not harness.abilities.modes:
        raise Refused(f"{harness.id} has no permission modes")
    if not NAME.fullmatch(mode):
        raise Refused("the name of a permission mode has 1 to 200 letters, without spaces")
    known = modes_of(harness, state)
    if known and mode not in known:
        raise Refused(f"there is no permission mode {mode}; {harness.id} has {', '.join(known)}")


def request_id(mode: str, id: str) -> str:
    """Return the id of a request for a mode: the same for the same `id`, if that is plain."""
    return mode_key(mode, plain_id(id))


def plain_id(id: str) -> str:
    """Return an id for a request to an agent: the given one if it is plain, else a new one."""
    return id if PLAIN_ID.fullmatch(id) else str(uuid.uuid4())


# ---- in a terminal


def waiting_modes(info: Mapping[str, Any]) -> list[str]:
    """Return the modes that an agent was asked to have and has not taken; `info` is the hub's document of a session."""
    return [one["body"] for one in info["inputs"] if one["kind"] == "mode" and one["state"] in ON_THE_WAY]


def wanted_mode(info: Mapping[str, Any]) -> str:
    """Return the mode that somebody wanted last, also where the agent has not heard of it; "" if none is known."""
    return str([info["permission_mode"], *waiting_modes(info)][-1])


def stays_behind(harness: Harness | None, mode: str, model: str) -> str:
    """Say what of its mode and model an agent does not have when it goes on in a terminal, "" if it has all that is
    known.
    """
    kind = kind_named(harness.kind, AGENTS) if harness else None
    found = [] if kind is None else [_mode_stays(kind, mode), _model_stays(kind, model)]
    return "; ".join(filter(None, found))


def _mode_stays(kind: AgentKind, mode: str) -> str:
    if not mode or kind.options_of(mode):
        return ""
    return f"its permission mode {clean(mode)} stays behind: {kind.name} has no option for it in a terminal"


def _model_stays(kind: AgentKind, model: str) -> str:
    if not model or kind.option_of_model(model):
        return ""
    return f"its model {clean(model)} stays behind: {kind.name} can't be given that name on a command line"
