"""The verb answer, here and on a remote, to a stand-in that notes which key came to which question."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support.machines import Account, Lab, program
from tests.support.processes import family
from tests.support.questions import Asker, asking
from tests.support.scripts import Shell, every_shell
from tests.support.verbs import HERE_AND_THERE, account, navi
from tests.support.waiting import until


def digest_of(lab: Lab, address: str) -> str:
    """Return the digest of what is asked now."""
    return str(json.loads(navi(lab, "answer", address, "--json").stdout)["digest"])


@HERE_AND_THERE
def test_without_an_answer_the_question_is_printed(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    with asking(there, "api") as asker:
        nothing = navi(lab, "answer", f"{prefix}api", status=1)
        assert (nothing.stdout, nothing.stderr) == ("", "navi: nothing is asked in api\n")
        asker.ask("touch x")
        done = navi(lab, "answer", f"{prefix}api")
        assert done.stdout.startswith(f"{prefix}api: claude asks (permission, Bash command)\n    touch x\n")
        assert "Do you want to proceed?\n  1  Yes\n" in done.stdout
        found = json.loads(navi(lab, "answer", f"{prefix}api", "--json").stdout)
        assert found["address"] == f"{prefix}api"
        assert (found["kind"], found["question"], found["tool"]) == (
            "permission", "Do you want to proceed?", "Bash command"
        )  # fmt: skip
        assert found["input"] == "touch x\nRun a command"
        assert [one["n"] for one in found["choices"]] == [1, 2, 3]
        assert re.fullmatch("[0-9a-f]{20}", found["digest"])
        assert digest_of(lab, f"{prefix}api") == found["digest"]
        assert asker.notes() == []


ANSWERS = {
    "allow": (["--allow"], "1"), "deny": (["--deny"], "3"), "a number": (["--choose", "2"], "2"),
    "a label": (["--choose", "No"], "3"), "the beginning of one": (["--choose", "Yes, and"], "2"),
}  # fmt: skip


@HERE_AND_THERE
@pytest.mark.parametrize(("words", "key"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_one_key(lab: Lab, far: bool, words: list[str], key: str) -> None:
    there, prefix = account(lab, far)
    with asking(there, "api") as asker:
        asker.ask("touch x")
        seen = digest_of(lab, f"{prefix}api")
        planned = navi(lab, "answer", f"{prefix}api", *words, "--dry-run")
        assert planned.stdout.startswith(f"would answer {prefix}api: {key} ")
        assert asker.notes() == []
        done = navi(lab, "answer", f"{prefix}api", *words, "--seen", seen)
        assert done.stdout.startswith(f"answered {prefix}api: {key} ")
        assert asker.notes() == [("touch x", key)]
        again = navi(lab, "answer", f"{prefix}api", *words, "--seen", seen, status=75)
        assert re.search(r"\S+@\S+ answered that question in api; nothing was typed", again.stderr)
        asker.ask("touch x")
        navi(lab, "answer", f"{prefix}api", *words, "--seen", seen, status=75)
        assert asker.notes() == [("touch x", key)]


@every_shell
def test_every_shell_answers(lab: Lab, shell: Shell) -> None:
    there, prefix = account(lab, True)
    (there.bin / "sh").symlink_to(program(shell.words[0]))
    with asking(there, "api") as asker:
        asker.ask("touch x")
        seen = digest_of(lab, f"{prefix}api")
        navi(lab, "answer", f"{prefix}api", "--choose", "Yes, and", "--seen", seen)
        done = navi(lab, "answer", f"{prefix}api", "--allow", "--seen", seen, status=75)
        assert "answered that question" in done.stderr
        assert asker.notes() == [("touch x", "2")]


@HERE_AND_THERE
def test_the_host_keeps_who_answered_what(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    with asking(there, "api") as asker:
        for number in range(6):
            asker.ask(f"touch x{number}")
            navi(lab, "answer", f"{prefix}api", "--deny")
        explained = navi(lab, "explain", f"{prefix}api").stdout
        assert len(re.findall(r"^answered by +\S+@\S+: No \(Do you want to proceed\?\), ", explained, re.M)) == 4
        navi(lab, "rename", f"{prefix}api", "other")
        answers = json.loads(navi(lab, "explain", f"{prefix}other", "--json").stdout)["answers"]
        assert [one["state"] for one in answers] == ["gone"] * 4


def test_another_question_is_not_answered(lab: Lab) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        seen = digest_of(lab, "api")
        asker.ask("rm -rf x")
        done = navi(lab, "answer", "api", "--allow", "--seen", seen, status=75)
        assert "another question is asked in api by now; nothing was typed" in done.stderr
        asker.put("")
        until(lambda: "shortcuts" in asker.screen(), what="nothing is asked")
        done = navi(lab, "answer", "api", "--allow", "--seen", seen, status=75)
        assert "that question is no longer asked in api; nothing was typed" in done.stderr
        assert asker.notes() == []


def test_of_two_who_answer_at_once_one_wins(lab: Lab) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        seen = digest_of(lab, "api")
        command = [sys.executable, "-m", "navi", "answer", "api", "--seen", seen]
        both = [
            subprocess.Popen([*command, word], stderr=subprocess.PIPE, text=True, env=lab.environment())
            for word in ("--allow", "--deny")
        ]
        errors = [one.communicate(timeout=60)[1] for one in both]
        assert sorted(one.returncode for one in both) == [0, 75]
        assert "answered that question" in "".join(errors)
        assert len(asker.notes()) == 1


def test_an_answer_that_does_nothing_is_not_repeated(lab: Lab) -> None:
    with asking(lab.local, "api", stubborn=True) as asker:
        asker.ask("touch x")
        done = navi(lab, "answer", "api", "--allow", status=75)
        assert "the question is still there" in done.stderr
        assert asker.notes() == [("touch x", "1")]
        assert "the question stayed" in navi(lab, "explain", "api").stdout


def copy_mode(asker: Asker) -> None:
    asker.account.tmux("copy-mode", "-t", "=api:")


def suspends(asker: Asker) -> None:
    shell = int(asker.account.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
    (program,) = [one for one in family(lambda one: one.pid == shell) if one.pid != shell]
    os.kill(program.pid, signal.SIGSTOP)
    until(lambda: any(one.state == "T" for one in family(lambda one: one.pid == program.pid)), what="it is suspended")


def synchronizes(asker: Asker) -> None:
    asker.account.tmux("split-window", "-d", "-t", "=api:", "cat")
    asker.account.tmux("set-option", "-w", "-t", "=api:", "synchronize-panes", "on")


def disables_input(asker: Asker) -> None:
    asker.account.tmux("select-pane", "-d", "-t", "=api:")


def ends(asker: Asker) -> None:
    asker.account.tmux("set-option", "-w", "-t", "=api:", "remain-on-exit", "on")
    process = int(asker.account.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
    os.kill(process, signal.SIGKILL)
    until(lambda: asker.account.tmux("list-panes", "-t", "=api:", "-F", "#{pane_dead}") == "1", what="it is dead")


OBSTACLES: dict[str, tuple[Callable[[Asker], None], int, str]] = {
    "copy mode": (copy_mode, 1, "is in copy mode; nothing was typed"),
    "suspended": (suspends, 1, "is suspended"),
    "synchronized": (synchronizes, 1, "are synchronized"),
    "no input": (disables_input, 1, "takes no input"),
    "dead": (ends, 1, "is dead"),
}


@pytest.mark.parametrize(("obstacle", "status", "words"), OBSTACLES.values(), ids=OBSTACLES)
def test_a_pane_that_would_not_take_the_answer_gets_none(
    lab: Lab, obstacle: Callable[[Asker], None], status: int, words: str
) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        seen = digest_of(lab, "api")
        obstacle(asker)
        done = navi(lab, "answer", "api", "--allow", "--seen", seen, status=status)
        assert words in done.stderr
        assert asker.notes() == []


@pytest.mark.parametrize(("size", "status"), [(("120", "40"), 0), (("60", "20"), 75)], ids=["larger", "cut off"])
def test_a_pane_of_another_size_asks_the_same_only_if_all_of_it_is_seen(
    lab: Lab, size: tuple[str, str], status: int
) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        seen = digest_of(lab, "api")
        lab.local.tmux("resize-window", "-t", "=api:", "-x", size[0], "-y", size[1])
        navi(lab, "answer", "api", "--allow", "--seen", seen, status=status)
        assert asker.notes() == ([] if status else [("touch x", "1")])


WRONG = {
    "seen without an answer": (["--seen", "x"], "--seen needs an answer"),
    "two answers": (["--allow", "--deny"], "--deny"),
    "no such choice": (["--choose", "7"], "no choice of that question in api is 7; nothing was typed"),
    "no text is taken": (["--text", "tea"], "takes a text; nothing was typed"),
    "several lines": (["--text", "a\nb"], "one line"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_an_answer_that_means_nothing_is_wrong_usage(lab: Lab, words: list[str], message: str) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        assert message in navi(lab, "answer", "api", *words, status=64).stderr
        assert asker.notes() == []


def test_a_lock_keeps_others_from_answering(lab: Lab) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        token = navi(lab, "lock", "api").stdout.partition("=")[2].partition(";")[0]
        assert "is locked by" in navi(lab, "answer", "api", "--allow", status=75).stderr
        navi(lab, "answer", "api", "--allow", NAVI_LOCK=token)
        assert asker.notes() == [("touch x", "1")]


def unwritable(account: Account) -> None:
    """Put a file where the status files' folder would be."""
    account.sessions_dir.write_text("")


def test_what_can_not_be_noted_is_not_answered(lab: Lab) -> None:
    with asking(lab.local, "api") as asker:
        asker.ask("touch x")
        unwritable(lab.local)
        done = navi(lab, "answer", "api", "--allow", status=1)
        assert "nothing was typed" in done.stderr
        assert asker.notes() == []
