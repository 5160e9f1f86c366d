"""What the dashboard offers a newcomer: hosts of ~/.ssh/config and the agents' hooks, each once, and again by a key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from navi.config.reader import read_remotes
from tests.support.dashboard import begin, navi, selected, wrapped
from tests.support.machines import Account, Lab
from tests.support.resumable import install, start
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account
from tests.support.verbs import navi as verb
from tests.support.waiting import until

FIRST = 'Host atlas\n  HostName atlas.example.com\n  User sean\n\nHost gone\n\nHost "evil\x1b[31m"\n'
WIDE = "服务器" * 30


def ssh_config(lab: Lab, text: str) -> None:
    """Write the user's own configuration of ssh."""
    path = lab.local.home / ".ssh" / "config"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def newcomer(lab: Lab, text: str = FIRST) -> Path:
    """Have a user who was offered nothing yet; return where remotes.yaml will be."""
    ssh_config(lab, text)
    lab.offers.unlink()
    return lab.local.home / ".config" / "navi" / "remotes.yaml"


def wait_answered(lab: Lab, *lines: str) -> None:
    """Wait until just these offers were answered."""
    until(lambda: lab.offers.exists() and lab.offers.read_text().split("\n") == [*lines, ""], what="an answer")


# ---- hosts


def test_from_nothing_to_a_remote_session(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    begin(atlas, "api", "echo text of api; exec cat", status="waiting", message="Shall I go on?")
    path = newcomer(lab)
    with navi(lab, 140) as screen:
        first = screen.wait_for("0 of 2 ticked")
        assert re.search(r"❯ \[ \] atlas +sean@atlas\.example\.com", first)
        assert "evil" not in first
        screen.press("Enter")
        screen.wait_for("nothing is ticked; Space ticks")
        screen.press("Space")
        screen.wait_for("1 of 2 ticked")
        screen.press("Enter")
        screen.wait_for("Connect to 1 host: 1 of 1 done")
        assert "connected, 1 session" in screen.screen()
        screen.press("Enter")
        screen.wait_for("Shall I go on?")
        screen.wait_for("text of api")
        assert [one.name for one in read_remotes(path)[0]] == ["atlas"]
        assert path.stat().st_mode & 0o777 == 0o600
    wait_answered(lab, "hosts")
    with navi(lab) as screen:
        screen.wait_for("atlas")
        assert "ticked" not in screen.screen()


def test_why_a_host_can_not_be_reached_is_shown_at_once(lab: Lab) -> None:
    lab.machine("atlas")
    newcomer(lab)
    with navi(lab, 160) as screen:
        screen.wait_for("0 of 2 ticked")
        screen.press("a")
        screen.wait_for("2 of 2 ticked")
        screen.press("Enter")
        screen.wait_for("Connect to 2 hosts: 1 of 2 done, 1 failed")
        assert re.search(r"gone +Could not resolve hostname", screen.screen())


@pytest.mark.parametrize("key", ["Escape", "q", "n"])
def test_later_means_not_again_unless_asked_for(lab: Lab, key: str) -> None:
    path = newcomer(lab)
    with navi(lab) as screen:
        screen.wait_for("ticked")
        screen.press(key)
        screen.wait_gone("ticked")
        screen.wait_for("+ offers the hosts of ~/.ssh/config again")
        wait_answered(lab, "hosts")
        screen.wait_for("+ adds machines that ssh reaches")
    assert not path.exists()
    with navi(lab) as screen:
        screen.wait_for("No sessions here yet")
        assert "ticked" not in screen.screen()
        screen.press("+")
        screen.wait_for("0 of 2 ticked")


@pytest.mark.parametrize("width", [60, 120, 200])
def test_what_a_newcomer_can_do_is_never_cut(lab: Lab, width: int) -> None:
    with navi(lab, width, 30) as screen:
        screen.wait_for("No sessions here yet")
        shown = " ".join(line.split("││")[0].strip("│ ") for line in screen.screen().splitlines())
    for words in ("what it asks.", "tmux new-session -s work claude", "their agents then appear here, too"):
        assert words in shown


def test_who_leaves_without_an_answer_is_asked_again(lab: Lab) -> None:
    newcomer(lab)
    for _ in range(2):
        with navi(lab) as screen:
            screen.wait_for("ticked")


SILENT = [("no configuration", ""), ("only patterns", "Host *\n  User me\nHost *.example.com\n")]


@pytest.mark.parametrize("text", [case[1] for case in SILENT], ids=[case[0] for case in SILENT])
def test_where_ssh_knows_no_host_nothing_is_offered(lab: Lab, text: str) -> None:
    newcomer(lab, text)
    with navi(lab) as screen:
        screen.wait_for("No sessions here yet")
        assert "ticked" not in screen.screen()
        screen.press("+")
        screen.wait_for("~/.ssh/config names no hosts")


def test_with_a_remotes_yaml_only_a_key_offers_what_it_lacks(lab: Lab) -> None:
    machines = [lab.machine("atlas"), lab.machine("borg")]
    lab.offers.unlink()
    ssh_config(lab, "Host atlas borg\n")
    path = lab.remotes_yaml([machines[0]])
    before = path.read_text()
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        assert "ticked" not in screen.screen()
        screen.press("+")
        assert "atlas" not in screen.wait_for("0 of 1 ticked").partition("Hosts of")[2]
        screen.press("Space")
        screen.wait_for("1 of 1 ticked")
        screen.press("Enter")
        screen.wait_for("1 of 1 done")
        screen.press("Enter")
        screen.wait_for("✔ borg")
        screen.press("+")
        screen.wait_for("remotes.yaml has all hosts of ~/.ssh/config already")
    assert path.read_text() == f"{before}- name: borg\n  host: borg\n"


def test_a_remotes_yaml_that_appears_meanwhile_is_not_overwritten(lab: Lab) -> None:
    path = newcomer(lab)
    with navi(lab, 140) as screen:
        screen.wait_for("ticked")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("remotes: [{name: mine, host: mine}]\n")
        screen.press("a")
        screen.press("Enter")
        screen.wait_for(wrapped("does not end with a list of entries; add the hosts there by hand"))
        screen.press("Escape")
        screen.wait_gone("ticked")
    assert path.read_text() == "remotes: [{name: mine, host: mine}]\n"


SIZES = [(40, 10), (80, 24), (200, 50), (30, 7)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_many_hosts_can_be_ticked_on_any_screen(lab: Lab, width: int, height: int) -> None:
    newcomer(lab, "".join(f"Host node{number:03}\n" for number in range(120)) + f"Host {WIDE} last\n")
    with navi(lab, width, height) as screen:
        screen.wait_for("node000")
        for _ in range(130):
            screen.press("j")
        screen.wait_for(re.compile(r"❯ \[ \] last"))
        screen.press("Space")
        screen.wait_for(re.compile(r"❯ \[x\] last"))
        assert all(len(line) <= width for line in screen.screen().split("\n"))
        screen.press("PageUp")
        screen.wait_gone(re.compile("❯.* last"))
        screen.resize(100, 30)
        screen.wait_for("1 of 122 ticked")
        screen.press("a", "a")
        screen.wait_for("0 of 122 ticked")


# ---- hooks


def wait_offered(screen: Terminal, where: str) -> None:
    """Wait until hooks are offered for hosts."""
    screen.wait_for(f"I offers status hooks on {where}, for statuses that are not derived (~)")


def agent(there: Account, name: str = "api") -> None:
    """Run a program named claude in a session."""
    install(there)
    start(there, name)


@HERE_AND_THERE
def test_hooks_are_offered_shown_and_installed(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    agent(there)
    lab.offers.write_text("hosts\n")
    name, host = ("atlas", "atlas") if far else ("local", "this machine")
    settings = there.home / ".claude" / "settings.json"
    with navi(lab, 120) as screen:
        screen.wait_for("api")
        wait_offered(screen, host)
        screen.press("j")
        wait_offered(screen, host)
        screen.press("I")
        screen.wait_for(re.compile(rf"\[x\] {host} +claude: .*~/\.claude/settings\.json"))
        assert "navi hooks remove" in screen.screen()
        assert not settings.exists()
        screen.press("Enter")
        screen.wait_for("Install hooks on 1 host: 1 of 1 done", 60)
        screen.press("Enter")
        screen.wait_gone("I offers status hooks")
        assert "api" in screen.screen()
    assert ".navi/hook claude" in settings.read_text()
    assert "installed" in verb(lab, "hooks", "status", "--host", name, "claude").stdout
    wait_answered(lab, "hosts", f"hooks {name}")


def test_declined_hooks_are_not_offered_again_but_for_other_hosts(lab: Lab) -> None:
    agent(lab.local)
    lab.offers.write_text("hosts\n")
    with navi(lab, 120) as screen:
        wait_offered(screen, "this machine")
        screen.press("I")
        screen.wait_for("1 of 1 ticked")
        screen.press("Escape")
        screen.wait_for("I offers the hooks again")
        screen.press("j")
        screen.wait_gone("I offers")
    assert not (lab.local.home / ".claude" / "settings.json").exists()
    atlas = lab.machine("atlas")
    agent(atlas)
    lab.remotes_yaml([atlas])
    with navi(lab, 120) as screen:
        wait_offered(screen, "atlas")
        screen.press("I")
        screen.wait_for("2 of 2 ticked")


def test_the_offer_opens_at_once_and_never_later(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    agent(lab.local)
    with navi(lab, 120) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for("api")
        atlas.freeze()
        screen.press("I")
        screen.wait_for("looking at the hooks of all hosts")
        screen.press("Enter", "j", "y")
        screen.wait_for("Esc closes")
        screen.press("q")
        screen.wait_gone("Esc closes")
        atlas.thaw()
        screen.wait_for("I offers status hooks")
        screen.press("x")
        screen.wait_for("Kill api?")
        screen.press("n")
        screen.press("I")
        screen.wait_for("1 of 1 ticked")
    assert not (lab.local.home / ".claude" / "settings.json").exists()


def test_where_hooks_report_or_no_agent_runs_nothing_is_offered(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    agent(lab.local)
    verb(lab, "hooks", "install", "--yes")
    begin(atlas, "web")
    lab.offers.write_text("hosts\n")
    with navi(lab, 120) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for("api")
        screen.press("I")
        screen.wait_for("no agent on the hosts that answer lacks a hook", 60)
        assert "I offers" not in screen.screen()


def test_an_offer_costs_a_line_only_while_there_is_room(lab: Lab) -> None:
    agent(lab.local)
    lab.offers.write_text("hosts\n")
    with navi(lab, 100, 30) as screen:
        wait_offered(screen, "this machine")
        screen.resize(100, 11)
        screen.wait_gone("I offers")
        screen.resize(40, 12)
        assert selected(screen) == "api"
        screen.wait_for("I offers status hooks")
