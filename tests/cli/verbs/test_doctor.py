"""The verbs doctor, explain and hosts, as a person or a script calls them: here and on a remote."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from navi.config.remote import SESSIONS_DIR
from navi.core.address import LOCAL
from navi.core.agents import AGENTS
from navi.core.model import HostView
from navi.core.status import sessions_of
from navi.doctor.examine import HERE, THERE
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_endpoint
from navi.ops import HostSettings
from navi.ops.look.frames import look
from navi.tui.pages.details import detail_lines
from navi.tui.pages.grid import Grid
from navi.tui.pages.labels import Labelled
from navi.tui.style.theme import UNICODE
from tests.support.machines import Account, Lab, Machine, free_port, program
from tests.support.verbs import HERE_AND_THERE, account, navi
from tests.support.waiting import until

NAVI = Path(__file__).parent.parent.parent.parent / "man" / "navi.1"


def doctor(lab: Lab, *hosts: str, status: int = 0) -> dict[str, dict[str, dict[str, str]]]:
    """Run doctor; return its findings by host and check."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for entry in json.loads(navi(lab, "doctor", *hosts, "--json", status=status).stdout):
        assert entry.keys() == {"host", "check", "result", "found", "remedy"}
        found.setdefault(entry["host"], {})[entry["check"]] = entry
    return found


def results(found: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return the result of each check of a host."""
    return {check: entry["result"] for check, entry in found.items()}


# ---- doctor


def test_all_hosts_are_checked_in_the_order_of_their_file(lab: Lab) -> None:
    atlas, boreas = lab.machine("atlas", shell="fish"), lab.machine("boreas")
    off = boreas.remote(name="off", enabled=False)
    lab.remotes_yaml([boreas, {"name": "dead", "host": "127.0.0.1", "port": free_port()}, atlas, off])
    found = doctor(lab, status=69)
    assert list(found) == ["local", "boreas", "dead", "atlas"]
    assert set(results(found["local"])) == {"configuration", *HERE}
    assert set(results(found["atlas"])) == set(THERE) - {"jump"}
    assert "fault" not in results(found["atlas"]).values()
    dead = results(found["dead"])
    assert [check for check, result in dead.items() if result == "fault"] == ["tcp"]
    assert set(dead) == set(THERE) - {"jump"}
    assert doctor(lab, "atlas", "boreas", "atlas").keys() == {"atlas", "boreas"}
    assert doctor(lab, "off").keys() == {"off"}


def test_verbose_explains_every_option_of_ssh(lab: Lab) -> None:
    lab.remotes_yaml([lab.machine("atlas")], connect_timeout=7)
    printed = navi(lab, "doctor", "-v", "atlas").stdout
    batch = "-o BatchMode=yes: nobody is there to answer a prompt"
    assert re.search(f"^  ok       ssh option +{batch}$", printed, re.MULTILINE)
    assert "-o ConnectTimeout=7: connect_timeout of remotes.yaml" in printed
    assert "ssh option" not in navi(lab, "doctor", "atlas").stdout


def test_warnings_alone_are_no_failure(lab: Lab) -> None:
    lab.remotes_yaml([lab.machine("atlas")])
    assert results(doctor(lab, "atlas", status=0)["atlas"])["hooks"] == "warning"


def without_tmux(lab: Lab) -> Machine:
    return lab.machine("atlas", path=lab.path_without("tmux"))


def with_refused_key(lab: Lab) -> Machine:
    atlas = lab.machine("atlas")
    (atlas.folder / "authorized_keys").write_text("")
    return atlas


def that_is_down(lab: Lab) -> Machine:
    atlas = lab.machine("atlas")
    atlas.stop()
    return atlas


def with_a_file_for_a_folder(lab: Lab) -> Machine:
    atlas = lab.machine("atlas")
    atlas.sessions_dir.write_text("")
    return atlas


def with_a_lost_hook(lab: Lab) -> Machine:
    atlas = lab.machine("atlas")
    (atlas.home / ".claude").mkdir()
    (atlas.home / ".claude" / "settings.json").write_text('"sh ~/.claude-sessions/.navi/hook"')
    return atlas


FAULTS: list[tuple[Callable[[Lab], Machine], str, int]] = [
    (without_tmux, "tmux", 69),
    (with_refused_key, "authentication", 77),
    (that_is_down, "tcp", 69),
    (with_a_file_for_a_folder, "sessions folder", 1),
    (with_a_lost_hook, "hooks", 1),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case[0].__name__)
def test_a_fault_has_a_remedy_and_an_exit_status(lab: Lab, case: tuple[Callable[[Lab], Machine], str, int]) -> None:
    arrange, check, status = case
    lab.remotes_yaml([arrange(lab)])
    found = doctor(lab, "atlas", status=status)["atlas"]
    assert [name for name, result in results(found).items() if result == "fault"] == [check]
    assert found[check]["remedy"]
    said = navi(lab, "doctor", "atlas", status=status).stdout
    assert re.search(rf"^  fault    {check} .*\n {{13}}do this: ", said, re.MULTILINE)
    undone = [name for name, result in results(found).items() if result == "not done"]
    assert ("not done " + ", ".join(undone) in said) == bool(undone)


def test_a_clock_that_is_wrong_is_a_warning(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="dash", variables={"EPOCHSECONDS": "1000000000"})
    lab.remotes_yaml([atlas])
    told = doctor(lab, "atlas")["atlas"]["clock"]
    assert (told["result"], "behind this machine's" in told["found"]) == ("warning", True)


def test_a_configuration_that_is_wrong_comes_first_and_hides_no_host(lab: Lab) -> None:
    path = lab.remotes_yaml([lab.machine("atlas"), {"name": "bad", "host": "x", "prot": 22}, {"name": "half"}])
    lines = navi(lab, "doctor", "atlas", status=1).stdout.splitlines()
    assert lines[0] == "configuration"
    assert any(f"{path}:" in line and "did you mean `port`?" in line for line in lines)
    assert any(f"{path}:" in line and "missing `host`" in line for line in lines)
    assert "atlas" in lines
    assert navi(lab, "doctor", "--json", status=1).stderr == ""


def test_a_host_that_nobody_knows_is_wrong_usage(lab: Lab) -> None:
    lab.remotes_yaml([lab.machine("atlas")])
    assert "no host named `atlsa`" in navi(lab, "doctor", "atlsa", status=64).stderr


def test_colours_are_for_terminals_that_want_them(lab: Lab) -> None:
    lab.remotes_yaml([])
    assert "\033" not in navi(lab, "doctor").stdout
    for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        said = on_a_terminal(lab, extra)
        assert ("\033[32mok      \033[m" in said, "ok       configuration" in said) == (coloured, not coloured)


def on_a_terminal(lab: Lab, extra: dict[str, str]) -> str:
    """Run doctor on a terminal; return all that it wrote."""
    code = f"import pty, sys; sys.exit(pty.spawn([{sys.executable!r}, '-m', 'navi', 'doctor']) >> 8)"
    words = [sys.executable, "-c", code]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=lab.environment() | extra
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("names", [HERE, THERE])
def test_every_check_has_a_name_of_its_own(names: tuple[str, ...]) -> None:
    assert len(set(names)) == len(names)


# ---- explain


def running(there: Account) -> str:
    """Return what runs in the pane of the session api."""
    return there.tmux("list-panes", "-t", "=api:", "-F", "#{pane_current_command}")


def hook_is_right(there: Account) -> None:
    there.new_session("api")
    there.write_status("api", status="done", message="Ready.")


def only_a_shell(there: Account) -> None:
    there.new_session("api", "exec sh")
    until(lambda: running(there) == "sh", what="the shell runs")
    there.write_status("api", status="working")


def dead_pane(there: Account) -> None:
    there.new_session("api", "sh -c 'sleep 0.5; exit 3'")
    there.tmux("set-option", "-t", "=api:", "remain-on-exit", "on")
    until(lambda: there.tmux("list-panes", "-t", "=api:", "-F", "#{pane_dead}") == "1", what="the pane is dead")


def gone(there: Account) -> None:
    there.new_session("other")
    there.write_status("api", status="waiting")


def agent_without_hooks(there: Account) -> None:
    (there.bin / "claude").symlink_to(program("sleep"))
    there.new_session("api", "exec claude 600")
    until(lambda: running(there) == "claude", what="the agent runs")


def no_agent(there: Account) -> None:
    there.new_session("api", "cat")


def broken_file(there: Account) -> None:
    there.new_session("api", "cat")
    there.write_status("api")
    (there.sessions_dir / "api.json").write_text("{")


def several_agents(there: Account) -> None:
    there.new_session("api", "cat")
    there.write_status("api", status="done", agents={"sub": {"status": "error", "timestamp": 1700000000}})


RULES: list[tuple[Callable[[Account], None], str, str, str]] = [
    (hook_is_right, "done", "hook", "the hook's status counts"),
    (only_a_shell, "stopped", "pane", "the hook reported permission, waiting or working, but only a shell is left"),
    (dead_pane, "stopped", "pane", "every pane is dead"),
    (gone, "offline", "tmux", "tmux has no such session"),
    (agent_without_hooks, "", "pane", "no usable status file, and a known agent runs in a pane"),
    (no_agent, "unknown", "pane", "neither a status file nor a known agent"),
    (broken_file, "unknown", "pane", "neither a status file nor a known agent"),
    (several_agents, "error", "hook", "the most urgent of several agents counts"),
]


@pytest.mark.parametrize("case", RULES, ids=lambda case: case[0].__name__)
@HERE_AND_THERE
def test_a_status_is_explained_by_the_rule_that_decided(
    lab: Lab, far: bool, case: tuple[Callable[[Account], None], str, str, str]
) -> None:
    arrange, status, source, rule = case
    there, prefix = account(lab, far)
    arrange(there)
    told = json.loads(navi(lab, "explain", f"{prefix}api", "--json").stdout)
    assert (told["address"], told["status_source"]) == (f"{prefix}api", source)
    assert told["status"] == (status or told["status"])
    assert told["rule"].startswith(rule)
    lines = navi(lab, "explain", f"{prefix}api").stdout.splitlines()
    facts = {line[:12].strip(): line[13:] for line in lines}
    assert (facts["rule"], facts["source"].partition(",")[0]) == (told["rule"], source)


def test_a_tmux_that_does_not_answer_is_shown(lab: Lab) -> None:
    there, prefix = account(lab, True)
    there.write_status("api", status="waiting")
    (there.bin / "tmux").write_text("#!/bin/sh\necho protocol version mismatch >&2; exit 1\n")
    (there.bin / "tmux").chmod(0o755)
    said = navi(lab, "explain", f"{prefix}api", status=69).stdout
    assert re.search(r"^tmux says +failed: protocol version mismatch$", said, re.MULTILINE)
    assert "tmux did not answer: the status file is shown as it is" in said
    assert "protocol version mismatch" in navi(lab, "explain", f"{prefix}nobody", status=69).stderr


def test_the_words_are_those_of_the_page_of_details(lab: Lab) -> None:
    there = lab.local
    several_agents(there)
    there.write_status(
        "api", status="waiting", message="Shall I?", current_pbi_title="A hard one",
        agents={"sub": {"status": "error"}}, team={"name": "red", "agents": [{"name": "mate", "status": "done"}]},
    )  # fmt: skip
    with closing(BlockingHost(local_endpoint(HostSettings(SESSIONS_DIR, False)), lab.environment())) as host:
        frame = host.run(look())
    (session,) = [one for one in sessions_of(LOCAL, frame, AGENTS) if one.name == "api"]
    parts = detail_lines(session, HostView(LOCAL, frame=frame), frame.clock, UNICODE)
    facts = [part for part in parts if isinstance(part, Labelled) and part.label not in ("", "host", "status")]
    page = ["".join(text for _, text in line) for fact in facts for line in fact.lines(1000, UNICODE)]
    said = navi(lab, "explain", "api").stdout
    assert len(page) > 8
    assert {*map(without_ages, page)} - {*map(without_ages, said.splitlines())} == set()
    (table,) = [part for part in parts if isinstance(part, Grid)]
    assert [row.cells[-1][1] for row in table.rows if row.cells[-1][1] not in said] == []


def without_ages(line: str) -> str:
    """Return a line without its ages, and with single blanks."""
    return " ".join(re.sub(r"\d+[smhd]( \d+[smh])? ago|just now", "ago", line).split())


def test_hostile_texts_are_explained_without_harm(lab: Lab) -> None:
    lab.local.new_session("api", "cat")
    lab.local.write_status("api", status="\033]0;x\007waiting", message="\033[2J\u202eevil")
    said = navi(lab, "explain", "api").stdout
    assert not {"\033", "\007", "\u202e"} & set(said)


def test_explain_distinguishes_a_missing_session_from_a_missing_host(lab: Lab) -> None:
    lab.remotes_yaml([lab.machine("atlas")])
    assert navi(lab, "explain", "atlas/x", status=66).stderr == "navi: no session named x on atlas\n"
    lab.machines[0].stop()
    assert "navi: atlas/x: " in navi(lab, "explain", "atlas/x", status=69).stderr
    assert "no host named `nope`" in navi(lab, "explain", "nope/x", status=64).stderr


# ---- hosts


def test_hosts_are_listed_with_their_state_and_what_to_do(lab: Lab) -> None:
    atlas, bare = lab.machine("atlas"), lab.machine("bare", path=lab.path_without("tmux"))
    atlas.new_session("api")
    lab.remotes_yaml([atlas, {"name": "dead", "host": "127.0.0.1", "port": free_port()}, bare])
    listed = json.loads(navi(lab, "hosts", "--json").stdout)
    assert [(one["name"], one["state"]) for one in listed] == [
        ("local", "connected"), ("atlas", "connected"), ("dead", "unreachable"), ("bare", "no-tmux"),
    ]  # fmt: skip
    for one in listed:
        assert set(one) == {"name", "destination", "state", "error", "remedy", "sessions", "tmux", "system"}
        assert (one["error"] is None) == (one["remedy"] is None) == (one["state"] == "connected")
    assert (listed[2]["sessions"], listed[1]["destination"]) == (None, "atlas")
    lines = navi(lab, "hosts").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["local", "atlas", "dead", "bare"]
    assert "Connection refused" in lines[2]


def test_these_verbs_start_without_what_only_the_dashboard_needs() -> None:
    code = "from navi.cli.verbs import doctor, explain, hosts; import sys; print({'urwid', 'trio'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_manual_names_every_result() -> None:
    assert ".Pq Cm ok , warning , fault , not done ," in NAVI.read_text()
