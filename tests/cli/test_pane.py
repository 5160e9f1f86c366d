"""The verbs send, wait, capture, tail and lock, as a person or a script calls them."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sh.test_box import IDLE
from tests.support.agent_screens import shows
from tests.support.gate import WAITS, build_gate, open_gate
from tests.support.machines import Account, Lab, Machine
from tests.support.processes import processes
from tests.support.scripts import stand_in
from tests.support.verbs import HERE_AND_THERE, account, navi, start_twin
from tests.support.waiting import until


def open_pane(account: Account, name: str, command: str, shows: str) -> None:
    """Start a session that runs a command of sh, and wait until it shows a text."""
    account.new_session(name, f"exec sh -c '{command}'")
    until(lambda: shows in account.tmux("capture-pane", "-p", "-t", f"={name}:"), what=f"{name} shows {shows!r}")


# ---- send


WAYS_OF_SENDING = {
    "text": ["go on"], "literal": ["go on", "--literal"], "several lines": ["go\non", "--multiline"],
    "keys": ["--keys", "Enter"], "and wait": ["go on", "--wait", "x"],
}  # fmt: skip


@HERE_AND_THERE
@pytest.mark.parametrize("words", WAYS_OF_SENDING.values(), ids=WAYS_OF_SENDING)
def test_nothing_is_sent_to_an_agent_that_asks_for_permission(lab: Lab, far: bool, words: list[str]) -> None:
    there, prefix = account(lab, far)
    open_pane(there, "api", "echo Proceed?; exec cat", "Proceed?")
    there.write_status("api", status="permission")
    done = navi(lab, "send", f"{prefix}api", *words, status=1)
    assert "asks for permission; nothing was sent; --force sends it anyway" in done.stderr
    assert there.tmux("capture-pane", "-p", "-t", "=api:").strip() == "Proceed?"
    navi(lab, "send", f"{prefix}api", "--keys", "y", "--force")
    until(lambda: "y" in there.tmux("capture-pane", "-p", "-t", "=api:"), what="it is sent by force")


def test_a_text_behind_wait_is_named_as_a_mistake(lab: Lab) -> None:
    open_pane(lab.local, "api", "exec cat", "")
    done = navi(lab, "send", "api", "--timeout", "0.5", "--wait", "say hello", status=75)
    assert "waiting for the pattern; only Enter was typed, for a text to type comes before --wait" in done.stderr
    done = navi(lab, "send", "api", "--timeout", "0.5", "say", "--wait", "hello", status=75)
    assert "only Enter" not in done.stderr


# ---- wait


def test_wait_for_any_or_all_of_several_sessions(lab: Lab) -> None:
    there, _ = account(lab, True)
    open_pane(lab.local, "one", "echo ready; exec cat", "ready")
    open_pane(there, "two", "exec cat", "")
    one = navi(lab, "wait", "one", "atlas/two", "--fixed", "ready", "--any", "--timeout", "20")
    assert one.stdout == "one: ready\n"
    both = navi(lab, "wait", "one", "atlas/two", "--pattern", "^ready$", "--timeout", "0.5", status=75)
    assert (both.stdout, "atlas/two: timed out after 0.5 s waiting for the pattern" in both.stderr) == (
        "one: ready\n",
        True,
    )
    there.tmux("send-keys", "-t", "=two:", "ready", "Enter")
    assert sorted(navi(lab, "wait", "one", "atlas/two", "--fixed", "ready").stdout.splitlines()) == [
        "atlas/two: ready",
        "one: ready",
    ]


def test_wait_reports_a_missing_session_and_any_accepts_the_other(lab: Lab) -> None:
    open_pane(lab.local, "one", "echo ready; exec cat", "ready")
    done = navi(lab, "wait", "none", "one", "--fixed", "ready", status=66)
    assert ("one: ready" in done.stdout, "no session named none" in done.stderr) == (True, True)
    assert navi(lab, "wait", "none", "one", "--fixed", "ready", "--any").stdout == "one: ready\n"
    assert navi(lab, "wait", "none", "nobody", "--fixed", "x", "--any", status=66).stdout == ""


@HERE_AND_THERE
def test_wait_ends_when_the_agent_has_the_status(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    open_pane(there, "api", "echo ready; exec cat", "ready")
    there.write_status("api", status="waiting")
    assert navi(lab, "wait", f"{prefix}api", "--until", "idle", "--until", "waiting").stdout == "waiting\n"
    done = navi(lab, "wait", f"{prefix}api", "--until", "idle", "--timeout", "5", status=75)
    assert "its status is still waiting" in done.stderr
    waiting = begin(lab, "wait", f"{prefix}api", "--until", "idle", "--timeout", "50")
    there.write_status("api", status="idle")
    assert ended(waiting) == (0, "idle\n", "")
    waiting = begin(lab, "wait", f"{prefix}api", "--until", "permission", "--timeout", "50")
    there.tmux("kill-session", "-t", "=api")
    assert ended(waiting)[0] == 66


@HERE_AND_THERE
def test_wait_for_a_status_means_the_session_on_the_given_server(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    shows(there, "claude", IDLE)
    default = there.tmux("display-message", "-p", "#{socket_path}")
    socket = start_twin(there, "api", "work")
    words = ("wait", f"{prefix}api", "--until", "idle", "--timeout", "4")
    assert navi(lab, *words).stdout == "idle\n"
    assert navi(lab, *words, "-S", default).stdout == "idle\n"
    assert "its status is still" in navi(lab, *words, "-S", socket, status=75).stderr
    there.tmux("kill-session", "-t", "=api")
    start_twin(there, "other", "work")
    for more in ((), ("-S", socket)):
        assert "its status is still" in navi(lab, *words, *more, status=75).stderr
    there.new_session("more")
    missing = navi(lab, "wait", f"{prefix}other", *words[2:], "-S", default, status=66)
    assert "no session named other on the tmux server" in missing.stderr


@HERE_AND_THERE
def test_wait_for_a_status_refuses_what_send_refuses(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    for socket in ("work", "play"):
        start_twin(there, "api", socket)
    for words in (["send", f"{prefix}api", "x"], ["wait", f"{prefix}api", "--until", "idle", "--timeout", "4"]):
        assert "api is on more than one tmux server" in navi(lab, *words, status=64).stderr


def test_wait_for_a_status_on_a_server_that_is_not_listed_says_so(lab: Lab) -> None:
    socket = str(lab.local.home / "odd")
    lab.local.tmux("-S", socket, "new-session", "-d", "-s", "api", "exec cat")
    done = navi(lab, "wait", "api", "--until", "idle", "-S", socket, "--timeout", "4", status=69)
    assert f"navi does not list the tmux server {socket}, so it does not know statuses there" in done.stderr


def test_wait_needs_exactly_one_condition(lab: Lab) -> None:
    lab.local.new_session("api")
    for words in ([], ["--pattern", "x", "--fixed", "y"], ["--until", "idle", "--fixed", "y"]):
        assert "give one of --pattern" in navi(lab, "wait", "api", *words, status=64).stderr
    assert "number of seconds" in navi(lab, "wait", "api", "--fixed", "x", "--timeout", "soon", status=64).stderr
    assert "does not understand" in navi(lab, "wait", "api", "--pattern", "(", status=64).stderr


def begin(lab: Lab, *words: str) -> subprocess.Popen[str]:
    """Start navi and leave it running."""
    return subprocess.Popen(
        [sys.executable, "-m", "navi", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, env=lab.environment(),
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for its end; return its exit status and what it has said."""
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors


# ---- capture


def test_capture_prints_all_lines_some_or_json(lab: Lab) -> None:
    open_pane(lab.local, "api", 'seq 1 100; printf "é 日本 \\033[31mred\\033[0m\\n"; exec cat', "red")
    assert navi(lab, "capture", "api").stdout.splitlines() == [*map(str, range(1, 101)), "é 日本 red"]
    assert navi(lab, "capture", "api", "--lines", "2").stdout == "100\né 日本 red\n"
    assert navi(lab, "capture", "api", "--lines", "0").stdout == ""
    assert navi(lab, "capture", "api", "--start", "-3").stdout.splitlines()[0] == "76"
    assert "\x1b[31mred" in navi(lab, "capture", "api", "--no-strip").stdout
    document = json.loads(navi(lab, "capture", "api", "--json", "--lines", "1").stdout)
    assert document.keys() == {"address", "time", "lines"}
    assert (document["address"], document["lines"]) == ("api", ["é 日本 red"])
    stamped = navi(lab, "capture", "api", "--timestamps", "--lines", "1").stdout
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ é 日本 red\n", stamped)


@HERE_AND_THERE
def test_capture_writes_a_file_completely_or_not_at_all(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    open_pane(there, "api", "echo ready; exec cat", "ready")
    path = lab.folder / "captured"
    path.write_text("before")
    navi(lab, "capture", "none", "-o", str(path), status=66)
    assert path.read_text() == "before"
    assert navi(lab, "capture", f"{prefix}api", "-o", str(path)).stdout == ""
    assert path.read_text() == "ready\n"
    assert "can't be written" in navi(lab, "capture", f"{prefix}api", "-o", "/nowhere/x", status=1).stderr


def test_capture_prints_every_letter_in_any_locale(lab: Lab) -> None:
    open_pane(lab.local, "api", "echo é ✓ 日本 🚀 fin; exec cat", "fin")
    for locale in ("C", "C.UTF-8"):
        words = [sys.executable, "-m", "navi", "capture", "api"]
        done = subprocess.run(words, env=lab.environment() | {"LC_ALL": locale}, capture_output=True, timeout=60)
        assert (done.returncode, done.stdout.decode()) == (0, "é ✓ 日本 🚀 fin\n"), locale


# ---- tail


@contextmanager
def followed(lab: Lab, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Follow a session that shows `ready`, from that line on."""
    process = begin(lab, "tail", "--follow", "--lines", "1", *words)
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


GATED = f"echo ready; {WAITS}; {{}}; exec cat"


def open_gated(account: Account, output: str, history: int = 50000) -> None:
    """Start a session that puts something out as soon as its gate is opened."""
    account.new_session("keeper", "exec sleep 1000")
    account.tmux("set-option", "-g", "history-limit", str(history))
    build_gate(account)
    open_pane(account, "api", GATED.format(output), "ready")


@HERE_AND_THERE
def test_tail_prints_every_line_once_and_in_order(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    open_gated(there, "seq 1 20000; for i in 1 2 3; do sleep 0.1; seq 1 500; done; echo END")
    with followed(lab, f"{prefix}api", "--until", "^END$") as following:
        open_gate(there)
        status, out, errors = ended(following)
    wanted = [*range(1, 20001), *[*range(1, 501)] * 3]
    assert out.splitlines() == [*map(str, wanted), "END"]
    assert (status, errors) == (0, "")


def test_tail_reports_lost_lines(lab: Lab) -> None:
    open_gated(lab.local, "seq 1 30000; echo END", history=50)
    with followed(lab, "api", "--until", "^END$") as following:
        open_gate(lab.local)
        status, out, errors = ended(following)
    numbers = [int(line) for line in out.splitlines()[:-1]]
    assert (status, numbers[-1], numbers) == (0, 30000, sorted(set(numbers)))
    assert "lines were lost" in errors


def test_tail_loses_no_slow_line_when_the_scrollback_is_full(lab: Lab) -> None:
    open_gated(lab.local, "seq 1 300; for i in 1 2 3 4 5 6 7 8; do sleep 0.25; seq 1 9; done; echo END", history=100)
    with followed(lab, "api", "--until", "^END$") as following:
        open_gate(lab.local)
        status, out, _ = ended(following)
    assert out.splitlines()[-73:] == [*[*map(str, range(1, 10))] * 8, "END"]
    assert status == 0


def test_tail_prints_equal_lines(lab: Lab) -> None:
    open_gated(lab.local, "for i in 1 2 3 4 5 6; do yes | head -n 7; sleep 0.2; done; echo END", history=50)
    with followed(lab, "api", "--until", "^END$") as following:
        open_gate(lab.local)
        status, out, _ = ended(following)
    assert (status, out.splitlines()) == (0, ["y"] * 42 + ["END"])


def test_tail_prints_complete_lines_and_joins_wrapped_ones(lab: Lab) -> None:
    open_gated(lab.local, 'printf first; sleep 0.3; echo _second; seq 1 60 | tr "\\n" " "; sleep 0.3; echo; echo END')
    with followed(lab, "api", "--until", "^END$") as following:
        open_gate(lab.local)
        _, out, _ = ended(following)
    assert out.splitlines() == ["first_second", " ".join(map(str, range(1, 61))) + " ", "END"]


@pytest.mark.parametrize("size", [10, 700], ids=["short lines", "lines of many rows"])
def test_tail_begins_with_the_end_of_a_long_history(lab: Lab, size: int) -> None:
    lab.local.new_session("keeper", "exec sleep 1000")
    lab.local.tmux("set-option", "-g", "history-limit", "50000")
    open_pane(lab.local, "api", f"seq -f '%0{size}.0f' 1 1500; echo END; exec cat", "END")
    stand_in(lab.local, "tmux", 'echo "$*" >>~/calls; exec "$real" "$@"')
    words = ["tail", "--follow", "--until", "^END$", "api", "--lines"]
    for count in (1, 3, 40):
        shown = [f"{number:0{size}}" for number in range(1502 - count, 1501)]
        assert navi(lab, *words, str(count)).stdout.splitlines() == [*shown, "END"]
    whole = "-S - " in (lab.local.home / "calls").read_text()
    assert whole == (size == 700), "the whole history is read only where its lines have many rows"


def test_tail_stops_at_a_prompt_and_prints_times(lab: Lab) -> None:
    open_gated(lab.local, 'echo one; printf "name? "')
    with followed(lab, "api", "--until", "name[?] $") as following:
        open_gate(lab.local)
        status, out, _ = ended(following)
    assert (status, out) == (0, "one\nname? \n")
    stamped = navi(lab, "tail", "api", "--timestamps", "--lines", "2").stdout.splitlines()
    assert [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", "", line) for line in stamped] == ["one", "name?"]


@HERE_AND_THERE
@pytest.mark.parametrize(("keep", "words"), [("off", "the session has ended"), ("on", "its pane is dead")])
def test_tail_ends_with_the_session(lab: Lab, far: bool, keep: str, words: str) -> None:
    there, prefix = account(lab, far)
    open_gated(there, "echo last; exit 3")
    there.tmux("set-option", "-w", "-t", "=api:", "remain-on-exit", keep)
    with followed(lab, f"{prefix}api") as following:
        open_gate(there)
        status, out, errors = ended(following)
    assert (status, words in errors) == (0, True)
    assert keep == "off" or "last\n" in out
    there.new_session("two", "sleep 1000")
    done = navi(lab, "tail", f"{prefix}none", "--follow", status=66)
    assert "no session named none" in done.stderr


def listeners(account: Account) -> list[str]:
    """The processes of an account that follow a pane."""
    return [one.words for one in processes() if one.mentions(account.folder) and one.words.endswith("sh -s")]


@HERE_AND_THERE
def test_tail_ends_quietly_here_and_on_the_remote_after_an_interrupt_or_a_closed_pipe(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    open_gated(there, "echo one; while :; do sleep 0.1; echo two; done")
    with followed(lab, f"{prefix}api") as following:
        following.send_signal(signal.SIGINT)
        assert ended(following) == (130, "", "")
    with followed(lab, f"{prefix}api") as following:
        assert following.stdout
        assert following.stderr
        following.stdout.close()
        open_gate(there)
        assert following.wait(timeout=30) in (0, 1, 141, -signal.SIGPIPE)
        assert following.stderr.read() == ""
    until(lambda: not listeners(there), timeout=30, what="nobody follows any more")


def test_tail_prints_empty_lines(lab: Lab) -> None:
    open_gated(lab.local, "echo one; echo; sleep 0.4; echo; sleep 0.4; echo two; echo; echo; sleep 0.4; echo END")
    with followed(lab, "api", "--until", "^END$") as following:
        open_gate(lab.local)
        status, out, _ = ended(following)
    assert (status, out) == (0, "one\n\n\ntwo\n\n\nEND\n")


STEP = f"{WAITS}; {{}}"
CLEAR = r'printf "\033[H\033[2J\033[3J"'


@contextmanager
def cut_off(lab: Lab, steps: Sequence[str], history: int = 50000) -> Iterator[tuple[Machine, subprocess.Popen[str]]]:
    """Follow a session that takes steps, one at each opening of its gate, up to the end of the first one, after which
    its host is away in the block.
    """
    there, _ = account(lab, True)
    assert isinstance(there, Machine)
    open_gated(there, f"{steps[0]}; {'; '.join(STEP.format(step) for step in steps[1:])}", history)
    with followed(lab, "atlas/api", "--until", "^END$") as following:
        open_gate(there)
        assert following.stdout
        while following.stdout.readline() != "first\n":
            assert following.poll() is None
        there.stop()
        there.break_connections()
        yield there, following


RESUMED = [
    ("echo one; echo two; echo END", 50000, ["one", "two", "END"], "no line is missing or comes twice"),
    ("yes | head -n 30; echo END", 50000, ["y"] * 30 + ["END"], "no line is missing or comes twice"),
    ("seq 1 50; echo END", 100, [*map(str, range(1, 51)), "END"], "no line is missing or comes twice"),
    ("seq 1 900; echo END", 100, None, "its scrollback has changed too much to tell"),
    (f"{CLEAR}; seq 1 200; echo END", 50000, [*map(str, range(1, 201)), "END"], "its scrollback has changed too much"),
]


@pytest.mark.parametrize(("step", "history", "lines", "words"), RESUMED)
def test_tail_goes_on_where_it_was_when_its_host_is_back(
    lab: Lab, step: str, history: int, lines: list[str] | None, words: str
) -> None:
    with cut_off(lab, ("seq 1000 1060; echo first", step), history) as (there, following):
        open_gate(there)
        until(lambda: "END" in there.tmux("capture-pane", "-p", "-t", "=api:"), what="it goes on without us")
        there.start()
        status, out, errors = ended(following)
    lost, again = errors.splitlines()[0], errors.splitlines()[-1]
    assert "; connecting again for up to 10 min" in lost, errors
    assert (status, again.startswith(f"navi: atlas/api: connected again; {words}")) == (0, True), errors
    found = out.splitlines()
    assert found == (lines or [*sorted(set(found[:-1]), key=int), "END"])


def test_tail_goes_on_after_every_loss_of_its_connection(lab: Lab) -> None:
    there, _ = account(lab, True)
    assert isinstance(there, Machine)
    open_gated(there, "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done; echo END")
    with followed(lab, "atlas/api", "--until", "^END$") as following:
        open_gate(there)
        for _ in range(3):
            time.sleep(0.6)
            there.break_connections()
        status, out, errors = ended(following)
    assert (status, out.split()) == (0, [*"12345678", "END"]), errors
    assert 1 <= errors.count("connected again; no line is missing or comes twice") <= 3, errors


def test_tail_says_when_a_session_ended_while_its_host_was_away(lab: Lab) -> None:
    with cut_off(lab, ("echo first", "echo lost")) as (there, following):
        there.tmux("kill-session", "-t", "=api:")
        there.new_session("api", "echo another; exec cat")
        there.start()
        status, out, errors = ended(following)
    assert (status, out) == (1, "")
    words = "the session has ended meanwhile, or its pane is in another one; what it printed since then is unknown"
    assert errors.splitlines()[-1] == f"navi: atlas/api: {words}"


# ---- lock


def locks(account: Account) -> Iterator[Path]:
    """Yield the locks of sessions that somebody has taken for longer."""
    return account.folder.rglob(".navi/lock.*@*")


def hold(lab: Lab, *words: str) -> subprocess.Popen[str]:
    """Begin to lock a session while a command runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "navi", "lock", *words], env=lab.environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@HERE_AND_THERE
def test_lock_for_the_time_of_a_command(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    open_pane(there, "api", "echo ready; exec cat", "ready")
    me = [sys.executable, "-m", "navi"]
    inner = " && ".join((
        f"{' '.join(me)} send {prefix}api within",
        f"! env -u NAVI_LOCK {' '.join(me)} send {prefix}api without",
        "exit 7",
    ))  # fmt: skip
    done = navi(lab, "lock", f"{prefix}api", "--", "sh", "-c", inner, status=7)
    assert "is locked by" in done.stderr
    navi(lab, "send", f"{prefix}api", "after")
    assert navi(lab, "capture", f"{prefix}api").stdout.split() == ["ready", "within", "within", "after", "after"]
    assert "nowhere can't be started" in navi(lab, "lock", f"{prefix}api", "--", "/nowhere", status=1).stderr


def test_a_lock_is_renewed_again_after_a_lost_connection(lab: Lab) -> None:
    there, prefix = lab.machine("atlas"), "atlas/"
    lab.remotes_yaml([there])
    there.new_session("api")
    holding = hold(lab, "--seconds", "30", f"{prefix}api", "--", "cat")
    (lock_file,) = until(lambda: list(locks(there)), what="it is locked")
    taken = lock_file.read_text()
    there.stop()
    assert holding.stderr
    assert "navi: the lock can't be renewed: " in holding.stderr.readline()
    there.start()
    until(lambda: lock_file.read_text() != taken, what="it is renewed", timeout=40)
    _, errors = holding.communicate(timeout=60)
    assert (holding.returncode, errors) == (0, "")
    assert not list(locks(there))


def test_a_lock_whose_host_does_not_come_back_ends(lab: Lab) -> None:
    there, prefix = lab.machine("atlas"), "atlas/"
    lab.remotes_yaml([there])
    there.new_session("api")
    holding = hold(lab, "--seconds", "6", f"{prefix}api", "--", "cat")
    until(lambda: list(locks(there)), what="it is locked")
    there.stop()
    assert holding.stderr
    assert "navi: the lock can't be renewed: " in holding.stderr.readline()
    assert "navi: the lock has ended: " in holding.stderr.readline()
    _, errors = holding.communicate(timeout=60)
    assert (holding.returncode, errors) == (0, "")


def test_a_lock_that_somebody_else_has_now_is_reported_once(lab: Lab) -> None:
    lab.local.new_session("api")
    program = f"env -u NAVI_LOCK {shlex.quote(sys.executable)} -m navi"
    inner = f"{program} unlock --force api; {program} lock api; sleep 4; exit 3"
    done = navi(lab, "lock", "--seconds", "3", "api", "--", "sh", "-c", inner, status=3)
    words = r"navi: the lock is lost: api is locked by .* now; the command goes on without it"
    assert re.fullmatch(words, done.stderr.strip())
    assert len(list(locks(lab.local))) == 1


def test_a_lock_that_can_not_be_released_keeps_the_status_of_the_command(lab: Lab) -> None:
    there, prefix = lab.machine("atlas"), "atlas/"
    lab.remotes_yaml([there])
    there.new_session("api")
    holding = hold(lab, f"{prefix}api", "--", "sh", "-c", "cat; exit 5")
    until(lambda: list(locks(there)), what="it is locked")
    there.stop()
    _, errors = holding.communicate(timeout=60)
    assert holding.returncode == 5
    assert errors.startswith("navi: the lock may not have been released: ")
    assert errors.count("\n") == 1


def test_a_lock_ends_with_its_session(lab: Lab) -> None:
    lab.local.new_session("api")
    lab.local.new_session("other")
    done = navi(lab, "lock", "api", "--", "sh", "-c", "tmux kill-session -t =api; exit 5", status=5)
    assert done.stderr == ""


@pytest.mark.parametrize(("ending", "status"), [("kill -TERM $$", 143), ("kill -KILL $$", 137), ("exit 200", 200)])
def test_lock_has_the_status_of_its_command_as_a_shell(lab: Lab, ending: str, status: int) -> None:
    lab.local.new_session("api")
    navi(lab, "lock", "api", "--", "sh", "-c", ending, status=status)
    assert not list(locks(lab.local))


def test_lock_until_its_owner_unlocks(lab: Lab) -> None:
    lab.local.new_session("api")
    taken = navi(lab, "lock", "api").stdout
    token = re.fullmatch(r"NAVI_LOCK=([0-9a-f]+); export NAVI_LOCK\n", taken)
    assert token
    assert "is locked by" in navi(lab, "lock", "api", status=75).stderr
    assert "is locked by" in navi(lab, "unlock", "api", status=75).stderr
    words = [sys.executable, "-m", "navi", "unlock", "api"]
    mine = lab.environment() | {"NAVI_LOCK": token[1]}
    assert subprocess.run(words, env=mine, timeout=60, check=False).returncode == 0
    assert "is not locked" in navi(lab, "unlock", "api", status=1).stderr
    navi(lab, "lock", "api")
    navi(lab, "unlock", "api", "--force")


# ---- a pane that is dead


ENDINGS = {
    "nothing": ("", []),
    "a line": ("echo one; ", ["one"]),
    "no line end": ("printf one; ", ["one"]),
    "a full screen": ("seq 1 60; printf last; ", [*map(str, range(1, 61)), "last"]),
    "its own words": ("echo one; echo Pane is dead; ", ["one", "Pane is dead"]),
}


@HERE_AND_THERE
@pytest.mark.parametrize("form", ["", "#[bg=red]gone #{pane_dead_status}"], ids=["default", "own"])
def test_of_a_dead_pane_only_the_programs_own_lines_are_printed(lab: Lab, far: bool, form: str) -> None:
    there, prefix = account(lab, far)
    there.new_session("keeper", "exec sleep 1000")
    if form:
        there.tmux("set-option", "-g", "remain-on-exit-format", form)
    for number, (output, lines) in enumerate(ENDINGS.values()):
        name = f"s{number}"
        os.mkfifo(there.home / name)
        open_pane(there, name, f"read x <{name}; {output}exit 3", "")
        there.tmux("set-option", "-w", "-t", f"={name}:", "remain-on-exit", "on")
        following = begin(lab, "tail", "--follow", f"{prefix}{name}")
        (there.home / name).write_text("go\n")
        status, out, errors = ended(following)
        assert (status, out.splitlines()[-5:]) == (0, lines[-5:]), (name, out)
        assert errors == f"navi: {prefix}{name}: its pane is dead; its process has ended with status 3\n"
        for words, count in ((["capture"], 999), (["capture", "--lines", "2"], 2), (["tail", "--lines", "3"], 3)):
            done = navi(lab, *words, f"{prefix}{name}")
            assert done.stdout.splitlines() == lines[-count:], (name, words)
            assert done.stderr == f"navi: {prefix}{name}: its process has ended with status 3\n"
        done = navi(lab, "wait", f"{prefix}{name}", "--pattern", "is dead [(]|^gone", "--timeout", "5", status=1)
        assert "died with status 3 before the pattern appeared" in done.stderr
        assert all(line.removeprefix("  | ") in lines for line in done.stderr.splitlines()[1:]), done.stderr


# ---- a part of a long scrollback


def test_only_the_lines_that_are_asked_for_are_fetched(lab: Lab) -> None:
    lab.local.new_session("keeper", "exec sleep 1000")
    lab.local.tmux("set-option", "-g", "history-limit", "400000")
    wide = "w" * 190
    for name, count, after in (
        ("full", 99000, ""), ("cleared", 999, 'printf "\\033[H\\033[2J"; '), ("blank", 999, 'yes "" | head -n 300; '),
    ):  # fmt: skip
        lab.local.new_session(name, f"sh -c 'yes {wide} | head -n {count}; seq 1 500; {after}touch {name}; exec cat'")
    for name in ("full", "cleared", "blank"):
        until((lab.local.home / name).exists, timeout=60, what=f"{name} has printed all")
        expected = [*map(str, range(1, 501))]
        assert navi(lab, "capture", name, "--lines", "40").stdout.splitlines() == expected[-40:]
        assert navi(lab, "tail", name, "--lines", "7").stdout.splitlines() == expected[-7:]
        assert navi(lab, "capture", name, "--lines", "501").stdout.splitlines() == [wide, *expected]
    done = navi(lab, "capture", "full", status=1)
    assert "the scrollback of full is larger than an answer may be, 16 MB; ask for a part" in done.stderr


def test_wrapped_lines_count_once_and_are_whole(lab: Lab) -> None:
    lab.local.new_session("keeper", "exec sleep 1000")
    lines = [f"{number} {'x' * 700}" for number in range(100)]
    (lab.local.home / "lines").write_text("\n".join(lines) + "\n")
    open_pane(lab.local, "api", "cat lines; echo end; exec cat", "end")
    for count in (1, 2, 3, 9, 60, 101, 300):
        assert navi(lab, "capture", "api", "--lines", str(count)).stdout.splitlines() == [*lines, "end"][-count:]


# ---- panes that a person uses, or several


@HERE_AND_THERE
def test_a_mistake_in_tmux_conf_keeps_nobody_from_typing(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    (there.home / ".tmux.conf").write_text("set -g colour-scheme dark\n")
    navi(lab, "new", "api", "--command", "exec cat", *(["--host", "atlas"] if far else []))
    assert there.tmux("display-message", "-p", "-t", "=api:", "#{pane_mode}") == "view-mode"
    assert navi(lab, "send", f"{prefix}api", "typed", "--wait", "^typed").stdout == "typed\n"
    there.tmux("copy-mode", "-t", "=api:")
    assert "is in copy mode; nothing was sent" in navi(lab, "send", f"{prefix}api", "more", status=1).stderr
    assert there.tmux("display-message", "-p", "-t", "=api:", "#{pane_mode}") == "copy-mode"


@HERE_AND_THERE
def test_synchronized_panes_get_something_only_if_that_is_meant(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    open_pane(there, "api", "echo ready; exec cat", "ready")
    there.tmux("split-window", "-t", "=api:", "sh -c 'echo ready; exec cat'")
    there.tmux("set-option", "-w", "-t", "=api:", "synchronize-panes", "on")
    panes = there.tmux("list-panes", "-t", "=api:", "-F", "#{pane_id}").split()
    for words in (["one"], ["one", "--literal"], ["--keys", "C-c"]):
        done = navi(lab, "send", f"{prefix}api", *words, status=1)
        assert "the 2 panes of the window of api are synchronized" in done.stderr
    shown = [there.tmux("capture-pane", "-p", "-t", one).split() for one in panes]
    assert shown == [["ready"], ["ready"]]
    for text in ("one", "two\tthree"):
        navi(lab, "send", f"{prefix}api", text, "--force")
    for one in panes:
        until(
            lambda one=one: (
                there.tmux("capture-pane", "-p", "-t", one).split()  # type: ignore[misc]
                == ["ready", *["one"] * 2, *["two", "three"] * 2]
            ),
            what=f"{one} has it all",
        )
    there.tmux("set-option", "-w", "-t", "=api:", "synchronize-panes", "off")
    navi(lab, "send", f"{prefix}api", "alone")
