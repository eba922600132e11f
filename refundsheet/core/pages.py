"""What our own tabs shall show, as cells with a style; publishing sends only what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from refundsheet.core.model import Cell


class Style(Enum):
    """How a cell of our own tabs looks; sheets/layout.py knows what Google calls that."""

    TITLE = "title"
    HEADING = "heading"
    COLUMN_HEAD = "column head"
    TEXT = "text"
    NOTE = "note"
    WARNING = "warning"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class PageCell:
    """One cell of a page: a value, or a formula where ``is_formula`` says so."""

    value: Cell
    style: Style = Style.TEXT
    is_formula: bool = False


#: Row and column, counted from 0, to what stands there.
PageCells = Mapping[tuple[int, int], PageCell]


@dataclass(frozen=True, slots=True)
class Page:
    """A tab of ours as it shall be.

    Attributes:
        widths: Column widths in pixels, left to right.
        frozen_rows: How many rows stay in sight.
    """

    title: str
    cells: PageCells
    widths: tuple[int, ...] = ()
    frozen_rows: int = 0


@dataclass(frozen=True, slots=True)
class PageEdit:
    """The cells of one page that differ from what was last published; None empties a cell."""

    page: Page
    cells: Mapping[tuple[int, int], PageCell | None] = field(
        default_factory=dict[tuple[int, int], PageCell | None]
    )


def difference(published: PageCells, page: Page) -> PageEdit:
    """What must be sent so that a tab that holds ``published`` holds the page."""
    changed: dict[tuple[int, int], PageCell | None] = {
        place: cell for place, cell in page.cells.items() if published.get(place) != cell
    }
    changed.update(dict.fromkeys(published.keys() - page.cells.keys()))
    return PageEdit(page, changed)
