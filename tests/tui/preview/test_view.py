"""What the preview shows, without asking any host."""

from __future__ import annotations

import pytest

from navi.core.sgr import PLAIN, TextStyle
from navi.ops.pane.preview import Capture
from navi.tui.preview.view import MOST_KNOWN, Preview, TranscriptEnd, style_of
from navi.tui.style.colors import Colors
from navi.tui.style.paint import paint
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import session

API, WEB = session("api", host="atlas"), session("web")


def preview(*lines: str) -> Preview:
    """Return a preview of the session api that shows these lines."""
    one = Preview(UNICODE)
    one.follow(API)
    one.show(API.key, Capture(lines))
    return one


def shown(one: Preview, width: int = 30, height: int = 4) -> list[str]:
    """Return what is painted: the rule, then the text."""
    return ["".join(text for _, text in line).rstrip() for line in one.lines(width, height)]


def test_the_end_is_shown_below_the_title() -> None:
    assert shown(preview("1", "2", "3", "4")) == ["── atlas/api  1 above ────────", "2", "3", "4"]
    assert shown(preview("1", "2", "3", "4"), 60)[0].startswith("── atlas/api  ✻ working  1 above ──")


def test_a_short_text_is_at_the_top() -> None:
    assert shown(preview("1")) == ["── atlas/api  ✻ working ──────", "1"]


def test_a_conversation_is_folded_and_has_the_styles_of_its_page() -> None:
    one = preview("of a pane")
    lines = ([("key", "> "), ("key", "some words of a person")], [("dim", "an answer")])
    assert one.show(API.key, TranscriptEnd(lines))
    assert shown(one, width=18) == ["── atlas/api ─────", "> some words of a", "  person", "an answer"]
    assert ("dim", "an answer") in one.lines(18, 4)[3]
    assert not one.show(API.key, TranscriptEnd(lines))
    assert one.show(API.key, TranscriptEnd(()))
    assert shown(one)[1:] == ["(nothing is printed yet)"]


def test_another_session_is_shown_as_soon_as_there_is_something() -> None:
    one = preview("secret")
    one.follow(WEB)
    assert shown(one)[1:] == ["secret"]
    assert " atlas/api " in shown(one)[0]
    assert one.show(WEB.key, Capture(("new",)))
    assert shown(one)[1:] == ["new"]
    assert " web " in shown(one)[0]


def test_after_a_moment_nothing_is_shown_of_the_one_before() -> None:
    one = preview("secret")
    one.follow(WEB)
    one.stop_waiting()
    assert shown(one, width=40) == ["── web  ✻ working ──────────────────────", "fetching ..."]


def test_a_session_that_was_shown_before_is_shown_at_once() -> None:
    one = preview("first")
    one.follow(WEB)
    one.show(WEB.key, Capture(("second",)))
    one.follow(API)
    assert shown(one)[1:] == ["first"]
    assert not one.show(API.key, Capture(("first",)))
    one.follow(None)
    assert shown(one)[1:] == ["no session"]
    again = API._replace(tmux=API.tmux and API.tmux._replace(id="$9"))
    one.follow(again)
    one.stop_waiting()
    assert shown(one)[1:] == ["fetching ..."]


def test_only_the_latest_captures_are_kept() -> None:
    one = preview("first")
    for number in range(MOST_KNOWN):
        other = session(f"s{number}")
        one.follow(other)
        one.show(other.key, Capture((f"text {number}",)))
    one.follow(API)
    assert shown(one)[1:] == [f"text {MOST_KNOWN - 1}"]
    one.follow(session("s0"))
    assert shown(one)[1:] == ["text 0"]


def test_a_late_answer_of_another_session_is_dropped() -> None:
    one = preview("secret")
    one.follow(WEB)
    one.stop_waiting()
    assert not one.show(API.key, Capture(("late",)))
    one.fail(API.key, "late")
    assert "late" not in "".join(shown(one))


TITLES = [
    (80, "── atlas/api  ? permission 5m  feature/x "),
    (41, "── atlas/api  ? permission 5m  feature/x "),
    (40, "── atlas/api  ? permission 5m ──────────"),
    (28, "── atlas/api  ? permission ─"),
    (26, "── atlas/api ─────────────"),
    (9, "── atlas…"),
]


@pytest.mark.parametrize(("width", "expected"), TITLES)
def test_the_title_has_what_fits_of_address_status_age_and_branch(width: int, expected: str) -> None:
    one = Preview(UNICODE)
    asking = session("api", "permission", 9_700, "atlas")
    one.follow(asking, 10_000.0, "feature/x")
    assert paint(one.lines(width, 3), width, 3).text[0].decode().startswith(expected[:width])


def test_the_title_follows_what_is_known_of_the_session() -> None:
    one = preview("1")
    one.follow(API._replace(status=API.status._replace(word="done", since=100.0)), 130.0, "main")
    assert shown(one, width=60)[0].startswith("── atlas/api  ✔ done 30s  main ")
    assert shown(one)[1:] == ["1"]


def test_the_title_of_another_session_is_whole_at_once() -> None:
    one = preview("1")
    one.follow(WEB._replace(status=WEB.status._replace(word="done", since=100.0)), 130.0, "main")
    one.show(WEB.key, Capture(("2",)))
    assert shown(one, width=60)[0].startswith("── web  ✔ done 30s  main ")


RED, BOLD = TextStyle(front=203), TextStyle(bold=True, reverse=True)


def test_colours_of_the_pane_are_those_of_the_terminal() -> None:
    capture = Capture(("red bold plain",), 80, (((4, RED), (4, BOLD)),))
    cases: tuple[tuple[Colors, str, str], ...] = (
        (256, "look:h203/default", "look:default,bold,standout/default"),
        (16, "look:light red/default", "look:default,bold,standout/default"),
        (1, "", "look:default,bold,standout/default"),
    )
    for colors, red, bold in cases:
        one = Preview(UNICODE, colors)
        one.follow(API)
        one.show(API.key, capture)
        assert one.lines(30, 4)[1] == [(red, "red "), (bold, "bold"), ("", " plain")]


def test_colours_stay_with_their_letters_where_lines_break() -> None:
    one = Preview(UNICODE, 256)
    one.wrapped = True
    one.follow(API)
    one.show(API.key, Capture(("one two three",), 80, (((4, PLAIN), (5, RED), (4, BOLD)),)))
    red, bold = style_of(RED, 256), style_of(BOLD, 256)
    assert list(one.lines(7, 4)[1:]) == [[("", "one "), (red, "two")], [(red, "t"), (bold, "hree")]]


def test_the_same_text_in_other_colours_is_another_capture() -> None:
    one = preview("1")
    assert one.show(API.key, Capture(("1",), 0, (((1, RED),),)))


def test_a_failure_is_shown_above_the_last_capture() -> None:
    one = preview("1", "2", "3")
    one.fail(API.key, "lost")
    assert shown(one)[1:] == ["lost", "1", "2"]
    assert one.show(API.key, Capture(("1", "2", "3")))
    assert shown(one)[1:] == ["1", "2", "3"]


def test_an_empty_pane_is_reported() -> None:
    assert shown(preview())[1] == "(the pane is empty)"


def test_the_same_capture_changes_nothing() -> None:
    one = preview("1")
    assert not one.show(API.key, Capture(("1",)))
    assert one.show(API.key, Capture(("2",)))


def test_it_scrolls_to_both_ends_and_stops_there() -> None:
    one = preview(*map(str, range(10)))
    shown(one)
    one.scroll(-1000)
    assert shown(one)[1:] == ["0", "1", "2"]
    one.page(1)
    assert shown(one)[1:] == ["2", "3", "4"]
    one.scroll(1000)
    assert shown(one)[1:] == ["7", "8", "9"]


def test_a_scrolled_preview_does_not_move() -> None:
    one = preview(*map(str, range(10)))
    one.scroll(-3)
    before = shown(one)
    assert " held " in before[0]
    assert not one.show(API.key, Capture(("new",)))
    assert shown(one) == before
    one.scroll(1000)
    shown(one)
    assert one.show(API.key, Capture(("new",)))
    assert shown(one)[1:] == ["new"]


def test_long_lines_are_wrapped_when_asked() -> None:
    one = preview("one two three four")
    assert shown(one, width=10)[1:] == ["one two three four"]
    one.wrapped = True
    assert shown(one, width=10)[1:] == ["one two", "three four"]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (10, 2), (200, 50)])
def test_it_fits_any_box(size: tuple[int, int], wrapped: bool) -> None:
    one = preview("日本語" * 20, "", "x")
    one.wrapped = wrapped
    assert (one.render(size).cols(), one.render(size).rows()) == size
