"""Answers to what agents ask: a question is read on its host, shown, and answered if it is still asked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from navi.config.person import user_and_machine
from navi.core.address import Named
from navi.core.agent_panes import named_pane, narrowed, panes_to_answer
from navi.core.model import Session
from navi.core.question import Question, Reply
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.pane.question import AnswerOutcome, answer, ask
from navi.tui.commands.actions import PENDING, Action, Actions
from navi.tui.commands.agent_choice import with_one_agent
from navi.tui.commands.drafts import Drafts
from navi.tui.commands.reports import answer_to, close_and_keep, report_on_sessions, selecting
from navi.tui.dialogs.answer_dialog import AnswerDialog, SessionQuestion, TextForm
from navi.tui.screen_protocol import Screen, SelectAgain
from navi.tui.style.theme import Glyphs


class Answering:
    """Opens the dialog for one session, or for several that may ask the same."""

    def __init__(self, actions: Actions, glyphs: Glyphs, screen: Screen) -> None:
        self._actions = actions
        self._glyphs = glyphs
        self._screen = screen
        self._drafts = Drafts()

    def show(self, chosen: int, sessions: Sequence[Session]) -> None:
        """Show what sessions ask, with that choice."""
        with_terminal = [session for session in sessions if session.tmux]
        if not with_terminal:
            self._screen.show_message("this session has no terminal to answer in; navi explain says why")
        elif len(with_terminal) == 1:
            (session,) = with_terminal
            with_one_agent(
                self._screen, self._glyphs, session, session.address, panes_to_answer(session), "shows what it asks",
                lambda narrow, name: self._show(chosen, {name: narrow}),
            )  # fmt: skip
        else:
            each = [
                (name, session, narrowed(session, panes_to_answer(session)))
                for name, session in by_name(with_terminal).items()
            ]
            self._show(chosen, {named_pane(*one): one[2] for one in each})

    def _show(self, chosen: int, there: Mapping[str, Session]) -> None:
        """Show what sessions ask, each in the one pane that it is narrowed to."""
        send = partial(self._close_and_send, there)
        dialog = AnswerDialog(
            self._glyphs, list(there), chosen, send, partial(self._ask_for_text, there), self._screen.close
        )
        self._screen.open(dialog)
        for name, session in there.items():
            action = Action(session.host, session.address, ask(pane_of(session)), partial(_put, dialog, name))
            self._actions.order(action, partial(_put_fault, dialog, name))

    def _ask_for_text(self, there: Mapping[str, Session], dialog: AnswerDialog, reply: Reply) -> None:
        """Ask for a text. It stays in the form until the agent has it, and is kept for the same question if not."""
        about = tuple((there[name].key, question.digest) for name, question in dialog.answered())
        keep = partial(self._drafts.keep, about)
        form = TextForm(
            self._glyphs, dialog.title, self._drafts.of(about), lambda text: submit(text),
            lambda text: close_and_keep(self._screen, form.busy, text, keep),
        )  # fmt: skip

        def submit(text: str) -> None:
            if text.strip():
                keep("")
                self._send(there, dialog, Reply(reply.how, text), form, lambda: keep(text))
            else:
                form.show_fault("the text is empty")

        self._screen.open(form)

    def _close_and_send(self, there: Mapping[str, Session], dialog: AnswerDialog, reply: Reply) -> None:
        self._screen.close()
        self._send(there, dialog, reply)

    def _send(
        self, there: Mapping[str, Session], dialog: AnswerDialog, reply: Reply, form: TextForm | None = None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Answer each session's own question, and report; that of one session in the form with its text, if there is
        one.
        """
        answered = [(there[name], question) for name, question in dialog.answered()]
        each = [(session, self._made(session, question, reply)) for session, question in answered]
        again = self._select_others_again(there, [session for session, _ in each])
        if len(each) > 1:
            also = lambda _, style: failed() if style == "fault" else None  # noqa: E731
            report_on_sessions(self._screen, self._actions, "answer", each, again, also)
            return
        session, made = each[0]
        shown = answer_to(form, self._screen, failed) if form else self._screen.show_message
        show_result = selecting(shown, again, session)
        if isinstance(made, str):
            show_result(made, "fault")
            return
        show_result(f"answering {clean(session.address)} ...", PENDING)
        self._actions.order(made, show_result)

    def _select_others_again(self, there: Mapping[str, Session], answered: Sequence[Session]) -> SelectAgain:
        """Note which sessions are answered: the others stay selected. Return what selects one again."""
        again, keys = self._screen.ordered(), {session.key for session in answered}
        for session in there.values():
            if session.key not in keys:
                again(session)
        return again

    def _made(self, session: Session, question: Question, reply: Reply) -> Action | str:
        """Return the action that answers a session's question, or why it can't be answered so."""
        try:
            operation = answer(pane_of(session), question.digest, reply, os.urandom(8).hex(), user_and_machine())
        except OperationError as error:
            return str(error)

        def done(answered: AnswerOutcome) -> str:
            words = operation.report(session.address, answered)
            if not answered.gone or answered.died:
                raise OperationError(words)
            return words

        return Action(session.host, session.address, operation, done)


def pane_of(session: Session) -> Named:
    """Return the pane of a session in which its agent asks, or may: of several, the first."""
    tmux = narrowed(session, panes_to_answer(session)).tmux
    return Named(session.name, tmux.socket, tmux.pane.id) if tmux else Named(session.name)


def by_name(sessions: Sequence[Session]) -> dict[str, Session]:
    """Return sessions by what they are called: their addresses, with the socket where two tmux servers of a host have
    a session of one name.
    """
    count = Counter(session.address for session in sessions)
    return {_name_of(session, count[session.address] > 1): session for session in sessions}


def _name_of(session: Session, is_double: bool) -> str:
    socket = session.tmux.socket if session.tmux else ""
    return f"{session.address} -S {socket}" if is_double and socket else session.address


def _put(dialog: AnswerDialog, name: str, question: Question) -> str:
    dialog.put(SessionQuestion(name, question))
    return ""


def _put_fault(dialog: AnswerDialog, name: str, words: str, style: str) -> None:
    if style == "fault":
        dialog.put(SessionQuestion(name, fault=words))
