"""One hostile lifecycle: a session is created, changed by everybody at once, and ended. A seed decides the steps."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Sequence

from tests.bench.chaos_oracle import FALSE, LOST, RESURRECTED, Counts, Judge, Machine, Result, Subject, kill_group

FLAVOURS = ("plain-", "two words ", "it's-", 'quo"te-', "ünïcode-", "semi;-", "$(touch pwned)-", "100%-")

DECISIVE = {"PermissionRequest": "permission", "UserPromptSubmit": "working", "Stop": "done"}
"""Events, and the status that each gives."""

UNSURE = (69, 75)
"""Exit statuses of a verb that could not find out: it claims nothing."""

ABSENT = re.compile("no session|has ended|not registered")


class Lifecycle:
    """A session's life. The same seed and number give the same plan."""

    def __init__(self, machines: Sequence[Machine], counts: Counts, seed: int, number: int, allowed: float) -> None:
        self._dice = random.Random(f"{seed}.{number}")
        machine = self._dice.choice(machines)
        self._flavour = self._dice.choice(FLAVOURS)
        self._number = number
        self.subject = Subject(machine, f"{self._flavour}{number}", self._socket(machine))
        self.subject.names.append(self.subject.name)
        where = f"seed {seed}, lifecycle {number}, {machine.account.name}, {self.subject.socket or 'default server'}"
        self._judge = Judge(counts, where, allowed)

    def _socket(self, machine: Machine) -> str:
        """Return the socket of a tmux server of its own, where tmux has its sockets or anywhere; "" is the default."""
        folder = self._dice.choice([None, None, None, machine.sockets, machine.account.home])
        return str(folder / f"own-{self._number}") if folder else ""

    def run(self) -> None:
        """Live from the beginning to the end."""
        create, end = self._pick(CREATE), self._pick(END)
        if create(self):
            for _ in range(self._dice.randrange(1, 5)):
                self._pick(CHANGE)(self)
                if not self.subject.lives():
                    self._judge.report(LOST, "the session is gone")
                    return
            end(self)

    def _pick(self, steps: Sequence[Step]) -> Step:
        return self._dice.choice(steps)

    # ---- creating

    def create(self) -> bool:
        """Create it by a verb."""
        result = self._navi("new", self.subject.name, *self._host(), *self._server(), "--command", "exec cat", "--json")
        self.subject.registered = result.status == 0 and bool(json.loads(result.output)["registered"])
        return self._created(result)

    def _created(self, result: Result) -> bool:
        there = self.subject.adopt()
        if result.status == 0 and not there:
            self._judge.report(FALSE, f"not created, but: {result.words}")
        if result.status not in (0, *UNSURE) and there:
            self._judge.report(FALSE, f"created, but: {result.words}")
        return there and self._judge.settles(LOST, self._unregistered)

    def create_killed(self) -> bool:
        """Begin to create it by a verb, and kill the verb."""
        words = ("new", self.subject.name, *self._host(), *self._server(), "--command", "exec cat")
        self._killed(words)
        return self._stays(self.subject.adopt)

    def create_outside(self) -> bool:
        """Create it by tmux itself."""
        self._judge.took("tmux new-session")
        self.subject.known = not self.subject.socket.startswith(f"{self.subject.machine.account.home}/")
        self.subject.machine.tmux(self.subject.socket, "new-session", "-d", "-s", self.subject.name, "exec cat")
        return self.subject.adopt()

    # ---- changing

    def events(self) -> None:
        """Let hooks run, several at once, of which some are killed; the last one decides."""
        self._crowd(self._dice.randrange(0, 5), self._dice.random() < 0.5)
        self._decide()

    def _crowd(self, number: int, deadly: bool) -> None:
        """Run hooks at once. Whichever ends by itself has counted; a killed one may have."""
        self._judge.took("hooks at once", str(number))
        self.subject.possible += number
        hooks = [self.subject.hook("PostToolUse") for _ in range(number)]
        for one in hooks:
            if deadly and self._dice.random() < 0.5:
                time.sleep(self._dice.random() * 0.03)
                self._judge.took("hook killed" if one.poll() is None else "hook ended")
                kill_group(one)
        self.subject.counted += sum(one.wait() == 0 for one in hooks)
        if number:
            self.subject.statuses |= {"working"}

    def _decide(self) -> None:
        """Run one more hook alone; its status must be there soon, and every event counted."""
        event, status = self._dice.choice(list(DECISIVE.items()))
        self._judge.took("hook", event)
        self.subject.hook(event).wait()
        self.subject.statuses = frozenset([status])
        self.subject.known = True
        self._keeps()

    def rename(self) -> None:
        """Rename it by a verb, beside hooks."""
        before, wanted = self.subject.name, self._other_name()
        verb = self.subject.machine.navi("rename", self.subject.address, wanted)
        if self._dice.random() < 0.5:
            self._crowd(2, deadly=False)
        result = self._result(verb, "rename")
        self._renamed(result, before, wanted)
        self._decide()

    def _renamed(self, result: Result, before: str, wanted: str) -> None:
        if not self.subject.lives():
            return
        if result.status == 0 and self.subject.name != wanted:
            self._judge.report(FALSE, f"its name is {self.subject.name!r}, but: {result.words}")
        if result.status not in (0, *UNSURE) and self.subject.name != before:
            self._judge.report(FALSE, f"its name is {self.subject.name!r}, but: {result.words}")
        self._absent(result)
        self._judge.settles(LOST, self._unregistered)
        self._judge.settles(LOST, lambda: self._left_behind(before))

    def rename_killed(self) -> None:
        """Begin to rename it by a verb, and kill the verb."""
        before = self.subject.name
        self._killed(("rename", self.subject.address, self._other_name()))
        self._stays(self.subject.lives)
        self._navi("dismiss", f"{self.subject.machine.prefix}nobody")  # a look leaves the registry to such a verb
        self._judge.settles(LOST, self._unregistered)
        self._judge.settles(LOST, lambda: self._left_behind(before))
        self._decide()

    def rename_outside(self) -> None:
        """Rename it by tmux itself."""
        self._judge.took("tmux rename-session")
        before = self.subject.name
        self.subject.machine.tmux(self.subject.socket, "rename-session", "-t", self.subject.id, self._other_name())
        self.subject.lives()
        self.subject.registered = False
        self._keeps()
        self._judge.settles(RESURRECTED, lambda: self._left_behind(before))
        self._decide()

    def dismiss(self) -> None:
        """Acknowledge it by a verb."""
        self._decide()
        result = self._navi("dismiss", self.subject.address)
        found = self.subject.file() or {}
        if result.status == 0 and (found.get("status"), found.get("message")) != ("working", ""):
            self._judge.report(FALSE, f"the status file has {found.get('status')}, but: {result.words}")
        self._absent(result)
        self.subject.statuses = frozenset([found["status"]] if found else [])

    def list(self) -> None:
        """List sessions; this one must be there."""
        result = self._navi("ls", *(self._host() or ("--host", "local")), "--json")
        sessions = json.loads(result.output)["sessions"] if result.status == 0 else []
        mine = [one for one in sessions if one["address"] == self.subject.address and one["status"] != "offline"]
        if result.status == 0 and self.subject.known and not mine:
            self._judge.report(FALSE, f"not in the list of {len(sessions)} sessions")

    def respawn(self) -> None:
        """Start the program in its pane again, by tmux itself."""
        self._judge.took("tmux respawn-pane")
        self.subject.machine.tmux(self.subject.socket, "respawn-pane", "-k", "-t", self.subject.pane, "exec cat")
        self._decide()

    # ---- ending

    def kill(self) -> None:
        """Kill it by a verb, beside hooks; perhaps restore it, and kill it again."""
        verb = self.subject.machine.navi("kill", self.subject.address)
        if self._dice.random() < 0.5:
            self._crowd(2, deadly=False)
        result = self._result(verb, "kill")
        self._ended(result)
        if result.status == 0 and self._dice.random() < 0.4:
            self._undo()

    def kill_twice(self) -> None:
        """Kill it by two verbs at once."""
        verbs = [self.subject.machine.navi("kill", self.subject.address) for _ in range(2)]
        result = [self._result(verb, "kill at once") for verb in verbs]
        if self.subject.known and all(one.status not in (0, *UNSURE) for one in result):
            self._judge.report(FALSE, f"nobody killed it: {result[0].words}; {result[1].words}")
        self._ended(result[0] if result[0].status == 0 else result[1])

    def _ended(self, result: Result) -> None:
        lives = self.subject.lives()
        if result.status == 0 and lives:
            self._judge.report(FALSE, f"it lives, but: {result.words}")
        self._absent(result)
        if lives:
            self.kill_outside()
        else:
            self._judge.settles(RESURRECTED, self.subject.remains)

    def _undo(self) -> None:
        result = self._navi("undo", self.subject.address)
        back = self.subject.adopt()
        if result.status == 0 and not back:
            self._judge.report(FALSE, f"it is not there, but: {result.words}")
        if result.status not in (0, *UNSURE) and back:
            self._judge.report(FALSE, f"it is back, but: {result.words}")
        if back:
            self._keeps()
            self._ended(self._navi("kill", self.subject.address))

    def kill_killed(self) -> None:
        """Begin to kill it by a verb, and kill the verb."""
        self._killed(("kill", self.subject.address))
        self._stays(self.subject.lives)
        if self.subject.lives():
            self.kill_outside()
        self._judge.settles(RESURRECTED, self.subject.remains)

    def kill_outside(self) -> None:
        """End it by tmux itself, beside a hook."""
        self._judge.took("tmux kill-session")
        hook = self.subject.hook("PostToolUse")
        self.subject.machine.tmux(self.subject.socket, "kill-session", "-t", self.subject.id)
        hook.wait()
        self._judge.settles(RESURRECTED, self.subject.remains)

    def kill_program(self) -> None:
        """Kill the program in its pane."""
        self._judge.took("program killed")
        pid = self.subject.machine.tmux(
            self.subject.socket, "display-message", "-p", "-t", self.subject.pane, "#{pane_pid}"
        )
        os.kill(int(pid), signal.SIGKILL)
        self._judge.settles(RESURRECTED, self.subject.remains)

    def kill_server(self) -> None:
        """Kill its tmux server, if that has no other session; otherwise end it by tmux."""
        if not self.subject.socket:
            self.kill_outside()
            return
        self._judge.took("tmux server killed")
        os.kill(int(self.subject.identity.split()[0]), signal.SIGKILL)
        self._judge.settles(RESURRECTED, self.subject.remains)

    # ---- parts

    def _host(self) -> tuple[str, ...]:
        host = self.subject.machine.prefix.removesuffix("/")
        return ("--host", host) if host else ()

    def _server(self) -> tuple[str, ...]:
        return ("-S", self.subject.socket) if self.subject.socket else ()

    def _other_name(self) -> str:
        name = f"{self._flavour}{self._number}-{len(self.subject.names)}"
        self.subject.names.append(name)
        return name

    def _navi(self, *words: str) -> Result:
        self._judge.took(f"navi {words[0]}")
        result = self.subject.machine.run(*words)
        self._judge.history.append(result.words)
        return result

    def _result(self, verb: subprocess.Popen[str], step: str) -> Result:
        """Wait for a verb that was started."""
        self._judge.took(f"navi {step}")
        output, error = verb.communicate(timeout=180)
        result = Result(verb.returncode, output, error)
        self._judge.history.append(result.words)
        return result

    def _killed(self, words: Sequence[str]) -> None:
        """Start a verb, and kill it after a moment."""
        verb = self.subject.machine.navi(*words)
        time.sleep(self._dice.random() * 0.5)
        self._judge.took(f"navi {words[0]} killed", "while it ran" if verb.poll() is None else "after its end")
        kill_group(verb)

    def _stays(self, there: Callable[[], bool]) -> bool:
        """Return whether the session is there, once that stays so: a remote goes on after its verb is killed."""
        seen: list[tuple[bool, str]] = []
        while len(seen) < 5 or len(set(seen[-5:])) > 1:
            seen.append((there(), self.subject.name))
            time.sleep(0.3)
        return seen[-1][0]

    def _absent(self, result: Result) -> None:
        absent = result.status not in (0, *UNSURE) and ABSENT.search(result.words)
        if absent and self.subject.known and self.subject.lives():
            self._judge.report(FALSE, f"it lives, but: {result.words}")

    def _keeps(self) -> None:
        """See that the status file has everything that the driver knows."""
        if not self._judge.settles(LOST, self.subject.problem):
            self.subject.accept()

    def _unregistered(self) -> str:
        missing = self.subject.registered and self.subject.name not in self.subject.machine.registered()
        return "it is not in the registry" if missing else ""

    def _left_behind(self, before: str) -> str:
        old = before != self.subject.name and self.subject.file(before) is not None
        return f"{before}.json is still there" if old else ""


Step = Callable[[Lifecycle], object]

CREATE = (Lifecycle.create, Lifecycle.create, Lifecycle.create_outside, Lifecycle.create_killed)
CHANGE = (
    Lifecycle.events, Lifecycle.events, Lifecycle.events, Lifecycle.rename, Lifecycle.rename_killed,
    Lifecycle.rename_outside, Lifecycle.dismiss, Lifecycle.list, Lifecycle.respawn,
)  # fmt: skip
END = (
    Lifecycle.kill, Lifecycle.kill, Lifecycle.kill_twice, Lifecycle.kill_killed, Lifecycle.kill_outside,
    Lifecycle.kill_program, Lifecycle.kill_server,
)  # fmt: skip
