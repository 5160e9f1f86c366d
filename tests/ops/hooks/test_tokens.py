"""Tokens, counted in transcripts on this machine and over a real sshd, in every shell and with every awk."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navi.core import exits
from navi.core.metrics import Tokens
from navi.ops import OperationError
from navi.ops.hooks.tokens import tokens
from tests.support.awks import every_awk
from tests.support.lab_hosts import everywhere, lab_host
from tests.support.machines import Account, Lab, program
from tests.support.scripts import DASH, Shell, every_shell, run, stand_in
from tests.support.transcripts import append, message, reference, result, transcript, written

properties = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

LINES = [
    {"type": "summary", "summary": "assistant usage"},
    message("msg_1", output=1),
    result(),
    message("msg_2", input=1, output=5, read=0, written=None),
    message("msg_1", output=90),
    message("msg_3", output=4, isSidechain=True),
]
COUNTED = Tokens(5, 99, 600, 80, messages=3)


def count(
    account: Account, shell: Shell = DASH, awk: str = "mawk", id: str = "one", most: int = 1 << 24, seconds: int = 60
) -> Tokens:
    """Count once, in a shell with an awk."""
    use(account, awk)
    return run(account, shell, tokens(id, most, seconds))


def use(account: Account, awk: str) -> None:
    """Put an awk in front of all others."""
    path = account.bin / "awk"
    if not path.is_symlink() or os.readlink(path) != program(awk):
        path.unlink(missing_ok=True)
        path.symlink_to(program(awk))


def count_all(account: Account, most: int, awk: str = "mawk") -> list[Tokens]:
    """Count until nothing is left; return all answers."""
    found = [count(account, awk=awk, most=most)]
    while found[-1].partial:
        found.append(count(account, awk=awk, most=most))
        assert len(found) < 200, "it does not come to an end"
    return found


def state(account: Account, id: str = "one") -> Path:
    """Return where it stands what was counted."""
    return account.sessions_dir / ".navi" / f"tokens.{id}"


# ---- what is counted


@everywhere
async def test_each_message_counts_once_with_what_its_last_line_says(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        path = transcript(one.account, "one", LINES)
        assert await one.host.run(tokens("one")) == COUNTED == reference(path.read_bytes())
        append(path, message("msg_3", output=6), message("msg_4", 0, 1, 0, 0))
        assert await one.host.run(tokens("one")) == Tokens(5, 102, 600, 80, messages=4)
        assert state(one.account).stat().st_mode & 0o777 == 0o600
        assert one.state_files() == ["tokens.one"]


@everywhere
async def test_a_session_without_a_transcript_is_distinguished(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        transcript(one.account, "other", LINES)
        with pytest.raises(OperationError, match=r"no transcript of it in .*\.claude/projects") as caught:
            await one.host.run(tokens("one"))
        assert caught.value.status == exits.NO_SESSION


@every_shell
@every_awk
def test_it_counts_in_every_shell_with_every_awk(lab: Lab, shell: Shell, awk: str) -> None:
    path = transcript(lab.local, "one", [b"\0\xff garbage\n", *LINES, b'{"type":"assistant","usage":'])
    assert count(lab.local, shell, awk) == COUNTED
    append(path, b"\n", message("msg_1", output=91))
    assert count(lab.local, shell, awk) == COUNTED._replace(output=100, skipped=1)
    assert count(lab.local, shell, awk) == COUNTED._replace(output=100, skipped=1)


@pytest.mark.parametrize("id", ["", "a/b", "../one", "$(touch x)", "a b", "é", "-n\n", "x" * 101, "a'b", "*"])
def test_what_can_be_no_id_is_not_looked_for(id: str) -> None:
    with pytest.raises(OperationError, match="is not a valid Claude Code id"):
        tokens(id)


def test_an_id_may_begin_with_a_dash(lab: Lab) -> None:
    transcript(lab.local, "-name", LINES)
    assert count(lab.local, id="-name") == COUNTED


def test_sub_agents_count_and_messages_that_they_share_count_once(lab: Lab) -> None:
    transcript(lab.local, "one", LINES)
    transcript(lab.local, "one", [message("msg_1", output=90), message("sub_1", 1, 1, 1, 1)], agent="a1")
    deep = transcript(lab.local, "one", [message("sub_2", 1, 1, 1, 1)], agent="a2")
    inner = deep.parent / "workflows" / "w"
    inner.mkdir(parents=True)
    deep.rename(inner / deep.name)
    transcript(lab.local, "one", [message("no", 500)], agent="a3").rename(deep.parent / "journal.jsonl")
    transcript(lab.local, "another", [message("msg_9", 1000)])
    assert count(lab.local) == Tokens(7, 101, 602, 82, messages=5)
    transcript(lab.local, "one", [message("sub_3", 1, 1, 1, 1)], agent="a4")
    assert count(lab.local) == Tokens(8, 102, 603, 83, messages=6)


def test_a_session_that_moved_between_projects_counts_as_one(lab: Lab) -> None:
    transcript(lab.local, "one", LINES)
    transcript(lab.local, "one", [LINES[4], message("msg_9", 1, 1, 1, 1)], project='-srv it\'s "$(x)"; y')
    assert count(lab.local) == Tokens(6, 100, 601, 81, messages=4)


@every_awk
def test_folders_of_other_names_are_looked_in(lab: Lab, awk: str) -> None:
    path = transcript(lab.local, "one", LINES)
    config = lab.local.home / "else where"
    (lab.local.home / ".claude").rename(config)
    use(lab.local, awk)
    operation = tokens("one")
    assert run(lab.local, DASH, operation, {"CLAUDE_CONFIG_DIR": str(config)}) == COUNTED
    (lab.local.home / ".config").mkdir(exist_ok=True)
    config.rename(lab.local.home / ".config" / "claude")
    assert run(lab.local, DASH, operation, {"XDG_CONFIG_HOME": str(lab.local.home / ".config")}) == COUNTED
    assert not path.exists()


ODD: list[tuple[object, Tokens]] = [
    (message("m", input="12"), Tokens(0, 0, 0, 0, skipped=1)),
    (message("m", input=-1), Tokens(0, 0, 0, 0, skipped=1)),
    (message("m", output=1.5), Tokens(0, 0, 0, 0, skipped=1)),
    (message("m", output=True), Tokens(0, 0, 0, 0, skipped=1)),
    (message("m", read=10**9), Tokens(0, 0, 0, 0, skipped=1)),
    (message("m", read=int("9" * 400)), Tokens(0, 0, 0, 0, skipped=1)),
    (message("m", None, [1], {"a": 1}, 3), Tokens(0, 0, 0, 3, messages=1)),
    (message("m" * 101), Tokens(0, 0, 0, 0, skipped=1)),
    (message("a b"), Tokens(0, 0, 0, 0, skipped=1)),
    (message("a\nb\u202e"), Tokens(0, 0, 0, 0, skipped=1)),
    (message(None, 1, 2, 3, 4), Tokens(1, 2, 3, 4, messages=1)),
    (message("", 1, 2, 3, 4), Tokens(1, 2, 3, 4, messages=1)),
    (message({"id": 1}, 1, 2, 3, 4), Tokens(1, 2, 3, 4, messages=1)),
    ({"type": "assistant", "message": {"id": "m", "usage": None}}, Tokens(0, 0, 0, 0)),
    ({"type": "assistant", "message": ["usage"]}, Tokens(0, 0, 0, 0)),
    ({"type": "progress", "data": message("m")}, Tokens(0, 0, 0, 0)),
    (["assistant", "usage"], Tokens(0, 0, 0, 0, skipped=1)),
    (written(message("m"))[:-9] + b"\n", Tokens(0, 0, 0, 0, skipped=1)),
    (b'"usage" "assistant\n', Tokens(0, 0, 0, 0)),
    (b'"usage" "assistant" \\\n', Tokens(0, 0, 0, 0, skipped=1)),
    (b"[" * 5000 + b'"usage","assistant"\n', Tokens(0, 0, 0, 0, skipped=1)),
    (b'{"a":"\x01","usage":1,"b":"assistant"}\n', Tokens(0, 0, 0, 0, skipped=1)),
    (b"\n\r\n", Tokens(0, 0, 0, 0)),
]


@every_awk
def test_odd_lines_are_skipped_and_the_others_count(lab: Lab, awk: str) -> None:
    for line, expected in ODD:
        transcript(lab.local, "one", [line, *LINES])
        found = count(lab.local, awk=awk)
        more = found._replace(**{name: getattr(found, name) - getattr(COUNTED, name) for name in Tokens._fields})
        assert (line, more) == (line, expected)
        state(lab.local).unlink()


# ---- as it grows


@every_awk
def test_a_line_that_is_being_written_waits(lab: Lab, awk: str) -> None:
    path = transcript(lab.local, "one", LINES)
    line = written(message("msg_9", 1, 1, 1, 1))
    for piece in (line[:1], line[1:90], line[90:-1]):
        append(path, piece)
        assert count(lab.local, awk=awk) == COUNTED
    append(path, line[-1:])
    assert count(lab.local, awk=awk) == Tokens(6, 100, 601, 81, messages=4)


def test_nothing_is_lost_or_counted_twice_while_it_grows(lab: Lab) -> None:
    path = transcript(lab.local, "one", [])
    done = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for number in range(3000):
                data = written(message(f"msg_{number // 3}", output=number))
                file.write(data[:40])
                file.write(data[40:])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while not done.is_set():
        seen.append(count(lab.local, most=200_000))
    writer.join()
    assert count_all(lab.local, 200_000)[-1] == reference(path.read_bytes())
    assert [one.messages for one in seen] == sorted(one.messages for one in seen)


def test_two_at_once_do_no_harm(lab: Lab) -> None:
    path = transcript(lab.local, "one", [message(f"msg_{number // 2}", output=number) for number in range(4000)])
    use(lab.local, "mawk")
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(8):
                run(lab.local, DASH, tokens("one", 200_000, 60))
        except BaseException as error:
            failed.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert failed == []
    assert count_all(lab.local, 200_000)[-1] == reference(path.read_bytes())


def cut(path: Path) -> None:
    path.write_bytes(written(LINES[1]))


def replaced(path: Path) -> None:
    beside = path.with_name("new")
    beside.write_bytes(written(LINES[1]) + b"x" * 100_000 + b"\n")
    beside.rename(path)


def written_over(path: Path) -> None:
    path.write_bytes(written(LINES[1]) + b"x" * 100_000 + b"\n")


def written_over_with_one_line(path: Path) -> None:
    path.write_bytes(b"x" * 100_000)
    append(path, b"\n", LINES[1])


@every_awk
@pytest.mark.parametrize("change", [cut, replaced, written_over, written_over_with_one_line])
def test_another_transcript_is_counted_anew(lab: Lab, awk: str, change: Callable[[Path], None]) -> None:
    path = transcript(lab.local, "one", LINES)
    assert count(lab.local, awk=awk) == COUNTED
    change(path)
    assert count(lab.local, awk=awk) == reference(path.read_bytes()) == Tokens(2, 1, 300, 40, messages=1)


def test_without_one_of_its_transcripts_the_rest_is_counted_anew(lab: Lab) -> None:
    transcript(lab.local, "one", LINES)
    sub = transcript(lab.local, "one", [message("sub_1")], agent="a1")
    assert count(lab.local).messages == 4
    sub.unlink()
    assert count(lab.local) == COUNTED


@every_awk
def test_a_state_that_makes_no_sense_is_counted_anew(lab: Lab, awk: str) -> None:
    path = transcript(lab.local, "one", LINES)
    count(lab.local, awk=awk)
    good = state(lab.local).read_text()
    lines = good.splitlines(keepends=True)
    bad = [
        "", "\n", "x\n", "navi tokens 2\n", "\0\0", good[:-3], good + "x\n", good.replace("end ", "end 9"),
        "".join(lines[:-2] + lines[-1:]), good.replace("total ", "total x"), good.replace("message ", "message -"),
        good.replace("file ", "file 9"), good * 2,
    ]  # fmt: skip
    for text in bad:
        state(lab.local).write_text(text)
        assert (text, count(lab.local, awk=awk)) == (text, COUNTED)
        assert state(lab.local).read_text() == good
    state(lab.local).write_text(good.replace("tail ", "tail x"))
    append(path, LINES[4])
    assert count(lab.local, awk=awk) == COUNTED


# ---- limits


@every_awk
def test_what_is_read_at_once_is_limited_and_goes_on(lab: Lab, awk: str) -> None:
    lines = [message(f"msg_{number // 2}", output=number) for number in range(300)]
    path = transcript(lab.local, "one", lines)
    transcript(lab.local, "one", [message("sub", 1, 1, 1, 1)], agent="a1")
    answers = count_all(lab.local, 20_000, awk)
    assert len(answers) > 3
    left = [one.left for one in answers]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == len(left)
    expected = reference(path.read_bytes())
    assert answers[-1] == expected._replace(
        input=expected.input + 1, output=expected.output + 1, cache_read=expected.cache_read + 1,
        cache_written=expected.cache_written + 1, messages=151,
    )  # fmt: skip


@every_awk
def test_a_line_longer_than_what_is_read_at_once_is_skipped(lab: Lab, awk: str) -> None:
    long = message("msg_long", content="x" * 50_000)
    path = transcript(lab.local, "one", [*LINES, long, *LINES, message("msg_9", 1, 1, 1, 1)])
    wanted = Tokens(6, 100, 601, 81, messages=4, skipped=1)
    assert count_all(lab.local, 9_000, awk)[-1] == wanted
    append(path, b"y" * 20_000)
    assert count_all(lab.local, 9_000, awk)[-1] == wanted._replace(skipped=2)
    append(path, b"y" * 20_000, b"\n", message("msg_10", 1, 1, 1, 1))
    assert count_all(lab.local, 9_000, awk)[-1] == Tokens(7, 101, 602, 82, messages=5, skipped=2)


def test_a_clock_that_runs_out_ends_a_call(lab: Lab) -> None:
    """The time is up whenever it is looked at; each call comes so far as to look."""
    path = transcript(lab.local, "one", [message(f"msg_{number}", more="x" * 10_000) for number in range(200)])
    stand_in(lab.local, "date", f'echo x >>"{lab.local.home}/looks"; echo "$(wc -l <"{lab.local.home}/looks")00"')
    answers = [count(lab.local, seconds=2)]
    while answers[-1].partial:
        answers.append(count(lab.local, seconds=2))
        assert len(answers) < 50, "it does not come to an end"
    assert len(answers) > 2
    assert answers[-1] == reference(path.read_bytes())


def test_200_megabytes_are_read_in_bounded_steps(lab: Lab) -> None:
    block = written(result("x" * 990_000)) + written(message("msg_1", output=1))
    path = transcript(lab.local, "one", [block] * 205)
    append(path, message("msg_1", output=7), message("msg_2", 1, 1, 1, 1))
    size = path.stat().st_size
    first = count(lab.local)
    second = count(lab.local)
    assert size > 200_000_000
    assert size - (1 << 24) <= first.left < size
    assert first.left - (1 << 24) <= second.left < first.left
    assert count_all(lab.local, 1 << 26)[-1] == Tokens(3, 8, 301, 41, messages=2)


def test_of_very_many_messages_all_count(lab: Lab) -> None:
    lines = [message(f"msg_{number}", 1, 1, 1, 1) for number in range(21_000)]
    path = transcript(lab.local, "one", lines)
    count_all(lab.local, 1 << 24)
    append(path, message("msg_20999", 2, 2, 2, 2))
    assert count(lab.local) == Tokens(21_001, 21_001, 21_001, 21_001, messages=21_000)
    assert state(lab.local).read_text().count("message ") == 20_000


# ---- the private folder


def test_states_that_nobody_touched_for_a_month_go(lab: Lab) -> None:
    path = transcript(lab.local, "one", LINES)
    count(lab.local)
    nest = state(lab.local).parent
    for name in ("tokens.old", "tokens.old.123", "marks"):
        (nest / name).write_text("x")
        os.utime(nest / name, (1, 1))
    (nest / "tokens.young").write_text("x")
    append(path, LINES[1])
    count(lab.local)
    assert sorted(one.name for one in nest.iterdir() if one.is_file()) == ["marks", "tokens.one", "tokens.young"]


def test_the_state_goes_with_the_transcript(lab: Lab) -> None:
    path = transcript(lab.local, "one", LINES)
    count(lab.local)
    path.unlink()
    with pytest.raises(OperationError, match="no transcript"):
        count(lab.local)
    assert not state(lab.local).exists()


def test_when_nothing_is_new_nothing_is_written(lab: Lab) -> None:
    transcript(lab.local, "one", LINES)
    count(lab.local)
    before = state(lab.local).stat()
    count(lab.local)
    assert state(lab.local).stat().st_ino == before.st_ino


@every_awk
def test_a_full_disk_is_reported_and_the_state_stays(lab: Lab, awk: str) -> None:
    path = transcript(lab.local, "one", LINES)
    count(lab.local, awk=awk)
    before = state(lab.local).read_text()
    append(path, *(message(f"msg_{number}") for number in range(100)))
    operation = tokens("one")
    cramped = operation._replace(script=f"trap '' XFSZ; ulimit -f 1\n{operation.script}")
    words = r"^nothing can be written in \S+: File too large; the transcripts were not counted$"
    with pytest.raises(OperationError, match=words):
        run(lab.local, DASH, cramped)
    assert [one.name for one in state(lab.local).parent.rglob("*") if one.is_file()] == ["tokens.one"]
    assert state(lab.local).read_text() == before
    assert count(lab.local, awk=awk) == reference(path.read_bytes())


# ---- properties

figures = st.one_of(st.integers(0, 10**6), st.none(), st.sampled_from([-1, 1.5, "7", True, 10**12, [], {"a": []}]))
ids = st.one_of(st.sampled_from(["msg_1", "msg_2", "msg_3"]), st.none(), st.text(max_size=5))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
lines = st.one_of(
    st.builds(message, ids, figures, figures, figures, figures, text=texts),
    st.builds(result, texts),
    st.dictionaries(st.sampled_from(["type", "message", "usage"]), texts),
    st.builds(
        lambda line, end: written(line)[:end].replace(b"\n", b"") + b"\n", st.builds(message, ids), st.integers(1)
    ),
    st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"") + b"\n"),
)


@every_awk
@properties
@given(st.lists(lines, max_size=12), st.integers(0), st.booleans())
def test_it_agrees_with_another_way_of_counting(
    lab: Lab, awk: str, lines: list[object], place: int, ascii_only: bool
) -> None:
    state(lab.local).unlink(missing_ok=True)
    data = b"".join(
        json.dumps(line).encode() + b"\n" if ascii_only and not isinstance(line, bytes) else written(line)
        for line in lines
    )
    half = place % (len(data) + 1)
    path = transcript(lab.local, "one", [data[:half]])
    assert count(lab.local, awk=awk) == reference(data[:half])
    append(path, data[half:])
    assert count(lab.local, awk=awk) == reference(data)
