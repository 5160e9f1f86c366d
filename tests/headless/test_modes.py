"""The permission mode of an agent, changed while it runs: stored first, queued, taken up or refused, kept on resume."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from navi.core.agents import AGENTS, CLAUDE, AgentKind
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import AgentLaunch, Due, Mode, Replied, mode_key, mode_of
from navi.headless.harness.base import SessionNamed as OfAgent
from navi.headless.hub.api import respond
from navi.headless.hub.wanted import Wanted
from navi.headless.modes import request_id, stays_behind, wanted_mode
from navi.headless.refused import Refused
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.ops.session.resume import kind_named
from tests.headless.hub.test_hub import READY, TEXT, World, settled, world

INITIALIZED = {"jsonrpc": "2.0", "id": "navi-initialize", "result": {"agentCapabilities": {"loadSession": True}}}
MODES = {"currentModeId": "default", "availableModes": [{"id": "default"}, {"id": "yolo"}, {"id": ""}, 7]}
OPENED = {"jsonrpc": "2.0", "id": "navi-new", "result": {"sessionId": "A", "modes": MODES}}


def agrees(uuid: str) -> dict[str, Any]:
    """Return Claude's line that says that it has the mode of a request."""
    return {"type": "control_response", "response": {"subtype": "success", "request_id": uuid}}


def refuses(uuid: str, why: str = "bypass is not available") -> dict[str, Any]:
    """Return Claude's line that refuses the mode of a request."""
    return {"type": "control_response", "response": {"subtype": "error", "request_id": uuid, "error": why}}


async def ask(here: World, row: StoredSession, mode: str, uuid: str = "u1") -> str:
    """Ask for a mode as a client does; return the id of the request."""
    await here.hub.command(await here.client(), row.id, {"type": "set_mode", "mode": mode, "uuid": uuid})
    return mode_key(mode, uuid)


def stored(path: Path, row: StoredSession) -> StoredSession:
    """Return the row as another process reads it."""
    store = Store(path / "navi.db")
    found = store.needed(row.id)
    store.close()
    return found


def inputs(path: Path, row: StoredSession) -> dict[str, str]:
    """Return the states of the requests for modes, by mode."""
    store = Store(path / "navi.db")
    found = {one.body: one.state for one in store.inputs(row.id) if one.kind == "mode"}
    store.close()
    return found


async def test_a_mode_is_stored_sent_and_taken_up(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        phone = await here.follow(row)
        key = await ask(here, row, "plan")
        assert inputs(tmp_path, row) == {"plan": "queued"}, "it is stored before it is acknowledged"
        sent = here.relay.take("send_input")[-1]
        wanted = {"subtype": "set_permission_mode", "mode": "plan"}
        assert json.loads(sent["line"]) == {"type": "control_request", "request_id": key, "request": wanted}
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": sent["seq"]})
        await here.prints(row, agrees(key))
        await settled(phone, "session_updated")
        states = [one for one in phone.sent if one["type"] == "input" and one["uuid"] == key]
        assert [one["state"] for one in states] == ["queued", "handed", "taken"]
        assert (states[0]["kind"], states[0]["content"], states[0]["by"]) == ("mode", "plan", "laptop")
        assert (await settled(phone, "session_updated"))[-1]["permission_mode"] == "plan"
        assert (stored(tmp_path, row).permission_mode, inputs(tmp_path, row)) == ("plan", {"plan": "taken"})


async def test_a_request_that_comes_twice_is_one(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        for _ in range(2):
            await ask(here, row, "plan")
        found = await here.hub.writer.do(lambda store: (store.inputs(row.id), store.audit(row.id)))
        assert [one.kind for one in found[0]] == ["line", "user", "mode"]
        assert [one.what for one in found[1]] == ["spawned", "asked for the permission mode"]


async def test_what_the_agent_refuses_changes_nothing_and_is_reported(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", permission_mode="plan"))
        await here.prints(row, READY)
        phone = await here.follow(row)
        key = await ask(here, row, "bypassPermissions")
        await here.prints(row, refuses(key))
        refused = (await settled(phone, "input", 2))[-1]
        assert (refused["state"], refused["error"], refused["content"]) == (
            "expired", "bypass is not available", "bypassPermissions"
        )  # fmt: skip
        assert stored(tmp_path, row).permission_mode == "plan"
        _, info = await respond(here.hub, "GET", f"/api/sessions/{row.id}/info", {})
        assert info["mode_refused"] == "bypassPermissions: bypass is not available"
        entries = await here.hub.writer.do(lambda store: store.audit(row.id))
        assert (entries[-1].who, entries[-1].what) == ("agent", "refused the permission mode")
        await here.prints(row, agrees(await ask(here, row, "default", "u2")))
        _, info = await respond(here.hub, "GET", f"/api/sessions/{row.id}/info", {})
        assert (info["mode_refused"], info["permission_mode"]) == ("", "default")


WRONG = [
    ("claude-code", "plna", "there is no permission mode plna; claude-code has default, acceptEdits, plan"),
    ("claude-code", "", "1 to 200 letters"),
    ("claude-code", "a b", "1 to 200 letters"),
    ("claude-code", "x\n", "1 to 200 letters"),
    ("scripted", "plan", "scripted has no permission modes"),
]


@pytest.mark.parametrize(("harness", "mode", "words"), WRONG)
async def test_what_an_agent_does_not_have_is_refused_at_once(
    tmp_path: Path, harness: str, mode: str, words: str
) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness=harness))
        with pytest.raises(Refused, match=words):
            await ask(here, row, mode)
        assert inputs(tmp_path, row) == {}
        status, body = await respond(here.hub, "POST", f"/api/sessions/{row.id}/mode", {"mode": mode})
        assert (status, words in body["error"]) == (409, True)


async def test_a_mode_waits_for_the_handshake_and_for_the_relay(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await ask(here, row, "plan")
        assert "set_permission_mode" not in str(here.relay.sent)
        here.relay.sent.clear()
        await here.prints(row, READY)
        lines = [json.loads(one["line"])["type"] for one in here.relay.take("send_input")]
        assert lines == ["control_request", "user", "control_request"], "the handshake, and then as it was asked for"
        here.hub.lose_relay(here.relay)
        wanted = {"mode": "default", "uuid": "u2"}
        status, body = await respond(here.hub, "POST", f"/api/sessions/{row.id}/mode", wanted)
        assert (status, body["state"]) == (201, "queued")
        await here.connect()
        assert '"mode":"default"' in here.relay.take("send_input")[-1]["line"]


async def test_a_mode_that_the_agent_never_heard_of_is_that_of_the_next_run(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", permission_mode="default"))
        await here.prints(row, READY, TEXT)
        await ask(here, row, "plan")
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 137})
        with pytest.raises(Refused, match="its agent has ended"):
            await ask(here, row, "acceptEdits", "u2")
        here.relay.sent.clear()
        again = await here.hub.resume(row.id)
        assert "--permission-mode plan" in " ".join(here.relay.take("start_session")[0]["words"])
        await here.prints(again, READY)
        assert "set_permission_mode" not in str(here.relay.sent), "the request itself was for the run before"
        assert (again.permission_mode, inputs(tmp_path, row)) == ("plan", {"plan": "expired"})


async def test_a_hub_that_starts_again_knows_the_mode_and_what_was_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, agrees(mode_key("plan", "u1")), refuses(mode_key("auto", "u2"), "no"))
    async with world(tmp_path) as here:
        _, info = await respond(here.hub, "GET", f"/api/sessions/{row.id}/info", {})
        assert (info["permission_mode"], info["mode_refused"]) == ("plan", "auto: no")
        assert "plan" in info["modes"]


async def test_the_mode_of_a_launch_is_asked_for_before_the_prompt(tmp_path: Path) -> None:
    """The Agent Client Protocol has no option for it."""
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("first prompt", harness="gemini", permission_mode="yolo"))
        await here.prints(row, INITIALIZED)
        here.relay.sent.clear()
        await here.prints(row, OPENED)
        lines = [json.loads(one["line"]) for one in here.relay.take("send_input")]
        assert [one["method"] for one in lines] == ["initialize", "session/new", "session/set_mode", "session/prompt"]
        assert lines[2]["params"] == {"sessionId": "A", "modeId": "yolo"}
        await here.prints(row, {"jsonrpc": "2.0", "id": lines[2]["id"], "result": {}})
        _, info = await respond(here.hub, "GET", f"/api/sessions/{row.id}/info", {})
        assert (info["permission_mode"], info["modes"]) == ("yolo", ["default", "yolo"])


@pytest.mark.parametrize("first", [[], ["mode"], ["user"], ["mode", "user"], ["user", "mode", "mode"]])
async def test_an_agent_begins_whatever_people_wrote_before(tmp_path: Path, first: list[str]) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("", harness="gemini"))
        for number, kind in enumerate(first):
            if kind == "mode":
                await ask(here, row, "yolo", f"m{number}")
            else:
                await here.hub.command(await here.client(), row.id, {"type": "user_message", "content": "go on"})
        await here.prints(row, INITIALIZED)
        assert [one["seq"] for one in here.relay.take("send_input") if "session/new" in one["line"]][:1] == [2]
        await here.prints(row, OPENED)
        sent = {one["seq"]: one["line"] for one in here.relay.take("send_input")}
        words = {"mode": "session/set_mode", "user": "session/prompt"}
        assert [words[kind] in sent[number] for number, kind in enumerate(first, 3)] == [True] * len(first)


async def test_an_agent_without_modes_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini", permission_mode="yolo"))
        await here.prints(row, INITIALIZED)
        await here.prints(row, {"jsonrpc": "2.0", "id": "navi-new", "result": {"sessionId": "A"}})
        _, info = await respond(here.hub, "GET", f"/api/sessions/{row.id}/info", {})
        assert (info["permission_mode"], info["mode_refused"]) == ("", "yolo: it has no permission modes")


def test_the_modes_of_the_protocol_are_read_and_set() -> None:
    codec = HARNESSES["gemini"].codec
    memory, events = codec.read(codec.remember(AgentLaunch("/w")), json.dumps(OPENED).encode())
    assert OfAgent("A", mode="default", modes=("default", "yolo")) in events
    line = codec.set_mode(memory, mode_key("yolo", "u1"), "yolo")
    assert json.loads(line) == {
        "jsonrpc": "2.0", "id": "navi-mode:u1:yolo", "method": "session/set_mode",
        "params": {"sessionId": "A", "modeId": "yolo"},
    }  # fmt: skip
    error = {"jsonrpc": "2.0", "id": "navi-mode:u1:yolo", "error": {"code": -32601, "message": "Method not found"}}
    assert codec.read(memory, json.dumps(error).encode())[1] == (Replied("navi-mode:u1:yolo", "Method not found"),)


def test_newer_agents_have_an_option_in_place_of_modes() -> None:
    codec = HARNESSES["opencode"].codec
    choices = [{"value": "build"}, {"group": "more", "options": [{"value": "plan"}, 7]}, {"name": "none"}]
    mode = {"id": "m1", "category": "mode", "type": "select", "currentValue": "build", "options": choices}
    model = {"id": "m2", "category": "model", "type": "select", "currentValue": "big", "options": []}
    options = [7, {"category": "mode", "type": "boolean"}, model, mode]
    opened = {"jsonrpc": "2.0", "id": "navi-new", "result": {"sessionId": "A", "configOptions": options}}
    memory, events = codec.read(codec.remember(AgentLaunch("/w", mode="plan")), json.dumps(opened).encode())
    assert OfAgent("A", "big", "build", modes=("build", "plan")) in events
    line = codec.set_mode(memory, mode_key("plan", "launch"), "plan")
    assert json.loads(line)["method"] == "session/set_config_option"
    assert json.loads(line)["params"] == {"sessionId": "A", "configId": "m1", "value": "plan"}
    assert [one.line for one in events if isinstance(one, Due)] == [line]
    changed = [{**mode, "currentValue": "plan"}]
    update = {"sessionUpdate": "config_option_update", "configOptions": changed}
    message = {"jsonrpc": "2.0", "method": "session/update", "params": {"sessionId": "A", "update": update}}
    assert codec.read(memory, json.dumps(message).encode())[1] == (Mode("plan"),)


@pytest.mark.parametrize(
    ("mode", "id"), [("plan", "u1"), ("https://a.example/modes#agent", "u1"), ("a:b", "u1"), ("plan", "not: plain")]
)
def test_a_request_says_which_mode_it_asks_for(mode: str, id: str) -> None:
    assert mode_of(request_id(mode, id)) == mode


def test_other_requests_ask_for_no_mode() -> None:
    assert [mode_of(one) for one in ("navi-handshake", "u1:plan", "navi-mode:", "navi-mode:u1:")] == [""] * 4


# ---- in a terminal

STAYS = "its permission mode {} stays behind: claude has no option for it in a terminal"

IN_A_TERMINAL = [
    ("claude-code", "plan", "--permission-mode plan", ""),
    ("claude-code", "bypassPermissions", "--permission-mode bypassPermissions", ""),
    ("claude-code", "", "", ""),
    ("claude-code", "of-a-newer-version", "", STAYS.format("of-a-newer-version")),
    ("claude-code", "plan; touch x", "", STAYS.format("plan; touch x")),
    ("claude-code", "plan\x1b[31m", "", STAYS.format("plan")),
    ("gemini", "yolo", "", ""),
    ("scripted", "plan", "", ""),
]
"""By an agent and its mode: the options of its command line in a terminal, and what is said. Agents that go on in no
terminal are not spoken of.
"""


@pytest.mark.parametrize(("harness", "mode", "options", "words"), IN_A_TERMINAL)
def test_what_gives_an_agent_its_mode_in_a_terminal(harness: str, mode: str, options: str, words: str) -> None:
    kind = kind_named(HARNESSES[harness].kind, AGENTS)
    assert (kind.options_of(mode) if kind else "") == options
    assert stays_behind(HARNESSES[harness], mode, "") == words


MODEL_STAYS = "its model {} stays behind: claude can't be given that name on a command line"

MODELS = [
    ("claude-code", "opus", "--model 'opus'", ""),
    ("claude-code", "claude-opus-4-8[1m]", "--model 'claude-opus-4-8[1m]'", ""),
    ("claude-code", "eu.anthropic.claude-3:0", "--model 'eu.anthropic.claude-3:0'", ""),
    ("claude-code", "claude-opus-4@20250514", "--model 'claude-opus-4@20250514'", ""),
    ("claude-code", "", "", ""),
    ("claude-code", "--verbose", "", MODEL_STAYS.format("--verbose")),
    ("claude-code", "x'; touch y; '", "", MODEL_STAYS.format("x'; touch y; '")),
    ("claude-code", "<synthetic>", "", MODEL_STAYS.format("<synthetic>")),
    ("claude-code", "x" * 201, "", MODEL_STAYS.format("x" * 201)),
    ("gemini", "pro", "", ""),
]


@pytest.mark.parametrize(("harness", "model", "option", "words"), MODELS)
def test_what_gives_an_agent_its_model_in_a_terminal(harness: str, model: str, option: str, words: str) -> None:
    kind = kind_named(HARNESSES[harness].kind, AGENTS)
    assert (kind.option_of_model(model) if kind else "") == option
    assert stays_behind(HARNESSES[harness], "", model) == words


def test_all_that_stays_behind_is_reported() -> None:
    words = f"{STAYS.format('odd')}; {MODEL_STAYS.format('<m>')}"
    assert stays_behind(HARNESSES["claude-code"], "odd", "<m>") == words
    assert [one.option_of_model("opus") for one in (CLAUDE, AgentKind("other", ("other",)))] == ["--model 'opus'", ""]
    assert CLAUDE.option_of_model("opus\n") == ""


def test_every_mode_of_claude_code_goes_into_a_terminal() -> None:
    assert [one for one in HARNESSES["claude-code"].modes if not CLAUDE.options_of(one)] == []


WANTED = [
    ([], "default"),
    ([("mode", "plan", "taken"), ("mode", "auto", "expired"), ("user", "dontAsk", "queued")], "default"),
    ([("mode", "plan", "queued"), ("mode", "auto", "handed")], "auto"),
]


@pytest.mark.parametrize(("inputs", "mode"), WANTED)
def test_the_mode_that_somebody_wanted_last(inputs: list[tuple[str, str, str]], mode: str) -> None:
    found = [dict(zip(("kind", "body", "state"), one, strict=True)) for one in inputs]
    assert wanted_mode({"permission_mode": "default", "inputs": found}) == mode


async def test_the_hub_says_which_mode_stays_behind(tmp_path: Path) -> None:
    async with world(tmp_path) as here:

        async def opens(row: StoredSession) -> str:
            await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
            await here.hub.open_in_terminal(row.id, "api")
            return ""

        here.hub.opener = opens
        both = f"{STAYS.format('odd')}; {MODEL_STAYS.format('a b')}"
        for mode, model, note in (("plan", "opus", ""), ("odd", "", STAYS.format("odd")), ("odd", "a b", both)):
            row = await here.hub.spawn(Wanted("x", permission_mode=mode, model=model))
            await here.prints(row, READY)
            status, body = await respond(here.hub, "POST", f"/api/sessions/{row.id}/open", {})
            assert (status, body["address"], body["note"]) == (200, "api", note)
