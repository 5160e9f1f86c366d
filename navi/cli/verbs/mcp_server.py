"""A server of the Model Context Protocol over standard input and output: navi's verbs as tools for agents.

The tools are the rows of the table of verbs. This process carries the calls out, each in a thread with a context and an
output of its own; connections to hosts are kept from call to call. Needs the package `mcp` (the extra of that name).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

import anyio
from anyio import CapacityLimiter, to_thread
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from navi import __version__
from navi.cli import run_verb
from navi.cli.arguments import Argument, Given, Mistake, Options, convert
from navi.cli.context import Connections, Context
from navi.cli.output.output import Output
from navi.cli.verb_table import JSON, VERBS, Verb
from navi.core.address import LOCAL
from navi.core.exits import OK, WRONG_USAGE
from navi.core.log import Log
from navi.core.text import clean
from navi.hosts.cancellation import Cancelled

TOOLS = {verb.name: verb for verb in VERBS if verb.mcp_tool}

SESSIONS = "tmux-sessions://all"
"""The resource with every session of every host."""

MOST_CALLS = 64
"""Calls that are carried out at the same time."""

LONGEST_TEXT = 1_000_000
"""Characters of one argument: as many as every host and tmux accept."""

INSTRUCTIONS = """Sessions of tmux, on this machine and on others. A session is addressed as SESSION here and as
HOST/SESSION elsewhere; ls lists them. Create one with new, type into it with send (with wait: an extended regular
expression that a new line of the session must match), read it with capture, and check its health before you trust it.
Only kill, cleanup and a failed new end sessions."""


def run(environment: Mapping[str, str], log: Log) -> None:
    """Serve until standard input ends."""
    anyio.run(_Server(environment, log).serve)


class VerbResult(NamedTuple):
    """The result of a call: the exit status, standard output and standard error of its verb."""

    status: int
    output: str
    errors: str


class _Server:
    """Carries out calls. The connections are shared by all of them."""

    def __init__(self, environment: Mapping[str, str], log: Log) -> None:
        self._environment = environment
        self._log = log
        self._connections = Connections()
        self._limiter = CapacityLimiter(MOST_CALLS)

    async def serve(self) -> None:
        server = Server(
            "navi", version=__version__, instructions=INSTRUCTIONS,
            on_list_tools=_list_tools, on_call_tool=self._call_tool,
            on_list_resources=_list_resources, on_read_resource=self._read_resource,
        )  # fmt: skip
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    async def _call_tool(self, _: Any, call: types.CallToolRequestParams) -> types.CallToolResult:
        verb = TOOLS.get(call.name)
        if verb is None:
            return _failure(f"no tool named {call.name}")
        try:
            options = options_of(verb, call.arguments or {})
        except Mistake as mistake:
            return _failure(f"{verb.name}: {mistake}")
        try:
            return _tool_result(verb, await self._carry_out(verb, options))
        except Exception as error:  # one call that fails must not look like a broken server
            self._log.exception("the tool %s failed", verb.name)
            words = f"{type(error).__name__}: {clean(str(error))}"
            return _failure(f"{verb.name}: a fault in navi ({words}); please report it")

    async def _read_resource(self, _: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        if str(asked.uri) != SESSIONS:
            raise ValueError(f"no resource named {asked.uri}; the only one is {SESSIONS}")
        result = await self._carry_out(TOOLS["ls"], options_of(TOOLS["ls"], {}))
        contents = types.TextResourceContents(uri=SESSIONS, mime_type="application/json", text=result.output)
        return types.ReadResourceResult(contents=[contents])

    async def _carry_out(self, verb: Verb, options: Options) -> VerbResult:
        """Carry out a verb in a thread. If the call is cancelled, its requests end, and the thread goes on alone."""
        stdout, stderr = StringIO(), StringIO()
        context = Context(self._environment, Output(stdout, stderr), self._connections, self._log)
        try:
            status = await to_thread.run_sync(
                self._run, verb, options, context, abandon_on_cancel=True, limiter=self._limiter
            )
        except anyio.get_cancelled_exc_class():
            context.cancel()
            raise
        return VerbResult(status, _text(stdout), _text(stderr))

    def _run(self, verb: Verb, options: Options, context: Context) -> int:
        """Carry out a verb with the configuration as it is on disk now."""
        try:
            self._connections.close_others({LOCAL, *context.remotes.values()})
            return run_verb(verb, options, context)
        except Cancelled:
            return OK  # nobody reads it
        finally:
            context.close()


def _text(stream: StringIO) -> str:
    """Return what was written; bytes that are no text become replacement characters."""
    return stream.getvalue().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


# ---- tools


async def _list_tools(_: Any, __: Any) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[tool_of(verb) for verb in TOOLS.values()])


def tool_of(verb: Verb) -> types.Tool:
    """Return the tool for a verb."""
    return types.Tool(
        name=verb.name,
        description=f"{verb.help[0].upper()}{verb.help[1:]}.",
        input_schema=schema_of(verb),
        annotations=types.ToolAnnotations(read_only_hint=verb.read_only),
    )


def arguments_of(verb: Verb) -> list[Argument]:
    """Return the arguments that a call may have: an agent has no terminal, always gets JSON where there is any, and
    writes files only with tools of its own.
    """
    return [one for one in verb.arguments if one != JSON and not one.interactive and not one.writes]


def schema_of(verb: Verb) -> dict[str, Any]:
    """Return the JSON schema of a verb's arguments."""
    known = arguments_of(verb)
    return {
        "type": "object",
        "properties": {one.key: _property(one) for one in known},
        "required": [one.key for one in known if one.is_required],
        "additionalProperties": False,
    }


def _property(one: Argument) -> dict[str, Any]:
    described = {"description": one.help}
    if not one.value:
        return {"type": "boolean", **described}
    value: dict[str, Any] = {"type": one.kind.schema}
    if one.choices:
        value["enum"] = list(one.choices)
    if one.is_list:
        return {"type": "array", "items": value, **described}
    return value | described


def options_of(verb: Verb, given: Mapping[str, Any]) -> Options:
    """Return the options for the arguments of a call. Raise Mistake."""
    known = arguments_of(verb)
    unknown = given.keys() - {one.key for one in known}
    if unknown:
        keys = ", ".join(one.key for one in known)
        raise Mistake(f"{verb.name} has no argument {', '.join(sorted(unknown))}; known arguments: {keys}")
    missing = [one.value for one in known if one.is_required and given.get(one.key) in (None, [])]
    if missing:
        raise Mistake(f"the following arguments are required: {', '.join(missing)}")
    options = convert(verb.arguments, _given(known, given))
    options.json = JSON in verb.arguments
    options.command_line = []
    return options


def _given(known: Sequence[Argument], given: Mapping[str, Any]) -> Given:
    """Yield the arguments of a call with the texts of their values, as if they came from a command line."""
    for one in known:
        value = given.get(one.key)
        if value is not None and (_flag(one, value) if not one.value else True):
            yield one, [_text_of(one, each) for each in _values(one, value)] if one.value else ()
        elif value is None and one.is_list and not one.is_option:
            yield one, ()


def _flag(one: Argument, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Mistake(f"{one.key}: expected true or false, got {_shown(value)}")
    return value


def _values(one: Argument, value: Any) -> list[Any]:
    """Return the values of an argument. A single value counts as a list of one."""
    if not isinstance(value, list):
        return [value]
    if not one.is_list:
        raise Mistake(f"{one.key}: expected one {one.kind.noun}, got a list")
    return value


def _text_of(one: Argument, value: Any) -> str:
    """Return the text of a value. Raise Mistake for one of another type, and for text that no command can take."""
    types_of_value: tuple[type, ...] = {"integer": (int,), "number": (int, float)}.get(one.kind.schema, (str,))
    if isinstance(value, bool) or not isinstance(value, types_of_value):
        article = "an" if one.kind.schema == "integer" else "a"
        raise Mistake(f"{one.key}: expected {article} {one.kind.schema}, got {_shown(value)}")
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if "\0" in value:
        raise Mistake(f"{one.key}: a NUL character can't be passed on")
    if len(value) > LONGEST_TEXT:
        raise Mistake(f"{one.key}: longer than {LONGEST_TEXT} characters")
    return value


def _shown(value: Any) -> str:
    """Return a value as JSON, shortened to what a person reads."""
    return json.dumps(value)[:80]


def _tool_result(verb: Verb, result: VerbResult) -> types.CallToolResult:
    text = "\n".join(part for part in (result.output.strip(), result.errors.strip()) if part) or "done"
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=_structured(result.output),
        is_error=result.status != OK and not (verb.status_is_answer and result.status < WRONG_USAGE and result.output),
    )


def _failure(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], is_error=True)


def _structured(output: str) -> dict[str, Any] | None:
    try:
        document = json.loads(output)
    except ValueError:
        return None
    return document if isinstance(document, dict) else {"result": document}


# ---- resources


async def _list_resources(_: Any, __: Any) -> types.ListResourcesResult:
    words = "Every tmux session of every host, with status and health, as `navi ls --json` prints them"
    found = types.Resource(uri=SESSIONS, name="tmux_sessions", description=words, mime_type="application/json")
    return types.ListResourcesResult(resources=[found])
