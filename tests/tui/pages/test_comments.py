"""The page of comments, by keys in a real terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest

from navi.ops.git.comments import Comment, Discussion
from navi.ops.git.status import PullRequest, Repository
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.pages.comments import CommentsView, comment_lines
from navi.tui.pages.git import GitView
from navi.tui.pages.page import Entry
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import begin, navi, wait_selected
from tests.support.machines import Lab
from tests.support.repository import ON_LINES, TALK, stand_in, stand_in_for_comments, work

NO_TALK = '{"comments": [], "reviews": []}'


def test_c_shows_the_comments_and_r_asks_again(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    stand_in_for_comments(lab, json.dumps(TALK), json.dumps(ON_LINES))
    work(atlas)
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c shows the comments")
        screen.press("c")
        shown = screen.wait_for("a draft")
        assert re.search(r"  alice  \d+d\n    Hello there,\n\n            this is good\n", shown)
        wanted = [
            "Comments",
            "#42 Add a thing",
            "alice",
            "bob",
            "navi/a.py:3",
            "on a line",
            "review: changes requested",
        ]
        wanted += ["Not like this", "navi/b.py:9 (outdated)", "review: approved", "not published  review: pending"]
        places = [shown.find(words) for words in wanted]
        assert -1 not in places
        assert places == sorted(places)
        more = {**TALK["comments"][0], "body": "one more thing"}
        stand_in_for_comments(lab, json.dumps({"comments": [more], "reviews": []}), "[]")
        screen.press("r")
        screen.wait_for("one more thing")
        screen.wait_gone("a draft")


def test_the_page_is_opened_on_that_of_git(lab: Lab) -> None:
    stand_in_for_comments(lab, json.dumps(TALK), json.dumps(ON_LINES))
    work(lab.local)
    with navi(lab, height=40) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c shows the comments")
        for back in ("Escape", "q", "c", "G"):
            screen.press("c")
            screen.wait_for("c goes back to git")
            screen.press(back)
            screen.wait_for("the first step")
        screen.press("Escape")
        wait_selected(screen, "api")
        screen.press("c")
        screen.wait_for("New session")


def test_comments_are_fetched_once_and_only_when_they_are_opened(lab: Lab) -> None:
    asked = stand_in_for_comments(lab, json.dumps(TALK), json.dumps(ON_LINES))
    work(lab.local)
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c shows the comments")
        assert "comments,reviews" not in asked.read_text()
        for _ in range(2):
            screen.press("c")
            screen.wait_for("a draft")
            screen.press("c")
            screen.wait_for("the first step")
        assert asked.read_text().count("comments,reviews") == 1


def test_while_gh_is_asked_the_page_says_so_and_keys_work(lab: Lab) -> None:
    gate = lab.local.home / "gate"
    stand_in_for_comments(lab, json.dumps(TALK), "[]", f"until [ -e {gate} ]; do sleep 0.05; done")
    work(lab.local)
    with navi(lab, height=40) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c shows the comments")
        screen.press("c")
        screen.wait_for("asking gh on this machine ...")
        screen.press("?")
        screen.wait_for("Moving")
        screen.press("q", "G")
        screen.wait_for("the first step")
        screen.press("c")
        screen.wait_for("asking gh on this machine ...")
        gate.touch()
        screen.wait_for("a draft")
        screen.wait_gone("asking gh")


def test_comments_can_be_opened_before_the_pull_request_is_known(lab: Lab) -> None:
    gate = lab.local.home / "gate"
    stand_in_for_comments(lab, json.dumps(TALK), "[]")
    path = lab.local.bin / "gh"
    path.write_text(path.read_text().replace("\n", f"\nuntil [ -e {gate} ]; do sleep 0.05; done\n", 1))
    work(lab.local)
    with navi(lab, height=40) as screen:
        wait_selected(screen, "api")
        screen.press("G", "c")
        screen.wait_for("asking gh on this machine ...")
        gate.touch()
        screen.wait_for("a draft")


REFUSALS = [
    ("echo 'To get started with GitHub CLI, please run:  gh auth login' >&2; exit 4", "gh auth login"),
    ("echo 'error connecting to api.github.com' >&2; exit 1", "error connecting to api.github.com"),
    ("echo nonsense; exit 0", "no comments of a pull request"),
]


@pytest.mark.parametrize(("first", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_a_failure_is_shown_and_older_comments_stay(lab: Lab, first: str, words: str) -> None:
    stand_in_for_comments(lab, NO_TALK, "[]", first)
    work(lab.local)
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c shows the comments")
        screen.press("c")
        screen.wait_for(words)
        stand_in_for_comments(lab, json.dumps(TALK), "[]")
        screen.press("r")
        screen.wait_for("a draft")
        screen.wait_gone(words)
        stand_in_for_comments(lab, NO_TALK, "[]", first)
        screen.press("r")
        assert "a draft" in screen.wait_for(words)


def test_without_a_pull_request_it_says_so_until_there_is_one(lab: Lab) -> None:
    stand_in(lab, "", 1, 'no pull requests found for branch "main"')
    work(lab.local)
    with navi(lab, height=45) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("has no pull request")
        screen.press("c")
        screen.wait_for(re.compile(r"^ the branch has no pull request *$", re.MULTILINE))
        assert "the first step" in screen.screen()
        stand_in_for_comments(lab, json.dumps(TALK), "[]")
        screen.press("r")
        screen.wait_for("c comments")
        screen.press("c")
        screen.wait_for("a draft")


def test_without_gh_it_says_so(lab: Lab) -> None:
    work(lab.local)
    with navi(lab, variables={"PATH": lab.path_without("gh")}) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("gh is not installed on this machine")
        screen.press("c")
        screen.wait_for(re.compile(r"^ gh is not installed on this machine; install", re.MULTILINE))
        assert "the first step" in screen.screen()


def test_without_a_repository_it_says_so(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("is not in a git repository")
        screen.press("c")
        screen.wait_for(re.compile(r"^ \S+ is not in a git repository *$", re.MULTILINE))
        assert "Comments" not in screen.screen()


def test_many_long_comments_are_wrapped_and_scrolled(lab: Lab) -> None:
    comment = {"author": {"login": "alice"}, "createdAt": "2024-01-01T00:00:00Z"}
    talk = {"comments": [{**comment, "body": f"number {number} " + "日本 word " * 900} for number in range(120)]}
    stand_in_for_comments(lab, json.dumps({**talk, "reviews": []}), "[]")
    work(lab.local)
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("c shows the comments")
        screen.press("c")
        shown = screen.wait_for("number 20 ")
        assert "the newest 100; older ones are at https://github.com/o/r/pull/42" in shown
        assert all(line.startswith("    ") for line in shown.splitlines() if "日本" in line)
        screen.press("End")
        screen.wait_gone("number 20 ")
        screen.wait_for("Esc closes")
        screen.press("Home")
        screen.wait_for("number 20 ")


# ---- the text


def text(entries: list[Entry]) -> str:
    """Return lines without their styles."""
    parts = [[one] if isinstance(one, Sequence) else one.lines(80, UNICODE) for one in entries]
    return "\n".join("".join(piece for _, piece in line) for part in parts for line in part)


GIT = GitView("/srv", "local", repository=Repository("/srv", "main", None), request=PullRequest(4, "T", "open", "URL"))
ONE = Discussion((Comment("comment", "alice", 1000.0, ("text",)),))
VIEWS = [
    (GitView("/srv", "local", asking="git on x"), CommentsView(), "  asking git on x ..."),
    (GitView("/srv", "local", fault="no\x1b[2J repository"), CommentsView(), "  no repository"),
    (GitView("/srv", "local", doubt="no request"), CommentsView(), "  no request"),
    (GIT, CommentsView(asking=True), "  pull request  #4 T\n  asking gh on this machine ..."),
    (GIT, CommentsView(fault="why\nnot"), "  pull request  #4 T\n  why not"),
    (GIT, CommentsView(talk=Discussion(())), "  pull request  #4 T\n\n  no comments yet"),
    (GIT, CommentsView(talk=ONE), "  pull request  #4 T\n\n  alice  1m  \n    text"),
    (GIT, CommentsView(fault="old", talk=ONE), "  pull request  #4 T\n  old\n\n  alice  1m  \n    text"),
]


@pytest.mark.parametrize(("git", "view", "wanted"), VIEWS, ids=[str(number) for number in range(len(VIEWS))])
def test_the_page_shows_what_is_known(git: GitView, view: CommentsView, wanted: str) -> None:
    assert text(comment_lines(git, view, 0.0, 1060.0, Keymap(KEYS))) == wanted
