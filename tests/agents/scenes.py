"""The states of each agent that record.py records, and navi's right word for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.agents import claude, cline, codex, copilot, kimi, pi, vibe
from tests.agents.agent import Agent
from tests.agents.aider import Aider
from tests.agents.claude import Claude
from tests.agents.cline import Cline
from tests.agents.codex import Codex
from tests.agents.copilot import Copilot
from tests.agents.gemini import Gemini
from tests.agents.kimi import Kimi
from tests.agents.opencode import OpenCode
from tests.agents.pi import Pi
from tests.agents.qwen import Qwen
from tests.agents.vibe import Vibe
from tests.agents.ways import (
    asks_a_question,
    asks_for_permission,
    asks_to_write,
    asks_which_ones,
    fails,
    has_answered,
    has_left,
    is_continued,
    is_interrupted,
    is_killed_at_work,
    is_refused,
    is_started_elsewhere,
    is_suspended,
    is_suspended_at_work,
    runs_an_allowed_tool,
    shows_a_menu,
    streams,
    tries_again,
    waits_for_its_service,
)

UNSEEN = "-"
"""In place of a status that the screen does not show."""


class Scene(NamedTuple):
    """A state, how an agent gets into it, and navi's word. `narrow`, `broad` and `low` ones are recorded in such panes,
    too.

    `first` ones begin at an empty screen of the shell. `settles` are the seconds until everything is drawn.
    """

    state: str
    way: Callable[[Any], None]
    status: str
    narrow: bool = False
    first: bool = False
    settles: float = 1.2
    broad: bool = False
    low: bool = False


def is_started(agent: Agent) -> None:
    """Start it."""
    agent.start()


def begins(agent: Agent) -> None:
    """Start it, and look at once."""
    agent.begin()


def answers(prompt: str, truth: str) -> Callable[[Agent], None]:
    """Return the way that enters a prompt, whose answer is on the screen after 4 seconds."""

    def way(agent: Agent) -> None:
        agent.enter(prompt)
        time.sleep(4)
        agent.until(truth)

    return way


def says(text: str) -> Callable[[Agent], None]:
    """Return the way that lets it say a text."""
    return answers(f"say: {text}", "idle")


def repeats(text: str) -> Callable[[Agent], None]:
    """Return the way that lets it say a text over and over."""
    return answers(f"slow: 30 {text}", "working")


def writes(text: str) -> Callable[[Agent], None]:
    """Return the way that lets it write a text into a file, and show that."""

    def way(agent: Agent) -> None:
        agent.enter(f"write: {agent.work}/{agent.fresh()} {text}")
        agent.until("permission")
        time.sleep(1)
        agent.keys(agent.allow)
        time.sleep(2)
        agent.until("idle")

    return way


def goes_down(way: Callable[[Any], None], lines: int) -> Callable[[Any], None]:
    """Return the way that marks a choice further down: in a low pane the first ones are hidden then."""

    def goes(agent: Agent) -> None:
        way(agent)
        for _ in range(lines):
            agent.keys("Down")
            time.sleep(0.3)

    return goes


def has_typed(text: str) -> Callable[[Agent], None]:
    """Return the way that leaves a text in the box."""
    return lambda agent: agent.types(text)


def has_typed_while_it_works(text: str) -> Callable[[Agent], None]:
    """Return the way that leaves a text in the box while another comes."""

    def way(agent: Agent) -> None:
        streams(agent)
        agent.types(text)

    return way


def plans(way: Callable[[Claude], None]) -> Callable[[Claude], None]:
    """Return the way of Claude Code that begins with its other mode."""

    def planning(agent: Claude) -> None:
        agent.mode(claude.PLAN)
        way(agent)

    return planning


def prints(text: str) -> Callable[[Agent], None]:
    """Return the way that lets its user run a command that prints a text, a printf format."""

    def way(agent: Agent) -> None:
        agent.enter(f"!printf '{text}'")
        time.sleep(3)
        agent.until("idle")

    return way


ALL = [
    Scene("starting", begins, UNSEEN, first=True, settles=0),
    Scene("started", is_started, "idle", narrow=True, first=True),
    Scene("streaming", streams, "working", narrow=True),
    Scene("silent", waits_for_its_service, "working"),
    Scene("idle", has_answered, "idle", narrow=True),
    Scene("interrupted", is_interrupted, "idle", narrow=True),
    Scene("permission", asks_for_permission, "permission", narrow=True, low=True),
    Scene("permission-write", asks_to_write, "permission", narrow=True),
    Scene("allowed", runs_an_allowed_tool, "working", narrow=True),
    Scene("refused", is_refused, "idle"),
    Scene("error", fails, "error", narrow=True),
    Scene("retries", tries_again, "working", narrow=True),
    Scene("menu", shows_a_menu, "waiting", narrow=True, low=True),
    Scene("suspended", is_suspended, UNSEEN),
    Scene("suspended-working", is_suspended_at_work, UNSEEN),
    Scene("continued", is_continued, "idle"),
    Scene("killed", is_killed_at_work, UNSEEN),
    Scene("left", has_left, UNSEEN),
]
"""What every agent does."""

CLAUDE_DIALOG = (
    r"Bash command\n\n  touch x\n\nDo you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel · Tab to amend"
)
CLAUDE_QUESTION = r"Which colour?\n\n❯ 1. Red\n  2. Blue\n\nEnter to select · ↑/↓ to navigate · Esc to cancel"
CLAUDE_TRUST = (
    r"Accessing workspace:\n\n❯ 1. Yes, I trust this folder\n  2. No, exit\n\nEnter to confirm · Esc to cancel"
)
CLAUDE_ERROR = r"● API Error: 400 no\n\n● API Error\nesc to interrupt"

CODEX_DIALOG = (
    r"Would you like to run the following command?\n\n  $ touch x\n\n› 1. Yes, proceed (y)\n"
    r"  2. No, and tell Codex what to do differently (esc)\n\n  Press enter to confirm or esc to cancel"
)
CODEX_BUSY = r"Working (2s • esc to interrupt)\n\n• Working (2s • esc to interrupt)"
CODEX_ERROR = r"■ error\n\n■ stream disconnected"
CODEX_QUESTION = (
    r"Question 1/1 (1 unanswered)\n  Which colour?\n\n  › 1. Red\n    2. Blue\n\n"
    r"  tab to add notes | enter to submit answer | esc to interrupt"
)
GEMINI_DIALOG = (
    r"╭────────────╮\n│ ? Shell  touch x │\n│ Allow execution of [Shell]? │\n│                │\n"
    r"│ ● 1. Allow once │\n│   2. No, suggest changes (esc) │\n╰────────────╯"
)
GEMINI_BUSY = r"⠋ Thinking... (esc to cancel, 2s)\n\n ⠋ Thinking... (esc to cancel, 2s)"
GEMINI_ERROR = r"✕ [API Error: x]\n\n✕ [API Error: y]"
OPENCODE_DIALOG = (
    r"┃  △ Permission required\n  ┃    # Shell command\n  ┃\n"
    r"  ┃   Allow once   Allow always   Reject    ⇆ select  enter confirm\n  ┃"
)
OPENCODE_QUESTION = r"┃  1. Red\n  ┃  2. Blue\n  ┃\n  ┃  ↑↓ select  enter submit  esc dismiss\n  ┃"
OPENCODE_BUSY = r"⬝⬝⬝■■■  esc interrupt\n\n   ⬝⬝⬝■■■  esc interrupt"
QWEN_DIALOG = (
    r"? Shell touch x ←\n\n   touch x\n\n   Allow execution of: 'touch'?\n\n   › 1. Yes, allow once\n"
    r"     2. No, suggest changes (esc)\n\n  ⠏ Waiting for user confirmation..."
)
QWEN_QUESTION = (
    r"Choice\n\n   Which colour?\n\n   ❯ 1. Red\n     2. Blue\n\n   ↑/↓: Navigate | Enter: Select | Esc: Cancel\n\n"
    r"  ⠏ Waiting for user confirmation..."
)
QWEN_BUSY = r".. Thinking... (1s · esc to cancel)\n\n  .. Thinking... (1s · esc to cancel)"
QWEN_ERROR = r"✕ [API Error: 400 x]\n\n  ✕ [API Error: 400 y]"
COPILOT_DIALOG = (
    r"╭────────────╮\n│ Run a command │\n│ touch x │\n│ Do you want to run this command? │\n│ ❯ 1. Yes │\n"
    r"│   2. No, and tell Copilot what to do differently (Esc to stop) │\n"
    r"│ ↑/↓ to navigate · enter to select · esc to cancel │\n╰────────────╯"
)
COPILOT_QUESTION = (
    r"Copilot needs information.\n Which colour?\n\n ❯ Red\n   Blue\n\n"
    r" ↑/↓ select · enter accept · ctrl+d decline · esc cancel\n────────────────────────"
)
COPILOT_BUSY = r"○ Working · 110 B esc esc interrupt\n\n ○ Working · 110 B esc esc interrupt"
COPILOT_ERROR = r"✗ 400 The service answers 400.\n\n ✗ 400 The service answers 400."


def aider_scene(scene: Scene) -> Scene:
    """Return a scene of aider, which shows nothing of its own while a text comes."""
    unseen = scene.state in ("streaming", "suspended", "suspended-working")
    return scene._replace(status=UNSEEN if unseen else scene.status, narrow=scene.narrow and not unseen)


AIDER_DIALOG = r"touch x\nRun shell command? (Y)es/(N)o/(D)on't ask again [Yes]:\n\n> touch x"
AIDER_BUSY = r"░█        Waiting for openai/plain\n\n ░█       Waiting for openai/plain"
AIDER_ERROR = r"litellm.BadRequestError: OpenAIException - The service answers 400.\n\nlitellm.BadRequestError"


VIBE_DIALOG = (
    r"┌────────────┐\n│ Permission for the file_system.bash tool (touch *) │\n│ touch x │\n│ │\n│   1. Allow once │\n"
    r"│   4. Deny │\n│ │\n│ ↑↓/jk navigate  Enter select  Esc reject │\n└────────────┘"
)
VIBE_BUSY = r"⠙  Generating… (5s Esc/Ctrl+C to interrupt)\n\n ⣰ Generating… (9s Esc/Ctrl+C to interrupt)"
VIBE_QUESTION = (
    r"⠈⠃ User input required… (6s Esc/Ctrl+C to interrupt)\n┌───────┐\n│ Which colour? │\n│ │\n│   1. Red │\n└───────┘"
)


PI_DIALOG = (
    r"─────────────\n Dangerous command:\n\n   touch x\n\n Allow?\n\n → Yes\n   No\n\n"
    r" ↑↓ navigate  enter select  escape/ctrl+c cancel\n\n─────────────"
)
PI_BUSY = r"── ⠧ Working ──────────────\n\n── ⠧ Working ──────────────"
PI_ERROR = r"Error: 400: no\n\nError: 400: nothing of it\n\nEnd"


KIMI_DIALOG = (
    r"──────────────\n   ▶ Run this command?\n\n   $ touch x\n\n   ▶ 1. Approve once\n     3. Reject\n\n"
    r"   ↑/↓ select · 1/2/3/4 choose · ↵ confirm\n ──────────────"
)
KIMI_BUSY = r"⠏ Working… · Tip\n\n  🌑 · Tip: go on"
KIMI_ERROR = r"Error: [provider.api_error] 400 no\n\n   Error: [provider.api_error] 400"
KIMI_QUESTION = (
    r"──────────────\n  question\n\n  ? Which colour?\n\n   → [1] Red\n     [2] Blue\n\n"
    r"   ↑↓ select  1-3 / ↵ choose  ←/→/tab switch  esc cancel\n ──────────────"
)


CLINE_DIALOG = (
    r"Cline needs permission\n\n Approve tool call?\n\n run_commands\n\n   $ touch x\n\n  [y] Approve   [n] Deny"
)
CLINE_BUSY = r"⠋ Thinking... (esc to cancel)\n\n ⠋ Thinking... (esc to cancel)"
CLINE_QUESTION = r"Cline is asking a question\n\n Which colour?\n\n  > Red\n    Blue\n    Type a response..."


def quotes(**texts: str) -> list[Scene]:
    """Return the states in which an agent says, or is saying, what its screen shows in other states."""
    found = []
    for name, text in texts.items():
        found.append(Scene(f"says-{name}", says(text), "idle", narrow=True))
        found.append(Scene(f"streams-{name}", repeats(text + r"\n"), "working", narrow=True))
    return found


SCENES: Mapping[str, Sequence[Scene]] = {
    "claude": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True, low=True),
        Scene("picks", asks_which_ones, "waiting", narrow=True),
        Scene("review", claude.reviews_its_answers, "waiting", narrow=True),
        Scene("permission-last", goes_down(asks_for_permission, 2), "permission", low=True),
        Scene("menu-down", goes_down(shows_a_menu, 3), "waiting", low=True),
        Scene("plan", claude.asks_to_approve_a_plan, "waiting", narrow=True),
        Scene("shell-command", claude.runs_a_command_of_its_user, "working"),
        Scene("subagent", claude.runs_a_subagent, "working"),
        Scene("permission-subagent", claude.asks_in_a_subagent, "permission"),
        Scene("says-dialog", says(CLAUDE_DIALOG), "idle", narrow=True),
        Scene("says-question", says(CLAUDE_QUESTION), "idle", narrow=True),
        Scene("says-trust", says(CLAUDE_TRUST), "idle", narrow=True),
        Scene("says-error", says(CLAUDE_ERROR), "idle", narrow=True),
        Scene("streams-dialog", repeats(CLAUDE_DIALOG + r"\n"), "working", narrow=True),
        Scene("streams-error", repeats(CLAUDE_ERROR + r"\n"), "working"),
        Scene("typed-dialog", has_typed("Do you want to proceed? 1. Yes Esc to cancel esc to interrupt"), "idle"),
        Scene("prints-dialog", prints(CLAUDE_DIALOG), "idle"),
        Scene("writes-dialog", writes(CLAUDE_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        Scene("commands", has_typed("/mo"), "idle"),
        Scene("planning", plans(has_answered), "idle", narrow=True),
        Scene("streaming-planning", plans(streams), "working", narrow=True),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "codex": [
        *ALL,
        Scene("writes-dialog", writes(CODEX_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=CODEX_DIALOG, busy=CODEX_BUSY, error=CODEX_ERROR, question=CODEX_QUESTION),
        Scene("typed-dialog", has_typed("Would you like to run the following command? esc to cancel"), "idle"),
        Scene("question", codex.asks_a_question_while_it_plans, "waiting", narrow=True),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
        Scene("hooks", codex.asks_to_review_hooks, "waiting", narrow=True, first=True),
    ],
    "gemini": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True),
        Scene("writes-dialog", writes(GEMINI_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=GEMINI_DIALOG, busy=GEMINI_BUSY, error=GEMINI_ERROR),
        Scene("typed-dialog", has_typed("Allow execution of Shell 1. Allow once (esc to cancel, 2s)"), "idle"),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "opencode": [
        *[one._replace(broad=one.narrow) for one in ALL],
        Scene("question", asks_a_question, "waiting", narrow=True),
        Scene("writes-dialog", writes(OPENCODE_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=OPENCODE_DIALOG, busy=OPENCODE_BUSY, question=OPENCODE_QUESTION),
        Scene("typed-dialog", has_typed("△ Permission required enter confirm esc interrupt"), "idle"),
    ],
    "qwen": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True),
        Scene("picks", asks_which_ones, "waiting", narrow=True),
        Scene("writes-dialog", writes(QWEN_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=QWEN_DIALOG, busy=QWEN_BUSY, error=QWEN_ERROR, question=QWEN_QUESTION),
        Scene("typed-dialog", has_typed("Allow execution of: 'touch'? 1. Yes, allow once (esc to cancel)"), "idle"),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "copilot": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True),
        Scene("question-text", copilot.takes_a_text, "waiting", narrow=True),
        Scene("writes-dialog", writes(COPILOT_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=COPILOT_DIALOG, busy=COPILOT_BUSY, error=COPILOT_ERROR, question=COPILOT_QUESTION),
        Scene("typed-dialog", has_typed("Do you want to run this command? 1. Yes esc to cancel ○ Working"), "idle"),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "aider": [
        *[aider_scene(one) for one in ALL if one.state != "menu"],
        Scene("writes-dialog", writes(AIDER_DIALOG), "idle", narrow=True),
        *[
            one for one in quotes(dialog=AIDER_DIALOG, busy=AIDER_BUSY, error=AIDER_ERROR) if "streams" not in one.state
        ],
        Scene("typed-dialog", has_typed("Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]:"), "idle"),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "vibe": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True),
        Scene("picks", asks_which_ones, "waiting", narrow=True),
        Scene("writes-dialog", writes(VIBE_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=VIBE_DIALOG, busy=VIBE_BUSY, question=VIBE_QUESTION),
        Scene("typed-dialog", has_typed("Permission for the bash tool 1. Allow once 4. Deny Esc reject"), "idle"),
        Scene("trust", vibe.is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "pi": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True),
        Scene("writes-dialog", writes(PI_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=PI_DIALOG, busy=PI_BUSY, error=PI_ERROR),
        Scene("typed-dialog", has_typed("Dangerous command: Allow? → Yes escape/ctrl+c cancel"), "idle"),
        Scene("trust", pi.is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "kimi": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True, low=True),
        Scene("picks", asks_which_ones, "waiting", narrow=True),
        Scene("review", kimi.reviews_an_answer, "waiting", narrow=True),
        Scene("writes-dialog", writes(KIMI_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=KIMI_DIALOG, busy=KIMI_BUSY, error=KIMI_ERROR, question=KIMI_QUESTION),
        Scene("typed-dialog", has_typed("Run this command? 1. Approve once ↑/↓ select Esc cancel"), "idle"),
        Scene("trust", is_started_elsewhere, "waiting", narrow=True, first=True),
    ],
    "cline": [
        *ALL,
        Scene("question", asks_a_question, "waiting", narrow=True, low=True),
        Scene("writes-dialog", writes(CLINE_DIALOG), "idle", narrow=True),
        Scene("typed-working", has_typed_while_it_works("and then"), "working"),
        *quotes(dialog=CLINE_DIALOG, busy=CLINE_BUSY, question=CLINE_QUESTION),
        Scene("typed-dialog", has_typed("Cline needs permission [y] Approve   [n] Deny"), "idle"),
        Scene("offer", cline.offers_a_subscription, "waiting", narrow=True, first=True),
        Scene("interrupted-at-once", cline.is_interrupted_at_once, "idle"),
        Scene("long", cline.streams_more_than_the_screen, "working", narrow=True, low=True),
        Scene("long-ended", cline.wrote_more_than_the_screen, "idle", narrow=True, low=True),
        Scene("scrolled-back", cline.is_scrolled_back, "unknown"),
        Scene("plans", cline.plans, "idle"),
    ],
}
"""By agent, its states."""

AGENTS: Mapping[str, type[Agent]] = {
    kind.name: kind for kind in (Claude, Codex, Gemini, OpenCode, Qwen, Copilot, Aider, Vibe, Pi, Kimi, Cline)
}
"""By name, the drivers."""
