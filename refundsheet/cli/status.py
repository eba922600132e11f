"""How the service stands, as the ledger tells it: nothing is asked of Google, and nothing is written."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import typer

from refundsheet.config import Settings
from refundsheet.daemon import open_ledger, wall_clock
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import PassRecord
from refundsheet.service.pulse import SILENT_AFTER

NEVER = "No pass has been made yet. Start the service: refundsheet run"
OVERDUE = "is the service running? Its log says why passes fail."


def status_now(settings: Settings) -> Mapping[str, Any]:
    """What is known of the last pass, as plain values; "healthy" says whether it is recent enough."""
    now = wall_clock()
    with open_ledger(settings) as ledger:
        return status_of(ledger, settings, now)


def status_of(ledger: Ledger, settings: Settings, now: datetime) -> Mapping[str, Any]:
    """The same from an open ledger."""
    last = ledger.last_pass(settings.spreadsheet_id)
    if last is None:
        return {"healthy": False, "last_pass": None}
    report: Mapping[str, Any] = last.report or {}
    every = timedelta(seconds=settings.poll_seconds)
    return {
        "healthy": now - last.at < max(SILENT_AFTER, 3 * every),
        "last_pass": report.get("at", last.at.isoformat()),
        "minutes_ago": round((now - last.at) / timedelta(minutes=1), 1),
        "next_pass": (_in_its_zone(last) + every).isoformat(),
        "run": last.number,
        **{key: report.get(key) for key in _FROM_THE_REPORT},
    }


_FROM_THE_REPORT = ("rows", "rows_to_correct", "flagged", "quota_left", "withheld", "read_only")


def _in_its_zone(last: PassRecord) -> datetime:
    """The time of a pass as its report has it: in the sheet's zone."""
    return datetime.fromisoformat((last.report or {}).get("at", last.at.isoformat()))


def print_status(status: Mapping[str, Any]) -> None:
    """The same for people, a line each."""
    for line in _lines(status):
        typer.echo(line)


def _lines(status: Mapping[str, Any]) -> Iterator[str]:
    if status["last_pass"] is None:
        yield NEVER
        return
    last, following = (datetime.fromisoformat(status[key]) for key in ("last_pass", "next_pass"))
    yield f"Last pass   run {status['run']}, {last:%a %d %b %H:%M:%S}, {ago(status['minutes_ago'])}"
    if status["healthy"]:
        yield f"Next pass   about {following:%H:%M:%S}"
    else:
        yield f"Next pass   overdue: {OVERDUE}"
    yield f"Log         {status['rows']} rows, {status['rows_to_correct']} to correct"
    flagged: Mapping[str, int] = status["flagged"] or {}
    parts = (f"{count} {kind}" for kind, count in sorted(flagged.items(), key=_most_first))
    yield f"Flagged     {', '.join(parts) or 'nothing'}"
    if left := status["quota_left"]:
        yield f"Quota       {left[0]} reads and {left[1]} writes were left in the minute of that pass"
    for sentence in (status["read_only"], *(status["withheld"] or ())):
        if sentence:
            yield f"Note        {sentence}"


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def ago(minutes: float) -> str:
    """A time gone by, in words."""
    if minutes < 1:
        return "less than a minute ago"
    if minutes < 120:  # noqa: PLR2004 - from two hours on, minutes say nothing
        return f"{minutes:.0f} minutes ago"
    return f"{minutes / 60:.0f} hours ago"
