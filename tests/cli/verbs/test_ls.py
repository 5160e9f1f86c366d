"""The verb ls: the table, the documents and the exit statuses."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from tests.support.machines import Lab
from tests.support.verbs import HERE_AND_THERE, account, navi, start_twin

HOST_KEYS = ["name", "state", "error", "latency_ms", "age_s"]

SESSION_KEYS = [
    "address", "host", "remote", "name", "status", "status_source", "status_age_s", "message", "cwd", "timestamp",
    "agent", "health", "health_reason", "type", "socket", "target", "pid", "exit_status", "exit_signal", "created_at",
    "last_active", "registered", "tags", "bookmarked", "attached", "headless",
]  # fmt: skip


def listed(lab: Lab, *words: str, status: int = 0) -> dict[str, dict[str, Any]]:
    """What navi ls tells of the lab's own sessions, by address."""
    found = json.loads(navi(lab, "ls", "--json", *words, status=status).stdout)
    return {one["address"]: one for one in found["sessions"] if str(lab.folder) in (one["cwd"] or one["socket"] or "")}


@HERE_AND_THERE
def test_ls_json_has_every_documented_key_and_null_for_unknown_values(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    there.new_session("api", "exec sleep 1000")
    there.write_status("api", status="waiting", message="Shall I?", timestamp=1)
    navi(lab, "new", "made", "-c", "~", *host)
    there.write_status("lost", status="idle")
    document = json.loads(navi(lab, "ls", "--json", *host).stdout)
    assert list(document) == ["hosts", "sessions"]
    assert [list(one) for one in document["hosts"]] == [HOST_KEYS]
    assert document["hosts"][0] | {"latency_ms": None, "age_s": 0} == {
        "name": host[1], "state": "connected", "error": None, "latency_ms": None, "age_s": 0,
    }  # fmt: skip
    assert all(list(one) == SESSION_KEYS for one in document["sessions"])
    found = listed(lab, *host)
    api, made = found[f"{prefix}api"], found[f"{prefix}made"]
    assert (api["host"], api["remote"], api["name"]) == (host[1], "atlas" if far else "", "api")
    assert (api["status"], api["status_source"], api["message"], api["timestamp"]) == ("waiting", "hook", "Shall I?", 1)
    assert (api["health"], api["registered"], api["type"], api["last_active"]) == ("healthy", False, None, None)
    assert (api["target"], api["attached"], api["headless"], api["exit_status"]) == ("api:0.0", 0, False, None)
    assert (made["type"], made["registered"], made["target"], made["status"]) == ("shell", True, "made:0.0", "unknown")
    assert "" != made["created_at"] <= made["last_active"]  # tmux's time, then the registry's
    lost = found[f"{prefix}lost"]
    assert (lost["status"], lost["health"], lost["pid"], lost["socket"]) == ("offline", None, None, None)


def test_the_table_is_aligned_for_letters_of_any_width(lab: Lab) -> None:
    for name in ("日本", "api"):
        lab.local.new_session(name, "exec sleep 1000")
        lab.local.write_status(name, status="idle", message="\x1b[31mred\x07 日本")
    lines = [line for line in navi(lab, "ls", "--host", "local").stdout.splitlines() if "red" in line]
    assert [line.partition("idle")[0] for line in lines] == ["api   ", "日本  "]
    assert all("red 日本" in line and "\x1b" not in line for line in lines)


@HERE_AND_THERE
def test_of_several_sessions_with_one_name_those_of_other_servers_have_their_socket(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    there.new_session("api", "exec cat")
    there.new_session("only", "exec cat")
    socket = start_twin(there, "api", "wo rk")
    table = navi(lab, "ls", "--host", "atlas" if far else "local").stdout
    mine = [line.split("  ")[0] for line in table.splitlines() if line.startswith((f"{prefix}api", f"{prefix}only"))]
    assert sorted(mine) == [f"{prefix}api", f"{prefix}api -S '{socket}'", f"{prefix}only"]
    done = navi(lab, "kill", "--dry-run", *shlex.split(f"{prefix}api -S '{socket}'"))
    assert f"would kill {prefix}api" in done.stdout


def test_ls_filters_hosts_and_statuses_and_names_unreachable_hosts(lab: Lab) -> None:
    there, _ = account(lab, True)
    for one in (lab.local, there):
        one.new_session("a", "exec sleep 1000")
        one.write_status("a", status="idle")
        one.new_session("b", "exec sleep 1000")
        one.write_status("b", status="waiting")
    assert set(listed(lab)) >= {"a", "b", "atlas/a", "atlas/b"}
    assert set(listed(lab, "--filter", "remote")) == {"atlas/a", "atlas/b"}
    assert not any(one.startswith("atlas/") for one in listed(lab, "--filter", "local"))
    assert set(listed(lab, "--host", "atlas", "--status", "waiting", "--status", "working")) == {"atlas/b"}
    assert "no host named `nobody`" in navi(lab, "ls", "--host", "nobody", status=64).stderr
    lab.machines[0].stop()
    done = navi(lab, "ls", "--json", status=69)
    document = json.loads(done.stdout)
    assert [(one["name"], one["state"]) for one in document["hosts"]] == [
        ("local", "connected"),
        ("atlas", "unreachable"),
    ]
    assert "refused" in document["hosts"][1]["error"]
    assert "atlas: " in done.stderr
    assert "a" in {one["address"] for one in document["sessions"]}


def test_a_machine_without_sessions_has_an_empty_table(lab: Lab) -> None:
    account(lab, True)
    assert navi(lab, "ls", "--host", "atlas").stdout == ""
    assert listed(lab, "--host", "atlas") == {}
    assert navi(lab, "health").stdout == ""
    assert json.loads(navi(lab, "health", "--json").stdout) == []


# ---- a registry that is not right


def test_ls_reports_a_damaged_registry_and_lists_the_rest(lab: Lab) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    folder = lab.local.folder / "tmp" / "claude-tmux-sockets"
    folder.mkdir(mode=0o700)
    (folder / ".sessions.json").write_text("{")
    done = navi(lab, "ls", "--host", "local")
    assert "the registry is damaged: it is not JSON" in done.stderr
    assert "api" in done.stdout
    assert "`navi reconcile --repair` repairs it" in navi(lab, "cleanup", status=78).stderr


def test_a_registry_that_is_not_ones_own_is_reported_and_not_used(lab: Lab) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    (lab.local.home / ".sessions.json").write_text('{"sessions": {"x": {"socket": "/x"}}, "version": "1.0"}')
    named = lab.local.folder / "named"
    named.symlink_to(lab.local.home)
    words = f"{named} is a symbolic link; set CLAUDE_TMUX_SOCKET_DIR to a folder of your own"
    done = navi(lab, "ls", "--host", "local", CLAUDE_TMUX_SOCKET_DIR=str(named))
    assert f"the registry can't be used: {words}" in done.stderr
    assert "repair" not in done.stderr
    assert "api" in done.stdout
    for verb in (["cleanup"], ["reconcile"], ["registry", "backup"], ["lock", "api"], ["send", "x", "text"]):
        assert words in navi(lab, *verb, status=77, CLAUDE_TMUX_SOCKET_DIR=str(named)).stderr
    done = navi(lab, "new", "y", "--json", CLAUDE_TMUX_SOCKET_DIR=str(named))
    assert f"could not be registered: {words}" in done.stderr
    assert json.loads(done.stdout)["registered"] is False


@pytest.mark.parametrize("words", [["ls", "--status"], ["ls", "--filter", "x"], ["health", "--nothing"]])
def test_wrong_arguments_are_reported(lab: Lab, words: list[str]) -> None:
    assert "usage" in navi(lab, *words, status=64).stderr
