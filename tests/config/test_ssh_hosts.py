"""Which hosts are found in ~/.ssh/config: names for people, no patterns, and never more than the limits allow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.ssh_hosts import DEEPEST, MOST_FILES, MOST_HOSTS, SshHost, read_ssh_hosts, ssh_config
from navi.core.text import clean


def write(home: Path, text: str, name: str = "config") -> Path:
    """Write a file below ~/.ssh."""
    path = home / ".ssh" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def names(home: Path) -> list[str]:
    """Return the names of the hosts that are found."""
    return [host.name for host in read_ssh_hosts({"HOME": str(home)})]


CASES = [
    ("nothing", "", []),
    ("a host", "Host web\n", ["web"]),
    ("any case, tabs, an equals sign", "hOsT=web\n\tHOST \t db\nHost = cache", ["web", "db", "cache"]),
    ("several names", "Host web1 web2\n  HostName %h.example.com\n", ["web1", "web2"]),
    ("several names without a HostName", "Host web1 web2\n", ["web1", "web2"]),
    ("several names of one machine", "Host web www.example.com\n HostName 10.0.0.7\n", ["web"]),
    ("a name twice", "Host web\nHost db web\n", ["web", "db"]),
    ("patterns", "Host *\nHost web* ?eb !db\nHost web *.example.com\n", ["web"]),
    ("quotes and comments", 'Host "web" # db\n# Host old\nHost cache#1\n', ["web", "cache#1"]),
    ("a Match block", "Host web\nMatch host db\n HostName x\nMatch all\n User me\n", ["web"]),
    ("names that navi has other uses for", "Host local a/b -oProxyCommand=x\nHost web\n", ["web"]),
    ("names that ssh refuses", 'Host a$b `c` d;e "f g" h|i j&k\nHost web\n', ["web"]),
    ("names that would act on a terminal", "Host \x1b[31mred a\u202eb c\x9bd\nHost web\n", ["web"]),
    ("bytes that are no text", "Host \udcff\nHost web\n", ["web"]),
    ("letters of the world", "Host база 服务器 مضيف\n", ["база", "服务器", "مضيف"]),
    ("services that keep repositories", "Host github.com\nHost g\n HostName ssh.github.com\nHost web\n", ["web"]),
    ("the user git", "Host gitlab.example.com code\n User git\nHost web\n User me\n", ["web"]),
    ("a host of that name", "Host github-runner gitlab\n", ["github-runner", "gitlab"]),
    ("lines that are none", "Host\nHost \n===\nHostweb\n\x00\nHost web", ["web"]),
]


@pytest.mark.parametrize(("text", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_hosts_are_found(tmp_path: Path, text: str, wanted: list[str]) -> None:
    write(tmp_path, text)
    assert names(tmp_path) == wanted


def test_a_host_has_what_the_file_says_of_it_first(tmp_path: Path) -> None:
    write(tmp_path, "Host web\n User me\n HostName %h.example.com\n User you\nHost web db\n User them\n HostName x\n")
    assert read_ssh_hosts({"HOME": str(tmp_path)}) == (SshHost("web", "%h.example.com", "me"),)
    found = read_ssh_hosts({"HOME": str(tmp_path)})[0]
    assert found.destination == "me@web.example.com"
    assert SshHost("db", user="me").destination == "me@db"
    assert SshHost("db").destination == ""


INCLUDES = [
    ("relative to ~/.ssh", "Include more\n", ["one", "two", "three"]),
    ("by a pattern, in order", "Include mor? conf.d/*\n", ["one", "two", "three", "four"]),
    ("below the home", "Include ~/.ssh/more\nHost web\n", ["one", "two", "three", "web"]),
    ("several files", "Include conf.d/a more", ["four", "one", "two", "three"]),
    ("behind a block for all hosts", "Host *\n User me\nInclude conf.d/a\n", ["four"]),
    ("in a block for some hosts", "Host web\n Include more\nMatch host db\n Include more\n", ["web"]),
    ("nothing there", "Include missing/* ~nobody/x\nHost web\n", ["web"]),
]


@pytest.mark.parametrize(("text", "wanted"), [case[1:] for case in INCLUDES], ids=[case[0] for case in INCLUDES])
def test_includes_are_followed(tmp_path: Path, text: str, wanted: list[str]) -> None:
    write(tmp_path, text)
    write(tmp_path, "Host one\nHost two three\n", "more")
    (tmp_path / ".ssh" / "conf.d").mkdir()
    write(tmp_path, "Host four\n", "conf.d/a")
    assert names(tmp_path) == wanted


def test_an_include_ends_no_block(tmp_path: Path) -> None:
    write(tmp_path, "Host *\n Include more\n User git\nHost web\n")
    write(tmp_path, "Host one\n", "more")
    assert names(tmp_path) == ["one", "web"]


def test_files_that_include_each_other_are_read_to_a_limit(tmp_path: Path) -> None:
    write(tmp_path, "Include config config\nHost web\n")
    assert names(tmp_path) == ["web"]
    for number in range(DEEPEST + 3):
        write(tmp_path, f"Include deep{number + 1}\nHost h{number}\n", f"deep{number}")
    write(tmp_path, "Include deep0\n")
    assert names(tmp_path) == [f"h{number}" for number in reversed(range(DEEPEST))]


def test_of_very_many_hosts_and_files_some_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "".join(f"Host h{number}\n" for number in range(MOST_HOSTS + 9)))
    assert len(names(tmp_path)) == MOST_HOSTS
    for number in range(MOST_FILES + 9):
        write(tmp_path, f"Host f{number}\n", f"many{number}")
    write(tmp_path, "Include many*\n")
    assert len(names(tmp_path)) == MOST_FILES - 1


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device", "unreadable"])
def test_what_is_no_file_has_no_hosts(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, "Host web\n")
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "unreadable":
        path.symlink_to(path)
    assert names(tmp_path) == []
    assert ssh_config({"HOME": str(tmp_path)}) == str(path)


WORDS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.lists(st.tuples(st.sampled_from(["Host", "Match", "HostName", "User", "Include", ""]), WORDS), max_size=12))
def test_any_text_gives_names_that_are_safe_to_print(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str]]
) -> None:
    home = tmp_path_factory.mktemp("home")
    write(home, "\n".join(f"{keyword} {rest}" for keyword, rest in lines))
    for host in read_ssh_hosts({"HOME": str(home)}):
        assert clean(host.name) == host.name
        assert not set(host.name) & set(" \t\n/*?")
        assert clean(host.destination) == host.destination
