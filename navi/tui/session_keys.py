"""Which sessions a key's command applies to: that of the page in front, the selected ones, or the one at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from navi.core.model import Session
from navi.ops import OperationError
from navi.ops.lifecycle import SESSION_VERBS
from navi.tui.answering import Answering
from navi.tui.pages.stack import PageStack
from navi.tui.screen import Screen
from navi.tui.session_commands import SessionCommands
from navi.tui.terminal_programs import TerminalPrograms


class SessionKeys:
    """Runs the commands for the sessions that they apply to."""

    def __init__(
        self, screen: Screen, pages: PageStack, programs: TerminalPrograms, sessions: SessionCommands,
        answering: Answering,
    ) -> None:  # fmt: skip
        self._screen = screen
        self._pages = pages
        self._programs = programs
        self._sessions = sessions
        self._answering = answering

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        sessions = self._sessions
        return {
            "attach": self.attach,
            "answer": lambda: self.answer(1),
            "new": lambda: sessions.new(self._screen.list.selected),
            "undo": sessions.undo,
            "clone": partial(self._for_one, sessions.clone),
            "rename": partial(self._for_one, sessions.rename),
            "tag": partial(self._for_one, sessions.tag),
            **{name: partial(self._for_all, partial(sessions.change, name)) for name in SESSION_VERBS},
        }

    def attach(self) -> None:
        """Attach to the session at the cursor."""
        if session := self._screen.list.selected:
            self._screen.list.hold()
            self._programs.attach(session)

    def answer(self, choice: int) -> None:
        """Show what the sessions ask, with that choice."""
        self._for_all(lambda sessions: self._answering.show(choice, sessions))

    def _for_one(self, command: Callable[[Session], None]) -> None:
        """Run a command for the page's session, or else the one at the cursor."""
        page = self._pages.page
        session = page.session if page else self._screen.list.selected
        if session is None:
            self._screen.tell("no session is selected")
            return
        self._screen.list.hold()
        command(session)

    def _for_all(self, command: Callable[[Sequence[Session]], None]) -> None:
        """Run a command for the page's session, or else all selected ones."""
        page = self._pages.page
        sessions = ((page.session,) if page.session else ()) if page else self._screen.list.chosen
        if not sessions:
            self._screen.tell("no session is selected")
            return
        self._screen.list.hold()
        try:
            command(sessions)
        except OperationError as error:
            self._screen.tell(str(error), "fault")
        self._screen.list.unmark()
