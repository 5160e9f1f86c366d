"""Answering with digits: one session, several with the same question, and questions that change meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from navi.tui.commands.answering import by_name
from tests.sh.test_ticks import asks
from tests.support.agent_screens import shows
from tests.support.dashboard import click, navi, session, wait_selected
from tests.support.machines import Lab
from tests.support.questions import Asker, asking
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account
from tests.support.waiting import until

RULE = "─" * 60

QUESTION = f"""\
❯ ask: Which colour?

● I will do that.
{RULE}
 ☐ Choice

Which colour?

❯ 1. Red
     the red one
  2. Blue
     the blue one
  3. Type something.
{RULE}
  4. Chat about this

Enter to select · ↑/↓ to navigate · Esc to cancel
"""


@contextmanager
def dashboard(lab: Lab, far: bool, *questions: tuple[str, str]) -> Iterator[tuple[Terminal, list[Asker]]]:
    """Run the dashboard beside sessions that ask; each has a name and a command."""
    there, _ = account(lab, far)
    with ExitStack() as opened:
        askers = [opened.enter_context(asking(there, name)) for name, _ in questions]
        for asker, (_, command) in zip(askers, questions, strict=True):
            asker.ask(command)
        screen = opened.enter_context(navi(lab))
        for name, command in questions:
            screen.wait_for(name)
            screen.wait_for(f"wants to run {command}")
        yield screen, askers


@HERE_AND_THERE
def test_a_digit_shows_the_question_and_a_second_press_sends_it(lab: Lab, far: bool) -> None:
    with dashboard(lab, far, ("api", "touch x")) as (screen, (asker,)):
        wait_selected(screen, "api")
        screen.press("3")
        screen.wait_for(re.compile(r"❯ 3  No"))
        screen.wait_for("   touch x")
        assert asker.notes() == []
        screen.press("1")
        screen.wait_for(re.compile(r"❯ 1  Yes"))
        screen.wait_for("1-3 choose, twice sends   Enter sends   Esc closes")
        assert "1-9 answer" not in screen.screen()
        assert asker.notes() == []
        screen.press("1")
        screen.wait_for("answered atlas/api: 1 Yes" if far else "answered api: 1 Yes")
        assert asker.notes() == [("touch x", "1")]


def test_a_click_chooses_and_only_keys_send(lab: Lab) -> None:
    with dashboard(lab, False, ("api", "touch x")) as (screen, (asker,)):
        screen.press("1")
        screen.wait_for("❯ 1  Yes")
        for _ in range(2):
            click(screen, "3  No")
            screen.wait_for("❯ 3  No")
        assert asker.notes() == []
        click(screen, "Do you want")
        click(screen, "Enter sends")
        screen.wait_for("answered api: 3")
        assert asker.notes() == [("touch x", "3")]


def test_enter_sends_and_escape_does_not(lab: Lab) -> None:
    with dashboard(lab, False, ("api", "touch x")) as (screen, (asker,)):
        screen.press("2")
        screen.wait_for("❯ 2  Yes, and")
        screen.press("Escape")
        screen.wait_gone("Do you want to proceed?")
        assert asker.notes() == []
        screen.press("2")
        screen.wait_for("❯ 2  Yes, and")
        screen.press("Enter")
        screen.wait_for("answered api: 2")
        assert asker.notes() == [("touch x", "2")]


def test_a_question_that_changed_under_the_dialog_is_not_answered(lab: Lab) -> None:
    with dashboard(lab, False, ("api", "touch x")) as (screen, (asker,)):
        screen.press("1")
        screen.wait_for("   touch x")
        asker.ask("rm -rf x")
        screen.press("1")
        screen.wait_for("another question is asked in api by now; nothing was typed")
        assert asker.notes() == []


def test_several_that_ask_the_same_are_answered_together(lab: Lab) -> None:
    with dashboard(lab, True, ("one", "touch x"), ("two", "touch x"), ("other", "rm -rf x")) as (screen, askers):
        screen.press("g")
        for _ in askers:
            screen.press("Space")
        screen.wait_for("3 selected")
        screen.press("1")
        screen.wait_for("Answer 3 sessions")
        until(lambda: "..." not in screen.screen().partition("1-3 choose")[0], what="all questions are read")
        assert re.search(r"3  No +│.*\n.*│ +│.*\n.*│ atlas/(one|two|other) ", screen.screen())
        left = screen.screen().count("not answered: it asks something else")
        alike = 3 - left
        assert left in (1, 2)  # the first one decides what the others have to ask
        screen.press("Enter")
        until(lambda: sum(len(one.notes()) for one in askers) == alike, what="they are answered")
        screen.wait_for(f"{left} selected")
        for asker in askers:
            assert len(asker.notes()) <= 1
        commands = {command for asker in askers for command, _ in asker.notes()}
        assert len(commands) == 1


def test_a_session_that_asks_nothing_says_so(lab: Lab) -> None:
    there, _ = account(lab, False)
    with asking(there, "api"), navi(lab) as screen:
        screen.wait_for("api")
        screen.press("1")
        screen.wait_for("nothing is asked in api")


def test_several_choices_are_ticked_and_sent(lab: Lab) -> None:
    taken = asks(lab.local)  # the second of three is ticked already
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press("1")
        screen.wait_for("❯ 1 [ ]  Red")
        screen.wait_for("  2 [x]  Blue")
        screen.press("Space")
        screen.wait_for("❯ 1 [x]  Red")
        screen.press("2")
        screen.wait_for("❯ 2 [ ]  Blue")
        screen.press("Down", "Space")
        screen.wait_for("choice 3 can't be ticked")
        screen.press("Up", "Up", "Space")
        screen.wait_for("❯ 1 [ ]  Red")
        screen.press("Enter")
        screen.wait_for("nothing is ticked; Space ticks a choice")
        assert not taken.exists()
        screen.press("Space", "Enter")
        screen.wait_for("answered api: 1 Red")
        assert taken.read_text() == "12\t"


def test_a_text_that_did_not_get_there_stays_in_its_form_and_for_the_question(lab: Lab) -> None:
    shows(lab.local, "claude", QUESTION)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press("3")
        screen.wait_for("❯ 3  Type something")
        screen.press("Enter")
        screen.wait_for("answer ")
        screen.type("green tea")
        screen.wait_for("green tea")
        screen.press("Escape")
        screen.wait_gone("green tea")
        screen.press("3")
        screen.wait_for("❯ 3  Type something")
        screen.press("Enter")
        screen.wait_for("green tea")
        lab.local.tmux("kill-session", "-t", "=api")
        screen.press("Enter")
        screen.wait_for("Enter submits")
        screen.wait_gone("answering api ...")
        assert "green tea" in screen.screen()


def test_arrows_move_between_choices(lab: Lab) -> None:
    with dashboard(lab, False, ("api", "touch x")) as (screen, (asker,)):
        screen.press("1")
        screen.wait_for("❯ 1  Yes")
        screen.press("Down", "Down", "Down")
        screen.wait_for("❯ 3  No")
        screen.press("k")
        screen.wait_for("❯ 2  Yes, and")
        screen.press("Enter")
        screen.wait_for("answered api: 2")
        assert asker.notes() == [("touch x", "2")]


def test_details_show_the_question_and_who_answered(lab: Lab) -> None:
    with dashboard(lab, True, ("api", "touch x")) as (screen, _):
        screen.press("i")
        screen.wait_for(re.compile("asks +Do you want to proceed"))
        screen.wait_for(re.compile("1  Yes"))
        screen.press("1")
        screen.wait_for("❯ 1  Yes")
        screen.press("1")
        screen.wait_for(re.compile(r"answered by +\S+@\S+: Yes"))


def test_sessions_of_one_name_on_two_tmux_servers_are_both_named() -> None:
    first, second, other = (session(name, host="atlas") for name in ("api", "api", "web"))
    assert second.tmux
    second = second._replace(tmux=second.tmux._replace(socket="/tmp/own"))
    assert by_name([first, second, other]) == {
        "atlas/api": first, "atlas/api -S /tmp/own": second, "atlas/web": other,
    }  # fmt: skip
    assert by_name([second]) == {"atlas/api": second}


# ---- several agents in one session


@contextmanager
def two_agents(lab: Lab, second: str) -> Iterator[tuple[Terminal, Asker, Asker]]:
    """Run the dashboard beside a session with two agents, and a shell in the active pane. The first agent asks, and the
    second one if it has a command to ask about.
    """
    with asking(lab.local, "api") as first:
        other = first._replace(wanted=lab.local.home / "other.wanted", taken=lab.local.home / "other.taken")
        lab.local.tmux("resize-window", "-t", "=api:", "-x", "100", "-y", "90")
        lab.local.tmux("split-window", "-d", "-t", "=api:", other.command())
        lab.local.tmux("split-window", "-t", "=api:", "exec cat")
        first.put("touch x")
        if second:
            other.put(second)
        with navi(lab, width=120, height=40) as screen:
            screen.wait_for(re.compile(r"❯ \S api .*~permission"))
            yield screen, first, other


def test_a_digit_and_the_preview_show_the_pane_whose_agent_asks(lab: Lab) -> None:
    with two_agents(lab, "") as (screen, first, other):
        screen.wait_for("api, pane 0.0  ? ~permission")
        screen.wait_for("   touch x")
        screen.press("1")
        screen.wait_for("Answer api, pane 0.0")
        screen.wait_for("❯ 1  Yes")
        screen.press("1")
        screen.wait_for("answered api: 1 Yes")
        assert (first.notes(), other.notes()) == ([("touch x", "1")], [])


def test_of_several_agents_that_ask_one_is_chosen(lab: Lab) -> None:
    with two_agents(lab, "touch y") as (screen, first, other):
        screen.press("1")
        screen.wait_for("Agents of api")
        screen.wait_for(re.compile(r"❯ claude +pane 0\.0 +\? permission"))
        screen.wait_for(re.compile(r"  claude +pane 0\.2 +\? permission"))
        screen.press("Down", "Enter")
        screen.wait_for("Answer api, pane 0.2")
        screen.wait_for("   touch y")
        screen.wait_for("❯ 1  Yes")
        screen.press("3", "3")
        screen.wait_for("answered api: 3 No")
        assert (first.notes(), other.notes()) == ([], [("touch y", "3")])


def test_a_message_goes_to_the_agent_that_is_chosen(lab: Lab) -> None:
    with two_agents(lab, "") as (screen, first, other):
        screen.type(":")
        screen.wait_for(re.compile(r"❯ claude +pane 0\.0 +\? permission"))
        screen.wait_for(re.compile(r"  claude +pane 0\.2 +- idle"))
        screen.press("Down", "Enter")
        screen.wait_for("Message to api, pane 0.2")
        screen.type("go on")
        screen.press("Enter")
        until(lambda: ("", "g") in other.notes(), what="the other agent gets the message")
        assert first.notes() == []


def test_what_the_dashboard_refuses_names_no_option_of_a_verb(lab: Lab) -> None:
    with dashboard(lab, False, ("api", "touch x")) as (screen, (asker,)):
        screen.type(":go on")
        screen.press("Enter")
        screen.wait_for("nothing was sent")
        assert "--force" not in screen.screen()
        assert asker.notes() == []
