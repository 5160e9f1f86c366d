"""Giving the terminal to other programs and taking it back: attaching, logging in, suspending, leaving."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.support.dashboard import NAVI, begin, modes, names, navi, selected, tmux_of, wait_names, wait_selected
from tests.support.machines import Account, Lab, Machine, program, replace
from tests.support.processes import processes
from tests.support.terminal import Terminal
from tests.support.waiting import until

LONG_AGO = 1_700_000_000


def detach(screen: Terminal) -> None:
    """Detach in tmux."""
    screen.press("C-b")
    screen.press("d")


def pane_id(account: Account, session: str) -> str:
    """Return tmux's id of the pane of a session: not every name can stand in a target."""
    panes = account.tmux("list-panes", "-a", "-F", "#{pane_id} #{session_name}").splitlines()
    return next(line.partition(" ")[0] for line in panes if line.partition(" ")[2] == session)


def pane(account: Account, session: str) -> str:
    """Return what the pane of a session shows."""
    return account.tmux("capture-pane", "-p", "-t", pane_id(account, session))


def attached(screen: Terminal, session: str) -> None:
    """Wait until the status line of tmux, which has few columns for a name, shows that a session is attached to."""
    screen.wait_for(re.compile(rf"^\[{re.escape(session[:5])}.*0:", re.MULTILINE))


def machine(lab: Lab, *sessions: str) -> Machine:
    """Have a remote with these sessions."""
    atlas = lab.machine("atlas", shell="fish")
    for name in sessions:
        begin(atlas, name, timestamp=LONG_AGO)
    lab.remotes_yaml([atlas])
    return atlas


# ---- attaching


@pytest.mark.parametrize("far", [False, True], ids=["local", "remote"])
def test_enter_attaches_and_detaching_comes_back(lab: Lab, far: bool) -> None:
    account = machine(lab, "api") if far else lab.local
    if not far:
        begin(account, "api")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas" if far else "api")
        screen.wait_for("api")
        before = screen.screen().splitlines()[2:]
        screen.press("Enter")
        attached(screen, "api")
        screen.type("hello out there")
        until(lambda: "hello out there" in pane(account, "api"), what="it was typed")
        detach(screen)
        screen.wait_for("Enter attach")
        assert screen.screen().splitlines()[2:] == before
        screen.press("?")
        screen.wait_for("Moving")


def typed(account: Account, session: str) -> bool:
    """Whether what was typed has arrived in a session's pane."""
    return f"at {account.name} typed" in pane(account, session)


HOSTILE = ["$(touch oops)", 'it\'s "quoted"', "-t other", "🚀 launch; touch oops", "`touch oops`", "a'; touch oops #"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_attach_and_are_previewed_on_both_sides(lab: Lab, name: str) -> None:
    atlas = machine(lab, name)
    begin(lab.local, name, timestamp=LONG_AGO)
    with navi(lab) as screen:
        until(lambda: len(names(screen)) == 2, what="both are listed")
        screen.press("p")
        for account in (atlas, lab.local):
            account.tmux("send-keys", "-t", pane_id(account, name), "-l", f"I am at {account.name}")
            screen.wait_for(f"I am at {account.name}")
            screen.press("Enter")
            attached(screen, name)
            screen.type(" typed")
            until(partial(typed, account, name), what="it was typed")
            detach(screen)
            screen.wait_for("Enter attach")
            screen.press("j")
    assert not [path for account in (atlas, lab.local) for path in account.folder.rglob("oops")]


def test_ssh_that_is_killed_comes_back_with_a_reason_and_a_sane_terminal(lab: Lab) -> None:
    machine(lab, "api")
    with Terminal(NAVI, lab.environment(), 100, 30, start=False) as screen:
        before = modes(screen)
        screen.start()
        screen.wait_for("api")
        screen.press("Enter")
        attached(screen, "api")
        (ssh,) = [one for one in processes() if one.parent == screen.pid and "attach-session" in one.words]
        os.kill(ssh.pid, signal.SIGKILL)
        screen.wait_for("attaching to atlas/api ended: killed by SIGKILL")
        screen.press("q")
        assert screen.exit_status() == 0
        assert modes(screen) == before


def test_a_broken_connection_comes_back_with_the_error_of_ssh(lab: Lab) -> None:
    atlas = machine(lab, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("Enter")
        attached(screen, "api")
        atlas.break_connections()
        screen.wait_for(re.compile(r"attaching to atlas/api ended: .*(closed|Broken pipe|reset)"))
        screen.wait_for("✔ atlas", timeout=20)


@pytest.mark.parametrize("far", [False, True], ids=["local", "remote"])
def test_a_session_that_ends_comes_back(lab: Lab, far: bool) -> None:
    account: Account = machine(lab, "api", "web") if far else lab.local
    if not far:
        for name in ("api", "web"):
            begin(account, name, timestamp=LONG_AGO)
    with navi(lab) as screen:
        wait_names(screen, "api", "web")
        screen.press("Enter")
        attached(screen, "api")
        account.tmux("kill-session", "-t", "api")
        screen.wait_for("navi  ")
        until(lambda: "web" in names(screen), what="the list is back")


def test_attaching_to_an_ended_session_fails_with_a_message(lab: Lab) -> None:
    lab.local.write_status("gone")
    begin(lab.local, "alive")
    config = Path(lab.environment()["XDG_CONFIG_HOME"]) / "navi" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("cleanup: false\n")
    with navi(lab) as screen:
        screen.wait_for("offline")
        screen.type("/gone")
        wait_selected(screen, "gone")
        screen.press("Enter")
        screen.press("Enter")
        screen.wait_for("gone has no tmux session to attach to; it has ended")


def test_the_size_may_change_while_attached(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("Enter")
        attached(screen, "api")
        screen.resize(70, 20)
        until(
            lambda: lab.local.tmux("display-message", "-p", "-t", "api", "#{window_width}") == "70", what="tmux knows"
        )
        detach(screen)
        screen.wait_for("Enter attach")
        assert len(screen.screen().splitlines()) == 20
        assert {len(line) for line in screen.screen().splitlines()[1:2]} == {69}


def odd_terminal(lab: Lab) -> dict[str, str]:
    """Make a type of terminal that only this machine knows; return the variables that make it this terminal's."""
    described = subprocess.run([program("infocmp"), "xterm-256color"], capture_output=True, text=True, check=True)
    source = lab.folder / "odd.terminfo"
    body = re.sub(r"^xterm-256color\|.*", "navi-odd|a terminal of a test,", described.stdout, flags=re.MULTILINE)
    source.write_text(body)
    subprocess.run([program("tic"), "-x", "-o", str(lab.folder / "terminfo"), str(source)], check=True)
    return {"TERM": "navi-odd", "TERMINFO": str(lab.folder / "terminfo")}


@pytest.mark.parametrize("words", [[], ["attach", "atlas/api"]], ids=["dashboard", "verb"])
@pytest.mark.parametrize("shell", ["fish", "tcsh", "dash"])
def test_a_terminal_that_the_remote_does_not_know_is_attached_as_a_plainer_one(
    lab: Lab, words: list[str], shell: str
) -> None:
    atlas = lab.machine("atlas", shell=shell)
    begin(atlas, "api", timestamp=LONG_AGO)
    lab.remotes_yaml([atlas])
    odd = [f"{name}={value}" for name, value in odd_terminal(lab).items()]
    with Terminal(["env", *odd, *NAVI, *words], lab.environment(), 100, 30) as screen:
        if not words:
            screen.wait_for("api")
            screen.press("Enter")
        attached(screen, "api")
        screen.type("from afar")
        until(lambda: "from afar" in pane(atlas, "api"), what="it was typed")
        assert atlas.tmux("list-clients", "-F", "#{client_termname}") == "xterm-256color"


def test_a_terminal_that_the_remote_knows_stays_what_it_is(lab: Lab) -> None:
    atlas = machine(lab, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("Enter")
        attached(screen, "api")
        assert atlas.tmux("list-clients", "-F", "#{client_termname}") == "tmux-256color"


MISMATCH = """#!/bin/sh
case " $* " in *" attach-session "*) echo 'protocol version mismatch (client 8, server 7)' >&2; exit 1 ;; esac
exec {tmux} "$@"
"""


@pytest.mark.parametrize("far", [False, True], ids=["local", "remote"])
def test_a_failed_attach_passes_on_the_words_of_tmux(lab: Lab, far: bool) -> None:
    account = machine(lab, "api") if far else lab.local
    if not far:
        begin(account, "api")
    replace(account.bin / "tmux", MISMATCH.format(tmux=program("tmux")), mode=0o755)
    name = "atlas/api" if far else "api"
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("Enter")
        if far:
            screen.wait_for(re.compile("protocol version mismatch.*Press Enter to go back to navi", re.DOTALL))
            screen.press("Enter")
            screen.wait_for("attaching to atlas/api ended: exit status 1")
        else:
            screen.wait_for("attaching to api ended: protocol version mismatch (client 8, server 7)")
    with Terminal([*NAVI, "attach", name], lab.environment(), 100, 30) as screen:
        screen.wait_for("protocol version mismatch")
        assert screen.exit_status() == 1


@contextmanager
def inside_tmux(lab: Lab) -> Iterator[Terminal]:
    """Run navi in a pane of the lab's own tmux server, which a terminal shows."""
    program = f"env PYTHONPATH={os.getcwd()} {sys.executable} -m navi"
    lab.local.new_session("main", f"exec {program}")
    with Terminal(["tmux", "-u", "attach-session", "-t", "main"], lab.environment(), 100, 30) as screen:
        screen.wait_for("navi  ")
        yield screen


def test_inside_tmux_a_session_of_the_same_server_is_changed_to(lab: Lab) -> None:
    begin(lab.local, "api")
    with inside_tmux(lab) as screen:
        until(lambda: "api" in names(screen), what="it is listed")
        screen.press("Enter")
        attached(screen, "api")
        assert lab.local.tmux("list-clients", "-F", "#{session_name}") == "api"
        screen.press("C-b")
        screen.press("L")
        screen.wait_for("Enter attach")


def test_inside_tmux_a_remote_session_is_attached_to_within_the_pane(lab: Lab) -> None:
    atlas = machine(lab, "api")
    with inside_tmux(lab) as screen:
        until(lambda: "api" in names(screen), what="it is listed")
        screen.press("Enter")
        attached(screen, "api")
        attached(screen, "main")
        screen.type("from within")
        until(lambda: "from within" in pane(atlas, "api"), what="it was typed")
        atlas.tmux("detach-client", "-s", "api")
        screen.wait_for("Enter attach")


# ---- logging in


def test_an_unknown_host_key_is_shown_by_ssh_and_accepted_by_a_person(lab: Lab) -> None:
    atlas = machine(lab, "api")
    lab.alias("atlas", atlas.port, StrictHostKeyChecking="ask")
    replace(lab.known_hosts, "")
    with navi(lab) as screen:
        screen.wait_for("! atlas hostkey")
        screen.press("A")
        screen.wait_for("Are you sure you want to continue connecting")
        screen.type("yes")
        screen.press("Enter")
        screen.wait_for("✔ atlas")
        screen.wait_for("api [atlas]")


def test_a_login_that_fails_leaves_the_words_of_ssh_until_they_are_read(lab: Lab) -> None:
    atlas = machine(lab)
    replace(atlas.folder / "authorized_keys", "")
    with navi(lab) as screen:
        screen.wait_for("? atlas auth")
        screen.press("A")
        screen.wait_for("Logging in to atlas for navi: ssh atlas")
        failed = "Permission denied.*The login to atlas failed.*navi doctor atlas.*Press Enter to go back to navi"
        screen.wait_for(re.compile(failed, re.DOTALL))
        screen.press("Enter")
        screen.wait_for("? atlas auth")


def test_without_a_host_that_needs_a_login_it_says_so(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("A")
        screen.wait_for("no host needs a login")


# ---- suspending and leaving


@contextmanager
def watched(lab: Lab) -> Iterator[Terminal]:
    """Run the dashboard with a remote; afterwards the terminal must be as before, and no process may be left."""
    machine(lab, "api")
    begin(lab.local, "web", timestamp=LONG_AGO)
    with Terminal(NAVI, lab.environment(), 100, 30, start=False) as screen:
        screen.type("echo before")
        screen.press("Enter")
        screen.wait_for(re.compile("^before", re.MULTILINE))
        before = modes(screen)
        screen.start()
        screen.wait_for("✔ atlas")
        wait_names(screen, "api", "web")
        yield screen
        assert screen.exit_status() == 0
        assert modes(screen) == before
        assert re.search("^before", screen.screen(), re.MULTILINE)
        until(lambda: not lab.leftovers(), what="nothing is left running")


def stop_it(number: signal.Signals) -> Callable[[Terminal], None]:
    """Return what sends a signal to navi."""
    return lambda screen: os.kill(screen.pid, number)


LEAVES: list[tuple[str, Callable[[Terminal], None]]] = [
    ("q", lambda screen: screen.press("q")),
    ("SIGTERM", stop_it(signal.SIGTERM)),
    ("SIGHUP", stop_it(signal.SIGHUP)),
    ("SIGQUIT", stop_it(signal.SIGQUIT)),
]


@pytest.mark.parametrize("leave", [leave for _, leave in LEAVES], ids=[name for name, _ in LEAVES])
def test_leaving_leaves_a_sane_terminal_and_no_process(lab: Lab, leave: Callable[[Terminal], None]) -> None:
    with watched(lab) as screen:
        screen.press("p")
        screen.wait_for("── atlas/api")
        leave(screen)


def test_the_key_of_sigquit_ends_nothing(lab: Lab) -> None:
    with watched(lab) as screen:
        screen.press("C-\\")
        screen.press("p")
        screen.wait_for("── atlas/api")
        screen.press("q")


@pytest.mark.parametrize("session", ["api", "web"])
def test_a_signal_while_attached_leaves_a_sane_terminal_and_no_process(lab: Lab, session: str) -> None:
    with watched(lab) as screen:
        screen.type(f"/{session}")
        wait_selected(screen, session)
        screen.press("Enter")
        screen.press("Enter")
        attached(screen, session)
        os.kill(screen.pid, signal.SIGTERM)


def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on(lab: Lab) -> None:
    with watched(lab) as screen:
        screen.press("j")
        wait_selected(screen, "web")
        screen.press("C-z")
        screen.wait_prompt()
        assert "Stopped" in screen.screen()
        assert modes(screen)[1].endswith("0 1 0 0 0 0")
        screen.type("fg")
        screen.press("Enter")
        wait_selected(screen, "web")
        screen.press("?")
        screen.wait_for("Moving")
        screen.press("q", "q")


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_when_the_terminal_goes_away_nothing_is_left(lab: Lab, stopped: bool) -> None:
    machine(lab, "api")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for("api")
        if stopped:
            screen.press("C-z")
            screen.wait_prompt()
        tmux_of(screen, "kill-server")
        until(lambda: not lab.leftovers(), what="nothing is left running", timeout=20)


def test_after_kill_9_only_the_master_is_left_for_its_last_minute(lab: Lab) -> None:
    atlas = machine(lab, "api")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        os.kill(screen.pid, signal.SIGKILL)
        screen.wait_for(re.compile("K\n?i\n?l\n?l\n?e\n?d"))

    def only_the_master() -> bool:
        left = [one for one in lab.leftovers() if not one.words.startswith("sshd")]
        return len(left) == 1 and " -f -N " in left[0].words and atlas.connections() == 1

    until(only_the_master, what="only the master is left", timeout=20)


def test_a_second_navi_shares_the_connection_and_leaves_it_to_the_first(lab: Lab) -> None:
    atlas = machine(lab, "api")
    with navi(lab) as first:
        first.wait_for("✔ atlas")
        with navi(lab) as second:
            second.wait_for("✔ atlas")
            second.press("q")
            assert second.exit_status() == 0
        assert atlas.connections() == 1
        atlas.write_status("api", status="waiting", timestamp=int(time.time()))
        first.wait_for("1 needs you")
        assert selected(first) == "api"


# ---- logging in


def test_a_passphrase_is_typed_into_ssh_itself_and_brings_the_host(lab: Lab) -> None:
    atlas = machine(lab, "api")
    lab.set_passphrase("open sesame")
    with navi(lab) as screen:
        screen.wait_for("atlas auth")
        screen.press("A")
        screen.wait_for("Enter passphrase for key")
        screen.type("open sesame")
        screen.press("Enter")
        screen.wait_for("✔ atlas")
        wait_selected(screen, "api")
        assert atlas.connections() == 1
