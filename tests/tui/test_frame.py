"""Frames: what their borders say, the scroll bar, and that every row is exactly as wide as the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
import urwid
from hypothesis import given, settings
from hypothesis import strategies as st

from navi.core.question import Choice as Answer
from navi.core.question import Question
from navi.core.text import clean
from navi.ops.pane.preview import Capture
from navi.tui.banner import Banner
from navi.tui.bars import Footer, Header
from navi.tui.dialogs.answer_dialog import AnswerDialog, SessionQuestion
from navi.tui.dialogs.dialog import Confirm, Dialog, Report, Subject
from navi.tui.dialogs.message_form import MessageForm
from navi.tui.dialogs.pick import Pick, PickRow
from navi.tui.frame import Extent, bar, thumb
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.layout import FLOATING_FROM, FRAMED_FROM, Layout
from navi.tui.list.session_list import SessionList
from navi.tui.pages.view import PageView
from navi.tui.palette.picker import Picker, PickerEntry
from navi.tui.preview.view import Preview
from navi.tui.style.paint import columns_of, width_of
from navi.tui.style.theme import ASCII, UNICODE, Glyphs
from tests.support.dashboard import begin, configure, mouse, names, navi, selected, session, view, wait_selected
from tests.support.machines import Lab
from tests.support.terminal import Terminal
from tests.support.waiting import until


def nothing(*_: object) -> None:
    """Do nothing."""


def text_of(canvas: urwid.Canvas) -> list[str]:
    """Return the lines of a canvas."""
    return [b"".join(data for *_, data in row).decode() for row in canvas.content()]


# ---- the scroll bar

THUMBS = [
    (Extent(0, 10, 10), 5, ""),
    (Extent(), 5, ""),
    (Extent(0, 5, 10), 6, "###..."),
    (Extent(5, 5, 10), 6, "...###"),
    (Extent(1, 5, 10), 6, ".###.."),
    (Extent(4, 5, 10), 6, "..###."),
    (Extent(0, 10, 10_000), 6, "#....."),
    (Extent(1, 10, 10_000), 6, ".#...."),
    (Extent(9_989, 10, 10_000), 6, "....#."),
    (Extent(9_990, 10, 10_000), 6, ".....#"),
    (Extent(3, 1, 10), 1, "#"),
    (Extent(3, 1, 10), 0, ""),
]


@pytest.mark.parametrize(("extent", "rows", "expected"), THUMBS)
def test_a_scroll_bar_shows_what_is_in_sight_and_whether_that_is_an_end(
    extent: Extent, rows: int, expected: str
) -> None:
    shown = thumb(extent, rows)
    assert "".join("#" if row in shown else "." for row in range(rows)) == (expected or "." * rows)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 60))
def test_a_scroll_bar_stays_in_its_rows(first: int, seen: int, more: int, rows: int) -> None:
    shown = thumb(Extent(first, seen, first + seen + more), rows)
    assert bool(shown) == bool(first + more)
    assert all(0 <= row < rows for row in shown)


# ---- the borders


def page(lines: int, title: str = "Keys", glyphs: Glyphs = UNICODE) -> PageView:
    """Return a page of so many lines in its frame."""
    one = PageView(glyphs, title, [[("", f"line {number}")] for number in range(1, lines + 1)])
    one.enclose(True)
    return one


def test_a_frame_has_title_keys_position_and_scroll_bar() -> None:
    assert text_of(page(20).border.render((30, 6))) == [
        f"╭─ Keys {'─' * 21}╮",
        "│line 1                      ▐",
        "│line 2                      │",
        "│line 3                      │",
        "│line 4                      │",
        f"╰─ Esc closes {'─' * 6} 1-4/20 ─╯",
    ]


def test_what_is_in_sight_as_a_whole_has_no_position() -> None:
    lines = text_of(page(2, glyphs=ASCII).border.render((24, 5)))
    assert lines == [
        "+- Keys ---------------+",
        "|line 1                |",
        "|line 2                |",
        "|                      |",
        "+- Esc closes ---------+",
    ]


@pytest.mark.parametrize("width", [4, 5, 12, 20, 26])
@pytest.mark.parametrize("title", ["x", "日本語の長い題名です", "a title that is much too long for this"])
def test_a_border_is_as_wide_as_its_frame(width: int, title: str) -> None:
    for line in text_of(page(50, title).border.render((width, 5))):
        assert width_of(line) == width


def test_the_frame_of_the_part_that_takes_keys_has_another_colour() -> None:
    one = page(3)
    plain = {style for row in one.border.render((30, 6)).content() for style, *_ in row}
    one.border.light(True)
    lit = {style for row in one.border.render((30, 6)).content() for style, *_ in row}
    assert plain - lit == {"border"}
    assert lit - plain == {"active"}


def test_a_chosen_row_is_a_bar_over_the_whole_width() -> None:
    line = bar([("key", " x "), ("", "日本語")], 12, "…")
    assert columns_of(line) == 12
    assert all(style.endswith(" row") for style, _ in line)


# ---- the whole screen, without a terminal

HOSTILE = st.text(st.sampled_from("ab 日本👍🏽🇩🇪\u200d\u0301\u202eשלוםไทย✻│─\u3000\x1b\t"), min_size=1, max_size=60)

DIALOGS: dict[str, Callable[[Sequence[str]], Dialog]] = {
    "confirmation": lambda words: Confirm(
        UNICODE, f"Kill {words[0]}?", [[("", word), ("", word)] for word in words], "kills", nothing, nothing
    ),
    "results": lambda words: Report(
        UNICODE, "Kill", [Subject(str(n), clean(word)) for n, word in enumerate(words)], nothing, nothing
    ),
    "message": lambda words: MessageForm(UNICODE, "Message", "\n".join(words), nothing, nothing),
    "ticks": lambda words: Pick(
        UNICODE, "Hosts", clean(" ".join(words)), [PickRow(word, word, word) for word in words], "adds",
        nothing, nothing,
    ),
    "picker": lambda words: Picker(
        UNICODE, "Commands",
        lambda: [PickerEntry(word, word, (("key", "x"), ("name", clean(word))), "", "no") for word in words],
        nothing, nothing, "runs it",
    ),
}  # fmt: skip


def whole(words: Sequence[str], preview: bool = True) -> Layout:
    """Return a screen of sessions with these names and messages, and a preview that shows them."""
    header = Header(UNICODE, Keymap(KEYS))
    listed = [session(word, "waiting", message=clean(word)) for word in words]
    header.show([view("local", *listed)], listed, 0)
    sessions = SessionList(UNICODE, nothing)
    sessions.show(tuple(listed), [view("local", *listed)], True)
    one = Layout(header, sessions, Footer(UNICODE), Banner(UNICODE))
    if preview:
        shown = Preview(UNICODE)
        shown.follow(listed[0], 0.0, words[-1])
        shown.show(listed[0].key, Capture(tuple(map(clean, words))))
        one.preview = shown
    return one


@settings(max_examples=30, deadline=None)
@given(
    st.lists(HOSTILE, min_size=1, max_size=30), st.integers(60, 150), st.integers(16, 50), st.booleans(),
    st.sampled_from([None, *DIALOGS]),
)  # fmt: skip
def test_every_row_is_as_wide_as_the_terminal(
    words: list[str], width: int, height: int, preview: bool, kind: str | None
) -> None:
    one = whole(words, preview)
    if kind:
        dialog = DIALOGS[kind](words)
        dialog.keymap = Keymap(KEYS)
        one.dialog = dialog
    lines = text_of(one.render((width, height)))
    assert len(lines) == height
    assert {width_of(line) for line in lines} == {width}


def opened(width: int, height: int, sessions: int, place: int, rows: int = 4) -> tuple[Layout, list[str]]:
    """Open a dialog of some rows over a list with the cursor at a place; return what is painted."""
    one = whole([f"s{number:03}" for number in range(sessions)], preview=False)
    one.main.put_cursor(place)  # type: ignore[attr-defined]
    one.render((width, height))
    dialog = Confirm(UNICODE, "Sure?", [[("", "a"), ("", str(n))] for n in range(rows)], "does it", nothing, nothing)
    dialog.keymap = Keymap(KEYS)
    one.dialog = dialog
    one.changed()
    return one, text_of(one.render((width, height)))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)])
@pytest.mark.parametrize("place", [0, 5, 11, 30, 99])
def test_a_dialog_floats_and_leaves_the_cursor_in_sight(size: tuple[int, int], place: int) -> None:
    _, lines = opened(*size, 100, place)
    assert any(f"❯ ! s{place:03}" in line for line in lines)
    top = next(line for line in lines if "╭─ Sure? ─" in line)
    assert abs(top.index("╭─ Sure?") - (len(top.rstrip()) - top.index("╮", top.index("Sure?")) - 1)) <= size[0]
    assert any("y does it" in line for line in lines)


def test_a_list_keeps_its_rows_below_a_dialog() -> None:
    one, lines = opened(80, 24, 3, 0)
    for name in ("s000", "s001", "s002"):
        assert any(name in line for line in lines)
    one.dialog = None
    one.changed()
    assert sum(line in lines for line in text_of(one.render((80, 24)))) >= 24 - 8


SMALL = [(FLOATING_FROM[0] - 1, 24), (80, FLOATING_FROM[1] - 1), (40, 10)]


@pytest.mark.parametrize("size", SMALL)
def test_on_a_small_screen_a_dialog_is_below_the_list(size: tuple[int, int]) -> None:
    _, lines = opened(*size, 9, 0, rows=2)
    assert any(line.startswith("── Sure? ─") for line in lines)
    assert not any("╭" in line for line in lines)


WHERE_FRAMED = [(FRAMED_FROM, True), ((FRAMED_FROM[0] - 1, 40), False), ((200, FRAMED_FROM[1] - 1), False)]


@pytest.mark.parametrize(("size", "framed"), WHERE_FRAMED)
def test_only_a_large_screen_has_frames(size: tuple[int, int], framed: bool) -> None:
    lines = text_of(whole(["api", "web"]).render(size))
    assert any(line.startswith("╭─ sessions ─") for line in lines) == framed
    assert any("╭─ api " in line for line in lines) == framed


@pytest.mark.parametrize("size", [(40, 10), (40, 12), (60, 10)])
@pytest.mark.parametrize("kind", DIALOGS)
def test_a_small_screen_with_a_preview_has_room_for_every_dialog(size: tuple[int, int], kind: str) -> None:
    one = whole([f"s{number}" for number in range(30)])
    one.dialog = DIALOGS[kind]([f"some words {number}" for number in range(30)])
    one.dialog.keymap = Keymap(KEYS)
    assert {width_of(line) for line in text_of(one.render(size))} == {size[0]}


def test_a_dialog_grows_with_what_it_says_and_never_shrinks() -> None:
    dialog = Confirm(UNICODE, "Sure?", [[("", "a"), ("", "b")]], "does it", nothing, nothing)
    dialog.keymap = Keymap(KEYS)
    small = dialog.columns(100)
    dialog.rows[:] = [[("", "a"), ("", "b" * 70)]]
    dialog.changed()
    large = dialog.columns(100)
    assert small < 60 < 70 < large <= 100
    dialog.rows[:] = [[("", "a"), ("", "b")]]
    dialog.changed()
    assert dialog.columns(100) == large
    assert dialog.columns(50) == 50


def test_a_question_is_as_wide_as_it_needs_to_be() -> None:
    dialog = AnswerDialog(UNICODE, ["api"], 1, nothing, nothing, nothing)
    dialog.keymap = Keymap(KEYS)
    assert dialog.columns(110) == AnswerDialog.narrowest
    question = Question("Claude Code", "permission", "Go on?", (Answer(1, "Yes"), Answer(2, "x" * 80)))
    dialog.put(SessionQuestion("api", question))
    assert 80 < dialog.columns(110) < AnswerDialog.widest
    chosen = [line for line in dialog.lines(90, 9) if any(style.endswith(" row") for style, _ in line)]
    assert [columns_of(line) for line in chosen] == [90]


# ---- in a terminal


def border_color(screen: Terminal, title: str) -> str:
    """Return the colour of the upper left corner of a frame."""
    found = re.search(rf"38;5;(\d+)m╭─(?:\x1b\[[\d;]*m)+ {title} ", screen.screen(escapes=True))
    return found[1] if found else ""


def test_frames_say_where_you_are_and_which_one_takes_keys(lab: Lab) -> None:
    configure(lab, theme="dark", density="three")
    for number in range(12):
        begin(lab.local, f"s{number:02}", f"seq -f 'text of s{number:02}, line %g' 90; exec cat")
    with navi(lab, 120, 24) as screen:
        screen.wait_for(re.compile(r"╭─ sessions ─.*╭─ s00 "))
        screen.wait_for(re.compile(r"╰─ \d more below ─+ 1/12 ─╯"))
        until(lambda: (border_color(screen, "sessions"), border_color(screen, "s00")) == ("80", "247"), what="list")
        screen.press("Tab")
        until(lambda: (border_color(screen, "sessions"), border_color(screen, "s00")) == ("247", "80"), what="preview")
        screen.wait_for("text of s00, line 90")
        screen.press("k")
        screen.wait_for(re.compile(r"╰─ held ─+ \d+-\d+/\d+ ─╯"))
        screen.press("Tab", "End")
        screen.wait_for(re.compile(r"╰─ \d more above ─+ 12/12 ─╯"))
        screen.type("/s0")
        screen.wait_for("╭─ sessions /s0 ─")


def test_a_dialog_floats_in_a_terminal_and_takes_clicks(lab: Lab) -> None:
    for name in ("aaa", "bbb", "ccc"):
        begin(lab.local, name, timestamp=1_700_000_000)
    with navi(lab, 80, 24) as screen:
        screen.wait_for("ccc")
        before = names(screen)
        screen.press("x")
        screen.wait_for(re.compile(r"╭─ Kill aaa\? ─+╮"))
        screen.wait_for(re.compile(r"╰─ y kills it   n cancels ─+╯"))
        assert (names(screen), selected(screen)) == (before, "aaa")
        screen.press("n", "C-p")
        screen.type("sort")
        screen.wait_for(re.compile(r"❯ s +sort "))
        row = next(place for place, line in enumerate(screen.screen().splitlines()) if "❯ s " in line)
        mouse(screen, 0, 30, row)
        screen.wait_for("sort:name")
        screen.press("C-p")
        screen.type("undo")
        screen.wait_for("no session was killed lately")
        assert re.search(r"\x1b\[(?:\d+;)*9(?:;\d+)*m(?:\x1b\[[\d;]*m)*undo", screen.screen(escapes=True))


def test_frames_are_ascii_and_bold_where_there_is_nothing_else(lab: Lab) -> None:
    configure(lab, glyphs="ascii", colors="mono")
    for name in ("aaa", "bbb"):
        begin(lab.local, name, timestamp=1_700_000_000)
    with navi(lab, 120, 40) as screen:
        screen.wait_for(re.compile(r"^\+- sessions -.*-\+\+- aaa ", re.MULTILINE))
        assert re.search(r"\x1b\[(?:\d+;)*1m\+- sessions", screen.screen(escapes=True))
        screen.press("x")
        screen.wait_for(re.compile(r"\+- Kill aaa\? -+\+"))
        assert screen.screen().isascii()


def test_at_40_by_10_the_list_has_no_frame_and_a_dialog_is_at_the_bottom(lab: Lab) -> None:
    for name in ("aaa", "bbb", "ccc"):
        begin(lab.local, name, timestamp=1_700_000_000)
    with navi(lab, 40, 10) as screen:
        screen.wait_for("ccc")
        screen.press("j")
        wait_selected(screen, "bbb")
        screen.press("x")
        screen.wait_for(re.compile("^── Kill bbb", re.MULTILINE))
        assert "│" not in screen.screen()
