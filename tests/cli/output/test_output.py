"""Nothing that navi prints acts on a terminal, in any locale; and a name is the same in every one."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.cli.output.output import Output
from navi.core.text import clean, escape, escape_json
from tests.support.machines import Lab, program

HOSTILE = "é“\x9b31m\u202eevil\x7f\U000e0041 日本"
"""C1, a change of direction, DEL, a tag; and letters that ISO 8859-1 does and does not have."""

ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")
"""What must never reach a terminal."""

GERMAN = "de_DE.ISO-8859-1"

LOCALES: dict[str, tuple[dict[str, str], str]] = {
    "C.UTF-8": ({"LC_ALL": "C.UTF-8"}, "utf-8"),
    "C": ({"LC_ALL": "C"}, "utf-8"),
    "POSIX": ({"LC_ALL": "POSIX"}, "utf-8"),
    "no locale": ({"LC_ALL": "", "LANG": ""}, "utf-8"),
    GERMAN: ({"LC_ALL": GERMAN}, "iso-8859-1"),
    "ascii by Python's variable": ({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"}, "ascii"),
    "strict by Python's variable": ({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "iso-8859-1:strict"}, "iso-8859-1"),
}

VERBS: list[tuple[int, list[str]]] = [
    (0, ["ls"]),
    (0, ["ls", "--json"]),
    (0, ["health", "bär"]),
    (0, ["health", "bär", "--json"]),
    (0, ["explain", "bär"]),
    (0, ["explain", "bär", "--json"]),
    (0, ["explain", HOSTILE, "--json"]),
    (66, ["explain", f"no {HOSTILE}"]),
    (1, ["git", "bär"]),
    (0, ["status"]),
    (0, ["status", "--json"]),
    (1, ["reconcile"]),
    (1, ["reconcile", "--json"]),
    (0, ["cleanup", "--dry-run"]),
    (0, ["cleanup", "--dry-run", "--json"]),
    (0, ["kill", "--dry-run", "bär", HOSTILE]),
    (0, ["kill", "--dry-run", "--json", "bär", HOSTILE]),
    (0, ["hosts"]),
    (0, ["hosts", "--json"]),
    (0, ["capture", "bär"]),
    (0, ["capture", "bär", "--json"]),
    (0, ["capture", "bär", "--no-strip", "--json"]),
    (0, ["tail", "bär"]),
    (0, ["wait", "bär", "--pattern", "l1ne"]),
    (75, ["wait", "bär", "--fixed", HOSTILE, "--timeout", "0.2"]),
    (0, ["tag", "bär"]),
    (1, ["hooks", "status"]),
    (1, ["hooks", "status", "--json"]),
    (0, ["completion", "words", "--", "kill", ""]),
    (0, ["tool", "list-sessions"]),
    (0, ["tool", "list-sessions", "--", "--json"]),
    (0, ["tool", "find-sessions"]),
    (0, ["tool", "registry", "--", "list_sessions"]),
    (0, ["tool", "registry", "--", "get_session", "bär"]),
    (0, ["tool", "pane-health", "--", "-s", "bär"]),
    (64, ["ls", "--host", HOSTILE]),
    (64, ["ls", f"--{HOSTILE}"]),
    (64, [HOSTILE]),
    (0, ["--help"]),
    (0, ["ls", "--help"]),
]
"""Verbs that print, with their exit statuses."""

PARTS = 4
"""Tests among which the verbs are divided."""


def locales(folder: Path) -> Path:
    """Make a locale that is not UTF-8, which few systems have."""
    made = folder / "locales"
    if not made.exists():
        made.mkdir()
        words = [program("localedef"), "-i", "de_DE", "-f", "ISO-8859-1", str(made / GERMAN)]
        subprocess.run(words, check=True, capture_output=True)
    return made


def navi(lab: Lab, locale: dict[str, str], *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
    """Run navi in a locale, with words that are UTF-8 unless they are bytes."""
    command = [sys.executable, "-m", "navi", *words]
    environment = lab.environment() | {"LOCPATH": str(locales(lab.folder))} | locale
    return subprocess.run(command, env=environment, capture_output=True, timeout=60)


def populate(lab: Lab) -> None:
    """Start a session whose pane shows hostile text, with files whose names and contents are hostile."""
    shown = lab.folder / "shown"
    shown.write_text(f"l1ne {HOSTILE}\n")
    made = navi(lab, {"LC_ALL": "C.UTF-8"}, "new", "bär", "--command", f"cat {shown}; exec sleep 1000")
    assert made.returncode == 0, made.stderr
    lab.local.write_status("bär", status="done", message=HOSTILE)
    lab.local.write_status(HOSTILE, status="done", message=HOSTILE, session_id=HOSTILE, cwd=f"/{HOSTILE}")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("locale", LOCALES)
def test_no_verb_prints_what_acts_on_a_terminal_or_fails_in_a_locale(lab: Lab, locale: str, part: int) -> None:
    populate(lab)
    variables, encoding = LOCALES[locale]
    for status, words in VERBS[part::PARTS]:
        done = navi(lab, variables, *words)
        said, complained = done.stdout.decode(encoding), done.stderr.decode(encoding)
        assert (done.returncode, "Traceback" in complained) == (status, False), (words, said, complained)
        assert ACTS.search(said + complained) is None, (words, said, complained)
        if "--json" in words and status == 0:
            json.loads(said)
            assert said.isascii() or encoding == "utf-8", (words, said)
            assert said.isascii() or variables["LC_ALL"] == "C.UTF-8", (words, said)


@pytest.mark.parametrize("locale", LOCALES)
def test_json_says_the_same_in_every_locale(lab: Lab, locale: str) -> None:
    populate(lab)
    variables, encoding = LOCALES[locale]
    found = json.loads(navi(lab, variables, "ls", "--json").stdout.decode(encoding))["sessions"]
    assert {one["name"] for one in found} == {"bär", HOSTILE}
    assert {one["message"] for one in found} == {clean(HOSTILE)}


def test_text_has_escapes_for_what_the_locale_lacks(lab: Lab) -> None:
    populate(lab)
    said = navi(lab, LOCALES[GERMAN][0], "ls").stdout.decode("iso-8859-1")
    assert "bär" in said
    assert r"é\u201c" in said
    assert r"\u65e5\u672c" in said


NAMES = [("bär", "bär".encode()), ("bär", "bär".encode("iso-8859-1"))]


@pytest.mark.parametrize(("name", "typed"), NAMES, ids=["typed in UTF-8", "typed in the locale"])
def test_a_name_on_the_command_line_is_found_in_a_locale_that_is_not_utf_8(lab: Lab, name: str, typed: bytes) -> None:
    lab.local.new_session(name, "exec sleep 1000")
    done = navi(lab, LOCALES[GERMAN][0], b"health", typed)
    assert (done.returncode, done.stdout[:12]) == (0, "bär  healthy".encode("iso-8859-1")), done.stderr


def test_files_have_the_names_that_were_typed(lab: Lab) -> None:
    populate(lab)
    path = lab.folder / "größe.txt"
    assert navi(lab, LOCALES[GERMAN][0], "capture", "bär", "-o", str(path)).returncode == 0
    assert "l1ne é“" in path.read_text(encoding="utf-8")


def test_a_session_keeps_the_environment_of_its_caller(lab: Lab) -> None:
    made = navi(lab, LOCALES[GERMAN][0], "new", "api", "--command", "env; exec sleep 1000")
    assert made.returncode == 0, made.stderr
    said = navi(lab, {}, "capture", "api").stdout.decode()
    assert "PYTHONUTF8" not in said
    assert "PYTHONIOENCODING" not in said


# ---- the writer


@given(st.text())
def test_what_is_escaped_acts_on_nothing(text: str) -> None:
    assert ACTS.search(escape(text)) is None
    escape(text).encode()


@given(st.lists(st.none() | st.text()) | st.dictionaries(st.text(), st.text()))
def test_json_is_escaped_without_a_change(document: object) -> None:
    for ascii_json in (False, True):
        stream = io.StringIO()
        Output(stream, stream, ascii_json).print_json(document)
        assert json.loads(stream.getvalue()) == document
        assert ACTS.search(stream.getvalue()) is None
        assert stream.getvalue().isascii() or not ascii_json
        stream.getvalue().encode()


def test_escapes_are_those_of_python_and_of_json() -> None:
    assert escape("a\x1b\x9b\u202e\U000e0001\ud800\tä\n") == "a\\x1b\\x9b\\u202e\\U000e0001\\ud800\tä\n"
    assert escape_json('"\x7f\x9b\u202e\U000e0001ä"') == '"\\u007f\\u009b\\u202e\\udb40\\udc01ä"'
