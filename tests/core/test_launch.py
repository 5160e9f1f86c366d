"""What new sessions run: presets, templates and their mistakes, steps; and what is left when one fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from navi.config.reader import read_template, read_templates
from navi.core.agents import AGENTS, AgentKind
from navi.core.launch import GDB, PRESETS, PYTHON, SHELL, Launch, Step, agent, command, keeping_pane, program_of, ready
from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account, living, navi, pane
from tests.support.waiting import until

# ---- pure

PROGRAMS = (
    ("claude", "claude"),
    ("  claude --x", "claude"),
    ("~/bin/x -y", "~/bin/x"),
    ("FOO=1 claude", ""),
    ("'a b'", ""),
    ("$(id)", ""),
    ("", ""),
    ("   ", ""),
)


@pytest.mark.parametrize(("line", "program"), PROGRAMS)
def test_the_program_is_the_first_word_if_it_needs_no_quoting(line: str, program: str) -> None:
    assert program_of(line) == program


def test_agents_commands_and_what_is_kept() -> None:
    kind = AgentKind("claude", (), start="cl -x", skip_permissions="--skip")
    assert agent(kind) == Launch("agent", "cl -x", "cl")
    assert agent(kind, True).line == "cl -x --skip"
    assert command("make; make test") == Launch("command", "make; make test", ends=True)
    assert (keeping_pane(SHELL).keep, keeping_pane(SHELL).ends, keeping_pane(command("x")).ends) == (True, False, True)
    assert ready(PYTHON, "", 3).steps == (Step("await", "^>>>", 3),)
    first = ready(command("x")._replace(steps=(Step("send", "y"),)), "z", 1)
    assert first.steps == (Step("await", "z", 1), Step("send", "y"))


# ---- templates

WHOLE = """
run: python
directory: ~/work
window: repl
keep: yes
env:
  A: 1
  B: "two words"
steps:
  - wait: ">>>"
  - send: import this
  - expect: Zen (of)
    timeout: 2.5
  - keys: C-l
"""


def written(folder: Path, text: str) -> Path:
    """Write a template."""
    path = folder / "t.yaml"
    path.write_text(text)
    return path


def test_a_template_says_what_runs_where_and_which_steps_are_taken(tmp_path: Path) -> None:
    template, problems = read_template(written(tmp_path, WHOLE), AGENTS)
    assert problems == ()
    assert template is not None
    assert (template.name, template.directory) == ("t", "~/work")
    assert template.launch == keeping_pane(PYTHON)._replace(
        window="repl",
        variables=("A=1", "B=two words"),
        steps=(
            Step("await", ">>>", 15.0),
            Step("send", "import this"),
            Step("expect", "Zen (of)", 2.5),
            Step("keys", "C-l"),
        ),
    )


SMALL = (
    ("run: gdb", GDB),
    ("run: shell", SHELL),
    ("command: make watch", command("make watch")),
    ("window: x", SHELL._replace(window="x")),
    ("run: claude\nskip_permissions: true", agent(AGENTS[0], True)),
)


@pytest.mark.parametrize(("text", "launch"), SMALL)
def test_a_template_of_one_or_two_lines_is_enough(tmp_path: Path, text: str, launch: Launch) -> None:
    template, problems = read_template(written(tmp_path, text), AGENTS)
    assert problems == ()
    assert template is not None
    assert template.launch == launch


MISTAKES = (
    ("", 0, "is empty"),
    ("# only a comment\n", 0, "is empty"),
    ("run: [", 1, "is not YAML"),
    ("- run", 1, "expected fields"),
    ("rnu: python", 1, "unknown field `rnu`; did you mean `run`?"),
    ("\nrun: pyhton", 2, "`run` must be one of shell, python, gdb, claude"),
    ("command: x\nrun: gdb", 2, "use either `run` or `command`, not both"),
    ("run: gdb\nrun: gdb", 2, "duplicate `run`"),
    ("run: {a: b}", 1, "`run` must be a single string"),
    ("keep: perhaps", 1, "`keep`"),
    ("env: text", 1, "`env` must map names to values"),
    ("env:\n  A: 1\n  B-C: 2", 3, "`B-C` is not a valid variable name"),
    ("env:\n  A: [1]", 2, "`A` must be a single string"),
    ("steps: x", 1, "`steps` must be a list"),
    ("steps:\n  - send: a\n  - sned: b", 3, "unknown field `sned`; did you mean `send`?"),
    ("steps:\n  - send: a\n    wait: b", 2, "a step must have exactly one of wait, expect, send, keys"),
    ("steps:\n  - timeout: 3", 2, "a step must have exactly one of"),
    ("steps:\n  - wait: a\n    timeout: soon", 3, "`timeout`"),
    ("steps:\n  - wait: a\n    timeout: [1]", 3, "`timeout` must be seconds from 0.1 to 3600, not `a list or fields`"),
    ("steps:\n  - text", 2, "expected fields"),
)


@pytest.mark.parametrize(("text", "line", "words"), MISTAKES)
def test_each_mistake_is_reported_with_file_and_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = written(tmp_path, text)
    template, problems = read_template(path, AGENTS)
    assert template is None
    assert any(one.file == str(path) and one.line == line and words in one.text for one in problems), problems


def test_a_template_that_is_no_yaml_is_not_called_empty(tmp_path: Path) -> None:
    _, problems = read_template(written(tmp_path, "run: ["), AGENTS)
    assert len(problems) == 1


def test_a_bad_template_hides_no_good_one(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("run: gdb")
    (tmp_path / "a.yaml").write_text("run: shell")
    (tmp_path / "c.yaml").write_text("run: nothing")
    (tmp_path / "readme.txt").write_text("x")
    templates, problems = read_templates(tmp_path, AGENTS)
    assert [one.name for one in templates] == ["a", "b"]
    assert [Path(one.file).name for one in problems] == ["c.yaml"]
    assert read_templates(tmp_path / "none", AGENTS) == ((), ())


# ---- new


def created(lab: Lab, *words: str) -> dict[str, Any]:
    """Create a session, and return what is told of it."""
    return dict(json.loads(navi(lab, "new", *words, "--json").stdout))


def template(lab: Lab, name: str, text: str) -> None:
    """Write a template of the user's."""
    folder = lab.local.home / ".config" / "navi" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)


STEPS = """
run: python
steps:
  - wait: ">>>"
  - send: import time; time.sleep(0.4); x = 6 * 7
  - wait: "^>>> $"
  - send: |
      class A:
          a = x

          b = a + 1
  - expect: ">>>"
  - send: print(A.b)
  - wait: ^43$
"""


@HERE_AND_THERE
def test_the_steps_of_a_template_are_taken_one_after_the_other(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    (there.home / "work").mkdir()
    template(lab, "repl", STEPS)
    told = created(lab, "api", *host, "--template", "repl", "-c", "~/work", "--window", "mine")
    assert (told["type"], told["window"], told["registered"]) == ("python-repl", "mine", True)
    shown = pane(there, "api")
    assert "\n43\n" in shown
    assert "Error" not in shown
    assert created(lab, "again", *host, "--template", "repl")["name"] == "again"


FAILING = (
    (
        "run: shell\nsteps:\n  - wait: never\n    timeout: 0.3",
        75,
        "timed out after 0.3 s waiting for never; nothing was created",
    ),
    ("run: shell\nsteps:\n  - wait: (", 64, "does not understand the pattern"),
    ("run: python\nsteps:\n  - wait: '>>>'\n  - send: exit()\n  - wait: never", 1, "died with "),
    ("command: exit 3\nkeep: true\nsteps:\n  - wait: never", 1, "died"),
    ("directory: /nowhere", 66, "there is no directory /nowhere"),
)


@pytest.mark.parametrize(("text", "status", "words"), FAILING)
def test_a_step_that_fails_leaves_nothing(lab: Lab, text: str, status: int, words: str) -> None:
    lab.local.new_session("bystander", "exec sleep 1000")
    template(lab, "t", text)
    assert words in navi(lab, "new", "api", "--template", "t", status=status).stderr
    assert living(lab.local) == {"bystander"}
    assert "api" not in json.loads(registry_text(lab.local))["sessions"]
    navi(lab, "new", "api")
    assert living(lab.local) == {"bystander", "api"}


def registry_text(account: Account) -> str:
    """The registry, or an empty one."""
    path = account.folder / "tmp" / "claude-tmux-sockets" / ".sessions.json"
    return path.read_text() if path.exists() else '{"sessions": {}}'


def test_a_template_that_is_not_there_or_not_right(lab: Lab) -> None:
    assert "there are none" in navi(lab, "new", "x", "--template", "t", status=64).stderr
    template(lab, "good", "run: gdb")
    template(lab, "bad", "run: gbd\nenv: x")
    assert "known templates: bad, good" in navi(lab, "new", "x", "--template", "t", status=64).stderr
    assert "no template named" in navi(lab, "new", "x", "--template", "../good", status=64).stderr
    done = navi(lab, "new", "x", "--template", "bad", status=64)
    assert "bad.yaml:1: " in done.stderr
    assert "bad.yaml:2: " in done.stderr
    assert living(lab.local) == set()


@pytest.mark.parametrize("shell", ["bash", "fish", "tcsh", "zsh", "ksh", "busybox"])
def test_variables_come_to_the_program_whatever_the_login_shell(lab: Lab, shell: str) -> None:
    there = lab.machine("box", shell=shell)
    lab.remotes_yaml([there])
    value = 'it\'s "$HOME" `id` a;'
    words = [
        "--env",
        f"NAVI_TEST={value}",
        "--env",
        "EMPTY=",
        "--command",
        "env | grep -E 'NAVI_TEST|EMPTY'; sleep 1000",
    ]
    navi(lab, "new", "api", "--host", "box", *words)
    until(lambda: "EMPTY=" in pane(there, "api").splitlines(), what="it shows its environment")
    assert f"NAVI_TEST={value}" in pane(there, "api").splitlines()
    assert "invalid variable" in navi(lab, "new", "x", "--host", "box", "--env", "1A=b", status=64).stderr


@pytest.mark.parametrize("name", [*PRESETS])
def test_presets_are_ready_when_they_show_their_prompt_whatever_the_indices(lab: Lab, name: str) -> None:
    (lab.local.home / ".tmux.conf").write_text("set -g base-index 1\nset -g pane-base-index 1\n")
    told = created(lab, "api", f"--{name}", "--wait")
    assert told["target"] == "api:1.1"
    assert {"shell": "", "python": ">>>", "gdb": "(gdb)"}[name] in pane(lab.local, "api")
    for words in (["health"], ["send", "--keys", "Enter"], ["capture"]):
        navi(lab, *words, "-t", told["target"])
    navi(lab, "send", "api", "1")
    assert navi(lab, "cleanup").stdout == "nothing to remove\n"


def test_what_is_kept_stays_with_its_text_and_its_status(lab: Lab) -> None:
    navi(lab, "new", "api", "--command", "echo last words; exit 9", "--keep")
    until(lambda: "dead" in navi_health(lab), what="it is dead")
    assert navi(lab, "capture", "api").stdout.startswith("last words\n")
    assert "status 9" in navi_health(lab)


def navi_health(lab: Lab) -> str:
    """What ls says of its health."""
    found = json.loads(navi(lab, "ls", "--host", "local", "--json").stdout)["sessions"]
    return next(f"{one['health']} {one['health_reason']}" for one in found if one["name"] == "api")


def test_one_name_is_one_session_on_whatever_server(lab: Lab) -> None:
    first = created(lab, "api", "-S", f"{lab.folder}/one.sock")
    refused = navi(lab, "new", "api", "-S", f"{lab.folder}/two.sock", status=73)
    assert f"registered on {first['socket']}" in refused.stderr
    navi(lab, "new", "api", status=73)
    with lab.local.hung_server("-S", first["socket"]):
        refused = navi(lab, "new", "api", status=75)
    assert "api is registered, and its tmux server does not answer; nothing was created" in refused.stderr
    created(lab, "other")
    assert lab.local.tmux("list-sessions", "-F", "#{session_name}") == "other"
    lab.local.tmux("-S", first["socket"], "kill-server")
    assert created(lab, "api", "-S", f"{lab.folder}/t w;o/sock")["socket"] == f"{lab.folder}/t w;o/sock"
    assert navi(lab, "send", "api", "echo o''k", "--wait", "^ok$").stdout == "ok\n"


def test_of_twenty_at_once_none_is_lost_and_of_one_name_there_is_one(lab: Lab) -> None:
    def begin(name: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "navi", "new", name, "--command", "sleep 1000"]
        return subprocess.Popen(words, env=lab.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    ends = [one.wait(timeout=100) for one in [begin(f"s{number}") for number in range(20)]]
    assert ends == [0] * 20
    assert living(lab.local) == {f"s{number}" for number in range(20)}
    assert set(json.loads(registry_text(lab.local))["sessions"]) == living(lab.local)
    ends = [one.wait(timeout=100) for one in [begin("same") for _ in range(6)]]
    assert sorted(ends) == [0, 73, 73, 73, 73, 73]
