"""The verb hooks, as a person or a script calls it: here, on a remote, and on all at once."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ops.hooks.test_install import USUAL, claude, installed, opencode, settings, tree
from tests.support.machines import Account, Lab
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account, navi

VERSION = (2, 1, 200)


def machine(lab: Lab, far: bool) -> tuple[Account, list[str]]:
    """Return this machine or a remote with a Claude Code, and how its hooks are asked for."""
    there, _ = account(lab, far)
    claude(there)
    return there, ["--host", "atlas"] if far else []


@HERE_AND_THERE
def test_hooks_are_installed_checked_and_removed(lab: Lab, far: bool) -> None:
    there, where = machine(lab, far)
    name = "atlas" if far else "local"
    path = settings(there, USUAL)
    opencode(there)
    assert (
        navi(lab, "hooks", "status", *where, status=1).stdout.split()
        == f"{name} claude absent {name} opencode absent".split()
    )
    said = navi(lab, "hooks", "install", "--yes", *where).stdout
    assert f"  +++ {path}\n" in said
    assert '+            "command": "sh \\"$HOME\\"/.claude-sessions/.navi/hook claude || true",\n' in said
    assert f"{name}: the hooks are installed; the previous settings are kept in {path}.before-navi" in said
    assert path.read_text() == installed(USUAL, VERSION)
    assert navi(lab, "hooks", "install", "--yes", *where).stdout == f"{name}: nothing to install\n"
    said = navi(lab, "hooks", "status", *where).stdout
    assert said.split() == f"{name} claude installed {name} opencode installed".split()
    assert f"{name}: the hooks are removed" in navi(lab, "hooks", "remove", "--yes", *where).stdout
    assert path.read_text() == USUAL
    assert navi(lab, "hooks", "remove", "--yes", *where).stdout == f"{name}: nothing to remove\n"


class Rewriting:
    """A program that writes its settings, as it has read them before, soon after each change: so does Claude Code. It
    does so so often at most.
    """

    def __init__(self, there: Account, path: Path, often: int) -> None:
        self.path, self.often, self.text = path, often, path.read_bytes()
        (there.home / ".claude" / "sessions").mkdir()
        (there.home / ".claude" / "sessions" / f"{os.getpid()}.json").write_text("{}")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while self.often and not self._ended.wait(0.05):
            if self.path.read_bytes() != self.text:
                self._ended.wait(0.4)
                self.path.write_bytes(self.text)
                self.often -= 1

    def __enter__(self) -> Rewriting:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()


@HERE_AND_THERE
def test_hooks_that_a_running_claude_code_overwrites_are_installed_again(lab: Lab, far: bool) -> None:
    there, where = machine(lab, far)
    path = settings(there, USUAL)
    with Rewriting(there, path, 2) as program:
        said = navi(lab, "hooks", "install", "--yes", *where).stdout
        assert program.often == 0
    assert "the hooks are installed" in said
    assert path.read_text() == installed(USUAL, VERSION)
    navi(lab, "hooks", "status", *where)


def test_hooks_that_are_overwritten_all_the_time_are_reported(lab: Lab) -> None:
    there, _ = machine(lab, False)
    path = settings(there, USUAL)
    with Rewriting(there, path, 1000):
        done = navi(lab, "hooks", "install", "--yes", status=1)
    assert "a running Claude Code keeps rewriting its settings, and has undone the change 4 times" in done.stderr
    assert "installed" not in done.stdout


def test_a_copy_of_other_settings_stays_and_is_named(lab: Lab) -> None:
    there, _ = machine(lab, False)
    path = settings(there, USUAL)
    navi(lab, "hooks", "install", "--yes")
    path.write_text(installed('{"model": "other"}', VERSION))
    said = navi(lab, "hooks", "remove", "--yes").stdout
    assert f"the hooks are removed; {path}.before-navi stays, because it holds other settings" in said
    assert sorted(one.name for one in path.parent.iterdir()) == ["settings.json", "settings.json.before-navi"]
    assert navi(lab, "hooks", "remove", "--yes").stdout == "local: nothing to remove\n"


def test_the_status_says_which_events_are_left_out(lab: Lab) -> None:
    there, _ = machine(lab, False)
    claude(there, "2.1.100 (Claude Code)")
    settings(there, USUAL)
    navi(lab, "hooks", "install", "--yes")
    left_out = ["PermissionDenied", "Elicitation", "ElicitationResult"]
    words = f"without {', '.join(left_out)}, which Claude Code 2.1.100 may not know"
    assert f"claude    installed  {words}" in navi(lab, "hooks", "status").stdout
    assert json.loads(navi(lab, "hooks", "status", "--json").stdout)[0]["claude"]["left_out"] == left_out


def test_hooks_print_json(lab: Lab) -> None:
    there, _ = machine(lab, True)
    path = settings(there, USUAL)
    claude(lab.local, "unknown")
    done = navi(lab, "hooks", "install", "--all", "--yes", "--json")
    here, far = json.loads(done.stdout)
    assert (here["host"], here["status"], here["backup"], here["error"]) == ("local", 0, None, None)
    assert [change["action"] for change in here["changes"]] == ["write", "write"]
    assert (far["host"], far["backup"]) == ("atlas", f"{path}.before-navi")
    here, far = json.loads(navi(lab, "hooks", "status", "--all", "--json").stdout)
    assert (here["claude"]["version"], here["claude"]["state"]) == (None, "installed")
    told = {"state": "installed", "reason": "", "path": str(path), "version": "2.1.200", "left_out": []}
    assert far["claude"] == told
    assert far["opencode"]["present"] is False


def test_an_unreachable_host_does_not_affect_others_and_decides_the_status(lab: Lab) -> None:
    machine(lab, True)
    lab.machines[0].stop()
    done = navi(lab, "hooks", "install", "--all", "--yes", status=69)
    assert "local: the hooks are installed" in done.stdout
    assert "atlas: " in done.stderr
    assert "local" in navi(lab, "hooks", "status", "--all", status=69).stdout


@pytest.mark.parametrize("words", [["install"], ["remove"], ["install", "--json"]], ids=" ".join)
def test_without_a_terminal_yes_is_required(lab: Lab, words: list[str]) -> None:
    settings(lab.local, USUAL)
    before = tree(lab.local)
    assert "--yes" in navi(lab, "hooks", *words, status=64).stderr
    assert tree(lab.local) == before


WRONG = [
    ["hooks"],
    ["hooks", "instal"],
    ["hooks", "status", "--host", "nobody"],
    ["hooks", "status", "--host", "x", "--all"],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_refused(lab: Lab, words: list[str]) -> None:
    navi(lab, *words, status=64)


@HERE_AND_THERE
def test_invalid_settings_are_left_alone(lab: Lab, far: bool) -> None:
    there, where = machine(lab, far)
    path = settings(there, "{ // mine\n}\n\x1b[31m")
    said = navi(lab, "hooks", "install", "--yes", *where, status=1).stderr
    assert "settings.json is not valid JSON" in said
    assert "\x1b" not in said
    assert path.read_text() == "{ // mine\n}\n\x1b[31m"
    assert "unusable" in navi(lab, "hooks", "status", *where, status=1).stdout


def test_the_shown_difference_is_clean(lab: Lab) -> None:
    settings(lab.local, '{\n\t"a": "\u202e\x9b31m"\n}\n')
    said = navi(lab, "hooks", "install", "--yes").stdout
    assert re.search(r'^ +- +"a": "', said, re.MULTILINE)
    assert "\u202e" not in said
    assert "\x9b" not in said


def test_an_unknown_version_gives_a_warning(lab: Lab) -> None:
    claude(lab.local, "?")
    assert "the version of Claude Code is unknown there" in navi(lab, "hooks", "install", "--yes").stderr


def test_a_foreign_plugin_gives_a_warning(lab: Lab) -> None:
    plugin = opencode(lab.local)
    plugin.parent.mkdir()
    plugin.write_text("mine")
    assert "navi.js is not navi's; move it away" in navi(lab, "hooks", "install", "--yes").stderr
    assert plugin.read_text() == "mine"


@pytest.mark.parametrize(
    ("pressed", "status"), [(("y", "Enter"), 0), (("n", "Enter"), 1), (("Enter",), 1), (("C-d",), 1), (("C-c",), 130)]
)
def test_on_a_terminal_changes_are_shown_and_confirmed(
    lab: Lab, terminal: Callable[..., Terminal], pressed: tuple[str, ...], status: int
) -> None:
    claude(lab.local)
    path = settings(lab.local, USUAL)
    one = terminal([sys.executable, "-m", "navi", "hooks", "install"], lab.environment() | {"PYTHONPATH": os.getcwd()})
    one.wait_for("Make these changes on local? [y/N]")
    assert path.read_text() == USUAL
    one.press(*pressed)
    one.wait_prompt()
    assert one.exit_status() == status
    assert path.read_text() == (USUAL if status else installed(USUAL, VERSION))


def test_the_plugin_is_part_of_the_package() -> None:
    import navi

    assert (Path(navi.__file__).parent / "sh" / "hooks" / "opencode.js").is_file()
    assert "sh/*/*.js" in (Path(navi.__file__).parent.parent / "setup.cfg").read_text()


def test_the_status_tells_why_a_hook_lost_an_event(lab: Lab) -> None:
    navi(lab, "hooks", "install", "--yes")
    (lab.local.sessions_dir / ".navi" / "hook.log").write_text("earlier\n2026-01-01T00:00:00Z claude: \x1b[2Jwhy\n")
    done = navi(lab, "hooks", "status")
    assert "local: the hook lost an event: 2026-01-01T00:00:00Z claude: " in done.stderr
    assert "\x1b" not in done.stderr
    assert json.loads(navi(lab, "hooks", "status", "--json").stdout)[0]["lost"].endswith("why")


def test_the_status_does_not_wait_for_a_fifo_in_place_of_the_log(lab: Lab) -> None:
    navi(lab, "hooks", "install", "--yes")
    os.mkfifo(lab.local.sessions_dir / ".navi" / "hook.log")
    assert json.loads(navi(lab, "hooks", "status", "--json").stdout)[0]["lost"] == ""


@HERE_AND_THERE
def test_only_named_agents_are_changed(lab: Lab, far: bool) -> None:
    there, where = machine(lab, far)
    path = there.home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"theme": "x"}\n')
    said = navi(lab, "hooks", "install", "gemini", "copilot", "--yes", *where).stdout
    assert f"  +++ {path}\n" in said
    assert f"  write {there.home}/.copilot/hooks/navi.json\n" in said
    assert not settings(there).exists()
    assert navi(lab, "hooks", "status", "gemini", "copilot", *where).stdout.count(" installed") == 2
    assert navi(lab, "hooks", "status", *where, status=1).stdout.count(" absent") == 2
    document = json.loads(navi(lab, "hooks", "status", "--json", *where, status=1).stdout)[0]
    assert (document["gemini"]["state"], document["gemini"]["path"]) == ("installed", str(path))
    navi(lab, "hooks", "remove", "gemini", "--yes", *where)
    assert path.read_text() == '{"theme": "x"}\n'
    assert (there.sessions_dir / ".navi" / "hook").exists()
    navi(lab, "hooks", "remove", "--yes", *where)
    assert not (there.sessions_dir / ".navi" / "hook").exists()


def test_unusable_settings_of_another_agent_give_a_warning(lab: Lab) -> None:
    there, _ = machine(lab, False)
    path = there.home / ".qwen" / "settings.json"
    path.parent.mkdir()
    path.write_text("{ // mine\n}")
    said = navi(lab, "hooks", "install", "--yes").stderr
    assert f"local: no hook for Qwen Code: {path} is not valid JSON" in said
    assert "nothing was changed" in navi(lab, "hooks", "install", "qwen", "--yes", status=1).stderr
    assert path.read_text() == "{ // mine\n}"


def test_an_agent_without_hooks_is_refused(lab: Lab) -> None:
    assert "codex" in navi(lab, "hooks", "install", "codex", "--yes", status=64).stderr
