"""The commands that speak to agents: a message to sessions, and the end of a turn."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from navi.core.address import LOCAL
from navi.core.agent_panes import agent_panes
from navi.core.model import Session
from navi.ops import OperationError
from navi.ops.pane.send import (
    Interrupted,
    Sent,
    TextState,
    find_outcome,
    interrupt,
    interrupted_words,
    send,
    sent_words,
)
from navi.tui.commands.actions import NOT_BEGUN, Action, Actions
from navi.tui.commands.agent_choice import with_one_agent
from navi.tui.commands.drafts import Drafts, subject_of_all
from navi.tui.commands.reports import answer_to, close_and_keep, report_on_sessions, selecting
from navi.tui.dialogs.dialog import Confirm
from navi.tui.dialogs.message_form import MessageForm
from navi.tui.dialogs.rows import names_of, session_row
from navi.tui.screen_protocol import Screen
from navi.tui.style.theme import Glyphs


class MessageCommands:
    """Sends messages and interrupts turns. A message that was not sent is kept for the next form for its sessions."""

    def __init__(self, actions: Actions, glyphs: Glyphs, screen: Screen) -> None:
        self._actions = actions
        self._glyphs = glyphs
        self._screen = screen
        self._drafts = Drafts()

    # ---- messages

    def message(self, sessions: Sequence[Session]) -> None:
        """Ask for a text, and send it to sessions. Raise OperationError if one of them has no terminal."""
        _check(sessions)
        if len(sessions) == 1:
            (session,) = sessions
            with_one_agent(
                self._screen, self._glyphs, session, names_of(sessions), agent_panes(session),
                "writes a message to it", lambda narrow, name: self._write([narrow], name),
            )  # fmt: skip
        else:
            self._write(sessions, names_of(sessions))

    def _write(self, sessions: Sequence[Session], to: str) -> None:
        """Ask for a text, and send it to sessions, which `to` names."""
        subject = (subject_of_all(sessions), to)
        keep = partial(self._drafts.keep, subject)
        form = MessageForm(
            self._glyphs, f"Message to {to}", self._drafts.of(subject), lambda: self._submit(form, sessions, keep),
            lambda: close_and_keep(self._screen, form.busy, form.text, keep),
        )  # fmt: skip
        self._screen.open(form)

    def _submit(self, form: MessageForm, sessions: Sequence[Session], keep: Callable[[str], None]) -> None:
        if not form.text.strip():
            form.show_fault("there is nothing to send")
            return
        try:
            actions = [_sending(session, form.text) for session in sessions]
        except OperationError as error:
            form.show_fault(str(error))
            return
        keep("")
        again = self._screen.ordered()
        if len(actions) > 1:
            each = list(zip(sessions, actions, strict=True))
            also = partial(_keep_failed, form.text, keep)
            report_on_sessions(self._screen, self._actions, "send", each, again, also)
            return
        form.busy = True
        form.show_note(f"sending to {actions[0].address} ...")
        show_result = answer_to(form, self._screen, lambda: keep(form.text))
        self._actions.order(actions[0], selecting(show_result, again, sessions[0]))

    # ---- interrupting

    def interrupt(self, sessions: Sequence[Session]) -> None:
        """Ask, and end the turns of sessions that are at work."""
        working = [session for session in sessions if session.status.word == "working" and session.tmux]
        if not working:
            quits = self._screen.key_of("quit")
            self._screen.show_message(f"no agent works in {names_of(sessions)}; {quits} quits navi")
            return
        if len(working) == 1:
            (session,) = working
            with_one_agent(
                self._screen, self._glyphs, session, names_of(working), agent_panes(session, "working"),
                "interrupts it", lambda narrow, name: self._ask([narrow], name),
            )  # fmt: skip
        else:
            self._ask(working, names_of(working))

    def _ask(self, working: Sequence[Session], names: str) -> None:
        """Ask whether to interrupt sessions, which `names` names."""
        table = [session_row(session, session.message) for session in working]
        does = f"interrupts {'it' if len(working) == 1 else 'them'}"
        ask = Confirm(
            self._glyphs, f"Interrupt {names}?", table, does, lambda: self._interrupt(working),
            self._screen.close,
        )  # fmt: skip
        self._screen.open(ask)

    def _interrupt(self, sessions: Sequence[Session]) -> None:
        actions = [_interruption(session) for session in sessions]
        again = self._screen.ordered()
        if len(actions) > 1:
            each = list(zip(sessions, actions, strict=True))
            report_on_sessions(self._screen, self._actions, "interrupt", each, again)
        else:
            self._actions.order(actions[0], selecting(self._screen.show_message, again, sessions[0]))


def _keep_failed(text: str, keep: Callable[[str], None], words: str, style: str) -> None:
    """Keep a text that not every session got."""
    if style == "fault" or words == NOT_BEGUN:
        keep(text)


def _sending(session: Session, text: str) -> Action:
    """Return the action that sends a text; a remote notes the call, and is asked about it if the connection is lost."""
    assert session.tmux is not None
    call = "" if session.host == LOCAL else os.urandom(8).hex()

    def done(sent: Sent) -> str:
        words = sent_words(session.address, sent)
        if sent.became is TextState.UNCONFIRMED:
            raise OperationError(words)
        return words

    inquiry = find_outcome(session.tmux, call) if call else None
    return Action(session.host, session.address, send(session.tmux, text, call=call), done, inquiry=inquiry)


def _interruption(session: Session) -> Action:
    assert session.tmux is not None

    def done(ended: Interrupted) -> str:
        words = f"{session.address}: {interrupted_words(ended)}"
        if not ended.ended:
            raise OperationError(words)
        return words

    return Action(session.host, session.address, interrupt(session.tmux), done)


def _check(sessions: Sequence[Session]) -> None:
    without = next((session for session in sessions if session.tmux is None), None)
    if without:
        raise OperationError(f"{without.address} has no terminal to type into")
