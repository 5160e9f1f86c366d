"""Remotes over the system's OpenSSH: real sshds, real masters, and their failures."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

from navi.config.remote import Remote
from navi.core.failure import HostState, Retry
from navi.core.model import Frame, Tmux
from navi.hosts import HostError
from navi.hosts.base import Watch
from navi.hosts.sockets import refuse_foreign
from navi.hosts.ssh_command import options
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import Interactive, Operation
from navi.ops.look.frames import Heartbeat, look, watch
from tests.support.hosts import HOME, failure, host, master, opened, read_output, say, socket
from tests.support.machines import Lab, Machine, program, user
from tests.support.processes import processes
from tests.support.scripts import beside
from tests.support.terminal import Terminal
from tests.support.waiting import until, until_async

LOGIN_SHELLS = ("bash", "dash", "fish", "tcsh", "zsh", "ksh", "busybox")

OpenTerminal = Callable[..., Terminal]


@pytest.fixture
def box(lab: Lab) -> Machine:
    """A machine with one session and its file."""
    machine = lab.machine("box")
    machine.new_session("api")
    machine.write_status("api", message="first")
    return machine


async def none_left(lab: Lab) -> None:
    """Wait until navi has left no process, here or there."""
    await until_async(lambda: not lab.leftovers(), what=f"nothing is left of {lab.leftovers()}")


async def first_frame(one: OpenSSHHost) -> Frame:
    """Return the first frame of a watch."""
    async with one.watch(watch(cleanup=True)) as stream:
        async for item in stream:
            assert isinstance(item, Frame)
            return item
    raise AssertionError("the watch ended without a frame")


# ---- what works everywhere


@pytest.mark.parametrize("shell", LOGIN_SHELLS)
async def test_every_login_shell_works(lab: Lab, shell: str) -> None:
    machine = lab.machine("box", shell=shell)
    machine.new_session("api")
    machine.write_status("api", message="it's")
    with trio.fail_after(30):
        async with opened(host(lab, machine)) as box:
            assert await box.run(HOME) == str(machine.home)
            assert (await box.run(look())).tmux is Tmux.OK
            frame = await first_frame(box)
            assert [file.message for file in frame.files] == ["it's"]
        await none_left(lab)
    assert set(machine.commands()) == {"exec sh -s"}
    assert machine.connections() == 0


RC_FILES = {
    "prints": "echo 'Welcome to the machine'; echo 'and an error' >&2\n",
    "prints much": "yes 'Welcome to the machine' | head -n 20000\n",
    "prints without a line end": "printf 'Welcome> '\n",
    "asks a question": "read -r answer\n",
    "asks two questions": "read -p 'Name? ' name; read -r -s word\n",
    "changes the options": "set -o noglob -o noclobber; IFS=:; alias ls='ls -l'; LC_ALL=C\n",
    "goes elsewhere": "cd /; umask 077; export TMOUT=1\n",
}


@pytest.mark.parametrize("what", list(RC_FILES))
async def test_a_startup_file_that_prints_or_reads_does_no_harm(lab: Lab, box: Machine, what: str) -> None:
    (box.home / ".bashrc").write_text(RC_FILES[what])
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            assert await one.run(HOME) == str(box.home)
            frame = await first_frame(one)
            assert [session.name for session in frame.sessions] == ["api"]


async def test_a_startup_file_that_reads_all_input_is_named_as_the_cause(lab: Lab, box: Machine) -> None:
    (box.home / ".bashrc").write_text("echo Welcome; cat >/dev/null\n")
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            with pytest.raises(HostError) as caught:
                async with one.watch(watch()._replace(silence=1)) as stream:
                    await anext(aiter(stream))
    assert caught.value.failure.state is HostState.UNREACHABLE
    assert "Welcome" in caught.value.failure.cause
    assert "startup files" in caught.value.failure.remedy


async def test_a_machine_without_an_alias_is_reached_by_the_fields_of_remotes_yaml(lab: Lab) -> None:
    machine = lab.machine("box", alias=False)
    with trio.fail_after(20):
        async with opened(host(lab, machine)) as one:
            assert one.destination == f"{user()}@127.0.0.1"
            assert await one.run(HOME) == str(machine.home)


async def test_many_requests_at_once_share_one_connection_within_its_session_limit(lab: Lab) -> None:
    machine = lab.machine("box", max_sessions=4, variables={"LC_MARK": "x"})
    with trio.fail_after(30):
        async with opened(host(lab, machine)) as one, one.watch(watch()) as stream:
            await anext(aiter(stream))
            async with trio.open_nursery() as nursery:
                for _ in range(20):
                    nursery.start_soon(one.run, say(pause=0.1))
            assert machine.connections() == 1
    assert machine.log.read_text().count("Accepted publickey") == 1
    assert len(machine.commands()) == 4


@pytest.mark.parametrize("limit", [1, 2])
async def test_a_small_session_limit_makes_more_connections_and_everything_works(lab: Lab, limit: int) -> None:
    machine = lab.machine("box", max_sessions=limit)
    machine.new_session("api")
    with trio.fail_after(30):
        async with opened(host(lab, machine)) as one, one.watch(watch()) as stream:
            assert isinstance(await anext(aiter(stream)), Frame)
            async with trio.open_nursery() as nursery:
                for _ in range(6):
                    nursery.start_soon(one.run, say(pause=0.1))
        await none_left(lab)
    assert machine.connections() == 0


async def test_a_request_after_a_cancelled_one_works(lab: Lab, box: Machine) -> None:
    with trio.fail_after(20):
        async with opened(host(lab, box)) as one:
            assert await one.run(say("before")) == "before"
            with trio.move_on_after(0.2):
                await one.run(say("never", pause=30))
            assert await one.run(say("after")) == "after"


async def test_a_request_that_takes_too_long_fails_and_the_next_one_works(lab: Lab, box: Machine) -> None:
    with trio.fail_after(20):
        async with opened(host(lab, box)) as one:
            with pytest.raises(HostError, match=r"no answer to `say` within 0\.3 s"):
                await one.run(say(pause=30, time_limit=0.3))
            assert await one.run(say("after")) == "after"


async def test_a_ping_is_a_time(lab: Lab, box: Machine) -> None:
    with trio.fail_after(20):
        async with opened(host(lab, box)) as one:
            assert 0 < await one.ping() < 5


# ---- the user's own configuration

SETTINGS = {
    "a command and a terminal": {"RemoteCommand": "tmux attach", "RequestTTY": "force"},
    "masters of their own": {"ControlMaster": "auto", "ControlPath": "{lab}/own-%C", "ControlPersist": "yes"},
    "no masters": {"ControlMaster": "no", "ControlPath": "none"},
    "forwardings": {"LocalForward": "1 localhost:1", "ExitOnForwardFailure": "yes"},
    "a local command": {"PermitLocalCommand": "yes", "LocalCommand": "touch {lab}/pwned"},
    "silence": {"LogLevel": "QUIET"},
    "noise": {"LogLevel": "DEBUG3"},
    "no batch mode": {"BatchMode": "no", "NumberOfPasswordPrompts": "3"},
}


@pytest.mark.parametrize("what", list(SETTINGS))
async def test_the_users_interactive_settings_do_not_disturb(lab: Lab, box: Machine, what: str) -> None:
    settings = {key: value.format(lab=lab.folder) for key, value in SETTINGS[what].items()}
    lab.alias("mine", box.port, **settings)
    with trio.fail_after(20):
        async with opened(host(lab, "mine")) as one:
            assert await one.run(HOME) == str(box.home)
            assert (await first_frame(one)).tmux is Tmux.OK
        await none_left(lab)
    assert box.log.read_text().count("Accepted publickey") == 1
    assert not (lab.folder / "pwned").exists()
    assert not list(lab.folder.glob("own-*"))


async def test_an_included_file_with_alias_and_port_is_followed(lab: Lab, box: Machine) -> None:
    config = lab.folder / "ssh_config"
    included = lab.folder / "included"
    text = f"Host deep\n  HostName 127.0.0.1\n  Port {box.port}\n  User {user()}\n  IdentityFile {lab.key}\n"
    included.write_text(text)
    config.write_text(f"Include {included}\n{config.read_text()}")
    with trio.fail_after(20):
        async with opened(host(lab, "deep")) as one:
            assert await one.run(HOME) == str(box.home)


@pytest.fixture
def agent(lab: Lab) -> Iterator[Path]:
    """The socket of an ssh-agent that holds the user's key."""
    path = lab.folder / "agent"
    process = subprocess.Popen([program("ssh-agent"), "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    until(path.is_socket, what="the agent listens")
    environment = {**lab.environment(), "SSH_AUTH_SOCK": str(path)}
    subprocess.run([program("ssh-add"), "-q", str(lab.key)], check=True, env=environment)
    yield path
    process.kill()
    process.wait()


async def test_a_key_in_an_agent_is_enough(lab: Lab, box: Machine, agent: Path) -> None:
    lab.alias("mine", box.port, IdentityAgent=str(agent), IdentityFile="none", IdentitiesOnly="no")
    lab.key.unlink()
    with trio.fail_after(20):
        async with opened(host(lab, "mine")) as one:
            assert await one.run(HOME) == str(box.home)


# ---- jump hosts


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish", "tcsh"])
async def test_a_jump_host_is_reached_with_the_key_of_the_entry(lab: Lab, shell: str) -> None:
    bastion, inner = lab.machine("bastion", alias=False), lab.machine("inner", alias=False)
    lab.local._variables["SHELL"] = program(shell)
    with trio.fail_after(20):
        async with opened(host(lab, inner, jump_host=f"127.0.0.1:{bastion.port}")) as one:
            assert await one.run(HOME) == str(inner.home)
        await none_left(lab)
    assert "Accepted publickey" in bastion.log.read_text()


async def test_a_jump_host_without_a_key_is_left_to_ssh_config(lab: Lab) -> None:
    bastion, inner = lab.machine("bastion"), lab.machine("inner")
    with trio.fail_after(20):
        async with opened(host(lab, inner, jump_host="bastion")) as one:
            assert await one.run(HOME) == str(inner.home)
    assert "Accepted publickey" in bastion.log.read_text()


async def test_a_jump_over_two_bastions_works_with_a_key(lab: Lab) -> None:
    for name in ("first", "second", "inner"):
        lab.machine(name)
    with trio.fail_after(20):
        async with opened(host(lab, lab.machines[2], jump_host="first,second", key=str(lab.key))) as one:
            assert await one.run(HOME) == str(lab.machines[2].home)
    assert all("Accepted publickey" in machine.log.read_text() for machine in lab.machines)


@pytest.mark.parametrize("key", [True, False])
async def test_a_remote_command_of_the_users_does_not_stop_a_jump(lab: Lab, key: bool) -> None:
    bastion, inner = lab.machine("bastion"), lab.machine("inner")
    lab.alias("bastion", bastion.port, RemoteCommand="tmux attach", RequestTTY="force")
    fields = {"key": str(lab.key)} if key else {}
    with trio.fail_after(20):
        async with opened(host(lab, inner, jump_host="bastion", **fields)) as one:
            assert await one.run(HOME) == str(inner.home)


async def test_a_jump_in_the_users_configuration_works(lab: Lab) -> None:
    lab.machine("bastion")
    inner = lab.machine("inner")
    lab.alias("mine", inner.port, ProxyJump="bastion")
    with trio.fail_after(20):
        async with opened(host(lab, "mine")) as one:
            assert await one.run(HOME) == str(inner.home)


@pytest.mark.parametrize("key", [True, False])
async def test_a_jump_host_that_is_down_is_named_as_the_cause(lab: Lab, key: bool) -> None:
    bastion, inner = lab.machine("bastion"), lab.machine("inner")
    bastion.stop()
    fields = {"key": str(lab.key)} if key else {}
    with trio.fail_after(20):
        found = await failure(host(lab, inner, jump_host="bastion", **fields))
    assert found.state is HostState.UNREACHABLE
    assert f"port {bastion.port}: Connection refused" in found.cause


# ---- logins that fail


async def test_a_host_key_that_changed_is_not_accepted(lab: Lab, box: Machine) -> None:
    lab.change_host_keys()
    with trio.fail_after(20):
        found = await failure(host(lab, box))
    assert (found.state, found.retry) == (HostState.HOSTKEY, Retry.SLOWLY)
    assert "changed" in found.cause
    assert f"ssh-keygen -f {lab.known_hosts} -R '[127.0.0.1]:{box.port}'" in found.remedy


async def test_a_host_key_that_is_unknown_is_not_accepted(lab: Lab, box: Machine) -> None:
    lab.known_hosts.write_text("")
    with trio.fail_after(20):
        found = await failure(host(lab, box))
    assert (found.state, found.retry) == (HostState.HOSTKEY, Retry.SLOWLY)
    assert "not known" in found.cause
    assert lab.known_hosts.read_text() == ""


async def test_a_key_that_is_refused_needs_a_person(lab: Lab, box: Machine) -> None:
    (box.folder / "authorized_keys").write_text("")
    with trio.fail_after(20):
        found = await failure(host(lab, box))
    assert (found.state, found.retry) == (HostState.AUTH, Retry.SLOWLY)
    assert "Permission denied" in found.cause


async def test_silence_in_the_users_configuration_does_not_hide_the_cause(lab: Lab, box: Machine) -> None:
    (box.folder / "authorized_keys").write_text("")
    lab.alias("mine", box.port, LogLevel="QUIET")
    with trio.fail_after(20):
        assert (await failure(host(lab, "mine"))).state is HostState.AUTH


@pytest.mark.parametrize("damage", ["missing", "open to others", "no key"])
async def test_a_key_file_that_can_not_be_used_is_named(lab: Lab, damage: str) -> None:
    machine = lab.machine("box", alias=False)
    if damage == "missing":
        lab.key.unlink()
    elif damage == "open to others":
        lab.key.chmod(0o644)
    else:
        lab.key.write_text("rubbish\n")
    with trio.fail_after(20):
        found = await failure(host(lab, machine))
    assert found.state is HostState.AUTH
    assert str(lab.key) in found.cause
    assert "`key`" in found.remedy


async def test_a_passphrase_is_typed_once_at_a_terminal(lab: Lab, box: Machine, terminal: OpenTerminal) -> None:
    lab.set_passphrase("open sesame")
    one = host(lab, box)
    with trio.fail_after(40):
        found = await failure(one)
        assert (found.state, found.retry) == (HostState.AUTH, Retry.SLOWLY)
        screen = terminal(one.authenticate(), lab.environment())
        screen.wait_for("Enter passphrase for key")
        screen.type("open sesame")
        screen.press("Enter")
        assert screen.exit_status() == 0
        for _ in range(2):  # the connection of a person outlives who uses it
            async with opened(one):
                assert await one.run(HOME) == str(box.home)
        os.kill(master(lab), signal.SIGTERM)
        await none_left(lab)


async def test_a_command_for_a_terminal_goes_over_the_master(lab: Lab, box: Machine, terminal: OpenTerminal) -> None:
    lab.alias("mine", box.port, RemoteCommand="true", RequestTTY="no")
    with trio.fail_after(40):
        async with opened(host(lab, "mine")) as one:
            words = one.interactive(Interactive(("sh", "-c", 'tty; echo "$1"; read -r x', "sh", "it's $HOME; `id`\\")))
            screen = terminal(words, lab.environment())
            screen.wait_for("it's $HOME; `id`\\")
            screen.wait_for("/dev/pts/")
            assert box.connections() == 1


def test_every_option_has_a_reason_and_host_keys_are_always_checked() -> None:
    remote = Remote("n", "h", user="u", key="~/k", port=22, jump_host="j")
    found = options(remote, "/run/100%/x")
    words = " ".join(word for option in found for word in option.words)
    assert all(len(option.reason) > 10 for option in found)
    assert "StrictHostKeyChecking" not in words
    assert "ControlPath=/run/100%%/x" in words


# ---- masters that are gone, stale, hung or not ours


async def test_a_master_whose_socket_was_deleted_is_replaced(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            assert await one.run(say()) == "hello"
            lost = master(lab)
            socket(lab).unlink()
            await one.open()
            assert await one.run(say()) == "hello"
            assert master(lab) != lost
        await none_left(lab)


async def test_a_master_that_was_killed_and_left_its_socket_is_replaced(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            assert await one.run(say()) == "hello"
            lost = master(lab)
            os.kill(lost, signal.SIGKILL)
            await one.open()
            assert await one.run(say("again")) == "again"
            assert master(lab) != lost
            assert box.connections() == 1
        await none_left(lab)


async def test_a_master_that_hangs_is_ended_and_replaced(lab: Lab, box: Machine) -> None:
    with trio.fail_after(40):
        async with opened(host(lab, box)) as one:
            hung = master(lab)
            os.kill(hung, signal.SIGSTOP)
            await one.open()
            assert master(lab) != hung
            assert await one.run(say()) == "hello"
            assert hung not in {process.pid for process in processes()}
        await none_left(lab)


async def test_a_master_that_hangs_at_the_end_is_ended_too(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)):
            os.kill(master(lab), signal.SIGSTOP)
        await none_left(lab)


async def test_a_master_that_a_dead_navi_left_is_used(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        left = host(lab, box)
        await left.open()
        left._master.release()
        async with opened(host(lab, box)) as one:
            assert await one.run(say()) == "hello"
            assert box.connections() == 1
        await none_left(lab)


@pytest.mark.parametrize("number", range(3))
async def test_two_at_once_share_a_master_and_the_last_one_ends_it(lab: Lab, box: Machine, number: int) -> None:
    one, two = host(lab, box), host(lab, box)
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.open)
            await trio.sleep(number * 0.05)
            nursery.start_soon(two.open)
        assert await one.run(say()) == await two.run(say())
        assert box.connections() == 1
        await one.close()
        assert await two.run(say("still")) == "still"
        assert box.connections() == 1
        await two.close()
        await none_left(lab)
    assert box.log.read_text().count("Accepted publickey") == 1


async def test_one_may_come_while_the_other_goes(lab: Lab, box: Machine) -> None:
    with trio.fail_after(60):
        for _ in range(5):
            one, two = host(lab, box), host(lab, box)
            await one.open()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(one.close)
                nursery.start_soon(two.open)
            assert await two.run(say()) == "hello"
            assert box.connections() == 1
            await two.close()
        await none_left(lab)


async def test_two_that_lose_their_master_get_one_together(lab: Lab, box: Machine) -> None:
    one, two = host(lab, box), host(lab, box)
    with trio.fail_after(30):
        await one.open()
        await two.open()
        os.kill(master(lab), signal.SIGKILL)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.open)
            nursery.start_soon(two.open)
        assert await one.run(say()) == await two.run(say())
        assert box.connections() == 1
        await one.close()
        assert await two.run(say("still")) == "still"
        await two.close()
        await none_left(lab)


async def test_a_socket_of_somebody_else_is_not_used(lab: Lab, box: Machine) -> None:
    one = host(lab, box)
    with trio.fail_after(20):
        await one.open()
        path = socket(lab)
        if os.getuid() == 0:
            os.chown(path, 65534, -1)
            found = await failure(host(lab, box))
            os.chown(path, 0, -1)
            assert "belongs to user 65534" in found.cause
        await one.close()
        assert not path.exists()
    with pytest.raises(HostError, match="belongs to user"):
        refuse_foreign("/proc/1" if os.getuid() else str(somebody_elses(lab)))


def somebody_elses(lab: Lab) -> Path:
    """Return a file of another user; only root can make one."""
    path = lab.folder / "theirs"
    path.touch()
    os.chown(path, 65534, -1)
    return path


# ---- connections that break


async def test_a_connection_cut_within_a_request_is_lost_and_the_next_open_replaces_it(
    lab: Lab, box: Machine
) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(break_soon, box)
                with pytest.raises(HostError) as caught:
                    await one.run(say(pause=30))
            assert caught.value.failure.state is HostState.UNREACHABLE
            await one.open()
            assert await one.run(say("again")) == "again"


async def break_soon(machine: Machine) -> None:
    """Break the connections as soon as a request is there."""
    await until_async(lambda: machine.commands(), what="a request")
    machine.break_connections()


async def test_channels_that_ended_while_idle_are_not_used_again(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            async with trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(one.run, say(pause=0.2))
            box.break_connections()
            await until_async(lambda: not processes_of(lab, "exec sh -s"), what="the channels have ended")
            await one.open()
            for _ in range(3):
                assert await one.run(say()) == "hello"


def processes_of(lab: Lab, words: str) -> list[int]:
    """Return the processes of a lab's own machine with these words on their command lines."""
    return [one.pid for one in lab.belongings() if words in one.words and "ssh" in one.name]


async def test_a_stopped_machine_refuses_and_is_reached_when_it_is_back(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        one = host(lab, box)
        box.stop()
        found = await failure(one)
        assert (found.state, found.retry) == (HostState.UNREACHABLE, Retry.LATER)
        assert "Connection refused" in found.cause
        box.start()
        async with opened(one):
            assert await one.run(HOME) == str(box.home)


async def test_a_frozen_machine_is_not_waited_for_and_goes_on_after_the_thaw(lab: Lab, box: Machine) -> None:
    with trio.fail_after(40):
        async with opened(host(lab, box, connect_timeout=1)) as one:
            assert await one.run(say()) == "hello"
            box.freeze()
            with pytest.raises(HostError, match="no answer"):
                await one.run(say(time_limit=0.5))
            box.thaw()
            await one.open()
            assert await one.run(say("again")) == "again"
        box.freeze()
        found = await failure(host(lab, box, connect_timeout=1))
        box.thaw()
        assert found.state is HostState.UNREACHABLE


async def test_a_watch_of_a_frozen_machine_ends_with_its_silence(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            async with one.watch(watch()._replace(silence=1)) as stream:
                await anext(aiter(stream))
                box.freeze()
                with pytest.raises(HostError, match="no sign of life for 1 s"):
                    await exhaust(stream)
            box.thaw()


async def test_the_remote_watch_ends_when_the_connection_is_cut(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        async with opened(host(lab, box)) as one:
            async with one.watch(watch()) as stream:
                await anext(aiter(stream))
                box.break_connections()
                with pytest.raises(HostError):
                    await exhaust(stream)
            await until_async(lambda: not watches(box), what="the remote watch has ended")
    assert beside(box) == []


async def exhaust(stream: Watch[Frame | Heartbeat]) -> None:
    """Read a watch to its end."""
    async for _ in stream:
        pass


def watches(machine: Machine) -> list[int]:
    """Return the processes of watches on a machine."""
    return [one.pid for one in machine.belongings() if "navi-watch" in one.words]


async def test_the_remote_watch_ends_when_ssh_here_is_killed(lab: Lab, box: Machine) -> None:
    with trio.fail_after(30):
        one = host(lab, box)
        await one.open()
        async with one.watch(watch()) as stream:
            await anext(aiter(stream))
            assert watches(box)
            for pid in processes_of(lab, "exec sh -s"):
                os.kill(pid, signal.SIGKILL)
            await until_async(lambda: not watches(box), what="the remote watch has ended")
        await one.close()
        await none_left(lab)


async def test_a_machine_without_sh_is_reported(lab: Lab) -> None:
    machine = lab.machine("box", path=lab.path_without("sh"))
    with trio.fail_after(20):
        async with opened(host(lab, machine)) as one:
            with pytest.raises(HostError, match="no sh on its PATH"):
                await one.run(say())


async def test_a_missing_ssh_is_reported_at_once(lab: Lab, box: Machine) -> None:
    lab.local._variables["PATH"] = lab.path_without("ssh")
    with trio.fail_after(20):
        found = await failure(host(lab, box))
    assert found.state is HostState.ERROR
    assert found.cause == "ssh can't be started: No such file or directory"
    assert "OpenSSH's client" in found.remedy


WORDS: Operation[str] = Operation("words", "printf '<%s>' \"$@\"", ("a b", "'", "\n", "$(id)", "-n", "é"), read_output)


async def test_arguments_arrive_unchanged(lab: Lab, box: Machine) -> None:
    with trio.fail_after(20):
        async with opened(host(lab, box)) as one:
            assert await one.run(WORDS) == "<a b><'><\n><$(id)><-n><é>"
