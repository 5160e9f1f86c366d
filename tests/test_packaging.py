"""The packages of navi: what the sdist and the wheel carry, and that the files of other systems' packages agree.

contrib/package-test builds and tests the Debian package; it needs root and takes minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from navi import __version__

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "contrib" / "tmux-tools"

BUILD = """
import sys

from setuptools.build_meta import build_sdist, build_wheel
folder = sys.argv[1]  # setuptools changes the arguments
build_sdist(folder)
build_wheel(folder)
"""

INSTALLED = {
    "lib/systemd/user": {"navi-notify.service"},
    "share/bash-completion/completions": {"navi", "navi-agents"},
    "share/fish/vendor_completions.d": {"navi.fish", "navi-agents.fish"},
    "share/man/man1": {"navi.1", "navi-verbs.1"},
    "share/man/man5": {"navi-remotes.5"},
    "share/navi-agents/skill": {"SKILL.md"},
    "share/navi-agents/tmux-tools": {path.name for path in TOOLS.iterdir() if path.is_file()},
    "share/navi-agents/tmux-tools/lib": {path.name for path in (TOOLS / "lib").iterdir()},
    "share/zsh/site-functions": {"_navi-agents"},
}
"""What a wheel installs below its prefix, beside the package and the programs."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what git has, or would add: setuptools leaves files in the folder that it builds."""
    copy = tmp_path_factory.mktemp("source")
    for name in tracked():
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod((ROOT / name).stat().st_mode)
    return copy


def tracked() -> list[str]:
    """Return the files of the checkout. Skip the test in an unpacked sdist, which has no repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of git, so nothing tells which files it should have")
    words = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the sdist and the wheel, built without a warning of Python."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-W", "error", "-c", BUILD, str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr + done.stdout
    return folder / f"navi-{__version__}.tar.gz", folder / f"navi-{__version__}-py3-none-any.whl"


@pytest.fixture(scope="module")
def unpacked(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built[0]) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"navi-{__version__}"


@pytest.fixture(scope="module")
def prefix(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the prefix below which pip has installed the wheel."""
    folder = tmp_path_factory.mktemp("prefix")
    words = ["install", "-q", "--disable-pip-version-check", "--root-user-action=ignore", "--no-deps", "--no-index"]
    words += ["--ignore-installed"]  # else pip removes the navi that runs these tests
    command = [sys.executable, "-m", "pip", *words, "--no-warn-script-location", "--prefix", str(folder), str(built[1])]
    subprocess.run(command, check=True, capture_output=True)
    return folder


# ---- the sdist


def test_the_sdist_has_every_file_of_the_checkout(unpacked: Path) -> None:
    assert [name for name in tracked() if not (unpacked / name).exists()] == []


def test_programs_of_the_sdist_can_be_run(unpacked: Path) -> None:
    programs = [name for name in tracked() if os.access(ROOT / name, os.X_OK)]
    assert [name for name in programs if not os.access(unpacked / name, os.X_OK)] == []


def test_the_tests_run_from_the_sdist(unpacked: Path) -> None:
    some = ["tests/core/test_listing.py", "tests/docs/test_readme.py", "tests/cli/test_usage.py"]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *some]
    done = subprocess.run(words, cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# ---- the wheel


def test_the_wheel_installs_its_files_where_systems_look(prefix: Path) -> None:
    found = {name: {path.name for path in (prefix / name).iterdir() if path.is_file()} for name in INSTALLED}
    assert found == INSTALLED


def test_both_commands_of_the_wheel_are_navi(prefix: Path) -> None:
    package = next(prefix.glob("lib*/python*/site-packages"))
    for name in ("navi", "navi-agents"):
        words = [str(prefix / "bin" / name), "--version"]
        done = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(package)}, capture_output=True, text=True)
        assert done.stdout == f"navi {__version__}\n"


def test_tools_of_the_wheel_can_be_run(prefix: Path) -> None:
    tools = sorted((prefix / "share" / "navi-agents" / "tmux-tools").glob("*.sh"))
    assert [tool.name for tool in tools if not os.access(tool, os.X_OK)] == []
    path = f"{prefix / 'bin'}:{os.environ['PATH']}"
    package = next(prefix.glob("lib*/python*/site-packages"))
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(package)}
    done = subprocess.run([str(tools[0]), "--help"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_file_of_the_package_is_in_the_wheel(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        names = set(wheel.namelist())
    assert [name for name in tracked() if name.startswith("navi/") and name not in names] == []


def metadata(wheel: Path) -> Message:
    """Return the metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return message_from_string(archive.read(f"navi-{__version__}.dist-info/METADATA").decode())


def test_the_metadata_name_the_licence_and_have_its_text(built: tuple[Path, Path]) -> None:
    assert metadata(built[1])["License-Expression"] == "MIT"
    with zipfile.ZipFile(built[1]) as archive:
        text = archive.read(f"navi-{__version__}.dist-info/licenses/LICENSE").decode()
    assert text == (ROOT / "LICENSE").read_text()


# ---- the packages of other systems


VERSIONS = {
    "debian/changelog": r"^navi-agents \((.*?)-\w+\)",
    "packaging/PKGBUILD": r"^pkgver=(.*)",
    "packaging/navi-agents.spec": r"^Version: *(.*)",
    "packaging/navi-agents.nix": r'version = "(.*)"',
    "packaging/navi-agents.rb": r"navi-(.*)\.tar\.gz",
}


@pytest.mark.parametrize("name", VERSIONS)
def test_a_package_has_the_version_of_navi(name: str) -> None:
    text = (ROOT / "contrib" / name).read_text()
    assert set(re.findall(VERSIONS[name], text, re.MULTILINE)) == {__version__}


def test_the_files_of_other_systems_pass_the_checks_that_are_installed() -> None:
    done = subprocess.run([str(ROOT / "contrib" / "packaging" / "check")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "PKGBUILD: passed bash -n" in done.stdout


def test_each_test_of_the_debian_package_is_run() -> None:
    folder = ROOT / "contrib" / "debian" / "tests"
    programs = {path.name for path in folder.iterdir() if os.access(path, os.X_OK)}
    named = re.findall(r"^Tests: (.*)", (folder / "control").read_text(), re.MULTILINE)
    run = re.findall(r"^ +run_tests ([a-z ]+)$", (ROOT / "contrib" / "package-test").read_text(), re.MULTILINE)
    assert set(", ".join(named).split(", ")) == programs == set(" ".join(run).split())
