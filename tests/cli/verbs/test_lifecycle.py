"""The verbs that create, change and end sessions, as a person or a script calls them: here and on a remote."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from navi.ops.hooks.install import hook_text
from tests.support.lab_hosts import agent
from tests.support.machines import Lab
from tests.support.repository import ON_LINES, TALK, commit, repository, stand_in, stand_in_for_comments, work
from tests.support.scripts import registry_of, write_entries
from tests.support.verbs import HERE_AND_THERE, account, living, navi, pane
from tests.support.waiting import until


@HERE_AND_THERE
def test_new_kill_and_undo_are_one_story(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    agent(there)
    (there.home / "my work").mkdir()
    host = ["--host", "atlas"] if far else []
    made = navi(lab, "new", "two words", *host, "-c", "~/my work", "--agent", "--skip-permissions", "--json")
    document = json.loads(made.stdout)
    assert document.keys() == {"name", "host", "socket", "target", "type", "pid", "window", "registered"}
    assert (document["name"], document["host"], document["type"]) == ("two words", "atlas" if far else "local", "agent")
    until(lambda: "claude runs: --dangerously-skip-permissions" in pane(there, "two words"), what="it runs")
    address = f"{prefix}two words"
    assert navi(lab, "kill", "--dry-run", address).stdout.startswith(f"would kill {address} (")
    assert living(there) == {"two words"}
    assert navi(lab, "kill", address).stdout == f"killed {address}; navi undo brings it back\n"
    assert living(there) == set()
    assert navi(lab, "undo").stdout == f"{address} is back, without its conversation\n"
    until(lambda: pane(there, "two words").count("claude runs: --dangerously-skip-permissions") == 2, what="again")
    assert "nothing to undo" in navi(lab, "undo", status=1).stderr


@HERE_AND_THERE
def test_a_server_without_any_session_has_none_and_takes_new_ones(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    host = ["--host", "atlas" if far else "local"]
    navi(lab, "new", "last", *host)
    there.tmux("set-option", "-s", "exit-empty", "off", ";", "kill-session", "-t", "=last")
    document = json.loads(navi(lab, "ls", "--json", *host).stdout)
    assert (document["hosts"][0]["state"], document["hosts"][0]["error"]) == ("connected", None)
    for words in (("send", "last", "x"), ("capture", "last"), ("kill", "none"), ("rename", "none", "other")):
        assert "no session" in navi(lab, words[0], prefix + words[1], *words[2:], status=66).stderr
    assert navi(lab, "health", f"{prefix}last", status=2).stdout == f"{prefix}last  missing: tmux has no such session\n"
    assert navi(lab, "cleanup", *host).stdout == f"removed {prefix}last (missing: tmux has no such session)\n"
    navi(lab, "new", "next", *host)
    assert navi(lab, "kill", f"{prefix}next").returncode == 0
    assert navi(lab, "undo").stdout == f"{prefix}next is back\n"
    assert living(there) == {"next"}


@HERE_AND_THERE
def test_a_session_on_a_server_that_only_the_registry_names_is_found_by_every_verb(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    socket = str(there.home / "own.sock")
    there.tmux("-S", socket, "new-session", "-d", "-s", "odd", "exec cat")
    write_entries(there, {"odd": {"socket": socket, "target": "odd:0.0"}})
    assert navi(lab, "tag", f"{prefix}odd").stdout == ""
    assert navi(lab, "kill", "--dry-run", f"{prefix}odd").stdout.startswith(f"would kill {prefix}odd (")
    assert json.loads(navi(lab, "explain", "--json", f"{prefix}odd").stdout)["session"]["name"] == "odd"
    assert navi(lab, "rename", f"{prefix}odd", "even").stdout == f"renamed {prefix}odd to even\n"
    assert there.tmux("-S", socket, "list-sessions", "-F", "#{session_name}") == "even"
    assert navi(lab, "kill", f"{prefix}even").stdout == f"killed {prefix}even; navi undo brings it back\n"


@HERE_AND_THERE
def test_no_session_is_denied_while_the_registry_can_not_be_read(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    write_entries(there, {})
    registry_of(there).rename(there.home / "elsewhere")
    registry_of(there).symlink_to(there.home / "elsewhere")
    for words in (["kill", f"{prefix}odd"], ["rename", f"{prefix}odd", "even"], ["explain", f"{prefix}odd"]):
        assert "the registry can't be used" in navi(lab, *words, status=77).stderr


@HERE_AND_THERE
def test_a_session_on_a_server_that_only_its_status_file_names_is_renamed_typed_into_and_killed(
    lab: Lab, far: bool
) -> None:
    there, prefix = account(lab, far)
    socket = str(there.home / "own.sock")
    there.tmux("-S", socket, "new-session", "-d", "-s", "it's", "exec cat")
    there.tmux("-S", socket, "new-session", "-d", "-s", "bystander", "exec cat")
    server, id, pane_id = there.tmux(
        "-S", socket, "display-message", "-p", "-t", "=it's:", "#{pid} #{session_id} #{pane_id}"
    ).split()
    hook = there.folder / "hook"
    hook.write_text(hook_text())
    event = '{"hook_event_name": "PermissionRequest", "tool_name": "Bash", "session_id": "c1"}'
    there.run("env", f"TMUX={socket},{server},0", f"TMUX_PANE={pane_id}", "sh", str(hook), "claude", text=event)
    navi(lab, "send", "--force", f"{prefix}it's", "typed")
    until(lambda: "typed" in there.tmux("-S", socket, "capture-pane", "-p", "-t", id), what="it is typed")
    assert navi(lab, "rename", f"{prefix}it's", "other").stdout == f"renamed {prefix}it's to other\n"
    assert navi(lab, "kill", f"{prefix}other").stdout.startswith(f"killed {prefix}other")
    assert there.tmux("-S", socket, "list-sessions", "-F", "#{session_name}") == "bystander"


@HERE_AND_THERE
def test_several_are_killed_and_the_status_is_that_of_the_first_failure(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    for name in ("one", "two"):
        there.new_session(name)
    done = navi(lab, "kill", f"{prefix}one", f"{prefix}absent", f"{prefix}two", "--json", status=66)
    found = {entry["address"]: (entry["status"], entry["error"]) for entry in json.loads(done.stdout)}
    assert found == {
        f"{prefix}one": (0, None),
        f"{prefix}absent": (66, f"no session named absent {'on atlas' if far else 'on this machine'}"),
        f"{prefix}two": (0, None),
    }
    assert living(there) == set()
    assert {navi(lab, "undo").stdout for _ in range(2)} == {f"{prefix}one is back\n", f"{prefix}two is back\n"}
    assert living(there) == {"one", "two"}


@HERE_AND_THERE
def test_failures_have_their_own_statuses_and_words(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    host = ["--host", "atlas"] if far else []
    there.new_session("taken")
    for words, status, complaint in (
        (["new", "taken"], 73, "there is a session taken already"),
        (["new", "a.b"], 64, "can't hold a dot"),
        (["new", "x", "-c", "/nowhere"], 66, "there is no directory /nowhere"),
        (["new", "x", "--agent", "codex"], 69, "can't find codex"),
        (["new", "x", "--agent", "nobody"], 64, "no agent named `nobody`"),
        (["new"], 64, "required"),
        (["new", "x", "--shell", "--command", "y"], 64, "not allowed with"),
    ):
        assert complaint in navi(lab, *words, *host, status=status).stderr
    assert living(there) == {"taken"}


@HERE_AND_THERE
def test_rename_and_dismiss(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    there.new_session("api")
    there.write_status("api", status="waiting", message="Shall I?")
    assert navi(lab, "rename", f"{prefix}api", "web").stdout == f"renamed {prefix}api to web\n"
    assert living(there) == {"web"}
    assert navi(lab, "dismiss", f"{prefix}web").stdout == f"dismissed {prefix}web\n"
    found = json.loads((there.sessions_dir / "web.json").read_text())
    assert (found["tmux_session"], found["status"], found["message"]) == ("web", "working", "")
    assert "no session" in navi(lab, "rename", f"{prefix}api", "x", status=66).stderr


@HERE_AND_THERE
def test_tags_and_bookmarks(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    there.new_session("api")
    navi(lab, "tag", f"{prefix}api", "+now", "+work")
    navi(lab, "tag", f"{prefix}api", "-now", "+later")
    assert navi(lab, "tag", f"{prefix}api").stdout == "later\nwork\n"
    assert navi(lab, "bookmark", f"{prefix}api").stdout == f"{prefix}api is bookmarked\n"
    assert navi(lab, "bookmark", "--off", f"{prefix}api").stdout == f"{prefix}api is no longer bookmarked\n"
    assert "is neither +tag nor -tag" in navi(lab, "tag", f"{prefix}api", "x", status=64).stderr
    navi(lab, "tag", f"{prefix}none", "+x", status=66)


def test_an_unknown_host_and_one_that_is_down_fail_differently(lab: Lab) -> None:
    there, _ = account(lab, True)
    lab.machines[0].stop()
    assert "no host named `atlsa`" in navi(lab, "kill", "atlsa/x", status=64).stderr
    assert "Connection refused" in navi(lab, "kill", "atlas/x", status=69).stderr
    assert living(there) == set()


def test_a_key_that_is_refused_is_a_matter_of_permission(lab: Lab) -> None:
    account(lab, True)
    (lab.machines[0].folder / "authorized_keys").write_text("")
    navi(lab, "kill", "atlas/x", status=77)


@HERE_AND_THERE
def test_git_prints_for_people_and_for_programs(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    folder = repository(there)
    commit(there, folder, "first step")
    there.new_session("api")
    there.write_status("api", cwd=str(folder))
    assert "first step" in navi(lab, "git", f"{prefix}api").stdout
    document = json.loads(navi(lab, "git", f"{prefix}api", "--json").stdout)
    assert (document["branch"], document["dirty"], document["commit"]["subject"]) == ("main", False, "first step")
    there.write_status("api", cwd=str(there.home))
    assert "not in a git repository" in navi(lab, "git", f"{prefix}api", status=1).stderr


ODD_FOLDERS = [b"caf\xe9", b"a\x1b[31mb", "b\u202ec".encode(), b"two\nlines", b"-x 'y\""]


@pytest.mark.parametrize("name", ODD_FOLDERS, ids=repr)
@HERE_AND_THERE
def test_git_finds_a_folder_whatever_its_name(lab: Lab, far: bool, name: bytes) -> None:
    there, prefix = account(lab, far)
    plain = repository(there)
    commit(there, plain, "first step")
    folder = os.fsencode(plain.parent) + b"/" + name
    os.rename(plain, folder)
    there.tmux("new-session", "-d", "-s", "api", "-c", os.fsdecode(folder), "exec sleep 1000")
    document = json.loads(navi(lab, "git", f"{prefix}api", "--json").stdout)
    assert (document["branch"], document["commit"]["subject"]) == ("main", "first step")
    assert "first step" in navi(lab, "git", f"{prefix}api").stdout


def test_git_says_in_words_what_it_says_as_json(lab: Lab) -> None:
    work(lab.local)
    stand_in_for_comments(lab, "", "")
    found = json.loads(navi(lab, "git", "api", "--json").stdout)
    said = {line[:13].strip(): line[14:] for line in navi(lab, "git", "api").stdout.splitlines()}
    request = found["pull_request"]
    assert said["files"] == "1 changed"
    assert (said["repository"], said["branch"]) == (found["root"], "main")
    assert said["pull request"] == f"#{request['number']} {request['title']}"
    assert said["state"] == ", ".join([request["state"], request["review"], request["mergeable"]])
    assert said["checks"] == ", ".join(f"{count} {result}" for result, count in request["checks"])
    assert said["labels"] == ", ".join(request["labels"])
    assert said["changes"] == f"{request['files']} files, +{request['additions']} -{request['deletions']}"
    assert said["url"] == request["url"]


@HERE_AND_THERE
def test_comments_are_printed_for_people_and_for_programs_when_asked_for(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    work(there)
    asked = stand_in_for_comments(lab, json.dumps(TALK), json.dumps(ON_LINES))
    assert json.loads(navi(lab, "git", f"{prefix}api", "--json").stdout)["comments"] is None
    assert "comments,reviews" not in asked.read_text()
    document = json.loads(navi(lab, "git", f"{prefix}api", "--json", "--comments").stdout)
    assert [found["author"] for found in document["comments"]] == ["alice", "bob", "ghost", "ghost", "carol", "me"]
    assert document["comments"][3] == {
        "kind": "line", "author": "ghost", "time": 1704283200.0, "text": "and here", "state": "",
        "path": "navi/b.py", "line": 9, "outdated": True,
    }  # fmt: skip
    output = navi(lab, "git", f"{prefix}api", "--comments").stdout
    assert "comments      6\n\nalice, " in output
    assert "\n    Hello there,\n\n            this is good\n\nbob, " in output
    assert "navi/b.py:9 (outdated)\n    and here\n\ncarol, " in output
    assert output.endswith("\nme, not published, review: pending\n    a draft\n")


def test_comments_that_cant_be_had_are_a_failure_and_the_rest_is_printed(lab: Lab) -> None:
    work(lab.local)
    stand_in_for_comments(lab, "", "", "echo 'please run: gh auth login' >&2; exit 4")
    done = navi(lab, "git", "api", "--comments", "--json", status=77)
    assert "please run: gh auth login" in done.stderr
    assert json.loads(done.stdout)["comments"] is None
    assert json.loads(done.stdout)["pull_request"]["number"] == 42
    stand_in(lab, "", 1, "no pull requests found")
    done = navi(lab, "git", "api", "--comments", status=1)
    assert "the branch has no pull request" in done.stderr
    assert "the first step" in done.stdout
    assert "the branch has no pull request" in navi(lab, "git", "api").stdout


def test_a_verb_that_nobody_knows_and_a_wrong_option(lab: Lab) -> None:
    assert "unknown command `klil`; did you mean `kill`? See `navi --help`" in navi(lab, "klil", "x", status=64).stderr
    assert "unrecognized arguments: --jsno" in navi(lab, "kill", "x", "--jsno", status=64).stderr
    assert "usage: navi kill" in navi(lab, "kill", "--help").stdout


def test_verbs_start_without_what_only_the_dashboard_needs(lab: Lab) -> None:
    code = "from navi.cli.verbs import git, lifecycle; import sys; print(sorted({'urwid', 'trio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert lab.environment()


@HERE_AND_THERE
def test_new_and_undo_say_why_a_session_is_not_in_the_registry(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    navi(lab, "new", "api", *(["--host", "atlas"] if far else []), "--shell")
    navi(lab, "kill", f"{prefix}api")
    lock = there.folder / "tmp" / "claude-tmux-sockets" / ".sessions.lock"
    lock.unlink(missing_ok=True)
    lock.symlink_to(there.folder / "elsewhere")
    trouble = f"could not be registered: the registry's lock {lock} can't be used: it is a symbolic link; remove it"
    restored = navi(lab, "undo")
    assert (restored.stdout, restored.stderr) == (f"{prefix}api is back\n", f"navi: {trouble}\n")
    assert trouble in navi(lab, "new", "web", *(["--host", "atlas"] if far else []), "--shell").stderr
    assert living(there) == {"api", "web"}
