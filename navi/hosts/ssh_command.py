"""The ssh command line: the only place that builds one. Pure, but for the folder that its socket lies in.

The user's own ~/.ssh/config decides everything that is not listed in `options`.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from navi.config.remote import Remote
from navi.hosts.sockets import runtime_folder
from navi.hosts.wire import quote

if TYPE_CHECKING:
    from navi.ops.attach import Interactive

SHELL = "exec sh -s"
"""All that a remote's login shell ever sees of an operation."""


class Option(NamedTuple):
    """Words on the ssh command line, and why they are there."""

    words: tuple[str, ...]
    reason: str


def _o(setting: str, reason: str) -> Option:
    return Option(("-o", setting), reason)


def options(remote: Remote, control: str) -> tuple[Option, ...]:
    """Return the options that every call for this remote has. `control` is the path of its control socket."""
    found = [
        _o(f"ControlPath={_percent(control)}", "one connection for everything, at a path of navi's own"),
        _o(f"ConnectTimeout={max(1, round(remote.connect_timeout))}", "connect_timeout of remotes.yaml"),
        _o("ServerAliveInterval=5", "notice a host that is gone"),
        _o("ServerAliveCountMax=3", "give it 15 seconds"),
        _o("Compression=yes", "requests are long texts: a third of the bytes takes fewer round trips on a far line"),
        _o("RequestTTY=no", "the user's config may ask for a terminal"),
        _o("RemoteCommand=none", "the user's config may name another command"),
        _o("ClearAllForwardings=yes", "forwardings are for the user's own connections, and could clash with them"),
        _o("PermitLocalCommand=no", "nothing is to be run on this machine"),
        _o("LogLevel=INFO", "the user's config may silence it, and its words say what failed"),
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
    """The way over the bastion. -i does not reach a hop that -J opens, so with a key the hop is spelled out."""
    hops = [f"{remote.user}@{hop}" if remote.user and "@" not in hop else hop for hop in remote.jump_host.split(",")]
    if not remote.key:
        return Option(("-J", ",".join(hops)), "jump_host of remotes.yaml")
    key = quote(os.path.expanduser(remote.key))
    *before, last = hops
    way = f"-J {quote(','.join(before))} " if before else ""
    words = f"ssh -i {key} -o RemoteCommand=none {way}-W '[\0]:\1' -- {quote('ssh://' + last)}"
    words = _percent(words).replace("\0", "%h").replace("\1", "%p")
    return _o(f"ProxyCommand={words}", "jump_host of remotes.yaml, with key of remotes.yaml for the hop too")


def _percent(text: str) -> str:
    return text.replace("%", "%%")


CONTROL_LIMIT = 3.0
"""Seconds for a question to a master: a stopped one never answers, and ssh itself would wait for ever."""

BATCH = _o("BatchMode=yes", "nobody is there to be asked")
NO_AGENT = Option(("-a", "-x"), "navi's own lines need neither your keys nor your display at the far end")
USE_MASTER = _o("ControlMaster=no", "only one task opens the master")
PERSIST = _o("ControlPersist=60", "the master goes on by itself, and ends a minute after its last use")
SHARE_MASTER = (_o("ControlMaster=auto", "a single call opens the master where there is none"), PERSIST)
MAKE_MASTER = (
    _o("ControlMaster=yes", "this call opens the master"),
    PERSIST,
    Option(("-f", "-N"), "into the background once it stands, without a command"),
)


class SshCommand:
    """The command lines for one remote."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        self.remote = remote
        self._environment = environment

    @property
    def control(self) -> str:
        """The control socket's path: short, and another one as soon as anything in the entry changes.

        Nobody gains by two entries with the same sum, so two simple ones will do: to import hashlib takes milliseconds.
        """
        entry = os.fsencode(repr(tuple(self.remote)))
        return os.path.join(runtime_folder(self._environment), f"{crc32(entry):08x}{crc32(entry[::-1]):08x}")

    def words(self, *more: Option) -> tuple[str, ...]:
        """Return ssh with the options of every call and these."""
        chosen = (*options(self.remote, self.control), *more)
        return ("ssh", *(word for option in chosen for word in option.words), "--", self.remote.host)

    def stronger(self, *more: Option) -> tuple[str, ...]:
        """The same where the options contradict those of every call: the first of a setting counts."""
        return ("ssh", *(word for option in more for word in option.words), *self.words()[1:])

    def shell(self, *more: Option) -> tuple[str, ...]:
        """Return the words that start a shell for operations there."""
        return (*self.words(BATCH, NO_AGENT, *more), SHELL)

    def interactive(self, command: "Interactive") -> tuple[str, ...]:
        """Return the words that run a command over the master, in this terminal."""
        terminal = (Option(("-t",), "tmux needs a terminal"), _o("RequestTTY=force", "the same"), USE_MASTER)
        return (*self.stronger(*terminal), "exec " + " ".join(map(quote, command.words)))

    def authenticate(self) -> tuple[str, ...]:
        """Return the words by which a person opens the master: ssh itself asks for what it needs."""
        return self.stronger(_o("BatchMode=no", "a person is there"), *MAKE_MASTER)

    def make_master(self) -> tuple[str, ...]:
        """Return the words that open the master without a person."""
        return self.words(BATCH, *MAKE_MASTER)

    def ask_master(self, word: str) -> tuple[str, ...]:
        """Return the words that give a word to the master: check, or exit."""
        return self.words(Option(("-O", word), "a word to the master"))

    def alone(self) -> tuple[str, ...]:
        """A connection that shares nothing: only then does ssh let its hops' errors through."""
        alone = (_o("ControlPath=none", "share nothing"), _o("ControlPersist=no", "keep standard error open"))
        return (*self.stronger(*alone, BATCH), "exit")
