"""A real log lived through again: what refundsheet saw, held against what is known to have happened.

``uv run python -m tests.acceptance.replay`` replays all of it, day by day, and prints the counts;
``--every 20`` takes each twentieth case, ``--exact 300`` replays so many at their very event times.

People type what the log's events say, status and notes; they leave every date to refundsheet. The
oracle knows the events alone, and reckons the flags anew in the words of the domain's table.
"""

import argparse
import csv
import gzip
import os
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings
from refundsheet.core.serials import to_moment
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from refundsheet.reconcile import Reconciler
from tests.teams import HttpTeam

ZONE = ZoneInfo("Europe/Amsterdam")
HEADERS = (
    "Case ID", "Customer Name", "Order ID", "Product", "Status", "Notes & Communications",
    "Date Request Received", "Date of Last Action", "Date Approved", "Date Paid",
    "Resolution Date", "Follow-up", "Follow-up By", "Row Check",
)  # fmt: skip
_AT = {header: column for column, header in enumerate(HEADERS)}
#: What people type again when something happens; the dates stay blank.
_TYPED = slice(_AT["Status"], _AT["Notes & Communications"] + 1)
_LONGEST_NOTES = 400

# --- the domain's table, written down once more ---

_OPEN, _APPROVED, _CLOSED = "open", "approved", "closed"
#: Status to meaning and limits in business hours: due soon, limit, escalate.
TABLE = {
    "Draft": (_OPEN, (6, 8, 16)),
    "Received": (_OPEN, (6, 8, 16)),
    "In Review": (_OPEN, (12, 16, 32)),
    "Approved": (_APPROVED, (12, 16, 32)),
    "Processing": (_APPROVED, (32, 40, 80)),
    "Processed": (_CLOSED, ()),
    "Rejected": (_CLOSED, ()),
}
_OPENS, _CLOSES = time(9), time(17)


def business_due(since: datetime, hours: float) -> datetime:
    """When so many business hours have gone by, Monday to Friday from nine to five: hour by hour."""
    left, moment = timedelta(hours=hours), since
    while True:
        day = moment.date()
        opens = datetime.combine(day, _OPENS, ZONE)
        closes = datetime.combine(day, _CLOSES, ZONE)
        moment = max(moment, opens)
        if day.weekday() < 5 and moment < closes:
            if left <= closes - moment:
                return moment + left
            left -= closes - moment
        moment = datetime.combine(day + timedelta(days=1), time(0), ZONE)


@dataclass(frozen=True)
class Event:
    """Something that happened to a case; most have a status."""

    at: datetime
    status: str
    words: str


@dataclass(frozen=True)
class Life:
    """A case with all that happened to it, in order."""

    row: Mapping[str, str]
    events: tuple[Event, ...]

    def seen_at(self, moment: datetime) -> tuple[str, int]:
        """The status then, and how many events there had been."""
        count = bisect_right(self.events, moment, key=lambda event: event.at)
        statuses = [event.status for event in self.events[:count] if event.status]
        return (statuses[-1] if statuses else "Draft"), count

    def cells(self, moment: datetime) -> list[str]:
        """The row as people have it then."""
        status, count = self.seen_at(moment)
        notes = "; ".join(f"{event.at:%m-%d %H:%M} {event.words}" for event in self.events[:count])
        names = (self.row[header] for header in HEADERS[: _TYPED.start])
        return [*names, status, notes[-_LONGEST_NOTES:]]


def read_lives(folder: Path, every: int = 1) -> list[Life]:
    """Each so-manieth case of a log with events, in the order of their beginnings."""
    with gzip.open(folder / "cases.csv.gz", "rt", encoding="utf-8") as file:
        cases = list(csv.DictReader(file))[::every]
    events: dict[str, list[Event]] = {row["Case ID"]: [] for row in cases}
    with gzip.open(folder / "events.csv.gz", "rt", encoding="utf-8") as file:
        for key, at, status, words in csv.reader(file):
            if key in events:
                moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
                events[key].append(Event(moment, status, words))
    in_order = (tuple(sorted(found, key=lambda event: event.at)) for found in events.values())
    lives = [Life(row, found) for row, found in zip(cases, in_order, strict=True) if found]
    return sorted(lives, key=lambda life: life.events[0].at)


# --- the oracle ---


@dataclass
class Believed:
    """What somebody who looks at certain moments must believe of a case."""

    first: datetime
    status: str
    count: int
    entered: datetime
    acted: datetime | None = None
    closed_before: bool = False
    approved: datetime | None = None
    closed: datetime | None = None

    def look(self, now: datetime, status: str, count: int) -> None:
        """One more look."""
        if (status, count) == (self.status, self.count):
            return
        was, meaning = TABLE[self.status][0], TABLE[status][0]
        if status != self.status:
            self.entered = now
            self.closed_before = was == _CLOSED and meaning != _CLOSED
            if meaning == _APPROVED and was != _APPROVED:
                self.approved = now
            if meaning == _CLOSED and was != _CLOSED:
                self.closed = now
            if meaning != _CLOSED:
                self.closed = None
        self.acted = now
        self.status, self.count = status, count

    @classmethod
    def at_first(cls, now: datetime, status: str, count: int) -> "Believed":
        """The first look at a case."""
        meaning = TABLE[status][0]
        return cls(
            now, status, count, now,
            approved=now if meaning == _APPROVED else None,
            closed=now if meaning == _CLOSED else None,
        )  # fmt: skip

    def _legal(self) -> tuple[datetime, datetime]:
        """The end of the legal clock and its warning; a stamp of midnight is a day to all who read it."""
        warns, ends = (self.first + timedelta(days=days) for days in (10, 14))
        if self.first.time() == time(0):
            warns = business_due(warns, 0)
            ends += timedelta(days=1) if ends.weekday() >= 5 else timedelta(hours=_CLOSES.hour)
        return ends, warns

    def flag(self, now: datetime) -> str:  # noqa: PLR0911 - a table, read from the top
        """The first words of the Follow-up cell, by the words of the domain's table."""
        meaning, limits = TABLE[self.status]
        if meaning == _CLOSED:
            return ""
        since = (
            self.entered if meaning == _APPROVED else max(self.entered, self.acted or self.entered)
        )
        soon, limit, escalate = (business_due(since, hours) for hours in limits)
        legal_end, legal_warning = self._legal()
        if now >= escalate:
            return "Escalate"
        if now >= legal_end:
            return "Deadline"
        if now >= limit:
            return "Overdue" if meaning == _APPROVED else "Stale"
        if now >= legal_warning:
            return "Deadline"
        if self.closed_before and (self.acted is None or self.acted <= self.entered):
            return "Reopened"
        return "Due soon" if now >= soon else ""


# --- the replay ---


@dataclass
class Counted:
    """What a replay came to."""

    passes: int = 0
    cases: int = 0
    flags: int = 0
    reopened: int = 0
    stamps: int = 0
    wrong_flags: list[str] = field(default_factory=list[str])
    wrong_stamps: list[str] = field(default_factory=list[str])


class Replay:
    """People who type what happened, and refundsheet beside them on the local server."""

    def __init__(self, server: LocalServer, folder: Path, lives: Sequence[Life]) -> None:
        self.lives = lives
        self.team = HttpTeam(server, [HEADERS[: _AT["Follow-up"]]], row_count=len(lives) + 60)
        self.team.change(
            {"updateSpreadsheetProperties": {
                "properties": {"timeZone": ZONE.key}, "fields": "timeZone"
            }}
        )  # fmt: skip
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite'}")
        settings = Settings(grace=GraceSettings(reads=1, seconds=0))
        self.reconciler = Reconciler(self.team.store(), self.ledger, settings)
        self.believed: dict[str, Believed] = {}
        self.rows: dict[str, int] = {}
        self.counted = Counted(cases=len(lives))
        self.reconciler.run(lives[0].events[0].at - timedelta(hours=1))

    def close(self) -> None:
        """Let go of sheet and ledger."""
        self.team.close()
        self.ledger.close()

    def look(self, now: datetime, changed: Sequence[Life]) -> None:
        """People have typed what happened to some cases; then one pass, held against the oracle."""
        entries = [self._entry(life, now) for life in changed]
        if entries:
            body = {"valueInputOption": "RAW", "data": entries}
            self.team._post("/values:batchUpdate", body)
        self.reconciler.run(now)
        self.counted.passes += 1
        self._compare(now)

    def _entry(self, life: Life, now: datetime) -> dict[str, Any]:
        key = life.row["Case ID"]
        seen = life.seen_at(now)
        if key in self.believed:
            self.believed[key].look(now, *seen)
        else:
            self.rows[key] = len(self.rows) + 2
            self.believed[key] = Believed.at_first(now, *seen)
        row = self.rows[key]
        last = chr(ord("A") + _TYPED.stop - 1)
        return {"range": f"'{self.team.title}'!A{row}:{last}{row}", "values": [life.cells(now)]}

    def _compare(self, now: datetime) -> None:
        rows = self.team.rows()
        for key, believed in self.believed.items():
            row = rows[self.rows[key] - 1]
            self._compare_flag(key, row, believed.flag(now), now)
            self._compare_stamps(key, row, believed)

    def _compare_flag(self, key: str, row: list[Any], wanted: str, now: datetime) -> None:
        said = str(_cell(row, "Follow-up") or "").partition(":")[0]
        self.counted.flags += bool(said)
        if said != wanted:
            self.counted.wrong_flags.append(f"{key} at {now}: {said!r}, not {wanted!r}")
        self.counted.reopened += said == "Reopened"

    def _compare_stamps(self, key: str, row: list[Any], believed: Believed) -> None:
        wanted = {
            "Date Request Received": believed.first,
            "Date Approved": believed.approved,
            "Resolution Date": believed.closed,
        }
        for header, at in wanted.items():
            stamped = _moment(_cell(row, header))
            if at is None and header == "Date Approved":
                continue
            self.counted.stamps += stamped is not None
            if stamped != (at and at.replace(microsecond=0)):
                self.counted.wrong_stamps.append(f"{key} {header}: {stamped}, not {at}")


def _cell(row: list[Any], header: str) -> Any:
    column = _AT[header]
    return row[column] if column < len(row) and row[column] != "" else None


def _moment(held: Any) -> datetime | None:
    """A stamp as a time; one of midnight looks like a day."""
    found = to_moment(held, ZONE) if isinstance(held, (int, float)) else None
    if found is None or isinstance(found, datetime):
        return found
    return datetime.combine(found, time(0), ZONE)


def day_by_day(
    lives: Sequence[Life], days: int | None = None, hour: int = 18
) -> Iterator[tuple[datetime, list[Life]]]:
    """Each day's moment of looking, with the cases to which something has happened since the last."""
    first = lives[0].events[0].at.date()
    last = max(life.events[-1].at for life in lives).date() + timedelta(days=1)
    end = last if days is None else min(last, first + timedelta(days=days))
    before, day = datetime.combine(first, time(0), ZONE) - timedelta(days=1), first
    while day <= end:
        now = datetime.combine(day, time(hour), ZONE)
        changed = [life for life in lives if any(before < event.at <= now for event in life.events)]
        yield now, changed
        before, day = now, day + timedelta(days=1)


def event_by_event(lives: Sequence[Life]) -> Iterator[tuple[datetime, list[Life]]]:
    """Each moment at which something happens, with the cases to which it happens."""
    by_moment: dict[datetime, list[Life]] = {}
    for life in lives:
        for event in life.events:
            found = by_moment.setdefault(event.at, [])
            if life not in found:
                found.append(life)
    yield from sorted(by_moment.items())


def shared_log() -> Path:
    """The folder of the real log."""
    root = Path(__file__).parents[2]
    shared = Path(os.environ.get("REFUNDSHEET_SHARED", root.parent / "shared"))
    return shared / "data" / "bpi2020_declarations"


def replay(
    server: LocalServer,
    folder: Path,
    lives: Sequence[Life],
    looks: Iterator[tuple[datetime, list[Life]]],
) -> Counted:
    """Live through it, and count."""
    played = Replay(server, folder, lives)
    try:
        for now, changed in looks:
            played.look(now, changed)
    finally:
        played.close()
    return played.counted


def main() -> int:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.replay", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="each so-manieth case")
    parser.add_argument("--days", type=int, default=None, help="only the first so many days")
    parser.add_argument("--exact", type=int, default=0, help="so many cases at their event times")
    asked = parser.parse_args()
    lives = read_lives(shared_log(), asked.every)
    with LocalServer() as server, tempfile.TemporaryDirectory() as folder:
        if asked.exact:
            lives = lives[:: max(1, len(lives) // asked.exact)][: asked.exact]
            counted = replay(server, Path(folder), lives, event_by_event(lives))
        else:
            counted = replay(server, Path(folder), lives, day_by_day(lives, asked.days))
    sys.stdout.write(
        f"{counted.cases} cases, {counted.passes} passes: {counted.flags} flags compared, "
        f"{counted.reopened} of them of reopened cases, {len(counted.wrong_flags)} wrong; {counted.stamps} stamps compared, "
        f"{len(counted.wrong_stamps)} wrong\n"
    )
    for line in [*counted.wrong_flags[:20], *counted.wrong_stamps[:20]]:
        sys.stdout.write(f"  {line}\n")
    return 1 if counted.wrong_flags or counted.wrong_stamps else 0


if __name__ == "__main__":
    sys.exit(main())
