"""What is news, and that several observers of the same hosts tell of it once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.failure import Failure, HostState
from navi.core.model import HostView, Machine, Source
from navi.core.notices import MOST_GONE, Notice, Observer, is_known, news_of, words_of
from navi.core.terminal_notices import BELL, OSC_9, OSC_777, sequence
from tests.support.dashboard import session, view

NEWS = [
    ("working", "waiting", "waiting"),
    ("working", "permission", "permission"),
    ("idle", "permission", "permission"),
    ("error", "waiting", "waiting"),
    ("waiting", "permission", ""),
    ("permission", "waiting", ""),
    ("waiting", "working", ""),
    ("working", "error", "error"),
    ("permission", "error", "error"),
    ("error", "error", ""),
    ("working", "done", "done"),
    ("working", "idle", "done"),
    ("permission", "idle", "done"),
    ("done", "idle", ""),
    ("error", "idle", ""),
    ("unknown", "idle", ""),
    ("working", "stopped", ""),
    ("working", "offline", ""),
    ("working", "unknown", ""),
]


@pytest.mark.parametrize(("before", "now", "news"), NEWS)
def test_which_changes_are_news(before: str, now: str, news: str) -> None:
    assert news_of(before, now) == news


def frame(word: str, clock: float = 1000.0, since: float | None = None, source: Source = Source.HOOK) -> HostView:
    """Return a host whose only session has this status in a frame of this time."""
    seen = view("atlas", session("api", word, since=since, host="atlas", source=source))
    assert seen.frame
    return seen._replace(frame=seen.frame._replace(clock=clock))


def observed(observer: Observer, *views: HostView) -> list[Notice]:
    """Return the notices of an observer that sees these views one after the other."""
    return [one for number, seen in enumerate(views) for one in observer.notice([seen], number, 1000.0 + number)]


def test_what_is_seen_the_first_time_is_no_news() -> None:
    assert not observed(Observer(), frame("permission"), frame("permission"))


def test_a_session_that_is_gone_and_comes_back_asking_is_no_news_of_itself() -> None:
    gone = view("atlas")
    assert not observed(Observer(), frame("waiting"), gone, frame("waiting"))


def test_a_host_without_a_current_answer_tells_nothing_of_its_sessions() -> None:
    stale = frame("permission")._replace(
        state=HostState.UNREACHABLE, failure=Failure(HostState.UNREACHABLE, "", ""), retry_at=9.0
    )
    assert not observed(Observer(), frame("working"), stale)
    assert [one.word for one in observed(Observer(), frame("working"), stale, frame("permission"))] == ["permission"]


HOOK, SCREEN, PANE = Source.HOOK, Source.SCREEN, Source.PANE

TURNS = [
    ("a turn that its screen shows", [("working", SCREEN), ("idle", SCREEN)], 1),
    ("an agent that starts", [("working", PANE), ("idle", SCREEN), ("idle", HOOK)], 0),
    ("an agent that paints anew", [("idle", SCREEN), ("working", PANE), ("idle", SCREEN)], 0),
    ("a turn that sometimes only prints", [("working", SCREEN), ("working", PANE), ("idle", SCREEN)], 1),
    ("a turn that begins with output", [("working", PANE), ("working", HOOK), ("done", HOOK)], 1),
    ("an agent of which only the output is known", [("working", PANE), ("idle", PANE)], 1),
    ("a turn whose question was answered", [("permission", SCREEN), ("working", PANE), ("idle", HOOK)], 1),
]


@pytest.mark.parametrize(("steps", "number"), [case[1:] for case in TURNS], ids=[case[0] for case in TURNS])
def test_only_a_turn_can_be_finished(steps: list[tuple[str, Source]], number: int) -> None:
    frames = [frame(word, 1000.0 + place, source=source) for place, (word, source) in enumerate(steps)]
    assert [one.word for one in observed(Observer(), *frames)] == ["done"] * number


def placed(word: str, host: str, boot: str, skew: float = 0.0) -> HostView:
    """Return a host that says that it is this machine, and whose clock is so many seconds ahead of ours."""
    seen = view(host, session("api", word, host=host))
    assert seen.frame
    where = Machine("atlas:1a2b3c4d", boot)
    return seen._replace(frame=seen.frame._replace(machine=where, clock=1000.0 + skew), skew=skew)


def machine_of(host: str, boot: str) -> str:
    """Return the machine that a notice of such a host is about."""
    (found,) = observed(Observer(), placed("working", host, boot), placed("waiting", host, boot))
    return found.machine


def test_two_names_of_a_machine_are_one_if_they_have_the_same_start() -> None:
    assert machine_of("atlas", "5f3a.12") == machine_of("alias", "5f3a.12")
    assert machine_of("atlas", "5f3a.12") != machine_of("evil", "0000.1"), "a name alone may be another machine's"
    assert machine_of("atlas", "") != machine_of("evil", "")


def test_a_notice_says_how_far_the_clock_of_its_host_is_ahead() -> None:
    (found,) = observed(Observer(), placed("working", "atlas", "b", 90.0), placed("waiting", "atlas", "b", 90.0))
    assert (found.ahead, found.seen) == (90.0, 1090.0)


def changing(host: str, names: Sequence[str], proven: bool = True) -> HostView:
    """Return a host with these sessions; not every tmux server answers if not proven."""
    seen = view(host, *(session(name, "working", host=host) for name in names))
    assert seen.frame
    return seen._replace(frame=seen.frame._replace(proven=proven))


@pytest.mark.parametrize("proven", [True, False])
def test_sessions_that_are_gone_are_forgotten(proven: bool) -> None:
    observer = Observer()
    for step in range(300):
        observer.notice([changing("evil", [f"{step}.{number}" for number in range(20)], proven)], step, 1000.0 + step)
    assert sum(map(len, observer._last.values())) <= (20 if proven else 2 * MOST_GONE)


def test_a_session_that_one_look_does_not_show_is_remembered_if_its_server_may_be_silent() -> None:
    asks = view("atlas", session("api", "waiting", host="atlas"))
    found = observed(Observer(), changing("atlas", ["api"]), changing("atlas", [], proven=False), asks)
    assert [one.word for one in found] == ["waiting"]


def lost(attempts: int, retry_at: float | None = 5.0) -> HostView:
    """Return a host that was heard at 0 and does not answer after so many attempts."""
    failure = Failure(HostState.UNREACHABLE, "no route to host", "wait")
    return HostView("atlas", state=failure.state, failure=failure, heard=0.0, attempts=attempts, retry_at=retry_at)


def test_a_host_is_lost_when_it_was_reached_and_is_not_reached_again() -> None:
    assert not observed(Observer(), lost(1), lost(2), lost(3)), "it was never reached"
    assert not observed(Observer(), frame("idle"), lost(1)), "most are back at once"
    found = observed(Observer(), frame("idle"), lost(1), lost(2), lost(3))
    assert [(one.host, one.name, one.word, one.message) for one in found] == [("atlas", "", "lost", "no route to host")]
    assert found[0].before == 1000.0, "when it was heard last"
    assert observed(Observer(), frame("idle"), lost(1, None)), "one that waits for a person is lost at once"
    assert len(observed(Observer(), frame("idle"), lost(2), frame("idle"), lost(2))) == 2


KNOWN = [
    pytest.param(13, None, 11, None, False, id="the opposite was seen long after it"),
    pytest.param(12, None, 11, None, True, id="the opposite may be a second old"),
    pytest.param(10, None, 11, None, True, id="it began before"),
    pytest.param(11, None, 11, None, True, id="within one second nobody knows"),
    pytest.param(11, 11.2, 11, 11.2, True, id="the same change within one second"),
    pytest.param(11, 11.7, 11, 11.2, False, id="another change within one second"),
    pytest.param(11, 10.9, 11, 11.2, True, id="an earlier change within one second"),
    pytest.param(13, 11.2, 11, 11.2, True, id="the same change, seen late"),
    pytest.param(13, 12.8, 11, 11.2, False, id="another change"),
    pytest.param(10, 11.7, 11, 11.2, True, id="it began before, whatever its own time is"),
]


@pytest.mark.parametrize(("before", "since", "last_seen", "last_since", "known"), KNOWN)
def test_which_notice_was_given_already(
    before: float, since: float | None, last_seen: float, last_since: float | None, known: bool
) -> None:
    notice = Notice("atlas", "api", "", "waiting", before=before, seen=before + 1, since=since)
    assert is_known(notice, last_seen, last_since) is known


HISTORY = st.lists(st.sampled_from(["working", "waiting", "permission", "error", "idle"]), min_size=2, max_size=12)


def looks(history: Sequence[str], ticks: Sequence[int]) -> list[HostView]:
    """Return what an observer sees of a session that changes its status every 10 seconds, at these times."""
    return [frame(history[tick // 10], clock=float(tick), since=float(tick // 10 * 10)) for tick in sorted(ticks)]


@given(HISTORY, st.data())
def test_observers_that_look_at_times_of_their_own_tell_of_it_once(history: list[str], data: st.DataObject) -> None:
    """Each observer sees every status at least once, none sees them at the same time, and claims come in any order."""
    claims: list[tuple[int, Notice]] = []
    for number in range(3):
        ticks = [10 * step + data.draw(st.integers(0, 9)) for step in range(len(history))]
        claims += [(number, one) for one in observed(Observer(), *looks(history, ticks))]
    mixed = data.draw(st.permutations(range(len(claims))))
    order = sorted(mixed, key=lambda place: claims[place][1].seen // 10)  # nobody is a whole status behind
    given_notices: list[Notice] = []
    last: dict[str, Notice] = {}
    for _, notice in (claims[place] for place in order):
        before = last.get(notice.kind)
        if not (before and is_known(notice, before.seen, before.since)):
            last[notice.kind] = notice
            given_notices.append(notice)
    expected = [news for before, now in pairwise(history) if (news := news_of(before, now))]
    assert [one.word for one in given_notices] == expected


def test_words_and_escapes_of_a_notice() -> None:
    notice = Notice("atlas", "api", "", "permission", "wants; to run \x1b]0;x\x07 rm")
    assert words_of(notice) == "atlas/api needs you: permission: wants; to run \x1b]0;x\x07 rm"
    assert words_of(Notice("local", "api", "", "done")) == "api has finished"
    assert words_of(Notice("atlas", "", "", "lost", "no route")) == "atlas is lost: no route"
    assert sequence(BELL, notice, True) == "\a"
    for way in (OSC_9, OSC_777):
        escape = sequence(way, notice)
        assert escape.count("\x1b") == escape.count("\a") == 1, "nothing of the message ends the sequence"
        assert sequence(way, notice, True) == "\x1bPtmux;\x1b" + escape + "\x1b\\"
