"""contrib/agents, in a copy of the checkout, with an npm and a Python that need no network."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.agents.versions import ROOT, versions

COPIED = ("contrib/agents", "contrib/environment.sh", "tests/agents/versions.txt")

NPM = """\
#!/bin/sh
echo "$*" >>"$0.calls"
case $1,$2 in install,--prefix) mkdir -p "$3/node_modules/.bin" ;; view,*) ;; *) exit 2 ;; esac
{end}
"""

PYTHON = """\
#!/bin/sh
case "$1 $2 $3" in
"-m venv "*) mkdir -p "$3/bin" && ln -s "$0" "$3/bin/python" && ln -s "$0" "$3/bin/uv" ;;
"-m pip index") # as a Python that is too old for one of them
    for last; do :; done
    case $* in *--ignore-requires-python*) ;; *vibe) exit 1 ;; esac
    echo "$last (9.9.9)" ;;
"venv "*) for last; do :; done && mkdir -p "$last/bin" ;;
"pip install "*) echo "$*" >>"{calls}"; cd "${{5%/*}}" && : >aider >vibe && chmod +x aider vibe ;;
esac
"""

WORKS = ': >"$3/node_modules/.bin/{name}"; chmod +x "$3/node_modules/.bin/{name}"'

FAILS = "echo no network >&2; exit 1"


class Copy:
    """A checkout with the script and what it reads; `end` is what its npm does at last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.npm = folder / "bin" / "npm"
        self.npm.parent.mkdir()
        python = self.npm.with_name("python3")
        python.write_text(PYTHON.format(calls=f"{self.npm}.calls"))
        python.chmod(0o755)
        for name in COPIED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)

    def run(self, *words: str, end: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run contrib/agents with these words."""
        self.npm.write_text(NPM.format(end=end))
        self.npm.chmod(0o755)
        environment = os.environ | {"PATH": f"{self.npm.parent}:{os.environ['PATH']}"} | more
        command = [str(self.folder / "contrib/agents"), *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)

    def installed(self) -> list[str]:
        """Return the names in the folder of agents, hidden ones too."""
        folder = self.folder / ".agents"
        return sorted(os.listdir(folder)) if folder.exists() else []

    def calls(self) -> list[str]:
        """Return how npm was called."""
        path = self.npm.with_name("npm.calls")
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Return a checkout without agents."""
    return Copy(tmp_path)


CLAUDE = f"claude-{versions()['claude']}"


def test_an_agent_is_installed_once(copy: Copy) -> None:
    for _ in range(2):
        assert copy.run("install", "claude", end=WORKS.format(name="claude")).returncode == 0
    assert copy.installed() == [CLAUDE]
    assert [call.split()[-1] for call in copy.calls()] == [f"@anthropic-ai/claude-code@{versions()['claude']}"]


def test_all_agents_are_installed_unless_some_are_named(copy: Copy) -> None:
    every = "\n".join(WORKS.format(name=name) for name in versions())
    assert copy.run("install", "codex", "gemini", end=every).returncode == 0
    assert [name.partition("-")[0] for name in copy.installed()] == ["codex", "gemini"]
    assert copy.run("install", end=every).returncode == 0
    assert copy.installed() == sorted(f"{name}-{version}" for name, version in versions().items())


def test_an_agent_of_pypi_is_installed_once(copy: Copy) -> None:
    for _ in range(2):
        assert copy.run("install", "aider", end=FAILS).returncode == 0
    assert copy.installed() == [f"aider-{versions()['aider']}"]
    assert [call.split()[-1] for call in copy.calls()] == [f"aider-chat=={versions()['aider']}"]
    assert os.access(copy.folder / ".agents" / copy.installed()[0] / "node_modules" / ".bin" / "aider", os.X_OK)


def test_an_agent_gets_the_node_that_it_needs(copy: Copy) -> None:
    assert copy.run("install", "pi", end=WORKS.format(name="pi")).returncode == 0
    (call,) = copy.calls()
    package, node = call.split()[-2:]
    assert package == f"@earendil-works/pi-coding-agent@{versions()['pi']}"
    assert node.startswith("node-linux-")
    assert node.partition("@")[2].startswith("22.")


@pytest.mark.parametrize("end", [FAILS, WORKS.format(name="another")], ids=["npm fails", "no program"])
def test_half_an_installation_is_not_left(copy: Copy, end: str) -> None:
    done = copy.run("install", "claude", end=end)
    assert done.returncode == 69
    assert "contrib/agents: " in done.stderr
    assert copy.installed() == []
    assert copy.run("install", "claude", end=WORKS.format(name="claude")).returncode == 0
    assert copy.installed() == [CLAUDE]


def test_an_unknown_agent_is_not_installed(copy: Copy) -> None:
    done = copy.run("install", "claude", "clod", end=FAILS)
    assert (done.returncode, done.stderr.split(";")[0]) == (69, "contrib/agents: no agent is named clod")
    assert copy.calls() == []


def test_a_file_of_versions_that_is_not_there_is_named(copy: Copy) -> None:
    done = copy.run("install", "claude", end=FAILS, NAVI_AGENT_VERSIONS="/nowhere")
    assert (done.returncode, done.stderr.split(";")[0]) == (69, "contrib/agents: cannot read /nowhere")
    assert copy.calls() == []


def test_the_newest_versions_are_written_down_and_installed_from_there(copy: Copy) -> None:
    done = copy.run("newest", end="echo 9.9.9")
    assert done.returncode == 0
    newest = copy.folder / ".agents" / "newest.txt"
    assert "claude @anthropic-ai/claude-code 9.9.9\n" in newest.read_text()
    assert "aider pypi:aider-chat 9.9.9\n" in newest.read_text()
    assert "vibe pypi:mistral-vibe 9.9.9\n" in newest.read_text()
    copy.run("install", "claude", end=WORKS.format(name="claude"), NAVI_AGENT_VERSIONS=str(newest))
    assert copy.installed() == ["claude-9.9.9", "newest.txt"]


def test_a_package_that_npm_does_not_know_leaves_the_newest_versions_as_they_were(copy: Copy) -> None:
    copy.run("newest", end="echo 9.9.9")
    done = copy.run("newest", end=FAILS)
    assert done.returncode != 0
    assert "nobody knows the version of @anthropic-ai/claude-code" in done.stderr
    assert "claude @anthropic-ai/claude-code 9.9.9\n" in (copy.folder / ".agents" / "newest.txt").read_text()
