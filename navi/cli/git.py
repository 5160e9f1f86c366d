"""The verb git."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from navi.cli.context import Machines, answered
from navi.cli.lifecycle import find
from navi.cli.output import attempt, print_json, why
from navi.core.address import LOCAL
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.git import PullRequest, Repository, git, pull_request, shown_url

if TYPE_CHECKING:
    from argparse import Namespace

    from navi.ops.comments import Talk


Unanswered = HostError | OperationError
"""Why there is no answer."""


def run_git(options: Namespace, machines: Machines) -> int:
    """Tell what git knows of a session's directory, and GitHub of its branch."""
    address = machines.address(options.address)

    def ask() -> Repository:
        return machines.host(address.host).run(git(find(machines, address).cwd))

    return attempt(address, ask, lambda repository: _tell(options, machines, repository))


def _tell(options: Namespace, machines: Machines, repository: Repository) -> None:
    """Raises why there are no comments, if they were asked for, after all else was told."""
    request = _request(machines, repository)
    said = _comments(machines, repository, request) if options.comments else None
    if options.json:
        print_json(_document(repository, request, said))
    else:
        _print(repository, request)
        _print_comments(said)
    if isinstance(said, Unanswered):
        raise said


def _request(machines: Machines, repository: Repository) -> PullRequest | Unanswered:
    found = answered(lambda branch: machines.host(LOCAL).run(pull_request(repository.url, branch)), repository.branch)
    return found or OperationError("the branch has no pull request")


def _comments(machines: Machines, repository: Repository, request: PullRequest | Unanswered) -> Talk | Unanswered:
    if not isinstance(request, PullRequest):
        return request
    from navi.ops.comments import comments

    return answered(lambda number: machines.host(LOCAL).run(comments(repository.url, number)), request.number)


def _document(
    repository: Repository, request: PullRequest | Unanswered, said: Talk | Unanswered | None
) -> dict[str, object]:
    document = asdict(repository) | {"url": shown_url(repository.url), "dirty": repository.dirty}
    del document["difference"]
    found = asdict(request) if isinstance(request, PullRequest) else None
    return document | {"pull_request": found, "comments": _comments_document(said)}


def _comments_document(said: Talk | Unanswered | None) -> list[dict[str, object]] | None:
    """None where they were not asked for, or can't be had."""
    if said is None or isinstance(said, Unanswered):
        return None
    return [comment._asdict() | {"text": "\n".join(comment.text)} for comment in said.comments]


def _print(repository: Repository, request: PullRequest | Unanswered) -> None:
    commit = repository.commit
    facts = [
        ("branch", repository.branch or "(detached)"),
        ("follows", repository.upstream),
        ("ahead", _number(repository.ahead)),
        ("behind", _number(repository.behind)),
        ("files", "dirty" if repository.dirty else "clean"),
        ("commit", f"{commit.hash} {commit.subject}" if commit else "none yet"),
        ("remote", shown_url(repository.url)),
        ("pull request", _request_words(request)),
    ]
    for label, text in facts:
        if text:
            print(f"{label:<13} {clean(text)}")


def _request_words(request: PullRequest | Unanswered) -> str:
    if isinstance(request, PullRequest):
        return f"#{request.number} {request.title} ({request.state})"
    return why(request)[0]


def _print_comments(said: Talk | Unanswered | None) -> None:
    if said is None or isinstance(said, Unanswered):
        return
    count = f"the newest {len(said.comments)}" if said.more else str(len(said.comments))
    print(f"{'comments':<13} {count}")
    for comment in said.comments:
        print(f"\n{', '.join(filter(None, (comment.author, comment.when(time.time()), comment.where)))}")
        for line in comment.text:
            print(f"    {line}".rstrip())


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
