"""The preview: what the selected session's pane shows, kept fresh while it is visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from navi.core.address import address_of
from navi.core.agent_panes import looked_into, named_pane
from navi.core.ages import age
from navi.core.listing import SessionKey
from navi.core.model import Session
from navi.core.sgr import PLAIN, StyleRuns, TextStyle
from navi.core.text import clean
from navi.ops.pane.preview import Capture
from navi.tui.frame import Extent, ScrollingPanel
from navi.tui.pages.view import fold
from navi.tui.style.colors import Colors, named_look
from navi.tui.style.paint import Line, Segment, columns_of, wrap_places
from navi.tui.style.theme import Glyphs, status_style

HISTORY = 200
"""Lines of scrollback above the screen that are fetched."""

INDENT = 1
"""Columns between the frame and the text."""

MOST_KNOWN = 32
"""Sessions whose last capture is kept."""

Subject = tuple[SessionKey, object]
"""What identifies a session: a later session with the same name is not this one."""


class TranscriptEnd(NamedTuple):
    """The end of the transcript of a session without a terminal, in place of a capture."""

    lines: tuple[Line, ...]


class Preview(ScrollingPanel):
    """Shows one capture. It knows whose it is, so that a late answer never appears under another session.

    If another session is selected, its last capture appears, or else its first one as soon as that is there. Until
    then, or until `stop_waiting`, all stays as it is, title included, because a blank moment would flicker. `colors` is
    how many colours captures are shown with.
    """

    def __init__(self, glyphs: Glyphs, colors: Colors = 1) -> None:
        super().__init__(glyphs)
        self._colors = colors
        self._next: Session | None = None
        self._subject: Subject | None = None
        self._known: dict[Subject, Capture | TranscriptEnd] = {}
        self._capture: Capture | TranscriptEnd = Capture(())
        self._note = "no session"
        self._title: Sequence[Line] = ()
        self._next_title: Sequence[Line] = ()
        self._above_end = 0
        self._rows = 1
        self._extent = Extent()
        self.wrapped = False
        self.focused = False

    # ---- whose capture it is

    def follow(self, session: Session | None, now: float = 0.0, branch: str = "") -> None:
        """Show another session as soon as there is something to show, or what is new of the same one in the title.

        `now` is of the session's clock.
        """
        self._next = session
        self._next_title = _title_of(session, self.glyphs, now, branch) if session else ()
        subject = _subject_of(session)
        if subject is None or self._subject is None or subject in self._known:
            self._turn()
        if subject == self._subject and self._next_title != self._title:
            self._title = self._next_title
            self.changed()

    def stop_waiting(self) -> None:
        """Show the session that is followed, even if nothing is known of it yet."""
        self._turn()

    def _turn(self) -> None:
        """Show the session that is followed, unless it is shown."""
        session, subject = self._next, _subject_of(self._next)
        if subject == self._subject:
            return
        self._subject = subject
        self._title = self._next_title
        known = self._known.get(subject) if subject else None
        self._capture = known or Capture(())
        self._note = _note_on(known) if known else "fetching ..." if session else "no session"
        self._above_end = 0
        self.changed()

    def show(self, key: SessionKey, capture: Capture | TranscriptEnd) -> bool:
        """Show a capture if it is of the session that is followed; return whether it differs from the last one.

        While the user has scrolled up, nothing moves until they are back at the end.
        """
        subject = _subject_of(self._next)
        if subject is None or key != subject[0]:
            return False
        self._turn()
        if (capture == self._capture and not self._note) or (self._above_end and self._capture.lines):
            return False
        self._remember(subject, capture)
        self._capture = capture
        self._note = _note_on(capture)
        self.changed()
        return True

    def _remember(self, subject: Subject, capture: Capture | TranscriptEnd) -> None:
        self._known.pop(subject, None)
        self._known[subject] = capture
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def fail(self, key: SessionKey, reason: str) -> None:
        """Say why there is nothing new; the last capture stays visible below."""
        if self._next is None or key != self._next.key:
            return
        self._turn()
        if self._note != reason:
            self._note = reason
            self.changed()

    # ---- scrolling

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines; at the end the preview follows new output."""
        self._above_end = max(0, self._above_end - step)
        self.changed()

    def page(self, direction: int) -> None:
        """Go a page up or down."""
        self.scroll(direction * max(1, self._rows - 1))

    # ---- painting

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the end of the text, below a rule with the title if there is no frame. In a frame, a column before the
        text is left free.
        """
        indent = INDENT if self.framed else 0
        self._rows = max(1, height - (not self.framed))
        pieces = list(self._pieces(width - indent))
        self._above_end = min(self._above_end, max(0, len(pieces) - self._rows))
        end = len(pieces) - self._above_end
        first = max(0, end - self._rows)
        self._extent = Extent(first, end - first, len(pieces))
        body = [self._line(piece) for piece in pieces[first:end]]
        if self._note:
            body = [[("notice", self._note)], *body][: self._rows]
        return [[("", " " * indent), *line] for line in body] if self.framed else [self._rule(width, first), *body]

    # ---- the frame

    def border_title(self, width: int) -> Line:
        """Return as much of the title as fits."""
        return self._title_in(width, ())

    def border_keys(self, width: int) -> Line:
        """Return whether new output is held back."""
        del width
        return [("notice", " held ")] if self._above_end else ()

    @property
    def position(self) -> str:
        """Which lines are in sight, while the user has scrolled up."""
        return self._extent.words if self._above_end else ""

    @property
    def extent(self) -> Extent:
        """Which lines are in sight."""
        return self._extent

    @property
    def takes_keys(self) -> bool:
        """Whether the moving keys scroll the preview."""
        return self.focused

    # ---- painting

    def _pieces(self, width: int) -> Iterator[Line | tuple[int, int, int]]:
        """Yield for each line of the screen the number of its line in the text, and where it begins and ends there. A
        conversation is always folded.
        """
        if isinstance(self._capture, TranscriptEnd):
            yield from (piece for line in self._capture.lines for piece in fold(line, width))
            return
        for number, text in enumerate(self._capture.lines):
            if self.wrapped:
                yield from ((number, *place) for place in wrap_places(text, width))
            else:
                yield number, 0, len(text)

    def _line(self, piece: Line | tuple[int, int, int]) -> Line:
        if isinstance(self._capture, TranscriptEnd):
            return cast(Line, piece)
        number, begin, end = cast(tuple[int, int, int], piece)
        text = self._capture.lines[number]
        runs = self._capture.looks[number] if self._capture.looks else ()
        return list(styled(text, runs, self._colors, begin, end)) if runs else [("", text[begin:end])]

    def _rule(self, width: int, hidden: int) -> Line:
        """Paint the title as far as it fits, then what is hidden."""
        style = "key" if self.focused else "dim"
        rule = self.glyphs.rule
        parts = [f"{count} {where}" for count, where in ((hidden, "above"), (self._above_end, "below")) if count]
        place = f" {', '.join(parts)} " if parts else ""
        held: Line = [("notice", " held " if self._above_end else ""), (style, place)]
        line = [(style, rule * 2), *self._title_in(width - 2, held)]
        return [*line, (style, rule * (width - columns_of(line)))]

    def _title_in(self, width: int, behind: Line) -> Line:
        """Return the parts of the title that fit before something else, and that."""
        line: list[Segment] = []
        for number, part in enumerate(self._title):
            if number and columns_of([*line, *part, *behind]) > width:
                break
            line += part if number else [("title" if self.focused else "", part[0][1])]
        return [*line, *behind]


def _subject_of(session: Session | None) -> Subject | None:
    if session is None:
        return None
    return session.key, (session.tmux.id, session.tmux.created) if session.tmux else None


def _note_on(capture: Capture | TranscriptEnd) -> str:
    if capture.lines:
        return ""
    return "(the pane is empty)" if isinstance(capture, Capture) else "(nothing is printed yet)"


def _title_of(session: Session, glyphs: Glyphs, now: float, branch: str) -> Sequence[Line]:
    """Return the parts of a title, the most important first: address, status, age, branch."""
    word, since = session.status.word, session.status.since
    shown = f"{'~' if session.status.inferred else ''}{clean(session.word)[:12]}"
    name = clean(address_of(session.host, session.label))
    parts: list[Line] = [
        [("", f" {named_pane(name, session, looked_into(session))} ")],
        [(status_style(word), f" {glyphs.of_status(word)} {shown} ")],
    ]
    if since:
        parts.append([("dim", f"{age(now - since)} ")])
    if branch:
        parts.append([("host", f" {clean(branch)} ")])
    return parts


def styled(text: str, runs: StyleRuns, colors: Colors, begin: int, end: int) -> Iterator[Segment]:
    """Yield a part of a line in the looks that its letters have; those beyond all runs are plain."""
    place = 0
    for length, look in (*runs, (len(text), PLAIN)):
        piece = text[max(place, begin) : min(place + length, end)]
        if piece:
            yield style_of(look, colors), piece
        place += length


@lru_cache(1024)
def style_of(look: TextStyle, colors: Colors) -> str:
    """Return the name of a pane's look in a terminal with so many colours."""
    attributes = {"bold": look.bold, "underline": look.underline, "standout": look.reverse}
    return named_look(look.front, look.back, [word for word, has in attributes.items() if has], colors)
