"""How a terminal is asked to notify its user: by its bell, or by the escape sequences OSC 9 and OSC 777. Pure.

The terminal that shows a dashboard in ssh gets them like everything else that navi prints. tmux passes them on to its
own terminal only in an envelope, and if its option allow-passthrough is on.
"""

from navi.core.notices import Notice, words_of
from navi.core.text import clean

BELL, OSC_9, OSC_777 = "bell", "osc9", "osc777"

WAYS = (BELL, OSC_9, OSC_777)
"""The values of the setting `notify` that are not command lines."""

LONGEST_NOTICE = 200
"""Characters of a notice: some terminals drop longer ones."""


def sequence(way: str, notice: Notice, in_tmux: bool = False) -> str:
    """Return what makes a terminal notify its user in this way."""
    if way == BELL:
        return "\a"
    text = clean(words_of(notice))[:LONGEST_NOTICE]
    escape = f"\033]777;notify;navi;{text}\a" if way == OSC_777 else f"\033]9;navi: {text}\a"
    return _enveloped(escape) if in_tmux else escape


def _enveloped(escape: str) -> str:
    """Wrap an escape sequence for tmux (tmux(1), allow-passthrough)."""
    return "\033Ptmux;" + escape.replace("\033", "\033\033") + "\033\\"
