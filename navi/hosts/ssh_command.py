"""ssh's command lines: the only place that builds them. Pure, but for the folder of the control sockets.

The user's own ~/.ssh/config decides everything that is not listed in `options`.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from navi.config.remote import Remote
from navi.core.log import Log
from navi.hosts.sockets import runtime_folder
from navi.hosts.ssh_version import ssh_version
from navi.hosts.wire import quote

if TYPE_CHECKING:
    from navi.ops import Interactive

SHELL = "exec sh -s"
"""The only command that a remote's login shell ever gets."""


class SshOption(NamedTuple):
    """Words on the ssh command line, and why they are there."""

    words: tuple[str, ...]
    reason: str


def _o(setting: str, reason: str) -> SshOption:
    return SshOption(("-o", setting), reason)


def options(remote: Remote, control: str) -> tuple[SshOption, ...]:
    """Return the options of every call for this remote. `control` is the path of its control socket."""
    return (*_settings(remote, control), *route_options(remote, (BATCH,)))


def _settings(remote: Remote, control: str) -> tuple[SshOption, ...]:
    """Return the options that do not say where the remote is."""
    return (
        _o(f"ControlPath={_percent(control)}", "one connection for everything, with a control socket of navi's own"),
        _o(f"ConnectTimeout={max(1, round(remote.connect_timeout))}", "connect_timeout of remotes.yaml"),
        _o("ServerAliveInterval=5", "notice a host that is gone"),
        _o("ServerAliveCountMax=3", "wait 15 seconds for its answer"),
        _o("Compression=yes", "requests are long texts: a third of the bytes takes fewer round trips"),
        _o("RequestTTY=no", "the user's config may ask for a terminal"),
        _o("RemoteCommand=none", "the user's config may name another command"),
        _o("ClearAllForwardings=yes", "forwardings belong to the user's own connections, and could clash with them"),
        _o("PermitLocalCommand=no", "the user's config may run a command on this machine"),
        _o("Tunnel=no", "the user's config may ask for a network tunnel, which not every sshd allows"),
        _o("LogLevel=INFO", "the user's config may silence ssh, and its messages say what failed"),
    )


def route_options(remote: Remote, for_hop: tuple[SshOption, ...] = ()) -> tuple[SshOption, ...]:
    """Return the options that say how to get to a remote. An ssh to a jump host gets the options `for_hop`, too."""
    found = []
    if remote.user:
        found.append(SshOption(("-l", remote.user), "user of remotes.yaml"))
    if remote.port:
        found.append(SshOption(("-p", str(remote.port)), "port of remotes.yaml"))
    if remote.key:
        found.append(SshOption(("-i", os.path.expanduser(remote.key)), "key of remotes.yaml"))
    if remote.jump_host:
        found.append(_jump(remote, for_hop))
    return tuple(found)


class Hop(NamedTuple):
    """A jump host, as ssh's -J reads it; `port` is "" where none is given."""

    host: str
    user: str = ""
    port: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (f"{self.user}@" if self.user else "") + host + (f":{self.port}" if self.port else "")


def read_hop(text: str) -> Hop:
    """Read [USER@]HOST[:PORT] or ssh://[USER@]HOST[:PORT]. An IPv6 address with a port is in brackets."""
    user, _, rest = text.removeprefix("ssh://").rstrip("/").rpartition("@")
    if rest.startswith("["):
        host, _, port = rest[1:].partition("]")
        return Hop(host, user, port[1:] if port[1:].isdecimal() else "")
    if rest.count(":") > 1:
        return Hop(rest, user)
    host, _, port = rest.partition(":")
    return Hop(host, user, port if port.isdecimal() else "")


def _jump(remote: Remote, for_hop: tuple[SshOption, ...]) -> SshOption:
    """Return the option for jump_host. -i does not apply to a hop that -J opens, so with a key it is a ProxyCommand."""
    if remote.jump_host.lower() == "none":
        return SshOption(("-J", "none"), "jump_host of remotes.yaml: none, whatever the user's config says")
    hops = [read_hop(text) for text in remote.jump_host.split(",")]
    hops = [hop if hop.user else hop._replace(user=remote.user) for hop in hops]
    if not remote.key:
        return SshOption(("-J", ",".join(map(str, hops))), "jump_host of remotes.yaml")
    *before, last = hops
    words = ["ssh", "-i", os.path.expanduser(remote.key), "-o", "RemoteCommand=none", *_words(for_hop)]
    words += ["-l", last.user] if last.user else []
    words += ["-p", last.port] if last.port else []
    words += ["-J", ",".join(map(str, before))] if before else []
    command = " ".join(map(quote_if_needed, words))
    command = f"{_percent(command)} -W '[%h]:%p' -- {_percent(quote_if_needed(last.host))}"
    return _o(f"ProxyCommand={command}", "jump_host of remotes.yaml, with its key for the hop, too")


def quote_if_needed(word: str) -> str:
    """Quote a word for POSIX sh as people would, only if needed."""
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word, re.ASCII) else quote(word)


def command_by_hand(remote: Remote, *more: str) -> str:
    """Return the command with which a person reaches a remote without navi, as it is typed; `more` are options."""
    return " ".join(map(quote_if_needed, ("ssh", *more, *_words(route_options(remote)), remote.host)))


def _percent(text: str) -> str:
    return text.replace("%", "%%")


CONTROL_LIMIT = 3.0
"""Seconds for a request to a master: one that is stopped never answers, and ssh itself would wait for ever."""

BATCH = _o("BatchMode=yes", "nobody is there to answer a prompt")
NO_AGENT = SshOption(("-a", "-x"), "navi's own connections need neither your keys nor your display on the remote")
USE_MASTER = _o("ControlMaster=no", "another call opens the master")
PERSIST = _o("ControlPersist=60", "the master runs in the background, and ends a minute after its last use")
MAKE_MASTER = (
    _o("ControlMaster=yes", "this call opens the master"),
    PERSIST,
    SshOption(("-f", "-N"), "go into the background once connected, without a command"),
)
SAY_MORE = _o("LogLevel=DEBUG1", "ssh tells its log what it runs on the way, and when the login has succeeded")
ALONE = (
    _o("ControlPath=none", "share nothing"),
    _o("ControlPersist=no", "keep standard error open"),
    SAY_MORE,
)

COMMAND_OPTIONS = (
    _o("StdinNull=no", "the user's config may take standard input away, which brings the requests"),
    _o("SessionType=default", "the user's config may ask for a connection without a shell"),
    _o("ForkAfterAuthentication=no", "the user's config may send ssh into the background"),
)
HAVE_COMMAND_OPTIONS = (8, 7)
"""The first OpenSSH that has these options. An older one refuses them, and finds them in no configuration either."""

LOGIN_LIMIT = 300
"""Seconds that a person has for logging in, on every host of the way together."""

FOR_PERSON = (
    _o("BatchMode=no", "a person is there to answer prompts"),
    _o(f"ConnectTimeout={LOGIN_LIMIT}", "on the way, jump hosts may ask a person, too"),
    _o("ControlPersist=600", "a person who has logged in need not do so again for each verb"),
)


class SshCommand:
    """The command lines for one remote."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        self.remote = remote
        self._environment = environment

    @property
    def control(self) -> str:
        """The control socket's path: short, and another one as soon as anything in the entry changes.

        Checksums will do for its name, because nobody gains by a collision: to import hashlib takes milliseconds.
        """
        entry = os.fsencode(repr(tuple(self.remote)))
        return os.path.join(runtime_folder(self._environment), f"{crc32(entry):08x}{crc32(entry[::-1]):08x}")

    @property
    def kept(self) -> str:
        """The path of the file that exists while a person's login has opened the master, which then ends by itself."""
        return f"{self.control}.kept"

    def options(self, *more: SshOption) -> tuple[SshOption, ...]:
        """Return these options with those of every call."""
        return (*options(self.remote, self.control), *more)

    def words(self, *more: SshOption) -> tuple[str, ...]:
        """Return ssh with the options of every call and these."""
        return ("ssh", *_words(self.options(*more)), "--", self.remote.host)

    def overriding(self, *more: SshOption) -> tuple[str, ...]:
        """Return the same for options that contradict those of every call: of two values ssh uses the first."""
        return ("ssh", *_words(more), *self.words()[1:])

    def shell(self, *more: SshOption) -> tuple[str, ...]:
        """Return the command line that starts a shell for operations there."""
        return (*self.words(*self.shell_options(), *more), SHELL)

    def shell_options(self) -> tuple[SshOption, ...]:
        """Return the options of a call that starts a shell there."""
        return (*self._command_options(), BATCH, NO_AGENT)

    def _command_options(self) -> tuple[SshOption, ...]:
        """Return the options of a call that runs a command there, as far as the installed ssh knows them."""
        return COMMAND_OPTIONS if ssh_version(self._environment) >= HAVE_COMMAND_OPTIONS else ()

    def interactive(self, command: "Interactive") -> tuple[str, ...]:
        """Return the command line that runs a command over the master, in this terminal."""
        terminal = (SshOption(("-t",), "tmux needs a terminal"), _o("RequestTTY=force", "the same"), USE_MASTER)
        return (*self.overriding(*terminal, *self._command_options()), "exec " + " ".join(map(quote, command.argv)))

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person opens the master: ssh itself asks for what it needs."""
        chosen = (*FOR_PERSON, *MAKE_MASTER, *route_options(self.remote), *_settings(self.remote, self.control))
        return ("ssh", *_words(chosen), "--", self.remote.host)

    def make_master(self, *more: SshOption) -> tuple[str, ...]:
        """Return the command line that opens the master without a person."""
        return self.overriding(SAY_MORE, BATCH, *MAKE_MASTER, *more)

    def ask_master(self, request: str) -> tuple[str, ...]:
        """Return the command line that sends the master a request: check, or exit."""
        return self.words(SshOption(("-O", request), "a request to the master"))

    def alone(self, *more: SshOption) -> tuple[str, ...]:
        """Return the command line of a connection that shares nothing: only then does ssh pass on its hops' errors."""
        return (*self.overriding(*ALONE, BATCH, *self._command_options(), *more), "exit")


def _words(chosen: Iterable[SshOption]) -> Iterator[str]:
    return (word for option in chosen for word in option.words)


def master_process(status: int | None, errors: str) -> int | None:
    """Return the process of the master by what `ssh -O check` answered, None where no master answers."""
    number = errors.partition("(pid=")[2].partition(")")[0]
    return int(number) if status == 0 and number.isdecimal() else None


def log_options(log: Log, host: str, chosen: Iterable[SshOption]) -> None:
    """Log the options of a call, each with its reason."""
    for option in chosen:
        log.debug("%s: ssh %s: %s", host, " ".join(option.words), option.reason)
