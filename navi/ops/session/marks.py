"""Bookmarks and tags of sessions, which their host keeps (script mark.sh)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from navi.core import exits
from navi.core.marks import has_changes, is_tag
from navi.core.model import Marks, Session
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import HostSetting, Operation, OperationError, read_nothing
from navi.ops.outcome import Looks, Outcome, Outcomes, carried_out, ended, file_named, named, not_done, unknown


def name_of_marks(session: Session) -> str:
    """Return the name under which a session's bookmark and tags are kept. Raise OperationError for a session of another
    tmux server than the default one, where a session may have that name, too.
    """
    if session.tmux and session.tmux.socket:
        where = f"{clean(session.name)} is on the tmux server {clean(session.tmux.socket)}"
        raise OperationError(f"bookmarks and tags are only for sessions of the default tmux server; {where}")
    return session.name


def mark(name: str, changes: Iterable[str]) -> Operation[None]:
    """Return the operation that changes the marks of a session: `+b` and `-b` for the bookmark, `+tTAG` and `-tTAG`."""
    changes = tuple(changes)
    outcomes = Outcomes(partial(_judge_mark, name, changes), partial(_words, changes))
    arguments: tuple[str | HostSetting, ...] = (HostSetting.SESSIONS_DIR, name, *changes)
    return Operation("mark", link("session/mark"), arguments, read_nothing, 15, outcomes)


def _words(changes: tuple[str, ...], address: str, _: None) -> str:
    if changes in (("+b",), ("-b",)):
        return f"{address} is bookmarked" if changes == ("+b",) else f"{address} is no longer bookmarked"
    return f"changed the tags of {address}"


def _judge_mark(name: str, changes: tuple[str, ...], looks: Looks) -> Outcome[None]:
    """Judge a change of marks: they are kept by the name alone, whatever tmux server the session is on."""
    now = looks.after.marks.get(name, Marks())
    if has_changes(now, changes):
        return carried_out(None)
    if not named(looks.after, name) and not file_named(looks.after, name):
        return ended(looks.after)
    if looks.before and looks.before.marks.get(name, Marks()) == now:
        return not_done()
    return unknown("its marks have changed since" if looks.before else "its marks were not seen before")


def check_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a text: words, with or without #. Raise OperationError for one that is invalid."""
    tags = tuple(dict.fromkeys(word.removeprefix("#") for word in text.replace(",", " ").split()))
    for tag in tags:
        if not is_tag(tag):
            words = f"invalid tag `{clean(tag)[:40]}`; a tag is one word of up to 40 characters"
            raise OperationError(words, exits.WRONG_USAGE)
    return tags
