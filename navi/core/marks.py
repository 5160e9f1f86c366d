"""Bookmarks and tags of sessions: what they are, how they change, and the text that keeps them."""

import re
from collections.abc import Iterable, Mapping

from navi.core.model import Marks, NotedAnswer
from navi.core.text import clean

MOST_MARKS = 2000
"""The most marks of a host that are read."""

TAG = re.compile(r"[^\s,#]{1,40}")


def is_tag(text: str) -> bool:
    """Return whether a text can be a tag."""
    return bool(TAG.fullmatch(text)) and clean(text) == text


def retag(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """Return the changes that turn one set of tags into another."""
    old, new = set(before), set(after)
    return (*(f"-t{tag}" for tag in sorted(old - new)), *(f"+t{tag}" for tag in sorted(new - old)))


def has_changes(marks: Marks, changes: Iterable[str]) -> bool:
    """Return whether these changes were made: marks already have what they add, and lack what they remove."""
    now = {f"t{tag}" for tag in marks.tags} | ({"b"} if marks.bookmarked else set())
    return all((change[1:] in now) == (change[0] == "+") for change in changes)


def read_marks(text: str) -> Mapping[str, Marks]:
    """Return the marks of the file's text by session; lines of another shape are skipped."""
    found: dict[str, Marks] = {}
    for line in text.split("\n")[:MOST_MARKS]:
        name, kind, tag = (*line.split("\t", 2), "", "")[:3]
        before = found.get(name, Marks())
        if kind == "b":
            found[name] = before._replace(bookmarked=True)
        elif kind == "t" and is_tag(tag) and tag not in before.tags:
            found[name] = before._replace(tags=tuple(sorted((*before.tags, tag))))
        elif kind == "a" and (given := _read_answer(tag.split("\t"))):
            found[name] = before._replace(answers=(*before.answers, given))
    return found


def _read_answer(fields: list[str]) -> NotedAnswer | None:
    """Return the answer in the fields of a line (given_answers.sh), None if their number is wrong."""
    if len(fields) != 8 or not fields[1].isdigit():
        return None
    call, time, state, socket, digest, who, answer, question = (clean(field) for field in fields)
    return NotedAnswer(call, float(time), state, "" if socket == "-" else socket, digest, who, answer, question)
