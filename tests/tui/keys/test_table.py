"""The table of keys, and that the dashboard, its help and its footer follow it, also after a rebinding."""

from __future__ import annotations

import re
import subprocess

import pytest

from navi.config.settings import Rebinding, Settings
from navi.fleet import Fleet
from navi.tui.dashboard import Dashboard
from navi.tui.keys.keymap import (
    LIST,
    PAGE,
    PICKER,
    SEARCH,
    TICKING,
    Binding,
    Keymap,
    parse_shown,
    rebind,
    shown,
    shown_keys,
)  # fmt: skip
from navi.tui.keys.possible import Situation
from navi.tui.keys.table import KEYS
from navi.tui.pages.help import help_lines
from navi.tui.pages.page import Page
from navi.tui.palette.commands import command_entries
from tests.support.dashboard import NAVI, begin, configure, navi, selected, wait_names, wait_selected
from tests.support.machines import Lab
from tests.support.repository import stand_in_for_comments, work

CONTRACT = {
    "enter": "attach", "i": "details", "/": "search", "n": "new", "s": "sort",
    "meta 1": "host", "meta 9": "host", "meta 0": "host", "ctrl p": "palette", "meta x": "palette",
    "f": "scope", "o": "offline", "r": "refresh", "ctrl r": "refresh_all", "H": "hosts", "A": "authenticate",
    "p": "preview", "L": "layout", "W": "wrap", "[": "shrink", "]": "grow", "tab": "focus", "?": "help",
    "x": "kill", "R": "rename", "d": "dismiss", "u": "undo", "c": "clone", " ": "mark", "b": "bookmark", "t": "tag",
    "T": "marked", "!": "attention", "G": "git", "w": "watch", "B": "resume",
    "q": "quit", "ctrl c": "interrupt", ":": "message", "j": "down", "k": "up", "down": "down", "up": "up",
}  # fmt: skip

REBOUND, _ = rebind(
    KEYS,
    [
        Rebinding("kill", ("X", "f8"), "config.yaml", 1),
        Rebinding("attach", ("ctrl o",), "config.yaml", 2),
        Rebinding("back", ("f10",), "config.yaml", 3),
        Rebinding("comments", ("f2",), "config.yaml", 4),
    ],
)
KEYMAPS = [pytest.param(Keymap(KEYS), id="defaults"), pytest.param(REBOUND, id="rebound")]


def test_a_key_means_one_thing_in_each_context() -> None:
    assert [(context, key) for context, key, *_ in Keymap(KEYS).doubled()] == []


def test_no_command_has_two_rows() -> None:
    commands = [binding.command for binding in KEYS]
    assert sorted(set(commands)) == sorted(commands)


def test_every_command_outside_dialogs_is_carried_out_and_every_one_has_a_key(
    capfd: pytest.CaptureFixture[str],
) -> None:
    dashboard = Dashboard(Fleet([], ()), Settings(), (), {})
    capfd.readouterr()
    dialogs = {
        "confirm", "decline", "ok", "stop", "submit", "next_field", "previous_field", "complete", "cancel", "new_line",
    }  # fmt: skip
    dialogs |= {binding.command for binding in KEYS if binding.group.contexts in ((PICKER,), (TICKING,))}
    own = {key.command for binding in KEYS if binding.page for key in getattr(binding.page, "keys", ())}
    assert dashboard.commands.names | own | dialogs == {binding.command for binding in KEYS}


def test_a_page_has_the_name_of_the_command_that_opens_it() -> None:
    pages = {binding.command: binding.page for binding in KEYS if binding.page}
    assert {command: getattr(page, "context", "") for command, page in pages.items()} == {name: name for name in pages}


@pytest.mark.parametrize(("key", "command"), CONTRACT.items())
def test_keys_that_people_rely_on(key: str, command: str) -> None:
    assert Keymap(KEYS).command((LIST,), key) == command


@pytest.mark.parametrize("key", ["y", "ctrl x", "meta q", "f5", "", "é"])
def test_other_keys_mean_nothing(key: str) -> None:
    assert Keymap(KEYS).command((LIST,), key) is None


NAMES = [("ctrl r", "^R"), ("meta x", "Alt-x"), ("enter", "Enter"), ("page down", "PgDn"), ("j", "j"), ("?", "?")]


@pytest.mark.parametrize(("key", "name"), NAMES)
def test_keys_are_written_as_in_manuals(key: str, name: str) -> None:
    assert shown(key) == name


@pytest.mark.parametrize("keymap", KEYMAPS)
def test_the_help_shows_every_key_with_its_meaning(keymap: Keymap) -> None:
    lines = ["".join(text for _, text in line) for line in help_lines(keymap)]
    for entry in keymap.bindings:
        keys = " ".join(map(shown, entry.keys))
        assert any(keys in line and entry.help in line and entry.command in line for line in lines), entry


@pytest.mark.parametrize("keymap", KEYMAPS)
def test_the_help_names_the_contexts_of_every_group(keymap: Keymap) -> None:
    lines = ["".join(text for _, text in line) for line in help_lines(keymap)]
    for group in dict.fromkeys(binding.group for binding in KEYS):
        assert f" {group.title}   {', '.join(group.contexts)}" in lines


def test_what_stays_on_the_footer_is_last() -> None:
    for contexts in ((LIST,), ("git", PAGE)):
        assert Keymap(KEYS).footer(contexts)[-2:] == [("^P", "more"), ("?", "help")]


def test_the_footer_follows_a_rebinding() -> None:
    assert ("^O", "attach") in REBOUND.footer((LIST,))
    assert ("X", "kill") in REBOUND.footer((LIST,))
    assert ("F10", "back") in REBOUND.footer(("git", PAGE))


# ---- on a real screen


def test_rebound_keys_work_and_the_screen_names_them(lab: Lab) -> None:
    keys = {
        "kill": ["X", "f8"], "undo": "Z", "down": "ctrl n", "help": "f1", "search": "f3", "preview": "P", "quit": "Q",
        "redraw": "f5", "sort": "ctrl l",
    }  # fmt: skip
    configure(lab, keys=keys)
    for number, name in enumerate(("one", "two")):
        begin(lab.local, name, timestamp=1_700_000_000 - number)
    with navi(lab, width=130, height=100) as screen:
        screen.wait_for(re.compile(r"P preview .*X kill .*F3 search .*Q quit +\^P more +F1 help"))
        wait_names(screen, "one", "two")
        screen.press("C-l")
        screen.wait_for("sort:name")
        screen.press("C-n")
        wait_selected(screen, "two")
        screen.press("x")
        screen.wait_for("x does nothing here; F1 shows the keys")
        screen.press("X")
        screen.wait_for("Kill two?")
        screen.press("n")
        screen.press("F8")
        screen.wait_for("Kill two?")
        screen.press("y")
        screen.wait_for(re.compile(r"killed two; Z "))
        wait_names(screen, "one")
        screen.press("Z")
        wait_selected(screen, "two")
        screen.press("F1")
        screen.wait_for(re.compile(r"\^N +next session"))
        screen.press("e")
        screen.wait_for(re.compile(r"\^N +next session, host or line \(down\)"))
        screen.press("PageDown")
        screen.wait_for(re.compile(r"X F8 +kill the session, or end an agent"))
        screen.press("Q")
        screen.wait_for("Q does nothing here")
        screen.press("q")
        screen.wait_for("P preview")
        screen.press("Q")
        assert screen.exit_status() == 0


def test_rebound_keys_of_dialogs_forms_and_searches_work(lab: Lab) -> None:
    keys = {"confirm": "J", "cancel": "f10", "submit": "f2", "next_field": "ctrl n", "search_keep": "f4"}
    configure(lab, keys=keys)
    begin(lab.local, "api")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("R")
        screen.wait_for(re.compile(r"F2 submits +F10 closes"))
        screen.press("F10")
        screen.wait_gone("Rename api")
        screen.press("R")
        screen.wait_for("Rename api")
        screen.press("C-u")
        screen.type("JF web")
        screen.press("Enter", "F2")
        screen.wait_gone("F2 submits")
        wait_selected(screen, "JF")
        screen.press("x")
        screen.wait_for(re.compile("J kills it"))
        screen.press("y", "Enter")
        screen.wait_for("J kills it, n does not")
        screen.press("n")
        screen.press("/")
        screen.type("JF")
        screen.press("F4", "x")
        screen.wait_for("Kill JF web")
        screen.press("J")
        screen.wait_for("killed JF web")


def test_a_bad_binding_is_a_problem_with_its_line_and_the_rest_counts(lab: Lab) -> None:
    configure(lab, keys={"kill": "n", "sort": "S", "zort": "z"})
    begin(lab.local, "api")
    with navi(lab, width=150) as screen:
        screen.wait_for("2 problems in the configuration: H")
        wait_selected(screen, "api")
        screen.press("S")
        screen.wait_for("sort:name")
        screen.press("H")
        screen.wait_for("config.yaml:2: keys: `n` is the key of `new` in the context `list`; give `kill` or `new`")
        screen.wait_for("config.yaml:4: keys: unknown command `zort`; did you mean `sort`?")
        screen.press("q", "x")
        screen.wait_for("Kill api")


def test_doctor_reports_a_bad_binding(lab: Lab) -> None:
    configure(lab, keys={"kill": "n"})
    done = subprocess.run([*NAVI, "doctor", "local"], env=lab.environment(), capture_output=True, text=True, timeout=60)
    assert "config.yaml:2: keys: `n` is the key of `new` in the context `list`" in done.stdout


def test_c_and_n_mean_one_thing_in_each_context(lab: Lab) -> None:
    stand_in_for_comments(lab, '{"comments": [], "reviews": []}', "[]")
    work(lab.local)
    with navi(lab, height=40) as screen:
        wait_selected(screen, "api")
        screen.press("n")
        screen.wait_for("New session")
        screen.press("Escape")
        screen.wait_gone("New session")
        screen.press("N")
        screen.wait_for("N does nothing here")
        screen.type("/api")
        screen.press("Enter", "n")
        screen.wait_for("[1/1]")
        assert "New session" not in screen.screen()
        screen.press("Escape")
        screen.wait_gone("[1/1]")
        screen.press("G")
        screen.wait_for("c shows the comments")
        screen.wait_for("c comments")
        screen.press("c")
        screen.wait_for("c goes back to git")
        screen.press("q", "q", "c")
        screen.wait_for("api-2")
        assert selected(screen) == "api"


@pytest.mark.parametrize("binding", KEYS, ids=lambda one: one.command)
def test_what_the_footer_shows_of_keys_can_be_clicked(binding: Binding) -> None:
    assert parse_shown(shown_keys(binding.keys)) == binding.keys[0]


# ---- the names of commands

PAGES = [one.page for one in KEYS if one.page and issubclass(one.page, Page)]

OFFERED = [
    binding for binding in KEYS
    if {LIST, PAGE, SEARCH, *(page.context for page in PAGES)} & set(binding.group.contexts)
]  # fmt: skip
"""The commands of the palette."""


def follows(words: str, others: str) -> bool:
    """Return whether words are among others, in their order."""
    rest = iter(re.findall(r"[\w']+", others.lower()))
    return all(word in rest for word in re.findall(r"[\w']+", words.lower()))


@pytest.mark.parametrize("binding", OFFERED, ids=lambda binding: binding.command)
def test_palette_footer_and_help_call_a_command_the_same(binding: Binding) -> None:
    assert follows(binding.title, binding.help), "help has all words of the name"
    assert follows(binding.footer, binding.title), "the footer leaves words out, and has no others"


def test_no_two_commands_of_the_palette_have_one_name() -> None:
    titles = [binding.title for binding in OFFERED]
    assert sorted(set(titles)) == sorted(titles)


def test_the_palette_shows_names_and_finds_those_of_the_configuration() -> None:
    keymap = Keymap(KEYS)
    entries = {one.value: one for one in command_entries(keymap.offered((LIST,)), Situation())}
    assert entries["authenticate"].name == "log in"
    assert "authenticate" in entries["authenticate"].about
