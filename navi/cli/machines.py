"""What a verb works with: the configuration, the hosts by name, addresses, and what is said when something fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from navi import exits
from navi.config import Places, Remote, Settings, read_remotes, read_settings
from navi.hosts.base import HostError
from navi.hosts.plain import PlainHost, PlainRemote
from navi.model import LOCAL, address_of
from navi.ops import OperationError
from navi.text import clean

T = TypeVar("T")
Answer = TypeVar("Answer")

AT_ONCE = 32
"""Questions that are under way at the same time."""


class UsageError(Exception):
    """The command line asks for something that can't be; the text says what and what to type."""


@dataclass(frozen=True, slots=True)
class Address:
    """A session on a host, as a person wrote it."""

    host: str
    name: str

    def __str__(self) -> str:
        return address_of(self.host, self.name)


def complain(words: str) -> None:
    """Say on standard error what is wrong."""
    print(f"navi: {clean(words)}", file=sys.stderr)


def print_json(document: object) -> None:
    """Write one document on standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


class Machines:
    """This machine and the remotes. Nothing is read or connected before it is needed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.places = Places(environment)

    @cached_property
    def settings(self) -> Settings:
        """config.yaml; what is wrong with it is said once."""
        settings, problems = read_settings(self.places.settings)
        for problem in problems:
            complain(str(problem))
        return settings

    @cached_property
    def remotes(self) -> Mapping[str, Remote]:
        """The enabled remotes by name; what is wrong with their file is said once."""
        remotes, problems = read_remotes(self.places.remotes)
        for problem in problems:
            complain(str(problem))
        return {remote.name: remote for remote in remotes if remote.enabled}

    def host(self, name: str) -> PlainHost:
        """Return a host. Raises UsageError for a name that remotes.yaml does not have."""
        if name == LOCAL:
            return PlainHost(LOCAL, self.settings.sessions_dir, self.settings.cleanup, self.environment)
        if name not in self.remotes:
            known = ", ".join((LOCAL, *self.remotes))
            raise UsageError(f"there is no host `{name}` in {self.places.remotes}; known are {known}")
        return PlainRemote(self.remotes[name], self.environment)

    def address(self, text: str) -> Address:
        """Read SESSION, or HOST/SESSION. Raises UsageError."""
        host, slash, name = text.partition("/")
        if not slash:
            host, name = LOCAL, text
        if not name:
            raise UsageError(f"`{text}` is no address; write SESSION, or HOST/SESSION")
        self.host(host)
        return Address(host, name)

    def each(
        self, things: Iterable[T], ask: Callable[[T], Answer]
    ) -> list[tuple[T, Answer | HostError | OperationError]]:
        """Ask about several things at once; the answers come in their order, failures in place of answers."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda thing: (thing, _answer(ask, thing)), list(things)))


def _answer(ask: Callable[[T], Answer], thing: T) -> Answer | HostError | OperationError:
    try:
        return ask(thing)
    except (HostError, OperationError) as error:
        return error


def why(error: HostError | OperationError) -> tuple[str, int]:
    """Return what went wrong, in words, and the exit status that stands for it."""
    if isinstance(error, HostError):
        return f"{error.failure.cause}; {error.failure.remedy}", exits.of_failure(error.failure)
    return str(error), error.status


def attempt(about: object, do: Callable[[], T], told: Callable[[T], None]) -> int:
    """Do one thing and tell it, or what went wrong; return the exit status."""
    try:
        told(do())
    except (HostError, OperationError) as error:
        words, status = why(error)
        complain(f"{about}: {words}")
        return status
    return exits.OK


def tell(results: Sequence[tuple[object, Any]], as_json: bool, words: Callable[[object, Any], str]) -> int:
    """Print the result for each thing; return the exit status: that of the first failure."""
    status = exits.OK
    document = []
    for thing, answer in results:
        if isinstance(answer, HostError | OperationError):
            said, code = why(answer)
            status = status or code
            document.append({"address": str(thing), "error": said, "status": code})
            if not as_json:
                complain(f"{thing}: {said}")
        else:
            document.append({"address": str(thing), "error": None, "status": exits.OK})
            if not as_json:
                print(clean(words(thing, answer)))
    if as_json:
        print_json(document)
    return status
