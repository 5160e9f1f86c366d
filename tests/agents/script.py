"""What the scripted model answers: the words of a prompt choose it, so a test needs no model and no key.

    bash: touch x ;; say: done          a tool call first; after its result, a text
    write: new one\\ntwo                 a call that writes these lines into a file
    say: one\\ntwo                      a text of two lines

A prompt is a chain of steps; each result of a tool moves on to the next step, and behind the last one comes "All done."
A model named PLAIN has no tools: it writes what is to be done into its text, in the form that aider reads.
Everything here is pure. The modules wire_*.py read requests and write answers in the form of one vendor each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]

PAUSE = 0.25
"""Seconds between two words of a text that streams slowly."""


class Turn(NamedTuple):
    """One entry of a conversation. The speaker is `user`, `model`, or `tool` for the result of a call."""

    speaker: str
    text: str = ""


class Request(NamedTuple):
    """What an agent asks for, without the form of its vendor. `schema` is there if the answer must be JSON."""

    turns: Sequence[Turn]
    tools: Sequence[str]
    stream: bool
    model: str = "scripted"
    schema: Mapping[str, Any] | None = None


class Step(NamedTuple):
    """One step of a prompt, such as `bash` with the text `touch x`."""

    name: str
    text: str = ""


class Word(NamedTuple):
    """A piece of streamed text, and the seconds that pass after it."""

    text: str
    pause: float = 0


class Call(NamedTuple):
    """A call of one of the agent's tools."""

    tool: str
    arguments: Json


class Answer(NamedTuple):
    """What the service answers: words and then calls, after `silence` seconds.

    Before that, it fails so many times (`failures`) with an HTTP status. `token` makes the ids in the answer unique.
    """

    words: Sequence[Word] = ()
    calls: Sequence[Call] = ()
    silence: float = 0
    status: int = 200
    failures: float = 0
    token: str = "1"

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(word.text for word in self.words)


PLAIN = "plain"
"""The model of an agent that reads what to do from the text."""

STRICT = "run_typescript"
"""A tool of Mistral Vibe, which refuses arguments that it does not know."""

STRICT_QUESTIONS = "AgentSwarm"
"""A tool of Kimi Code, which refuses such arguments, too."""

# ---- which step is due

UNBOXED = {"sandbox_permissions": "require_escalated", "justification": "May I?"}
"""With these, Codex asks whether the command may run."""

TOOLS: Mapping[str, Mapping[str, Callable[[str], Json]]] = {
    "bash": {
        "Bash": lambda text: {"command": text, "description": "Run a command"},
        "bash": lambda text: {"command": text, "description": "Run a command"},
        "exec_command": lambda text: {"cmd": text, **UNBOXED},
        "shell_command": lambda text: {"command": text},
        "shell": lambda text: {"command": ["sh", "-c", text]},
        "run_shell_command": lambda text: {"command": text, "description": "Run a command", "is_background": False},
        "run_commands": lambda text: {"commands": [text]},
    },
    "background": {
        "Bash": lambda text: {"command": text, "description": "Run a command", "run_in_background": True},
        "run_shell_command": lambda text: {"command": text, "is_background": True},
    },
    "write": {
        "Write": lambda text: {"file_path": path(text), "content": content(text)},
        "write": lambda text: {"filePath": path(text), "path": path(text), "content": content(text)},
        "write_file": lambda text: {"file_path": path(text), "content": content(text)},
        "create": lambda text: {"path": path(text), "file_text": content(text)},
        "exec_command": lambda text: {"cmd": patch(text)},
        "editor": lambda text: {"path": path(text), "new_text": content(text)},
    },
    "ask": {
        "AskUserQuestion": lambda text: question(text),
        "question": lambda text: question(text),
        "ask_user": lambda text: question(text) | form(text),
        "ask_user_question": lambda text: question(text),
        "request_user_input": lambda text: question(text),
        "ask_question": lambda text: {"question": text.rstrip("?") + "?", "options": ["Red", "Blue"]},
    },
    "pick": {
        "AskUserQuestion": lambda text: picks(text),
        "question": lambda text: picks(text),
        "ask_user": lambda text: picks(text),
        "ask_user_question": lambda text: picks(text),
    },
    "both": {
        "AskUserQuestion": lambda text: both(text),
        "question": lambda text: both(text),
        "ask_user": lambda text: both(text),
        "ask_user_question": lambda text: both(text),
        "request_user_input": lambda text: both(text),
    },
    "plan": {
        "ExitPlanMode": lambda text: {"plan": text},
        "exit_plan_mode": lambda text: {"plan": text},
    },
    "find": {
        "ToolSearch": lambda text: {"query": f"select:{text}", "max_results": 1},
    },
    "detach": {
        "Agent": lambda text: {**subagent(text, "general-purpose"), "run_in_background": True},
    },
    "task": {
        "Agent": lambda text: subagent(text, "general-purpose"),
        "Task": lambda text: subagent(text, "general-purpose"),
        "task": lambda text: subagent(text, "general"),
    },
}
"""By step, the tools that can do it, with the arguments that each wants. Agents name the same tool differently."""

FAILURES: Mapping[str, int] = {"bad": 400, "auth": 401, "error": 500, "overload": 529}
"""By step, the HTTP status. `bad` and `auth` fail always; the others N times, and then there is an answer."""

TEXTS = ("say", "slow", "stall")

STEP = re.compile(rf"\s*({'|'.join([*TEXTS, *TOOLS, *FAILURES])}):\s*(.*)", re.DOTALL)

NOT_SPOKEN = re.compile(r"<([a-z][\w-]*)>.*?</\1>|\[Request interrupted[^]]*\]|\ATool loaded\.\Z", re.DOTALL)
"""What an agent puts into a prompt by itself: elements such as <system-reminder>, and notes."""

SUMMARY = "summary of the conversation"
"""Claude Code asks for one with these words when it compacts a conversation."""

LAST = Step("say", "All done.")

WRITTEN: Mapping[str, Callable[[str], str]] = {
    "bash": lambda text: f"I will do that.\n\n```bash\n{text}\n```\n",
    "write": lambda text: (
        f"I will do that.\n\n{path(text)}\n```\n<<<<<<< SEARCH\n=======\n{content(text)}>>>>>>> REPLACE\n```\n"
    ),
}
"""By step, the text that has it done where a model has no tools."""


def path(text: str) -> str:
    """Return the path of a file to write: the first word."""
    return text.partition(" ")[0]


def content(text: str) -> str:
    """Return what to write into a file: what is behind its path, or else "one"."""
    return lines(text.partition(" ")[2] or "one") + "\n"


def patch(text: str) -> str:
    """Return the command by which Codex writes a new file."""
    added = "".join(f"+{line}\n" for line in content(text).splitlines())
    return f"apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {path(text)}\n{added}*** End Patch\nEOF\n"


def question(text: str) -> Json:
    """Return the arguments of a question with two choices. Gemini CLI drops a question mark that is typed quickly."""
    choices = [{"label": label, "description": f"the {label.lower()} one"} for label in ("Red", "Blue")]
    asked = {
        "id": "choice",
        "type": "choice",
        "header": "Choice",
        "question": text.rstrip("?") + "?",
        "options": choices,
    }
    return {"questions": [asked | {"multiSelect": False}]}


def picks(text: str) -> Json:
    """Return the arguments of a question of which several choices may be picked."""
    (asked,) = question(text)["questions"]
    return {"questions": [asked | {"multiSelect": True, "multiple": True}]}


def both(text: str) -> Json:
    """Return the arguments of two questions at once; ` | ` separates them."""
    several = [question(part)["questions"][0] for part in text.split(" | ")]
    return {"questions": [one | {"id": f"choice{n}", "header": f"Part {n}"} for n, one in enumerate(several, 1)]}


def form(text: str) -> Json:
    """Return the arguments of a question in the form that GitHub Copilot CLI wants; others do not mind."""
    choice = {"type": "string", "title": "Choice", "enum": ["Red", "Blue"]}
    schema = {"type": "object", "properties": {"choice": choice}, "required": ["choice"]}
    return {"message": text.rstrip("?") + "?", "requestedSchema": schema}


def subagent(text: str, kind: str) -> Json:
    """Return the arguments that start a subagent. ` | ` separates its steps, as ` ;; ` separates the parent's."""
    return {"description": "A subagent", "prompt": text.replace(" | ", " ;; "), "subagent_type": kind}


def spoken(text: str) -> str:
    """Return what a person wrote: "" if an agent sent all of it."""
    return NOT_SPOKEN.sub("", text).strip()


def steps_of(prompt: str) -> list[Step]:
    """Return the steps of a prompt. The last line with some counts: a failed prompt comes again with the next."""
    lines = [line for line in prompt.splitlines() if STEP.match(line)]
    return [step_of(part) for part in lines[-1].split(" ;; ")] if lines else []


def step_of(text: str) -> Step:
    """Return one step. A text without the name of a step is what to say."""
    found = STEP.fullmatch(text)
    return Step(found[1], found[2].strip()) if found else Step("say", text.strip())


def due(turns: Sequence[Turn]) -> Step:
    """Return the step that is due at the end of a conversation. Results that arrive together count once."""
    steps: list[Step] = []
    passed, before = 0, ""
    for speaker, text in turns:
        if speaker == "user" and spoken(text):
            steps, passed = steps_of(spoken(text)), 0
            if SUMMARY in text:
                steps = [Step("slow", "5")]
        elif speaker == "tool" and before != "tool":
            passed += 1
        before = speaker
    return steps[passed] if passed < len(steps) else LAST


# ---- from the step to the answer


def answer(request: Request) -> Answer:
    """Return what is answered to a request. A request for JSON, or without tools (a title, say), gets a short text."""
    if request.schema is not None:
        return in_words(example(request.schema))
    if not request.tools and request.model != PLAIN:
        return in_words("A scripted answer.")
    return carried_out(due(request.turns), request.tools)


def carried_out(step: Step, tools: Sequence[str]) -> Answer:
    """Return the answer of one step, for an agent that has these tools."""
    name, text = step
    if name in WRITTEN and not tools:
        return in_words(WRITTEN[name](text))
    if name in TOOLS:
        return Answer((Word("I will do that."),), (call(name, text, tools),))
    if name in FAILURES:
        failures = number(text, 1) if name in ("error", "overload") else float("inf")
        return in_words("The service is back.")._replace(status=FAILURES[name], failures=failures)
    if name == "slow":
        return Answer(tuple(slowly(number(text, 10), lines(text.partition(" ")[2]) or "word")))
    if name == "stall":
        return in_words("I have an answer now.")._replace(silence=number(text, 10))
    return in_words(lines(text))


def lines(text: str) -> str:
    """Return a text in which a line ends where a backslash and an n were written: a prompt is one line."""
    return text.replace("\\n", "\n")


def in_words(text: str) -> Answer:
    """Return an answer that is a text at once."""
    return Answer((Word(text),))


def slowly(seconds: float, word: str) -> Iterator[Word]:
    """Yield a word with a number behind it, over and over, for so many seconds."""
    for count in range(int(seconds / PAUSE)):
        yield Word(f"{word}{count}" + ("\n" if count % 12 == 11 else " "), PAUSE)
    yield Word("The end.")


def number(text: str, default: float) -> float:
    """Return the number at the beginning of a text."""
    found = re.match(r"[\d.]+", text)
    return float(found[0]) if found else default


def call(name: str, text: str, tools: Sequence[str]) -> Call:
    """Return the call of the first tool that can do a step. Raise LookupError if the agent has none."""
    for tool, arguments in TOOLS[name].items():
        if tool in tools:
            return Call(tool, fitting(arguments(text), tools))
    raise LookupError(f"this agent has no tool for {name!r}; it has {', '.join(tools)}")


def fitting(arguments: Json, tools: Sequence[str]) -> Json:
    """Return the arguments of a call as the agent with these tools wants them."""
    if STRICT in tools:
        return strict(arguments)
    return known_to_kimi(arguments) if STRICT_QUESTIONS in tools else arguments


def known_to_kimi(arguments: Json) -> Json:
    """Return the arguments of a call as Kimi Code wants them."""
    found = dict(arguments)
    if "file_path" in found:
        found["path"] = found.pop("file_path")
    if "questions" in found:
        names = ("header", "question", "options")
        found["questions"] = [
            {name: one[name] for name in names} | {"multi_select": one["multiSelect"]} for one in found["questions"]
        ]
    return found


def strict(arguments: Json) -> Json:
    """Return the arguments of a call as Mistral Vibe wants them."""
    unknown = ("description", "message", "requestedSchema")
    found = {name: value for name, value in arguments.items() if name not in unknown}
    if "file_path" in found:
        found["path"] = found.pop("file_path")
    if "questions" in found:
        found["questions"] = [
            {name: one[name] for name in ("header", "question", "options", "multiSelect")} for one in found["questions"]
        ]
    return found


def example(schema: Mapping[str, Any]) -> str:
    """Return JSON that fits the properties of a schema."""
    return json.dumps({name: plain(kind) for name, kind in schema.get("properties", {}).items()})


def plain(kind: Mapping[str, Any]) -> object:
    """Return a value of the type of one property."""
    if "enum" in kind:
        return kind["enum"][0]
    values: Json = {"boolean": True, "number": 1, "integer": 1, "array": [], "object": {}}
    return values.get(str(kind.get("type", "string")).lower(), "Scripted")
