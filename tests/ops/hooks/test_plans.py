"""The hooks of other agents than Claude Code: merging their files as text, and looking and writing on real machines."""

from __future__ import annotations

import json
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.remote import SESSIONS_DIR
from navi.ops import HostSettings, OperationError
from navi.ops.hooks.files import OTHER_AGENTS, File, InstalledHooks, Plan, look_at_hooks, write_hooks
from navi.ops.hooks.install import hook_text
from navi.ops.hooks.json_text import parse
from navi.ops.hooks.plans import HOOKED_AGENTS, OTHER_HOOKS, copilot_text, hooks_status, plan_install, plan_remove
from navi.ops.hooks.settings import AgentSettings, hook_command
from tests.ops.hooks.test_install import FORMATS, USUAL, claude, opencode
from tests.support.lab_hosts import LabHost, everywhere, lab_host
from tests.support.machines import Account, Lab
from tests.support.scripts import Shell, every_shell, run

SHARED = ("gemini", "qwen")
"""Agents whose hooks are in their user's settings."""

shared = pytest.mark.parametrize("agent", SHARED)
other = pytest.mark.parametrize("agent", OTHER_AGENTS)


def found(
    texts: Mapping[str, str | None] = MappingProxyType({}),
    hook: str | None = None,
    present: Collection[str] = OTHER_AGENTS,
) -> InstalledHooks:
    """Return what a look finds where the files of agents hold these texts."""
    files = {name: File(f"{name}.json", texts.get(name)) for name in OTHER_AGENTS}
    plugin = File("navi.js")
    return InstalledHooks(
        SESSIONS_DIR, File("hook", hook), plugin, File("settings.json"), others=files, present=frozenset(present)
    )


def text_of(plan: Plan, agent: str) -> str | None:
    """Return the text that an agent's file is to have."""
    return plan.others[agent].text


def after(plan: Plan, backups: Collection[str] = ()) -> InstalledHooks:
    """Return what a look finds once a plan was carried out."""
    texts = {name: text_of(plan, name) for name in plan.others}
    return InstalledHooks(
        SESSIONS_DIR,
        File("hook", plan.hook.text),
        File("navi.js", plan.plugin.text),
        File("settings.json", plan.settings.text),
        others={name: File(f"{name}.json", texts.get(name)) for name in OTHER_AGENTS},
        present=frozenset(OTHER_AGENTS),
        backups=frozenset(backups),
    )


# ---- merging


@shared
@pytest.mark.parametrize("text", [text for text in FORMATS.values() if text.strip() != "{\n}"])
def test_settings_come_back_byte_for_byte(agent: str, text: str) -> None:
    plan = plan_install(found({agent: text}))
    assert text_of(plan, agent) != text
    back = plan_remove(after(plan, [agent]))
    assert text_of(back, agent) == text


@shared
@given(st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=5), max_size=3))
def test_other_settings_survive(agent: str, rest: Mapping[str, object]) -> None:
    text = json.dumps({"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}, **rest})
    if "hooks" in rest:
        return
    new = text_of(plan_install(found({agent: text})), agent)
    assert new is not None
    assert AgentSettings(agent, "", new).without().text == text


@shared
def test_each_event_calls_the_hook_for_its_agent(agent: str) -> None:
    text = text_of(plan_install(found({agent: "{}"})), agent)
    hooks = json.loads(text or "")["hooks"]
    assert tuple(hooks) == OTHER_HOOKS[agent].events
    command = hook_command(SESSIONS_DIR, agent)
    assert all(group["hooks"][0]["command"] == command for groups in hooks.values() for group in groups)
    assert f"/.navi/hook {agent} || true" in command


def test_copilot_gets_a_file_of_its_own() -> None:
    text = text_of(plan_install(found()), "copilot")
    document = json.loads(text or "")
    assert document["version"] == 1
    assert tuple(document["hooks"]) == OTHER_HOOKS["copilot"].events
    assert document["hooks"]["Notification"][0]["matcher"] == "permission_prompt|elicitation_dialog"
    assert text_of(plan_remove(after(plan_install(found()))), "copilot") is None


@shared
def test_an_event_that_is_not_wanted_any_more_is_taken_out(agent: str) -> None:
    hook = {"type": "command", "command": hook_command(SESSIONS_DIR, agent)}
    older = AgentSettings(agent, "", "{}").with_event("SessionStart", hook).text
    assert "SessionStart" not in json.loads(text_of(plan_install(found({agent: older})), agent) or "")["hooks"]


# ---- which agents


def test_by_default_agents_that_are_there_get_hooks() -> None:
    assert set(plan_install(found(present=["qwen"])).others) == {"qwen"}
    assert plan_install(found(present=[])).others == {}


@pytest.mark.parametrize("agent", HOOKED_AGENTS)
def test_only_named_agents_get_hooks(agent: str) -> None:
    plan = plan_install(found(present=[]), [agent])
    changed = {name for name, one in plan.by_name.items() if one.action != "keep"}
    assert changed == {"hook", {"claude": "settings", "opencode": "plugin"}.get(agent, agent)}


def test_the_hook_stays_while_another_agent_calls_it() -> None:
    seen = after(plan_install(found(), ["gemini", "copilot"]))
    plan = plan_remove(seen, ["gemini"])
    assert {name for name, one in plan.by_name.items() if one.action != "keep"} == {"gemini"}
    assert plan_remove(seen, ["gemini", "copilot"]).hook.text is None
    assert plan_remove(seen).hook.text is None


# ---- states


@other
def test_the_state_follows_what_is_there(agent: str) -> None:
    assert hooks_status(found(), agent).state == "absent"
    assert "was not found" in hooks_status(found(present=[]), agent).reason
    seen = after(plan_install(found()))
    assert hooks_status(seen, agent).state == "installed"
    without_hook = found({agent: seen.others[agent].text})
    assert "the hook is missing" in hooks_status(without_hook, agent).reason
    text = (seen.others[agent].text or "").replace('\\"$HOME\\"', "/elsewhere")
    moved = found({agent: text}, hook_text())
    assert hooks_status(moved, agent).state == "outdated"


@shared
@pytest.mark.parametrize("text", ["[]", "{", '{"hooks": []}', '{"hooks": {"Stop": 1}}'])
def test_a_file_that_can_not_be_used_is_left_alone(agent: str, text: str) -> None:
    seen = found({agent: text})
    assert hooks_status(seen, agent).state == "unusable"
    assert agent not in plan_install(seen).others
    assert agent not in plan_remove(seen).others
    with pytest.raises(OperationError, match="nothing was changed"):
        plan_install(seen, [agent])


@pytest.mark.parametrize("text", ["{}", "mine", copilot_text("sh mine")])
def test_a_file_of_copilots_that_is_not_navis_is_left_alone(text: str) -> None:
    seen = found({"copilot": text})
    assert "is not navi's; move it away" in hooks_status(seen, "copilot").reason
    assert "copilot" not in plan_install(seen).others
    assert "copilot" not in plan_remove(seen).others


def test_settings_of_claude_code_that_can_not_be_read_do_not_hinder_others() -> None:
    seen = found()
    broken = File("settings.json", problem="is not a file")
    seen = InstalledHooks(SESSIONS_DIR, seen.hook, seen.plugin, broken, others=seen.others, present=seen.present)
    assert plan_install(seen, ["gemini"]).settings.action == "keep"
    with pytest.raises(OperationError, match="is not a file"):
        plan_install(seen)


# ---- on machines


def files(account: Account) -> dict[str, Path]:
    """Return where the files of the other agents are, in folders that are there."""
    paths = {
        "gemini": account.home / ".gemini" / "settings.json",
        "qwen": account.home / ".qwen" / "settings.json",
        "copilot": account.home / ".copilot" / "hooks" / "navi.json",
    }
    for path in paths.values():
        (account.home / path.relative_to(account.home).parts[0]).mkdir(exist_ok=True)
    return paths


async def carry_out(one: LabHost, plan: Plan) -> str:
    """Write a plan; return where old settings are kept."""
    operation, settings = write_hooks(plan), HostSettings(SESSIONS_DIR, False)
    return await one.host.run(operation._replace(arguments=tuple(map(settings.bind, operation.arguments))))


@everywhere
async def test_all_agents_are_installed_and_removed(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        claude(one.account)
        opencode(one.account)
        paths = files(one.account)
        for agent in SHARED:
            paths[agent].write_text(USUAL)
            paths[agent].chmod(0o640)
        kept = await carry_out(one, plan_install(await one.host.run(look_at_hooks(SESSIONS_DIR))))
        assert kept == ", ".join(f"{paths[agent]}.before-navi" for agent in SHARED)
        seen = await one.host.run(look_at_hooks(SESSIONS_DIR))
        assert (seen.present, seen.backups) == (frozenset(OTHER_AGENTS), frozenset(SHARED))
        assert [hooks_status(seen, agent).state for agent in HOOKED_AGENTS] == ["installed"] * len(HOOKED_AGENTS)
        assert plan_install(seen).changes == ()
        assert all(stat.S_IMODE(paths[agent].stat().st_mode) == 0o640 for agent in SHARED)
        await carry_out(one, plan_remove(seen))
        assert [paths[agent].read_text() for agent in SHARED] == [USUAL, USUAL]
        assert not paths["copilot"].exists()
        assert plan_remove(await one.host.run(look_at_hooks(SESSIONS_DIR))).changes == ()


@every_shell
def test_every_shell_reads_and_writes_the_same(lab: Lab, shell: Shell) -> None:
    paths = files(lab.local)
    paths["gemini"].write_text('{"a": "$(touch pwned) `id` \'\\"\\\\ ü"}\n\n')
    before = paths["gemini"].read_text()
    run(lab.local, shell, write_hooks(plan_install(run(lab.local, shell, look_at_hooks(SESSIONS_DIR)))))
    seen = run(lab.local, shell, look_at_hooks(SESSIONS_DIR))
    assert [hooks_status(seen, agent).state for agent in OTHER_AGENTS] == ["installed"] * len(OTHER_AGENTS)
    assert isinstance(parse(paths["copilot"].read_text()), dict)
    run(lab.local, shell, write_hooks(plan_remove(seen)))
    assert paths["gemini"].read_text() == before
    assert not paths["qwen"].exists()
    assert not list(lab.local.home.rglob("*.navi.*"))
    assert not list(lab.local.home.rglob("pwned"))


def test_a_folder_of_copilots_own_is_used(lab: Lab) -> None:
    elsewhere = lab.local.home / "elsewhere"
    seen = run(lab.local, Shell("copilot", ("env", f"COPILOT_HOME={elsewhere}", "dash")), look_at_hooks(SESSIONS_DIR))
    assert seen.others["copilot"].path == f"{elsewhere}/hooks/navi.json"
