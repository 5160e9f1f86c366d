"""The header and the footer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from navi.core.address import LOCAL
from navi.core.ages import age_lasts
from navi.core.failure import HostState
from navi.core.listing import ListFilter, Scope, Sort
from navi.core.model import HostView, Session
from navi.core.same_machine import distinct_sessions
from navi.core.text import clean, need_you, plural
from navi.tui.host_bar import HostBar, HostCount, HostLabel, count_sessions, shown_hosts
from navi.tui.keys.keymap import Keymap, parse_shown
from navi.tui.per_host import PerHost
from navi.tui.style.paint import Line, Panel, Segment, columns_of, fit, justify
from navi.tui.style.theme import Glyphs
from navi.tui.tally import Tallies, Tally

ROOM_FOR_HOSTS = 12
"""Lines of a screen from which the hosts have a line of their own."""

LEAST_HOSTS = 8
"""Columns that the hosts get beside the counts at least."""

LASTING = 2
"""Keys at the end of the footer that stay when there is no room for the rest: all commands, and help."""


class Header(Panel):
    """How many sessions need the user, how many there are, what is filtered, the state of each host, and the
    configuration's problems. `clicked` takes the name of a host that was clicked, or "" for another part of its line.
    """

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs)
        self._keymap = keymap
        self._views: Sequence[HostView] = ()
        self._listed: Sequence[Session] = ()
        self._list_filter = ListFilter()
        self._query = ""
        self._counts = PerHost(count_sessions)
        self._tallies = Tallies()
        self._forms: tuple[Line, ...] | None = None
        self.counts: Mapping[str, HostCount] = {}
        self.tally = Tally()
        self.clicked: Callable[[str], None] = lambda _: None
        self.problems = 0
        self._now = 0.0

    def show(
        self, views: Sequence[HostView], listed: Sequence[Session], now: float, list_filter: ListFilter | None = None
    ) -> None:
        """Show other hosts and listed sessions. `now` is of `trio.current_time`."""
        self._views, self._listed, self._now = views, listed, now
        self._list_filter = list_filter or self._list_filter
        self.counts = {view.name: self._counts.of(view, self._list_filter) for view in views}
        self.tally = self._tallies.of(views)
        self._forms = None
        self.changed()

    def seek(self, query: str) -> None:
        """Show what is searched."""
        if query != self._query:
            self._query = query
            self.changed()

    @property
    def label_lasts(self) -> float:
        """For how many seconds the ages read the same."""
        stale = [self._now - view.framed for view in self._views if view.framed is not None and not view.fresh]
        return min(map(age_lasts, stale), default=float("inf"))

    def height(self, total: int) -> int:
        """Return how many lines the header takes on a screen of `total` lines."""
        more = self.problems or any(view.name != LOCAL or view.failure for view in self._views)
        return 2 if more and total >= ROOM_FOR_HOSTS else 1

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the counts with what is filtered, and the hosts below or beside them."""
        if height > 1:
            return [self._first(self._filters(), width), [("", " "), *_joined(self._labels(width - 2))]]
        least, most = (columns_of(self._count(room)) for room in (0, width))
        beside = max(min(width // 2, max(width - least - 1, LEAST_HOSTS)), width - most - 1)
        return [self._first(self._filters() or _joined(self._labels(beside)), width)]

    def _first(self, right: list[Segment], width: int) -> Line:
        """Paint the first line: what is filtered is behind the counts, with the key that ends it if there is room."""
        hint: list[Segment] = [("key", f" {self._keymap.name('leave')}"), ("dim", " lists all ")]
        counts = self._count(width)
        if self.filtered and columns_of([*counts, *right, *hint]) <= width:
            return fit([*counts, *right, *hint], width)
        line = [("", " "), *right]
        return justify(self._count(width - columns_of(line)), line, width, ellipsis=self.glyphs.ellipsis)

    # ---- counts and filters

    def _count(self, room: int) -> Line:
        """Return the counts. What has no room is left out as a whole: the total, navi's name, then who works."""
        if self._forms is None:
            self._forms = tuple(map(_spaced, self._count_all()))
        return next((form for form in self._forms if columns_of(form) <= room), self._forms[-1])

    def _count_all(self) -> Iterator[Sequence[Segment]]:
        """Yield the counts, then fewer and fewer. Only the total is of the listed sessions."""
        people, errors, working = self.tally
        urgent = [("permission", need_you(people))] if people else []
        urgent += [("error", plural(errors, "error"))] if errors else []
        known: list[Segment] = [*urgent, ("working", f"{working} working")]
        title: Segment = ("title", "navi")
        yield [title, *known, ("dim", f"{self._total()} ")]
        yield [title, *known]
        yield known
        yield urgent or known

    def _total(self) -> str:
        here = [session for session in self._listed if session.host == LOCAL]
        others = [session for session in self._listed if session.host != LOCAL]
        total = len(distinct_sessions([*here, *others], {view.name: view.frame for view in self._views if view.frame}))
        if len(self._views) > 1 and self._list_filter.scope in (Scope.ALL, Scope.REMOTE):
            return f"{len(here)} local, {total - len(here)} remote"
        return plural(total, "session")

    @property
    def filtered(self) -> list[str]:
        """What narrows the list, in words."""
        chosen = self._list_filter
        words = [f"only:{clean(chosen.scope)}"] if chosen.scope != Scope.ALL else []
        words += [f"only:{clean(chosen.mark)}"] if chosen.mark else []
        return [*words, *([f"/{self._query}"] if self._query else [])]

    def _filters(self) -> list[Segment]:
        words = self.filtered
        return [("notice", f" {' '.join(words)} ")] if words else []

    # ---- hosts

    def _labels(self, width: int) -> list[HostLabel]:
        """Return the parts of the line of hosts, after a label for the configuration's problems."""
        labels = [HostLabel("", line) for line in self._configuration()]
        room = width - sum(columns_of(label.line) for label in labels)
        bar = HostBar(self.glyphs, shown_hosts(self._views), self.counts, self._list_filter.scope, self._now)
        return [*labels, *bar.labels(room)]

    def _configuration(self) -> list[Line]:
        """Paint a label for the configuration's problems; the page of hosts lists them."""
        if not self.problems:
            return []
        symbol = self.glyphs.hosts[HostState.ERROR]
        words = f"{plural(self.problems, 'problem')} in the configuration: "
        return [[("fault", f"{symbol} {words}"), ("key", self._keymap.name("hosts")), ("", "   ")]]

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Take a click on the hosts (urwid's protocol)."""
        del focus
        if "press" not in event or button != 1 or line != 1:
            return False
        host = under(column - 1, [(label.host, label.line) for label in self._labels(size[0] - 2)])
        if host is not None:
            self.clicked(host)
        return True


def _spaced(words: Sequence[Segment]) -> Line:
    """Return words in one line, a blank before the first one and two between them."""
    return [segment for number, word in enumerate(words) for segment in (("", "  " if number else " "), word)]


def _joined(labels: Sequence[HostLabel]) -> list[Segment]:
    return [segment for label in labels for segment in label.line]


def under(column: int, parts: Sequence[tuple[str, Line]]) -> str | None:
    """Return the name of the part that is painted at a column, None if none is. The parts are painted side by side."""
    for value, line in parts:
        if 0 <= column < columns_of(line):
            return value
        column -= columns_of(line)
    return None


Keys = Sequence[tuple[str, str]]
"""Keys as people write them, and what they do in a word."""


class Footer(Panel):
    """One line: the search being typed, what has just happened, or the keys; at the right, what differs from the usual
    list. `pressed` takes a key that was clicked.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._keys: Keys = ()
        self._killed: tuple[str, str] = ("", "")
        self._prompt: str | None = None
        self._notice: tuple[str, str] | None = None
        self._list_filter = ListFilter()
        self._match = ""
        self._selected = 0
        self._progress = ""
        self.pressed: Callable[[str], None] = lambda _: None

    def put_progress(self, words: str) -> None:
        """Show how far long work is, "" for none."""
        if words != self._progress:
            self._progress = words
            self.changed()

    def show(
        self, list_filter: ListFilter, prompt: str | None, match: str, selected: int = 0, keys: Keys = (),
        killed: tuple[str, str] = ("", ""),
    ) -> None:  # fmt: skip
        """Show what differs from the usual list, and keys, the most useful first; the last ones stay in little room.

        `prompt` is the search being typed or None, `match` says which match of how many the cursor is on, `selected` is
        the number of selected sessions. `killed` is a session that can be restored, and the key that does it.
        """
        shown = (self._list_filter, self._prompt, self._match, self._selected, self._keys, self._killed)
        if shown != (list_filter, prompt, match, selected, keys, killed):
            self._list_filter, self._prompt, self._match, self._selected = list_filter, prompt, match, selected
            self._keys, self._killed = keys, killed
            self.changed()

    def show_message(self, text: str, style: str = "notice") -> None:
        """Show a message until the next key."""
        self._notice = (style, text)
        self.changed()

    def clear(self) -> None:
        """Remove the message."""
        if self._notice:
            self._notice = None
            self.changed()

    @property
    def is_empty(self) -> bool:
        """Whether the line shows nothing, as while a dialog is open."""
        return not (self._keys or self._killed[0] or self._notice or self._words()) and self._prompt is None

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the line."""
        del height
        right = self._right(width)
        left = self._left(width - columns_of(right))
        return [justify(left, right, width, ellipsis=self.glyphs.ellipsis)]

    def _right(self, width: int) -> list[Segment]:
        return [*(segment for _, line in self._prompt_keys(width) for segment in line), *self._state()]

    def _state(self) -> list[Segment]:
        return [("notice", f" {word}") for word in self._words()]

    def _prompt_keys(self, width: int) -> list[tuple[str, Line]]:
        """Return the keys behind a search that is being typed, none where it leaves no room for all of them."""
        if self._prompt is None:
            return []
        parts = _offers(self._keys)
        typed = columns_of(self._left(width)) + columns_of(self._state())
        return parts if typed + sum(columns_of(line) for _, line in parts) < width else []

    def _left(self, width: int) -> Line:
        if self._prompt is not None:
            return [("key", " /"), ("", self._prompt), ("selected", "_")]
        if self._notice:
            style, text = self._notice
            return [(style, f" {clean(text)}")]
        segments = [segment for _, line in self._parts(width) for segment in line]
        return [*segments[:-1], *((style, text.rstrip()) for style, text in segments[-1:])]

    def _parts(self, width: int) -> list[tuple[str, Line]]:
        """Return the keys that fit as a whole: the last ones stay, then the first, which may be that of undo."""
        parts = [*self._undo(width), *_offers(self._keys)]
        while len(parts) > 1 and sum(columns_of(line) for _, line in parts) > width + 1:
            middle = len(parts) - LASTING - 1
            del parts[middle if middle > 0 else -1 if self._killed[0] else 0]
        return parts

    def _undo(self, width: int) -> list[tuple[str, Line]]:
        address, key = self._killed
        if not address:
            return []
        what: Line = [("notice", f" killed {clean(address)}")]
        cut = fit(what, min(columns_of(what), width // 2), ellipsis=self.glyphs.ellipsis)
        return [(key, (*cut, ("dim", f" {self.glyphs.dot} "), ("key", key), ("dim", " brings it back ")))]

    def _words(self) -> list[str]:
        chosen = self._list_filter
        words = [self._progress] if self._progress else []
        words += [f"[{self._match}]"] if self._match else []
        if self._selected:
            words.append(f"{self._selected} selected")
        if chosen.sort is not Sort.PRIORITY:
            words.append(f"sort:{chosen.sort}")
        if not chosen.offline:
            words.append("ended:hidden")
        if chosen.everything:
            words.append("all tmux")
        return words

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Press the key that is clicked (urwid's protocol)."""
        del line, focus
        if "press" not in event or button != 1 or (self._notice and self._prompt is None):
            return False
        right = columns_of(self._right(size[0]))
        typing = self._prompt is not None
        parts = self._prompt_keys(size[0]) if typing else self._parts(size[0] - right)
        key = under(column - (size[0] - right if typing else 0), parts)
        if key and (name := parse_shown(key)):
            self.pressed(name)
        return True


def _offers(keys: Keys) -> list[tuple[str, Line]]:
    """Return each key, and how it is painted with its word."""
    return [(key, (("key", f" {key}"), ("dim", f" {word} "))) for key, word in keys]
