"""Whether figures still hold: what they were computed from, as far as it can change between passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import is_

from refundsheet.core.desk import Desk
from refundsheet.core.model import Layout, Row


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of one pass rest on.

    Attributes:
        rows: The rows as read; a row that stands unchanged is the very one of the read before.
        desk: How the team works; the very one of the pass before, unless its settings changed.
        layout: Where its columns are.
        tab: What its tab is called: links to rows name it.
        hour: The time of the figures.
        notes: What is said of the log as a whole.
        has_news: Whether the pass learnt or wrote anything about a case.
    """

    rows: Sequence[Row]
    layout: Layout
    tab: str
    desk: Desk
    hour: datetime
    notes: tuple[str, ...]
    has_news: bool

    def still_holds(self, earlier: "Basis | None") -> bool:
        """Whether figures of an earlier pass are those of this one, too."""
        return (
            earlier is not None
            and not self.has_news
            and self.desk is earlier.desk
            and (self.hour, self.notes, self.tab) == (earlier.hour, earlier.notes, earlier.tab)
            and self.layout == earlier.layout
            and _are_the_same(self.rows, earlier.rows)
        )


def _are_the_same(rows: Sequence[Row], earlier: Sequence[Row]) -> bool:
    return rows is earlier or (len(rows) == len(earlier) and all(map(is_, rows, earlier)))
