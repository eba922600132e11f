"""Figures to cells: what the Summary tab shows, and the same as JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.headers import missing_fields
from refundsheet.core.model import Cell, Layout, Moment
from refundsheet.core.pages import Page, PageCell, Style
from refundsheet.core.serials import to_serial
from refundsheet.core.statistics import counts
from refundsheet.core.statistics.figures import Facts, Figure, LeftOut, Table
from refundsheet.core.statistics.weekly import weekly

#: Every figure and table of the Summary, in its order.
STATISTICS: tuple[Callable[[Facts], Figure | Table | tuple[Figure, ...]], ...] = (
    counts.open_cases,
    counts.waiting_cases,
    counts.unpaid_cases,
    counts.unpaid_amounts,
    counts.overdue_cases,
    counts.by_status,
    counts.by_owner,
    counts.ageing,
    weekly,
)

#: Where the time of the last pass stands; it is renewed without the rest.
HEARTBEAT = (2, 1)

SUMMARY_WIDTHS = (260, 110, 110, 130, 90, 420)
SUMMARY_FROZEN_ROWS = 3
_NOTE_COLUMN = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """What the figures say, for whichever way it is shown.

    Attributes:
        as_of: The time of the figures.
        quality: What is wrong with the log as a whole, a line each.
    """

    as_of: Moment
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    quality: tuple[str, ...]


def summarise(facts: Facts, quality: Sequence[str]) -> Summary:
    """Compute every figure."""
    figures: list[Figure] = []
    tables: list[Table] = []
    for statistic in STATISTICS:
        match statistic(facts):
            case Figure() as figure:
                figures.append(figure)
            case Table() as table:
                tables.append(table)
            case several:
                figures.extend(several)
    return Summary(facts.now, tuple(figures), tuple(tables), tuple(quality))


def missing_columns(layout: Layout) -> Iterator[str]:
    """What is switched off because the log has no such column, a line each."""
    for field in missing_fields(layout):
        yield f'There is no column "{BY_FIELD[field].header}": what needs it is switched off.'


def to_page(summary: Summary, title: str, zone: ZoneInfo) -> Page:
    """The Summary tab; the heartbeat's place is left to ``heartbeat_cell``."""
    cells: dict[tuple[int, int], PageCell] = {
        (0, 0): PageCell("Refund log summary", Style.TITLE),
        (1, 0): PageCell("Figures as of", Style.NOTE),
        (1, 1): PageCell(to_serial(summary.as_of, zone), Style.MOMENT),
        (2, 0): PageCell("Last pass", Style.NOTE),
    }
    row = 4
    row = _put_figures(cells, row, summary.figures)
    for table in summary.tables:
        row = _put_table(cells, row, table)
    row = _put_lines(cells, row, "Data quality", summary.quality)
    return Page(title, cells, SUMMARY_WIDTHS, SUMMARY_FROZEN_ROWS)


def heartbeat_cell(now: Moment, zone: ZoneInfo) -> PageCell:
    """The time of the last pass."""
    return PageCell(to_serial(now, zone), Style.MOMENT)


def _put_figures(
    cells: dict[tuple[int, int], PageCell], row: int, figures: Sequence[Figure]
) -> int:
    cells[row, 0] = PageCell("Now", Style.HEADING)
    for line, figure in enumerate(figures, row + 1):
        style = Style.MONEY if figure.unit else Style.COUNT
        cells[line, 0] = PageCell(figure.label)
        cells[line, 1] = PageCell(_number(figure.value), style)
        cells[line, _NOTE_COLUMN] = PageCell(
            f"{figure.definition} {basis(figure.used, figure.left_out)}", Style.NOTE
        )
    return row + len(figures) + 2


def _put_table(cells: dict[tuple[int, int], PageCell], row: int, table: Table) -> int:
    cells[row, 0] = PageCell(table.title, Style.HEADING)
    note = f"{table.definition} {basis(table.used, table.left_out)}"
    cells[row, _NOTE_COLUMN] = PageCell(note, Style.NOTE)
    for column, head in enumerate(table.columns):
        cells[row + 1, column] = PageCell(head, Style.COLUMN_HEAD)
    for line, (name, *numbers) in enumerate(table.rows, row + 2):
        cells[line, 0] = PageCell(name)
        for column, number in enumerate(numbers, 1):
            cells[line, column] = PageCell(_number(number), Style.COUNT)
    return row + len(table.rows) + 3


def _put_lines(
    cells: dict[tuple[int, int], PageCell], row: int, title: str, lines: Sequence[str]
) -> int:
    if not lines:
        return row
    cells[row, 0] = PageCell(title, Style.HEADING)
    for line, text in enumerate(lines, row + 1):
        cells[line, 0] = PageCell(text, Style.NOTE)
    return row + len(lines) + 2


def _number(value: float | Decimal) -> Cell:
    return float(value) if isinstance(value, Decimal) else value


def basis(used: int, left_out: Sequence[LeftOut]) -> str:
    """How many cases a figure rests on, and which it could not use."""
    reasons = "; ".join(f"{reason.cases} left out: {reason.why}" for reason in left_out)
    return f"n = {used}" + (f"; {reasons}." if reasons else ".")


def to_json(summary: Summary) -> Mapping[str, Any]:
    """The Summary as plain values; amounts are text, so that no cent is lost."""
    return {
        "as_of": summary.as_of.isoformat(),
        "figures": [_figure_json(figure) for figure in summary.figures],
        "tables": {table.name: _table_json(table) for table in summary.tables},
        "data_quality": list(summary.quality),
    }


def _figure_json(figure: Figure) -> Mapping[str, Any]:
    return {
        "name": figure.name,
        "label": figure.label,
        "value": _plain(figure.value),
        "unit": figure.unit,
        "definition": figure.definition,
        "used": figure.used,
        "left_out": [{"cases": reason.cases, "why": reason.why} for reason in figure.left_out],
    }


def _table_json(table: Table) -> Mapping[str, Any]:
    return {
        "title": table.title,
        "definition": table.definition,
        "columns": list(table.columns),
        "rows": [[name, *map(_plain, numbers)] for name, *numbers in table.rows],
        "used": table.used,
        "left_out": [{"cases": reason.cases, "why": reason.why} for reason in table.left_out],
    }


def _plain(value: float | Decimal) -> float | str:
    return str(value) if isinstance(value, Decimal) else value
