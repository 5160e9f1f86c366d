"""Creating, ending and changing sessions by keys, on this machine and on a remote."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.dashboard import begin, click, names, navi, selected, tmux_of, wait_names, wait_selected
from tests.support.lab_hosts import agent
from tests.support.machines import Account, Lab, Machine, program
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, living, pane
from tests.support.verbs import navi as verb
from tests.support.waiting import until


@contextmanager
def dashboard(
    lab: Lab, far: bool, *sessions: str, width: int = 100, height: int = 30
) -> Iterator[tuple[Terminal, Account]]:
    """Run the dashboard, with sessions on this machine or on the remote atlas; one more waits on the other one."""
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    account: Account = atlas if far else lab.local
    begin(lab.local if far else atlas, "bystander", status="waiting")
    for name in sessions:
        begin(account, name)
    with navi(lab, width, height) as screen:
        screen.wait_for(re.compile("✔ atlas|atlas 1!"))
        for name in ("bystander", *sessions):
            screen.wait_for(f" {name} ")
        yield screen, account


def select(screen: Terminal, name: str) -> None:
    """Put the cursor on a session, wherever it and the session are."""

    def step() -> bool:
        listed, here = names(screen), selected(screen)
        if here != name and {here, name} <= set(listed):
            screen.press("j" if listed.index(name) > listed.index(here) else "k")
        return here == name

    until(step, what=f"the cursor is on {name}", interval=0.2)


# ---- killing


@HERE_AND_THERE
def test_x_asks_and_y_kills_just_that_session(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, "api", "api-long") as (screen, account):
        select(screen, "api")
        screen.press("x")
        screen.wait_for("Kill atlas/api?" if far else "Kill api?")
        screen.press("Enter")
        screen.wait_for("y kills it, n does not")
        screen.press("y")
        screen.wait_for("killed atlas/api;" if far else "killed api;")
        until(lambda: "api" not in names(screen), what="the row is gone")
        assert living(account) == {"api-long"}
        assert sorted(path.name for path in account.sessions_dir.glob("*.json")) == ["api-long.json"]


def test_a_kill_on_a_host_that_refuses_the_connection_was_not_done(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, account):
        select(screen, "api")
        lab.machines[0].stop()
        screen.wait_gone("✔ atlas", timeout=30)
        screen.press("x")
        screen.wait_for("Kill atlas/api?")
        screen.press("y")
        screen.wait_for(re.compile("nothing was done: .*Connection refused"), timeout=30)
        assert living(account) == {"api"}


@pytest.mark.parametrize("key", ["n", "Escape", "q", "C-c"])
def test_any_other_answer_kills_nothing(lab: Lab, key: str) -> None:
    with dashboard(lab, True, "api") as (screen, account):
        select(screen, "api")
        screen.press("x")
        screen.wait_for("Kill atlas/api?")
        screen.press(key)
        screen.wait_gone(re.compile(r"Kill (atlas/)?api"))
        assert living(account) == {"api"}
        screen.press("?")
        screen.wait_for("Moving")


@HERE_AND_THERE
def test_u_brings_back_what_was_killed(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, "api") as (screen, account):
        account.tmux("send-keys", "-t", "=api:", "remember me", "Enter")
        until(lambda: "remember me" in pane(account, "api"), what="it was typed")
        status = (account.sessions_dir / "api.json").read_bytes()
        select(screen, "api")
        screen.press("x")
        screen.wait_for(re.compile(r"Kill (atlas/)?api"))
        screen.press("y")
        screen.wait_for("u brings it back")
        until(lambda: "api" not in names(screen), what="the row is gone")
        screen.press("u")
        screen.wait_for("api is back")
        wait_selected(screen, "api")
        assert "remember me" in pane(account, "api")
        assert (account.sessions_dir / "api.json").read_bytes() == status
        screen.press("u")
        screen.wait_for("no session was killed")


def test_several_are_selected_across_machines_and_killed_with_a_result_each(lab: Lab) -> None:
    begin(lab.local, "four")
    with dashboard(lab, True, "one", "two", "three") as (screen, atlas):
        screen.wait_for(" four ")
        for name in ("one", "three", "four"):
            select(screen, name)
            screen.press("Space")
        screen.wait_for("3 selected")
        screen.press("x")
        screen.wait_for("Kill 3 sessions?")
        screen.wait_for(re.compile(r"\w+ +one +\[atlas\]  no git repository"))
        screen.wait_for(re.compile(r"\w+ +four {2,}no git repository"))
        screen.press("y")
        screen.wait_for(re.compile(r"✔  three  \[atlas\]  killed *│", re.MULTILINE))
        screen.wait_for(re.compile(r"✔  four +killed *│", re.MULTILINE))
        screen.wait_for("u brings back the last one, u again the one before")
        until(lambda: living(atlas) == {"two"} and living(lab.local) == {"bystander"}, what="they are dead")
        screen.press("Enter")
        until(lambda: set(names(screen)) == {"bystander", "two"}, what="their rows are gone")


@HERE_AND_THERE
def test_a_session_is_called_by_its_address(lab: Lab, far: bool) -> None:
    called = "atlas/api" if far else "api"
    with dashboard(lab, far, "api", width=120) as (screen, _):
        select(screen, "api")
        titles = (
            ("i", "Details · "), ("G", "Git · "), ("R", "Rename "), ("t", "Tags of "), (":", "Message to "),
            ("x", "Kill "),
        )  # fmt: skip
        for key, title in titles:
            screen.press(key)
            screen.wait_for(re.compile(rf"{title}{called}\b"))
            screen.press("Escape")
            screen.wait_gone(re.compile(rf"{title}{called}\b"))
        screen.press("b")
        screen.wait_for(f"{called} is bookmarked")


def test_escape_takes_the_selection_back(lab: Lab) -> None:
    with dashboard(lab, False, "one", "two") as (screen, _):
        select(screen, "one")
        screen.press("Space")
        screen.wait_for("1 selected")
        screen.press("Escape")
        screen.wait_gone("1 selected")


def test_a_session_that_was_replaced_meanwhile_is_not_killed(lab: Lab) -> None:
    with dashboard(lab, True, "api", "other") as (screen, atlas):
        select(screen, "api")
        screen.press("x")
        screen.wait_for("Kill atlas/api?")
        atlas.tmux("rename-session", "-t", "=api", "precious")
        screen.press("y")
        screen.wait_for("has been replaced, renamed")
        assert living(atlas) == {"precious", "other"}


# ---- when the connection is lost


def delay(account: Account, command: str, before: str) -> None:
    """Have a command of tmux report by a file that it was called, and do something before its work."""
    stand_in = account.bin / "tmux"
    stand_in.write_text(
        f'#!/bin/sh\ncase " $* " in *" {command} "*) touch {account.home}/reached; {before} ;; esac\n'
        f'exec {program("tmux")} "$@"\n'
    )
    stand_in.chmod(0o755)


@pytest.mark.parametrize(
    ("before", "words", "left"),
    [
        ("sleep 2", "kill was done before the connection was lost", set()),
        ("sleep 1; exit 1", "kill was not done; nothing has changed", {"api"}),
    ],
    ids=["done", "not-done"],
)
def test_the_outcome_of_a_kill_that_loses_its_connection_is_reported(
    lab: Lab, before: str, words: str, left: set[str]
) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        assert isinstance(atlas, Machine)
        delay(atlas, "kill-session", before)
        select(screen, "api")
        screen.press("x")
        screen.wait_for("Kill atlas/api?")
        screen.press("y")
        until((atlas.home / "reached").exists, what="the kill is under way")
        atlas.break_connections()
        screen.wait_for("checking whether kill was done")
        screen.wait_for(f"atlas/api: {words}", timeout=40)
        assert living(atlas) == left


# ---- changing


@HERE_AND_THERE
def test_r_renames_and_the_cursor_follows(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, "api", "other") as (screen, account):
        select(screen, "api")
        screen.press("R")
        screen.wait_for(re.compile(r"Rename (atlas/)?api"))
        screen.press("C-u")
        screen.type("other")
        screen.press("Enter")
        screen.wait_for("there is a session other already")
        screen.press("C-u")
        screen.type("it's $HOME; new")
        screen.press("Enter")
        screen.wait_for("api to it's")
        until(lambda: selected(screen) == "it's", what="the cursor is on it")
        assert any(name.startswith("it's") for name in living(account))
        assert not (account.sessions_dir / "api.json").exists()


@HERE_AND_THERE
def test_d_dismisses_a_notice(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, "api") as (screen, account):
        account.write_status("api", status="waiting", message="Shall I?")
        screen.wait_for("Shall I?")
        select(screen, "api")
        screen.press("d")
        screen.wait_for("dismissed")
        screen.wait_gone("Shall I?")
        assert '"working"' in (account.sessions_dir / "api.json").read_text()


def test_dismissing_several_reports_which_have_no_status_file(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        atlas.new_session("bare", "exec cat")
        screen.press("a")
        screen.wait_for(" bare ")
        for name in ("api", "bare"):
            select(screen, name)
            screen.press("Space")
        screen.wait_for("2 selected")
        screen.press("d")
        screen.wait_for("Dismiss 2 sessions?")
        screen.press("y")
        screen.wait_for("✖  bare  [atlas]  has no readable status file; nothing to dismiss")
        screen.wait_for(re.compile(r"✔  api   \[atlas\]  dismissed *│", re.MULTILINE))
        screen.press("Enter")
        screen.wait_gone("2 done")
        screen.wait_for("1 selected")
        select(screen, "api")
        screen.press("d")
        screen.wait_for("bare has no readable status file; nothing to dismiss")
        screen.press("x")
        screen.wait_for("Kill atlas/bare?")
        screen.press("y")
        screen.wait_gone("1 selected")
        until(lambda: living(atlas) == {"api"}, what="it is dead")


# ---- marking


@HERE_AND_THERE
def test_bookmarks_and_tags_are_shown_searched_and_filtered(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, "api", "web") as (screen, account):
        select(screen, "web")
        screen.press("b")
        screen.wait_for("web [atlas] ⚑" if far else "web ⚑")
        screen.press("t")
        screen.wait_for(re.compile(r"Tags of (atlas/)?web"))
        screen.type("now #later")
        screen.press("Enter")
        screen.wait_for("#later #now")
        assert (account.sessions_dir / ".navi" / "marks").exists()
        screen.press("T")
        screen.wait_for("only:bookmarked")
        wait_names(screen, "web")
        screen.press("T", "T")
        screen.wait_for("only:#now")
        screen.press("T")
        screen.wait_gone("only:")
        select(screen, "api")
        screen.press("/")
        screen.type("#later")
        wait_selected(screen, "web")
        screen.press("Escape")
        screen.wait_gone("/#later")
        screen.press("b")
        screen.wait_gone("⚑")


# ---- creating


def type_into(screen: Terminal, label: str, text: str) -> None:
    """Go to a field of the form, empty it, and type.

    Each key is answered on the screen before the next one: keys that overtake the screen end on some other field.
    """
    until(lambda: focused(screen), what="a field has the cursor")
    for _ in range(8):
        field = focused(screen)
        if field == label:
            break
        screen.press("Down")
        wait_focus_leaves(screen, field)
    assert focused(screen) == label
    screen.press("C-u")
    screen.type(text)
    screen.wait_for(re.compile(rf"^[^│\n]*│ {label} +{re.escape(text)}", re.MULTILINE))


def wait_focus_leaves(screen: Terminal, field: str) -> None:
    until(lambda: focused(screen) not in ("", field), what=f"the cursor leaves {field}")


def focused(screen: Terminal) -> str:
    """Return the label of the field that has the cursor: what is lit stands in its line."""
    lit = tmux_of(screen, "capture-pane", "-p", "-e")
    for line in lit.splitlines():
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        found = re.search(r"│ (?:(host|name|directory|agent|command line) | +\[.\] (.+?) *│)", plain)
        if found and re.search(r"48;5;80m|\x1b\[7m|106m", line):
            return found[1] or found[2]
    return ""


def test_the_directory_is_at_first_the_current_one_here_and_the_home_on_a_remote(
    lab: Lab, terminal: Callable[..., Terminal]
) -> None:
    lab.remotes_yaml([lab.machine("atlas")])
    work = lab.local.home / "work"
    work.mkdir()
    command = ["sh", "-c", 'cd ~/work && exec "$0" -m navi', sys.executable]
    screen = terminal(command, lab.environment() | {"PYTHONPATH": str(Path(__file__).parents[3])})
    screen.wait_for("atlas")
    screen.press("n")
    screen.wait_for(re.compile(r"│ directory +\S+/work *│", re.MULTILINE))
    screen.press("Up", "Right")
    screen.wait_for(re.compile(r"│ directory +~ *│", re.MULTILINE))


@HERE_AND_THERE
def test_n_creates_an_agent_on_the_machine_of_the_selected_row(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, "api") as (screen, account):
        agent(account)
        (account.home / "work").mkdir()
        select(screen, "api")
        screen.press("n")
        screen.wait_for("New session on atlas" if far else "New session on this machine")
        type_into(screen, "name", "fresh one")
        type_into(screen, "directory", "~/work")
        screen.press("Enter")
        screen.wait_for("created atlas/fresh one" if far else "created fresh one")
        until(lambda: selected(screen).startswith("fresh"), what="the cursor is on it")
        until(lambda: "claude runs:" in pane(account, "fresh one"), what="the agent runs")
        assert account.tmux("display-message", "-p", "-t", "=fresh one:", "#{pane_current_path}") == str(
            account.home / "work"
        )


@pytest.mark.parametrize(
    ("label", "text", "fault"),
    [
        ("directory", "~/nowhere", "there is no directory"),
        ("name", "api", "there is a session api already"),
        ("name", "a.b", "can't hold a dot"),
    ],
)
def test_a_failure_is_shown_in_the_form_which_keeps_what_was_typed(lab: Lab, label: str, text: str, fault: str) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        agent(atlas)
        select(screen, "api")
        screen.press("n")
        screen.wait_for("New session on atlas")
        type_into(screen, "name", "kept-as-typed")
        type_into(screen, label, text)
        screen.press("Enter")
        screen.wait_for(fault)
        assert "New session on atlas" in screen.screen()
        assert text in screen.screen()
        assert living(atlas) == {"api"}
        screen.press("Escape")
        screen.wait_gone("New session on")


def test_clicks_go_to_a_field_choose_and_tick(lab: Lab) -> None:
    with dashboard(lab, False, "api") as (screen, here):
        select(screen, "api")
        screen.press("n")
        screen.wait_for("New session on this machine")
        click(screen, "atlas ✔ ")
        screen.wait_for("New session on atlas")
        click(screen, "[ ] open it afterwards")
        screen.wait_for("[x] open it afterwards")
        click(screen, "open it afterwards")
        screen.wait_for("[ ] open it afterwards")
        click(screen, "directory ")
        screen.wait_for("Ctrl-Space completes")
        click(screen, "codex ")
        screen.press("s")
        screen.wait_gone("skip permission prompts")
        click(screen, "name  ")
        screen.type("clicked")
        screen.wait_for("clicked")
        click(screen, "local ✔ ")
        screen.wait_for("New session on this machine")
        click(screen, "Enter submits")
        screen.wait_gone("New session on this machine")
        until(lambda: living(here) == {"api", "clicked"}, what="the session is created here")


def test_an_agent_that_is_not_installed_there_is_reported_in_the_form(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        select(screen, "api")
        screen.press("n")
        screen.wait_for("New session on atlas")
        screen.press("Enter")
        screen.wait_for("the host's shell can't find claude")
        assert living(atlas) == {"api"}


@HERE_AND_THERE
def test_a_template_says_what_runs_where_and_what_is_done_first(lab: Lab, far: bool) -> None:
    template(lab, "tour", "command: PS1=ready- sh", "directory: ~/work", "env: {GREETING: welcome}", STEPS)
    with dashboard(lab, far, "api") as (screen, account):
        (account.home / "work").mkdir()
        select(screen, "api")
        choose_template(screen, "tour")
        screen.wait_for("~/work")
        screen.press("Enter")
        screen.wait_for("created atlas/tour" if far else "created tour")
        until(lambda: "I say welcome" in pane(account, "tour"), what="its step was taken")


STEPS = """steps:
  - wait: ^ready-
    timeout: 20
  - send: echo I say $GREETING"""


def test_a_template_whose_step_fails_leaves_nothing_and_says_so_in_the_form(lab: Lab) -> None:
    template(lab, "never", "command: cat", "steps: [{wait: nobody says this, timeout: 1}]")
    with dashboard(lab, True, "api") as (screen, atlas):
        select(screen, "api")
        choose_template(screen, "never")
        screen.press("Enter")
        screen.wait_for("timed out after 1 s waiting for nobody says this")
        assert "New session on atlas" in screen.screen()
        assert living(atlas) == {"api"}


def test_a_template_with_a_mistake_is_reported_with_its_line(lab: Lab) -> None:
    template(lab, "wrong", "command: cat", "stepps: []")
    with dashboard(lab, False, "api", width=140) as (screen, _):
        screen.press("n")
        screen.wait_for("wrong.yaml:2")


def template(lab: Lab, name: str, *lines: str) -> None:
    """Write a template of the user's."""
    folder = Path(lab.environment()["XDG_CONFIG_HOME"]) / "navi" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text("\n".join(lines))


def choose_template(screen: Terminal, name: str) -> None:
    """Open the form and choose what runs: templates stand last."""
    screen.press("n")
    screen.wait_for("New session on")
    until(lambda: step_to(screen, "agent"), what="the cursor is on the agent", interval=0.2)
    screen.press("Left")
    screen.wait_for(f"template {name}")


def step_to(screen: Terminal, label: str) -> bool:
    """Go down in a form unless the cursor is there."""
    if focused(screen) != label:
        screen.press("Down")
    return focused(screen) == label


def test_a_key_completes_directories_of_the_chosen_machine_and_tab_goes_on(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        for name in ("projects/navi", "projects/notes", "pictures"):
            (atlas.home / name).mkdir(parents=True)
        select(screen, "api")
        screen.press("n")
        type_into(screen, "directory", "~/pro")
        screen.wait_for("Ctrl-Space completes")
        screen.press("C-Space")
        screen.wait_for("~/projects/_")
        screen.press("Right")
        screen.wait_for("navi  notes")
        screen.wait_for("~/projects/n_")
        screen.press("Left", "Right")
        screen.type("o")
        screen.press("C-Space")
        screen.wait_for("~/projects/notes/_")
        screen.press("Tab")
        until(lambda: focused(screen) == "agent", what="Tab goes to the next field")
        screen.wait_for("Left Right choose")
        screen.press("BTab")
        until(lambda: focused(screen) == "directory", what="Shift-Tab goes back")


def test_directories_of_a_machine_that_is_chosen_no_longer_are_not_filled_in(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, _):
        atlas = lab.machines[0]
        (atlas.home / "projects").mkdir()
        select(screen, "api")
        screen.press("n")
        type_into(screen, "directory", "~/pro")
        atlas.freeze()
        screen.press("C-Space")
        screen.press("BTab", "BTab")
        until(lambda: focused(screen) == "host", what="the host has the cursor")
        screen.press("Left")
        screen.wait_for("New session on this machine")
        atlas.thaw()
        screen.wait_for("✔ atlas", timeout=60)
        screen.press("Tab", "Tab")
        type_into(screen, "directory", "~/pro")
        screen.press("C-Space")
        screen.wait_for("no directory begins with this")
        assert "~/projects" not in screen.screen()


def test_the_form_is_about_this_machine_alone_where_there_are_no_remotes(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press("n")
        screen.wait_for("New session on this machine")
        assert " host " not in screen.screen()


def test_the_form_fits_into_a_small_terminal(lab: Lab) -> None:
    with dashboard(lab, False, "api", width=40, height=10) as (screen, _):
        screen.press("n")
        screen.wait_for("New session on")
        screen.wait_for("Enter submits")


def test_attach_follows_where_it_is_asked_for(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        agent(atlas)
        select(screen, "api")
        screen.press("n")
        type_into(screen, "name", "fresh")
        screen.press("Up", "Up")
        until(lambda: focused(screen) == "open it afterwards", what="the last field has the cursor")
        screen.press("Space", "Enter")
        screen.wait_for("claude runs:")
        screen.wait_for(re.compile(r"^\[fresh\] 0:", re.MULTILINE))
        screen.press("C-b")
        screen.press("d")
        wait_selected(screen, "fresh")


def test_pasted_lines_submit_nothing(lab: Lab) -> None:
    with dashboard(lab, True, "api") as (screen, atlas):
        select(screen, "api")
        screen.press("n")
        screen.wait_for("New session on")
        screen.type("\x1b[200~rm -rf\r\n\rx\x1b[201~")
        screen.wait_for("rm -rfx")
        assert living(atlas) == {"api"}
        screen.press("Escape")


def test_c_clones_onto_another_machine(lab: Lab) -> None:
    with dashboard(lab, False, "api") as (screen, _):
        atlas = lab.machines[0]
        select(screen, "api")
        screen.press("c")
        screen.wait_for("New session on this machine")
        screen.wait_for("api-2")
        screen.press("Up")
        until(lambda: focused(screen) == "host", what="the host has the cursor")
        screen.press("Right")
        screen.wait_for("New session on atlas")
        screen.press("Enter")
        screen.wait_for("created atlas/api-2")
        assert "api-2" in living(atlas)


def test_a_long_table_is_cut_counted_and_leaves_the_list_in_sight(lab: Lab) -> None:
    sessions = [f"s{number:02}" for number in range(20)]
    for name in sessions:
        begin(lab.local, name)
    with navi(lab, height=24) as screen:
        screen.wait_for("20 sessions")
        screen.press(*["Space"] * 20)
        screen.wait_for("20 selected")
        screen.press("x")
        screen.wait_for("Kill 20 sessions?")
        screen.wait_for(re.compile(r"─ Kill 20 sessions\? ─+.*─ 1-\d+/20 ─", re.DOTALL))
        screen.press("End")
        screen.wait_for(re.compile(r"─ \d+-20/20 ─"))
        screen.press("g")
        screen.wait_for(re.compile(r"─ 1-\d+/20 ─"))
        assert screen.screen().splitlines()[0].endswith("20 sessions")
        screen.press("y")
        screen.wait_for("Kill: 20 of 20 done")
        assert living(lab.local) == set()


# ---- the user goes on meanwhile


@pytest.mark.parametrize("opens", ["", ":"], ids=["list", "form"])
def test_a_session_whose_form_was_closed_takes_neither_cursor_nor_terminal(lab: Lab, opens: str) -> None:
    with dashboard(lab, True, "api") as (screen, _):
        atlas = lab.machines[0]
        select(screen, "bystander")
        screen.press("c")
        screen.wait_for("bystander-2")
        screen.press("Up")
        until(lambda: focused(screen) == "host", what="the host has the cursor")
        screen.press("Right")
        screen.wait_for("New session on atlas")
        until(lambda: step_to(screen, "open it afterwards"), what="the last field has the cursor", interval=0.2)
        atlas.freeze()
        screen.press("Space", "Enter")
        screen.wait_for("new on atlas ...")
        screen.press("Escape")
        screen.wait_gone("New session on atlas")
        if opens:
            screen.press(opens)
            screen.wait_for("Message to bystander")
        atlas.thaw()
        screen.wait_for("bystander-2", timeout=60)
        screen.wait_for("created atlas/bystander-2")
        assert selected(screen) == "bystander"
        if opens:
            assert "Message to bystander" in screen.screen()


def test_a_session_that_is_restored_leaves_the_cursor_to_a_user_who_moves(lab: Lab) -> None:
    with dashboard(lab, True, "api", "web") as (screen, _):
        atlas = lab.machines[0]
        select(screen, "api")
        screen.press("x", "y")
        screen.wait_for("killed atlas/api")
        until(lambda: "api" not in names(screen), what="the row is gone")
        select(screen, "web")
        atlas.freeze()
        screen.press("u")
        screen.press("k", "j")
        wait_selected(screen, "web")
        atlas.thaw()
        until(lambda: "api" in names(screen), timeout=60, what="it is back")
        screen.wait_for("api is back")
        assert selected(screen) == "web"


def test_of_two_sessions_of_a_name_the_new_one_is_opened(lab: Lab) -> None:
    lab.local.tmux("-L", "own", "new-session", "-d", "-s", "fresh", "echo the other one; exec cat")
    agent(lab.local)
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press("a")
        screen.wait_for(" fresh ")
        select(screen, "api")
        screen.press("n")
        type_into(screen, "name", "fresh")
        until(lambda: step_to(screen, "open it afterwards"), what="the last field has the cursor", interval=0.2)
        screen.press("Space", "Enter")
        screen.wait_for("claude runs:")
        assert "the other one" not in screen.screen()


# ---- which session is restored


def test_u_restores_what_the_footer_offers_and_not_what_others_killed_since(lab: Lab) -> None:
    with dashboard(lab, True, "api", "tmp1") as (screen, account):
        select(screen, "api")
        screen.press("x")
        screen.wait_for(re.compile(r"Kill (atlas/)?api"))
        screen.press("y")
        screen.wait_for("killed atlas/api; u brings it back")
        verb(lab, "kill", "atlas/tmp1")
        screen.press("j")
        screen.wait_for(re.compile("killed atlas/api .*u"))
        screen.press("u")
        screen.wait_for("atlas/api is back")
        assert living(account) == {"api"}
        screen.press("u")
        screen.wait_for("atlas/tmp1 is back")


# ---- selected sessions


def test_a_selection_lasts_until_something_is_ordered(lab: Lab) -> None:
    with dashboard(lab, True, "api", "web") as (screen, account):
        for name in ("api", "web"):
            select(screen, name)
            screen.press("Space")
        screen.wait_for("2 selected")
        # The cursor is on web, which has the style of that.
        assert re.search(r"\x1b\[[\d;]*38;5;221m(\x1b\[[\d;]*m)*api", screen.screen(escapes=True))
        for key, title in (("x", "Kill 2 sessions?"), (":", "Message to 2 sessions")):
            screen.press(key)
            screen.wait_for(title)
            screen.press("Escape")
            screen.wait_gone(title)
            screen.wait_for("2 selected")
        screen.press("m")
        screen.wait_for("changes its permission mode by its own keys")
        screen.press("F1")
        screen.wait_for("2 selected")
        select(screen, "bystander")
        screen.press("i", "b")
        screen.wait_for("bystander is bookmarked")
        screen.press("i")
        screen.wait_for("2 selected")
        screen.press("x", "y")
        screen.wait_for("Kill: 2 of 2 done")
        screen.press("Enter")
        screen.wait_gone("2 selected")
        assert living(account) == set()


def test_a_message_takes_the_selection_when_it_is_sent(lab: Lab) -> None:
    with dashboard(lab, True, "api", "web") as (screen, _):
        for name in ("api", "web"):
            select(screen, name)
            screen.press("Space")
        screen.press(":")
        screen.wait_for("Message to 2 sessions")
        screen.type("hello")
        screen.press("Enter")
        screen.wait_for("Send: 2 of 2 done")
        screen.press("Enter")
        screen.wait_gone("2 of 2 done")
        assert "2 selected" not in screen.screen()
