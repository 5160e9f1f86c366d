"""What an agent asks, and how to answer: values, and the rule that finds the choice that a reply means."""

from __future__ import annotations

from enum import StrEnum
from textwrap import dedent
from typing import NamedTuple

from navi.core.text import clean


class Choice(NamedTuple):
    """A choice: its number on the screen, its label, and what else the screen tells of it."""

    n: int
    label: str
    more: str = ""


class Question(NamedTuple):
    """What an agent asks now, its texts cleaned. `kind` is permission, question, plan, trust or menu.

    `tool` and `input` are what the agent wants to use and to do, "" if the dialog does not say. `digest` is that of
    this very question, asked in this pane since then: an answer names it. `marked` is the number of the marked choice
    (0: unknown); `allow`, `deny` and `free` are those that say yes just once, say no and take a text (0: none does).
    Of a question with `several` answers, choices are ticked. If it is not `whole`, its beginning is above the screen.
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

    @property
    def same(self) -> tuple[object, ...]:
        """What two questions of different sessions have in common if one answer suits both."""
        labels = tuple((one.n, one.label) for one in self.choices)
        return (self.agent, self.kind, self.text, labels, self.tool, self.input)


class How(StrEnum):
    """How a question is answered: yes just once, no, with one of its choices, or with a text."""

    ALLOW = "allow"
    DENY = "deny"
    CHOOSE = "choose"
    TEXT = "text"


class Reply(NamedTuple):
    """An answer. `value` is the number or the label of a choice, or the text."""

    how: How
    value: str = ""


class Unsuited(ValueError):
    """A reply does not suit the question; the text says why."""


def choice_for(question: Question, reply: Reply) -> Choice:
    """Return the choice that a reply means. Raise Unsuited if there is none, or more than one."""
    if question.several:
        raise Unsuited("several choices can be ticked; attach to answer")
    numbers = {How.ALLOW: question.allow, How.DENY: question.deny, How.TEXT: question.free}
    means = {How.ALLOW: "says yes just once", How.DENY: "says no", How.TEXT: "takes a text"}
    if reply.how is How.CHOOSE:
        found = _named(question, reply.value)
        if found and found.n == question.free:
            raise Unsuited(f"choice {found.n} takes a text; --text gives it")
    else:
        found = next((one for one in question.choices if one.n == numbers[reply.how]), None)
    if found is None:
        raise Unsuited(f"no choice {means.get(reply.how, f'is {reply.value}')}; there are {listed(question)}")
    return found


def _named(question: Question, value: str) -> Choice | None:
    """Return the choice with a number or a label, or else the only one whose label begins so."""
    for one in question.choices:
        if value in (str(one.n), one.label):
            return one
    alike = [one for one in question.choices if one.label.startswith(value)]
    return alike[0] if len(alike) == 1 else None


def listed(question: Question) -> str:
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
    )


def _clean(text: str) -> str:
    """Clean a line, and keep what it is indented by."""
    rest = text.lstrip(" ")
    return " " * (len(text) - len(rest)) + clean(rest)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
