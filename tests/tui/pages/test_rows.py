"""A page with a cursor on one of its rows: how it moves, scrolls, and is clicked."""

from __future__ import annotations

from collections.abc import Sequence

from navi.fleet import Fleet
from navi.tui.keys.keymap import Keymap
from navi.tui.pages.grid import Grid, GridRow
from navi.tui.pages.page import Entry, Services
from navi.tui.pages.rows import RowsPage, RowsView
from navi.tui.style.theme import UNICODE


class Numbered(RowsPage):
    """A page with lines above its rows, each of which has so many lines below it."""

    context = "numbered"
    title = "Numbered"

    def __init__(self, heights: Sequence[int], above: int = 0) -> None:
        super().__init__(Services(Fleet([], ()), UNICODE, Keymap(()), (), lambda: None), None)
        self.heights = heights
        self.above = above
        self.at = 0

    @property
    def place(self) -> int:
        """The row that was chosen."""
        return self.at

    def choose(self, place: int) -> None:
        """Choose it."""
        self.at = place

    def lines(self) -> Sequence[Entry]:
        """Return the lines above, and the rows."""
        rows = tuple(
            GridRow((("", f"row {number}"),), tuple([("", f"      {number}.{line}")] for line in range(height)))
            for number, height in enumerate(self.heights)
        )
        return [*([("", f"above {line}")] for line in range(self.above)), Grid(rows, ("rows",), indent=3)]


class Opened:
    """Such a page in front, in so many lines below its title."""

    def __init__(self, heights: Sequence[int], rows: int = 5, above: int = 0) -> None:
        self.page = Numbered(heights, above)
        self.rows = rows
        self.clicks: list[bool] = []
        self.view = RowsView(UNICODE, self.page, "Esc", self.clicks.append)
        self.shown()

    def shown(self) -> str:
        """Return what is in sight, one line after the other; the sign of the cursor is before its row."""
        self.view.put(self.page.lines())
        lines = self.view.lines(30, self.rows + 2)[2:]
        return "|".join("".join(text for _, text in line).strip() for line in lines)

    def click(self, line: int) -> None:
        """Click on a line, counted from 0 below the title."""
        self.view.mouse_event((30, self.rows + 2), "mouse press", 1, 4, line + 2, True)


def test_the_cursor_moves_over_rows_and_the_page_scrolls_as_little_as_possible() -> None:
    one = Opened((0, 1, 0, 2, 0))
    assert one.shown() == "rows|❯ row 0|row 1|1.0|row 2"
    one.view.move(1)
    assert one.shown() == "rows|row 0|❯ row 1|1.0|row 2"
    one.view.move(2)
    assert one.shown() == "1.0|row 2|❯ row 3|3.0|3.1"
    one.view.move(-1)
    assert one.shown() == "1.0|❯ row 2|row 3|3.0|3.1"
    one.view.move(-1)
    assert one.shown() == "❯ row 1|1.0|row 2|row 3|3.0"


def test_home_shows_what_is_above_the_rows_and_end_the_last_one() -> None:
    one = Opened((0,) * 9, above=2)
    one.view.move(10**6)
    assert one.shown() == "row 4|row 5|row 6|row 7|❯ row 8"
    one.view.move(-(10**6))
    assert one.shown() == "above 0|above 1|rows|❯ row 0|row 1"


def test_all_lines_of_the_row_are_lit_up_to_the_edge() -> None:
    one = Opened((1, 0))
    lines = one.view.lines(30, 7)[2:]
    lit = [all(style.endswith(" row") for style, _ in line) and bool(line) for line in lines]
    assert lit == [False, True, True, False]
    assert all(sum(len(text) for _, text in line) == 30 for line in lines[1:3])


def test_a_row_that_is_longer_than_the_page_is_scrolled_through() -> None:
    one = Opened((7, 0), rows=4)
    assert one.shown() == "❯ row 0|0.0|0.1|0.2"
    for _ in range(4):
        one.view.move(1)
    assert one.shown() == "0.3|0.4|0.5|0.6"
    one.view.move(1)
    assert one.shown() == "0.4|0.5|0.6|❯ row 1"
    one.view.move(-1)
    assert one.shown() == "❯ row 0|0.0|0.1|0.2"


def test_keys_at_the_ends_scroll_what_is_beyond_the_rows() -> None:
    one = Opened((0,), rows=3, above=6)
    assert one.shown().endswith("❯ row 0")
    one.view.move(-1)
    one.view.move(-1)
    assert one.shown() == "above 3|above 4|above 5"
    one.view.move(1)
    one.view.move(1)
    assert one.shown().endswith("❯ row 0")


def test_a_page_further_goes_to_the_end_at_last() -> None:
    one = Opened((0,) * 9)
    for expected in (3, 6, 8):
        one.view.page(1)
        one.shown()
        assert one.page.at == expected
    for expected in (4, 0):
        one.view.page(-1)
        one.shown()
        assert one.page.at == expected


def test_the_wheel_moves_the_cursor_only_if_its_row_would_leave_the_page() -> None:
    one = Opened((0,) * 12)
    one.view.move(3)
    one.shown()
    one.view.scroll(3)
    assert one.shown() == "row 2|❯ row 3|row 4|row 5|row 6"
    one.view.scroll(3)
    assert one.shown() == "❯ row 5|row 6|row 7|row 8|row 9"
    one.view.scroll(-6)
    assert one.shown() == "rows|row 0|row 1|row 2|❯ row 3"


def test_the_row_stays_in_sight_when_others_get_longer() -> None:
    one = Opened((0, 0, 0))
    one.view.move(2)
    one.page.heights = (4, 0, 0)
    assert one.shown() == "0.1|0.2|0.3|row 1|❯ row 2"


def test_a_click_chooses_a_row_and_another_one_acts_on_it() -> None:
    one = Opened((0, 1, 0))
    one.click(3)
    assert (one.page.at, one.clicks) == (1, [False])
    one.click(2)
    assert (one.page.at, one.clicks) == (1, [False, True])
    one.click(0)
    assert (one.page.at, len(one.clicks)) == (1, 2)


def test_a_search_takes_the_cursor_to_the_row_that_matches() -> None:
    one = Opened((0, 0, 2, 0, 0, 0, 0))
    one.view.narrow("2.1")
    one.shown()
    assert one.page.at == 2


def test_a_dialog_finds_where_the_cursor_is() -> None:
    one = Opened((0, 1, 0))
    one.view.move(1)
    one.shown()
    assert one.view.cursor_rows == range(4, 6)


def test_a_page_without_rows_can_be_moved_on() -> None:
    one = Opened(())
    for step in (1, -1, 10**6):
        one.view.move(step)
    one.view.page(1)
    one.click(0)
    assert one.shown() == ""
