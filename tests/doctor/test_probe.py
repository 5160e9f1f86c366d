"""The way to a remote, broken at each step by real servers, keys and shells: what is found, and with which remedy."""

from __future__ import annotations

import os
import shlex
import signal
import socket as sockets
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import pytest

from navi.config.remote import Remote
from navi.doctor.examine import check_programs
from navi.doctor.finding import Finding, Result
from navi.doctor.probe import CHECKS, Probe, ProbeResult
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.hosts.ssh_command import SshCommand
from tests.support.hosts import master, say
from tests.support.machines import Lab, Machine, free_port
from tests.support.relay import Relay
from tests.support.servers import server
from tests.support.waiting import until

OK, WARNING, FAULT, NOT_DONE = Result.OK, Result.WARNING, Result.FAULT, Result.NOT_DONE
FAR = 10.0
"""Seconds for what is to answer, however busy this machine is."""


def remote(entry: Machine | dict[str, object], **fields: object) -> Remote:
    """Return a remote as navi reads it; its time limit is generous unless it is given."""
    given_fields = entry.remote(**fields) if isinstance(entry, Machine) else {**entry, **fields}
    return Remote(**{"connect_timeout": FAR, **given_fields})  # type: ignore[arg-type]


def examined(lab: Lab, one: Remote, time_limit: float = 20) -> ProbeResult[str]:
    """Check the way to a remote."""
    return Probe(one, lab.environment()).examine(say("hello", time_limit=time_limit))


def results(found: ProbeResult[str]) -> dict[str, Result]:
    """Return the result of each check."""
    return {finding.check: finding.result for finding in found.findings}


def fault(found: ProbeResult[str]) -> Finding:
    """Return the only fault."""
    (only,) = [finding for finding in found.findings if finding.result is FAULT]
    return only


# ---- a route that works


@pytest.mark.parametrize("shell", ["bash", "fish", "tcsh", "zsh", "busybox"])
def test_a_working_route_ends_with_an_answer(lab: Lab, shell: str) -> None:
    found = examined(lab, remote(lab.machine("atlas", shell=shell)))
    assert found.answer == "hello"
    assert results(found) == dict.fromkeys([check for check in CHECKS if check != "jump"], OK)
    assert found.began < found.ended
    assert not any(finding.remedy for finding in found.findings)


def through_one(lab: Lab) -> Remote:
    lab.machine("bastion")
    return remote(lab.machine("atlas"), jump_host="bastion")


def through_one_with_key(lab: Lab) -> Remote:
    bastion, atlas = lab.machine("bastion", alias=False), lab.machine("atlas", alias=False)
    return remote(atlas, jump_host=f"127.0.0.1:{bastion.port}")


def through_two(lab: Lab) -> Remote:
    lab.machine("first")
    lab.machine("second")
    return remote(lab.machine("atlas"), jump_host="first,second")


def through_ssh_config(lab: Lab) -> Remote:
    lab.machine("first")
    second, atlas = lab.machine("second"), lab.machine("atlas")
    lab.alias("second", second.port, ProxyJump="first")
    lab.alias("atlas", atlas.port, ProxyJump="second")
    return remote(atlas)


@pytest.mark.parametrize(
    ("make", "jumps"), [(through_one, 1), (through_one_with_key, 1), (through_two, 2), (through_ssh_config, 2)]
)
def test_every_jump_is_checked(lab: Lab, make: Callable[[Lab], Remote], jumps: int) -> None:
    one = make(lab)
    found = examined(lab, one)
    assert found.answer == "hello"
    assert [finding.result for finding in found.findings if finding.check == "jump"] == [OK] * jumps
    assert set(results(found).values()) == {OK}


def test_a_users_own_proxy_command_is_left_alone(lab: Lab) -> None:
    atlas, _ = lab.machine("atlas"), lab.machine("bastion")
    command = f"ssh -W 127.0.0.1:{atlas.port} bastion"
    lab.alias("hidden", 1, HostName="nowhere.invalid", ProxyCommand=command, HostKeyAlias=f"[127.0.0.1]:{atlas.port}")
    found = examined(lab, remote({"name": "hidden", "host": "hidden"}))
    assert found.answer == "hello", found
    assert "name" not in results(found)
    assert f"left to ProxyCommand: {command}" in [finding.found for finding in found.findings]


# ---- routes with a fault


@dataclass
class Scene:
    """A lab, and what is to be closed at the end."""

    lab: Lab
    kept: ExitStack = field(default_factory=ExitStack)

    def served(self, banner: bytes, close: bool = False) -> Remote:
        """Return a remote whose port is that of a strange server."""
        port = self.kept.enter_context(server(banner, close))
        return remote({"name": "atlas", "host": "127.0.0.1", "port": port}, connect_timeout=1)


def dead_name(scene: Scene) -> Remote:
    del scene
    return remote({"name": "atlas", "host": "no-such-host.invalid"})


def refused_port(scene: Scene) -> Remote:
    del scene
    return remote({"name": "atlas", "host": "127.0.0.1", "port": free_port()})


def half_open(scene: Scene) -> Remote:
    return scene.served(b"")


def frozen(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas")
    atlas.freeze()
    scene.kept.callback(atlas.thaw)
    return remote(atlas, connect_timeout=1)


def web_server(scene: Scene) -> Remote:
    return scene.served(b"HTTP/1.1 400 Bad Request\r\n\r\n", close=True)


def closed_at_once(scene: Scene) -> Remote:
    return scene.served(b"", close=True)


def only_a_banner(scene: Scene) -> Remote:
    return scene.served(b"SSH-2.0-Nothing\r\n")


def unknown_key(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas")
    scene.lab.known_hosts.write_text("")
    return remote(atlas)


def changed_key(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas")
    scene.lab.known_hosts.write_text(f"[127.0.0.1]:{atlas.port} {scene.lab.keys.client_public}")
    return remote(atlas)


def refused_key(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas")
    (atlas.folder / "authorized_keys").write_text("")
    return remote(atlas)


def locked_key(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas", alias=False)
    scene.lab.set_passphrase("secret")
    return remote(atlas)


def missing_key(scene: Scene) -> Remote:
    return remote(scene.lab.machine("atlas", alias=False), key="~/nowhere/key")


def bad_option(scene: Scene) -> Remote:
    scene.lab.alias("atlas", 1, Ciphersuites="none")
    return remote({"name": "atlas", "host": "atlas"})


def dead_jump(scene: Scene) -> Remote:
    one = through_one(scene.lab)
    scene.lab.machines[0].stop()
    return one


def jump_that_refuses(scene: Scene) -> Remote:
    one = through_one(scene.lab)
    (scene.lab.machines[0].folder / "authorized_keys").write_text("")
    return one


def jump_of_unknown_key(scene: Scene) -> Remote:
    one = through_one(scene.lab)
    lines = scene.lab.known_hosts.read_text().splitlines(keepends=True)
    scene.lab.known_hosts.write_text("".join(line for line in lines if f":{scene.lab.machines[0].port} " not in line))
    return one


def jump_that_forbids(scene: Scene) -> Remote:
    scene.lab.machine("bastion", sshd_options="DisableForwarding yes")
    return remote(scene.lab.machine("atlas"), jump_host="bastion")


def dead_behind_a_jump(scene: Scene) -> Remote:
    one = through_one(scene.lab)
    scene.lab.machines[1].stop()
    return one


def silent_behind_a_jump(scene: Scene) -> Remote:
    scene.lab.machine("bastion")
    atlas = scene.lab.machine("atlas")
    relay = scene.kept.enter_context(Relay(atlas.port))
    relay.pause()
    scene.lab.alias("far", relay.port)
    return remote({"name": "far", "host": "far", "jump_host": "bastion"}, connect_timeout=3)


def hanging_shell(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas", shell="zsh")
    (atlas.home / ".zshenv").write_text("echo Wait...\nsleep 600\n")
    return remote(atlas, connect_timeout=3)


def shell_that_exits(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas", shell="zsh")
    (atlas.home / ".zshenv").write_text("echo This account is not available.\nexit 3\n")
    return remote(atlas)


def shell_that_prints_without_end(scene: Scene) -> Remote:
    atlas = scene.lab.machine("atlas", shell="zsh")
    (atlas.home / ".zshenv").write_text("exec yes\n")
    return remote(atlas)


WAYS: list[tuple[Callable[[Scene], Remote], str, int, str, str]] = [
    (bad_option, "ssh", 69, "Bad configuration option", "correct ~/.ssh/config"),
    (dead_name, "name", 69, "no-such-host.invalid: ", "getent hosts no-such-host.invalid"),
    (refused_port, "tcp", 69, "connection refused", "systemctl start ssh"),
    (half_open, "tcp", 69, "accepts the connection and then sends nothing for 1 s", "console"),
    (frozen, "tcp", 69, "sends nothing", "console"),
    (web_server, "tcp", 69, "not an ssh server: it sent HTTP/1.1 400 Bad Request", "check host and port"),
    (closed_at_once, "tcp", 69, "closes the connection at once", "MaxStartups"),
    (only_a_banner, "host key", 69, "", "ssh -v -p"),
    (unknown_key, "host key", 77, "its host key is not known here", "ssh atlas, and compare the fingerprint"),
    (changed_key, "host key", 77, "it is SHA256:", "ssh-keygen -f {known_hosts} -R '[127.0.0.1]:{port}'"),
    (refused_key, "authentication", 77, "Permission denied (publickey)", "ssh -v atlas shows which keys"),
    (locked_key, "authentication", 77, "{key} has a passphrase, and no agent holds it", "ssh-add {key}"),
    (missing_key, "authentication", 77, "nowhere/key", "`key` in remotes.yaml"),
    (dead_jump, "tcp", 69, "bastion, port ", "systemctl start ssh"),
    (jump_that_refuses, "jump", 77, "bastion: ", "ssh bastion shows more"),
    (jump_of_unknown_key, "jump", 77, "bastion: its host key is not known here", "ssh bastion"),
    (jump_that_forbids, "jump", 77, "bastion does not allow forwarding", "AllowTcpForwarding yes"),
    (dead_behind_a_jump, "jump", 69, "Connection refused", "ssh bastion shows more"),
    (silent_behind_a_jump, "jump", 69, "no answer from [127.0.0.1]:", "nc 127.0.0.1"),
    (hanging_shell, "login shell", 1, "it printed: Wait...", "startup files"),
    (shell_that_prints_without_end, "login shell", 1, "it printed: y y y", "startup files"),
    (shell_that_exits, "login shell", 1, "exited with status 3 without starting sh; it printed: This account", "chsh"),
]  # fmt: skip


@pytest.mark.parametrize("case", WAYS, ids=lambda case: case[0].__name__)
def test_a_fault_is_found_at_the_step_that_has_it(
    lab: Lab, case: tuple[Callable[[Scene], Remote], str, int, str, str]
) -> None:
    arrange, check, status, words, remedy = case
    scene = Scene(lab)
    with scene.kept:
        one = arrange(scene)
        found = examined(lab, one, time_limit=4)
    only = fault(found)
    assert (only.check, only.status) == (check, status), found
    port = lab.machines[0].port if lab.machines else 0
    places = {"{key}": shlex.quote(str(lab.key)), "{known_hosts}": str(lab.known_hosts), "{port}": str(port)}
    for place, value in places.items():
        words, remedy = words.replace(place, value), remedy.replace(place, value)
    assert words in only.found
    assert remedy in only.remedy
    assert found.answer is None
    by_check = results(found)
    assert set(by_check) >= set(CHECKS) - {"jump", "name", "tcp"}
    behind = [other for other in CHECKS[CHECKS.index(check) + 1 :] if other in by_check and other != "master"]
    assert [by_check[other] for other in behind] == [NOT_DONE] * len(behind)
    until(lambda: "ssh" not in {one.name for one in lab.leftovers()}, 20, "what was started here has ended")


def test_jump_hosts_that_lead_in_a_circle_are_a_fault(lab: Lab) -> None:
    lab.alias("one", 1, ProxyJump="two")
    lab.alias("two", 1, ProxyJump="one")
    only = fault(examined(lab, remote({"name": "one", "host": "one"})))
    assert (only.check, only.found.startswith("more than 8 jump hosts")) == ("ssh", True)


# ---- what a login shell prints


@pytest.mark.parametrize("text", ["Welcome to atlas!", "two\nlines", "\033[31mred\033[m", "navi-00 begin"])
def test_a_login_shell_that_prints_is_a_warning(lab: Lab, text: str) -> None:
    atlas = lab.machine("atlas", shell="zsh")
    (atlas.home / ".zshenv").write_text(f"print -r -- {shlex.quote(text)}\n")
    found = examined(lab, remote(atlas))
    finding = {finding.check: finding for finding in found.findings}["login shell"]
    assert (found.answer, finding.result) == ("hello", WARNING)
    assert finding.found.startswith("prints before the answer: ")
    assert "\033" not in finding.found


# ---- the master


def running(lab: Lab, one: Remote) -> None:
    with closing(BlockingOpenSSHHost(one, lab.environment())) as host:
        host.run(say())


def hung(lab: Lab, one: Remote) -> None:
    running(lab, one)
    os.kill(master(lab), signal.SIGSTOP)


def stale(lab: Lab, one: Remote) -> None:
    with sockets.socket(sockets.AF_UNIX) as dead:
        dead.bind(SshCommand(one, lab.environment()).control)


MASTERS: list[tuple[Callable[[Lab, Remote], None], Result, str, str]] = [
    (running, OK, "running (process ", ""),
    (hung, FAULT, "does not answer within 5 s", "kill -KILL "),
    (stale, WARNING, "a dead master left its socket: ", "rm -f "),
]


@pytest.mark.parametrize("case", MASTERS, ids=lambda case: case[0].__name__)
def test_each_state_of_the_master_is_found_and_its_remedy_works(
    lab: Lab, case: tuple[Callable[[Lab, Remote], None], Result, str, str]
) -> None:
    arrange, result, words, remedy = case
    one = remote(lab.machine("atlas"))
    arrange(lab, one)
    found = examined(lab, one)
    finding = {finding.check: finding for finding in found.findings}["master"]
    assert (finding.result, finding.found[: len(words)], finding.remedy[: len(remedy)]) == (result, words, remedy)
    assert found.answer == "hello"  # its own connection shares nothing
    if finding.remedy:
        lab.local.sh(finding.remedy)
        again = {finding.check: finding for finding in examined(lab, one).findings}["master"]
        assert again.found == "none is running; the next command opens one"


def test_a_login_that_needs_a_person_is_a_warning_while_a_connection_is_open(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    one = remote(atlas)
    running(lab, one)
    (atlas.folder / "authorized_keys").write_text("")
    found = examined(lab, one)
    finding = {finding.check: finding for finding in found.findings}["authentication"]
    assert (finding.result, found.answer) == (WARNING, "hello")
    assert "but a connection is open" in finding.found


def test_a_check_leaves_no_process_and_no_socket(lab: Lab) -> None:
    examined(lab, through_one(lab))
    until(lambda: not lab.leftovers(), 20, "what was started has ended")
    assert list((lab.folder / "run" / "navi").iterdir()) == []


# ---- this machine


def test_this_machine_needs_ssh_and_a_folder_of_its_own(lab: Lab) -> None:
    assert [finding.result for finding in check_programs(lab.environment())] == [OK, OK]
    nothing = check_programs({**lab.environment(), "PATH": "/nowhere"})
    assert (nothing[0].result, nothing[0].status) == (FAULT, 69)
    (lab.folder / "run" / "navi").chmod(0o755)
    open_folder = check_programs(lab.environment())[1]
    assert (open_folder.result, "is open to others" in open_folder.found) == (FAULT, True)
    lab.local.sh(open_folder.remedy.rpartition(", or ")[2])
    assert check_programs(lab.environment())[1].result is OK
