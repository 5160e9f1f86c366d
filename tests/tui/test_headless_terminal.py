"""Opening a session without a terminal in one from the dashboard: for good, once, and never two agents."""

from __future__ import annotations

import re

from tests.support.dashboard import navi, wait_names
from tests.support.machines import Lab
from tests.support.puppet import puppet, spawn
from tests.support.serving import serving
from tests.support.verbs import HERE_AND_THERE, account, living
from tests.support.verbs import navi as verb
from tests.support.waiting import until


@HERE_AND_THERE
def test_enter_opens_it_in_a_terminal_after_a_question(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    with serving(lab), puppet(there), navi(lab) as screen:
        address = spawn(lab, "atlas" if far else "local", "go", "claude-code", str(there.home), "api")
        screen.wait_for("running")
        screen.press("Enter")
        screen.wait_for("ends its agent, and goes on with the conversation in tmux, for good")
        screen.press("n")
        screen.wait_gone("for good")
        assert living(there) == set()
        screen.press("Enter")
        screen.wait_for("for good")
        screen.press("y")
        screen.wait_for("goes on: --resume ")
        (name,) = living(there)
        there.tmux("detach-client", "-s", name)
        screen.wait_for("? help")
        wait_names(screen, name)
        screen.wait_gone("Remote")
        assert f"api-{address[-4:]}" == name
        running = [line for line in there.sh("ps -eo args").splitlines() if str(there.folder) in line]
        assert [line for line in running if "stream-json" in line] == [], "the agent without a terminal has ended"


def test_a_permission_mode_that_stays_behind_is_named_before(lab: Lab) -> None:
    with serving(lab), puppet(lab.local), navi(lab) as screen:
        verb(lab, "spawn", "--permission-mode", "odd", "-c", str(lab.local.home), "go")
        screen.wait_for("running")
        screen.press("Enter")
        screen.wait_for("for good")
        screen.wait_for("its permission mode odd stays behind: claude has no option for it in a terminal")


def test_what_can_not_go_on_there_says_so_and_stays(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        spawn(lab, "local", "say x", title="api")
        screen.wait_for("done")
        screen.press("w")
        screen.wait_for("> say x")
        screen.press("Enter")
        screen.wait_for("for good")
        screen.press("y")
        screen.wait_for("scripted can't go on with a conversation in a terminal; nothing was ended")
        screen.wait_for(re.compile(r"done  (just now|\d+\w ago)"))
        assert "waiting" in verb(lab, "ls").stdout


def test_one_whose_host_is_lost_is_not_opened(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="bash")
    lab.remotes_yaml([atlas])
    with serving(lab), navi(lab) as screen:
        spawn(lab, "atlas", "say x", title="api")
        screen.wait_for("done")
        atlas.stop()
        screen.wait_for(re.compile(r"api \[atlas\] Remote +disconnected"), timeout=60)
        screen.press("Enter")
        screen.wait_for("its host can't be reached, so that its agent may still run; nothing was opened")
        screen.press("x")
        screen.wait_for(re.compile(r"End (atlas/)?api"))
        screen.press("y")
        screen.wait_for("api ends when its host can be reached")


def test_a_conversation_that_goes_on_by_hand_is_listed_once(lab: Lab) -> None:
    with serving(lab), puppet(lab.local), navi(lab) as screen:
        address = spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        verb(lab, "kill", address)
        screen.wait_for("complete")
        id = verb(lab, "ls", "--json").stdout
        assert "spawn_" in id
        conversation = until(lambda: conversation_of(lab, address), what="the conversation is known")
        lab.local.new_session("hand", "exec cat")
        record = {"agent": "claude", "status": "idle", "timestamp": 2_000_000_000}
        lab.local.write_status("hand", status="idle", conversations={conversation: record})
        wait_names(screen, "hand")


def conversation_of(lab: Lab, address: str) -> str:
    """Return the agent's own id of a session's conversation."""
    import sqlite3

    path = lab.environment()["XDG_STATE_HOME"] + "/navi/navi.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        row = database.execute("SELECT agent_session_id FROM sessions WHERE id = ?", (address,)).fetchone()
    return str(row[0])
