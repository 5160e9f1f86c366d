"""A host is the one that was named, also if its name begins as that of this machine does."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from navi.core.address import stored_host
from navi.headless.hub.api import respond
from navi.headless.hub.hub import MOST_AT_ONCE
from navi.headless.hub.wanted import Wanted
from navi.headless.refused import Refused
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from tests.headless.hub.test_hub import Played, world

NAMES = ["localhost", "localvm", "local2", "locallocal", "x-local"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_host_whose_name_begins_with_local_is_itself(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, relay=False) as here:
        hello = {"client_id": "r", "capabilities": {}, "hosts": ["", name]}
        await here.hub.connect_relay(Played(), hello)
        terminal = {"host": name, "claude_session_id": "c"}
        _, body = await respond(here.hub, "POST", "/api/sessions/live", terminal)
        row = await here.hub.writer.do(lambda store: store.needed(body["id"]))
        assert row.host == name
        _, again = await respond(here.hub, "POST", "/api/sessions/live", terminal)
        assert again["id"] == row.id, "its conversation is known there"
        spawn = {"prompt": "x", "host": name, "cwd": "/repo"}
        news = [(await respond(here.hub, "POST", "/api/sessions/spawn", spawn))[1]["new_folder"] for _ in range(2)]
        assert news == [True, False]
        for number in range(MOST_AT_ONCE):
            row = StoredSession(f"s{number}", "", "scripted", host=name)
            await here.hub.follow(await here.hub.writer.do(partial(Store.spawn, session=row)))
        with pytest.raises(Refused, match=f"agents run on {name} already"):
            await here.hub.spawn(Wanted("x", host=name))


def test_this_machine_has_no_name_in_the_store() -> None:
    assert [stored_host(one) for one in ("local", "", *NAMES)] == ["", "", *NAMES]
