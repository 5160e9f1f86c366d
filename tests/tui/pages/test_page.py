"""The pages of hosts and details, and how a page scrolls."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from navi.config.settings import Problem
from navi.core.facts import Part
from navi.core.failure import HostState
from navi.core.model import AgentStatus, Evidence, LostSession, Session, Source, StatusFile
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.pages.charts import Bar, Chart
from navi.tui.pages.details import detail_lines
from navi.tui.pages.help import help_lines
from navi.tui.pages.hosts import host_lines
from navi.tui.pages.page import Entry
from navi.tui.pages.view import PageView, marked
from navi.tui.style.paint import Line, columns_of, width_of
from navi.tui.style.theme import ASCII, UNICODE
from tests.support.dashboard import session, view

KEYMAP = Keymap(KEYS)


def text(lines: Sequence[Entry], width: int = 100) -> str:
    """Return lines without their styles; parts that take the width there is, in so many columns."""
    parts = [[line] if isinstance(line, Sequence) else line.lines(width, UNICODE) for line in lines]
    return "\n".join("".join(piece for _, piece in line).rstrip() for part in parts for line in part)


def numbered(count: int) -> list[Line]:
    """Return so many lines."""
    return [[("", f"line {number}")] for number in range(count)]


def page(count: int = 20) -> PageView:
    """Return a page of so many lines."""
    return PageView(UNICODE, "Title", numbered(count))


def shown(one: PageView, width: int = 40, height: int = 7) -> list[str]:
    """Return what a page paints below its title."""
    return text(one.lines(width, height)).split("\n")[2:]


def test_a_page_scrolls_line_by_line_and_page_by_page() -> None:
    one = page()
    assert shown(one) == [f"line {number}" for number in range(5)]
    one.scroll(2)
    assert shown(one)[0] == "line 2"
    one.page(1)
    assert shown(one)[0] == "line 6"
    one.scroll(1000)
    assert shown(one)[-1] == "line 19"
    one.scroll(-1000)
    assert shown(one)[0] == "line 0"


def test_a_page_is_searched_from_where_it_is() -> None:
    one = page()
    shown(one)
    one.scroll(4)
    for query in ("", "l", "line 1", "line 12"):
        one.narrow(query)
    assert "line 12" in shown(one)
    one.narrow("LINE 1")
    assert one.count_matches() == (2, 11)
    one.seek(-1)
    assert one.count_matches() == (1, 11)
    assert "line 1" in shown(one)
    one.seek(-1)
    assert shown(one)[-1] == "line 19"
    one.put(numbered(12))
    assert one.count_matches()[1] == 11
    assert shown(one)[-1] == "line 11"
    assert one.count_matches() == (3, 3)
    one.narrow("nowhere")
    assert one.count_matches() == (0, 0)
    assert shown(one)[-1] == "line 11"


def test_what_is_found_is_marked() -> None:
    line = [("dim", "a Deadline"), ("", " of DEAD lines")]
    assert marked(line, "dead", "match") == [
        ("dim", "a "), ("match", "Dead"), ("dim", "line"), ("", " of "), ("match", "DEAD"), ("", " lines"),
    ]  # fmt: skip
    assert marked([("", "aaa")], "aa", "match") == [("match", "aaa")]
    assert marked([("dim", "lo"), ("", "ng")], "on", "match") == [("dim", "l"), ("match", "on"), ("", "g")]


def test_a_page_says_how_much_is_left() -> None:
    assert text(page().lines(40, 7)).split("\n")[0] == f" Title{' ' * 17}5/20  Esc closes"
    assert text(page(3).lines(40, 7)).split("\n")[0].endswith("  Esc closes")


@pytest.mark.parametrize("title", ["Git · 日本語" * 9, "T"])
def test_how_to_close_a_page_is_in_sight_on_the_smallest_screen(title: str) -> None:
    one = PageView(UNICODE, title, numbered(100))
    one.scroll(1000)
    one.lines(40, 10)
    one.scroll(-7)
    assert text(one.lines(40, 10)).split("\n")[0].endswith(" 93/100  Esc closes")


def test_a_page_that_gets_shorter_stays_in_sight() -> None:
    one = page()
    one.scroll(1000)
    shown(one)
    one.put(numbered(3))
    assert shown(one) == ["line 0", "line 1", "line 2"]


def test_a_long_line_goes_on_under_its_text() -> None:
    one = PageView(UNICODE, "T", [[("dim", "  label  "), ("", "some words that go on and on")]])
    assert shown(one, width=24) == ["  label  some words that", "         go on and on"]


@pytest.mark.parametrize("width", [1, 5, 11, 30])
@pytest.mark.parametrize("height", [1, 2, 3])
def test_a_page_can_be_painted_on_the_smallest_screen(width: int, height: int) -> None:
    one = PageView(UNICODE, "Keys", help_lines(KEYMAP))
    assert one.render((width, height)).rows() == height


def test_what_takes_several_lines_is_scrolled_to_its_end() -> None:
    bars = Chart(tuple(Bar(Part(f"part {number}", 0.5, "50%")) for number in range(9)))
    one = PageView(UNICODE, "Title", [[("", "word " * 30)], bars])
    assert "part 8" not in shown(one)[-1]
    one.scroll(10**6)
    assert "part 8" in shown(one)[-1]


def test_a_host_shows_state_latency_and_sessions() -> None:
    lines = text(host_lines([view("atlas", session("a", host="atlas"), latency=0.042)], (), UNICODE, 0, KEYMAP))
    assert lines.split("\n") == [
        "      host   state      latency  sessions  tmux",
        "   ✔  atlas  connected     42ms         1  3.3a",
    ]


def test_a_lost_host_shows_error_remedy_age_and_next_try() -> None:
    lost = view("atlas", state=HostState.UNREACHABLE, framed=10)._replace(retry_at=103, attempts=2)
    lines = text(host_lines([lost], (), UNICODE, 100, KEYMAP))
    for words in ("✖  atlas  unreachable", "cause of atlas", "remedy of atlas", "1m old", "in 3s, attempt 3"):
        assert words in lines


def test_lost_sessions_have_a_row_each() -> None:
    lost = [LostSession(str(number), f"s{number}", "server", "/home/me/x", "codex") for number in range(10)]
    lost[1] = lost[1]._replace(name="日本語", agent="")
    one = view("atlas")
    assert one.frame
    frame = one.frame._replace(lost_sessions=tuple(lost))
    lines = text(host_lines([one._replace(frame=frame)], (), UNICODE, 100, KEYMAP)).split("\n")
    assert lines[2:5] == [
        "      lost       10 sessions lost with a tmux server; B restores all",
        f"{' ' * 17}s0      codex  ~/x",
        f"{' ' * 17}日本語         ~/x",
    ]
    assert lines[10:12] == [f"{' ' * 17}s7      codex  ~/x", f"{' ' * 17}and 2 more"]


def test_a_host_that_is_being_connected_says_so() -> None:
    trying = view("atlas", state=HostState.UNREACHABLE)._replace(trying=True, attempts=2)
    lines = text(host_lines([trying], (), UNICODE, 100, KEYMAP))
    assert "now, attempt 3" in lines
    assert "when you press" not in lines


def test_a_slow_retry_names_the_keys_that_end_the_wait() -> None:
    slow = view("a", state=HostState.AUTH)._replace(retry_at=220, attempts=1)
    assert "in 2m 0s, attempt 2, or when you press ^R or A" in text(host_lines([slow], (), UNICODE, 100, KEYMAP))


def test_a_host_that_needs_the_user_names_the_keys() -> None:
    assert "when you press ^R or A" in text(host_lines([view("a", state=HostState.AUTH)], (), UNICODE, 0, KEYMAP))


def test_an_error_that_is_over_is_remembered() -> None:
    over = view("a", state=HostState.ERROR)._replace(state=HostState.CONNECTED, failure=None)
    assert "cause of a (recovered)" in text(host_lines([over], (), UNICODE, 0, KEYMAP))


ODDITIES = [
    ({"skew": -90.0}, "clock -90 s"),
    ({"rebooted": 40.0}, "rebooted 1m ago"),
    ({"unwatched": "mkfifo failed"}, "polled every 2 s, because mkfifo failed"),
]


@pytest.mark.parametrize(("fields", "expected"), ODDITIES)
def test_unusual_facts_about_a_host_are_shown(fields: dict[str, object], expected: str) -> None:
    assert expected in text(host_lines([view("a")._replace(**fields)], (), UNICODE, 100, KEYMAP))  # type: ignore[arg-type]


def test_problems_of_the_configuration_are_listed_with_file_and_line_and_cleaned() -> None:
    problem = Problem("/etc/remotes.yaml", 3, "`host` must be \x1b[31mone value")
    assert text(host_lines([], [problem], ASCII, 0, KEYMAP)) == " x /etc/remotes.yaml:3: `host` must be one value"


def details(one: Session, width: int = 100) -> list[str]:
    """Return what the page of details says of a session, without blanks before it."""
    lines = detail_lines(one, view("atlas", one), 1000, UNICODE)
    return [line.strip() for line in text(lines, width).split("\n")]


def test_details_begin_with_what_a_person_wants_and_then_say_how_it_was_decided() -> None:
    one = session("api", "waiting", 940, host="atlas", message="Shall I?", cwd="/home/me/api")
    assert details(one) == [
        "message       Shall I?",
        "status        ! waiting  1m ago",
        "directory     ~/api on atlas",
        "agent         none that navi knows",
        "",
        "How the status was decided",
        "source        hook",
        "because       reported by its hook",
        "rule          the hook's status counts, and nothing contradicts it",
        "",
        "The session",
        "session       atlas/api",
        "host          atlas, connected",
        "status file   api.json OK",
        "reports       waiting, age unknown",
        "tmux          $1, created just now",
        "last output   16m ago",
        "pane 0.0      %1 cat, process 100, in ~/api, title: a title",
    ]


PIECES = (
    Evidence(Source.PROCESS, "", None, "it runs as process 7"),
    Evidence(Source.HOOK, "permission", 400, "reported by its hook", "Run it?", decided=True),
    Evidence(Source.PANE, "idle", 995, "its pane is silent"),
)

DECIDED = [
    (80, [
        "source   says        age  because",
        "process  no status        it runs as process 7",
        "❯ hook     permission  10m  reported by its hook: Run it?",
        "pane     idle        now  its pane is silent",
    ]),
    (40, [
        "source   says        because",
        "process  no status   it runs as",
        "process 7",
        "❯ hook     permission  reported by its",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("width", "expected"), DECIDED)
def test_evidence_is_a_table_with_a_mark_where_it_decided(width: int, expected: list[str]) -> None:
    one = session("api", "permission", 400)
    lines = details(one._replace(status=one.status._replace(evidence=PIECES)), width)
    place = lines.index("How the status was decided") + 1
    assert lines[place : place + 4] == expected


def test_details_explain_the_sign_of_a_status_that_was_derived() -> None:
    lines = details(session("api", "working", 400, source=Source.PANE))
    assert "status        ✻ ~working  10m ago" in lines
    assert any("~ before a status" in line for line in lines)
    assert not any("~ before a status" in line for line in details(session("api", "working", 400)))


HOSTS = [
    (100, "      host   state      latency  sessions  need you  address        tmux"),
    (60, "      host   state      latency  sessions  need you  tmux"),
    (52, "      host   state      latency  sessions  need you"),
    (40, "      host   state      need you"),
    (32, "      host   state      need you"),
]


@pytest.mark.parametrize(("width", "heading"), HOSTS)
def test_hosts_are_a_table_without_the_columns_that_have_no_room(width: int, heading: str) -> None:
    here = view("local", session("a", "waiting"), latency=0.001)
    away = view("atlas", latency=1.3)._replace(destination="ada@192.0.2.1")
    lines = text(host_lines([here, away], (), UNICODE, 0, KEYMAP), width).split("\n")
    assert lines[0] == heading
    assert all(width_of(line) <= width for line in lines)


def test_a_host_takes_one_line_whatever_its_system_is_called() -> None:
    one = view("atlas")
    one = one._replace(frame=one.frame and one.frame._replace(system="Linux 6.18.44-of-a-vendor"))
    lines = text(host_lines([one], (), UNICODE, 0, KEYMAP), 60).split("\n")
    assert lines == [
        "      host   state      sessions  tmux  system",
        "   ✔  atlas  connected         0  3.3a  Linux 6.18.44-of-a-…",
    ]


def test_details_of_a_file_that_cannot_be_read_say_so() -> None:
    one = session("api")._replace(file=StatusFile("api", problem="not JSON: line 1"))
    assert "status file   api.json not JSON: line 1" in details(one)


def test_details_of_an_ended_session() -> None:
    one = session("api", "offline")._replace(tmux=None)
    assert "tmux          no such session" in details(one)


def test_details_name_the_team() -> None:
    one = session("api", mates=(AgentStatus("ann", "waiting", 990),))
    assert "crew          waiting ann, 10s ago" in details(one)


@pytest.mark.parametrize("width", [40, 80])
def test_of_a_long_message_nothing_is_lost(width: int) -> None:
    one = session("日本語", message="長" * 200)
    folded = PageView(UNICODE, "Details", detail_lines(one, view("local", one), 1000, UNICODE)).lines(width, 60)
    assert all(columns_of(line) <= width for line in folded)
    assert text(folded).count("長") == 200


def test_what_a_folded_line_begins_with_stays_before_all_its_pieces() -> None:
    one = PageView(UNICODE, "Title", [[("", "  the directory /srv/app no longer exists, or can't be entered")]])
    assert shown(one, 40)[:2] == ["  the directory /srv/app no longer", "  exists, or can't be entered"]
    deep = PageView(UNICODE, "Title", [[("", " " * 30 + "a line of code that is indented by too much")]])
    assert " ".join(" ".join(shown(deep, 40)).split()) == "a line of code that is indented by too much"
