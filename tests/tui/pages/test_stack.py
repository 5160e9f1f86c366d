"""The stack of pages: each is opened on another one, follows its session, and goes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from navi.core.model import Session
from navi.fleet import Fleet
from navi.tui.keys.keymap import LIST, PAGE, Binding, Group, Keymap
from navi.tui.keys.table import KEYS
from navi.tui.pages.page import Entry, Page, Services, SessionPage
from navi.tui.pages.stack import PageStack
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import begin, navi, session, wait_selected
from tests.support.machines import Lab

OPENING = Group("Opening", (LIST, PAGE))


class Plain(Page):
    """A page that counts what is done to it, with a key of its own."""

    context = "plain"
    title = "Plain"
    keys = (Binding("count", ("+",), "count", Group("Plain", ("plain",))),)

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self.count = 0
        self.followed = 0

    def lines(self) -> Sequence[Entry]:
        """Say how often the key was pressed."""
        return [[("", f"counted {self.count}")]]

    def follow(self) -> None:
        """Count."""
        self.followed += 1

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """Return the command of the own key."""
        return {"count": self._count}

    def _count(self) -> None:
        self.count += 1


class About(SessionPage):
    """A page that names its session's key."""

    context = "about"
    title = "About"

    def lines_about(self, session: Session) -> Sequence[Entry]:
        """Name it."""
        return [[("", session.name)]]


TABLE = (
    *KEYS,
    Binding("plain", ("1",), "opens it", OPENING, page=Plain),
    Binding("about", ("2",), "opens it", OPENING, page=About),
    *Plain.keys,
)


class Opened:
    """A stack, and how often it has said that another page is in front."""

    def __init__(self, *sessions: Session) -> None:
        self.changes = 0
        self.selected: Session | None = sessions[0] if sessions else None
        services = Services(Fleet([], ()), UNICODE, Keymap(TABLE), (), lambda: None)
        self.stack = PageStack(services, TABLE, lambda: self.selected, self._changed)

    def _changed(self) -> None:
        self.changes += 1

    @property
    def titles(self) -> str:
        """The titles, from the bottom to the top."""
        return " ".join(one.page.title for one in self.stack._opened)


def test_pages_are_pushed_and_popped() -> None:
    one = Opened()
    assert (one.stack.page, one.stack.view, one.stack.contexts) == (None, None, ())
    one.stack.open("plain")
    one.stack.open("about")
    assert (one.titles, one.stack.contexts) == ("Plain About", ("about", PAGE))
    one.stack.back()
    assert (one.titles, one.stack.contexts) == ("Plain", ("plain", PAGE))
    one.stack.back()
    assert (one.titles, one.changes) == ("", 4)


def test_the_key_of_the_page_in_front_closes_it_and_that_of_one_below_goes_back_to_it() -> None:
    one = Opened()
    for command in ("plain", "about", "help", "about"):
        one.stack.open(command)
    assert one.titles == "Plain About"
    one.stack.open("about")
    assert one.titles == "Plain"


def test_all_are_closed_at_once() -> None:
    one = Opened()
    one.stack.open("plain")
    one.stack.open("help")
    one.stack.clear()
    assert (one.titles, one.stack.view) == ("", None)


def test_a_page_that_comes_to_the_front_again_is_the_same_and_as_far_scrolled() -> None:
    one = Opened()
    one.stack.open("help")
    page, view = one.stack.page, one.stack.view
    assert view
    view.lines(80, 10)
    view.scroll(7)
    before = view.lines(80, 10)
    one.stack.open("plain")
    one.stack.back()
    assert (one.stack.page, one.stack.view) == (page, view)
    assert view.lines(80, 10) == before


def test_only_the_page_in_front_follows_and_is_updated() -> None:
    one = Opened()
    one.stack.open("plain")
    plain = one.stack.page
    assert isinstance(plain, Plain)
    one.stack.update()
    one.stack.open("about")
    one.stack.update()
    assert plain.followed == 1


def test_a_key_of_its_own_holds_only_on_its_page() -> None:
    one = Opened()
    keymap = Keymap(TABLE)
    one.stack.open("plain")
    assert keymap.command(one.stack.contexts, "+") == "count"
    one.stack.own_commands["count"]()
    one.stack.update()
    view = one.stack.view
    assert view
    assert view.lines(20, 5)[2] == [("", "counted 1")]
    one.stack.open("about")
    assert keymap.command(one.stack.contexts, "+") != "count"
    assert one.stack.own_commands == {}


def test_a_page_says_that_it_has_no_session_or_that_it_has_ended() -> None:
    nothing, ended = Opened(), Opened(session("api"))
    for one, expected in ((nothing, "no session is selected"), (ended, "this session has ended")):
        one.stack.open("about")
        assert one.stack.page
        assert one.stack.page.lines() == [[("dim", f"  {expected}")]]


# ---- on a real screen


def test_going_back_goes_to_the_page_below(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("i")
        screen.wait_for("Details")
        screen.press("?")
        screen.wait_for("Moving")
        screen.press("H")
        screen.wait_for("Hosts   ")
        for key, expected in (("Escape", "Moving"), ("q", "Details")):
            screen.press(key)
            screen.wait_for(expected)
        screen.press("H", "i")
        screen.wait_for("Details")
        screen.press("i")
        wait_selected(screen, "api")


def test_list_commands_mean_nothing_on_a_page(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("?")
        screen.wait_for("Moving")
        screen.press("s")
        screen.wait_for("s does nothing here; ? shows the keys")
        screen.press("/")
        screen.wait_for("/_")
        assert "Moving" in screen.screen()


def test_a_page_is_searched_and_escape_ends_that_first(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab, 80, 24) as screen:
        wait_selected(screen, "api")
        screen.press("?")
        screen.wait_for("Moving")
        screen.press("/")
        screen.type("previous")
        screen.wait_for(re.compile(r"^ /previous_ .*\[1/\d\]", re.MULTILINE))
        screen.wait_for("previous session")
        screen.press("Enter")
        screen.wait_for("n next match  ")
        screen.press("n")
        screen.wait_for(re.compile(r"N +previous match"))
        screen.press("N")
        screen.wait_for("previous session")
        screen.press("Escape")
        screen.wait_gone("n next match")
        assert "Keys · list" in screen.screen()
        screen.press("/")
        screen.type("nowhere")
        screen.wait_for("no match")
        screen.press("Escape")
        screen.wait_gone("no match")
        screen.press("/")
        screen.type("kill")
        screen.press("Enter", "i")
        screen.wait_for("Details · api")
        assert "next match" not in screen.screen()
        screen.press("q")
        screen.wait_for("n next match")
        screen.press("q", "q")
        wait_selected(screen, "api")
        assert "/kill" not in screen.screen()
