"""The dashboard: puts the parts on the screen and carries out the commands of the keys."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import trio

from navi.config.places import Places
from navi.config.settings import Problem, Settings
from navi.core.failure import HostState
from navi.core.listing import Key, Selection, Sort, arrange, is_agent, next_mark, next_scope
from navi.core.model import HostView, Session
from navi.core.text import clean
from navi.fleet import Fleet
from navi.ops import OperationError
from navi.ops.lifecycle import SESSION_VERBS
from navi.tui.actions import Actions
from navi.tui.bars import Footer, Header
from navi.tui.dialogs.dialog import Dialog
from navi.tui.keys import command_of, key_of
from navi.tui.layout import Layout
from navi.tui.list.session_list import SessionList
from navi.tui.notifier import Attention
from navi.tui.pages.comments import CommentLooks, comment_lines
from navi.tui.pages.git import GitLooks, git_lines
from navi.tui.pages.page import Entry, Page, detail_lines, help_lines, host_lines
from navi.tui.pages.token_counts import TokenCounts
from navi.tui.paint import Line
from navi.tui.preview.feed import PreviewFeed
from navi.tui.preview.view import Preview
from navi.tui.session_commands import SessionCommands
from navi.tui.terminal import Terminal, terminal_shows_unicode
from navi.tui.terminal_programs import Errands
from navi.tui.theme import choose_glyphs

FRAME_TIME = 0.04
"""Seconds between two redraws for news: people can't read faster, and keys must not wait."""

EXPECTED_FOR = 10.0
"""Seconds in which a session that was just created may still take the cursor."""


class Dashboard:
    """Everything on the screen. Keys call its commands; the fleet's news redraw it."""

    def __init__(
        self, fleet: Fleet, settings: Settings, problems: Sequence[Problem], environment: Mapping[str, str]
    ) -> None:
        self.fleet = fleet
        fleet.changed = self.heard
        self._problems = problems
        shows_unicode = terminal_shows_unicode(environment) or settings.glyphs == "unicode"
        self._glyphs = choose_glyphs(settings, shows_unicode)
        self._list = SessionList(self._glyphs, self._clicked)
        self._preview = Preview(self._glyphs)
        self._header = Header(self._glyphs)
        self._footer = Footer(self._glyphs)
        self._page: Page | None = None
        self._selection = Selection(everything=settings.show_all)
        self._prompt: str | None = None
        self._with_preview = settings.preview == "on"
        self._news = trio.Event()
        self._turned = trio.Event()
        self._page_subject: Key | None = None
        self._pasting = False
        self._quit = trio.CancelScope()
        self._layout = Layout(self._header, self._list, self._footer)
        self._layout.beside = settings.layout == "side"
        self.terminal = Terminal(self._layout, settings, environment, self.press, shows_unicode)
        self._errands = Errands(fleet, self.terminal, environment, self._footer.tell)
        self._feed = PreviewFeed(fleet, self._preview)
        self._actions = Actions(fleet)
        self._lifecycle = SessionCommands(fleet, settings, self._actions, self._glyphs, self, Places(environment))
        self._attention = Attention(settings.notify, environment, self.terminal.ring)
        self._git = GitLooks(fleet, self._news_of_page)
        self._comments = CommentLooks(fleet, self._news_of_page)
        self._tokens = TokenCounts(fleet, self._news_of_page)
        self._expected: tuple[str, str, bool, float] | None = None

    # ---- life

    def heard(self, name: str) -> None:
        """Take note that a host's view has changed."""
        del name
        self._news.set()

    async def run(self) -> None:
        """Show the fleet until the user quits or the terminal goes away."""
        self._refresh()
        async with trio.open_nursery() as nursery:
            # A closed terminal sends SIGHUP more than once; none of them may cut the clean-up short.
            nursery.start_soon(self._obey_signals)
            await self._show_until_quit()
            nursery.cancel_scope.cancel()

    async def _show_until_quit(self) -> None:
        with self._quit:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.fleet.run)
                nursery.start_soon(self._follow_news)
                nursery.start_soon(self._follow_time)
                nursery.start_soon(self._feed.run)
                nursery.start_soon(self._errands.run)
                nursery.start_soon(self._actions.run)
                nursery.start_soon(self._git.run)
                nursery.start_soon(self._comments.run)
                nursery.start_soon(self._tokens.run)
                nursery.start_soon(self._attention.run)
                await self.terminal.run()
                nursery.cancel_scope.cancel()

    async def _obey_signals(self) -> None:
        """SIGINT may also be meant for a program that has the terminal: a handler, so that it ends nothing here."""
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            async for number in signals:
                if number != signal.SIGINT:
                    self._quit.cancel()

    async def _follow_news(self) -> None:
        while True:
            await self._news.wait()
            self._news = trio.Event()
            self._refresh()
            await trio.sleep(FRAME_TIME)

    async def _follow_time(self) -> None:
        """Repaint when an age reads differently, and not before: an idle screen gets no bytes."""
        while True:
            lasts = min(self._list.label_lasts, self._header.label_lasts)
            pause = 1.0 if self._page else min(max(lasts, 0.5), 60.0)
            with trio.move_on_after(pause) as waited:
                await self._turned.wait()
            self._turned = trio.Event()
            if waited.cancelled_caught and (self._page or lasts <= 60.0):
                self._refresh()

    # ---- what is shown

    def _refresh(self) -> None:
        views = self.fleet.views
        sessions = arrange(views, self._selection)
        self._list.empty = self._empty_lines(views)
        self._list.show(sessions, views)
        self._greet_expected()
        self._attention.heed(views)
        self._header.show(views, sessions, len(self._problems), trio.current_time())
        self._show_footer()
        self._turn()
        self._news_of_page()

    def _turn(self) -> None:
        """After anything that may have moved the cursor or the clock: tell those who follow them."""
        session = self._list.selected
        self._preview.turn_to(session)
        self._turned.set()
        self._feed.turn_to(session, self._layout.preview is not None)

    def _show_footer(self) -> None:
        place, count = self._list.count_matches() if self._list.query else (0, 0)
        match = f"{place}/{count}" if count else "no match"
        marked = len(self._list.marked)
        self._footer.show(self._selection, self._prompt, match if self._list.query else "", marked)

    def _empty_lines(self, views: Sequence[HostView]) -> list[Line]:
        """What to say when no session is listed: why, and what to press."""
        hidden = sum(not is_agent(session) for view in views for session in view.sessions)
        lines: list[Line] = [[], [("title", "  No sessions here yet")]]
        if self._selection != Selection(everything=self._selection.everything):
            lines = [[], [("title", "  No session matches the filter")], [("dim", "  f and o change what is shown")]]
        elif any(view.state is HostState.CONNECTING for view in views):
            lines = [[], [("title", "  Connecting ...")]]
        else:
            lines.append([("dim", "  n starts one; so does, in a shell: tmux new-session -s work claude")])
        if hidden and not self._selection.everything:
            what = "session without an agent is" if hidden == 1 else "sessions without an agent are"
            lines.append([("dim", f"  {hidden} tmux {what} hidden; a shows them")])
        for view in views:
            if view.failure:
                lines += [[], [("host", f"  {clean(view.name)}: "), ("fault", view.failure.cause)]]
                lines.append([("notice", f"  {view.failure.remedy}")])
        return lines

    def _rearrange(self) -> None:
        """Lay the parts out as the state asks."""
        self._layout.main = self._page or self._list
        self._layout.preview = self._preview if self._with_preview and not self._page else None
        self._layout.changed()
        self._turn()

    # ---- keys

    def press(self, key: str) -> None:
        """Carry out what a key stands for."""
        if key in ("begin paste", "end paste"):
            self._pasting = key == "begin paste"
            return
        self._footer.hush()
        if self._layout.dialog and key != "ctrl l":
            self._ask(self._layout.dialog, key)
            return
        if self._prompt is not None and self._type(key):
            return
        if self._pasting:
            self._footer.tell("pasted text does nothing here; / searches")
            return
        command = command_of(key)
        if command is None:
            if len(key) == 1 or key.startswith("f"):
                self._footer.tell(f"{key} does nothing here; ? shows the keys")
            return
        if command in SESSION_VERBS:
            self._about_all(lambda sessions: self._lifecycle.change(command, sessions))
        else:
            getattr(self, f"_do_{command}")()
        self._turn()

    def _ask(self, dialog: Dialog, key: str) -> None:
        """Hand a key to the dialog; the line ends of pasted text submit nothing."""
        if not self._pasting or len(key) == 1:
            dialog.press(key)
            self._layout.changed()
        self._turn()

    def _type(self, key: str) -> bool:
        """A key while the search is typed; all that can be printed is typed. Return whether it was for the search."""
        if self._pasting and len(key) != 1:
            return True
        if key in ("enter", "esc", "ctrl c"):
            self._end_search(keep=key == "enter")
        elif key in ("down", "up"):
            self._list.seek(1 if key == "down" else -1, 1 if key == "down" else -1)
        elif key == "backspace":
            self._search((self._prompt or "")[:-1])
        elif key == "ctrl u":
            self._search("")
        elif len(key) == 1 and key.isprintable():
            self._search((self._prompt or "") + key)
        else:
            return False
        self._show_footer()
        self._turn()
        return True

    def _search(self, query: str) -> None:
        self._prompt = self._list.query = query[:100]
        self._list.seek(1)
        self._list.changed()

    def _end_search(self, keep: bool) -> None:
        self._prompt = None
        if not keep:
            self._list.query = ""
            self._list.changed()

    def _clicked(self, again: bool) -> None:
        self._footer.hush()
        if again:
            self._do_attach()
        self._turn()

    # ---- commands: moving

    def _scroller(self) -> Page | Preview | None:
        seen = self._layout.preview and self._layout.shows_preview(self.terminal.size[1])
        return self._page or (self._preview if self._preview.focused and seen else None)

    def _do_down(self) -> None:
        self._step(1)

    def _do_up(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        scroller = self._scroller()
        scroller.scroll(step) if scroller else self._list.move(step)

    def _do_page_down(self) -> None:
        (self._scroller() or self._list).page(1)

    def _do_page_up(self) -> None:
        (self._scroller() or self._list).page(-1)

    def _do_first(self) -> None:
        self._step(-(10**6))

    def _do_last(self) -> None:
        self._step(10**6)

    def _do_attention(self) -> None:
        if not self._list.seek_waiting():
            self._footer.tell("nobody waits for you")

    # ---- commands: the list

    def _do_search(self) -> None:
        self._close_page()
        self._prompt = self._list.query = ""
        self._show_footer()

    def _do_previous_match(self) -> None:
        self._seek(-1)

    def _seek(self, step: int) -> None:
        if not self._list.query:
            self._footer.tell("nothing was searched yet; / searches")
        self._list.seek(step, step)
        self._show_footer()

    def _do_sort(self) -> None:
        orders = list(Sort)
        self._select(replace(self._selection, sort=orders[(orders.index(self._selection.sort) + 1) % len(orders)]))

    def _do_scope(self) -> None:
        names = [view.name for view in self.fleet.views]
        self._select(replace(self._selection, scope=next_scope(self._selection.scope, names)))

    def _do_marked(self) -> None:
        self._select(replace(self._selection, mark=next_mark(self._selection.mark, self.fleet.views)))

    def _do_offline(self) -> None:
        self._select(replace(self._selection, offline=not self._selection.offline))

    def _do_everything(self) -> None:
        self._select(replace(self._selection, everything=not self._selection.everything))

    def _select(self, selection: Selection) -> None:
        self._selection = selection
        self._refresh()

    # ---- commands: hosts

    def _do_refresh(self) -> None:
        """What the page of git or of comments tells; or the host of the page's session, else of the selected one, else
        that of the filter.
        """
        subject = self._session_of_page() if self._page else None
        if self._page and self._page.title in ("Git", "Comments") and subject:
            if self._page.title == "Git" or not self._comments.look(self._git.view(subject)):
                self._git.look(subject)
            return
        if self._page and self._page.title == "Details" and subject:
            self._tokens.look(subject, trio.current_time())
        session = subject or self._list.selected
        host = session.host if session else self._selection.scope
        known = host in {view.name for view in self.fleet.views}
        self.fleet.refresh(host if known else None)
        self._footer.tell(f"looking at {clean(host) if known else 'all hosts'}", "dim")

    def _do_refresh_all(self) -> None:
        self.fleet.refresh()
        self._footer.tell("looking at all hosts", "dim")

    # ---- commands: pages

    def _page_lines(self, title: str) -> Sequence[Entry]:
        if title == "Hosts":
            return host_lines(self.fleet.views, self._problems, self._glyphs, trio.current_time())
        return help_lines() if title == "Keys" else self._lines_of_session(title)

    def _lines_of_session(self, title: str) -> Sequence[Entry]:
        """The page stays with the session that it was opened for, also when the cursor moves on."""
        session = self._session_of_page()
        if session is None:
            return [[("dim", "  this session has ended" if self._page_subject else "  no session is selected")]]
        view = self.fleet.view(session.host)
        git = self._git.view(session)
        if title == "Git":
            return git_lines(git, trio.current_time(), view.clock(time.time()))
        if title == "Comments":
            return comment_lines(git, self._comments.view(git), trio.current_time(), time.time())
        return detail_lines(session, view, view.clock(time.time()), self._tokens.view(session))

    def _session_of_page(self) -> Session | None:
        sessions = (session for view in self.fleet.views for session in view.sessions)
        return next((session for session in sessions if session.key == self._page_subject), None)

    def _news_of_page(self) -> None:
        """Tokens and comments are followed only while their page is open."""
        session = self._session_of_page() if self._page else None
        if self._page and self._page.title == "Details" and session:
            self._tokens.follow(session, trio.current_time())
        if self._page and self._page.title == "Comments" and session:
            self._comments.follow(self._git.view(session))
        if self._page:
            self._page.put(self._page_lines(self._page.title))

    def _open_page(self, title: str) -> None:
        if self._page and self._page.title == title:
            self._close_page()
            return
        session = self._list.selected
        self._page_subject = session.key if session and title in ("Details", "Git") else None
        self._page = Page(self._glyphs, title, self._page_lines(title))
        self._rearrange()

    def _turn_page(self, title: str) -> None:
        """Show another page about the same session."""
        self._page = Page(self._glyphs, title, self._page_lines(title))
        self._rearrange()

    def _go_back(self) -> None:
        """Close the page; that of comments lies upon that of git."""
        if self._page and self._page.title == "Comments":
            self._turn_page("Git")
        else:
            self._close_page()

    def _close_page(self) -> None:
        self._page = None
        self._page_subject = None
        self._rearrange()

    def _do_help(self) -> None:
        self._open_page("Keys")

    def _do_hosts(self) -> None:
        self._open_page("Hosts")

    def _do_details(self) -> None:
        self._list.hold()
        self._open_page("Details")
        self._news_of_page()

    # ---- commands: sessions

    def _do_new(self) -> None:
        """While a search is on, n goes to its next match, as everywhere."""
        if self._list.query:
            self._seek(1)
        else:
            self._lifecycle.new(self._list.selected)

    def _do_clone(self) -> None:
        """On the page of git, c is for comments, and back."""
        if self._page and self._page.title in ("Git", "Comments"):
            self._turn_to_comments() if self._page.title == "Git" else self._go_back()
        else:
            self._about_one(self._lifecycle.clone)

    def _turn_to_comments(self) -> None:
        """What could not be had the last time is asked for again."""
        self._turn_page("Comments")
        session = self._session_of_page()
        if session and self._comments.view(self._git.view(session)).seen is None:
            self._comments.look(self._git.view(session))

    def _do_rename(self) -> None:
        self._about_one(self._lifecycle.rename)

    def _do_undo(self) -> None:
        self._lifecycle.undo()

    def _do_tag(self) -> None:
        self._about_one(self._lifecycle.tag)

    def _do_mark(self) -> None:
        self._list.mark()
        self._show_footer()

    def _about_one(self, command: Callable[[Session], None]) -> None:
        """A command that is about the page's session, or else the one under the cursor."""
        session = self._session_of_page() if self._page else self._list.selected
        if session is None:
            self._footer.tell("no session is selected")
            return
        self._list.hold()
        command(session)

    def _about_all(self, command: Callable[[Sequence[Session]], None]) -> None:
        """A command that is about the page's session, or else all selected ones."""
        subject = self._session_of_page() if self._page else None
        sessions = ((subject,) if subject else ()) if self._page else self._list.chosen
        if not sessions:
            self._footer.tell("no session is selected")
            return
        self._list.hold()
        try:
            command(sessions)
        except OperationError as error:
            self._footer.tell(str(error), "fault")
        self._list.unmark()

    # ---- dialogs, for the commands

    def open(self, dialog: Dialog) -> None:
        """Put a dialog on the screen, in place of one that is there."""
        self._layout.dialog = dialog
        self._layout.changed()

    def close(self) -> None:
        """Take the dialog away."""
        self._layout.dialog = None
        self._layout.changed()

    def shows(self, dialog: Dialog) -> bool:
        """Whether that dialog is on the screen."""
        return self._layout.dialog is dialog

    def tell(self, words: str, style: str = "notice") -> None:
        """Say something at the foot of the screen."""
        self._footer.tell(words, style)

    def key_of(self, command: str) -> str:
        """Return the key of a command, as people write it."""
        return key_of(command)

    def expect(self, host: str, name: str, attach: bool) -> None:
        """Put the cursor on a session as soon as it is listed, and attach to it if asked."""
        self._expected = (host, name, attach, trio.current_time() + EXPECTED_FOR)
        self._greet_expected()

    def _greet_expected(self) -> None:
        if self._expected is None:
            return
        host, name, attach, until = self._expected
        if trio.current_time() > until:
            self._expected = None
        elif (session := self._list.go_to(host, name)) and session.tmux:
            self._expected = None
            if attach:
                self._errands.attach(session)

    # ---- commands: closing

    def _do_git(self) -> None:
        if self._page and self._page.title == "Comments":
            self._go_back()
            return
        self._list.hold()
        self._open_page("Git")
        session = self._session_of_page()
        if self._page and session and self._git.view(session).seen is None:
            self._git.look(session)

    def _do_leave(self) -> None:
        """Close what is nearest: a page, the preview's focus, the search, the selection, the filters."""
        if self._page:
            self._go_back()
        elif self._preview.focused:
            self._do_focus()
        elif self._list.query:
            self._end_search(keep=False)
            self._show_footer()
        elif self._list.marked:
            self._list.unmark()
            self._show_footer()
        else:
            self._select(Selection(sort=self._selection.sort, everything=self._selection.everything))

    # ---- commands: the preview

    def _do_preview(self) -> None:
        self._list.hold()
        self._with_preview = not self._with_preview
        self._preview.focused = False
        self._rearrange()

    def _do_layout(self) -> None:
        self._layout.beside = not self._layout.beside
        self._rearrange()

    def _do_wrap(self) -> None:
        self._preview.wrapped = not self._preview.wrapped
        self._preview.changed()

    def _do_shrink(self) -> None:
        self._resize(-5)

    def _do_grow(self) -> None:
        self._resize(5)

    def _resize(self, step: int) -> None:
        self._layout.share = max(20, min(80, self._layout.share + step))
        self._rearrange()

    def _do_focus(self) -> None:
        if not self._with_preview:
            self._do_preview()
        self._preview.focused = not self._preview.focused
        self._preview.changed()

    # ---- commands: those that need the terminal

    def _do_attach(self) -> None:
        session = self._list.selected
        if session and not self._page:
            self._list.hold()
            self._errands.attach(session)

    def _do_authenticate(self) -> None:
        self._errands.authenticate(self._list.selected)

    # ---- commands: navi

    def _do_redraw(self) -> None:
        self.terminal.redraw()
        self._rearrange()

    def _do_quit(self) -> None:
        if self._page:
            self._go_back()
        else:
            self._quit.cancel()
