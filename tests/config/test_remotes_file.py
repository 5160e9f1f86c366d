"""remotes.yaml as navi writes it: readable, for this user alone, and never over what somebody else has written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from navi.config import remotes_file
from navi.config.reader import read_remotes
from navi.config.remote import Remote
from navi.config.remotes_file import Unwritable, add_hosts, new_hosts, remotes_of, text_of
from navi.config.ssh_hosts import SshHost

WEB, DB = SshHost("web", "web.example.com", "me"), SshHost("db")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where remotes.yaml is to be."""
    return tmp_path / "config" / "navi" / "remotes.yaml"


def test_a_file_is_written_for_people_and_for_this_user_alone(path: Path) -> None:
    add_hosts(path, [WEB, DB])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.read_text().startswith("# The machines whose sessions navi lists")
    assert path.read_text().endswith(
        "\nremotes:\n  - name: web\n    host: web        # me@web.example.com\n  - name: db\n    host: db\n"
    )
    assert read_remotes(path) == (remotes_of([WEB, DB]), ())
    assert os.listdir(path.parent) == ["remotes.yaml"]


ODD = [
    "yes", "Null", "~", "0x10", "1.5", "12", "a#b", "a:b", "@x", "%y", "服务器", "🚀", "база", "a.b-c_d", "[a]",
    "10.0.0.7", "fe80::1", "2001:db8::7", "é" * 100,
]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_any_name_is_read_as_it_was_written(path: Path, name: str) -> None:
    add_hosts(path, [SshHost(name)])
    assert read_remotes(path) == (remotes_of([SshHost(name)]), ())


GROWING = [
    ("as navi writes it", text_of([DB])),
    ("not indented", "remotes:\n- name: db\n  host: db\n"),
    ("far indented, no last line end", "remotes:\n      - name: db\n        host: db"),
    ("comments behind it", "# mine\nremotes:\n  - {name: db, host: db}\n\n# the end\n"),
    ("merged defaults", "defaults: &d\n  port: 22\nremotes:\n  - name: db\n    host: db\n    <<: *d\n"),
    ("an entry with a mistake", "remotes:\n  - name: x\n  - name: db\n    host: db\n"),
    ("empty", ""),
    ("only a comment", "# nothing yet\n"),
    ("an empty list", "remotes:\n"),
]


@pytest.mark.parametrize("text", [case[1] for case in GROWING], ids=[case[0] for case in GROWING])
def test_entries_are_added_behind_the_last_one(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o640)
    before, problems = read_remotes(path)
    add_hosts(path, [WEB])
    assert path.read_text().startswith(text)
    after, now = read_remotes(path)
    assert after == (*before, *remotes_of([WEB]))
    assert len(now) == len(problems)
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == ["remotes.yaml"]


REFUSED = [
    ("a list in brackets", "remotes: [{name: db, host: db}]\n"),
    ("other fields behind it", "remotes:\n  - name: db\n    host: db\ndefaults:\n  port: 22\n"),
    ("no YAML", "remotes: [\n"),
    ("no UTF-8", "remotes:\n  - name: \udcff\n"),
    ("the name is there", "remotes:\n  - name: web\n    host: other\n"),
]


@pytest.mark.parametrize("text", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_file_that_would_read_otherwise_stays_as_it_is(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Unwritable):
        add_hosts(path, [WEB])
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert os.listdir(path.parent) == ["remotes.yaml"]


def test_a_link_leads_to_the_file_that_grows(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    real = tmp_path / "dotfiles.yaml"
    add_hosts(real, [DB])
    path.symlink_to(real)
    add_hosts(path, [WEB])
    assert path.is_symlink()
    assert [one.name for one in read_remotes(real)[0]] == ["db", "web"]


def test_a_link_to_nothing_stays(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere")
    with pytest.raises(Unwritable, match="No such file"):
        add_hosts(path, [WEB])
    assert os.readlink(path) == "nowhere"


def test_one_that_has_appeared_meanwhile_is_not_overwritten(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(Unwritable, match="has appeared meanwhile; nothing was written"):
        remotes_file._write_new(path, [WEB])
    assert path.read_text() == "mine"
    assert os.listdir(path.parent) == ["remotes.yaml"]


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(Unwritable, match=r"can't write .*/config"):
        add_hosts(tmp_path / "config" / "navi" / "remotes.yaml", [WEB])


def test_hosts_that_a_remote_has_are_not_new() -> None:
    assert new_hosts([WEB, DB], [Remote("web", "10.0.0.7")]) == (DB,)
    assert new_hosts([WEB, DB], [Remote("database", "db", enabled=False)]) == (WEB,)


def test_the_text_is_yaml_of_any_version() -> None:
    assert yaml.safe_load(text_of([WEB, DB])) == {"remotes": [{"name": one, "host": one} for one in ("web", "db")]}
