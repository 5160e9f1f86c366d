"""The page of details: bars in any width, and a session's times, tools and tokens by keys in a real terminal."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.facts import Part
from navi.core.metrics import Tokens
from navi.core.model import Session, StatusFile
from navi.tui.pages.charts import Bar, Chart, filled
from navi.tui.pages.details import detail_lines
from navi.tui.pages.token_counts import TokenView
from navi.tui.pages.view import PageView
from navi.tui.style.paint import Line, columns_of
from navi.tui.style.theme import ASCII, UNICODE, Glyphs
from tests.support.dashboard import HOUR, begin, navi, session, view, wait_selected
from tests.support.machines import Account, Lab
from tests.support.transcripts import append, message, transcript
from tests.support.waiting import until

METRICS = {
    "time": {"started": 1, "total_seconds": 7200, "working_seconds": 3600, "waiting_seconds": 1200},
    "tools": {"counts": {"Bash": 12, "Read": 3, "mcp__a_server_with_a_name__a_tool": 6}, "recent": ["Read", "Bash"]},
}


def metered(**fields: object) -> Session:
    """Return a session whose hook has counted."""
    found = session("api", "done")
    file = StatusFile("api", status="done", timestamp=1000, fields={"metrics": METRICS, "session_id": "one"} | fields)
    return Session("local", "api", found.status, tmux=found.tmux, file=file)


def painted(tokens: TokenView | None = None, width: int = 80, glyphs: Glyphs = UNICODE, **fields: object) -> list[str]:
    """Return what the page shows below its title."""
    one = metered(**fields)
    page = PageView(glyphs, "Details", detail_lines(one, view("local", one), 1000, glyphs, tokens))
    return [plain(line).rstrip() for line in page.lines(width, 60)[2:]]


def plain(line: Line) -> str:
    """Return a line without its styles."""
    return "".join(text for _, text in line)


def test_times_are_bars_of_one_scale() -> None:
    lines = painted()
    place = lines.index("  time          2h 0m")
    room = 80 - 16 - len("33% 40m 0s") - 3
    assert lines[place + 1 : place + 4] == [
        f"    working     {bar(round(room / 2), room)}  50% 1h 0m",
        f"    waiting     {bar(round(room / 6), room)}  17% 20m 0s",
        f"    other       {bar(round(room / 3), room)}  33% 40m 0s",
    ]


def bar(columns: int, room: int, glyphs: Glyphs = UNICODE) -> str:
    """Return a bar as it is drawn."""
    return glyphs.full * columns + glyphs.empty * (room - columns)


def test_tools_are_bars_below_their_number() -> None:
    lines = painted(glyphs=ASCII)
    place = lines.index("  tools         21 uses of 3 tools")
    assert [re.sub("[#.]{4,}", "=", line) for line in lines[place + 1 : place + 5]] == [
        "    Bash                  =  12",
        "    mcp__a_server_with... =  6",
        "    Read                  =  3",
        "  recent        Read, Bash",
    ]
    lengths = [line.count("#") for line in lines[place + 1 : place + 4]]
    assert [round(length / lengths[0], 1) for length in lengths] == [1, 0.5, 0.2]


TOKENS = [
    (TokenView(), ["  tokens        counting ..."]),
    (
        TokenView(Tokens(12_345, 6, 0, 0, 2)),
        ["  tokens        input 12.3k, output 6, cache read 0, cache written 0 in 2 messages"],
    ),
    (TokenView(fault="no transcript\x1b[2J"), ["  tokens        no transcript"]),
    (
        TokenView(Tokens(1, 2, 3, 4, 5), "atlas is gone"),
        [
            "  tokens        input 1, output 2, cache read 3, cache written 4 in 5 messages",
            "                atlas is gone",
        ],
    ),
]


@pytest.mark.parametrize(("tokens", "expected"), TOKENS)
def test_tokens_are_shown_or_why_not(tokens: TokenView, expected: list[str]) -> None:
    assert painted(tokens, width=120)[-len(expected) :] == expected


def test_without_counts_of_a_hook_the_page_leaves_them_out() -> None:
    assert not [line for line in painted(metrics=None) if re.match(" +(time|tools|recent|tokens) ", line)]


parts = st.builds(
    Bar, st.builds(Part, st.text("aé日", max_size=40), st.floats(0, 1), st.text("1% h", min_size=1, max_size=12))
)


@given(st.lists(parts, max_size=8), st.integers(1, 300), st.sampled_from([UNICODE, ASCII]))
def test_bars_fit_into_any_width_in_which_their_figures_fit(bars: list[Bar], width: int, glyphs: Glyphs) -> None:
    lines = Chart(tuple(bars)).lines(width, glyphs)
    widest = max((columns_of([("", bar.part.figure)]) for bar in bars), default=0)
    assert len(lines) == len(bars)
    assert all(columns_of(line) <= max(width, 16 + widest) for line in lines)
    assert all(plain(line).endswith(bar.part.figure) for line, bar in zip(lines, bars, strict=True))


@given(st.floats(0, 1), st.integers(5, 300))
def test_a_bar_tells_something_from_nothing_and_nearly_all_from_all(share: float, room: int) -> None:
    columns = filled(share, room)
    assert (columns > 0) == (share > 0)
    assert (columns == room) == (share == 1)
    assert abs(columns - share * room) <= 1


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_the_signs_of_bars_differ_and_take_one_column(glyphs: Glyphs) -> None:
    assert glyphs.full != glyphs.empty
    assert columns_of([("", glyphs.full), ("", glyphs.empty)]) == 2


# ---- by keys


def work(account: Account, timestamp: float = 0) -> None:
    """Start a session whose hook has counted, an hour ago or at another time (epoch)."""
    begin(account, "api", status="done", metrics=METRICS, session_id="one", timestamp=timestamp or time.time() - HOUR)


@pytest.mark.parametrize("far", [False, True], ids=["local", "remote"])
def test_i_tells_times_tools_and_tokens_of_the_sessions_own_machine(lab: Lab, far: bool) -> None:
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    there = atlas if far else lab.local
    work(there)
    path = transcript(there, "one", [message("msg_1", 2, 1), message("msg_1", 2, 12_345)])
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("i")
        screen.wait_for("output 12.3k, cache read 300, cache written 40 in 1 message")
        screen.wait_for("21 uses of 3 tools")
        assert re.search(r"working +▰+▱+ +\d+% 1h 0m", screen.screen())
        assert re.search(r"Bash +▰+ +12", screen.screen())
        append(path, message("msg_2", 0, 0))
        screen.press("r")
        screen.wait_for("in 2 messages")


def test_tokens_are_counted_again_when_the_hook_reports_news(lab: Lab) -> None:
    work(lab.local, int(time.time()) - 60)
    path = transcript(lab.local, "one", [message("msg_1")])
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("i")
        screen.wait_for("in 1 message")
        append(path, message("msg_2"))
        lab.local.write_status("api", status="done", metrics=METRICS, session_id="one")
        screen.wait_for("in 2 messages")


def test_nothing_is_counted_while_the_page_is_closed(lab: Lab) -> None:
    work(lab.local)
    path = transcript(lab.local, "one", [message("msg_1")])
    state = lab.local.sessions_dir / ".navi" / "tokens.one"
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        assert not state.exists()
        screen.press("i")
        screen.wait_for("in 1 message")
        before = state.read_bytes()
        screen.press("i")
        wait_selected(screen, "api")
        append(path, message("msg_2"))
        lab.local.write_status("api", status="waiting", message="What now?", metrics=METRICS, session_id="one")
        screen.wait_for("What now?")
        assert state.read_bytes() == before
        screen.press("i")
        screen.wait_for("in 2 messages")


def test_a_large_transcript_is_counted_to_its_end(lab: Lab) -> None:
    work(lab.local)
    block = [message(f"msg_{number}", more="x" * 100_000) for number in range(400)]
    transcript(lab.local, "one", block)
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("i")
        until(lambda: "in 400 messages" in screen.screen(), timeout=60, what="all are counted")
        assert "are left" not in screen.screen()


def test_without_a_transcript_it_says_so(lab: Lab) -> None:
    work(lab.local)
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("i")
        screen.wait_for("Claude Code has no transcript of it in ~/.claude/projects")


def test_a_host_that_is_lost_is_not_asked(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    work(atlas)
    transcript(atlas, "one", [message("msg_1")])
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        atlas.stop()
        screen.wait_for("(stale)")
        screen.press("i")
        screen.wait_for("; H shows more")
        atlas.start()
        screen.press("r")
        screen.wait_for("in 1 message")


def test_bars_are_ascii_where_the_terminal_is(lab: Lab) -> None:
    work(lab.local)
    with navi(lab, height=45, variables={"LANG": "C", "LC_ALL": "C"}) as screen:
        screen.wait_for("> ")
        screen.wait_for("api")
        screen.press("i")
        screen.wait_for("21 uses of 3 tools")
        assert re.search(r"Bash +#+ +12", screen.screen())


def test_a_page_follows_its_session_under_another_name(lab: Lab) -> None:
    begin(lab.local, "api")
    begin(lab.local, "web")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("i")
        screen.wait_for("Details · api")
        lab.local.tmux("rename-session", "-t", "=api", "renamed")
        screen.wait_for("Details · renamed")
        assert "has ended" not in screen.screen()
