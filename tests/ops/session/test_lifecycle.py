"""Creating, ending and bringing back sessions: the same table of cases on this machine and over a real sshd."""

from __future__ import annotations

import json
import os
import re
import stat
import time
from pathlib import Path

import pytest
import trio

from navi.config.remote import SESSIONS_DIR
from navi.core.address import Named
from navi.core.agents import AGENTS, AgentKind
from navi.core.launch import Launch, command, program_of
from navi.core.launch import agent as launch_agent
from navi.core.status import sessions_of
from navi.hosts import Host
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings, OperationError
from navi.ops.hooks.install import hook_text
from navi.ops.session.creation import check_name, new
from navi.ops.session.lifecycle import KillResult, dismiss, kill, new_undo_id, rename, undo
from tests.support.gate import WAITS, build_gate, open_gate
from tests.support.hosts import host
from tests.support.lab_hosts import agent, everywhere, lab_host
from tests.support.machines import Account, Lab, program
from tests.support.scripts import NO_TIMEOUT, run, stand_in
from tests.support.verbs import living
from tests.support.waiting import until, until_async

HOSTILE_NAMES = (
    "two words",
    "it's",
    'say "hi"',
    "-x",
    "=eq",
    "$HOME",
    "@3",
    "%1",
    "$(touch pwned)",
    "#(touch pwned)",
    "#[fg=red]x",
    "##[#(touch pwned)###[##",
    "#{pid}##",
    "`id`",
    "a;",
    ";",
    "a && b",
    "*",
    "~",
    "naïve ✓ 日本",
    "🚀",
    "new",
)


def running(line: str) -> Launch:
    """Return what runs an agent that starts with that line."""
    return launch_agent(AgentKind("claude", (), start=line))


def pane(account: Account, name: str) -> str:
    """Return what the pane of a session shows."""
    ids = dict(
        line.split(" ", 1)[::-1]
        for line in account.tmux("list-panes", "-a", "-F", "#{pane_id} #{session_name}").splitlines()
    )
    return account.tmux("capture-pane", "-p", "-S", "-", "-t", ids[name])


# ---- creating


@everywhere
async def test_a_session_is_created_in_a_directory_of_its_machine(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        (one.account.home / "my work").mkdir()
        created = await one.host.run(new("api", "~/my work"))
        session = await one.session("api")
        assert session.tmux is not None
        assert (created.name, created.id, created.process) == ("api", session.tmux.id, session.tmux.pane.process)
        await until_async(lambda: pane_path(one.account) == str(one.account.home / "my work"), what="it is there")


def pane_path(account: Account) -> str:
    """Return the directory of the only pane."""
    return account.tmux("list-panes", "-a", "-F", "#{pane_current_path}")


def kept_as(name: str) -> tuple[str, ...]:
    """Return the names that tmux may make of a name: some of its versions put a backslash before a dollar."""
    return (name, f"\\{name}") if name == "$HOME" else (name,)


@everywhere
@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_any_name_is_created_and_killed_exactly(lab: Lab, where: str, name: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("bystander")
        created = await one.host.run(new(name))
        assert created.name in kept_as(name)
        assert await one.names() == {created.name, "bystander"}
        status = one.account.write_status(created.name)
        await one.host.run(kill(await one.session(created.name), ""))
        assert await one.names() == {"bystander"}
        assert not status.exists()
        assert not list(one.account.home.rglob("pwned"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "needs a name"),
        ("  ", "needs a name"),
        ("a.b", "a dot"),
        ("a:b", "a colon"),
        ("../a", "a dot"),
        ("a/b", "a slash"),
        ("a\\b", "a backslash"),
        ("a\nb", "control characters"),
        ("a\x1b[31mb", "control characters"),
        ("n" * 201, "longer than 200"),
    ],
)
def test_a_name_that_can_not_be_is_refused_with_the_reason(name: str, words: str) -> None:
    with pytest.raises(OperationError, match=words) as caught:
        new(name)
    assert caught.value.status == 64


def test_blanks_around_a_name_do_not_count() -> None:
    assert check_name("  api ") == "api"


@everywhere
async def test_a_name_that_is_taken_is_refused(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        with pytest.raises(OperationError, match="there is a session api already") as caught:
            await one.host.run(new("api"))
        assert caught.value.status == 73


@everywhere
@pytest.mark.parametrize(
    ("directory", "words", "status"),
    [
        ("~/nowhere", "no directory .*/nowhere; nothing was created", 66),
        ("/etc/passwd", "no directory /etc/passwd", 66),
    ],
)
async def test_a_directory_that_is_not_there_creates_nothing(
    lab: Lab, where: str, directory: str, words: str, status: int
) -> None:
    async with lab_host(lab, where) as one:
        with pytest.raises(OperationError, match=words) as caught:
            await one.host.run(new("api", directory))
        assert caught.value.status == status
        assert await one.names() == set()


@everywhere
async def test_a_directory_with_a_hostile_name_is_entered(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = one.account.home / "#(touch pwned) $(touch pwned) ;"
        folder.mkdir()
        await one.host.run(new("api", str(folder)))
        await until_async(lambda: pane_path(one.account) == str(folder), what="it is there")
        assert not list(one.account.home.rglob("pwned"))


@pytest.mark.parametrize("where", ["local", "bash", "zsh", "fish", "tcsh", "dash", "ksh", "busybox"])
async def test_a_line_is_run_by_the_users_own_shell_which_stays(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        agent(one.account)
        line = "claude 'two words' \"it's\" a\\;b;"
        await one.host.run(new("api", "", running(line)))
        until(lambda: "claude runs: two words it's a;b" in pane(one.account, "api"), what="the agent runs")
        one.account.tmux("send-keys", "-t", "=api:", "C-d")
        one.account.tmux("send-keys", "-t", "=api:", "echo st''ays", "Enter")
        # A shell that was busy when the keys arrived prints its prompt before the answer.
        until(lambda: re.search(r"^(\S* )?stays$", pane(one.account, "api"), re.M), what="the shell stays")
        assert one.account.tmux("show-options", "-v", "-t", "=api:", "@navi_line") == line
        assert one.state_files() == ["recent"]


@pytest.mark.parametrize(
    ("shell", "file", "text"),
    [
        ("bash", ".bash_profile", "PATH=~/bin:$PATH; alias helper='claude --aliased'\n"),
        ("zsh", ".zshrc", "alias helper='claude --aliased'\n"),
        ("fish", ".config/fish/config.fish", "alias helper 'claude --aliased'\n"),
        ("tcsh", ".tcshrc", "alias helper claude --aliased\n"),
    ],
)
async def test_an_alias_of_the_users_shell_is_a_command(lab: Lab, shell: str, file: str, text: str) -> None:
    async with lab_host(lab, shell) as one:
        agent(one.account)
        (one.account.home / file).parent.mkdir(parents=True, exist_ok=True)
        (one.account.home / file).write_text(text)
        await one.host.run(new("api", "", running("helper")))
        until(lambda: "claude runs: --aliased" in pane(one.account, "api"), what="the alias runs")


def test_an_agent_that_is_not_there_creates_nothing_without_timeout(lab: Lab) -> None:
    lab.local.new_session("bystander")
    with pytest.raises(OperationError, match=r"can't find no-such-agent; nothing was created"):
        run(lab.local, NO_TIMEOUT, new("api", "", running("no-such-agent --fast")))
    assert living(lab.local) == {"bystander"}


@everywhere
async def test_a_start_that_fails_leaves_neither_line_nor_variables(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("bystander")
        stand_in(one.account, "tmux", 'case "$*" in *new-session*) echo no room >&2; exit 1 ;; esac; exec "$real" "$@"')
        with pytest.raises(OperationError, match="no room"):
            await one.host.run(new("api", "", running("claude --secret")))
        left = [path.name for path in (one.account.sessions_dir / ".navi").rglob("*") if path.is_file()]
        assert [name for name in left if name.startswith("start")] == []


@pytest.mark.parametrize("where", ["local", "bash", "zsh", "fish", "tcsh", "dash", "busybox"])
async def test_an_agent_that_is_not_there_creates_nothing(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("bystander")
        with pytest.raises(OperationError, match=r"can't find no-such-agent; nothing was created") as caught:
            await one.host.run(new("api", "", running("no-such-agent --fast")))
        assert caught.value.status == 69
        assert await one.names() == {"bystander"}
        assert one.state_files() == []


async def test_a_shell_that_takes_long_to_start_loses_nothing(lab: Lab) -> None:
    async with lab_host(lab, "bash") as one:
        agent(one.account)
        build_gate(one.account)
        (one.account.home / ".bash_profile").write_text(f"PATH=~/bin:$PATH; {WAITS}\n")
        created = await one.host.run(new("api", "", running("claude")))
        assert created.slow
        open_gate(one.account)
        until(lambda: "claude runs:" in pane(one.account, "api"), what="the agent runs")


async def test_the_new_servers_panes_have_the_users_own_umask(lab: Lab) -> None:
    async with lab_host(lab, "bash") as one:
        await one.host.run(new("api", "", command("umask; exec cat")))
        wanted = one.account.sh("umask").strip()
        until(lambda: wanted in pane(one.account, "api").split(), what="the umask is the user's")


# ---- ending


@everywhere
async def test_killing_one_never_touches_another_whose_name_begins_alike(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        for name in ("alpha", "alpha-long"):
            one.account.new_session(name)
            one.account.write_status(name)
        alpha = await one.session("alpha")
        await one.host.run(kill(alpha, new_undo_id()))
        assert await one.names() == {"alpha-long"}
        assert [path.name for path in one.account.sessions_dir.glob("*.json")] == ["alpha-long.json"]
        await one.host.run(kill(alpha, new_undo_id()))
        assert await one.names() == {"alpha-long"}


@everywhere
async def test_a_session_that_was_made_anew_under_the_same_name_is_not_killed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        before = await one.session("api")
        assert before.tmux is not None
        one.account.tmux("kill-server")
        server = Path(f"/proc/{before.tmux.server}")
        await until_async(lambda: not server.exists(), what="the server has ended")
        one.account.new_session("api")
        with pytest.raises(OperationError, match="has been replaced, renamed or started") as caught:
            await one.host.run(kill(before, new_undo_id()))
        assert caught.value.status == 66
        assert await one.names() == {"api"}


@everywhere
async def test_a_session_that_was_renamed_meanwhile_is_not_killed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        before = await one.session("api")
        one.account.tmux("rename-session", "-t", "=api", "api2")
        with pytest.raises(OperationError, match="renamed"):
            await one.host.run(kill(before, new_undo_id()))
        assert await one.names() == {"api2"}


@everywhere
async def test_an_ended_session_is_only_a_file_and_that_goes(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        path = one.account.write_status("gone")
        session = await one.session("gone")
        assert session.tmux is None
        assert await one.host.run(kill(session, new_undo_id())) == KillResult()
        assert not path.exists()


@everywhere
async def test_an_ended_session_that_has_begun_again_loses_no_file(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        path = one.account.write_status("api")
        session = await one.session("api")
        one.account.new_session("api")
        with pytest.raises(OperationError, match="started in the meantime"):
            await one.host.run(kill(session, new_undo_id()))
        assert path.exists()
        assert await one.names() == {"api"}


@everywhere
async def test_a_session_on_a_socket_of_its_own_is_killed_there(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        one.account.tmux("-L", "other", "new-session", "-d", "-s", "api")
        sessions = sessions_of(one.host.name, await one.look(), AGENTS)
        other = next(session for session in sessions if session.tmux and session.tmux.socket)
        await one.host.run(kill(other, new_undo_id()))
        assert await one.names() == {"api"}


@everywhere
@pytest.mark.parametrize("name", ["api", "api 1 $1 1", "1 $1 1", "$1", "=api", "a*", "api "])
async def test_a_session_can_be_meant_by_its_exact_name(lab: Lab, where: str, name: str) -> None:
    async with lab_host(lab, where) as one:
        for bystander in ("api-long", "apis", "api 2 $0 3", "aa", "pi"):
            one.account.new_session(bystander)
        before = await one.names()
        one.account.tmux("new-session", "-d", "-s", name)
        path = one.account.write_status(name)
        await one.host.run(kill(Named(name), new_undo_id()))
        assert await one.names() == before
        assert not path.exists()
        with pytest.raises(OperationError, match="no session named") as caught:
            await one.host.run(kill(Named(name), new_undo_id()))
        assert caught.value.status == 66


async def test_many_that_sweep_up_old_remains_at_once_all_say_that_they_killed(lab: Lab) -> None:
    async with lab_host(lab, "local") as one:
        old = [one.account.sessions_dir / ".navi" / "killed" / f"old-{number}" for number in range(400)]
        names = [f"s{number}" for number in range(8)]
        for name in names:
            one.account.new_session(name)
        for folder in old:
            folder.mkdir(parents=True)
            (folder / "line").write_text("sleep 1")
            os.utime(folder, (time.time() - 30 * 86400,) * 2)
        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(one.host.run, kill(Named(name), new_undo_id()))
        assert not any(folder.exists() for folder in old)


# ---- bringing back


@everywhere
async def test_what_was_killed_comes_back_with_directory_command_status_and_text(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        agent(one.account)
        (one.account.home / "work").mkdir()
        await one.host.run(new("api", "~/work", running("claude --fast")))
        one.account.write_status("api", message='it\'s "mine"', custom=[1, {"a": None}])
        status = (one.account.sessions_dir / "api.json").read_bytes()
        one.account.tmux("send-keys", "-t", "=api:", "remember me", "Enter")
        until(lambda: pane(one.account, "api").count("remember me") == 2, what="it was typed")
        keep = new_undo_id()
        assert await one.host.run(kill(await one.session("api"), keep, "other", "--resume 123")) == KillResult(keep)
        assert await one.names() == set()
        created = await one.host.run(undo(keep))
        assert created.name == "api"
        until(lambda: "claude runs: --fast --resume 123" in pane(one.account, "api"), what="it runs again")
        assert "remember me" in pane(one.account, "api")
        assert pane_path(one.account) == str(one.account.home / "work")
        assert (one.account.sessions_dir / "api.json").read_bytes() == status
        assert one.account.tmux("show-options", "-v", "-t", "=api:", "@navi_line") == "claude --fast"


@everywhere
async def test_a_session_that_navi_did_not_start_comes_back_with_the_given_line(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        agent(one.account)
        one.account.new_session("api")
        keep = new_undo_id()
        await one.host.run(kill(await one.session("api"), keep, "claude", "--resume x"))
        await one.host.run(undo(keep))
        until(lambda: "claude runs: --resume x" in pane(one.account, "api"), what="it runs again")


@everywhere
async def test_what_is_kept_is_for_its_owner_alone(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        one.account.write_status("api")
        keep = new_undo_id()
        await one.host.run(kill(await one.session("api"), keep))
        kept = one.account.sessions_dir / ".navi" / "killed" / keep
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()}
        assert {name: mode for name, mode in found.items() if name != "status.json"} == dict.fromkeys(
            ["name", "socket", "directory", "line", "more", "type", "marks", "scrollback"], 0o600
        )
        assert {stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent, kept.parent.parent)} == {0o700}


@everywhere
async def test_undo_refuses_a_name_that_is_taken_by_now_and_loses_nothing(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        keep = new_undo_id()
        await one.host.run(kill(await one.session("api"), keep))
        one.account.new_session("api")
        with pytest.raises(OperationError, match="already"):
            await one.host.run(undo(keep))
        one.account.tmux("kill-session", "-t", "=api")
        assert (await one.host.run(undo(keep))).name == "api"


@everywhere
async def test_undo_says_when_the_directory_is_gone(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = one.account.home / "work"
        folder.mkdir()
        await one.host.run(new("api", "work"))
        await until_async(lambda: pane_path(one.account) == str(folder))
        keep = new_undo_id()
        await one.host.run(kill(await one.session("api"), keep))
        folder.rmdir()
        with pytest.raises(OperationError, match=r"its directory .*/work no longer exists"):
            await one.host.run(undo(keep))


@everywhere
async def test_undo_of_nothing_says_so(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        with pytest.raises(OperationError, match="can't be restored"):
            await one.host.run(undo(new_undo_id()))
    with pytest.raises(OperationError, match="invalid undo id"):
        undo("../../etc")


# ---- changing


RICH = {
    "message": 'it\'s "so" \\n ✓',
    "session_id": "abc-1",
    "unknown": [1, {"a": None, "big": 12345678901234567890}],
    "agents": {"opencode": {"status": "permission", "timestamp": 5}},
    "team": {"name": "crew", "agents": [{"name": "mate", "status": "waiting", "timestamp": 7}]},
    "timestamp": 1000,
    "status": "waiting",
}


def fields(path: Path) -> dict[str, object]:
    """Return what a status file says."""
    found = json.loads(path.read_bytes())
    assert isinstance(found, dict)
    return found


@everywhere
@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if name != "$HOME"])
async def test_renaming_changes_tmux_the_file_and_the_field_and_nothing_else(lab: Lab, where: str, name: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        one.account.new_session("api-long")
        before = fields(one.account.write_status("api", **RICH))
        assert await one.host.run(rename(await one.session("api"), name)) == name
        assert await one.names() == {name, "api-long"}
        assert [path.name for path in one.account.sessions_dir.glob("*.json")] == [f"{name}.json"]
        assert fields(one.account.sessions_dir / f"{name}.json") == before | {"tmux_session": name}
        assert not [path for path in one.state_files() if path.startswith(("lock", "event"))]
        assert not list(one.account.home.rglob("pwned"))


@everywhere
async def test_a_session_without_a_status_file_is_renamed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        assert await one.host.run(rename(Named("api"), "web")) == "web"
        assert await one.names() == {"web"}


@everywhere
@pytest.mark.parametrize("by", ["session", "file"])
async def test_a_name_that_is_taken_renames_nothing(lab: Lab, where: str, by: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        path = one.account.write_status("api", **RICH)
        if by == "session":
            one.account.new_session("web")
        else:
            one.account.write_status("web", message="mine")
        before = path.read_bytes()
        with pytest.raises(OperationError, match="already") as caught:
            await one.host.run(rename(await one.session("api"), "web"))
        assert caught.value.status == 73
        assert "api" in await one.names()
        assert path.read_bytes() == before
        assert not [path for path in one.state_files() if path.startswith("lock")]


@everywhere
async def test_a_tmux_that_refuses_leaves_everything_as_it_was(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        path = one.account.write_status("api", **RICH)
        before = path.read_bytes()
        stand_in = one.account.bin / "tmux"
        stand_in.write_text(
            '#!/bin/sh\ncase " $* " in *" rename-session "*) echo "no, thanks" >&2; exit 1 ;; esac\n'
            f'exec {program("tmux")} "$@"\n'
        )
        stand_in.chmod(0o755)
        with pytest.raises(OperationError, match="no, thanks"):
            await one.host.run(rename(Named("api"), "web"))
        assert [path.name for path in one.account.sessions_dir.glob("*.json")] == ["api.json"]
        assert path.read_bytes() == before


@everywhere
async def test_an_ended_session_is_not_renamed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.write_status("gone")
        with pytest.raises(OperationError, match="has ended") as caught:
            await one.host.run(rename(await one.session("gone"), "web"))
        assert caught.value.status == 66


@everywhere
async def test_dismissing_changes_status_message_and_time_and_keeps_the_rest(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        path = one.account.write_status("api", **RICH)
        before = fields(path)
        await one.host.run(dismiss(await one.session("api")))
        after = fields(path)
        assert (after.pop("status"), after.pop("message")) == ("working", "")
        assert abs(float(str(after.pop("timestamp"))) - time.time()) < 60
        assert {key: after[key] for key in after if key not in ("metrics", "conversations")} == {
            key: before[key] for key in before if key not in ("status", "message", "timestamp")
        }


@everywhere
async def test_dismissing_is_about_the_agent_that_asks(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        asks = {"agent": "gemini", "status": "permission", "message": "Shall I?", "timestamp": 5, "pane": "%0"}
        agents = {"gemini": {"status": "permission", "timestamp": 5}}
        path = one.account.write_status("api", status="", agents=agents, conversations={"g-1": asks})
        await one.host.run(dismiss(await one.session("api")))
        after = json.loads(path.read_text())
        assert after["status"] == ""
        assert after["conversations"]["g-1"]["status"] == after["agents"]["gemini"]["status"] == "working"


@everywhere
async def test_the_status_file_of_another_servers_session_of_that_name_stays(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        socket = ("-S", str(one.account.home / "other.sock"))
        one.account.new_session("api")
        one.account.tmux(*socket, "new-session", "-d", "-s", "api", "sleep 10000")
        hook = one.account.folder / "hook"
        hook.write_text(hook_text())
        inside = [f"{name}={value}" for name, value in one.account.in_pane(*socket).items()]
        asks = '{"hook_event_name": "PermissionRequest", "tool_name": "Bash", "session_id": "c1"}'
        one.account.run("env", *inside, "sh", str(hook), "claude", text=asks)
        path = one.account.sessions_dir / "api.json"
        with pytest.raises(OperationError, match="no status file"):
            await one.host.run(dismiss(Named("api")))
        await one.host.run(rename(Named("api"), "web"))
        await one.host.run(kill(Named("web"), new_undo_id()))
        one.account.new_session("api")
        await one.host.run(kill(Named("api"), new_undo_id()))
        assert json.loads(path.read_text())["status"] == "permission"
        await one.host.run(kill(Named("api", socket=socket[1]), new_undo_id()))
        assert not path.exists()


@everywhere
async def test_there_is_nothing_to_dismiss_without_a_status_file(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        with pytest.raises(OperationError, match="no status file") as caught:
            await one.host.run(dismiss(Named("api")))
        assert caught.value.status == 66
        with pytest.raises(OperationError, match="no readable status file"):
            dismiss(await one.session("api"))


# ---- tmux that does not answer


@everywhere
async def test_without_tmux_the_words_say_so(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        await one.host.close()
        lonely = lab.path_without("tmux")
        if where == "local":
            there: Host = LocalHost(HostSettings(SESSIONS_DIR, False), {**lab.environment(), "PATH": lonely})
        else:
            there = host(lab, lab.machine("lonely", path=lonely))
        try:
            await there.open()
            with pytest.raises(OperationError, match="tmux is not installed") as caught:
                await there.run(new("api"))
            assert caught.value.status == 69
        finally:
            await there.close()


@everywhere
async def test_on_a_full_or_read_only_disk_a_session_can_still_be_killed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        session = await one.session("api")
        one.account.sessions_dir.write_text("this is not a folder")
        problem = f"{one.account.sessions_dir} is not a folder"
        assert await one.host.run(kill(session, new_undo_id())) == KillResult(problem=problem)
        assert await one.names() == set()


def test_only_a_plain_program_is_looked_for() -> None:
    lines = {
        "claude --x": "claude",
        "~/bin/claude": "~/bin/claude",
        "FOO=1 claude": "",
        "$(evil)": "",
        "'my agent'": "",
        "": "",
    }
    assert {line: program_of(line) for line in lines} == lines
