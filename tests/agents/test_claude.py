"""What navi says about the real Claude Code: see cases.py."""

from __future__ import annotations

from tests.agents.cases import PLACES, Case, EveryCase, cases
from tests.agents.claude import (
    Claude,
    asks_in_a_subagent,
    asks_to_approve_a_plan,
    is_cleared,
    runs_a_command_of_its_user,
    runs_a_subagent,
)
from tests.agents.ways import (
    asks_a_question,
    asks_for_permission,
    asks_to_trust_a_folder,
    asks_to_write,
    fails,
    has_answered,
    has_left,
    is_continued,
    is_interrupted,
    is_killed_at_work,
    is_refused,
    is_started_again,
    is_suspended,
    is_suspended_at_work,
    runs_an_allowed_tool,
    shows_a_menu,
    streams,
    tries_again,
    waits_for_its_service,
)

CASES = [
    Case(streams, "working"),
    Case(has_answered, "idle"),
    Case(waits_for_its_service, "working"),
    Case(asks_for_permission, "permission"),
    Case(asks_to_write, "permission"),
    Case(asks_in_a_subagent, "permission"),
    Case(asks_a_question, "question"),
    Case(asks_to_approve_a_plan, "plan"),
    Case(asks_to_trust_a_folder, "trust"),
    Case(shows_a_menu, "menu"),
    Case(runs_an_allowed_tool, "working"),
    Case(is_refused, "idle"),
    Case(is_interrupted, "idle"),
    Case(fails, "error"),
    Case(tries_again, "working"),
    Case(runs_a_command_of_its_user, "working"),
    Case(runs_a_subagent, "working"),
    Case(is_cleared, "idle"),
    Case(is_suspended, "suspended"),
    Case(is_suspended_at_work, "suspended"),
    Case(is_continued, "idle"),
    Case(has_left, "ended"),
    Case(is_killed_at_work, "ended"),
    Case(is_started_again, "idle"),
]


@cases(Claude, CASES, PLACES[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Claude, CASES, PLACES[1])
class TestHereWithHooks(EveryCase):
    """On this machine, with hooks."""


@cases(Claude, CASES, PLACES[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""


@cases(Claude, CASES, PLACES[3])
class TestRemoteWithHooks(EveryCase):
    """On a remote, with hooks."""
