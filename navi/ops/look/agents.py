"""What scripts on a host need to know about agents: a text of lines with tabs between their fields.
    program  NAME  GLOB                             the program, or the script behind an interpreter
    state    NAME  FOLDER  VARIABLE  FILE           the state file
    word     NAME  WORD  STATUS                     what a word in the state file means
    detail   NAME  WORD  STATUS                     what it waits for, in place of that
    background  NAME  KIND  ID  FILE                how its sessions without a terminal are found
    keep     NAME  OPTION                           it gets this option again when it is restored
    resume   NAME  ARGUMENTS                        what resumes the conversation {session_id}
    transcript  NAME  FOLDER  VARIABLE  FILES  MARK files of its conversations
    trace    NAME  FOLDER  VARIABLE  FILES  SAYS    what proves that it has resumed a conversation (SAYS may be empty)
    title    NAME  STATUS  GLOB                     the pane's title
    screen   NAME  PROMPT  BORDER                   (either may be empty)
    rule     NAME  STATUS  RULE  N  ERE [N  ERE]... in their order
    asked    NAME  WORDS  AFTER  BELOW  LINE  CUT   (AFTER and BELOW may be empty) in their order
    dialog   NAME  RULES  KIND  TOP  INSIDE  SIDES  ASKS  SKIP  TOOL  CUT  CHOICES  LABELS  DIGITS  ALLOW  DENY  FREE
                   ESCAPE  TICK  LEAVE  MARKER  TYPES  how to read and answer dialogs; commas between the names of rules
    settles  NAME  SECONDS                          how old a dialog is before it takes keys (missing for 0)
    box      NAME  START  END  SHOWN  HINT  PASTED  QUEUED  BULLET  NOISE  BAR  APART  FAILED  SIDE
                   (those from HINT on may be empty)
    typing   NAME  PAUSE  KEY...                    seconds between a text and Enter; the keys that end a turn
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from navi.core.agents import AgentKind


def describe(kinds: Iterable[AgentKind]) -> str:
    """Return the text for these kinds of agents.

    Configured names that no program can have are left out: empty ones, or with a tab or a line end. Raise ValueError
    for a tab or a line end in any other field.
    """
    return "".join("\t".join(map(_field, line)) + "\n" for kind in kinds for line in _lines(kind))


def _lines(kind: AgentKind) -> Iterator[tuple[str, ...]]:
    if not _is_field(kind.name):
        return
    for glob in filter(_is_field, kind.commands):
        yield ("program", kind.name, glob)
    if kind.state:
        yield ("state", kind.name, kind.state.folder, kind.state.variable, kind.state.file)
        for word, status in kind.state.words.items():
            yield ("word", kind.name, word, status)
        for detail, status in kind.state.details.items():
            yield ("detail", kind.name, detail, status)
    if kind.state and kind.background:
        yield ("background", kind.name, kind.background.kind, kind.background.id, kind.background.file)
    yield from _lines_of_resuming(kind)
    for status, globs in kind.titles:
        yield from (("title", kind.name, status, _plain(glob)) for glob in filter(_is_field, globs))
    if kind.screens:
        yield ("screen", kind.name, kind.prompt, kind.border)
    for rule in kind.screens:
        conditions = (word for number, pattern in rule.shows for word in (str(number), pattern))
        yield ("rule", kind.name, rule.status, rule.name, *conditions)
    for one in kind.asked:
        yield ("asked", kind.name, one.words, one.after, one.below, one.line, one.cut)
    for dialog in kind.dialogs:
        yield ("dialog", kind.name, ",".join(dialog.rules), *map(_word, dialog[1:]))
    if kind.settles:
        yield ("settles", kind.name, f"{kind.settles:g}")
    if kind.box:
        yield ("box", kind.name, *kind.box[:12])
        yield ("typing", kind.name, f"{kind.box.pause:g}", " ".join(kind.box.interrupt))


def _word(value: object) -> str:
    return str(value) if isinstance(value, str) else "yes" if value else "no"


def _lines_of_resuming(kind: AgentKind) -> Iterator[tuple[str, ...]]:
    yield from (("keep", kind.name, option) for option in kind.keeps)
    if _is_field(kind.resume):
        yield ("resume", kind.name, kind.resume)
    if kind.transcript:
        yield ("transcript", kind.name, *kind.transcript)
    if kind.trace:
        yield ("trace", kind.name, *kind.trace)


def _plain(glob: str) -> str:
    """Return a glob for titles without a moving spinner (pane/dialogs.sh): shells in the C locale know only bytes."""
    return glob.replace("[\u2800-\u28ff]", "\u2802")


def _is_field(text: str) -> bool:
    return bool(text) and not any(character in text for character in "\t\n")


def _field(text: str) -> str:
    if text and not _is_field(text):
        raise ValueError(f"{text!r} has a tab or a line end, which the description of an agent can't have")
    return text
