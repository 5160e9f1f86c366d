"""`navi hosts --add`: hosts of ~/.ssh/config become remotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from navi.cli.output.output import UsageError
from navi.config.remotes_file import Unwritable, add_hosts, new_hosts
from navi.config.ssh_hosts import SshHost, read_ssh_hosts
from navi.core import exits
from navi.core.similar import did_you_mean

if TYPE_CHECKING:
    from navi.cli.context import Context


def run_add(names: Sequence[str], context: Context) -> int:
    """Write hosts into remotes.yaml; without names, print those that can be."""
    from navi.config.reader import read_remotes

    hosts = read_ssh_hosts(context.environment)
    remotes, _ = read_remotes(context.files.remotes)
    new = new_hosts(hosts, remotes)
    if not names:
        return _print(new, bool(hosts), context)
    chosen = _chosen(list(dict.fromkeys(names)), hosts, new)
    if chosen:
        try:
            add_hosts(context.files.remotes, chosen)
        except Unwritable as error:
            context.output.complain(str(error))
            return exits.CONFIGURATION
        added = " and ".join(host.name for host in chosen)
        they = "it answers" if len(chosen) == 1 else "they answer"
        context.output.print(f"added {added} to {context.files.remotes}; `navi hosts` shows whether {they}")
    for name in names:
        if name not in {host.name for host in chosen}:
            context.output.print(f"{name} is in {context.files.remotes} already")
    return exits.OK


def _chosen(names: Sequence[str], hosts: Sequence[SshHost], new: Sequence[SshHost]) -> list[SshHost]:
    """Return the named hosts that are new. Raise UsageError if ssh's configuration lacks one."""
    known = [host.name for host in hosts]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or "; `navi hosts --add` lists its hosts"
            raise UsageError(f"no host named `{name}` in ~/.ssh/config{hint}")
    return [host for host in new if host.name in names]


def _print(new: Sequence[SshHost], any_known: bool, context: Context) -> int:
    width = max((len(host.name) for host in new), default=0)
    for host in new:
        context.output.print(f"{host.name:<{width}}  {host.destination}".rstrip())
    if not new:
        has = "remotes.yaml has all hosts of ~/.ssh/config already" if any_known else "~/.ssh/config names no hosts"
        context.output.note(has)
    elif context.output.is_terminal:
        context.output.note("navi hosts --add H adds one of them to remotes.yaml")
    return exits.OK
