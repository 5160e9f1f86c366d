"""Real machines for the tests: sshd on loopback, each with a home, a login shell and a tmux server of its own.

    with Lab(folder) as lab:
        atlas = lab.machine("atlas", shell="fish")
        atlas.new_session("api")
        lab.remotes_yaml([atlas])
        subprocess.run(["navi", "ls"], env=lab.environment())

Every machine accepts the current user. sshd's ForceCommand separates the machines: a script that sets home, shell,
PATH and tmux folder, and then does what sshd would have done.

A lab is a world of its own: home, state, registry, tmux sockets, keys and ssh's configuration lie below its folder.
NAVI_SOCKETS_BELOW keeps navi from looking for tmux servers anywhere else, so nothing in a lab sees or touches the
sessions of the user who runs it.
"""

from __future__ import annotations

import json
import os
import pwd
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import yaml

from tests.support.processes import Process, end, family, line_of, send
from tests.support.waiting import until

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"

SSHD_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {lab}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
AllowUsers {user}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
UseDNS no
PrintMotd no
PrintLastLog no
LogLevel VERBOSE
MaxSessions {max_sessions}
MaxStartups {max_startups}
AllowTcpForwarding yes
SetEnv HOME={folder}/login
ForceCommand {folder}/login/command
{more}
"""

LOGIN = """\
#!/bin/sh
# What sshd would do, in the home and with the environment of this machine.
command=${{SSH_ORIGINAL_COMMAND-}}
printf '%s\\0' "$command" >>{commands}
unset SHLVL TMUX TMUX_PANE OLDPWD SSH_ORIGINAL_COMMAND XDG_RUNTIME_DIR XDG_SESSION_ID
export {variables}
cd "$HOME" || exit 1
if [ -n "$command" ]; then exec "$SHELL" -c "$command"; fi
exec "$SHELL" -l
"""

# The default key exchange takes 200 ms of processor time more for each connection.
SSH_CONFIG_END = """\
Host *
    GlobalKnownHostsFile none
    UserKnownHostsFile {known_hosts}
    StrictHostKeyChecking yes
    IdentityAgent none
    IdentitiesOnly yes
    KexAlgorithms curve25519-sha256
"""

AUTHENTICATED = rf"sshd(-session)?: {re.escape(pwd.getpwuid(os.getuid()).pw_name)}(@\S+)?[^\[]*"
"""The title of a connection's sshd once the user is let in; before that it has a bracket, as in `root [priv]`."""


def user() -> str:
    """Return the name of the user who runs the tests and logs in everywhere."""
    return pwd.getpwuid(os.getuid()).pw_name


def program(name: str) -> str:
    """Return the full path of an installed program. Without it, skip the test that needs it, with the reason.

    In CI, and outside of pytest, raise AssertionError instead.
    """
    found = shutil.which(name, path=f"{SYSTEM_PATH}:/usr/local/sbin:/usr/sbin:/sbin")
    if not found:
        lacks(f"{name} is not installed on this machine; the tests need it (contrib/test installs it)")
    assert found
    return found


def lacks(reason: str) -> None:
    """Skip the test that is running, because the machine lacks what it needs. Fail in CI, and outside of pytest."""
    if "pytest" in sys.modules and not os.environ.get("CI"):
        sys.modules["pytest"].skip(reason)
    raise AssertionError(reason)


def replace(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file atomically: a temporary one beside it, then a rename."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    beside.chmod(mode)
    beside.replace(path)


@dataclass(frozen=True, slots=True)
class Keys:
    """The two ed25519 keys of a lab, in OpenSSH's format: the user's, and the host key of all its machines."""

    client: str
    client_public: str
    host: str
    host_public: str

    @classmethod
    def make(cls, folder: Path) -> Keys:
        """Make both keys with ssh-keygen, in an existing folder; many labs can use them."""
        texts = []
        for name in ("client", "host"):
            path = folder / f"new_{name}_key"
            command = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            texts += [path.read_text(), path.with_suffix(".pub").read_text()]
        return cls(*texts)


class Account:
    """A user's home, login shell and tmux server on one machine.

    `name` labels it in messages, `home` and `folder` are its folders (everything lies below `folder`), `bin` is the
    folder in front of its PATH, where a test can put stand-ins for programs.
    """

    def __init__(self, name: str, folder: Path, variables: Mapping[str, str]) -> None:
        self.name = name
        self.folder = folder
        self.home = folder / "home"
        self.bin = self.home / "bin"
        self._variables = dict(variables)
        for path in (self.bin, folder / "tmux", folder / "tmp"):
            path.mkdir(parents=True, mode=0o700)
        (self.home / ".zshrc").touch()  # else an interactive zsh asks its questions for new users

    @property
    def sessions_dir(self) -> Path:
        """The folder of status files, which may not exist yet."""
        return self.home / ".claude-sessions"

    def environment(self) -> dict[str, str]:
        """Return the complete environment of a program after a login here."""
        return {
            "HOME": str(self.home),
            "USER": user(),
            "LOGNAME": user(),
            "TMUX_TMPDIR": str(self.folder / "tmux"),
            "TMPDIR": str(self.folder / "tmp"),
            "NAVI_SOCKETS_BELOW": str(self.folder),
            "LANG": "C.UTF-8",
            **self._variables,
        }

    def run(self, *command: str, text: str = "") -> str:
        """Run a program here, without ssh, with `text` on standard input; return its standard output.

        Raise AssertionError with its standard error if its exit status is not 0.
        """
        done = subprocess.run(
            command, input=text, text=True, capture_output=True, timeout=30, cwd=self.home, env=self.environment()
        )
        problem = f"on {self.name}, status {done.returncode} of: {shlex.join(command)}\n{text}\n{done.stderr}"
        assert done.returncode == 0, problem
        return done.stdout

    def sh(self, script: str) -> str:
        """Run a POSIX sh script here, without ssh; return its standard output."""
        return self.run("/bin/sh", "-s", text=script)

    def tmux(self, *words: str) -> str:
        """Run a tmux command on the server of this account; return its standard output without the last newline."""
        return self.run(program("tmux"), "-u", "-f", "/dev/null", *words).removesuffix("\n")

    def server(self, *words: str) -> int:
        """Return the process of a tmux server: the default one, or that of a socket (`"-L", "work"`)."""
        return int(self.tmux(*words, "display-message", "-p", "#{pid}"))

    def in_pane(self, *words: str) -> dict[str, str]:
        """Return what tmux gives to a program in the first pane of a server: the default one, or that of a socket."""
        found = self.tmux(*words, "list-panes", "-a", "-F", "#{socket_path},#{pid},0\t#{pane_id}").split("\n")[0]
        return dict(zip(("TMUX", "TMUX_PANE"), found.split("\t"), strict=True))

    @contextmanager
    def hung_server(self, *words: str) -> Iterator[int]:
        """Stop a tmux server for a while, so that it does not answer; yield its process, which a test may kill."""
        process = self.server(*words)
        os.kill(process, signal.SIGSTOP)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def new_session(self, name: str, command: str = "") -> None:
        """Start a detached tmux session of 80 by 24; its `command` (else the shell) is run by the login shell."""
        self.tmux("new-session", "-d", "-s", name, "-x", "80", "-y", "24", *([command] if command else []))

    def write_status(self, session: str, **fields: object) -> Path:
        """Write a session's status file, as a hook does, and return its path.

        `fields` overrides the defaults or adds to them; the timestamp is in whole seconds and defaults to now.
        """
        defaults = {
            "tmux_session": session,
            "status": "working",
            "message": "",
            "cwd": str(self.home),
            "timestamp": int(time.time()),
        }
        self.sessions_dir.mkdir(exist_ok=True)
        path = self.sessions_dir / f"{session}.json"
        replace(path, json.dumps(defaults | fields, ensure_ascii=False))
        return path


class Machine(Account):
    """An account behind an sshd of its own on 127.0.0.1.

    `port` is where it listens, `log` is sshd's log, `alias` tells whether `ssh name` reaches it.
    """

    def __init__(
        self,
        lab: Lab,
        name: str,
        shell: str,
        max_sessions: int,
        alias: bool,
        path: str,
        variables: Mapping[str, str],
        sshd_options: str,
        max_startups: str,
    ) -> None:
        folder = lab.folder / "m" / name
        own = {"PATH": f"{folder}/home/bin:{path}", "SHELL": str(folder / "home" / "bin" / "sh"), **variables}
        if shell != "busybox":
            own["SHELL"] = program(shell)
        super().__init__(name, folder, own)
        if shell == "busybox":
            (self.bin / "sh").symlink_to(program("busybox"))
        self.lab = lab
        self.alias = alias
        self.log = folder / "log"
        self.port = free_port()
        self._max_sessions = max_sessions
        self._sshd_options = sshd_options
        self._max_startups = max_startups
        self._sshd: subprocess.Popen[bytes] | None = None
        self._write_login()

    def _write_login(self) -> None:
        login = self.folder / "login"
        login.mkdir()
        variables = " ".join(f"{key}={shlex.quote(value)}" for key, value in self.environment().items())
        commands = shlex.quote(str(self.folder / "commands"))
        replace(login / "command", LOGIN.format(commands=commands, variables=variables), mode=0o700)
        replace(self.folder / "authorized_keys", self.lab.keys.client_public)

    def _write_config(self) -> Path:
        path = self.folder / "sshd_config"
        more = self._sshd_options + ("\nPerSourcePenalties no" if openssh_version() >= (9, 8) else "")
        values = {"lab": self.lab.folder, "folder": self.folder, "user": user(), "port": self.port}
        limits = {"max_sessions": self._max_sessions, "max_startups": self._max_startups}
        replace(path, SSHD_CONFIG.format(**values, **limits, more=more))
        return path

    def start(self) -> None:
        """Start sshd and wait until it listens, on the same port as before if that is still free."""
        assert self._sshd is None, f"{self.name} is started already"
        while not self._listens():
            self.port = free_port()
        self.lab.configure()

    def _listens(self) -> bool:
        """Start sshd; return whether it got the port."""
        if os.getuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        with self.log.open("ab") as log:
            before = log.tell()
            command = [program("sshd"), "-D", "-e", "-f", str(self._write_config())]
            started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env={}
            )

        def news() -> str:
            return self.log.read_bytes()[before:].decode(errors="replace")

        listening = f"Server listening on 127.0.0.1 port {self.port}."
        until(lambda: listening in news() or started.poll() is not None, what=f"sshd of {self.name} listens")
        if started.poll() is None:
            self._sshd = started
            return True
        assert "Address already in use" in news(), f"sshd of {self.name} did not start:\n{news()}"
        return False

    def stop(self) -> None:
        """End sshd and every connection, as if the machine were off; tmux and its sessions keep running."""
        if self._sshd is not None:
            self.accept_no_more()
            end(self._connected)
            self.reap()

    def accept_no_more(self) -> None:
        """Stop the sshd that listens, so that no connection is added."""
        if self._sshd is not None:
            self._sshd.send_signal(signal.SIGSTOP)

    def reap(self) -> None:
        """End the sshd that listens, if it has not ended."""
        if self._sshd is not None:
            self._sshd.kill()
            self._sshd.wait()
            self._sshd = None

    def belongings(self) -> list[Process]:
        """Return all processes of this machine: sshd, its connections, their children, tmux and its sessions."""
        return family(lambda one: one.mentions(self.folder) or one.pid == self.listener)

    @property
    def listener(self) -> int | None:
        """The pid of the sshd that listens; None when the machine is stopped."""
        return self._sshd.pid if self._sshd else None

    def _connected(self) -> list[Process]:
        """Return the sshd processes of the connections, whether authenticated or not."""
        below = family(lambda one: one.parent == self.listener)
        return [one for one in below if one.words.startswith("sshd")]

    def freeze(self) -> None:
        """Stop every process of this machine: connections stay open and nothing answers."""

        def all_stopped() -> bool:
            moving = [one for one in self.belongings() if one.state not in "Tt"]
            send(signal.SIGSTOP, moving)
            return not moving

        until(all_stopped, what=f"{self.name} is frozen")

    def thaw(self) -> None:
        """Continue a frozen machine.

        Children continue first, so that no shell sees its job stopped and takes the terminal back.
        """
        send(signal.SIGCONT, reversed(self.belongings()))

    def break_connections(self) -> None:
        """Kill each connection's sshd, like a dropped link; sshd itself, tmux and sessions keep running."""
        end(self._connected)

    def connections(self) -> int:
        """Return the number of authenticated connections."""
        known = [one for one in self._connected() if re.fullmatch(AUTHENTICATED, one.words)]
        heads = {one.pid if one.parent == self.listener else one.parent for one in known}
        return len(heads)

    def commands(self) -> list[str]:
        """Return the commands that ssh clients requested, oldest first; "" is a login without one."""
        path = self.folder / "commands"
        return path.read_bytes().decode().split("\0")[:-1] if path.exists() else []

    def remote(self, **fields: object) -> dict[str, object]:
        """Return this machine's entry in remotes.yaml, with `fields` added or replaced (`jump_host="bastion"`)."""
        if self.alias:
            return {"name": self.name, "host": self.name, **fields}
        key = str(self.lab.key)
        return {"name": self.name, "host": "127.0.0.1", "port": self.port, "user": user(), "key": key, **fields}


class Lab:
    """One user on one machine (`local`), and the machines that ssh reaches from there.

    `folder` must exist and have a short path: sockets are limited to 108 bytes. `keys` may be those of another lab.
    `key` is the user's private key, `known_hosts` the file of host keys: a test may change both.
    `close` ends everything that was started below `folder`; the caller removes the folder.
    """

    def __init__(self, folder: Path, keys: Keys | None = None) -> None:
        self.folder = folder
        self.keys = keys or Keys.make(folder)
        self.key = folder / "key"
        self.known_hosts = folder / "known_hosts"
        self.machines: list[Machine] = []
        self._aliases: dict[str, str] = {}
        replace(self.key, self.keys.client)
        replace(folder / "host_key", self.keys.host)
        (folder / "run").mkdir(mode=0o700)
        self.local = Account("local", folder, self._local_variables())
        self._write_ssh()
        self.offers = Path(self.environment()["XDG_STATE_HOME"]) / "navi" / "offers"
        self._answer_offers()
        self.configure()

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _local_variables(self) -> dict[str, str]:
        home = self.folder / "home"
        return {
            "PATH": f"{home}/bin:{self.folder}/bin:{os.environ['PATH']}",
            "SHELL": "/bin/sh",
            "TERM": "xterm-256color",
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_STATE_HOME": str(home / ".local" / "state"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
        }

    def _answer_offers(self) -> None:
        """Have navi offer nothing, as if this user had answered already. A test that removes `offers` is asked."""
        self.offers.parent.mkdir(mode=0o700, parents=True)
        self.offers.write_text("hosts\nhooks\n")

    def _write_ssh(self) -> None:
        """Put a wrapper of `ssh` on the PATH, because OpenSSH takes the home from the password file, not from $HOME."""
        (self.folder / "bin").mkdir()
        config = shlex.quote(str(self.folder / "ssh_config"))
        replace(self.folder / "bin" / "ssh", f'#!/bin/sh\nexec {program("ssh")} -F {config} "$@"\n', mode=0o755)

    def machine(
        self,
        name: str,
        shell: str = "bash",
        max_sessions: int = 10,
        alias: bool = True,
        path: str = SYSTEM_PATH,
        variables: Mapping[str, str] | None = None,
        sshd_options: str = "",
        max_startups: str = "200",
    ) -> Machine:
        """Make a machine and start it.

        `shell` is the login shell: sh, bash, dash, fish, tcsh, zsh, ksh, or busybox (then `sh` is busybox too).
        `path` follows the machine's own `bin` in its PATH, `variables` adds to the environment after logging in,
        `sshd_options` are more lines for sshd_config, `max_startups` its MaxStartups.
        """
        machine = Machine(
            self, name, shell, max_sessions, alias, path, variables or {}, sshd_options, max_startups
        )
        self.machines.append(machine)
        machine.start()
        return machine

    def alias(self, name: str, port: int, **options: str) -> None:
        """Make `ssh name` reach a port of 127.0.0.1, such as a relay's, with more options of ssh_config(5)."""
        fields = {"HostName": "127.0.0.1", "Port": str(port), "User": user(), "IdentityFile": str(self.key)} | options
        self._aliases[name] = f"Host {name}\n" + "".join(f"    {key} {value}\n" for key, value in fields.items())
        self.configure()

    def configure(self) -> None:
        """Write ssh_config, and add the missing host keys of machines and aliases to known_hosts."""
        for machine in self.machines:
            if machine.alias and f"Port {machine.port}\n" not in self._aliases.get(machine.name, ""):
                self.alias(machine.name, machine.port)
        end_of_file = SSH_CONFIG_END.format(known_hosts=self.known_hosts)
        replace(self.folder / "ssh_config", "\n".join([*self._aliases.values(), end_of_file]))
        self._trust({str(machine.port) for machine in self.machines})
        self._trust(set(re.findall(r"^    Port (\d+)$", "".join(self._aliases.values()), re.MULTILINE)))

    def _trust(self, ports: Iterable[str]) -> None:
        known = self.known_hosts.read_text() if self.known_hosts.exists() else ""
        new = [f"[127.0.0.1]:{port} {self.keys.host_public}" for port in ports if f"]:{port} " not in known]
        replace(self.known_hosts, known + "".join(new))

    def environment(self) -> dict[str, str]:
        """Return the environment to run navi in on this lab's own machine."""
        return self.local.environment()

    def remotes_yaml(self, remotes: Iterable[Machine | Mapping[str, object]], **extra: object) -> Path:
        """Write navi's remotes.yaml and return its path.

        A remote is a machine or a ready entry (`machine.remote(jump_host="bastion")`); `extra` is added to each.
        """
        entries = [one.remote() if isinstance(one, Machine) else dict(one) for one in remotes]
        path = Path(self.environment()["XDG_CONFIG_HOME"]) / "navi" / "remotes.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, yaml.safe_dump({"remotes": [entry | extra for entry in entries]}, sort_keys=False))
        return path

    def set_passphrase(self, passphrase: str) -> None:
        """Give the user's key a passphrase."""
        words = [program("ssh-keygen"), "-q", "-p", "-P", "", "-N", passphrase, "-f", str(self.key)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def change_host_keys(self) -> None:
        """Make ssh know another host key of each machine than the one that it has."""
        known = self.known_hosts.read_text()
        self.known_hosts.write_text(known.replace(self.keys.host_public, self.keys.client_public))

    def path_without(self, *names: str) -> str:
        """Return a PATH with every program of the system except these, for example a machine without tmux."""
        folder = self.folder / ("without-" + "-".join(names))
        folder.mkdir(exist_ok=True)
        for directory in reversed(SYSTEM_PATH.split(":")):
            for one in Path(directory).iterdir():
                link = folder / one.name
                if one.name not in names and not link.is_symlink():
                    link.symlink_to(one)
        return str(folder)

    def belongings(self) -> list[Process]:
        """Return every process that was started in this lab and has not ended."""
        listeners = {machine.listener for machine in self.machines}
        return family(lambda one: one.pid in listeners or one.mentions(self.folder))

    def leftovers(self) -> list[Process]:
        """Return the processes that programs under test left behind: ssh masters, connections, remote commands.

        Each machine's sshd, tmux servers, and programs inside tmux do not count.
        """
        everyone = self.belongings()
        servers = {one.pid for one in everyone if one.name.startswith("tmux: server")}
        listeners = {machine.listener for machine in self.machines}
        outside = [one for one in everyone if not servers.intersection(line_of(one.pid, everyone))]
        return [one for one in outside if one.pid not in listeners]

    def close(self) -> None:
        """End all machines, sessions, tmux servers and other processes of this lab."""
        for machine in self.machines:
            machine.accept_no_more()
        end(self.belongings)
        for machine in self.machines:
            machine.reap()


def free_port() -> int:
    """Return a free port of 127.0.0.1, below those of outgoing connections."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def openssh_version() -> tuple[int, int]:
    """Return the installed OpenSSH's version, such as (9, 2)."""
    answer = subprocess.run([program("ssh"), "-V"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"OpenSSH_(\d+)\.(\d+)", answer)
    assert found, f"ssh -V gives no version: {answer}"
    return int(found[1]), int(found[2])
