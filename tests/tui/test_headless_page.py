"""The page of a session without a terminal: what streams in, what is sent, and what a kill of anything leaves."""

from __future__ import annotations

import os
import re
import signal

from tests.support.dashboard import NAVI, navi
from tests.support.machines import Lab
from tests.support.puppet import puppet, spawn
from tests.support.serving import process_of_relay, serving
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account
from tests.support.verbs import navi as verb
from tests.support.waiting import until


def leave_page(screen: Terminal) -> None:
    """Go back to the list."""
    screen.press("Escape")
    screen.wait_gone("Esc back")


@HERE_AND_THERE
def test_output_streams_and_input_shows_how_far_it_is(lab: Lab, far: bool) -> None:
    lab.remotes_yaml([lab.machine("atlas", shell="fish")])
    with serving(lab), navi(lab) as screen:
        spawn(lab, "atlas" if far else "local", "print 20 0.2 tick ;; ask go on? ;; say done", title="api")
        screen.wait_for("api")
        screen.press("w")
        screen.wait_for(re.compile(r"(atlas/)?api Remote +Esc closes"))
        screen.wait_for(re.compile("> print 20.*(tick\\s+){3}", re.DOTALL))
        screen.press("x")
        screen.wait_for(re.compile(r"End (atlas/)?api"))
        screen.press("n")
        screen.wait_for("? 1 answers  permission: Script go on?")
        verb(lab, "answer", ("atlas/" if far else "") + id_on(screen), "--allow")
        screen.wait_for(re.compile(r"done.*\S+@\S+ answered: Script go on\?", re.DOTALL))
        for text in ("print 10 0.3 tock", "say more"):
            screen.press(":")
            screen.wait_for(re.compile(r"Message to (atlas/)?api"))
            screen.type(text)
            screen.press("Enter")
            screen.wait_gone(re.compile(r"Message to (atlas/)?api"))
        screen.wait_for("handed over > say more")
        screen.wait_for(re.compile("> print 10.*tock.*> say more\\s+more", re.DOTALL))
        screen.wait_gone("handed over")


SINCE = {word: re.compile(rf"{word}  (just now|\d+\w ago)") for word in ("complete", "done")}
"""What the head of the page says of a status."""


def pages_up_to(screen: Terminal, wanted: str) -> bool:
    """Return whether the page shows something; else go a page up."""
    if re.search(wanted, screen.screen()):
        return True
    screen.press("PageUp")
    return False


def id_on(screen: Terminal) -> str:
    """Return the id of the session that the details show; the page stays open."""
    screen.press("i")
    found = re.search(r"spawn_[0-9a-f]{16}", screen.wait_for(re.compile("session +.*spawn_")))
    screen.press("i")
    screen.wait_gone("How the status was decided")
    assert found
    return found[0]


def test_an_agent_is_interrupted_after_a_question(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        spawn(lab, "local", "ask may I? ;; say never", title="api")
        screen.wait_for("1 question")
        screen.press("w")
        screen.wait_for("1 answers")
        screen.press("C-c")
        screen.wait_for(re.compile(r"Interrupt (atlas/)?api\?"))
        screen.press("n")
        screen.wait_gone(re.compile(r"Interrupt (atlas/)?api"))
        screen.wait_for("1 answers")
        screen.press("C-c")
        screen.wait_for(re.compile(r"Interrupt (atlas/)?api\?"))
        screen.press("y")
        screen.wait_for("the turn ended: interrupted")
        screen.wait_gone("1 answers")
        screen.wait_for("its agent waits for a message: interrupted")
        assert "never" not in screen.screen().splitlines()
        screen.press("C-c")
        screen.wait_for("no agent works in api")


@HERE_AND_THERE
def test_an_agent_is_ended_and_goes_on(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    host = "atlas" if far else "local"
    with serving(lab), puppet(there) as agent, navi(lab) as screen:
        spawn(lab, host, "go", "claude-code", str(there.home), "api")
        screen.wait_for("running")
        screen.press("w", "x")
        screen.wait_for("ends its agent; B goes on with the conversation")
        screen.press("n")
        screen.wait_gone(re.compile(r"End (atlas/)?api"))
        screen.press("x")
        screen.wait_for(re.compile(r"End (atlas/)?api"))
        screen.press("y")
        screen.wait_for(re.compile(r"ended (atlas/)?api; B goes on with its conversation"))
        screen.wait_for(SINCE["complete"])
        screen.press("x")
        screen.wait_for("has ended already; d takes it off the list")
        screen.press("B")
        screen.wait_for("api goes on with its conversation")
        screen.wait_for(SINCE["done"])
        agent.print(agent.text("here I am again"))
        screen.wait_for("here I am again")
        screen.press("x")
        screen.wait_for(re.compile(r"End (atlas/)?api"))
        screen.press("y")
        screen.wait_for(SINCE["complete"])
        screen.press(":")
        screen.wait_for("its agent has ended; it goes on with its conversation and this message")
        screen.type("go further")
        screen.press("Enter")
        screen.wait_for("> go further")
        agent.wait_input("go further")
        assert sum("initialize" in str(one) for one in agent.inputs()) == 3


def test_an_agent_whose_host_is_away_is_to_end_or_not(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="bash")
    lab.remotes_yaml([atlas])
    with serving(lab), navi(lab, 180, 40) as screen:
        spawn(lab, "atlas", "say hello", title="api")
        screen.wait_for("done")
        atlas.stop()
        screen.wait_for("disconnected", timeout=60)
        screen.press("w", "x")
        screen.wait_for("ends its agent as soon as its host can be reached; B goes on with the conversation")
        screen.press("y")
        screen.wait_for("api ends when its host can be reached; x again lets it go on")
        screen.wait_for(re.compile("its agent ends when that is reached, as .* asked; x lets it go on"))
        screen.press(":")
        screen.wait_for("its agent ends when its host can be reached; the message is kept until it is resumed")
        screen.press("Escape")
        screen.wait_gone(re.compile(r"Message to (atlas/)?api"))
        screen.press("x")
        screen.wait_for("lets its agent go on, which was to end when reached again")
        screen.press("y")
        screen.wait_for(re.compile(r"the agent of (atlas/)?api goes on"))
        screen.wait_for("what you send or answer is kept, and handed over when it does")
        screen.press("x")
        screen.wait_for(re.compile(r"End (atlas/)?api"))
        screen.press("y")
        screen.wait_for("x lets it go on")
        atlas.start()
        screen.wait_for(SINCE["complete"], timeout=90)
        screen.wait_for("its agent has ended")


LOSES = """\
#!/bin/sh
case " $* " in
*' --resume '*)
    echo '{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["No conversation found"]}'
    exit 1 ;;
esac
exec "$0.real" "$@"
"""
"""Forgets each conversation when its agent ends."""


def test_a_conversation_that_was_lost_is_begun_anew_after_a_question(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab, 180, 40) as screen:
        program = lab.local.bin / "claude"
        program.rename(lab.local.bin / "claude.real")
        program.write_text(LOSES)
        program.chmod(0o755)
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        screen.press("w")
        screen.wait_for("Esc closes")
        agent.print(agent.text("what was printed before"))
        screen.wait_for("what was printed before")
        screen.press("x")
        screen.wait_for(re.compile(r"End (atlas/)?api"))
        screen.press("y")
        screen.wait_for(SINCE["complete"])
        screen.press("B")
        screen.wait_for("its agent has failed: No conversation found; B or : begins a new conversation with what is")
        screen.press(":")
        screen.wait_for("it begins a new conversation with what is stored of the one so far")
        screen.press("Escape")
        screen.wait_gone(re.compile(r"Message to (atlas/)?api"))
        screen.press("B")
        screen.wait_for(re.compile(r"Begin anew (atlas/)?api"))
        screen.wait_for("begins a new conversation with what is stored of the one so far, of which its agent has no")
        screen.press("n")
        screen.wait_gone(re.compile(r"Begin anew (atlas/)?api"))
        screen.press("B")
        screen.wait_for(re.compile(r"Begin anew (atlas/)?api"))
        screen.press("y")
        screen.wait_for("api goes on in a new conversation")
        prompt = agent.wait_input("This conversation goes on from an earlier one")
        assert "what was printed before" in prompt["message"]["content"]
        (lab.local.bin / "claude.real").unlink()


def test_what_an_agent_edits_is_a_difference_and_results_are_folded(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab, 100, 40) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        screen.press("w")
        old, new = "one\ntwo\nthree\nfour\nfive\nsix", "one\ntwo\nthree\n4\nfive\nsix"
        agent.print(
            agent.uses("Edit", file_path="/repo/a.py", old_string=old, new_string=new),
            agent.uses("Write", file_path="/repo/b.py", content="first\nsecond"),
            agent.result("\n".join(f"result {number}" for number in range(30))),
            agent.result("it broke", failed=True),
        )
        screen.wait_for(re.compile(r"\* Edit /repo/a.py\s+@ .*\n     two\n     three\n   - four\n   \+ 4\n     five"))
        screen.wait_for(re.compile(r"\* Write /repo/b.py\s+\+ first\n   \+ second"))
        screen.wait_for("... 22 more lines; e shows them")
        screen.wait_for("! it broke")
        screen.press("e")
        screen.wait_for("result 29")
        screen.press("e")
        screen.wait_gone("result 29")


def test_older_messages_come_when_somebody_scrolls_there(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab) as screen:
        address = spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        agent.print(*(agent.text(f"line {number}.") for number in range(1000)))
        until(lambda: "line 999." in verb(lab, "capture", "--lines", "20", address).stdout, what="all is stored")
        screen.wait_for("api")
        screen.press("w")
        screen.wait_for("line 998.")
        until(lambda: pages_up_to(screen, r"line [1-4]\d\d\."), what="older messages are there", interval=0.3)
        before = screen.screen().splitlines()[4:25]
        agent.print(agent.text("something new"))
        screen.wait_for(re.compile(r"\d+/\d+  Esc closes"))
        until(lambda: "something new" in verb(lab, "capture", "--lines", "3", address).stdout, what="it is stored")
        assert screen.screen().splitlines()[4:25] == before, "nothing moves while somebody reads"
        screen.press("End")
        screen.wait_for("something new")
        agent.print(agent.text("and newer"))
        screen.wait_for("and newer")


@HERE_AND_THERE
def test_killed_relays_and_hubs_leave_the_page_and_lose_nothing(lab: Lab, far: bool) -> None:
    lab.remotes_yaml([lab.machine("atlas", shell="bash")])
    with navi(lab) as screen:
        with serving(lab) as hub:
            spawn(lab, "atlas" if far else "local", "print 200 0.05 line ;; say end", title="api")
            screen.wait_for("api")
            screen.press("w")
            screen.wait_for("line")
            os.kill(process_of_relay(lab), signal.SIGKILL)
            screen.wait_for("what you send or answer is kept")
            screen.press(":")
            screen.wait_for("the message is kept, and handed over when it can be")
            screen.type("say afterwards")
            screen.press("Enter")
            screen.wait_for(re.compile("queued > say afterwards|handed over > say afterwards"))
            screen.wait_gone("what you send or answer is kept")
            os.kill(process_of_relay(lab), signal.SIGKILL)
            hub.kill()
            hub.communicate(timeout=30)
            screen.wait_for("nothing can be sent until then")
            screen.wait_for("line")
        with serving(lab):
            screen.wait_for(re.compile("end\\s+> say afterwards\\s+afterwards"), timeout=60)
            screen.wait_gone("queued")
            screen.press("Home")
            screen.wait_for("> print 200 0.05 line")
            screen.press("End")
            screen.wait_for(re.compile("afterwards\\s+Enter"))


def test_a_message_that_no_hub_takes_is_kept_in_the_form(lab: Lab) -> None:
    with navi(lab) as screen:
        with serving(lab) as hub:
            spawn(lab, "local", "say x", title="api")
            screen.wait_for("done")
            hub.kill()
            hub.communicate(timeout=30)
        screen.wait_for("disconnected")
        screen.press(":")
        screen.type("say precious")
        screen.press("Enter")
        screen.wait_for("no hub runs here; navi serve starts it")
        screen.wait_for("say precious")
        screen.press("Escape")
        screen.wait_gone("Message to")
        with serving(lab):
            screen.wait_for("done")
            screen.press(":")
            screen.wait_for("say precious")
            screen.press("Enter")
            screen.wait_for('"precious"')


HOSTILE = [
    "\x1b]0;owned\x07title \x1b[2Jclear \x1b[31mred",
    "bidi \u202egnp.exe\u202c and \u2066isolated\u2069",
    "c1 \x9b2J and \x90q\x9c, nul \x00, bell \x07, back\x08space",
    "marks a" + "\u0301" * 50,
    "separators\u2028next\u2029and\x85more",
    "wide 漢字 and 👩‍👩‍👧",
    "\ud800 lone",
]


def test_hostile_texts_are_shown_and_act_on_nothing(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab, 100, 40) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "ti\x1b[2Jtle")
        screen.wait_for("title")
        screen.press("w")
        screen.wait_for("running")
        for text in HOSTILE:
            agent.print(agent.text(text), agent.uses(text, command=text), agent.result(text), agent.growing(text))
        agent.print("no JSON \x1b[2J here", '{"type":"new\x1b[2J"}', "[1]", '{"type":"assistant","message":7}')
        agent.print(agent.asks("q\x1b[2J", "Ba\x1b[2Jsh", command="\x1b[2Jrm \u202e-rf", description=["\x1b[2J"]))
        agent.print(agent.asks("q2", "AskUserQuestion", questions=[{"question": "\x1b[2JWhich?", "options": "none"}]))
        screen.wait_for("? 1 answers  permission 1 of 2: Bash rm -rf")
        screen.wait_for("question 2 of 2: Which?")
        shown = screen.wait_for("# no JSON  here")
        assert "title Remote" in shown, "nothing has cleared the screen"
        screen.press("1")
        screen.wait_for("Bash is to be used. Allow it?")
        screen.press("Escape")
        leave_page(screen)
        screen.wait_for("title Remote 2 questions")
        assert screen.pid


def test_a_line_of_eight_megabytes_is_cut_and_the_rest_comes(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab, 100, 40) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        screen.press("w")
        screen.wait_for("> go")
        agent.print(agent.text("begin\n" + "x" * 8_000_000), agent.result("y" * 8_000_000), agent.text("behind it"))
        agent.print(agent.asks("q1", "Write", file_path="/repo/a", content="z\n" * 50_000))
        screen.wait_for("behind it", timeout=60)
        screen.wait_for("? 1 answers  permission: Write /repo/a", timeout=60)
        screen.press("1")
        screen.wait_for("THERE IS MORE of it than is shown here")
        screen.press("1")
        answer = agent.wait_input("q1")
        assert answer["response"]["response"]["behavior"] == "allow"
        assert len(answer["response"]["response"]["updatedInput"]["content"]) == 100_000
        screen.press("Home")
        screen.wait_for("begin")


def test_a_session_that_was_opened_in_a_terminal_elsewhere_says_so(lab: Lab) -> None:
    with serving(lab), puppet(lab.local), navi(lab) as screen:
        address = spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        screen.press("w")
        screen.wait_for("> go")
        with Terminal([*NAVI, "attach", address], lab.environment()) as terminal:
            terminal.wait_for("goes on: --resume ")
            screen.wait_for("it goes on in a terminal; below is what it printed until then")
            screen.wait_for("> go")
            leave_page(screen)
            screen.wait_gone("Remote")
            screen.wait_for(f"api-{address[-4:]}")


def test_another_permission_mode_is_chosen_from_a_list(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent, navi(lab) as screen:
        address = spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("api")
        agent.wait_input("go")
        screen.press("w")
        screen.wait_for("Esc closes")
        screen.press("m")
        screen.wait_for("Permission mode of api")
        screen.wait_for(re.compile("plan +reads, and proposes a plan"))
        screen.type("plan")
        screen.press("Enter")
        screen.wait_for("asked the agent of api for the permission mode plan")
        until(lambda: verb(lab, "mode", address).stdout == "plan\n", what="the agent has it")
        screen.wait_for(re.compile("claude-code.{1,40}plan"))
        screen.press("m")
        screen.wait_for(re.compile("plan +now +reads"))
        screen.type("bypass")
        screen.press("Enter")
        screen.wait_for("the agent refused bypassPermissions: it was not started so")
        screen.press("m")
        screen.type("auto")
        screen.press("Enter")
        screen.wait_for(re.compile("handed over permission mode auto"))
        screen.press("i")
        screen.wait_for(re.compile(r"done by +\S+@\S+ asked for the permission mode \(auto\)"))
        screen.press("Escape")
        verb(lab, "kill", address)
        screen.wait_for("its agent has ended")
        screen.press("m")
        screen.wait_for("no agent runs in api; B resumes it")
