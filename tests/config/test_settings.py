"""remotes.yaml and config.yaml: what is wrong is said with its line, and what is right still loads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from navi.config.navi_files import NaviFiles
from navi.config.reader import read_remotes, read_settings
from navi.config.remote import SESSIONS_DIR, Remote
from navi.config.settings import Settings
from navi.core.agents import AGENTS, CLAUDE, AgentKind, ScreenRule
from navi.ops.look.agents import describe

GUIDE = """\
remotes:
  - name: dev-server
    host: dev.example.com
    user: sean
    key: ~/.ssh/id_rsa

  - name: staging
    host: staging.example.com
    user: deploy
    key: ~/.ssh/deploy_key
    jump_host: bastion.example.com
"""

GOOD = "  - {name: good, host: good.example.com}\n"


def remotes(folder: Path, text: str | bytes) -> tuple[tuple[Remote, ...], list[str]]:
    """Read a remotes.yaml of this text; problems come without the file's name."""
    path = folder / "remotes.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, problems = read_remotes(path)
    assert all(problem.file == str(path) for problem in problems)
    return found, [str(problem).removeprefix(f"{path}:").strip() for problem in problems]


NEEDS_A_KEY = "needs a key or a list of keys, such as `x` or `[x, f8]`; quote signs: `'~'`"


NEEDS_COLORS = "needs colours and attributes, such as `bold yellow` or `'#ffd75f on 236'`; quote what has a `#`"


def settings(folder: Path, text: str) -> tuple[Settings, list[str]]:
    """Read a config.yaml of this text."""
    path = folder / "config.yaml"
    path.write_text(text)
    found, problems = read_settings(path)
    return found, [str(problem).removeprefix(f"{path}:").strip() for problem in problems]


# ---- remotes.yaml


def test_the_file_of_the_guide_works_unchanged(tmp_path: Path) -> None:
    found, problems = remotes(tmp_path, GUIDE)
    assert problems == []
    assert found == (
        Remote("dev-server", "dev.example.com", "sean", "~/.ssh/id_rsa"),
        Remote("staging", "staging.example.com", "deploy", "~/.ssh/deploy_key", jump_host="bastion.example.com"),
    )
    assert {remote.sessions_dir for remote in found} == {SESSIONS_DIR}


def test_every_field_is_read(tmp_path: Path) -> None:
    text = """\
remotes:
- name: 7
  host: ::1
  user: null
  key:
  sessions_dir: ~/s d
  jump_host: a,b
  port: "2222"
  connect_timeout: 2.5
  command_timeout: 60
  cleanup: off
  enabled: "no"
"""
    found, problems = remotes(tmp_path, text)
    assert problems == []
    assert found == (Remote("7", "::1", "", "", "~/s d", "a,b", 2222, 2.5, 60, False, False),)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "null\n", "{}\n", "remotes:\n", "remotes: []\n", "---\n"])
def test_a_file_without_remotes_is_no_problem(tmp_path: Path, text: str) -> None:
    assert remotes(tmp_path, text) == ((), [])


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert read_remotes(tmp_path / "missing.yaml") == ((), ())


FIELDS = "cleanup, command_timeout, connect_timeout, enabled, host, jump_host, key, name, port, sessions_dir, user"

BAD_ENTRIES = [
    ("- host: h", ["3: a remote without a name: missing `name`"]),
    ("- name: x", ["3: remote `x`: missing `host`"]),
    ("- name: x\n    host:", ["4: remote `x`: missing `host`"]),
    ("- {}", ["3: a remote without a name: missing `name`",
              "3: a remote without a name: missing `host`"]),
    ("- just a text", ["3: a remote without a name: expected fields (`name: value`)"]),
    ("- [a, b]", ["3: a remote without a name: expected fields (`name: value`)"]),
    ("-", ["3: a remote without a name: expected fields (`name: value`)"]),
    ("- {name: x, host: [a]}", ["3: remote `x`: `host` must be one value, not a list or fields"]),
    ("- {name: x, host: {a: b}}", ["3: remote `x`: `host` must be one value, not a list or fields"]),
    ("- {name: x, host: -oProxyCommand=evil}",
     ["3: remote `x`: `host` may not begin with `-` or hold spaces: `-oProxyCommand=evil`"]),
    ("- {name: x, host: a b}", ["3: remote `x`: `host` may not begin with `-` or hold spaces: `a b`"]),
    ("- {name: x, host: h, user: -x}", ["3: remote `x`: `user` may not begin with `-` or hold spaces: `-x`"]),
    ("- {name: x, host: h, jump_host: -J}", ["3: remote `x`: `jump_host` may not begin with `-` or hold spaces: `-J`"]),
    *[
        (f"- {{name: x, host: h, jump_host: '{jumps}'}}",
         [f"3: remote `x`: `jump_host` {why}: `{jumps}`; "
          "write [USER@]HOST[:PORT], several with commas between them, or none"])
        for jumps, why in (
            ("x@y:abc", "has the port `abc`, which is not from 1 to 65535"),
            ("y:0", "has the port `0`, which is not from 1 to 65535"),
            ("y:70000", "has the port `70000`, which is not from 1 to 65535"),
            ("a,y:", "has the port ``, which is not from 1 to 65535"),
            ("b,,c", "lacks a host or a user"), ("b,", "lacks a host or a user"), ("@b", "lacks a host or a user"),
            ("[::1", "lacks a host or a user"), ("x@none", "can be `none` only alone"),
            ("a,none", "can be `none` only alone"), ("a,-oProxyCommand=x", "may not begin with `-`"),
        )
    ],
    ("- {name: x, host: \"h\\u001b[31m\"}", ["3: remote `x`: `host` holds a control character"]),
    ("- {name: x, host: h, port: 0}", ["3: remote `x`: `port` must be a port from 1 to 65535, not `0`"]),
    ("- {name: x, host: h, port: 65536}", ["3: remote `x`: `port` must be a port from 1 to 65535, not `65536`"]),
    ("- {name: x, host: h, port: ssh}", ["3: remote `x`: `port` must be a port from 1 to 65535, not `ssh`"]),
    ("- {name: x, host: h, port: 22.5}", ["3: remote `x`: `port` must be a port from 1 to 65535, not `22.5`"]),
    ("- {name: x, host: h, connect_timeout: soon}",
     ["3: remote `x`: `connect_timeout` must be seconds from 0.1 to 3600, not `soon`"]),
    ("- {name: x, host: h, connect_timeout: .nan}",
     ["3: remote `x`: `connect_timeout` must be seconds from 0.1 to 3600, not `.nan`"]),
    ("- {name: x, host: h, command_timeout: -1}",
     ["3: remote `x`: `command_timeout` must be seconds from 0.1 to 3600, not `-1`"]),
    ("- {name: x, host: h, cleanup: perhaps}", ["3: remote `x`: `cleanup` must be true or false, not `perhaps`"]),
    ("- {name: x, host: h, enabled: 1}", ["3: remote `x`: `enabled` must be true or false, not `1`"]),
    ("- {name: local, host: h}",
     ["3: remote `local`: `local` is reserved for this machine, and `/` separates host and session in addresses"]),
    ("- {name: a/b, host: h}",
     ["3: remote `a/b`: `local` is reserved for this machine, and `/` separates host and session in addresses"]),
    ("- {name: good, host: h}", ["3: remote `good`: an entry above has the same name; names must be unique"]),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "expected"), BAD_ENTRIES, ids=[entry for entry, _ in BAD_ENTRIES])
def test_a_bad_entry_is_named_and_the_good_ones_load(tmp_path: Path, entry: str, expected: list[str]) -> None:
    after = GOOD.replace("good", "after")
    found, problems = remotes(tmp_path, f"remotes:\n{GOOD}  {entry}\n{after}")
    assert problems == expected
    assert [remote.name for remote in found] == ["good", "after"]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("hots: h", "3: remote `x`: unknown field `hots`; did you mean `host`?"),
        ("sessions-dir: s", "3: remote `x`: unknown field `sessions-dir`; did you mean `sessions_dir`?"),
        ("colour: red", f"3: remote `x`: unknown field `colour`; known are {FIELDS}"),
        ("user: again", "3: remote `x`: duplicate `user`; the first one counts"),
        ("[1]: x", f"3: remote `x`: unknown field `?`; known are {FIELDS}"),
    ],
)
def test_an_unknown_or_repeated_field_is_reported_and_the_entry_loads(tmp_path: Path, field: str, said: str) -> None:
    found, problems = remotes(tmp_path, f"remotes:\n- {{name: x, host: h, user: u,\n   {field}}}\n")
    assert problems == [said]
    assert found == (Remote("x", "h", "u"),)


BAD_FILES = [
    (b"remotes:\n- name: x\n\thost: h\n", "3: is not YAML: found character '\\t' that cannot start any token"),
    (b"remotes: [\n", "2: is not YAML: expected the node content, but found '<stream end>'"),
    (b"remotes: *nobody\n", "1: is not YAML: found undefined alias 'nobody'"),
    (b"a: 1\n---\nb: 2\n", "2: is not YAML: but found another document"),
    (b"remotes: \xff\xfe\n", "is not UTF-8 (byte 9); save it as UTF-8"),
    (b"remotes: \0\n", "is not YAML: unacceptable character"),
    (b"- name: x\n  host: h\n", "1: top level: expected fields (`name: value`)"),
    (b"just a text\n", "1: top level: expected fields (`name: value`)"),
    (b"remote:\n- name: x\n", "1: top level: unknown field `remote`; did you mean `remotes`?"),
    (b"remotes: x\n", "1: `remotes` must be a list (lines that begin with `- `)"),
    (b"remotes:\n  name: x\n  host: h\n", "2: `remotes` must be a list (lines that begin with `- `)"),
    (b"remotes: " + b"[" * 5000, "is not YAML: "),
]


@pytest.mark.parametrize(("text", "expected"), BAD_FILES, ids=[said for _, said in BAD_FILES])
def test_a_file_that_makes_no_sense_is_one_problem(tmp_path: Path, text: bytes, expected: str) -> None:
    found, problems = remotes(tmp_path, text)
    assert found == ()
    assert len(problems) == 1
    assert expected in problems[0]


def test_a_file_that_can_not_be_read_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "remotes.yaml").mkdir()
    found, problems = read_remotes(tmp_path / "remotes.yaml")
    assert found == ()
    assert [str(problem) for problem in problems] == [f"{tmp_path}/remotes.yaml: cannot be read: Is a directory"]


def test_aliases_that_multiply_do_not_blow_up(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    text = "\n".join(lines) + "\nremotes:\n- &r {name: x, host: h}\n- {name: y, host: *a39}\n- *r\n"
    found, problems = remotes(tmp_path, text)
    assert [remote.name for remote in found] == ["x"]
    assert problems[-2].endswith("remote `y`: `host` must be one value, not a list or fields")
    assert problems[-1].endswith("an entry above has the same name; names must be unique")


def test_a_list_that_holds_itself_is_borne(tmp_path: Path) -> None:
    found, problems = remotes(tmp_path, "remotes: &r\n- *r\n- {name: x, host: h}\n")
    assert [remote.name for remote in found] == ["x"]
    assert len(problems) == 1


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_is_too_odd(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    for text in (data, b"remotes:\n- " + data):
        remotes(folder, text)
        settings(folder, text.decode(errors="replace"))


# ---- config.yaml


def test_settings_are_read_and_defaults_stand_for_the_rest(tmp_path: Path) -> None:
    text = "colors: mono\nmouse: no\npreview: on\nsessions_dir: ~/elsewhere\nshow_all: true\n"
    found, problems = settings(tmp_path, text)
    assert problems == []
    assert (found.colors, found.mouse, found.preview, found.show_all) == ("mono", False, "on", True)
    assert (found.sessions_dir, found.layout) == ("~/elsewhere", "side")
    assert settings(tmp_path, "") == (Settings(), [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colors: pink", "1: `colors` must be one of auto, mono, 16, 256, true, not `pink`"),
        ("mouse: perhaps", "1: settings: `mouse` must be true or false, not `perhaps`"),
        ("layout: [side]", "1: `layout` must be one value"),
        ("theme: pink", "1: `theme` must be one of auto, dark, light, not `pink`"),
        ("title: navi", "1: settings: `title` must be true or false, not `navi`"),
        ("styles: red", "1: `styles` must hold styles, each with its colours"),
        ("styles: {error: }", "1: styles: `error` " + NEEDS_COLORS),
        ("styles: {error: {a: b}}", "1: styles: `error` " + NEEDS_COLORS),
        ("styles: {error: []}", "1: styles: `error` " + NEEDS_COLORS),
        ("color: mono", "1: top level: unknown field `color`; did you mean `colors`?"),
        ("agents: [claude]", "1: `agents` must map names to fields"),
        ("agents: {mine: {commands: {a: b}}}", "1: agent `mine`: `commands` must be a pattern or a list of patterns"),
        ("agents: {mine: {command: x}}", "1: agent `mine`: unknown field `command`; did you mean `commands`?"),
        ("agents: {mine: {animated: 3}}", "1: agent `mine`: `animated` must be true or false, not `3`"),
        ("agents: {mine: {start: [a]}}", "1: agent `mine`: `start` must be a single string"),
        ('agents: {mine: {commands: "a\\tb"}}', "1: agent `mine`: `commands` holds a control character"),
        ('agents: {"a\\nb": {}}', "1: agents: a name holds a control character"),
        ("agents: {[a]: {}}", "1: agents: a name must be one value"),
        ("agents: {mine: {prompt: [a]}}", "1: agent `mine`: `prompt` must have a pattern"),
        ("agents: {mine: {border: '('}}", "1: agent `mine`: a pattern in `border` is not a regular expression: "
         "missing ), unterminated subpattern"),
        ("agents: {mine: {screens: {a: b}}}", "1: agent `mine`: `screens` must be a list (lines that begin with `- `)"),
        ("agents: {mine: {screens: [a]}}", "1: agent `mine`: a screen: expected fields (`name: value`)"),
        ("idle_limit: soon", "1: `idle_limit` must be off, or a time such as 90s, 30m, 12h or 7d, not `soon`"),
        ("idle_limit: 0s", "1: `idle_limit` must be off, or a time such as 90s, 30m, 12h or 7d, not `0s`"),
        ("idle_limit: [1h]", "1: `idle_limit` must be off, or a time such as 90s, 30m, 12h or 7d, not "
         "`a list or fields`"),
        ("prompts_a_minute: many", "1: `prompts_a_minute` must be a number, or 0 for no limit, not `many`"),
        ("prompts_waiting: -1", "1: `prompts_waiting` must be a number, or 0 for no limit, not `-1`"),
        ("prompts_waiting: [1]", "1: `prompts_waiting` must be a number, or 0 for no limit, not `a list or fields`"),
        ("harnesses: [a]", "1: `harnesses` must map names to fields"),
        ("harnesses: {a: b}", "1: harness `a`: expected fields (`name: value`)"),
        ("harnesses: {a: {comand: b}}", "1: harness `a`: unknown field `comand`; did you mean `command`?"),
        ("harnesses: {a: {command: }}", "1: harness `a`: `command` must be a command line, or a list of its words"),
        ("harnesses: {a: {command: [b, [c]]}}",
         "1: harness `a`: `command` must be a command line, or a list of its words"),
        ("harnesses: {a: {command: \"b 'c\"}}",
         "1: harness `a`: `command` has no end of a quote: No closing quotation"),
        ('harnesses: {a: {options: "b\\0c"}}', "1: harness `a`: `options` holds a control character"),
        ("harnesses: {a: {command: b, program: c}}", "1: harness `a`: use either `command` or `program`, not both"),
        ("harnesses: {[a]: {}}", "1: harnesses: a name must be one value"),
        ("- a list", "1: top level: expected fields (`name: value`)"),
    ],
)
def test_an_invalid_setting_is_reported_and_keeps_its_default(tmp_path: Path, text: str, said: str) -> None:
    found, problems = settings(tmp_path, text)
    assert problems == [said]
    assert replace_agents(found) == Settings()


@pytest.mark.parametrize(("text", "number"), [("30", 30), ("0", 0), ("off", 0), ("'7'", 7)])
def test_a_limit_is_a_number(tmp_path: Path, text: str, number: int) -> None:
    found, problems = settings(tmp_path, f"prompts_a_minute: {text}\nprompts_waiting: 999999\n")
    assert (found.prompts_a_minute, found.prompts_waiting, problems) == (number, 999999, [])


def test_styles_are_read_with_their_lines(tmp_path: Path) -> None:
    text = "theme: light\nstyles:\n  error: bold red\n  row: [default, on, 17]\n  error: blue\n  dim: '#808080'\n"
    found, problems = settings(tmp_path, text)
    assert problems == ["5: styles: `error` is given a second time; the first one counts"]
    assert found.theme == "light"
    assert [(*tuple(one)[:2], one.line) for one in found.styles] == [
        ("error", ("bold red",), 3), ("row", ("default", "on", "17"), 4), ("dim", ("#808080",), 6)
    ]  # fmt: skip


def test_command_lines_of_harnesses_are_read_with_their_lines(tmp_path: Path) -> None:
    entries = "  one: {command: \"a 'b c'\", options: [d, 'e f']}\n  two:\n    program: [x, 'y z']\n"
    text = f"harnesses:\n{entries}idle_limit: 12h\n"
    found, problems = settings(tmp_path, text)
    assert problems == []
    assert [tuple(one)[:4] for one in found.harnesses] == [
        ("one", ("a", "b c"), (), ("d", "e f")), ("two", (), ("x", "y z"), ())
    ]  # fmt: skip
    assert [one.line for one in found.harnesses] == [2, 3]
    assert found.idle_limit == "12h"


KEYS = [
    ("keys: {kill: X}", [("kill", ("X",), 1)], []),
    ("keys:\n  kill: [X, f8]\n  attach: enter\n", [("kill", ("X", "f8"), 2), ("attach", ("enter",), 3)], []),
    ("keys: {sort: 5, help: '~', undo: y, new: ' '}",
     [("sort", ("5",), 1), ("help", ("~",), 1), ("undo", ("y",), 1), ("new", (" ",), 1)], []),
    ("keys: {}", [], []),
    ("keys: X", [], ["1: `keys` must hold commands, each with a key or a list of keys"]),
    ("keys: [kill]", [], ["1: `keys` must hold commands, each with a key or a list of keys"]),
    ("keys:\n  kill:\n  sort: S", [("sort", ("S",), 3)], ["2: keys: `kill` " + NEEDS_A_KEY]),
    ("keys:\n  sort: S\n  kill: []", [("sort", ("S",), 2)], ["3: keys: `kill` " + NEEDS_A_KEY]),
    ("keys: {kill: {a: b}}", [], ["1: keys: `kill` " + NEEDS_A_KEY]),
    ("keys: {kill: [[a]]}", [], ["1: keys: `kill` " + NEEDS_A_KEY]),
    ("keys: {kill: [~]}", [], ["1: keys: `kill` " + NEEDS_A_KEY]),
    ("keys: {[a]: b}", [("?", ("b",), 1)], []),
    ("keys:\n  kill: X\n  kill: Y", [("kill", ("X",), 2)],
     ["3: keys: `kill` is given a second time; the first one counts"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "problems"), KEYS, ids=[text for text, _, _ in KEYS])
def test_keys_are_read_with_their_lines(
    tmp_path: Path, text: str, expected: list[tuple[str, tuple[str, ...], int]], problems: list[str]
) -> None:
    found, told = settings(tmp_path, f"{text}\n")
    assert [(one.command, one.keys, one.line) for one in found.keys] == expected
    assert {one.file for one in found.keys} <= {str(tmp_path / "config.yaml")}
    assert told == problems


@pytest.mark.parametrize(
    "jumps",
    [
        "none", "b", "x@b", "x@b:22", "b:65535", "::1", "me@[::1]:22", "[fe80::1%eth0]", "ssh://x@b:22/",
        "a,x@b:2,[::1]:3",
    ],
)
def test_jump_hosts_as_ssh_takes_them_are_taken(tmp_path: Path, jumps: str) -> None:
    path = tmp_path / "remotes.yaml"
    path.write_text(f"remotes:\n- {{name: x, host: h, jump_host: '{jumps}'}}\n")
    assert read_remotes(path) == ((Remote("x", "h", jump_host=jumps),), ())


def replace_agents(found: Settings) -> Settings:
    """Leave agents of the user's out of settings."""
    known = {kind.name for kind in AGENTS}
    assert {kind.name for kind in found.agents} - known <= {"mine"}
    return Settings(**{name: getattr(found, name) for name in Settings._fields if name != "agents"})


def test_the_users_agents_win_over_those_that_navi_knows(tmp_path: Path) -> None:
    mine_text = "  mine: {commands: [m1, m2], titles: {waiting: '?*'}, animated: no}\n"
    found, problems = settings(tmp_path, f"agents:\n{mine_text}  codex: {{commands: my-codex}}\n")
    assert problems == []
    mine, codex = found.agents[:2]
    assert mine == AgentKind("mine", ("m1", "m2"), (("waiting", ("?*",)),), animated=False)
    assert (codex.name, codex.commands, codex.animated) == ("codex", ("my-codex",), True)
    assert len(found.agents) == len(AGENTS) + 1


BAD_AGENTS = [
    ("titles: [a, b]", "2: agent `claude`: `titles` must map statuses to patterns, such as `working: '* working'`"),
    ("titles: x", "2: agent `claude`: `titles` must map statuses to patterns, such as `working: '* working'`"),
    ("titles: {permision: 'x*'}",
     "2: agent `claude`: `titles` has patterns for permission, waiting, working, error, idle, not for `permision`; "
     "did you mean `permission`?"),
    ("titles: {idle: a, idle: b}", "2: agent `claude`: titles: `idle` is given a second time; the first one counts"),
    ("commands: []", "2: agent `claude`: `commands` needs at least one pattern; remove the field for the usual ones"),
    ("commands: ['']", "2: agent `claude`: `commands` needs at least one pattern; remove the field for the usual ones"),
    ("commands:", "2: agent `claude`: `commands` needs at least one pattern; remove the field for the usual ones"),
    ("commands: {a: b}", "2: agent `claude`: `commands` must be a pattern or a list of patterns"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "said"), BAD_AGENTS, ids=[field for field, _ in BAD_AGENTS])
def test_a_bad_field_of_an_agent_is_reported_and_keeps_what_navi_knows(tmp_path: Path, field: str, said: str) -> None:
    found, problems = settings(tmp_path, f"agents:\n  claude: {{{field}}}\n")
    assert problems == [said]
    assert found.agents[0].commands == CLAUDE.commands
    if "titles: [" in field or "titles: x" in field:
        assert found.agents[0].titles == CLAUDE.titles


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [("agents", "{commands: one}", "{commands: two}"), ("harnesses", "{program: one}", "{program: two}")],
)
def test_what_is_given_twice_is_reported(tmp_path: Path, field: str, first: str, second: str) -> None:
    alone = settings(tmp_path, f"{field}:\n  claude: {first}\n")[0]
    found, problems = settings(tmp_path, f"{field}:\n  claude: {first}\n  claude: {second}\n")
    assert problems == [f"3: {field}: `claude` is given a second time; the first one counts"]
    assert getattr(found, field) == getattr(alone, field)


SCREENS = """\
agents:
  mine:
    prompt: '^> [^ ]'
    border: '^---'
    screens:
    - status: permission
      name: the dialog
      shows: {9: Allow, 2: 'yes[/]no'}
    - {status: working, shows: [{4: esc to stop}, {4: '^[*] '}]}
    - {status: error, shows: {0: '^Error: '}}
  claude:
    screens: []
    prompt:
"""


def test_screens_are_read_in_their_order(tmp_path: Path) -> None:
    found, problems = settings(tmp_path, SCREENS)
    assert problems == []
    mine, claude = found.agents[:2]
    assert (mine.prompt, mine.border) == ("^> [^ ]", "^---")
    assert mine.screens == (
        ScreenRule("permission", "the dialog", ((9, "Allow"), (2, "yes[/]no"))),
        ScreenRule("working", "working", ((4, "esc to stop"), (4, "^[*] "))),
        ScreenRule("error", "error", ((0, "^Error: "),)),
    )
    assert (claude.screens, claude.prompt, claude.border, claude.state) == ((), "", CLAUDE.border, CLAUDE.state)


BAD_SCREENS = [
    ("{status: done, shows: {1: x}}", "`status` must be one of permission, waiting, working, error, idle, not `done`"),
    ("{shows: {1: x}}", "`status` must be one of permission, waiting, working, error, idle, not ``"),
    ("{status: idle}", "`shows` needs a number of lines and a pattern"),
    ("{status: idle, shows: x}", "`shows` needs a number of lines and a pattern"),
    ("{status: idle, shows: {81: x, 1: y}}", "`shows` counts lines from 0 to 80, not `81`"),
    ("{status: idle, shows: {-1: x, 1: y}}", "`shows` counts lines from 0 to 80, not `-1`"),
    ("{status: idle, shows: {1: x, 2: [y]}}", "`shows` must have a pattern"),
    ("{status: idle, shows: {1: x, 2: 'a{2}'}}",
     "a pattern in `shows` has { or }, which is not the same for every awk; write [{] or [}]"),
    ('{status: idle, name: "a\\tb", shows: {1: x}}', "`name` holds a control character"),
    ("{status: idle, shows: {1: x}, last: 3}", "unknown field `last`; known are name, shows, status"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), BAD_SCREENS, ids=[rule for rule, _ in BAD_SCREENS])
def test_a_bad_screen_is_left_out_and_the_good_ones_load(tmp_path: Path, rule: str, said: str) -> None:
    good = "{status: idle, name: good, shows: {1: x}}"
    text = f"agents:\n  mine:\n    screens:\n    - {rule}\n    - {good}\n"
    found, problems = settings(tmp_path, text)
    assert problems == [f"4: agent `mine`: a screen: {said}"]
    assert [rule.name for rule in found.agents[0].screens] == ["good"]


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_accepted_can_be_described(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    rules = [{"status": "idle", "name": text, "shows": {1: text}}]
    fields = {"commands": [text], "prompt": text, "border": text, "screens": rules}
    found, _ = settings(tmp_path_factory.getbasetemp(), yaml.safe_dump({"agents": {name: fields}}))
    lines = describe(found.agents).removesuffix("\n").split("\n")
    typed = {"asked", "dialog", "settles", "box", "typing", "keep", "resume", "transcript", "trace"}
    known = {"program", "state", "word", "detail", "background", "title", "screen", "rule", *typed}
    assert {line.split("\t")[0] for line in lines} <= known


# ---- files


@pytest.mark.parametrize(
    ("environment", "config", "state"),
    [
        ({"HOME": "/h"}, "/h/.config/navi", "/h/.local/state/navi"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/navi", "/s/navi"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "x", "XDG_STATE_HOME": ""}, "/h/.config/navi", "/h/.local/state/navi"),
    ],
)
def test_files_are_where_the_environment_says(environment: dict[str, str], config: str, state: str) -> None:
    files = NaviFiles(environment)
    assert (str(files.config), str(files.state)) == (config, state)
    assert (str(files.remotes), str(files.settings)) == (f"{config}/remotes.yaml", f"{config}/config.yaml")


def test_without_a_home_in_the_environment_it_is_the_users() -> None:
    assert NaviFiles({}).home == Path(os.path.expanduser("~"))


# ---- merge keys

MERGED = [
    ("{<<: *d, name: x, host: h}", Remote("x", "h", user="sean", port=2222)),
    ("{name: x, host: h, <<: *d, user: me}", Remote("x", "h", user="me", port=2222)),
    ("{<<: [*d, *e], name: x, host: h}", Remote("x", "h", user="sean", port=2222, jump_host="bastion")),
    ("{<<: [*e, *d], name: x, host: h}", Remote("x", "h", user="deploy", port=2222, jump_host="bastion")),
    ("{<<: *both, name: x, host: h}", Remote("x", "h", user="me", port=2222, jump_host="bastion")),
    ("{<<: *self, name: x, host: h}", Remote("x", "h", user="loop")),
]

DEFAULTS = """\
defaults:
  - &d {user: sean, port: 2222}
  - &e {user: deploy, jump_host: bastion}
  - &both {<<: [*d, *e], user: me}
  - &self {<<: *self, user: loop}
remotes:
  - """


@pytest.mark.parametrize(("entry", "wanted"), MERGED)
def test_merge_keys_bring_the_fields_that_an_entry_lacks(tmp_path: Path, entry: str, wanted: Remote) -> None:
    assert remotes(tmp_path, DEFAULTS + entry) == ((wanted,), [])


def test_entries_may_merge_another_entry(tmp_path: Path) -> None:
    text = "remotes:\n  - &first {name: a, host: h, user: me, key: /k}\n  - {<<: *first, name: b}\n"
    assert remotes(tmp_path, text) == ((Remote("a", "h", "me", "/k"), Remote("b", "h", "me", "/k")), [])


WRONG_MERGES = [
    ("defaults: &d\n  port: many\nremotes:\n  - {<<: *d, name: x, host: h}\n",
     "2: remote `x`: `port` must be a port from 1 to 65535, not `many`"),
    ("defaults: &d\n  colour: red\nremotes:\n  - {<<: *d, name: x, host: h}\n",
     f"2: remote `x`: unknown field `colour`; known are {FIELDS}"),
    ("defaults: &d text\nremotes:\n  - {<<: *d, name: x, host: h}\n",
     "3: remote `x`: `<<` needs fields, such as `*defaults`, or a list of them"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), WRONG_MERGES)
def test_a_mistake_in_merged_fields_is_named_where_it_is(tmp_path: Path, text: str, problem: str) -> None:
    assert remotes(tmp_path, text)[1] == [problem]


# ---- notices


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("notify: bell", ("bell",)),
        ("notify: [bell, 'notify-send \"$NAVI_ADDRESS\"']", ("bell", 'notify-send "$NAVI_ADDRESS"')),
        ("notify: [bell, bell, '', null]", ("bell",)),
        ("notify:", ()),
        ("notify: []", ()),
    ],
)
def test_one_way_to_notify_or_several(tmp_path: Path, text: str, ways: tuple[str, ...]) -> None:
    found, problems = settings(tmp_path, text)
    assert (found.notify, problems) == (ways, [])


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("true", "; leave it out for no notices"), ("on", "; leave it out for no notices"),
        ("yes", "; leave it out for no notices"), ("off", "; leave it out for no notices"),
        ("none", "; leave it out for no notices"), ("Bell", "; did you mean `bell`?"),
        ("osc99", "; did you mean `osc9`?"), ("OSC 777", "; did you mean `osc777`?"),
    ],
)
def test_what_can_only_be_a_mistake_is_no_command_line(tmp_path: Path, word: str, hint: str) -> None:
    said = f"`notify` takes bell, osc9, osc777 or command lines, not `{word}`{hint}"
    assert settings(tmp_path, f"notify: {word}") == (Settings(), [f"1: {said}"])
    found, problems = settings(tmp_path, f"notify:\n- bell\n- {word}\n- beep -f 400")
    assert (found.notify, problems) == (("bell", "beep -f 400"), [f"3: {said}"])


@pytest.mark.parametrize("command", ["beep", "say", "notify-send x", "/opt/bell", "./none"])
def test_a_command_of_one_word_is_one(tmp_path: Path, command: str) -> None:
    found, problems = settings(tmp_path, f"notify: {command}")
    assert (found.notify, problems) == ((command,), [])


def test_what_notices_are_about(tmp_path: Path) -> None:
    assert settings(tmp_path, "colors: mono")[0].notify_on == ("permission", "waiting", "error")
    assert settings(tmp_path, "notify_on: [done, lost]") == (Settings(notify_on=("done", "lost")), [])
    found, problems = settings(tmp_path, "notify_on:\n- done\n- finished\n- {a: b}")
    assert found.notify_on == ("done",)
    assert problems == [
        "3: `notify_on` takes permission, waiting, error, done, lost, one or a list of them, not `finished`",
        "4: `notify_on` must be one value, or a list of values",
    ]
