"""The verb mcp."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from navi.cli.install_hint import install_hint
from navi.core import exits

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context


def run_mcp(_: Options, context: Context) -> int:
    """Serve the verbs as tools until standard input ends."""
    if find_spec("mcp") is None:
        context.output.complain(f"the Python package mcp is missing; {install_hint(sys.prefix, sys.base_prefix)}")
        return exits.UNAVAILABLE
    from navi.cli.verbs.mcp_server import run

    run(context.environment, context.log)
    return exits.OK
