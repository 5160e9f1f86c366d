"""What decides an agent's status, and what navi says while the sources change one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.agents import AGENTS, AgentKind, ScreenRule
from navi.core.evidence import ASKED_BEFORE, NEWS_FOR, QUIET_AFTER, SILENT_AFTER
from navi.core.model import (
    AgentProcess,
    AgentStatus,
    Evidence,
    Origin,
    Pane,
    ScreenMatch,
    Source,
    StatusFile,
    TmuxSession,
)
from navi.core.status import Judgement, judge
from navi.core.text import clean

NOW = 1_000_000.0
AGO = NOW - 100
LONG = SILENT_AFTER + 1

BUSY_TITLE, OTHER_TITLE = "\u2802 Fix the tests", "\u2733 Fix the tests"

PROBE = AgentKind("probe", ("probe",), screens=(ScreenRule("idle", "prompt", ((1, "^>"),)),))
"""An agent without titles and without a state file."""

KINDS = (PROBE, *AGENTS)


class Moment(NamedTuple):
    """What every source says at a time. `state` is the status in the agent's own file, "" for none of this process;
    `wait` is its waitingFor. Times are those of the last change.
    """

    kind: str = "claude"
    hook: str = ""
    hooked: float | None = AGO
    state: str = ""
    wait: str = ""
    stated: float = AGO
    title: str = ""
    screen: str | None = None
    suspended: bool = False
    ended: bool = False
    began: float | None = None
    printed: float = NOW - 1
    clock: float = NOW


def process_at(moment: Moment) -> AgentProcess:
    """Return the agent's process, with what is in its state file."""
    file: dict[str, object] = {"pid": 40, "status": moment.state, "statusUpdatedAt": moment.stated * 1000}
    if moment.wait:
        file["waitingFor"] = moment.wait
    return AgentProcess(moment.kind, 40, 0, 7, moment.suspended, file if moment.state else None, moment.began)


def pane_at(moment: Moment, id: str = "%0", position: str = "0.0") -> Pane:
    """Return the agent's pane."""
    screen = None if moment.screen is None else ScreenMatch(moment.screen, "a rule" if moment.screen else "", "Go on?")
    agents = () if moment.ended else (process_at(moment),)
    command = "bash" if moment.ended else "node"
    return Pane(id, position, 39, command, moment.title, "/work", activity=moment.printed, agents=agents, screen=screen)


def file_at(moment: Moment, **fields: Any) -> StatusFile | None:
    """Return the hook's status file."""
    if not moment.hook:
        return None
    return StatusFile("api", status=moment.hook, message="Run it?", timestamp=moment.hooked)._replace(**fields)


def on_tmux(*panes: Pane) -> TmuxSession:
    """Return a session of these panes."""
    return TmuxSession("$0", "api", NOW - 1000, 0, panes, server=5)


def judged(moment: Moment) -> Judgement:
    """Judge a session with one pane."""
    return judge(file_at(moment), on_tmux(pane_at(moment)), KINDS, moment.clock)


def deciding(judgement: Judgement) -> Evidence:
    """Return the one piece of evidence that decided."""
    (piece,) = [piece for piece in judgement.status.evidence if piece.decided]
    return piece


# ---- which source decides

STATE, HOOK, SCREEN, TITLE, PANE = Source.STATE, Source.HOOK, Source.SCREEN, Source.TITLE, Source.PANE
PROCESS = Source.PROCESS

PROMPT = "permission prompt"

RULES: list[tuple[str, Moment, str, Source]] = [
    # the process
    ("suspended", Moment(suspended=True, state="busy", hook="working", title=BUSY_TITLE), "stopped", PROCESS),
    ("suspended while it asked", Moment(suspended=True, state="waiting", hook="permission"), "stopped", PROCESS),
    # the state file
    ("busy", Moment(state="busy"), "working", STATE),
    ("busy, answered", Moment(state="busy", hook="permission"), "working", STATE),
    ("busy, done before", Moment(state="busy", hook="done"), "working", STATE),
    ("busy, an old screen", Moment(state="busy", screen="permission"), "working", STATE),
    ("asks", Moment(state="waiting", wait=PROMPT), "permission", STATE),
    ("asks for a worker", Moment(state="waiting", wait="worker request"), "permission", STATE),
    ("a menu", Moment(state="waiting", wait="dialog open"), "waiting", STATE),
    ("waits, nobody knows what for", Moment(state="waiting"), "waiting", STATE),
    ("asks, by its hook", Moment(state="waiting", wait=PROMPT, hook="permission"), "permission", HOOK),
    ("a question, by its hook", Moment(state="waiting", wait=PROMPT, hook="waiting"), "waiting", HOOK),
    ("a question, by its screen", Moment(state="waiting", wait=PROMPT, screen="waiting"), "waiting", SCREEN),
    ("the screen before the hook", Moment(state="waiting", wait=PROMPT, hook="permission", screen="waiting"),
     "waiting", SCREEN),
    ("the screen agrees", Moment(state="waiting", wait=PROMPT, screen="permission"), "permission", STATE),
    ("all agree", Moment(state="waiting", wait=PROMPT, hook="permission", screen="permission"), "permission", HOOK),
    ("another tool ended", Moment(state="waiting", wait=PROMPT, hook="working"), "permission", STATE),
    ("an earlier question", Moment(state="waiting", wait="dialog open", hook="permission",
                                   hooked=AGO - ASKED_BEFORE - 1), "waiting", STATE),
    ("an old screen of work", Moment(state="waiting", screen="working"), "waiting", STATE),
    ("idle", Moment(state="idle"), "idle", STATE),
    ("a background command", Moment(state="shell", hook="done"), "done", HOOK),
    ("done", Moment(state="idle", hook="done"), "done", HOOK),
    ("failed, by its hook", Moment(state="idle", hook="error"), "error", HOOK),
    ("failed, by its screen", Moment(state="idle", screen="error"), "error", SCREEN),
    ("failed, its hook did not notice", Moment(state="idle", hook="working", screen="error"), "error", SCREEN),
    ("interrupted", Moment(state="idle", hook="working"), "idle", STATE),
    ("refused", Moment(state="idle", hook="permission", screen="idle"), "idle", STATE),
    ("a minute after its turn", Moment(state="idle", hook="waiting", hooked=NOW), "idle", STATE),
    ("its hook lost a session", Moment(state="idle", hook="offline"), "idle", STATE),
    ("text that looks like a dialog", Moment(state="idle", screen="permission"), "idle", STATE),
    ("a prompt was just sent", Moment(state="idle", hook="working", hooked=NOW - 1), "working", HOOK),
    ("a prompt was sent before", Moment(state="idle", hook="working", hooked=NOW - NEWS_FOR - 1), "idle", STATE),
    ("a state of unknown name", Moment(state="napping", title=BUSY_TITLE), "working", TITLE),
    # no state file of this process
    ("trust dialog", Moment(screen="waiting"), "waiting", SCREEN),
    ("trust dialog, started again", Moment(screen="waiting", hook="done"), "waiting", SCREEN),
    ("a child works", Moment(title=BUSY_TITLE), "working", TITLE),
    ("a child works, by its hook, too", Moment(title=BUSY_TITLE, hook="working"), "working", HOOK),
    ("a child works again", Moment(title=BUSY_TITLE, hook="permission"), "working", TITLE),
    ("a child asks", Moment(title=OTHER_TITLE, screen="permission"), "permission", SCREEN),
    ("a child asks, by its hook alone", Moment(title=OTHER_TITLE, hook="permission"), "permission", HOOK),
    ("a child was refused", Moment(title=OTHER_TITLE, hook="permission", screen="idle"), "idle", SCREEN),
    ("a child failed, its hook says done", Moment(title=OTHER_TITLE, hook="done", screen="error"), "error", SCREEN),
    ("a child is done", Moment(title=OTHER_TITLE, hook="done", screen="idle"), "done", HOOK),
    ("a child was interrupted", Moment(title=OTHER_TITLE, hook="working"), "idle", TITLE),
    ("a child got a prompt", Moment(title=OTHER_TITLE, hook="working", hooked=NOW, screen="idle"), "working", HOOK),
    ("a child is idle", Moment(title=OTHER_TITLE, printed=NOW - LONG), "idle", TITLE),
    ("a child failed", Moment(title=OTHER_TITLE, screen="error"), "error", SCREEN),
    ("a hook ended, the agent did not", Moment(title=OTHER_TITLE, hook="offline"), "idle", TITLE),
    # a hook reported of a process that was killed
    ("started again", Moment(title=OTHER_TITLE, hook="permission", began=AGO + 1), "idle", TITLE),
    ("started again at once", Moment(hook="working", hooked=NOW - 1, began=NOW), "working", PANE),
    ("started again, trust dialog", Moment(screen="waiting", hook="done", began=AGO + 9), "waiting", SCREEN),
    ("started again, idle by its file", Moment(state="idle", hook="error", began=AGO + 9), "idle", STATE),
    ("started in the same second", Moment(title=OTHER_TITLE, hook="permission", began=AGO + 0.9), "permission", HOOK),
    ("started before", Moment(title=OTHER_TITLE, hook="permission", began=AGO - 9), "permission", HOOK),
    ("reported nobody knows when", Moment(hook="permission", hooked=None, began=NOW), "permission", HOOK),
    # agents with titles
    ("gemini works", Moment("gemini", title="\u2726  Working\u2026 (x)"), "working", TITLE),
    ("gemini asks", Moment("gemini", title="\u270b  Action Required (x)", screen="idle"), "permission", TITLE),
    ("gemini's question was answered", Moment("gemini", title="\u25c7  Ready (x)", hook="permission"), "idle", TITLE),
    ("gemini failed", Moment("gemini", title="\u25c7  Ready (x)", screen="error"), "error", SCREEN),
    # agents with neither
    ("asks on its screen", Moment("probe", screen="permission", hook="working"), "permission", SCREEN),
    ("works on its screen", Moment("probe", screen="working", hook="permission"), "working", SCREEN),
    ("works again on its screen", Moment("probe", screen="working", hook="done"), "working", SCREEN),
    ("idle on its screen", Moment("probe", screen="idle"), "idle", SCREEN),
    ("its hook works on", Moment("probe", screen="idle", hook="working"), "idle", SCREEN),
    ("its hook knows better", Moment("probe", screen="idle", hook="error"), "error", HOOK),
    ("nothing known on its screen", Moment("probe", screen="", hook="permission"), "permission", HOOK),
    ("not looked at", Moment("probe", hook="permission"), "permission", HOOK),
    ("prints", Moment("probe", screen=""), "working", PANE),
    ("is silent", Moment("probe", printed=NOW - QUIET_AFTER - 1), "idle", PANE),
    ("is silent, nobody knows since when", Moment("probe", printed=0), "idle", PANE),
    ("silent while it works", Moment("probe", hook="working", printed=NOW - LONG), "idle", PANE),
    ("output unknown", Moment("probe", hook="working", printed=0), "working", HOOK),
    ("calm while it works", Moment("aider", hook="working", printed=NOW - LONG), "working", HOOK),
    # agents of which navi knows only the program
    *(row for kind in ("amp", "crush", "cursor-agent", "goose") for row in (
        (f"{kind} prints", Moment(kind, title=BUSY_TITLE), "unknown", PANE),
        (f"{kind} is silent", Moment(kind, printed=NOW - LONG), "unknown", PANE),
        (f"{kind} and an ended hook", Moment(kind, hook="offline"), "unknown", PANE),
        (f"{kind} is suspended", Moment(kind, suspended=True), "stopped", PROCESS),
    )),
    # no agent
    ("ended while it worked", Moment(ended=True, hook="working", title=BUSY_TITLE), "stopped", PANE),
    ("ended when done", Moment(ended=True, hook="done", title=BUSY_TITLE), "done", HOOK),
    ("ended, no hook", Moment(ended=True, title=BUSY_TITLE), "unknown", PANE),
]  # fmt: skip


@pytest.mark.parametrize(("moment", "word", "source"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_the_source_that_knows_best_decides(moment: Moment, word: str, source: Source) -> None:
    judgement = judged(moment)
    status = judgement.status
    assert (status.word, status.source) == (word, source), status.reason
    piece = deciding(judgement)
    assert (piece.word, piece.source, piece.since) == (word, source, status.since)
    assert piece.text in status.reason
    assert status.inferred == (source not in (HOOK, STATE))


def test_a_reason_names_the_hook_that_is_overruled() -> None:
    reasons = [
        (Moment(state="busy", hook="permission"), "its hook reported permission, but its state file says busy"),
        (Moment(state="waiting", wait=PROMPT), "its state file says waiting (permission prompt)"),
        (Moment("probe", screen="idle"), "no status file; its screen shows a rule"),
    ]
    assert [judged(moment).status.reason for moment, _ in reasons] == [reason for _, reason in reasons]


def test_the_evidence_says_why_a_report_does_not_count() -> None:
    evidence = judged(Moment(title=OTHER_TITLE, hook="permission", began=AGO + 9)).status.evidence
    (piece,) = [piece for piece in evidence if piece.source is HOOK]
    assert (piece.word, piece.message) == ("", "")
    assert piece.text == "its hook reported permission before this process began, which says nothing of it"


def test_a_status_is_as_old_as_what_decided() -> None:
    assert judged(Moment(state="busy", stated=NOW - 7)).status.since == NOW - 7
    assert judged(Moment(title=BUSY_TITLE, hook="working", hooked=NOW - 9)).status.since == NOW - 9
    assert judged(Moment("probe", screen="idle", printed=NOW - 5)).status.since == NOW - 5
    assert judged(Moment("probe", screen="idle", printed=0)).status.since is None


MESSAGES = [
    ("the hook decides", Moment(state="waiting", hook="permission"), "Run it?"),
    ("the hook agrees", Moment(state="busy", hook="working"), "Run it?"),
    ("the hook is overruled", Moment(state="busy", hook="permission"), ""),
    ("the screen decides", Moment(state="waiting", hook="permission", screen="waiting"), "Go on?"),
    ("the screen agrees", Moment(state="waiting", wait=PROMPT, screen="permission"), "Go on?"),
    ("the screen only says that it works", Moment("probe", screen="working"), ""),
    ("nobody asks", Moment(state="idle", screen="idle"), ""),
    ("the agent has ended", Moment(ended=True, hook="working"), "Run it?"),
]


@pytest.mark.parametrize(("moment", "message"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_the_message_is_of_who_says_the_status(moment: Moment, message: str) -> None:
    assert judged(moment).message == message


def test_all_evidence_is_listed_with_its_source() -> None:
    moment = Moment(state="waiting", wait=PROMPT, hook="working", title=OTHER_TITLE, screen="permission")
    found = {piece.source: (piece.word, piece.decided) for piece in judged(moment).status.evidence}
    assert found == {
        PROCESS: ("", False), STATE: ("permission", True), HOOK: ("working", False),
        SCREEN: ("permission", False), TITLE: ("idle", False), PANE: ("working", False),
    }  # fmt: skip


def test_what_says_nothing_is_listed_only_if_it_could() -> None:
    texts = {piece.source: piece.text for piece in judged(Moment()).status.evidence}
    assert texts[STATE] == "this process has no state file"
    assert texts[TITLE] == "its title shows no status"
    assert texts[SCREEN] == "its screen was not looked at"
    assert {piece.source for piece in judged(Moment("goose")).status.evidence} == {PROCESS, PANE}


# ---- hostile state files

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def test_words_of_a_state_file_are_cleaned_and_cut() -> None:
    odd = "\x1b[2Jx\u202e\n" + "y" * 9000
    for file in ({"status": odd}, {"status": "waiting", "waitingFor": odd}):
        pane = pane_at(Moment())._replace(agents=(AgentProcess("claude", 40, file=file),))
        (text,) = [one.text for one in judge(None, on_tmux(pane), AGENTS, NOW).status.evidence if one.source is STATE]
        assert clean(text) == text
        assert len(text) < 200


@given(st.dictionaries(st.sampled_from(["status", "waitingFor", "statusUpdatedAt", "pid"]), Json))
def test_no_state_file_is_too_odd(file: dict[str, object]) -> None:
    pane = pane_at(Moment())._replace(agents=(AgentProcess("claude", 40, file=file),))
    status = judge(None, on_tmux(pane), AGENTS, NOW).status
    for piece in status.evidence:
        assert clean(piece.text) == piece.text
        assert len(piece.text) < 300
        assert piece.since is None or 0 < piece.since < 1e11


# ---- several agents


def test_the_most_urgent_agent_of_all_panes_counts() -> None:
    panes = (
        pane_at(Moment("codex", screen="idle")),
        pane_at(Moment(state="waiting", wait=PROMPT), "%1", "0.1"),
        pane_at(Moment("gemini", title="\u2726 x"), "%2", "0.2"),
    )
    judgement = judge(None, on_tmux(*panes), AGENTS, NOW)
    assert (judgement.status.word, judgement.agent) == ("permission", "claude")
    assert deciding(judgement).where == "claude in pane 0.1"
    assert {piece.where for piece in judgement.status.evidence} == {
        "codex in pane 0.0", "claude in pane 0.1", "gemini in pane 0.2",
    }  # fmt: skip


ORIGIN = Origin("here:1", "boot", "", 5, "$0", "%1")

HOOKS: list[tuple[str, dict[str, Any], str, str]] = [
    # what the status file has; the word for a codex in %0 beside a claude in %1 that was done before, and whose it is
    ("the pane of the last event", {"status": "permission", "origin": ORIGIN}, "permission", "claude"),
    ("the other pane", {"status": "permission", "origin": ORIGIN._replace(pane="%0")}, "permission", "codex"),
    ("no pane", {"status": "permission"}, "permission", "codex"),
    ("a pane of another server", {"status": "permission", "origin": ORIGIN._replace(server=6)}, "permission", "codex"),
    ("no status", {"status": ""}, "idle", "codex"),
    ("under its name", {"agents": (AgentStatus("claude", "waiting"),)}, "waiting", "claude"),
    ("two, one under its name",
     {"status": "done", "agents": (AgentStatus("codex", "waiting"),), "origin": ORIGIN}, "waiting", "codex"),
    ("of one that is not there", {"status": "done", "agents": (AgentStatus("gemini", "waiting"),)}, "done", "codex"),
    ("of one that nobody knows", {"status": "done", "agents": (AgentStatus("x", "waiting"),)}, "waiting", "codex"),
    ("a pane without an agent", {"status": "error", "origin": ORIGIN._replace(pane="%2")}, "error", ""),
    ("a pane with a shell", {"status": "permission", "origin": ORIGIN._replace(pane="%2")}, "idle", "codex"),
    ("a pane that has gone", {"status": "permission", "origin": ORIGIN._replace(pane="%9")}, "idle", "codex"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "word", "agent"), [row[1:] for row in HOOKS], ids=[row[0] for row in HOOKS])
def test_a_hook_speaks_of_the_pane_and_of_the_agent_that_it_names(
    fields: dict[str, Any], word: str, agent: str
) -> None:
    quiet = NOW - LONG
    codex = pane_at(Moment("codex", printed=quiet), "%0", "0.0")
    claude = pane_at(Moment("claude", printed=quiet), "%1", "0.1")
    shell = pane_at(Moment(ended=True, printed=quiet), "%2", "0.2")
    judgement = judge(StatusFile("api", **{"timestamp": AGO, **fields}), on_tmux(codex, claude, shell), AGENTS, NOW)
    assert (judgement.status.word, judgement.agent) == (word, agent), judgement.status.reason
    assert deciding(judgement)


def test_an_agent_in_a_tool_of_another_is_listed_and_does_not_count() -> None:
    inner = AgentProcess("claude", 50, parent=40, suspended=True)
    pane = pane_at(Moment(state="busy"))
    judgement = judge(None, on_tmux(pane._replace(agents=(*pane.agents, inner))), AGENTS, NOW)
    assert judgement.status.word == "working"
    assert "it runs as process 50 in a tool of process 40" in [piece.text for piece in judgement.status.evidence]


def test_an_agent_whose_parent_has_ended_counts() -> None:
    orphan = AgentProcess("claude", 50, parent=40, suspended=True)
    pane = pane_at(Moment(ended=True))._replace(agents=(orphan,))
    assert judge(None, on_tmux(pane), AGENTS, NOW).status.word == "stopped"


def test_two_agents_in_one_pane_are_judged_each() -> None:
    pane = pane_at(Moment("codex", screen="working"))
    both = (AgentProcess("claude", 30, suspended=True), *pane.agents)
    judgement = judge(None, on_tmux(pane._replace(agents=both)), AGENTS, NOW)
    assert (judgement.status.word, judgement.agent) == ("working", "codex")


def test_a_screen_is_that_of_the_first_agent_that_is_not_suspended() -> None:
    pane = pane_at(Moment("codex", screen="permission", printed=NOW - LONG))
    one, two = AgentProcess("claude", 30), AgentProcess("codex", 41)
    for agents, asks in (((one, two), "claude"), ((one._replace(suspended=True), two), "codex")):
        judgement = judge(None, on_tmux(pane._replace(agents=agents)), AGENTS, NOW)
        assert (judgement.status.word, judgement.agent) == ("permission", asks)
        shows = [piece.where for piece in judgement.status.evidence if piece.source is SCREEN and piece.word]
        assert shows == [f"{asks} in pane 0.0"]


def test_twins_in_one_pane_leave_one_piece_that_decides() -> None:
    moment = Moment("codex", hook="permission")
    pane = pane_at(moment)
    twins = (*pane.agents, AgentProcess("codex", 41))
    assert deciding(judge(file_at(moment), on_tmux(pane._replace(agents=twins)), AGENTS, NOW)).source is HOOK


def test_a_host_that_reports_no_agents_shows_them_by_name() -> None:
    pane = pane_at(Moment(title=BUSY_TITLE))._replace(agents=(), command="claude")
    judgement = judge(None, on_tmux(pane), AGENTS, NOW)
    assert (judgement.status.word, judgement.status.source, judgement.agent) == ("working", TITLE, "claude")


def test_an_agent_that_is_not_configured_is_none() -> None:
    pane = pane_at(Moment("smith", screen="working"))
    assert judge(None, on_tmux(pane), AGENTS, NOW).status.word == "unknown"


# ---- sequences: what navi says while the sources change one after the other

Change = dict[str, Any]

IDLE, WORKING, ASKS = {"idle", "done"}, {"working"}, {"permission"}
QUESTION, MENU, ERROR, STOPPED = {"permission", "waiting"}, {"waiting"}, {"error"}, {"stopped"}
GONE = {"stopped", "offline", "unknown", "done"}

AT_PROMPT = Moment(hook="done", state="idle", title=OTHER_TITLE, screen="idle")
AT_WORK = Moment(hook="working", state="busy", title=BUSY_TITLE)
AT_DIALOG = Moment(hook="permission", state="waiting", wait=PROMPT, title=OTHER_TITLE, screen="permission")

RESTS: list[Change] = [{"state": "idle", "stated": NOW}, {"title": OTHER_TITLE}, {"screen": "idle"}]
GOES_ON: list[Change] = [{"state": "busy", "wait": "", "stated": NOW, "screen": None}, {"title": BUSY_TITLE}]
ASKING: list[Change] = [
    {"state": "waiting", "wait": PROMPT, "stated": NOW}, {"title": OTHER_TITLE}, {"screen": "permission"},
]  # fmt: skip


def hook(word: str) -> Change:
    """Return that the hook reports now."""
    return {"hook": word, "hooked": NOW}


SITUATIONS: list[tuple[str, Moment, set[str], Sequence[Change], set[str]]] = [
    # the moment before, with its words; then the changes, in their order; the words after
    ("a prompt", AT_PROMPT, IDLE, [hook("working"), *GOES_ON], WORKING),
    ("a prompt in a session without one", AT_PROMPT._replace(hook="idle"), IDLE, [hook("working"), *GOES_ON], WORKING),
    ("the turn ends", AT_WORK, WORKING, [hook("done"), *RESTS], IDLE),
    ("a tool asks", AT_WORK, WORKING, [hook("permission"), *ASKING], ASKS),
    ("a tool asks, without hooks", AT_WORK._replace(hook=""), WORKING, ASKING, ASKS),
    ("it still asks after 6 s", AT_DIALOG, ASKS, [hook("permission")], ASKS),
    ("allowed", AT_DIALOG, ASKS, GOES_ON, WORKING),
    ("the allowed tool ends", AT_WORK._replace(hook="permission"), WORKING, [hook("working")], WORKING),
    ("refused by Esc", AT_DIALOG, ASKS, RESTS, IDLE),
    ("Esc while streaming", AT_WORK, WORKING, RESTS, IDLE),
    ("Esc while an allowed tool runs", AT_WORK._replace(hook="permission"), WORKING, RESTS, IDLE),
    ("a question", AT_WORK, WORKING, [hook("permission"), *ASKING[:2], {"screen": "waiting"}], QUESTION),
    ("the question is answered", AT_DIALOG._replace(screen="waiting"), QUESTION, [hook("working"), *GOES_ON], WORKING),
    ("a ! command", AT_PROMPT, IDLE, GOES_ON, WORKING),
    ("a ! command ends", AT_WORK._replace(hook="done"), WORKING, [hook("done"), *RESTS], IDLE),
    ("/compact", AT_PROMPT, IDLE, GOES_ON, WORKING),
    ("/compact ends", AT_WORK._replace(hook="done"), WORKING, RESTS, IDLE),
    ("/clear", AT_PROMPT, IDLE, [hook("offline"), hook("idle")], IDLE),
    ("a menu opens", AT_PROMPT, IDLE,
     [{"state": "waiting", "wait": "dialog open", "stated": NOW}, {"screen": "waiting"}], MENU),
    ("the menu closes", AT_PROMPT._replace(state="waiting", wait="dialog open", screen="waiting"), MENU, RESTS, IDLE),
    ("an API error", AT_WORK, WORKING, [hook("error"), {"screen": "error"}, *RESTS[:2]], ERROR),
    ("retries", AT_WORK, WORKING, [{"printed": NOW}, {"clock": NOW + 43}], WORKING),
    ("a queued prompt", AT_WORK, WORKING, [hook("done"), hook("working")], WORKING),
    ("a subagent asks", AT_WORK, WORKING, [hook("permission"), hook("working"), hook("permission"), *ASKING], ASKS),
    ("a background agent works on", AT_WORK, WORKING, [hook("done")], WORKING),
    ("it ends", AT_WORK._replace(hook="done"), WORKING, [hook("working"), hook("done"), *RESTS], IDLE),
    ("a background command", AT_WORK, WORKING, [hook("done"), {"state": "shell", "stated": NOW}, *RESTS[1:]], IDLE),
    ("it ends, too", AT_PROMPT._replace(state="shell"), IDLE, [hook("working"), *GOES_ON], WORKING),
    ("a minute after the turn", AT_PROMPT, IDLE, [hook("waiting"), {"clock": NOW + 60}], IDLE),
    ("a parallel tool ends while one asks", AT_DIALOG, ASKS, [hook("working")], ASKS),
    ("a nested agent", AT_WORK, WORKING, [hook("idle"), hook("working"), hook("done"), hook("offline")], WORKING),
    ("Ctrl-Z while working", AT_WORK, WORKING, [{"suspended": True}, {"clock": NOW + 90}], STOPPED),
    ("Ctrl-Z while idle", AT_PROMPT, IDLE, [{"suspended": True}], STOPPED),
    ("fg", AT_WORK._replace(suspended=True), STOPPED, [{"suspended": False}], WORKING),
    ("/exit", AT_PROMPT, IDLE, [hook("offline"), {"title": ""}, {"ended": True}], IDLE | GONE),
    ("kill -9 while working", AT_WORK, WORKING, [{"ended": True}], STOPPED),
    ("kill -9 at a dialog", AT_DIALOG, ASKS, [{"ended": True}], STOPPED),
    ("started again after a dialog", Moment(hook="permission", ended=True), GONE,
     [{"ended": False, "screen": "idle"}, hook("idle"), {"state": "idle", "stated": NOW}], IDLE),
    # a child of another agent: it has no file
    ("a child gets a prompt", AT_PROMPT._replace(state=""), IDLE,
     [hook("working"), {"title": BUSY_TITLE, "screen": "working"}], WORKING),
    ("a child asks", AT_WORK._replace(state="", screen="working"), WORKING,
     [hook("permission"), {"screen": "permission", "title": OTHER_TITLE}], ASKS),
    ("a child is allowed to", AT_DIALOG._replace(state="", wait=""), ASKS,
     [{"title": BUSY_TITLE, "screen": "working"}, hook("working")], WORKING),
    ("a child ends its turn", AT_WORK._replace(state="", screen="working"), WORKING,
     [hook("done"), {"title": OTHER_TITLE, "screen": "idle"}], IDLE),
    # one with a hook and a screen
    ("a probe gets a prompt", Moment("probe", hook="idle", screen="idle"), IDLE,
     [hook("working"), {"screen": "working"}], WORKING),
    ("a probe asks", Moment("probe", hook="working", screen="working"), WORKING,
     [hook("permission"), {"screen": "permission"}], ASKS),
    ("a probe is allowed to", Moment("probe", hook="permission", screen="permission"), ASKS,
     [hook("working"), {"screen": "working"}], WORKING),
    ("a probe is refused", Moment("probe", hook="permission", screen="permission"), ASKS, [{"screen": "idle"}], IDLE),
    ("a probe ends its turn", Moment("probe", hook="working", screen="working"), WORKING,
     [hook("idle"), {"screen": "idle"}], IDLE),
    # one with a title
    ("gemini asks", Moment("gemini", title="\u2726 x", screen="working"), WORKING,
     [{"title": "\u270b x"}, {"screen": "permission"}], ASKS),
    ("gemini is allowed to", Moment("gemini", title="\u270b x", screen="permission"), ASKS,
     [{"title": "\u2726 x", "screen": "working"}], WORKING),
    ("gemini ends its turn", Moment("gemini", title="\u2726 x", screen="working"), WORKING,
     [{"title": "\u25c7 x", "screen": "idle"}], IDLE),
]  # fmt: skip


def words(before: Moment, changes: Sequence[Change]) -> Iterator[str]:
    """Yield what navi says before, and after each change."""
    yield judged(before).status.word
    for change in changes:
        before = before._replace(**change)
        yield judged(before).status.word


def without_repeats(found: Iterator[str]) -> list[str]:
    """Return the words, each as often as it began anew."""
    kept: list[str] = []
    for word in found:
        if kept[-1:] != [word]:
            kept.append(word)
    return kept


@pytest.mark.parametrize(
    ("before", "first", "changes", "last"), [row[1:] for row in SITUATIONS], ids=[row[0] for row in SITUATIONS]
)
def test_no_wrong_word_appears_while_the_sources_follow_each_other(
    before: Moment, first: set[str], changes: Sequence[Change], last: set[str]
) -> None:
    found = without_repeats(words(before, changes))
    turn = next((place for place, word in enumerate(found) if word not in first), len(found))
    assert set(found[:turn]) <= first, found
    assert set(found[turn:]) <= last, found
    assert found[-1] in last, found


ANY_ORDER = ["a prompt", "a tool asks", "allowed", "refused by Esc", "Esc while streaming", "the question is answered",
             "a ! command", "/compact ends", "a menu opens", "the menu closes"]  # fmt: skip


@pytest.mark.parametrize("name", ANY_ORDER)
def test_nor_in_any_other_order(name: str) -> None:
    _, before, first, changes, last = next(row for row in SITUATIONS if row[0] == name)
    for order in permutations(changes):
        found = without_repeats(words(before, order))
        assert set(found) <= first | last, (order, found)
        assert len([word for word in found if word in last]) == 1, (order, found)
