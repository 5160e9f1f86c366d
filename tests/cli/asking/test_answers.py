"""What can't be asked is not empty: every verb says which host is unknown, why, and with which exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from navi.cli.asking.answers import split_answers
from navi.cli.output.output import RequestError
from navi.core.failure import Failure, HostState
from navi.core.model import Frame, Tmux
from navi.hosts.base import HostError
from navi.ops import OperationError
from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account, navi

KNOWN = Frame(0.0, "", Tmux.OK, proven=True)
HUNG = Frame(0.0, "", Tmux.HUNG, silent=frozenset({""}))
MISSING = Frame(0.0, "", Tmux.MISSING, silent=frozenset({""}))
OLD = Frame(0.0, "", Tmux.OLD, silent=frozenset({""}))
FAILED = Frame(0.0, "", Tmux.FAILED, tmux_error="access not allowed", silent=frozenset({""}))
OTHER = Frame(0.0, "", Tmux.OK, silent=frozenset({"/s/a b.sock"}))
REFUSED = HostError(Failure(HostState.AUTH, "Permission denied (publickey)", "log in"))
DOWN = HostError(Failure(HostState.UNREACHABLE, "Connection refused", "start sshd"))

SIFTED: list[tuple[str, dict[str, Frame | RequestError], int, dict[str, str]]] = [
    ("all is known", {"a": KNOWN, "b": KNOWN}, 0, {}),
    ("no host", {}, 0, {}),
    ("tmux hangs", {"a": KNOWN, "b": HUNG}, 75, {"b": "its tmux server does not answer"}),
    ("no tmux", {"local": MISSING}, 69, {"local": "tmux is not installed; "}),
    ("no tmux there", {"a": MISSING}, 69, {"a": "tmux is not installed there; "}),
    ("an old tmux", {"a": OLD}, 69, {"a": "its tmux is older than 2.6"}),
    ("tmux refuses", {"a": FAILED}, 69, {"a": "tmux reports: access not allowed"}),
    ("another server", {"a": OTHER}, 75, {"a": "on /s/a b.sock did not list its sessions"}),
    ("the first failure counts", {"a": DOWN, "b": HUNG}, 69, {"a": "Connection refused", "b": "does not answer"}),
    ("not permitted", {"a": REFUSED, "b": KNOWN}, 77, {"a": "Permission denied"}),
    ("a damaged registry", {"a": OperationError("damaged", 78)}, 78, {"a": "damaged"}),
]


@pytest.mark.parametrize(("given", "status", "said"), [row[1:] for row in SIFTED], ids=[row[0] for row in SIFTED])
def test_what_stays_unknown_of_answers(
    given: dict[str, Frame | RequestError], status: int, said: dict[str, str]
) -> None:
    answers = split_answers(list(given.items()), lambda frame: frame)
    assert answers.status == status
    assert [name for name, _ in answers.failures] == list(said)
    for name in given:
        words = answers.failure_of(name)
        assert (words or "") == "" if name not in said else said[name] in (words or ""), (name, words)
    assert [name for name, _ in answers.known] == [name for name, one in given.items() if isinstance(one, Frame)]


# ---- real machines


@contextmanager
def without_tmux(there: Account) -> Iterator[None]:
    """Put a program before tmux that does what a shell does where there is none."""
    with instead_of_tmux(there, "exit 127"):
        yield


@contextmanager
def old_tmux(there: Account) -> Iterator[None]:
    """Put a tmux before the real one that knows no version."""
    with instead_of_tmux(there, "printf '%s\\n' \"$5\" | sed 's/#{version}//'"):
        yield


@contextmanager
def instead_of_tmux(there: Account, script: str) -> Iterator[None]:
    """Put a script before tmux on PATH for a while."""
    path = there.bin / "tmux"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    try:
        yield
    finally:
        path.unlink()


TROUBLES: dict[str, tuple[Callable[[Account], AbstractContextManager[object]], int, str]] = {
    "hung": (Account.hung_server, 75, "its tmux server does not answer"),
    "missing": (without_tmux, 69, "tmux is not installed"),
    "old": (old_tmux, 69, "older than 2.6"),
}
"""How tmux can't be asked: what makes it so, the exit status, and the words on standard error."""

ALL_CLEAR = ("nothing to", "no differences", "0 sessions", "no session", "no such", "gone", "ended")
"""Words of statements that need proof."""


@pytest.mark.parametrize("trouble", TROUBLES)
@HERE_AND_THERE
def test_verbs_name_the_host_that_can_t_be_asked_and_claim_nothing(lab: Lab, far: bool, trouble: str) -> None:
    there, prefix = account(lab, far)
    name = "atlas" if far else "local"
    there.new_session("api", "exec sleep 1000")
    there.write_status("api", status="working")
    meddle, status, words = TROUBLES[trouble]
    verbs: list[list[str]] = [
        ["ls", "--host", name],
        ["ls", "--host", name, "--status", "idle"],
        ["reconcile", "--host", name],
        ["cleanup", "--host", name, "--dry-run"],
        ["health", f"{prefix}api"],
        ["explain", f"{prefix}api"],
        ["explain", f"{prefix}nobody"],
        ["git", f"{prefix}nobody"],
        *([["status"]] if not far else []),
    ]
    documents = [
        ["ls", "--json", "--host", name],
        ["reconcile", "--json", "--host", name],
        ["cleanup", "--json", "--dry-run", "--host", name],
        ["health", "--json", f"{prefix}api"],
    ]
    # Each waits for the server in vain, so some run at once.
    with meddle(there), ThreadPoolExecutor(4) as pool:
        told = pool.map(lambda verb: navi(lab, *verb, status=status), verbs)
        printed = pool.map(lambda verb: json.loads(navi(lab, *verb, status=status).stdout), documents)
        hosts = {one["name"]: one for one in json.loads(navi(lab, "hosts", "--json").stdout)}
        for verb, said in zip(verbs, told, strict=True):
            about = f"{name}: " if verb[0] not in ("explain", "git") else f"{verb[1]}: "
            assert said.stderr.startswith(f"navi: {about}"), said
            if verb[0] != "git":
                assert words in said.stderr, said
            assert not [claim for claim in ALL_CLEAR if claim in said.stdout], said
            assert verb[0] not in ("ls", "health") or "missing" not in said.stdout, said
        listed, reconciled, cleaned, health = printed
        assert [(one["name"], one["health"]) for one in listed["sessions"]] == [("api", None)]
        assert words in listed["hosts"][0]["error"]
        (found,) = reconciled["hosts"]
        assert words in found["error"]
        assert (cleaned["removed"], [one["host"] for one in cleaned["unknown"]]) == ([], [name])
        assert (health["status"], health["session_exists"]) == (None, None)
        assert (hosts[name]["sessions"], words in hosts[name]["error"]) == (None, True)
    assert navi(lab, "ls", "--host", name).stderr == ""


@pytest.mark.parametrize("trouble", TROUBLES)
def test_waiting_for_a_status_ends_without_one_that_nothing_confirms(lab: Lab, trouble: str) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    lab.local.write_status("api", status="working")
    meddle, status, words = TROUBLES[trouble]
    with meddle(lab.local):
        said = navi(lab, "wait", "api", "--until", "working", "--timeout", "6", status=status)
    assert (said.stdout, words in said.stderr) == ("", True)
    assert navi(lab, "wait", "api", "--until", "working").stdout == "working\n"


def test_what_other_hosts_know_is_printed_beside_the_unknown(lab: Lab) -> None:
    atlas, _ = account(lab, True)
    for there in (lab.local, atlas):
        there.new_session("api", "exec sleep 1000")
    with atlas.hung_server():
        said = navi(lab, "ls", status=75)
        assert (said.stdout.split()[0], "atlas: its tmux server" in said.stderr) == ("api", True)
        said = navi(lab, "reconcile", "--host", "local", "--host", "atlas", status=75)
        assert (said.stdout, "atlas: its tmux server" in said.stderr) == ("no differences\n", True)
        said = navi(lab, "health", "api", "atlas/api", status=75)
        assert ("api        healthy" in said.stdout, "atlas/api  unknown" in said.stdout) == (True, True)


def test_another_server_that_hangs_is_named_and_the_rest_is_known(lab: Lab) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    lab.local.tmux("-L", "work", "new-session", "-d", "-s", "web", "exec sleep 1000")
    with lab.local.hung_server("-L", "work"):
        said = navi(lab, "ls", "--host", "local", status=75)
        assert (said.stdout.split()[0], "/work did not list its sessions" in said.stderr) == ("api", True)
        assert navi(lab, "explain", "api").stderr == ""
        assert navi(lab, "wait", "api", "--until", "unknown").stdout == "unknown\n"
        assert "/work did not list" in navi(lab, "explain", "web", status=75).stderr


def test_health_of_a_host_that_is_down_is_unknown(lab: Lab) -> None:
    account(lab, True)
    lab.machines[0].stop()
    said = navi(lab, "health", "atlas/api", "--json", status=69)
    assert json.loads(said.stdout) | {"reason": ""} == {
        "address": "atlas/api", "status": None, "reason": "", "server_running": None, "session_exists": None,
        "pane_exists": None, "pane_dead": None, "pid": None, "process_running": None, "exit_status": None,
        "exit_signal": None,
    }  # fmt: skip
    assert re.search("atlas: .*Connection refused", said.stderr)
    assert "atlas/api  unknown: " in navi(lab, "health", "atlas/api", status=69).stdout
