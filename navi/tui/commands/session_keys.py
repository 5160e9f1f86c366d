"""Which sessions a key's command applies to: that of the page in front, the selected ones, or the one at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from navi.core.model import Session
from navi.ops import OperationError
from navi.ops.session.verbs import SESSION_VERBS
from navi.tui.commands.answering import Answering
from navi.tui.commands.messages import MessageCommands
from navi.tui.commands.sessions import SessionCommands
from navi.tui.headless.answering import HeadlessAnswering
from navi.tui.headless.commands import HeadlessCommands
from navi.tui.headless.feedback import FeedbackCommands
from navi.tui.keys.possible import no_session
from navi.tui.pages.stack import PageStack
from navi.tui.screen import DashboardScreen
from navi.tui.terminal_programs import TerminalPrograms


class SessionKeys:
    """Runs the commands for the sessions that they apply to."""

    def __init__(
        self, screen: DashboardScreen, pages: PageStack, programs: TerminalPrograms, sessions: SessionCommands,
        answering: Answering, messages: MessageCommands, headless: HeadlessCommands,
        headless_answering: HeadlessAnswering, feedback: FeedbackCommands,
    ) -> None:  # fmt: skip
        self._feedback = feedback
        self._headless = headless
        self._headless_answering = headless_answering
        self._screen = screen
        self._pages = pages
        self._programs = programs
        self._sessions = sessions
        self._answering = answering
        self._messages = messages

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        sessions, headless = self._sessions, self._headless
        return {
            "attach": self.attach,
            "answer": lambda: self.answer(1),
            "new": lambda: sessions.new(self._screen.list.current, self._pages.host),
            "undo": sessions.undo,
            "clone": partial(self._for_one, sessions.clone),
            "rename": partial(self._for_one, self._rename),
            "tag": partial(self._for_one, sessions.tag),
            "message": partial(self._for_all, self._messages.message, headless.message),
            "feedback": partial(self._for_one, self._feedback.feedback),
            "interrupt": partial(self._for_all, self._messages.interrupt, headless.interrupt),
            "resume": partial(self._for_all, self._resume, headless.resume),
            "mode": partial(self._for_all, self._mode, headless.mode),
            **{name: partial(self._for_all, partial(sessions.change, name)) for name in SESSION_VERBS},
            "kill": partial(self._for_all, partial(sessions.change, "kill"), headless.kill),
            "dismiss": partial(self._for_all, partial(sessions.change, "dismiss"), headless.dismiss),
        }

    def attach(self) -> None:
        """Attach to the page's session, or the one at the cursor. One without a terminal gets one, after a question."""
        self._for_one(self.open)

    def open(self, session: Session) -> None:
        """Attach to a session. One without a terminal gets one, after a question."""
        if session.headless:
            self._headless.open_in_terminal(session)
        else:
            self._programs.attach(session)

    def answer(self, choice: int) -> None:
        """Show what the sessions ask, with that choice."""
        self._for_all(partial(self._answering.show, choice), partial(self._headless_answering.show, choice))

    def _rename(self, session: Session) -> None:
        if session.headless:
            self._screen.show_message("a session without a terminal keeps its title and its name")
        else:
            self._sessions.rename(session)

    def _resume(self, _sessions: Sequence[Session]) -> None:
        self._screen.show_message("only a session without a terminal is resumed so; navi restart restarts other agents")

    def _mode(self, _sessions: Sequence[Session]) -> None:
        self._screen.show_message("an agent in a terminal changes its permission mode by its own keys; attach to it")

    def _for_one(self, command: Callable[[Session], None]) -> None:
        """Run a command for the page's session, or else the one at the cursor."""
        page = self._pages.page
        session = page.session if page else self._screen.list.current
        if session is None:
            self._screen.show_message(no_session(page.context if page else ""))
            return
        self._screen.list.hold()
        try:
            command(session)
        except OperationError as error:
            self._screen.show_message(str(error), "fault")

    def _for_all(
        self, command: Callable[[Sequence[Session]], None],
        of_headless: Callable[[Sequence[Session]], None] | None = None,
    ) -> None:  # fmt: skip
        """Run a command for the page's session, or else all selected ones; that of those without a terminal if there is
        one. They stay selected until the command orders something (Screen.ordered).
        """
        page = self._pages.page
        sessions = ((page.session,) if page.session else ()) if page else self._screen.list.chosen
        if not sessions:
            self._screen.show_message(no_session(page.context if page else ""))
            return
        self._screen.list.hold()
        without = [one for one in sessions if one.headless]
        if of_headless and without and len(without) < len(sessions):
            self._screen.show_message("select only sessions with a terminal, or only sessions without one")
            return
        try:
            (of_headless if of_headless and without else command)(sessions)
        except OperationError as error:
            self._screen.show_message(str(error), "fault")
