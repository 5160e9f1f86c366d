"""Who may use the hub over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from navi.headless.web.login import LASTS, MOST_CODES, Login, read_token

TOKEN = "t" * 43


def test_a_code_gives_one_cookie_and_the_token_any_number() -> None:
    login = Login(TOKEN)
    code = login.invite()
    cookie = login.exchange(code, 1000)
    assert cookie
    assert login.user("", f"a=b; navi={cookie}; c=d", 1000) == "page"
    assert login.exchange(code, 1000) is None
    assert login.exchange("", 1000) is None
    assert login.exchange("\ud800ü", 1000) is None
    assert login.exchange(TOKEN, 1000) != login.exchange(TOKEN, 1000) is not None


def test_so_many_codes_are_good_at_once() -> None:
    login = Login(TOKEN)
    codes = [login.invite() for _ in range(MOST_CODES + 2)]
    assert [login.exchange(one, 0) is not None for one in codes] == [False] * 2 + [True] * MOST_CODES


def test_a_cookie_outlives_the_hub_and_ends_with_its_time_and_the_token() -> None:
    cookie = Login(TOKEN).exchange(TOKEN, 1000)
    assert Login(TOKEN).user("", f"navi={cookie}", 1000 + LASTS - 1) == "page"
    assert Login(TOKEN).user("", f"navi={cookie}", 1000 + LASTS) == ""
    assert Login("u" * 43).user("", f"navi={cookie}", 1000) == ""


@pytest.mark.parametrize(
    "change", [lambda cookie: cookie[:-1], lambda cookie: "9" + cookie, lambda _: "", lambda _: "."]
)
def test_a_cookie_that_was_changed_is_none(change) -> None:  # type: ignore[no-untyped-def]
    login = Login(TOKEN)
    assert login.user("", f"navi={change(login.exchange(TOKEN, 1000))}", 1000) == ""


@pytest.mark.parametrize(
    ("authorization", "user"),
    [
        (f"Bearer {TOKEN}", "program"), (f"bearer  {TOKEN} ", "program"), (f"Bearer {TOKEN}x", ""), ("Bearer", ""),
        (TOKEN, ""), (f"Basic {TOKEN}", ""), ("Bearer \ud800", ""),
    ],
)  # fmt: skip
def test_a_program_has_the_token(authorization: str, user: str) -> None:
    login = Login(TOKEN)
    assert login.user(authorization, "", 0) == user
    cookie = f"navi={login.exchange(TOKEN, 0)}"
    assert login.user(authorization, cookie, 0) == user, "a wrong token is not made good by a cookie"


def test_the_token_is_made_once_and_only_this_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "web-token"
    token = read_token(path)
    assert (len(token), path.read_text(), path.stat().st_mode & 0o777) == (43, token, 0o600)
    assert read_token(path) == token
    assert [one.name for one in tmp_path.iterdir()] == ["web-token"]


def spoiled(path: Path, what: str) -> None:
    """Make a file of a token that can't be used."""
    if what == "a link":
        (path.parent / "other").write_text(TOKEN)
        path.symlink_to(path.parent / "other")
    else:
        path.write_text({"short": "abc", "of others, too": TOKEN, "two lines": f"{TOKEN}\n{TOKEN}"}[what])
        path.chmod(0o640 if what == "of others, too" else 0o600)


@pytest.mark.parametrize("what", ["short", "of others, too", "two lines", "a link"])
def test_a_token_that_can_t_be_a_secret_is_replaced(tmp_path: Path, what: str) -> None:
    path = tmp_path / "web-token"
    spoiled(path, what)
    token = read_token(path)
    assert TOKEN not in token
    assert (path.read_text(), path.is_symlink(), path.stat().st_mode & 0o777) == (token, False, 0o600)


def test_a_token_that_can_not_be_stored_is_reported(tmp_path: Path) -> None:
    (tmp_path / "web-token" / "x").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        read_token(tmp_path / "web-token")
    assert os.listdir(tmp_path) == ["web-token"]
