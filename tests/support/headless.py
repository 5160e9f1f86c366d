"""Headless sessions as a relay will drive them: posts by number, one tail, and the state folded from the lines.

with here_or_there(lab, far=True) as (account, host), Driven(host, account, SCRIPTED) as agent:
    agent.start()
    agent.prompt("say hello")
    agent.until(lambda: agent.state.status is Status.WAITING)
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from navi.config.remote import Remote
from navi.headless.harness.base import AgentLaunch, Asked, Due, Event, GivenAnswer, Harness, Text
from navi.headless.state import BEGINNING, Began, State, after
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.hosts.exchange import local_endpoint
from navi.ops import OperationError
from navi.ops.headless import runs as headless
from navi.ops.headless.runs import Limits, RunId, Started
from navi.ops.headless.tail import InputsFed, LogLines, Position, RunEnded, tail
from tests.support.machines import Account, Lab
from tests.support.scripts import settings_of
from tests.support.waiting import until


@contextmanager
def here_or_there(lab: Lab, far: bool, shell: str = "bash") -> Iterator[tuple[Account, BlockingHost]]:
    """Have this machine or a remote, and the host that it is for navi."""
    host: BlockingHost
    account: Account = lab.local
    if far:
        machine = lab.machine("far", shell=shell)
        account = machine
        entry = {"connect_timeout": 5, **machine.remote()}
        host = BlockingOpenSSHHost(Remote(**entry), lab.environment())  # type: ignore[arg-type]
    else:
        host = BlockingHost(local_endpoint(settings_of(lab.local)), lab.environment())
    try:
        yield account, host
    finally:
        host.close()


def folder(account: Account, id: RunId) -> Path:
    """Return the folder of a run."""
    return account.sessions_dir / ".headless" / id.session / str(id.generation)


def process(account: Account, id: RunId, name: str = "pid") -> int:
    """Return the process of a run's agent, `runner` or `feeder`."""
    return int((folder(account, id) / name).read_text().split()[0])


class Driven:
    """One headless session. `events`, `state`, `lines` and `fed` are what its log has told so far."""

    def __init__(
        self,
        host: BlockingHost,
        account: Account,
        harness: Harness,
        launch: AgentLaunch | None = None,
        variables: Mapping[str, str] | None = None,
        session: str = "spawn_1",
    ) -> None:
        self.host = host
        self.account = account
        self.harness = harness
        self.launch = launch or AgentLaunch(str(account.home), str(uuid.uuid4()))
        self.id = RunId(session, 0)
        self.number = 0
        self.reopened = 0
        self._variables = {**harness.variables, **(variables or {})}
        self._follower: threading.Thread | None = None
        self._stop = threading.Event()
        self._reset()

    def _reset(self) -> None:
        self.events: list[Event] = []
        self.state: State = after(BEGINNING, Began(prompted=False))
        self.lines: list[bytes] = []
        self.offset = 0
        self.fed = 0
        self.ended: RunEnded | None = None
        self.memory = self.harness.codec.remember(self.launch)

    def __enter__(self) -> Driven:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        with suppress(HostError, OperationError):
            self.host.run(headless.end_run(self.id, 0))

    def start(self, resume: bool = False, limits: Limits = headless.USUAL_LIMITS) -> Started:
        """Start its agent as the next generation, follow it, and send the handshake."""
        self.leave()
        self.id = RunId(self.id.session, self.id.generation + 1)
        conversation = self.state.conversation or self.launch.conversation
        self.launch = self.launch._replace(resume=resume, conversation=conversation)
        self._reset()
        words = self.harness.command(self.launch)
        operation = headless.start_run(self.id, words, self.launch.cwd, self._variables, limits, self.number + 1)
        started = self.host.run(operation)
        self._stop = threading.Event()
        self._follower = threading.Thread(target=self._follow, args=(self._stop,), daemon=True)
        self._follower.start()
        self.post(*self.harness.codec.handshake(self.launch))
        return started

    def post(self, *lines: str) -> None:
        """Give it these lines, as the next inputs."""
        for line in lines:
            self.number += 1
            self.host.run(headless.post_input(self.id, self.number, line))

    @property
    def folder(self) -> Path:
        """The folder of its run."""
        return folder(self.account, self.id)

    def post_surely(self, line: str) -> None:
        """Give it a line, again and again until that is known to have worked."""
        self.number += 1

        def posted() -> bool:
            with suppress(HostError):
                self.host.run(headless.post_input(self.id, self.number, line))
                return True
            return False

        until(posted, timeout=60, what=f"input {self.number} is there", interval=0.05)

    def prompt(self, text: str) -> str:
        """Send a prompt; return its uuid."""
        id = str(uuid.uuid4())
        self.post(self.harness.codec.prompt(self.memory, id, text))
        return id

    def answer(self, answer: GivenAnswer, asked: Asked | None = None) -> None:
        """Answer what it asks, or asks first."""
        self.post(self.harness.codec.answer(asked or self.state.questions[0], answer))

    def interrupt(self) -> None:
        """Interrupt the turn."""
        self.post(*self.harness.codec.interrupt(self.memory, f"interrupt-{self.number}", self.state.questions))

    def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until something holds. Raise AssertionError with what has happened if it never does."""
        try:
            until(condition, timeout=120, interval=0.02)
        except AssertionError:
            errors = self.host.run(headless.read_agent_errors(self.id))
            seen = f"{what}: {self.state}; {self.ended}; errors {errors}; last {self.lines[-5:]}"
            raise AssertionError(seen) from None

    def texts(self) -> list[str]:
        """Return what the agent said."""
        return [event.text for event in self.events if isinstance(event, Text) and event.who == "agent"]

    def of(self, kind: type[Event]) -> list[Event]:
        """Return the events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    # ---- following

    def _follow(self, stop: threading.Event) -> None:
        """Follow the log until the agent has ended; begin again where it was every few seconds, and after each loss."""
        while not (self.ended or stop.is_set()):
            with suppress(HostError):
                stream = tail([Position(self.id, self.offset)])
                for news in self.host.follow(stream, time.monotonic() + 4):
                    for one in news:
                        self._take(one)
                    if self.ended or stop.is_set():
                        return
            self.reopened += 1

    def leave(self) -> None:
        """Follow it no more."""
        self._stop.set()
        if self._follower:
            self._follower.join(30)

    def _take(self, news: object) -> None:
        if isinstance(news, LogLines):
            assert news.offset == self.offset
            self.offset = news.end
            for line in news.data.split(b"\n")[:-1]:
                self._line(line)
        elif isinstance(news, InputsFed):
            self.fed = news.number
        elif isinstance(news, RunEnded):
            self.ended = news

    def _line(self, line: bytes) -> None:
        self.lines.append(line)
        self.memory, events = self.harness.codec.read(self.memory, line)
        for event in events:
            self.events.append(event)
            self.state = after(self.state, event)
            if isinstance(event, Due):
                self.post(event.line)
