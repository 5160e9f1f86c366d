"""What tmux prints about each pane for a look: the format that scripts use, and the fields of the answer."""

from typing import NamedTuple


class PaneRecord(NamedTuple):
    """The header of a `pane` record; the default of each field is its format in tmux.

    Free texts that can hold a tab have records of their own, and so has the time of the last output, which changes all
    the time. Scripts that search a listing rely on the order: server to process come first, id to position in a row,
    and the name, which can hold anything, last.
    """

    server: str = "#{pid}"
    session: str = "#{session_id}"
    version: str = "#{version}"
    dead: str = "#{pane_dead}"
    process: str = "#{pane_pid}"
    created: str = "#{session_created}"
    attached: str = "#{session_attached}"
    active: str = "#{window_active}#{pane_active}"
    id: str = "#{pane_id}"
    exit_status: str = "#{pane_dead_status}"
    exit_signal: str = "#{pane_dead_signal}"
    position: str = "#{window_index}.#{pane_index}"
    own: str = "#{?@navi_type,1,0}"
    name: str = "#{session_name}"

    @classmethod
    def read(cls, text: str) -> "PaneRecord | None":
        """Return the fields of a header, or None if it has another number of them."""
        fields = text.split("\t", len(cls._fields) - 1)
        return cls(*fields) if len(fields) == len(cls._fields) else None


PANE_FORMAT = "\t".join(PaneRecord())
"""What scripts ask tmux to print for each pane."""
