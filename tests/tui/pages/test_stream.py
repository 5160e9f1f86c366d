"""The panel of a page that grows: it follows the end, holds still while somebody reads, and asks for what is older."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from navi.fleet import Fleet
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.pages.folded import Block
from navi.tui.pages.page import Services
from navi.tui.pages.stream import StreamPage, StreamView
from navi.tui.style.paint import Line
from navi.tui.style.theme import UNICODE


class Numbers(StreamPage):
    """A page of numbered lines, two for each block."""

    title = "Numbers"

    def __init__(self, first: int, last: int) -> None:
        super().__init__(Services(Fleet([], ()), UNICODE, Keymap(KEYS), (), lambda: None), None)
        self.numbers = [*range(first, last)]
        self.below: list[Line] = []
        self.asked = 0

    @property
    def version(self) -> object:
        return tuple(self.numbers)

    def head(self) -> Sequence[Line]:
        return [[("", "head")]]

    def foot(self) -> Sequence[Line]:
        return self.below

    def blocks(self) -> Iterable[Block]:
        for number in self.numbers:
            yield number, [[("", f"{number}a")], [("", f"{number}b")]]

    def older(self) -> None:
        self.asked += 1


def panel(first: int, last: int) -> tuple[Numbers, StreamView]:
    """Return a page and its panel."""
    page = Numbers(first, last)
    return page, StreamView(UNICODE, page, "Esc")


def shown(view: StreamView, height: int = 8) -> list[str]:
    """Return what is painted below the title and the head, without the margin."""
    return ["".join(text for _, text in line).strip() for line in view.lines(40, height)][2:]


def title(view: StreamView) -> str:
    """Return the first line."""
    return "".join(text for _, text in view.lines(40, 8)[0])


def test_it_follows_the_end() -> None:
    page, view = panel(0, 10)
    assert shown(view) == ["7a", "7b", "8a", "8b", "9a", "9b"]
    page.numbers.append(10)
    assert shown(view)[-1] == "10b"
    assert "Esc closes" in title(view)


def test_what_is_printed_touches_no_border() -> None:
    _, view = panel(0, 1)
    assert "".join(text for _, text in view.lines(40, 8)[2]) == " 0a"


def test_it_holds_still_while_somebody_reads() -> None:
    page, view = panel(0, 20)
    shown(view)
    view.scroll(-9)
    before = shown(view)
    assert before == ["12b", "13a", "13b", "14a", "14b", "15a"]
    assert "31/40  Esc closes" in title(view)
    page.numbers += [20, 21]
    assert shown(view) == before
    page.numbers = [*range(-30, 0), *page.numbers]
    assert shown(view) == before
    view.scroll(1000)
    assert shown(view)[-1] == "21b"
    page.numbers.append(22)
    assert shown(view)[-1] == "22b"


def test_what_was_dropped_above_moves_it_to_the_first_that_is_left() -> None:
    page, view = panel(0, 20)
    shown(view)
    view.scroll(-1000)
    assert shown(view)[0] == "0a"
    page.numbers = page.numbers[5:]
    assert shown(view)[0] == "5a"


def test_it_asks_for_what_is_older_only_near_the_beginning() -> None:
    page, view = panel(0, 20)
    shown(view)
    assert page.asked == 0
    view.scroll(-1000)
    shown(view)
    assert page.asked == 1


def test_what_is_below_takes_room_and_no_line_is_lost() -> None:
    page, view = panel(0, 10)
    page.below = [[("", "question")], [("", "input")]]
    assert shown(view) == ["8a", "8b", "9a", "9b", "question", "input"]
    page.below = [[("", f"{number}")] for number in range(50)]
    assert len(view.lines(40, 8)) == 8


def test_it_is_painted_at_any_size() -> None:
    _, view = panel(0, 10)
    for width in (1, 5, 80):
        for height in (1, 2, 3, 5, 40):
            assert len(view.lines(width, height)) <= height
            view.page(-1)
