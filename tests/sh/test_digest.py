"""The digest of a text: the same by every program that a host may have."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from navi.ops.linker import link
from tests.support.machines import program
from tests.support.scripts import every_shell

TEXT = "Proceed?\n❯ 1. Yes\n"


def digest(shell: str, path: str, text: str = TEXT) -> subprocess.CompletedProcess[str]:
    """Run the script with only the programs on a PATH."""
    script = f'{link("lib/digest")}\nPATH=$2\nnavi_find_digest "$1"\nprintf %s "$navi_digest"\n'
    command = [*shell.split(), "-c", script, "sh", text, path]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": path, "HOME": "/"}, check=False)


@every_shell
def test_it_is_the_beginning_of_sha_256(shell: object) -> None:
    words = " ".join([program(shell.words[0]), *shell.words[1:]])  # type: ignore[attr-defined]
    assert digest(words, "/usr/bin:/bin").stdout == hashlib.sha256(TEXT.encode()).hexdigest()[:20]


@pytest.mark.parametrize("name", ["sha256sum", "shasum", "openssl"])
def test_any_of_several_programs_does(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bin")
    for one in (name, *(["perl"] if name == "shasum" else [])):
        (folder / one).symlink_to(program(one))
    assert digest("/bin/sh", str(folder)).stdout == hashlib.sha256(TEXT.encode()).hexdigest()[:20]


def test_without_any_it_names_what_to_install(tmp_path_factory: pytest.TempPathFactory) -> None:
    done = digest("/bin/sh", str(tmp_path_factory.mktemp("bin")))
    assert (done.returncode, done.stderr) == (
        69, "the host has no program for SHA-256; install sha256sum, shasum or openssl there\n"
    )  # fmt: skip
