"""Takes out of a case what belongs to a person: names, folders, addresses, keys; on request, the conversation. Pure.

Each thing is replaced by neutral letters in as many columns, so that the screen keeps its layout and navi's rules find
what they found. The same thing becomes the same letters everywhere in a case. Words that navi's rules look for, such as
the name of an agent, stay: they say nothing about a person, and without them the case would be another one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import chain, count
from typing import NamedTuple

from navi.core.agents import AGENTS
from tests.agents.case_file import Case, Event

SHORTEST = 3
"""Letters of a name that is replaced wherever it occurs. A shorter one is replaced in paths and in front of an @."""

GENERIC = frozenset(
    re.findall(
        r"\S+",
        """
        app bin build code config data dev doc docs dist etc file git github go home lib local main mnt node_modules opt
        project projects repo repos root run sessions share src srv test tests tmp user usr users var work workspace
        .agents .cache .claude .codex .config .gemini .local .npm .nvm .opencode .ssh .venv
        """,
    )
)
"""Names of folders that say nothing about a person."""

EDGE = 6
"""Columns at the right of a pane within which a word may go on in the next line."""

ESCAPED = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"


class Personal(NamedTuple):
    """What is known of the person and the machines: names, and whole folders."""

    users: Sequence[str] = ()
    hosts: Sequence[str] = ()
    homes: Sequence[str] = ()
    folders: Sequence[str] = ()


# ---- secrets: what they look like

SECRETS: Mapping[str, str] = {
    "private key": r"-----BEGIN [A-Z ]*KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)",
    "token": "|".join(
        (
            r"(?<![A-Za-z0-9])(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}",
            r"(?<![A-Za-z0-9])(?:gh[a-z]_|github_pat_|glpat-|npm_|pypi-|xox[a-z]-|hf_|dop_v1_)[A-Za-z0-9_-]{8,}",
            r"(?<![A-Za-z0-9])(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{12,}",
            r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{20,}",
            r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,2}",
            r"(?<=Bearer )[^\s'\"]{6,}",
            r"(?i:(?<=token=)|(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=api_key=)|(?<=apikey=)|(?<=key=))"
            r"[^\s'\"&]{4,}",
            r"(?i:(?<=token: )|(?<=password: )|(?<=passwd: )|(?<=secret: )|(?<=api_key: )|(?<=api-key: ))"
            r"[^\s'\",]{4,}",
            r"(?<=://)[^\s/@]+:[^\s/@]+(?=@)",
        )
    ),
    "e-mail address": r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w-])",
    "id": r"(?<![0-9a-fA-F-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F-])",
    "IP address": "|".join(
        (
            r"(?<![\d.])(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)",
            r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}(?![\w:])",
            r"(?<![\w:])(?=[a-fA-F:]*\d)(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}(?![\w:])",
        )
    ),
    "long number or key": "|".join(
        (
            r"(?<![A-Za-z0-9])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{20,}(?![A-Za-z0-9])",
            r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])"
            r"[A-Za-z0-9+_-][A-Za-z0-9+/_-]{23,}={0,2}",
        )
    ),
}
"""By their names, in this order, what is recognized by its form."""

PATHS = r"(?<![\w/.-])(?:~|/home/[^/\s'\"]+|/Users/[^/\s'\"]+|/root)/[^\s'\"`:;,()<>|\[\]{}]+"
"""Paths below somebody's home."""

OWNERS = r"(?<=/home/)[^/\s'\"`:;,()<>|]+|(?<=/Users/)[^/\s'\"`:;,()<>|]+"
"""Whose home it is."""


@cache
def needed() -> frozenset[str]:
    """Return the words that navi's rules look for, in small letters."""
    texts = [kind.name for kind in AGENTS] + [glob for kind in AGENTS for glob in kind.commands]
    texts += [glob for kind in AGENTS for _, globs in kind.titles for glob in globs]
    texts += [pattern for kind in AGENTS for rule in kind.screens for _, pattern in rule.shows]
    texts += [pattern for kind in AGENTS for pattern in (kind.prompt, kind.border)]
    return frozenset(word.lower() for text in texts for word in re.findall(r"[A-Za-z]{2,}", text)) | SHELLS


SHELLS = frozenset(("sh", "bash", "zsh", "fish", "dash", "node", "python", "python3", "bun", "deno", "env", "npx"))
"""Programs that may run an agent."""


def is_program(name: str) -> bool:
    """Return whether the name of a file is that of an agent's program, or of its script."""
    names = (name, name.rpartition(".")[0])
    return any(fnmatchcase(one, glob) for one in names for kind in AGENTS for glob in kind.commands)


# ---- replacing


class Replacer:
    """Replaces what is personal in texts.

    `counts` has how often something was replaced, by its kind, `spared` what was not replaced everywhere, and why.
    """

    def __init__(self, personal: Personal) -> None:
        self.counts: Counter[str] = Counter()
        self.spared: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._used: set[str] = set()
        self._ids: dict[str, int] = {}
        self._rules = list(self._all_rules(personal))

    def _all_rules(self, personal: Personal) -> Iterator[tuple[str, re.Pattern[str]]]:
        yield from ((name, re.compile(pattern, re.DOTALL)) for name, pattern in SECRETS.items())
        yield ("user name", re.compile(OWNERS))
        yield ("folder", re.compile(PATHS))
        folders = sorted(chain(personal.homes, personal.folders), key=len, reverse=True)
        for folder in filter(None, (one.rstrip("/") for one in folders)):
            yield ("folder", re.compile(f"(?<![\\w.-]){re.escape(folder)}(?:/[^\\s'\"`:;,()<>|]*)?(?![\\w-])"))
        for kind, words in (("user name", personal.users), ("host name", personal.hosts)):
            for word in sorted(set(filter(None, words)), key=len, reverse=True):
                yield from self._rules_of_word(kind, word)
        for word in sorted({part for folder in folders for part in personal_parts(folder)}, key=len, reverse=True):
            yield from self._rules_of_word("folder", word)

    def _rules_of_word(self, kind: str, word: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        whole = ESCAPED.format(re.escape(word))
        if word.lower() in needed():
            self.spared[word] = f"{kind}, which is also a word that navi looks for"
        elif len(word) < SHORTEST:
            self.spared[word] = f"{kind}, which is so short that it is only replaced in paths and before @"
        else:
            yield (kind, re.compile(whole, re.IGNORECASE))
            return
        yield (kind, re.compile(f"{whole}(?=@)|(?<=/){re.escape(word)}(?=/)", re.IGNORECASE))

    def text(self, text: str, columns: int = 0) -> str:
        """Return a text without what is personal. In a screen of so many columns words may go on in the next line."""
        letters = list(text)
        joined, places = unwrapped(text, columns)
        taken = [False] * len(text)
        for kind, pattern in self._rules:
            for found in pattern.finditer(joined):
                self._replace(kind, found, letters, places, taken)
        return "".join(letters)

    def _replace(
        self, kind: str, found: re.Match[str], letters: list[str], places: Sequence[int], taken: list[bool]
    ) -> None:
        """Replace what was found, as far as nothing replaced it before."""
        instead = self.neutral(kind, found[0])
        for place, old, new in zip(places[found.start() : found.end()], found[0], instead, strict=True):
            if not taken[place] and old != new:
                letters[place] = as_wide(new, old)
        fresh = [place for place in places[found.start() : found.end()] if not taken[place]]
        if fresh and instead != found[0]:
            self.counts[kind] += 1
        for place in fresh:
            taken[place] = True

    def neutral(self, kind: str, word: str) -> str:
        """Return what a word becomes: as many letters, always the same for the same word."""
        if kind == "folder":
            return "".join(self._part(part) for part in re.split(r"(/)", word))
        if kind in ("user name", "host name"):
            return self._word("user" if kind == "user name" else "host", word)
        if kind == "id":
            return f"00000000-0000-4000-8000-{self._ids.setdefault(word.lower(), len(self._ids)):012}"
        return FORMS[kind](word)

    def _part(self, part: str) -> str:
        """Return what a part of a path becomes: the ending of a file's name stays."""
        if part in ("", "/", "~") or part.lower() in GENERIC or part.lower() in needed() or is_program(part):
            return part
        name, dot, ending = part.rpartition(".")
        if dot and name and ending.isalnum() and len(ending) < 6:
            return f"{self._word('file', name)}.{ending}"
        return self._word("folder", part)

    def _word(self, base: str, word: str) -> str:
        """Return a word in place of another one, of as many letters, and not the same as for any other."""
        key = word.lower()
        if key in self._used:  # is one already
            return word
        if key not in self._known:
            repeated = (base * len(word))[: len(word)]
            endings = (repeated[: max(0, len(word) - len(end))] + end for end in map(letters_of, count()))
            candidates = chain([repeated], (one for one in endings if len(one) == len(word)))
            new = next((one for one, _ in zip(candidates, range(200), strict=False) if one not in self._used), repeated)
            self._known[key] = new
            self._used.add(new)
        return self._known[key]


def letters_of(number: int) -> str:
    """Return a number in letters: a, b, …, z, ba, bb, …"""
    more, last = divmod(number, 26)
    return (letters_of(more) if more else "") + chr(ord("a") + last)


def masked(word: str, kept: int = 0) -> str:
    """Return a word in which letters are x and digits 0, apart from some at its beginning."""
    rest = "".join("0" if one.isdigit() else "x" if one.isalpha() else one for one in word[kept:])
    return word[:kept] + rest


def masked_token(word: str) -> str:
    """Return a token of which only the kind can be seen."""
    kind = re.match(r"(?:sk|pk|rk)-|gh[a-z]_|github_pat_|glpat-|npm_|xox[a-z]-|AKIA|ASIA|AIza|eyJ", word)
    return masked(word, kind.end() if kind else 0)


def masked_key(word: str) -> str:
    """Return a private key in which line ends and the words of its borders stay."""
    border = r"(-----(?:BEGIN|END) [A-Z ]*KEY-----)"
    return "".join(part if re.fullmatch(border, part) else masked(part) for part in re.split(border, word))


FORMS: Mapping[str, Callable[[str], str]] = {
    "private key": masked_key,
    "token": masked_token,
    "e-mail address": masked,
    "IP address": lambda word: re.sub("[0-9a-fA-F]", "0", word),
    "long number or key": masked,
}
"""By kind of a secret, what it becomes."""


def as_wide(new: str, old: str) -> str:
    """Return a letter in as many columns as another one: two for a wide one, none for a mark on the letter before."""
    if unicodedata.combining(old) or unicodedata.category(old) in ("Mn", "Me", "Cf"):
        return ""
    if unicodedata.east_asian_width(old) in "WF" and "!" <= new <= "~":
        return chr(ord(new) + 0xFEE0)
    return new


def unwrapped(text: str, columns: int) -> tuple[str, Sequence[int]]:
    """Return a text without the line ends at which a screen wrapped a word, and where each letter was."""
    places = list(range(len(text)))
    if columns:
        for found in reversed(list(re.finditer(r"(?<=\S)\n[ │┃|]*(?=\S)", text))):
            line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            if width(line) >= columns - EDGE:
                del places[found.start() : found.end()]
    return "".join(text[place] for place in places), places


def width(text: str) -> int:
    """Return in how many columns a terminal shows a text."""
    return sum(len(as_wide("x", one)) and 1 + (unicodedata.east_asian_width(one) in "WF") for one in text)


def personal_parts(folder: str) -> Iterator[str]:
    """Yield the parts of a path that may say something about a person."""
    yield from (part for part in folder.split("/") if part and part.lower() not in GENERIC)


# ---- cases


def without_personal(case: Case, replacer: Replacer) -> Case:
    """Return a case without what is personal."""
    return case._replace(
        screen=replacer.text(case.screen, case.pane.columns),
        title=replacer.text(case.title),
        message=replacer.text(case.message) if case.message else case.message,
        question=replacer.text(case.question) if case.question else case.question,
        states=tuple(in_json(text, replacer.text) for text in case.states),
        files=tuple(in_json(text, replacer.text) for text in case.files),
        events=tuple(event._replace(content=in_object(event.content, replacer.text)) for event in case.events),
        processes=tuple(node._replace(command=replacer.text(node.command)) for node in case.processes),
        comments=tuple(map(replacer.text, case.comments)),
    )


def in_json(text: str, change: Callable[[str], str]) -> str:
    """Return JSON in which texts are changed; what is not whole is changed as it is written."""
    try:
        found = json.loads(text)
    except ValueError:
        return change(text)
    return json.dumps(in_values(found, change), ensure_ascii=False)


def in_object(content: Mapping[str, object], change: Callable[[str], str]) -> Mapping[str, object]:
    """Return an object of JSON in which texts are changed, names, too."""
    return {change(name): in_values(one, change) for name, one in content.items()}


def in_values(value: object, change: Callable[[str], str]) -> object:
    """Return a value of JSON in which texts are changed, names, too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return in_object(value, change)
    return [in_values(one, change) for one in value] if isinstance(value, list | tuple) else value


# ---- the conversation


def blanked(case: Case, kept: Iterable[int]) -> Case:
    """Return a case in which letters of the screen are x, apart from the lines with these numbers (from 0).

    So are those of the title behind what shows a status, of messages, prompts and commands.
    """
    lines = case.screen.split("\n")
    spared = set(kept)
    shown = [line if number in spared else crossed(line) for number, line in enumerate(lines)]
    return case._replace(
        screen="\n".join(shown),
        title=blanked_title(case.agent, case.title),
        message=None,
        question=None,
        files=tuple(blanked_json(text) for text in case.files),
        events=tuple(blanked_event(event) for event in case.events),
        processes=tuple(node._replace(command=blanked_command(node.command)) for node in case.processes),
    )


def crossed(text: str) -> str:
    """Return a text with x for each letter and 0 for each digit, in as many columns."""
    return "".join(as_wide("0" if one.isdigit() else "x", one) if one.isalnum() else one for one in text)


def blanked_title(agent: str, title: str) -> str:
    """Return a title of which only that is left which shows a status."""
    kind = next((kind for kind in AGENTS if kind.name == agent), None)
    shows = {status for status, globs in kind.titles for glob in globs if fnmatchcase(title, glob)} if kind else set()
    for at in range(len(title) + 1):
        one = title[:at] + crossed(title[at:])
        now = {status for status, globs in kind.titles for glob in globs if fnmatchcase(one, glob)} if kind else set()
        if now == shows:
            return one
    return title


WORDS = ("message", "request", "prompt", "last_assistant_message", "command", "cwd", "file_path", "content", "question")
"""Names in JSON whose texts belong to the conversation."""


def blanked_json(text: str) -> str:
    """Return JSON without the texts of the conversation; what is not whole has no letters at all."""
    try:
        return json.dumps(blanked_values(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return crossed(text)


def blanked_event(event: Event) -> Event:
    """Return an event without the texts of the conversation."""
    found = blanked_values(event.content)
    assert isinstance(found, Mapping)
    return event._replace(content=found)


def blanked_values(value: object) -> object:
    """Return a value of JSON without the texts of the conversation, also where they are names."""
    if isinstance(value, Mapping):
        return {name: blanked_member(name, one) for name, one in value.items()}
    return [blanked_values(one) for one in value] if isinstance(value, list | tuple) else value


def blanked_member(name: str, value: object) -> object:
    """Return a member of an object without the texts of the conversation."""
    if name in WORDS and isinstance(value, str):
        return crossed(value)
    if name == "requests" and isinstance(value, Mapping):
        return {crossed(one): state for one, state in value.items()}
    return blanked_values(value)


def blanked_command(command: str) -> str:
    """Return a command line of which only the program and its script are left."""
    words = command.split(" ")
    kept = 2 if words[0].rpartition("/")[2] in SHELLS else 1
    return " ".join([*words[:kept], *map(crossed, words[kept:])])
