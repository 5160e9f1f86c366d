"""The verbs cleanup, reconcile and registry: what is registered, against what there is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from navi.core.registry import epoch
from tests.sh.test_clean_up import kept, placed, start
from tests.support.cut import Call, Cut
from tests.support.machines import Account, Lab, Machine
from tests.support.scripts import registry_of, write_entries
from tests.support.verbs import HERE_AND_THERE, account, living, navi
from tests.support.waiting import until

# ---- cleanup


def entries(account: Account) -> dict[str, dict[str, Any]]:
    """What it has."""
    return dict(json.loads(registry_of(account).read_text())["sessions"])


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
    assert "no host named" in navi(lab, "cleanup", "--host", "nobody", status=64).stderr
    lab.machines[0].stop()
    done = navi(lab, "cleanup", "--host", "local", "--host", "atlas", status=69)
    assert "atlas: " in done.stderr


@contextmanager
def cleaning(lab: Lab, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run cleanup on atlas."""
    command = [sys.executable, "-m", "navi", "cleanup", "--host", "atlas", *words]
    with subprocess.Popen(
        command, env=lab.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def far_sessions(lab: Lab, *names: str) -> Machine:
    """Return a remote on which navi has started these sessions."""
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.new_session("bystander", "exec sleep 1000")
    for name in names:
        navi(lab, "new", name, "--host", "atlas", "--command", "sleep 1000")
    return atlas


@pytest.mark.parametrize("when", ["before", "after"])
def test_cleanup_finds_out_what_became_of_a_kill_and_goes_on(lab: Lab, when: str) -> None:
    atlas = far_sessions(lab, "a", "b", "c")
    cut = Cut(atlas, when)
    with cleaning(lab, "--all", "--json") as process:
        cut.wait(1)
        cut.now()
        output, errors = process.communicate(timeout=120)
    removed = {one["address"]: one for one in json.loads(output)["removed"]}
    done = {"atlas/b", "atlas/c"} | ({"atlas/a"} if when == "after" else set())
    assert removed.keys() == {"atlas/a", "atlas/b", "atlas/c"}
    assert {address for address, one in removed.items() if one["killed"] and not one["error"]} == done
    assert living(atlas) == {"bystander"} | ({"a"} if when == "before" else set())
    assert set(entries(atlas)) == living(atlas) - {"bystander"}
    assert ("was done before" in errors) == (when == "after")
    assert process.returncode == (1 if when == "before" else 0)


def test_cleanup_tells_what_it_has_killed_before_the_host_is_lost(lab: Lab) -> None:
    """Its second kill is held until the host is gone for good, and is not carried out."""
    atlas = far_sessions(lab, "a", "b", "c")
    session = atlas.tmux("display-message", "-p", "-t", "=b:", "#{session_id}")
    cut = Cut(atlas, "during", [Call("tmux", f"*kill-session*{session.replace('$', chr(92) + '$')}*")])
    with cleaning(lab, "--all") as process:
        cut.wait(1)
        atlas.stop()
        output, errors = process.communicate(timeout=200)
    assert process.returncode == 69
    assert "atlas/a: it was killed; its entry stays in the registry: " in errors
    assert "atlas/b: kill may have been done: atlas does not answer" in errors
    assert re.search("^navi: atlas/c: not killed: ", errors, re.MULTILINE)
    assert output == ""


@pytest.mark.parametrize("when", ["before", "after"])
def test_cleanup_tells_that_entries_may_be_left(lab: Lab, when: str) -> None:
    atlas = far_sessions(lab)
    socket = f"{atlas.folder}/none.sock"
    write_entries(atlas, {name: {"socket": socket, "target": f"{name}:0.0"} for name in ("a", "b")})
    cut = Cut(atlas, when, function="navi_change_registry")
    with cleaning(lab) as process:
        cut.wait(1)
        cut.now()
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 69
    for name in ("a", "b"):
        assert f"atlas/{name}: whether its entry was removed is not known: " in errors
    assert output == ""


def test_cleanup_tells_of_entries_where_the_files_fail(lab: Lab) -> None:
    atlas = far_sessions(lab)
    write_entries(atlas, {"a": {"socket": f"{atlas.folder}/none.sock", "target": "a:0.0"}})
    atlas.new_session("gone", "exec sleep 1000")
    placed(atlas, "=gone:")
    atlas.tmux("kill-session", "-t", "=gone")
    cut = Cut(atlas, "before", function="navi_choose")
    with cleaning(lab) as process:
        cut.wait(1)
        cut.now()
        output, errors = process.communicate(timeout=120)
    assert output.startswith("removed atlas/a (")
    assert "atlas: which status files were removed is not known: " in errors
    assert process.returncode == 69


EARLIER = {"boot": "3f3f3f3f.1"}
"""The start of a machine before its present one."""


def status_files(account: Account) -> set[str]:
    """The names of the status files."""
    return {path.name for path in account.sessions_dir.glob("*.json")}


@HERE_AND_THERE
def test_cleanup_removes_status_files_whose_sessions_have_ended_and_keeps_them(lab: Lab, far: bool) -> None:
    """Also those that no look removes: broken ones, and those of an earlier start of the machine."""
    there, prefix = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    socket = str(there.folder / "own.sock")
    start(there, socket, "ended", "earlier", "again", "stays")
    there.new_session("alive", "exec sleep 1000")
    placed(there, "=alive:")
    for name in ("ended", "stays"):
        placed(there, f"={name}:", socket=socket)
    for name in ("earlier", "again"):
        placed(there, f"={name}:", socket=socket, changes=EARLIER)
    for name in ("ended", "earlier"):
        there.tmux("-S", socket, "kill-session", "-t", f"={name}")
    (there.sessions_dir / "broken.json").write_text('{"status": "wor')
    (there.sessions_dir / "empty.json").write_text("")
    (there.sessions_dir / "folder.json").mkdir()
    before = status_files(there)
    tried = navi(lab, "cleanup", *host, "--dry-run")
    assert (status_files(there), kept(there)) == (before, [])
    document = json.loads(navi(lab, "cleanup", *host, "--dry-run", "--json").stdout)
    done = navi(lab, "cleanup", *host)
    assert done.stdout == tried.stdout.replace("would remove", "removed")
    lines = {line.partition(" (")[0]: line for line in done.stdout.splitlines()}
    gone = {"broken.json", "earlier.json", "empty.json", "ended.json"}
    assert set(lines) == {f"removed the status file {prefix}{name}" for name in gone}
    assert lines[f"removed the status file {prefix}ended.json"].endswith("(its session has ended)")
    assert "before the machine was started again" in lines[f"removed the status file {prefix}earlier.json"]
    assert f"the status file {prefix}folder.json stays: " in done.stderr
    assert {(one["address"], one["file"], one["killed"]) for one in document["removed"]} == {
        (f"{prefix}{name.removesuffix('.json')}", name, False) for name in gone
    }
    assert [one["address"] for one in document["stay"]] == [f"{prefix}folder"]
    assert status_files(there) == {"again.json", "alive.json", "folder.json", "stays.json"}
    assert kept(there) == sorted(gone)
    assert navi(lab, "cleanup", *host).stdout == "nothing to remove\n"


def test_cleanup_leaves_status_files_that_can_not_be_judged_and_says_so(lab: Lab) -> None:
    here = lab.local
    here.new_session("alive", "exec sleep 1000")
    placed(here, "=alive:", "elsewhere", changes={"host": "other:12345678"})
    placed(here, "=alive:", "sandbox", changes={"boot": here_again(here)})
    here.write_status("old")
    (here.sessions_dir / "alive.json").write_text("{")
    (here.sessions_dir / "cut.json").write_text('{"place":{"host":"')
    (here.sessions_dir / "broken.json").write_text("{")
    before = status_files(here)
    for words in ([], ["--dry-run"]):
        said = navi(lab, "cleanup", *words)
        assert said.stdout == "nothing to remove\n"
        assert "elsewhere.json stays: written on other, another machine" in said.stderr
        assert "sandbox.json stays: written in another container" in said.stderr
        assert "old.json stays: nothing says on which machine it was written, and other uses the folder" in said.stderr
        for name in ("cut", "broken"):
            assert f"{name}.json stays: it can't be used: " in said.stderr
        assert "alive.json" not in said.stderr
    assert status_files(here) == before


def here_again(account: Account) -> str:
    """Return a start of another first process below the kernel that runs."""
    boot = json.loads((account.sessions_dir / "elsewhere.json").read_bytes())["place"]["boot"]
    return f"{boot.partition('.')[0]}.1"


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
    born = int(there.tmux("display-message", "-p", "-t", "=stray:", "#{session_created}"))
    until(lambda: time.time() > born + 1, what="the second in which it was created has passed")
    document = json.loads(navi(lab, "reconcile", "--repair", *host, "--json").stdout)
    assert document == {
        "repaired": True,
        "hosts": [
            {
                "host": host[1], "error": None, "registry": None, "gone": ["gone"], "unregistered": ["stray"],
                "status_files": ["orphan"],
            }
        ],
    }  # fmt: skip
    found = entries(there)
    assert set(found) == {"stays", "stray"}
    assert (found["stray"]["type"], found["stray"]["target"]) == ("shell", "stray:0.0")
    assert epoch(found["stray"]["created_at"]) == born
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
