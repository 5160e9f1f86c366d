"""The user's default tmux server is known by every path to its socket, and its folder under every name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from navi.config.remote import SESSIONS_DIR
from navi.ops.linker import link
from tests.support.machines import Lab
from tests.support.scripts import Shell, environment, every_shell, look


@pytest.fixture
def linked(lab: Lab) -> Path:
    """Return a symbolic link to the folder of the tmux servers, one of which runs."""
    lab.local.new_session("api")
    path = lab.local.home / "linked"
    path.symlink_to(lab.local.folder / "tmux")
    return path


def output(lab: Lab, shell: Shell, folder: Path, text: str, *arguments: str) -> str:
    """Return what a text of sh says behind lib/tmux, with this TMUX_TMPDIR."""
    known = environment(lab.local, shell) | {"TMUX_TMPDIR": str(folder)}
    command = [*shell.words, "-c", f"{link('lib/tmux')}\n{text}", "sh", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=known, check=True, cwd=lab.local.home).stdout


@every_shell
def test_its_socket_has_the_path_that_tmux_says(lab: Lab, shell: Shell, linked: Path) -> None:
    text = 'navi_find_default; printf "%s\\n" "$navi_default" "$PWD"; tmux display-message -p "#{socket_path}"'
    ours, folder, theirs = output(lab, shell, linked, text).splitlines()
    assert (ours, folder) == (theirs, str(lab.local.home))


@every_shell
def test_every_path_to_its_socket_is_known_and_no_other(lab: Lab, shell: Shell, linked: Path) -> None:
    lab.local.tmux("-L", "other", "new-session", "-d")
    socket = next((lab.local.folder / "tmux").glob("tmux-*/default"))
    inside = socket.relative_to(lab.local.folder / "tmux")
    someones = linked / "tmux-someones" / "default"
    paths = ["", str(socket), str(linked / inside), str(socket.with_name("other")), str(someones)]
    text = 'for one; do if navi_is_default "$one"; then echo yes; else echo no; fi; done'
    assert output(lab, shell, linked, text, *paths).split() == ["yes", "yes", "yes", "no", "no"]


@every_shell
def test_it_is_known_when_it_has_ended(lab: Lab, shell: Shell, linked: Path) -> None:
    socket = next((lab.local.folder / "tmux").glob("tmux-*/default"))
    lab.local.tmux("kill-server")
    socket.unlink(missing_ok=True)
    paths = [str(socket), str(linked / socket.relative_to(lab.local.folder / "tmux"))]
    text = 'for one; do navi_is_default "$one" && echo yes; done'
    assert output(lab, shell, linked, text, *paths).split() == ["yes", "yes"]


@every_shell
def test_a_folder_with_two_paths_is_searched_once(lab: Lab, shell: Shell, linked: Path) -> None:
    lab.local.tmux("-L", "other", "new-session", "-d", "-s", "there")
    frame = look(
        lab.local, shell, more={"TMUX_TMPDIR": str(linked), "XDG_RUNTIME_DIR": str(lab.local.folder / "tmux")}
    )
    assert sorted((one.name, one.socket.rpartition("/")[2]) for one in frame.sessions) == [
        ("api", ""), ("there", "other")
    ]  # fmt: skip


@every_shell
def test_the_usual_folder_of_status_files_is_that_of_the_settings(lab: Lab, shell: Shell) -> None:
    text = 'navi_find_status_folder ""; echo "$navi_expanded"; navi_find_status_folder /x; echo "$navi_expanded"'
    usual = SESSIONS_DIR.replace("~", str(lab.local.home))
    assert output(lab, shell, lab.local.folder / "tmux", text).splitlines() == [usual, "/x"]
