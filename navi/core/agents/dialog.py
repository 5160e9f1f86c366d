"""How the dialogs of agents look: where a dialog says what it asks, its choices, and the keys that answer it."""

from enum import StrEnum
from typing import NamedTuple


class Choices(StrEnum):
    """How choices are laid out: numbered, with numbers in brackets, one below the other with one marked line, side by
    side, or side by side behind the keys that choose them, in brackets.
    """

    NUMBERS = "numbers"
    BRACKETS = "brackets"
    LIST = "list"
    ROW = "row"
    KEYS = "keys"


class DialogRule(NamedTuple):
    """How to read the dialogs that these `rules` (names of screen rules) find, and what kind of question they ask.

    All patterns are extended regular expressions (see `patterns`). The dialog begins at the last line above its choices
    that matches `top`; or within a frame, with the first of the lines up to its choices that all match `inside`, and
    then `top` matches the line above. The other patterns are for lines without what matches `sides`. The paragraph that
    begins with `asks` is the question, up to a line further right; without `asks`, it is all that is left. `skip`
    matches lines without meaning. The name of the tool is the rest of the first line that matches `tool`, without what
    matches `cut`.

    `choices` is their layout, `labels` are the choices of a row, and `marker` matches what is before the marked choice
    ("": one of the usual signs). With `digits`, the digit of a choice chooses it; otherwise navi moves the mark to it
    with the arrow keys and presses Enter. The first choice that matches `allow` says yes just once, the first that
    matches `deny` says no, one that matches `free` takes a text, and Escape chooses one that matches `escape`.

    With `types`, the field for a text drops pasted text, so navi types the text there key by key, on one line.

    Where several choices can be ticked, `tick` is the key that ticks the marked one ("": its digit ticks it), and
    `leave` the key that submits the ticked ones; navi ticks nothing where that is "".
    """

    rules: tuple[str, ...]
    kind: str
    top: str = ""
    inside: str = ""
    sides: str = ""
    asks: str = ""
    skip: str = ""
    tool: str = ""
    cut: str = ""
    choices: Choices = Choices.NUMBERS
    labels: str = ""
    digits: bool = True
    allow: str = ""
    deny: str = ""
    free: str = ""
    escape: str = ""
    tick: str = ""
    leave: str = ""
    marker: str = ""
    types: bool = False
