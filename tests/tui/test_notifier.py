"""The bell, or a command of the user's, when a session begins to wait for a person."""

from __future__ import annotations

import pytest

from navi.tui.notifier import begun_to_wait
from tests.support.dashboard import begin, configure, navi, session, tmux_of, view
from tests.support.machines import Lab
from tests.support.waiting import until

STEPS = [
    pytest.param(["working"], ["waiting"], ["api"], id="it begins to wait"),
    pytest.param(["working"], ["permission"], ["api"], id="it asks for permission"),
    pytest.param(["waiting"], ["permission"], [], id="it goes on waiting"),
    pytest.param([], ["waiting"], [], id="it is new"),
    pytest.param(["waiting"], ["working"], [], id="it goes on working"),
    pytest.param(["waiting"], [], [], id="it is gone"),
]


@pytest.mark.parametrize(("before", "after", "told"), STEPS)
def test_only_sessions_that_begin_to_wait_are_reported(before: list[str], after: list[str], told: list[str]) -> None:
    _, words = begun_to_wait({}, [view("atlas", *(session("api", word, host="atlas") for word in before))])
    begun, _ = begun_to_wait(words, [view("atlas", *(session("api", word, host="atlas") for word in after))])
    assert [one.name for one in begun] == told


def test_a_host_that_was_lost_meanwhile_reports_nothing() -> None:
    _, words = begun_to_wait({}, [view("atlas", session("api", "waiting", host="atlas"))])
    _, words = begun_to_wait(words, [view("atlas")])
    assert begun_to_wait(words, [view("atlas", session("api", "waiting", host="atlas"))])[0] == []


def test_the_bell_rings(lab: Lab) -> None:
    configure(lab, notify="bell")
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        tmux_of(screen, "set-option", "-g", "bell-action", "any")
        tmux_of(screen, "new-window", "-d", "sleep 1000")
        tmux_of(screen, "select-window", "-t", ":+")
        lab.local.write_status("api", status="waiting", message="Shall I?")
        until(lambda: "1" in tmux_of(screen, "list-windows", "-F", "#{window_bell_flag}").split(), what="it rang")


def test_the_command_of_the_user_learns_which_session(lab: Lab) -> None:
    told = lab.local.home / "told"
    configure(lab, notify=f'printf \'%s|\' "$NAVI_ADDRESS" "$NAVI_STATUS" "$NAVI_MESSAGE" >>{told}')
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    begin(atlas, "api")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for("api")
        assert not told.exists()
        atlas.write_status("api", status="permission", message="$(touch pwned); \x1b[31mrm?")
        until(lambda: told.exists() and told.read_text().count("|") == 3, what="the command has run")
        assert told.read_text() == "atlas/api|permission|$(touch pwned); rm?|"
        assert not list(lab.local.home.rglob("pwned"))
