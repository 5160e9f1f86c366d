"""The list on a real screen: sessions, hosts, filters, searches, pages, sizes, signs, colours and the mouse."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from navi.tui.style.paint import width_of
from tests.support.dashboard import (
    HOUR,
    NAVI,
    begin,
    configure,
    modes,
    mouse,
    names,
    navi,
    record,
    selected,
    wait_names,
    wait_selected,
)
from tests.support.machines import Lab, replace
from tests.support.terminal import Terminal
from tests.support.waiting import until


def begin_all(lab: Lab, *words: str) -> None:
    """Start local sessions in this order of time, the newest first; each word is name:status."""
    for number, word in enumerate(words):
        name, _, status = word.partition(":")
        begin(lab.local, name, status=status or "working", timestamp=int(time.time()) - HOUR * (number + 2) - 60)


# ---- sessions and hosts


def test_rows_are_those_of_the_guide(lab: Lab) -> None:
    dev, staging = lab.machine("dev-server", shell="fish"), lab.machine("staging", shell="dash")
    begin(lab.local, "my-local-session", cwd=str(lab.local.home / "projects/app"))
    begin(dev, "api", cwd=str(dev.home / "work/api"), message="Running tests...")
    begin(staging, "deploy", status="done", cwd="/srv/app", message="Deployment complete")
    lab.remotes_yaml([dev, staging])
    with navi(lab, width=70) as screen:
        screen.wait_for("deploy")
        screen.wait_for("my-local-session")
        screen.wait_for("api")
        lines = "\n".join(line.rstrip() for line in screen.screen().splitlines())
    assert re.search(r"✻ my-local-session {36}working {3}1h\n {5}~/projects/app\n", lines)
    assert re.search(r'✻ api \[dev-server\] {36}working {3}1h\n {5}~/work/api\n {5}"Running tests..."', lines)
    assert re.search(r'✔ deploy \[staging\] {39}done {3}1h\n {5}/srv/app\n {5}"Deployment complete"', lines)


def test_every_host_has_its_sign_and_the_page_of_hosts_says_what_to_do(lab: Lab) -> None:
    good, locked = lab.machine("good"), lab.machine("locked")
    strange, bare = lab.machine("strange"), lab.machine("bare", path=lab.path_without("tmux"))
    lab.alias("dead", 1)
    replace(locked.folder / "authorized_keys", "")
    known = lab.known_hosts.read_text().splitlines(keepends=True)
    replace(lab.known_hosts, "".join(line for line in known if f"]:{strange.port} " not in line))
    lab.remotes_yaml([good, locked, strange, bare, {"name": "dead", "host": "dead"}])
    with navi(lab, width=160) as screen:
        for sign in ("✔ good", "? locked auth", "! strange hostkey", "✕ bare no-tmux", "✖ dead unreachable"):
            screen.wait_for(sign)
        empty = "No sessions on the hosts that answer.*locked: .*press A.*dead: .*refused"
        screen.wait_for(re.compile(empty, re.DOTALL))
        screen.press("H")
        for words in ("tmux is not installed there", "Connection refused", "remedy", "when you press ^R or A", "in "):
            screen.wait_for(words)


def test_sessions_of_a_host_that_is_gone_stay_marked_with_their_age(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    begin(atlas, "api")
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for("api")
        atlas.stop()
        screen.wait_for("api [atlas] (stale)", timeout=20)
        screen.wait_for(re.compile(r"✖ atlas unreachable (just now|\d0s old)"))
        atlas.start()
        screen.wait_for("✔ atlas", timeout=20)
        screen.wait_gone("(stale)")


def test_without_sessions_it_says_how_to_start_one(lab: Lab) -> None:
    with navi(lab) as screen:
        screen.wait_for("n starts one; or type in a shell: tmux new-session")
        assert "0 sessions" in screen.screen()


def test_sessions_without_an_agent_are_hidden_and_counted(lab: Lab) -> None:
    lab.local.new_session("shell")
    with navi(lab) as screen:
        screen.wait_for("1 tmux session without an agent is hidden; a shows them")
        screen.press("a")
        screen.wait_for("shell")
        screen.wait_for("all tmux")


def test_when_all_is_filtered_away_it_says_which_keys_help(lab: Lab) -> None:
    begin(lab.local, "api")
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.press("M-2")
        screen.wait_for("No session matches the filter")
        screen.wait_for("Esc lists all sessions")
        screen.wait_for("only:atlas")
        screen.press("Escape")
        screen.wait_for("api")


def test_problems_of_remotes_yaml_are_counted_and_listed_with_their_lines(lab: Lab) -> None:
    path = lab.remotes_yaml([])
    path.write_text("remotes:\n  - name: a\n    hots: b\n")
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("2 problems in the configuration: H")
        screen.wait_for("api")
        screen.press("H")
        wanted = r"remotes\.yaml:3: remote `a`: unknown field `hots`; did you\s+mean `host`"
        shown = screen.wait_for(re.compile(wanted))
        assert shown.index("remotes.yaml:3") < shown.index("connected")


def test_without_remotes_yaml_no_host_is_mentioned(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        assert screen.wait_for("api").splitlines()[2].startswith(" ❯ ✻ api")


# ---- what is listed, and where the cursor is


def test_a_search_takes_every_key_and_marks_what_it_finds(lab: Lab) -> None:
    begin_all(lab, "one", "jkqn", "two", "jkqn2")
    with navi(lab) as screen:
        screen.wait_for("jkqn2")
        screen.type("/jkqnN")
        screen.wait_for("/jkqnN_")
        screen.press("BSpace")
        screen.wait_for("[1/2]")
        assert selected(screen) == "jkqn"
        assert re.search(r"\x1b\[[\d;]*48;5;221m(\x1b\[[\d;]*m)*jkqn", screen.screen(escapes=True))
        screen.press("Enter", "n")
        screen.wait_for("[2/2]")
        assert selected(screen) == "jkqn2"
        screen.press("N")
        screen.wait_for("[1/2]")
        screen.press("Escape")
        screen.wait_gone("/2]")
        assert "▎" not in screen.screen()


def test_a_search_lists_only_what_matches_until_it_ends(lab: Lab) -> None:
    begin_all(lab, "one", "two-a", "two-b")
    with navi(lab) as screen:
        wait_names(screen, "one", "two-a", "two-b")
        screen.type("/two-")
        wait_names(screen, "two-a", "two-b")
        screen.type("b")
        wait_names(screen, "two-b")
        screen.press("Escape")
        wait_names(screen, "one", "two-a", "two-b")
        assert selected(screen) == "two-b"


def test_the_key_of_the_density_goes_around(lab: Lab) -> None:
    begin(lab.local, "api", message="Running tests", cwd="/srv/app")
    with navi(lab) as screen:
        screen.wait_for("/srv/app")
        screen.press("v")
        screen.wait_for(re.compile("api +Running tests +working"))
        screen.press("v")
        screen.wait_for('"Running tests"')
        assert "/srv/app" not in screen.screen()
        screen.press("v", "v")
        screen.wait_for("as many lines for each session as there is room")
        screen.wait_for("/srv/app")


def test_escape_ends_a_search_that_finds_nothing(lab: Lab) -> None:
    begin_all(lab, "one")
    with navi(lab) as screen:
        screen.wait_for("one")
        screen.type("/zzz")
        screen.wait_for("[no match]")
        screen.press("Escape")
        screen.wait_for("Enter attach")


def test_pasted_text_runs_no_commands(lab: Lab) -> None:
    begin_all(lab, "one", "two")
    with navi(lab) as screen:
        screen.wait_for("two")
        screen.type("\x1b[200~sq\nq\x1b[201~")
        screen.wait_for("pasted text does nothing here")
        screen.type("/")
        screen.type("\x1b[200~tw\no\x1b[201~")
        screen.wait_for("/two_")
        assert selected(screen) == "two"


def test_s_sorts_the_list_in_the_next_order(lab: Lab) -> None:
    begin_all(lab, "d", "b:done", "c:waiting", "a:error")
    with navi(lab) as screen:
        wait_names(screen, "c", "a", "d", "b")
        for order, expected in (("name", "abcd"), ("age", "dbca"), ("status", "cdab"), ("directory", "abcd")):
            screen.press("s")
            screen.wait_for(f"sort:{order}")
            assert "".join(names(screen)) == expected


def test_an_exclamation_mark_goes_to_the_next_session_that_needs_you(lab: Lab) -> None:
    begin(lab.local, "asks", status="permission")
    begin(lab.local, "busy")
    begin(lab.local, "waits", status="waiting", timestamp=1)
    begin_all(lab, "zzz")
    with navi(lab) as screen:
        screen.wait_for("zzz")
        screen.press("s")
        wait_names(screen, "asks", "busy", "waits", "zzz")
        for wanted in ("waits", "asks", "waits"):
            screen.press("!")
            wait_selected(screen, wanted)
        for name in ("asks", "waits"):
            lab.local.write_status(name, status="done")
        screen.wait_gone("need you")
        screen.press("!")
        screen.wait_for("no session needs you")


def test_an_exclamation_mark_says_that_others_need_you_behind_a_filter(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    begin(lab.local, "asks", status="permission")
    begin(atlas, "busy")
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        wait_names(screen, "asks", "busy")
        screen.press("M-2")
        wait_names(screen, "busy")
        assert "! next" not in screen.screen()
        screen.press("!")
        screen.wait_for("no session on this list needs you; 1 other does: Esc lists all")
        screen.press("Escape")
        wait_names(screen, "asks", "busy")
        screen.press("!")
        wait_selected(screen, "asks")


def test_ended_sessions_can_be_hidden(lab: Lab) -> None:
    configure(lab, cleanup=False)
    begin_all(lab, "alive")
    lab.local.write_status("ended", status="done")
    with navi(lab) as screen:
        screen.wait_for("offline")
        screen.press("o")
        screen.wait_for("ended:hidden")
        assert names(screen) == ["alive"]


def test_the_cursor_stays_on_its_session_while_the_order_changes(lab: Lab) -> None:
    begin_all(lab, "a", "b", "c", "d")
    with navi(lab) as screen:
        wait_names(screen, "a", "b", "c", "d")
        screen.press("j")
        wait_selected(screen, "b")
        for number, name in enumerate("dcadcacd"):
            stamp = int(time.time()) + number
            lab.local.write_status(name, status="waiting", message=f"round {number}", timestamp=stamp)
            screen.wait_for(f"round {number}")
            assert selected(screen) == "b"
        lab.local.tmux("kill-session", "-t", "b")
        until(lambda: "b" not in names(screen) or "offline" in screen.screen(), what="b has ended")
        assert selected(screen)


def test_the_cursor_goes_to_a_neighbour_when_its_session_ends(lab: Lab) -> None:
    begin_all(lab, "a", "b", "c")
    with navi(lab) as screen:
        wait_names(screen, "a", "b", "c")
        screen.press("j")
        wait_selected(screen, "b")
        lab.local.tmux("kill-session", "-t", "b")
        (lab.local.sessions_dir / "b.json").unlink(missing_ok=True)
        wait_names(screen, "a", "c")
        assert selected(screen) == "c"


# ---- pages


def test_pages_open_scroll_and_close(lab: Lab) -> None:
    begin_all(lab, "api")
    with navi(lab, height=20) as screen:
        screen.wait_for("api")
        screen.press("?")
        screen.wait_for("Moving")
        screen.press(*["NPage"] * 9)
        screen.wait_for(re.compile(r"(\d+)/\1  Esc closes"))
        screen.press("g")
        screen.wait_for("Moving")
        screen.press("q")
        screen.wait_for("api")
        screen.press("i", "?")
        screen.wait_for("Moving")
        screen.press("?")
        screen.wait_for("api")


def test_details_follow_what_happens_and_stay_with_their_session(lab: Lab) -> None:
    begin_all(lab, "api", "web")
    with navi(lab) as screen:
        screen.wait_for("web")
        screen.press("i")
        screen.wait_for(re.compile(r"session +api"))
        lab.local.write_status("web", status="waiting")
        lab.local.write_status("api", status="working", message="something new")
        screen.wait_for(re.compile(r"message +something new"))
        lab.local.tmux("kill-session", "-t", "api")
        (lab.local.sessions_dir / "api.json").unlink(missing_ok=True)
        screen.wait_for("this session has ended")


def test_the_page_of_hosts_follows_what_happens(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.press("H")
        screen.wait_for(re.compile("host +state +latency +sessions +system"))
        screen.wait_for(re.compile(r"✔  atlas +connected +\S+ +0 +Linux"))
        atlas.stop()
        screen.wait_for(re.compile("error .*\n.*remedy .*\n.*data +.* old", re.MULTILINE), timeout=20)


@pytest.mark.parametrize("key", ["r", "C-r"])
def test_a_host_that_needs_the_user_is_tried_again_on_request(lab: Lab, key: str) -> None:
    atlas = lab.machine("atlas")
    keys = atlas.folder / "authorized_keys"
    allowed = keys.read_text()
    replace(keys, "")
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        screen.wait_for("? atlas auth")
        replace(keys, allowed)
        screen.press(key)
        screen.wait_for("✔ atlas")


# ---- sizes


SIZES = [(40, 10), (60, 15), (80, 24), (200, 50), (10, 3), (1, 1), (5, 2), (300, 5), (3, 40), (80, 24)]


def test_any_size_is_bearable_and_the_screen_is_right_afterwards(lab: Lab) -> None:
    begin_all(lab, "api:waiting", "日本語", "web")
    with navi(lab, width=80, height=24) as screen:
        before = screen.wait_for("web")
        screen.press("p")
        screen.wait_for("── api")
        for size in SIZES:
            screen.resize(*size)
            if size[1] >= 10 and size[0] >= 40:
                screen.wait_for(re.compile(r"(?s)❯ ! api.*── api|── api.*❯ ! api"))
        screen.press("p")
        screen.wait_gone("── api")
        assert screen.screen() == before


def test_a_small_screen_takes_one_line_for_a_session(lab: Lab) -> None:
    begin_all(lab, "api", "web", "ci")
    with navi(lab, width=40, height=10) as screen:
        screen.wait_for("ci")
        assert names(screen) == ["api", "web", "ci"]
        assert len(screen.screen().splitlines()[4].strip()) == 0


def test_a_preview_too_small_to_be_seen_takes_no_keys(lab: Lab) -> None:
    begin_all(lab, "api", "web")
    with navi(lab, width=80, height=24) as screen:
        screen.wait_for("web")
        screen.press("p", "Tab")
        screen.wait_for("── api")
        screen.resize(80, 8)
        screen.wait_gone("── api")
        screen.press("j")
        wait_selected(screen, "web")


WIDE = ["日本語のセッション", "🚀 launch 🧪", "plain", "e\u0301te\u0301", "👍🏽🇩🇪🇫🇷", "한국어"]


def test_wide_letters_leave_the_right_edge_straight(lab: Lab) -> None:
    for number, name in enumerate(WIDE):
        begin(lab.local, f"{number}{name}", message=name * 9)
    with navi(lab, width=90, height=24) as screen:
        until(lambda: len(names(screen)) == len(WIDE), what="all are listed")
        screen.press("p")
        screen.wait_for("│ ──")
        lines = screen.screen().splitlines()[1:20]
        assert {width_of(line.partition("│")[0]) for line in lines} == {45}


# ---- signs and colours


def test_signs_are_ascii_when_asked(lab: Lab) -> None:
    configure(lab, glyphs="ascii")
    begin_all(lab, "api:waiting", "a-name-that-is-much-too-long-for-so-narrow-a-screen")
    with navi(lab, width=60) as screen:
        screen.wait_for("> ! api")
        screen.press("p")
        screen.wait_for("-- api  ! waiting")
        screen.wait_for("a-name-that-is-much-too")
        assert screen.screen().isascii()


LOCALES = [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "C"}, {"LANG": ""}, {"LANG": "en_US.ISO-8859-1"}]


@pytest.mark.parametrize("variables", LOCALES, ids=str)
def test_in_a_locale_without_unicode_all_is_ascii(lab: Lab, variables: dict[str, str]) -> None:
    begin_all(lab, "api:waiting", "日本語")
    with navi(lab, variables=variables) as screen:
        screen.wait_for("> ! api")
        screen.wait_for("??????")
        assert screen.screen().isascii()


COLORS: list[tuple[dict[str, str], str, set[str]]] = [
    ({}, "mono", set()),
    ({"NO_COLOR": "1"}, "256", set()),
    ({"TERM": "dumb"}, "auto", set()),
    ({}, "16", {"9"}),
    ({"TERM": "xterm"}, "auto", {"9"}),
    ({}, "256", {"38;5"}),
    ({}, "auto", {"38;5"}),
    ({}, "true", {"38;2"}),
    ({"COLORTERM": "truecolor"}, "auto", {"38;2"}),
]


@pytest.mark.parametrize(("variables", "chosen", "kinds"), COLORS)
def test_colours_are_as_chosen(lab: Lab, variables: dict[str, str], chosen: str, kinds: set[str]) -> None:
    configure(lab, colors=chosen)
    begin_all(lab, "api:permission", "web:error", "ci:done")
    with navi(lab, variables=variables) as screen:
        screen.wait_for("ci")
        escapes = ";".join(re.findall(r"\x1b\[([\d;]*)m", screen.screen(escapes=True)))
    found = set(re.findall(r"(?<![\d;])(?:38;5|38;2)(?=;)|(?<=;)(?:38;5|38;2)(?=;)", escapes))
    if not found and re.search(r"(^|;)(3[1-7]|9\d)(;|$)", escapes):
        found = {"9"}
    assert found == kinds


@pytest.mark.parametrize("colors", ["mono", "16"])
def test_only_what_is_selected_is_reversed_without_colours_and_with_few(lab: Lab, colors: str) -> None:
    configure(lab, colors=colors)
    begin_all(lab, "api", "web", "ci")
    with navi(lab) as screen:
        wait_names(screen, "api", "web", "ci")
        for name, key in (("api", "j"), ("web", "k")):
            wait_selected(screen, name)
            lines = screen.screen(escapes=True).splitlines()
            reversed_lines = [line for line in lines if re.search(r"\x1b\[(\d+;)*7[;m]", line)]
            assert [line for line in reversed_lines if name in line] == reversed_lines[:1]
            assert not [line for line in reversed_lines if re.search({"api": "web|ci", "web": "api|ci"}[name], line)]
            screen.press(key)


def test_a_row_whose_status_has_changed_is_highlighted_for_a_moment(lab: Lab) -> None:
    begin_all(lab, "api", "web", "ci")
    with recorded(lab) as (screen, log):
        wait_names(screen, "api", "web", "ci")
        assert "48;5;17m" not in screen.screen(escapes=True)
        lab.local.write_status("web", status="done")
        until(lambda: re.search("\x1b\\[48;5;17m.*web", screen.screen(escapes=True)), what="the row is highlighted")
        until(lambda: "48;5;17m" not in screen.screen(escapes=True), what="the highlight has ended")
        wait_silent(log)


# ---- the mouse


def test_the_mouse_selects_and_attaches(lab: Lab) -> None:
    begin_all(lab, "a", "b", "c")
    with navi(lab) as screen:
        wait_names(screen, "a", "b", "c")
        mouse(screen, 0, 10, 7)
        wait_selected(screen, "c")
        mouse(screen, 0, 10, 4)
        wait_selected(screen, "b")
        mouse(screen, 65, 10, 4)
        mouse(screen, 64, 10, 4)
        mouse(screen, 0, 10, 20)
        mouse(screen, 0, 10, 20)
        wait_selected(screen, "b")
        mouse(screen, 0, 10, 4)
        screen.wait_for("[b] 0:")


def test_the_wheel_scrolls_the_list_and_the_cursor_stays_in_sight(lab: Lab) -> None:
    for number in range(20):
        begin(lab.local, f"s{number:02}", timestamp=1_700_000_000 - number)
    with navi(lab, width=40, height=10) as screen:
        screen.wait_for(re.compile(r"13 more below +1/20"))
        mouse(screen, 65, 10, 4)
        screen.wait_for(re.compile(r"3 more above, 10 more below +4/20"))
        assert selected(screen) == "s03"
        screen.press("j", "j")
        screen.wait_for("6/20")
        mouse(screen, 64, 10, 4)
        screen.wait_for(re.compile(r"13 more below +6/20"))
        assert selected(screen) == "s05"


def test_the_wheel_scrolls_pages_and_the_preview(lab: Lab) -> None:
    begin(lab.local, "api", "seq 100; exec cat")
    with navi(lab, height=20) as screen:
        screen.wait_for("api")
        screen.press("p")
        screen.wait_for("100")
        for _ in range(4):
            mouse(screen, 64, 80, 8)
        screen.wait_for(" held ")
        screen.wait_gone("100")
        screen.press("?")
        screen.wait_for("Moving")
        mouse(screen, 65, 10, 8)
        screen.wait_gone("Moving")


def test_the_mouse_can_be_left_to_the_terminal(lab: Lab) -> None:
    configure(lab, mouse=False)
    begin_all(lab, "a")
    with navi(lab) as screen:
        screen.wait_for("a")
        assert screen._tmux("display-message", "-p", "#{mouse_any_flag}").strip() == "0"


# ---- hostile text


EVIL = (
    "\x1b]0;title\x07\x1b[31mred\x1b[6n\x1bPq#0\x1b\\\x9b31m\x9d0;x\x9c\x90y\x9c\u202eesrever\u2066\u200b"
    "\n\nnext\ttab\rcr\x08\x7f\x00" + "long " * 300
)
OWN = re.compile(
    r"\x1b\[\??[\d;]*[ABCDGHJKhlmr]|\x1b\[\?\d+\$p|\x1b[()][B0]|\x08(?=\x1b\[(?:4h|[\d;]*m))|\x1b[=>78]|\x0f|\x0e|\r|\n"
    r"|\x1b\]11;\?\x1b\\|\x1b\[22;0t\x1b\]2;navi[ -~]*\x07|\x1b\]2;navi[ -~]*\x07"
)
"""What a program of the screen needs to write: cursor, colours, erasing, modes and their queries, background, title."""


@contextmanager
def recorded(lab: Lab) -> Iterator[tuple[Terminal, Path]]:
    """Run the dashboard, and write down all that comes to its terminal from the first byte on."""
    with Terminal(NAVI, lab.environment(), 100, 30, start=False) as screen:
        log = record(screen)
        screen.start()
        yield screen, log


@pytest.mark.parametrize("preview_colors", [False, True])
def test_nothing_of_what_others_write_acts_on_the_terminal(lab: Lab, preview_colors: bool) -> None:
    configure(lab, preview_colors=preview_colors)
    script = lab.local.home / "text"
    script.write_bytes(EVIL.replace("\x00", "").encode())
    begin(lab.local, "pane", f"printf '\\033]2;title\\202\\007'; cat {script}; exec cat", status="waiting")
    begin(lab.local, "file", status=f"bad{EVIL}", message=EVIL, cwd=EVIL)
    with recorded(lab) as (screen, log):
        screen.wait_for("file")
        screen.press("p")
        screen.wait_for(re.compile(r"── pane.*red\S*esrever", re.DOTALL))
        for key in ("W", "L", "j", "i", "q", "H", "q", "s", "/", "b", "Enter"):
            screen.press(key)
        screen.wait_for("sort:name")
        raw = log.read_text(errors="strict")
    rest = OWN.sub("", raw.partition("\x1b[?1049h")[2])
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", rest), repr(rest[-300:])


def test_a_screen_where_nothing_happens_gets_no_bytes(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    begin(atlas, "api", status="done", timestamp=int(time.time()) - 30 * HOUR)
    begin_all(lab, "web", "ci")
    lab.remotes_yaml([atlas])
    with recorded(lab) as (screen, log):
        screen.wait_for("✔ atlas 1")
        screen.press("p")
        screen.wait_for("(the pane is empty)")
        wait_silent(log)


def wait_silent(log: Path) -> None:
    """Wait until a terminal gets no byte for some seconds. A busy machine takes long to draw what there is."""

    def silent() -> bool:
        before = log.stat().st_size
        time.sleep(4)
        return log.stat().st_size == before

    until(silent, 60, "the terminal gets no byte")


# ---- faults


BROKEN = """
import urwid, trio
from navi.config.settings import Settings
from navi.tui.terminal import Terminal

class Broken(urwid.SolidFill):
    def render(self, size, focus=False):
        assert not self.pressed, "a fault while drawing"
        return super().render(size, focus)

    pressed = False

def press(key):
    Broken.pressed = True
    widget._invalidate()

widget = Broken(".")
trio.run(Terminal(widget, Settings(), {}, press).run)
"""


def test_an_error_while_drawing_ends_navi_with_its_words_and_a_sane_terminal(lab: Lab) -> None:
    with Terminal([sys.executable, "-c", BROKEN], lab.environment(), start=False) as screen:
        before = modes(screen)
        screen.start()
        screen.wait_for("......")
        screen.press("x")
        screen.wait_prompt()
        screen.wait_for("AssertionError: a fault while drawing")
        assert modes(screen) == before
        assert screen.exit_status() == 1
