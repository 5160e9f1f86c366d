"""The verb manual: every page, wherever navi is installed, and as text it has what mandoc prints."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from navi.cli.output.mdoc import plain_text
from navi.cli.verbs.manual import FILES
from tests.support.machines import Lab, program
from tests.support.terminal import Terminal
from tests.support.verbs import navi

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PAGES = sorted((ROOT / "man").iterdir())


def letters(text: str) -> str:
    """Return a text without white space: formatters break lines at different places."""
    return "".join(text.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_text_of_a_page_is_what_mandoc_prints(page: Path) -> None:
    words = [program("mandoc"), "-T", "utf8", "-O", "width=78", str(page)]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    _, *wanted, _ = re.sub(".\b", "", printed).strip().split("\n")
    assert letters(plain_text(page.read_text(), 78)) == letters("\n".join(wanted))


@pytest.mark.parametrize("width", [30, 60, 78])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_are_as_long_as_there_is_room(page: Path, width: int) -> None:
    text = plain_text(page.read_text(), width)
    assert letters(text) == letters(plain_text(page.read_text(), 78))
    if width == 78:
        assert max(map(len, text.split("\n"))) <= width
    assert "\n\n\n" not in text


FORMS = [
    (".Fl Fl host Ar H", "--host H"),
    (".Fl h | Fl Fl help .", "-h | --help."),
    (".Op Fl c Ar DIR .", "[-c DIR]."),
    (".Op Ar a Op Ar b", "[a [b]]"),
    (".Pq Ql x , y ;", "(‘x, y’);"),
    (".Ql x", "‘x’"),
    (".Ar a Ns / Ns Ar b", "a/b"),
    (".Po\nx\n.Pc ,\ny", "(x), y"),
    (".Xr navi 1 .", "navi(1)."),
    ('.Li "a  b" .', "a  b."),
    ("\\(ti/x \\&.y \\e \\[u2714]", "~/x .y \\ ✔"),
    ('.\\" nothing\nx', "x"),
    (".Ic z ( y )", "z (y)"),
    (".Bl -bullet -compact\n.It\nx\n.El", "• x"),
    (".Bl -enum\n.It\nx\n.It\ny\n.El", "1.  x 2.  y"),
    (".Bl -tag -width Ds\n.It Xo Ic a\n.Op Ar b\n.Xc\nx\n.El", "a [b] x"),
]


@pytest.mark.parametrize(("source", "wanted"), FORMS)
def test_each_macro_has_a_form_in_plain_text(source: str, wanted: str) -> None:
    assert re.sub(r"(?<=\S)\s{3,}|\n\s*", " ", plain_text(source, 78)).strip() == wanted


@pytest.mark.parametrize("page", FILES)
def test_a_page_is_printed_where_no_person_reads(lab: Lab, page: str) -> None:
    done = navi(lab, "manual", page)
    assert done.stdout.startswith("NAME\n     navi")
    assert done.stderr == ""


def test_the_page_of_navi_is_the_first(lab: Lab) -> None:
    assert navi(lab, "manual").stdout == navi(lab, "manual", "navi").stdout
    assert "choose from navi, verbs, remotes" in navi(lab, "manual", "nothing", status=64).stderr


PLACES = [
    ("lib/python3/site-packages", "share/man/man1/navi.1"),
    ("lib/python3/dist-packages", "share/man/man1/navi-agents.1.gz"),
    ("libexec/lib/python3.13/site-packages", "share/man/man1/navi.1.gz"),
    ("target", "target/share/man/man1/navi.1"),
    ("checkout", "checkout/man/navi.1"),
]


@pytest.mark.parametrize(("modules", "page"), PLACES, ids=[modules for modules, _ in PLACES])
def test_a_page_is_found_wherever_navi_is_installed(lab: Lab, tmp_path: Path, modules: str, page: str) -> None:
    shutil.copytree(ROOT / "navi", tmp_path / modules / "navi", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / page
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b".Sh NAME\n.Nm navi\n.Nd found\n"
    path.write_bytes(gzip.compress(text) if page.endswith(".gz") else text)
    command = [sys.executable, "-m", "navi", "manual"]
    environment = lab.environment() | {"PYTHONPATH": str(tmp_path / modules), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("NAME\n     navi – found\n", "")
    path.unlink()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 69
    assert "no page of the manual is below" in done.stderr


SHOWN_BY = ["man", "mandoc", "less", "PAGER", "nothing"]


@pytest.mark.parametrize("kind", SHOWN_BY)
def test_a_person_sees_the_page_with_what_there_is(lab: Lab, kind: str) -> None:
    """Programs in front of the others on PATH tell who was asked; a `man` that fails is none."""
    folder = Path(lab.path_without("man", "mandoc", "less", "more", "pager"))
    for name in SHOWN_BY[SHOWN_BY.index(kind) : 3]:
        good = name == kind
        path = folder / name
        path.write_text(f"#!/bin/sh\necho shown by {name}\n" if good else "#!/bin/sh\nexit 3\n")
        path.chmod(0o755)
    (folder / "python").symlink_to(sys.executable)
    more = {"PAGER": "echo shown by PAGER; cat >/dev/null"} if kind == "PAGER" else {}
    words = [sys.executable, "-m", "navi", "manual", "remotes"]
    with Terminal(words, lab.environment() | {"PATH": str(folder)} | more, 80, 24) as screen:
        screen.wait_for(f"shown by {kind}" if kind != "nothing" else "SEE ALSO")
        assert screen.exit_status() == 0


def test_the_pages_that_the_verb_knows_are_those_of_man() -> None:
    known = {name for names in FILES.values() for name in names} - {"navi-agents.1"}
    assert known == set(os.listdir(ROOT / "man"))
