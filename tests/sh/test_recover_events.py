"""recover_events.sh: a look recovers what killed hooks left, but not what is another machine's or may still run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from navi.core.address import Named
from navi.ops.hooks.install import hook_text
from navi.ops.linker import link
from navi.ops.session.lifecycle import dismiss, kill, new_undo_id
from tests.support.machines import Account, Lab
from tests.support.processes import dead_process
from tests.support.scripts import (
    DASH,
    Shell,
    Watching,
    answer,
    beside,
    environment,
    every_shell,
    every_watching_shell,
    files,
    look,
    machine_key,
    run,
    stand_in,
)

EVENT = '7\tclaude\tPermissionRequest\tpermission\t"one"\t"/work"\t"wants to use Bash"\t\t\t\t\t\t.\n'
"""An event as a hook leaves it."""

OTHER = "elsewhere:0123abcd@89ab.77"
"""Another machine and its start."""


def earlier_start() -> str:
    """Return an earlier start of this machine."""
    return f"{machine_key().partition('@')[0]}@00000000.1"


def state_folder(account: Account) -> Path:
    return account.sessions_dir / ".navi"


def begun(account: Account, name: str = "api") -> Path:
    """Start a session that works, with the state folder beside its status file; return its status file."""
    account.new_session(name)
    path = account.write_status(name, status="working", message="", timestamp=4)
    state_folder(account).mkdir(exist_ok=True)
    return path


def put(account: Account, name: str, text: str) -> None:
    """Write a file of the state folder; {dead} is the owner of a process that has ended."""
    (state_folder(account) / name).write_text(text.format(dead=f"{dead_process()}@{machine_key()}"))


def backdate(path: Path, seconds: int) -> None:
    """Make a file so many seconds old."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


LEFT = {
    "an event": {},
    "an event, and the lock of a process that has ended": {"lock.api": "{dead}\n"},
    "the lock of an earlier version": {"lock.api": "4194304\n"},
    "the lock of an earlier start of the machine": {"lock.api": f"1@{earlier_start()}\n"},
    "an empty lock whose holder has ended": {"lock.api": "", "holder.api": "{dead} .\n"},
    "an empty lock that nobody knows": {"lock.api": ""},
    "half a version": {"lock.api": '{{"status', "holder.api": "{dead} .\n"},
    "also the process that was to end the lock": {
        "lock.api": "4194304\n",
        "break.lock.api.4194304": f"4194303@{machine_key()}\n",
    },
    "also the one that was to end what that one left": {
        "lock.api": "4194304\n",
        "break.lock.api.4194304": f"4194303@{machine_key()}\n",
        f"break.lock.api.4194303@{machine_key()}": "{dead}\n",
    },
    "only the process that was to end it": {f"break.lock.api.4194304@{machine_key()}": "{dead}\n"},
    "what an earlier version left": {"break.api": "{dead}\n"},
}
"""What hooks that were killed have left beside the status file."""


@every_shell
@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
@pytest.mark.parametrize("owner", [f"4194304@{OTHER}", "4194304"], ids=["place", "earlier version"])
def test_a_look_shows_what_killed_hooks_have_left(lab: Lab, shell: Shell, left: dict[str, str], owner: str) -> None:
    path = begun(lab.local)
    backdate(path, 5)
    for name, text in left.items():
        put(lab.local, name, text)
    put(lab.local, f"event.api.7.{owner}", EVENT.replace("{", "{{"))
    found = files(look(lab.local, shell))["api"]
    assert (found.status, found.message) == ("permission", "wants to use Bash")
    assert beside(lab.local) == ["holder.api"]


@every_shell
def test_a_version_that_was_written_whole_takes_effect_at_a_look(lab: Lab, shell: Shell) -> None:
    begun(lab.local)
    put(lab.local, "lock.api", '{{"tmux_session":"api","status":"waiting","message":"whole"}}\n')
    put(lab.local, "holder.api", "{dead} .\n")
    assert files(look(lab.local, shell))["api"].message == "whole"
    assert beside(lab.local) == ["holder.api"]


HELD = {
    "a living process": f"{os.getpid()}@{{here}}\n",
    "a living process of an earlier version": f"{os.getpid()}\n",
    "another machine": f"4194304@{OTHER}\n",
    "another first process on this kernel": "4194304@{sandbox}\n",
}
"""Locks that are none of ours."""


@every_shell
@pytest.mark.parametrize("holder", HELD.values(), ids=HELD)
def test_a_look_leaves_alone_what_may_still_be_written(lab: Lab, shell: Shell, holder: str) -> None:
    begun(lab.local)
    sandbox = f"{machine_key().rpartition('.')[0]}.424242"
    (state_folder(lab.local) / "lock.api").write_text(holder.format(here=machine_key(), sandbox=sandbox))
    put(lab.local, f"event.api.7.{dead_process()}@{machine_key()}", EVENT.replace("{", "{{"))
    assert files(look(lab.local, shell))["api"].status == "working"
    (state_folder(lab.local) / "lock.api").unlink()
    assert files(look(lab.local, shell))["api"].status == "permission"


def test_the_lock_of_another_machine_counts_for_a_minute(lab: Lab) -> None:
    begun(lab.local)
    put(lab.local, "lock.api", f"4194304@{OTHER}\n")
    backdate(state_folder(lab.local) / "lock.api", 200)
    put(lab.local, f"event.api.7.4194304@{OTHER}", EVENT.replace("{", "{{"))
    assert files(look(lab.local, DASH))["api"].status == "permission"


@every_shell
def test_a_process_number_without_a_place_proves_nothing_in_a_folder_that_another_machine_uses(
    lab: Lab, shell: Shell
) -> None:
    begun(lab.local)
    (state_folder(lab.local) / "at" / OTHER).mkdir(parents=True)
    put(lab.local, "lock.api", "4194304\n")
    put(lab.local, f"event.api.7.{dead_process()}@{machine_key()}", EVENT.replace("{", "{{"))
    assert files(look(lab.local, shell))["api"].status == "working"


@every_watching_shell
def test_a_watch_takes_up_what_is_left_while_it_runs(lab: Lab, shell: Shell) -> None:
    begun(lab.local)
    with Watching(lab.local, shell) as watching:
        watching.next()
        put(lab.local, "lock.api", "{dead}\n")
        put(lab.local, f"event.api.7.{dead_process()}@{machine_key()}", EVENT.replace("{", "{{"))
        watching.frame(lambda frame: files(frame)["api"].status == "permission")


@every_shell
def test_what_is_left_of_very_many_sessions_that_are_gone_is_swept(lab: Lab, shell: Shell) -> None:
    begun(lab.local)
    kept = [f"holder.gone-{number}" for number in range(1500)]
    for name in kept:
        put(lab.local, name, "1 .\n")
    for number in range(60):
        put(lab.local, f"lock.gone-{number}", "4194304\n")
        put(lab.local, f"break.lock.gone-{number}.4194304", "4194303\n")
        put(lab.local, f"event.half-{number}.7.4194304", "7\tclaude\tSto")
    for _ in range(5):
        look(lab.local, shell)
    assert [name for name in beside(lab.local) if "gone" in name or "half" in name] == []
    assert [path.name for path in lab.local.sessions_dir.glob("*.json")] == ["api.json"]


@every_shell
def test_a_killed_session_does_not_come_back_with_an_event_that_was_left(lab: Lab, shell: Shell) -> None:
    begun(lab.local)
    put(lab.local, "lock.api", f"4194304@{OTHER}\n")
    put(lab.local, f"event.api.7.4194304@{OTHER}", EVENT.replace("{", "{{"))
    run(lab.local, shell, kill(Named("api"), new_undo_id()))
    (state_folder(lab.local) / "lock.api").unlink()
    assert files(look(lab.local, shell, cleanup=False)) == {}


def test_a_dismissal_whose_event_another_process_has_written_is_done(lab: Lab) -> None:
    """The holder writes the event between two steps of ours, so that nothing is left to write."""
    begun(lab.local)
    put(lab.local, "lock.api", "{dead}\n")
    script = 'for one in ~/.claude-sessions/.navi/event.api.*; do "$real" -f "$one"; done; exec "$real" "$@"'
    stand_in(lab.local, "rm", script)
    assert answer(lab.local, DASH, dismiss(Named("api"))).status == 0
    assert not (state_folder(lab.local) / "lock.api").exists()


@every_shell
@pytest.mark.parametrize("kind", ["start", "recent", "marks", "hung", "watch", "stamp", "taken", "tokens", "renamed"])
def test_files_of_an_earlier_start_of_this_machine_are_swept_and_those_of_others_are_not(
    lab: Lab, shell: Shell, kind: str
) -> None:
    begun(lab.local)
    mine = f"{kind}.{os.getpid()}"
    for where in (earlier_start(), OTHER):
        (state_folder(lab.local) / "at" / where).mkdir(parents=True)
        (state_folder(lab.local) / "at" / where / mine).write_text("")
    look(lab.local, shell)
    assert beside(lab.local) == [f"at/{OTHER}/{mine}"]
    assert [path.name for path in (state_folder(lab.local) / "at").iterdir()] == [OTHER]


TWO_MACHINES = """\
mount -t proc proc /proc
hostname elsewhere
. {library}
navi_use_state {folder}
navi_make_here
navi_make_lock {folder}/.navi/lock.api
printf ready
sleep 1000 &
wait
"""


def test_a_lock_of_a_living_process_of_another_machine_is_not_broken(lab: Lab) -> None:
    """The other machine has host name and process numbers of its own; its process has a number that ended here."""
    begun(lab.local)
    library = lab.folder / "library"
    library.write_text(link("lib/lock_files"))
    script = TWO_MACHINES.format(library=library, folder=lab.local.sessions_dir)
    words = ["unshare", "--uts", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", script]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as machine:
        assert machine.stdout
        assert machine.stdout.read(5) == b"ready"
        lock = state_folder(lab.local) / "lock.api"
        before = lock.read_text()
        assert before.split("@")[1].startswith("elsewhere:")
        put(lab.local, f"event.api.7.{dead_process()}@{machine_key()}", EVENT.replace("{", "{{"))
        assert files(look(lab.local, DASH))["api"].status == "working"
        assert lock.read_text() == before
        machine.send_signal(signal.SIGKILL)
    backdate(lock, 200)
    assert files(look(lab.local, DASH))["api"].status == "permission"


class Hooks:
    """Hooks of one session at work, each a process; their programs can be replaced by stand_in."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._running: list[subprocess.Popen[bytes]] = []
        begun(lab.local)
        self._hook = lab.folder / "hook"
        self._hook.write_text(hook_text())
        self._surroundings = environment(lab.local, DASH) | lab.local.in_pane()

    def begin(self, **more: str) -> subprocess.Popen[bytes]:
        """Start one more; `more` adds to its environment."""
        one = subprocess.Popen(["sh", str(self._hook)], stdin=subprocess.PIPE, env=self._surroundings | more)
        assert one.stdin
        one.stdin.write(b'{"session_id":"one","hook_event_name":"PostToolUse","tool_name":"Bash"}')
        one.stdin.close()
        self._running.append(one)
        return one

    def counted(self) -> int:
        """Wait until all have ended, look, and return how many of them count."""
        for one in self._running:
            one.wait(60)
        look(self._lab.local, DASH)
        fields = json.loads((self._lab.local.sessions_dir / "api.json").read_bytes())
        count: int = fields["metrics"]["tools"]["counts"]["Bash"]
        return count


@pytest.mark.parametrize("step", ["awk", "tmux", "mv", "rm", "date"])
def test_of_hooks_that_are_killed_at_any_call_none_stalls_the_others(lab: Lab, step: str) -> None:
    """Every second hook is killed before that call; what the others reported is there at the next look."""
    hooks = Hooks(lab)
    stand_in(lab.local, step, '[ -z "$KILLED" ] || kill -KILL $PPID\nexec "$real" "$@"')
    for _ in range(15):
        hooks.begin()
        hooks.begin(KILLED="yes")
    assert 15 <= hooks.counted() <= 30
    # A hook whose parser was killed notes that, and one whose tmux took too long.
    assert {*beside(lab.local)} - {"hook.log", "hung"} == {"holder.api"}


@pytest.mark.parametrize("step", ["awk", "mv"])
def test_what_goes_on_without_its_killed_hook_does_not_touch_the_next_version(lab: Lab, step: str) -> None:
    """The program outlives its hook for half a second, in which the next hook has begun to write."""
    hooks = Hooks(lab)
    script = f"case $1,$KILLED,$navi_lock in {step},?*,?*) kill -KILL $PPID; sleep 0.5 ;; awk,,?*) sleep 0.7 ;; esac"
    for program, kind in {"awk": "awk", "mawk": "awk", "mv": "mv"}.items():
        if not shutil.which(program):
            continue
        stand_in(lab.local, program, f'set -- {kind} "$@"; {script}; shift; exec "$real" "$@"')
    hooks.begin(KILLED="yes").wait(60)
    hooks.begin()
    assert hooks.counted() == 2
