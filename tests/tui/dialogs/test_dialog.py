"""Dialogs as they are painted: what scrolls, what stays in sight, and what results say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from navi.ops.session.losses import Losses
from navi.tui.dialogs.dialog import Confirm, Dialog, Report, Subject, unnamed
from navi.tui.dialogs.fields import ChoiceField, TextField
from navi.tui.dialogs.kill_dialog import KillDialog
from navi.tui.dialogs.message_form import MessageForm
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.style.paint import columns_of
from navi.tui.style.theme import ASCII, UNICODE
from tests.support.dashboard import session


def nothing() -> None:
    """Do nothing."""


def shown(dialog: Dialog, width: int = 80, height: int = 24) -> list[str]:
    """Return the lines of a dialog on a screen, without blanks at their ends."""
    dialog.keymap = Keymap(KEYS)
    lines = dialog.lines(width, min(height, dialog.height(width, height)))
    assert all(columns_of(line) <= width for line in lines)
    return ["".join(text for _, text in line).rstrip() for line in lines]


def confirm(count: int) -> Confirm:
    """Return a dialog about so many sessions."""
    rows = [[("", "idle"), ("", f"s{number}"), ("", "~")] for number in range(count)]
    return Confirm(UNICODE, f"Dismiss {count} sessions?", rows, "dismisses them", nothing, nothing)


# ---- scrolling


def test_a_long_table_scrolls_and_says_where_it_is() -> None:
    one = confirm(30)
    assert shown(one)[0].endswith("─ 1-10/30 ─")
    for command, first, position in (
        ("down", "s1", "2-11/30"), ("page_down", "s10", "11-20/30"), ("last", "s20", "21-30/30"),
        ("up", "s19", "20-29/30"), ("page_up", "s10", "11-20/30"), ("first", "s0", "1-10/30"),
    ):  # fmt: skip
        one.press("x", command)
        lines = shown(one)
        assert (lines[1].split()[1], lines[0].split()[-2]) == (first, position)
        assert lines[-1] == " y dismisses them   n cancels"


def test_the_wheel_scrolls() -> None:
    one = confirm(30)
    shown(one)
    assert one.mouse_event((80, 12), "mouse press", 5, 0, 3, False)
    assert shown(one)[0].endswith("4-13/30 ─")


def test_a_table_that_fits_has_no_position() -> None:
    assert shown(confirm(3))[0] == "── Dismiss 3 sessions? " + "─" * 57


@pytest.mark.parametrize("height", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("width", [1, 10, 40])
def test_the_keys_stay_in_sight_on_any_screen(width: int, height: int) -> None:
    one = confirm(30)
    one.show_fault("a long fault that says what is wrong here, in more than one line")
    one.keymap = Keymap(KEYS)
    lines = one.lines(width, height)
    assert len(lines) <= height
    assert "".join(text for _, text in lines[-1]).startswith(" y dismisses")
    assert one.render((width, height)).rows() == height


def test_a_form_keeps_the_field_with_the_cursor_in_sight() -> None:
    text = "\n".join(f"line {number}" for number in range(20))
    one = MessageForm(UNICODE, "Message", text, nothing, nothing)
    assert any("line 19_" in line for line in shown(one, 40, 5))
    for _ in range(19):
        one.press("up", "previous_field")
    assert any(line.startswith(" line 0") for line in shown(one, 40, 5))


def test_the_last_key_and_the_first_one_are_dropped_last() -> None:
    one = MessageForm(UNICODE, "Message", "", nothing, nothing)
    assert shown(one, 60)[-1] == " Enter sends it   ^N new line   Esc closes"
    assert shown(one, 30)[-1] == " Enter sends it   Esc closes"


# ---- choices


WORDS = [("claude", "claude"), ("opencode", "opencode"), ("gdb", "gdb"), ("日本", "日本")]


@pytest.mark.parametrize(
    ("width", "chosen", "expected"),
    [
        (60, "gdb", " claude   opencode   gdb   日本"),
        (24, "claude", " claude   opencode  1/4"),
        (24, "gdb", " gdb   日本  3/4"),
        (28, "gdb", " opencode   gdb   日本  3/4"),
        (19, "opencode", " opencode  2/4"),
        (10, "日本", " 日本  4/4"),
    ],
)
def test_of_choices_those_that_fit_are_shown_as_a_whole(width: int, chosen: str, expected: str) -> None:
    (line,) = ChoiceField("agent", WORDS, chosen).lines(True, width)
    assert "".join(text for _, text in line).rstrip() == expected


def test_the_end_of_a_text_is_known() -> None:
    field = TextField("directory", "~/x")
    assert field.at_end
    field.press("left")
    assert not field.at_end


# ---- results


def report(*subjects: Subject) -> Report:
    """Return a table of results that can be stopped."""
    return Report(UNICODE, "Kill", subjects, nothing, nothing)


API, WEB = Subject("a", "api", "atlas", "atlas/api"), Subject("b", "web", "", "web")


def test_results_have_a_sign_first_and_the_name_once_and_failures_are_on_top() -> None:
    one = report(API, WEB)
    assert shown(one)[1:3] == [" ~  api  [atlas]  ...", " ~  web           ..."]
    assert shown(one)[3:] == [" s stops the rest   Enter closes; it goes on"]
    one.hint("u brings back the last one")
    one.put("a", "killed atlas/api", "good")
    assert shown(one)[0].startswith("── Kill: 1 of 2 done ─")
    one.put("b", "web: nothing was done: no route to host", "fault")
    assert shown(one) == [
        "── Kill: 1 of 2 done, 1 failed " + "─" * 49,
        " ✖  web           nothing was done: no route to host",
        " ✔  api  [atlas]  killed",
        " u brings back the last one",
        " Enter closes",
    ]


def test_what_is_known_only_later_counts_as_done() -> None:
    one = report(WEB)
    one.put("b", "kill was done before the connection was lost", "notice")
    assert one.title == "Kill: 1 of 1 done"


def test_what_was_stopped_before_it_began_is_not_done() -> None:
    stopped: list[int] = []
    one = Report(UNICODE, "Kill", [API, WEB], nothing, lambda: stopped.append(1))
    one.put("a", "killed atlas/api", "good")
    one.press("s", "stop")
    one.put("b", "not done: stopped before it began", "stopped")
    assert one.title == "Kill: 1 of 2 done, 1 not begun"
    assert shown(one)[1:] == [
        " -  web           not done: stopped before it began", " ✔  api  [atlas]  killed", " Enter closes",
    ]  # fmt: skip
    one.press("s", "stop")
    assert stopped == [1]


def test_results_can_be_read_without_unicode() -> None:
    one = Report(ASCII, "Kill", [API, WEB], nothing)
    one.put("a", "killed atlas/api", "good")
    assert [line[:7] for line in shown(one)[1:3]] == [" ~  web", " +  api"]


@pytest.mark.parametrize(
    ("words", "style", "expected"),
    [
        ("killed a/api", "good", "killed"),
        ("killed a/api; this can't be undone: no space", "good", "killed; this can't be undone: no space"),
        ("answered a/api: 1 Yes", "good", "answered: 1 Yes"),
        ("a/api is back in its conversation", "good", "is back in its conversation"),
        ("a/api has it", "good", "has it"),
        ("a/api: claude keeps it", "good", "claude keeps it"),
        ("sent to a/api", "good", "sent"),
        ("removed the status file of a/api", "good", "removed the status file of a/api"),
        ("a/api: nothing shows it", "fault", "nothing shows it"),
        ("a/api has no readable status file", "fault", "has no readable status file"),
        ("there is no session a/api", "fault", "there is no session a/api"),
        ("a/apis has ended", "fault", "a/apis has ended"),
        ("", "good", ""),
    ],
)
def test_a_result_does_not_repeat_the_name(words: str, style: str, expected: str) -> None:
    assert unnamed(words, ("a/api", "api"), style) == expected


@pytest.mark.parametrize("name", ["no", "killed", "is", "to", "a.b*", ""])
def test_a_name_that_is_a_word_changes_no_meaning(name: str) -> None:
    assert unnamed("no agent runs there", (name,), "fault") == "no agent runs there"
    assert unnamed(f"killed {name}", (name,), "good").split()[0] == "killed"


# ---- kills


def kill(*names: str) -> KillDialog:
    """Return the dialog about sessions of this machine."""
    sessions = [session(name, message="Shall I?") for name in names]
    return KillDialog(UNICODE, "Kill?", sessions, ["~/x"] * len(names), "kills them", nothing, nothing)


def put(dialog: KillDialog, found: Sequence[Losses] | str) -> None:
    """Report what was found about all sessions."""
    dialog.put(dialog._sessions, found)


def test_a_kill_says_what_is_lost_as_soon_as_it_is_known() -> None:
    one = kill("api")
    assert shown(one)[1:5] == [
        " status     working: Shall I?", " git        looking ...", " running    looking ...", " directory  ~/x",
    ]  # fmt: skip
    put(one, [Losses(branch="main", changed=2, below=("npm", "node", "node"))])
    assert shown(one)[2:4] == [" git        main: 2 changed", " running    node ×2, npm"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Losses(git=False), "no git repository"),
        (Losses(problem="git took too long"), "unknown because git took too long"),
        (Losses(branch="main"), "main: nothing uncommitted"),
        (Losses(untracked=1), "detached HEAD: 1 untracked"),
    ],
)
def test_losses_take_as_many_rows_as_there_were_before_they_were_known(found: Losses, words: str) -> None:
    one = kill("api")
    before = len(shown(one))
    put(one, [found])
    assert shown(one)[2:4] == [f" git        {words}", " running    nothing below it"]
    assert len(shown(one)) == before


def test_what_is_not_known_says_why_and_y_kills_all_the_same() -> None:
    killed: list[str] = []
    one = KillDialog(UNICODE, "Kill?", [session("api")], ["~"], "kills it", lambda: killed.append("api"), nothing)
    put(one, "no route to host")
    assert " git        unknown because no route to host" in shown(one)
    one.press("y", "confirm")
    assert killed == ["api"]


def test_several_have_a_row_each() -> None:
    one = kill("api", "日本語")
    put(one, [Losses(branch="main", ahead=1), Losses(git=False)])
    assert shown(one)[1:3] == [
        " working  api     main: 1 commit not pushed  Shall I?",
        " working  日本語  no git repository          Shall I?",
    ]
    assert shown(one, 40)[1:3] == [" working  api     main: 1 commit not pu…", " working  日本語  no git repository"]


def test_what_is_lost_has_room_before_the_message() -> None:
    some = [session(name, host="build-box", message="The build ended with an error") for name in ("api", "images")]
    one = KillDialog(UNICODE, "Kill?", some, ["~/x"] * 2, "kills them", nothing, nothing)
    put(one, [Losses(branch="fix-retry", changed=1, ahead=1), Losses(git=False)])
    assert shown(one, 74)[1].endswith("  fix-retry: 1 changed, 1 commit not pushed")
    assert "  fix-retry: 1 changed, 1 commit not pushed  The build" in shown(one, 100)[1]


def test_of_an_ended_session_only_its_file_is_shown() -> None:
    ended = session("api", "offline")._replace(tmux=None)
    one = KillDialog(UNICODE, "Kill?", [ended], ["~"], "kills it", nothing, nothing)
    assert shown(one)[1:3] == [" status     offline", " directory  ~"]
