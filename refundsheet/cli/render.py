"""What the commands print for people: plain lines, most important first."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table as RichTable

from refundsheet.cli.drawing import sparkline
from refundsheet.core.columns import BY_FIELD, OUR_FIELDS, Kind
from refundsheet.core.model import Cell, Change, Outcome, Receipt
from refundsheet.core.report import PassReport
from refundsheet.core.serials import to_moment
from refundsheet.core.statistics.figures import (
    Duration,
    Figure,
    Measure,
    SpikeWatch,
    SwitchedOff,
    Table,
)
from refundsheet.core.summary import (
    Summary,
    basis,
    needs_eyes,
    number_text,
    shown_rows,
    value_told,
)
from refundsheet.core.undo import Undoing

#: More lines than this are counted, not listed.
_MOST_LINES = 60
#: And of more cases than these the others are counted.
_MOST_LABELS = 8


def print_json(value: Any) -> None:
    """Indented JSON on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_pass(report: PassReport, *, dry_run: bool) -> None:
    """What a pass did, or would do: each cell with its reason."""
    title = report.log.snapshot.title
    typer.echo(f'{len(report.log.rows)} rows in "{title}", {report.at:%Y-%m-%d %H:%M}')
    if report.is_baseline:
        typer.echo(
            "First run on this log: it is learnt as it stands, and nothing in it is stamped."
        )
    for sentence in filter(None, (report.read_only, *report.withheld, report.news)):
        typer.echo(sentence)
    dry_run = dry_run or bool(report.read_only)
    for line in report.removed:
        typer.echo(f"  {line}")
    for step in report.setup:
        typer.echo(f"  {'would ' if dry_run else ''}{step}")
    zone = ZoneInfo(report.log.snapshot.zone)
    _print_lines(_change_lines(report, zone))
    typer.echo(_outcome(report, dry_run=dry_run))
    _print_lines(_gap_lines(report))
    if report.by_settings:
        flags = "1 flag" if report.by_settings == 1 else f"{report.by_settings} flags"
        typer.echo(f"{flags} {'would be ' if dry_run else ''}changed by new settings")
    if report.rows_to_correct:
        rows = "1 row has" if report.rows_to_correct == 1 else f"{report.rows_to_correct} rows have"
        typer.echo(f"{rows} something to correct: refundsheet check")


def _gap_lines(report: PassReport) -> Iterator[str]:
    """What is missing in a log that was there before refundsheet, and what can be done about it."""
    unknown = report.times_unknown()
    can_be_dated = any(broken.rule.id == "closed_without_date" for broken in unknown)
    nameless = report.nameless if report.is_baseline and not report.is_backfill else 0
    if nameless:
        yield f"No Case ID: {_rows(nameless)}."
    for broken in unknown:
        rows = [row for remark in broken.remarks for row, _ in remark.places]
        yield f"{broken.rule.meaning}: {_rows(broken.rows)}, {_labels(report, rows)}."
    if not report.is_backfill and (nameless or can_be_dated):
        yield (
            "refundsheet sync --backfill gives IDs to cases without one, and takes the last action "
            "of closed cases for the day they were closed. Nothing else is made up."
        )


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _labels(report: PassReport, numbers: list[int]) -> str:
    """What people call the cases of some rows; the first ones."""
    names = {row.number: row.case.case_id or f"row {row.number}" for row in report.log.rows}
    shown = ", ".join(names[number] for number in numbers[:_MOST_LABELS])
    rest = len(numbers) - _MOST_LABELS
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def print_undo(report: PassReport, undoing: Undoing, *, dry_run: bool) -> None:
    """What was taken back of a run, or would be, and what is left and why."""
    if report.read_only:
        typer.echo(report.read_only)
    _print_lines(_change_lines(report, ZoneInfo(report.log.snapshot.zone)))
    _print_lines(f"  {_place(left.change)}: left, {left.why}" for left in undoing.left)
    cells, done = len(undoing.changes), len(report.done)
    if dry_run or report.read_only:
        typer.echo(f"Would take back {cells} of {cells + len(undoing.left)} cells.")
    else:
        said = f"Took back {done} of {cells + len(undoing.left)} cells of run {undoing.run}"
        typer.echo(f"{said}, as run {report.run}.")


def undo_json(report: PassReport, undoing: Undoing) -> Mapping[str, Any]:
    """The same as plain values."""
    return {
        "undoes": undoing.run,
        "run": report.run,
        "read_only": report.read_only,
        "changes": report.changes_json(),
        "left": [
            {"case": left.change.label, "field": left.change.field, "why": left.why}
            for left in undoing.left
        ],
    }


def _outcome(report: PassReport, *, dry_run: bool) -> str:
    if dry_run:
        return f"Would write {_kinds(report.changes) or 'nothing'}."
    done = [receipt.change for receipt in report.receipts if receipt.outcome is Outcome.DONE]
    lost = report.count(Outcome.LOST)
    others = [r for r in report.receipts if r.outcome is not Outcome.LOST and r.detail]
    text = f"Wrote {_kinds(done) or 'nothing'}."
    if lost:
        text += f" {lost} cells had changed meanwhile and are planned again in the next pass."
    return text + "".join(f"\n  {_place(r.change)}: {r.detail}" for r in others[:_MOST_LINES])


def _kinds(changes: Iterable[Change]) -> str:
    """How many stamps, IDs and flags, in words."""
    counts = Counter(_kind(change) for change in changes)
    return ", ".join(
        f"{counts[kind]} {kind if counts[kind] == 1 else plural}"
        for kind, plural in (
            ("Case ID", "Case IDs"),
            ("timestamp", "timestamps"),
            ("follow-up", "follow-ups"),
            ("row check", "row checks"),
        )
        if counts[kind]
    )


def _kind(change: Change) -> str:
    if change.field == "case_id":
        return "Case ID"
    if change.field not in OUR_FIELDS:
        return "timestamp"
    return "row check" if change.field == "row_check" else "follow-up"


def _change_lines(report: PassReport, zone: ZoneInfo) -> Iterator[str]:
    receipts: Mapping[Change, Receipt] = {receipt.change: receipt for receipt in report.receipts}
    for change in report.changes:
        receipt = receipts.get(change)
        lost = f"  [{receipt.detail}]" if receipt and receipt.outcome is not Outcome.DONE else ""
        before, after = shown(change, change.before, zone), shown(change, change.after, zone)
        yield f"  {_place(change)}: {before} → {after}\n      because {change.reason}{lost}"


def _place(change: Change) -> str:
    return f"{change.label or 'row'} (row {change.row}), {BY_FIELD[change.field].header}"


def shown(change: Change, value: Cell, zone: ZoneInfo) -> str:
    """A cell's value as people know it."""
    if value is None:
        return "(blank)"
    if BY_FIELD[change.field].kind is Kind.MOMENT and isinstance(value, (int, float)):
        return f"{to_moment(value, zone)}"[:16]
    return str(value)


def _print_lines(lines: Iterator[str]) -> None:
    waiting = list(lines)
    for line in waiting[:_MOST_LINES]:
        typer.echo(line)
    if len(waiting) > _MOST_LINES:
        typer.echo(f"  … and {len(waiting) - _MOST_LINES} more (--json lists them all)")


def print_summary(summary: Summary) -> None:
    """What stands on the Summary tab: what needs eyes, then every figure with its definition."""
    console = Console(highlight=False)
    console.print(f"Figures as of {summary.as_of:%A %Y-%m-%d %H:%M}")
    _print_list(console, "What needs eyes", needs_eyes(summary))
    for topic, results in summary.topics.items():
        lines = [result for result in results if not isinstance(result, Table)]
        if lines:
            _print_heading(console, topic.value)
        for result in lines:
            _print_line(console, result)
        for table in results:
            if isinstance(table, Table):
                _print_table(console, table)
    if summary.quality:
        _print_list(console, "The log as a whole", summary.quality)


def _print_heading(console: Console, heading: str) -> None:
    console.print(f"\n[bold]{escape(heading)}[/bold]")


def _print_list(console: Console, heading: str, lines: Iterable[str]) -> None:
    _print_heading(console, heading)
    for line in lines:
        console.print(Padding(escape(line), (0, 0, 0, 2)))


def _print_line(console: Console, result: Figure | Duration | SpikeWatch | SwitchedOff) -> None:
    """A figure, and below it what it means and rests on."""
    value = value_told(result)
    console.print(Padding(f"{escape(result.label)}: [bold]{escape(value)}[/bold]", (0, 0, 0, 2)))
    if not isinstance(result, SwitchedOff):
        _print_note(console, result)


def _print_note(console: Console, result: Figure | Duration | SpikeWatch | Table) -> None:
    note = f"{result.definition} {basis(result.used, result.left_out)}"
    console.print(Padding(escape(note), (0, 0, 0, 6)), style="dim")


def _print_table(console: Console, table: Table) -> None:
    _print_heading(console, table.title)
    _print_note(console, table)
    grid = RichTable(box=None, pad_edge=False)
    for column in table.columns:
        justify = "left" if column.measure is Measure.TEXT else "right"
        grid.add_column(column.head, justify=justify)
    for row in shown_rows(table):
        cells = zip(row, table.columns, strict=False)
        grid.add_row(*(escape(number_text(value, column.measure)) for value, column in cells))
    console.print(Padding(grid, (0, 0, 0, 2)))
    for line in _sparklines(table):
        console.print(Padding(escape(line), (0, 0, 0, 2)))


def _sparklines(table: Table) -> Iterator[str]:
    """A picture of each column of numbers of a table by time, the first row at the left."""
    if not table.is_running:
        return
    widest = max(len(column.head) for column in table.columns)
    for place, column in enumerate(table.columns):
        if column.measure is not Measure.TEXT:
            values = [row[place] for row in table.rows]
            numbers = [None if isinstance(v, str | None) else float(v) for v in values]
            yield f"{column.head:>{widest}}  {sparkline(numbers)}"
