"""What ssh's last words mean. The texts are those that OpenSSH prints; real ones are in test_hosts_openssh.py."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from navi.core.failure import HostState, Retry
from navi.hosts.failures import explain

UNREACHABLE, AUTH, HOSTKEY, ERROR = HostState.UNREACHABLE, HostState.AUTH, HostState.HOSTKEY, HostState.ERROR
NOW, LATER, ASKED = Retry.AT_ONCE, Retry.LATER, Retry.ON_REQUEST

CHANGED = """\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key verification failed.
"""

JUMP_REFUSED = """\
ssh: connect to host bastion port 22: Connection refused
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535
"""

JUMP_DENIED = """\
sean@bastion: Permission denied (publickey).
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535
"""

JUMP_SILENT = """\
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535
"""

SESSIONS = """\
mux_client_request_session: session request failed: Session open refused by peer
ControlSocket /run/user/0/navi/x already exists, disabling multiplexing
sean@host: Permission denied (publickey).
"""

MISSING_KEY = """\
Warning: Identity file /home/sean/.ssh/id_rsa not accessible: No such file or directory.
sean@host: Permission denied (publickey).
"""

CASES = [
    (255, "ssh: Could not resolve hostname dev: Name or service not known", UNREACHABLE, LATER, "Could not resolve"),
    (255, "ssh: connect to host h port 22: Connection refused", UNREACHABLE, LATER, "host h port 22: Connection"),
    (255, "ssh: connect to host h port 22: No route to host", UNREACHABLE, LATER, "No route to host"),
    (255, "ssh: connect to host h port 22: Network is unreachable", UNREACHABLE, LATER, "Network"),
    (255, "ssh: connect to host h port 22: Connection timed out", UNREACHABLE, LATER, "timed out"),
    (255, "ssh: connect to host h port 22: Operation timed out", UNREACHABLE, LATER, "timed out"),
    (255, "Connection timed out during banner exchange", UNREACHABLE, LATER, "banner exchange"),
    (255, "kex_exchange_identification: read: Connection reset by peer", UNREACHABLE, LATER, "kex_exchange"),
    (255, "kex_exchange_identification: Connection closed by remote host", UNREACHABLE, LATER, "closed"),
    (255, "Connection closed by 10.0.0.1 port 22", UNREACHABLE, LATER, "Connection closed by 10.0.0.1"),
    (255, "sean@h: Permission denied (publickey,password).", AUTH, ASKED, "Permission denied (publickey"),
    (255, "Received disconnect from h port 22:2: Too many authentication failures", AUTH, ASKED, "too many keys"),
    (255, 'sign_and_send_pubkey: signing failed for RSA "k": agent refused operation', AUTH, ASKED, "agent refused"),
    (255, MISSING_KEY, AUTH, ASKED, "id_rsa not accessible"),
    (255, 'Load key "/k": bad permissions\nsean@h: Permission denied (publickey).', AUTH, ASKED, 'Load key "/k"'),
    (255, CHANGED, HOSTKEY, ASKED, "has changed"),
    (255, "Host key verification failed.", HOSTKEY, ASKED, "not known here"),
    (255, "Unable to negotiate with h port 22: no matching host key type found.", ERROR, ASKED, "Unable to negotiate"),
    (255, "/home/s/.ssh/config: line 3: Bad configuration option: foo", ERROR, ASKED, "Bad configuration option"),
    (255, "Bad owner or permissions on /home/s/.ssh/config", ERROR, ASKED, "Bad owner"),
    (255, "hostname contains invalid characters", ERROR, ASKED, "invalid characters"),
    (255, "Timeout, server h not responding.\r", UNREACHABLE, NOW, "lost (Timeout, server h not responding)"),
    (255, "Connection to h closed by remote host.\r", UNREACHABLE, NOW, "was lost"),
    (255, "client_loop: send disconnect: Broken pipe", UNREACHABLE, NOW, "Broken pipe"),
    (255, SESSIONS, ERROR, LATER, "no further session"),
    (255, "mux_client_hello_exchange: read packet failed", UNREACHABLE, NOW, "shared connection is gone"),
    (255, JUMP_REFUSED, UNREACHABLE, LATER, "host bastion port 22: Connection refused"),
    (255, JUMP_DENIED, AUTH, ASKED, "sean@bastion: Permission denied"),
    (255, JUMP_SILENT, UNREACHABLE, LATER, "the jump host closed the connection"),
    (127, "", ERROR, ASKED, "no sh on its PATH"),
    (127, "bash: line 1: exec: sh: not found", ERROR, ASKED, "no sh on its PATH"),
    (255, "", UNREACHABLE, NOW, "without an error message"),
    (None, "", UNREACHABLE, NOW, "without an error message"),
    (255, "\n \nsomething new\n", ERROR, LATER, "something new"),
]


@pytest.mark.parametrize(("status", "words", "state", "retry", "cause"), CASES)
def test_each_failure_is_known(status: int | None, words: str, state: HostState, retry: Retry, cause: str) -> None:
    found = explain("dev", status, words)
    assert (found.state, found.retry) == (state, retry)
    assert cause in found.cause
    assert "{" not in found.cause + found.remedy
    assert found.remedy


def test_a_remedy_names_the_remote() -> None:
    assert "ssh dev" in explain("dev", 255, "Host key verification failed.").remedy
    assert "run ssh dev" in explain("dev", 1, "what is this").remedy


@given(st.none() | st.integers(0, 255), st.text(max_size=400))
@example(None, ".")
@example(None, "\x1f")
@example(255, "ssh: .")
def test_any_words_are_explained_in_one_line_that_is_not_too_long(status: int | None, words: str) -> None:
    found = explain("dev", status, words)
    assert found.cause
    assert len(found.cause.splitlines()) == 1
    assert len(found.cause) < 250
