"""Answering agents without a terminal: permissions, plans, questions with parts, several answerers, withdrawals."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.dashboard import navi, wait_names
from tests.support.machines import Lab
from tests.support.puppet import Puppet, puppet, spawn
from tests.support.serving import serving
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account
from tests.support.verbs import navi as verb
from tests.support.waiting import until


@contextmanager
def dashboard(lab: Lab, far: bool = False) -> Iterator[tuple[Terminal, Puppet, str]]:
    """Run the dashboard beside an agent that is at work; also its address."""
    there, _ = account(lab, far)
    with serving(lab), puppet(there) as agent, navi(lab, 100, 40) as screen:
        address = spawn(lab, "atlas" if far else "local", "go", "claude-code", str(there.home), "api")
        screen.wait_for("running")
        yield screen, agent, address


@HERE_AND_THERE
def test_a_digit_shows_the_question_and_a_second_press_answers(lab: Lab, far: bool) -> None:
    with dashboard(lab, far) as (screen, agent, _):
        agent.print(agent.asks("q1", "Bash", command="touch f"), agent.asks("q2", "Edit", file_path="/a",
                    old_string="old\nsame", new_string="new\nsame"))  # fmt: skip
        screen.wait_for("2 questions")
        screen.press("2")
        screen.wait_for("Bash is to be used. Allow it?")
        screen.wait_for("touch f")
        screen.wait_for("2 questions are open; this is the oldest")
        screen.press("1")
        screen.wait_for(re.compile("❯ 1  Yes"))
        assert "q1" not in str(agent.inputs())
        screen.press("1")
        screen.wait_for(re.compile("answered (atlas/)?api: Yes"))
        answer = agent.wait_input("q1")["response"]["response"]
        assert answer == {"behavior": "allow", "updatedInput": {"command": "touch f"}}
        screen.wait_for("1 question ")
        screen.press("3")
        screen.wait_for("- old")
        screen.wait_for("+ new")
        screen.press("Enter")
        screen.wait_for("answer ")
        screen.type("not that file")
        screen.press("Enter")
        screen.wait_for(re.compile("answered (atlas/)?api: No, not that file"))
        refused = agent.wait_input("q2")["response"]["response"]
        assert (refused["behavior"], refused["message"]) == ("deny", "not that file")
        screen.wait_for(re.compile("api( \\[atlas\\])? Remote +running"))


COLOUR = {
    "question": "Which colour?", "header": "Colour", "multiSelect": False,
    "options": [{"label": "Red", "description": "like fire"}, {"label": "Blue", "description": "like ice"}],
}  # fmt: skip
NAMES = {
    "question": "Which names?", "header": "Names", "multiSelect": True,
    "options": [{"label": "Ann", "description": ""}, {"label": "Bob", "description": ""}],
}  # fmt: skip


def test_a_question_with_parts_is_answered_part_by_part(lab: Lab) -> None:
    with dashboard(lab) as (screen, agent, _):
        agent.print(agent.asks("q1", "AskUserQuestion", questions=[COLOUR, NAMES]))
        screen.wait_for("Which colour?")
        screen.press("2")
        screen.wait_for("(1 of 2) Which colour?")
        screen.wait_for(re.compile("❯ 2  Blue  like ice"))
        screen.press("2")
        screen.wait_for("(2 of 2) Which names?")
        screen.press("3")
        screen.wait_for("❯ 3")
        screen.press("Enter")
        screen.wait_for("answer  ")
        screen.type("Ann, Bob")
        screen.press("Enter")
        screen.wait_for("answered api: Blue, Ann, Bob")
        answer = agent.wait_input("q1")["response"]["response"]
        assert answer["updatedInput"]["answers"] == {"Which colour?": "Blue", "Which names?": "Ann, Bob"}
        assert answer["updatedInput"]["questions"] == [COLOUR, NAMES]


def test_parts_with_the_same_text_are_answered_one_after_the_other(lab: Lab) -> None:
    with dashboard(lab) as (screen, agent, _):
        agent.print(agent.asks("q1", "AskUserQuestion", questions=[COLOUR, COLOUR]))
        screen.wait_for("Which colour?")
        screen.press("1")
        screen.wait_for("(1 of 2) Which colour?")
        screen.press("1")
        screen.wait_for("(2 of 2) Which colour?")
        screen.press("2")
        screen.wait_for("❯ 2  Blue")
        screen.press("2")
        screen.wait_for("answered api: Blue")
        answer = agent.wait_input("q1")["response"]["response"]
        assert answer["updatedInput"]["answers"] == {"Which colour?": "Blue"}


def test_several_answers_to_a_question_are_ticked(lab: Lab) -> None:
    with dashboard(lab) as (screen, agent, _):
        agent.print(agent.asks("q1", "AskUserQuestion", questions=[NAMES]))
        screen.wait_for("Which names?")
        screen.press("1")
        screen.wait_for("❯ 1 [ ]  Ann")
        screen.press("Space", "2")
        screen.wait_for("❯ 2 [x]  Bob")
        screen.wait_for("  1 [x]  Ann")
        screen.press("Enter")
        screen.wait_for("answered api: Ann, Bob")
        answer = agent.wait_input("q1")["response"]["response"]
        assert answer["updatedInput"]["answers"] == {"Which names?": "Ann, Bob"}


def test_a_plan_is_shown_and_sent_back(lab: Lab) -> None:
    with dashboard(lab) as (screen, agent, _):
        agent.print(agent.asks("q1", "ExitPlanMode", plan="# First this\nthen that"))
        screen.wait_for("1 question")
        screen.press("3")
        screen.wait_for("then that")
        screen.wait_for("Go on with this plan?")
        screen.press("3")
        screen.wait_for("answer  ")
        screen.type("the other way round")
        screen.press("Enter")
        assert agent.wait_input("q1")["response"]["response"]["message"] == "the other way round"


RULE = {
    "type": "addRules", "rules": [{"toolName": "Bash", "ruleContent": "git push --force-with-lease origin *"}],
    "behavior": "allow", "destination": "localSettings",
}  # fmt: skip


def test_what_an_agent_proposes_to_allow_is_a_choice_behind_the_plain_ones(lab: Lab) -> None:
    with dashboard(lab) as (screen, agent, _):
        asked = agent.asks("q1", "Bash", command="git push")
        agent.print({**asked, "request": {**asked["request"], "permission_suggestions": [RULE]}})
        screen.wait_for("1 question")
        screen.press("1")
        screen.wait_for(re.compile("3  No, and say why"))
        screen.wait_for("4  Yes, and always allow Bash(git push --force-with-lease origin *) for you in this project")
        screen.press("4", "4")
        screen.wait_for("answered api: Yes, and always allow Bash(git push")
        answer = agent.wait_input("q1")["response"]["response"]
        assert (answer["behavior"], answer["updatedPermissions"]) == ("allow", [RULE])


def test_a_choice_is_readable_in_full_on_a_narrow_screen(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab, 40, 24) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        asked = agent.asks("q1", "Bash", command="git push")
        agent.print({**asked, "request": {**asked["request"], "permission_suggestions": [RULE]}})
        screen.wait_for("permission")
        screen.press("4")
        screen.wait_for(re.compile(r"❯ 4  Yes, and always allow"))
        text = " ".join(line.strip() for line in screen.screen().splitlines())
        assert "allow Bash(git push --force-with-lease origin *) for you in this project" in text, text


FIRST = "answered api: (?:Yes|No)"
SECOND = r"\S+@\S+ (?:answered: Bash touch f|has answered it already)|asks nothing"
"""What the two see; a key that comes after the dialog was closed opens it again."""


def test_of_two_that_answer_at_once_one_sees_who_was_first(lab: Lab) -> None:
    with dashboard(lab) as (one, agent, _), navi(lab) as other:
        agent.print(agent.asks("q1", "Bash", command="touch f"))
        for screen in (one, other):
            screen.wait_for("1 question")
            screen.press("1")
            screen.wait_for("Bash is to be used. Allow it?")
        other.press("2")
        other.wait_for("❯ 2  No")
        one.press("1")
        other.press("2")
        for screen in (one, other):
            screen.wait_gone("Allow it?")
            screen.wait_for(re.compile(FIRST + "|" + SECOND))
        shown = one.screen() + other.screen()
        assert (len(re.findall(FIRST, shown)), len(re.findall(SECOND, shown))) == (1, 1), shown
        agent.wait_input("q1")
        agent.print(agent.text("behind it"))
        one.wait_for("behind it")
        assert sum('"q1"' in str(line).replace("'", '"') for line in agent.inputs()) == 1


def test_a_question_that_ends_closes_its_dialog_and_says_why(lab: Lab) -> None:
    with dashboard(lab) as (screen, agent, address):
        agent.print(agent.asks("q1", "Bash", command="touch f"), agent.asks("q2", "Bash", command="rm -rf x"))
        screen.wait_for("2 questions")
        screen.press("1")
        screen.wait_for("Allow it?")
        agent.print(agent.withdraws("q1"))
        screen.wait_for("the agent no longer asks: Bash touch f")
        screen.wait_gone("Allow it?")
        screen.press("1")
        screen.wait_for("rm -rf x")
        screen.wait_for(re.compile("❯ 1  Yes"))
        verb(lab, "answer", address, "--deny")
        screen.wait_for(re.compile(r"\S+@\S+ answered: Bash rm -rf x"))
        screen.press("1")
        screen.wait_for("the agent of api asks nothing")
        assert agent.wait_input("q2")["response"]["response"]["behavior"] == "deny"
        assert "q1" not in str(agent.inputs())


def test_several_that_ask_the_same_are_answered_together(lab: Lab) -> None:
    with serving(lab), navi(lab, 100, 40) as screen:
        for name in ("one", "two"):
            spawn(lab, "local", "ask may I? ;; say done", title=name)
        spawn(lab, "local", "ask something else?", title="other")
        screen.wait_for("3 need you")
        screen.press("s")
        wait_names(screen, "one", "other", "two")
        screen.press("g")
        for _ in range(3):
            screen.press("Space")
        screen.wait_for("3 selected")
        screen.press("1")
        screen.wait_for("Answer 3 sessions")
        screen.wait_for("not answered: it asks something else")
        screen.press("1")
        screen.wait_for("Answer: 2 of 2 done")
        screen.press("Enter")
        until(lambda: screen.screen().count('"done"') == 2, what="both went on")
        screen.wait_for("1 needs you")


def test_sessions_with_and_without_a_terminal_are_not_mixed(lab: Lab) -> None:
    lab.local.new_session("pane", "exec cat")
    lab.local.write_status("pane", status="waiting", message="well?")
    with serving(lab), navi(lab) as screen:
        spawn(lab, "local", "ask may I?", title="api")
        screen.wait_for("2 need you")
        screen.press("g", "Space", "Space")
        screen.wait_for("2 selected")
        screen.press(":")
        screen.wait_for("select only sessions with a terminal, or only sessions without one")


def test_a_text_that_the_hub_does_not_take_stays_in_the_form(lab: Lab) -> None:
    with serving(lab) as hub, puppet(lab.local) as agent, navi(lab, 100, 40) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        agent.print(agent.asks("q1", "Bash", command="touch f"))
        screen.wait_for("permission")
        screen.press("3")
        screen.wait_for(re.compile("❯ 3  No"))
        screen.press("Enter")
        screen.wait_for("answer ")
        screen.type("use mkdir")
        screen.wait_for("use mkdir")
        hub.send_signal(signal.SIGSTOP)
        screen.press("Enter")
        screen.wait_for("answering api ...")
        screen.wait_for("waiting for the hub", timeout=90)
        assert "use mkdir" in screen.screen()
        hub.send_signal(signal.SIGCONT)


def test_a_prompt_of_a_closed_form_is_there_again(lab: Lab) -> None:
    with serving(lab), navi(lab, 100, 40) as screen:
        spawn(lab, "local", "say x", title="api", cwd=str(lab.local.home))
        screen.wait_for("done")
        screen.press("c")
        screen.wait_for("[x] without a terminal")
        screen.type("a long prompt")
        screen.wait_for("a long prompt")
        screen.press("Escape")
        screen.wait_gone("a long prompt")
        screen.press("c")
        screen.wait_for("a long prompt")
