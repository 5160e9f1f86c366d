"""The choice of an agent, where several run in panes of a session and none in its active one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.core.agent_panes import named_pane, narrowed
from navi.core.model import Pane, Session
from navi.core.text import clean
from navi.tui.dialogs.rows import names_of
from navi.tui.palette.picker import Picker, PickerEntry
from navi.tui.screen_protocol import Screen
from navi.tui.style.paint import Segment
from navi.tui.style.theme import Glyphs, status_style


def with_one_agent(
    screen: Screen, glyphs: Glyphs, session: Session, name: str, panes: Sequence[Pane], does: str,
    go_on: Callable[[Session, str], None],
) -> None:  # fmt: skip
    """Call `go_on` with the session as if it had only the pane that is meant, and with what it is called then: `name`,
    and which pane. Of several `panes` it is the one that the user chooses; `does` says what Enter does with it.
    """

    def go_on_with(meant: Sequence[Pane]) -> None:
        narrow = narrowed(session, meant)
        go_on(narrow, named_pane(name, session, narrow))

    if len(panes) < 2:
        go_on_with(panes)
        return
    by_id = {pane.id: pane for pane in panes}
    screen.open(
        Picker(
            glyphs, f"Agents of {names_of([session])}", lambda: [_entry(pane, glyphs) for pane in panes],
            lambda chosen: go_on_with([by_id[chosen]]), screen.close, does,
        )
    )  # fmt: skip


def _entry(pane: Pane, glyphs: Glyphs) -> PickerEntry:
    """Return the row of a pane: its agent, where it runs, and what its screen shows."""
    agent = clean(pane.agents[0].name) if pane.agents else clean(pane.command)
    word = pane.screen.status if pane.screen and pane.screen.status else ""
    status: Segment = (status_style(word), f"{glyphs.of_status(word)} {word}") if word else ("dim", "")
    text = clean(pane.screen.text) if pane.screen else ""
    cells: tuple[Segment, ...] = (("name", agent), ("dim", f"pane {clean(pane.position)}"), status, ("message", text))
    return PickerEntry(pane.id, agent, cells, f"pane {pane.position} {word} {text}")
