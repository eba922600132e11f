"""The Summary tab: headline figures, what needs eyes, then every figure in a place of its own.

Every part has a fixed place, so that a reader's scroll, a chart over a range and a formula of
somebody's that looks here all stay right when the log grows; only what differs is sent.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never
from zoneinfo import ZoneInfo

from refundsheet.core.model import Cell, Moment
from refundsheet.core.pages import Alarm, Chart, ChartKind, Page, PageCell, Style
from refundsheet.core.serials import to_serial
from refundsheet.core.statistics.figures import (
    Duration,
    Figure,
    Measure,
    Number,
    SpikeWatch,
    SwitchedOff,
    Table,
)
from refundsheet.core.statistics.registry import Result, Topic
from refundsheet.core.summary import Summary, basis, figure_text, in_words, needs_eyes

#: Where the time of the last pass stands; it is renewed without the rest.
HEARTBEAT = (2, 1)

_WIDTHS = (260, 110, 110, 130, 110, 420)
_FROZEN_ROWS = 3
_NOTE_COLUMN = 5
_CHART_COLUMN, _CHART_ROWS = 7, 19

#: The figures that stand large at the top, by name.
_HEADLINES = ("open", "waiting", "approved_unpaid", "overdue", "decided_in_time")
_HEADLINE_ROW = 4
_EYES_ROW, _EYES_LINES = 7, 8
_FIRST_ROW = _EYES_ROW + _EYES_LINES + 2

#: So many lines has each topic for figures that are one line each; currencies make several of one.
_LINES: Mapping[Topic, int] = {
    Topic.NOW: 12,
    Topic.SPIKES: 3,
    Topic.WEEKS: 1,
    Topic.SPEED: 8,
    Topic.TARGETS: 4,
    Topic.SHARES: 4,
    Topic.QUALITY: 4,
}
#: The tables of each topic, with so many rows; of more the last row says how many.
_TABLES: Mapping[Topic, Mapping[str, int]] = {
    Topic.NOW: {"by_status": 20, "by_owner": 16, "ageing": 6},
    Topic.WEEKS: {"weekly": 27},
    Topic.SPEED: {"resolution_by_month": 13},
    Topic.SHARES: {"by_reason": 16, "by_product": 16, "amounts": 8},
    Topic.QUALITY: {"problems": 20},
}

#: What is drawn: the table, the kind, the columns of its series and their title.
_DRAWN = (
    ("weekly", ChartKind.LINE, (1, 2, 4), "Received, resolved and open, by week"),
    ("ageing", ChartKind.COLUMN, (1,), "Open cases by business days since the last action"),
    ("by_reason", ChartKind.BAR, (1,), "Cases by reason"),
    (
        "resolution_by_month",
        ChartKind.COLUMN,
        (3,),
        "Median days to resolution, by month of receipt",
    ),
)

_Cells = dict[tuple[int, int], PageCell]


def summary_frame(title: str, weeks: int) -> Page:
    """The tab without its cells: widths, charts, and the alarm on the time of the last pass.

    Args:
        title: The tab's.
        weeks: How many complete weeks the table by week has.
    """
    places = _table_rows(weeks)
    charts = tuple(
        Chart(
            title=words,
            kind=kind,
            row=places[name],
            end_row=places[name] + 1 + _capacity(name, weeks),
            domain=0,
            series=series,
            anchor=(_HEADLINE_ROW + number * _CHART_ROWS, _CHART_COLUMN),
        )
        for number, (name, kind, series, words) in enumerate(_DRAWN)
    )
    # By itself, in the sheet: who is silent cannot say so.
    alarm = Alarm(*HEARTBEAT, "=AND(ISNUMBER($B$3),NOW()-$B$3>TIME(0,15,0))")
    return Page(title, {}, _WIDTHS, _FROZEN_ROWS, charts=charts, alarms=(alarm,))


def to_cells(summary: Summary, zone: ZoneInfo, weeks: int) -> Mapping[tuple[int, int], PageCell]:
    """What stands on the tab; the heartbeat's place is left to ``heartbeat_cell``."""
    cells: _Cells = {
        (0, 0): PageCell("Refund log summary", Style.TITLE),
        (1, 0): PageCell("Figures as of", Style.NOTE),
        (1, 1): PageCell(to_serial(summary.as_of, zone), Style.MOMENT),
        (2, 0): PageCell("Last pass", Style.NOTE),
        (2, 2): PageCell("It turns red after 15 minutes of silence.", Style.NOTE),
    }
    _put_headlines(cells, summary)
    _put_lines(cells, _EYES_ROW, "What needs eyes", needs_eyes(summary), _EYES_LINES)
    row = _FIRST_ROW
    for topic in Topic:
        row = _put_topic(cells, row, topic, summary.topics.get(topic, ()), weeks)
    _put_lines(cells, row, "The log as a whole", summary.quality, len(summary.quality))
    return cells


def heartbeat_cell(now: Moment, zone: ZoneInfo) -> PageCell:
    """The time of the last pass."""
    return PageCell(to_serial(now, zone), Style.MOMENT)


def _capacity(name: str, weeks: int) -> int:
    if name == "weekly":
        return weeks + 1  # the running one, too
    return next(tables[name] for tables in _TABLES.values() if name in tables)


def _table_rows(weeks: int) -> dict[str, int]:
    """Each table to the row of its column heads."""
    rows: dict[str, int] = {}
    row = _FIRST_ROW
    for topic in Topic:
        row += _LINES[topic] + 2
        for name in _TABLES.get(topic, {}):
            rows[name] = row + 1
            row += _capacity(name, weeks) + 3
    return rows


def _put_headlines(cells: _Cells, summary: Summary) -> None:
    figures = {figure.name: figure for figure in summary.figures}
    for column, name in enumerate(_HEADLINES):
        if (figure := figures.get(name)) is not None and figure.value is not None:
            style = Style.BIG_SHARE if figure.measure is Measure.SHARE else Style.BIG
            cells[_HEADLINE_ROW, column] = PageCell(figure.label, Style.COLUMN_HEAD)
            cells[_HEADLINE_ROW + 1, column] = PageCell(_cell(figure.value), style)


def _put_lines(cells: _Cells, row: int, heading: str, lines: Sequence[str], capacity: int) -> None:
    if not lines:
        return
    cells[row, 0] = PageCell(heading, Style.HEADING)
    for line, text in enumerate(_at_most(lines, capacity), row + 1):
        cells[line, 0] = PageCell(text, Style.LINE)


def _at_most(lines: Sequence[str], capacity: int) -> Sequence[str]:
    if len(lines) <= capacity:
        return lines
    return (*lines[: capacity - 1], f"and {len(lines) - capacity + 1} more")


def _put_topic(cells: _Cells, row: int, topic: Topic, results: Sequence[Result], weeks: int) -> int:
    """The figures of a topic that are one line each, then its tables; the row below all of it."""
    lines = [result for result in results if not isinstance(result, Table)]
    tables = {result.name: result for result in results if isinstance(result, Table)}
    if lines:
        cells[row, 0] = PageCell(topic.value, Style.HEADING)
    for line, result in enumerate(lines[: _LINES[topic]], row + 1):
        _put_line(cells, line, result)
    row += _LINES[topic] + 2
    for name in _TABLES.get(topic, {}):
        capacity = _capacity(name, weeks)
        if name in tables:
            _put_table(cells, row, tables[name], capacity)
        row += capacity + 3
    return row


def _put_line(
    cells: _Cells, row: int, result: Figure | Duration | SpikeWatch | SwitchedOff
) -> None:
    cells[row, 0] = PageCell(result.label)
    match result:
        case Figure():
            if result.value is not None:
                cells[row, 1] = PageCell(_cell(result.value), _STYLES[result.measure])
        case Duration():
            cells[row, 1] = PageCell(in_words(result), Style.LINE)
        case SpikeWatch():
            cells[row, 1] = PageCell(figure_text(result), Style.LINE)
        case SwitchedOff():
            cells[row, 1] = PageCell(f"Switched off: {result.why}", Style.LINE)
            return
        case _:
            assert_never(result)
    note = f"{result.definition} {basis(result.used, result.left_out)}"
    cells[row, _NOTE_COLUMN] = PageCell(note, Style.NOTE)


def _put_table(cells: _Cells, row: int, table: Table, capacity: int) -> None:
    cells[row, 0] = PageCell(table.title, Style.HEADING)
    note = f"{table.definition} {basis(table.used, table.left_out)}"
    cells[row, _NOTE_COLUMN] = PageCell(note, Style.NOTE)
    for place, column in enumerate(table.columns):
        cells[row + 1, place] = PageCell(column.head, Style.COLUMN_HEAD)
    rows = table.rows
    if len(rows) > capacity:
        rows = (*rows[: capacity - 1], (f"and {len(rows) - capacity + 1} more",))
    for line, values in enumerate(rows, row + 2):
        for place, (value, column) in enumerate(zip(values, table.columns, strict=False)):
            if value is not None:
                cells[line, place] = PageCell(_cell(value), _STYLES[column.measure])


def _cell(value: Number | str) -> Cell:
    return value if isinstance(value, (int, str)) else float(value)


_STYLES = {
    Measure.CASES: Style.COUNT,
    Measure.SHARE: Style.PERCENT,
    Measure.AMOUNT: Style.MONEY,
    Measure.DAYS: Style.TENTHS,
    Measure.AVERAGE: Style.TENTHS,
    Measure.A_YEAR: Style.TENTHS,
    Measure.TEXT: Style.TEXT,
}
