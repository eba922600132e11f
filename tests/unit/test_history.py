"""The History tab and the ledger explain every cell we wrote, and a lost ledger learns from the tab."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings
from refundsheet.core.columns import header_names
from refundsheet.core.history import HEADERS as HISTORY_HEADERS
from refundsheet.core.history import Entry, explain, from_rows
from refundsheet.core.model import Cell, Outcome
from refundsheet.core.report import Options, PassReport
from refundsheet.core.serials import to_serial
from refundsheet.errors import SheetError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SheetKey
from refundsheet.localsheets.server import LocalServer
from refundsheet.reconcile import Reconciler
from tests.teams import ZONE, Desk, HttpTeam, MemoryTeam, Team

#: A Monday at 10:00 in Berlin.
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo(ZONE)
HEADERS = ["Case ID", "Order ID", "Status", "Notes", "Received", "Last Action", "Resolution Date"]
OUR_FIELDS = {"Follow-up": "follow_up", "Follow-up By": "follow_up_by", "Row Check": "row_check"}


def serial(at: datetime) -> float:
    return to_serial(at, BERLIN)


OLD = serial(NOW - timedelta(days=5))
LOG: list[list[Cell]] = [
    list(HEADERS),
    ["R-1", "1001", "New", "first", serial(NOW - timedelta(hours=1))],
    ["R-2", "1002", "Approved", "", OLD, OLD],
    ["R-3", "1003", "Oddity", "", OLD, OLD],
]


@pytest.fixture
def http_team(local_server: LocalServer) -> Iterator[Callable[..., HttpTeam]]:
    made: list[HttpTeam] = []

    def make(rows: Sequence[Sequence[Cell]]) -> HttpTeam:
        made.append(HttpTeam(local_server, rows))
        return made[-1]

    yield make
    for team in made:
        team.close()


@pytest.fixture
def team(request: pytest.FixtureRequest) -> Team:
    if getattr(request, "param", "memory") == "memory":
        return MemoryTeam(LOG)
    return request.getfixturevalue("http_team")(LOG)


on_both_stores = pytest.mark.parametrize("team", ["memory", "http"], indirect=True)


class Shop(Desk):
    """A log with its people, its ledger, and a process that makes a pass a minute."""

    def __init__(self, team: Team, folder: Path) -> None:
        super().__init__(team)
        self.folder = folder
        self.now = NOW
        self.settings = Settings(grace=GraceSettings(reads=1, seconds=0))
        self.ledger = self.open("first")
        self.start()

    def open(self, name: str) -> Ledger:
        return Ledger.open(f"sqlite:///{self.folder / name}.sqlite")

    def start(self) -> None:
        """Another process takes over."""
        self.store = self.team.store()
        self.reconciler = Reconciler(self.store, self.ledger, self.settings)

    def lose_ledger(self) -> None:
        self.ledger.close()
        self.ledger = self.open("second")
        self.now += timedelta(minutes=20)  # whoever was at work with the first one counts as gone
        self.start()

    def sync(self, *, after: timedelta = timedelta(minutes=1), **options: bool) -> PassReport:
        self.now += after
        return self.reconciler.run(self.now, Options(**options))

    @property
    def sheet(self) -> SheetKey:
        return SheetKey(self.store.book.spreadsheet_id, self.store.log.sheet_id)

    @property
    def told(self) -> list[Entry]:
        """What the ledger says."""
        return self.ledger.history(self.sheet)

    @property
    def tab(self) -> list[dict[str, Any]]:
        """What the History tab says, a row each."""
        cells = self.team.page("History")
        rows = max(row for row, _ in cells) + 1
        return [
            {head: cells.get((row, column), "") for column, head in enumerate(HISTORY_HEADERS)}
            for row in range(1, rows)
        ]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The same, read as a lost ledger would."""
        return from_rows(self.store.read_page("History"), header_names(), BERLIN)


@pytest.fixture
def shop(team: Team, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(team, tmp_path)
    made.sync()
    yield made
    made.ledger.close()


def unexplained(shop: Shop, entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """The cells in our own columns, and our stamps, that the entries do not account for."""
    stamps = {"Resolution Date": "resolved_at", "Last Action": "last_action_at"}
    typed = {OLD}
    return [
        (row[0], header)
        for row in shop.team.rows()[1:]
        for header, field in {**OUR_FIELDS, **stamps}.items()
        if (held := shop.cell(row[0], header)) not in {"", *typed}
        and explain(entries, row[0], field, held) is None
    ]


@on_both_stores
def test_the_ledger_and_the_tab_explain_every_cell_we_wrote(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.type("R-3", "Notes", "called them")
    shop.add(Order_ID="1009", Status="New")
    for _ in range(3):
        shop.sync()

    assert shop.cell("R-4", "Case ID") == "R-4"
    assert shop.cell("R-1", "Resolution Date")
    assert shop.cell("R-2", "Follow-up")
    assert shop.cell("R-3", "Row Check")
    assert unexplained(shop, shop.told) == []
    assert unexplained(shop, shop.entries) == []


@on_both_stores
def test_a_change_and_the_stamps_it_led_to_are_told_in_order(shop: Shop) -> None:
    before = len(shop.tab)
    shop.type("R-1", "Status", "Refunded")
    shop.type("R-1", "Notes", "first, and then some")

    run = shop.sync().run

    at = serial(shop.now)
    rows = [tuple(row.values())[:-1] for row in shop.tab[before:]]
    assert rows[:4] == [
        (at, "", "R-1", "Status", "New", "Refunded", "team", "", run),
        (at, "", "R-1", "Notes", "", ", and then some", "team", "", run),
        (
            *(at, "", "R-1", "Last Action", "", "2026-11-02 10:02:00", "refundsheet"),
            *("status became Refunded", run),
        ),
        (
            *(at, "", "R-1", "Resolution Date", "", "2026-11-02 10:02:00", "refundsheet"),
            *("status became Refunded", run),
        ),
    ]


def test_a_change_in_a_long_gap_says_between_when(shop: Shop) -> None:
    shop.type("R-1", "Status", "Under Review")

    shop.sync(after=timedelta(hours=6))

    change = next(row for row in shop.tab if row["To"] == "Under Review")
    assert change["Between"] == "≈ Mon 2 Nov 10:01 - Mon 2 Nov 16:01"
    assert change["When"] == serial(shop.now - timedelta(hours=3))


@on_both_stores
def test_text_that_looks_like_a_formula_is_text(shop: Shop) -> None:
    shop.type("R-1", "Notes", "=1+1")

    shop.sync()

    assert [row["To"] for row in shop.tab if row["Field"] == "Notes"] == ["=1+1"]


def test_an_idle_pass_adds_nothing(shop: Shop) -> None:
    shop.sync()
    writes = shop.store.book, shop.tab

    shop.sync()

    assert (shop.store.book, shop.tab) == writes


@on_both_stores
def test_people_may_sort_and_trim_the_tab_and_nothing_comes_twice(shop: Shop) -> None:
    shop.team.remove_tab("History")
    shop.type("R-1", "Status", "Refunded")

    shop.sync()
    shop.sync()

    told = [(row["Case"], row["Field"]) for row in shop.tab]
    assert told[:2] == [("R-1", "Status"), ("R-1", "Last Action")]
    assert len(told) == len(set(told))


@on_both_stores
@pytest.mark.parametrize("applied", [True, False])
def test_rows_whose_answer_was_lost_come_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, *, applied: bool
) -> None:
    publish = shop.store.publish

    def lose(*args: Any) -> None:
        if applied:
            publish(*args)
        raise SheetError("The connection broke.")

    shop.type("R-1", "Status", "Refunded")
    with monkeypatch.context() as patched:
        patched.setattr(shop.store, "publish", lose)
        with pytest.raises(SheetError):
            shop.sync()
    shop.type("R-2", "Status", "Refunded")
    shop.start()
    shop.sync()

    told = [(row["Case"], row["To"]) for row in shop.tab if row["Field"] == "Status"]
    assert told == [("R-1", "Refunded"), ("R-2", "Refunded")]
    assert unexplained(shop, shop.entries) == []


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("request_number", range(6))
def test_whenever_the_process_dies_history_ends_complete(shop: Shop, request_number: int) -> None:
    arrived = iter(range(100))

    def die() -> None:
        if next(arrived) == request_number:
            raise Killed

    shop.type("R-1", "Status", "Refunded")
    shop.add(Order_ID="1009", Status="New")
    shop.team.between = die
    with suppress(Killed):
        for _ in range(3):
            shop.sync()
    assert next(arrived) > request_number
    shop.team.between = lambda: None
    shop.start()
    for _ in range(3):
        shop.sync()

    assert unexplained(shop, shop.told) == []
    assert unexplained(shop, shop.entries) == []
    told = [(row["Case"], row["Field"], row["To"]) for row in shop.tab]
    assert ("R-1", "Status", "Refunded") in told
    assert len(told) == len(set(told))


# A lost ledger


@on_both_stores
def test_a_lost_ledger_stamps_nothing_and_knows_our_own_texts_again(shop: Shop) -> None:
    shop.type("R-2", "Status", "Refunded")
    log = shop.team.rows()
    shop.lose_ledger()

    report = shop.sync()

    assert report.is_baseline
    written = {r.change.field for r in report.receipts if r.outcome is Outcome.DONE}
    assert written <= {"follow_up", "follow_up_by", "row_check"}
    assert shop.cell("R-2", "Follow-up") == ""  # ours, and its reason is gone
    assert [row[:6] for row in shop.team.rows()] == [row[:6] for row in log]
    assert shop.cell("R-2", "Resolution Date") == ""


def test_without_a_history_tab_standing_flags_are_known_by_their_form(shop: Shop) -> None:
    shop.type("R-2", "Status", "Refunded")
    shop.type("R-3", "Status", "Refunded")
    shop.team.remove_tab("History")
    shop.lose_ledger()

    shop.sync()

    assert shop.cell("R-2", "Follow-up") == ""
    assert shop.cell("R-2", "Follow-up By") == ""


def test_what_a_person_typed_in_our_column_stays_theirs(shop: Shop) -> None:
    shop.type("R-1", "Follow-up", "Stale: call Ada")
    shop.lose_ledger()

    shop.sync()

    assert shop.cell("R-1", "Follow-up") == "Stale: call Ada"


def test_a_stamp_that_history_says_is_ours_can_be_taken_back(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.sync()
    shop.lose_ledger()
    shop.sync()
    shop.type("R-1", "Status", "New")

    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == ""


def test_a_stamp_that_a_person_changed_since_is_theirs(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.sync()
    shop.type("R-1", "Resolution Date", OLD)
    shop.lose_ledger()
    shop.sync()
    shop.type("R-1", "Status", "New")

    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == OLD


def test_an_id_that_was_minted_once_is_never_given_again(shop: Shop) -> None:
    shop.add(Order_ID="1009", Status="New")
    for _ in range(2):
        shop.sync()
    shop.team.delete_row(shop.row("R-4"))
    shop.lose_ledger()
    shop.sync()
    shop.add(Order_ID="1010", Status="New")

    for _ in range(2):
        shop.sync()

    assert [row[0] for row in shop.team.rows()[1:]] == ["R-1", "R-2", "R-3", "R-5"]


def test_a_removed_case_is_told_with_its_last_content(shop: Shop) -> None:
    shop.team.delete_row(shop.row("R-2"))

    for _ in range(4):
        shop.sync(after=timedelta(minutes=6))

    [left] = [row for row in shop.tab if row["Field"] == "row"]
    assert (left["Case"], left["From"], left["To"]) == ("R-2", "R-2 · 1002 · Approved", "")


def test_the_ledger_is_pruned_once_a_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned: list[datetime] = []
    monkeypatch.setattr(shop.ledger, "prune", pruned.append)

    for _ in range(50):
        shop.sync(after=timedelta(hours=1))

    assert [at.date().isoformat() for at in pruned] == ["2024-11-03", "2024-11-04"]


def test_the_summary_says_how_large_the_ledger_is(shop: Shop) -> None:
    assert any(
        str(value).startswith("The ledger takes 0.") and "24 months" in str(value)
        for value in shop.team.page("Summary").values()
    )
