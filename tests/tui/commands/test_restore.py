"""Sessions that a host has lost, on the page of hosts, and the key that brings them back."""

from __future__ import annotations

import re

from tests.support.dashboard import navi
from tests.support.machines import Lab
from tests.support.resumable import conversation, install, start, until_noted
from tests.support.verbs import HERE_AND_THERE, account


@HERE_AND_THERE
def test_one_key_brings_back_what_a_host_has_lost(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    install(there)
    had = {name: start(there, name) for name in ("api", "web")}
    with navi(lab, 160) as screen:
        screen.wait_for("web")
        screen.press("H")
        screen.wait_for(re.compile(r"connected( +\S+s)? +2 "))
        until_noted(there, "api", "web")
        there.tmux("kill-server")
        screen.wait_for("2 sessions lost with a tmux server")
        screen.wait_for("B restores all")
        screen.press("B")
        screen.wait_for("Restore 2 sessions: 2 of 2 done")
        host = r"\[atlas\]  " if far else ""
        screen.wait_for(re.compile(rf"✔  api  {host}is back in its conversation"))
        screen.press("Enter")
        screen.wait_gone(re.compile("sessions? lost"))
        screen.press("B")
        screen.wait_for("no session is lost; nothing to restore")
    assert {name: conversation(there, name) for name in had} == had


@HERE_AND_THERE
def test_the_list_offers_what_was_lost_until_the_user_has_seen_it(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    install(there)
    for name in ("api", "web"):
        start(there, name)
    offer, empty = "H lists 2 sessions lost with a tmux server; B there", "No sessions here; 2 sessions lost"
    with navi(lab, 120) as screen:
        screen.wait_for("web")
        until_noted(there, "api", "web")
        there.tmux("kill-server")
        screen.wait_for(offer)
        screen.wait_for(empty)
    with navi(lab, 120) as screen:
        screen.wait_for(offer)
        screen.press("H")
        screen.wait_for("B restores all")
        screen.press("Escape")
        screen.wait_gone(offer)
        screen.wait_for(empty)
    with navi(lab, 120) as screen:
        screen.wait_for(empty)
        assert offer not in screen.screen()


def test_the_last_session_of_a_server_may_have_been_closed(lab: Lab) -> None:
    install(lab.local)
    start(lab.local, "api")
    with navi(lab, 120) as screen:
        screen.wait_for("api")
        until_noted(lab.local, "api")
        lab.local.tmux("kill-session", "-t", "=api")
        screen.wait_for("No sessions here; 1 session lost with a tmux server")
        screen.wait_for("H lists it; B there restores it")
        assert "H lists 1 session" not in screen.screen()


@HERE_AND_THERE
def test_what_does_not_come_back_says_why_and_stays_lost(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    install(there)
    start(there, "api")
    for state in (there.home / ".claude" / "sessions").glob("*.json"):
        state.write_text("{}")  # it does not say which conversation it has
    with navi(lab, 160) as screen:
        screen.wait_for("api")
        screen.press("H")
        screen.wait_for(re.compile(r"connected( +\S+s)? +1 "))
        until_noted(there, "api")
        there.tmux("kill-server")
        screen.wait_for("1 session lost")
        screen.press("B")
        screen.wait_for("the conversation of claude is not known")
        screen.wait_for("1 failed")
        screen.press("Enter")
        screen.wait_for("1 session lost")


def test_of_a_host_that_does_not_answer_nothing_is_claimed(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.accept_no_more()
    with navi(lab, 160) as screen:
        screen.wait_for("atlas unreachable")
        screen.press("H")
        screen.wait_for("next try")
        screen.press("B")
        screen.wait_for("no session is lost on the hosts that answer; unknown on atlas")
