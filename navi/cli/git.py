"""The verb git."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from navi.address import LOCAL
from navi.cli.lifecycle import find
from navi.cli.machines import Machines
from navi.cli.telling import attempt, print_json, why
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.git import PullRequest, Repository, git, pull_request, shown_url
from navi.text import clean

if TYPE_CHECKING:
    from argparse import Namespace


def run_git(options: Namespace, machines: Machines) -> int:
    """Tell what git knows of a session's directory, and GitHub of its branch."""
    address = machines.address(options.address)

    def ask() -> Repository:
        return machines.host(address.host).run(git(find(machines, address).cwd))

    return attempt(address, ask, lambda repository: _tell(options, machines, repository))


def _tell(options: Namespace, machines: Machines, repository: Repository) -> None:
    request, doubt = _request(machines, repository)
    if options.json:
        document = asdict(repository) | {"url": shown_url(repository.url), "dirty": repository.dirty}
        del document["difference"]
        print_json(document | {"pull_request": asdict(request) if request else None})
    else:
        _print(repository, request, doubt)


def _request(machines: Machines, repository: Repository) -> tuple[PullRequest | None, str]:
    try:
        found = machines.host(LOCAL).run(pull_request(repository.url, repository.branch))
        return found, "" if found else "the branch has no pull request"
    except (HostError, OperationError) as error:
        return None, why(error)[0]


def _print(repository: Repository, request: PullRequest | None, doubt: str) -> None:
    commit = repository.commit
    facts = [
        ("branch", repository.branch or "(detached)"),
        ("follows", repository.upstream),
        ("ahead", _number(repository.ahead)),
        ("behind", _number(repository.behind)),
        ("files", "dirty" if repository.dirty else "clean"),
        ("commit", f"{commit.hash} {commit.subject}" if commit else "none yet"),
        ("remote", shown_url(repository.url)),
        ("pull request", f"#{request.number} {request.title} ({request.state})" if request else doubt),
    ]
    for label, text in facts:
        if text:
            print(f"{label:<13} {clean(text)}")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
