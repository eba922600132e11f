"""What our own tabs shall show, as cells with a style; publishing sends only what differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import product
from typing import Any

from refundsheet.core.model import Cell


class Style(Enum):
    """How a cell of our own tabs looks; sheets/layout.py knows what Google calls that."""

    TITLE = "title"
    #: A figure one sees first.
    BIG = "big"
    BIG_SHARE = "big share"
    HEADING = "heading"
    COLUMN_HEAD = "column head"
    TEXT = "text"
    #: A sentence that runs on over the blank cells beside it.
    LINE = "line"
    NOTE = "note"
    #: What a figure means, below each other where one line does not hold it.
    DEFINITION = "definition"
    WARNING = "warning"
    COUNT = "count"
    TENTHS = "tenths"
    MONEY = "money"
    PERCENT = "percent"
    DAYS = "days"
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
class Choice:
    """Cells of one column that offer what may be entered; without options they are ticks.

    Attributes:
        row: The first row, counted from 0.
        end_row: The first row below.
    """

    row: int
    end_row: int
    column: int
    options: tuple[str, ...] = ()


class ChartKind(Enum):
    """How a chart draws its series."""

    LINE = "line"
    COLUMN = "column"
    BAR = "bar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of some columns of the page, made with the tab and people's from then on.

    Attributes:
        row: The row of the columns' heads, counted from 0.
        end_row: The first row below the figures.
        domain: The column that names the rows.
        series: The columns that are drawn.
        anchor: The cell its upper left corner lies on.
    """

    title: str
    kind: ChartKind
    row: int
    end_row: int
    domain: int
    series: tuple[int, ...]
    anchor: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A cell that turns red by itself while a formula is true, whether or not we are there."""

    row: int
    column: int
    formula: str


@dataclass(frozen=True, slots=True)
class Page:
    """A tab of ours as it shall be.

    Attributes:
        widths: Column widths in pixels, left to right.
        frozen_rows: How many rows stay in sight.
        warning: What people are told who type in it; "" lets them.
        choices: What may be entered where people fill it in.
        is_ours_below: Whether it is a list that people may sort, cut and add to: once anything of it
            differs it is written whole, and what is below its last row is emptied.
        is_theirs: Whether people fill it in: an edit does not make it anew where they removed it.
        charts: What is drawn beside the cells.
        alarms: Cells that turn red by themselves.
    """

    title: str
    cells: PageCells
    widths: tuple[int, ...] = ()
    frozen_rows: int = 0
    warning: str = ""
    choices: tuple[Choice, ...] = ()
    is_ours_below: bool = False
    is_theirs: bool = False
    charts: tuple[Chart, ...] = ()
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class PageEdit:
    """The cells of one page that are to be written; None empties a cell."""

    page: Page
    cells: Mapping[tuple[int, int], PageCell | None] = field(
        default_factory=dict[tuple[int, int], PageCell | None]
    )


@dataclass(frozen=True, slots=True)
class PageAddition:
    """Rows for the end of a page, below whatever stands there.

    Attributes:
        page: The page as it is made where its tab is not there.
        mark: A number for these rows alone: the spreadsheet takes the rows of a mark only once.
        outdated: Marks of earlier additions that nobody can be sending any more.
    """

    page: Page
    rows: tuple[tuple[PageCell, ...], ...]
    mark: int
    outdated: tuple[int, ...] = ()


def with_cell(page: Page, place: tuple[int, int], cell: PageCell) -> Page:
    """The page with one cell more, or another one there."""
    return replace(page, cells={**page.cells, place: cell})


def difference(published: PageCells, page: Page) -> PageEdit:
    """What must be sent so that a tab that holds ``published`` holds the page.

    People may have sorted a list meanwhile: of one nothing is sent, or all of it.
    """
    changed: dict[tuple[int, int], PageCell | None] = {
        place: cell for place, cell in page.cells.items() if published.get(place) != cell
    }
    changed.update(dict.fromkeys(published.keys() - page.cells.keys()))
    edit = PageEdit(page, changed)
    return whole(edit) if changed and page.is_ours_below else edit


def whole(edit: PageEdit) -> PageEdit:
    """The edit with every cell of its page, and what it empties."""
    page = edit.page
    places = edit.cells.keys()
    if page.is_ours_below:
        rows = max((row for row, _ in page.cells), default=-1) + 1
        places = product(range(rows), range(len(page.widths)))
    return PageEdit(page, {**dict[tuple[int, int], PageCell | None].fromkeys(places), **page.cells})


def to_stored(cells: PageCells) -> dict[str, Any]:
    """Cells as plain JSON values, for the ledger."""
    return {
        f"{row},{column}": [cell.value, cell.style.value, cell.is_formula]
        for (row, column), cell in cells.items()
    }


def from_stored(stored: Mapping[str, Iterable[Any]]) -> dict[tuple[int, int], PageCell]:
    """The cells that ``to_stored`` was given."""
    cells: dict[tuple[int, int], PageCell] = {}
    for place, (value, style, is_formula) in stored.items():
        row, column = place.split(",")
        cells[int(row), int(column)] = PageCell(value, Style(style), is_formula)
    return cells
