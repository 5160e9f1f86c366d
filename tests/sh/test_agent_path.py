"""agent_path.sh with every shell: a request finds agents where installers and version managers put them."""

from __future__ import annotations

import subprocess

from navi.ops.linker import link
from navi.ops.session.attach import ENTER_BACKGROUND
from tests.support.machines import Lab
from tests.support.scripts import Shell, environment, every_shell

FOLDERS = (".local/bin", ".claude/local", ".bun/bin", ".volta/bin", ".nvm/versions/node/v22.1.0/bin", "my tools/bin")


@every_shell
def test_programs_are_found_in_each_of_the_folders_that_are_there(lab: Lab, shell: Shell) -> None:
    home = lab.local.home
    for number, folder in enumerate(FOLDERS):
        program = home / folder / f"agent-{number}"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    print_all = 'for one; do command -v "$one" || echo none; done; echo "$PATH"'
    text = f"{link('session/agent_path')}navi_find_programs; {print_all}"
    command = [*shell.words, "-c", text, "sh", *(f"agent-{number}" for number in range(len(FOLDERS)))]
    known = environment(lab.local, shell)
    *found, path = subprocess.run(command, capture_output=True, text=True, env=known, check=True).stdout.splitlines()
    assert found == [*(f"{home}/{folder}/agent-{number}" for number, folder in enumerate(FOLDERS[:-1])), "none"]
    assert path.startswith(known["PATH"]), "what the user has put there comes first"
    assert "*" not in path


def test_attaching_sends_it_in_one_line_that_every_login_shell_passes_on() -> None:
    assert "navi_find_programs() {" in ENTER_BACKGROUND
    assert not set(ENTER_BACKGROUND) & set("'\\!\n")
