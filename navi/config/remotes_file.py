"""Writing hosts of ~/.ssh/config into remotes.yaml, a file for people.

navi never overwrites an existing file. It adds entries after the last one, and only if the file then reads as meant.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from navi.config.remote import Remote
from navi.config.ssh_hosts import SshHost

HEAD = """\
# The machines whose sessions navi lists beside those of this one. navi wrote this file on {date}.
# `host` is a name of ~/.ssh/config, which has user, key, port and jump host; navi-remotes(5) describes all fields.
# The file is yours: add entries, change them or remove them. navi reads it when it starts.

"""

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
"""Words that need no quotes in YAML."""

SPECIAL = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
"""Words that YAML does not read as text, in upper or lower case."""


class Unwritable(Exception):
    """The hosts can't be written; the text says why, and what to do."""


def new_hosts(hosts: Sequence[SshHost], remotes: Sequence[Remote]) -> tuple[SshHost, ...]:
    """Return the hosts that no remote has yet."""
    known = {name for remote in remotes for name in (remote.name, remote.host)}
    return tuple(host for host in hosts if host.name not in known)


def remotes_of(hosts: Sequence[SshHost]) -> tuple[Remote, ...]:
    """Return the remotes that hosts are written as."""
    return tuple(Remote(host.name, host.name) for host in hosts)


def add_hosts(path: Path, hosts: Sequence[SshHost]) -> None:
    """Write remotes.yaml with these hosts, or add them to it. Raise Unwritable if the result would not read as meant.
    """
    try:
        if os.path.lexists(path):
            _append(path, hosts)
        else:
            _write_new(path, hosts)
    except OSError as error:
        raise Unwritable(f"can't write {error.filename or path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unwritable(f"{path} is not UTF-8; save it as UTF-8") from error


def text_of(hosts: Sequence[SshHost]) -> str:
    """Return a whole file."""
    return f"{HEAD.format(date=time.strftime('%Y-%m-%d'))}remotes:\n{_entries(hosts, '  ')}"


def _entries(hosts: Sequence[SshHost], indent: str) -> str:
    return "".join(line for host in hosts for line in _entry(host, indent))


def _entry(host: SshHost, indent: str) -> Iterator[str]:
    name = _scalar(host.name)
    note = f"        # {host.destination}" if host.destination else ""
    yield f"{indent}- name: {name}\n"
    yield f"{indent}  host: {name}{note}\n"


def _scalar(text: str) -> str:
    """Write a text for YAML; JSON's quotes are YAML's."""
    plain = PLAIN.fullmatch(text) and text.lower() not in SPECIAL
    return text if plain else json.dumps(text, ensure_ascii=False)


# ---- writing


def _write_new(path: Path, hosts: Sequence[SshHost]) -> None:
    """Write the file, whole or not at all; a file that has appeared meanwhile stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _temporary_file(path, text_of(hosts)) as beside:
        try:
            os.link(beside, path)
        except FileExistsError:
            raise Unwritable(f"{path} has appeared meanwhile; nothing was written") from None
        except OSError:  # a file system without links
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            os.replace(beside, path)


def _append(path: Path, hosts: Sequence[SshHost]) -> None:
    """Replace the file by one with more entries, if nobody has changed it meanwhile."""
    real = Path(os.path.realpath(path))
    before = real.read_text("utf-8")
    text = _with_entries(before, hosts)
    with _temporary_file(real, text) as beside:
        if not _reads_as_meant(real, beside, hosts):
            raise Unwritable(f"{path} does not end with a list of entries; add the hosts there by hand")
        os.chmod(beside, os.stat(real).st_mode & 0o777)
        if real.read_text("utf-8") != before:
            raise Unwritable(f"{path} has changed meanwhile; nothing was written")
        os.replace(beside, real)


def _with_entries(text: str, hosts: Sequence[SshHost]) -> str:
    """Return the text with more entries at its end, indented like the last one."""
    items = re.findall(r"^( *)- ", text, re.MULTILINE)
    start = text if not text or text.endswith("\n") else f"{text}\n"
    if not re.search(r"^remotes:", text, re.MULTILINE):
        start += "remotes:\n"
    return start + _entries(hosts, items[-1] if items else "  ")


def _reads_as_meant(before: Path, after: Path, hosts: Sequence[SshHost]) -> bool:
    from navi.config.reader import read_remotes

    old, old_problems = read_remotes(before)
    new, new_problems = read_remotes(after)
    return new == (*old, *remotes_of(hosts)) and len(new_problems) == len(old_problems)


@contextmanager
def _temporary_file(path: Path, text: str) -> Iterator[Path]:
    """Write a file that only this user can read beside another one; remove it afterwards."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "w",
            encoding="utf-8",
        ) as file:  # fmt: skip
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        with suppress(OSError):
            beside.unlink()
