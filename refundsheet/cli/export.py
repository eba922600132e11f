"""``refundsheet export``: what the ledger knows, for spreadsheets and for programs."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from refundsheet.cli.choices import Format, What
from refundsheet.cli.history import to_json
from refundsheet.config import Settings
from refundsheet.core.forget import is_bare
from refundsheet.core.memory import Remembered, timeline
from refundsheet.core.model import Moment, RefundCase
from refundsheet.daemon import open_ledger
from refundsheet.errors import UsageError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Flag, SheetKey

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is asked for.

    Attributes:
        output: The file; None is standard output.
        since: Only what is not older, a day or a time as it was given; "" is all.
        exact: Whether texts stand in the CSV as they are, even those a spreadsheet takes for formulas.
        force: Whether a file that is there is overwritten.
    """

    what: What
    form: Format
    output: Path | None = None
    since: str = ""
    exact: bool = False
    force: bool = False


_CASE_FIELDS = tuple(field.name for field in fields(RefundCase))
_COLUMNS = {
    What.CASES: (
        *_CASE_FIELDS,
        *(
            "state",
            "moved_to",
            "status_since",
            "first_seen",
            "last_change_seen",
            "flags",
            "follow_up",
        ),
    ),
    What.CHANGES: (
        *("at", "not_before", "not_after", "case", "field", "from", "to", "by", "why", "run"),
    ),
    What.FLAGS: ("case", "kind", "text", "raised_at", "cleared_at"),
}

#: With these a spreadsheet takes a text for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export(settings: Settings, wanted: Export) -> None:
    """Write all of it, row by row.

    Raises:
        UsageError: The ledger knows nothing of the spreadsheet, the file is there already or cannot be
            written, or the day is none.
    """
    with open_ledger(settings) as ledger:
        known = ledger.latest_sheet(settings.spreadsheet_id)
        if known is None:
            raise UsageError(
                "The ledger knows nothing of this spreadsheet yet: make a pass first (refundsheet sync)."
            )
        sheet, zone = known
        since = _since(wanted.since, ZoneInfo(zone))
        records = _RECORDS[wanted.what](ledger, sheet, ZoneInfo(zone), since)
        written = 0
        with _sink(wanted) as sink, _progress(wanted) as advance:
            if wanted.form is Format.CSV:
                sink.write(_csv_line(_COLUMNS[wanted.what]))
            for record in records:
                sink.write(_line(record, wanted))
                written += 1
                advance()
    if wanted.output is not None:
        typer.echo(f"{written} {wanted.what.value} in {wanted.output}")


# --- what is known ---


def _cases(
    ledger: Ledger, sheet: SheetKey, zone: ZoneInfo, since: datetime | None
) -> Iterator[Record]:
    flags: dict[str, list[Flag]] = {}
    for flag in ledger.flags(sheet, standing=True):
        flags.setdefault(flag.case, []).append(flag)
    for known in ledger.recall(sheet).cases.values():
        is_recent = since is None or _last_change(known) >= since
        if known.settled and is_recent and not is_bare(known):
            yield _case(known, flags.get(known.key, ()), zone)


def _last_change(known: Remembered) -> datetime:
    return max(filter(None, (known.first_seen, known.still_since, known.missing_since)))


def _case(known: Remembered, flags: Sequence[Flag], zone: ZoneInfo) -> Record:
    content = {name: _plain(getattr(known.case, name), zone) for name in _CASE_FIELDS}
    missing = "missing" if known.missing_reads else "in the log"
    return content | {
        "state": "removed" if known.removed else missing,
        "moved_to": known.moved_to,
        "status_since": _plain(known.status_since, zone),
        "first_seen": _plain(known.first_seen, zone),
        "last_change_seen": _plain(_last_change(known), zone),
        "flags": [flag.kind for flag in flags],
        "follow_up": [flag.text for flag in flags],
        "timeline": [
            {
                "status": visit.status,
                "not_before": _plain(visit.not_before, zone),
                "not_after": _plain(visit.not_after, zone),
            }
            for visit in timeline(known)
        ],
    }


def _changes(
    ledger: Ledger, sheet: SheetKey, zone: ZoneInfo, since: datetime | None
) -> Iterator[Record]:
    return (to_json(entry, zone) for entry in ledger.each_entry(sheet, since=since))


def _flags(
    ledger: Ledger, sheet: SheetKey, zone: ZoneInfo, since: datetime | None
) -> Iterator[Record]:
    cases = ledger.recall(sheet).cases
    for flag in ledger.each_flag(sheet):
        latest = flag.cleared_at or flag.raised_at
        if since is None or latest >= since:
            yield {
                "case": _label(cases.get(flag.case), flag.case),
                "kind": flag.kind,
                "text": flag.text,
                "raised_at": _plain(flag.raised_at, zone),
                "cleared_at": _plain(flag.cleared_at, zone),
            }


def _label(known: Remembered | None, key: str) -> str:
    if known is None:
        return key
    return known.case.case_id or f"({known.case.order_id or known.case.customer_name})"


_RECORDS: Mapping[
    What, Callable[[Ledger, SheetKey, ZoneInfo, datetime | None], Iterator[Record]]
] = {What.CASES: _cases, What.CHANGES: _changes, What.FLAGS: _flags}


def _plain(value: str | Decimal | Moment | None, zone: ZoneInfo) -> str | None:
    """A value as JSON has it: times in the sheet's zone, amounts to the cent."""
    match value:
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def _since(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f'--since "{text}" is not a day; write for example 2026-11-03') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


# --- how it is written ---


def _line(record: Record, wanted: Export) -> bytes:
    if wanted.form is Format.JSONL:
        return _encoded(json.dumps(record, ensure_ascii=False) + "\n")
    return _csv_line([_csv_cell(record[name], name, wanted) for name in _COLUMNS[wanted.what]])


def _csv_cell(value: Any, name: str, wanted: Export) -> Any:
    """A cell that a spreadsheet shows and does not compute: an apostrophe makes a formula a text."""
    text = "; ".join(value) if isinstance(value, list) else value
    is_formula = isinstance(text, str) and text.startswith(_FORMULA_STARTS) and name != "amount"
    return f"'{text}" if is_formula and not wanted.exact else text


def _csv_line(cells: Iterable[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return _encoded(line.getvalue())


def _encoded(text: str) -> bytes:
    # Half a surrogate pair, which a cell can hold, is in no encoding.
    return text.encode("utf-8", "replace")


@contextmanager
def _sink(wanted: Export) -> Generator[BinaryIO]:
    """Where the lines go; a file takes its name only once it is whole."""
    if wanted.output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = wanted.output
    if path.exists() and not wanted.force:
        raise UsageError(
            f"{path} is there already: choose another name, or --force to overwrite it."
        )
    part = path.with_name(f".{path.name}.part")
    try:
        # It names customers: nobody else on this machine needs to read it.
        descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as sink:
            yield sink
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _progress(wanted: Export) -> Generator[Callable[[], None]]:
    """How far it is, where somebody looks on and the rows go elsewhere."""
    console = Console(stderr=True)
    is_shown = console.is_terminal and (wanted.output is not None or not sys.stdout.isatty())
    columns = TextColumn(wanted.what.value), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as bar:
        task = bar.add_task("", total=None)
        yield lambda: bar.advance(task)
