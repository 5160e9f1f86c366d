"""The fleet of the pictures: that of the demo, but at rest. Only one agent asks, and goes on when it is answered.

with Lab(folder) as lab, scene(lab, PICTURED):
    ...

It looks the same whenever and wherever it is set up: all clocks of its machines are ahead, so that the start of its
sessions, and whatever happens while it is set up, is as old as its times say. What they call LASTING reads the same for
the better part of an hour.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support import repository
from tests.support.ahead import put_ahead
from tests.support.demo import (
    API,
    BUILD,
    MIGRATION,
    REVIEW,
    Stories,
    Story,
    spawn,
    start_agent,
    start_agents,
    start_fleet,
)
from tests.support.machines import Account, Lab, program, replace
from tests.support.serving import serving
from tests.support.waiting import until


def stopped(story: Story, step: int) -> Story:
    """Return a story that reaches this step, counted from 0, and stays there."""
    return [*((1, status, message) for _, status, message in story[:step]), (86400, *story[step][1:])]


FLEET: Mapping[str, Stories] = {
    "atlas": {"billing": stopped(MIGRATION, 2), "search": stopped(REVIEW, 2)},
    "build-box": {"images": stopped(BUILD, 1), "nightly": stopped(REVIEW, 3), "release": stopped(API, 2)},
    "staging": {"deploy": stopped(BUILD, 2), "rollback": stopped(REVIEW, 3)},
}
HERE: Stories = {"website": stopped(API, 3)}

PLAYER = "player"
"""What the stand-ins are called: a report that is older than an agent's process would not count."""

MINUTE, HOUR, DAY = 60, 3600, 86400


class Times(NamedTuple):
    """How many seconds the clocks are ahead, which is how old everything real is, and for how many seconds each session
    has its status. The one that asks can't have it for longer than its agent runs, but can have it later than now.
    """

    ahead: int
    ages: Mapping[str, int]

    @property
    def now(self) -> int:
        """What the clocks show (epoch)."""
        return int(time.time()) + self.ahead


PICTURED = Times(250, {
    "api": 0, "billing": 250, "search": 18, "images": 1500, "nightly": 3900, "release": 130, "deploy": 65,
    "rollback": 9000, "website": 5400,
})  # fmt: skip
"""Times as people have them."""

MARGIN = 4 * MINUTE
"""By how much ages are above those that are shown: hosts' clocks have whole seconds."""

LASTING = Times(2 * DAY + MARGIN, {
    name: MARGIN + age for name, age in {
        "api": -2 * HOUR, "billing": 3 * HOUR, "search": HOUR, "images": 4 * HOUR, "nightly": 26 * HOUR,
        "release": 3 * HOUR, "deploy": 5 * HOUR, "rollback": 3 * DAY, "website": 6 * HOUR,
    }.items()
})  # fmt: skip
"""Times that read the same for 56 minutes, in hours and days."""

ASKS = """\
> The retry test fails now and then. Why?

● Read(http/retry.py)
  ⎿  Read 148 lines

● The deadline is computed before the lock is
  taken, so a slow lock eats the whole budget.

● Update(http/retry.py)
    61 -    deadline = now() + budget
    62      with self.lock:
    62 +        deadline = now() + budget

────────────────────────────────────────────────
 Bash command

   make test
   Run the test suite

 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and don't ask again for: make test
   3. No

 Esc to cancel · Tab to amend"""
"""What the agent of atlas/api shows, and waits for a key."""

WORKS = """\
● Update(http/retry.py)
    61 -    deadline = now() + budget
    62      with self.lock:
    62 +        deadline = now() + budget

● Bash(make test)
  ⎿  Running…

✻ Testing… (4s · esc to interrupt)

────────────────────────────────────────────────
❯\u00a0
────────────────────────────────────────────────
  esc to interrupt"""
"""What it shows then."""

ASKER = """\
#!/bin/sh
# claude FOLDER SECONDS: ask, as if that had been some time ago, take a key, and go on working
put() {
    cat "$1/$2.txt"
    sed "s/@now@/$(($(date +%s) - $3))/" "$1/$2.json" >~/.claude-sessions/.api.new
    mv ~/.claude-sessions/.api.new ~/.claude-sessions/api.json
}
stty -icanon -echo
printf '\\033]2;retry\\033\\\\\\033[H\\033[2J\\033[?25l'
put "$1" asks "$2"
head -c 1 >/dev/null
printf '\\033[H\\033[2J\\033[3J'
put "$1" works 0
while :; do sleep 3600; done
"""

GH = repository.RECORDED | {
    "title": "Compute the deadline under the lock",
    "url": "https://github.com/acme/http/pull/42",
    "labels": [{"name": "bug"}],
    "additions": 2,
    "deletions": 1,
    "changedFiles": 1,
}
"""The pull request of atlas/api."""

RETRY = """\
def attempt(self, budget):
    deadline = now() + budget
    with self.lock:
        return self.once(deadline)
"""

NOTES = "say Reading the commits since the last tag ;; say Sorting 31 changes into added, changed and fixed ;; " + (
    "ask git tag -s v2.4.0"
)
IMPORT = "say Two thirds of the time is one query without an index ;; say With the index, 41 minutes become 12"


def set_scene(lab: Lab, times: Times) -> None:
    """Start the demo's machines with the scene's sessions, and one that refuses every key."""
    start_fleet(lab, FLEET, {}, PLAYER)
    closed = lab.machine("gpu")
    (closed.folder / "authorized_keys").write_text("")
    remotes = [machine for machine in lab.machines if machine.name != "bastion"]
    lab.remotes_yaml(one.remote(jump_host="bastion") if one.name == "staging" else one.remote() for one in remotes)
    for account in (lab.local, *lab.machines):
        put_ahead(account, times.ahead)
    accounts = {machine.name: machine for machine in lab.machines}
    for name, stories in FLEET.items():
        settle(accounts[name], stories, times)
    start_agents(lab.local, HERE, PLAYER)
    settle(lab.local, HERE, times)
    start_agent(lab.local, "notes", stopped(REVIEW, 0))
    forget_status(lab.local, "notes")
    for account in (lab.local, *accounts.values()):
        name_panes(account)
    start_asker(lab, accounts["atlas"], times)


@contextmanager
def scene(lab: Lab, times: Times) -> Iterator[None]:
    """Set the scene, and keep two agents without a terminal until the context is left."""
    set_scene(lab, times)
    with serving(lab):
        spawn(lab, "local", "Bring the release notes up to date", steps(NOTES), times=1)
        spawn(lab, "atlas", "Find out why the nightly import is slow", steps(IMPORT), times=1)
        until(lambda: resting(lab), 120, "both agents without a terminal rest", interval=0.3)
        yield


def resting(lab: Lab) -> bool:
    """Return whether both agents without a terminal have come to their ends: a change in sight would be marked."""
    words = [sys.executable, "-m", "navi", "ls", "--json", "--host", "local", "--host", "atlas"]
    answer = subprocess.run(words, env=lab.environment(), capture_output=True, text=True, check=False).stdout
    sessions = json.loads(answer)["sessions"] if answer else []
    return sorted(one["status"] for one in sessions if one.get("headless")) == ["permission", "waiting"]


def steps(text: str) -> Story:
    """Return the story of an agent without a terminal, which ends with a long rest."""
    return [(0, *one.split(" ", 1)) for one in text.split(" ;; ")]  # type: ignore[misc]


def settle(account: Account, stories: Stories, times: Times) -> None:
    """Wait for the ends of the stories, then set the ages of the statuses."""
    for session, story in stories.items():
        _, status, message = story[-1]
        wait_for(account.sessions_dir / f"{session}.json", message)
        cwd = str(account.home / "work" / session)
        when = times.now - times.ages[session]
        account.write_status(session, status=status, message=message, cwd=cwd, timestamp=when)


def name_panes(account: Account) -> None:
    """Give the panes of an account, if it has some, the names of their sessions: tmux calls them by the machine."""
    if account.sessions_dir.exists():
        for name in account.tmux("list-sessions", "-F", "#{session_name}").split():
            account.tmux("select-pane", "-t", f"={name}:", "-T", name)


def wait_for(path: Path, text: str) -> None:
    """Wait until a file exists and contains a text."""
    until(lambda: path.exists() and text in path.read_text(), what=f"{text} in {path}")


def forget_status(account: Account, session: str) -> None:
    """Remove a session's status file, so that navi has to find out by itself."""
    path = account.sessions_dir / f"{session}.json"
    until(path.exists, what=f"{path}")
    path.unlink()


# ---- the agent that asks


def start_asker(lab: Lab, account: Account, times: Times) -> None:
    """Start atlas/api, in a repository with a branch, a change and a pull request."""
    folder = account.home / "work" / "api"
    commit_work(account, folder, times)
    replace(lab.local.bin / "gh", f"#!/bin/sh\ncat <<'END'\n{json.dumps(GH)}\nEND\n", mode=0o755)
    texts = account.home / "asker"
    texts.mkdir()
    for name, text, status, message in (
        ("asks", ASKS, "permission", "Run make test?"), ("works", WORKS, "working", "Running the test suite"),
    ):  # fmt: skip
        record = {"tmux_session": "api", "status": status, "message": message, "cwd": str(folder)}
        (texts / f"{name}.txt").write_text(text)
        (texts / f"{name}.json").write_text(json.dumps(record | {"timestamp": "@now@"}).replace('"@now@"', "@now@"))
    replace(account.bin / "asker", ASKER, mode=0o755)
    words = f"exec bash -c 'exec -a claude sh \"$@\"' claude {account.bin}/asker {texts} {times.ages['api']}"
    account.new_session("api", f"cd {folder} && {words}")
    wait_for(account.sessions_dir / "api.json", "make test")


def commit_work(account: Account, folder: Path, times: Times) -> None:
    """Make a repository whose branch has a commit that its remote has not, and a change."""
    folder.mkdir(parents=True)
    when = times.now - 3 * DAY - 12 * HOUR
    repository.run(account, folder, "init", "--quiet")
    for name, text in (("retry.py", RETRY), ("test_retry.py", "...\n")):
        (folder / name).write_text(text)
    commit(account, folder, "Retry with a budget", when)
    repository.run(account, folder, "remote", "add", "origin", "git@github.com:acme/http.git")
    repository.run(account, folder, "update-ref", "refs/remotes/origin/fix-retry", "HEAD")
    repository.run(account, folder, "checkout", "--quiet", "-b", "fix-retry", "--track", "origin/fix-retry")
    (folder / "test_retry.py").write_text("def test_a_slow_lock(): ...\n")
    commit(account, folder, "Test a slow lock", when)
    (folder / "retry.py").write_text(RETRY.replace("    deadline = now() + budget\n", ""))


def commit(account: Account, folder: Path, subject: str, when: int) -> None:
    """Commit everything at a time (epoch)."""
    repository.run(account, folder, "add", "--all")
    dates = [f"GIT_{who}_DATE=@{when} +0000" for who in ("AUTHOR", "COMMITTER")]
    settings = ("user.name=Ada", "user.email=ada@example.org", "commit.gpgsign=0")
    options = [word for setting in settings for word in ("-c", setting)]
    account.run("env", *dates, program("git"), "-C", str(folder), *options, "commit", "--quiet", "-m", subject)
