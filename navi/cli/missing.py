"""The message if Python, or a library that navi needs, is missing: one sentence instead of a traceback."""

from __future__ import annotations

import os
import sys

REQUIREMENTS = {"urwid": "urwid>=2.6.16", "trio": "trio>=0.29", "yaml": "PyYAML>=6.0"}
"""The packages that navi needs, as in setup.cfg."""


def why_missing(error: ModuleNotFoundError) -> str:
    """Return why navi can't run, and what to do; "" for a module of navi itself: if that is missing, navi is broken."""
    name = (error.name or "").partition(".")[0]
    if name in ("", "navi"):
        return ""
    return f"the Python package {name} is missing; {_remedy(name)}"


def _remedy(name: str) -> str:
    """Return how to get it: a checkout has a command for that."""
    start = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "contrib", "run")
    if os.path.exists(start) and sys.prefix == sys.base_prefix:
        return f"start navi with {start}, which installs all that it needs"
    from navi.cli.install_hint import install_hint

    return install_hint(sys.prefix, sys.base_prefix, [REQUIREMENTS.get(name, name)])
