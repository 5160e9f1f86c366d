"""`navi hosts --add`: hosts of ~/.ssh/config become remotes, by name; without a name they are listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from navi.config.reader import read_remotes
from navi.config.remotes_file import text_of
from navi.config.ssh_hosts import SshHost
from tests.support.dashboard import NAVI
from tests.support.machines import Lab
from tests.support.terminal import Terminal
from tests.support.verbs import navi


@pytest.fixture
def remotes(lab: Lab) -> Path:
    """Have a user with two hosts in ~/.ssh/config; return where remotes.yaml will be."""
    folder = lab.local.home / ".ssh"
    folder.mkdir()
    (folder / "config").write_text("Host atlas\n HostName atlas.example.com\n User sean\nHost db\nHost *\n Port 22\n")
    return lab.local.home / ".config" / "navi" / "remotes.yaml"


def test_hosts_are_listed_and_added(lab: Lab, remotes: Path) -> None:
    assert navi(lab, "hosts", "--add").stdout == "atlas  sean@atlas.example.com\ndb\n"
    done = navi(lab, "hosts", "--add", "db")
    assert done.stdout == f"added db to {remotes}; `navi hosts` shows whether it answers\n"
    assert navi(lab, "hosts", "--add").stdout == "atlas  sean@atlas.example.com\n"
    assert navi(lab, "hosts", "--add", "atlas", "db").stdout == (
        f"added atlas to {remotes}; `navi hosts` shows whether it answers\ndb is in {remotes} already\n"
    )
    assert [one.name for one in read_remotes(remotes)[0]] == ["db", "atlas"]
    done = navi(lab, "hosts", "--add")
    assert (done.stdout, done.stderr) == ("", "remotes.yaml has all hosts of ~/.ssh/config already\n")
    assert navi(lab, "hosts", "--json").stdout.count('"name"') == 3


def test_what_it_makes_is_what_the_dashboard_writes(lab: Lab, remotes: Path) -> None:
    navi(lab, "hosts", "--add", "db")
    assert remotes.read_text() == text_of([SshHost("db")])


WRONG = [
    (["--add", "nobody"], 64, "no host named `nobody` in ~/.ssh/config"),
    (["--add", "atlsa"], 64, "; did you mean `atlas`?"),
    (["--add", "db", "--json"], 64, "--add can't be combined with --login or --json"),
    (["--add", "--login", "db"], 64, "--add can't be combined with --login or --json"),
]


@pytest.mark.parametrize(("words", "status", "wanted"), WRONG)
def test_what_can_not_be_added_is_refused(
    lab: Lab, remotes: Path, words: list[str], status: int, wanted: str
) -> None:
    assert wanted in navi(lab, "hosts", *words, status=status).stderr
    assert not remotes.exists()


def test_a_file_that_can_not_grow_is_left_alone(lab: Lab, remotes: Path) -> None:
    remotes.parent.mkdir(parents=True)
    remotes.write_text("remotes: []\n")
    assert "does not end with a list" in navi(lab, "hosts", "--add", "db", status=78).stderr
    assert remotes.read_text() == "remotes: []\n"


def test_a_person_is_shown_how_to_go_on(lab: Lab, remotes: Path) -> None:
    with Terminal([*NAVI, "hosts", "--add"], lab.environment(), 100, 20) as screen:
        screen.wait_for("navi hosts --add H adds one of them to remotes.yaml")
        assert screen.exit_status() == 0
    assert not remotes.exists()


def test_hosts_are_completed(lab: Lab, remotes: Path) -> None:
    assert not remotes.exists()
    said = navi(lab, "completion", "words", "--", "hosts", "--add", "").stdout
    assert said == "atlas\tsean@atlas.example.com\ndb\t\n"
