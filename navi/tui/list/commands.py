"""The commands that choose what the list shows, and which sessions other commands apply to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState
from navi.core.listing import ListFilter, Sort, in_order, is_agent, needs_person, next_mark, ranked
from navi.core.lost import lost_sessions, words_for
from navi.core.model import HostView, LostSession
from navi.core.notices import is_lost
from navi.core.text import clean
from navi.core.unlisted import unlisted
from navi.fleet import Fleet
from navi.tui.keys.keymap import Keymap
from navi.tui.list.density import DENSITIES
from navi.tui.list.session_list import SessionList
from navi.tui.per_host import PerHost
from navi.tui.style.paint import Line

DENSITY_NOTES = {
    "auto": "as many lines for each session as there is room",
    "one": "one line for each session",
    "two": "two lines for each session",
    "three": "three lines for each session",
}
"""What the footer says when the density is changed."""


class ListCommands:
    """`show_message` shows a message in the footer; `changed` is called when the list must be made again.
    `visits_finished` says that unseen sessions, whose agents have finished, need the user, too.
    """

    def __init__(
        self, fleet: Fleet, sessions: SessionList, list_filter: ListFilter, keymap: Keymap,
        show_message: Callable[[str], None], changed: Callable[[], None], visits_finished: bool = False,
    ) -> None:  # fmt: skip
        self._fleet = fleet
        self._list = sessions
        self._keymap = keymap
        self._show_message = show_message
        self._changed = changed
        self._visits_finished = visits_finished
        self._ranked = PerHost(ranked)
        self.list_filter = list_filter

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        return {
            "attention": self._go_to_waiting,
            "mark": self._list.toggle_selected,
            "sort": self._sort,
            "marked": self._filter_by_mark,
            "offline": self._offline,
            "everything": self._everything,
            "density": self._density,
        }

    def show(self) -> None:
        """List what the fleet has now."""
        views = self._fleet.views
        listed = in_order(self._ranked.of(view, self.list_filter) for view in views)
        self._list.empty = () if listed else empty_lines(views, self.list_filter, self._keymap)
        self._list.show(listed, views, grouped=self.list_filter.sort is Sort.PRIORITY)

    def reset(self) -> None:
        """Deselect all sessions, or if none was selected remove the filters."""
        if self._list.selected_keys:
            self._list.clear_selected()
        else:
            self._apply(ListFilter(sort=self.list_filter.sort, everything=self.list_filter.everything))

    def _go_to_waiting(self) -> None:
        if self._list.seek_waiting(self._visits_finished):
            return
        lost = [clean(view.name) for view in self._fleet.views if is_lost(view)]
        silent = f"; no answer from {', '.join(lost)}" if lost else ""
        others = sum(needs_person(session) for view in self._fleet.views for session in view.sessions)
        if others and self.narrowed:
            needs = f"{others} other{' does' if others == 1 else 's do'}"
            leave = self._keymap.name("leave")
            self._show_message(f"no session on this list needs you; {needs}: {leave} lists all{silent}")
        else:
            self._show_message(f"no session needs you{silent}")

    @property
    def narrowed(self) -> bool:
        """Whether a filter hides sessions."""
        return self.list_filter != ListFilter(sort=self.list_filter.sort, everything=self.list_filter.everything)

    @property
    def needed(self) -> bool:
        """Whether there is a session to go to that needs the user."""
        return self._list.has_waiting(self._visits_finished)

    def _sort(self) -> None:
        orders = list(Sort)
        self._apply(replace(self.list_filter, sort=orders[(orders.index(self.list_filter.sort) + 1) % len(orders)]))

    def choose(self, scope: str) -> None:
        """List the sessions of a host, or those of a Scope."""
        self._apply(replace(self.list_filter, scope=scope))

    def _filter_by_mark(self) -> None:
        self._apply(replace(self.list_filter, mark=next_mark(self.list_filter.mark, self._fleet.views)))

    def _offline(self) -> None:
        self._apply(replace(self.list_filter, offline=not self.list_filter.offline))

    def _everything(self) -> None:
        self._apply(replace(self.list_filter, everything=not self.list_filter.everything))

    def _density(self) -> None:
        self._list.density = DENSITIES[(DENSITIES.index(self._list.density) + 1) % len(DENSITIES)]
        self._list.changed()
        self._show_message(DENSITY_NOTES[self._list.density])

    def _apply(self, list_filter: ListFilter) -> None:
        self.list_filter = list_filter
        self._changed()


def empty_lines(views: Sequence[HostView], list_filter: ListFilter, keymap: Keymap) -> list[Line]:
    """Say why no session is listed, and what to press."""
    hidden = sum(not is_agent(session) for view in views for session in view.sessions)
    if list_filter != ListFilter(everything=list_filter.everything):
        hint = f"  {keymap.name('leave')} lists all sessions"
        lines: list[Line] = [[], [("title", "  No session matches the filter")], [("dim", hint)]]
    elif any(view.state is HostState.CONNECTING or (view.frame is None and not view.failure) for view in views):
        lines = [[], [("title", "  Connecting ...")]]
    else:
        proven = [bool(view.fresh and view.frame and view.frame.proven) for view in views]
        lines = [*_no_sessions(proven, lost_sessions(views), keymap), *_other_hosts(views, keymap)]
    if hidden and not list_filter.everything:
        what = "session without an agent is" if hidden == 1 else "sessions without an agent are"
        lines.append([("dim", f"  {hidden} tmux {what} hidden; {keymap.name('everything')} shows them")])
    for view in views:
        failure = view.failure or _doubt(view)
        if failure:
            lines += [[], [("host", f"  {clean(view.name)}: "), ("fault", failure.cause)]]
            lines.append([("notice", f"  {keymap.remedy(failure)}")])
    return lines


def _no_sessions(proven: Sequence[bool], lost: Sequence[tuple[str, LostSession]], keymap: Keymap) -> list[Line]:
    """Say that there are no sessions, as far as hosts have proven it, and which were lost."""
    if not any(proven):
        return [[], [("title", "  Sessions are unknown")]]
    title = "No sessions here yet" if all(proven) else "No sessions on the hosts that answer"
    if lost:
        words = words_for([one for _, one in lost])
        them = "it" if len(lost) == 1 else "them"
        hint = f"  {keymap.name('hosts')} lists {them}; {keymap.name('restore')} there restores {them}"
        return [[], [("title", f"  {title.removesuffix(' yet')}; {words}")], [("", hint)]]
    what = "  Each agent in tmux appears here: what it does, for how long, what it asks."
    start = f"  {keymap.name('new')} starts one; or type in a shell: tmux new-session -s work claude"
    return [[], [("title", f"  {title}")], [("dim", what)], [("", start)]]


def _other_hosts(views: Sequence[HostView], keymap: Keymap) -> list[Line]:
    """Say how sessions of other machines come here, where there is none yet."""
    if any(view.name != LOCAL for view in views):
        return []
    return [[("", f"  {keymap.name('add_hosts')} adds machines that ssh reaches; their agents then appear here, too")]]


def _doubt(view: HostView) -> Failure | None:
    """Return why a connected host's sessions are not all known."""
    found = unlisted(view.frame, view.name) if view.frame else None
    return found.failure if found else None
