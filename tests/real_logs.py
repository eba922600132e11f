"""Real logs as pandas reads them, and as refundsheet does from a sheet that holds the same.

The sheet's cells are made by pandas alone: dates as the serial numbers that Google would keep, read
by the format of each source. So what refundsheet makes of them can be held to what pandas does.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from refundsheet.core.model import Snapshot
from refundsheet.core.parse import ParsedLog, parse

_EPOCH = pd.Timestamp("1899-12-30")
RECEIVED, ACTED, RESOLVED = "Date Request Received", "Date of Last Action", "Resolution Date"
DATES = (RECEIVED, ACTED, RESOLVED)


@dataclass(frozen=True)
class Source:
    """A log in the folder of real ones.

    Attributes:
        times: The moments its figures are computed at, by the clock of its zone.
        form: How its dates are written.
        closed: The statuses that end a case.
        every: Of how many cases one is taken.
    """

    path: str
    zone: str
    times: tuple[str, ...]
    form: str = "%Y-%m-%d %H:%M:%S"
    closed: tuple[str, ...] = ("Processed", "Rejected", "Denied")
    every: int = 1

    def read(self, shared: Path, time: str) -> Any:
        """The log at a moment: its columns as they are, and the dates as naive moments."""
        folder = shared / "data" / self.path
        cases = _table(next(folder.glob("cases.csv*")))[:: self.every]
        events = next(iter(folder.glob("events.csv.gz")), None)
        if events is not None and self.path.startswith(("bpi", "road")):
            cases = self._as_of(cases, _table(events), time)
        for column in DATES:
            cases[column] = pd.to_datetime(cases[column], format=self.form, errors="coerce")
        return cases.reset_index(drop=True)

    def _as_of(self, cases: Any, events: Any, time: str) -> Any:
        """The log as it stood, from the history of its statuses."""
        past = events[(events["Time"] <= time) & events["Case ID"].isin(cases["Case ID"])]
        named = past[past["Status"] != ""].groupby("Case ID", sort=False)
        status, at = named["Status"].last(), named["Time"].last()
        times = past.groupby("Case ID", sort=False)["Time"]
        there = cases[cases["Case ID"].isin(past["Case ID"])].copy()
        ids = there["Case ID"]
        there["Status"] = ids.map(status).fillna("Draft")
        there[RECEIVED], there[ACTED] = ids.map(times.first()), ids.map(times.last())
        there[RESOLVED] = ids.map(at).where(there["Status"].isin(self.closed), "").fillna("")
        return there

    def parsed(self, frame: Any, now: datetime) -> ParsedLog:
        """What refundsheet reads in a sheet with these cells."""
        sheet = frame.astype(object)
        for column in DATES:
            serials = (frame[column] - _EPOCH) / pd.Timedelta(days=1)
            sheet[column] = serials.astype(object).where(serials.notna(), "")
        return parsed_rows([list(sheet.columns), *sheet.to_numpy().tolist()], self.zone, now)


def parsed_rows(rows: Sequence[Sequence[Any]], zone: str, now: datetime) -> ParsedLog:
    """A sheet with these rows, the first of them the headers, as refundsheet reads it."""
    values = {"valueRanges": [{"majorDimension": "ROWS", "values": rows}]}
    return parse(
        Snapshot(
            spreadsheet_id="sheet",
            sheet_id=0,
            title="Log",
            zone=zone,
            locale="en_GB",
            read_at=now.astimezone(UTC),
            values=json.dumps(values).encode(),
        )
    )


def localized(moments: Any, zone: str) -> Any:
    """Instants of naive moments: the first of an hour that comes twice, the next of a skipped one."""
    return moments.dt.tz_localize(
        ZoneInfo(zone),
        ambiguous=moments.notna().to_numpy(),
        nonexistent=pd.Timedelta(hours=1),
    )


def _table(path: Path) -> Any:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
