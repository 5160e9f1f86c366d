"""The versions of the agents, pinned or the newest, and where contrib/agents installs them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@cache
def versions() -> Mapping[str, str]:
    """Return the version of each agent by its name. NAVI_AGENT_VERSIONS names a file in place of the pinned ones."""
    lines = Path(os.environ.get("NAVI_AGENT_VERSIONS", ROOT / "tests/agents/versions.txt")).read_text().splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {name: number for name, _package, number, *_node in rows}


def version(name: str) -> str:
    """Return the version of an agent."""
    return versions()[name]


def program(name: str) -> Path:
    """Return the path of an agent's program, which may be missing."""
    return ROOT / ".agents" / f"{name}-{version(name)}" / "node_modules" / ".bin" / name


def needs(name: str) -> list[pytest.MarkDecorator]:
    """Return the marks of tests that run an agent."""
    reason = f"{name} {version(name)} is not installed below .agents/; contrib/test --agents installs it"
    return [pytest.mark.agents, pytest.mark.skipif(not program(name).exists(), reason=reason)]
