"""The wire: what goes into a real `sh -s`, and what its bytes are cut into."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navi.hosts.wire import LARGEST_ANSWER, AnswerReader, WireError, new_token, quote, request
from navi.ops import Answer, HostSettings, Operation
from tests.support.machines import Lab
from tests.support.scripts import DASH, PRINT_ARGUMENTS, SHELLS, Shell, answer, every_shell, run

Letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
OddText = st.text(Letters | st.sampled_from("'\"\\\n\r\t $`*-"))
"""Any text but NUL, and often what shells find special."""

Bytes = st.binary().map(lambda data: data.replace(b"\0", b"")).map(lambda data: data.decode("utf-8", "surrogateescape"))
"""Any bytes but NUL, as Python brings them from a file name."""

ask_shell = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Each example starts a shell."""


def with_arguments(*arguments: str) -> Operation[tuple[bytes, ...]]:
    """Return the operation that answers with its arguments."""
    return Operation(PRINT_ARGUMENTS.name, PRINT_ARGUMENTS.script, arguments, PRINT_ARGUMENTS.parse)


NOWHERE = HostSettings("", False)


def script(text: str) -> Operation[Answer]:
    """Return an operation whose result is the bare answer."""
    return Operation("test", text, (), lambda said: said)


# ---- into the shell


@every_shell
@ask_shell
@given(arguments=st.lists(OddText | Bytes, min_size=1, max_size=8))
def test_any_arguments_arrive_byte_for_byte(lab: Lab, shell: Shell, arguments: list[str]) -> None:
    expected = tuple(argument.encode("utf-8", "surrogateescape") for argument in arguments)
    assert run(lab.local, shell, with_arguments(*arguments)) == expected


ODD = (
    "",
    "-n",
    "--",
    "=ls",
    "~",
    "$HOME",
    "$(touch pwned)",
    "a\nb",
    "\n",
    "'",
    "'\\''",
    "\\",
    "🎉",
    "\x01\x1b[3m",
    "x" * 200_000,
)


@every_shell
@pytest.mark.parametrize("word", ODD, ids=lambda word: repr(word[:20]))
def test_words_that_shells_find_special_arrive(lab: Lab, shell: Shell, word: str) -> None:
    assert run(lab.local, shell, with_arguments(word, word)) == (word.encode(), word.encode())
    assert not list(lab.folder.rglob("pwned"))


def test_a_nul_can_not_be_passed() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote("a\0b")


@every_shell
def test_no_arguments_are_none(lab: Lab, shell: Shell) -> None:
    assert run(lab.local, shell, Operation("count", "echo $#", (), lambda said: said.output)) == b"0\n"


# ---- out of the shell


@every_shell
@pytest.mark.parametrize("status", [0, 1, 2, 42, 127, 255])
def test_the_status_is_exact_and_errors_are_kept_apart(lab: Lab, shell: Shell, status: int) -> None:
    said = answer(lab.local, shell, script(f"echo out; echo wrong >&2; exit {status}"))
    assert (said.status, said.output, said.errors) == (status, b"out\n", "wrong")


@every_shell
@ask_shell
@given(data=st.binary(max_size=3000) | st.just(bytes(range(256)) * 40))
def test_any_output_comes_back_byte_for_byte(lab: Lab, shell: Shell, data: bytes) -> None:
    path = lab.folder / "data"
    path.write_bytes(data)
    assert answer(lab.local, shell, script(f"cat {path}")).output == data


@every_shell
def test_output_that_looks_like_an_answer_is_only_output(lab: Lab, shell: Shell) -> None:
    lookalike = "navi-000000000000000000000000"
    text = f"\n{lookalike} begin\nx\n{lookalike} errors y\n{lookalike} end 9\n".encode()
    (lab.folder / "data").write_bytes(text)
    said = answer(lab.local, shell, script(f"cat {lab.folder}/data; cat {lab.folder}/data >&2; exit 3"))
    assert (said.status, said.output) == (3, text)
    assert said.errors.encode() == text.strip()


@every_shell
def test_a_script_keeps_its_variables_folder_and_options_to_itself(lab: Lab, shell: Shell) -> None:
    first, second = new_token(), new_token()
    text = request(script("x=1; cd /; set -eu; trap 'echo bye' EXIT; exec >/dev/null"), first, NOWHERE)
    text += request(script("echo ${x-unset}; pwd; set +u; echo $y; cat"), second, NOWHERE)
    done = subprocess.run([*shell.words, "-s"], input=text, capture_output=True, cwd=lab.folder, timeout=20)
    (said,) = AnswerReader(second).feed(done.stdout)
    assert said.output.decode().split() == ["unset", str(lab.folder)]


def test_an_answer_without_a_line_end_and_with_many_keeps_them(lab: Lab) -> None:
    for text in (b"", b"x", b"x\n", b"\n\n\n", b"\nx\n\n"):
        (lab.folder / "data").write_bytes(text)
        assert answer(lab.local, SHELLS[0], script(f"cat {lab.folder}/data")).output == text


# ---- cutting bytes into answers


def wire(token: str, output: bytes, errors: bytes = b"", status: int = 0) -> bytes:
    """Return what a shell says for one request."""
    mark = token.encode()
    return b"\n%s begin\n%s\n%s errors %s\n%s end %d\n" % (mark, output, mark, errors, mark, status)


Outputs = st.lists(st.tuples(st.binary(max_size=200), st.text("abc \n", max_size=20), st.integers(0, 255)), max_size=5)


@given(outputs=Outputs, seed=st.integers(), noise=st.binary(max_size=50))
def test_bytes_that_are_split_anywhere_give_the_same_answers(
    outputs: list[tuple[bytes, str, int]], seed: int, noise: bytes
) -> None:
    token = new_token()
    data = noise + b"".join(wire(token, output, errors.encode(), status) for output, errors, status in outputs)
    reader, found = AnswerReader(token), []
    for chunk in split(data, random.Random(seed)):
        found += reader.feed(chunk)
    expected = [(output, errors.strip(), status) for output, errors, status in outputs]
    assert [(one.output, one.errors, one.status) for one in found] == expected


def split(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Cut bytes into chunks of any length."""
    while data:
        length = chance.choice([1, 2, 3, 10, 100])
        yield data[:length]
        data = data[length:]


@given(data=st.binary(max_size=500))
def test_bytes_without_the_token_are_never_an_answer(data: bytes) -> None:
    assert AnswerReader(new_token()).feed(data) == []


def test_output_before_the_answer_is_dropped_and_can_be_shown() -> None:
    token = new_token()
    reader = AnswerReader(token)
    assert reader.feed(b"Welcome to \x1b[31mdev\x1b[0m!\n$ ") == []
    assert reader.noise == "Welcome to dev! $"
    (said,) = reader.feed(wire(token, b"x"))
    assert said.output == b"x"


@pytest.mark.parametrize("begun", [True, False])
def test_an_answer_without_end_is_refused(begun: bool) -> None:
    token = new_token()
    reader = AnswerReader(token)
    reader.feed(f"{token} begin\n".encode() if begun else b"")
    chunk = b"x" * 2**20

    def flood() -> None:
        for _ in range(LARGEST_ANSWER // len(chunk) + 1):
            reader.feed(chunk)

    with pytest.raises(WireError, match="longer than 16 MiB" if begun else "more than 1 MiB were printed"):
        flood()


def test_an_exit_status_that_is_not_a_number_is_refused() -> None:
    token = new_token()
    with pytest.raises(WireError, match="not a number"):
        AnswerReader(token).feed(f"{token} begin\nx\n{token} end many\n".encode())


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(100)}) == 100


def test_records_are_cut_at_their_headers_only(lab: Lab) -> None:
    text = "echo no; echo $navi_token one a b; echo body; echo; echo navi-x two; echo $navi_token three; printf end"
    said = answer(lab.local, DASH, script(text))
    found = [(record.kind, record.rest, record.body) for record in said.records()]
    assert found == [("one", "a b", b"body\n\nnavi-x two"), ("three", "", b"end")]
