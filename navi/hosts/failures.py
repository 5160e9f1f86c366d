"""What ssh's error messages mean: a typed failure for each, with its cause, its remedy and when to retry.

The messages are those of OpenSSH 7.6 to 10; ssh does not translate them.
"""

import re
from typing import NamedTuple

from navi.core.failure import RECONNECT, Failure, HostState, Retry


class Sign(NamedTuple):
    """A message by which a failure is known. In the cause, {0} is its line; in the remedy, {host} is the remote."""

    pattern: re.Pattern[str]
    state: HostState
    cause: str
    remedy: str
    retry: Retry = Retry.LATER


def _sign(pattern: str, state: HostState, cause: str, remedy: str, retry: Retry = Retry.LATER) -> Sign:
    return Sign(re.compile(pattern), state, cause, remedy, retry)


SIGNS = (
    _sign(
        "session request failed|Session open refused",
        HostState.ERROR,
        "its sshd allows no further session over this connection",
        "raise MaxSessions in its sshd_config (navi uses up to 5)",
    ),
    _sign(
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        HostState.HOSTKEY,
        "its host key has changed: another machine answers, or it was set up anew",
        "find out why, then remove the old key with ssh-keygen -R and press A in the dashboard",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Host key verification failed",
        HostState.HOSTKEY,
        "its host key is not known here",
        "run ssh {host}, or press A in the dashboard, and compare the fingerprint that it shows",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Could not resolve hostname",
        HostState.UNREACHABLE,
        "{0}",
        "check `host` in remotes.yaml or HostName in ~/.ssh/config, and the network",
    ),
    _sign("Connection refused", HostState.UNREACHABLE, "{0}", "start sshd there, or check host and port"),
    _sign(
        "No route to host|Network is unreachable",
        HostState.UNREACHABLE,
        "{0}",
        "check the network or the VPN",
    ),
    _sign(
        "Connection timed out|Operation timed out|timed out during banner exchange",
        HostState.UNREACHABLE,
        "{0}",
        "check that it is up and that no firewall drops the connection",
    ),
    _sign(
        r"kex_exchange_identification|ssh_exchange_identification|Connection (closed|reset) by (?!UNKNOWN)",
        HostState.UNREACHABLE,
        "{0}",
        "sshd there closed the connection early: too many at once, or not an ssh server",
    ),
    _sign(
        "Too many authentication failures",
        HostState.AUTH,
        "too many keys were tried",
        "set IdentitiesOnly yes and IdentityFile for it in ~/.ssh/config, so that only the right key is tried",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Identity file .* not accessible|no such identity|Load key ",
        HostState.AUTH,
        "{0}",
        "check that `key` in remotes.yaml, or IdentityFile, names a private key that only you can read",
        Retry.ON_REQUEST,
    ),
    _sign(
        r"Permission denied \(",
        HostState.AUTH,
        "{0}",
        "press A in the dashboard to log in once (passphrase, touch or code); navi then uses that connection",
        Retry.ON_REQUEST,
    ),
    _sign(
        r"Permission denied, please try again|agent refused operation|sign_and_send_pubkey",
        HostState.AUTH,
        "{0}",
        "press A in the dashboard to log in once, or unlock the key in your agent",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Unable to negotiate|no matching .* found",
        HostState.ERROR,
        "{0}",
        "the two sides share no algorithm; see ssh_config(5), KexAlgorithms and HostKeyAlgorithms",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Bad configuration option|Can't open user config|terminating, [0-9]+ bad configuration|Bad owner or permissions"
        "|unsupported option|keyword .* extra arguments",
        HostState.ERROR,
        "{0}",
        "correct ~/.ssh/config; ssh -G {host} shows how ssh reads it",
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
        "Timeout, server|[Cc]losed by remote host|Broken pipe|Connection reset",
        HostState.UNREACHABLE,
        "the connection was lost ({0})",
        RECONNECT,
        Retry.AT_ONCE,
    ),
    _sign(
        "Control socket|mux_client|Master refused",
        HostState.UNREACHABLE,
        "the shared connection is gone ({0})",
        RECONNECT,
        Retry.AT_ONCE,
    ),
    _sign(
        "Connection (closed|reset) by UNKNOWN",
        HostState.UNREACHABLE,
        "the jump host closed the connection",
        "check `jump_host` or ProxyJump: log in to the jump host by hand",
    ),
)
"""Known failures, the most specific first: a jump host's own error comes before what follows from it."""


def explain(host: str, status: int | None, errors: str) -> Failure:
    """Return what it means that ssh to a remote of this name ended with this status and these errors."""
    lines = [line for line in errors.splitlines() if _shorten(line)]
    if any("UNKNOWN port" in line for line in lines):  # a hop failed, and this message only follows from it
        lines = [line for line in lines if "kex_exchange_identification" not in line]
    for sign in SIGNS:
        line = next((line for line in lines if sign.pattern.search(line)), None)
        if line is not None:
            cause = sign.cause.replace("{0}", _shorten(line))
            return Failure(sign.state, cause, sign.remedy.replace("{host}", host), sign.retry)
    if status == 127:
        return Failure(HostState.ERROR, "there is no sh on its PATH", "navi needs a POSIX sh there", Retry.ON_REQUEST)
    if lines:
        return Failure(HostState.ERROR, _shorten(lines[-1]), f"run ssh {host} to see more")
    cause = "ssh exited without an error message"
    return Failure(HostState.UNREACHABLE, cause, RECONNECT, Retry.AT_ONCE)


LONGEST_PAUSE = 60.0
"""Seconds between two attempts at a host, at most."""


def pause_before(attempt: int, retry: Retry, chance: float) -> float:
    """Return the seconds to wait before an attempt (counted from 1), or infinity. `chance` is a number from 0 to 1.

    The jitter keeps many hosts behind one bastion from being tried in step.
    """
    if retry is Retry.ON_REQUEST:
        return float("inf")
    if retry is Retry.AT_ONCE and attempt <= 1:
        return 0.2 * chance
    return min(LONGEST_PAUSE, 2.0 ** min(attempt - 1, 10)) * (0.5 + chance / 2)


def _shorten(line: str) -> str:
    line = re.sub(r"^ssh: (connect to )?", "", line.strip().rstrip(".")).strip()
    return line if len(line) <= 160 else line[:159] + "…"
