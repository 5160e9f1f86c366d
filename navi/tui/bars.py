"""The header and the footer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from navi.core.address import LOCAL
from navi.core.failure import HostState
from navi.core.listing import Selection, Sort, asks_person
from navi.core.model import Frame, HostView, Session
from navi.core.place import distinct
from navi.core.text import age, age_lasts, clean, latency
from navi.tui.keymap import LIST, Keymap
from navi.tui.paint import Line, Panel, Segment, columns_of, justify
from navi.tui.theme import HOST_STYLES, Glyphs


class Header(Panel):
    """How many sessions need the user, how many there are, the state of each host, and the configuration's problems."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs)
        self._keymap = keymap
        self._views: Sequence[HostView] = ()
        self._listed: Sequence[Session] = ()
        self.problems = 0
        self._now = 0.0

    def show(self, views: Sequence[HostView], listed: Sequence[Session], now: float) -> None:
        """Show other hosts and listed sessions. `now` is of `trio.current_time`."""
        self._views, self._listed, self._now = views, listed, now
        self.changed()

    @property
    def label_lasts(self) -> float:
        """For how many seconds the ages read the same."""
        stale = [self._now - view.framed for view in self._views if view.framed is not None and not view.fresh]
        return min(map(age_lasts, stale), default=float("inf"))

    def height(self, total: int) -> int:
        """Return how many lines the header takes on a screen of `total` lines."""
        more = self.problems or any(view.name != LOCAL or view.failure for view in self._views)
        return 2 if more and total >= 12 else 1

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the counts, and the hosts below or beside them."""
        counts: Line = [("title", " navi  "), *self._counts()]
        if height > 1:
            return [counts, [("", " "), *self._hosts(width - 2)]]
        return [justify(counts, self._hosts(width // 2), width, ellipsis=self.glyphs.ellipsis)]

    def _counts(self) -> list[Segment]:
        """Count all sessions: no filter hides that one needs the user. Only the total is of the listed ones. A session
        counts once, even if its machine is reached under several names.
        """
        sessions = distinct((session for view in self._views for session in view.sessions), self._frames)
        words = Counter(session.status.word for session in sessions)
        people = sum(map(asks_person, sessions))
        segments: list[Segment] = []
        if people:
            segments += [("permission", f"{people} need{'s' if people == 1 else ''} you"), ("", "  ")]
        if words["error"]:
            segments += [("error", f"{words['error']} error{'s' if words['error'] > 1 else ''}"), ("", "  ")]
        return [*segments, ("working", f"{words['working']} working"), ("dim", f"  {self._total()} ")]

    @property
    def _frames(self) -> Mapping[str, Frame]:
        return {view.name: view.frame for view in self._views if view.frame}

    def _total(self) -> str:
        listed = distinct(sorted(self._listed, key=lambda session: session.host != LOCAL), self._frames)
        here = sum(session.host == LOCAL for session in listed)
        if len(self._views) > 1:
            return f"{here} local, {len(listed) - here} remote"
        return f"{here} session{'' if here == 1 else 's'}"

    def _hosts(self, width: int) -> list[Segment]:
        """Paint a sign for each remote; if they don't fit, name those with problems and count the rest."""
        views = [view for view in self._views if view.name != LOCAL or view.failure]
        signs = [*self._configuration(), *map(self._host, views)]
        if sum(map(columns_of, signs)) <= width:
            return [segment for sign in signs for segment in sign]
        troubled = [view for view in views if view.state is not HostState.CONNECTED]
        signs = [*self._configuration(), *(self._host(view, brief=width < 40) for view in troubled)]
        connected = f"{self.glyphs.hosts[HostState.CONNECTED]} {len(views) - len(troubled)}   "
        segments: list[Segment] = [("good", connected)]
        for number, sign in enumerate(signs):
            if columns_of(segments) + columns_of(sign) > width - 8:
                return [*segments, ("fault", f"+{len(signs) - number} more")]
            segments += sign
        return segments

    def _configuration(self) -> list[list[Segment]]:
        """Paint a sign for the configuration's problems; the page of hosts lists them."""
        if not self.problems:
            return []
        mark = self.glyphs.hosts[HostState.ERROR]
        words = f"{self.problems} problem{'' if self.problems == 1 else 's'} in the configuration: "
        return [[("fault", f"{mark} {words}"), ("key", self._keymap.name("hosts")), ("", "   ")]]

    def _host(self, view: HostView, brief: bool = False) -> list[Segment]:
        style = HOST_STYLES[view.state]
        sign: list[Segment] = [(style, f"{self.glyphs.hosts[view.state]} "), ("host", clean(view.name))]
        if brief:
            return [*sign, ("", "   ")]
        if view.state is not HostState.CONNECTED:
            sign.append((style, f" {view.state}"))
        elif view.latency:
            sign.append(("dim", f" {latency(view.latency)}"))
        if not view.fresh and view.framed is not None:
            sign.append(("dim", _staleness(self._now - view.framed)))
        return [*sign, ("", "   ")]


def _staleness(seconds: float) -> str:
    old = age(seconds)
    return " just now" if old == "now" else f" {old} old"


class Footer(Panel):
    """One line: the search being typed, what has just happened, or the keys; at the right, what is filtered."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs)
        self._keymap = keymap
        self._contexts: Sequence[str] = (LIST,)
        self._prompt: str | None = None
        self._notice: tuple[str, str] | None = None
        self._selection = Selection()
        self._match = ""
        self._marked = 0
        self._progress = ""

    def put_progress(self, words: str) -> None:
        """Show how far long work is, "" for none."""
        if words != self._progress:
            self._progress = words
            self.changed()

    def show(
        self, selection: Selection, prompt: str | None, match: str, marked: int = 0, contexts: Sequence[str] = (LIST,)
    ) -> None:
        """Show the selection, and the keys of these contexts, the topmost first.

        `prompt` is the search being typed or None, `match` says which match of how many the cursor is on, `marked` is
        the number of selected sessions.
        """
        shown = (self._selection, self._prompt, self._match, self._marked, self._contexts)
        if shown != (selection, prompt, match, marked, contexts):
            self._selection, self._prompt, self._match, self._marked = selection, prompt, match, marked
            self._contexts = contexts
            self.changed()

    def tell(self, text: str, style: str = "notice") -> None:
        """Show a message until the next key."""
        self._notice = (style, text)
        self.changed()

    def clear(self) -> None:
        """Remove the message."""
        if self._notice:
            self._notice = None
            self.changed()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the line."""
        del height
        right: list[Segment] = [("notice", f" {word}") for word in self._words()]
        space = width - columns_of(right)
        return [justify(self._left(space), right, width, ellipsis=self.glyphs.ellipsis)]

    def _left(self, width: int) -> Line:
        if self._prompt is not None:
            return [("key", " /"), ("", self._prompt), ("selected", "_")]
        if self._notice:
            style, text = self._notice
            return [(style, f" {clean(text)}")]
        return self._keys(width)

    def _keys(self, width: int) -> Line:
        """Paint the keys that fit as a whole; the last two, help and quit, are dropped last."""
        footer = self._keymap.footer(self._contexts)
        keys: list[Line] = [(("key", f" {key}"), ("dim", f" {word} ")) for key, word in footer]
        while len(keys) > 2 and sum(map(columns_of, keys)) > width:
            del keys[-3]
        return [segment for key in keys for segment in key]

    def _words(self) -> list[str]:
        chosen = self._selection
        words = [self._progress] if self._progress else []
        words += [f"[{self._match}]"] if self._match else []
        if self._marked:
            words.append(f"{self._marked} selected")
        if chosen.scope != "all":
            words.append(f"only:{chosen.scope}")
        if chosen.mark:
            words.append(f"only:{chosen.mark}")
        if chosen.sort is not Sort.PRIORITY:
            words.append(f"sort:{chosen.sort}")
        if not chosen.offline:
            words.append("ended:hidden")
        if chosen.everything:
            words.append("all tmux")
        return words
