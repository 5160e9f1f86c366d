"""The header and the footer."""

from __future__ import annotations

import pytest

from navi.core.failure import HostState
from navi.core.listing import Selection, Sort
from navi.core.model import HostView
from navi.tui.bars import Footer, Header
from navi.tui.keymap import Keymap
from navi.tui.keys import KEYS
from navi.tui.paint import Line, columns_of
from navi.tui.theme import ASCII, UNICODE
from tests.support.dashboard import session, view


def text(line: Line) -> str:
    """Return a line without its styles."""
    return "".join(piece for _, piece in line)


def header(*views: HostView, problems: int = 0, now: float = 0) -> Header:
    """Return a header that lists every session of these hosts."""
    shown = Header(UNICODE, Keymap(KEYS))
    shown.problems = problems
    shown.show(views, [one for each in views for one in each.sessions], now)
    return shown


def lines(shown: Header, width: int = 80, height: int = 2) -> list[str]:
    """Return what a header paints, without blanks at the ends."""
    return [text(line).rstrip() for line in shown.lines(width, height)]


COUNTS = [
    ([], " navi  0 working  0 sessions"),
    (["working"], " navi  1 working  1 session"),
    (["permission"], " navi  1 needs you  0 working  1 session"),
    (["permission", "waiting", "working"], " navi  2 need you  1 working  3 sessions"),
    (["error"], " navi  1 error  0 working  1 session"),
    (["error", "error", "waiting"], " navi  1 needs you  2 errors  0 working  3 sessions"),
]


@pytest.mark.parametrize(("statuses", "expected"), COUNTS)
def test_counts(statuses: list[str], expected: str) -> None:
    sessions = [session(f"s{number}", word) for number, word in enumerate(statuses)]
    assert lines(header(view("local", *sessions)))[0] == expected


def test_a_filter_does_not_hide_that_a_session_needs_the_user() -> None:
    shown = Header(UNICODE, Keymap(KEYS))
    shown.show([view("local"), view("atlas", session("api", "waiting", host="atlas"))], [], 0)
    assert lines(shown)[0] == " navi  1 needs you  0 working  0 local, 0 remote"


SIGNS = [
    (view("atlas", latency=0.0421), "✔ atlas 42ms"),
    (view("atlas"), "✔ atlas"),
    (view("atlas", state=HostState.CONNECTING), "~ atlas connecting"),
    (view("atlas", state=HostState.AUTH), "? atlas auth"),
    (view("atlas", state=HostState.HOSTKEY), "! atlas hostkey"),
    (view("atlas", state=HostState.NO_TMUX), "✕ atlas no-tmux"),
    (view("atlas", state=HostState.UNREACHABLE, framed=880), "✖ atlas unreachable 2m old"),
    (view("evil\x1b[31m\u202e", state=HostState.ERROR, framed=1000), "✖ evil error just now"),
]


@pytest.mark.parametrize(("remote", "expected"), SIGNS, ids=[expected for _, expected in SIGNS])
def test_a_remote_has_a_sign(remote: HostView, expected: str) -> None:
    assert lines(header(view("local"), remote, now=1000))[1].strip() == expected


def test_this_machine_is_named_only_when_something_is_wrong() -> None:
    assert "local" not in lines(header(view("local"), view("atlas")))[1]
    assert "✖ local error" in lines(header(view("local", state=HostState.ERROR), view("atlas")))[1]


def many(troubled: int, good: int) -> list[HostView]:
    """Return this machine and so many remotes."""
    bad = [view(f"bad{number}", state=HostState.UNREACHABLE) for number in range(troubled)]
    return [view("local"), *bad, *(view(f"good{number}") for number in range(good))]


FITS = [
    (1, 20, 80, " ✔ 20   ✖ bad0 unreachable"),
    (9, 9, 48, " ✔ 9   ✖ bad0 unreachable   +8 more"),
    (9, 9, 60, " ✔ 9   ✖ bad0 unreachable   ✖ bad1 unreachable   +7 more"),
    (9, 9, 36, " ✔ 9   ✖ bad0   ✖ bad1   +7 more"),
    (2, 0, 80, " ✖ bad0 unreachable   ✖ bad1 unreachable"),
]


@pytest.mark.parametrize(("troubled", "good", "width", "expected"), FITS)
def test_if_remotes_do_not_fit_those_with_problems_are_named(
    troubled: int, good: int, width: int, expected: str
) -> None:
    assert lines(header(*many(troubled, good)), width)[1] == expected


@pytest.mark.parametrize("width", range(1, 120, 7))
@pytest.mark.parametrize("remotes", [0, 1, 3, 40])
def test_a_header_never_grows_beyond_the_screen(width: int, remotes: int) -> None:
    shown = header(*many(remotes, remotes), problems=3)
    assert columns_of(shown.lines(width, 1)[0]) == width
    assert columns_of(shown.lines(width, 2)[1]) <= max(width, 24)


PROBLEMS = [(0, 1, ""), (1, 2, "✖ 1 problem in the configuration: H"), (2, 2, "✖ 2 problems in the configuration: H")]


@pytest.mark.parametrize(("problems", "height", "expected"), PROBLEMS)
def test_problems_of_the_configuration_are_counted(problems: int, height: int, expected: str) -> None:
    shown = header(view("local"), problems=problems)
    assert shown.height(24) == height
    assert "".join(lines(shown)[1:]).strip() == expected


def test_the_hosts_have_a_line_of_their_own_where_there_is_room() -> None:
    shown = header(view("local"), view("atlas"))
    assert [shown.height(total) for total in (3, 11, 12, 50)] == [1, 1, 2, 2]
    assert lines(shown, height=1)[0].startswith(" navi")
    assert "✔ atlas" in lines(shown, height=1)[0]


def test_ages_of_stale_hosts_are_repainted_in_time() -> None:
    stale = view("atlas", state=HostState.UNREACHABLE, framed=880)
    assert header(view("local"), stale, now=1000).label_lasts == 60
    assert header(view("local"), view("build")).label_lasts == float("inf")


def footer(width: int = 100, **selection: object) -> str:
    """Return the footer of a selection."""
    shown = Footer(UNICODE, Keymap(KEYS))
    shown.show(Selection(**selection), None, "")  # type: ignore[arg-type]
    return text(shown.lines(width, 1)[0])


WORDS = [
    ({}, "quit"),
    ({"scope": "atlas"}, "only:atlas"),
    ({"sort": Sort.AGE}, "sort:age"),
    ({"offline": False}, "ended:hidden"),
    ({"everything": True, "scope": "local"}, "only:local all tmux"),
]


@pytest.mark.parametrize(("selection", "expected"), WORDS)
def test_filters_and_orders_are_at_the_right(selection: dict[str, object], expected: str) -> None:
    assert footer(100, **selection).rstrip().endswith(expected)


@pytest.mark.parametrize("width", range(20, 100))
def test_only_whole_keys_are_shown_help_and_quit_first(width: int) -> None:
    line = footer(width, sort=Sort.NAME)
    assert len(line) == width
    assert "…" not in line or width < 26
    assert line.startswith((" Enter attach ", " ? help  q quit")) or width < 26


def test_a_message_is_shown_until_it_is_cleared_and_is_cleaned() -> None:
    shown = Footer(ASCII, Keymap(KEYS))
    shown.tell("it ended: \x1b]0;x\x07gone")
    assert text(shown.lines(40, 1)[0]).strip() == "it ended: gone"
    shown.clear()
    assert "Enter attach" in text(shown.lines(40, 1)[0])


def test_a_search_shows_what_is_typed_and_the_matches() -> None:
    shown = Footer(UNICODE, Keymap(KEYS))
    shown.show(Selection(), "ap", "1/3")
    assert text(shown.lines(30, 1)[0]) == " /ap_                    [1/3]"
