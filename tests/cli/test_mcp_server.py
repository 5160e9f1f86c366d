"""navi mcp, used by the SDK's own client over standard input and output."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp import ClientSession, StdioServerParameters, stdio_client

from navi.cli.mcp_server import TOOLS, words_for
from navi.cli.parser import read
from navi.cli.verbs import VERBS
from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account

BY_NAME = {verb.name: verb for verb in VERBS}


@asynccontextmanager
async def client(lab: Lab) -> AsyncIterator[ClientSession]:
    """Start the server and connect to it."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "navi", "mcp"], env=lab.environment())
    with trio.fail_after(60):
        async with stdio_client(server) as (read_stream, write_stream), ClientSession(read_stream, write_stream) as one:
            await one.initialize()
            yield one


async def call(one: ClientSession, tool: str, /, **arguments: Any) -> tuple[bool, str, Any]:
    """Call a tool; return whether it failed, its text, and its document."""
    result = await one.call_tool(tool, arguments)
    text = "".join(part.text for part in result.content if part.type == "text")
    return result.is_error, text, result.structured_content


async def test_the_tools_are_verbs_with_their_arguments(lab: Lab) -> None:
    async with client(lab) as one:
        tools = {tool.name: tool for tool in (await one.list_tools()).tools}
        assert set(tools) == set(TOOLS)
        schema = tools["send"].input_schema
        assert schema["properties"]["keys"]["type"] == "array"
        assert schema["properties"]["timeout"]["type"] == "number"
        assert "json" not in schema["properties"]
        assert tools["kill"].input_schema["required"] == ["addresses"]


@HERE_AND_THERE
async def test_an_agent_works_with_a_session(lab: Lab, far: bool) -> None:
    there, prefix = await trio.to_thread.run_sync(account, lab, far)
    host = {"host": "atlas"} if far else {}
    async with client(lab) as one:
        failed, text, made = await call(one, "new", name="py", python=True, wait="", **host)
        assert (failed, made["target"]) == (False, "py:0.0"), text
        failed, text, sent = await call(one, "send", address=f"{prefix}py", text="-6 * -7", wait="42")
        assert (failed, sent["found"]) == (False, "42"), text
        failed, text, seen = await call(one, "capture", address=f"{prefix}py")
        assert not failed
        assert ">>> -6 * -7" in seen["lines"]
        assert (await call(one, "health", addresses=[f"{prefix}py"]))[2]["status"] == "healthy"
        listed = json.loads((await one.read_resource("tmux-sessions://all")).contents[0].model_dump()["text"])
        assert [session["address"] for session in listed["sessions"]] == [f"{prefix}py"]
        assert not (await call(one, "kill", addresses=[f"{prefix}py"]))[0]
        await ended(there)


async def ended(there: Account) -> None:
    """See that no session lives there."""
    assert await trio.to_thread.run_sync(there.sh, "tmux list-sessions 2>/dev/null; :") == ""


WRONG = [
    ("capture", {"address": "nobody"}, "there is no session nobody"),
    ("capture", {"adress": "x"}, "no argument adress"),
    ("kill", {}, "ADDR"),
    ("attach", {"address": "x"}, "no tool attach"),
    ("send", {"address": "x", "timeout": "soon"}, "timeout"),
]


async def test_what_goes_wrong_is_told_as_an_error(lab: Lab) -> None:
    async with client(lab) as one:
        for name, arguments, words in WRONG:
            failed, text, _ = await call(one, name, **arguments)
            assert (name, failed, words in text) == (name, True, True), text


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(texts, texts, texts.filter(bool), st.floats(0, 1e6))
def test_nothing_that_is_given_is_taken_for_an_option(text: str, pattern: str, directory: str, seconds: float) -> None:
    words = words_for(BY_NAME["send"], {"address": "api", "text": text, "wait": pattern, "timeout": seconds})
    options = read(BY_NAME["send"], words)
    assert (options.address, options.text, options.wait) == ("api", text, pattern)
    options = read(BY_NAME["new"], words_for(BY_NAME["new"], {"name": "x", "directory": directory}))
    assert (options.name, options.directory) == ("x", directory)
