"""What ``check`` prints: the rules that are broken, each with where and what to do, and no flood of rows."""

from collections.abc import Iterable, Iterator
from itertools import chain

import typer

from refundsheet.core.model import Severity
from refundsheet.core.remarks import BrokenRule, Remark, by_rule, worst_rows
from refundsheet.core.report import PassReport

#: Of each rule so many wordings are shown, of each wording so many cells, of bad rows so many.
_MOST_SENTENCES = 3
_MOST_CELLS = 6
_MOST_ROWS = 5

#: What the person who set refundsheet up can do, where a sentence for the desk does not help.
ADVICE = {
    "unknown_status": "If these are statuses of yours, add them to the settings: [[statuses]], or synonyms.",
    "reason_not_listed": "If these are reasons of yours, add them to the settings: [[reasons]], or synonyms.",
    "closed_without_date": "sync --backfill dates closed cases by their last action.",
    "date_swapped": "The locale of the spreadsheet decides, when dates are entered or imported: set it "
    "first (for `refundsheet local` by --locale). Until then figures rest on these dates as they stand.",
    "duplicate_id": "Until then these rows get no timestamps.",
    "twin_rows": "Until then these rows get no timestamps. sync --backfill gives IDs to old rows.",
}


def print_check(report: PassReport, *, notes: bool, everything: bool) -> None:
    """What is wrong with the log and what to do about it, the most important first.

    Args:
        report: A pass.
        notes: Whether notes are told like problems and warnings; they are counted in any case.
        everything: Whether every row is listed.
    """
    lowest = Severity.NOTE if notes else Severity.WARNING
    lines = _every_row(report, lowest) if everything else _rule_by_rule(report, lowest)
    for line in chain(_heading(report), lines):
        typer.echo(line)


def print_old(report: PassReport) -> None:
    """The open cases that are not flagged because they were old at adoption, longest untouched first."""
    if not report.old:
        typer.echo("No open case was old when refundsheet came.")
        return
    typer.echo(f"{_many(len(report.old), 'old open case')}, not flagged until touched:")
    for old in sorted(report.old, key=lambda old: (str(old.since or ""), old.row)):
        since = f"since {old.since}"[:16] if old.since else "without any date"
        owner = f", {old.owner}" if old.owner else ""
        typer.echo(f"  row {old.row:<6} {old.case:<16} {old.status}{owner}, {since}")


def _heading(report: PassReport) -> Iterator[str]:
    checked = f'{_many(len(report.log.rows), "row")} of "{report.log.snapshot.title}" checked'
    rows = report.rows_to_correct
    correct = (
        f"{_many(rows, 'row')} {'has' if rows == 1 else 'have'} something" if rows else "nothing"
    )
    said = [_many(count, severity.name.lower()) for severity, count in report.counts().items()]
    yield f"{checked}, {correct} to correct{': ' if said else '.'}{', '.join(said)}"
    for violation in report.headers:
        yield f"\n{violation.severity.name}  Headers: {violation.sentence}"


def _rule_by_rule(report: PassReport, lowest: Severity) -> Iterator[str]:
    rules = by_rule(report.violations)
    for broken in rules:
        if broken.severity >= lowest:
            yield from _rule(broken, report)
    yield from _worst(report)
    if notes := [broken for broken in rules if broken.severity < lowest]:
        yield "\nNotes (--notes tells where, and what to do):"
        for broken in notes:
            yield f"  {_title(broken, report)}"
    if rules:
        yield "\n--all lists every row; [rules] in the settings grades rules or switches them off."


def _rule(broken: BrokenRule, report: PassReport) -> Iterator[str]:
    rule = broken.rule
    yield f"\n{broken.severity.name}  {_title(broken, report)}"
    for remark in broken.remarks[:_MOST_SENTENCES]:
        yield f"  {remark.sentence}"
        yield f"    {_cells(remark, report)}"
    if len(broken.remarks) > _MOST_SENTENCES:
        yield f"  … and {len(broken.remarks) - _MOST_SENTENCES:,} others of this kind"
    if rule.id in ADVICE:
        yield f"  {ADVICE[rule.id]}"


def _title(broken: BrokenRule, report: PassReport) -> str:
    is_every = broken.rows == len(report.log.rows) > 1
    rows = "every row" if is_every else _many(broken.rows, "row")
    return f"{broken.rule.meaning}: {rows} ({broken.rule.id})"


def _cells(remark: Remark, report: PassReport) -> str:
    shown = ", ".join(report.cell_name(*place) for place in remark.places[:_MOST_CELLS])
    rest = len(remark.places) - _MOST_CELLS
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def _worst(report: PassReport) -> Iterator[str]:
    """The rows to begin with, where some have several faults."""
    worst = worst_rows(report.violations)
    if worst:
        yield "\nRows with most to correct:"
    for number, problems, warnings in worst[:_MOST_ROWS]:
        said = _listed((problems, "problem"), (warnings, "warning"))
        yield f"  row {number}: {said}"


def _listed(*counts: tuple[int, str]) -> str:
    return ", ".join(_many(count, word) for count, word in counts if count)


def _every_row(report: PassReport, lowest: Severity) -> Iterable[str]:
    yield ""
    ranked = (
        (-violation.severity, number, violation)
        for number, found in report.violations.items()
        for violation in found
        if violation.severity >= lowest
    )
    for _, number, violation in sorted(ranked, key=lambda entry: entry[:2]):
        cell = report.cell_name(number, violation.field)
        yield f"  {cell:>8}  {violation.severity.name.lower():8} {violation.sentence}"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
