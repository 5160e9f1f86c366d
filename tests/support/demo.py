"""The fleet of the demo and of the pictures: agents that play stories, here and on three machines."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.machines import Account, Lab
from tests.support.serving import serving

Story = list[tuple[int, str, str]]
"""An agent's steps, repeated forever: seconds, status, message."""

API: Story = [
    (7, "working", "Reading the failing test"),
    (9, "permission", "Run make test?"),
    (8, "working", "Running the test suite: 412 tests"),
    (12, "done", "All tests pass; the retry now honours the deadline"),
]
MIGRATION: Story = [
    (6, "working", "Writing the migration for invoices"),
    (5, "working", "Checking it against a copy of the table"),
    (10, "waiting", "Shall the old column stay for one release?"),
    (9, "done", "Migration written, with a way back"),
]
REVIEW: Story = [
    (11, "working", "Reading 14 changed files"),
    (7, "permission", "Fetch origin?"),
    (6, "working", "Comparing with the main branch"),
    (14, "done", "Two remarks, none of them blocking"),
]
BUILD: Story = [
    (5, "working", "Building the image"),
    (4, "error", "The build ended with status 2: out of disk space"),
    (8, "working", "Clearing old layers and building again"),
    (13, "done", "Image built and pushed"),
]

Stories = Mapping[str, Story]
"""The stories of one machine, by session."""

FLEET: Mapping[str, Stories] = {
    "atlas": {"api": API, "billing": MIGRATION, "search": REVIEW},
    "build-box": {"images": BUILD, "nightly": REVIEW, "release": API, "toolchain": MIGRATION},
    "staging": {"deploy": BUILD, "load-test": API, "rollback": REVIEW},
}
SHELLS = {"atlas": "fish", "build-box": "zsh", "staging": "bash"}
HERE: Stories = {"notes": REVIEW, "website": API}

AGENT = """\
#!/bin/sh
# claude STORY: a stand-in for an agent. Each line of STORY is: seconds, status file, text for the pane.
set -u
session=${1##*/}
mkdir -p ~/.claude-sessions
while :; do
    while IFS='\t' read -r seconds status text; do
        beside=~/.claude-sessions/.$session.$$
        printf '%s\\n' "$status" | sed "s/@now@/$(date +%s)/" >"$beside"
        mv "$beside" ~/.claude-sessions/"$session".json
        printf '%s  %s\\n' "$(date +%H:%M:%S)" "$text"
        sleep "$seconds"
    done <"$1"
done
"""


def begun_apart(stories: Stories) -> Stories:
    """Return the stories, each started one step later than the one before, so that the sessions differ."""
    first = {session: turn % len(story) for turn, (session, story) in enumerate(stories.items())}
    return {session: story[first[session] :] + story[: first[session]] for session, story in stories.items()}


def start_agent(account: Account, session: str, story: Story, program: str = "claude") -> None:
    """Start a session whose agent plays `story`. Processes call it by the name of `program`."""
    place = account.home / "work" / session
    place.mkdir(parents=True)
    path = account.home / "stories" / session
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(line(session, place, *step) for step in story))
    words = ["exec", "bash", "-c", f'exec -a {program} sh "$@"', program, str(account.bin / "claude"), str(path)]
    account.new_session(session, f"cd {shlex.quote(str(place))} && {shlex.join(words)}")


def line(session: str, place: Path, seconds: int, status: str, message: str) -> str:
    """Return one step in the format of the agent's script."""
    record = {"tmux_session": session, "status": status, "message": message, "cwd": str(place), "timestamp": "@now@"}
    status_file = json.dumps(record).replace('"@now@"', "@now@")
    return f"{seconds}\t{status_file}\t{status}: {message}\n"


def start_agents(account: Account, stories: Stories, program: str = "claude") -> None:
    """Start all sessions of one account."""
    agent = account.bin / "claude"
    agent.write_text(AGENT)
    agent.chmod(0o755)
    for session, story in stories.items():
        start_agent(account, session, story, program)


HEADLESS: Mapping[str, tuple[str, Story]] = {
    "local": ("Bring the release notes up to date", [
        (5, "say", "Reading the commits since the last tag"),
        (7, "say", "Sorting 31 changes into added, changed and fixed"),
        (1, "ask", "git tag -s v2.4.0"),
        (9, "say", "Notes written; the tag waits for the release"),
    ]),
    "atlas": ("Find out why the nightly import is slow", [
        (6, "say", "Profiling the import with last night's data"),
        (8, "say", "Two thirds of the time is one query without an index"),
        (12, "say", "With the index, 41 minutes become 12"),
    ]),
}  # fmt: skip
"""The agents without a terminal, by their hosts: what they are to do, and the steps of their stories."""


PROMPTS: Mapping[str, tuple[str, str]] = {
    "Bring the release notes up to date": (
        "release",
        "Bring CHANGELOG.md up to date: read the commits since v2.3.0, sort them into added, changed and fixed, and "
        "tag the release.",
    ),
    "Find out why the nightly import is slow": (
        "import",
        "The nightly import takes 41 minutes. Find out where the time goes, and what would make it faster.",
    ),
}
"""Where the agents without a terminal run, below ~/work, and what they are asked, by their titles."""


@contextmanager
def headless_agents(lab: Lab) -> Iterator[None]:
    """Run a hub of the lab's own, and agents without a terminal that play stories; both end with the context."""
    with serving(lab):
        for host, (title, story) in HEADLESS.items():
            spawn(lab, host, title, story)
        yield


def spawn(lab: Lab, host: str, title: str, story: Story, times: int = 100) -> None:
    """Start an agent without a terminal that plays a story again and again, whatever its prompt says."""
    name, prompt = PROMPTS[title]
    place = next(one for one in (lab.local, *lab.machines) if one.name == host).home / "work" / name
    place.mkdir(parents=True, exist_ok=True)
    steps = " ;; ".join(f"{does} {text} ;; wait {seconds}" for seconds, does, text in story)
    (place / ".navi-story").write_text(" ;; ".join([steps] * times) + "\n")
    words = ["spawn", "--harness", "scripted", "--host", host, "-c", str(place), "--title", title, prompt]
    environment = lab.environment()
    subprocess.run([sys.executable, "-m", "navi", *words], env=environment, capture_output=True, check=True)


def start_fleet(lab: Lab, fleet: Mapping[str, Stories], here: Stories, program: str = "claude") -> None:
    """Start the machines and their sessions, and write remotes.yaml; staging is reached through a bastion."""
    lab.machine("bastion", shell="sh")
    remotes = []
    for name, stories in fleet.items():
        machine = lab.machine(name, shell=SHELLS[name] if shutil.which(SHELLS[name]) else "sh")
        start_agents(machine, stories, program)
        remotes.append(machine.remote(jump_host="bastion") if name == "staging" else machine.remote())
    start_agents(lab.local, here, program)
    lab.remotes_yaml(remotes)
