"""What ssh's error messages mean: a typed failure for each, with its cause, its remedy and when to retry.

Only ssh's own words decide (see ssh_log.py). What a remote prints is reported as its words, and decides nothing. The
messages are those of OpenSSH 7.6 to 10; ssh does not translate them.
"""

import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from navi.config.remote import Remote
from navi.core.failure import LOGIN, RECONNECT, Failure, HostState, Retry
from navi.core.text import clean
from navi.hosts.shell_end import ShellEnd, known_cause
from navi.hosts.ssh_command import command_by_hand, quote_if_needed
from navi.hosts.ssh_log import failed_on_the_way, is_ssh, logged_in, proxy_command, unquoted


class FailureSign(NamedTuple):
    """A message by which a failure is known: its line begins with the pattern.

    In the cause, {0} is its line; in the remedy, {ssh} is the command with which a person reaches the remote, and
    {forget} the one that removes its key.
    """

    pattern: re.Pattern[str]
    state: HostState
    cause: str
    remedy: str
    retry: Retry = Retry.LATER


def _sign(pattern: str, state: HostState, cause: str, remedy: str, retry: Retry = Retry.LATER) -> FailureSign:
    return FailureSign(re.compile(pattern), state, cause, remedy, retry)


SIGNS = (
    _sign(
        "mux_client_request_session: session request failed|Session open refused",
        HostState.ERROR,
        "its sshd allows no further session over this connection",
        "raise MaxSessions in its sshd_config (navi uses up to 5)",
    ),
    _sign(
        "@ +WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED",
        HostState.HOSTKEY,
        "its host key has changed: another machine answers, or it was set up anew",
        f"find out why; then {{forget}}; then {LOGIN} to compare the fingerprint of the new key and accept it",
        Retry.SLOWLY,
    ),
    _sign(
        "Host key verification failed",
        HostState.HOSTKEY,
        "its host key is not known here",
        f"{LOGIN} to compare the fingerprint of its key and accept it",
        Retry.SLOWLY,
    ),
    _sign(
        "ssh: Could not resolve hostname",
        HostState.UNREACHABLE,
        "{0}",
        "check `host` in remotes.yaml or HostName in ~/.ssh/config, and the network",
    ),
    _sign(
        r"bind \S+: |getaddrinfo: |\S+: bind: |bind: ",
        HostState.UNREACHABLE,
        "{0}",
        "check BindAddress and BindInterface in ~/.ssh/config: this machine must have that address now",
    ),
    _sign(
        "ssh: connect to .*: Connection refused",
        HostState.UNREACHABLE,
        "{0}",
        "start sshd there, or check host and port",
    ),
    _sign(
        "ssh: connect to .*: (No route to host|Network is unreachable)",
        HostState.UNREACHABLE,
        "{0}",
        "check the network or the VPN",
    ),
    _sign(
        "ssh: connect to .*: (Connection|Operation) timed out|Connection timed out during banner exchange"
        "|Connection to .* timed out",
        HostState.UNREACHABLE,
        "{0}",
        "check that it is up and that no firewall drops the connection",
    ),
    _sign(
        r"channel \d+: open failed: administratively prohibited",
        HostState.ERROR,
        "it does not allow forwarding",
        "set AllowTcpForwarding yes in its sshd_config",
    ),
    _sign(
        r"channel \d+: open failed: ",
        HostState.UNREACHABLE,
        "{0}",
        "check host and port of the machine behind it, and whether sshd runs there",
    ),
    _sign(
        r"(kex|ssh)_exchange_identification: |Connection (closed|reset) by (?!UNKNOWN)",
        HostState.UNREACHABLE,
        "{0}",
        "sshd there closed the connection early: too many at once, or not an ssh server",
    ),
    _sign(
        r"Received disconnect from \S+ port \d+:2: Too many authentication failures",
        HostState.AUTH,
        "too many keys were tried",
        "set IdentitiesOnly yes and IdentityFile for it in ~/.ssh/config, so that only the right key is tried",
        Retry.ON_REQUEST,
    ),
    _sign(
        "no such identity: |Load key ",
        HostState.AUTH,
        "{0}",
        "check that `key` in remotes.yaml, or IdentityFile, names a private key that only you can read",
        Retry.SLOWLY,
    ),
    _sign(
        "Permission denied, please try again|sign_and_send_pubkey: ",
        HostState.AUTH,
        "{0}",
        f"{LOGIN} to log in once, or unlock the key in your agent",
        Retry.ON_REQUEST,
    ),
    _sign(
        r"\S+: Permission denied \(",
        HostState.AUTH,
        "{0}",
        f"{LOGIN} to log in once (passphrase, touch or code); navi then uses that connection",
        Retry.SLOWLY,
    ),
    _sign(
        "Unable to negotiate with ",
        HostState.ERROR,
        "{0}",
        "the two sides share no algorithm; see ssh_config(5), KexAlgorithms and HostKeyAlgorithms",
        Retry.ON_REQUEST,
    ),
    _sign(
        r".*: Bad configuration option: |Can't open user config|.*: terminating, \d+ bad configuration"
        r"|Bad owner or permissions|.*: unsupported option |.* keyword .* extra arguments"
        r"|\S*(config|command-line):? line \d+: ",
        HostState.ERROR,
        "{0}",
        "correct ~/.ssh/config; see how ssh reads it: {ssh} -G",
        Retry.ON_REQUEST,
    ),
    _sign(
        "hostname contains invalid characters|Invalid (host|jump|user)",
        HostState.ERROR,
        "{0}",
        "correct the entry in remotes.yaml",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Timeout, server |Connection to .* closed by remote host|.*: Broken pipe|.*: Connection reset",
        HostState.UNREACHABLE,
        "the connection was lost ({0})",
        RECONNECT,
        Retry.AT_ONCE,
    ),
    _sign(
        "Control socket |mux_client|Master refused",
        HostState.UNREACHABLE,
        "the shared connection is gone ({0})",
        RECONNECT,
        Retry.AT_ONCE,
    ),
)
"""Known failures, the most specific first."""

FOLLOWS = re.compile(
    r"kex_exchange_identification: (read: )?Connection (closed|reset) by|Connection closed by UNKNOWN"
    r"|ssh_dispatch_run_fatal: .* UNKNOWN|ssh: connect to .*: failure$|stdio forwarding failed"
)
"""Messages that only follow from another message, and count only where there is no other."""

PROGRESS = re.compile(r"debug\d: |OpenSSH_|Authenticated (to|using) |Transferred: |Bytes per second: ")
"""Messages of ssh at LogLevel DEBUG1 that are not errors."""

TURNED_AWAY = re.compile(
    r"^Connection (closed|reset) by (?!UNKNOWN|authenticating)\S+ port|Exceeded MaxStartups", re.MULTILINE
)


def turned_away(end: ShellEnd) -> bool:
    """Return whether an sshd closed the connection before the login, as one with too many connections does: it, or a
    jump host, says so, or a second attempt was successful.
    """
    while end.again:
        end = end.again
    return end.status == 0 or TURNED_AWAY.search(end.ssh) is not None


def explain(remote: Remote, end: ShellEnd) -> Failure:
    """Return what it means that the ssh to a remote ended in this way."""
    found = _on_the_way(remote, end)
    if found:
        return found
    lines = own_lines(end.ssh)
    found = _signed(remote, lines, end.ssh)
    if found:
        return _with_key(remote, found)
    if lines:
        remedy = f"run {command_by_hand(remote)} to see more"
        return Failure(HostState.ERROR, shorten(lines[0]), remedy, uncertain=True)
    return _of_shell(remote, end)


def own_lines(text: str) -> list[str]:
    """Return the lines of ssh's log that say what failed, without those that quote the remote."""
    lines = [line for line in unquoted(text) if not PROGRESS.match(line) and shorten(line)]
    if len(lines) > 1:
        lines = [line for line in lines if not FOLLOWS.match(line)] or lines
    return lines


def _signed(remote: Remote, lines: Sequence[str], text: str) -> Failure | None:
    """Return the failure that a known message names."""
    for sign in SIGNS:
        line = next((line for line in lines if sign.pattern.match(line)), None)
        if line is not None:
            cause = sign.cause.replace("{0}", shorten(line))
            remedy = sign.remedy.replace("{ssh}", command_by_hand(remote))
            remedy = remedy.replace("{forget}", _forget_key(remote, text))
            return Failure(sign.state, cause, remedy, sign.retry, remote.name if LOGIN in remedy else "")
    return None


def _with_key(remote: Remote, failure: Failure) -> Failure:
    """Name the configured key if a login failed because it can't be read: ssh says so among the remote's words."""
    key = os.path.expanduser(remote.key)
    if failure.state is not HostState.AUTH or not key or os.access(key, os.R_OK):
        return failure
    why = "can't be read" if os.path.lexists(key) else "does not exist"
    remedy = "check that `key` in remotes.yaml names a private key that only you can read"
    return Failure(HostState.AUTH, f"the key {clean(key)} {why}", remedy, failure.retry)


def _forget_key(remote: Remote, errors: str) -> str:
    """Return the command that removes a key that has changed from the file of known hosts that ssh named."""
    name = re.search(r"^Host key for (\S+) has changed", "\n".join(unquoted(errors)), re.MULTILINE)
    file = known_hosts_file(errors)
    words = ["ssh-keygen", *(["-f", file] if file else []), "-R", name[1] if name else _known_as(remote)]
    return " ".join(map(quote_if_needed, words))


def known_hosts_file(errors: str) -> str:
    """Return the file of known hosts that ssh named because it has another key of the host; "" if it named none."""
    found = re.search(r"^Offending .* key in (.+):\d+$", "\n".join(unquoted(errors)), re.MULTILINE)
    return found[1] if found else ""


def _known_as(remote: Remote) -> str:
    """Return the name of a remote in the files of known hosts, if no configuration of ssh gives it another one."""
    return f"[{remote.host}]:{remote.port}" if remote.port not in (0, 22) else remote.host


# ---- jump hosts and ProxyCommand


def _on_the_way(remote: Remote, end: ShellEnd) -> Failure | None:
    """Return why a hop on the way to a remote failed, as second attempts show; None if they do not show more."""
    command, failed = "", end
    while failed.again:
        command, failed = proxy_command(failed.ssh), failed.again
    own = proxy_command(failed.ssh)
    if command and own and failed_on_the_way(failed):
        words = "; ".join(shorten(line) for line in failed.errors.splitlines()[:2]) or "nothing"
        cause = f"ProxyCommand ({shorten(own)}) failed and printed: {words}"
        return Failure(HostState.UNREACHABLE, cause, f"run {command_by_hand(remote)} to see more")
    return _of_jump(remote, _destination(command), failed) if is_ssh(command) else None


def _destination(command: str) -> str:
    """Return the name of a jump host: the last word of the ssh to it; "" if that is not a name."""
    word = command.rpartition(" ")[2]
    return "" if word.startswith(("-", "'", "[")) else clean(word)


def _of_jump(remote: Remote, name: str, end: ShellEnd) -> Failure | None:
    """Return why an ssh to a jump host failed; None if it did not. Only its own words count, as for any ssh."""
    who = f"jump host {name}".rstrip()
    check = f"see more: navi doctor {remote.name}"
    lines = own_lines(end.ssh)
    found = _signed(remote, lines, end.ssh)
    if found is None:
        if not lines and logged_in(end.ssh):
            return None
        cause = f"{who}: {shorten(lines[0])}" if lines else f"{who} closed the connection"
        return Failure(HostState.UNREACHABLE, cause, check)
    remedy = f"{check}; or {LOGIN}" if LOGIN in found.remedy else check
    return Failure(found.state, f"{who}: {found.cause}", remedy, found.retry, found.host)


# ---- the remote's own words


def _of_shell(remote: Remote, end: ShellEnd) -> Failure:
    """Return the failure by what the shell printed and how it ended: ssh itself has reported nothing."""
    failure = known_cause(end.errors)
    if failure:
        return failure
    words = (end.errors.splitlines() or end.printed.splitlines() or [""])[-1]
    printed = f"; it printed: {shorten(words)}" if shorten(words) else ""
    if end.status == 127:
        return Failure(HostState.ERROR, "there is no sh on its PATH", "navi needs a POSIX sh there",
                       Retry.ON_REQUEST)  # fmt: skip
    see = f"run {command_by_hand(remote)} to see more"
    if end.status not in (255, None):
        cause = f"no sh answered: its login shell exited with status {end.status}{printed}"
        return Failure(HostState.ERROR, cause, f"the account must be able to run `exec sh -s`; {see}")
    if printed:
        cause = f"the connection or its login shell ended with status 255{printed}"
        return Failure(HostState.ERROR, cause, see, uncertain=True)
    return Failure(HostState.UNREACHABLE, "ssh exited without an error message", RECONNECT, Retry.AT_ONCE)


def shorten(line: str) -> str:
    """Return a line of ssh, shortened, without the words that only name ssh."""
    line = re.sub(r"^ssh: (connect to )?", "", line.strip().rstrip(".")).strip()
    return line if len(line) <= 160 else line[:159] + "…"
