"""What changed in the log, and why, as the ledger tells it: for the person who wonders about a stamp."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import typer

from refundsheet.config import Settings
from refundsheet.core.columns import BY_FIELD
from refundsheet.core.history import WHOLE_ROW, By, Entry, is_about, shown
from refundsheet.daemon import open_log
from refundsheet.ledger.records import SheetKey


def entries_told(
    settings: Settings, case: str | None, run: int | None
) -> tuple[list[Entry], ZoneInfo]:
    """What the ledger tells of a case or a pass, oldest first, and the zone of the sheet."""
    with open_log(settings) as (store, ledger):
        sheet = SheetKey(store.book.spreadsheet_id, store.log.sheet_id)
        entries = ledger.history(sheet, run=run)
        zone = ZoneInfo(store.book.zone)
    return [entry for entry in entries if case is None or is_about(entry, case)], zone


def print_history(entries: list[Entry], zone: ZoneInfo) -> None:
    """One change in two lines, oldest first."""
    for entry in entries:
        for line in _lines(entry, zone):
            typer.echo(line)
    if not entries:
        typer.echo("The ledger knows of no such change.")


def _lines(entry: Entry, zone: ZoneInfo) -> Iterator[str]:
    at = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    vague = "≈" if entry.is_vague else " "
    before, after = (shown(entry.field, value, zone) for value in (entry.before, entry.after))
    change = f"{before or '(blank)'} → {after or '(blank)'}"
    yield f"{vague}{at}  run {entry.run}  {entry.label}, {_header(entry)}: {change}"
    who = "the team" if entry.by is By.TEAM else entry.by.value
    yield f"      by {who}" + (f", because {entry.why}" if entry.why else "")


def _header(entry: Entry) -> str:
    return WHOLE_ROW if entry.field == WHOLE_ROW else BY_FIELD[entry.field].header


def to_json(entry: Entry, zone: ZoneInfo) -> Mapping[str, Any]:
    """An entry as plain values; times in the sheet's zone."""
    return {
        "at": entry.at.astimezone(zone).isoformat(),
        "not_before": entry.not_before.astimezone(zone).isoformat(),
        "not_after": entry.not_after.astimezone(zone).isoformat(),
        "case": entry.label,
        "field": entry.field,
        "from": shown(entry.field, entry.before, zone),
        "to": shown(entry.field, entry.after, zone),
        "by": entry.by.value,
        "why": entry.why,
        "run": entry.run,
    }
