"""The palette, the list of hosts, the bar of hosts and the footer on a real screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.dashboard import begin, configure, mouse, names, navi, selected, wait_names, wait_selected
from tests.support.machines import Lab, Machine
from tests.support.repository import stand_in_for_comments, work
from tests.support.terminal import Terminal
from tests.support.waiting import until


@contextmanager
def two_hosts(lab: Lab, width: int = 100, height: int = 30) -> Iterator[tuple[Terminal, Machine]]:
    """Run the dashboard with three sessions here and two on atlas, one of which asks something."""
    atlas = lab.machine("atlas")
    for number, name in enumerate(("one", "two", "three")):
        begin(lab.local, name, timestamp=1_700_000_000 - number)
    begin(atlas, "api", status="permission")
    begin(atlas, "web", timestamp=1_600_000_000)
    lab.remotes_yaml([atlas])
    with navi(lab, width, height) as screen:
        wait_names(screen, "api", "one", "two", "three", "web")
        yield screen, atlas


# ---- the palette


@pytest.mark.parametrize("key", ["C-p", "M-x"])
def test_the_palette_finds_a_command_by_its_words_and_runs_it(lab: Lab, key: str) -> None:
    with two_hosts(lab, 80, 24) as (screen, _):
        screen.press(key)
        screen.wait_for("─ Commands ─")
        screen.type("name ren")
        screen.wait_for(re.compile(r"❯ R +rename +rename the session"))
        screen.press("Enter")
        screen.wait_for("Rename atlas/api")
        screen.press("Escape")
        screen.wait_gone("Rename atlas/api")
        screen.press(key)
        screen.type("sort")
        screen.wait_for(re.compile(r"❯ s +sort "))
        screen.press("Enter")
        screen.wait_for("sort:name")
        screen.press(key)
        screen.wait_for("─ Commands ─")
        screen.press("Escape")
        screen.wait_gone("─ Commands ─")
        screen.wait_for("^P more")


def test_what_cannot_be_done_now_says_why_and_comes_last(lab: Lab) -> None:
    with navi(lab, 80, 24) as screen:
        screen.wait_for("n new")
        screen.press("C-p")
        screen.wait_for(re.compile(r"❯ n +new "))
        assert "kill" not in screen.screen()
        screen.type("kill")
        screen.wait_for(re.compile(r"❯ x +kill +no session is selected"))
        screen.press("Enter")
        screen.wait_for("kill: no session is selected")
        screen.press("Escape")
        screen.wait_gone("─ Commands ─")
        assert "Kill" not in screen.screen()


def test_the_palette_of_a_page_has_its_own_commands_first(lab: Lab) -> None:
    stand_in_for_comments(lab, '{"comments": [], "reviews": []}', "[]")
    work(lab.local)
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c comments")
        screen.press("C-p")
        screen.wait_for(re.compile(r"❯ c +comments +comments on the pull request"))
        assert "attach to it" not in screen.screen()
        screen.type("back")
        screen.wait_for(re.compile(r"❯ Esc +back "))
        screen.press("Enter")
        wait_selected(screen, "api")


def test_the_palette_shows_keys_in_force_and_pasted_text_only_searches(lab: Lab) -> None:
    configure(lab, keys={"palette": "f2", "kill": "K"})
    with two_hosts(lab) as (screen, _):
        screen.wait_for("F2 more")
        screen.press("F2")
        screen.type("\x1b[200~kil\nq\x1b[201~")
        screen.wait_for("find kilq_")
        screen.press("BSpace")
        screen.wait_for(re.compile(r"❯ K +kill "))


def test_a_search_that_is_being_typed_is_kept_behind_the_palette(lab: Lab) -> None:
    with two_hosts(lab) as (screen, _):
        screen.press("/")
        screen.type("two")
        screen.wait_for("[1/1]")
        screen.press("C-p")
        screen.type("kill")
        screen.wait_for(re.compile("❯ x +kill +kill the session"))
        screen.press("Enter")
        screen.wait_for("Kill two?")
        screen.press("n")
        screen.wait_for("n next match")
        assert names(screen) == ["two"]


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 50)])
def test_every_key_of_the_usual_ten_is_on_the_footer_or_in_the_palette(lab: Lab, size: tuple[int, int]) -> None:
    wanted = ["attach", "next", "select", "preview", "hosts", "message", "new", "kill", "search", "help"]
    with two_hosts(lab, *size) as (screen, _):
        screen.wait_for("^P more")
        for command in wanted:
            screen.press("C-p")
            screen.type(command)
            screen.wait_for(re.compile(rf"❯ \S+ +{command} "))
            screen.press("Escape")
            screen.wait_gone("─ Commands ─")


# ---- hosts


def test_the_list_of_hosts_filters_and_escape_ends_it(lab: Lab) -> None:
    with two_hosts(lab, 80, 24) as (screen, _):
        screen.press("f")
        screen.wait_for(re.compile(r"❯ all hosts +1 needs you +5 sessions"))
        screen.wait_for(re.compile(r"✔ local +3 sessions +Alt-1"))
        screen.type("atl")
        screen.wait_for(re.compile(r"❯ ✔ atlas +1 needs you +2 sessions +Alt-2"))
        screen.press("Enter")
        wait_names(screen, "api", "web")
        screen.wait_for("2 sessions  only:atlas  Esc lists all")
        screen.press("f")
        screen.wait_for(re.compile(r"❯ ✔ atlas "))
        screen.press("Up", "Enter")
        wait_names(screen, "one", "two", "three")
        screen.wait_for("only:local")
        screen.press("/")
        screen.type("tw")
        screen.wait_for("only:local /tw")
        screen.press("Enter", "Escape")
        screen.wait_gone("/tw")
        screen.press("Escape")
        screen.wait_gone("only:")
        assert len(names(screen)) == 5


def test_the_list_of_hosts_follows_what_happens(lab: Lab) -> None:
    with two_hosts(lab) as (screen, atlas):
        screen.press("f")
        screen.wait_for(re.compile(r"atlas +1 needs you +2 sessions"))
        atlas.write_status("web", status="waiting")
        screen.wait_for(re.compile(r"atlas +2 need you +2 sessions"))
        atlas.stop()
        screen.wait_for(re.compile(r"✖ atlas +2 need you +2 sessions +unreachable"), timeout=20)


def test_a_number_and_a_click_choose_a_host(lab: Lab) -> None:
    with two_hosts(lab) as (screen, _):
        screen.press("M-2")
        wait_names(screen, "api", "web")
        screen.press("M-1")
        wait_names(screen, "one", "two", "three")
        screen.press("M-1")
        until(lambda: len(names(screen)) == 5, what="all are listed again")
        screen.press("M-7")
        screen.wait_for("this machine and remotes.yaml have 2 hosts")
        column = screen.screen().splitlines()[1].index("atlas")
        mouse(screen, 0, column, 1)
        wait_names(screen, "api", "web")
        assert re.search(r"\x1b\[[\d;]*48;5;\d+m *atlas", screen.screen(escapes=True))
        screen.press("?")
        screen.wait_for("Moving")
        mouse(screen, 0, column, 1)
        until(lambda: len(names(screen)) == 5, what="the page is closed, and all are listed again")
        screen.press("M-2", "M-0")
        until(lambda: len(names(screen)) == 5, what="all are listed again")


def test_the_bar_has_sessions_and_those_that_wait(lab: Lab) -> None:
    with two_hosts(lab) as (screen, atlas):
        screen.wait_for(" ✔ local 3   ✔ atlas 2 (1!)")
        atlas.write_status("api", status="done")
        screen.wait_for(re.compile(r"✔ atlas 2 *$", re.MULTILINE))


# ---- the footer


def test_the_footer_offers_for_a_while_to_bring_back_what_was_killed(lab: Lab) -> None:
    with two_hosts(lab) as (screen, _):
        screen.press("End", "x", "y")
        screen.wait_for("killed atlas/web; u brings it back")
        screen.press("k")
        screen.wait_for(" killed atlas/web · u brings it back  Enter attach")
        screen.press("i")
        screen.wait_for("killed atlas/web · u brings it back  Esc back")
        screen.press("Escape")
        screen.wait_gone("Esc back")
        screen.press("u")
        wait_selected(screen, "web")
        screen.press("k")
        screen.wait_gone("brings it back")


def test_the_footer_offers_what_can_be_done(lab: Lab) -> None:
    with two_hosts(lab, 120) as (screen, _):
        screen.wait_for("1-9 answer  Enter attach  ! next  Space select  p preview  H hosts")
        screen.press("j")
        wait_selected(screen, "one")
        screen.wait_for(re.compile(r"^ Enter attach  ! next", re.MULTILINE))
        screen.press("Space")
        screen.wait_for(": message  x kill  d dismiss  Space select  Esc clear")
        screen.press("Escape")
        screen.wait_for(re.compile(r"^ Enter attach  ! next", re.MULTILINE))
        bottom = len(screen.screen().splitlines()) - 1
        mouse(screen, 0, screen.screen().splitlines()[bottom].index("next"), bottom)
        wait_selected(screen, "api")


def test_before_the_first_session_the_footer_says_how_to_begin(lab: Lab) -> None:
    lab.local.new_session("shell")
    with navi(lab, 80, 24) as screen:
        screen.wait_for(" n new  a all tmux  + add hosts  H hosts  q quit  ^P more  ? help")
        screen.press("a")
        screen.wait_for("Enter attach")
        assert selected(screen) == "shell"


def test_a_click_outside_a_dialog_does_nothing(lab: Lab) -> None:
    with two_hosts(lab) as (screen, _):
        screen.press("x")
        screen.wait_for("Kill atlas/api?")
        mouse(screen, 0, 10, 5)
        mouse(screen, 0, screen.screen().splitlines()[1].index("atlas"), 1)
        screen.press("n")
        screen.wait_gone("Kill atlas/api")
        assert selected(screen) == "api"
        assert "only:" not in screen.screen()


def test_the_palette_is_about_the_session_under_the_cursor_when_it_was_opened(lab: Lab) -> None:
    for name in ("api", "web"):
        begin(lab.local, name, status="working")
    with navi(lab) as screen:
        screen.wait_for(" web ")
        wait_selected(screen, "api")
        screen.press("C-p")
        screen.wait_for("Commands")
        lab.local.write_status("web", status="permission", message="May I?")
        screen.wait_for("1 need")
        screen.type("kill")
        screen.wait_for("find kill")
        screen.press("Enter")
        screen.wait_for("Kill api?")


# ---- keys that can do nothing


def test_a_key_that_can_do_nothing_says_why(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab, 80, 24) as screen:
        wait_selected(screen, "api")
        for key in ("L", "W", "[", "]"):
            screen.press(key)
            screen.wait_for("the preview is hidden")
            screen.press("k")
            screen.wait_gone("the preview is hidden")
        screen.press("T")
        screen.wait_for("no session has a bookmark or a tag")
        screen.press("w")
        screen.wait_for("only for a session without a terminal")
        assert selected(screen) == "api"
        for key, name in (("Right", "Right"), ("C-g", "^G"), ("F7", "F7"), ("M-k", "Alt-k")):
            screen.press(key)
            screen.wait_for(f"{name} does nothing here; ? shows the keys")
        screen.press("H")
        screen.wait_for("Esc closes")
        for key, name in (("Space", "Space"), ("Tab", "Tab"), ("BSpace", "Backspace")):
            screen.press(key)
            screen.wait_for(f"{name} does nothing here; ? shows the keys")


def test_comments_are_offered_only_where_there_is_a_pull_request(lab: Lab) -> None:
    begin(lab.local, "api", cwd=str(lab.local.home))
    with navi(lab, 80, 24) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("~ is not in a git repository")
        screen.wait_gone("c comments")
        screen.press("c")
        screen.wait_for(re.compile(r"^ ~ is not in a git repository *$", re.MULTILINE))
        assert "Git · api" in screen.screen()
        screen.press("C-p")
        screen.type("comments")
        screen.wait_for(re.compile(r"❯ c +comments +~ is not in a git repository"))


def test_the_footer_says_how_to_leave_the_preview(lab: Lab) -> None:
    for name in ("api", "web"):
        begin(lab.local, name)
    with navi(lab, 80, 24) as screen:
        wait_selected(screen, "api")
        screen.press("p")
        screen.wait_for("── api")
        assert "Tab list" not in screen.screen()
        screen.press("Tab")
        screen.wait_for(re.compile(r"^ Tab list  Enter attach", re.MULTILINE))
        screen.press("j", "Tab")
        screen.wait_gone("Tab list")
        screen.press("j")
        wait_selected(screen, "web")


def test_a_search_that_is_typed_has_its_keys_in_sight(lab: Lab) -> None:
    for name in ("api", "web"):
        begin(lab.local, name)
    with navi(lab, 80, 24) as screen:
        wait_selected(screen, "api")
        screen.press("/")
        screen.type("we")
        screen.wait_for(re.compile(r"^ /we_ +Enter keeps it  Esc ends it +\[1/1\]", re.MULTILINE))
        bottom = len(screen.screen().splitlines()) - 1
        mouse(screen, 0, screen.screen().splitlines()[bottom].index("ends it"), bottom)
        wait_names(screen, "api", "web")
        screen.press("/")
        screen.type("w" * 60)
        screen.wait_for("no match")
        assert "keeps it" not in screen.screen()
