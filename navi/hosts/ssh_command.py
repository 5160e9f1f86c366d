"""ssh's command lines: the only place that builds them. Pure, but for the folder of the control sockets.

The user's own ~/.ssh/config decides everything that is not listed in `options`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from navi.config.remote import Remote
from navi.core.log import Log
from navi.hosts.sockets import runtime_folder
from navi.hosts.wire import quote

if TYPE_CHECKING:
    from navi.ops.attach import Interactive

SHELL = "exec sh -s"
"""The only command that a remote's login shell ever gets."""


class Option(NamedTuple):
    """Words on the ssh command line, and why they are there."""

    words: tuple[str, ...]
    reason: str


def _o(setting: str, reason: str) -> Option:
    return Option(("-o", setting), reason)


def options(remote: Remote, control: str) -> tuple[Option, ...]:
    """Return the options of every call for this remote. `control` is the path of its control socket."""
    found = [
        _o(f"ControlPath={_percent(control)}", "one connection for everything, with a control socket of navi's own"),
        _o(f"ConnectTimeout={max(1, round(remote.connect_timeout))}", "connect_timeout of remotes.yaml"),
        _o("ServerAliveInterval=5", "notice a host that is gone"),
        _o("ServerAliveCountMax=3", "wait 15 seconds for its answer"),
        _o("Compression=yes", "requests are long texts: a third of the bytes takes fewer round trips"),
        _o("RequestTTY=no", "the user's config may ask for a terminal"),
        _o("RemoteCommand=none", "the user's config may name another command"),
        _o("ClearAllForwardings=yes", "forwardings belong to the user's own connections, and could clash with them"),
        _o("PermitLocalCommand=no", "the user's config may run a command on this machine"),
        _o("LogLevel=INFO", "the user's config may silence ssh, and its messages say what failed"),
    ]
    if remote.user:
        found.append(Option(("-l", remote.user), "user of remotes.yaml"))
    if remote.port:
        found.append(Option(("-p", str(remote.port)), "port of remotes.yaml"))
    if remote.key:
        found.append(Option(("-i", os.path.expanduser(remote.key)), "key of remotes.yaml"))
    if remote.jump_host:
        found.append(_jump(remote))
    return tuple(found)


def _jump(remote: Remote) -> Option:
    """Return the option for jump_host. -i does not apply to a hop that -J opens, so with a key it is a ProxyCommand."""
    hops = [f"{remote.user}@{hop}" if remote.user and "@" not in hop else hop for hop in remote.jump_host.split(",")]
    if not remote.key:
        return Option(("-J", ",".join(hops)), "jump_host of remotes.yaml")
    key = quote(os.path.expanduser(remote.key))
    *before, last = hops
    jumps = f"-J {quote(','.join(before))} " if before else ""
    words = f"ssh -i {key} -o RemoteCommand=none {jumps}-W '[\0]:\1' -- {quote('ssh://' + last)}"
    words = _percent(words).replace("\0", "%h").replace("\1", "%p")
    return _o(f"ProxyCommand={words}", "jump_host of remotes.yaml, with its key for the hop, too")


def _percent(text: str) -> str:
    return text.replace("%", "%%")


CONTROL_LIMIT = 3.0
"""Seconds for a request to a master: one that is stopped never answers, and ssh itself would wait for ever."""

BATCH = _o("BatchMode=yes", "nobody is there to answer a prompt")
NO_AGENT = Option(("-a", "-x"), "navi's own connections need neither your keys nor your display on the remote")
SHELL_OPTIONS = (BATCH, NO_AGENT)
USE_MASTER = _o("ControlMaster=no", "another call opens the master")
PERSIST = _o("ControlPersist=60", "the master runs in the background, and ends a minute after its last use")
SHARE_MASTER = (_o("ControlMaster=auto", "share the master, or open one where none is running"), PERSIST)
MAKE_MASTER = (
    _o("ControlMaster=yes", "this call opens the master"),
    PERSIST,
    Option(("-f", "-N"), "go into the background once connected, without a command"),
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

    def options(self, *more: Option) -> tuple[Option, ...]:
        """Return the options of every call and these."""
        return (*options(self.remote, self.control), *more)

    def words(self, *more: Option) -> tuple[str, ...]:
        """Return ssh with the options of every call and these."""
        return ("ssh", *_words(self.options(*more)), "--", self.remote.host)

    def overriding(self, *more: Option) -> tuple[str, ...]:
        """Return the same where these contradict the options of every call: of two values ssh takes the first."""
        return ("ssh", *_words(more), *self.words()[1:])

    def shell(self, *more: Option) -> tuple[str, ...]:
        """Return the command line that starts a shell for operations there."""
        return (*self.words(*SHELL_OPTIONS, *more), SHELL)

    def interactive(self, command: "Interactive") -> tuple[str, ...]:
        """Return the command line that runs a command over the master, in this terminal."""
        terminal = (Option(("-t",), "tmux needs a terminal"), _o("RequestTTY=force", "the same"), USE_MASTER)
        return (*self.overriding(*terminal), "exec " + " ".join(map(quote, command.words)))

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person opens the master: ssh itself asks for what it needs."""
        return self.overriding(_o("BatchMode=no", "a person is there to answer prompts"), *MAKE_MASTER)

    def make_master(self) -> tuple[str, ...]:
        """Return the command line that opens the master without a person."""
        return self.words(BATCH, *MAKE_MASTER)

    def ask_master(self, request: str) -> tuple[str, ...]:
        """Return the command line that sends the master a request: check, or exit."""
        return self.words(Option(("-O", request), "a request to the master"))

    def alone(self) -> tuple[str, ...]:
        """Return the command line of a connection that shares nothing: only then does ssh pass on its hops' errors."""
        alone = (_o("ControlPath=none", "share nothing"), _o("ControlPersist=no", "keep standard error open"))
        return (*self.overriding(*alone, BATCH), "exit")


def _words(chosen: Iterable[Option]) -> Iterator[str]:
    return (word for option in chosen for word in option.words)


def master_process(status: int | None, errors: str) -> int | None:
    """Return the process of the master by what `ssh -O check` answered, None where no master answers."""
    number = errors.partition("(pid=")[2].partition(")")[0]
    return int(number) if status == 0 and number.isdecimal() else None


def log_options(log: Log, host: str, chosen: Iterable[Option]) -> None:
    """Log the options of a call, each with its reason."""
    for option in chosen:
        log.debug("%s: ssh %s: %s", host, " ".join(option.words), option.reason)
