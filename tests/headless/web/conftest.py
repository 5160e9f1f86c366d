"""One hub with its page for all tests of a module: each leaves it as it was, but for sessions of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.machines import Keys, Lab
from tests.support.serving import serving
from tests.support.web import Site, site_of


class World(NamedTuple):
    """A lab, its hub, and where the hub answers."""

    lab: Lab
    hub: subprocess.Popen[str]
    site: Site


@pytest.fixture(scope="module")
def world(keys: Keys) -> Iterator[World]:
    """Return a hub that is served."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    try:
        with Lab(folder, keys) as lab, serving(lab) as hub:
            yield World(lab, hub, site_of(lab, hub))
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def site(world: World) -> Site:
    """Return where the hub answers."""
    return world.site
