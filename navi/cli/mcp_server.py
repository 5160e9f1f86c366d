"""A server of the Model Context Protocol over standard input and output: navi's verbs as tools, for agents.

The tools are made from the table of verbs, so a new verb is a new tool. Each call is one run of navi, whose answer is
the verb's own JSON. Needs the package `mcp` (the extra of that name).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from navi import __version__
from navi.cli.arguments import Argument, arguments_of
from navi.cli.verbs import VERBS, Verb

TOOLS = (
    "ls", "new", "send", "wait", "capture", "health", "kill", "rename", "dismiss", "undo", "cleanup", "reconcile",
    "tag", "bookmark", "git", "status", "hosts", "doctor", "explain",
)  # fmt: skip
"""The verbs that an agent gets: none that needs a terminal, goes on for ever, or changes an agent's own settings."""

READ_ONLY = {"ls", "wait", "capture", "health", "git", "status", "hosts", "doctor", "explain"}

SESSIONS = "tmux-sessions://all"
"""The resource with every session of every host."""

INSTRUCTIONS = """Sessions of tmux, on this machine and on others. A session is addressed as SESSION here and as
HOST/SESSION elsewhere; ls lists them. Create one with new, type into it with send (with wait: a pattern of grep -E
that must come in what the session shows afterwards), read it with capture, and look at health before trusting it.
Nothing is killed but by kill, cleanup and new's own failure."""


def run() -> None:
    """Serve until standard input ends."""
    anyio.run(_serve)


async def _serve() -> None:
    server = Server(
        "navi", version=__version__, instructions=INSTRUCTIONS,
        on_list_tools=_list_tools, on_call_tool=_call_tool,
        on_list_resources=_list_resources, on_read_resource=_read_resource,
    )  # fmt: skip
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


# ---- tools


async def _list_tools(_: Any, __: Any) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[tool_of(verb) for verb in VERBS if verb.name in TOOLS])


def tool_of(verb: Verb) -> types.Tool:
    """Return a verb as a tool."""
    return types.Tool(
        name=verb.name,
        description=f"{verb.help[0].upper()}{verb.help[1:]}.",
        input_schema=schema_of(verb),
        annotations=types.ToolAnnotations(read_only_hint=verb.name in READ_ONLY),
    )


def schema_of(verb: Verb) -> dict[str, Any]:
    """Return the JSON schema of a verb's arguments; whether to answer in JSON is not for the caller to say."""
    known = [one for one in arguments_of(verb) if one.names != ("--json",)]
    required = [one.key for one in known if not one.is_option and one.nargs in (None, "+")]
    return {
        "type": "object",
        "properties": {one.key: _property(one) for one in known},
        "required": required,
        "additionalProperties": False,
    }


def _property(one: Argument) -> dict[str, Any]:
    described = {"description": one.help}
    if not one.takes_value:
        return {"type": "boolean", **described}
    value: dict[str, Any] = {"type": "number" if one.type else "string"}
    if one.choices:
        value["enum"] = list(one.choices)
    if one.action == "append" or one.nargs in ("*", "+", "..."):
        return {"type": "array", "items": value, **described}
    return value | described


def words_for(verb: Verb, given: Mapping[str, Any]) -> list[str]:
    """Return the command line for the arguments of a call. Raises ValueError for one that the verb does not have.

    Nothing that is given can be taken for an option: values are written in one word with their option, and words
    stand behind --.
    """
    known = {one.key: one for one in arguments_of(verb)}
    unknown = given.keys() - known.keys()
    if unknown:
        raise ValueError(f"{verb.name} has no argument {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    words = ["--json"] if "json" in known else []
    for one in known.values():
        value = given.get(one.key)
        if one.is_option and one.key != "json" and value not in (None, False):
            words += _option(one, value)
    positions = [one for one in known.values() if not one.is_option and given.get(one.key) is not None]
    return [*words, "--", *(text for one in positions for text in _texts(given[one.key]))]


def _option(one: Argument, value: Any) -> list[str]:
    name = max(one.names, key=len)
    if not one.takes_value:
        return [name]
    if one.nargs in ("*", "+"):
        return [name, *_texts(value)]
    return [f"{name}={text}" for text in _texts(value)]


def _texts(value: Any) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    return [f"{one:g}" if isinstance(one, float) else str(one) for one in values]


async def _call_tool(_: Any, call: types.CallToolRequestParams) -> types.CallToolResult:
    verb = next((verb for verb in VERBS if verb.name == call.name and verb.name in TOOLS), None)
    if verb is None:
        return _failure(f"there is no tool {call.name}")
    try:
        words = words_for(verb, call.arguments or {})
    except ValueError as error:
        return _failure(str(error))
    status, output, errors = await _navi(verb.name, *words)
    text = "\n".join(part for part in (output.strip(), errors.strip()) if part) or "done"
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=_structured(output),
        is_error=status != 0 and not (verb.name in ("health", "reconcile") and output),
    )


def _failure(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], is_error=True)


def _structured(output: str) -> dict[str, Any] | None:
    try:
        document = json.loads(output)
    except ValueError:
        return None
    return document if isinstance(document, dict) else {"result": document}


async def _navi(*words: str) -> tuple[int, str, str]:
    """Run navi; when the call is cancelled it is killed. Agents mean names as `navi ls` shows them."""
    command = [sys.executable, "-m", "navi", *words]
    done = await anyio.run_process(command, stdin=subprocess.DEVNULL, check=False, env=dict(os.environ))
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


# ---- resources


async def _list_resources(_: Any, __: Any) -> types.ListResourcesResult:
    words = "Every tmux session of every host, with status and health, as navi ls --json tells them"
    found = types.Resource(uri=SESSIONS, name="tmux_sessions", description=words, mime_type="application/json")
    return types.ListResourcesResult(resources=[found])


async def _read_resource(_: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    if str(asked.uri) != SESSIONS:
        raise ValueError(f"there is no resource {asked.uri}; the only one is {SESSIONS}")
    _, output, _ = await _navi("ls", "--json")
    contents = types.TextResourceContents(uri=SESSIONS, mime_type="application/json", text=output)
    return types.ReadResourceResult(contents=[contents])
