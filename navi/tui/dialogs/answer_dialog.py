"""The dialog that shows what an agent asks, and sends the choice that is pressed twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from navi.core.question import AnswerMode, Choice, Question, Reply, UnsuitableReply, choices_for
from navi.core.text import clean
from navi.tui.dialogs.dialog import Dialog, Form
from navi.tui.dialogs.fields import TextField
from navi.tui.dialogs.table import Row, table
from navi.tui.frame import bar
from navi.tui.keys.keymap import ANSWER, DIALOG, shown
from navi.tui.style.paint import Line, Segment, columns_of, wrap
from navi.tui.style.theme import Glyphs

Send = Callable[["AnswerDialog", Reply], None]
"""Sends a reply to the questions of a dialog."""


class SessionQuestion(NamedTuple):
    """What one session asks: a question, or why there is none, or None for both as long as that is not known."""

    address: str
    question: Question | None = None
    fault: str = ""


class AnswerDialog(Dialog):
    """Shows a question with its choices. The questions of several sessions are answered together if they are the same
    as the first one; a table says which are. Of a question with several answers, choices are ticked before they are
    sent; `types_several` says whether a text can answer it, too.
    """

    types_several = False
    widest = 96
    narrowest = 60

    def __init__(
        self, glyphs: Glyphs, addresses: Sequence[str], chosen: int, send: Send, ask_for_text: Send,
        close: Callable[[], None],
    ) -> None:  # fmt: skip
        what = clean(addresses[0]) if len(addresses) == 1 else f"{len(addresses)} sessions"
        super().__init__(glyphs, f"Answer {what}", close)
        self._asked = {address: SessionQuestion(address) for address in addresses}
        self._chosen = chosen
        self._ticked: set[int] | None = None
        self._follows = True
        self._send = send
        self._ask_for_text = ask_for_text
        self.note = "reading the question ..."

    @property
    def contexts(self) -> tuple[str, ...]:
        """The digits mean choices here."""
        return (ANSWER, DIALOG)

    def put(self, asked: SessionQuestion) -> None:
        """Show what a session asks."""
        self._asked[asked.address] = asked
        if all(one.question or one.fault for one in self._asked.values()):
            only = len(self._asked) == 1
            self.show_fault("" if self.question else "; ".join(one.fault for one in self._asked.values() if only))
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

    # ---- keys

    def press(self, key: str, command: str | None) -> None:
        """A choice that is pressed twice is sent; Enter sends it, too. Of several answers, each press ticks one."""
        if command == "answer":
            self._press_digit(self.keymap.place(command, key))
        elif command in ("down", "up"):
            self._move(1 if command == "down" else -1)
        elif key == " " and self._several:
            self._tick(self._chosen)
        elif key == "enter":
            self._decide()
        elif command == "decline":
            self.close()
        else:
            self._follows = False
            super().press(key, command)

    def click(self, row: int, column: int, width: int) -> None:
        """Choose what is clicked, and tick it where several answers can be given. Only keys send."""
        del column
        question = self.question
        if question is None:
            return
        rows = [one.n for one in question.choices for _ in self._choice_lines(one, width)]
        place = row - len(self._question_lines(question, width))
        if 0 <= place < len(rows):
            self._choose(rows[place])
            if self._several:
                self._tick(rows[place])

    def _press_digit(self, number: int) -> None:
        if self._several:
            self._choose(number)
            self._tick(number)
        elif number == self._chosen:
            self._decide()
        else:
            self._choose(number)

    def _choose(self, number: int) -> None:
        self._chosen = number
        self._follows = True
        self.show_note("")

    def _move(self, step: int) -> None:
        numbers = [one.n for one in self.question.choices] if self.question else []
        if numbers:
            place = numbers.index(self._chosen) + step if self._chosen in numbers else 0
            self._choose(numbers[max(0, min(place, len(numbers) - 1))])

    @property
    def _several(self) -> bool:
        return self.question is not None and self.question.several

    @property
    def ticked(self) -> set[int]:
        """The numbers of the choices that are ticked: at first those that the agent's own dialog shows so."""
        if self._ticked is None and self.question:
            self._ticked = {one.n for one in self.question.choices if one.ticked}
        return self._ticked or set()

    def _tick(self, number: int) -> None:
        choice, question = self._choice(), self.question
        if choice is None or question is None or choice.ticked is None or number == question.free:
            self.show_fault(f"choice {number} can't be ticked")
        else:
            self._ticked = self.ticked ^ {number}
            self.show_note("")

    def _decide(self) -> None:
        question, choice = self.question, self._choice()
        if question is None or not self._complete():
            return
        if question.several:
            self._decide_several(question, choice)
        elif choice is None:
            self.show_fault(f"there is no choice {self._chosen}")
        elif choice.n == question.free:
            self._ask_for_text(self, Reply(AnswerMode.TEXT))
        else:
            self._send(self, Reply(AnswerMode.CHOOSE, str(choice.n)))

    def _decide_several(self, question: Question, choice: Choice | None) -> None:
        """Send what is ticked, as `navi answer --choose 1,3` does, or ask for a text where that is chosen."""
        if self.types_several and choice and choice.n == question.free and not self.ticked:
            self._ask_for_text(self, Reply(AnswerMode.TEXT))
            return
        if not self.ticked:
            self.show_fault("nothing is ticked; Space ticks a choice")
            return
        reply = Reply(AnswerMode.CHOOSE, ",".join(map(str, sorted(self.ticked))))
        try:
            choices_for(question, reply)
        except UnsuitableReply as error:
            self.show_fault(str(error))
        else:
            self._send(self, reply)

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
        results = self._results(width)
        if question is None:
            return results
        choices = [line for one in question.choices for line in self._choice_rows(one, width)]
        return [*self._question_lines(question, width), *choices, *([[]] if results else ()), *results]

    def _results(self, width: int) -> list[Line]:
        """Return the table of several sessions."""
        return table(self._table() if len(self._asked) > 1 else [], width, self.glyphs.ellipsis, wraps=True)

    def _question_lines(self, question: Question, width: int) -> list[Line]:
        about = " ".join(filter(None, (question.agent, f"asks ({question.kind})", question.tool)))
        lines: list[Line] = [[("dim", f" {about}")]]
        if not question.whole:
            lines.append([("fault", " the pane is too small for all of it; attach to see its beginning")])
        lines += [[("", f"   {part}")] for line in question.input.split("\n") for part in wrap(line, width - 4) if line]
        return lines + [
            [("title", f" {part}")] for line in question.text.split("\n") for part in wrap(line, width - 2)
        ]

    def _choice_rows(self, one: Choice, width: int) -> list[Line]:
        """Return a choice as it is painted: the chosen one over the whole width."""
        lines = self._choice_lines(one, width)
        return [bar(line, width, self.glyphs.ellipsis) for line in lines] if one.n == self._chosen else lines

    def _choice_lines(self, one: Choice, width: int) -> list[Line]:
        chosen = one.n == self._chosen
        mark = self.glyphs.cursor if chosen else " "
        tick = f" [{'x' if one.n in self.ticked else ' '}]" if one.ticked is not None and self._several else ""
        head: Line = [("key", f" {mark} {one.n}{tick}")]
        more: Line = [("dim", f"  {one.more}")] if one.more else []
        line: Line = [*head, ("name" if chosen else "", f"  {one.label}"), *more]
        if columns_of(line) <= width:
            return [line]
        indent = columns_of(head) + 2
        first, *rest = wrap(f"{one.label}  {one.more}".rstrip(), width - indent) or [""]
        style = "name" if chosen else ""
        return [[*head, (style, f"  {first}")], *([(style, " " * indent + piece)] for piece in rest)]

    def natural(self, most: int) -> list[Line]:
        """Return the lines without the bar of the chosen one, which is as wide as the dialog."""
        question = self.question
        if question is None:
            return []
        choices = [line for one in question.choices for line in self._choice_lines(one, most)]
        return [*self._question_lines(question, most), *choices, *self._results(most)]

    def focused_rows(self, width: int) -> tuple[int, int] | None:
        """Return where the chosen choice is, unless the user has scrolled away."""
        question = self.question
        if question is None or not self._follows:
            return None
        first = len(self._question_lines(question, width))
        for one in question.choices:
            last = first + len(self._choice_lines(one, width)) - 1
            if one.n == self._chosen:
                return first, last
            first = last + 1
        return None

    def _table(self) -> list[Row]:
        """Return a row for each session: what becomes of it."""
        together = {address for address, _ in self.answered()}
        return [[("name", one.address), _fate(one, one.address in together, self._does())]
                for one in self._asked.values()]  # fmt: skip

    def _does(self) -> str:
        """Return what is sent, in words."""
        question, choice = self.question, self._choice()
        if question and question.several:
            ticked = [one for one in question.choices if one.n in self.ticked]
            return ", ".join(f"{one.n} {one.label}" for one in ticked) or "nothing is ticked"
        return f"{choice.n} {choice.label}" if choice else f"no choice {self._chosen}"

    def keys(self) -> list[tuple[str, str]]:
        """Return the keys of choices, if there are any, and how to leave."""
        if self.question is None:
            return [("cancel", "closes")]
        if self._several:
            return [(self._digits(), "tick"), ("Space", "ticks"), ("Enter", "sends"), ("cancel", "closes")]
        return [(self._digits(), "choose, twice sends"), ("Enter", "sends"), ("cancel", "closes")]

    def _digits(self) -> str:
        """Return the keys of the choices."""
        keys = self.keymap.keys("answer")[: len(self.question.choices) if self.question else 1]
        return "-".join(shown(key) for key in dict.fromkeys((keys[0], keys[-1])))


def _fate(one: SessionQuestion, together: bool, does: str) -> Segment:
    if together:
        return ("good", does)
    if one.question:
        return ("notice", "not answered: it asks something else")
    return ("dim", f"not answered: {one.fault}" if one.fault else "...")


class TextForm(Form):
    """Asks for the text of an answer; `text` is what was typed before. `closed` gets the text when the form is closed
    without an answer.
    """

    def __init__(
        self, glyphs: Glyphs, title: str, text: str, submit: Callable[[str], None], closed: Callable[[str], None]
    ) -> None:
        super().__init__(glyphs, title, lambda: submit(self._field.text), lambda: closed(self._field.text))
        self._field = TextField("answer", text, longest=4000)

    def fields(self) -> Sequence[TextField]:
        """Return the one field."""
        return (self._field,)
