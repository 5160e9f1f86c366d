"""The verb mcp."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import complain
from navi.core import exits

if TYPE_CHECKING:
    from argparse import Namespace


def run_mcp(_: Namespace, __: Machines) -> int:
    """Serve the verbs as tools until standard input ends."""
    if find_spec("mcp") is None:
        complain("the package mcp is not there; install navi with its extra: pip install 'navi[mcp]'")
        return exits.UNAVAILABLE
    from navi.cli.mcp_server import run

    run()
    return exits.OK
