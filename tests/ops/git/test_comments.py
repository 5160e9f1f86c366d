"""What is said about a pull request, by a stand-in for gh that answers what the real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.remote import SESSIONS_DIR
from navi.core.text import clean
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings, OperationError
from navi.ops.git.comments import CUT, MOST_COMMENTS, MOST_LETTERS, MOST_LINES, Comment, Discussion, comments
from navi.ops.operation import Answer
from tests.support.machines import Lab
from tests.support.repository import ON_LINES, TALK, stand_in_for_comments

URL = "git@ghe.example.com:o/r.git"

DAY = 86400
NEW_YEAR = 1704067200.0  # 2024-01-01T00:00:00Z

NO_TALK = '{"comments": [], "reviews": []}'


@contextmanager
def local(lab: Lab, **more: str) -> Iterator[LocalHost]:
    """This machine as a host, with more variables in its environment."""
    yield LocalHost(HostSettings(SESSIONS_DIR, False), {**lab.environment(), **more})


async def ask(lab: Lab, **more: str) -> Discussion:
    """Ask as navi does."""
    with local(lab, **more) as host:
        try:
            return await host.run(comments(URL, 42))
        finally:
            await host.close()


def parsed(talk: str, lines: str) -> Discussion:
    """Read an answer of the script."""
    output = f"token talk\n{talk}\ntoken lines\n{lines}".encode()
    return comments(URL, 42).parse(Answer(0, output, "", "token"))


def one(told: dict[str, object], kind: str = "comments") -> Comment:
    """Read one thing that was said."""
    talk = {"comments": [], "reviews": []} if kind == "lines" else {"comments": [], "reviews": [], kind: [told]}
    (found,) = parsed(json.dumps(talk), json.dumps([told] if kind == "lines" else [])).comments
    return found


# ---- by the script


async def test_all_comments_are_listed_the_oldest_first(lab: Lab) -> None:
    stand_in_for_comments(lab, json.dumps(TALK), json.dumps(ON_LINES))
    found = await ask(lab)
    assert found == Discussion(
        (
            Comment("comment", "alice", NEW_YEAR, ("Hello there,", "", "        this is good")),
            Comment("line", "bob", NEW_YEAR + DAY, ("on a line",), path="navi/a.py", line=3),
            Comment("review", "ghost", NEW_YEAR + 2 * DAY, ("Not like this",), state="changes requested"),
            Comment("line", "ghost", NEW_YEAR + 2.5 * DAY, ("and here",), path="navi/b.py", line=9, outdated=True),
            Comment("review", "carol", NEW_YEAR + 3 * DAY, (), state="approved"),
            Comment("review", "me", None, ("a draft",), state="pending"),
        )
    )


async def test_gh_is_asked_about_the_remotes_own_host_and_twice_at_most(lab: Lab) -> None:
    asked = stand_in_for_comments(lab, NO_TALK, "[]")
    assert await ask(lab) == Discussion(())
    path = f"repos/o/r/pulls/42/comments?per_page={MOST_COMMENTS}&sort=created&direction=desc"
    assert asked.read_text().splitlines() == [
        *("pr", "view", "42", "--repo", "ghe.example.com/o/r", "--json", "comments,reviews"),
        *("api", "--hostname", "ghe.example.com", path),
    ]


@pytest.mark.parametrize("url", ["", "/srv/git/name.git", "https://example.com/$(touch pwned)/r", "git@h:-x/r"])
def test_gh_is_not_asked_about_what_is_no_repository(url: str) -> None:
    with pytest.raises(OperationError, match="not a repository"):
        comments(url, 1)


REFUSALS = [
    ("echo 'To get started with GitHub CLI, please run:  gh auth login' >&2; exit 4", 77, "gh auth login"),
    ("echo error connecting to api.github.com >&2; exit 1", 1, "error connecting to api.github.com"),
    ("echo 'HTTP 404: Not Found' >&2; exit 1", 1, "HTTP 404: Not Found"),
    ("printf 'a\\033[31m$(id)\\n' >&2; exit 2", 1, r"^a\$\(id\)$"),
    ("exit 3", 1, "gh ended with status 3 and no message"),
    ("kill -KILL $$", 75, "^gh did not answer"),
    ('case $1 in api) echo "HTTP 502" >&2; exit 1 ;; esac', 1, "HTTP 502"),
]


@pytest.mark.parametrize(("first", "status", "words"), REFUSALS, ids=[case[2] for case in REFUSALS])
async def test_what_gh_says_in_place_of_an_answer_is_reported(lab: Lab, first: str, status: int, words: str) -> None:
    stand_in_for_comments(lab, NO_TALK, "[]", first)
    with pytest.raises(OperationError, match=words) as caught:
        await ask(lab)
    assert caught.value.status == status


async def test_what_gh_says_beside_an_answer_is_no_part_of_it(lab: Lab) -> None:
    stand_in_for_comments(lab, NO_TALK, "[]", "echo 'A new release of gh is available' >&2")
    assert await ask(lab) == Discussion(())


async def test_gh_paints_and_asks_nothing_whatever_the_environment_says(lab: Lab) -> None:
    seen = lab.local.home / "seen"
    stand_in_for_comments(lab, NO_TALK, "[]", f"env >{seen}; read -r line && exit 1")
    await ask(lab, GH_FORCE_TTY="100%", CLICOLOR_FORCE="1")
    variables = dict(line.split("=", 1) for line in seen.read_text().splitlines() if "=" in line)
    assert (variables["NO_COLOR"], variables["GH_PROMPT_DISABLED"]) == ("1", "1")
    assert not {"GH_FORCE_TTY", "CLICOLOR_FORCE"} & set(variables)


async def test_without_gh_it_says_what_is_missing(lab: Lab) -> None:
    with pytest.raises(OperationError, match="gh is not installed on this machine") as caught:
        await ask(lab, PATH=lab.path_without("gh"))
    assert caught.value.status == 69


# ---- reading


UNREADABLE = [
    ("", "[]"), ("not json", "[]"), ("[]", "[]"), ("null", "[]"), ("4", "[]"), ("[" * 100_000, "[]"),
    (NO_TALK, ""), (NO_TALK, "{}"), (NO_TALK, '{"message": "Not Found"}'), (NO_TALK, "[1"), (NO_TALK, "9" * 5000),
]  # fmt: skip


@pytest.mark.parametrize(("talk", "lines"), UNREADABLE, ids=[f"{a[:9]} {b[:9]}" for a, b in UNREADABLE])
def test_what_is_no_answer_is_refused(talk: str, lines: str) -> None:
    with pytest.raises(OperationError, match="has no comments of a pull request"):
        parsed(talk, lines)


def test_a_part_that_is_missing_hides_no_other() -> None:
    assert parsed('{"comments": [{"body": "x"}, 5, null, []], "reviews": {}}', '["a", null]').comments == (
        Comment("comment", "ghost", None, ("x",)),
    )


BODIES: list[tuple[object, tuple[str, ...]]] = [
    ("", ()),
    (" \r\n\t\n", ()),
    (None, ()),
    (["x"], ()),
    ("\n\na\n\nb\n\n", ("a", "", "b")),
    ("a\u2028b\rc", ("a", "bc")),
    ("\x1b]0;title\x07a\x9b31mb\u202ec\x00", ("abc",)),
    ("token talk\ntoken lines\n[]", ("token talk", "token lines", "[]")),
    ("x" * MOST_LETTERS, ("x" * MOST_LETTERS,)),
    ("x" * (MOST_LETTERS + 1), ("x" * MOST_LETTERS, CUT)),
    ("x\n" * MOST_LINES, ("x",) * MOST_LINES),
    ("x\n" * MOST_LINES + "y", (*("x",) * MOST_LINES, CUT)),
]


@pytest.mark.parametrize(("body", "text"), BODIES, ids=[repr(body)[:20] for body, _ in BODIES])
def test_a_text_is_cleaned_and_bounded(body: object, text: tuple[str, ...]) -> None:
    assert one({"body": body}).text == text


TIMES = [
    ("2024-01-01T00:00:00Z", NEW_YEAR), ("2024-01-01T02:00:00+02:00", NEW_YEAR), ("2024-01-01T00:00:00", NEW_YEAR),
    (None, None), ("", None), ("yesterday", None), (5, None), ("0001-01-01T00:00:00+23:59", -62135683140.0),
]  # fmt: skip


@pytest.mark.parametrize(("told", "time"), TIMES)
def test_a_time_is_read_or_unknown(told: object, time: float | None) -> None:
    assert one({"createdAt": told}).time == time


PLACES: list[tuple[dict[str, object], str]] = [
    ({"path": "a.py", "line": 3, "original_line": 2}, "a.py:3"),
    ({"path": "a.py", "line": None, "original_line": 2}, "a.py:2 (outdated)"),
    ({"path": "a.py", "line": None, "original_line": None, "subject_type": "file"}, "a.py"),
    ({"path": "a.py", "line": "3", "original_line": True}, "a.py"),
    ({"path": "a.py", "line": -1, "original_line": 10**30}, "a.py"),
    ({"path": "a\n\x1b[2Jb", "line": 1}, "a b:1"),
    ({"path": ["a"]}, ""),
]


@pytest.mark.parametrize(("told", "where"), PLACES, ids=[where for _, where in PLACES])
def test_where_a_comment_on_a_line_is(told: dict[str, object], where: str) -> None:
    assert one(told, "lines").where == where


REVIEWS: list[tuple[object, str]] = [
    ("APPROVED", "review: approved"),
    ("CHANGES_REQUESTED", "review: changes requested"),
    ("\x1b[2JX", "review: x"),
    (None, "review"),
]


@pytest.mark.parametrize(("state", "where"), REVIEWS, ids=[where for _, where in REVIEWS])
def test_a_review_tells_its_verdict(state: object, where: str) -> None:
    assert one({"state": state, "body": "x"}, "reviews").where == where


def test_a_review_that_only_holds_comments_on_lines_is_left_out() -> None:
    talk = {"reviews": [{"state": "COMMENTED", "body": ""}, {"state": None}, {"state": "COMMENTED", "body": "x"}]}
    assert [review.text for review in parsed(json.dumps(talk), "[]").comments] == [("x",)]


def comment_of(number: int) -> dict[str, object]:
    """Return a comment, later the higher the number."""
    return {"body": str(number), "createdAt": f"2024-01-01T{number // 60:02}:{number % 60:02}:00Z"}


@pytest.mark.parametrize(
    ("count", "first", "more"), [(MOST_COMMENTS - 1, 0, False), (MOST_COMMENTS, 0, False), (MOST_COMMENTS + 7, 7, True)]
)
def test_only_the_newest_are_reported_and_that_there_are_more(count: int, first: int, more: bool) -> None:
    found = parsed(json.dumps({"comments": [comment_of(number) for number in range(count)], "reviews": []}), "[]")
    assert [comment.text for comment in found.comments] == [(str(number),) for number in range(first, count)]
    assert found.more == more


def test_where_the_comments_on_lines_fill_a_page_there_may_be_more() -> None:
    assert parsed(NO_TALK, json.dumps([comment_of(number) for number in range(MOST_COMMENTS)])).more


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("author", "user", "body", "createdAt", "created_at", "submittedAt", "state", "path", "line", "original_line")
TOLD = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON | st.just({"login": "x\x1b[m"}))) | JSON)


@given(TOLD, TOLD, TOLD)
def test_no_answer_breaks_it_and_nothing_of_it_acts_on_the_terminal(one: object, two: object, three: object) -> None:
    found = parsed(json.dumps({"comments": one, "reviews": two}), json.dumps(three))
    assert len(found.comments) <= MOST_COMMENTS
    for comment in found.comments:
        for text in (comment.author, comment.where, *comment.text):
            assert text == clean(text)
