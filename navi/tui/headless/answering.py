"""Answers to what agents without a terminal ask. A question that ends meanwhile closes its dialog at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from navi.config.person import user_and_machine
from navi.core.headless import Document, HeadlessStatus
from navi.core.model import Session
from navi.core.question import Reply
from navi.core.text import clean, clean_lines
from navi.tui.commands.actions import PENDING
from navi.tui.commands.drafts import Drafts
from navi.tui.commands.reports import answer_to, close_and_keep, put_in, report_on_work, selecting
from navi.tui.dialogs.answer_dialog import AnswerDialog, SessionQuestion, TextForm
from navi.tui.dialogs.dialog import Dialog
from navi.tui.headless.commands import HeadlessCommands, HubRequest, name_in_table, subject_in_table
from navi.tui.headless.feeds import SharedFeeds
from navi.tui.pages.page import Services
from navi.tui.screen_protocol import Screen

if TYPE_CHECKING:
    from navi.headless.trio_client import TrioHubClient
    from navi.tui.headless.feed import Feed


MAX_INPUT_LINES, MAX_INPUT_LINE = 8, 400
"""Lines that are shown of what a tool is to do, and the characters of each."""

MORE = "THERE IS MORE of it than is shown here; read it on the page of the session"
"""What may be dangerous must not be hidden by being long."""


class HeadlessAnswering:
    """Opens the dialog for one session, or for several that may ask the same."""

    def __init__(self, services: Services, commands: HeadlessCommands, screen: Screen) -> None:
        self._services = services
        self._commands = commands
        self._screen = screen
        self._drafts = Drafts()

    def show(self, chosen: int, sessions: Sequence[Session]) -> None:
        """Show what sessions ask, with that choice."""
        HeadlessAnswer(self._services, self._commands, self._screen, self._drafts, chosen, sessions).open()


class HeadlessAnswer:
    """What a person answers in one dialog, from its opening on. `_parts` are the answers to parts of a question before
    `_part`.
    """

    def __init__(
        self, services: Services, commands: HeadlessCommands, screen: Screen, drafts: Drafts, chosen: int,
        sessions: Sequence[Session],
    ) -> None:  # fmt: skip
        self._drafts = drafts
        self._glyphs = services.glyphs
        self._commands = commands
        self._screen = screen
        self._sessions = {name_in_table(one): one for one in sessions}
        self._feeds = services.shared(SharedFeeds)
        self._open: dict[str, Feed] = {}
        self._shown: dict[str, Document] = {}
        self._parts: dict[str, str] = {}
        self._part = 0
        self._dialog = self._new_dialog(chosen)
        self._front: Dialog = self._dialog

    def _new_dialog(self, chosen: int) -> AnswerDialog:
        dialog = AnswerDialog(
            self._glyphs, list(self._sessions), chosen, self._decided, self._ask_for_text, self._close
        )
        dialog.types_several = True
        if len(self._sessions) == 1:
            dialog.title = f"Answer {next(iter(self._sessions.values())).called}"
        return dialog

    def open(self) -> None:
        """Open the dialog; the questions come when the hub has sent them."""
        self._screen.open(self._dialog)
        for name, session in self._sessions.items():
            self._open[name] = self._feeds.open(session, self._update)
        self._update()

    def _close(self) -> None:
        self._leave()
        self._screen.close()

    def _leave(self) -> None:
        """Follow the sessions no more."""
        for name in self._open:
            self._feeds.close(self._sessions[name], self._update)
        self._open = {}

    # ---- what is asked

    def _update(self) -> None:
        """Show what is asked now. What was shown and is not asked any more closes the dialog, with the reason."""
        for name, feed in self._open.items():
            shown = self._shown.get(name)
            if shown and shown["request_id"] not in feed.questions:
                self._gone(feed)
                return
            if shown is None:
                self._show(name, feed)

    def _gone(self, feed: Feed) -> None:
        visible = self._screen.shows(self._front)
        self._leave()
        if visible:
            self._screen.close()
            self._screen.show_message(feed.note or "its agent no longer asks", "notice")

    def _show(self, name: str, feed: Feed) -> None:
        question = next(iter(feed.questions.values()), None)
        if question:
            self._shown[name] = question
            self._put(name, question, len(feed.questions))
        elif feed.ready or feed.fault:
            nothing = f"the agent of {clean(self._sessions[name].called)} asks nothing"
            self._dialog.put(SessionQuestion(name, fault=feed.fault or nothing))

    def _put(self, name: str, question: Document, count: int) -> None:
        from navi.headless.asking import question_of

        input = "\n".join(input_lines(question["input"]))
        asked = question_of(question, self._part, input)._replace(agent=self._sessions[name].agent)
        self._dialog.put(SessionQuestion(name, asked))
        if count > 1:
            self._dialog.show_note(f"{count} questions are open; this is the oldest")

    # ---- what is answered

    def _ask_for_text(self, dialog: AnswerDialog, reply: Reply) -> None:
        """Ask for a text. It stays in the form until the hub has it, and is kept for the same question if not."""
        about = (self._part, *(self._shown[name]["request_id"] for name, _ in dialog.answered()))
        keep = partial(self._drafts.keep, about)
        form = TextForm(
            self._glyphs, dialog.title, self._drafts.of(about), lambda text: submit(text), lambda text: closed(text)
        )

        def closed(text: str) -> None:
            self._leave()
            close_and_keep(self._screen, form.busy, text, keep)

        def submit(text: str) -> None:
            if text.strip():
                keep("")
                self._decided(dialog, Reply(reply.how, text), form, lambda: keep(text))
            else:
                form.show_fault("the text is empty")

        self._front = form
        self._screen.open(form)

    def _decided(
        self, dialog: AnswerDialog, reply: Reply, form: TextForm | None = None,
        failed: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Go on with the next part of a question, or answer, which the form with the text waits for."""
        from navi.headless.asking import label_for, parts_of

        answered = [(name, self._shown[name]) for name, _ in dialog.answered()]
        name, question = answered[0]
        if question["kind"] == "question":
            parts = parts_of(question)
            part = parts[self._part]
            self._parts[str(part.get("question", ""))] = label_for(part, reply)
            if self._part + 1 < len(parts):
                self._part += 1  # counted, for two parts may have the same text
                self._next_part(name, question)
                return
        self._send(answered, reply, form, failed)

    def _next_part(self, name: str, question: Document) -> None:
        self._front = self._dialog = self._new_dialog(1)
        self._screen.open(self._dialog)
        self._put(name, question, 1)

    def _send(
        self, answered: Sequence[tuple[str, Document]], reply: Reply, form: TextForm | None, failed: Callable[[], None]
    ) -> None:
        self._leave()
        again = self._screen.ordered()
        for name in self._sessions.keys() - {name for name, _ in answered}:
            again(self._sessions[name])
        if not form:
            self._screen.close()
        if len(answered) == 1:
            name, question = answered[0]
            show_result = answer_to(form, self._screen, failed) if form else self._screen.show_message
            show_result(f"answering {clean(self._sessions[name].called)} ...", PENDING)
            show_result = selecting(show_result, again, self._sessions[name])
            self._commands.order(self._work(name, question, reply), show_result)
            return
        subjects = [subject_in_table(self._sessions[name]) for name, _ in answered]
        report = report_on_work(self._screen, "Answer", subjects)
        for name, question in answered:
            show_result = selecting(put_in(report, name, failed), again, self._sessions[name])
            self._commands.order(self._work(name, question, reply), show_result)

    def _work(self, name: str, question: Document, reply: Reply) -> HubRequest:
        from navi.headless.asking import answer_of, words_for

        session = self._sessions[name]
        answer = answer_of(question, reply, dict(self._parts))
        message = {"type": "control_response", "session_id": session.name, "by": user_and_machine(), **answer}

        async def work(hub: TrioHubClient) -> str:
            await hub.tell({**message, "request_id": question["request_id"]})
            return f"answered {session.called}: {words_for(question, answer)}{_kept(session)}"

        return work


def _kept(session: Session) -> str:
    return "; kept until its host can be reached" if session.word == HeadlessStatus.DISCONNECTED else ""


# ---- what a tool is to do. Pure.


def input_lines(input: Mapping[str, Any]) -> list[str]:
    """Return what a tool is to do, cleaned: what says most, the other members, and the lines that it changes."""
    from navi.headless.tool_input import input_lines as all_lines
    from navi.tui.headless.edits import edit_lines, edited_names

    lines = [cleaned for line in all_lines(input, edited_names(input)) for cleaned in clean_lines(line) if cleaned]
    lines += [f"{sign} {text}" for sign, text in edit_lines(input)]
    shown = [line if len(line) <= MAX_INPUT_LINE else f"{line[:MAX_INPUT_LINE]}…" for line in lines[:MAX_INPUT_LINES]]
    return shown if shown == lines else [*shown, MORE]
