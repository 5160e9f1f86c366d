"""The verb mcp."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from navi import exits
from navi.cli.machines import Machines
from navi.cli.telling import complain

if TYPE_CHECKING:
    from argparse import Namespace


def run_mcp(_: Namespace, __: Machines) -> int:
    """Serve the verbs as tools until standard input ends."""
    if find_spec("mcp") is None:
        complain("the package mcp is not there; install navi with its extra: pip install 'navi[mcp]'")
        return exits.UNAVAILABLE
    from navi.mcp import run

    run()
    return exits.OK
