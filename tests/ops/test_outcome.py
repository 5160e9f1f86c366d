"""The outcome of an operation whose answer was lost: tables of looks, and how each rule judges them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.address import LOCAL, Named
from navi.core.agents import AGENTS
from navi.core.launch import SHELL, Launch, Step
from navi.core.model import Frame, Marks, Pane, Session, StatusFile, Tmux, TmuxSession
from navi.core.status import sessions_of
from navi.ops import Operation
from navi.ops.outcome import Inquiry, Looks, Outcome, Verdict, carried_out, not_done, unknown, verdict_words
from navi.ops.session.creation import Created, new
from navi.ops.session.lifecycle import KillResult, dismiss, kill, rename, undo
from navi.ops.session.marks import mark

DONE, NOT_DONE, UNKNOWN = Verdict.DONE, Verdict.NOT_DONE, Verdict.UNKNOWN

REQUESTED = 1000.0
"""When the operation was requested, by the host's clock."""

ID = "0123456789abcdef"
OWN = "/tmp/tmux-1000/own"


def tmux(
    name: str, id: str = "$1", socket: str = "", server: int = 7, created: float = 500.0, own: bool = True
) -> TmuxSession:
    """Return a session as tmux lists it."""
    return TmuxSession(id, name, created, 0, (Pane("%1", "0.0", 100, "cat", "", "/srv"),), socket, server, own)


def file(name: str, status: str = "waiting", message: str = "Shall I?", timestamp: float = 400.0) -> StatusFile:
    """Return a status file."""
    return StatusFile(name, status=status, message=message, timestamp=timestamp)


def frame(
    *sessions: TmuxSession,
    files: tuple[StatusFile, ...] = (),
    silent: tuple[str, ...] = (),
    marks: dict[str, Marks] | None = None,
) -> Frame:
    """Return a look at a host, of whose tmux servers some did not answer."""
    default = Tmux.HUNG if "" in silent else Tmux.OK
    return Frame(
        1010.0, "boot", default, not silent, sessions=sessions, files=files, marks=marks or {}, silent=frozenset(silent)
    )


def session(before: Frame) -> Session:
    """Return the only session of a look, as the dashboard has it."""
    (found,) = sessions_of(LOCAL, before, AGENTS)
    return found


# ---- rules


@dataclass(frozen=True, slots=True)
class Case:
    """An operation, the looks before and after it, and the verdict."""

    name: str
    operation: Operation[Any]
    before: Frame | None
    after: Frame
    verdict: Verdict
    reason: str = ""

    def judge(self) -> Outcome[Any]:
        assert self.operation.outcomes
        return self.operation.outcomes.judge(Looks(self.before, self.after, REQUESTED))


HERE = frame(tmux("api"))
THERE = frame(tmux("api", socket=OWN))
TWINS = frame(tmux("api"), tmux("api", socket=OWN, server=8))
ENDED = frame(files=(file("api"),))
WAITING = frame(tmux("api"), files=(file("api"),))
NONE = frame()
ANEW = tmux("api", created=1005.0)
SILENT = "its tmux server does not answer"
APPEARED = "a session api has appeared since, and does not say who made it"


def killing(before: Frame) -> Operation[KillResult]:
    """Return the killing of the only session of a look, as the dashboard asks for it."""
    return kill(session(before), ID)


def renaming(before: Frame) -> Operation[str]:
    """Return the renaming of the only session of a look, as the dashboard asks for it."""
    return rename(session(before), "web")


KILL = kill(Named("api"), ID)
RENAME = rename(Named("api"), "web")
MARK = mark("api", ["+b", "-told"])
MARKED = {"api": Marks(True, ("new",))}

KILLS = [
    Case("gone", KILL, HERE, NONE, DONE),
    Case("gone from its own server", KILL, THERE, NONE, DONE),
    Case("it lives", KILL, HERE, HERE, NOT_DONE),
    Case("it lives on its own server", KILL, THERE, THERE, NOT_DONE),
    Case("only its name is there again", KILL, HERE, frame(ANEW), DONE),
    Case("its id was given again by another server", KILL, HERE, frame(tmux("api", server=9)), DONE),
    Case("it was renamed", KILL, HERE, frame(tmux("web")), NOT_DONE),
    Case("a namesake of its own server lives", KILL, TWINS, frame(tmux("api", socket=OWN, server=8)), DONE),
    Case("both namesakes live", KILL, TWINS, TWINS, NOT_DONE),
    Case("its server is silent", KILL, HERE, frame(silent=("",)), UNKNOWN, SILENT),
    Case("its own server is silent", KILL, THERE, frame(silent=(OWN,)), UNKNOWN, SILENT),
    Case("a silent server was heard before", KILL, THERE, frame(*THERE.sessions, silent=(OWN,)), UNKNOWN),
    Case("another server is silent", KILL, HERE, frame(silent=(OWN,)), DONE),
    Case("the listing was cut off", KILL, HERE, NONE._replace(proven=False, tmux=Tmux.FAILED), UNKNOWN),
    Case("nobody looked before", KILL, None, NONE, UNKNOWN),
    Case("its file is gone", KILL, ENDED, NONE, DONE),
    Case("its file is there", KILL, ENDED, ENDED, NOT_DONE),
    Case("its file has changed", KILL, ENDED, frame(ANEW, files=(file("api", message="new"),)), UNKNOWN),
    Case("dashboard: gone", killing(HERE), None, NONE, DONE),
    Case("dashboard: it lives on its own server", killing(THERE), None, THERE, NOT_DONE),
    Case("dashboard: a namesake lives", killing(THERE), None, HERE, DONE),
    Case("dashboard: its file is gone", killing(ENDED), None, NONE, DONE),
]

RENAMES = [
    Case("renamed", RENAME, HERE, frame(tmux("web")), DONE),
    Case("renamed on its own server", RENAME, THERE, frame(tmux("web", socket=OWN)), DONE),
    Case("not renamed", RENAME, HERE, HERE, NOT_DONE),
    Case("not renamed on its own server", RENAME, THERE, THERE, NOT_DONE),
    Case("renamed, and the old name is taken again", RENAME, HERE, frame(tmux("web"), tmux("api", "$2")), DONE),
    Case("not renamed, but another has the new name", RENAME, HERE, frame(tmux("api"), tmux("web", "$2")), NOT_DONE),
    Case("it was another that had the new name before", RENAME, NONE, frame(tmux("web")), UNKNOWN),
    Case("it has ended", RENAME, HERE, NONE, UNKNOWN, "has ended"),
    Case("it has ended, and another has the new name", RENAME, HERE, frame(tmux("web", "$2")), UNKNOWN, "has ended"),
    Case("its server was started again", RENAME, HERE, frame(tmux("web", server=9)), UNKNOWN, "has ended"),
    Case("somebody renamed it again", RENAME, HERE, frame(tmux("third")), UNKNOWN, "its name is third now"),
    Case("its own server is silent", RENAME, THERE, frame(*THERE.sessions, silent=(OWN,)), UNKNOWN, SILENT),
    Case("one of two namesakes", RENAME, TWINS, frame(tmux("api"), tmux("web", socket=OWN, server=8)), DONE),
    Case("neither of two namesakes", RENAME, TWINS, TWINS, NOT_DONE),
    Case("nobody looked before", RENAME, None, frame(tmux("web")), UNKNOWN),
    Case("tmux puts a backslash before a dollar", rename(Named("api"), "$x"), HERE, frame(tmux("\\$x")), DONE),
    Case("dashboard: renamed", renaming(THERE), None, frame(tmux("web", socket=OWN)), DONE),
]

NEWS = [
    Case("created", new("api"), None, frame(ANEW), DONE),
    Case("created on another server", new("api", socket=OWN), None, frame(ANEW._replace(socket=OWN)), DONE),
    Case("not created", new("api"), None, NONE, NOT_DONE),
    Case("there before", new("api"), None, HERE, NOT_DONE),
    Case("there before, and the clock was set back", new("api"), frame(ANEW), frame(ANEW), NOT_DONE),
    Case("somebody has created it since", new("api"), NONE, frame(ANEW._replace(own=False)), UNKNOWN, APPEARED),
    Case("created elsewhere by somebody", new("api"), None, frame(ANEW._replace(socket=OWN)), NOT_DONE),
    Case("the server is silent", new("api"), None, frame(silent=("",)), UNKNOWN, SILENT),
    Case("another server is silent", new("api"), None, frame(silent=(OWN,)), NOT_DONE),
    Case("some server is silent", new("api", socket=OWN), None, frame(silent=(OWN,)), UNKNOWN, SILENT),
]

UNDOS = [
    Case("back", undo(ID, "api"), None, frame(ANEW), DONE),
    Case("back on its own server", undo(ID, "api"), None, frame(ANEW._replace(socket=OWN)), DONE),
    Case("not back", undo(ID, "api"), None, NONE, NOT_DONE),
    Case("the name was taken before", undo(ID, "api"), None, HERE, NOT_DONE),
    Case("the name was taken meanwhile", undo(ID, "api"), NONE, frame(ANEW._replace(own=False)), UNKNOWN, APPEARED),
    Case("a server is silent", undo(ID, "api"), None, frame(silent=(OWN,)), UNKNOWN, SILENT),
    Case("nobody knows its name", undo(ID), None, frame(ANEW), UNKNOWN),
]

WORKING = file("api", "working", "", 1001.0)
LATER = file("api", timestamp=1002.0)

DISMISSALS = [
    Case("dismissed", dismiss(Named("api")), None, frame(tmux("api"), files=(WORKING,)), DONE),
    Case("on its own server", dismiss(Named("api")), None, frame(*THERE.sessions, files=(WORKING,)), DONE),
    Case("as before", dismiss(Named("api")), None, WAITING, NOT_DONE),
    Case("as before, a moment ago", dismiss(session(WAITING)), None, WAITING, NOT_DONE),
    Case("it was working before", dismiss(Named("api")), None, frame(files=(file("api", "working", ""),)), NOT_DONE),
    Case("changed since", dismiss(Named("api")), None, frame(files=(LATER,)), UNKNOWN, "changed"),
    Case("without a time", dismiss(Named("api")), None, frame(files=(StatusFile("api"),)), UNKNOWN, "changed"),
    Case("ended", dismiss(Named("api")), None, NONE, UNKNOWN, "ended"),
    Case("not listed by a silent server", dismiss(Named("api")), None, frame(silent=(OWN,)), UNKNOWN, SILENT),
    Case("it lives without a file", dismiss(Named("api")), None, HERE, UNKNOWN, "its status file is gone"),
]

MARKS = [
    Case("marked", MARK, WAITING, frame(tmux("api"), marks=MARKED), DONE),
    Case("marked on its own server", MARK, THERE, frame(*THERE.sessions, marks=MARKED), DONE),
    Case("as before", MARK, HERE, HERE, NOT_DONE),
    Case("changed since", MARK, HERE, frame(tmux("api"), marks={"api": Marks(False, ("x",))}), UNKNOWN, "changed"),
    Case("ended", MARK, HERE, NONE, UNKNOWN, "ended"),
    Case("not listed by a silent server", MARK, HERE, frame(silent=(OWN,)), UNKNOWN, SILENT),
    Case("nobody looked before", MARK, None, HERE, UNKNOWN, "not seen"),
]

CASES = [*KILLS, *RENAMES, *NEWS, *UNDOS, *DISMISSALS, *MARKS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation.name}: {case.name}")
def test_a_rule_judges_the_outcome_from_a_later_look(case: Case) -> None:
    outcome = case.judge()
    assert outcome.verdict is case.verdict
    assert case.reason in outcome.reason
    assert bool(outcome.reason) == (case.verdict is UNKNOWN)


def test_a_done_outcome_has_the_answer_of_the_operation() -> None:
    answers = {case.operation.name: case.judge().answer for case in CASES if case.judge().verdict is DONE}
    assert answers["rename"] == "web"
    assert answers["mark"] is answers["dismiss"] is None
    assert KILLS[0].judge().answer == KillResult(ID)
    assert NEWS[0].judge().answer == Created("$1", "api", 100, target="api:0.0", registered=None)


FRAMES = st.builds(
    lambda sessions, silent, files: frame(*sessions, silent=tuple(silent), files=tuple(files)),
    st.lists(
        st.builds(
            tmux, st.sampled_from(["api", "web"]), st.sampled_from(["$1", "$2"]), st.sampled_from(["", OWN]),
            st.sampled_from([7, 8]), st.sampled_from([500.0, 1005.0]), st.booleans(),
        ),
        max_size=4,
        unique_by=(lambda one: (one.socket, one.server, one.id), lambda one: (one.socket, one.name)),
    ),
    st.sets(st.sampled_from(["", OWN]), max_size=2),
    st.lists(st.builds(file, st.sampled_from(["api", "web"])), max_size=1),
)  # fmt: skip


@given(st.sampled_from([KILL, RENAME, MARK, new("api"), undo(ID, "api")]), FRAMES)
def test_an_unchanged_host_never_proves_an_operation(operation: Operation[Any], before: Frame) -> None:
    """Whatever sessions there are, and whichever server is silent."""
    assert operation.outcomes
    assert operation.outcomes.judge(Looks(before, before, REQUESTED)).verdict is not DONE


@given(st.sampled_from([KILL, RENAME]), FRAMES, FRAMES)
def test_a_silent_server_proves_nothing_about_its_sessions(
    operation: Operation[Any], before: Frame, after: Frame
) -> None:
    sockets = {one.socket for one in before.sessions if one.name == "api"}
    assert operation.outcomes
    if sockets & after.silent:
        assert operation.outcomes.judge(Looks(before, after, REQUESTED)).verdict is UNKNOWN


# ---- waiting


def inquiry(operation: Operation[Any], before: Frame | None = HERE) -> Inquiry[Any]:
    """Return the inquiry about an operation that was requested at 100 and whose connection was lost at 105."""
    assert operation.outcomes
    return Inquiry(operation.outcomes, operation.time_limit, before, 100.0, 105.0)


def test_done_is_certain_at_once_and_not_done_after_the_time_limit() -> None:
    one = inquiry(KILL)
    assert one.judge(HERE, 110.0, 110.0) is None
    assert one.judge(HERE, 129.0, 129.0) is None
    assert one.judge(NONE, 129.5, 129.5) == carried_out(KillResult(ID))
    assert one.judge(HERE, 131.0, 131.0) == not_done()


def test_the_time_limit_starts_when_a_frozen_host_resumes() -> None:
    one = inquiry(KILL)
    assert one.judge(HERE, 500.0, 500.0) is None
    assert one.judge(HERE, 521.0, 521.0) == not_done()


def test_a_heartbeat_confirms_an_older_look() -> None:
    one = inquiry(KILL)
    assert one.judge(HERE, 110.0, 115.0) is None
    assert one.judge(HERE, 110.0, 131.0) == not_done()


def test_the_time_for_which_this_machine_slept_counts() -> None:
    """The host has gone on meanwhile: what was created an hour ago by its clock may be of this operation."""
    launch = new("api", "", SHELL)
    assert launch.outcomes
    made = frame(tmux("api", created=1002.0))._replace(clock=1000.0 + 3600 + 10)
    for slept, verdict in ((3600.0, DONE), (0.0, NOT_DONE)):
        one = Inquiry(launch.outcomes, launch.time_limit, None, 100.0, 105.0, lambda slept=slept: slept)  # type: ignore[misc]
        one.judge(made, 110.0, 110.0)
        found = one.judge(made, 110.0, 110.0 + 3 * launch.time_limit)
        assert found
        assert found.verdict is verdict


def test_what_changed_after_the_look_before_it_was_requested_later_than_that() -> None:
    """The host's clock was set an hour ahead meanwhile."""
    operation = dismiss(Named("api"))
    assert operation.outcomes
    after = frame(tmux("api"), files=(file("api", "working", "", 1001.0),))._replace(clock=4600.0)
    one = Inquiry(operation.outcomes, operation.time_limit, WAITING._replace(clock=1000.0), 100.0, 105.0)
    found = one.judge(after, 110.0, 110.0)
    assert found
    assert found.verdict is DONE


FAILING = {"program": Launch("command", "missing", "missing"), "steps": Launch(steps=(Step("await", "x", 5.0),))}


@pytest.mark.parametrize("launch", FAILING.values(), ids=FAILING.keys())
def test_a_session_whose_program_or_steps_may_fail_is_certain_only_after_the_time_limit(launch: Launch) -> None:
    one = inquiry(new("api", "", launch), None)
    made = frame(tmux("api", created=1002.0))
    assert one.judge(made, 110.0, 110.0) is None
    assert one.judge(NONE, 111.0, 111.0) is None
    found = one.judge(made._replace(clock=1060.0), 160.0, 160.0)
    assert found
    assert found.verdict is DONE


def test_a_session_with_only_a_shell_is_certain_at_once() -> None:
    found = inquiry(new("api", "", SHELL), None).judge(frame(tmux("api", created=1002.0)), 110.0, 110.0)
    assert found
    assert found.verdict is DONE


@pytest.mark.parametrize("skew", [-86400.0, 0.0, 86400.0])
def test_the_clock_of_the_host_decides(skew: float) -> None:
    """It was requested 10 seconds ago."""
    later = frame(tmux("api", created=1000.0 + skew))._replace(clock=1010.0 + skew)
    earlier = frame(tmux("api", created=998.0 + skew))._replace(clock=1010.0 + skew)
    found = inquiry(new("api"), None).judge(later, 110.0, 110.0)
    assert found
    assert found.verdict is DONE
    assert inquiry(new("api"), None).judge(earlier, 110.0, 110.0) is None


def test_an_inquiry_gives_up_on_a_silent_host() -> None:
    one = inquiry(KILL)
    assert [one.is_hopeless(now) for now in (110.0, 125.0, 125.1)] == [False, False, True]
    one.judge(HERE, 120.0, 120.0)
    assert [one.is_hopeless(now) for now in (125.1, 140.1)] == [False, True]


# ---- words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (carried_out("x"), "kill was done before the connection was lost"),
        (not_done(), "kill was not done; nothing has changed"),
        (unknown("it is late"), "kill may have been done: it is late"),
        (unknown("a\x07b"), "kill may have been done: ab"),
    ],
)
def test_each_verdict_has_its_words(outcome: Outcome[str], words: str) -> None:
    assert verdict_words("kill", outcome) == words


WORDS = [
    (kill(Named("api"), ID), KillResult(ID), "killed atlas/api"),
    (killing(ENDED), KillResult(), "removed the status file of atlas/api"),
    (killing(HERE), KillResult(), "killed atlas/api; nothing could be kept to bring it back"),
    (KILL, KillResult(problem="the disk is full"), "killed atlas/api; this can't be undone: the disk is full"),
    (RENAME, "web", "renamed atlas/api to web"),
    (dismiss(Named("api")), None, "dismissed atlas/api"),
    (mark("api", ["+b"]), None, "atlas/api is bookmarked"),
    (mark("api", ["-b"]), None, "atlas/api is no longer bookmarked"),
    (mark("api", ["+tnow"]), None, "changed the tags of atlas/api"),
    (new("api"), Created("$1", "api", 1), "created atlas/api"),
    (undo(ID), Created("$1", "api", 1), "atlas/api is back"),
]


@pytest.mark.parametrize(("operation", "answer", "words"), WORDS)
def test_each_operation_has_words_for_its_result(operation: Operation[Any], answer: object, words: str) -> None:
    assert operation.report("atlas/api", answer) == words
