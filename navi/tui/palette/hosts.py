"""The rows of the list of hosts: their state, their sessions, how many of these need the user. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from navi.core.address import LOCAL
from navi.core.failure import HostState
from navi.core.listing import Scope
from navi.core.model import HostView
from navi.core.text import clean, need_you, plural
from navi.tui.host_bar import HostCount
from navi.tui.palette.picker import PickerEntry
from navi.tui.style.paint import Segment
from navi.tui.style.theme import HOST_STYLES, Glyphs

ALL = {Scope.ALL: "all hosts", Scope.REMOTE: "all remotes"}
"""What the rows of more than one host are called."""


def host_entries(
    views: Sequence[HostView], counts: Mapping[str, HostCount], glyphs: Glyphs, key_of: Callable[[int], str]
) -> list[PickerEntry]:
    """Return a row for all hosts, for all remotes, and for each host.

    `key_of` returns the key of the host at a place, counted from 1, "" if it has none.
    """
    remotes = [view for view in views if view.name != LOCAL]
    groups = [(Scope.ALL, views), *([(Scope.REMOTE, remotes)] if len(remotes) > 1 else [])]
    return [
        *(_group(scope, [counts.get(view.name, HostCount()) for view in group]) for scope, group in groups),
        *(_host(one, counts.get(one.name, HostCount()), glyphs, key_of(place)) for place, one in enumerate(views, 1)),
    ]


def _group(scope: Scope, counts: Sequence[HostCount]) -> PickerEntry:
    count = HostCount(sum(one.sessions for one in counts), sum(one.waiting for one in counts))
    return PickerEntry(scope, ALL[scope], (("name", ALL[scope]), *_counts(count), ("", ""), ("", "")))


def _host(view: HostView, count: HostCount, glyphs: Glyphs, key: str) -> PickerEntry:
    name = clean(view.name)
    style = HOST_STYLES[view.state]
    state = "" if view.state is HostState.CONNECTED else str(view.state)
    cells: tuple[Segment, ...] = (
        ("name", f"{glyphs.hosts[view.state]} {name}"), *_counts(count), (style, state), ("dim", key),
    )  # fmt: skip
    return PickerEntry(view.name, name, cells, f"{clean(view.destination)} {state}")


def _counts(count: HostCount) -> tuple[Segment, Segment]:
    need = need_you(count.waiting) if count.waiting else ""
    return ("permission", need), ("dim", plural(count.sessions, "session"))
