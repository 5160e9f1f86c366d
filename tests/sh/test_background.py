"""A look and a watch report the sessions that agents run without a terminal, while their processes run."""

from __future__ import annotations

import os

import pytest

from navi.core.model import BackgroundAgent, Frame
from navi.ops.look.snapshot import snapshot
from tests.support.background import Worker
from tests.support.machines import Lab
from tests.support.scripts import DASH, Shell, Watching, every_shell, every_watching_shell, look, run


def only(frame: Frame) -> BackgroundAgent:
    """Return the only session in the background."""
    (one,) = frame.background
    return one


@every_shell
def test_a_session_is_reported_with_both_files(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write(status="waiting", name="x")
        worker.write_job(needs="approve Bash: touch x")
        for found in (only(look(lab.local, shell)), only(run(lab.local, shell, snapshot()).frame)):
            assert (found.kind, found.id, found.process) == ("claude", "8cb688dd", worker.process)
            assert found.file["status"] == "waiting"
            assert found.job["needs"] == "approve Bash: touch x"


@every_shell
def test_a_session_without_a_job_file_is_reported(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        assert only(look(lab.local, shell)).job == {}


@every_shell
def test_several_sessions_are_reported_each_with_its_job(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "one") as one, Worker(lab.local, "two") as two:
        for worker in (one, two):
            worker.write()
            worker.write_job(intent=worker.id)
        found = look(lab.local, shell).background
        assert sorted((each.id, each.job["intent"]) for each in found) == [("one", "one"), ("two", "two")]


NONE: dict[str, dict[str, object]] = {
    "of another kind": {"kind": "interactive"},
    "without a job": {"jobId": ""},
    "outside the folder": {"jobId": "../../x"},
    "like an option": {"jobId": "--help"},
    "with a long id": {"jobId": "x" * 65},
    "of an earlier process": {"procStart": "1"},
    "without a process": {"pid": 0},
    "with a process that is no number": {"pid": "x$(touch hit)"},
    "too large": {"x": "x" * 9000},
}


@pytest.mark.parametrize("fields", NONE.values(), ids=NONE.keys())
@every_shell
def test_a_file_is_no_session(lab: Lab, shell: Shell, fields: dict[str, object]) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write(**fields)
        assert look(lab.local, shell).background == ()
        assert not (lab.local.home / "hit").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00\x01", '{"kind":"bg"'], ids=repr)
@every_shell
def test_a_file_that_is_not_whole_is_no_session_and_hides_none(lab: Lab, shell: Shell, text: str) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        (worker.file.parent / "1.json").write_text(text)
        assert only(look(lab.local, shell)).id == "8cb688dd"


@every_shell
def test_what_is_no_regular_file_keeps_no_look_waiting(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        os.mkfifo(worker.file.parent / "1.json")
        (worker.file.parent / "2.json").mkdir()
        (worker.file.parent / "3.json").symlink_to("/dev/zero")
        os.mkfifo(worker.job)
        assert only(look(lab.local, shell)).job == {}


@every_shell
def test_a_job_file_that_can_not_be_used_leaves_the_session(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        for text in ("", "nonsense", "[1]", "x" * 20000, "\x00"):
            worker.job.write_text(text)
            assert only(look(lab.local, shell)).job == {}
        worker.job.unlink()
        worker.job.mkdir()
        assert only(look(lab.local, shell)).job == {}


@every_shell
def test_a_session_whose_process_has_ended_is_none(lab: Lab, shell: Shell) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        worker.write_job()
        worker.end()
        assert look(lab.local, shell).background == ()


def test_the_folder_of_the_variable_counts(lab: Lab) -> None:
    with Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        (lab.local.home / ".claude").rename(lab.local.home / "elsewhere")
        assert look(lab.local, DASH).background == ()
        moved = {"CLAUDE_CONFIG_DIR": str(lab.local.home / "elsewhere")}
        assert only(run(lab.local, DASH, snapshot(), moved).frame).id == "8cb688dd"


@every_watching_shell
def test_a_watch_reports_what_changes(lab: Lab, shell: Shell) -> None:
    with Watching(lab.local, shell) as watching, Worker(lab.local, "8cb688dd") as worker:
        watching.frame(lambda frame: not frame.background)
        worker.write()
        watching.frame(lambda frame: frame.background)
        worker.write(status="waiting")
        watching.frame(lambda frame: only(frame).file["status"] == "waiting")
        worker.write_job(needs="answer: Which?")
        watching.frame(lambda frame: only(frame).job.get("needs") == "answer: Which?")
        worker.end()
        watching.frame(lambda frame: not frame.background)


@every_watching_shell
def test_a_watch_sees_the_end_of_a_process_that_nobody_waits_for(lab: Lab, shell: Shell) -> None:
    with Watching(lab.local, shell) as watching, Worker(lab.local, "8cb688dd") as worker:
        worker.write()
        watching.frame(lambda frame: frame.background)
        worker.kill()
        watching.frame(lambda frame: not frame.background)
