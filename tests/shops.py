"""A log with its people and a process of ours, for tests that tell of several of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings
from refundsheet.core.model import Cell, Outcome
from refundsheet.core.report import Options, PassReport
from refundsheet.core.serials import to_serial
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SheetKey
from refundsheet.reconcile import Reconciler
from refundsheet.sheets.transport import Requests
from tests.teams import ZONE, Desk, Team

#: A Monday at 10:00 in Berlin.
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HEADERS = ["Case ID", "Order ID", "Status", "Notes", "Received", "Last Action", "Resolution Date"]


def serial(at: datetime) -> float:
    """A time as the sheet holds it."""
    return to_serial(at, ZoneInfo(ZONE))


RECEIVED = serial(NOW - timedelta(hours=1))


def a_log(cases: int = 4, status: str = "New") -> list[list[Cell]]:
    """A log of so many cases, R-1 and so on."""
    rows: list[list[Cell]] = [
        [f"R-{n}", f"{1000 + n}", status, f"note {n}", RECEIVED] for n in range(1, cases + 1)
    ]
    return [list(HEADERS), *rows]


class Shop(Desk):
    """A log with its people, a ledger, and a process that makes passes: one a minute."""

    def __init__(self, team: Team, ledger: Ledger, now: datetime = NOW) -> None:
        super().__init__(team)
        self.ledger = ledger
        self.now = now
        self.settings = Settings(grace=GraceSettings(reads=1, seconds=0))
        self.store = team.store()
        self.reconciler = Reconciler(self.store, ledger, self.settings)

    def sync(self, *, after: timedelta = timedelta(minutes=1), **options: bool) -> PassReport:
        """One pass, some time after the one before."""
        self.now += after
        return self.reconciler.run(self.now, Options(**options))

    def requests_of(self, act: Callable[[], Any]) -> tuple[int, int]:
        """How many reads and writes something takes."""
        before = self._requests
        act()
        return self._requests.reads - before.reads, self._requests.writes - before.writes

    @property
    def _requests(self) -> Requests:
        client: Any = getattr(self.store, "client", self.store)
        return Requests(client.requests.reads, client.requests.writes)

    @property
    def sheet(self) -> SheetKey:
        """Under what the ledger keeps the log."""
        return SheetKey(self.store.book.spreadsheet_id, self.store.log.sheet_id)


def done(report: PassReport) -> set[tuple[str, str]]:
    """Which cells of which cases a pass wrote."""
    receipts = (r for r in report.receipts if r.outcome is Outcome.DONE)
    return {(r.change.label, r.change.field) for r in receipts}
