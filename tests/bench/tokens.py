"""tokens: the time to count the tokens of a transcript of 10 MB, and to find nothing new in it. The floor is the time
to read the file.
"""

from __future__ import annotations

from pathlib import Path

import trio

from navi.config.remote import SESSIONS_DIR
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings
from navi.ops.hooks.tokens import tokens
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.bench.request import timed
from tests.support.machines import Account
from tests.support.transcripts import append, message, result, transcript


async def measure(run: Run) -> list[Row]:
    """Return the rows of the first count and of later ones, with nothing new and with one more message."""
    async with run.turn:
        with laboratory() as lab:
            path = _conversation(lab.local)
            state = lab.local.sessions_dir / ".navi" / "tokens.one"
            host = LocalHost(HostSettings(SESSIONS_DIR, False), lab.environment())
            await host.open()

            async def count() -> None:
                assert not (await host.run(tokens("one"))).partial

            async def anew() -> None:
                state.unlink(missing_ok=True)
                await count()

            async def more() -> None:
                append(path, message("msg_more"))
                await count()

            async def read() -> None:
                await trio.run_process(("sh", "-c", 'cat "$1" >/dev/null', "read", str(path)))

            often, seldom = run.pick(100, 20), run.pick(10, 3)
            floor = await timed(read, seldom)
            first = await timed(anew, seldom)
            nothing = await timed(count, often)
            one = await timed(more, often)
            await host.close()
    return [
        Row("tokens: a transcript of 10 MB, first", "ms", first, floor, {"median": 2000}),
        Row("tokens: the same, nothing new", "ms", nothing, (), {"median": 50}),
        Row("tokens: the same, one message more", "ms", one, (), {"median": 50}),
    ]


def _conversation(account: Account) -> Path:
    """Write a transcript like that of a long conversation: a third of it is the agent's text, the rest are results."""
    said = "def f(x):\n    return x\n" * 60
    lines = [
        line
        for number in range(1400)
        for line in (message(f"msg_{number}", 2, 1, text=said), message(f"msg_{number}"), result(said * 2))
    ]
    return transcript(account, "one", lines)
