"""Completion: what is offered, and that real shells offer it when Tab is pressed."""

from __future__ import annotations

import shlex
import sys

import pytest

from navi.cli.verb_table import VERBS
from navi.cli.verbs.completion import FOLDER
from tests.support.machines import Account, Lab
from tests.support.terminal import Terminal
from tests.support.verbs import account, navi


def offered(lab: Lab, *words: str) -> list[str]:
    """Return the candidates for a command line whose last word is to be completed."""
    return [line.partition("\t")[0] for line in navi(lab, "completion", "words", "--", *words).stdout.splitlines()]


CASES = [
    (["rena"], ["rename"]),
    (["ls", "--filter", ""], ["all", "local", "remote"]),
    (["ls", "--filter", "r"], ["remote"]),
    (["wait", "x", "--until", "wor"], ["working"]),
    (["send", "x", "--wa"], ["--wait"]),
    (["send", "x", "--timeout", ""], []),
    (["new", "x", "--host", ""], ["local", "atlas"]),
    (["registry", "b"], ["backup"]),
    (["completion", "f"], ["fish"]),
    (["capture", "-o", ""], [""]),
    (["nonsense", ""], [""]),
]


@pytest.mark.parametrize(("words", "wanted"), CASES, ids=[" ".join(words) for words, _ in CASES])
def test_candidates_for_a_command_line(lab: Lab, words: list[str], wanted: list[str]) -> None:
    account(lab, far=True)
    assert offered(lab, *words) == wanted


def test_verbs_are_offered_and_options_only_once(lab: Lab) -> None:
    assert offered(lab, "") == [verb.name for verb in VERBS]
    assert "--json" in offered(lab, "ls", "--")
    assert "--json" not in offered(lab, "ls", "--json", "--")


def test_completion_offers_sessions_and_hosts_without_connecting(lab: Lab) -> None:
    atlas, _ = account(lab, far=True)
    lab.local.new_session("api")
    lab.local.new_session("it's one")
    atlas.new_session("far")
    assert offered(lab, "kill", "") == ["api", "it's one", "atlas/"]
    assert offered(lab, "kill", "atlas/") == []
    navi(lab, "ls")
    assert offered(lab, "kill", "atlas/") == ["atlas/far"]


def on_path(lab: Lab) -> Account:
    """Put navi on the PATH of this machine."""
    path = lab.local.bin / "navi"
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m navi "$@"\n')
    path.chmod(0o755)
    return lab.local


START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(navi completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -u; eval "$(navi completion zsh)"'),
    "fish": (["fish", "--private", "-i"], "navi completion fish | source"),
    "bash, from its file": (["bash", "--norc", "--noprofile", "-i"], f". {FOLDER}/bash/navi"),
    "zsh, from its file": (["zsh", "-f", "-i"], f"fpath+=({FOLDER}/zsh); autoload -Uz compinit; compinit -u"),
    "fish, from its file": (["fish", "--private", "-i"], f"set -p fish_complete_path {FOLDER}/fish"),
}


@pytest.mark.parametrize("shell", START)
def test_tab_completes_in_a_real_shell(lab: Lab, shell: str) -> None:
    here = on_path(lab)
    here.new_session("zebra")
    words, start = START[shell]
    with Terminal(words, lab.environment(), width=100, height=24) as screen:
        screen.type(f"{start}; echo rea''dy")
        screen.press("Enter")
        screen.wait_for("\nready")
        screen.type("navi ki")
        screen.press("Tab")
        screen.wait_for("navi kill")
        screen.type("zeb")
        screen.press("Tab")
        screen.wait_for("navi kill zebra")
        screen.type(" --dry")
        screen.press("Tab")
        screen.wait_for("--dry-run")


def test_bash_quotes_names_with_blanks(lab: Lab) -> None:
    here = on_path(lab)
    here.new_session("two words")
    words, start = START["bash"]
    with Terminal(words, lab.environment(), width=100, height=24) as screen:
        screen.type(start)
        screen.press("Enter")
        screen.type("navi kill tw")
        screen.press("Tab")
        screen.wait_for(r"navi kill two\ words")
        screen.press("Enter")
        screen.wait_for("killed two words")


@pytest.mark.parametrize("shell", START)
def test_another_program_named_navi_has_files_completed(lab: Lab, shell: str) -> None:
    path = lab.local.bin / "navi"
    path.write_text("#!/bin/sh\nexit 2\n")
    path.chmod(0o755)
    script = lab.local.bin / "navi-agents"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m navi "$@"\n')
    script.chmod(0o755)
    (lab.local.home / "notes-of-mine").touch()
    words, start = START[shell]
    with Terminal(words, lab.environment(), width=100, height=24) as screen:
        screen.type(f"cd; {start.replace('navi completion', 'navi-agents completion')}; echo rea''dy")
        screen.press("Enter")
        screen.wait_for("\nready")
        screen.type("navi-agents ki")
        screen.press("Tab")
        screen.wait_for("navi-agents kill")
        screen.press("C-u")
        screen.type("navi --path notes")
        screen.press("Tab")
        screen.wait_for("navi --path notes-of-mine")
