"""What an agent needs to start without a question of a first run: files in its home, and variables.

Nothing here is secret: the key is a word that the scripted service accepts like any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from tests.agents.script import PLAIN
from tests.agents.versions import version
from tests.support.machines import replace

KEY = "scripted"

Variables = Mapping[str, str]
"""Those of an environment, by name."""


def claude(home: Path, work: Path, url: str) -> Variables:
    """Write the files of Claude Code in a home, and return its variables.

    It trusts the folder `work` and those below it, and asks no other machine than the service at `url`.
    """
    state = {
        "hasCompletedOnboarding": True,
        "lastOnboardingVersion": version("claude"),
        "theme": "dark",
        "numStartups": 5,
        "autoUpdates": False,
        "customApiKeyResponses": {"approved": [KEY], "rejected": []},
        "projects": {str(work): {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}},
    }
    write(home / ".claude.json", json.dumps(state, indent=2))
    return {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": KEY,
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


def codex(home: Path, work: Path, url: str) -> Variables:
    """Write the files of Codex in a home, and return its variables.

    They leave its sandbox out: with one, Codex does not ask whether it may trust a folder.
    """
    settings = f"""\
model = "gpt-5-codex"
model_provider = "scripted"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"

[projects.{json.dumps(str(work))}]
trust_level = "trusted"

[tui]
screen_reader_detection_done = true
"""
    write(home / ".codex" / "config.toml", settings)
    return {"OPENAI_API_KEY": KEY}


def gemini(home: Path, work: Path, url: str) -> Variables:
    """Write the files of Gemini CLI in a home, and return its variables."""
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": True}},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "ui": {"hideTips": True},
    }
    write(home / ".gemini" / "settings.json", json.dumps(settings, indent=2))
    write(home / ".gemini" / "trustedFolders.json", json.dumps({str(work): "TRUST_FOLDER"}))
    return {"GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": KEY}


def opencode(home: Path, _work: Path, url: str) -> Variables:
    """Write the files of OpenCode in a home, and return its variables. It has no folders that it does not trust."""
    model = {"name": "Scripted", "tool_call": True, "limit": {"context": 200000, "output": 8000}}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Scripted",
        "options": {"baseURL": f"{url}/v1", "apiKey": KEY},
        "models": {"scripted": model},
    }
    settings = {
        "$schema": "https://opencode.ai/config.json",
        "autoupdate": False,
        "share": "disabled",
        "model": "scripted/scripted",
        "small_model": "scripted/scripted",
        "enabled_providers": ["scripted"],
        "permission": {"bash": "ask", "edit": "ask"},
        "provider": {"scripted": provider},
    }
    write(home / ".config" / "opencode" / "opencode.json", json.dumps(settings, indent=2))
    return {}


def qwen(home: Path, work: Path, url: str) -> Variables:
    """Write the files of Qwen Code in a home, and return its variables."""
    settings = {
        "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": True}},
        "general": {"enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "model": {"name": "scripted"},
        "tools": {"approvalMode": "default", "useRipgrep": False},
        "memory": {"enableManagedAutoMemory": False},
        "ui": {"hideTips": True},
    }
    write(home / ".qwen" / "settings.json", json.dumps(settings, indent=2))
    write(home / ".qwen" / "trustedFolders.json", json.dumps({str(work): "TRUST_FOLDER"}))
    return {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": KEY, "OPENAI_MODEL": "scripted"}


def copilot(home: Path, work: Path, url: str) -> Variables:
    """Write the files of GitHub Copilot CLI in a home, and return its variables. With a provider, it needs no login."""
    settings = {"banner": "never", "trusted_folders": [str(work)], "trustedFolders": [str(work)]}
    write(home / ".copilot" / "config.json", json.dumps(settings, indent=2))
    return {
        "COPILOT_PROVIDER_BASE_URL": f"{url}/v1",
        "COPILOT_PROVIDER_API_KEY": KEY,
        "COPILOT_MODEL": "scripted",
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
    }


def aider(home: Path, work: Path, url: str) -> Variables:
    """Write the files of aider in a home, and return its variables. What it would ask at its first start is decided."""
    write(home / ".gitconfig", "[user]\n\tname = u\n\temail = u@localhost\n")
    write(work / ".git" / "HEAD", "ref: refs/heads/main\n")
    for folder in ("objects", "refs"):
        (work / ".git" / folder).mkdir(exist_ok=True)
    write(work / ".gitignore", ".aider*\n.env\n")
    return {
        "OPENAI_API_BASE": f"{url}/v1",
        "OPENAI_API_KEY": KEY,
        "AIDER_MODEL": f"openai/{PLAIN}",
        "AIDER_WEAK_MODEL": "openai/scripted",
        "AIDER_EDIT_FORMAT": "diff",
        "AIDER_ANALYTICS": "false",
        "AIDER_CHECK_UPDATE": "false",
        "AIDER_SHOW_MODEL_WARNINGS": "false",
        "AIDER_SHOW_RELEASE_NOTES": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def vibe(home: Path, _work: Path, url: str) -> Variables:
    """Write the files of Mistral Vibe in a home, and return its variables. It trusts a folder without files for it."""
    settings = f"""\
active_model = "scripted"
default_agent = "ask"
enable_update_checks = false
enable_telemetry = false
disable_welcome_banner_animation = true

[[providers]]
name = "scripted"
api_base = "{url}/v1"
api_key_env_var = "SCRIPTED_KEY"

[[models]]
name = "scripted"
provider = "scripted"
alias = "scripted"
"""
    write(home / ".vibe" / "config.toml", settings)
    return {"SCRIPTED_KEY": KEY}


PI_ASKS = """\
export default function (pi) {
    pi.on("tool_call", async (event, ctx) => {
        if (event.toolName !== "bash" && event.toolName !== "write") return;
        const [kind, what] = event.toolName === "bash" ? ["command", event.input.command] : ["file", event.input.path];
        const choice = await ctx.ui.select(`Dangerous ${kind}:\\n\\n  ${what}\\n\\nAllow?`, ["Yes", "No"]);
        if (choice !== "Yes") return { block: true, reason: "Blocked by user" };
    });
    pi.registerTool({
        name: "question",
        label: "Question",
        description: "Ask the user a question",
        parameters: { type: "object", properties: { questions: { type: "array" } }, required: ["questions"] },
        async execute(id, { questions: [asked] }, signal, onUpdate, ctx) {
            const choice = await ctx.ui.select(asked.question, asked.options.map((option) => option.label));
            return { content: [{ type: "text", text: `The user chose ${choice}` }], details: {} };
        },
    });
}
"""
"""An extension of Pi, which has no questions of its own. The first part is as in the example that comes with Pi."""


def pi(home: Path, _work: Path, url: str) -> Variables:
    """Write the files of Pi in a home, and return its variables. It trusts a folder without files for it."""
    provider = {
        "baseUrl": f"{url}/v1",
        "api": "openai-completions",
        "apiKey": KEY,
        "models": [{"id": "scripted", "contextWindow": 200000, "maxTokens": 8000}],
    }
    settings = {
        "defaultProvider": "scripted",
        "defaultModel": "scripted",
        "enableInstallTelemetry": False,
        "quietStartup": True,
        "theme": "dark",
    }
    folder = home / ".pi" / "agent"
    write(folder / "models.json", json.dumps({"providers": {"scripted": provider}}, indent=2))
    write(folder / "settings.json", json.dumps(settings, indent=2))
    write(folder / "extensions" / "ask.ts", PI_ASKS)
    return {"PI_OFFLINE": "1"}


def kimi(home: Path, work: Path, url: str) -> Variables:
    """Write the files of Kimi Code in a home, and return its variables."""
    settings = f"""\
default_model = "scripted"
telemetry = false

[providers.scripted]
type = "openai"
base_url = "{url}/v1"
api_key = "{KEY}"

[models.scripted]
provider = "scripted"
model = "scripted"
max_context_size = 200000
"""
    write(home / ".kimi-code" / "config.toml", settings)
    place = f"wd_{work.name}_{sha256(str(work).encode()).hexdigest()[:12]}"
    write(home / ".kimi-code" / "workspace-trust" / place, json.dumps({"root": str(work), "trustedAt": 0}))
    return {"KIMI_CODE_NO_AUTO_UPDATE": "1"}


def cline(home: Path, _work: Path, url: str) -> Variables:
    """Write the files of Cline in a home, and return its variables. It has no folders that it does not trust."""
    settings = {"provider": "openai-compatible", "apiKey": KEY, "model": "scripted", "baseUrl": f"{url}/v1"}
    provider = {"settings": settings, "updatedAt": "2026-01-01T00:00:00.000Z", "tokenSource": "manual"}
    providers = {"version": 1, "lastUsedProvider": "openai-compatible", "modes": {}}
    shown = {"cline-cli-cline-pass-intro": True, "cline-cli-desktop-launch": True}
    folder = home / ".cline" / "data" / "settings"
    write(folder / "providers.json", json.dumps({**providers, "providers": {"openai-compatible": provider}}, indent=2))
    write(folder / "cli-notices.json", json.dumps({"shown": shown}))
    return {"CLINE_NO_AUTO_UPDATE": "1"}


def write(path: Path, text: str) -> None:
    """Write a file of a home (0600), and make its folder (0700) if it is missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(path, text)
