"""Which session an address means where several tmux servers have one of that name."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account, living, navi, start_twin

CHANGES = {
    "kill": ["kill", "ADDR"], "rename": ["rename", "ADDR", "new"], "restart": ["restart", "ADDR"],
    "kill, dry": ["kill", "--dry-run", "ADDR"], "restart, dry": ["restart", "--dry-run", "ADDR"],
    "dismiss": ["dismiss", "ADDR"], "tag": ["tag", "ADDR", "+red"], "bookmark": ["bookmark", "ADDR"],
    "collaborate": ["collaborate", "ADDR"],
}  # fmt: skip
QUESTIONS = {"explain": ["explain", "ADDR"], "git": ["git", "ADDR"], "tags": ["tag", "ADDR"]}


def words_for(words: list[str], address: str) -> list[str]:
    """Return the words of a command line, with the address in its place."""
    return [address if word == "ADDR" else word for word in words]


def server_of(lab: Lab, *words: str) -> int:
    """Return the tmux server of the session that `explain` finds."""
    return int(json.loads(navi(lab, "explain", *words, "--json").stdout)["session"]["server"])


@HERE_AND_THERE
@pytest.mark.parametrize("words", [*CHANGES.values(), *QUESTIONS.values()], ids=[*CHANGES, *QUESTIONS])
def test_a_name_that_means_two_sessions_means_neither(lab: Lab, far: bool, words: list[str]) -> None:
    there, prefix = account(lab, far)
    for label in ("work", "play"):
        start_twin(there, "api", label)
    done = navi(lab, *words_for(words, f"{prefix}api"), status=64)
    assert "api is on more than one tmux server: " in done.stderr
    assert "; name one with -S SOCKET" in done.stderr
    assert living(there, "work") == living(there, "play") == {"api"}


@HERE_AND_THERE
def test_a_registered_session_and_one_on_the_default_server_are_two(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    socket, default = str(there.folder / "own.sock"), start_default(there)
    navi(lab, "new", "api", *(["--host", "atlas"] if far else []), "-S", socket)
    done = navi(lab, "kill", "--dry-run", f"{prefix}api", status=64)
    assert f"api is on more than one tmux server: {socket}, {default}; name one with -S SOCKET" in done.stderr
    for named, server in ((socket, there.server("-S", socket)), (default, there.server())):
        assert server_of(lab, f"{prefix}api", "-S", named) == server


def start_default(there: Account) -> str:
    """Start a session on the default server, and return the path of its socket."""
    there.new_session("api", "exec cat")
    return there.tmux("display-message", "-p", "#{socket_path}")


@HERE_AND_THERE
def test_the_session_on_the_default_server_is_meant_unless_a_socket_is_given(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    default, socket = start_default(there), start_twin(there, "api", "work")
    assert server_of(lab, f"{prefix}api") == server_of(lab, f"{prefix}api", "-S", default) == there.server()
    assert server_of(lab, f"{prefix}api", "-S", socket) == there.server("-L", "work")
    navi(lab, "rename", f"{prefix}api", "billing", "-S", socket)
    assert (living(there), living(there, "work")) == ({"api"}, {"billing"})
    navi(lab, "rename", f"{prefix}billing", "api")
    assert "killed" in navi(lab, "kill", f"{prefix}api", "-S", socket).stdout
    assert (living(there), living(there, "work")) == ({"api"}, set())
    assert "killed" in navi(lab, "kill", f"{prefix}api").stdout
    assert living(there) == set()


@HERE_AND_THERE
def test_git_shows_the_directory_of_the_session_on_the_given_server(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    start_default(there)
    folder = there.home / "project"
    subprocess.run(["git", "init", "-q", "-b", "topic", str(folder)], check=True)
    there.tmux("-L", "work", "new-session", "-d", "-s", "api", "-c", str(folder), "exec cat")
    socket = there.tmux("-L", "work", "display-message", "-p", "#{socket_path}")
    assert "topic" in navi(lab, "git", f"{prefix}api", "-S", socket).stdout
    assert "is not in a git repository" in navi(lab, "git", f"{prefix}api", status=1).stderr


@HERE_AND_THERE
def test_a_server_that_navi_does_not_list_is_asked_where_its_socket_is_given(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    socket = str(there.home / "odd")
    there.tmux("-S", socket, "new-session", "-d", "-s", "api", "exec cat")
    navi(lab, "explain", f"{prefix}api", status=66)
    assert server_of(lab, f"{prefix}api", "-S", socket) == there.server("-S", socket)
    assert "no session named other on the tmux server" in navi(
        lab, "kill", f"{prefix}other", "-S", socket, status=66).stderr  # fmt: skip
    assert "killed" in navi(lab, "kill", f"{prefix}api", "-S", socket).stdout
    assert there.sh(f"tmux -S {socket} list-sessions 2>/dev/null; :") == ""


@HERE_AND_THERE
def test_marks_are_refused_on_another_server(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    default, socket = start_default(there), start_twin(there, "api", "work")
    navi(lab, "tag", "-S", default, f"{prefix}api", "+red")
    assert navi(lab, "tag", f"{prefix}api").stdout == "red\n"
    done = navi(lab, "bookmark", f"{prefix}api", "-S", socket, status=1)
    assert "bookmarks and tags are only for sessions of the default tmux server" in done.stderr
