"""What Python's plain prompt makes of code that was prepared for it, with a real prompt."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navi.ops.pane.python_block import python_block

CASES = (
    ("a = 1", "a = 1"),
    ("a = 1\n\nb = 2\n", "a = 1\nb = 2"),
    ("def f():\n    return 1", "def f():\n    return 1\n"),
    ("def f():\n    return 1\nf()", "def f():\n    return 1\n\nf()"),
    ("class A:\n    x = 1\n\n    def f(self): pass\n", "class A:\n    x = 1\n    \n    def f(self): pass\n"),
    ("if x:\n    a\n\n\nelse:\n    b", "if x:\n    a\n \n \nelse:\n    b\n"),
    ("if x: a", "if x: a\n"),
    ("if x: a\nb", "if x: a\n\nb"),
    ("@d\n\n# why\ndef f():\n\n    pass", "@d\n \n# why\ndef f():\n    \n    pass\n"),
    ('x = """a\n\n  \tb\n"""\ny', 'x = """a\n\n  \tb\n"""\ny'),
    ('def f():\n    x = """a\n\nb"""\n\n    return x', 'def f():\n    x = """a\n\nb"""\n    \n    return x\n'),
    ("x = [\n\n    1,\n]", "x = [\n    \n    1,\n]"),
    ("if x:\n\ta\n\n\tb", "if x:\n        a\n        \n        b\n"),
    ("a; b\nc", "a; b\nc"),
    ("  # first\na", "# first\na"),
    ("if x:\n    a\n    # last\nb", "if x:\n    a\n\n# last\nb"),
    ("match x:\n    case 1: a", "match x:\n    case 1: a\n"),
    ("not python at all\n\n  x", "not python at all\n\n  x"),
    ("if x:\n    (", "if x:\n    ("),
    ("", ""),
    ("\n\n", ""),
    ("x = 1\\\n+ 2\ny", "x = 1\\\n+ 2\ny"),
    ("'\\d'\nif x:\n    '\\d'\ny", "'\\d'\nif x:\n    '\\d'\n\ny"),
    ("a\r\nif b:\r\n    c\r\n", "a\nif b:\n    c\n"),
)


@pytest.mark.parametrize(("text", "typed"), CASES)
def test_code_becomes_what_the_prompt_takes(text: str, typed: str) -> None:
    assert python_block(text) == typed


def prompt(text: str) -> str:
    """Type a text and Enter at a Python prompt, and return what the code has printed."""
    words = [sys.executable, "-I", "-q", "-i"]
    done = subprocess.run(words, input=f"{text}\n", capture_output=True, text=True, timeout=30)
    errors = re.sub(r"^((>>>|\.\.\.) )+", "", done.stderr, flags=re.MULTILINE).strip()
    assert "Error" not in errors, (text, errors)
    return done.stdout


BLANKS = st.sampled_from(["", "", "", "\n", "\n\n", "    \n", "\t\n"])
SIMPLE = st.sampled_from(
    [
        "print(1)",
        "x = 3; print(x)",
        "print('''a\n\n  b\n''')",
        "print([\n\n1,\n\n2])",
        "print(f'''{1}\n\n\tb''')",
        "# why",
        "'''doc\n\n'''; print(4)",
        "print(5 + \\\n6)",
    ]
)


def indented(text: str) -> str:
    """Indent a text, but for what stands in its texts of several lines: those are written to bear it."""
    return "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Compound statements around others."""
    heads = ["if 1:", "for _ in (1, 2):", "with open('/dev/null'):", "class A:", "try:", "@print\ndef f():"]

    def build(parts: tuple[str, str, str, list[tuple[str, str]]]) -> str:
        head, gap, other, lines = parts
        body = "".join(f"{blank}{line}\n" for blank, line in lines) + "pass\n"
        end = f"{other}finally:\n    print(7)\n" if head == "try:" else ""
        if head == "if 1:":
            end = f"{other}else:\n\n    pass\n"
        return f"{head}\n{gap}{indented(body)}{end}".replace("@print\ndef f", f"@staticmethod\n{gap}def f").rstrip("\n")

    lines = st.lists(st.tuples(BLANKS, inner), min_size=1, max_size=3)
    return st.tuples(st.sampled_from(heads), BLANKS, BLANKS, lines).map(build)


PROGRAMS = st.lists(st.tuples(BLANKS, st.recursive(SIMPLE, blocks, max_leaves=6)), min_size=1, max_size=5).map(
    lambda parts: "".join(f"{blank}{line}\n" for blank, line in parts)
)


@settings(max_examples=40)
@given(PROGRAMS)
def test_the_prompt_does_what_the_file_would_do(program: str) -> None:
    whole = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60)
    assert whole.returncode == 0, (program, whole.stderr)
    shown = prompt(python_block(program))
    assert [line for line in shown.splitlines() if not line.startswith(("'doc", "<", "Ellipsis"))] == (
        whole.stdout.splitlines()
    )


@given(st.text(alphabet=" \t\n#:()'\"abif=\\@", max_size=60))
def test_any_text_keeps_its_meaning(text: str) -> None:
    typed = python_block(text)
    assert python_block(typed) == typed
    assert meaning(typed) == meaning(text)


def meaning(text: str) -> str:
    """Return what Python understands; what is no Python, as it stands."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(text))
        except SyntaxError:
            return text
