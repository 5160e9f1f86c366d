"""Blocks that are folded once, whatever comes, goes or changes: the result is that of folding all of them anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from navi.tui.pages.folded import Block, Folded
from navi.tui.pages.view import fold

WIDTHS = st.sampled_from([20, 33])


class Step(NamedTuple):
    """What happens between two looks: blocks that go, come before, change and come behind; and the width."""

    gone: int
    older: int
    changed: int
    newer: int
    width: int


STEPS = st.lists(st.builds(Step, *[st.integers(0, 3)] * 4, WIDTHS), min_size=1, max_size=8)


def block(number: int, text: str) -> Block:
    """Return a block of two lines, or of none."""
    return number, [[("", f"{number} {text}")], [("dim", "short")]] if number % 4 else []


def anew(blocks: Sequence[Block], width: int) -> tuple[list[object], list[int], list[int]]:
    """Return the lines, starts and numbers of blocks that are folded from the beginning."""
    lines: list[object] = []
    starts: list[int] = []
    for _, one in blocks:
        starts.append(len(lines))
        lines += [piece for line in one for piece in fold(line, width)]
    return lines, starts, [number for number, _ in blocks]


@given(STEPS)
def test_it_is_as_if_all_were_folded_anew(steps: Sequence[Step]) -> None:
    folded, blocks = Folded(), [block(50, "the first one")]
    for turn, step in enumerate(steps):
        blocks = blocks[step.gone :]
        first = blocks[0][0] if blocks else 50
        blocks = [*(block(first - one, "older") for one in range(step.older, 0, -1)), *blocks]
        if step.changed < len(blocks):
            number = blocks[-1 - step.changed][0]
            blocks[-1 - step.changed] = block(number, f"changed {turn} and so long that it is folded")
        last = blocks[-1][0] if blocks else 50
        blocks += [block(last + one, "word " * 9) for one in range(1, step.newer + 1)]
        folded.update(blocks, step.width)
        assert (folded.lines, folded.starts, folded.numbers) == anew(blocks, step.width)


def test_what_was_folded_is_not_folded_again() -> None:
    folded, blocks = Folded(), [block(number, "word " * 9) for number in range(1, 4)]
    folded.update(blocks, 20)
    before = list(folded.lines)
    folded.update([block(0, "older"), *blocks[:2], block(3, "another"), block(5, "newer")], 20)
    kept = [one for one in before[: folded.starts[3]] if any(one is other for other in folded.lines)]
    assert len(kept) == folded.starts[3] - folded.starts[1]
