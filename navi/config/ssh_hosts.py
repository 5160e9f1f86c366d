"""The hosts that ~/.ssh/config names, for navi to offer.

Only ssh decides what they mean. Names with wildcards and the contents of Match blocks are not hosts. Nor are services
that keep git repositories: they give nobody a shell. Reading has limits, because the file and its includes may hold
anything.
"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from navi.config.paths import home
from navi.core.address import LOCAL
from navi.core.text import clean

LARGEST = 1_000_000
"""Bytes of a file that are read."""

MOST_FILES = 64
MOST_HOSTS = 500

DEEPEST = 16
"""Levels of includes within each other, as in ssh."""

LONGEST = 255
"""Characters of a name."""

KEYWORD = re.compile(r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)")
WORD = re.compile(r'"([^"]*)"|(\S+)')

REFUSED = frozenset("'`\"$\\;&<>|(){}*?!,/")
"""Characters that ssh accepts in no host name, those of patterns, and the one that ends a host in an address."""

GIT = re.compile(r"(?:[\w-]+\.)*(?:github|gitlab|bitbucket|codeberg|azure|sr)\.(?:com|org|ht)", re.ASCII)
"""Services that keep repositories."""


class SshHost(NamedTuple):
    """A name of a host; `host_name` and `user` are those in the file, for people to recognize it by."""

    name: str
    host_name: str = ""
    user: str = ""

    @property
    def destination(self) -> str:
        """Where it is, as people write it; "" if the file does not say."""
        address = self.host_name.replace("%h", self.name)
        return f"{self.user}@{address or self.name}" if self.user else address


class _Block(NamedTuple):
    """What follows a Host line: its names without patterns, and its fields."""

    names: list[str]
    fields: dict[str, str]


def ssh_config(environment: Mapping[str, str]) -> str:
    """Return the path of the user's own configuration of ssh."""
    return os.path.join(home(environment), ".ssh", "config")


def read_ssh_hosts(environment: Mapping[str, str]) -> tuple[SshHost, ...]:
    """Return the hosts in the order of the file. A file that can't be read has none."""
    reader = _Reader(home(environment))
    reader.read(ssh_config(environment), 0)
    return tuple(one for one in islice(_hosts(reader.blocks), MOST_HOSTS) if not _keeps_repositories(one))


def _hosts(blocks: Iterable[_Block]) -> Iterator[SshHost]:
    """Yield the hosts; of several values ssh takes the first. Several names of one machine are one host."""
    fields: dict[str, dict[str, str]] = {}
    for names, values in blocks:
        address = values.get("hostname", "%h")
        for name in names if "%h" in address else names[:1]:
            fields[name] = values | fields.get(name, {})
    for name, values in fields.items():
        yield SshHost(name, clean(values.get("hostname", "")), clean(values.get("user", "")))


def _keeps_repositories(host: SshHost) -> bool:
    return host.user == "git" or any(GIT.fullmatch(one.lower()) for one in (host.name, host.host_name))


class _Reader:
    """Reads a file and its includes, block by block."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._files = 0
        self.blocks: list[_Block] = []

    def read(self, path: str, depth: int) -> None:
        """Read a file, as far as the limits allow."""
        if depth > DEEPEST or self._files >= MOST_FILES:
            return
        self._files += 1
        block, for_all = _Block([], {}), True
        for keyword, words in _lines(_text(path)):
            if keyword in ("host", "match"):
                block = _Block([word for word in words if _is_name(word)] if keyword == "host" else [], {})
                for_all = words[:1] == (["*"] if keyword == "host" else ["all"])
                self.blocks.append(block)
            elif keyword == "include" and for_all:  # in another block it counts only for that block's hosts
                self._include(words, depth + 1)
            elif keyword in ("hostname", "user") and words:
                block.fields.setdefault(keyword, words[0])

    def _include(self, words: Iterable[str], depth: int) -> None:
        for word in words:
            pattern = os.path.join(self._home, ".ssh", re.sub("^~(?=/)", lambda _: self._home, word))
            with suppress(OSError, ValueError):
                for path in sorted(islice(glob.iglob(pattern), MOST_FILES)):
                    self.read(path, depth)


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the keyword of each line, in small letters, and its words."""
    for line in text.splitlines():
        found = KEYWORD.fullmatch(line)
        if found:
            yield found[1].lower(), list(_words(found[2]))


def _words(text: str) -> Iterator[str]:
    for quoted, bare in WORD.findall(text):
        if bare.startswith("#"):  # a comment
            return
        yield quoted or bare


def _is_name(word: str) -> bool:
    """Return whether navi and ssh both take a word as the name of a host."""
    if not word or len(word) > LONGEST or word.startswith("-") or word == LOCAL or REFUSED.intersection(word):
        return False
    return clean(word) == word and not any(letter.isspace() for letter in word)


def _text(path: str) -> str:
    """Return the beginning of a file, "" if there is none that can be read. A pipe must not make navi wait."""
    with suppress(OSError, ValueError), open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file.read(LARGEST).decode("utf-8", "surrogateescape")
    return ""
