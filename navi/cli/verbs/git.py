"""The verb git."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from navi.cli.asking.find_session import find
from navi.cli.context import Context, answered
from navi.cli.output.output import Output, RequestError, attempt, reason_and_status
from navi.core.address import LOCAL
from navi.core.ages import utc
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.git.status import PullRequest, Repository, git, pull_request, shown_url

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.ops.git.comments import Discussion


def run_git(options: Options, context: Context) -> int:
    """Print the git state of a session's directory, and its branch's pull request."""
    address = context.address(options.address)

    def ask() -> Repository:
        return context.host(address.host).run(git(find(context, address, options.socket).folder))

    return attempt(context.output, address, ask, lambda repository: _print(options, context, repository))


def _print(options: Options, context: Context, repository: Repository) -> None:
    """Print everything; then raise the error if requested comments could not be read."""
    request = _request(context, repository)
    talk = _comments(context, repository, request) if options.comments else None
    if options.json:
        context.output.print_json(_document(repository, request, talk))
    else:
        _print_repository(context.output, repository, request)
        _print_comments(context.output, talk)
    if isinstance(talk, RequestError):
        raise talk


def _request(context: Context, repository: Repository) -> PullRequest | RequestError:
    found = answered(lambda branch: context.host(LOCAL).run(pull_request(repository.url, branch)), repository.branch)
    return found or OperationError("the branch has no pull request")


def _comments(
    context: Context, repository: Repository, request: PullRequest | RequestError
) -> Discussion | RequestError:
    if not isinstance(request, PullRequest):
        return request
    from navi.ops.git.comments import comments

    return answered(lambda number: context.host(LOCAL).run(comments(repository.url, number)), request.number)


def _document(
    repository: Repository, request: PullRequest | RequestError, talk: Discussion | RequestError | None
) -> dict[str, object]:
    document = asdict(repository) | {"url": shown_url(repository.url), "dirty": repository.dirty}
    del document["difference"]
    found = asdict(request) if isinstance(request, PullRequest) else None
    return document | {"pull_request": found, "comments": _comments_document(talk)}


def _comments_document(talk: Discussion | RequestError | None) -> list[dict[str, object]] | None:
    """Return the comments, None if they were not requested or could not be read."""
    if talk is None or isinstance(talk, RequestError):
        return None
    return [comment._asdict() | {"text": "\n".join(comment.text)} for comment in talk.comments]


def _print_repository(output: Output, repository: Repository, request: PullRequest | RequestError) -> None:
    commit = repository.commit
    facts = [
        ("repository", repository.root),
        ("branch", repository.branch or "(detached)"),
        ("upstream", repository.upstream),
        ("ahead", _number(repository.ahead)),
        ("behind", _number(repository.behind)),
        ("files", repository.changes),
        ("commit", f"{commit.hash} {commit.subject}" if commit else "none yet"),
        ("by", f"{commit.author}, {utc(commit.time)}" if commit else ""),
        ("remote", shown_url(repository.url)),
        *(("worktree", path) for path in repository.worktrees if path != repository.root),
        *_request_facts(request),
    ]
    for label, text in facts:
        if text:
            output.print(f"{label:<13} {clean(text)}")


def _request_facts(request: PullRequest | RequestError) -> list[tuple[str, str]]:
    if not isinstance(request, PullRequest):
        return [("pull request", reason_and_status(request)[0])]
    return [
        ("pull request", f"#{request.number} {request.title}"),
        ("state", ", ".join(request.verdicts)),
        ("checks", ", ".join(f"{count} {result}" for result, count in request.checks)),
        ("labels", ", ".join(request.labels)),
        ("changes", request.size),
        ("url", request.url),
    ]


def _print_comments(output: Output, talk: Discussion | RequestError | None) -> None:
    if talk is None or isinstance(talk, RequestError):
        return
    count = f"the newest {len(talk.comments)}" if talk.more else str(len(talk.comments))
    output.print(f"{'comments':<13} {count}")
    for comment in talk.comments:
        output.print(f"\n{', '.join(filter(None, (comment.author, comment.when(time.time()), comment.where)))}")
        for line in comment.text:
            output.print(f"    {line}".rstrip())


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
