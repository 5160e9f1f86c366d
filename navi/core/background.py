"""Judging the sessions that agents run in the background, from the files that the agents write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from navi.core.agents import AgentKind
from navi.core.evidence import of_state_file
from navi.core.model import AgentProcess, BackgroundAgent, Evidence, Session, Source, Status
from navi.core.statuses import ASKING
from navi.core.text import clean

LONGEST_TEXT = 300
"""Characters of a text from a job's file."""

STARTING = "starting\u2026"
"""What a job's file says until the first turn has ended."""

NEEDS: Mapping[str, tuple[str, str]] = {
    "approve Bash: ": ("permission", "wants to run "),
    "approve ": ("permission", "wants to use "),
    "answer: ": ("waiting", ""),
}
"""By the beginning of a job's `needs`: the status, and the words that replace it in the message, as hooks write it."""


class _Job(NamedTuple):
    """What a job's file says, cleaned. `named` tells whether its user chose the name."""

    state: str
    needs: str
    detail: str
    intent: str
    name: str
    named: bool
    cwd: str


def background_sessions(host: str, found: Iterable[BackgroundAgent], kinds: Iterable[AgentKind]) -> Iterator[Session]:
    """Yield the sessions of a host that known agents run without a terminal.

    A session has the name that its user chose, or else the agent's id.
    """
    known = {kind.name: kind for kind in kinds if kind.background}
    for one in found:
        if one.kind in known:
            yield _session(host, one, known[one.kind])


def _session(host: str, one: BackgroundAgent, kind: AgentKind) -> Session:
    job = _read(one.job)
    status, message = _judge(one, job, kind)
    name = job.name if job.named and job.name and "/" not in job.name else one.id
    cwd = job.cwd or _text(one.file.get("cwd"))
    return Session(host, name, status, message=message, cwd=cwd, agent=kind.name, background=one)


def _read(job: Mapping[str, object]) -> _Job:
    texts = {name: _text(job.get(name)) for name in ("state", "needs", "detail", "intent", "name", "cwd")}
    return _Job(**texts, named=job.get("nameSource") == "user")


def _text(value: object) -> str:
    return " ".join(clean(value[:LONGEST_TEXT]).split()) if isinstance(value, str) else ""


def _judge(one: BackgroundAgent, job: _Job, kind: AgentKind) -> tuple[Status, str]:
    """Return the status and the message: what it needs, its last answer, or else its task."""
    where = f"{kind.name} in the background, {one.id}"
    state = of_state_file(kind.state, AgentProcess(kind.name, one.process, file=one.file), where)
    found = _of_job(job, state, where)
    decided = next((piece for piece in (found, state) if piece.word), _starting(one, where))
    pieces = [decided, *(piece for piece in (found, state) if piece is not decided and piece.text)]
    evidence = tuple(piece._replace(decided=piece is decided) for piece in pieces)
    status = Status(decided.word, decided.source, state.since, decided.text, evidence=evidence)
    return status, decided.message or _last_words(job, decided.word)


def _last_words(job: _Job, word: str) -> str:
    detail = "" if job.detail == STARTING else job.detail
    return job.intent if word == "working" else detail or job.intent


def _of_job(job: _Job, state: Evidence, where: str) -> Evidence:
    """Return what the job's file adds to the state: what it asks, and how its turn ended."""
    if state.word in ASKING:
        if not job.needs:
            return Evidence(Source.STATE, "", None, "", where=where)
        begin = next((begin for begin in NEEDS if job.needs.startswith(begin)), "")
        word, words = NEEDS.get(begin, (state.word, ""))
        message = words + job.needs.removeprefix(begin)
        return Evidence(Source.STATE, word, state.since, "its job says what it needs", message, where)
    if state.word != "idle":
        return Evidence(Source.STATE, "", None, f"its job is {job.state}" if job.state else "", where=where)
    word, text = ("error", "its job has failed") if job.state == "failed" else ("done", "it has finished its turn")
    return Evidence(Source.STATE, word, state.since, text, where=where)


def _starting(one: BackgroundAgent, where: str) -> Evidence:
    """Return the status of a session whose state file has none yet."""
    return Evidence(Source.PROCESS, "working", None, f"process {one.process} is starting", where=where)
