"""remove_files.sh: the status files that a person wants removed go only if their sessions have ended."""

from __future__ import annotations

import pytest

from navi.ops.session.status_files import remove_status_files
from tests.sh.test_clean_up import kept, placed, start, write_placed
from tests.support.machines import Account, Lab
from tests.support.scripts import Shell, every_shell, run, settings_of

EARLIER = {"boot": "3f3f3f3f.1"}


def prepare(account: Account) -> None:
    """Write status files of living sessions, of ended ones, and of those that nobody knows."""
    socket = str(account.folder / "own.sock")
    start(account, socket, "ended", "earlier", "again", "lives")
    for name in ("ended", "lives"):
        placed(account, f"={name}:", socket=socket)
    for name in ("earlier", "again"):
        placed(account, f"={name}:", socket=socket, changes=EARLIER)
    account.tmux("-S", socket, "kill-session", "-t", "=ended")
    account.tmux("-S", socket, "kill-session", "-t", "=earlier")
    for name, text in {"broken": "{", "empty": "", "two words": "[", ".hidden": "{"}.items():
        (account.sessions_dir / f"{name}.json").write_text(text)
    write_placed(account, "odd", {"host": 7})
    (account.sessions_dir / "link.json").symlink_to(account.sessions_dir / "lives.json")


ALL = (
    "ended", "earlier", "again", "lives", "broken", "empty", "two words", ".hidden", "odd", "link", "nobody", "*", "",
)  # fmt: skip
PLACED = {"ended", "earlier"}
PLACELESS = {"broken", "empty", "two words", ".hidden"}


@every_shell
@pytest.mark.parametrize("cleanup", [True, False])
def test_what_has_ended_goes_and_nothing_else(lab: Lab, shell: Shell, cleanup: bool) -> None:
    account = lab.local
    prepare(account)
    before = {path.name for path in account.sessions_dir.glob("*.json")}
    settings = settings_of(account, cleanup)
    wanted = PLACED | (PLACELESS if cleanup else set())
    assert run(account, shell, remove_status_files(ALL, dry_run=True), settings=settings) == wanted
    assert ({path.name for path in account.sessions_dir.glob("*.json")}, kept(account)) == (before, [])
    assert run(account, shell, remove_status_files(ALL, dry_run=False), settings=settings) == wanted
    gone = {f"{name}.json" for name in wanted}
    assert {path.name for path in account.sessions_dir.glob("*.json")} == before - gone
    assert set(kept(account)) == gone


@every_shell
def test_only_the_files_that_are_named_go(lab: Lab, shell: Shell) -> None:
    prepare(lab.local)
    settings = settings_of(lab.local, cleanup=True)
    assert run(lab.local, shell, remove_status_files(["broken"], dry_run=False), settings=settings) == {"broken"}
    assert kept(lab.local) == ["broken.json"]
