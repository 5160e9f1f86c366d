"""What a mistyped word may have meant: hosts, sessions, options and verbs that are there."""

from __future__ import annotations

import pytest

from tests.support.dashboard import begin
from tests.support.machines import Lab
from tests.support.verbs import HERE_AND_THERE, account, navi

HINTS = [
    (["kil", "x"], "unknown command `kil`; did you mean `kill`? See `navi --help`"),
    (["atlas"], "unknown command `atlas`; did you mean `navi ls --host atlas`? See `navi --help`"),
    (["ls", "atlsa"], "unrecognized arguments: atlsa; did you mean `--host atlas`?"),
    (["ls", "--hsot", "atlas"], "unrecognized arguments: --hsot; did you mean `--host`?"),
    (["ls", "--jsno=1"], "unrecognized arguments: --jsno=1; did you mean `--json`?"),
    (["ls", "-x"], "unrecognized arguments: -x\n"),
    (["ls", "--host", "atals"], "no host named `atals` in {remotes}; did you mean `atlas`?"),
    (["ls", "--host", "nobody"], "no host named `nobody` in {remotes}; known hosts: local, atlas"),
    (["kill", "atls/api"], "no host named `atls` in {remotes}; did you mean `atlas`?"),
    (["hosts", "--add", "web"], "no host named `web` in ~/.ssh/config; `navi hosts --add` lists its hosts"),
]


@pytest.mark.parametrize(("words", "wanted"), HINTS, ids=[" ".join(words) for words, _ in HINTS])
def test_a_similar_word_is_suggested(lab: Lab, words: list[str], wanted: str) -> None:
    path = lab.remotes_yaml([{"name": "atlas", "host": "127.0.0.1", "port": 1}])
    assert wanted.format(remotes=path) in navi(lab, *words, status=64).stderr


VERBS = [["kill"], ["capture"], ["send", "--literal"], ["rename"], ["explain"], ["git"], ["dismiss"], ["tag"]]


@HERE_AND_THERE
@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_a_session_with_a_similar_name_is_suggested(lab: Lab, far: bool, words: list[str]) -> None:
    there, prefix = account(lab, far)
    begin(there, "billing")
    more = ["x"] if words[0] in ("send", "rename") else []
    said = navi(lab, words[0], f"{prefix}biling", *words[1:], *more, status=66).stderr
    assert "did you mean `billing`?" in said
    assert "did you mean" not in navi(lab, words[0], f"{prefix}x", *words[1:], *more, status=66).stderr


def test_a_session_of_that_name_on_a_connected_host_is_suggested(lab: Lab) -> None:
    atlas, _ = account(lab, far=True)
    begin(atlas, "billing")
    lab.local.new_session("other")
    assert "did you mean" not in navi(lab, "kill", "billing", status=66).stderr  # nothing connects for a hint
    navi(lab, "ls")
    assert "no session named billing on this machine; did you mean `atlas/billing`?" in (
        navi(lab, "kill", "billing", status=66).stderr
    )
