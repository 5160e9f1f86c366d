"""A navi that navi starts is this one, whatever the working directory holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import navi
from navi.core.program import NAVI
from tests.support.machines import Lab


@pytest.mark.parametrize("name", ["navi/__main__.py", "navi/__init__.py", "random.py", "sitecustomize.py", "trio.py"])
def test_modules_of_the_working_directory_are_not_run(lab: Lab, tmp_path: Path, name: str) -> None:
    module = tmp_path / name
    module.parent.mkdir(exist_ok=True)
    module.write_text("print('hostile')\nraise SystemExit(3)\n")
    done = subprocess.run([*NAVI, "--version"], cwd=tmp_path, env=lab.environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"navi {navi.__version__}\n")


def test_every_navi_is_started_in_this_way() -> None:
    root = Path(navi.__file__).parent
    others = [path.name for path in root.rglob("*.py") if '"-m", "navi"' in path.read_text()]
    assert others == ["program.py"]
