"""What an ssh failure means: one typed failure for each, with its cause and what a person can do about it.

The texts are those of OpenSSH 7.6 to 10; ssh does not translate them.
"""

import re
from typing import NamedTuple

from navi.core.failure import Failure, HostState, Retry


class Sign(NamedTuple):
    """A text by which a failure is known. In the cause, {0} is the line itself; in the remedy, {host} the remote."""

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
        "make sure why, then remove the old key with ssh-keygen -R and press A",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Host key verification failed",
        HostState.HOSTKEY,
        "its host key is not known here",
        "press A (or run ssh {host}) and compare the fingerprint that it shows",
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
        "see that `key` in remotes.yaml, or IdentityFile, names a private key that only you can read; then press A",
        Retry.ON_REQUEST,
    ),
    _sign(
        r"Permission denied \(",
        HostState.AUTH,
        "{0}",
        "press A to log in once (passphrase, touch or code); everything then goes through that connection",
        Retry.ON_REQUEST,
    ),
    _sign(
        r"Permission denied, please try again|agent refused operation|sign_and_send_pubkey",
        HostState.AUTH,
        "{0}",
        "press A to log in once, or unlock the key in your agent",
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
        "mend ~/.ssh/config; ssh -G {host} shows what ssh makes of it",
        Retry.ON_REQUEST,
    ),
    _sign(
        "hostname contains invalid characters|Invalid (host|jump|user)",
        HostState.ERROR,
        "{0}",
        "mend the entry in remotes.yaml",
        Retry.ON_REQUEST,
    ),
    _sign(
        "Timeout, server|[Cc]losed by remote host|Broken pipe|Connection reset",
        HostState.UNREACHABLE,
        "the connection was lost ({0})",
        "navi connects again by itself",
        Retry.AT_ONCE,
    ),
    _sign(
        "Control socket|mux_client|Master refused",
        HostState.UNREACHABLE,
        "the shared connection is gone ({0})",
        "navi connects again by itself",
        Retry.AT_ONCE,
    ),
    _sign(
        "Connection (closed|reset) by UNKNOWN",
        HostState.UNREACHABLE,
        "the jump host closed the connection",
        "check `jump_host` or ProxyJump: log in to the jump host by hand",
    ),
)
"""Known failures, the most telling first: a jump host's own error stands before what follows from it."""


def explain(host: str, status: int | None, words: str) -> Failure:
    """Say what it means that ssh for a remote of this name ended so. `words` is what it wrote to standard error."""
    lines = [line for line in words.splitlines() if _shorten(line)]
    if any("UNKNOWN port" in line for line in lines):  # a hop failed, and this only follows from it
        lines = [line for line in lines if "kex_exchange_identification" not in line]
    for sign in SIGNS:
        line = next((line for line in lines if sign.pattern.search(line)), None)
        if line is not None:
            cause = sign.cause.replace("{0}", _shorten(line))
            return Failure(sign.state, cause, sign.remedy.replace("{host}", host), sign.retry)
    if status == 127:
        return Failure(HostState.ERROR, "there is no sh on its PATH", "navi needs a POSIX sh there", Retry.ON_REQUEST)
    if lines:
        return Failure(HostState.ERROR, _shorten(lines[-1]), f"run ssh {host} by hand to see more")
    cause = "the connection ended without a word"
    return Failure(HostState.UNREACHABLE, cause, "navi connects again by itself", Retry.AT_ONCE)


def _shorten(line: str) -> str:
    line = re.sub(r"^ssh: (connect to )?", "", line.strip().rstrip(".")).strip()
    return line if len(line) <= 160 else line[:159] + "…"
