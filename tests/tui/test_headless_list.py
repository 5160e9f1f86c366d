"""Sessions without a terminal in the list: a real hub, relay, runner and sshd, and an agent without a model."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

from tests.support.dashboard import begin, names, navi, selected, wait_names, wait_selected
from tests.support.machines import Lab
from tests.support.puppet import puppet, spawn
from tests.support.serving import process_of_relay, serving
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE
from tests.support.verbs import navi as verb
from tests.support.waiting import until


@HERE_AND_THERE
def test_a_session_is_a_row_with_badge_host_state_and_question(lab: Lab, far: bool) -> None:
    lab.remotes_yaml([lab.machine("atlas", shell="fish")])
    label = " [atlas] Remote" if far else " Remote"
    with serving(lab), navi(lab) as screen:
        screen.wait_for("No sessions here yet")
        address = spawn(lab, "atlas" if far else "local", "say hello ;; ask may I? ;; say done", title="Fix it")
        screen.wait_for(re.compile(rf"\? Fix it{re.escape(label)} 1 question +permission"))
        screen.wait_for('"Script may I?"')
        screen.wait_for(address.rpartition("/")[2])
        screen.wait_for("1 needs you")
        verb(lab, "answer", address, "--allow")
        screen.wait_for(re.compile(rf"✔ Fix it{re.escape(label)} .* done"))
        screen.wait_for('"done"')
        screen.wait_gone("needs you")
        screen.wait_gone("question")


def test_it_is_sorted_found_filtered_and_visited_like_the_others(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="bash")
    lab.remotes_yaml([atlas])
    begin(lab.local, "api", status="working")
    with serving(lab), navi(lab) as screen:
        wait_names(screen, "api")
        spawn(lab, "atlas", "ask may I?", title="zeta")
        wait_names(screen, "zeta", "api")
        spawn(lab, "local", "say x", title="other")
        wait_names(screen, "zeta", "api", "other")
        screen.wait_for("2 local, 1 remote")
        screen.press("End")
        wait_selected(screen, "other")
        screen.press("!")
        wait_selected(screen, "zeta")
        screen.press("s")
        wait_names(screen, "api", "other", "zeta")
        screen.press("M-1")
        until(lambda: set(names(screen)) == {"api", "other"}, what="only local ones are listed")
        screen.press("M-2")
        until(lambda: names(screen) == ["zeta"], what="only remote ones are listed")
        screen.press("/")
        screen.type("zet")
        screen.press("Enter")
        wait_selected(screen, "zeta")
        screen.wait_for("1/1")


def test_an_ended_one_can_be_hidden_and_dismissed(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        address = spawn(lab, "local", "say x", title="api")
        wait_names(screen, "api")
        screen.press("d")
        screen.wait_for("has not ended, as far as it is known")
        verb(lab, "kill", address)
        screen.wait_for("complete")
        screen.press("o")
        screen.wait_gone("api")
        screen.press("o")
        wait_names(screen, "api")
        screen.press("d")
        screen.wait_for("api is off the list; its transcript stays: navi capture spawn_")
        wait_names(screen)
        assert "x" in verb(lab, "capture", address).stdout
        assert verb(lab, "ls").stdout == ""


def test_marks_are_kept_on_its_host(lab: Lab) -> None:
    lab.remotes_yaml([lab.machine("atlas", shell="bash")])
    with serving(lab), navi(lab) as screen:
        spawn(lab, "atlas", "say x", title="api")
        wait_names(screen, "api")
        screen.wait_for("✔ atlas")
        screen.press("b")
        screen.wait_for(re.compile(r"api \[atlas\] Remote( unseen)? ⚑"))  # its turn may have ended
        screen.press("R")
        screen.wait_for("keeps its title and its name")


def test_a_hub_may_come_go_and_come_again(lab: Lab) -> None:
    with navi(lab) as screen:
        screen.wait_for("No sessions here yet")
        with serving(lab) as hub:
            spawn(lab, "local", "ask may I?", title="api")
            screen.wait_for(re.compile("api Remote 1 question +permission"))
            hub.kill()
            hub.communicate(timeout=30)
            screen.wait_for(re.compile(r"api Remote .* disconnected +now"))
            screen.wait_gone("needs you")
            screen.press("w")
            screen.wait_for("no hub answers; navi serve starts one; nothing can be sent until then")
            screen.press("Escape")
        with serving(lab):
            screen.wait_for(re.compile("api Remote 1 question +permission"))
            screen.wait_for("1 needs you")


def test_a_host_that_is_lost_leaves_its_sessions_and_their_questions(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="bash")
    lab.remotes_yaml([atlas])
    with serving(lab), navi(lab) as screen:
        spawn(lab, "atlas", "ask may I?", title="far")
        spawn(lab, "local", "ask you too?", title="near")
        screen.wait_for("2 need you")
        atlas.stop()
        screen.wait_for(re.compile(r"far \[atlas\] Remote 1 question +disconnected"), timeout=60)
        screen.wait_for(re.compile(r"near Remote 1 question +permission"))
        screen.wait_for("2 need you")
        atlas.start()
        screen.wait_for(re.compile(r"far \[atlas\] Remote 1 question +permission"), timeout=60)


def test_a_host_that_is_configured_no_more_is_named(lab: Lab) -> None:
    lab.remotes_yaml([lab.machine("atlas", shell="bash")])
    with serving(lab):
        spawn(lab, "atlas", "say x", title="api")
        lab.remotes_yaml([])
        with navi(lab) as screen:
            screen.wait_for(re.compile(r"api \[atlas\] Remote"))
            screen.press("H")
            screen.wait_for("not a host in remotes.yaml")
            screen.press("Escape")
            screen.wait_gone("not a host in remotes.yaml")
            screen.press("i")
            screen.wait_for(re.compile("title +api"))
            screen.press("Escape")
            screen.wait_gone("Esc closes")
            screen.press("p")
            screen.wait_for("> say x")
            screen.press("b")
            screen.wait_for("nothing was done: not a host in remotes.yaml")
            screen.press("G")
            screen.wait_for("not a host in remotes.yaml; add it there")
            screen.press("Escape")
            screen.wait_gone("Esc closes")
            screen.press("n")
            screen.wait_for("Enter submits")
            assert "atlas -" not in screen.screen()


def test_a_killed_relay_is_shown_and_so_is_the_next_one(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        spawn(lab, "local", "say x", title="api")
        screen.wait_for("done")
        os.kill(process_of_relay(lab), signal.SIGKILL)
        screen.wait_for("disconnected")
        screen.wait_for("done")


def test_details_say_what_the_hub_knows(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        spawn(lab, "local", "ask may I?", title="api")
        screen.wait_for("1 question")
        screen.press("i")
        screen.wait_for(re.compile("hub says +permission"))
        screen.wait_for(re.compile("❯ hub +permission .*its agent asks for permission"))
        screen.wait_for(re.compile("questions +1 open: permission"))
        screen.wait_for(re.compile("agent +scripted"))


def test_the_preview_shows_the_end_of_the_transcript(lab: Lab) -> None:
    begin(lab.local, "pane", "echo in a pane; exec cat")
    with serving(lab), puppet(lab.local) as agent, navi(lab, 140) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        agent.print(*(agent.text(f"line {number}") for number in range(300)))
        screen.wait_for("api Remote")
        screen.press("/")
        screen.type("api")
        screen.press("Enter")
        screen.wait_for("line 298")
        agent.print(agent.growing("and it "), agent.growing("grows"))
        screen.wait_for("and it grows")
        agent.print(agent.text("and it grows up"))
        screen.wait_for("and it grows up")
        screen.press("/")
        screen.type("pane")
        screen.press("Enter")
        screen.wait_for("in a pane")
        screen.wait_gone("line 299")
        assert selected(screen) == "pane"


def older_hub(path: Path) -> None:
    """Serve as a hub that knows no list, until the socket is gone."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(0.1)
        while path.exists():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(b'{"type":"error","code":"MALFORMED","message":"unknown message"}\n')


def test_a_hub_of_another_version_is_reported(lab: Lab) -> None:
    folder = Path(lab.environment()["XDG_RUNTIME_DIR"]) / "navi"
    folder.mkdir(mode=0o700)
    with navi(lab) as screen:
        screen.wait_for("No sessions here yet")
        thread = threading.Thread(target=older_hub, args=[folder / "hub.sock"])
        thread.start()
        screen.wait_for("the hub does not list its sessions (unknown message); restart navi serve if it is older")
        (folder / "hub.sock").unlink()
        thread.join()
        with serving(lab):
            spawn(lab, "local", "say x", title="api")
            screen.wait_for("api Remote")


def test_without_a_hub_nothing_of_it_is_imported(lab: Lab) -> None:
    loaded = lab.folder / "imports"
    words = ["sh", "-c", f"exec {sys.executable} -X importtime -m navi 2>{loaded}"]
    begin(lab.local, "api")
    with Terminal(words, lab.environment(), 100, 30) as screen:
        screen.wait_for("api")
        screen.press("w")
        screen.wait_for("only for a session without a terminal")
        screen.press("n")
        screen.wait_for("Enter submits")
        assert "without a terminal" not in screen.screen()
        screen.press("Escape")
        screen.wait_gone("Enter submits")
        screen.press("p")
        screen.press("q")
        screen.wait_prompt()
    found = set(re.findall(r"\| +(navi\S*|sqlite3|difflib)", loaded.read_text()))
    assert "navi.tui.dashboard" in found
    assert [one for one in found if one.startswith("navi.headless")] == []
