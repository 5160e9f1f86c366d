"""Everything that can be wrong between here and a session, checked in the order of the route."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from navi.config.remote import Remote
from navi.core.address import LOCAL
from navi.core.exits import UNAVAILABLE
from navi.core.failure import Failure, HostState
from navi.core.text import clean
from navi.doctor import host, probe
from navi.doctor.finding import Finding, Result, fault, with_undone
from navi.doctor.host import judge_clock, judge_host
from navi.doctor.probe import Probe
from navi.doctor.process import QUICK, run
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_endpoint
from navi.hosts.sockets import runtime_folder
from navi.hosts.ssh_command import MAKE_MASTER, SshCommand
from navi.ops import HostSettings, OperationError
from navi.ops.look.checkup import checkup

HERE = ("ssh", "sockets folder", *host.CHECKS)
THERE = (*probe.CHECKS, "clock", *host.CHECKS)
"""The checks of this machine and of a remote, in their order."""


def examine_here(
    settings: HostSettings, environment: Mapping[str, str], programs: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """Check this machine, and which of these programs of agents it has."""
    local = BlockingHost(local_endpoint(settings), environment)
    found = _guarded(lambda: judge_host(local.run(checkup(programs)), LOCAL))
    return with_undone([*check_programs(environment), *found], HERE)


def examine_remote(
    remote: Remote, environment: Mapping[str, str], programs: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """Check the way to a remote, and the remote itself with these programs of agents."""
    return with_undone(_guarded(lambda: _examine_remote(remote, environment, programs)), THERE)


def _examine_remote(remote: Remote, environment: Mapping[str, str], programs: Sequence[str]) -> Sequence[Finding]:
    probed = Probe(remote, environment).examine(checkup(programs))
    if probed.answer is None:
        return probed.findings
    clock = judge_clock(probed.answer.frame.clock, probed.began, probed.ended)
    return (*probed.findings, clock, *judge_host(probed.answer, remote.name))


def _guarded(check: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """Turn an invalid answer of a host into a finding, so that it hides no other host."""
    try:
        return check()
    except HostError as error:
        failure = error.failure
    except (OperationError, ValueError, OSError) as error:
        failure = Failure(HostState.ERROR, str(error), "check what sh runs on that machine")
    return [fault("checkup", failure)]


def check_programs(environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Check what this machine needs to reach any remote: ssh, and a folder for control sockets."""
    done = run(("ssh", "-V"), QUICK, environment)
    version = clean(done.errors.partition("\n")[0])
    if done.status == 0:
        ssh = Finding("ssh", Result.OK, version)
    else:
        ssh = Finding("ssh", Result.FAULT, version or "ssh does not answer", "install OpenSSH's client", UNAVAILABLE)
    try:
        return ssh, Finding("sockets folder", Result.OK, runtime_folder(environment))
    except HostError as error:
        return ssh, Finding("sockets folder", Result.FAULT, error.failure.cause, error.failure.remedy_in_verbs)


def explain_options(remote: Remote, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return the options of ssh's command line for a remote, each with its reason.

    There are none where no folder for its socket can be had, which `examine_remote` reports.
    """
    try:
        command = SshCommand(remote, environment)
        chosen = command.options(*command.shell_options(), *MAKE_MASTER)
    except HostError:
        return ()
    return tuple(Finding("ssh option", Result.OK, f"{' '.join(one.words)}: {one.reason}") for one in chosen)
