"""Bookmarks and tags of sessions, kept on their host (script mark.sh)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from navi.core.model import Marks
from navi.core.text import clean
from navi.ops.operation import SESSION, Answer, HostSetting, Operation, OperationError, done, script

MOST = 2000
"""Marks of a host that are believed."""

TAG = re.compile(r"[^\s,#]{1,40}")


def mark(name: str, changes: Iterable[str]) -> Operation[None]:
    """Change the marks of a session: `+b` and `-b` for the bookmark, `+tTAG` and `-tTAG`."""
    whole = script(*SESSION, "session/mark")
    return Operation("mark", whole, (HostSetting.SESSIONS_DIR, name, *changes), _read, time_limit=15)


def retag(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """Return the changes that make the tags others."""
    old, new = set(before), set(after)
    return (*(f"-t{tag}" for tag in sorted(old - new)), *(f"+t{tag}" for tag in sorted(new - old)))


def shown(marks: Marks, changes: Iterable[str]) -> bool:
    """Whether marks are as these changes make them."""
    now = {f"t{tag}" for tag in marks.tags} | ({"b"} if marks.bookmarked else set())
    return all((change[1:] in now) == (change[0] == "+") for change in changes)


def check_tags(text: str) -> tuple[str, ...]:
    """Read tags as people write them: words, with or without #. Raises OperationError for what can be none."""
    tags = tuple(dict.fromkeys(word.removeprefix("#") for word in text.replace(",", " ").split()))
    for tag in tags:
        if not TAG.fullmatch(tag) or clean(tag) != tag:
            raise OperationError(f"`{clean(tag)[:40]}` can't be a tag; a tag is one word of up to 40 letters", 64)
    return tags


def read_marks(text: str) -> Mapping[str, Marks]:
    """Read the file of marks; lines of another shape are left out."""
    found: dict[str, Marks] = {}
    for line in text.split("\n")[:MOST]:
        name, kind, tag = (*line.split("\t", 2), "", "")[:3]
        before = found.get(name, Marks())
        if kind == "b":
            found[name] = Marks(True, before.tags)
        elif kind == "t" and TAG.fullmatch(tag) and clean(tag) == tag and tag not in before.tags:
            found[name] = Marks(before.bookmarked, tuple(sorted((*before.tags, tag))))
    return found


def _read(answer: Answer) -> None:
    done(answer)
