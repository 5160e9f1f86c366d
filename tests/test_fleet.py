"""The fleet: hosts that come and go, and what is still known of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from navi.core.failure import HostState
from navi.core.model import HeadlessAgent, HostView, Session, Source, Status
from navi.fleet import Fleet, steady_latency
from navi.hosts.retries import SLOW_PAUSE
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings
from tests.support import hostile
from tests.support.hosts import failure, host, running, say
from tests.support.machines import Lab, Machine
from tests.support.scripts import beside, stand_in
from tests.support.terminal import Terminal
from tests.support.waiting import until, until_async

CONNECTED = HostState.CONNECTED


@pytest.fixture
def box(lab: Lab) -> Machine:
    """A machine with one session and its file."""
    machine = lab.machine("box")
    machine.new_session("api", "exec sleep 1000")
    machine.write_status("api", status="permission", message="first")
    return machine


def messages(view: HostView) -> dict[str, str]:
    """Return the messages of a host's sessions by name."""
    return {session.name: session.message for session in view.sessions}


def status(view: HostView, name: str) -> str:
    """Return what a session of a host does."""
    return next((session.status.word for session in view.sessions if session.name == name), "")


# ---- sessions without a terminal


def headless(name: str, place: str) -> Session:
    """Return a session without a terminal."""
    agent = HeadlessAgent("a title", "running")
    return Session(place, name, Status("working", Source.HUB, None, ""), headless=agent)


def test_sessions_without_a_terminal_are_listed_on_their_hosts_and_others_named() -> None:
    news: list[str] = []
    fleet = Fleet([], (), news.append)
    fleet.put_headless([headless("one", "gone"), headless("two", "gone")])
    fleet.put_headless([headless("one", "gone"), headless("two", "gone")])
    assert len(news) == 1, "what is the same is no news"
    view = fleet.views[-1]
    assert ([one.name for one in view.sessions], view.fresh) == (["one", "two"], False)
    assert fleet.view("gone") == view
    fleet.put_headless([])
    assert fleet.views == ()


@pytest.mark.parametrize(
    ("shown", "measured", "expected"),
    [(None, 0.05, 0.05), (0.05, 0.055, 0.05), (0.05, 0.08, 0.08), (0.001, 0.0025, 0.001), (0.001, 0.004, 0.004)],
)
def test_a_latency_is_steady_until_it_clearly_differs(shown: float | None, measured: float, expected: float) -> None:
    assert steady_latency(shown, measured) == expected


# ---- hosts that work


async def test_sessions_of_every_host_are_known_with_latency_and_change(
    lab: Lab, box: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in lab.environment().items():
        monkeypatch.setenv(key, value)
    lab.local.new_session("web")
    with trio.fail_after(40):
        async with running(LocalHost(HostSettings("~/.claude-sessions", True)), host(lab, box)) as watched:
            local = await watched.until("local", lambda view: "web" in messages(view))
            view = await watched.until("box", lambda view: view.latency is not None)
            assert (local.state, view.state, view.fresh) == (CONNECTED, CONNECTED, True)
            assert messages(view) == {"api": "first"}
            assert (view.failure, view.unwatched, view.attempts) == (None, "", 0)
            assert view.latency
            assert [view.name for view in watched.fleet.views] == ["local", "box"]
            box.write_status("api", message="second")
            lab.local.write_status("web", message="third")
            await watched.until("box", lambda view: messages(view) == {"api": "second"})
            await watched.until("local", lambda view: messages(view)["web"] == "third")
            assert {"box", "local"} <= set(watched.changes)
            assert await watched.fleet.ask("box", say("it's")) == "it's"
        await until_async(lambda: not lab.leftovers(), what="nothing is left")
    assert beside(lab.local) == beside(box) == []


async def test_a_file_of_a_session_that_ended_goes_and_one_on_a_shared_machine_stays(lab: Lab, box: Machine) -> None:
    shared = lab.machine("shared")
    shared.new_session("alive")
    paths = [machine.write_status("gone") for machine in (box, shared)]
    with trio.fail_after(40):
        async with running(host(lab, box), host(lab, shared, cleanup=False)) as watched:
            await watched.until("box", lambda view: set(messages(view)) == {"api"})
            view = await watched.until("shared", lambda view: "gone" in messages(view))
            assert status(view, "gone") == "offline"
            await trio.sleep(3)
    assert [path.exists() for path in paths] == [False, True]


async def test_an_agent_that_fell_silent_is_seen_though_nothing_changes(lab: Lab, box: Machine) -> None:
    box.new_session("quiet", "echo hello; exec -a claude sleep 1000")
    with trio.fail_after(40):
        async with running(host(lab, box)) as watched:
            await watched.until("box", lambda view: status(view, "quiet") == "working")
            view = await watched.until("box", lambda view: status(view, "quiet") == "idle")
            assert {session.status.source for session in view.sessions if session.name == "quiet"} == {Source.PANE}


AHEAD = """\
for word; do
    [ "$word" = +%s ] && { echo $(($("$real" +%s) + 10800)); exit; }
done
exec "$real" "$@"
"""


async def test_a_clock_that_is_wrong_does_not_distort_ages(lab: Lab) -> None:
    box = lab.machine("box", shell="dash", path=lab.path_without("bash"))  # bash would not ask date
    box.new_session("api", "exec sleep 1000")
    stand_in(box, "date", AHEAD)
    box.write_status("api", timestamp=int(time.time()) + 10800 - 60)
    with trio.fail_after(30):
        async with running(host(lab, box)) as watched:
            view = await watched.state("box", CONNECTED)
            since = view.sessions[0].status.since
            assert since
            assert abs(view.skew - 10800) < 5
            assert abs(view.clock(time.time()) - since - 60) < 10


async def test_a_clock_that_is_right_counts_as_ours(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with running(host(lab, box)) as watched:
            assert (await watched.state("box", CONNECTED)).skew == 0


async def test_a_host_that_can_not_be_watched_is_polled(lab: Lab, box: Machine) -> None:
    stand_in(box, "mkfifo", "exit 1")
    with trio.fail_after(40):
        async with running(host(lab, box)) as watched:
            view = await watched.state("box", CONNECTED)
            assert "FIFO" in view.unwatched
            assert messages(view) == {"api": "first"}
            box.write_status("api", message="second")
            watched.fleet.refresh("box")
            await watched.until("box", lambda view: messages(view) == {"api": "second"})
            box.write_status("api", message="third")
            await watched.until("box", lambda view: messages(view) == {"api": "third"})
        await until_async(lambda: not lab.leftovers(), what="nothing is left")


# ---- tmux that is missing or fails


@pytest.mark.parametrize(
    ("script", "state", "cause"),
    [
        ("exit 127", HostState.NO_TMUX, "not installed"),
        ("printf '%s\\n' \"$5\" | sed 's/#{version}//'", HostState.NO_TMUX, "older than 2.6"),
        ("echo 'error connecting to /x (Permission denied)'; exit 1", HostState.ERROR, "Permission denied"),
        ("exec sleep 1000", HostState.ERROR, "does not answer"),
    ],
    ids=["missing", "old", "not permitted", "hung"],
)
async def test_a_tmux_that_fails_is_named_and_nothing_is_lost(
    lab: Lab, box: Machine, script: str, state: HostState, cause: str
) -> None:
    with trio.fail_after(60):
        async with running(host(lab, box)) as watched:
            await watched.until("box", lambda view: status(view, "api") == "permission")
            stand_in(box, "tmux", script)
            path = box.write_status("gone")
            view = await watched.state("box", state)
            assert view.failure
            assert cause in view.failure.cause
            assert view.failure.remedy
            assert status(view, "api") == "permission"
            assert path.exists()
            (box.bin / "tmux").unlink()
            await watched.state("box", CONNECTED)
            assert watched.view("box").last_failure == view.failure


# ---- hosts that are lost


async def test_a_stopped_host_keeps_its_sessions_and_comes_back(lab: Lab, box: Machine) -> None:
    with trio.fail_after(60):
        async with running(host(lab, box)) as watched:
            await watched.state("box", CONNECTED)
            box.stop()
            view = await watched.state("box", HostState.UNREACHABLE)
            assert messages(view) == {"api": "first"}
            assert (view.fresh, view.latency) == (False, None)
            assert view.framed
            view = await watched.until("box", lambda view: view.failure and "refused" in view.failure.cause)
            assert view.retry_at
            box.start()
            watched.fleet.refresh("box")
            view = await watched.state("box", CONNECTED)
            assert (view.failure, view.attempts, view.retry_at) == (None, 0, None)
            assert view.last_failure
        await until_async(lambda: not lab.leftovers(), what="nothing is left")


async def test_a_broken_connection_is_replaced_by_itself(lab: Lab, box: Machine) -> None:
    with trio.fail_after(40):
        async with running(host(lab, box)) as watched:
            await watched.state("box", CONNECTED)
            box.break_connections()
            await watched.until("box", lambda view: view.last_failure)
            await watched.state("box", CONNECTED)
            box.write_status("api", message="second")
            await watched.until("box", lambda view: messages(view) == {"api": "second"})
            assert await watched.fleet.ask("box", say()) == "hello"


async def test_each_loss_of_a_connection_that_worked_is_followed_by_a_retry_at_once(lab: Lab, box: Machine) -> None:
    with trio.fail_after(60):
        async with running(host(lab, box)) as watched:
            for _ in range(4):
                await watched.until("box", lambda view: view.state is CONNECTED and view.fresh)
                box.break_connections()
                view = await watched.until("box", lambda view: view.failure)
                assert view.attempts == 1


async def test_a_frozen_host_disturbs_no_other_and_goes_on_after_the_thaw(lab: Lab, box: Machine) -> None:
    other = lab.machine("other")
    other.new_session("web")
    with trio.fail_after(100):
        async with running(host(lab, box, connect_timeout=2), host(lab, other)) as watched:
            await watched.state("box", CONNECTED)
            await watched.state("other", CONNECTED)
            box.freeze()
            other.write_status("web", message="still here")
            await watched.until("other", lambda view: messages(view) == {"web": "still here"})
            assert messages(await watched.state("box", HostState.UNREACHABLE, 40)) == {"api": "first"}
            other.write_status("web", message="and now")
            await watched.until("other", lambda view: messages(view) == {"web": "and now"})
            assert watched.view("other").failure is None
            box.thaw()
            watched.fleet.refresh("box")
            await watched.state("box", CONNECTED, 40)
        await until_async(lambda: not lab.leftovers(), what="nothing is left")


async def test_a_host_that_needs_a_person_waits_long_and_a_refresh_ends_that(lab: Lab, box: Machine) -> None:
    allowed = (box.folder / "authorized_keys").read_text()
    (box.folder / "authorized_keys").write_text("")
    with trio.fail_after(40):
        async with running(host(lab, box)) as watched:
            view = await watched.state("box", HostState.AUTH)
            assert view.retry_at
            assert view.retry_at - trio.current_time() > SLOW_PAUSE - 20
            assert view.sessions == ()
            (box.folder / "authorized_keys").write_text(allowed)
            watched.fleet.refresh("box")
            await watched.state("box", CONNECTED)


async def test_a_host_connects_after_its_passphrase_is_typed_at_a_terminal(
    lab: Lab, box: Machine, terminal: Callable[..., Terminal]
) -> None:
    lab.set_passphrase("open sesame")
    with trio.fail_after(60):
        async with running(host(lab, box)) as watched:
            await watched.state("box", HostState.AUTH)
            screen = terminal(watched.fleet.host("box").authenticate(), lab.environment())
            screen.wait_for("Enter passphrase for key")
            screen.type("open sesame")
            screen.press("Enter")
            assert screen.exit_status() == 0
            watched.fleet.refresh("box")
            assert messages(await watched.state("box", CONNECTED)) == {"api": "first"}
            assert box.connections() == 1
        assert box.connections() == 1, "whoever logged in has the connection for ten minutes"
        box.break_connections()
        await until_async(lambda: not lab.leftovers(), what="nothing is left")


async def test_a_changed_host_key_is_retried_slowly(lab: Lab, box: Machine) -> None:
    lab.change_host_keys()
    with trio.fail_after(30):
        async with running(host(lab, box)) as watched:
            view = await watched.state("box", HostState.HOSTKEY)
            assert view.retry_at
            assert view.retry_at - trio.current_time() > SLOW_PAUSE - 20


async def test_a_name_that_nobody_knows_is_unreachable(lab: Lab) -> None:
    with trio.fail_after(30):
        assert (await failure(host(lab, "no-such-machine.invalid"))).state is HostState.UNREACHABLE


async def test_two_fleets_share_a_connection_and_the_first_to_leave_disturbs_nothing(lab: Lab, box: Machine) -> None:
    with trio.fail_after(60):
        async with running(host(lab, box)) as staying:
            await staying.state("box", CONNECTED)
            async with running(host(lab, box)) as leaving:
                await leaving.state("box", CONNECTED)
                assert box.connections() == 1
            box.write_status("api", message="second")
            await staying.until("box", lambda view: messages(view) == {"api": "second"})
            assert staying.view("box").last_failure is None
            assert box.connections() == 1
        await until_async(lambda: not lab.leftovers(), what="nothing is left")
    assert box.log.read_text().count("Accepted publickey") == 1


# ---- hosts that talk without end

DROPPED = {
    "heartbeats": "answers a second, more than 50; dropped",
    "endless_line": "longer than 16 MiB",
    "noise": "more than 1 MiB were printed before it",
    "errors": "wrote 16 MiB to standard error and did not answer",
}


@pytest.mark.parametrize("kind", list(DROPPED))
async def test_a_host_that_talks_without_end_is_dropped_and_no_other(lab: Lab, box: Machine, kind: str) -> None:
    talker = lab.machine("talker", shell=str(hostile.install(lab.folder, kind)))
    with trio.fail_after(100):
        async with running(host(lab, talker), host(lab, box)) as watched:
            view = await watched.state("talker", HostState.ERROR, 60)
            assert view.failure
            assert DROPPED[kind] in view.failure.cause
            await watched.state("box", CONNECTED)
            box.write_status("api", message="second")
            await watched.until("box", lambda view: messages(view) == {"api": "second"}, 10)
        await until_async(lambda: not lab.leftovers(), what="nothing is left")


async def test_frames_of_many_sessions_without_end_leave_time_for_others(lab: Lab, box: Machine) -> None:
    talker = lab.machine("talker", shell=str(hostile.install(lab.folder, "frames")))
    with trio.fail_after(250):
        async with running(host(lab, talker), host(lab, box)) as watched:
            await watched.until("talker", lambda view: len(view.sessions) == hostile.SESSIONS, 120)
            await watched.state("box", CONNECTED)
            for message in ("second", "third", "fourth"):
                box.write_status("api", message=message)
                await watched.until("box", lambda view: message in messages(view).values(), 30)  # noqa: B023


async def test_errors_without_end_beside_answers_do_no_harm(lab: Lab, box: Machine) -> None:
    (box.home / ".bashrc").write_text("yes noise >&2 &\n")
    with trio.fail_after(60):
        async with running(host(lab, box)) as watched:
            await watched.until("box", lambda view: messages(view) == {"api": "first"})
            box.write_status("api", message="second")
            await watched.until("box", lambda view: messages(view) == {"api": "second"})


# ---- a dashboard that is killed

DASHBOARD = """\
import os, trio
from navi.core.agents import AGENTS
from navi.config.navi_files import NaviFiles
from navi.config.reader import read_remotes
from navi.fleet import Fleet
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings

remotes, _ = read_remotes(NaviFiles(os.environ).remotes)
hosts = [LocalHost(HostSettings("~/.claude-sessions", True)), *(OpenSSHHost(remote, os.environ) for remote in remotes)]
fleet = Fleet(hosts, AGENTS, lambda name: print(name, fleet.view(name).state, flush=True))
trio.run(fleet.run)
"""


def test_a_dashboard_that_is_killed_leaves_no_watch_here_or_there(lab: Lab, box: Machine) -> None:
    lab.remotes_yaml([box])
    lab.local.write_status("web")
    root = str(Path(__file__).parent.parent)
    environment = {**lab.environment(), "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, "-c", DASHBOARD], stdout=subprocess.PIPE, text=True, env=environment) as one:
        assert one.stdout
        waiting = {"box connected\n", "local connected\n"}
        while waiting:
            line = one.stdout.readline()
            assert line, "the dashboard has ended"
            waiting.discard(line)
        assert watches(lab)
        os.kill(one.pid, signal.SIGKILL)
        one.wait()
    until(lambda: not watches(lab), what="every watch has ended")
    until(lambda: set(beside(lab.local)) <= {"ended"} and beside(box) == [], what="no FIFO is left")


def watches(lab: Lab) -> list[str]:
    """Return the watches that run in a lab."""
    return [one.words for one in lab.belongings() if "navi-watch" in one.words]
