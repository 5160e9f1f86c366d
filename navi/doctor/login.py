"""The login to a remote: its host key, the authentication, and what its login shell does before ours begins."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping

from navi.config.remote import Remote
from navi.core.exits import REFUSED, of_failure
from navi.core.failure import Failure, HostState
from navi.core.text import clean, decode
from navi.doctor.finding import Finding, Result
from navi.doctor.process import QUICK, EndedProgram, run
from navi.doctor.route import SshDestination
from navi.hosts.failures import explain, known_hosts_file, own_lines
from navi.hosts.ssh_command import SHELL, command_by_hand
from navi.hosts.wire import AnswerReader, WireError
from navi.ops import Answer


def judge_login(
    remote: Remote, target: SshDestination, done: EndedProgram, token: str, environment: Mapping[str, str]
) -> list[Finding]:
    """Return what a call of ssh shows about the host key and the authentication; a check that it did not reach is
    missing.

    `token` is that of its request.
    """
    method = re.search(r'^Authenticated to .* using "([^"]+)"', done.ssh, re.MULTILINE)
    if method or f"{token} begin".encode() in done.output:
        how = f"by {method[1]}" if method else "accepted"
        login = Finding("authentication", Result.OK, f"{how}; {done.seconds:.1f} s with the request")
        return [_known_key(target, environment), login]
    failure = _failure_of(remote, done)
    if failure.state is HostState.HOSTKEY:
        return [_bad_key(remote, target, failure, done.ssh)]
    if failure.state is HostState.AUTH:
        return [_known_key(target, environment), _refused(remote, target, failure, environment)]
    verbose = command_by_hand(remote, "-v")
    remedy = f"{failure.remedy_in_verbs}: {verbose}"
    return [Finding("host key", Result.FAULT, failure.cause, remedy, of_failure(failure))]


def _failure_of(remote: Remote, done: EndedProgram) -> Failure:
    if done.status is None and not own_lines(done.ssh):
        cause = f"no connection within {done.seconds:.0f} s"
        return Failure(HostState.UNREACHABLE, cause, "the network or the machine hangs; see where")
    return explain(remote, done.end)


def _known_key(target: SshDestination, environment: Mapping[str, str]) -> Finding:
    """Return where the host's key is known from."""
    where = "accepted by ssh's configuration"
    for file in target.known_hosts:
        done = run(("ssh-keygen", "-F", target.known_as, "-f", os.path.expanduser(file)), QUICK, environment)
        found = re.search(r"^# Host .* found: line (\d+)", decode(done.output), re.MULTILINE)
        if found:
            where = f"known by line {found[1]} of {clean(file)}"
            break
    return Finding("host key", Result.OK, where)


def _bad_key(remote: Remote, target: SshDestination, failure: Failure, errors: str) -> Finding:
    """Judge a key that differs from the known one, or that nobody has confirmed."""
    fingerprint = re.search(r"SHA256:[\w+/=]+", errors)
    cause = failure.cause + (f"; it is {fingerprint[0]} now" if fingerprint else "")
    remedy = f"{command_by_hand(remote)}, and compare the fingerprint that it shows"
    known_hosts = known_hosts_file(errors)
    if known_hosts:
        forget = shlex.join(["ssh-keygen", "-f", known_hosts, "-R", target.known_as])
        remedy = f"find out why; then {forget}; then {remedy}"
    return Finding("host key", Result.FAULT, cause, remedy, REFUSED)


def _refused(remote: Remote, target: SshDestination, failure: Failure, environment: Mapping[str, str]) -> Finding:
    """Judge a login that failed, often because a key has a passphrase and nobody could type it."""
    paths = map(os.path.expanduser, target.identities)
    locked = next((path for path in paths if _has_passphrase(path, environment)), "")
    if locked:
        cause = f"{failure.cause}; the key {locked} has a passphrase, and no agent holds it"
        remedy = f"{shlex.join(['ssh-add', locked])}, or log in once: navi hosts --login {remote.name}"
    else:
        cause = failure.cause
        verbose = command_by_hand(remote, "-v")
        remedy = f"{failure.remedy_in_verbs}; {verbose} shows which keys are tried"
    return Finding("authentication", Result.FAULT, cause, remedy, REFUSED)


def _has_passphrase(path: str, environment: Mapping[str, str]) -> bool:
    if not os.path.isfile(path):
        return False
    done = run(("ssh-keygen", "-y", "-P", "", "-f", path), QUICK, environment)
    return done.status != 0 and "incorrect passphrase" in done.errors


def judge_shell(remote: Remote, done: EndedProgram, token: str) -> tuple[Finding, Answer | None]:
    """Return what the login shell printed before the answer, and the answer, None if there is none."""
    noise, begin, rest = done.output.partition(f"\n{token} begin\n".encode())
    printed = clean(decode(noise[:400])).strip()
    if not begin:
        return _no_shell(remote, done, printed), None
    try:
        answers = AnswerReader(token).feed(begin + rest)
    except WireError as error:
        answers, printed = [], str(error)
    if not answers:
        cause = f"sh began, but did not answer: {printed or done.last_error or 'no answer in time'}"
        return Finding("login shell", Result.FAULT, cause, "check the load of that machine: uptime; ps aux"), None
    if not printed:
        return Finding("login shell", Result.OK, "prints nothing, and runs sh"), answers[0]
    cause = f"prints before the answer: {printed[:80]}"
    remedy = "in the shell's startup files there, print only for people: case $- in *i*) ... ;; esac"
    return Finding("login shell", Result.WARNING, cause, remedy), answers[0]


def _no_shell(remote: Remote, done: EndedProgram, printed: str) -> Finding:
    """Judge a login that worked, after which sh did not begin."""
    words = f"; it printed: {printed[:80]}" if printed else f"; {done.last_error}" if done.last_error else ""
    if done.status is None:
        cause = f"did not start sh within {done.seconds:.0f} s{words}"
        remedy = f"its startup files wait for something; try {command_by_hand(remote)} sh -c true"
    else:
        cause = f"exited with status {done.status} without starting sh{words}"
        remedy = f"it must be able to run `{SHELL}`; try {command_by_hand(remote)} sh -c true, and see chsh there"
    return Finding("login shell", Result.FAULT, cause, remedy)
