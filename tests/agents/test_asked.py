"""Without hooks, too, the message of a permission says what it is for: on the recorded screens of real agents."""

from __future__ import annotations

import pytest

from tests.agents.test_screens import Recorded, by_mawk, recorded

ASKING = [one for one in recorded() if one.status == "permission"]

COMMANDS = ("sleep 30; touch x", "touch x; sleep 30", "touch y")


@pytest.mark.parametrize("one", ASKING, ids=[one.name for one in ASKING])
def test_the_message_has_the_command_or_the_file(one: Recorded) -> None:
    *_, text = by_mawk()[one.name]
    if one.agent == "aider":  # what it is about is above the question, and may be anything
        assert text.startswith(("Run shell command? (Y)es", "Create new file? (Y)es"))
    elif "write" in one.name:
        assert text.startswith("wants to ")
        # A narrow frame breaks the path.
        assert text.endswith((" new", "/new", "/tmp/navi-lab/", "/tmp/navi-lab/home/work/"))
    elif one.name.endswith(".low"):  # the command is above the pane
        known = ("Do you want to proceed?", "wants what its low pane has no room for")
        assert text.strip() in (*known, *[f"wants to run {command}" for command in COMMANDS])
    else:
        assert text in [f"wants to run {command}" for command in COMMANDS]
