"""How many files of a work tree differ from the last commit, in words."""

from __future__ import annotations


def counts_in_words(conflicts: int, staged: int, changed: int, untracked: int) -> list[str]:
    """Return the counts that are not 0, each with its word: `2 staged`."""
    counts = ((conflicts, "in conflict"), (staged, "staged"), (changed, "changed"), (untracked, "untracked"))
    return [f"{count} {word}" for count, word in counts if count]
