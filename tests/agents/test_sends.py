"""What becomes of a text that is sent to a real agent, here and on a remote: navi says it, and the model has it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.agents.agent import Agent, install
from tests.agents.cases import Setup, Watched, watched_agent
from tests.agents.claude import Claude
from tests.agents.cline import Cline
from tests.agents.codex import Codex
from tests.agents.copilot import Copilot
from tests.agents.gemini import Gemini
from tests.agents.kimi import Kimi
from tests.agents.opencode import OpenCode
from tests.agents.pi import Pi
from tests.agents.qwen import Qwen
from tests.agents.service import Service
from tests.agents.versions import needs
from tests.agents.vibe import Vibe
from tests.support.machines import Keys, Lab
from tests.support.verbs import account, navi
from tests.support.waiting import until

KINDS = (Claude, Codex, Gemini, OpenCode, Qwen, Copilot, Vibe, Pi, Kimi, Cline)

SETUPS = (Setup(False, False), Setup(True, False))

EACH = [
    pytest.param((kind, setup), id=f"{kind.name}-{'remote' if setup.remote else 'here'}", marks=needs(kind.name))
    for kind in KINDS
    for setup in SETUPS
]


class Sender:
    """An agent, its model and `navi send`."""

    def __init__(self, watched: Watched, far: bool) -> None:
        self.agent = watched.agent
        self._lab = watched.lab
        self._address = f"{'atlas/' if far else ''}{watched.agent.session}"

    def send(self, *words: str, status: int = 0) -> dict[str, object]:
        """Send words; return what navi answers."""
        done = navi(self._lab, "send", self._address, *words, "--json", status=status)
        return dict(json.loads(done.stdout)) if done.stdout else {"error": done.stderr}


@pytest.fixture(scope="class")
def sender(request: pytest.FixtureRequest, keys: Keys) -> Iterator[Sender]:
    """Yield one agent for all tests of the class."""
    kind, setup = request.param
    with watched_agent(kind, setup, keys) as watched:
        yield Sender(watched, setup.remote)


@pytest.mark.parametrize("sender", EACH, indirect=True, scope="class")
class TestSends:
    """One agent in one setup."""

    def test_a_text_is_submitted_and_the_answer_returned(self, sender: Sender) -> None:
        sender.agent.ready()
        assert sender.send("say: is it one?")["outcome"] == "submitted"
        sender.agent.until("idle")
        done = sender.send("say: then it is two", "--wait")
        assert (done["answer"], done["status"]) == ("then it is two", "idle")

    def test_a_pattern_is_found_in_the_answer_and_not_in_the_text(self, sender: Sender) -> None:
        sender.agent.ready()
        done = sender.send("slow: 2 word-", "--wait", "word-[0-9]")
        assert str(done["found"]).startswith("word-0")
        sender.agent.until("idle")
        missing = sender.send("say: no such thing as X42Y", "--wait", "X42Y$", "--timeout", "20")
        assert missing["found"] == "no such thing as X42Y"
        error = sender.send("say: nothing of it", "--wait", "say: nothing", status=1)["error"]
        assert "ended (idle), and no line of its answer matches" in str(error)

    @pytest.mark.parametrize("lines", [3, 60])
    def test_several_lines_are_one_prompt(self, sender: Sender, lines: int) -> None:
        sender.agent.ready()
        text = "\n".join(f"line {number} of 'so' \"many\"; $HOME `x` é 日本" for number in range(lines))
        done = sender.send(f"{text}\n\nsay: many", "--wait")
        assert done["outcome"] == "submitted"
        assert done["answer"] == "many"

    def test_a_busy_agent_gets_each_text_once_and_in_order(self, sender: Sender) -> None:
        sender.agent.ready()
        sender.send("slow: 4 busy-")
        outcomes = {str(sender.send(f"say: later {number}")["outcome"]) for number in (1, 2)}
        assert outcomes <= {"submitted", "queued"}
        assert sender.send("say: later 3", "--wait")["answer"] == "later 3"
        shown = [sender.agent.screen().rfind(f"say: later {number}") for number in (1, 2, 3)]
        assert shown == sorted(shown)
        assert -1 not in shown

    def test_a_draft_is_not_glued_to(self, sender: Sender) -> None:
        sender.agent.ready()
        sender.agent.types("a draft")
        sender.agent.shows("a draft")
        error = sender.send("say: glued", status=1)["error"]
        assert "holds a draft already (a draft); nothing was sent" in str(error)
        assert "glued" not in sender.agent.screen()
        sender.agent.ready()

    def test_a_question_ends_the_wait_and_nothing_is_typed_into_it(self, sender: Sender) -> None:
        sender.agent.ready()
        asked = sender.send("bash: touch asked", "--wait", status=1)
        assert asked["status"] == "permission"
        assert "nothing was sent" in str(sender.send("say: no", status=1)["error"])
        assert "nothing was sent" in str(sender.send("--interrupt", status=1)["error"])
        sender.agent.refuses()
        sender.agent.until("idle")
        assert not (sender.agent.work / "asked").exists()

    def test_a_failed_turn_is_a_failure(self, sender: Sender) -> None:
        sender.agent.ready()
        done = sender.send("bad: x", "--wait", status=1)
        assert (done["status"], "400" in str(done["answer"])) == ("error", True)

    def test_a_turn_is_interrupted_only_while_it_runs(self, sender: Sender) -> None:
        sender.agent.ready()
        assert "not at work; nothing was sent" in str(sender.send("--interrupt", status=1)["error"])
        sender.send("slow: 40 long-", "--wait", "long-[0-9]")
        done = sender.send("--interrupt")
        assert (done["agent"], done["ended"]) == (sender.agent.name, True)
        assert sender.agent.truth() == "idle"


@pytest.mark.parametrize("kind", [pytest.param(Claude, id="claude", marks=needs("claude"))])
def test_a_viewer_over_the_box_gets_no_text(keys: Keys, kind: type[Agent]) -> None:
    key, shows = "C-o", "Showing detailed transcript"
    with watched_agent(kind, SETUPS[0], keys) as watched:
        sender = Sender(watched, far=False)
        sender.agent.ready()
        assert sender.send("say: seen", "--wait")["answer"] == "seen"
        sender.agent.keys(key)
        sender.agent.shows(shows)
        for words in (["fix the quick bug"], ["q", "--literal"], ["/clear"]):
            assert "nothing was sent" in str(sender.send(*words, status=1)["error"])
        sender.agent.shows(shows)
        sender.agent.keys("q")
        until(lambda: shows not in sender.agent.screen(), what="the viewer is left")
        assert sender.send("say: after", "--wait")["answer"] == "after"


@pytest.mark.parametrize("far", [False, True], ids=["here", "remote"])
@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name, marks=needs(kind.name)) for kind in KINDS])
def test_a_new_agent_is_there_when_it_takes_input(keys: Keys, kind: type[Agent], far: bool) -> None:
    with fresh(keys, kind, far) as (lab, agent, prefix):
        words = [word for name, value in agent.prepare().items() for word in ("--env", f"{name}={value}")]
        where = ["--host", "atlas"] if far else []
        begin = ["new", agent.session, *where, "-c", str(agent.work), "--agent", kind.name, *words]
        navi(lab, *begin, "--wait", "--timeout", "50")
        done = json.loads(navi(lab, "send", f"{prefix}{agent.session}", "say: first", "--wait", "--json").stdout)
        assert (done["verified"], done["answer"]) == (True, "first")


@pytest.mark.parametrize("kind", [pytest.param(Claude, id="claude", marks=needs("claude"))])
def test_a_new_agent_that_asks_something_is_not_created(keys: Keys, kind: type[Agent]) -> None:
    with fresh(keys, kind, far=False) as (lab, agent, _):
        words = [word for name, value in agent.prepare().items() for word in ("--env", f"{name}={value}")]
        begin = ["new", agent.session, "-c", "/tmp", "--agent", kind.name, *words, "--wait", "--timeout", "50"]
        error = navi(lab, *begin, status=1).stderr
        assert "claude shows a trust dialog" in error
        assert "nothing was created" in error
        until(lambda: not agent.account.sh("tmux list-sessions 2>/dev/null; :"), what="it is gone")


@contextmanager
def fresh(keys: Keys, kind: type[Agent], far: bool) -> Iterator[tuple[Lab, Agent, str]]:
    """Yield a lab with an agent that is installed and not started, and the prefix of its address."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    try:
        with Lab(folder, keys) as lab, Service() as service:
            there, prefix = account(lab, far)
            agent = kind(there, service.url)
            agent.work.mkdir()
            install(there, kind.name)
            yield lab, agent, prefix
    finally:
        shutil.rmtree(folder)
