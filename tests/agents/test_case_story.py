"""No flaps: over all moments of a story navi shows its statuses, in their order, and no other. See case_story.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import pytest

from tests.agents.case_file import without_repeats
from tests.agents.case_replay import Replayed, replay_story
from tests.agents.case_story import Moment, Story, parse_story, read_story, story_text
from tests.agents.record import SCREENS, neutral
from tests.agents.test_case_replay import WrongStatus

STORIES = SCREENS.parent / "stories"


@cache
def stories() -> Sequence[Story]:
    """Return all stories."""
    return [read_story(path) for path in sorted(STORIES.glob("*.txt"))]


LESS: Mapping[str, Callable[[Moment], Moment]] = {
    "events": lambda moment: moment._replace(event=None),
    "state files": lambda moment: moment._replace(states=None),
    "both": lambda moment: moment._replace(event=None, states=None),
}
"""By what is left out, how that is done."""


def marked(leaving_out: Sequence[str]) -> pytest.MarkDecorator:
    """Return the mark of a test of all stories; it must fail for those that navi is known to be wrong about."""
    rows = [
        pytest.param(story, one, id=" without ".join(filter(None, (story.name, one))), marks=marks(story, one))
        for story in stories()
        for one in leaving_out
        if not one or any(moment.event or moment.states for moment in story.moments)
    ]
    return pytest.mark.parametrize(("story", "without"), rows)


def marks(story: Story, without: str) -> list[pytest.MarkDecorator]:
    """Return the mark of a story that navi is wrong about."""
    why = story.wrong.get(f"without {without}" if without else "")
    return [pytest.mark.xfail(raises=WrongStatus, strict=True, reason=why)] if why else []


def seen(story: Story) -> list[tuple[float, Replayed]]:
    """Return what navi says from the first look at the agent on."""
    first = next(moment.at for moment in story.moments if moment.screen is not None)
    return [(time, one) for time, one in replay_story(story) if time >= first]


def changes(found: Iterable[tuple[float, Replayed]]) -> str:
    """Return what navi says, a line for each change, with the reason."""
    lines, last = [], ""
    for time, one in found:
        if one.word != last:
            lines.append(f"{time:6.1f} s {one.why}")
            last = one.word
    return "\n".join(lines)


def check(found: Sequence[tuple[float, Replayed]], shown: list[str], right: list[list[str]]) -> None:
    """Raise WrongStatus, with the evidence for each change, if what is shown is none of the right sequences."""
    if shown not in right:
        sequences = " or ".join(", ".join(one) for one in right)
        raise WrongStatus(f"navi shows {', '.join(shown)}, and right is {sequences}:\n{changes(found)}")


def at_rest(words: Iterable[str]) -> list[str]:
    """Return words in which it makes no difference why an agent rests, nor whether one that ended left a trace."""
    same = {"done": "idle", "unknown": "stopped"}
    return without_repeats(same.get(word, word) for word in words)


@marked([""])
def test_navi_shows_what_happens_and_nothing_else(story: Story, without: str) -> None:
    assert not without
    found = seen(story)
    check(found, without_repeats(one.word for _, one in found), [list(one) for one in story.statuses])


@marked(list(LESS))
def test_it_does_so_without_some_of_the_evidence(story: Story, without: str) -> None:
    less = story._replace(moments=tuple(map(LESS[without], story.moments)))
    found = seen(less)
    check(found, at_rest(one.word for _, one in found), list(map(at_rest, story.statuses)))


@pytest.mark.parametrize("story", stories(), ids=[story.name for story in stories()])
def test_a_story_is_read_as_it_was_written(story: Story) -> None:
    text = story_text(story)
    assert parse_story(text, story.name) == story
    assert neutral(text) == text
