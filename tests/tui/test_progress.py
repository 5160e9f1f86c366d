"""Long work in the footer: actions on many sessions, which can be stopped, and hosts that are to answer."""

from __future__ import annotations

import re

from navi.core.failure import HostState
from navi.core.model import HostView
from navi.tui.progress import HostProgress, Progress
from tests.support.dashboard import begin, navi, view
from tests.support.machines import Lab
from tests.support.verbs import living
from tests.support.waiting import until
from tests.tui.commands.test_sessions import delay


def test_the_newest_job_is_shown_until_its_last_step() -> None:
    lines: list[str] = []
    progress = Progress(lines.append)
    killing, sending = progress.begin("killing", 3), progress.begin("sending", 1)
    killing.step()
    sending.step()
    killing.step()
    killing.step()
    assert lines == [
        "killing 0 of 3", "sending 0 of 1", "sending 0 of 1", "killing 1 of 3", "killing 2 of 3", "",
    ]  # fmt: skip


def test_nothing_is_shown_of_nothing() -> None:
    lines: list[str] = []
    Progress(lines.append).begin("killing", 0)
    assert lines == []


# ---- hosts


def away(name: str, attempts: int = 0) -> HostView:
    """Return a host that has not answered, or has failed so often."""
    return HostView(name, name, HostState.UNREACHABLE if attempts else HostState.CONNECTING, attempts=attempts)


def test_hosts_are_counted_until_each_has_answered_or_failed() -> None:
    lines: list[str] = []
    hosts = HostProgress(Progress(lines.append))
    hosts.expect([away("a"), away("b"), away("c")])
    hosts.note([view("a"), away("b"), away("c")])
    hosts.note([view("a"), away("b", 1), away("c")])
    hosts.note([view("a"), away("b", 1), view("c")])
    hosts.note([view("a"), away("b", 2), view("c")])
    assert lines == ["0 of 3 hosts answered", "1 of 3 hosts answered", ""]


def test_a_host_that_is_asked_again_is_named() -> None:
    lines: list[str] = []
    hosts = HostProgress(Progress(lines.append))
    hosts.expect([view("a"), away("b", 3)])
    hosts.note([view("a"), away("b", 3)])
    hosts.note([view("a"), away("b", 4)])
    hosts.expect([view("a")])
    assert lines == ["connecting to b", ""]


def test_one_more_host_joins_those_that_are_waited_for() -> None:
    lines: list[str] = []
    hosts = HostProgress(Progress(lines.append))
    hosts.expect([away("a"), away("b")])
    hosts.note([view("a"), away("b")])
    hosts.expect([away("c", 1)])
    hosts.note([view("a"), away("b"), away("c", 1)])
    assert lines[-1] == "1 of 3 hosts answered"


def test_a_host_that_is_silent_is_counted_at_the_start(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.accept_no_more()
    with navi(lab) as screen:
        screen.wait_for("1 of 2 hosts answered")
        screen.wait_for("atlas unreachable")
        screen.wait_gone("hosts answered")
        screen.press("C-r")
        screen.wait_for("connecting to atlas")


# ---- actions


def test_what_has_not_begun_is_stopped(lab: Lab) -> None:
    for number in range(8):
        begin(lab.local, f"s{number}")
    with navi(lab) as screen:
        screen.wait_for("8 sessions")
        screen.press(*["Space"] * 8)
        screen.wait_for("8 selected")
        delay(lab.local, "kill-session", "sleep 2")
        screen.press("x")
        screen.wait_for("Kill 8 sessions?")
        screen.press("y")
        screen.wait_for(re.compile(r"killing \d of 8"))
        screen.press("s")
        found = re.compile(r"Kill: (\d) of 8 done, (\d) not begun")

        def over() -> bool:
            match = found.search(screen.screen())
            return match is not None and int(match[1]) + int(match[2]) == 8

        until(over, timeout=60, what="what has begun is done")
        match = found.search(screen.screen())
        assert match
        assert len(living(lab.local)) == int(match[2]) > 0
        screen.wait_for("not done: stopped before it began")
        screen.wait_gone("killing")


def test_a_table_that_was_closed_is_summed_up_in_the_footer(lab: Lab) -> None:
    for number in range(2):
        begin(lab.local, f"s{number}")
    with navi(lab) as screen:
        screen.wait_for("2 sessions")
        screen.press("Space", "Space")
        screen.wait_for("2 selected")
        delay(lab.local, "kill-session", "sleep 2")
        screen.press("x")
        screen.wait_for("Kill 2 sessions?")
        screen.press("y")
        screen.wait_for("Enter closes; it goes on")
        screen.press("Enter")
        screen.wait_for("killing")
        screen.wait_for("Kill: 2 of 2 done")
        assert "Enter closes" not in screen.screen()
