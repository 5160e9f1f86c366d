"""The agents' hooks: merging settings as text, and looking and writing on this machine and over a real sshd."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.remote import SESSIONS_DIR
from navi.ops import HostSettings, OperationError
from navi.ops.hooks.files import (
    LARGEST_SETTINGS,
    Change,
    File,
    InstalledHooks,
    Plan,
    Version,
    look_at_hooks,
    write_hooks,
)
from navi.ops.hooks.install import (
    EVENTS,
    TIME_LIMIT,
    UNKNOWN_VERSION,
    claude_hooks_status,
    events_for,
    hook_text,
    install,
    opencode_hooks_status,
    plugin_text,
    remove,
)
from navi.ops.hooks.settings import hook_command, is_hook_command
from tests.support.lab_hosts import LabHost, everywhere, lab_host
from tests.support.machines import Account, Lab, program
from tests.support.scripts import DASH, Shell, every_shell, run, settings_of, stand_in
from tests.support.waiting import until

NEWEST: Version = (9, 0, 0)
COMMAND = hook_command(SESSIONS_DIR)
GROUP = {"hooks": [{"type": "command", "command": COMMAND, "timeout": TIME_LIMIT}]}

USUAL = """{
  "model": "opus",
  "hooks": {
    "PostToolUse": [
      {
        "matcher": "Edit|Write",
        "hooks": [
          {
            "type": "command",
            "command": "prettier --write \\"$f\\" \\u2713 ✓"
          }
        ]
      }
    ],
    "PreCompact": []
  },
  "permissions": {"allow": ["Bash(git *)"],   "deny": []}
}
"""
ORIGINAL_NAVI = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "~/.claude/hooks/notify.sh done"}]}]}}'

FORMATS = {
    "usual": USUAL,
    "tabs": USUAL.replace("  ", "\t"),
    "four": USUAL.replace("  ", "    "),
    "windows": USUAL.replace("\n", "\r\n"),
    "no end of line": USUAL.rstrip(),
    "empty lines": "\n\n" + USUAL + "\n\n",
    "dense": '{"a":1,"hooks":{"Stop":[{"hooks":[]}],"X":[]}}',
    "one line": '{"a": 1, "b": [1, 2]}\n',
    "nothing": "{}\n",
    "nothing in two lines": "{\n}",
    "original navi": ORIGINAL_NAVI,
    "brackets in line": '{\n  "hooks": {\n    "Stop": [{\n      "hooks": [{"command": "x"}]\n    }]\n  }\n}',
    "odd numbers": '{\n "a": 1.0e+02,\n "b": -0,\n "c": 123456789012345678901234567890\n}\n',
}


def found(
    text: str | None, version: Version | None = NEWEST, sessions_dir: str = SESSIONS_DIR, **more: bool
) -> InstalledHooks:
    """Return what a look would find where the settings hold this text."""
    hook, plugin, settings = File("hook"), File("navi.js"), File("settings.json", text)
    return InstalledHooks(
        sessions_dir,
        hook,
        plugin,
        settings,
        version,
        backup=more.get("backup", True),
        opencode=more.get("opencode", False),
    )


def installed(text: str | None, version: Version | None = NEWEST, sessions_dir: str = SESSIONS_DIR) -> str:
    """Return the settings with the hooks in them."""
    new = install(found(text, version, sessions_dir)).settings.text
    assert new is not None
    return new


def removed(text: str) -> str | None:
    """Return the settings without the hooks."""
    return remove(found(text)).settings.text


# ---- merging


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS.keys())
def test_what_was_there_stays_as_it_was_written(text: str) -> None:
    new = installed(text)
    lines = [line.rstrip(",") for line in new.splitlines()]
    if text.count("\n") > 2 and "}]" not in text:
        assert [line for line in text.splitlines() if line.rstrip(",") not in lines] == []
    assert ("\r\n" in new) == ("\r\n" in text)
    assert new.replace("\r\n", "").count("\r") == 0
    assert installed(new) == new
    back = removed(new)
    assert back is not None
    assert back == ("{}" if text == "{\n}" else text)


def test_the_new_lines_are_formatted_as_the_others() -> None:
    assert installed('{\n\t"a": 1\n}\n', (1, 0, 40)) == (
        '{\n\t"a": 1,\n\t"hooks": {\n\t\t"PostToolUse": [\n\t\t\t{\n\t\t\t\t"hooks": [\n\t\t\t\t\t{\n'
        f'\t\t\t\t\t\t"type": "command",\n\t\t\t\t\t\t"command": {json.dumps(COMMAND)},\n\t\t\t\t\t\t"timeout": 10\n'
        "\t\t\t\t\t}\n\t\t\t\t]\n\t\t\t}\n\t\t],\n"
        '\t\t"Notification": [\n\t\t\t{\n\t\t\t\t"hooks": [\n\t\t\t\t\t{\n'
        f'\t\t\t\t\t\t"type": "command",\n\t\t\t\t\t\t"command": {json.dumps(COMMAND)},\n\t\t\t\t\t\t"timeout": 10\n'
        "\t\t\t\t\t}\n\t\t\t\t]\n\t\t\t}\n\t\t],\n"
        '\t\t"Stop": [\n\t\t\t{\n\t\t\t\t"hooks": [\n\t\t\t\t\t{\n'
        f'\t\t\t\t\t\t"type": "command",\n\t\t\t\t\t\t"command": {json.dumps(COMMAND)},\n\t\t\t\t\t\t"timeout": 10\n'
        "\t\t\t\t\t}\n\t\t\t\t]\n\t\t\t}\n\t\t]\n\t}\n}\n"
    )


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
commands = st.sampled_from([COMMAND, "x", "sh ~/.claude/hooks/status.sh", hook_command("/old place")]) | st.text()
groups = st.fixed_dictionaries(
    {"hooks": st.lists(st.fixed_dictionaries({"type": st.just("command"), "command": commands}), max_size=3) | values},
    optional={"matcher": st.text()},
)
hooks_objects = st.dictionaries(st.sampled_from([*EVENTS, "PreToolUse"]), st.lists(groups | values, max_size=3))
documents = st.builds(
    lambda before, hooks, after: before | hooks | after,
    st.dictionaries(st.text(), values, max_size=3),
    st.fixed_dictionaries({}, optional={"hooks": hooks_objects}),
    st.dictionaries(st.text(min_size=6), values, max_size=2),
).filter(lambda document: isinstance(document.get("hooks", {}), dict))
writings = st.sampled_from(
    [
        {},
        {"indent": 2},
        {"indent": 4, "ensure_ascii": False},
        {"indent": "\t"},
        {"separators": (",", ":")},
        {"indent": 1, "separators": (" ,", " : ")},
    ]
)
versions = st.sampled_from([None, NEWEST, (1, 0, 0), (2, 1, 0)])


def without_ours(document: dict[str, object]) -> dict[str, object]:
    """Return a document without any call of the hook, and without what is empty then."""
    hooks = document.get("hooks", {})
    assert isinstance(hooks, dict)
    kept = {}
    for event, entries in hooks.items():
        rest = [one for one in map(group_without_ours, entries) if one is not None]
        if rest or (event not in EVENTS and not entries):
            kept[event] = rest
    others = {name: value for name, value in document.items() if name != "hooks"}
    return {name: kept if name == "hooks" else value for name, value in document.items()} if kept else others


def group_without_ours(group: object) -> object:
    """Return a group without the hook, None where nothing else was in it."""
    if not isinstance(group, dict) or not isinstance(group.get("hooks"), list):
        return group
    rest = [one for one in group["hooks"] if not (isinstance(one, dict) and is_hook_command(one.get("command")))]
    return group | {"hooks": rest} if rest or not group["hooks"] else None


@given(documents, writings, versions)
def test_whatever_the_settings_are_nothing_of_the_user_is_lost(
    document: dict[str, object], writing: dict[str, object], version: Version | None
) -> None:
    text = json.dumps(document, **writing)  # type: ignore[arg-type]
    new = installed(text, version)
    assert installed(new, version) == new
    expected = json.dumps(without_ours(document))
    assert json.dumps(without_ours(json.loads(new))) == expected
    called = json.loads(new).get("hooks", {})
    assert all(any(group_without_ours(one) != one for one in called[event]) for event in events_for(version))
    back = removed(new)
    assert back is not None
    assert json.dumps(without_ours(json.loads(back))) == expected
    left = json.loads(back).get("hooks", {}).values()
    assert all(group_without_ours(one) == one for entries in left for one in entries)


@given(documents, writings)
def test_install_and_remove_give_the_same_bytes(document: dict[str, object], writing: dict[str, object]) -> None:
    hooks = document.get("hooks", {"any": True})
    if hooks and json.dumps(document) == json.dumps(without_ours(document)):
        text = json.dumps(document, **writing)  # type: ignore[arg-type]
        assert removed(installed(text)) == text


REFUSED = {
    "comments": '{\n  // mine\n  "a": 1\n}',
    "a comma too many": '{"a": 1,}',
    "twice": '{"hooks": {}, "a": 1, "a": 2}',
    "cut": '{"a": ',
    "NaN": '{"a": NaN}',
    "a list": "[]",
    "hooks are a list": '{"hooks": []}',
    "hooks are nothing": '{"hooks": null}',
    "an event is no list": '{"hooks": {"Other": {}}}',
    "deep": "[" * 100_000,
    "mark": "\ufeff{}",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_settings_that_are_not_understood_are_refused_by_name(text: str) -> None:
    for plan in (install, remove):
        with pytest.raises(OperationError, match=r"settings\.json.*nothing was changed"):
            plan(found(text))
    assert claude_hooks_status(found(text)).state == "unusable"


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_without_settings_there_are_only_ours_and_then_none(text: str | None) -> None:
    document = json.loads(installed(text))
    assert document == {"hooks": {event: [GROUP] for event in EVENTS}}
    assert remove(found(installed(text), backup=False)).settings.text is None
    assert remove(found(None)).settings.action == "keep"


OURS = {
    COMMAND: True,
    hook_command("/my 'own' place"): True,
    hook_command("~/x\ny"): True,
    "sh /other/.navi/hook claude || true": True,
    "sh /other/.navi/hook claude": False,
    "sh /x/.navi/hook claude || true; mine": False,
    "mine && sh /x/.navi/hook claude || true": False,
    "sh /x/hook claude || true": False,
    "~/.claude/hooks/notify.sh": False,
    "it's": False,
}


@pytest.mark.parametrize(("command", "ours"), OURS.items())
def test_only_what_navi_writes_is_taken_for_its_own(command: str, ours: bool) -> None:
    assert is_hook_command(command) is ours


def test_a_folder_that_has_changed_is_changed_in_place() -> None:
    old = installed(USUAL, sessions_dir="/old")
    new = installed(old)
    assert new == installed(USUAL)
    assert "/old" not in new


def test_a_sessions_dir_that_depends_on_where_one_is_is_refused() -> None:
    with pytest.raises(OperationError, match="sessions_dir must begin with"):
        install(found("{}", sessions_dir="here"))


KNOWN = {
    None: "UserPromptSubmit PostToolUse Notification Stop SessionStart SessionEnd",
    (1, 0, 60): "UserPromptSubmit PostToolUse Notification Stop",
    (2, 0, 76): "UserPromptSubmit PostToolUse Notification PermissionRequest Stop SessionStart SessionEnd",
    (2, 1, 78): " ".join([name for name in EVENTS if EVENTS[name] <= (2, 1, 78)]),
    (2, 1, 197): " ".join(EVENTS),
}


@pytest.mark.parametrize(("version", "events"), KNOWN.items())
def test_only_events_that_the_version_knows_are_named_else_it_would_skip_the_file(
    version: Version | None, events: str
) -> None:
    assert list(json.loads(installed("{}", version))["hooks"]) == events.split()


def test_an_older_version_gets_rid_of_what_it_does_not_know() -> None:
    assert installed(installed(USUAL), (1, 0, 60)).count(json.dumps(COMMAND)) == 4
    assert installed(installed(USUAL), None) == installed(USUAL)


# ---- on machines


def claude(account: Account, version: str = "2.1.200 (Claude Code)") -> None:
    """Put a Claude Code on an account's PATH that only knows its version."""
    path = account.bin / "claude"
    path.write_text(f"#!/bin/sh\necho {shlex.quote(version)}\n")
    path.chmod(0o755)


def settings(account: Account, text: str | None = None) -> Path:
    """Return where Claude Code's settings are, with this text in them."""
    path = account.home / ".claude" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    if text is not None:
        path.write_bytes(text.encode())
    return path


def opencode(account: Account) -> Path:
    """Let OpenCode be there; return where its plugin will be."""
    folder = account.home / ".config" / "opencode"
    folder.mkdir(parents=True)
    return folder / "plugin" / "navi.js"


async def carry_out(one: LabHost, what: str = "install", sessions_dir: str = SESSIONS_DIR) -> str:
    """Look, plan and write; return where the old settings are kept."""
    seen = await one.host.run(look_at_hooks(sessions_dir))
    operation = write_hooks((install if what == "install" else remove)(seen))
    settings = HostSettings(sessions_dir, False)
    return await one.host.run(operation._replace(arguments=tuple(map(settings.bind, operation.arguments))))


def tree(account: Account) -> dict[str, bytes]:
    """Return all files below the home that the hooks could touch."""
    folders = [account.home / name for name in (".claude", ".claude-sessions", ".config/opencode", "dotfiles")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(account.home)): path.read_bytes() for path in paths}


@everywhere
async def test_install_and_remove_are_one_story(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        claude(one.account)
        path, plugin = settings(one.account, USUAL), opencode(one.account)
        path.chmod(0o640)
        before = tree(one.account)
        backup = await carry_out(one)
        assert backup == f"{path}.before-navi"
        assert Path(backup).read_text() == USUAL
        assert path.read_text() == installed(USUAL)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        hook = one.account.sessions_dir / ".navi" / "hook"
        assert (hook.read_text(), stat.S_IMODE(hook.stat().st_mode)) == (hook_text(), 0o700)
        assert plugin.read_text() == plugin_text(SESSIONS_DIR)
        seen = await one.host.run(look_at_hooks(SESSIONS_DIR))
        assert (seen.version, seen.backup, seen.opencode) == ((2, 1, 200), True, True)
        assert (claude_hooks_status(seen).state, opencode_hooks_status(seen).state) == ("installed", "installed")
        assert install(seen).changes == ()
        await carry_out(one, "remove")
        assert tree(one.account) == before
        assert remove(await one.host.run(look_at_hooks(SESSIONS_DIR))).changes == ()


COPIES: dict[str, tuple[str, bool]] = {
    "as it was": (USUAL, True),
    "with the hooks": (installed(USUAL), True),
    "written otherwise": (json.dumps(json.loads(USUAL)), True),
    "other settings": ('{"model": "other"}', False),
    "no JSON": ("older", False),
    "empty": ("", False),
}


@pytest.mark.parametrize(("text", "goes"), COPIES.values(), ids=COPIES)
@everywhere
async def test_a_copy_that_holds_nothing_else_goes_with_the_hooks(lab: Lab, where: str, text: str, goes: bool) -> None:
    async with lab_host(lab, where) as one:
        path = settings(one.account, USUAL)
        copy, link = Path(f"{path}.before-navi.7"), Path(f"{path}.before-navi.8")
        copy.write_text(text)
        link.symlink_to(copy)
        await carry_out(one)
        await carry_out(one, "remove")
        assert path.read_text() == USUAL
        assert (copy.exists(), link.is_symlink()) == (not goes, True)


async def test_a_copy_that_has_changed_meanwhile_stays(lab: Lab) -> None:
    async with lab_host(lab, "local") as one:
        path = settings(one.account, USUAL)
        await carry_out(one)
        plan = remove(await one.host.run(look_at_hooks(SESSIONS_DIR)))
        Path(f"{path}.before-navi").write_text("mine")
        await one.host.run(write_hooks(plan))
        assert Path(f"{path}.before-navi").read_text() == "mine"
        assert path.read_text() == USUAL


@everywhere
async def test_where_nothing_was_nothing_is_left(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        claude(one.account, "no version")
        seen = await one.host.run(look_at_hooks(SESSIONS_DIR))
        assert (seen.version, seen.settings.text, seen.opencode) == (None, None, False)
        assert claude_hooks_status(seen).state == "absent"
        assert await carry_out(one) == ""
        assert set(tree(one.account)) == {".claude/settings.json", ".claude-sessions/.navi/hook"}
        await carry_out(one, "remove")
        assert tree(one.account) == {}


HOSTILE = (
    '{"a": "$(touch pwned) `id` \'\\"\\\\ * \\u0000 \\n ü ✓ 🚀"}\n\n\n',
    '{"-n": "%s\\\\n \u2028"}',
    '{"":"' + "x" * 200_000 + '"}',
)


@everywhere
@pytest.mark.parametrize("text", HOSTILE, ids=["quotes", "options", "long"])
async def test_hostile_settings_come_back_byte_for_byte(lab: Lab, where: str, text: str) -> None:
    async with lab_host(lab, where) as one:
        path = settings(one.account, text)
        await carry_out(one)
        assert path.read_bytes().decode() == installed(text, None)
        assert Path(f"{path}.before-navi").read_bytes().decode() == text
        await carry_out(one, "remove")
        assert path.read_bytes().decode() == text
        assert not list(one.account.home.rglob("pwned"))


@every_shell
def test_every_shell_writes_the_same(lab: Lab, shell: Shell) -> None:
    path, plugin = settings(lab.local, HOSTILE[0]), opencode(lab.local)
    seen = run(lab.local, shell, look_at_hooks(SESSIONS_DIR))
    assert seen.settings == File(str(path), HOSTILE[0])
    run(lab.local, shell, write_hooks(install(seen)))
    assert path.read_text() == installed(HOSTILE[0], seen.version)
    assert (plugin.read_text(), seen.hook.text) == (plugin_text(SESSIONS_DIR), None)
    seen = run(lab.local, shell, look_at_hooks(SESSIONS_DIR))
    assert (seen.hook.text, install(seen).changes) == (hook_text(), ())
    run(lab.local, shell, write_hooks(remove(seen)))
    assert (path.read_text(), plugin.exists()) == (HOSTILE[0], False)
    assert not list(path.parent.glob("*.navi.*"))


@everywhere
async def test_a_link_stays_a_link_and_its_file_is_changed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        path = settings(one.account)
        real = one.account.home / "dotfiles" / "claude it's.json"
        real.parent.mkdir()
        real.write_text(USUAL)
        (path.parent / "second").symlink_to("../dotfiles/claude it's.json")
        path.symlink_to("second")
        await carry_out(one)
        assert (os.readlink(path), real.read_text()) == ("second", installed(USUAL, None))
        assert [child.name for child in real.parent.iterdir()] == ["claude it's.json"]


@everywhere
async def test_older_backups_are_never_overwritten(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        path = settings(one.account, USUAL)
        Path(f"{path}.before-navi").write_text("older")
        Path(f"{path}.before-navi.2").symlink_to("nowhere")
        assert await carry_out(one) == f"{path}.before-navi.3"
        await carry_out(one, "remove")
        assert await carry_out(one) == f"{path}.before-navi.3"
        assert Path(f"{path}.before-navi").read_text() == "older"
        assert Path(f"{path}.before-navi.3").read_text() == USUAL


def unchanged_but(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


def gone(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@everywhere
@pytest.mark.parametrize("meanwhile", [unchanged_but, gone, a_folder])
async def test_what_has_changed_meanwhile_is_left_alone(lab: Lab, where: str, meanwhile: object) -> None:
    assert callable(meanwhile)
    async with lab_host(lab, where) as one:
        path = settings(one.account, USUAL)
        plan = install(await one.host.run(look_at_hooks(SESSIONS_DIR)))
        meanwhile(path)
        before = tree(one.account)
        with pytest.raises(OperationError, match="has changed in the meantime"):
            await one.host.run(write_hooks(plan))
        assert tree(one.account) == before


@everywhere
async def test_settings_that_have_appeared_meanwhile_are_left_alone(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        plan = install(await one.host.run(look_at_hooks(SESSIONS_DIR)))
        settings(one.account, "{}")
        with pytest.raises(OperationError, match="has changed in the meantime"):
            await one.host.run(write_hooks(plan))
        assert tree(one.account) == {".claude/settings.json": b"{}"}


def test_on_a_full_disk_everything_stays_as_it_was(lab: Lab) -> None:
    settings(lab.local, USUAL)
    before = tree(lab.local)
    plan = install(run(lab.local, DASH, look_at_hooks(SESSIONS_DIR)))
    full = Shell("full", ("sh", "-c", "trap '' XFSZ; ulimit -f 8; exec dash -s"))
    with pytest.raises(OperationError, match="can't be written; check the folder and the disk; nothing was changed"):
        run(lab.local, full, write_hooks(plan))
    assert tree(lab.local) == before


@pytest.mark.parametrize("copy", ["exit 1", 'echo cut >"$3"'], ids=["fails", "is cut"])
def test_a_backup_that_fails_is_seen(lab: Lab, copy: str) -> None:
    settings(lab.local, USUAL)
    before = tree(lab.local)
    plan = install(run(lab.local, DASH, look_at_hooks(SESSIONS_DIR)))
    stand_in(lab.local, "cp", f'case $3 in *before-navi) {copy} ;; *) exec "$real" "$@" ;; esac')
    with pytest.raises(OperationError, match="can be made; check the folder and the disk"):
        run(lab.local, DASH, write_hooks(plan))
    assert tree(lab.local) == before


def test_what_is_changed_at_the_last_moment_is_not_written_over(lab: Lab) -> None:
    path = settings(lab.local, USUAL)
    plan = install(run(lab.local, DASH, look_at_hooks(SESSIONS_DIR)))
    stand_in(lab.local, "cp", '"$real" "$@"\ncase $3 in *before-navi) echo >>"$2" ;; esac')
    with pytest.raises(OperationError, match="has changed in the meantime"):
        run(lab.local, DASH, write_hooks(plan))
    assert [path.read_text() for path in path.parent.iterdir()] == [USUAL + "\n"]


def test_settings_that_can_not_be_replaced_stay_and_the_backup_goes(lab: Lab) -> None:
    settings(lab.local, USUAL)
    before = tree(lab.local)
    plan = install(run(lab.local, DASH, look_at_hooks(SESSIONS_DIR)))
    stand_in(lab.local, "mv", 'case $3 in *settings.json) exit 1 ;; esac\nexec "$real" "$@"')
    with pytest.raises(OperationError, match=r"settings\.json has changed in the meantime, or can't be replaced"):
        run(lab.local, DASH, write_hooks(plan))
    assert tree(lab.local) == before | {".claude-sessions/.navi/hook": hook_text().encode()}


UNUSABLE = {
    "odd": (lambda path: path.mkdir(), "is not a file"),
    "loop": (lambda path: path.symlink_to(path), "is not a file"),
    "large": (lambda path: path.write_text(" " * (LARGEST_SETTINGS + 1)), "is larger than"),
    "bytes": (lambda path: path.write_bytes(b'{"a": "\xff"}'), "is not UTF-8"),
}


@everywhere
@pytest.mark.parametrize(("make", "words"), UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_settings_that_can_not_be_used_are_reported(lab: Lab, where: str, make: object, words: str) -> None:
    assert callable(make)
    async with lab_host(lab, where) as one:
        make(settings(one.account))
        seen = await one.host.run(look_at_hooks(SESSIONS_DIR))
        with pytest.raises(OperationError, match=words):
            install(seen)
        assert claude_hooks_status(seen).state == "unusable"


@everywhere
async def test_a_plugin_of_that_name_that_is_not_ours_stays(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        plugin = opencode(one.account)
        plugin.parent.mkdir()
        plugin.write_text("export const Mine = 1\n")
        await carry_out(one)
        seen = await one.host.run(look_at_hooks(SESSIONS_DIR))
        assert (claude_hooks_status(seen).state, opencode_hooks_status(seen).state) == ("installed", "unusable")
        await carry_out(one, "remove")
        assert plugin.read_text() == "export const Mine = 1\n"


def test_the_settings_are_where_the_environment_says(lab: Lab) -> None:
    place_of = {"CLAUDE_CONFIG_DIR": str(lab.folder / "else where"), "XDG_CONFIG_HOME": str(lab.folder / "config")}
    (lab.folder / "config" / "opencode").mkdir(parents=True)
    seen = run(lab.local, DASH, look_at_hooks(SESSIONS_DIR), place_of)
    assert seen.settings.path == str(lab.folder / "else where" / "settings.json")
    run(lab.local, DASH, write_hooks(install(seen)), place_of)
    assert (lab.folder / "else where" / "settings.json").exists()
    assert (lab.folder / "config" / "opencode" / "plugin" / "navi.js").exists()


STANDINGS = {
    "the hook is missing": (None, installed("{}")),
    "the hook is of another version": ("older", installed("{}")),
    "Stop missing": (hook_text(), installed("{}").replace('"Stop"', '"Stopp"')),
    "other events, or another folder": (hook_text(), installed("{}", sessions_dir="/x")),
}


@pytest.mark.parametrize(("reason", "files"), STANDINGS.items())
def test_what_is_out_of_date_is_reported(reason: str, files: tuple[str | None, str]) -> None:
    hook, text = files
    seen = InstalledHooks(SESSIONS_DIR, File("hook", hook), File("navi.js"), File("settings.json", text), NEWEST)
    assert (claude_hooks_status(seen).state, claude_hooks_status(seen).reason) == ("outdated", reason)


LEFT_OUT = {
    NEWEST: "",
    (2, 1, 100): "without PermissionDenied, Elicitation, ElicitationResult, which Claude Code 2.1.100 may not know",
    None: "without PostToolUseFailure, PermissionRequest, StopFailure, TeammateIdle, TaskCompleted, PermissionDenied,"
    " Elicitation, ElicitationResult, because its version is unknown",
}


@pytest.mark.parametrize(("version", "reason"), LEFT_OUT.items())
def test_the_events_that_are_left_out_are_reported(version: Version | None, reason: str) -> None:
    text = installed("{}", version)
    settings = File("settings.json", text)
    seen = InstalledHooks(SESSIONS_DIR, File("hook", hook_text()), File("navi.js"), settings, version)
    status = claude_hooks_status(seen)
    assert (status.state, status.reason) == ("installed", reason)
    assert all(event in EVENTS and f'"{event}"' not in text for event in status.left_out)
    assert bool(status.left_out) == bool(reason)


def test_hooks_that_are_switched_off_are_reported() -> None:
    text = installed('{"disableAllHooks": true}')
    seen = InstalledHooks(SESSIONS_DIR, File("hook", hook_text()), File("navi.js"), File("settings.json", text), NEWEST)
    assert claude_hooks_status(seen).reason == "but disableAllHooks is set"


def test_a_plan_without_changes_touches_nothing(lab: Lab) -> None:
    nothing = Change(File("/nowhere/at/all"), None)
    run(lab.local, DASH, write_hooks(Plan(nothing, nothing, nothing)))
    assert tree(lab.local) == {}


# ---- the whole way


def run_in_pane(account: Account, command: str, event: Mapping[str, object]) -> str:
    """Run a command as Claude Code does, in a pane of the session `api`; return its exit status."""
    (account.home / "command").write_text(command)
    (account.home / "event").write_text(json.dumps(event))
    (account.home / "run").write_text(
        'cd; sh -c "$(cat command)" <event >said 2>&1; echo $? >ended; exec sleep 10000\n'
    )
    account.new_session("api", f"{program('sh')} {account.home}/run")
    ended = account.home / "ended"
    return until(lambda: ended.read_text().strip() if ended.exists() else "", what="the command has ended")


@everywhere
@pytest.mark.parametrize("sessions_dir", [SESSIONS_DIR, "~/it's $(touch pwned) *"], ids=["usual", "hostile"])
async def test_what_stands_in_the_settings_makes_a_status_file(lab: Lab, where: str, sessions_dir: str) -> None:
    async with lab_host(lab, where) as one:
        claude(one.account)
        path = settings(one.account, USUAL)
        await carry_out(one, sessions_dir=sessions_dir)
        command = json.loads(path.read_text())["hooks"]["Notification"][-1]["hooks"][0]["command"]
        event = {
            "hook_event_name": "Notification",
            "message": "Shall I?",
            "notification_type": "agent_needs_input",
            "cwd": "/w",
        }
        assert run_in_pane(one.account, command, event) == "0"
        status = json.loads((one.account.home / sessions_dir.removeprefix("~/") / "api.json").read_text())
        assert (status["status"], status["message"], status["cwd"]) == ("waiting", "Shall I?", "/w")
        assert not list(one.account.home.rglob("pwned"))


def test_a_hook_that_is_gone_holds_nobody_up(lab: Lab) -> None:
    assert run_in_pane(lab.local, COMMAND, {"hook_event_name": "Stop"}) == "0"


ONE = """
const pause = () => new Promise((go) => setTimeout(go, 1100))
const hooks = await navi.server({ directory: "/work" })
const event = (type, properties) => hooks.event({ event: { type, properties } })
await event("session.created", { info: { id: "one" } })
await event("session.status", { sessionID: "one", status: { type: "busy" } })
await event("session.status", { sessionID: "one", status: { type: "retry" } }) // the same: not told
await hooks["tool.execute.after"]({ tool: "bash" })
await hooks["tool.execute.after"]({ tool: "bash" })
await event("permission.asked", { sessionID: "one" })
await event("file.edited", {})
await event("permission.replied", { sessionID: "one" })
await event("session.created", { info: { id: "two", parentID: "one" } })
await event("session.idle", { sessionID: "two" }) // a child's: not told
await event("question.asked", { sessionID: "two" })
await hooks["chat.message"]()
await pause()
await hooks["chat.message"]()
await event("session.error", {})
await event("session.idle", { sessionID: "one" })
await event("constructor", null)
await hooks.event({})
"""

TWO = """
const events = [
  { type: "session.created", data: { sessionID: "one" } },
  { type: "session.execution.started", data: { sessionID: "one" } },
  { type: "session.tool.input.started", data: { sessionID: "one", name: "shell" } },
  { type: "session.created", data: { sessionID: "two", parentID: "one" } },
  { type: "session.execution.succeeded", data: { sessionID: "two" } },
  { type: "form.created", data: { form: { sessionID: "two" } } },
  { type: "form.replied", data: { sessionID: "two" } },
  { type: "server.heartbeat" },
  { type: "session.execution.interrupted", data: { sessionID: "one" } },
]
await navi.setup({ event: { async *subscribe() { yield* events } } })
await navi.setup({})
"""

TOLD = {
    ONE: "session.created busy tool.execute.after tool.execute.after permission.asked permission.replied"
    " Notification chat.message chat.message session.error session.idle",
    TWO: "session.created busy tool.execute.after Notification busy session.idle",
}


def run_plugin(lab: Lab, driver: str, *words: str, **surroundings: str) -> list[dict[str, object]]:
    """Run OpenCode's plugin with a program in JavaScript around it; return what the hook was told."""
    (lab.folder / "navi.mjs").write_text(plugin_text("~/my place"))
    (lab.folder / "driver.mjs").write_text(f'import navi from "./navi.mjs"\n{driver}')
    command = ["node", str(lab.folder / "driver.mjs"), *words]
    environment = lab.environment() | surroundings
    done = subprocess.run(command, env=environment, cwd=lab.local.home, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    told = lab.local.home / "told"
    return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


def listening(lab: Lab) -> None:
    """Put something in the hook's place that writes down what it is told."""
    hook = lab.local.home / "my place" / ".navi" / "hook"
    hook.parent.mkdir(parents=True)
    hook.write_text('[ "$1,$CLAUDE_SESSIONS_DIR" = "opencode,$HOME/my place" ] && { cat; echo; } >>~/told\n')


IN_TMUX = {"TMUX": "x", "TMUX_PANE": "%0"}
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="needs node in the place of OpenCode's JavaScript")


@needs_node
@pytest.mark.parametrize(("driver", "words"), TOLD.items(), ids=["version 1", "version 2"])
def test_the_plugin_tells_what_opencode_does(lab: Lab, driver: str, words: str) -> None:
    listening(lab)
    told = run_plugin(lab, driver, **IN_TMUX)
    assert [one["hook_event_name"] for one in told] == words.split()
    tool = next(one for one in told if one["hook_event_name"] == "tool.execute.after")
    directory = "/work" if driver is ONE else str(lab.local.home)
    assert tool == {
        "hook_event_name": "tool.execute.after",
        "cwd": directory,
        "tool_name": "bash" if driver is ONE else "shell",
    }


@needs_node
def test_the_plugin_is_quiet_where_it_could_only_tell_of_the_wrong_session(lab: Lab) -> None:
    listening(lab)
    assert run_plugin(lab, TWO) == []
    assert run_plugin(lab, "await (await navi.server({})).event?.({ event: { type: 'session.idle' } })") == []
    assert run_plugin(lab, TWO, "--service", **IN_TMUX) == []


@needs_node
def test_without_the_hook_the_plugin_disturbs_nobody(lab: Lab) -> None:
    assert run_plugin(lab, ONE, **IN_TMUX) == []
    assert run_plugin(lab, TWO, **IN_TMUX) == []
    (lab.local.bin / "sh").write_text("")
    assert run_plugin(lab, TWO, **IN_TMUX) == []


@needs_node
def test_what_the_plugin_tells_makes_a_status_file(lab: Lab) -> None:
    lab.local.new_session("api", "sleep 10000")
    words = lab.local.tmux("list-panes", "-a", "-F", "#{socket_path},#{pid},0 #{pane_id}").split()
    folder = "~/my place"
    plan = install(run(lab.local, DASH, look_at_hooks(folder)))
    run(lab.local, DASH, write_hooks(plan), settings=settings_of(lab.local, folder=folder))
    run_plugin(lab, ONE, TMUX=words[0], TMUX_PANE=words[1])
    status = json.loads((lab.local.home / "my place" / "api.json").read_text())
    assert status["agents"]["opencode"]["status"] == "idle"
    assert status["metrics"]["tools"]["counts"] == {"bash": 2}


def test_the_manual_names_the_events() -> None:
    page = (Path(__file__).parents[3] / "man" / "navi.1").read_text()
    hooks = " ".join(page.partition(".Sh HOOKS\n")[2].partition(".Sh ")[0].split())
    assert f": {', '.join(EVENTS)}." in hooks
    assert "With {}.{}.{} these are all".format(*max(EVENTS.values())) in hooks
    assert "since {}.{}.{} know".format(*UNKNOWN_VERSION) in hooks


def test_a_claude_code_below_a_version_manager_is_found(lab: Lab) -> None:
    folder = lab.local.home / ".nvm" / "versions" / "node" / "v22" / "bin"
    folder.mkdir(parents=True)
    claude(lab.local)
    (lab.local.bin / "claude").rename(folder / "claude")
    assert run(lab.local, DASH, look_at_hooks(SESSIONS_DIR), {"PATH": "/usr/bin:/bin"}).version == (2, 1, 200)
