"""The page in a real Chromium of the size of a phone: what a person sees and presses, and what must not be lost."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from navi import __version__
from tests.headless.web.conftest import World
from tests.support.browser import WIDTH, Browser, browser, missing
from tests.support.dashboard import configure
from tests.support.machines import Lab
from tests.support.relay import Relay
from tests.support.serving import serving, without_relay
from tests.support.verbs import living, navi
from tests.support.waiting import until
from tests.support.web import site_of

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

CLAUDE = f"""#!{sys.executable}
import json, os, sys, time
def out(**message):
    print(json.dumps(message), flush=True)
RULE = {{"type": "addRules", "rules": [{{"toolName": "Edit"}}], "behavior": "allow", "destination": "session"}}
def asks(id, tool, input):
    request = {{"subtype": "can_use_tool", "tool_name": tool, "input": input, "tool_use_id": id}}
    request["permission_suggestions"] = [RULE] if tool == "Edit" else []
    out(type="control_request", request_id=id, request=request)
def block(**fields):
    out(type="assistant", message={{"id": "m1", "content": [fields]}})
EVIL = ("<img src=x onerror=document.title='evil'><script>document.title='evil'</script> "
        "javascript:evil \\x1b[31mred\\x1b[0m")
EDIT = {{"file_path": "/repo/a.py", "old_string": "same\\nold line\\nend", "new_string": "same\\nnew line\\nend"}}
COLOURS = {{"questions": [{{"question": "Which colour?", "header": "Colour", "options": [
    {{"label": "Red <b>", "description": "warm"}}, {{"label": "Blue", "description": "cold"}}]}}]}}
if "--resume" in sys.argv and os.path.exists("forgets"):
    out(type="result", subtype="error_during_execution", is_error=True, errors=["No conversation found"])
    sys.exit(1)
if "-p" not in sys.argv:
    print("goes on", *sys.argv[1:], flush=True)
    while True:
        time.sleep(1)
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "control_request":
        out(type="control_response", response={{"subtype": "success", "request_id": message["request_id"]}})
        if message["request"]["subtype"] == "interrupt":
            out(type="control_cancel_request", request_id="q1")
            out(type="result", subtype="error_during_execution", terminal_reason="aborted_tools", result="")
    elif message["type"] == "control_response":
        answer = message["response"]["response"]
        block(type="text", text=f"{{message['response']['request_id']}} got {{answer['behavior']}} "
              f"{{answer.get('updatedInput', {{}}).get('answers', '')}} {{answer.get('message', '')}}"
              + " and more" * (answer.get("updatedPermissions") == [RULE]))
        open_questions.discard(message["response"]["request_id"])
        if not open_questions:
            out(type="result", subtype="success", result="")
    elif message["type"] == "user":
        text = message["message"]["content"]
        out(type="user", uuid=message["uuid"], isReplay=True, message=message["message"])
        if text == "grow":
            for part in ("half", " a word"):
                out(type="stream_event", event={{"delta": {{"text": part}}}})
            time.sleep(4)
            block(type="text", text="the whole text")
        elif text == "ask":
            block(type="tool_use", id="q1", name="Edit", input=EDIT)
            asks("q1", "Edit", EDIT)
            asks("q2", "AskUserQuestion", COLOURS)
            open_questions = {{"q1", "q2"}}
            continue
        else:
            block(type="text", text=f"{{text}} {{EVIL}}")
        out(type="result", subtype="success", result="")
"""
"""An agent that speaks as Claude Code does, with texts that are no friends of a page."""


@pytest.fixture(scope="module")
def phone(world: World) -> Iterator[tuple[Browser, Relay]]:
    """Yield a phone that is logged in, and the network between it and the hub."""
    program = world.lab.local.bin / "claude"
    program.write_text(CLAUDE)
    program.chmod(0o755)
    with Relay(world.site.port) as network, browser() as one:
        one.go(f"http://127.0.0.1:{network.port}/#{world.site.code}")
        one.shows("No sessions without a terminal yet")
        yield one, network


@pytest.fixture
def page(phone: tuple[Browser, Relay]) -> Iterator[Browser]:
    """Yield the page with the list of sessions; afterwards nothing in it may have failed."""
    one, network = phone
    one.go("about:blank")
    one.go(f"http://127.0.0.1:{network.port}/#/")
    yield one
    assert one.errors() == []
    assert one.run("return document.documentElement.scrollWidth") <= WIDTH, "nothing is wider than the phone"


@pytest.fixture
def network(phone: tuple[Browser, Relay]) -> Iterator[Relay]:
    """Yield the network between phone and hub; afterwards it works again."""
    yield phone[1]
    phone[1].resume()


def spawn(page: Browser, prompt: str) -> str:
    """Start an agent from the form, and return its session."""
    page.click("summary", "New session")
    page.type("form textarea", prompt)
    page.has("option", "Claude Code")
    start(page, "Start", lambda: "#/s/" in page.address())
    page.shows("Remote")
    return page.address().rpartition("/")[2]


def start(page: Browser, button: str, is_started: Callable[[], bool]) -> None:
    """Press a button that starts an agent, again and again where too many were started within a minute."""

    def pressed() -> bool:
        if is_started():
            return True
        if "were started within a minute" in str(page.run("return document.body.innerText")):
            page.click("button", button)
        return False

    page.click("button", button)
    until(pressed, timeout=90, what="the agent is started", interval=1)


def send(page: Browser, text: str) -> None:
    """Send the agent a message."""
    page.type(".composer textarea", text)
    page.click("button", "Send")


def test_the_code_is_gone_from_the_address(page: Browser, world: World) -> None:
    assert world.site.code not in page.address()
    assert page.run("return document.cookie") == "", "no script can read the cookie"
    assert world.site.token not in page.run("return JSON.stringify(localStorage) + document.documentElement.outerHTML")


def test_spawn_watch_answer_lose_the_network_and_answer_again(page: Browser, network: Relay) -> None:
    spawn(page, "hello")
    page.shows("first one in its folder", "waiting", "<img src=x onerror", "javascript:evil red")
    assert page.run("return [document.title, document.querySelectorAll('main img, main script, main b').length]") == [
        "hello - navi", 0,
    ]  # fmt: skip
    send(page, "ask")
    page.shows("Permission: Edit", "- old line", "+ new line", "Question: AskUserQuestion", "Which colour?", "Red <b>")
    page.click("label", "Red <b>")
    page.click("button", "Answer")
    page.shows("q2 got allow {'Which colour?': 'Red <b>'}", "Answered by phone")
    network.pause()
    network.cut()
    page.shows("no connection to navi")
    page.type("input[aria-label='A reason, for the agent']", "not now")
    page.click("button", "Deny")
    page.shows("Your answer is kept on this device, and sent when navi is back.")
    send(page, "second")
    page.shows("on this device only; sent when navi is back")
    page.type(".composer textarea", "half a thought")
    network.resume()
    page.shows("q1 got deny", "not now", "second <img")
    page.hides("on this device only")
    page.hides("no connection to navi")
    assert page.text().count("second <img") == 1
    page.reload()
    page.shows("q1 got deny", "second <img")
    draft = "return document.querySelector('.composer textarea').value"
    assert page.run(draft) == "half a thought", "what was not sent outlives the page"


def test_text_grows_and_comes_once(page: Browser) -> None:
    spawn(page, "hello")
    page.shows("hello <img")
    send(page, "grow")
    page.shows("half a word")
    page.shows("the whole text")
    page.hides("half a word")


def test_a_question_that_is_answered_elsewhere_or_withdrawn_is_gone(page: Browser, world: World) -> None:
    id = spawn(page, "ask")
    page.shows("Permission: Edit", "Which colour?")
    navi(world.lab, "answer", id, "--choose", "Blue", "--seen", "q2")
    page.hides("Question: AskUserQuestion")
    page.shows("Answered by", "q2 got allow {'Which colour?': 'Blue'}")
    page.click("button", "Interrupt")
    page.shows("The agent asks this no more: Edit", "The turn was interrupted.")
    page.hides("Permission: Edit")


def test_what_an_agent_proposes_to_allow_is_a_button(page: Browser) -> None:
    spawn(page, "ask")
    page.click("button", "Yes, and always allow Edit until its agent ends")
    page.shows("q1 got allow", "and more")
    page.hides("Permission: Edit")


def test_the_permission_mode_is_changed_and_who_did_what_is_listed(page: Browser, world: World) -> None:
    id = spawn(page, "one")
    page.shows("one <img")
    page.run(
        "const mode = document.querySelector('select[aria-label=\"Permission mode\"]');"
        "mode.value = 'plan'; mode.dispatchEvent(new Event('change')); return true"
    )
    until(lambda: navi(world.lab, "mode", id).stdout == "plan\n", what="the agent has the mode")
    page.has("option", "plan")
    page.shows("claude-code · plan")
    page.click("summary", "Who did what")
    page.shows("asked for the permission mode (plan), from web, page", "spawned (claude-code), from web, page")


def test_a_conversation_that_was_lost_is_begun_anew(page: Browser, world: World) -> None:
    forgets = world.lab.local.home / "forgets"
    spawn(page, "one")
    page.shows("one <img")
    page.click("button", "End")
    page.click("button", "End it")
    page.shows("complete", "Begin anew")
    forgets.touch()
    page.click("button", "Resume")
    page.shows("could not go on with its conversation: No conversation found")
    page.click("button", "Begin anew")
    page.shows("Begin a new conversation?")
    page.click("button", "Begin it")
    page.shows("This conversation goes on from an earlier one")
    page.hides("could not go on with its conversation")
    forgets.unlink()


def test_an_agent_that_is_not_reached_is_to_end_or_not(page: Browser, world: World) -> None:
    spawn(page, "before")
    page.shows("before <img")
    with without_relay(world.lab):
        page.shows("Disconnected:")
        page.click("button", "End")
        page.shows("as soon as its host can be reached")
        page.click("button", "End it")
        page.shows("asked for the end of the agent")
        page.click("button", "Do not end it")
        page.hides("asked for the end of the agent")
        page.click("button", "End")
        page.click("button", "End it")
        page.shows("asked for the end of the agent")
    page.shows("complete", "The agent has ended")


def test_an_agent_is_ended_and_resumed(page: Browser) -> None:
    spawn(page, "one")
    page.shows("one <img")
    page.click("button", "End")
    page.shows("This ends the agent of one")
    page.click("button", "End it")
    page.shows("complete", "The agent has ended", "Resume")
    send(page, "two")
    page.shows("its agent has ended")
    start(page, "Resume", lambda: "two <img" in str(page.run("return document.body.innerText")))
    page.hides("its agent has ended")


def test_a_lost_relay_leaves_badge_and_transcript_and_takes_what_is_typed(page: Browser, world: World) -> None:
    spawn(page, "before")
    page.shows("before <img")
    with without_relay(world.lab):
        page.shows("disconnected", "Remote", "Disconnected:", "handed over when it is back", "before <img")
        send(page, "meanwhile")
        page.shows("queued at navi")
        page.click("#back")
        page.shows("before", "disconnected", "Remote")
        page.click(".sessions a", "before")
        page.shows("meanwhile", "queued at navi")
    page.shows("meanwhile <img")
    page.hides("Disconnected:")
    page.click("#back")
    page.shows("before", "waiting", "Remote")
    page.hides("disconnected")


def test_a_killed_hub_is_found_again_and_gets_what_was_typed(lab: Lab) -> None:
    with serving(lab) as hub, browser() as phone:
        first = site_of(lab, hub)
        phone.go(f"{first.origin}/#{first.code}")
        spawn_scripted(phone, "say before ;; wait 2 ;; say meanwhile")
        phone.shows("\nbefore")
        hub.kill()
        hub.communicate(timeout=30)
        phone.shows("no connection to navi")
        send(phone, "say afterwards")
        phone.shows("on this device only")
        with serving(lab, port=first.port):
            phone.shows("meanwhile", "\nafterwards")
            phone.hides("no connection to navi")
            phone.hides("on this device only")
            lines = phone.text().splitlines()
            assert [lines.count(one) for one in ("before", "meanwhile", "afterwards")] == [1, 1, 1]


def spawn_scripted(phone: Browser, prompt: str) -> None:
    """Start the agent without a model from the form."""
    phone.click("summary", "New session")
    phone.type("form textarea", prompt)
    phone.has("option", "Scripted agent")
    phone.run("document.querySelectorAll('form select')[1].value = 'scripted'")
    phone.click("button", "Start")


def test_what_is_too_much_is_reported_and_can_be_sent_again(lab: Lab) -> None:
    configure(lab, prompts_a_minute=2, prompts_waiting=1)
    outbox = "return JSON.stringify(Object.entries(localStorage).filter(([key]) => key.startsWith('outbox:')))"
    with serving(lab) as hub, browser() as phone:
        first = site_of(lab, hub)
        phone.go(f"{first.origin}/#{first.code}")
        spawn_scripted(phone, "say one ;; wait 6")
        phone.shows("\none")
        send(phone, "say two")
        phone.shows("handed over")
        send(phone, "say three")
        phone.shows("not taken: 1 messages wait for its agent (prompts_waiting); this one was not stored")
        phone.shows("Send again", "Remove")
        phone.shows("\ntwo", "waiting")
        phone.reload()
        phone.shows("not taken: 1 messages wait", "\ntwo")
        assert "\nthree" not in phone.text(), "what was refused is not sent by itself"
        phone.click("button", "Send again")
        phone.shows("\nthree")
        phone.hides("not taken")
        send(phone, "say four")
        phone.shows("not taken: it got 2 messages within a minute (prompts_a_minute); this one was not stored; try")
        phone.click("button", "Remove")
        phone.hides("say four")
        assert "say" not in str(phone.run(outbox))
        assert phone.errors() == []


def test_an_interrupt_that_adds_nothing_is_reported(page: Browser) -> None:
    spawn(page, "one")
    page.shows("one <img")
    page.run("""
        const one = [...document.querySelectorAll("button")].find((one) => one.textContent === "Interrupt");
        for (let number = 0; number < 10; number++) one.click();""")
    page.shows("an interrupt waits already until it can be handed over to its agent; another one adds nothing")
    page.shows("The turn was interrupted.")
    page.click("button", "Interrupt")
    page.hides("an interrupt waits already")


def test_a_session_goes_on_in_a_terminal(page: Browser, world: World) -> None:
    spawn(page, "open me")
    page.shows("open me <img")
    page.click("button", "Open in a terminal")
    page.click("button", "Open it")
    page.shows("It goes on in a terminal: navi attach open-me-", seconds=90)
    page.hides("Remote")
    found = re.search(r"navi attach (open-me-\w+)", page.text())
    assert found
    assert found[1] in living(world.lab.local)
    assert page.run("return document.querySelector('.composer textarea').disabled")
    world.lab.local.sh(f"tmux kill-session -t '={found[1]}'")


def test_what_can_not_be_started_is_reported_and_the_prompt_stays(page: Browser) -> None:
    page.click("summary", "New session")
    page.type("form textarea", "keep me")
    page.has("option", "Claude Code")
    page.run("document.querySelector('select').append(new Option('gone', 'gone', true, true))")
    page.click("button", "Start")
    page.shows("the relay does not reach a host gone")
    page.reload()
    page.click("summary", "New session")
    assert page.run("return document.querySelector('form textarea').value") == "keep me"


def test_a_second_device_needs_a_code_of_its_own(world: World) -> None:
    with browser(dark=True) as other:
        other.go(f"http://127.0.0.1:{world.site.port}/#{world.site.code}")
        other.shows("navi serve --page prints another address")
        text, background = other.run("""
            const style = getComputedStyle(document.body);
            return [style.color, style.backgroundColor].map((one) => Number(one.match(/\\d+/)[0]))""")
        assert text > background, "it is dark where the device is"
        other.type("form input", navi(world.lab, "serve", "--page").stdout.strip())
        other.click("button", "Log in")
        other.shows("New session")


def test_every_field_and_button_has_a_name(page: Browser) -> None:
    unnamed = """
        return [...document.querySelectorAll("input, select, textarea, button, a[href], summary")].filter(
            (one) => !(one.textContent.trim() || one.getAttribute("aria-label") || one.labels?.length)).length"""
    assert page.run(unnamed) == 0
    page.click("summary", "New session")
    page.has("option", "Claude Code")
    assert page.run(unnamed) == 0


def test_the_files_of_the_page_are_in_the_package() -> None:
    text = (Path(__file__).parents[3] / "setup.cfg").read_text()
    assert "headless/web/page/*" in text


def test_a_page_of_before_an_upgrade_is_to_be_reloaded(lab: Lab) -> None:
    with serving(lab) as hub, browser() as phone:
        first = site_of(lab, hub)
        phone.go(f"{first.origin}/#{first.code}")
        spawn_scripted(phone, "say one")
        phone.shows("\none")
        phone.run("document.querySelector('meta[name=navi-version]').content = '0.0.1'")
        session = phone.run("const there = location.hash; location.hash = '#/'; return there")
        phone.hides("\none")
        phone.run("location.hash = arguments[0]", session)
        phone.shows(f"navi is {__version__} now, and this page is of navi 0.0.1; reload the page")
        phone.reload()
        phone.shows("\none")
        assert phone.errors() == []
