"""What ssh's words mean, and that nobody else's words mean anything. The texts are those that OpenSSH 9.2 to 10 prints;
real ones are in test_engines.py and test_trio_openssh.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from navi.config.remote import Remote
from navi.core.failure import HostState, Retry
from navi.hosts.failures import explain, known_hosts_file
from navi.hosts.shell_end import ShellEnd
from navi.hosts.ssh_log import hop_command, proxy_command

DEV = Remote("dev", "dev")
UNREACHABLE, AUTH, HOSTKEY, ERROR = HostState.UNREACHABLE, HostState.AUTH, HostState.HOSTKEY, HostState.ERROR
NOW, LATER, SLOW, ASKED = Retry.AT_ONCE, Retry.LATER, Retry.SLOWLY, Retry.ON_REQUEST

CHANGED = """\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key verification failed.
"""

SESSIONS = """\
mux_client_request_session: session request failed: Session open refused by peer
ControlSocket /run/user/0/navi/x already exists, disabling multiplexing
sean@host: Permission denied (publickey).
"""

BIND_ADDRESS = """\
bind 192.0.2.1: Cannot assign requested address
ssh: connect to host h port 22: failure
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
    (255, "sean@h: Permission denied (publickey,password).", AUTH, SLOW, "Permission denied (publickey"),
    (255, "Received disconnect from h port 22:2: Too many authentication failures", AUTH, ASKED, "too many keys"),
    (255, 'sign_and_send_pubkey: signing failed for RSA "k": agent refused operation', AUTH, ASKED, "agent refused"),
    (255, "no such identity: /home/sean/.ssh/id_rsa: No such file or directory", AUTH, SLOW, "id_rsa: No such file"),
    (255, 'Load key "/k": bad permissions\nsean@h: Permission denied (publickey).', AUTH, SLOW, 'Load key "/k"'),
    (255, CHANGED, HOSTKEY, SLOW, "has changed"),
    (255, "Host key verification failed.", HOSTKEY, SLOW, "not known here"),
    (255, "Unable to negotiate with h port 22: no matching host key type found.", ERROR, ASKED, "Unable to negotiate"),
    (255, "/home/s/.ssh/config: line 3: Bad configuration option: foo", ERROR, ASKED, "Bad configuration option"),
    (255, "Bad owner or permissions on /home/s/.ssh/config", ERROR, ASKED, "Bad owner"),
    (255, "hostname contains invalid characters", ERROR, ASKED, "invalid characters"),
    (255, "Timeout, server h not responding.\r", UNREACHABLE, NOW, "lost (Timeout, server h not responding)"),
    (255, "Connection to h closed by remote host.\r", UNREACHABLE, NOW, "was lost"),
    (255, "client_loop: send disconnect: Broken pipe", UNREACHABLE, NOW, "Broken pipe"),
    (255, SESSIONS, ERROR, LATER, "no further session"),
    (255, "mux_client_hello_exchange: read packet failed", UNREACHABLE, NOW, "shared connection is gone"),
    (255, BIND_ADDRESS, UNREACHABLE, LATER, "bind 192.0.2.1: Cannot assign requested address"),
    (255, "ssh: connect to host h port 22: failure", ERROR, LATER, "host h port 22: failure"),
    (255, "Received disconnect from h port 22:11: Bye\nHost key verification failed.", ERROR, LATER, "disconnect"),
    (127, "", ERROR, ASKED, "no sh on its PATH"),
    (255, "", UNREACHABLE, NOW, "without an error message"),
    (None, "", UNREACHABLE, NOW, "without an error message"),
    (255, "\n \nsomething new\n", ERROR, LATER, "something new"),
]


@pytest.mark.parametrize(("status", "words", "state", "retry", "cause"), CASES)
def test_each_failure_is_known(status: int | None, words: str, state: HostState, retry: Retry, cause: str) -> None:
    found = explain(DEV, ShellEnd(status, ssh=words))
    assert (found.state, found.retry) == (state, retry)
    assert cause in found.cause
    assert "{" not in found.cause + found.remedy_in_verbs + found.remedy_with_key("F9")
    assert found.remedy


# ---- what others say decides nothing

ENDED = "the connection or its login shell ended with status 255; it printed: "

OTHERS = [
    (255, CHANGED, ENDED + "Host key verification failed", LATER),
    (255, "sean@h: Permission denied (publickey).", ENDED + "sean@h: Permission denied (publickey)", LATER),
    (255, "ssh: connect to host h port 22: Connection refused", ENDED + "host h port 22: Connection refused", LATER),
    (255, "client_loop: send disconnect: Broken pipe", ENDED + "client_loop: send disconnect: Broken pipe", LATER),
    (1, "Host key bad", "no sh answered: its login shell exited with status 1; it printed: Host key bad", LATER),
    (0, "", "no sh answered: its login shell exited with status 0", LATER),
    (127, "Host key verification failed.", "there is no sh on its PATH", ASKED),
]


@pytest.mark.parametrize(("status", "words", "cause", "retry"), OTHERS)
@pytest.mark.parametrize("printed", [False, True])
def test_what_a_remote_says_is_passed_on_and_decides_nothing(
    status: int, words: str, cause: str, retry: Retry, printed: bool
) -> None:
    found = explain(DEV, ShellEnd(status, printed=words) if printed else ShellEnd(status, words))
    assert (found.state, found.retry) == (ERROR, retry)
    assert found.cause.startswith(cause)


NEGOTIATION = "Unable to negotiate with h port 22: no matching cipher found. Their offer: "


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Received disconnect from h port 22:2: {}", ERROR),
        ("Received disconnect from h port 22:2: bye\n{}", ERROR),
        (NEGOTIATION + "x\n{}", ERROR),
        (NEGOTIATION + "{}", ERROR),
        ("kex_exchange_identification: banner line contains invalid characters {}", UNREACHABLE),
    ],
)
@pytest.mark.parametrize("forged", [CHANGED.splitlines()[1], "a@h: Permission denied (x).", "Load key /x: bad"])
def test_text_of_the_server_within_sshs_own_words_decides_nothing(text: str, state: HostState, forged: str) -> None:
    assert explain(DEV, ShellEnd(255, ssh=text.replace("{}", forged))).state is state


def test_a_key_that_can_not_be_read_is_named_only_where_ssh_was_refused(tmp_path: Path) -> None:
    dev = DEV._replace(key=str(tmp_path / "id"))
    refused = "sean@h: Permission denied (publickey)."
    assert explain(dev, ShellEnd(255, ssh=refused)).cause == f"the key {tmp_path}/id does not exist"
    (tmp_path / "id").touch()
    assert "Permission denied" in explain(dev, ShellEnd(255, ssh=refused)).cause
    warning = f"Warning: Identity file {tmp_path}/id not accessible: No such file or directory."
    assert explain(dev, ShellEnd(255, warning)).state is ERROR


# ---- jump hosts and ProxyCommand

FORGED_BANNER = "Host key verification failed.\n" + CHANGED
CUT = "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n"
CONTACT = "debug1: Local version string SSH-2.0-OpenSSH_9.2\n"
JUMP = f"debug1: Executing proxy command: exec ssh -l me -W '[dev]:22' bastion\n{CONTACT}{CUT}"
PROXY = f"debug1: Executing proxy command: exec cloudflared access ssh --hostname dev\n{CONTACT}{CUT}"
REFUSED = "ssh: connect to host bastion port 22: Connection refused\n"
OPEN = "channel 0: open failed: "
THROUGH = 'Authenticated to bastion using "publickey".\n'

JUMPS = [
    (REFUSED, UNREACHABLE, LATER, "jump host bastion: host bastion port 22: Connection refused"),
    ("me@bastion: Permission denied (publickey).", AUTH, SLOW, "jump host bastion: me@bastion: Permission denied"),
    (CHANGED, HOSTKEY, SLOW, "jump host bastion: its host key has changed"),
    ("Host key verification failed.\n", HOSTKEY, SLOW, "jump host bastion: its host key is not known here"),
    (f"{THROUGH}{OPEN}administratively prohibited: open failed\nstdio forwarding failed\n", ERROR, LATER,
     "jump host bastion: it does not allow forwarding"),
    (f"{THROUGH}{OPEN}connect failed: Connection refused\nstdio forwarding failed\n", UNREACHABLE, LATER,
     "jump host bastion: channel 0: open failed: connect failed: Connection refused"),
    ("", UNREACHABLE, LATER, "jump host bastion closed the connection"),
    (THROUGH, UNREACHABLE, LATER, "kex_exchange_identification: Connection closed by remote host"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "state", "retry", "cause"), JUMPS)
def test_what_failed_at_a_jump_host_is_known_from_its_own_ssh(
    log: str, state: HostState, retry: Retry, cause: str
) -> None:
    jump = ShellEnd(255, FORGED_BANNER, ssh=log)
    found = explain(DEV, ShellEnd(255, FORGED_BANNER, ssh=JUMP, again=jump))
    assert (found.state, found.retry) == (state, retry)
    assert found.cause.startswith(cause)
    assert "ssh-keygen" not in found.remedy


def test_the_jump_host_that_failed_first_is_named() -> None:
    inner = JUMP.replace("bastion", "second")
    end = ShellEnd(255, ssh=inner, again=ShellEnd(255, ssh=JUMP, again=ShellEnd(255, ssh=REFUSED)))
    assert explain(DEV, end).cause == "jump host bastion: host bastion port 22: Connection refused"


PROXIES = [
    ("token expired, run tool login\nbye\n", "printed: token expired, run tool login; bye"),
    (CHANGED, "printed: @@@"),
    ("", "printed: nothing"),
]


@pytest.mark.parametrize(("words", "cause"), PROXIES)
def test_a_proxy_command_is_named_with_its_own_words(words: str, cause: str) -> None:
    found = explain(DEV, ShellEnd(255, ssh=PROXY, again=ShellEnd(255, words, ssh=PROXY)))
    assert (found.state, found.retry) == (UNREACHABLE, LATER)
    assert found.cause.startswith("ProxyCommand (cloudflared access ssh --hostname dev) failed and ")
    assert cause in found.cause
    assert "jump host" not in found.cause + found.remedy


FORGED_PROXY = f"Received disconnect from h port 22:2: bye\n{PROXY}"


@pytest.mark.parametrize(
    "log",
    [
        FORGED_PROXY,
        f"debug1: Reading configuration data /etc/ssh/ssh_config\n{FORGED_PROXY}",
        f"debug1: Connecting to h [10.0.0.1] port 22.\n{CONTACT}{FORGED_PROXY}",
        f"debug1: Connecting to h [10.0.0.1] port 22.\n{CONTACT}debug1: Server host certificate: x ID \"\n{PROXY}",
        f"{CONTACT}Unable to negotiate with h port 22: no matching cipher found. Their offer: x\n{PROXY}",
    ],
)
def test_a_server_can_not_choose_what_runs_on_the_way(log: str) -> None:
    assert proxy_command(log) == ""
    assert hop_command(log, {}) is None


def test_a_proxy_command_of_a_jump_host_is_named() -> None:
    jump = ShellEnd(255, "token expired\n", ssh=PROXY)
    found = explain(DEV, ShellEnd(255, ssh=JUMP, again=jump))
    assert found.cause.endswith("--hostname dev) failed and printed: token expired")


def test_a_proxy_command_that_ended_before_ssh_wrote_to_it_is_named() -> None:
    broken = "banner exchange: Connection to UNKNOWN port 65535: Broken pipe\n"
    log = PROXY.partition(CONTACT)[0] + broken
    found = explain(DEV, ShellEnd(255, ssh=log, again=ShellEnd(255, "token expired\n", ssh=log)))
    assert found.cause.endswith("failed and printed: token expired")


# ---- remedies


def test_a_remedy_names_the_remote() -> None:
    assert "--login dev " in explain(DEV, ShellEnd(255, ssh="Host key verification failed.")).remedy_in_verbs
    assert "run ssh dev" in explain(DEV, ShellEnd(1, ssh="what is this")).remedy


@given(st.none() | st.integers(0, 255), st.text(max_size=400))
@example(None, ".")
@example(None, "\x1f")
@example(255, "ssh: .")
def test_any_words_are_explained_in_one_line_that_is_not_too_long(status: int | None, words: str) -> None:
    again = ShellEnd(status, words, ssh=words, again=ShellEnd(1, words, ssh=words))
    found = explain(DEV, ShellEnd(status, words, ssh=words, printed=words, again=again))
    assert found.cause
    assert len(found.cause.splitlines()) == 1
    assert len(found.cause) < 250


def test_the_file_of_known_hosts_is_what_ssh_itself_names() -> None:
    offending = "Offending ED25519 key in /home/me/my hosts:7\r\n"
    assert known_hosts_file(f"@@@\r\n{offending}  remove with:\r\n") == "/home/me/my hosts"
    assert known_hosts_file("Host key verification failed.\r\n") == ""
    quoting = f"Received disconnect from 192.0.2.1 port 22:2: no\n{offending}"
    assert known_hosts_file(quoting) == "", "these may be words of the remote"
