"""The discussion of a pull request: comments, reviews, and comments on lines, from the `gh` of this machine (script
git/comments)."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from navi.core.ages import age
from navi.core.text import clean, clean_lines, decode
from navi.ops.git.status import not_queried, repository_of
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError, Record, read_records

MOST_COMMENTS = 100
"""The most comments that are shown, the newest ones: as many as GitHub returns at once."""

MOST_LETTERS = 10_000
"""Letters of one comment that are shown."""

MOST_LINES = 200
"""Lines of one comment that are shown."""

CUT = "[...] see GitHub for the rest"
"""The last line of a text that was cut."""


class Comment(NamedTuple):
    """A comment on a pull request, safe to draw; words in small letters.

    `kind` is `comment`, `review` (then `state` is its verdict) or `line`, which is at `path` and, unless it is about
    the whole file, at `line`: that of its first version if it is `outdated`. `time` is an epoch time, None for what is
    not published yet.
    """

    kind: str
    author: str
    time: float | None
    text: tuple[str, ...]
    state: str = ""
    path: str = ""
    line: int | None = None
    outdated: bool = False

    def when(self, clock: float) -> str:
        """Return how long ago it was made, in words; `clock` is the time here (epoch)."""
        return "not published" if self.time is None else age(clock - self.time)

    @property
    def where(self) -> str:
        """Where it was made, in words; "" for one about the whole pull request."""
        if self.kind == "review":
            return f"review: {self.state}" if self.state else "review"
        line = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{line} (outdated)" if self.outdated else line


class Discussion(NamedTuple):
    """The newest comments, oldest first; `more` says whether there may be older ones."""

    comments: tuple[Comment, ...]
    more: bool = False


def comments(url: str, number: int) -> Operation[Discussion]:
    """Return the operation that asks GitHub, from this machine, for the comments on a pull request of the repository at
    a remote's URL.

    Raise OperationError for a URL that is not a repository's.
    """
    repository = repository_of(url)
    if not repository:
        raise not_queried(url)
    return Operation(
        "comments",
        link("git/comments"),
        (repository, str(number), str(MOST_COMMENTS)),
        _read,
        time_limit=45,
        reads=True,
    )


# ---- answers


def _read(answer: Answer) -> Discussion:
    records = {record.kind: record for record in read_records(answer)}
    talk, lines = _document(records.get("talk")), _document(records.get("lines"))
    if not isinstance(talk, dict) or not isinstance(lines, list):
        raise OperationError("gh's answer has no comments of a pull request")
    found = [
        *_unread(_comment, "createdAt", talk.get("comments")),
        *(one for one in _unread(_review, "submittedAt", talk.get("reviews")) if _says_something(one.fields)),
        *_unread(_line_comment, "created_at", lines),
    ]
    found.sort(key=lambda one: float("inf") if one.time is None else one.time)
    newest = tuple(one.make(one.fields, one.time) for one in found[-MOST_COMMENTS:])
    return Discussion(newest, more=len(found) > MOST_COMMENTS or len(lines) >= MOST_COMMENTS)


_Make = Callable[[Mapping[str, object], float | None], Comment]
"""Builds a comment from GitHub's record, and the time at which it was made."""


class _Unread(NamedTuple):
    """A comment as GitHub returns it, not read yet: cleaning takes long, and only the newest are shown."""

    make: _Make
    fields: Mapping[str, object]
    time: float | None


def _unread(make: _Make, time_field: str, values: object) -> Iterator[_Unread]:
    for one in values if isinstance(values, list) else ():
        if isinstance(one, dict):
            yield _Unread(make, one, _time(one.get(time_field)))


def _document(record: Record | None) -> object:
    try:
        return json.loads(decode(record.body)) if record else None
    except (ValueError, RecursionError):
        return None


def _comment(fields: Mapping[str, object], time: float | None) -> Comment:
    return Comment("comment", _login(fields.get("author")), time, _text(fields.get("body")))


def _review(fields: Mapping[str, object], time: float | None) -> Comment:
    return Comment("review", _login(fields.get("author")), time, _text(fields.get("body")), state=_state(fields))


def _state(review: Mapping[str, object]) -> str:
    return _word(review.get("state")).lower().replace("_", " ")


def _says_something(review: Mapping[str, object]) -> bool:
    """Return whether a review has words of its own: GitHub makes an empty one around comments on lines, which are
    listed themselves.
    """
    body = review.get("body")
    return (isinstance(body, str) and bool(body.strip())) or _state(review) not in ("commented", "")


def _line_comment(fields: Mapping[str, object], time: float | None) -> Comment:
    now, first = _number(fields.get("line")), _number(fields.get("original_line"))
    return Comment(
        "line",
        _login(fields.get("user")),
        time,
        _text(fields.get("body")),
        path=_word(fields.get("path")),
        line=first if now is None else now,
        outdated=now is None and first is not None,
    )


def _word(value: object) -> str:
    return clean(value[:500]) if isinstance(value, str) else ""


def _login(person: object) -> str:
    """Return the name of a user: GitHub calls one whose account is gone `ghost`."""
    return (_word(person.get("login")) if isinstance(person, dict) else "") or "ghost"


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else None


def _time(value: object) -> float | None:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _text(value: object) -> tuple[str, ...]:
    text = value if isinstance(value, str) else ""
    lines = [line.rstrip() for line in clean_lines(text[:MOST_LETTERS].strip())]
    shown = lines[:MOST_LINES] if any(lines) else []
    return (*shown, CUT) if len(text) > MOST_LETTERS or len(lines) > MOST_LINES else tuple(shown)
