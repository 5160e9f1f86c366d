"""Logging in to a remote at a terminal: what a person reads before and after ssh talks to them."""

from __future__ import annotations

from navi.config.remote import Remote
from navi.hosts.ssh_command import SshCommand, command_by_hand, quote_if_needed

SCRIPT = """
printf '%s\\n' "$1"
failed=$2 kept=$3
shift 3
"$@"
code=$?
[ $code -ne 0 ] || true >"$kept"
[ $code -eq 0 ] || printf '\\n%s\\n' "$failed" >&2
exit $code
"""
"""Says what is tried, runs ssh, and says after a failure what to do. After a success, notes that a person logged in."""


def login_command(remote: Remote, command: SshCommand) -> tuple[str, ...]:
    """Return the command line with which a person logs in to a remote: that of ssh, with words before and after."""
    before = f"Logging in to {remote.name} for navi: {command_by_hand(remote)}"
    failed = (
        f"The login to {remote.name} failed, for the reason that ssh gives above.\n"
        f"To see what ssh tries: {command_by_hand(remote, '-v')}\n"
        f"To check each step of the way: navi doctor {quote_if_needed(remote.name)}"
    )
    return ("sh", "-c", SCRIPT, "navi", before, failed, command.kept, *command.authenticate())
