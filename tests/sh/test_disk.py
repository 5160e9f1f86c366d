"""disk.sh: what verbs and hooks do on a full disk or in a folder that can't be written to, and what they say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from navi.core.address import Named
from navi.core.launch import command
from navi.core.registry import RegistryEntry
from navi.ops import Operation
from navi.ops.hooks.files import look_at_hooks, write_hooks
from navi.ops.hooks.install import hook_text, install
from navi.ops.registry import put_entry, replace_file
from navi.ops.session.creation import new
from navi.ops.session.lifecycle import KillResult, dismiss, kill, new_undo_id, rename, undo
from navi.ops.session.marks import mark
from tests.support.full_disk import disk, fill, free, make_read_only
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Shell, answer, beside, environment, every_shell, files, look, run, stand_in

OPERATIONS: dict[str, tuple[Callable[[], Operation[Any]], str]] = {
    "dismiss": (lambda: dismiss(Named("api")), "api was not acknowledged"),
    "rename": (lambda: rename(Named("api"), "web"), "nothing was renamed"),
    "tag": (lambda: mark("api", ["+tone"]), "nothing was changed"),
    "bookmark": (lambda: mark("api", ["+b"]), "nothing was changed"),
    "new": (lambda: new("web", "~", command("cat")), "nothing was created"),
}
"""Verbs that write, and what they say of what they did not do."""

every_operation = pytest.mark.parametrize(("operation", "consequence"), OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture
def small_disk(lab: Lab) -> Iterator[Path]:
    """A small disk on which the account's status files are, with one session that waits."""
    with disk("size=200k") as folder:
        lab.local.sessions_dir.symlink_to(folder)
        lab.local.new_session("api")
        lab.local.write_status("api", status="waiting", message="Shall I?", timestamp=4)
        yield folder


def say(account: Account, shell: Shell, event: str) -> None:
    """Run the hook in the session's pane."""
    hook = account.folder / "hook"
    hook.write_text(hook_text())
    surroundings = environment(account, shell) | account.in_pane()
    words = [*shell.words, str(hook)]
    done = subprocess.run(words, input=event.encode(), env=surroundings, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


STOP = '{"hook_event_name":"Stop","session_id":"one"}'


@every_shell
@every_operation
@pytest.mark.parametrize("hooked", [False, True], ids=["first", "after a hook"])
def test_a_full_disk_is_reported_and_nothing_is_changed(
    lab: Lab, small_disk: Path, shell: Shell, operation: Callable[[], Operation[Any]], consequence: str, hooked: bool
) -> None:
    before = (small_disk / "api.json").read_bytes()
    fill(small_disk)
    if hooked:
        say(lab.local, shell, STOP)
    found = answer(lab.local, shell, operation())
    assert (found.status, found.errors) == (1, f"no space left on {lab.local.sessions_dir}; {consequence}")
    assert (small_disk / "api.json").read_bytes() == before
    assert beside(lab.local) == []
    free(small_disk)
    run(lab.local, shell, operation())


@every_shell
def test_a_kill_on_a_full_disk_says_why_it_cannot_be_undone(lab: Lab, small_disk: Path, shell: Shell) -> None:
    lab.local.new_session("other")
    fill(small_disk)
    killed = run(lab.local, shell, kill(Named("api"), new_undo_id()))
    assert killed == KillResult(problem=f"no space left on {lab.local.sessions_dir}")
    assert lab.local.tmux("list-sessions", "-F", "#{session_name}") == "other"


@every_shell
def test_an_undo_on_a_full_disk_restores_nothing_and_says_why(lab: Lab, small_disk: Path, shell: Shell) -> None:
    lab.local.new_session("other")
    undo_id = new_undo_id()
    run(lab.local, shell, kill(Named("api"), undo_id, "cat"))
    fill(small_disk)
    found = answer(lab.local, shell, undo(undo_id))
    assert (found.status, found.errors) == (1, f"no space left on {lab.local.sessions_dir}; nothing was restored")
    assert lab.local.tmux("list-sessions", "-F", "#{session_name}") == "other"
    free(small_disk)
    assert run(lab.local, shell, undo(undo_id)).name == "api"


@every_shell
def test_hooks_are_not_installed_on_a_full_disk(lab: Lab, small_disk: Path, shell: Shell) -> None:
    plan = install(run(lab.local, shell, look_at_hooks(str(lab.local.sessions_dir))))
    fill(small_disk)
    found = answer(lab.local, shell, write_hooks(plan))
    assert (found.status, found.errors) == (1, f"no space left on {lab.local.sessions_dir}/.navi; nothing was changed")
    free(small_disk)
    run(lab.local, shell, write_hooks(plan))


@every_shell
def test_a_registry_on_a_full_disk_stays_as_it_is_and_new_and_undo_say_so(lab: Lab, shell: Shell) -> None:
    with disk("size=200k,mode=700") as folder:
        more = {"CLAUDE_TMUX_SOCKET_DIR": str(folder)}
        run(lab.local, shell, put_entry(RegistryEntry("api", "/s", "api:0.0", "shell")), more)
        undo_id = new_undo_id()
        run(lab.local, shell, new("gone", "~", command("cat")), more)
        run(lab.local, shell, kill(Named("gone"), undo_id), more)
        run(lab.local, shell, put_entry(RegistryEntry("large", "/s", "x" * 9000)), more)
        before = (folder / ".sessions.json").read_bytes()
        (lab.local.sessions_dir / ".navi" / "killed" / undo_id / "registered").touch()
        fill(folder)
        trouble = f"the registry {folder}/.sessions.json can't be written: no space left on {folder}"
        operations: list[Operation[Any]] = [put_entry(RegistryEntry("web", "/s", "web:0.0")), replace_file("{}" * 9000)]
        for operation in operations:
            found = answer(lab.local, shell, operation, more)
            assert (found.status, found.errors) == (1, trouble)
        assert run(lab.local, shell, new("web", "~", command("cat")), more).problem == trouble
        assert run(lab.local, shell, undo(undo_id, "gone"), more).problem == trouble
        assert (folder / ".sessions.json").read_bytes() == before
        assert lab.local.tmux("list-sessions", "-F", "#{session_name}").split() == ["gone", "web"]


REASONS = {
    "dd: error writing 'x': No space left on device": (1, "no space left on {0}"),
    "dd: error writing 'x': Disk quota exceeded": (1, "the disk quota of {0} is used up"),
    "dd: x: Disc quota exceeded": (1, "the disk quota of {0} is used up"),
    "dd: can't open 'x': Read-only file system": (77, "{0} is on a read-only file system"),
    "dd: failed to open 'x': Permission denied": (77, "the folder {0} can't be written to; check its permissions"),
    "dd: x: Operation not permitted": (77, "the folder {0} can't be written to; check its permissions"),
    "dd: error writing 'x': Input/output error": (1, "nothing can be written in {0}: Input/output error"),
}
"""What dd says, in the words of several systems; and what is reported, with which exit status."""


@pytest.mark.parametrize(("words", "status", "reason"), [(words, *wanted) for words, wanted in REASONS.items()])
def test_what_the_system_says_decides_what_is_reported(
    lab: Lab, small_disk: Path, words: str, status: int, reason: str
) -> None:
    """A quota can't be had in a test, so dd says that it is used up."""
    fill(small_disk)
    stand_in(lab.local, "dd", f'echo "{words}" >&2; exit 1')
    found = answer(lab.local, DASH, mark("api", ["+tone"]))
    trouble = reason.format(lab.local.sessions_dir)
    assert (found.status, found.errors) == (status, f"{trouble}; nothing was changed")


@every_shell
def test_the_next_event_counts_as_soon_as_there_is_room(lab: Lab, small_disk: Path, shell: Shell) -> None:
    fill(small_disk)
    say(lab.local, shell, STOP)
    free(small_disk)
    say(lab.local, shell, '{"hook_event_name":"PermissionRequest","tool_name":"Bash","session_id":"one"}')
    assert files(look(lab.local, shell))["api"].status == "permission"


@every_shell
def test_an_event_that_was_left_is_shown_as_soon_as_there_is_room(lab: Lab, small_disk: Path, shell: Shell) -> None:
    (small_disk / ".navi").mkdir()
    left = '7\tclaude\tStop\tdone\t"one"\t"/work"\t"left"\t\t\t\t\t\t.\n'
    (small_disk / ".navi" / "event.api.7.4194304").write_text(left)
    fill(small_disk)
    assert files(look(lab.local, shell))["api"].message == "Shall I?"
    free(small_disk)
    assert files(look(lab.local, shell))["api"].message == "left"


@every_operation
def test_a_folder_that_is_read_only_is_reported_in_one_message(
    lab: Lab, small_disk: Path, operation: Callable[[], Operation[Any]], consequence: str
) -> None:
    make_read_only(small_disk)
    found = answer(lab.local, DASH, operation())
    folder = lab.local.sessions_dir
    assert (found.status, found.errors) == (77, f"{folder} is on a read-only file system; {consequence}")
    make_read_only(small_disk, on=False)
    assert os.listdir(small_disk) == ["api.json"]
