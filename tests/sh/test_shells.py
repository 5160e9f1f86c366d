"""The scripts know the same shells as the rules of statuses."""

from __future__ import annotations

import subprocess

from navi.core.status import SHELLS as KNOWN
from navi.ops.linker import link
from tests.support.machines import Lab
from tests.support.scripts import Shell, environment, every_shell

OTHERS = ("", "sh bash", "vim", "codex", "ssh", "bashful", "git sh")


def output(lab: Lab, shell: Shell, text: str, *arguments: str) -> str:
    """Return what a text of sh prints behind lib/shells."""
    known = environment(lab.local, shell)
    command = [*shell.words, "-c", f"{link('lib/shells')}{text}", "sh"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, env=known, check=True).stdout


@every_shell
def test_the_lists_are_the_same(lab: Lab, shell: Shell) -> None:
    assert frozenset(output(lab, shell, 'echo "$navi_shell_names"').split()) == KNOWN


@every_shell
def test_each_of_them_is_a_shell_and_nothing_else(lab: Lab, shell: Shell) -> None:
    text = 'for one; do if navi_is_shell "$one"; then echo "$one"; fi; done'
    assert output(lab, shell, text, *sorted(KNOWN), *OTHERS).split("\n")[:-1] == sorted(KNOWN)
