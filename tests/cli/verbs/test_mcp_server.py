"""navi mcp, used by the SDK's own client over standard input and output."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp import ClientSession, StdioServerParameters, stdio_client

from navi.cli.verb_table import VERBS
from navi.cli.verbs.mcp_server import TOOLS, options_of
from navi.hosts.blocking_host import MOST_IDLE
from tests.support.dashboard import configure
from tests.support.machines import Account, Lab
from tests.support.processes import processes
from tests.support.serving import serving
from tests.support.verbs import HERE_AND_THERE, account
from tests.support.waiting import until_async


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
        assert set(tools) == {verb.name for verb in VERBS if verb.mcp_tool} == set(TOOLS)
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


async def test_one_message_too_many_for_an_agent_is_an_error(lab: Lab) -> None:
    configure(lab, prompts_a_minute=1)
    with serving(lab):
        async with client(lab) as one:
            _, _, made = await call(one, "spawn", prompt="wait 60", harness="scripted")
            assert not (await call(one, "send", address=made["address"], text="say more"))[0]
            failed, text, _ = await call(one, "send", address=made["address"], text="say too much")
            assert (failed, "this one was not stored; try again in " in text) == (True, True), text


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("capture", {"address": "nobody"}, "no session named nobody"),
    ("capture", {"adress": "x"}, "no argument adress"),
    ("kill", {}, "ADDR"),
    ("attach", {"address": "x"}, "no tool named attach"),
    ("send", {"address": "x", "timeout": "soon"}, "timeout"),
    ("capture", {"address": "x", "output": "/tmp/x"}, "no argument output"),
    ("capture", {"address": "a\0b"}, "address: a NUL character"),
    ("capture", {"address": {"a": 1}}, 'address: expected a string, got {"a": 1}'),
    ("capture", {"address": ["a", "b"]}, "address: expected one address, got a list"),
    ("capture", {"address": "x", "lines": "many"}, "lines: expected an integer"),
    ("capture", {"address": "x", "lines": True}, "lines: expected an integer, got true"),
    ("capture", {"address": "x", "lines": -1}, "invalid number"),
    ("capture", {"address": "x", "no_strip": "yes"}, "no_strip: expected true or false"),
    ("send", {"address": "x", "text": "a\0b"}, "text: a NUL character"),
    ("send", {"address": "x", "text": "x" * 3_000_000}, "text: longer than"),
    ("send", {"address": "x", "text": 7}, "text: expected a string, got 7"),
    ("send", {"address": "x", "keys": ["C-c", None]}, "keys: expected a string, got null"),
    ("kill", {"addresses": [None, 1]}, "addresses: expected a string"),
    ("kill", {"addresses": []}, "ADDR"),
    ("new", {"name": "x" * 100_000}, "can't be longer"),
    ("new", {"name": "x", "directory": "/\0"}, "directory: a NUL"),
    ("new", {"name": "x", "env": ["A=b\0"]}, "env: a NUL"),
    ("ls", {"host": ["\0"]}, "host: a NUL"),
    ("ls", {"host": ["nobody"]}, "no host named `nobody`"),
    ("wait", {"addresses": ["x"], "pattern": "x", "timeout": 1e300}, "timeout"),
    ("tag", {"address": "x", "changes": ["x"]}, "neither +tag nor -tag"),
]


async def test_a_failure_is_an_error_of_the_call(lab: Lab) -> None:
    async with client(lab) as one:
        for name, arguments, words in WRONG:
            failed, text, _ = await call(one, name, **arguments)
            assert (name, failed, words in text) == (name, True, True), text


async def test_a_tmux_that_cannot_be_asked_is_an_error_of_the_call_with_what_is_known(lab: Lab) -> None:
    lab.local.new_session("api")
    lab.local.write_status("api", status="waiting")
    (lab.local.bin / "tmux").write_text("#!/bin/sh\nexit 127\n")
    (lab.local.bin / "tmux").chmod(0o755)
    async with client(lab) as one:
        for tool, arguments in (("ls", {}), ("health", {"addresses": ["api"]}), ("reconcile", {}), ("status", {})):
            failed, text, _ = await call(one, tool, **arguments)
            assert (tool, failed, "local: tmux is not installed" in text) == (tool, True, True), text
        (lab.local.bin / "tmux").unlink()
        assert (await call(one, "health", addresses=["nobody"]))[:1] == (False,), "missing is an answer"


async def test_a_configuration_that_can_not_be_read_fails_no_call_and_is_reported(lab: Lab) -> None:
    folder = lab.local.home / ".config" / "navi"
    folder.mkdir(parents=True)
    (folder / "remotes.yaml").symlink_to("remotes.yaml")
    (folder / "config.yaml").mkdir()
    async with client(lab) as one:
        for tool in ("ls", "health"):
            failed, text, _ = await call(one, tool)
            assert (failed, "config.yaml: cannot be read: Is a directory" in text) == (False, True), text


# ---- tools that are marked read-only


def contents(lab: Lab) -> dict[str, bytes]:
    """Return every file of the lab's accounts; a folder ends with a slash. Caches, sockets, the working files of a
    watch and what sshd notes are nobody's data.
    """
    passing = ("/.cache", "/run", "/tmp", "/tmux", "/sshd", "/.claude-sessions/.navi")
    found: dict[str, bytes] = {}
    for path in lab.folder.rglob("*"):
        name = str(path.relative_to(lab.folder))
        if any(part in f"/{name}" for part in passing) or path.name in ("log", "commands"):
            continue
        found[f"{name}/" if path.is_dir() else name] = path.read_bytes() if path.is_file() else b""
    return found


READ_ONLY: dict[str, list[dict[str, Any]]] = {
    "ls": [{}, {"host": ["atlas"]}],
    "wait": [{"pattern": "hello"}, {"fixed": "hello"}, {"until": ["working"]}],
    "capture": [{}, {"lines": 3}, {"start": -5}, {"no_strip": True}, {"timestamps": True}],
    "health": [{}],
    "git": [{}, {"comments": True}],
    "status": [{}, {"format": "tmux"}],
    "hosts": [{}],
    "doctor": [{}, {"hosts": ["atlas"], "verbose": True}],
    "explain": [{}],
}
"""Calls of every read-only tool that use all of its arguments; the session is added."""


async def test_read_only_tools_change_no_file(lab: Lab) -> None:
    atlas, _ = await trio.to_thread.run_sync(account, lab, True)
    for there in (lab.local, atlas):
        there.sh("git init -q work && cd work && echo 1 >a && git add a && touch -d 2001-01-01 a")
        there.new_session("api", "cd work; echo hello; exec cat")
        there.write_status("api", status="working", cwd=str(there.home / "work"), session_id="one")
    assert set(READ_ONLY) == {name for name, verb in TOOLS.items() if verb.read_only}
    async with client(lab) as one:
        tools = {tool.name: tool for tool in (await one.list_tools()).tools}
        assert {name for name, tool in tools.items() if tool.annotations and tool.annotations.read_only_hint} == set(
            READ_ONLY
        )
        await call(one, "wait", addresses=["api", "atlas/api"], pattern="hello")
        before = await trio.to_thread.run_sync(contents, lab)
        for name, several in READ_ONLY.items():
            known = tools[name].input_schema["properties"]
            used = {key for arguments in several for key in arguments}
            assert known.keys() - used <= {"address", "addresses", "host", "socket", "target", "any", "all", "lines",
                                           "timeout", "status", "filter"}, name  # fmt: skip
            for arguments in several:
                for address in ("api", "atlas/api"):
                    session: dict[str, Any] = {"address": address} if "address" in known else {}
                    session = {"addresses": [address]} if "addresses" in known else session
                    failed, text, _ = await call(one, name, **arguments, **session)
                    assert not failed or name == "git", (name, arguments, text)
                    after = await trio.to_thread.run_sync(contents, lab)
                    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
                    assert changed == set(), (name, arguments)


# ---- one process, kept connections


def programs(lab: Lab) -> Counter[str]:
    """Count the programs that the server of a lab runs, by their names."""
    everyone = processes()
    servers = {one.pid for one in everyone if one.words.endswith("-m navi mcp") and one.mentions(lab.folder)}
    return Counter(one.name for one in everyone if one.parent in servers)


@HERE_AND_THERE
async def test_a_connection_is_kept_for_the_next_call(lab: Lab, far: bool) -> None:
    there, prefix = await trio.to_thread.run_sync(account, lab, far)
    there.new_session("api")
    async with client(lab) as one:
        for _ in range(3):
            assert not (await call(one, "capture", address=f"{prefix}api"))[0]
        assert programs(lab) == {"ssh" if far else "sh": 1}


async def test_calls_run_side_by_side_and_each_gets_its_own_output(lab: Lab) -> None:
    atlas, _ = await trio.to_thread.run_sync(account, lab, True)
    addresses = [f"{prefix}s{number}" for prefix in ("", "atlas/") for number in range(3)]
    for there in (lab.local, atlas):
        for number in range(3):
            there.new_session(f"s{number}", f"echo this is {there.name} s{number}; exec sleep 1000")
    found: list[tuple[str, str]] = []

    async def capture(one: ClientSession, address: str) -> None:
        failed, text, seen = await call(one, "capture", address=address)
        assert not failed, text
        # Several fish that start at once in a new home may print warnings first.
        found.append((seen["address"], "".join(line for line in seen["lines"] if "this is" in line)))

    async def never(one: ClientSession) -> None:
        failed, text, _ = await call(one, "wait", addresses=["s0"], pattern="never shown", timeout=30)
        raise AssertionError(f"it has ended: {failed}, {text}")

    async with client(lab) as one, trio.open_nursery() as nursery:
        for address in addresses:
            await call(one, "wait", addresses=[address], pattern="this is")
        nursery.start_soon(never, one)
        async with trio.open_nursery() as calls:
            for address in addresses * 5:
                calls.start_soon(capture, one, address)
        assert programs(lab)["ssh"] <= MOST_IDLE
        nursery.cancel_scope.cancel()
    names = {"": lab.local.name, "atlas/": atlas.name}
    wanted = [
        (f"{prefix}s{number}", f"this is {name} s{number}") for prefix, name in names.items() for number in range(3)
    ]
    assert sorted(found) == sorted(wanted * 5)


@HERE_AND_THERE
async def test_a_cancelled_call_ends_its_request_and_no_other(lab: Lab, far: bool) -> None:
    there, prefix = await trio.to_thread.run_sync(account, lab, far)
    there.new_session("api", "exec cat")
    kept: list[str] = []

    async def other(one: ClientSession) -> None:
        failed, text, _ = await call(one, "wait", addresses=[f"{prefix}api"], pattern="hello", timeout=50)
        assert not failed, text
        kept.append(text)

    async with client(lab) as one, trio.open_nursery() as nursery:
        await call(one, "capture", address=f"{prefix}api")
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as cancelled:
                for words in ({"pattern": "never"}, {"until": ["error"]}):
                    cancelled.start_soon(partial(call, one, "wait", addresses=[f"{prefix}api"], timeout=50, **words))
                nursery.start_soon(other, one)
                await until_async(lambda: programs(lab).total() >= 3, what="three requests are under way")
                scope.cancel()
        await until_async(lambda: programs(lab).total() <= 2, what="the connections of two are closed")
        assert not kept
        await call(one, "send", address=f"{prefix}api", text="hello")
    assert kept == ["hello"]


async def test_a_host_that_goes_and_comes_back(lab: Lab) -> None:
    atlas = await trio.to_thread.run_sync(lab.machine, "atlas")
    lab.remotes_yaml([atlas])
    atlas.new_session("api")
    async with client(lab) as one:
        assert not (await call(one, "capture", address="atlas/api"))[0]
        await trio.to_thread.run_sync(atlas.break_connections)
        await until_async(lambda: not programs(lab)["ssh"], what="the connection is lost")
        assert not (await call(one, "capture", address="atlas/api"))[0]
        await trio.to_thread.run_sync(atlas.stop)
        failed, text, _ = await call(one, "capture", address="atlas/api")
        assert failed, text
        assert "navi: " in text
        await trio.to_thread.run_sync(atlas.start)
        await until_async(lambda: not programs(lab)["ssh"], what="the connection is lost")
        failed, text, _ = await call(one, "capture", address="atlas/api")
        assert not failed, text


async def test_changes_of_the_configuration_are_noticed(lab: Lab) -> None:
    atlas = await trio.to_thread.run_sync(lab.machine, "atlas")
    atlas.new_session("api")
    async with client(lab) as one:
        assert "no host named `atlas`" in (await call(one, "capture", address="atlas/api"))[1]
        lab.remotes_yaml([atlas])
        assert not (await call(one, "capture", address="atlas/api"))[0]
        assert programs(lab)["ssh"] == 1
        path = lab.remotes_yaml([])
        assert "no host named `atlas`" in (await call(one, "capture", address="atlas/api"))[1]
        assert programs(lab)["ssh"] == 0, "nothing is kept of a host that is configured no more"
        (path.parent / "config.yaml").write_text("agents: 7\n")
        assert "config.yaml:1: " in (await call(one, "ls"))[1]


async def test_tools_know_no_arguments_that_need_a_terminal(lab: Lab) -> None:
    async with client(lab) as one:
        for name, arguments in (("new", {"name": "x", "attach": True}), ("send", {"address": "x", "stdin": True})):
            failed, text, _ = await call(one, name, **arguments)
            assert failed
            assert "has no argument" in text
        assert (await call(one, "ls"))[2]["sessions"] == []


# ---- arguments


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(texts, texts, texts, st.floats(0, 1e6))
def test_no_given_text_is_taken_for_an_option(text: str, pattern: str, directory: str, seconds: float) -> None:
    options = options_of(TOOLS["send"], {"address": "api", "text": text, "wait": pattern, "timeout": seconds})
    assert (options.address, options.text, options.wait) == ("api", text, pattern)
    options = options_of(TOOLS["new"], {"name": "x", "directory": directory})
    assert (options.name, options.directory) == ("x", directory)
