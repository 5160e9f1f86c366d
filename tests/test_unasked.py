"""A tmux server that can't be asked: no verb claims that its session has ended or isn't there, and each says so."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.machines import Lab
from tests.support.scripts import stand_in
from tests.support.verbs import HERE_AND_THERE, account, navi

CLAIM = re.compile(
    r"no (such )?session|has ended|not registered|is gone|killed|dismissed|nothing to|no differences|missing"
)

VERBS = {
    "kill": ("kill", "ADDR"),
    "rename": ("rename", "ADDR", "other"),
    "dismiss": ("dismiss", "ADDR"),
    "explain": ("explain", "ADDR"),
    "wait for a status": ("wait", "ADDR", "--until", "done", "--timeout", "3"),
    "wait for a text": ("wait", "ADDR", "--pattern", "x", "--timeout", "3"),
    "send": ("send", "ADDR", "x"),
    "capture": ("capture", "ADDR"),
    "tail": ("tail", "ADDR"),
    "cleanup": ("cleanup", "HOST"),
    "reconcile": ("reconcile", "HOST"),
}


@HERE_AND_THERE
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_claims_nothing_about_sessions_of_a_server_that_hangs(lab: Lab, far: bool, verb: str) -> None:
    there, prefix = account(lab, far)
    navi(lab, "new", "api", "--command", "exec cat", *(["--host", "atlas"] if far else []))
    there.write_status("api", status="waiting", message="Shall I?")
    words = []
    for word in VERBS[verb]:
        words += {"ADDR": [f"{prefix}api"], "HOST": ["--host", "atlas" if far else "local"]}.get(word, [word])
    with there.hung_server():
        done = subprocess.run(
            [sys.executable, "-m", "navi", *words], env=lab.environment(), capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    printed = done.stdout + done.stderr
    assert not CLAIM.search(printed), printed
    assert done.returncode in (69, 75), printed
    assert (there.sessions_dir / "api.json").exists()


FALLS_SILENT = """
[ ! -e ~/silent ] || { echo "access not allowed" >&2; exit 1; }
case " $* " in *" LAST "*) touch ~/silent ;; esac
exec "$real" "$@"
"""
"""A tmux that carries out one command and can't be asked about anything from then on."""

CLAIMED = re.compile(
    r"\b(created|killed|renamed|is back|restored|has ended|ended at once|is gone|no session|nothing was|missing)\b"
)

DEEDS = {
    "kill": ("kill-session", ("kill", "api")),
    "rename": ("rename-session", ("rename", "api", "other")),
    "new": ("new-session", ("new", "other", "--command", "exec cat")),
    "undo": ("new-session", ("undo",)),
    "wait": ("capture-pane", ("wait", "api", "--pattern", "never", "--timeout", "3")),
    "tail": ("capture-pane", ("tail", "api", "--follow")),
    "send": ("capture-pane", ("send", "api", "x")),
}
"""Verbs, each with the last command of tmux that is carried out."""


@pytest.mark.parametrize("deed", DEEDS)
def test_a_verb_claims_nothing_if_tmux_falls_silent_before_it_is_asked_again(lab: Lab, deed: str) -> None:
    last, words = DEEDS[deed]
    for name in ("api", "before"):
        navi(lab, "new", name, "--command", "exec cat")
    navi(lab, "kill", "before")
    stand_in(lab.local, "tmux", FALLS_SILENT.replace("LAST", last))
    done = subprocess.run(
        [sys.executable, "-m", "navi", *words], env=lab.environment(), capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert (lab.local.home / "silent").exists(), printed
    assert not CLAIMED.search(printed), printed
    assert done.returncode, printed
