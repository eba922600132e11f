"""The Summary tab: headline figures, what needs eyes, then every figure in a place of its own.

Every part has a fixed place, so that a reader's scroll, a chart over a range and a formula of
somebody's that looks here all stay right when the log grows; only what differs is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from refundsheet.core.identity import Recognised
from refundsheet.core.model import Cell, Moment
from refundsheet.core.pages import Alarm, Chart, ChartKind, Page, PageCell, Style
from refundsheet.core.row_links import LogTab, row_links, tab_link
from refundsheet.core.serials import to_serial
from refundsheet.core.statistics.figures import (
    Clock,
    Column,
    Duration,
    Estimate,
    Figure,
    Measure,
    Number,
    Spike,
    SpikeWatch,
    SwitchedOff,
    Table,
)
from refundsheet.core.statistics.registry import Result, Topic
from refundsheet.core.summary import (
    NOT_KNOWN,
    NOTHING,
    Notice,
    Summary,
    basis,
    notices,
    shown_rows,
    spikes_told,
)

#: Where the time of the last pass stands; it is renewed without the rest.
HEARTBEAT = (2, 1)

_WIDTHS = (260, 160, 110, 130, 110, 520)
_FROZEN_ROWS = 3
_NOTE_COLUMN = 5
_CHART_COLUMN, _CHART_ROWS = 7, 19

#: The figures that stand large at the top, by name.
_HEADLINES = ("open", "waiting", "approved_unpaid", "overdue", "decided_in_time")
_HEADLINE_ROW = 4
_EYES_ROW, _EYES_LINES = 7, 12
#: The cases of a notice stand below it, so many in a row, between the first column and the charts.
_CASES_IN_ROW = 5
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
    Topic.SPIKES: {"spikes_told": 12, "seen_from": 21},
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

#: In the place of a number that there is nothing to compute from.
_UNKNOWN = PageCell("-", Style.TENTHS)
_HOUR = timedelta(hours=1)

_Cells = dict[tuple[int, int], PageCell]


#: What the tab begins with.
HEADLINE = "Refund log summary"


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
            end_row=places[name] + 1 + _drawn(name, weeks),
            domain=0,
            series=series,
            anchor=(_HEADLINE_ROW + number * _CHART_ROWS, _CHART_COLUMN),
        )
        for number, (name, kind, series, words) in enumerate(_DRAWN)
    )
    # By itself, in the sheet: who is silent cannot say so.
    alarm = Alarm(*HEARTBEAT, "=AND(ISNUMBER($B$3),NOW()-$B$3>TIME(0,15,0))")
    warning = "refundsheet keeps these figures up to date. There is room for yours at the right."
    return Page(title, {}, _WIDTHS, _FROZEN_ROWS, warning, charts=charts, alarms=(alarm,))


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from the tab to what it speaks of, as formulas that stay right.

    Attributes:
        cases: How a case is known to the formula that finds its row; a case without one is named.
        queue: The sheet ID of the queue of flagged cases; None where that tab is not there.
    """

    cases: Mapping[str, str] = field(default_factory=dict[str, str])
    queue: int | None = None


def case_links(summary: Summary, recognised: Recognised, log: LogTab) -> Mapping[str, str]:
    """The ways to the rows of the cases that need eyes."""
    names = {key: name for notice in notices(summary) for name, key in notice.cases if key}
    if not names:
        return {}
    rows = {
        known.row.number: known.key
        for known in recognised.rows
        if known.key in names and known.doubt is None
    }
    links = row_links(log, {number: (names[key], "") for number, key in rows.items()})
    return {rows[number]: formula for number, formula in links.items()}


def to_cells(
    summary: Summary, zone: ZoneInfo, weeks: int, links: Links | None = None
) -> Mapping[tuple[int, int], PageCell]:
    """What stands on the tab; the heartbeat's place is left to ``heartbeat_cell``."""
    cells: _Cells = {
        (0, 0): PageCell(HEADLINE, Style.TITLE),
        (1, 0): PageCell("Figures as of", Style.NOTE),
        (1, 1): PageCell(to_serial(summary.as_of, zone), Style.MOMENT),
        (2, 0): PageCell("Last pass", Style.NOTE),
        (2, 2): PageCell("It turns red after 15 minutes of silence.", Style.NOTE),
    }
    _put_headlines(cells, summary)
    _put_eyes(cells, notices(summary), links or Links())
    row = _FIRST_ROW
    for topic in Topic:
        row = _put_topic(cells, row, topic, summary.topics.get(topic, ()), weeks)
    _put_lines(cells, row, "The log as a whole", summary.quality)
    return cells


def heartbeat_cell(now: Moment, zone: ZoneInfo) -> PageCell:
    """The time of the last pass."""
    return PageCell(to_serial(now, zone), Style.MOMENT)


def _capacity(name: str, weeks: int) -> int:
    if name == "weekly":
        return weeks + 1  # the running one, too
    return next(tables[name] for tables in _TABLES.values() if name in tables)


def _drawn(name: str, weeks: int) -> int:
    """How many rows of a table are drawn: a week that is not over yet would look like a fall."""
    return weeks if name == "weekly" else _capacity(name, weeks)


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


def _put_eyes(cells: _Cells, found: Sequence[Notice], links: Links) -> None:
    """Each notice with the ways to its cases below it, as long as there is room."""
    cells[_EYES_ROW, 0] = PageCell("What needs eyes", Style.HEADING)
    if not found:
        cells[_EYES_ROW + 1, 0] = PageCell(NOTHING, Style.LINE)
    row, end = _EYES_ROW + 1, _EYES_ROW + 1 + _EYES_LINES
    for told, notice in enumerate(found):
        lines = list(_notice_lines(notice, links))
        is_last = told == len(found) - 1
        if row + len(lines) > end - (not is_last):
            more = f"and {len(found) - told} more: see Spikes below"
            cells[row, 0] = PageCell(more, Style.LINE)
            return
        for line in lines:
            cells.update({(row, column): cell for column, cell in enumerate(line)})
            row += 1


def _notice_lines(notice: Notice, links: Links) -> Iterator[Sequence[PageCell]]:
    """A notice as rows of cells."""
    if notice.is_in_queue and links.queue is not None:
        yield [PageCell(tab_link(links.queue, notice.text), Style.LINE, is_formula=True)]
    else:
        yield [PageCell(notice.text, Style.LINE)]
    first = f"the first of {len(notice.cases) + notice.more:,}" if notice.more else "the cases"
    for place in range(0, len(notice.cases), _CASES_IN_ROW):
        cases = notice.cases[place : place + _CASES_IN_ROW]
        yield [
            PageCell("" if place else first, Style.NOTE),
            *(_case(name, links.cases.get(key, "")) for name, key in cases),
        ]


def _case(name: str, link: str) -> PageCell:
    return PageCell(link or name, Style.LINE, is_formula=bool(link))


def _put_lines(cells: _Cells, row: int, heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    cells[row, 0] = PageCell(heading, Style.HEADING)
    for line, text in enumerate(lines, row + 1):
        cells[line, 0] = PageCell(text, Style.LINE)


def _put_topic(cells: _Cells, row: int, topic: Topic, results: Sequence[Result], weeks: int) -> int:
    """The figures of a topic that are one line each, then its tables; the row below all of it."""
    lines = [result for result in results if not isinstance(result, Table)]
    told = [result for result in lines if isinstance(result, SpikeWatch) and result.spikes]
    shown = (result for result in results if isinstance(result, Table))
    tables = {table.name: table for table in (*shown, *map(_spikes_table, told))}
    if lines:
        cells[row, 0] = PageCell(topic.value, Style.HEADING)
    if any(isinstance(line, Duration) for line in lines):
        for column, head in enumerate(_DURATION_HEADS, 1):
            cells[row, column] = PageCell(head, Style.COLUMN_HEAD)
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
            value, style = result.value, _STYLES[result.measure]
            cells[row, 1] = _UNKNOWN if value is None else PageCell(_cell(value), style)
        case Duration():
            _put_duration(cells, row, result)
            return
        case SpikeWatch():
            cells[row, 1] = PageCell(spikes_told(result), Style.LINE)
        case SwitchedOff():
            cells[row, 1] = PageCell(f"Switched off: {result.why}", Style.LINE)
            return
        case _:
            assert_never(result)
    _put_note(cells, row, result)


def _put_note(
    cells: _Cells, row: int, result: Figure | Duration | SpikeWatch | Table, more: str = ""
) -> None:
    note = f"{result.definition} {more}{basis(result.used, result.left_out)}"
    cells[row, _NOTE_COLUMN] = PageCell(note, Style.DEFINITION)


_DURATION_HEADS = ("Half within", "95 % limits", "Nine in ten within", "95 % limits")


def _put_duration(cells: _Cells, row: int, duration: Duration) -> None:
    """A duration in one unit: in hours where half of the cases take less than a day."""
    median, late = duration.median, duration.late
    is_short = median is not None and median.value is not None and median.value < duration.day
    unit, length = ("hours", _HOUR) if is_short else ("days", duration.day)
    unit = f"business {unit}" if duration.clock is Clock.BUSINESS else unit
    cells[row, 0] = PageCell(f"{duration.label} ({unit})")
    if median is None or late is None:
        cells[row, 1] = PageCell("too few to say" if duration.used else NOT_KNOWN)
    else:
        for column, estimate in ((1, median), (3, late)):
            value, limits = _reached(estimate, length)
            cells[row, column] = value
            cells[row, column + 1] = limits
    ended = f"{duration.ended:,} have ended, {duration.still_open:,} are open. "
    _put_note(cells, row, duration, ended)


def _reached(estimate: Estimate, length: timedelta) -> tuple[PageCell, PageCell]:
    """A time and its limits."""
    low, high = (
        "?" if limit is None else f"{limit / length:,.1f}"
        for limit in (estimate.lower, estimate.upper)
    )
    reached = (
        PageCell("not reached yet")
        if estimate.value is None
        else PageCell(round(estimate.value / length, 2), Style.TENTHS)
    )
    return reached, PageCell(f"{low} \u2013 {high}", Style.LINE)


def _spikes_table(watch: SpikeWatch) -> Table:
    """The spikes, each with what rose with it."""
    return Table(
        "spikes_told",
        "What spikes",
        "What is in force and what has just become normal again; its cases stand at the top.",
        (
            Column("What", Measure.TEXT),
            Column("Cases"),
            Column("Usually", Measure.TEXT),
            Column("Since the week from", Measure.TEXT),
            Column("Now", Measure.TEXT),
        ),
        tuple(_spike_row(one) for spike in watch.spikes for one in (spike, *spike.parts)),
        watch.used,
    )


def _spike_row(spike: Spike) -> tuple[str, int, str, str, str]:
    low, high = spike.usual_low, spike.usual_high
    weeks = f" in {spike.weeks} weeks" if spike.weeks > 1 else ""
    return (
        spike.category or "All refunds",
        spike.count,
        (f"{low}\u2013{high}" if low < high else f"{low}") + weeks,
        ("" if spike.is_since_seen else "at least since ") + spike.since.isoformat(),
        "back to normal" if spike.normal_since else "new" if spike.is_new else "in force",
    )


def _put_table(cells: _Cells, row: int, table: Table, capacity: int) -> None:
    cells[row, 0] = PageCell(table.title, Style.HEADING)
    _put_note(cells, row, table)
    for place, column in enumerate(table.columns):
        cells[row + 1, place] = PageCell(column.head, Style.COLUMN_HEAD)
    rows = shown_rows(table)
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
