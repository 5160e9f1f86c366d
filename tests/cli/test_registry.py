"""The verbs cleanup, reconcile and registry: what is registered, against what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account, living, navi
from tests.support.waiting import until

# ---- cleanup


def registry_of(account: Account) -> Path:
    """The registry's file."""
    return account.folder / "tmp" / "claude-tmux-sockets" / ".sessions.json"


def entries(account: Account) -> dict[str, dict[str, Any]]:
    """What it has."""
    return dict(json.loads(registry_of(account).read_text())["sessions"])


def write_entries(account: Account, found: dict[str, dict[str, Any]]) -> None:
    """Put entries in their place."""
    registry_of(account).parent.mkdir(mode=0o700, exist_ok=True)
    registry_of(account).write_text(json.dumps({"sessions": found, "version": "1.0"}))


@pytest.mark.parametrize(
    ("far", "words"),
    [(False, []), (False, ["--older-than", "1h"]), (False, ["--all"]), (True, ["--older-than", "1h"])],
    ids=["dead", "old", "all", "remote"],
)
def test_a_dry_run_removes_nothing_and_says_what_is_removed_then(lab: Lab, far: bool, words: list[str]) -> None:
    there, prefix = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    there.new_session("bystander", "exec sleep 1000")
    for name in ("fresh", "old"):
        navi(lab, "new", name, *host, "--command", "sleep 1000")
    navi(lab, "new", "dead", *host, "--command", "exit 3", "--keep")
    until(lambda: there.tmux("display-message", "-p", "-t", "=dead:", "#{pane_dead}") == "1", what="it is dead")
    found = entries(there)
    found["old"]["last_active"] = "2020-01-01T00:00:00Z"
    found["gone"] = {"socket": f"{there.folder}/none.sock", "target": "gone:0.0", "created_at": "2020-01-01T00:00:00Z"}
    write_entries(there, found)
    before = registry_of(there).read_bytes()
    tried = json.loads(navi(lab, "cleanup", *host, *words, "--dry-run", "--json").stdout)
    said = navi(lab, "cleanup", *host, *words, "--dry-run").stdout
    assert (registry_of(there).read_bytes(), living(there)) == (before, {"bystander", "fresh", "old", "dead"})
    done = json.loads(navi(lab, "cleanup", *host, *words, "--json").stdout)
    assert (tried["dry_run"], done["dry_run"]) == (True, False)
    ages = re.compile(r"not used for .*")
    assert [one | {"reason": ages.sub("", one["reason"])} for one in done["removed"]] == [
        one | {"reason": ages.sub("", one["reason"])} for one in tried["removed"]
    ]
    assert len(said.splitlines()) == len(done["removed"])
    removed = {one["address"].removeprefix(prefix): one["killed"] for one in done["removed"]}
    wanted = {"dead": True, "gone": False}
    wanted |= {"old": True} if words else {}
    wanted |= {"fresh": True} if words == ["--all"] else {}
    assert removed == wanted
    assert set(entries(there)) == {"fresh", "old", "dead", "gone"} - set(wanted)
    assert living(there) == {"bystander", "fresh", "old"} - set(wanted)
    assert navi(lab, "cleanup", *host, *words).stdout == "nothing to remove\n"


def test_cleanup_leaves_a_newer_session_of_the_same_name(lab: Lab) -> None:
    navi(lab, "new", "api", "--command", "sleep 1000")
    lab.local.tmux("new-session", "-d", "-s", "keeper", ";", "kill-session", "-t", "=api")
    lab.local.new_session("api", "exec sleep 1000")
    assert "another session has its name now" in navi(lab, "cleanup", "--all").stdout
    assert living(lab.local) == {"api", "keeper"}


def test_undo_restores_a_session_that_cleanup_killed(lab: Lab) -> None:
    navi(lab, "new", "api", "--command", "echo it runs; sleep 1000")
    navi(lab, "cleanup", "--all")
    assert living(lab.local) == set()
    assert navi(lab, "undo").stdout == "api is back\n"
    assert living(lab.local) == {"api"}


def test_cleanup_reports_wrong_arguments_and_unreachable_hosts(lab: Lab) -> None:
    account(lab, True)
    assert "invalid age" in navi(lab, "cleanup", "--older-than", "soon", status=64).stderr
    assert "there is no host" in navi(lab, "cleanup", "--host", "nobody", status=64).stderr
    lab.machines[0].stop()
    done = navi(lab, "cleanup", "--host", "local", "--host", "atlas", status=69)
    assert "atlas: " in done.stderr


# ---- reconcile


@HERE_AND_THERE
def test_reconcile_reports_and_repairs_differences(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    where = "atlas: " if far else ""
    navi(lab, "new", "stays", *host)
    navi(lab, "new", "stray", *host, "--no-register")
    there.new_session("mine", "exec sleep 1000")
    there.write_status("orphan")
    write_entries(there, entries(there) | {"gone": {"socket": f"{there.folder}/none.sock"}})
    before = registry_of(there).read_bytes()
    told = [
        f"{where}gone is registered, but has ended",
        f"{where}stray is not registered",
        f"{where}orphan.json is a status file without a session; navi's next look removes it",
    ]
    assert navi(lab, "reconcile", *host, status=1).stdout.splitlines() == told
    assert navi(lab, "reconcile", "--report", *host, status=1).stdout.splitlines() == told
    assert registry_of(there).read_bytes() == before
    document = json.loads(navi(lab, "reconcile", "--repair", *host, "--json").stdout)
    assert document == {
        "repaired": True,
        "hosts": [
            {
                "host": host[1], "registry": None, "gone": ["gone"], "unregistered": ["stray"],
                "status_files": ["orphan"],
            }
        ],
    }  # fmt: skip
    found = entries(there)
    assert set(found) == {"stays", "stray"}
    assert (found["stray"]["type"], found["stray"]["target"]) == ("shell", "stray:0.0")
    (there.sessions_dir / "orphan.json").unlink()
    assert navi(lab, "reconcile", *host).stdout == f"{where}no differences\n"


def test_reconcile_rebuilds_a_damaged_registry_from_living_sessions(lab: Lab) -> None:
    navi(lab, "new", "api")
    registry_of(lab.local).write_text("{")
    assert "the registry is damaged: it is not JSON" in navi(lab, "reconcile", status=1).stdout
    assert registry_of(lab.local).read_text() == "{"
    assert "set aside" in navi(lab, "reconcile", "--repair").stdout
    assert set(entries(lab.local)) == {"api"}
    (aside,) = registry_of(lab.local).parent.glob(".sessions.json.broken.*")
    assert aside.read_text() == "{"
    registry_of(lab.local).write_text('{"sessions": {}, "version": "2.0"}')
    assert "a version other than 1.0" in navi(lab, "reconcile", "--repair", status=78).stderr


# ---- the file


@HERE_AND_THERE
def test_backup_and_restore_of_the_registry(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    path = lab.folder / "backup"
    assert "does not exist yet" in navi(lab, "registry", "backup", *host, status=66).stderr
    navi(lab, "new", "api", *host)
    before = registry_of(there).read_bytes()
    assert navi(lab, "registry", "backup", str(path), *host).stdout == ""
    assert path.read_bytes() == before == navi(lab, "registry", "backup", *host).stdout.encode()
    assert "already exists" in navi(lab, "registry", "backup", str(path), *host, status=73).stderr
    navi(lab, "new", "web", *host)
    for bad in (b"", b"{", b"[]", b'{"sessions": {}, "version": "2.0"}', b'{"sessions": {"a": 1}}'):
        (lab.folder / "bad").write_bytes(bad)
        refused = navi(lab, "registry", "restore", str(lab.folder / "bad"), *host, status=65)
        assert "is not a registry" in refused.stderr
        assert "nothing has changed" in refused.stderr
    assert set(entries(there)) == {"api", "web"}
    assert "can't be read" in navi(lab, "registry", "restore", f"{lab.folder}/none", *host, status=66).stderr
    assert "the file to restore is missing" in navi(lab, "registry", "restore", *host, status=64).stderr
    assert f"restored {registry_of(there)};" in navi(lab, "registry", "restore", str(path), *host).stdout
    assert registry_of(there).read_bytes() == before
