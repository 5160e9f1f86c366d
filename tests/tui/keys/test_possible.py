"""Which commands can do something, why the others can't, and what the footer offers for it."""

from __future__ import annotations

import pytest

from navi.core.model import HeadlessAgent, Session
from navi.tui.keys.keymap import LIST, PAGE, SEARCH, Keymap
from navi.tui.keys.possible import Situation, footer_order, is_offered, why_not
from navi.tui.keys.table import KEYS
from tests.support.dashboard import session

KEYMAP = Keymap(KEYS)

WORKS, ASKS = session("api"), session("api", "permission")
ENDED = session("api", "offline")._replace(tmux=None)


def headless(status: str) -> Session:
    """Return a session without a terminal whose agent has this status."""
    return session("api")._replace(tmux=None, headless=HeadlessAgent("a title", status))


USUAL = Situation(WORKS, listed=3, hosts=2)
ON_HOSTS = USUAL._replace(on_page=True, page="hosts", session=None)

REASONS = [
    ("down", Situation(), "no session is listed"),
    ("down", Situation(on_page=True), ""),
    ("down", USUAL, ""),
    ("attention", USUAL, "no session needs you"),
    ("attention", USUAL._replace(needed=True), ""),
    *((command, Situation(), "no session is selected")
      for command in ("mark", "attach", "kill", "rename", "message", "details", "git", "answer", "preview", "watch")),
    *((command, USUAL, "") for command in ("mark", "attach", "kill", "rename", "message", "details", "answer", "new")),
    ("attach", USUAL._replace(session=ENDED), "no terminal of it is known"),
    ("attach", USUAL._replace(session=headless("running")), ""),
    ("message", USUAL._replace(session=ENDED), "no terminal of it is known"),
    ("message", USUAL._replace(session=ENDED, selected=2), ""),
    ("message", USUAL._replace(session=ENDED, selected=2, on_page=True), "no terminal of it is known"),
    ("interrupt", USUAL, ""),
    ("interrupt", USUAL._replace(session=ASKS), "the agent is not working"),
    ("interrupt", USUAL._replace(session=headless("running")), ""),
    ("resume", USUAL, "only for a session without a terminal whose agent has ended"),
    ("resume", USUAL._replace(session=headless("complete")), ""),
    ("kill", USUAL._replace(session=headless("complete")), "the agent has ended"),
    ("rename", USUAL._replace(session=headless("running")), "a session without a terminal keeps its name"),
    ("watch", USUAL, "only for a session without a terminal"),
    ("watch", USUAL._replace(session=headless("running")), ""),
    ("undo", USUAL._replace(killed=False), "no session was killed lately"),
    ("undo", USUAL, ""),
    ("next_match", USUAL._replace(found=False), "the search finds nothing"),
    ("scope", USUAL._replace(hosts=1), "remotes.yaml has no host"),
    ("scope", USUAL, ""),
    ("marked", USUAL._replace(tagged=False), "no session has a bookmark or a tag"),
    ("leave", USUAL, "no search, selection or filter is on"),
    ("leave", USUAL._replace(filtered=True), ""),
    ("authenticate", USUAL, "no host needs a login"),
    ("authenticate", USUAL._replace(login=True), ""),
    ("restore", USUAL, "no lost session is known"),
    ("wrap", USUAL, "the preview is hidden"),
    ("wrap", USUAL._replace(previewing=True), ""),
    ("comments", USUAL._replace(refusals={"comments": "no branch"}), "no branch"),
    ("comments", USUAL, ""),
    *((command, Situation(about=WORKS, on_page=True, page="help"), words)
      for command, words in (("details", ""), ("git", ""), ("kill", "no session is selected"))),
    ("watch", Situation(about=WORKS, on_page=True, page="help"), "only for a session without a terminal"),
    *((command, ON_HOSTS, "no session is selected: this page selects hosts")
      for command in ("details", "git", "watch", "kill", "message", "attach")),
    ("details", Situation(on_page=True, page="hosts", opened=("details", "hosts")), ""),
    ("git", Situation(on_page=True, page="hosts", opened=("details", "hosts")),
     "no session is selected: this page selects hosts"),
    ("quit", Situation(), ""),
    ("a command of tomorrow", Situation(), ""),
]  # fmt: skip


@pytest.mark.parametrize(("command", "now", "expected"), REASONS)
def test_why_a_command_can_do_nothing(command: str, now: Situation, expected: str) -> None:
    assert why_not(command, now) == expected


FOOTERS = [
    ("usual", USUAL, (LIST,),
     "Enter attach|Space select|p preview|H hosts|: message|n new|x kill|/ search|f host|i details|s sort"),
    ("one needs you", USUAL._replace(needed=True), (LIST,), "Enter attach|! next|Space select|p preview|H hosts|:"),
    ("this one asks", USUAL._replace(session=ASKS, needed=True), (LIST,), "1-9 answer|Enter attach|! next|Space"),
    ("no remotes", USUAL._replace(hosts=1, listed=1), (LIST,),
     "Enter attach|Space select|p preview|H hosts|: message|n new|x kill|i details|q quit"),
    ("without a terminal", USUAL._replace(session=headless("running")), (LIST,), "w watch|Enter attach|Space select"),
    ("some are selected", USUAL._replace(selected=2), (LIST,),
     ": message|x kill|d dismiss|Space select|Esc clear|Enter attach|p preview|H hosts|n new"),
    ("before the first session", Situation(), (LIST,), "n new|+ add hosts|H hosts|q quit"),
    ("hidden ones", Situation(hidden=3), (LIST,), "n new|a all tmux|+ add hosts|H hosts|q quit"),
    ("a host needs a login", Situation(hosts=2, login=True), (LIST,), "n new|A log in|H hosts|f host|q quit"),
    ("the filter hides all", Situation(hosts=2, filtered=True), (LIST,), "Esc clear|n new|H hosts|f host|q quit"),
    ("a search", USUAL._replace(filtered=True), (SEARCH, LIST), "n next match|Enter attach|Space select|p preview"),
    ("a search without a match", Situation(hosts=2, found=False, filtered=True), (SEARCH, LIST), "Esc clear|H hosts"),
    ("in the preview", USUAL._replace(in_preview=True, selected=1), (LIST,), "Tab list|Enter attach|Space select"),
    ("no pull request", USUAL._replace(on_page=True, refusals={"comments": "none"}), ("git", PAGE), "Esc back|H hosts"),
    ("git", USUAL._replace(on_page=True), ("git", PAGE), "c comments|Esc back|H hosts|: message|n new|x kill"),
    ("of an ended one", USUAL._replace(on_page=True, session=None), ("git", PAGE), "c comments|Esc back|H hosts|n new"),
    ("watch", USUAL._replace(on_page=True, session=headless("running")), ("watch", PAGE), "Enter attach|Esc back|H"),
    ("hosts", ON_HOSTS, ("hosts", PAGE), "Enter sessions|Esc back|n new|/ search|^P"),
    ("a host needs a login, on the page of hosts", ON_HOSTS._replace(login=True), ("hosts", PAGE),
     "Enter sessions|A log in|Esc back|n new"),
    ("hosts with lost sessions", ON_HOSTS._replace(lost=True), ("hosts", PAGE),
     "B restore|Enter sessions|Esc back|n new"),
    ("comments", USUAL._replace(on_page=True, page="comments"), ("comments", PAGE), "Esc back|H hosts|: message"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "contexts", "expected"), [one[1:] for one in FOOTERS], ids=[one[0] for one in FOOTERS])
def test_the_footer_offers_what_can_be_done_the_most_useful_first(
    now: Situation, contexts: tuple[str, ...], expected: str
) -> None:
    footer = KEYMAP.footer(contexts, lambda command: is_offered(command, now), footer_order(now))
    shown = "|".join(" ".join(one) for one in footer)
    assert shown.startswith(expected)
    assert shown.endswith("^P more|? help")


def test_a_page_does_not_offer_the_key_that_opened_it() -> None:
    for command in ("hosts", "details", "comments", "git"):
        assert not is_offered(command, USUAL._replace(on_page=True, page=command))
        assert is_offered(command, USUAL._replace(on_page=True, page="help"))
    assert is_offered("help", USUAL._replace(on_page=True, page="help"))


def test_what_decides_is_named_after_commands_that_there_are() -> None:
    from navi.tui.keys import possible

    named = {*possible.REASONS, *possible.WANTED, *possible.OF_PAGE, *possible.OF_SELECTED, *possible.OF_NONE}
    assert named <= {binding.command for binding in KEYS}
    assert {*possible.OF_PAGE, *possible.OF_SELECTED, *possible.OF_NONE} <= {one.command for one in KEYS if one.footer}
