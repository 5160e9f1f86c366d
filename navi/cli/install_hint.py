"""How to add packages to the Python that runs navi."""

from __future__ import annotations

import os
from collections.abc import Sequence

REQUIREMENT = "mcp>=2"
"""The package that the server needs. navi itself is on no package index: a package of its name there is not navi."""


def install_hint(prefix: str, base_prefix: str, requirements: Sequence[str] = (REQUIREMENT,)) -> str:
    """Return how to add packages to the Python that runs navi, by where this Python and its base are."""
    it, quoted = "it" if len(requirements) == 1 else "them", " ".join(f"'{one}'" for one in requirements)
    if os.path.exists(os.path.join(prefix, "pipx_metadata.json")):
        return f"install {it} with: pipx inject {os.path.basename(prefix)} {quoted}"
    if prefix != base_prefix:
        return f"install {it} with: {os.path.join(prefix, 'bin', 'python')} -m pip install {quoted}"
    named = ", ".join(requirements)
    return f"install {it} with your system's packages ({named}), or install navi with pipx, as its README says"
