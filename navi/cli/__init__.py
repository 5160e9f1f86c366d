"""The command line: what `navi` is asked for. Imports only what the verb needs, because starting must be quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from navi import __version__

USAGE = """usage: navi [--help | --version]

Without arguments: the dashboard, with every agent session of this machine and of the remotes in remotes.yaml.

  -h, --help     this text
  -V, --version  navi's version

Keys are shown by ? in the dashboard. See navi(1) and navi-remotes(5).
"""

OK, WRONG_USAGE = 0, 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status (sysexits(3), see navi(1))."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["-h"], ["--help"], ["help"]):
        print(USAGE, end="")
        return OK
    if words in (["-V"], ["--version"]):
        print(f"navi {__version__}")
        return OK
    if words:
        print(f"navi: `{words[0]}` is not something navi knows; navi --help shows what is", file=sys.stderr)
        return WRONG_USAGE
    from navi.cli.dashboard import run_dashboard

    return run_dashboard()
