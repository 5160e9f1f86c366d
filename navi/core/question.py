"""What an agent asks, and how to answer: values, and the rule that finds the choice that a reply means."""

from __future__ import annotations

from enum import StrEnum
from textwrap import dedent
from typing import NamedTuple

from navi.core.text import clean


class Choice(NamedTuple):
    """A choice: its number on the screen, its label, and what else the screen tells of it. `ticked` is None for a
    choice that can't be ticked.
    """

    n: int
    label: str
    more: str = ""
    ticked: bool | None = None


class Question(NamedTuple):
    """What an agent asks now, its texts cleaned. `kind` is permission, question, plan, trust or menu.

    `tool` and `input` are what the agent wants to use and to do, "" if the dialog does not say. `digest` is that of
    this very question, asked in this pane since then: an answer names it. `marked` is the number of the marked choice
    (0: unknown); `allow`, `deny` and `free` are those that say yes just once, say no and take a text (0: none does).
    Of a question with `several` answers, choices are ticked; `tickable` says whether navi knows the keys for that. If
    it is not `whole`, its beginning is above the screen; `more` says that choices may be off the screen.
    """

    agent: str
    kind: str
    text: str
    choices: tuple[Choice, ...]
    tool: str = ""
    input: str = ""
    digest: str = ""
    marked: int = 0
    allow: int = 0
    deny: int = 0
    free: int = 0
    several: bool = False
    whole: bool = True
    tickable: bool = False
    more: bool = False

    @property
    def same(self) -> tuple[object, ...]:
        """Return what two questions of different sessions have in common if one answer suits both."""
        labels = tuple((one.n, one.label) for one in self.choices)
        return (self.agent, self.kind, self.text, labels, self.tool, self.input)


class AnswerMode(StrEnum):
    """How a question is answered: yes just once, no, with one of its choices, or with a text."""

    ALLOW = "allow"
    DENY = "deny"
    CHOOSE = "choose"
    TEXT = "text"


class Reply(NamedTuple):
    """An answer. `value` is the number or the label of a choice, or the text."""

    how: AnswerMode
    value: str = ""


OWN_WORDS = "="
"""The beginning of a reply in one's own words, where choices are given by their numbers or labels."""


def reply_of(value: str) -> Reply:
    """Return the reply that a number, a label, several with commas between them, or =TEXT mean."""
    return Reply(AnswerMode.TEXT, value[1:]) if value.startswith(OWN_WORDS) else Reply(AnswerMode.CHOOSE, value)


class UnsuitableReply(ValueError):
    """A reply does not suit the question; the text says why."""


def choices_for(question: Question, reply: Reply) -> tuple[Choice, ...]:
    """Return the choices that a reply means: one, or all that are to be ticked, with commas between them in the reply.

    Raise UnsuitableReply if there is none, or more than one for a number or label.
    """
    if not question.several:
        return (choice_for(question, reply),)
    if reply.how is not AnswerMode.CHOOSE:
        raise UnsuitableReply("several choices can be ticked; --choose 1,2 ticks these and no others")
    if why := _why_untickable(question):
        raise UnsuitableReply(f"several choices can be ticked, and {why}; attach to answer")
    whole = _named(question, reply.value)
    parts = [reply.value] if whole else [part.strip() for part in reply.value.split(",")]
    return tuple(dict.fromkeys(_to_tick(question, part) for part in parts))


def _why_untickable(question: Question) -> str:
    if not question.tickable:
        return f"navi knows no keys of {question.agent} for that"
    if question.more:
        return "some may be off the screen"
    text = next((one.n for one in question.choices if one.n == question.free and one.ticked), 0)
    return f"a text is entered in choice {text}" if text else ""


def _to_tick(question: Question, value: str) -> Choice:
    found = _named(question, value)
    if found is None:
        raise UnsuitableReply(f"no choice is {value}; there are {choices_in_words(question)}")
    if found.n == question.free or found.ticked is None:
        raise UnsuitableReply(f"choice {found.n} ({found.label}) can't be ticked")
    return found


def choice_for(question: Question, reply: Reply) -> Choice:
    """Return the one choice that a reply means. Raise UnsuitableReply if there is none, or more than one."""
    if question.several:
        raise UnsuitableReply("several choices can be ticked; navi answer --choose 1,2 ticks these and no others")
    numbers = {AnswerMode.ALLOW: question.allow, AnswerMode.DENY: question.deny, AnswerMode.TEXT: question.free}
    means = {AnswerMode.ALLOW: "says yes just once", AnswerMode.DENY: "says no", AnswerMode.TEXT: "takes a text"}
    if reply.how is AnswerMode.CHOOSE:
        found = _named(question, reply.value)
        if found and found.n == question.free:
            raise UnsuitableReply(f"choice {found.n} takes a text; --text gives it")
    else:
        found = next((one for one in question.choices if one.n == numbers[reply.how]), None)
    if found is None:
        raise UnsuitableReply(_none(question, means.get(reply.how, f"is {reply.value}")))
    return found


def _none(question: Question, wanted: str) -> str:
    others = "; others may be off the screen" if question.more else ""
    return f"no choice {wanted}; there are {choices_in_words(question)}{others}"


def _named(question: Question, value: str) -> Choice | None:
    """Return the choice with a number, or else the only one with a label, or else the only one whose label begins so.

    The host finds the same (pane/choices.sh).
    """
    numbers = [one for one in question.choices if str(one.n) == value]
    labels = [one for one in question.choices if one.label == value]
    alike = numbers or labels or [one for one in question.choices if value and one.label.startswith(value)]
    return alike[0] if len(alike) == 1 else None


def choices_in_words(question: Question) -> str:
    """Return the choices in one line."""
    return ", ".join(f"{one.n} {one.label}" for one in question.choices)


def read_question(fields: dict[str, str], body: str) -> Question:
    """Return the question of a host's record: its fields, and lines that begin with a letter (question.awk)."""
    lines: dict[str, list[str]] = {letter: [] for letter in "tiq"}
    choices: list[Choice] = []
    for line in body.split("\n"):
        letter, text = line[:1], line[2:]
        if letter in lines:
            lines[letter].append(_clean(text))
        elif letter == "c":
            number, _, label = text.partition(" ")
            choices.append(Choice(_number(number), clean(label).strip()))
        elif letter == "b" and choices:
            choices[-1] = choices[-1]._replace(ticked=text.endswith(" yes"))
        elif letter == "d" and choices:
            choices[-1] = choices[-1]._replace(more=clean(text).strip())
    return Question(
        agent=clean(fields.get("agent", "")),
        kind=clean(fields.get("kind", "")),
        text="\n".join(lines["q"]),
        choices=tuple(choices),
        tool=" ".join(lines["t"]).strip(),
        input=dedent("\n".join(lines["i"])),
        digest=clean(fields.get("digest", "")),
        **{name: _number(fields.get(name, "")) for name in ("marked", "allow", "deny", "free")},
        several=fields.get("several") == "yes",
        whole=fields.get("whole") != "no",
        tickable=fields.get("leave", "-") != "-",
        more=fields.get("more") == "yes",
    )


def _clean(text: str) -> str:
    """Clean a line, and keep its indentation."""
    rest = text.lstrip(" ")
    return " " * (len(text) - len(rest)) + clean(rest)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
