"""The scripted model: which words of a prompt give which answer, and the form of each vendor. No agent is needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.agents import wire_anthropic, wire_chat, wire_gemini, wire_responses
from tests.agents.script import UNBOXED, Answer, Call, Request, Step, Turn, Word, answer, call, due, example
from tests.agents.service import Service
from tests.agents.wire import Wire

# ---- the script

PROMPTS = [
    ("say: hello", Step("say", "hello")),
    ("bash: touch x ;; say: done", Step("bash", "touch x")),
    ("hello", Step("say", "All done.")),
    ("a failed prompt\nbad: x\nsay: new", Step("say", "new")),
    ("<system-reminder>say: no</system-reminder>\nsay: yes", Step("say", "yes")),
    ("<command-name>/model</command-name>\n<command-args></command-args>\nsay: yes", Step("say", "yes")),
    ("[Request interrupted by user]\n\nsay: yes", Step("say", "yes")),
    ("say: two\nlines", Step("say", "two")),
    ("see: nothing", Step("say", "All done.")),
]


@pytest.mark.parametrize(("prompt", "step"), PROMPTS)
def test_the_words_of_a_prompt_name_the_step(prompt: str, step: Step) -> None:
    assert due([Turn("user", prompt)]) == step


MODEL, TOOL, OTHER = Turn("model"), Turn("tool"), Turn("user", "<context>say: no</context>")
CHAIN = Turn("user", "bash: a ;; bash: b ;; say: c")

TURNS = [
    ([CHAIN, MODEL, TOOL], Step("bash", "b")),
    ([CHAIN, MODEL, TOOL, MODEL, TOOL], Step("say", "c")),
    ([CHAIN, MODEL, TOOL, MODEL, TOOL, MODEL, TOOL], Step("say", "All done.")),
    ([CHAIN, MODEL, MODEL, TOOL, TOOL], Step("bash", "b")),
    ([CHAIN, MODEL, TOOL, Turn("user", "")], Step("bash", "b")),
    ([CHAIN, OTHER, MODEL, TOOL, OTHER], Step("bash", "b")),
    ([CHAIN, MODEL, TOOL, Turn("user", "say: d")], Step("say", "d")),
    ([CHAIN, MODEL, TOOL, Turn("user", "thanks")], Step("say", "All done.")),
]


@pytest.mark.parametrize(("turns", "step"), TURNS)
def test_each_result_of_a_tool_leads_to_the_next_step(turns: list[Turn], step: Step) -> None:
    assert due(turns) == step


def answered(prompt: str, *tools: str) -> Answer:
    """Return the answer to one prompt of an agent with these tools."""
    return answer(Request([Turn("user", prompt)], tools or ("Bash",), stream=True))


def test_a_slow_text_takes_its_seconds() -> None:
    assert sum(word.pause for word in answered("slow: 3").words) == 3
    assert answered("slow: 3 tick").text.startswith("tick0 tick1 ")
    assert answered("stall: 4").silence == 4


def test_a_line_ends_where_the_prompt_wants_it() -> None:
    assert answered(r"say: one\ntwo").text == "one\ntwo"
    assert answered(r"slow: 1 one\ntwo").text.startswith("one\ntwo0 one\ntwo1 ")


def test_a_failure_has_its_status_and_its_number() -> None:
    assert [(answered(text).status, answered(text).failures) for text in ("error: 3", "overload: 2", "bad: x")] == [
        (500, 3),
        (529, 2),
        (400, float("inf")),
    ]


def test_a_step_is_done_with_the_tool_that_the_agent_has() -> None:
    assert answered("bash: ls", "read", "exec_command").calls == (Call("exec_command", {"cmd": "ls", **UNBOXED}),)
    assert call("write", "/x", ["write_file"]).arguments == {"file_path": "/x", "content": "one\n"}
    assert call("write", r"/x a\nb", ["write"]).arguments == {"filePath": "/x", "path": "/x", "content": "a\nb\n"}
    assert "*** Add File: /x\n+a\n+b\n*** End" in call("write", r"/x a\nb", ["exec_command"]).arguments["cmd"]
    assert call("task", "say: a | say: b", ["Agent"]).arguments["prompt"] == "say: a ;; say: b"
    with pytest.raises(LookupError, match="no tool for 'plan'"):
        call("plan", "", ["Bash"])


def test_an_answer_fits_the_schema_that_the_agent_wants() -> None:
    kinds = {"title": {"type": "string"}, "new": {"type": "BOOLEAN"}, "who": {"enum": ["user", "model"]}}
    wanted = {"title": "Scripted", "new": True, "who": "user"}
    assert json.loads(example({"properties": kinds})) == wanted
    request = Request([Turn("user", "bash: ls")], (), stream=True, schema={"properties": kinds})
    assert json.loads(answer(request).text) == wanted


# ---- the forms

TURNS_OF_ALL = [Turn("user", "bash: ls"), MODEL, TOOL]
"""What each of the requests below says, in the form of its vendor."""

FORMS: list[tuple[Wire, dict[str, Any]]] = [
    (
        wire_anthropic,
        {
            "tools": [{"name": "Bash"}],
            "messages": [
                {"role": "user", "content": "bash: ls"},
                {"role": "assistant", "content": [{"type": "tool_use", "name": "Bash"}]},
                {"role": "user", "content": [{"type": "tool_result", "content": "say: no"}]},
            ],
        },
    ),
    (
        wire_responses,
        {
            "tools": [{"type": "function", "name": "Bash"}],
            "input": [
                {"type": "message", "role": "developer", "content": "say: no"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "bash: ls"}]},
                {"type": "function_call", "name": "Bash"},
                {"type": "function_call_output", "output": "say: no"},
            ],
        },
    ),
    (
        wire_chat,
        {
            "tools": [{"type": "function", "function": {"name": "Bash"}}],
            "messages": [
                {"role": "system", "content": "say: no"},
                {"role": "user", "content": "bash: ls"},
                {"role": "assistant", "content": None, "tool_calls": []},
                {"role": "tool", "content": "say: no"},
            ],
        },
    ),
    (
        wire_gemini,
        {
            "tools": [{"functionDeclarations": [{"name": "Bash"}]}],
            "contents": [
                {"role": "user", "parts": [{"text": "bash: ls"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "Bash"}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "Bash"}}]},
            ],
        },
    ),
]

NAMES = [wire.__name__.rpartition("_")[2] for wire, _ in FORMS]  # type: ignore[attr-defined]

every_form = pytest.mark.parametrize(("wire", "sent"), FORMS, ids=NAMES)


@every_form
def test_requests_say_the_same_in_every_form(wire: Wire, sent: dict[str, Any]) -> None:
    request = wire.read(sent)
    assert [(turn.speaker, turn.text) for turn in request.turns if turn.speaker != "tool" and turn.text] == [
        ("user", "bash: ls")
    ]
    assert [turn.speaker for turn in request.turns][:3] == ["user", "model", "tool"]
    assert list(request.tools) == ["Bash"]
    assert due(request.turns) == Step("say", "All done.")


SPOKEN = Answer((Word("one ", 0.5), Word("two")), (Call("Bash", {"command": "ls"}),), silence=1)


def events(wire: Wire, sent: dict[str, Any]) -> Iterator[Any]:
    """Yield the content of each event of an answer."""
    for piece in wire.stream(SPOKEN, wire.read(sent)):
        data = piece.content.decode().partition("data: ")[2].strip()
        if data and data != "[DONE]":
            yield json.loads(data)


@every_form
def test_an_answer_has_its_words_calls_and_pauses_in_every_form(wire: Wire, sent: dict[str, Any]) -> None:
    streamed = json.dumps(list(events(wire, sent))).replace('\\"', '"').replace('\\\\"', '"')
    whole = json.dumps(wire.whole(SPOKEN, wire.read(sent)))
    assert '"one "' in streamed
    assert "one two" in whole
    for text in (streamed, whole):
        assert "Bash" in text
        assert "ls" in text
    pauses = [piece.pause for piece in wire.stream(SPOKEN, wire.read(sent))]
    assert sum(pauses) == SPOKEN.silence + 0.5


# ---- the server

PATHS = ["/v1/messages", "/v1/responses", "/v1/chat/completions", "/v1beta/models/m:generateContent"]


@pytest.fixture
def service() -> Iterator[Service]:
    """Yield a running service."""
    with Service() as service:
        yield service


def post(service: Service, path: str, content: dict[str, Any]) -> tuple[int, str]:
    """Return the status and the body of the service's answer to one request."""
    with closing(HTTPConnection(service.url.removeprefix("http://"), timeout=10)) as connection:
        connection.request("POST", path, json.dumps(content))
        with connection.getresponse() as response:
            return response.status, response.read().decode()


@pytest.mark.parametrize(("path", "sent"), list(zip(PATHS, [sent for _, sent in FORMS], strict=True)), ids=NAMES)
def test_the_service_answers_every_form(service: Service, path: str, sent: dict[str, Any]) -> None:
    assert "All done." in post(service, path, sent)[1]
    streamed = post(service, path.replace(":generate", ":streamGenerate") + "?beta=true", sent | {"stream": True})[1]
    assert "All done." in streamed
    assert "data: " in streamed
    assert len(service.requests) == 2


def test_a_failure_ends_after_its_number(service: Service) -> None:
    sent = {"tools": [{"name": "Bash"}], "messages": [{"role": "user", "content": "error: 2"}]}
    assert [post(service, "/v1/messages", sent)[0] for _ in range(3)] == [500, 500, 200]


def test_what_asks_no_model_has_an_answer(service: Service) -> None:
    assert "input_tokens" in post(service, "/v1/messages/count_tokens", {})[1]
    assert service.requests == []
