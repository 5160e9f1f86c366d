"""The dialog that shows what an agent asks, and sends the choice that is pressed twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from navi.core.question import Choice, How, Question, Reply
from navi.core.text import clean
from navi.tui.dialogs.dialog import Dialog, Form
from navi.tui.dialogs.fields import TextField
from navi.tui.keymap import ANSWER, DIALOG
from navi.tui.paint import Line, wrap
from navi.tui.theme import Glyphs

Send = Callable[["AnswerDialog", Reply], None]
"""Sends a reply to the questions of a dialog."""


class Asked(NamedTuple):
    """What one session asks: a question, or why there is none, or None for both as long as that is not known."""

    address: str
    question: Question | None = None
    fault: str = ""


class AnswerDialog(Dialog):
    """Shows a question with its choices. The questions of several sessions are answered together if they are the same
    as the first one; a table says which are.
    """

    def __init__(
        self, glyphs: Glyphs, addresses: Sequence[str], chosen: int, send: Send, ask_for_text: Send,
        close: Callable[[], None],
    ) -> None:  # fmt: skip
        what = clean(addresses[0]) if len(addresses) == 1 else f"{len(addresses)} sessions"
        super().__init__(glyphs, f"Answer {what}", close)
        self._asked = {address: Asked(address) for address in addresses}
        self._chosen = chosen
        self._send = send
        self._ask_for_text = ask_for_text
        self.note = "reading the question ..."

    @property
    def contexts(self) -> tuple[str, ...]:
        """The digits mean choices here."""
        return (ANSWER, DIALOG)

    def put(self, asked: Asked) -> None:
        """Show what a session asks."""
        self._asked[asked.address] = asked
        if all(one.question or one.fault for one in self._asked.values()):
            only = len(self._asked) == 1
            self.tell(fault="" if self.question else "; ".join(one.fault for one in self._asked.values() if only))
        self.changed()

    @property
    def question(self) -> Question | None:
        """The question that is shown, None as long as none is known."""
        return next((one.question for one in self._asked.values() if one.question), None)

    def answered(self) -> list[tuple[str, Question]]:
        """Return the sessions that the answer goes to, each with its own question."""
        first = self.question
        return [
            (one.address, one.question)
            for one in self._asked.values()
            if one.question and first and one.question.same == first.same
        ]

    def press(self, key: str, command: str | None) -> None:
        """A choice that is pressed twice is sent; Enter sends it, too."""
        if command == "answer":
            number = self.keymap.place(command, key)
            if number == self._chosen:
                self._decide()
            else:
                self._chosen = number
                self.tell()
        elif key == "enter":
            self._decide()
        elif command == "decline":
            self.close()
        else:
            super().press(key, command)

    def _decide(self) -> None:
        choice = self._choice()
        if not self._complete():
            return
        if choice is None:
            self.tell(fault=f"there is no choice {self._chosen}")
        elif self.question and self.question.several:
            self.tell(fault="several choices can be ticked; attach to answer")
        elif self.question and choice.n == self.question.free:
            self._ask_for_text(self, Reply(How.TEXT))
        else:
            self._send(self, Reply(How.CHOOSE, str(choice.n)))

    def _complete(self) -> bool:
        """Whether everything is known, so that the table says what will happen."""
        return self.question is not None and all(one.question or one.fault for one in self._asked.values())

    def _choice(self) -> Choice | None:
        question = self.question
        return next((one for one in question.choices if one.n == self._chosen), None) if question else None

    # ---- what is shown

    def body(self, width: int) -> list[Line]:
        """Return what is asked, the choices, and the table of several sessions."""
        question = self.question
        table = self._table() if len(self._asked) > 1 else []
        if question is None:
            return table
        about = " ".join(filter(None, (question.agent, f"asks ({question.kind})", question.tool)))
        lines: list[Line] = [[("dim", f" {about}")]]
        if not question.whole:
            lines.append([("fault", " the pane is too small for all of it; attach to see its beginning")])
        lines += [[("", f"   {part}")] for line in question.input.split("\n") for part in wrap(line, width - 4) if line]
        lines += [[("title", f" {part}")] for line in question.text.split("\n") for part in wrap(line, width - 2)]
        return [*lines, *(line for one in question.choices for line in self._choice_lines(one, width)), *table]

    def _choice_lines(self, one: Choice, width: int) -> list[Line]:
        """Return a choice with all of its label: what it does must be known before it is pressed."""
        chosen = one.n == self._chosen
        mark, style = self.glyphs.cursor if chosen else " ", "name" if chosen else ""
        first, *rest = wrap(one.label, width - 8) or [""]
        lines: list[Line] = [[("key", f" {mark} {one.n}"), (style, f"  {first}")]]
        lines += [[(style, f"      {part}")] for part in rest]
        return [*lines[:-1], [*lines[-1], ("dim", f"  {one.more}")]] if one.more else lines

    def _table(self) -> list[Line]:
        """Return a line for each session: what becomes of it."""
        together = {address for address, _ in self.answered()}
        choice = self._choice()
        does = f"{choice.n} {choice.label}" if choice else f"no choice {self._chosen}"
        return [[("name", f" {clean(one.address)}  "), *_fate(one, one.address in together, does)]
                for one in self._asked.values()]  # fmt: skip

    def keys(self) -> list[tuple[str, str]]:
        """Return the keys of choices, and how to leave."""
        return [("answer", "... chooses; again, or Enter, sends"), ("cancel", "closes")]


def _fate(one: Asked, together: bool, does: str) -> Line:
    if together:
        return [("good", does)]
    if one.question:
        return [("notice", "left alone: it asks something else")]
    return [("dim", f"left alone: {one.fault}" if one.fault else "...")]


class TextForm(Form):
    """Asks for the text of an answer."""

    def __init__(self, glyphs: Glyphs, title: str, submit: Callable[[str], None], close: Callable[[], None]) -> None:
        super().__init__(glyphs, title, lambda: submit(self._field.text), close)
        self._field = TextField("answer", "", longest=4000)

    def fields(self) -> Sequence[TextField]:
        """Return the one field."""
        return (self._field,)
