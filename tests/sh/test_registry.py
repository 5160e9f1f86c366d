"""registry.sh in real shells and with every awk: what changes make of the file, who waits for whom, what is refused."""

from __future__ import annotations

import fcntl
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from navi.core.registry import read_registry
from navi.hosts.wire import new_token, request
from navi.ops import Answer, Operation, OperationError
from navi.ops.look.snapshot import snapshot
from navi.ops.operation import read_records
from navi.ops.registry import change_entries, read_file, replace_file
from tests.support.awks import AWKS, every_awk
from tests.support.machines import Account, Lab, program
from tests.support.scripts import (
    BUSYBOX,
    DASH,
    KSH,
    SHELLS,
    Shell,
    answer,
    environment,
    every_shell,
    needs_of,
    run,
    settings_of,
    stand_in,
)
from tests.support.strangers import HAS_STRANGERS, STRANGER, give_away

PAIRS = [
    *((shell, "mawk") for shell in SHELLS),
    *((DASH, awk) for awk in AWKS[1:]),
    (BUSYBOX, "busybox"),
]
NO_FLOCK = tuple(Shell(f"{one.name}-without-flock", one.words, without=("flock",)) for one in (DASH, BUSYBOX, KSH))

shells_and_awks = pytest.mark.parametrize(("shell", "awk"), PAIRS, ids=lambda one: getattr(one, "name", one))
every_locking_shell = pytest.mark.parametrize("shell", [*SHELLS, *NO_FLOCK], ids=lambda shell: shell.name)

HOSTILE = (
    "two words", "it's", 'say "hi"', "-x", "$HOME", "$(touch pwned)", "`id`", "a;", "*", "~", "a\\b", "\\$HOME",
    "naïve ✓ 日本 🚀", "sessions", "version", "%s%d", "n" * 200,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry of an account, changed in a shell with an awk."""

    account: Account
    shell: Shell = DASH
    awk: str = "mawk"
    more: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.account.folder / "tmp" / "claude-tmux-sockets"

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / ".sessions.json"

    @property
    def lock(self) -> Path:
        """What stands beside it while somebody writes."""
        return self.folder / ".sessions.lock"

    def document(self) -> dict[str, dict[str, dict[str, object]]]:
        """Read it."""
        found = json.loads(self.path.read_text())
        assert isinstance(found, dict)
        return found

    def write(self, document: object) -> bytes:
        """Put a document, or bytes, in its place."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        data = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        self.path.write_bytes(data)
        return data

    def change(self, *changes: Sequence[str]) -> str:
        """Carry out changes; return what was wrong with the file before. Raises OperationError."""
        stand_in_for_awk = self.account.bin / "awk"
        stand_in_for_awk.unlink(missing_ok=True)
        stand_in_for_awk.symlink_to(program(self.awk))
        return run(self.account, self.shell, changing(*changes), self.more)

    def refuses(self, words: str, status: int) -> None:
        """See that nothing can be changed, and why."""
        with pytest.raises(OperationError, match=words) as caught:
            self.change(put("x"))
        assert caught.value.status == status


def changing(*changes: Sequence[str]) -> Operation[str]:
    """An operation that carries out changes."""
    body = (
        'navi_need_registry\nnavi_change_registry "$1" || navi_fail $? "$navi_trouble"\n'
        'printf "%s trouble %s\\n" "$navi_token" "$navi_trouble"'
    )
    lines = "".join("\t".join(words) + "\n" for words in changes)
    return Operation("change", needs_of("registry/change_entry") + body, (lines,), trouble)


def trouble(said: Answer) -> str:
    """What was wrong with the file."""
    return next((record.rest for record in read_records(said) if record.kind == "trouble"), "")


def put(name: str, key: str = "socket", value: str = "/s") -> Sequence[str]:
    """The change that sets a text of an entry."""
    return ("put", name, key, "text", value)


# ---- changes


@shells_and_awks
def test_entries_are_made_changed_renamed_and_dropped(lab: Lab, shell: Shell, awk: str) -> None:
    registry = Registry(lab.local, shell, awk)
    registry.change(put("a"), ("put", "a", "pid", "raw", "12"), put("b"), put("c", "created_at", "then"))
    assert registry.document() == {
        "sessions": {"a": {"socket": "/s", "pid": 12}, "b": {"socket": "/s"}, "c": {"created_at": "then"}},
        "version": "1.0",
    }
    assert registry.path.stat().st_mode & 0o777 == 0o600
    registry.change(
        ("add", "a", "socket", "text", "other"), ("add", "a", "type", "text", "shell"), ("unset", "a", "pid"),
        ("move", "b", "d"), ("dropif", '"c"', "now"), ("drop", "nobody"), ("dropif", '"nobody"', "x"),
    )  # fmt: skip
    assert registry.document()["sessions"] == {
        "a": {"socket": "/s", "type": "shell"}, "c": {"created_at": "then"}, "d": {"socket": "/s"},
    }  # fmt: skip
    registry.change(("dropif", '"c"', "then"), ("move", "a", "d"), ("move", "nobody", "d"))
    assert registry.document()["sessions"] == {"d": {"socket": "/s", "type": "shell"}}
    registry.change(("drop", "d"), put("e"))
    assert registry.document() == {"sessions": {"e": {"socket": "/s"}}, "version": "1.0"}


UNKNOWN = r"""
{ "comment" : "é \u00e9 \ud83d\ude80 \/ \\ \" \n", "list": [1, 2.50, -1e-3, {"a": [ ]}, null, true],
  "sessions": {
    "old": {"socket": "\/s", "target": "old:0.0", "other": {"deep": ["\u0041", {}]}, "pid": 1e3, "none": null},
    "odd": "no entry"
  }, "version": "1.0", "last": false }
"""


@shells_and_awks
def test_what_navi_does_not_know_stays_as_it_is_written(lab: Lab, shell: Shell, awk: str) -> None:
    registry = Registry(lab.local, shell, awk)
    registry.write(UNKNOWN.encode())
    assert registry.change(put("old", "last_active", "now"), put("new")) == ""
    wanted = json.loads(UNKNOWN)
    wanted["sessions"]["old"]["last_active"] = "now"
    wanted["sessions"]["new"] = {"socket": "/s"}
    assert registry.document() == wanted
    text = registry.path.read_text()
    for piece in (r'"é \u00e9 \ud83d\ude80 \/ \\ \" \n"', "2.50", "-1e-3", r'"\/s"', r'["\u0041",{}]', "1e3"):
        assert piece in text


@shells_and_awks
def test_names_may_be_anything(lab: Lab, shell: Shell, awk: str) -> None:
    registry = Registry(lab.local, shell, awk)
    registry.change(*(put(name, "target", name) for name in HOSTILE))
    assert registry.document()["sessions"] == {name: {"target": name} for name in HOSTILE}
    registry.change(*(("move", name, f"{name} new") for name in HOSTILE))
    assert set(registry.document()["sessions"]) == {f"{name} new" for name in HOSTILE}
    registry.change(*(("drop", f"{name} new") for name in HOSTILE))
    assert registry.document()["sessions"] == {}
    assert not list(lab.local.home.rglob("pwned"))


@every_awk
def test_entries_of_others_with_names_that_no_session_has_can_be_removed(lab: Lab, awk: str) -> None:
    names = ["a\tb", "a\ndrop\tstays", "\x01", "é\u2028", "stays", "a", *HOSTILE]
    for ascii_only in (True, False):
        registry = Registry(lab.local, DASH, awk)
        document = {"sessions": {name: {"created_at": "then"} for name in names}, "version": "1.0"}
        registry.write(json.dumps(document, ensure_ascii=ascii_only).encode())
        registry.change()
        known = read_registry(registry.path.read_bytes()).entries
        run(lab.local, DASH, change_entries([entry for name, entry in known.items() if name not in ("stays", "a")]))
        assert set(registry.document()["sessions"]) == {"stays", "a"}


@every_awk
def test_a_large_registry_is_no_problem(lab: Lab, awk: str) -> None:
    registry = Registry(lab.local, DASH, awk)
    entries = {f"s{number}": {"socket": "/s", "note": "x" * 1000} for number in range(300)}
    registry.write({"sessions": entries, "version": "1.0"})
    registry.change(*(put(f"n{number}", "note", "y" * 1000) for number in range(300)), ("drop", "s0"))
    found = registry.document()["sessions"]
    assert (len(found), found["s299"], found["n299"]) == (599, entries["s299"], {"note": "y" * 1000})


# ---- a use


def used(name: str) -> Operation[str]:
    """An operation that finds an entry, tells its target, and notes a use of it."""
    body = (
        "navi_find_registry; navi_name=$1; navi_find_entry || navi_fail $navi_none none; navi_entry=yes\n"
        'navi_touch_entry; navi_await_touch; printf "%s target %s\\n" "$navi_token" "$navi_entry_target"'
    )
    return Operation("use", needs_of("registry/change_entry") + body, (name,), target)


def target(said: Answer) -> str:
    """The target that was found."""
    return next(record.rest for record in read_records(said) if record.kind == "target")


OLD = "2026-01-01T00:00:00Z"

ENTRIES: dict[str, object] = {
    "api": {"socket": "/s", "target": "api:0.0", "last_active": OLD},
    "api-long": {"target": "long", "last_active": OLD, "more": 1},
    "a path": {"socket": "/tmp/a,b {c.sock", "target": "path", "last_active": OLD},
    "late": {"target": "late", "other": {"last_active": OLD}, "last_active": OLD},
    "inner": {"target": "inner", "other": {"last_active": OLD}},
    "twice": {"target": "twice", "last_active": OLD, "other": {"last_active": OLD}},
    "never": {"target": "never"},
    "number": {"target": "number", "last_active": 7},
    "empty": {"target": "empty", "last_active": ""},
    "words": {"target": "words", "last_active": 'not "long" ago'},
    "mark": {"target": '"last_active":"x', "last_active": OLD},
    'say "hi"': {"target": "said", "last_active": OLD},
    'api":{"x': {"target": "deceit", "last_active": OLD},
    "a\\b": {"target": "back", "last_active": OLD},
    "naïve ✓ 日本 🚀": {"target": "wide", "last_active": OLD},
    "*": {"target": "star", "last_active": OLD},
    "version": {"target": "version", "last_active": OLD},
}

LAYOUTS = {
    "as navi writes it": lambda document: (
        '{"sessions":{\n'
        + ",\n".join(f"{json.dumps(name)}:{compact(entry)}" for name, entry in document["sessions"].items())
        + '\n},"version":"1.0","x":[1]}\n'
    ),
    "as others write it": lambda document: json.dumps(document, indent=2),
    "in one line": lambda document: json.dumps(document),
    "nearly as navi writes it": lambda document: (
        '{"sessions":{\n'
        + compact(document["sessions"])[1:-1].replace("}},", "}}\n,")
        + '\n},"version":"1.0","x":[1]}\n'
    ),
}


def compact(value: object) -> str:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@shells_and_awks
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_use_is_noted_in_its_own_entry_and_nowhere_else(lab: Lab, shell: Shell, awk: str, layout: str) -> None:
    registry = Registry(lab.local, shell, awk)
    registry.change()
    document: dict[str, Any] = {"sessions": ENTRIES, "version": "1.0", "x": [1]}
    for name in ENTRIES:
        wanted = json.loads(json.dumps(document))
        registry.write(LAYOUTS[layout](document).encode())
        assert run(lab.local, shell, used(name)) == wanted["sessions"][name]["target"]
        found = registry.document()
        time_of_use = str(found["sessions"][name]["last_active"])
        assert re.fullmatch(r"20[0-9-]{8}T[0-9:]{8}Z", time_of_use)
        assert time_of_use > OLD
        wanted["sessions"][name]["last_active"] = time_of_use
        assert found == wanted
    registry.write(LAYOUTS[layout](document).encode())
    for name in ("ap", "nobody", "x", "sessions"):
        with pytest.raises(OperationError) as caught:
            run(lab.local, shell, used(name))
        assert caught.value.status == 66


def test_a_use_in_a_file_of_navis_own_leaves_all_other_lines_as_they_are(lab: Lab) -> None:
    registry = Registry(lab.local)
    before = LAYOUTS["as navi writes it"]({"sessions": ENTRIES}).replace("naïve", "na\\u00efve")
    registry.write(before.encode())
    registry.path.chmod(0o640)
    run(lab.local, DASH, used("api"))
    after = registry.path.read_text()
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][0].startswith('"api":{')
    assert registry.path.stat().st_mode & 0o777 == 0o640


# ---- what is no registry

BROKEN = (
    b"{", b"[]", b"null", b"nonsense", b'{"sessions": []}', b'{"sessions": {"a": {}}', b'{"sessions": 1}', b"\xff\xfe",
    b'{"sessions": {}} {}', b" \n", b'{"sessions": {"a": {"socket": "\n"}}}',
)  # fmt: skip


@every_awk
@pytest.mark.parametrize("data", BROKEN)
def test_what_is_no_registry_is_set_aside_and_reported(lab: Lab, awk: str, data: bytes) -> None:
    registry = Registry(lab.local, DASH, awk)
    registry.write(data)
    told = registry.change(put("a"))
    aside = re.fullmatch(r"the registry was not valid JSON of the expected shape; it was moved to (.*)", told)
    assert aside, told
    assert Path(aside[1]).read_bytes() == data
    assert registry.document() == {"sessions": {"a": {"socket": "/s"}}, "version": "1.0"}


def test_what_is_set_aside_is_never_overwritten(lab: Lab) -> None:
    registry = Registry(lab.local)
    for number in range(3):
        registry.write(b"{" * (number + 1))
        registry.change(put("a"))
    aside = [path.read_bytes() for path in registry.folder.glob(".sessions.json.broken.*")]
    assert sorted(aside) == [b"{", b"{{", b"{{{"]


@shells_and_awks
def test_an_empty_file_is_an_empty_registry_and_a_newer_version_is_left_alone(lab: Lab, shell: Shell, awk: str) -> None:
    registry = Registry(lab.local, shell, awk)
    registry.write(b"")
    registry.change(put("a"))
    assert set(registry.document()["sessions"]) == {"a"}
    data = registry.write(b'{"sessions": {}, "version": "2.0"}')
    registry.refuses("has a version other than 1.0", 78)
    assert registry.path.read_bytes() == data


# ---- what can't be written


@shells_and_awks
def test_a_full_disk_leaves_the_old_file(lab: Lab, shell: Shell, awk: str) -> None:
    registry = Registry(lab.local, shell, awk)
    data = registry.write({"sessions": {f"s{number}": {"note": "x" * 4000} for number in range(60)}, "version": "1.0"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as a full disk: writing fails, and nobody is killed
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        registry.refuses("can't be written; check its permissions and the disk", 77)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    assert registry.path.read_bytes() == data
    assert [path.name for path in registry.folder.iterdir() if "next" in path.name] == []


@every_shell
def test_a_folder_that_can_not_be_and_a_file_that_is_none_are_reported(lab: Lab, shell: Shell) -> None:
    (lab.local.folder / "file").write_text("")
    Registry(lab.local, shell, more={"CLAUDE_TMUX_SOCKET_DIR": f"{lab.local.folder}/file/below"}).refuses(
        "can't be written to", 77
    )
    registry = Registry(lab.local, shell)
    registry.path.mkdir(parents=True, mode=0o700)
    registry.refuses("can't be read", 77)
    assert list(registry.path.iterdir()) == []


# ---- whose folder, whose files


def a_link_to_a_folder(path: Path) -> None:
    path.with_name("elsewhere").mkdir(exist_ok=True)
    path.symlink_to(path.with_name("elsewhere"))


def a_foreign_folder(path: Path) -> None:
    path.mkdir(mode=0o777)
    (path / ".sessions.json").write_text('{"sessions": {"trap": {"socket": "/theirs"}}, "version": "1.0"}')
    give_away(path)


FOREIGN_FOLDERS = {
    "a link to a folder": a_link_to_a_folder,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a file": lambda path: path.write_text(""),
    "a folder of somebody else": a_foreign_folder,
}


@pytest.mark.parametrize("kind", FOREIGN_FOLDERS)
@every_shell
def test_where_the_usual_folder_is_not_ones_own_a_private_one_is_used(lab: Lab, shell: Shell, kind: str) -> None:
    registry = Registry(lab.local, shell)
    FOREIGN_FOLDERS[kind](registry.folder)
    before = registry.folder.lstat()
    private = registry.folder.with_name(f"{registry.folder.name}-{os.getuid()}")
    registry.change(put("a"))
    assert private.stat().st_mode & 0o777 == 0o700
    assert json.loads((private / ".sessions.json").read_text())["sessions"] == {"a": {"socket": "/s"}}
    assert run(lab.local, shell, read_file()).path == str(private / ".sessions.json")
    assert registry.folder.lstat().st_mtime_ns == before.st_mtime_ns
    if registry.folder.is_dir() and not registry.folder.is_symlink():
        shutil.rmtree(registry.folder)
    else:
        registry.folder.unlink()
    registry.change(put("b"))
    assert set(json.loads((private / ".sessions.json").read_text())["sessions"]) == {"a", "b"}, "it stays the user's"


@pytest.mark.parametrize("kind", FOREIGN_FOLDERS)
@every_shell
def test_a_named_folder_that_is_not_ones_own_is_refused(lab: Lab, shell: Shell, kind: str) -> None:
    folder = lab.local.folder / "tmp" / "named"
    FOREIGN_FOLDERS[kind](folder)
    for named in (str(folder), f"{folder}//"):
        more = {"CLAUDE_TMUX_SOCKET_DIR": named}
        Registry(lab.local, shell, more=more).refuses("set CLAUDE_TMUX_SOCKET_DIR to a folder of your own", 77)
        asked: list[Operation[Any]] = [read_file(), replace_file("x"), change_entries([])]
        assert [answer(lab.local, shell, one, more).status for one in asked] == [77, 77, 77]
        found = run(lab.local, shell, snapshot(), more).registry
        assert (found.entries, found.usable) == ({}, False)
        assert "set CLAUDE_TMUX_SOCKET_DIR" in found.problem
    elsewhere = folder.with_name("elsewhere")
    assert not elsewhere.exists() or list(elsewhere.iterdir()) == []


def test_also_the_private_folder_must_be_ones_own(lab: Lab) -> None:
    registry = Registry(lab.local)
    for name in (registry.folder.name, f"{registry.folder.name}-{os.getuid()}"):
        a_foreign_folder(registry.folder.with_name(name))
    registry.refuses("set CLAUDE_TMUX_SOCKET_DIR to a folder of your own", 77)


def a_foreign_file(path: Path) -> None:
    path.write_text("{}")
    give_away(path)


FOREIGN_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link": (lambda path: path.symlink_to(path.with_name("mine")), "it is a symbolic link"),
    "a FIFO": (lambda path: os.mkfifo(path), "it is not a file"),
    "somebody else's": (a_foreign_file, "it is "),
}


@pytest.mark.parametrize("kind", FOREIGN_FILES)
@pytest.mark.parametrize("file", [".sessions.json", ".sessions.lock"])
@every_shell
def test_files_that_are_not_ones_own_are_not_touched(lab: Lab, shell: Shell, file: str, kind: str) -> None:
    registry = Registry(lab.local, shell, more={"LOCK_TIMEOUT": "1"})
    registry.folder.mkdir(mode=0o700)
    mine = registry.folder / "mine"
    mine.write_text('{"sessions": {"trap": {"socket": "/theirs"}}, "version": "1.0"}')
    make, words = FOREIGN_FILES[kind]
    make(registry.folder / file)

    def found() -> tuple[bytes, int, int, int]:
        about = (registry.folder / file).lstat()  # to follow a link is to read it, which changes the time of access
        return mine.read_bytes(), about.st_mode, about.st_ino, about.st_ctime_ns

    before = found()
    registry.refuses(f"{re.escape(str(registry.folder / file))} can't be (read|used): {words}", 77)
    assert answer(lab.local, shell, read_file()).status == 77
    assert run(lab.local, shell, snapshot()).registry.usable is False
    assert found() == before


@every_shell
def test_a_folder_that_others_can_write_to(lab: Lab, shell: Shell) -> None:
    usual = Registry(lab.local, shell)
    usual.folder.mkdir()
    usual.folder.chmod(0o777)
    usual.change(put("a"))
    assert usual.folder.stat().st_mode & 0o777 == 0o755, "the usual one is put right"
    named = lab.local.folder / "named"
    named.mkdir()
    more = {"CLAUDE_TMUX_SOCKET_DIR": str(named)}
    for mode in (0o777, 0o1777, 0o757):
        named.chmod(mode)
        Registry(lab.local, shell, more=more).refuses(f"others can write to {named}; run: chmod go-w {named}", 77)
        Registry(lab.local, shell, more={"REGISTRY_FILE": f"{named}/x.json"}).refuses("others can write to", 77)
        Registry(lab.local, shell, more={"REGISTRY_LOCK": f"{named}/x.lock"}).refuses("others can write to", 77)
        assert named.stat().st_mode & 0o7777 == mode
    named.chmod(0o775)
    Registry(lab.local, shell, more=more).change(put("a"))
    if HAS_STRANGERS:
        os.chown(named, 0, STRANGER)
        Registry(lab.local, shell, more=more).refuses("others can write to", 77)


def test_what_others_have_left_where_the_file_is_replaced_leads_nowhere(lab: Lab) -> None:
    registry = Registry(lab.local)
    registry.write({"sessions": {}, "version": "1.0"})
    mine = lab.local.home / "mine"
    mine.write_text("as it was")
    for name in (".before", ".next.1"):
        registry.path.with_name(f"{registry.path.name}{name}").symlink_to(mine)
    found = run(lab.local, DASH, replace_file('{"sessions": {"b": {}}, "version": "1.0"}'))
    assert found.replaced
    registry.change(put("a"))
    assert mine.read_text() == "as it was"
    registry.path.unlink()
    assert not run(lab.local, DASH, replace_file("{}")).replaced, "there was none"


def test_other_places_can_be_named(lab: Lab) -> None:
    folder = lab.local.folder / "o t"
    registry = Registry(lab.local, more={"CLAUDE_TMUX_SOCKET_DIR": str(folder)})
    registry.change(put("a"))
    assert json.loads((folder / ".sessions.json").read_text())["sessions"] == {"a": {"socket": "/s"}}
    other = {"REGISTRY_FILE": f"{folder}/other.json", "REGISTRY_LOCK": f"{folder}/other.lock"}
    Registry(lab.local, more=registry.more | other).change(put("b"))
    assert json.loads((folder / "other.json").read_text())["sessions"] == {"b": {"socket": "/s"}}


# ---- locks

IMPATIENT = {"LOCK_TIMEOUT": "1"}


@contextmanager
def flocked(registry: Registry) -> Iterator[None]:
    """Have the lock as other tools do."""
    registry.folder.mkdir(mode=0o700, exist_ok=True)
    with registry.lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def lock_by_folder(registry: Registry, owner: object = None) -> None:
    """Have the lock as tools do where there is no flock(1)."""
    registry.folder.mkdir(mode=0o700, exist_ok=True)
    registry.lock.mkdir()
    if owner is not None:
        (registry.lock / "owner").write_text(f"{owner}\n")


@every_shell
def test_a_lock_by_flock_is_respected_and_let_go(lab: Lab, shell: Shell) -> None:
    registry = Registry(lab.local, shell, more=IMPATIENT)
    with flocked(registry):
        registry.refuses("is locked by another process", 75)
    registry.change(put("a"))
    registry.change(put("b"))
    assert set(registry.document()["sessions"]) == {"a", "b"}


@every_locking_shell
def test_a_lock_that_is_a_folder_is_respected_unless_its_owner_has_ended(lab: Lab, shell: Shell) -> None:
    registry = Registry(lab.local, shell, more=IMPATIENT)
    for owner in (os.getpid(), None, "somebody"):
        lock_by_folder(registry, owner)
        registry.refuses("is locked by another process", 75)
        for path in registry.lock.iterdir():
            path.unlink()
        registry.lock.rmdir()
    ended = subprocess.Popen(["true"])
    ended.wait()
    lock_by_folder(registry, ended.pid)
    registry.change(put("a"))
    registry.lock.unlink(missing_ok=True)
    lock_by_folder(registry)
    os.utime(registry.lock, (time.time() - 300,) * 2)
    registry.change(put("b"))
    assert set(registry.document()["sessions"]) == {"a", "b"}
    assert not registry.lock.is_dir()


@pytest.mark.parametrize("shell", NO_FLOCK, ids=lambda shell: shell.name)
def test_an_empty_lock_file_of_those_who_have_flock_is_no_lock(lab: Lab, shell: Shell) -> None:
    registry = Registry(lab.local, shell, more=IMPATIENT)
    registry.folder.mkdir(mode=0o700)
    registry.lock.write_text("")
    registry.change(put("a"))
    assert not registry.lock.exists()


def test_a_flock_that_can_not_wait_will_do(lab: Lab) -> None:
    stand_in(lab.local, "flock", 'case $1 in -n) exec "$real" "$@" ;; *) echo usage >&2; exit 1 ;; esac')
    registry = Registry(lab.local, more=IMPATIENT)
    with flocked(registry):
        registry.refuses("is locked by another process", 75)
    registry.change(put("a"))


@every_shell
def test_a_lock_file_that_can_not_be_opened_is_reported(lab: Lab, shell: Shell) -> None:
    more = {"REGISTRY_LOCK": f"{lab.local.folder}/nowhere/lock", "LOCK_TIMEOUT": "0.5"}
    Registry(lab.local, shell, more=more).refuses(f"{lab.local.folder}/nowhere can't be written to", 77)


# ---- many at once, and killed at any moment


@pytest.mark.parametrize("shell", [DASH, KSH, NO_FLOCK[0], NO_FLOCK[2]], ids=lambda shell: shell.name)
def test_of_many_changes_at_once_none_is_lost(lab: Lab, shell: Shell) -> None:
    registry = Registry(lab.local, shell, more={"LOCK_TIMEOUT": "60"})
    registry.change(put("first"))
    with ThreadPoolExecutor(8) as pool:
        changes = [changing(put(f"s{number}")) for number in range(24)]
        list(pool.map(lambda operation: run(lab.local, shell, operation, registry.more), changes))
    assert set(registry.document()["sessions"]) == {"first", *(f"s{number}" for number in range(24))}
    assert [path.name for path in registry.folder.glob(".sessions.json?*")] == []


@pytest.mark.parametrize("shell", [DASH, BUSYBOX, NO_FLOCK[0]], ids=lambda shell: shell.name)
def test_who_is_killed_at_any_moment_leaves_a_whole_file_and_no_lock(lab: Lab, shell: Shell) -> None:
    registry = Registry(lab.local, shell, more=IMPATIENT | {"LOCK_TIMEOUT": "20"})
    entries = {f"s{number}": {"socket": "/s" * 50} for number in range(60)}
    registry.write({"sessions": entries, "version": "1.0"})
    operation = changing(put("s1", "mark", "x" * 5000), ("drop", "s2"))
    began = time.monotonic()
    run(lab.local, shell, changing(put("s1", "mark", "")), registry.more)
    whole = time.monotonic() - began
    for number in range(24):
        kill_meanwhile(registry, operation, whole * number / 20)
        found = registry.document()["sessions"]
        assert ("s2" not in found) == (found["s1"].get("mark") == "x" * 5000)
        assert {name: found[name] for name in ("s0", "s59")} == {name: entries[name] for name in ("s0", "s59")}
    registry.change(put("s2"), put("s1", "mark", ""))
    assert [path.name for path in registry.folder.glob(".sessions.json.next*")] == []


def kill_meanwhile(registry: Registry, operation: Operation[str], after: float) -> None:
    """Carry out an operation in a process group of its own, which is killed after so many seconds."""
    asked = registry.account.folder / "asked"
    asked.write_bytes(request(operation, new_token(), settings_of(registry.account)))
    with asked.open("rb") as file:
        process = subprocess.Popen(
            [*registry.shell.words, "-s"], stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(registry.account, registry.shell) | registry.more, start_new_session=True,
        )  # fmt: skip
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=after)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# ---- the whole file


@every_shell
def test_a_backup_is_put_back_byte_for_byte(lab: Lab, shell: Shell) -> None:
    registry = Registry(lab.local, shell)
    with pytest.raises(OperationError, match=r"the registry .* does not exist yet") as caught:
        run(lab.local, shell, read_file())
    assert caught.value.status == 66
    data = registry.write(UNKNOWN.encode())
    found = run(lab.local, shell, read_file())
    assert (found.path, found.body) == (str(registry.path), data)
    registry.change(("drop", "old"))
    changed = registry.path.read_bytes()
    run(lab.local, shell, replace_file(data.decode()))
    assert registry.path.read_bytes() == data
    assert (registry.folder / ".sessions.json.before").read_bytes() == changed
    with flocked(registry):
        assert answer(lab.local, shell, replace_file("x"), IMPATIENT).status == 75
    assert registry.path.read_bytes() == data
