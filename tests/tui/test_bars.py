"""The header and the footer."""

from __future__ import annotations

import re

import pytest

from navi.core.failure import HostState
from navi.core.listing import ListFilter, Sort
from navi.core.model import HostView
from navi.tui.bars import Footer, Header
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.style.paint import Line, columns_of
from navi.tui.style.theme import ASCII, UNICODE
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
def test_the_first_line_counts_sessions_by_what_they_need(statuses: list[str], expected: str) -> None:
    sessions = [session(f"s{number}", word) for number, word in enumerate(statuses)]
    assert lines(header(view("local", *sessions)))[0] == expected


NARROWER = [
    (60, 2, " navi  1 needs you  1 error  2 working  4 local, 0 remote"),
    (50, 2, " navi  1 needs you  1 error  2 working"),
    (34, 2, " 1 needs you  1 error  2 working"),
    (24, 2, " 1 needs you  1 error"),
    (16, 2, " 1 needs you  …"),
    (40, 1, " 1 needs you  1 error  ? far  local 1!"),
    (36, 1, " 1 needs you  1 error     ? far  +1"),
    (70, 1, " navi  1 needs you  1 error  2 working  ✔ local 4 (1!)    ? far auth"),
]


@pytest.mark.parametrize(("width", "height", "expected"), NARROWER)
def test_what_has_no_room_is_left_out_as_a_whole(width: int, height: int, expected: str) -> None:
    words = ("waiting", "error", "working", "working")
    local = view("local", *(session(f"s{number}", word) for number, word in enumerate(words)))
    shown = header(local, view("far", state=HostState.AUTH))
    assert re.sub(" {3,}", "    ", lines(shown, width, height)[0]) == re.sub(" {3,}", "    ", expected)


def test_a_filter_does_not_hide_that_a_session_needs_the_user() -> None:
    shown = Header(UNICODE, Keymap(KEYS))
    shown.show([view("local"), view("atlas", session("api", "waiting", host="atlas"))], [], 0)
    assert lines(shown)[0] == " navi  1 needs you  0 working  0 local, 0 remote"


LABELS = [
    (view("atlas", latency=0.0421), "✔ atlas"),
    (view("atlas", latency=0.142), "✔ atlas 142ms"),
    (view("atlas", session("a"), session("b")), "✔ atlas 2"),
    (view("atlas", session("a", "waiting"), session("b", "error"), latency=1.21), "✔ atlas 2 (1!) 1.2s"),
    (view("atlas", session("a", file=False)), "✔ atlas"),
    (view("atlas", state=HostState.CONNECTING), "~ atlas connecting"),
    (view("atlas", state=HostState.AUTH), "? atlas auth"),
    (view("atlas", state=HostState.HOSTKEY), "! atlas hostkey"),
    (view("atlas", state=HostState.NO_TMUX), "✕ atlas no-tmux"),
    (view("atlas", session("a"), state=HostState.UNREACHABLE, framed=880), "✖ atlas unreachable 2m old"),
    (view("atlas", session("a", "waiting"), state=HostState.AUTH, framed=880), "? atlas auth (1!) 2m old"),
    (view("evil\x1b[31m\u202e", state=HostState.ERROR, framed=1000), "✖ evil error just now"),
]


@pytest.mark.parametrize(("remote", "expected"), LABELS, ids=[expected for _, expected in LABELS])
def test_a_host_has_a_sign_and_what_is_not_as_usual(remote: HostView, expected: str) -> None:
    assert lines(header(view("local"), remote, now=1000))[1] == f" ✔ local   {expected}"


def test_this_machine_is_named_only_beside_others_or_when_something_is_wrong() -> None:
    assert len(lines(header(view("local")), height=header(view("local")).height(24))) == 1
    assert "✖ local error" in lines(header(view("local", state=HostState.ERROR)))[1]


def many(troubled: int, waiting: int, good: int) -> list[HostView]:
    """Return this machine and so many remotes."""
    bad = [view(f"bad{number}", state=HostState.UNREACHABLE, framed=0) for number in range(troubled)]
    asks = [view(f"asks{number}", session("a", "waiting"), session("b")) for number in range(waiting)]
    return [view("local"), *asks, *(view(f"good{number}", latency=0.2) for number in range(good)), *bad]


FITS = [
    ((0, 1, 1), 80, "", " ✔ local   ✔ asks0 2 (1!)   ✔ good0 200ms"),
    ((0, 1, 3), 64, "", " ✔ local   ✔ asks0 2 (1!)   ✔ good0   ✔ good1   ✔ good2"),
    ((1, 0, 20), 80, "", " ✖ bad0 unreachable   +20 ✔"),
    ((1, 2, 20), 80, "", " ✖ bad0 unreachable   ✔ asks0 2 (1!)   ✔ asks1 2 (1!)   +20 ✔"),
    ((1, 2, 20), 80, "good7", " ✔  good7    ✖ bad0 unreachable   ✔ asks0 2 (1!)   ✔ asks1 2 (1!)   +19 ✔"),
    ((1, 9, 40), 80, "", " ✖ bad0 unreachable   ✔ asks0 2 (1!)   ✔ asks1 2 (1!)   +7 more   +40 ✔"),
    ((9, 0, 9), 48, "", " ✖ bad0 unreachable   +8 more   +9 ✔"),
    ((9, 0, 9), 60, "", " ✖ bad0 unreachable   ✖ bad1 unreachable   +7 more   +9 ✔"),
    ((9, 9, 9), 36, "", " ✖ bad0  ✖ bad1  ✖ bad2  ✖ bad3  +14"),
    ((9, 9, 9), 36, "asks8", "  asks8  1!  ✖ bad0  ✖ bad1  +15"),
    ((1, 1, 4), 30, "", " ✖ bad0  asks0 1!"),
    ((0, 0, 9), 30, "", " ✔ 9"),
    ((3, 0, 0), 50, "", " ✖ bad0 unreachable   ✖ bad1 unreachable   +1 more"),
]


@pytest.mark.parametrize(("hosts", "width", "chosen", "expected"), FITS)
def test_if_hosts_do_not_fit_the_chosen_one_those_with_problems_and_those_that_wait_are_named(
    hosts: tuple[int, int, int], width: int, chosen: str, expected: str
) -> None:
    shown = header(*many(*hosts), now=7)
    shown.show(many(*hosts), [], 7, ListFilter(scope=chosen or "all"))
    assert lines(shown, width)[1] == expected


@pytest.mark.parametrize("width", range(1, 120, 7))
@pytest.mark.parametrize("remotes", [0, 1, 3, 40])
@pytest.mark.parametrize("scope", ["all", "asks0"])
def test_a_header_never_grows_beyond_the_screen(width: int, remotes: int, scope: str) -> None:
    shown = header(*many(remotes, remotes, remotes), problems=3)
    shown.show(many(remotes, remotes, remotes), [], 0, ListFilter(scope=scope))
    assert columns_of(shown.lines(width, 1)[0]) == width
    assert columns_of(shown.lines(width, 2)[0]) == width
    canvas = shown.render((width, 2))
    assert (canvas.cols(), canvas.rows()) == (width, 2)


CLICKS = [
    (3, "local"), (12, "asks0"), (20, "asks0"), (28, "good0"), (70, None), (0, None),
]  # fmt: skip


@pytest.mark.parametrize(("column", "expected"), CLICKS)
def test_a_click_on_a_host_names_it(column: int, expected: str | None) -> None:
    shown = header(*many(0, 1, 1))
    clicked: list[str] = []
    shown.clicked = clicked.append
    shown.mouse_event((80, 2), "mouse press", 1, column, 1, False)
    shown.mouse_event((80, 2), "mouse press", 1, column, 0, False)
    shown.mouse_event((80, 2), "mouse press", 3, column, 1, False)
    assert clicked == ([] if expected is None else [expected])


def test_a_click_on_the_rest_asks_for_the_list() -> None:
    shown = header(*many(1, 9, 40))
    clicked: list[str] = []
    shown.clicked = clicked.append
    for column in map(lines(shown)[1].index, ("more", "+40")):
        shown.mouse_event((80, 2), "mouse press", 1, column, 1, False)
    assert clicked == ["", ""]


PROBLEMS = [(0, 1, ""), (1, 2, "✖ 1 problem in the configuration: H"), (2, 2, "✖ 2 problems in the configuration: H")]


@pytest.mark.parametrize(("problems", "height", "expected"), PROBLEMS)
def test_problems_of_the_configuration_are_counted(problems: int, height: int, expected: str) -> None:
    shown = header(view("local"), problems=problems)
    assert shown.height(24) == height
    assert "".join(lines(shown)[1:]).strip() == expected


FILTERS = [
    ({"scope": "atlas"}, "", 100, 2, "only:atlas  Esc lists all"),
    ({"scope": "remote"}, "", 100, 2, "0 local, 1 remote  only:remote  Esc lists all"),
    ({"scope": "atlas", "mark": "#x"}, "ap", 100, 2, "1 session  only:atlas only:#x /ap  Esc lists all"),
    ({}, "ap", 100, 1, "1 local, 1 remote  /ap  Esc lists all"),
    ({"scope": "atlas"}, "", 50, 2, "only:atlas"),
    ({"scope": "atlas"}, "", 40, 1, "only:atlas"),
    ({"sort": Sort.AGE, "offline": False, "everything": True}, "", 100, 2, "1 local, 1 remote"),
]


@pytest.mark.parametrize(("list_filter", "query", "width", "height", "expected"), FILTERS)
def test_what_is_filtered_is_on_the_first_line(
    list_filter: dict[str, object], query: str, width: int, height: int, expected: str
) -> None:
    here, there = session("web", "waiting"), session("api", "working", host="atlas")
    listed = [there] if list_filter.get("scope") in ("atlas", "remote") else [here, there]
    shown = Header(UNICODE, Keymap(KEYS))
    shown.show([view("local", here), view("atlas", there)], listed, 0, ListFilter(**list_filter))  # type: ignore[arg-type]
    shown.seek(query)
    assert lines(shown, width, height)[0].endswith(expected)


def test_the_hosts_have_a_line_of_their_own_where_there_is_room() -> None:
    shown = header(view("local"), view("atlas"))
    assert [shown.height(total) for total in (3, 11, 12, 50)] == [1, 1, 2, 2]
    assert lines(shown, height=1)[0].startswith(" navi")
    assert "✔ atlas" in lines(shown, height=1)[0]


def test_ages_of_stale_hosts_are_repainted_in_time() -> None:
    stale = view("atlas", state=HostState.UNREACHABLE, framed=880)
    assert header(view("local"), stale, now=1000).label_lasts == 60
    assert header(view("local"), view("build")).label_lasts == float("inf")


USUAL = (
    ("Enter", "attach"), ("!", "next"), ("Space", "select"), ("p", "preview"), ("H", "hosts"), ("q", "quit"),
    ("^P", "more"), ("?", "help"),
)  # fmt: skip


def footer(width: int = 100, killed: str = "", **list_filter: object) -> str:
    """Return the footer with a filter."""
    shown = Footer(UNICODE)
    undo = (killed, "u") if killed else ("", "")
    shown.show(ListFilter(**list_filter), None, "", 0, USUAL, undo)  # type: ignore[arg-type]
    return text(shown.lines(width, 1)[0])


WORDS = [
    ({}, "help"),
    ({"scope": "atlas"}, "help"),
    ({"sort": Sort.AGE}, "sort:age"),
    ({"offline": False}, "ended:hidden"),
    ({"everything": True, "sort": Sort.NAME}, "sort:name all tmux"),
]


@pytest.mark.parametrize(("list_filter", "expected"), WORDS)
def test_orders_and_what_is_hidden_are_at_the_right(list_filter: dict[str, object], expected: str) -> None:
    assert footer(100, "", **list_filter).rstrip().endswith(expected)


KEPT = [
    (80, "", " Enter attach  ! next  Space select  p preview  H hosts  q quit  ^P more  ? help"),
    (79, "", " Enter attach  ! next  Space select  p preview  H hosts  ^P more  ? help"),
    (60, "", " Enter attach  ! next  Space select  ^P more  ? help"),
    (40, "", " Enter attach  ! next  ^P more  ? help"),
    (31, "", " Enter attach  ^P more  ? help"),
    (25, "", " ^P more  ? help"),
    (10, "", " ? help"),
    (80, "api", " killed api · u brings it back  Enter attach  ! next  ^P more  ? help"),
    (60, "api", " killed api · u brings it back  ^P more  ? help"),
    (40, "api", " killed api · u brings it back  ^P more"),
    (60, "日本語" * 50, f" killed {'日本語' * 3}日…  · u brings it back  ^P more"),
    (30, "api", " killed api · u brings it back"),
]


@pytest.mark.parametrize(("width", "killed", "expected"), KEPT)
def test_only_whole_keys_are_shown_and_the_first_and_the_last_ones_stay(width: int, killed: str, expected: str) -> None:
    assert footer(width, killed).rstrip() == expected


@pytest.mark.parametrize("killed", ["", "api", "\x1b[31m日本" * 20])
@pytest.mark.parametrize("width", [1, 2, *range(5, 120, 5)])
def test_a_footer_fills_its_line_exactly(width: int, killed: str) -> None:
    shown = Footer(UNICODE)
    shown.show(ListFilter(sort=Sort.NAME), None, "", 0, USUAL, (killed, "u") if killed else ("", ""))
    assert columns_of(shown.lines(width, 1)[0]) == width


def test_a_message_is_shown_until_it_is_cleared_and_is_cleaned() -> None:
    shown = Footer(ASCII)
    shown.show(ListFilter(), None, "", 0, USUAL)
    shown.show_message("it ended: \x1b]0;x\x07gone")
    assert text(shown.lines(40, 1)[0]).strip() == "it ended: gone"
    shown.clear()
    assert "Enter attach" in text(shown.lines(40, 1)[0])


def test_a_search_shows_what_is_typed_and_the_matches() -> None:
    shown = Footer(UNICODE)
    shown.show(ListFilter(), "ap", "1/3")
    assert text(shown.lines(30, 1)[0]) == " /ap_                    [1/3]"


PRESSES = [(2, "enter"), (16, "!"), (25, " "), (70, "ctrl p"), (90, None)]


@pytest.mark.parametrize(("column", "expected"), PRESSES)
def test_a_click_on_a_key_presses_it(column: int, expected: str | None) -> None:
    shown = Footer(UNICODE)
    pressed: list[str] = []
    shown.show(ListFilter(), None, "", 0, USUAL)
    shown.pressed = pressed.append
    shown.mouse_event((100, 1), "mouse press", 1, column, 0, False)
    assert pressed == ([expected] if expected else [])


def test_a_click_on_the_keys_of_choices_presses_the_first() -> None:
    shown = Footer(UNICODE)
    pressed: list[str] = []
    shown.show(ListFilter(), None, "", 0, [("1-9", "answer"), ("Enter", "attach")])
    shown.pressed = pressed.append
    for column in (2, 16):
        shown.mouse_event((100, 1), "mouse press", 1, column, 0, False)
    assert pressed == ["1", "enter"]
