"""What the preview shows, without asking any host."""

from __future__ import annotations

import pytest

from navi.ops.capture import Capture
from navi.tui.preview.view import Preview
from navi.tui.theme import UNICODE
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
    assert shown(preview("1", "2", "3", "4")) == ["── atlas/api  1 above 0 below", "2", "3", "4"]


def test_a_short_text_is_at_the_top() -> None:
    assert shown(preview("1")) == ["── atlas/api ─────────────────", "1"]


def test_another_session_shows_nothing_of_the_one_before() -> None:
    one = preview("secret")
    one.follow(WEB)
    assert shown(one) == ["── web ───────────────────────", "fetching ..."]


def test_a_late_answer_of_another_session_is_dropped() -> None:
    one = preview("secret")
    one.follow(WEB)
    assert not one.show(API.key, Capture(("late",)))
    one.fail(API.key, "late")
    assert "late" not in "".join(shown(one))


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
