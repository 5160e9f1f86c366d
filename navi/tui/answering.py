"""Answers to what agents ask: a question is read on its host, shown, and answered if it is still asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from navi.config.person import who
from navi.core.address import Named
from navi.core.model import Session
from navi.core.question import Question, Reply
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.question import Answered, answer, ask
from navi.tui.actions import Action, Actions, Tell
from navi.tui.dialogs.answer_dialog import AnswerDialog, Asked, TextForm
from navi.tui.dialogs.dialog import Report
from navi.tui.session_commands import Screen
from navi.tui.theme import Glyphs


class Answering:
    """Opens the dialog for one session, or for several that may ask the same."""

    def __init__(self, actions: Actions, glyphs: Glyphs, screen: Screen) -> None:
        self._actions = actions
        self._glyphs = glyphs
        self._screen = screen

    def show(self, chosen: int, sessions: Sequence[Session]) -> None:
        """Show what sessions ask, with that choice."""
        there = {session.address: session for session in sessions if session.tmux}
        if not there:
            self._screen.tell("there is no terminal to answer in; navi explain says more")
            return
        send = partial(self._send, there)
        dialog = AnswerDialog(
            self._glyphs, list(there), chosen, send, partial(self._ask_for_text, send), self._screen.close
        )
        self._screen.open(dialog)
        for session in there.values():
            action = Action(session.host, session.address, ask(pane_of(session)), partial(_put, dialog, session))
            self._actions.order([action], lambda one: partial(_put_fault, dialog, one.address))

    def _ask_for_text(self, send: Callable[[AnswerDialog, Reply], None], dialog: AnswerDialog, reply: Reply) -> None:
        form = TextForm(self._glyphs, dialog.title, lambda text: submit(text), self._screen.close)

        def submit(text: str) -> None:
            if text.strip():
                send(dialog, Reply(reply.how, text))
            else:
                form.tell(fault="the text is empty")

        self._screen.open(form)

    def _send(self, there: dict[str, Session], dialog: AnswerDialog, reply: Reply) -> None:
        """Answer each session's own question, and report."""
        self._screen.close()
        questions = dialog.answered()
        if len(questions) == 1:
            self._screen.tell(f"answering {clean(questions[0][0])} ...")
            self._order(there, questions[0], reply, lambda _: self._screen.tell)
            return
        report = Report(self._glyphs, "Answer", [address for address, _ in questions], self._screen.close)
        self._screen.open(report)
        for asked in questions:
            self._order(there, asked, reply, lambda action: partial(report.put, action.address))

    def _order(
        self, there: dict[str, Session], asked: tuple[str, Question], reply: Reply, tell: Callable[[Action], Tell]
    ) -> None:
        address, question = asked
        session = there[address]
        try:
            operation = answer(pane_of(session), question.digest, reply, os.urandom(8).hex(), who())
        except OperationError as error:
            self._screen.tell(str(error), "fault")
            return

        def done(answered: Answered) -> str:
            words = operation.words(address, answered)
            if not answered.gone or answered.died:
                raise OperationError(words)
            return words

        self._actions.order([Action(session.host, address, operation, done)], tell)


def pane_of(session: Session) -> Named:
    """Return the pane of a session in which its agent asks: that of an agent whose screen shows a dialog."""
    tmux = session.tmux
    if tmux is None:
        return Named(session.name)
    asking = [pane for pane in tmux.panes if pane.screen and pane.screen.status in ("permission", "waiting")]
    pane = tmux.pane if tmux.pane in asking or not asking else asking[0]
    return Named(session.name, tmux.socket, pane.id)


def _put(dialog: AnswerDialog, session: Session, question: Question) -> str:
    dialog.put(Asked(session.address, question))
    return ""


def _put_fault(dialog: AnswerDialog, address: str, words: str, style: str) -> None:
    if style == "fault":
        dialog.put(Asked(address, fault=words))
