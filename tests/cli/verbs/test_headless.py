"""Sessions without a terminal on the command line: a real hub, relay, runner and sshd, and an agent without a model."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from navi.cli.output.growing import GrowingText
from navi.cli.output.headless_transcript import LiveTranscript, PrintedTranscript, stored
from navi.cli.output.output import Output
from navi.cli.verbs.headless import _await_begin
from navi.config.navi_files import NaviFiles
from navi.headless.client import HubClient, NoHub
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError
from tests.support.claude import put_claude
from tests.support.machines import Lab
from tests.support.puppet import puppet
from tests.support.puppet import spawn as spawn_session
from tests.support.serving import process_of_relay, serving, status, without_relay
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, living, navi, pane
from tests.support.waiting import until


def spawn(lab: Lab, host: str, prompt: str) -> str:
    """Spawn an agent without a model, and return its address."""
    done = navi(lab, "spawn", "--json", "--harness", "scripted", "--host", host, prompt)
    return str(json.loads(done.stdout)["address"])


def listed(lab: Lab, address: str) -> dict[str, object]:
    """Return a session as `navi ls --json` has it."""
    sessions = json.loads(navi(lab, "ls", "--json").stdout)["sessions"]
    return next(one for one in sessions if one["address"] == address)


def away(lab: Lab, address: str) -> bool:
    """Return whether the host of a session is away."""
    words = [sys.executable, "-m", "navi", "health", address]
    found = subprocess.run(words, env=lab.environment(), capture_output=True, text=True, check=False)
    return found.returncode == 69 and "unknown" in found.stdout


def shows(lab: Lab, address: str, *lines: str) -> None:
    """Wait until the transcript of a session has these lines, in this order."""

    def has() -> bool:
        rest = iter(navi(lab, "capture", address).stdout.splitlines())
        return all(line in rest for line in lines)

    until(has, what=f"{address} shows {lines}")


@HERE_AND_THERE
def test_a_session_from_its_beginning_to_its_end(lab: Lab, far: bool) -> None:
    host = "atlas" if far else "local"
    lab.remotes_yaml([lab.machine("atlas", shell="fish")])
    with serving(lab):
        address = spawn(lab, host, "say hello ;; ask may I? ;; say done")
        assert address.startswith("atlas/spawn_" if far else "spawn_")
        navi(lab, "wait", address, "--until", "permission", "--timeout", "60")
        row = listed(lab, address)
        assert (row["headless"], row["type"]) == (True, "spawned")
        assert (row["status"], row["health"]) == ("permission", "healthy")
        assert "Remote" in navi(lab, "ls").stdout
        asked = json.loads(navi(lab, "answer", address, "--json").stdout)
        assert (asked["kind"], asked["question"]) == ("permission", "may I?")
        navi(lab, "answer", address, "--allow", "--seen", "another", status=75)
        assert "answered" in navi(lab, "answer", address, "--allow", "--seen", asked["digest"]).stdout
        assert "asks nothing" in navi(lab, "answer", address, status=1).stderr
        navi(lab, "send", address, "say more")
        shows(lab, address, "hello", "? permission: Script may I?", "done", "> say more", "more")
        assert "attaching needs a terminal; nothing was ended" in navi(lab, "attach", address, status=64).stderr
        assert navi(lab, "kill", address, "--dry-run").stdout.startswith(f"would end the agent of {address}")
        account = lab.machines[0] if far else lab.local
        files = account.sessions_dir / ".headless" / address.rpartition("/")[2] / "1"
        assert (files / "log").exists()
        assert navi(lab, "kill", address).stdout.startswith(f"ended {address}")
        until(lambda: not files.exists(), what="what is stored is removed from the host")
        assert "complete" in navi(lab, "health", address, status=1).stdout
        assert navi(lab, "send", address, "x", status=1).stderr.startswith(f"navi: {address}: its agent has ended")
        navi(lab, "resume", address, "say again")
        shows(lab, address, "more", "> say again", "again")


@HERE_AND_THERE
def test_killed_relays_and_hubs_lose_and_double_nothing(lab: Lab, far: bool) -> None:
    lab.remotes_yaml([lab.machine("atlas", shell="bash")])
    with serving(lab) as hub:
        address = spawn(lab, "atlas" if far else "local", "print 400 0.01 line ;; say end")
        shows(lab, address, "line")
        os.kill(process_of_relay(lab), signal.SIGKILL)
        until(lambda: status(lab) == 0, what="another relay is connected")
        os.kill(process_of_relay(lab), signal.SIGKILL)
        hub.kill()
        hub.communicate(timeout=30)
    assert navi(lab, "tail", address, status=69).stderr == "navi: no hub runs here; navi serve starts it\n"
    assert navi(lab, "ls").stdout == ""
    with serving(lab):
        assert listed(lab, address)["type"] == "spawned"
        navi(lab, "send", address, "say afterwards")
        shows(lab, address, "end", "> say afterwards", "afterwards")
        lines = navi(lab, "capture", address).stdout.splitlines()
        assert (lines.count("line"), lines.count("end"), lines.count("afterwards")) == (400, 1, 1)


def test_a_choice_that_counts_always_is_one_of_the_question(lab: Lab) -> None:
    with serving(lab):
        steps = ("offer may I?", "say once", "offer and now?", "say twice", "offer still?", "say on")
        address = spawn(lab, "local", " ;; ".join(steps))
        navi(lab, "wait", address, "--until", "permission", "--timeout", "60")
        asked = json.loads(navi(lab, "answer", address, "--json").stdout)
        labels = ["Yes", "No", "Yes, and always allow what it offers"]
        assert [one["label"] for one in asked["choices"]] == labels
        assert f"  3  {labels[2]}\n" in navi(lab, "answer", address).stdout
        done = navi(lab, "answer", address, "--allow", "--seen", asked["digest"])
        assert done.stdout == f"answered {address}: Yes\n"
        shows(lab, address, "once", "? permission: Script and now?")
        planned = navi(lab, "answer", address, "--choose", "3", "--dry-run").stdout
        assert planned == f"would answer {address}: {labels[2]}\n"
        refused = navi(lab, "answer", address, "--choose", "4", status=64).stderr
        assert "no choice is 4; there are 1 Yes, 2 No" in refused
        assert "no choice takes a text" in navi(lab, "answer", address, "--text", "why", status=64).stderr
        navi(lab, "answer", address, "--choose", labels[2])
        shows(lab, address, "twice", "on")
        assert "Script still?" not in navi(lab, "capture", address).stdout, "it was not asked again"


COLOUR = {"question": "Which colour?", "options": [{"label": "Red", "description": "like fire"}, {"label": "Blue"}]}
NAMES = {"question": "Which names?", "multiSelect": True, "options": [{"label": "Ann"}, {"label": "Bob"}]}


def test_all_parts_of_a_question_are_answered(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent:
        address = spawn_session(lab, "local", "go", "claude-code", str(lab.local.home))
        agent.print(agent.asks("q1", "AskUserQuestion", questions=[COLOUR, NAMES]))
        navi(lab, "wait", address, "--until", "question", "--timeout", "60")
        shown = navi(lab, "answer", address).stdout
        assert "(1 of 2) Which colour?\n  1  Red  (like fire)\n  2  Blue\n  3  Another answer\n" in shown
        assert "(2 of 2) Which names? (several can be chosen)\n  1  Ann\n" in shown
        found = json.loads(navi(lab, "answer", address, "--json").stdout)
        assert [one["question"] for one in found["parts"]] == ["Which colour?", "Which names?"]
        assert [one["several"] for one in found["parts"]] == [False, True]
        missing = navi(lab, "answer", address, "--choose", "Blue", status=64).stderr
        assert "the answer to (2 of 2) Which names? is missing; its choices are 1 Ann, 2 Bob" in missing
        given = ("--choose", "Blue", "--choose", "1,2")
        planned = json.loads(navi(lab, "answer", address, *given, "--dry-run", "--json").stdout)
        assert planned["answer"] == {"label": "Blue, Ann, Bob"}
        done = json.loads(navi(lab, "answer", address, *given, "--json").stdout)
        assert done == {"address": address, "answered": {"label": "Blue, Ann, Bob"}, "digest": "q1"}
        answer = agent.wait_input("q1")["response"]["response"]
        assert answer["updatedInput"]["answers"] == {"Which colour?": "Blue", "Which names?": "Ann, Bob"}


def test_the_permission_mode_is_changed_while_the_agent_runs(lab: Lab) -> None:
    with serving(lab), puppet(lab.local) as agent:
        address = spawn_session(lab, "local", "go", "claude-code", str(lab.local.home))
        agent.wait_input("go")
        done = navi(lab, "mode", address, "plan")
        assert done.stdout == f"{address} has the permission mode plan\n"
        found = json.loads(navi(lab, "mode", address, "--json").stdout)
        assert (found["permission_mode"], found["waiting"]) == ("plan", [])
        assert "acceptEdits" in found["modes"]
        refused = navi(lab, "mode", address, "bypassPermissions", status=1).stderr
        assert "its agent refused the permission mode bypassPermissions: it was not started so" in refused
        assert "there is no permission mode plna; claude-code has default" in navi(
            lab, "mode", address, "plna", status=1
        ).stderr  # fmt: skip
        assert "auto is kept until its agent takes it (handed over)" in navi(lab, "mode", address, "auto").stderr
        shown = navi(lab, "mode", address)
        assert (shown.stdout, "auto is kept until its agent takes it" in shown.stderr) == ("plan\n", True)
        navi(lab, "kill", address)
        navi(lab, "resume", address)
        assert navi(lab, "mode", address).stdout == "auto\n", "the last one that was wanted"
        explained = navi(lab, "explain", address).stdout
        asked = r"done by +\S+@\S+ asked for the permission mode \(plan\), .* ago, from socket, user \d+, process"
        assert re.search(asked, explained)
        assert re.search(r"done by +agent refused the permission mode \(bypassPermissions: it was not", explained)
        assert re.search(r"permissions +auto", explained)
        audit = json.loads(navi(lab, "explain", address, "--json").stdout)["audit"]
        assert audit[0]["what"] == "spawned"
        assert [one["what"] for one in audit][-2:] == ["asked for the end", "resumed"]
        plain = spawn(lab, "local", "say x")
        assert "scripted has no permission modes" in navi(lab, "mode", plain, "plan", status=1).stderr
        assert "only for agents without a terminal" in navi(lab, "mode", "api", "plan", status=64).stderr


def test_an_agent_whose_host_is_away_ends_when_it_returns_unless_that_is_withdrawn(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="bash")
    lab.remotes_yaml([atlas])
    with serving(lab):
        address = spawn(lab, "atlas", "say hello")
        navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
        assert "nobody has asked for the end" in navi(lab, "kill", "--withdraw", address, status=1).stderr
        atlas.stop()
        until(lambda: away(lab, address), 60, "its host is away")
        plan = f"would end the agent of {address} when its host can be reached (disconnected)\n"
        assert navi(lab, "kill", "--dry-run", address).stdout == plan
        later = f"its agent ends when that can be reached; navi kill --withdraw {address} lets it go on"
        for _ in range(2):
            assert later in navi(lab, "kill", address, status=69).stderr
        assert later in navi(lab, "health", address, status=69).stdout
        assert navi(lab, "kill", "--withdraw", address).stdout == f"the agent of {address} goes on\n"
        assert later not in navi(lab, "health", address, status=69).stdout
        atlas.start()
        navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
        navi(lab, "send", address, "say still here")
        shows(lab, address, "still here")
        atlas.stop()
        until(lambda: away(lab, address), 60, "its host is away again")
        navi(lab, "kill", address, status=69)
    with serving(lab):
        assert later in navi(lab, "health", address, status=69).stdout, "also after a restart of the hub"
        atlas.start()
        until(lambda: listed(lab, address)["status"] == "complete", 90, "it ends when its host is back")
        assert "its agent has ended" in navi(lab, "kill", "--withdraw", address, status=1).stderr
        navi(lab, "resume", address, "say again")
        shows(lab, address, "again")
    lab.local.new_session("pane")
    assert "navi undo restores a session" in navi(lab, "kill", "--withdraw", "pane", status=64).stderr


def test_an_interrupt_is_claimed_only_with_proof(lab: Lab) -> None:
    with serving(lab):
        address = spawn(lab, "local", "ask may I?")
        navi(lab, "wait", address, "--until", "permission", "--timeout", "60")
        assert navi(lab, "send", "--interrupt", address, "--timeout", "60").stdout == f"interrupted {address}\n"
        navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
        navi(lab, "send", address, "ask and now?")
        navi(lab, "wait", address, "--until", "permission", "--timeout", "60")
        with without_relay(lab):
            until(lambda: listed(lab, address)["status"] == "disconnected", what="it is not reached")
            words = navi(lab, "send", "--interrupt", address, "--timeout", "2", status=75).stderr
            assert words.startswith(f"navi: {address}: it is unknown whether its turn has ended: its host has not got")
        navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
        document = json.loads(navi(lab, "send", "--interrupt", "--json", address, "--timeout", "60").stdout)
        assert (document["address"], document["outcome"]) == (address, "interrupted")


def test_an_agent_that_failed_before_anybody_followed_it_is_not_called_started(lab: Lab) -> None:
    program = lab.local.bin / "claude"
    program.write_text("#!/bin/sh\necho no such model >&2\nexit 3\n")
    program.chmod(0o755)
    with serving(lab), HubClient(runtime_folder(lab.environment())) as hub:
        made = hub.ask("POST", "/api/sessions/spawn", prompt="x", cwd=str(lab.local.home), host="local")
        path = f"/api/sessions/{made['session_id']}/info"
        until(lambda: hub.ask("GET", path)["status"] == "failed", what="it has failed")
        hub.send({"type": "subscribe", "session_id": made["session_id"]})
        with pytest.raises(OperationError, match="not be started: it ended before it answered, with status 3: no"):
            _await_begin(hub, "x")


def test_a_session_of_which_nothing_is_left_has_failed_and_can_be_resumed(lab: Lab) -> None:
    with serving(lab):
        address = spawn(lab, "local", "say hello")
        navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
        place = lab.local.sessions_dir / ".headless" / address / "1"
        for name in ("runner", "feeder", "pid"):
            os.kill(int((place / name).read_text().split()[0]), signal.SIGKILL)
        until(lambda: listed(lab, address)["status"] == "failed", 60, "it is known")
        assert "nothing of it is left on its host" in navi(lab, "health", address, status=1).stdout
        until(lambda: not place.exists(), what="what is stored is removed from the host")
        navi(lab, "resume", address, "say again")
        shows(lab, address, "hello", "again")


LOSES = f"""#!{sys.executable}
import json, sys
def out(**message):
    print(json.dumps(message), flush=True)
if "--resume" in sys.argv:
    out(type="result", subtype="error_during_execution", is_error=True, errors=["No conversation found"])
    sys.exit(1)
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "control_request":
        out(type="control_response", response={{"subtype": "success", "request_id": message["request_id"]}})
    else:
        out(type="user", uuid=message["uuid"], isReplay=True, message=message["message"])
        text = {{"type": "text", "text": "got " + message["message"]["content"].splitlines()[-1]}}
        out(type="assistant", message={{"id": "m", "content": [text]}})
        out(type="result", subtype="success", result="")
"""
"""An agent that forgets each conversation when it ends."""


def test_a_conversation_that_was_lost_is_begun_anew(lab: Lab) -> None:
    program = lab.local.bin / "claude"
    program.write_text(LOSES)
    program.chmod(0o755)
    with serving(lab):
        done = navi(lab, "spawn", "--json", "-c", str(lab.local.home), "first")
        address = str(json.loads(done.stdout)["address"])
        shows(lab, address, "got first")
        navi(lab, "kill", address)
        offer = f"; navi resume --anew {address} begins a new conversation with what is stored of this one"
        failed = navi(lab, "resume", address, status=69).stderr
        assert failed == f"navi: the agent could not be started: No conversation found{offer}\n"
        assert f"No conversation found{offer}" in navi(lab, "health", address, status=1).stdout
        words = navi(lab, "resume", "--anew", address, "second").stdout
        assert words == f"{address} goes on in a new conversation\n"
        shows(lab, address, "got first", "got second")
        assert offer not in navi(lab, "health", address).stdout


def test_a_stopped_relay_leaves_agents_at_work(lab: Lab) -> None:
    with serving(lab) as hub:
        address = spawn(lab, "local", "say one")
        shows(lab, address, "one")
        assert navi(lab, "daemon", "start").stdout.startswith("the relay is already running")
        assert navi(lab, "daemon", "stop").stdout == "the relay has stopped; agents keep running\n"
        until(lambda: listed(lab, address)["status"] in ("disconnected", "waiting"), what="it is known")
        navi(lab, "send", address, "say two")
        until(lambda: status(lab) == 0, what="the hub starts another relay")
        shows(lab, address, "one", "two")
        second = navi(lab, "serve", status=73)
        assert f"a hub is already running (process {hub.pid})" in second.stderr
    assert navi(lab, "daemon", "stop", status=1).stderr == "navi: no relay is running\n"


def test_a_relay_outlives_the_hub_and_is_taken_by_the_next_one(lab: Lab) -> None:
    with serving(lab) as hub:
        first = process_of_relay(lab)
        address = spawn(lab, "local", "print 100 0.02 line ;; say end")
        shows(lab, address, "line")
        hub.kill()
        hub.communicate(timeout=30)
        with serving(lab):
            assert process_of_relay(lab) == first
            shows(lab, address, "line", "end")
            assert navi(lab, "capture", address).stdout.splitlines().count("line") == 100


@pytest.mark.parametrize("late", [False, True], ids=["while it runs", "when its agent has ended"])
def test_tail_goes_on_where_it_was_after_a_restart_of_the_hub(lab: Lab, late: bool) -> None:
    with serving(lab) as hub:
        address = spawn(lab, "local", "print 40 0.05 line ;; say middle ;; wait 1 ;; say last ;; exit 0")
        words = [sys.executable, "-m", "navi", "tail", "--follow", "--lines", "99", address]
        path = lab.folder / "followed"
        with (
            path.open("w") as file,
            subprocess.Popen(words, env=lab.environment(), stdout=file, stderr=subprocess.PIPE, text=True) as following,
        ):
            until(lambda: "line" in path.read_text(), what="it follows")
            if late:
                following.send_signal(signal.SIGSTOP)
            hub.kill()
            hub.communicate(timeout=30)
            with serving(lab):
                navi(lab, "wait", address, "--until", "complete", "--timeout", "60")
                following.send_signal(signal.SIGCONT)
                _, errors = following.communicate(timeout=60)
                wanted = navi(lab, "capture", address).stdout
    assert (following.returncode, path.read_text(), wanted.count("line\n")) == (0, wanted, 40), errors
    assert errors.splitlines() == [
        f"navi: {address}: the hub has ended; connecting again for up to 10 min",
        f"navi: {address}: connected again; no line is missing or comes twice",
        f"navi: {address}: its agent has ended",
    ]


def test_who_follows_an_agent_whose_hub_stays_away_hears_of_it(lab: Lab) -> None:
    heard: list[str] = []

    def connect() -> HubClient:
        return HubClient(runtime_folder(lab.environment()))

    with serving(lab) as hub:
        address = spawn(lab, "local", "say one ;; wait 600")
        shows(lab, address, "one")
        with connect() as first:
            info = {**first.ask("GET", f"/api/sessions/{address}"), "address": address}
            transcript, growing = PrintedTranscript(info), GrowingText(Output(sys.stdout, sys.stderr), {})
            assert "one" in list(stored(first, info, transcript))
            with closing(LiveTranscript(connect, first, info, transcript, growing, heard.append, away=3.0)) as followed:
                hub.kill()
                hub.communicate(timeout=30)
                with pytest.raises(NoHub):
                    list(followed.lines())
        assert heard == [f"{address}: the hub has ended; connecting again for up to 0.05 min"]
    with serving(lab):
        navi(lab, "kill", address)


def test_who_follows_an_agent_tries_again_where_a_new_connection_ends_at_once(lab: Lab) -> None:
    heard: list[str] = []
    made: list[HubClient] = []

    def connect() -> HubClient:
        made.append(HubClient(runtime_folder(lab.environment())))
        if len(made) < 3:
            made[-1].close()  # of a hub that ends just then
        return made[-1]

    with serving(lab):
        address = spawn(lab, "local", "say one ;; wait 1 ;; say two ;; exit 0")
        first = HubClient(runtime_folder(lab.environment()))
        info = {**first.ask("GET", f"/api/sessions/{address}"), "address": address}
        transcript, growing = PrintedTranscript(info), GrowingText(Output(sys.stdout, sys.stderr), {})
        with closing(LiveTranscript(connect, first, info, transcript, growing, heard.append, away=30.0)) as followed:
            first.close()
            assert list(followed.lines())[-1] == "two"
    assert [line.partition("; ")[2] for line in heard] == [
        "connecting again for up to 0.5 min",
        "no line is missing or comes twice",
    ]


def test_tail_follows_until_a_line_matches(lab: Lab) -> None:
    with serving(lab):
        address = spawn(lab, "local", "say one ;; wait 1 ;; say two ;; wait 1 ;; say three")
        began = time.monotonic()
        shown = navi(lab, "tail", address, "--until", "^two$").stdout.splitlines()
        assert (shown[-1], "three" in shown) == ("two", False)
        assert time.monotonic() - began < 60


GROWS = ["grow a text of two..", "with some more words in it"]


def test_a_growing_text_is_shown_on_a_terminal_and_replaced_by_the_whole(lab: Lab) -> None:
    put_claude(lab.local)
    with serving(lab):
        address = json.loads(navi(lab, "spawn", "--json", "-c", str(lab.local.home), "hello").stdout)["address"]
        shows(lab, address, "> hello", "hello")
        words = [sys.executable, "-m", "navi", "tail", "--follow", address]
        with Terminal(words, lab.environment()) as terminal, open(lab.folder / "plain", "w") as plain:
            terminal.wait_for("hello")
            beside = subprocess.Popen(words, env=lab.environment(), stdout=plain, stderr=plain)
            until(lambda: "hello" in (lab.folder / "plain").read_text(), what="it follows, too")
            navi(lab, "send", address, "\n".join(GROWS))
            terminal.wait_for("with some mor")
            until(lambda: listed(lab, address)["status"] == "waiting", what="the turn has ended")
            terminal.wait_for("in it")
            navi(lab, "kill", address)
            terminal.wait_for("its agent has ended")
            beside.wait(timeout=60)
            shown = [line for line in terminal.screen().splitlines() if line and "shell>" not in line]
            expected = ["> hello", "hello", f"> {GROWS[0]}", f"  {GROWS[1]}", *GROWS]
            expected.append(f"navi: {address}: its agent has ended")
            assert shown == expected
            assert (lab.folder / "plain").read_text().splitlines() == expected


CLAUDE = """\
#!/bin/sh
case " $* " in
*' -p '*)
    while IFS= read -r line; do
        case $line in *initialize*)
            echo '{"type":"control_response","response":{"subtype":"success","request_id":"navi-handshake"}}' ;;
        esac
    done ;;
*)
    echo "goes on: $*"
    while :; do sleep 1; done ;;
esac
"""
"""An agent that answers the handshake and ends with its input; in a terminal it prints its arguments."""


@HERE_AND_THERE
def test_attach_opens_a_session_in_a_terminal_for_good(lab: Lab, far: bool) -> None:
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    there = atlas if far else lab.local
    program = there.bin / "claude"
    program.write_text(CLAUDE)
    program.chmod(0o755)
    with serving(lab):
        words = ("spawn", "--json", "--host", "atlas" if far else "local", "-c", str(there.home), "Fix the tests!")
        address = json.loads(navi(lab, *words).stdout)["address"]
        with Terminal([sys.executable, "-m", "navi", "attach", address], lab.environment()) as terminal:
            terminal.wait_for("goes on: --resume ")
            assert "--permission-mode" not in terminal.screen(), "nobody knows its mode"
            assert "--model" not in terminal.screen(), "nobody knows its model"
        (name,) = living(there)
        assert name == f"fix-the-tests-{address[-4:]}"
        assert address not in navi(lab, "ls").stdout
        assert navi(lab, "resume", address, status=1).stderr.startswith("navi: ")
        agents = [line for line in there.sh("ps -eo args").splitlines() if str(there.bin) in line]
        assert not [line for line in agents if "--input-format" in line], "the agent without a terminal has ended"


MODES = [
    ("plan", "", "in its permission mode plan", "--permission-mode plan"),
    ("plan", "acceptEdits", "in its permission mode acceptEdits", "--permission-mode acceptEdits"),
    ("odd; touch x", "", "its permission mode odd; touch x stays behind: claude has no option for it", ""),
]
"""The mode of a spawn, one that is wanted later, which the agent never takes, what is said, and the options."""


@pytest.mark.parametrize(("mode", "later", "said", "options"), MODES)
def test_a_permission_mode_goes_along_into_a_terminal(lab: Lab, mode: str, later: str, said: str, options: str) -> None:
    program = lab.local.bin / "claude"
    program.write_text(CLAUDE)
    program.chmod(0o755)
    with serving(lab):
        words = ("spawn", "--json", "-c", str(lab.local.home), "--permission-mode", mode, "Fix the tests!")
        address = json.loads(navi(lab, *words).stdout)["address"]
        if later:
            assert f"{later} is kept until its agent takes it" in navi(lab, "mode", address, later).stderr
        done = navi(lab, "attach", "--no-attach", address)
        assert said in done.stderr
        name = done.stdout.strip()
        until(lambda: "goes on: --resume" in pane(lab.local, name), what="it goes on")
        (line,) = [one for one in pane(lab.local, name).replace("\n", "").split("goes on: ")[1:] if one]
        assert re.fullmatch(rf"--resume [0-9a-f-]{{36}}{re.escape(f' {options}' if options else '')}", line.strip())


MODELS = [
    ("opus", "", "with its model opus", " --model opus"),
    ("opus", "big[1m]", "with its model big[1m]", " --model big[1m]"),
    ("x; touch y", "", "its model x; touch y stays behind: claude can't be given that name on a command line", ""),
]
"""The model of a spawn, the one that the agent says it has, what is said, and the options."""


@pytest.mark.parametrize(("model", "later", "said", "options"), MODELS)
def test_a_model_goes_along_into_a_terminal(lab: Lab, model: str, later: str, said: str, options: str) -> None:
    (lab.local.home / "big1").touch()  # a pattern in the name would become this
    with serving(lab), puppet(lab.local) as agent:
        words = ("spawn", "--json", "-c", str(lab.local.home), "--model", model, "Fix the tests!")
        address = json.loads(navi(lab, *words).stdout)["address"]
        if later:
            agent.print({"type": "system", "subtype": "init", "session_id": "", "model": later})
            until(lambda: model_of(lab, address) == later, what="the hub knows the model")
        done = navi(lab, "attach", "--no-attach", address)
        assert said in done.stderr
        name = done.stdout.strip()
        until(lambda: "goes on: --resume" in pane(lab.local, name), what="it goes on")
        (line,) = [one for one in pane(lab.local, name).replace("\n", "").split("goes on: ")[1:] if one]
        assert re.fullmatch(rf"--resume [0-9a-f-]{{36}}{re.escape(options)}", line.strip())


def model_of(lab: Lab, address: str) -> object:
    """Return the model of a session, as the hub knows it."""
    return json.loads(navi(lab, "explain", "--json", address).stdout)["model"]


def test_another_program_of_an_agent_is_configuration(lab: Lab) -> None:
    program = put_claude(lab.local)
    wrapper = lab.local.home / "my wrapper"
    wrapper.write_text(f'#!/bin/sh\necho "wrapped $1" >&2\nexec {program} "$@"\n')
    wrapper.chmod(0o755)
    text = f"harnesses:\n  claude-code: {{program: '\"{wrapper}\" --'}}\n  nothing: {{program: x}}\n"
    path = NaviFiles(lab.environment()).settings
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    with serving(lab) as hub:
        assert hub.stderr
        complaint = f"navi: {path}:3: harnesses: there is no harness `nothing`; known are claude-code, gemini"
        assert hub.stderr.readline().startswith(complaint)
        address = json.loads(navi(lab, "spawn", "--json", "-c", str(lab.local.home), "hello").stdout)["address"]
        shows(lab, address, "hello")
        run = lab.local.sessions_dir / ".headless" / address / "1"
        assert (run / "err").read_text() == "wrapped --\n"


def test_an_agent_that_does_not_start_in_a_terminal_stays_as_it_was(lab: Lab) -> None:
    program = lab.local.bin / "claude"
    program.write_text(CLAUDE)
    program.chmod(0o755)
    with serving(lab):
        address = json.loads(navi(lab, "spawn", "--json", "-c", str(lab.local.home), "x").stdout)["address"]
        program.unlink()
        with Terminal([sys.executable, "-m", "navi", "attach", address], lab.environment()) as terminal:
            terminal.wait_for("claude")
            terminal.wait_prompt()
        row = listed(lab, address)
        assert (row["type"], row["headless"]) == ("spawned", True)
        assert living(lab.local) == set()


def test_a_socket_that_can_not_be_made_is_reported(lab: Lab) -> None:
    folder = Path(lab.environment()["XDG_RUNTIME_DIR"]) / "navi"
    (folder / "hub.sock").mkdir(parents=True)
    folder.chmod(0o700)
    done = navi(lab, "serve", status=69)
    assert (done.stdout, "can't serve at" in done.stderr) == ("", True)


REFUSALS = [
    (("spawn", " "), 64, "the prompt is empty; nothing was started"),
    (("spawn", "--host", "nowhere", "x"), 64, "no host named `nowhere`"),
    (("spawn", "--harness", "nothing", "x"), 64, "there is no harness nothing"),
    (("spawn", "--harness", "scripted", "-c", "/no/such/folder", "x"), 69, "could not be started"),
    (("tail", "spawn_0123456789abcdef"), 66, "there is no session spawn_0123456789abcdef"),
    (("kill", "spawn_0123456789abcdef"), 66, "there is no session spawn_0123456789abcdef"),
    (("resume", "api"), 64, "api is not a session without a terminal"),
]


def test_what_can_not_be_done_is_reported(lab: Lab) -> None:
    with serving(lab):
        for words, code, reason in REFUSALS:
            assert reason in navi(lab, *words, status=code).stderr
        address = spawn(lab, "local", "say x")
        wrong = f"atlas/{address}"
        lab.remotes_yaml([lab.machine("atlas")])
        assert f"its address is {address}" in navi(lab, "tail", wrong, status=66).stderr
        for words in (("--keys", "C-c"), ("--literal", "x"), ("x", "--wait", "y")):
            assert "takes whole prompts" in navi(lab, "send", address, *words, status=64).stderr
        assert "the text is empty; nothing was sent" in navi(lab, "send", address, " ", status=64).stderr
        navi(lab, "kill", address)
        assert navi(lab, "kill", address).stdout == f"{address} has ended already\n"
        followed = navi(lab, "tail", "--follow", address, status=0)
        assert followed.stderr == f"navi: {address}: its agent has ended\n"
        with HubClient(runtime_folder(lab.environment())) as hub:
            hub.ask("POST", f"/api/sessions/{address}/archive")
        again = navi(lab, "tail", "--follow", address, status=0)
        assert again.stderr == followed.stderr, "one that was put away has ended, too"


def test_a_directory_here_is_as_the_shell_here_understands_it(lab: Lab) -> None:
    with serving(lab):
        for given, expected in ((".", Path.cwd()), ("tests", Path.cwd() / "tests"), ("~", lab.local.home)):
            done = navi(lab, "spawn", "--json", "--harness", "scripted", "-c", given, "say hello")
            address = json.loads(done.stdout)["address"]
            files = lab.local.sessions_dir / ".headless" / address / "1"
            agent = int((files / "pid").read_text().split()[0])
            assert Path(f"/proc/{agent}/cwd").readlink() == expected


def test_a_prompt_comes_from_standard_input_and_never_into_a_command_line(lab: Lab) -> None:
    with serving(lab):
        words = [sys.executable, "-m", "navi", "spawn", "--json", "--harness", "scripted", "-"]
        done = subprocess.run(
            words, input="say secret-4711 ;; wait 30", env=lab.environment(), capture_output=True, text=True, check=True
        )
        address = json.loads(done.stdout)["address"]
        shows(lab, address, "secret-4711")
        commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert "secret-4711" not in commands
        navi(lab, "kill", address)


@pytest.mark.parametrize("verb", ["ls", "health", "status"])
def test_without_a_hub_verbs_are_as_before(lab: Lab, verb: str) -> None:
    lab.local.new_session("api", "exec cat")
    assert "hub" not in navi(lab, verb).stderr
