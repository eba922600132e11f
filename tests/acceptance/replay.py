"""A real log lived through again: what refundsheet saw, held against what is known to have happened.

``uv run python -m tests.acceptance.replay`` replays all of it, day by day, and prints the counts;
``--every 20`` takes each twentieth case, ``--exact 300`` replays so many at their very event times.
All of it takes hours; Ctrl-C ends it after the look at hand, and prints what it came to so far.

People type what the log's events say, status and notes; they leave every date to refundsheet. The
oracle knows the events alone, and reckons the flags anew in the words of the domain's table.
"""

import argparse
import csv
import gzip
import os
import signal
import sys
import tempfile
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings
from refundsheet.core.memory import Observation, Visit, timeline
from refundsheet.core.serials import to_moment
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SheetKey
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
_PASSES_A_LINE = 20

# --- the domain's table, written down once more ---

_OPEN, _APPROVED, _PAID, _CLOSED = "open", "approved", "paid", "closed"
#: A case is at its end, with payment or without.
_ENDED = (_PAID, _CLOSED)
#: Status to meaning and limits in business hours: due soon, limit, escalate.
TABLE = {
    "Draft": (_OPEN, (6, 8, 16)),
    "Received": (_OPEN, (6, 8, 16)),
    "In Review": (_OPEN, (12, 16, 32)),
    "Approved": (_APPROVED, (12, 16, 32)),
    "Processing": (_APPROVED, (32, 40, 80)),
    "Processed": (_PAID, ()),
    "Rejected": (_CLOSED, ()),
}
_OPENS, _CLOSES = time(9), time(17)


@lru_cache(maxsize=100_000)
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

    def entered_at(self, moment: datetime) -> datetime:
        """When the status of then was entered, as the events have it."""
        earlier = [event for event in self.events if event.at <= moment]
        return next((event.at for event in reversed(earlier) if event.status), earlier[0].at)

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


@dataclass(frozen=True)
class Entry:
    """A status that somebody who looks at certain moments sees to have been entered.

    Attributes:
        at: When it truly was.
        seen: The look that showed it.
    """

    status: str
    at: datetime
    seen: datetime


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
    paid: datetime | None = None
    closed: datetime | None = None
    entries: list[Entry] = field(default_factory=list[Entry])

    @property
    def reopenings(self) -> int:
        """How often it was seen at its end, and at the next look not any more."""
        ended = [TABLE[entry.status][0] in _ENDED for entry in self.entries]
        return sum(before and not after for before, after in pairwise(ended))

    def look(self, now: datetime, status: str, count: int) -> None:
        """One more look."""
        if (status, count) == (self.status, self.count):
            return
        was, meaning = TABLE[self.status][0], TABLE[status][0]
        if status != self.status:
            self.entered = now
            self.closed_before = was in _ENDED and meaning not in _ENDED
            if meaning == _APPROVED and was != _APPROVED:
                self.approved = now
            if meaning == _PAID and was != _PAID:
                self.paid = now
            if meaning in _ENDED and was not in _ENDED:
                self.closed = now
            if meaning not in _ENDED:
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
            paid=now if meaning == _PAID else None,
            closed=now if meaning in _ENDED else None,
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
        if meaning in _ENDED:
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
    #: Approvals, payouts and ends that could be seen, and the cases some of whose times are wrong.
    times: int = 0
    wrong_times: dict[str, str] = field(default_factory=dict[str, str])
    #: How many reopenings could be seen, and what of them was not, or seen without there being one.
    reopenings: int = 0
    wrong_reopenings: list[str] = field(default_factory=list[str])

    @property
    def share_in_time(self) -> float:
        """The share of the cases all of whose times lie where they must."""
        return 1 - len(self.wrong_times) / self.cases

    @property
    def mistakes(self) -> list[str]:
        """All that is wrong."""
        wrong = [*self.wrong_flags, *self.wrong_stamps, *self.wrong_reopenings]
        return [*wrong, *(f"{key}: {why}" for key, why in self.wrong_times.items())]

    def so_far(self, now: datetime) -> str:
        """How far it is, in a line."""
        wrong = len(self.wrong_flags) + len(self.wrong_stamps)
        return (
            f"{now:%Y-%m-%d}: {self.flags} flags and {self.stamps} stamps compared, {wrong} wrong\n"
        )

    def summary(self) -> str:
        """The counts, in a few lines."""
        return (
            f"{self.cases} cases, {self.passes} passes\n"
            f"flags compared: {self.flags}, {self.reopened} of them of reopened cases; "
            f"{len(self.wrong_flags)} wrong\n"
            f"stamps compared: {self.stamps}; {len(self.wrong_stamps)} wrong\n"
            f"approvals, payouts and ends to see: {self.times}; observed in the interval of the looks "
            f"around the true time in {self.share_in_time:.2%} of the cases\n"
            f"reopenings to see: {self.reopenings}; {len(self.wrong_reopenings)} missed or made up\n"
        )


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
        store = self.team.store()
        self.sheet = SheetKey(store.book.spreadsheet_id, store.log.sheet_id)
        self.reconciler = Reconciler(store, self.ledger, settings)
        self.believed: dict[str, Believed] = {}
        self.rows: dict[str, int] = {}
        self.counted = Counted()
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
        entries = self.believed[key].entries
        if not entries or entries[-1].status != seen[0]:
            entries.append(Entry(seen[0], life.entered_at(now), now))
        row = self.rows[key]
        last = chr(ord("A") + _TYPED.stop - 1)
        return {"range": f"'{self.team.title}'!A{row}:{last}{row}", "values": [life.cells(now)]}

    def compare_times(self) -> None:
        """At the end: when everything was observed to have happened, held against when it did."""
        known = self.ledger.recall(self.sheet).cases
        self.counted.cases = len(self.believed)
        changes: dict[str, list[Observation]] = {}
        for change in self.ledger.observations(self.sheet, "status"):
            changes.setdefault(change.case, []).append(change)
        for key, believed in self.believed.items():
            observed = timeline(known[key.casefold()])
            if why := self._wrong_time(believed.entries, observed):
                self.counted.wrong_times[key] = why
            reopened = sum(_reopens(change) for change in changes.get(key.casefold(), ()))
            self.counted.reopenings += believed.reopenings
            if reopened != believed.reopenings:
                self.counted.wrong_reopenings.append(
                    f"{key}: {reopened} reopenings observed of {believed.reopenings}"
                )

    def _wrong_time(self, entries: Sequence[Entry], visits: Sequence[Visit]) -> str:
        """What is wrong with the observed times of a case; "" where nothing is."""
        if [entry.status for entry in entries] != [visit.status for visit in visits]:
            return f"{[visit.status for visit in visits]} observed"
        for entry, visit in zip(entries, visits, strict=True):
            if TABLE[entry.status][0] == _OPEN:
                continue
            self.counted.times += 1
            is_in = visit.not_before is None or visit.not_before <= entry.at
            if not (is_in and entry.at <= visit.not_after == entry.seen):
                return f"{entry} observed between {visit.not_before} and {visit.not_after}"
        return ""

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
            "Date Paid": believed.paid,
            "Resolution Date": believed.closed,
        }
        for header, at in wanted.items():
            stamped = _moment(_cell(row, header))
            if at is None and header in {"Date Approved", "Date Paid"}:
                continue
            self.counted.stamps += stamped is not None
            if stamped != (at and at.replace(microsecond=0)):
                self.counted.wrong_stamps.append(f"{key} {header}: {stamped}, not {at}")


def _reopens(change: Observation) -> bool:
    before, after = (TABLE[status][0] in _ENDED for status in (change.before, change.after))
    return before and not after


def _cell(row: list[Any], header: str) -> Any:
    column = _AT[header]
    return row[column] if column < len(row) and row[column] != "" else None


@lru_cache(maxsize=100_000)
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
    moments = sorted((event.at, index) for index, life in enumerate(lives) for event in life.events)
    begin, day = 0, first
    while day <= end:
        now = datetime.combine(day, time(hour), ZONE)
        until = bisect_right(moments, now, begin, key=lambda moment: moment[0])
        yield now, [lives[index] for index in sorted({index for _, index in moments[begin:until]})]
        begin, day = until, day + timedelta(days=1)


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
    say: Callable[[str], object] = len,
) -> Counted:
    """Live through it, and count; now and then a line says how far it is."""
    played = Replay(server, folder, lives)
    try:
        for now, changed in looks:
            played.look(now, changed)
            if played.counted.passes % _PASSES_A_LINE == 0:
                say(played.counted.so_far(now))
        played.compare_times()
    finally:
        played.close()
    return played.counted


def _until_interrupted(
    looks: Iterator[tuple[datetime, list[Life]]],
) -> Iterator[tuple[datetime, list[Life]]]:
    """The looks, until somebody presses Ctrl-C."""
    interrupted = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    return takewhile(lambda _: not interrupted.is_set(), looks)


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
            looks = event_by_event(lives)
        else:
            looks = day_by_day(lives, asked.days)
        counted = replay(server, Path(folder), lives, _until_interrupted(looks), sys.stderr.write)
    sys.stdout.write(counted.summary())
    for line in counted.mistakes[:40]:
        sys.stdout.write(f"  {line}\n")
    return 1 if counted.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
