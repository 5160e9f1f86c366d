"""recover.sh: the registry's entries of sessions that were renamed or brought back when nobody had the registry."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Callable

import pytest

from navi.core.address import Named
from navi.core.launch import command
from navi.ops.session.creation import new
from navi.ops.session.lifecycle import dismiss, rename
from tests.sh.test_clean_up import placed
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Shell, answer, every_shell, here, look, registry_of, run


def targets(account: Account) -> dict[str, str]:
    """Return the target of each entry by its name."""
    return {name: one["target"] for name, one in json.loads(registry_of(account).read_bytes())["sessions"].items()}


def request_with_the_registry(account: Account, shell: Shell) -> None:
    """Run an operation that carries the registry's scripts and does nothing else."""
    assert answer(account, shell, dismiss(Named("nobody"))).status == 66


def left(account: Account) -> list[str]:
    """Return the journals that wait for such an operation."""
    found = (path.name for path in here(account).glob("*.[0-9]*"))
    return sorted(name for name in found if not name.startswith("session."))  # the note of a session that lives


def identity(account: Account, name: str) -> str:
    """Return what tells a session from all others of its server."""
    return account.tmux("display-message", "-p", "-t", f"={name}:", "#{pid} #{session_id} #{session_created}")


# ---- renamed in tmux


@every_shell
def test_a_session_that_was_renamed_in_tmux_is_registered_by_its_new_name(lab: Lab, shell: Shell) -> None:
    """It may be renamed twice until somebody has the registry, and another session may take the first name."""
    account = lab.local
    run(account, DASH, new("api", "~", command("cat")))
    placed(account, "=api:")
    before = json.loads(registry_of(account).read_bytes())["sessions"]["api"]
    for old, name in (("api", "web"), ("web", "doc")):
        account.tmux("rename-session", "-t", f"={old}", name)
        look(account, shell)
    account.new_session("api", "exec cat")
    assert targets(account) == {"api": "api:0.0"}
    request_with_the_registry(account, shell)
    after = json.loads(registry_of(account).read_bytes())["sessions"]
    assert after == {"doc": before | {"target": "doc:0.0"}}
    assert left(account) == []


@every_shell
def test_the_entry_of_a_session_that_was_renamed_back_stays(lab: Lab, shell: Shell) -> None:
    account = lab.local
    run(account, DASH, new("api", "~", command("cat")))
    placed(account, "=api:")
    for old, name in (("api", "web"), ("web", "api")):
        account.tmux("rename-session", "-t", f"={old}", name)
        look(account, shell)
    request_with_the_registry(account, shell)
    assert targets(account) == {"api": "api:0.0"}
    assert left(account) == []


# ---- another session has the name


@every_shell
def test_a_name_that_is_registered_for_a_session_of_another_server_is_refused(lab: Lab, shell: Shell) -> None:
    account = lab.local
    own = str(account.folder / "own.sock")
    run(account, DASH, new("web", "~", command("cat"), socket=own))
    run(account, DASH, new("api", "~", command("cat")))
    before = registry_of(account).read_bytes()
    found = answer(account, shell, rename(Named("api"), "web"))
    words = f"there is a session web already, registered on {own}; nothing was renamed"
    assert (found.status, found.errors) == (73, words)
    assert registry_of(account).read_bytes() == before
    process = int(account.tmux("-S", own, "display-message", "-p", "#{pid}"))
    os.kill(process, signal.SIGSTOP)
    found = answer(account, shell, rename(Named("api"), "web"))
    os.kill(process, signal.SIGCONT)
    assert (found.status, registry_of(account).read_bytes()) == (75, before)
    account.tmux("-S", own, "kill-session", "-t", "=web")
    assert run(account, shell, rename(Named("api"), "web")) == "web"
    assert targets(account) == {"web": "web:0.0"}


@every_shell
def test_a_session_may_take_back_the_name_that_it_is_registered_by(lab: Lab, shell: Shell) -> None:
    account = lab.local
    run(account, DASH, new("api", "~", command("cat")))
    account.tmux("rename-session", "-t", "=api", "web")
    assert run(account, shell, rename(Named("web"), "api")) == "api"
    assert targets(account) == {"api": "api:0.0"}


# ---- what can't be done now


def test_an_entry_is_moved_later_if_the_registry_is_locked_or_can_not_be_written(lab: Lab) -> None:
    account = lab.local
    run(account, DASH, new("api", "~", command("cat")))
    with (registry_of(account).parent / ".sessions.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run(account, DASH, rename(Named("api"), "web")) == "web"
        request_with_the_registry(account, DASH)
        assert targets(account) == {"api": "api:0.0"}
    request_with_the_registry(account, DASH)
    assert targets(account) == {"web": "web:0.0"}
    assert left(account) == []


# ---- journals


Journal = Callable[[str, str], str]
"""Returns a journal for an owner and the identity of a living session `web`, which is registered as `api`."""


def journal(owner: str, identity: str, former: str = "api", socket: str = "", mark: str = "whole") -> str:
    return "\n".join([owner, socket, identity, "", former, "web", "", mark, ""])


UNUSABLE: dict[str, Journal] = {
    "empty": lambda _owner, _identity: "",
    "cut": lambda owner, identity: journal(owner, identity)[:-8],
    "not whole": lambda owner, identity: journal(owner, identity, mark="whol"),
    "bytes": lambda _owner, _identity: "\udcff\udc80" * 1000,
    "another session": lambda owner, identity: journal(owner, identity + "9"),
    "no session": lambda owner, _identity: journal(owner, ""),
    "an option": lambda owner, _identity: journal(owner, "-a -b -c"),
    "another server": lambda owner, identity: journal(owner, identity, socket="/nowhere/socket"),
    "another name": lambda owner, identity: journal(owner, identity, former="other"),
    "a change within": lambda owner, identity: journal(owner, identity, former="api\tx\ty"),
    "a command within": lambda _owner, identity: journal("$(touch pwned)", identity, former="`touch pwned`"),
    "a path within": lambda _owner, identity: journal("1@../../../x@y", identity, former="../api"),
}


@every_shell
def test_a_journal_that_is_broken_or_of_another_session_changes_nothing(lab: Lab, shell: Shell) -> None:
    account = lab.local
    run(account, DASH, new("api", "~", command("cat")))
    account.tmux("rename-session", "-t", "=api", "web")
    before = registry_of(account).read_bytes(), sorted(account.home.iterdir())
    for name, text in UNUSABLE.items():
        path = here(account) / "moved.4194304"
        owner = f"4194304@{here(account).name}"
        path.write_bytes(text(owner, identity(account, "web")).encode("utf-8", "surrogateescape"))
        request_with_the_registry(account, shell)
        assert (registry_of(account).read_bytes(), sorted(account.home.iterdir())) == before, name
        assert left(account) == [], name
    (here(account) / "moved.4194304").write_text(journal("4194304@x@y", identity(account, "web")))
    request_with_the_registry(account, shell)
    assert targets(account) == {"web": "web:0.0"}


@pytest.mark.parametrize("place", ["otherhost:12345678@87654321.1", "box@3f3f3f3f.9"])
def test_a_journal_of_another_machine_is_left_alone(lab: Lab, place: str) -> None:
    account = lab.local
    run(account, DASH, new("api", "~", command("cat")))
    account.tmux("rename-session", "-t", "=api", "web")
    path = account.sessions_dir / ".navi" / "at" / place / "moved.4194304"
    path.parent.mkdir(mode=0o700)
    path.write_text(journal(f"4194304@{place}", identity(account, "web")))
    before = registry_of(account).read_bytes(), path.read_bytes()
    request_with_the_registry(account, DASH)
    assert (registry_of(account).read_bytes(), path.read_bytes()) == before
