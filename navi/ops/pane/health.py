"""What the process of one pane does (script pane/health)."""

from collections.abc import Mapping
from typing import NamedTuple

from navi.core.address import Named
from navi.core.registry import Health
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError, Record, read_records
from navi.ops.pane.find import pane_arguments, read_ending


class PaneHealth(NamedTuple):
    """The health of a pane, and the reason. `lacks` says what does not exist: server, session or pane.

    `socket` and `target` are those of its entry in the registry, if it was found by that.
    """

    health: Health
    reason: str
    lacks: str = ""
    process: int | None = None
    socket: str = ""
    target: str = ""


LACKING = {
    "server": (Health.SERVER_NOT_RUNNING, "no tmux server runs on its socket"),
    "session": (Health.MISSING, "tmux has no such session"),
    "pane": (Health.MISSING, "its pane is gone"),
}


def health_of(pane: Named, touch: bool) -> Operation[PaneHealth]:
    """Return the operation that asks what the process of a pane does; with `touch` the registry notes that the session
    is used.

    Raise OperationError with status 66 if a name must be registered and is not, and with another one if tmux does not
    answer.
    """
    arguments = (*pane_arguments(pane), "yes" if touch else "")
    return Operation("health", link("pane/health"), arguments, _read_health, time_limit=30, reads=True)


def _read_health(answer: Answer) -> PaneHealth:
    records = {record.kind: record for record in read_records(answer)}
    found = _judge(records)
    socket, target = (records[kind].rest if kind in records else "" for kind in ("socket", "target"))
    return found._replace(socket=socket, target=target)


def _judge(records: Mapping[str, Record]) -> PaneHealth:
    lacks = records["missing"].rest if "missing" in records else ""
    if lacks in LACKING:
        return PaneHealth(*LACKING[lacks], lacks)
    pane = records["pane"].fields() if "pane" in records else {}
    process = pane.get("process", "")
    if not process.isdigit():
        raise OperationError(f"the host's answer is malformed: {clean(str(pane))}"[:200])
    if pane.get("dead") == "1":
        return PaneHealth(Health.DEAD, read_ending(pane.get("ending", "")))
    if pane.get("gone") == "1":
        return PaneHealth(Health.ZOMBIE, f"its process {process} does not run", process=int(process))
    return PaneHealth(Health.HEALTHY, f"its process {process} runs", process=int(process))
