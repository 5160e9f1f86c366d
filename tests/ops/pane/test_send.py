"""Typing into panes, waiting for what they show, reading and following them: real programs in real tmux servers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from navi.core.address import Named
from navi.ops import OperationError
from navi.ops.pane.find import NotSeen
from navi.ops.pane.lock import LockAction, lock
from navi.ops.pane.read import ExpectedText, read_text, wait_for_text
from navi.ops.pane.send import SendMode, send
from tests.support.gate import WAITS, build_gate, open_gate
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Shell, every_shell, run, stand_in, sturdy_shells
from tests.support.waiting import until


def open_pane(account: Account, name: str, command: str, shows: str = "") -> None:
    """Start a session that runs a command, and wait until it shows a text."""
    account.new_session(name, command)
    until(lambda: shows in account.tmux("capture-pane", "-p", "-t", f"={name}:"), what=f"{name} shows {shows!r}")


def keep_lines(account: Account, number: int) -> None:
    """Let the panes of new sessions keep so many lines of history."""
    account.new_session("keeper", "exec sleep 1000")
    account.tmux("set-option", "-g", "history-limit", str(number))


def collect(account: Account, name: str, raw: bool = True) -> Path:
    """Start a session that writes all that is typed into it to a file: key by key, or line by line."""
    path = account.home / f"typed-{len(list(account.home.glob('typed-*')))}"
    mode = "stty raw -echo; " if raw else ""
    open_pane(account, name, f"{mode}echo ready; exec cat >{path}", "ready")
    until(path.exists, what="its file is there")
    return path


def holds(path: Path, wanted: bytes) -> None:
    """Wait until a file has as many bytes as are wanted, and see that it is those."""
    until(lambda: path.stat().st_size >= len(wanted), what=f"{len(wanted)} bytes in {path}")
    assert path.read_bytes() == wanted


def sh(account: Account, name: str, prompt: str = "$ ") -> None:
    """Start a session with a shell that has a plain prompt."""
    open_pane(account, name, f"exec env PS1='{prompt}' HISTFILE= bash --norc --noprofile", prompt.rstrip())


def python(account: Account, name: str) -> None:
    """Start a session with Python's plain prompt, known as such."""
    open_pane(account, name, "exec env PYTHON_BASIC_REPL=1 python3 -q", ">>>")
    account.tmux("set-option", "-t", f"={name}:", "@navi_type", "python-repl")


def ask(
    account: Account, name: str, typed: str, pattern: str, seconds: float = 20, fixed: bool = False, shell: Shell = DASH
) -> str | None:
    """Type a text, wait for a pattern in what comes after, and return the line that matched."""
    return run(account, shell, send(Named(name), typed, expected=ExpectedText(pattern, fixed, seconds))).found


def answer_is_not(account: Account, name: str, typed: str, pattern: str, shell: Shell = DASH) -> None:
    """Type a text, and see that nothing that comes after matches."""
    with pytest.raises(NotSeen) as caught:
        ask(account, name, typed, pattern, seconds=0.8, shell=shell)
    assert caught.value.status == 75


# ---- byte for byte

TEXTS = (
    "-n x", "-l foo", "-R", "--", "-", "echo hi;", ";", "a;;", "\\;", "a\\;", "Up", "Tab", "Enter", "F1", "C-c", "M-x",
    "0x41", "a\tb", "\tx", "é ✓ 日本 🚀", "'\"`$(id)$HOME", "#{pid} #(id)", "%1", "a  b  ", "  lead", "!!", "~",
    "\\n \\e[31m", "x" * 4000, "one\ntwo\n", "one\n\n\n  three", "\x1b[31m\x03", "-", "",
)  # fmt: skip


@every_shell
def test_a_text_is_typed_byte_for_byte(lab: Lab, shell: Shell) -> None:
    path = collect(lab.local, "api")
    wanted = b""
    for one in TEXTS:
        run(lab.local, shell, send(Named("api"), one, SendMode.LITERAL))
        wanted += one.replace("\n", "\r").encode()
        holds(path, wanted)
    run(lab.local, shell, send(Named("api"), "Up;"))
    holds(path, wanted + b"Up;\r")


@every_shell
def test_what_is_literal_comes_without_enter_and_keys_come_by_their_names(lab: Lab, shell: Shell) -> None:
    path = collect(lab.local, "api")
    run(lab.local, shell, send(Named("api"), "Up;", SendMode.LITERAL))
    run(lab.local, shell, send(Named("api"), "", SendMode.LITERAL))
    run(lab.local, shell, send(Named("api"), "", SendMode.KEYS, ["C-a", ";", "-", "Escape", "Enter"]))
    holds(path, b"Up;\x01;-\x1b\r")


def test_bytes_that_are_no_text_are_typed_and_nul_is_refused(lab: Lab) -> None:
    path = collect(lab.local, "api")
    run(lab.local, DASH, send(Named("api"), os.fsdecode(b"caf\xe9\n\xff")))
    holds(path, b"caf\xe9\r\xff\r")
    with pytest.raises(OperationError, match="NUL"):
        send(Named("api"), "a\0b")


def test_a_text_larger_than_every_buffer_arrives_whole(lab: Lab) -> None:
    path = collect(lab.local, "api", raw=False)
    wanted = "".join(f"{number:06} {'ä' * (number % 40)}\n" for number in range(15000))
    assert len(wanted.encode()) > 600_000
    run(lab.local, DASH, send(Named("api"), wanted.removesuffix("\n")))
    holds(path, wanted.encode())


def test_a_line_that_a_program_could_not_take_is_refused(lab: Lab) -> None:
    path = collect(lab.local, "api", raw=False)
    with pytest.raises(OperationError, match="4095 bytes; nothing was sent"):
        run(lab.local, DASH, send(Named("api"), "x" * 4096))
    run(lab.local, DASH, send(Named("api"), "y" * 4095))
    holds(path, b"y" * 4095 + b"\n")


def test_no_buffer_is_left(lab: Lab) -> None:
    collect(lab.local, "api")
    run(lab.local, DASH, send(Named("api"), "a\nb"))
    assert lab.local.tmux("list-buffers") == ""


@sturdy_shells
def test_several_lines_run_in_a_shell_as_they_stand(lab: Lab, shell: Shell) -> None:
    sh(lab.local, "api")
    code = "for i in 1 2\ndo\n\techo \"a$i\"\ndone\ncat <<'END'\n\tindented\nEND\necho fin''ished\n"
    assert ask(lab.local, "api", code, "^finished$", shell=shell) == "finished"
    shown = lab.local.tmux("capture-pane", "-p", "-t", "=api:").splitlines()
    assert [line for line in shown if line in ("a1", "a2", "        indented", "finished")][-4:] == [
        "a1", "a2", "        indented", "finished",
    ]  # fmt: skip


CLASS = '''class Counter:

    """Counts.

    Twice."""

    def __init__(self):
        self.n = 0

    def up(self):
\tself.n += 1

\treturn self.n

c = Counter()
c.up()
print("n", c.up(), c.__doc__.count(chr(10)))'''.replace("\t", "        ")


def test_a_class_with_empty_lines_is_taken_by_the_prompt_of_python(lab: Lab) -> None:
    python(lab.local, "api")
    assert ask(lab.local, "api", CLASS, "^n 2 2$") == "n 2 2"
    shown = lab.local.tmux("capture-pane", "-p", "-S", "-", "-t", "=api:")
    assert "Error" not in shown


def test_one_line_for_the_prompt_of_python_stays_one_line(lab: Lab) -> None:
    python(lab.local, "api")
    run(lab.local, DASH, send(Named("api"), "if 1: print('a' 'b')"))
    until(lambda: lab.local.tmux("capture-pane", "-p", "-t", "=api:").rstrip().endswith("..."), what="it asks")
    assert ask(lab.local, "api", "", "^ab$") == "ab"


# ---- what is refused


def into_copy_mode(account: Account) -> None:
    """Somebody reads there."""
    account.tmux("copy-mode", "-t", "=api:")


def turn_input_off(account: Account) -> None:
    """Somebody protects it."""
    account.tmux("select-pane", "-d", "-t", "=api:")


def let_it_die(account: Account) -> None:
    """Its program ends, and the pane stays."""
    account.tmux("set-option", "-w", "-t", "=api:", "remain-on-exit", "on")
    account.tmux("run-shell", "-b", "kill -KILL #{pane_pid}")
    until(lambda: account.tmux("display-message", "-p", "-t", "=api:", "#{pane_dead}") == "1", what="it is dead")


@sturdy_shells
@pytest.mark.parametrize(
    ("make", "words"),
    [(into_copy_mode, "copy mode"), (turn_input_off, "takes no input"), (let_it_die, "is dead")],
    ids=["copy-mode", "input-off", "dead"],
)
def test_a_pane_that_would_not_take_it_gets_nothing(
    lab: Lab, shell: Shell, make: Callable[[Account], None], words: str
) -> None:
    path = collect(lab.local, "api")
    make(lab.local)
    for how in SendMode:
        with pytest.raises(OperationError, match=f"{words}.*nothing was sent") as caught:
            run(lab.local, shell, send(Named("api"), "x", how, ["x"]))
        assert caught.value.status == 1
    assert path.read_bytes() == b""


def test_copy_mode_is_left_by_force(lab: Lab) -> None:
    path = collect(lab.local, "api")
    into_copy_mode(lab.local)
    run(lab.local, DASH, send(Named("api"), "x", force=True))
    holds(path, b"x\r")


@pytest.mark.parametrize(
    ("pane", "words"),
    [
        (Named("none"), "no session named none"),
        (Named("", target="none"), "no session named none"),
        (Named("", target="%99"), "no pane %99 on the tmux server of this user"),
        (Named("", target="$99"), r"no pane \$99 on the tmux server of this user"),
        (Named("", target="none-of-these:7.9"), r"the session none-of-these has no pane 7\.9"),
        (Named("", target="none-of-these:0.9"), r"the session none-of-these has no pane 0\.9"),
        (Named("a", "/none"), "no session named a on the tmux server /none"),
    ],
)
def test_a_pane_that_is_not_there(lab: Lab, pane: Named, words: str) -> None:
    lab.local.new_session("none-of-these")
    with pytest.raises(OperationError, match=words) as caught:
        run(lab.local, DASH, send(pane, "x"))
    assert caught.value.status == 66


DIALOGS = (
    ({"status": "permission"}, True),
    ({"status": "working", "agents": {"a": {"status": "permission"}}}, True),
    ({"status": "working"}, False),
    ({"status": "idle", "message": 'he said "status": "permission"'}, False),
)


@sturdy_shells
def test_an_agent_that_asks_for_permission_gets_no_text_for_an_answer(lab: Lab, shell: Shell) -> None:
    account = lab.local
    path = collect(account, "api")
    wanted = b""
    for fields, asks in DIALOGS:
        account.write_status("api", **fields)
        operation = send(Named("api"), "x")
        if asks:
            with pytest.raises(OperationError, match="asks for permission; nothing was sent"):
                run(account, shell, operation)
            run(account, shell, send(Named("api"), "y", force=True))
        else:
            run(account, shell, operation)
        wanted += b"y\r" if asks else b"x\r"
        holds(path, wanted)


def test_a_dialog_of_an_agent_that_has_ended_keeps_nobody_from_typing(lab: Lab) -> None:
    sh(lab.local, "api")
    lab.local.write_status("api", status="permission")
    typed = send(Named("api"), "echo a''b", expected=ExpectedText("^ab$"))
    assert run(lab.local, DASH, typed).found == "ab"


# ---- Enter

DEAF = """
import os, tty
tty.setraw(0)
os.write(1, b"ready")
while True:
    typed = os.read(0, 99)
    with open("{path}", "ab") as file:
        file.write(typed)
    os.write(1, typed.replace(b"\\r", b""))
"""


def test_enter_that_is_taken_is_verified_and_where_nothing_is_shown_that_is_reported(lab: Lab) -> None:
    sh(lab.local, "api")
    assert run(lab.local, DASH, send(Named("api"), ":")).verified is True
    collect(lab.local, "silent")
    assert run(lab.local, DASH, send(Named("silent"), "x")).verified is None


def test_enter_that_does_nothing_is_pressed_again_and_that_it_did_nothing_is_reported(lab: Lab) -> None:
    path = lab.local.home / "typed"
    (lab.local.home / "deaf.py").write_text(DEAF.format(path=path))
    open_pane(lab.local, "api", "exec python3 deaf.py", "ready")
    assert run(lab.local, DASH, send(Named("api"), "x", retries=2)).verified is False
    holds(path, b"x\r\r")


# ---- waiting for the answer


@sturdy_shells
def test_an_old_prompt_and_the_echo_are_no_answer(lab: Lab, shell: Shell) -> None:
    python(lab.local, "api")
    assert ask(lab.local, "api", "x = 'O' 'LD'; x", "OLD", shell=shell) == "'OLD'"
    answer_is_not(lab.local, "api", "import time; time.sleep(3600)", "^>>>|OLD|sleep", shell=shell)


def test_what_is_typed_while_a_program_is_busy_is_no_answer_when_it_is_shown_again(lab: Lab) -> None:
    sh(lab.local, "api")
    build_gate(lab.local)
    run(lab.local, DASH, send(Named("api"), WAITS))
    with ThreadPoolExecutor() as pool:
        future = pool.submit(ask, lab.local, "api", "echo LA''TER", "^LATER$|LA''")
        until(lambda: "LA''TER" in lab.local.tmux("capture-pane", "-p", "-t", "=api:"), what="it is typed")
        open_gate(lab.local)
        assert future.result() == "LATER"
    run(lab.local, DASH, send(Named("api"), WAITS))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(answer_is_not, lab.local, "api", ": TWICE", "TWICE")
        until(lambda: "TWICE" in lab.local.tmux("capture-pane", "-p", "-t", "=api:"), what="it is typed")
        open_gate(lab.local)
        waiting.result()


@sturdy_shells
def test_an_answer_that_ends_like_the_question_is_an_answer(lab: Lab, shell: Shell) -> None:
    open_pane(lab.local, "api", """echo ready; while read x; do echo "You said: $x"; done""", "ready")
    for _ in range(2):
        assert ask(lab.local, "api", "hello", "You said", shell=shell) == "You said: hello"
    assert ask(lab.local, "api", "hello", "hello", shell=shell) == "You said: hello"


def test_an_answer_like_an_earlier_one_is_found(lab: Lab) -> None:
    sh(lab.local, "api")
    for _ in range(3):
        assert ask(lab.local, "api", "echo sa''me", "^same$") == "same"
    answer_is_not(lab.local, "api", ":", "^same$")


def test_several_lines_of_echo_are_no_answer(lab: Lab) -> None:
    sh(lab.local, "api")
    answer_is_not(lab.local, "api", ": ONE\n: ONE\n:\t THREE", "ONE|THREE")
    python(lab.local, "repl")
    answer_is_not(lab.local, "repl", "if 1:\n    x = 'ONE'\n\n    y = 'TWO'", "ONE|TWO")
    assert ask(lab.local, "repl", "if 1:\n    print('THR' 'EE')\n", "THREE") == "THREE"


def test_a_program_with_a_screen_to_itself(lab: Lab) -> None:
    sh(lab.local, "api")
    assert ask(lab.local, "api", "echo O''LD", "^OLD$") == "OLD"
    alone = r"printf '\033[?1049h\033[H'; echo N''EW; read x; printf '\033[?1049l'"
    assert ask(lab.local, "api", alone, "^(NEW|OLD)$") == "NEW"
    answer_is_not(lab.local, "api", "q", "^(OLD|NEW)$")
    assert ask(lab.local, "api", alone, "^NEW$") == "NEW"
    assert ask(lab.local, "api", "q\necho D''ONE", "^(OLD|NEW|DONE)$") == "DONE"


def test_a_page_that_moves_is_not_new(lab: Lab) -> None:
    sh(lab.local, "api")
    (lab.local.home / "page").write_text("".join(f"line {number}\n" for number in range(200)))
    assert ask(lab.local, "api", "less page", "^line 20$") == "line 20"
    run(lab.local, DASH, send(Named("api"), "jjjjj", SendMode.LITERAL))
    until(lambda: "line 27" in lab.local.tmux("capture-pane", "-p", "-t", "=api:"), what="it moved")
    answer_is_not(lab.local, "api", "", "^line (20|25)$")
    assert ask(lab.local, "api", "", "^line 29$") == "line 29"


SMALL = 40
"""Lines of history."""


@pytest.mark.parametrize("filling", ["seq 1 400", "yes same | head -n 400"])
def test_a_full_history_that_drops_lines_neither_hides_nor_invents_an_answer(lab: Lab, filling: str) -> None:
    keep_lines(lab.local, SMALL)
    sh(lab.local, "api")
    assert ask(lab.local, "api", f"{filling}; echo O''LD", "^OLD$") == "OLD"
    for number in range(6):
        answer_is_not_quickly(lab.local, "api", ":", "^OLD$")
        assert ask(lab.local, "api", f"echo n{number}''w", f"^n{number}w$") == f"n{number}w"
        assert ask(lab.local, "api", f"echo m{number}''w; seq 501 520", f"^m{number}w$") == f"m{number}w"
        assert ask(lab.local, "api", "echo sa''me", "^same$") == "same"


def answer_is_not_quickly(account: Account, name: str, typed: str, pattern: str) -> None:
    """As answer_is_not, for those that are asked often."""
    with pytest.raises(NotSeen):
        ask(account, name, typed, pattern, seconds=0.2)


def test_a_screen_that_is_cleared(lab: Lab) -> None:
    sh(lab.local, "api")
    assert ask(lab.local, "api", "seq 1 100; echo O''LD", "^OLD$") == "OLD"
    answer_is_not(lab.local, "api", "clear", "^OLD$|^100$")
    assert ask(lab.local, "api", "clear; echo N''EW", "^NEW$") == "NEW"


def test_a_pane_of_another_size_meanwhile(lab: Lab) -> None:
    sh(lab.local, "api")
    assert ask(lab.local, "api", "seq 1 100 | tr '\\n' ' '; echo O''LD", "OLD$") is not None
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(answer_is_not, lab.local, "api", ": typed", "OLD|^1 2")
        until(lambda: "typed" in lab.local.tmux("capture-pane", "-p", "-t", "=api:"), what="it is typed")
        lab.local.tmux("resize-window", "-t", "=api:", "-x", "50", "-y", "30")
        waiting.result()
        future = pool.submit(ask, lab.local, "api", "read x; echo N''EW", "^NEW$")
        until(lambda: "read" in lab.local.tmux("capture-pane", "-p", "-t", "=api:"), what="it is typed")
        lab.local.tmux("resize-window", "-t", "=api:", "-x", "100", "-y", "20")
        run(lab.local, DASH, send(Named("api"), ""))
        assert future.result() == "NEW"


def test_a_pane_that_never_rests_is_typed_into(lab: Lab) -> None:
    open_pane(
        lab.local, "api", 'while :; do seq 1 30; sleep 0.02; done & while read x; do echo "got ${#x}"; done', "30"
    )
    assert ask(lab.local, "api", "z" * 300, "got 300") == "got 300"


NEVER_REST = {"yes": "yes", "clock": 'while :; do printf "\\r%s" "$(date +%s.%N)"; sleep 0.05; done'}


@pytest.mark.parametrize("output", NEVER_REST.values(), ids=NEVER_REST)
def test_a_pane_that_never_rests_ends_the_wait_in_time_and_is_looked_at_less_often(lab: Lab, output: str) -> None:
    lab.local.new_session("api", f"{output} & exec cat")
    stand_in(lab.local, "tmux", 'case $* in *capture-pane*) echo >>~/looks ;; esac; exec "$real" "$@"')
    with pytest.raises(NotSeen, match="timed out after 6 s waiting for the pattern") as caught:
        ask(lab.local, "api", "hello", "never", seconds=6)
    assert caught.value.status == 75
    assert len((lab.local.home / "looks").read_text()) < 60


def test_a_pane_that_dies_and_a_session_that_ends_end_the_wait(lab: Lab) -> None:
    sh(lab.local, "api")
    with pytest.raises(OperationError, match="has ended") as caught:
        ask(lab.local, "api", "exit", "never", seconds=60)
    assert caught.value.status == 66
    sh(lab.local, "api")
    lab.local.tmux("set-option", "-w", "-t", "=api:", "remain-on-exit", "on")
    with pytest.raises(NotSeen, match="died") as seen:
        ask(lab.local, "api", "echo la''st; exit 3", "never", seconds=60)
    assert seen.value.status == 1
    assert "last" in seen.value.screen


def test_the_last_session_of_a_server_that_may_be_empty_ends_the_wait(lab: Lab) -> None:
    sh(lab.local, "api")
    lab.local.tmux("set-option", "-s", "exit-empty", "off")
    with pytest.raises(OperationError, match="the session api has ended") as caught:
        ask(lab.local, "api", "exit", "never", seconds=60)
    assert caught.value.status == 66


@pytest.mark.parametrize("pattern", ["(gdb)", "a\\.b[0-9]+ é"])
def test_a_text_is_waited_for_literally(lab: Lab, pattern: str) -> None:
    sh(lab.local, "api")
    (lab.local.home / "text").write_text(pattern)
    assert ask(lab.local, "api", "cat text; echo", pattern, fixed=True) == pattern


@sturdy_shells
def test_a_pattern_that_can_not_be_is_refused_and_nothing_is_typed(lab: Lab, shell: Shell) -> None:
    path = collect(lab.local, "api")
    for bad in ("(", "[", "a{2,1}"):
        with pytest.raises(OperationError, match="does not understand the pattern") as caught:
            ask(lab.local, "api", "x", bad, shell=shell)
        assert caught.value.status == 64
        with pytest.raises(OperationError, match="does not understand the pattern"):
            run(lab.local, shell, wait_for_text(Named("api"), ExpectedText(bad)))
    assert path.read_bytes() == b""


# ---- several who write at once


def test_who_writes_at_once_writes_one_after_the_other(lab: Lab) -> None:
    paths = {name: collect(lab.local, name, raw=False) for name in ("a", "b")}
    texts = [(name, f"{name}{writer}.{number} ") for writer in range(4) for number in range(8) for name in paths]

    def write(writer: int) -> None:
        for name, one in texts[writer::4]:
            run(lab.local, DASH, send(Named(name), f"<{one * 20}>\n<{one}>" if len(one) % 2 else f"<{one}>"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    for name, path in paths.items():
        wanted = [one for to, one in texts if to == name]
        lines = [f"<{one * 20}>\n<{one}>" if len(one) % 2 else f"<{one}>" for one in wanted]
        size = sum(len(line) + 1 for line in lines)
        until(lambda path=path, size=size: path.stat().st_size >= size, what="all came")  # type: ignore[misc]
        written = path.read_text()
        assert len(written) == size
        assert all(f"{line}\n" in written for line in lines)


def test_the_pane_is_free_for_others_while_somebody_waits_for_an_answer(lab: Lab) -> None:
    sh(lab.local, "api")
    with ThreadPoolExecutor() as pool:
        future = pool.submit(ask, lab.local, "api", ": waits", "^freed$", 50)
        until(lambda: ": waits" in lab.local.tmux("capture-pane", "-p", "-t", "=api:"), what="it is typed")
        run(lab.local, DASH, send(Named("api"), "echo fre''ed"))
        assert future.result() == "freed"


@every_shell
def test_a_lock_is_respected_until_it_ends(lab: Lab, shell: Shell) -> None:
    path = collect(lab.local, "api")
    run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "mine", 600, "me@here, process 1"))
    for token in ("", "theirs"):
        with pytest.raises(OperationError, match="is locked by me@here, process 1") as caught:
            run(lab.local, shell, send(Named("api"), "x", lock=token))
        assert caught.value.status == 75
    with pytest.raises(OperationError, match="is locked by me@here, process 1"):
        run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "theirs"))
    with pytest.raises(OperationError, match="is locked by me"):
        run(lab.local, shell, lock(Named("api"), LockAction.LEAVE, "theirs"))
    run(lab.local, shell, send(Named("api"), "1", lock="mine"))
    run(lab.local, shell, lock(Named("api"), LockAction.LEAVE, "mine"))
    run(lab.local, shell, send(Named("api"), "2"))
    with pytest.raises(OperationError, match="is not locked"):
        run(lab.local, shell, lock(Named("api"), LockAction.LEAVE, "mine"))
    run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "mine", 600, "me"))
    run(lab.local, shell, lock(Named("api"), LockAction.FORCE))
    run(lab.local, shell, send(Named("api"), "3"))
    run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "mine", 0, "me"))
    run(lab.local, shell, send(Named("api"), "4"))  # it is over
    run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "theirs", 600, "they"))
    holds(path, b"1\r2\r3\r4\r")


SLOW_ONCE = """\
case $* in *load-buffer*) [ -e "$HOME/slow" ] || { : >"$HOME/slow"; sleep 3; } ;; esac
exec "$real" "$@"
"""


def test_a_lock_that_comes_while_a_text_waits_for_another_one_keeps_it_out(lab: Lab) -> None:
    path = collect(lab.local, "api")
    stand_in(lab.local, "tmux", SLOW_ONCE)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(run, lab.local, DASH, send(Named("api"), "1"))
        until((lab.local.home / "slow").exists, what="the first one types")
        second = pool.submit(run, lab.local, DASH, send(Named("api"), "2"))
        time.sleep(1)
        run(lab.local, DASH, lock(Named("api"), LockAction.TAKE, "mine", 600, "me"))
        first.result()
        with pytest.raises(OperationError, match="api is locked by me; nothing was sent"):
            second.result()
    holds(path, b"1\r")


@every_shell
def test_only_a_lock_that_one_has_is_kept(lab: Lab, shell: Shell) -> None:
    collect(lab.local, "api")
    keep = lock(Named("api"), LockAction.KEEP, "mine", 600, "me")
    run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "mine", 600, "me"))
    run(lab.local, shell, keep)
    run(lab.local, shell, lock(Named("api"), LockAction.LEAVE, "mine"))
    for seconds, words in ((0, "api is not locked any more"), (600, "api is locked by they now")):
        with pytest.raises(OperationError, match="api is not locked any more"):
            run(lab.local, shell, keep)
        run(lab.local, shell, lock(Named("api"), LockAction.TAKE, "theirs", seconds, "they"))
        with pytest.raises(OperationError, match=words):
            run(lab.local, shell, keep)
        run(lab.local, shell, lock(Named("api"), LockAction.LEAVE, "theirs"))
    run(lab.local, shell, send(Named("api"), "1"))


def test_a_lock_is_of_a_session_and_not_of_the_next_one_of_its_name(lab: Lab) -> None:
    collect(lab.local, "api")
    run(lab.local, DASH, lock(Named("api"), LockAction.TAKE, "mine", 600, "me"))
    lab.local.tmux("rename-session", "-t", "=api", "web")
    with pytest.raises(OperationError, match="web is locked"):
        run(lab.local, DASH, send(Named("web"), "x"))
    path = collect(lab.local, "api")
    run(lab.local, DASH, send(Named("api"), "x"))
    holds(path, b"x\r")


# ---- waiting


def seen(
    account: Account, name: str, pattern: str, lines: int | None = None, seconds: float = 20, fixed: bool = False
) -> str:
    """Wait for what a pane shows."""
    return run(account, DASH, wait_for_text(Named(name), ExpectedText(pattern, fixed, seconds), lines))


@sturdy_shells
def test_what_stands_in_the_scrollback_is_seen_and_only_so_much_as_is_wanted(lab: Lab, shell: Shell) -> None:
    keep_lines(lab.local, 5000)
    open_pane(lab.local, "api", "seq 1 3000; exec cat", "3000")
    operation = wait_for_text(Named("api"), ExpectedText("^7$"))
    assert run(lab.local, shell, operation) == "7"
    with pytest.raises(NotSeen, match=r"timed out after 0\.3 s") as caught:
        run(lab.local, shell, wait_for_text(Named("api"), ExpectedText("^1500$", seconds=0.3), 1000))
    assert (caught.value.status, caught.value.screen[-1]) == (75, "3000")
    assert run(lab.local, shell, wait_for_text(Named("api"), ExpectedText("^1500$"), 1600)) == "1500"
    assert run(lab.local, shell, wait_for_text(Named("api"), ExpectedText("^3000$"), 0)) == "3000"


def test_a_line_that_is_wrapped_is_one_line_and_blanks_at_its_end_may_be_there_or_not(lab: Lab) -> None:
    open_pane(lab.local, "api", "echo $(seq 1 60)END; printf 'P> '; exec cat", "P>")
    assert seen(lab.local, "api", "^1 2 .* 60END$").endswith("60END")
    assert seen(lab.local, "api", "^P>$") == "P>"
    assert seen(lab.local, "api", "^P> $") == "P> "
    assert seen(lab.local, "api", "P> ", fixed=True) == "P> "


def test_letters_of_every_kind_are_matched_whatever_the_locale(lab: Lab) -> None:
    open_pane(lab.local, "api", "printf 'é ✓ 日本 🚀 done\\n'; exec cat", "done")
    for locale in ("C", "C.UTF-8"):
        operation = wait_for_text(Named("api"), ExpectedText("日本 🚀 done$", seconds=5))
        found = run(lab.local, DASH, operation, {"LC_ALL": locale})
        assert found == "é ✓ 日本 🚀 done"


def test_a_wait_ends_with_the_pane_and_with_the_session(lab: Lab) -> None:
    build_gate(lab.local)
    lab.local.new_session("other")
    for keep, words, status in (("on", "died", 1), ("off", r"has ended|no session named", 66)):
        open_pane(lab.local, keep, f"echo ready; {WAITS}", "ready")
        lab.local.tmux("set-option", "-w", "-t", f"={keep}:", "remain-on-exit", keep)
        with ThreadPoolExecutor() as pool:
            future = pool.submit(seen, lab.local, keep, "never", None, 60)
            open_gate(lab.local)
            with pytest.raises(OperationError, match=words) as caught:
                future.result()
        assert caught.value.status == status


def test_the_prefix_of_a_name_is_no_name(lab: Lab) -> None:
    open_pane(lab.local, "api-2", "echo ready; exec cat", "ready")
    for pane in (Named("api"), Named("", target="api:0.0")):
        operation = wait_for_text(pane, ExpectedText("ready"))
        with pytest.raises(OperationError, match="no session named api") as caught:
            run(lab.local, DASH, operation)
        assert caught.value.status == 66


@pytest.mark.parametrize(
    "target", ["api", "api:", "=api:", "api:0", "api:0.0", "=api:0.0", "%0", "$0", "$0:0.0", "api:work"]
)
def test_a_target_is_meant_as_tmux_means_it(lab: Lab, target: str) -> None:
    lab.local.new_session("api", "echo ready; exec cat")
    lab.local.tmux("rename-window", "-t", "=api:0", "work")
    assert run(lab.local, DASH, wait_for_text(Named("", target=target), ExpectedText("ready"))) == "ready"


# ---- reading


@sturdy_shells
def test_a_pane_is_read_without_loss(lab: Lab, shell: Shell) -> None:
    keep_lines(lab.local, 60000)
    wanted = [f"{number} é ✓ 日本 🚀 {'w' * (number % 150)}|" for number in range(20000)]
    (lab.local.home / "wanted").write_text("\n".join(wanted) + "\n")
    open_pane(lab.local, "api", "cat wanted; echo end; exec cat", "end")
    got = run(lab.local, shell, read_text(Named("api"))).data.decode().splitlines()
    assert [line.rstrip() for line in got if line.strip()] == [*wanted, "end"]


def test_a_part_of_a_pane_is_read_and_colours_if_they_are_wanted(lab: Lab) -> None:
    open_pane(lab.local, "api", "seq 1 100; printf '\\033[31mred\\033[0m\\n'; exec cat", "red")
    screen = run(lab.local, DASH, read_text(Named("api"), "0")).data.decode().split()
    assert (screen[-1], screen[0]) == ("red", "79")
    assert run(lab.local, DASH, read_text(Named("api"), "-5")).data.decode().split()[0] == "74"
    assert b"\x1b[31mred" in run(lab.local, DASH, read_text(Named("api"), "0", escapes=True)).data
