"""The verbs cleanup, reconcile and registry: what is registered, against what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from navi.cli.output import UsageError
from navi.cli.registry import removals, seconds_of
from navi.core.model import Frame, Pane, Tmux, TmuxSession
from navi.core.registry import Entry, Registry, Snapshot
from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account, living, navi
from tests.support.waiting import until

# ---- deciding

AGES = (("0s", 0), ("90s", 90), ("30m", 1800), ("12h", 43200), ("7d", 604800), ("08h", 28800))


@pytest.mark.parametrize(("text", "seconds"), AGES)
def test_an_age_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1w", "1h ", "1h30m", "1 h", "９h"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write 90s, 30m, 12h or 7d"):
        seconds_of(text)


NOW = 1_763_892_000.0
HOUR_AGO, DAY_AGO = "2025-11-23T09:00:00Z", "2025-11-22T10:00:00Z"


def chosen(entry: Entry, older_than: float | None = None, everything: bool = False, answer: Tmux = Tmux.OK) -> str:
    """Whether a living session goes: its reason, or ""."""
    session = TmuxSession("$1", "api", 1.0, 0, (Pane("%1", "0.0", 1, "sh", "", "/"),), "/s", 7)
    sessions = (session,) if answer is Tmux.OK else ()
    frame = Frame(NOW, "boot", Tmux.OK, True, sessions=sessions)
    found = Snapshot(frame, Registry({entry.name: entry}), {"": Tmux.OK, "/s": answer})
    return next((one.reason for one in removals(found, older_than, everything)), "")


def test_age_is_that_of_the_last_use_and_what_has_none_stays() -> None:
    def entry(used: str, created: str = DAY_AGO) -> Entry:
        return Entry("api", "/s", "api:0.0", created_at=created, last_active=used)

    assert chosen(entry(HOUR_AGO), 7200) == ""
    assert chosen(entry(HOUR_AGO), 3600) == "", "just so old is not older"
    assert chosen(entry(HOUR_AGO), 3599).startswith("not used for 1h")
    assert chosen(entry(""), 3600).startswith("not used for")
    assert chosen(entry("nonsense"), 3600).startswith("not used for")
    assert chosen(entry("", ""), 0) == ""
    assert chosen(entry("2030-01-01T00:00:00Z"), 0) == "", "a time to come"
    assert chosen(entry(HOUR_AGO)) == ""
    assert chosen(entry(HOUR_AGO), everything=True) == "all are removed"
    assert chosen(entry(HOUR_AGO), 0, True, Tmux.HUNG) == "", "unknown"
    assert chosen(entry(HOUR_AGO), answer=Tmux.NONE).startswith("server_not_running")


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
def test_what_is_tried_is_what_is_done(lab: Lab, far: bool, words: list[str]) -> None:
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


def test_a_session_that_has_the_name_by_now_is_not_the_one_that_was_registered(lab: Lab) -> None:
    navi(lab, "new", "api", "--command", "sleep 1000")
    lab.local.tmux("new-session", "-d", "-s", "keeper", ";", "kill-session", "-t", "=api")
    lab.local.new_session("api", "exec sleep 1000")
    assert "another session has its name now" in navi(lab, "cleanup", "--all").stdout
    assert living(lab.local) == {"api", "keeper"}


def test_undo_brings_back_what_was_cleaned_up(lab: Lab) -> None:
    navi(lab, "new", "api", "--command", "echo it runs; sleep 1000")
    navi(lab, "cleanup", "--all")
    assert living(lab.local) == set()
    assert navi(lab, "undo").stdout == "api is back\n"
    assert living(lab.local) == {"api"}


def test_wrong_words_and_hosts_that_are_down(lab: Lab) -> None:
    account(lab, True)
    assert "no age" in navi(lab, "cleanup", "--older-than", "soon", status=64).stderr
    assert "there is no host" in navi(lab, "cleanup", "--host", "nobody", status=64).stderr
    lab.machines[0].stop()
    done = navi(lab, "cleanup", "--host", "local", "--host", "atlas", status=69)
    assert "atlas: " in done.stderr


# ---- reconcile


@HERE_AND_THERE
def test_what_does_not_agree_is_told_and_mended(lab: Lab, far: bool) -> None:
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
        f"{where}gone is registered, and has ended",
        f"{where}stray lives, and is not registered",
        f"{where}orphan.json is the status file of no session; the next look of navi removes it",
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
    assert navi(lab, "reconcile", *host).stdout == f"{where}all agree\n"


def test_a_broken_registry_is_mended_from_what_lives(lab: Lab) -> None:
    navi(lab, "new", "api")
    registry_of(lab.local).write_text("{")
    assert "the registry does not read well: it is no JSON" in navi(lab, "reconcile", status=1).stdout
    assert registry_of(lab.local).read_text() == "{"
    assert "set aside" in navi(lab, "reconcile", "--repair").stdout
    assert set(entries(lab.local)) == {"api"}
    (aside,) = registry_of(lab.local).parent.glob(".sessions.json.broken.*")
    assert aside.read_text() == "{"
    registry_of(lab.local).write_text('{"sessions": {}, "version": "2.0"}')
    assert "another version" in navi(lab, "reconcile", "--repair", status=78).stderr


# ---- the file


@HERE_AND_THERE
def test_a_backup_and_what_is_none(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    path = lab.folder / "backup"
    assert "there is no registry" in navi(lab, "registry", "backup", *host, status=66).stderr
    navi(lab, "new", "api", *host)
    before = registry_of(there).read_bytes()
    assert navi(lab, "registry", "backup", str(path), *host).stdout == ""
    assert path.read_bytes() == before == navi(lab, "registry", "backup", *host).stdout.encode()
    assert "is there already" in navi(lab, "registry", "backup", str(path), *host, status=73).stderr
    navi(lab, "new", "web", *host)
    for bad in (b"", b"{", b"[]", b'{"sessions": {}, "version": "2.0"}', b'{"sessions": {"a": 1}}'):
        (lab.folder / "bad").write_bytes(bad)
        refused = navi(lab, "registry", "restore", str(lab.folder / "bad"), *host, status=65)
        assert "is no registry" in refused.stderr
        assert "nothing was changed" in refused.stderr
    assert set(entries(there)) == {"api", "web"}
    assert "can't be read" in navi(lab, "registry", "restore", f"{lab.folder}/none", *host, status=66).stderr
    assert "say which file" in navi(lab, "registry", "restore", *host, status=64).stderr
    assert f"restored {registry_of(there)};" in navi(lab, "registry", "restore", str(path), *host).stdout
    assert registry_of(there).read_bytes() == before
