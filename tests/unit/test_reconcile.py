"""One pass after the other over a log that people work in, on both stores."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings, HolidaySettings, LegalSettings
from refundsheet.core.model import Cell, Outcome
from refundsheet.core.report import Options, PassReport
from refundsheet.core.serials import to_serial
from refundsheet.errors import LedgerError, SheetError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Learnt, SheetKey
from refundsheet.localsheets.server import LocalServer
from refundsheet.reconcile import Reconciler
from refundsheet.sheets.google import GoogleSheetStore
from refundsheet.sheets.transport import Requests
from tests.teams import HIDDEN, ZONE, Desk, HttpTeam, MemoryTeam, Team

#: A Monday at 10:00 in Berlin.
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HEADERS = [
    "Case ID",
    "Order ID",
    "Status",
    "Notes",
    "Received",
    "Last Action",
    "Date Approved",
    "Resolution Date",
]


def serial(at: datetime) -> float:
    return to_serial(at, ZoneInfo(ZONE))


RECEIVED = serial(NOW - timedelta(hours=1))
LOG: list[list[Cell]] = [
    list(HEADERS),
    ["R-1", "1001", "New", "first", RECEIVED],
    ["R-2", "1002", "Under Review", "", RECEIVED],
    ["R-3", "1003", "Refunded", "", RECEIVED],
    ["R-4", "1004", "Approved", "paid soon", RECEIVED],
]
OURS = ["Follow-up", "Follow-up By", "Row Check"]

MakeTeam = Callable[[Sequence[Sequence[Cell]]], Team]


@pytest.fixture
def http_team(local_server: LocalServer) -> Iterator[Callable[..., HttpTeam]]:
    made: list[HttpTeam] = []

    def make(rows: Sequence[Sequence[Cell]]) -> HttpTeam:
        made.append(HttpTeam(local_server, rows))
        return made[-1]

    yield make
    for team in made:
        team.close()


#: For tests in which the two kinds of store could differ.
on_both_stores = pytest.mark.parametrize("make_team", ["memory", "http"], indirect=True)


@pytest.fixture(params=["memory"])
def make_team(request: pytest.FixtureRequest) -> MakeTeam:
    return MemoryTeam if request.param == "memory" else request.getfixturevalue("http_team")


class Shop(Desk):
    """A log with its people, its ledger, and a process that makes passes: one a minute."""

    def __init__(self, team: Team, ledger: Ledger) -> None:
        super().__init__(team)
        self.ledger = ledger
        self.now = NOW
        self.settings = Settings(grace=GraceSettings(reads=1, seconds=0))
        self.start()

    def start(self) -> None:
        """Another process takes over."""
        self.store = self.team.store()
        self.reconciler = Reconciler(self.store, self.ledger, self.settings)
        self.try_out()

    def try_out(self) -> None:
        """What a process does once before it first writes to a hidden tab that is there already."""
        if isinstance(self.store, GoogleSheetStore) and HIDDEN in self.team.tabs():
            self.store._writer.test(self.store._hidden_tab())

    def sync(self, *, after: timedelta = timedelta(minutes=1), **options: bool) -> PassReport:
        """One pass, some time after the one before."""
        self.now += after
        return self.reconciler.run(self.now, Options(**options))

    @property
    def requests(self) -> Requests:
        """How many requests our process has sent so far."""
        client: Any = getattr(self.store, "client", self.store)
        return Requests(client.requests.reads, client.requests.writes)

    def requests_of(self, act: Callable[[], Any]) -> tuple[int, int]:
        """How many reads and writes something takes."""
        before = self.requests
        act()
        return self.requests.reads - before.reads, self.requests.writes - before.writes

    @property
    def sheet(self) -> SheetKey:
        return SheetKey(self.store.book.spreadsheet_id, self.store.log.sheet_id)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


@pytest.fixture
def make_shop(make_team: MakeTeam, ledger: Ledger) -> Callable[..., Shop]:
    def make(rows: Sequence[Sequence[Cell]] = LOG) -> Shop:
        return Shop(make_team(rows), ledger)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A log that has been learnt."""
    made = make_shop()
    made.sync()
    made.try_out()
    return made


def done(report: PassReport) -> set[tuple[str, str]]:
    """Which cells of which cases a pass wrote."""
    receipts = (r for r in report.receipts if r.outcome is Outcome.DONE)
    return {(r.change.label, r.change.field) for r in receipts}


# The first pass


def test_the_first_pass_learns_and_stamps_nothing(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop()

    report = shop.sync()

    assert report.is_baseline
    assert done(report) == set()
    assert [row[: len(HEADERS)] for row in shop.team.rows()] == LOG
    assert len(shop.ledger.recall(shop.sheet).cases) == 4


@on_both_stores
def test_the_first_pass_adds_our_columns_and_tabs(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop()

    shop.sync()

    assert shop.team.rows()[0] == [*HEADERS, *OURS]
    assert {"Summary", "refundsheet"} < set(shop.team.tabs())


def test_a_dry_run_lists_what_it_would_add(make_shop: Callable[..., Shop]) -> None:
    report = make_shop().sync(dry_run=True)

    assert report.setup == (
        'add the column "Follow-up" at the right end',
        'add the column "Follow-up By" at the right end',
        'add the column "Row Check" at the right end',
        'add the tab "Needs attention"',
        'add the tab "Summary"',
        'add the tab "History"',
        'add the hidden tab "refundsheet"',
    )


@on_both_stores
def test_a_dry_run_writes_nothing_anywhere(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    log, memory = shop.team.rows(), shop.ledger.recall(shop.sheet)
    passes = shop.ledger.passes(shop.sheet)

    spent = shop.requests_of(lambda: shop.sync(dry_run=True))

    assert spent == (1, 0)
    assert shop.team.rows() == log
    assert shop.ledger.recall(shop.sheet) == memory
    assert shop.ledger.passes(shop.sheet) == passes


def test_a_dry_run_plans_what_the_pass_then_writes(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")

    planned = shop.sync(dry_run=True, after=timedelta(minutes=1))
    written = shop.sync(after=timedelta(0))

    assert planned.changes == written.changes
    assert done(written) == {("R-1", "last_action_at"), ("R-1", "resolved_at")}


@on_both_stores
def test_a_log_of_one_column_for_customer_and_order_is_kept(
    make_shop: Callable[..., Shop],
) -> None:
    shop = make_shop(
        [
            ["Customer Name & Order ID", "Status", "Resolution Date"],
            ["Ada Moreau, #1001", "New"],
            ["Ben Okafor, #1002", "New"],
        ]
    )
    shop.sync()
    shop.type("Ada Moreau, #1001", "Status", "Refunded")

    report = shop.sync()

    assert ("1001", "resolved_at") in {(label.strip("#"), field) for label, field in done(report)}
    assert shop.cell("Ada Moreau, #1001", "Resolution Date") == serial(shop.now)


# Stamps


@on_both_stores
def test_a_new_row_gets_an_id_and_then_its_date(shop: Shop) -> None:
    shop.add(Order_ID="1005", Status="New")
    seen = shop.now + timedelta(minutes=1)

    minted = shop.sync()
    stamped = shop.sync()

    assert done(minted) == {("1005", "case_id")}
    assert done(stamped) == {("R-5", "requested_at")}
    assert shop.cell("R-5", "Received") == serial(seen)


def test_a_status_change_stamps_last_action_and_resolution(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")

    report = shop.sync()

    assert done(report) == {("R-1", "last_action_at"), ("R-1", "resolved_at")}
    assert shop.cell("R-1", "Last Action") == serial(shop.now)
    assert shop.cell("R-1", "Resolution Date") == serial(shop.now)


def test_a_date_typed_by_a_person_is_kept(shop: Shop) -> None:
    yesterday = serial(NOW - timedelta(days=1))
    shop.type("R-1", "Status", "Refunded")
    shop.type("R-1", "Last Action", yesterday)
    shop.type("R-1", "Resolution Date", yesterday)

    shop.sync()

    assert shop.cell("R-1", "Last Action") == yesterday
    assert shop.cell("R-1", "Resolution Date") == yesterday


def test_our_own_stamps_are_no_action(shop: Shop) -> None:
    shop.type("R-1", "Notes", "called them")
    shop.sync()

    report = shop.sync()

    assert (report.observed, report.receipts) == (0, ())


@on_both_stores
def test_a_case_that_is_opened_again_loses_our_resolution_date(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.sync()
    shop.type("R-1", "Status", "Under Review")

    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == ""
    assert shop.cell("R-1", "Last Action") == serial(shop.now)


def test_a_case_that_is_opened_again_keeps_a_persons_resolution_date(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.type("R-1", "Resolution Date", RECEIVED)
    shop.sync()
    shop.type("R-1", "Status", "Under Review")

    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == RECEIVED
    assert "resolution date" in shop.cell("R-1", "Row Check").casefold()


def test_a_stamp_that_a_person_cleared_stays_blank(shop: Shop) -> None:
    shop.type("R-1", "Notes", "called them")
    shop.sync()
    shop.type("R-1", "Last Action", "")

    shop.sync()

    assert shop.cell("R-1", "Last Action") == ""


# Flags

LATER = timedelta(days=1)


@on_both_stores
def test_a_case_left_alone_is_flagged_and_cleared_when_somebody_acts(shop: Shop) -> None:
    raised = shop.sync(after=LATER)
    text = shop.cell("R-1", "Follow-up")
    shop.type("R-1", "Status", "Cancelled")

    cleared = shop.sync()

    assert "R-1" in raised.raised
    assert text.startswith("Stale: New ")
    assert "R-1" in cleared.cleared
    assert [shop.cell("R-1", header) for header in OURS] == ["", "", ""]


def test_a_flag_that_says_the_same_is_not_written_again(shop: Shop) -> None:
    shop.sync(after=LATER)

    report = shop.sync(after=timedelta(minutes=30))

    assert report.receipts == ()


def test_a_flag_that_somebody_typed_over_is_theirs(shop: Shop) -> None:
    shop.sync(after=LATER)
    shop.type("R-1", "Follow-up", "ask Joan")

    report = shop.sync(after=LATER)

    assert shop.cell("R-1", "Follow-up") == "ask Joan"
    assert ("R-1", "follow_up") not in done(report)


def test_a_flag_of_ours_on_another_case_is_put_right(shop: Shop) -> None:
    shop.sync(after=LATER)
    shop.type("R-3", "Follow-up", shop.cell("R-1", "Follow-up"))

    shop.sync()

    assert shop.cell("R-3", "Follow-up") == ""


# People in between


def by_case(shop: Shop) -> dict[str, list[Any]]:
    """What people wrote and the stamps, by case."""
    return {row[0]: (row + [""] * len(HEADERS))[: len(HEADERS)] for row in shop.team.rows()[1:]}


@on_both_stores
@pytest.mark.parametrize("moment", range(4))
def test_a_sort_between_two_requests_never_mis_stamps(shop: Shop, moment: int) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.type("R-2", "Notes", "called them")
    arrived = iter(range(100))

    def sort_once() -> None:
        if next(arrived) == moment:
            shop.team.sort(0)

    shop.team.between = sort_once
    first = shop.sync()
    stamped_at = serial(shop.now)
    second = shop.sync()

    cases = by_case(shop)
    assert cases["R-1"] == [
        "R-1",
        "1001",
        "Refunded",
        "first",
        RECEIVED,
        stamped_at,
        "",
        stamped_at,
    ]
    assert cases["R-2"][3:6] == ["called them", RECEIVED, stamped_at]
    assert cases["R-3"] == ["R-3", "1003", "Refunded", "", RECEIVED, "", "", ""]
    assert cases["R-4"][5:] == ["", "", ""]
    assert done(first) | done(second) == {
        ("R-1", "last_action_at"),
        ("R-1", "resolved_at"),
        ("R-2", "last_action_at"),
    }


@on_both_stores
def test_a_lost_race_is_made_good_with_the_time_it_was_seen(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    arrived = iter(range(100))
    shop.team.between = lambda: shop.team.insert_row(2) if next(arrived) == 1 else None

    lost = shop.sync()
    seen = serial(shop.now)
    shop.sync()

    assert lost.count(Outcome.LOST) == 2
    assert shop.cell("R-1", "Resolution Date") == seen


# Answers that are lost


@on_both_stores
@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "another process"])
@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_a_write_whose_answer_is_lost_is_settled_by_its_cell(
    shop: Shop, *, applied: bool, restarted: bool
) -> None:
    shop.type("R-1", "Status", "Refunded")
    with shop.team.answers_lost(applied=applied):
        unknown = shop.sync()
    seen = serial(shop.now)
    if restarted:
        shop.start()

    report = shop.sync()

    assert unknown.count(Outcome.UNKNOWN) == 2
    assert shop.ledger.open_intents(shop.sheet) == []
    assert report.observed == 0
    assert shop.cell("R-1", "Resolution Date") == seen
    assert shop.cell("R-1", "Last Action") == seen


@on_both_stores
@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "another process"])
def test_a_stamp_somebody_cleared_is_not_written_again_though_its_answer_was_lost(
    shop: Shop, *, restarted: bool
) -> None:
    shop.type("R-1", "Status", "Refunded")
    with shop.team.answers_lost(applied=True):
        shop.sync()
    shop.type("R-1", "Resolution Date", "")
    if restarted:
        shop.start()

    shop.sync()
    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == ""
    assert shop.cell("R-1", "Last Action") != ""


def test_a_stamp_found_after_a_lost_answer_is_ours_for_every_later_process(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    with shop.team.answers_lost(applied=True):
        shop.sync()
    shop.sync()
    shop.start()

    assert shop.sync().observed == 0
    shop.type("R-1", "Status", "New")
    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == ""


@pytest.mark.parametrize("moved", [False, True], ids=["in its place", "sorted away"])
def test_a_flag_whose_answer_was_lost_is_still_ours(shop: Shop, *, moved: bool) -> None:
    with shop.team.answers_lost(applied=True):
        shop.sync(after=LATER)
    if moved:
        shop.team.sort(0)
    shop.start()
    shop.sync()
    shop.type("R-1", "Status", "Cancelled")
    shop.start()

    shop.sync()

    assert shop.cell("R-1", "Follow-up") == ""


@on_both_stores
def test_an_id_whose_answer_was_lost_is_the_cases_from_then_on(shop: Shop) -> None:
    shop.add(Order_ID="1005", Status="New")
    with shop.team.answers_lost(applied=True):
        shop.sync()
    shop.start()
    shop.sync()
    shop.start()

    shop.sync()

    assert [row[0] for row in shop.team.rows()[1:]] == ["R-1", "R-2", "R-3", "R-4", "R-5"]
    assert set(shop.ledger.recall(shop.sheet).cases) == {"r-1", "r-2", "r-3", "r-4", "r-5"}
    assert shop.cell("R-5", "Received") != ""


class PowerCutError(Exception):
    """The machine went down."""


def test_a_pass_that_is_cut_off_after_its_write_is_taken_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.type("R-1", "Status", "Refunded")
    write = shop.store.write

    def cut_off(*args: Any) -> Any:
        write(*args)
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(shop.store, "write", cut_off)
        with pytest.raises(PowerCutError):
            shop.sync()
    seen = serial(shop.now)
    shop.start()

    report = shop.sync()

    assert (report.observed, done(report)) == (0, set())
    assert shop.cell("R-1", "Resolution Date") == seen
    shop.type("R-1", "Status", "New")
    shop.sync()
    assert shop.cell("R-1", "Resolution Date") == ""


def test_a_pass_that_fails_while_writing_keeps_the_time_of_what_it_saw(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    arrived = iter(range(100))

    def unreachable() -> None:
        if next(arrived) == 1:
            raise SheetError("The network is down.")

    shop.team.between = unreachable
    with pytest.raises(SheetError):
        shop.sync()
    seen = serial(shop.now)
    shop.start()

    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == seen


# Two processes, one ledger


def test_a_second_process_knows_what_the_first_one_learnt(shop: Shop) -> None:
    other = Shop(shop.team, shop.ledger)
    shop.type("R-1", "Status", "Refunded")
    shop.sync()

    other.now = shop.now
    report = other.sync()

    assert (report.observed, report.receipts, report.published) == (0, (), 0)


def test_a_first_process_knows_what_a_second_one_did_meanwhile(shop: Shop) -> None:
    other = Shop(shop.team, shop.ledger)
    shop.type("R-1", "Status", "Refunded")
    other.now = shop.now
    other.sync()
    shop.now = other.now

    report = shop.sync()

    assert (report.observed, report.receipts) == (0, ())


# Our own tabs


def test_the_summary_is_published_once(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop()

    first, second = shop.sync(), shop.sync()

    assert first.published > 20
    assert second.published == 0
    assert shop.team.page("Summary")[0, 0] == "Refund log summary"


def test_the_time_of_the_last_pass_is_renewed_after_five_minutes(shop: Shop) -> None:
    beat = shop.team.page("Summary")[2, 1]

    shop.sync(after=timedelta(minutes=4))
    early = shop.team.page("Summary")[2, 1]
    shop.sync(after=timedelta(minutes=1))

    assert early == beat
    assert shop.team.page("Summary")[2, 1] == serial(shop.now)


@on_both_stores
def test_a_summary_that_somebody_removed_comes_back_whole(shop: Shop) -> None:
    whole = shop.team.page("Summary")
    shop.team.remove_tab("Summary")
    shop.start()

    shop.sync()

    assert shop.team.page("Summary").keys() == whole.keys()


# Backfill


@on_both_stores
def test_backfill_completes_what_was_there_and_invents_no_time(
    make_shop: Callable[..., Shop],
) -> None:
    received, acted = serial(NOW - timedelta(days=5)), serial(NOW - timedelta(days=3))
    rows = [*LOG, ["", "1005", "Rejected", "", received, acted], ["R-7", "1006", "Rejected"]]
    shop = make_shop(rows)
    shop.sync()

    minted = shop.sync(backfill=True)
    dated = shop.sync(backfill=True)

    assert done(minted) == {("1005", "case_id")}
    assert done(dated) == {("R-8", "resolved_at")}
    assert shop.cell("R-8", "Resolution Date") == acted
    assert shop.cell("R-7", "Resolution Date") == ""


def test_without_backfill_an_adopted_case_is_left_as_it_is(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop([*LOG, ["", "1005", "Rejected", "", "", serial(NOW)]])
    shop.sync()

    assert done(shop.sync()) == set()


# What it costs


@on_both_stores
def test_an_idle_pass_is_one_read_and_no_write(shop: Shop) -> None:
    assert shop.requests_of(shop.sync) == (1, 0)


def test_how_amounts_without_a_currency_are_shown_costs_one_read_an_hour(
    make_shop: Callable[..., Shop],
) -> None:
    shop = make_shop([["Case ID", "Status", "Amount"], ["R-1", "Approved", 12.5]])
    shop.sync()
    idle, hour = shop.requests_of(shop.sync), timedelta(hours=1)
    shop.sync(after=hour - timedelta(minutes=5))
    assert idle == (1, 0)
    assert shop.requests_of(lambda: shop.sync(after=timedelta(minutes=5)))[0] == 2


@on_both_stores
def test_a_busy_pass_is_two_reads_and_two_writes_at_most(shop: Shop) -> None:
    shop.type("R-1", "Status", "Refunded")
    shop.type("R-2", "Notes", "called them")
    shop.add(Case_ID="R-9", Order_ID="1009", Status="New")

    assert shop.requests_of(shop.sync) == (2, 2)


def test_figures_are_computed_again_only_when_what_they_rest_on_has_changed(shop: Shop) -> None:
    shop.sync()
    first = shop.sync().summary

    assert shop.sync().summary is first
    assert shop.sync(after=timedelta(hours=1)).summary is not first
    hourly = shop.sync().summary
    shop.type("R-1", "Status", "Refunded")
    changed = shop.sync().summary
    assert changed is not hourly
    assert shop.sync().summary is not changed  # it reads what it stamped
    assert shop.sync().summary is shop.sync().summary


def test_the_server_counts_the_same(
    http_team: Callable[..., HttpTeam], ledger: Ledger, requests_sent: list[Any]
) -> None:
    shop = Shop(http_team(LOG), ledger)
    shop.sync()
    shop.try_out()
    shop.type("R-1", "Status", "Refunded")
    requests_sent.clear()

    shop.sync()
    busy = [(sent.method, sent.path.rpartition(":")[2]) for sent in requests_sent]
    requests_sent.clear()
    shop.sync()
    idle = [(sent.method, sent.path.rpartition(":")[2]) for sent in requests_sent]

    assert [method for method, _ in busy] == ["GET", "GET", "POST", "POST"]
    assert idle == [("GET", "batchGet")]


# Refusing and failing


def test_a_log_that_lost_most_of_its_cases_takes_none_for_removed(
    make_shop: Callable[..., Shop],
) -> None:
    rows = [[f"R-{n}", str(n), "New", "", RECEIVED] for n in range(1, 41)]
    shop = make_shop([list(HEADERS), *rows])
    shop.sync()
    for _ in range(30):
        shop.team.delete_row(3)
    shop.type("R-1", "Notes", "called them")
    shop.add(Case_ID="R-90", Order_ID="90", Status="New")

    reports = [shop.sync() for _ in range(3)]

    assert all("30 of 40 known cases" in report.withheld[0] for report in reports)
    assert done(reports[0]) == {("R-1", "last_action_at")}
    assert shop.cell("R-90", "Received") == ""
    page = shop.team.page("Summary").values()
    assert any("30 of 40 known cases" in str(cell) for cell in page)
    assert not any(known.missing_reads for known in shop.ledger.recall(shop.sheet).cases.values())
    released = shop.sync(allow_large_change=True)
    assert released.withheld == ()
    assert ("R-90", "requested_at") in done(released)
    assert shop.sync().withheld == ()


def test_a_ledger_that_fails_before_a_write_lets_nothing_leave(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> list[int]:
        raise LedgerError("The disk is full.")

    shop.type("R-1", "Status", "Refunded")
    monkeypatch.setattr(shop.ledger, "intend", full)

    with pytest.raises(LedgerError):
        shop.sync()

    assert shop.cell("R-1", "Resolution Date") == ""


def test_a_ledger_that_fails_after_a_write_does_not_take_our_stamp_for_a_persons(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = shop.ledger.record

    def full(sheet: SheetKey, learnt: Learnt) -> None:
        if learnt.outcomes:
            raise LedgerError("The disk is full.")
        record(sheet, learnt)

    shop.type("R-1", "Status", "Refunded")
    with monkeypatch.context() as patched:
        patched.setattr(shop.ledger, "record", full)
        with pytest.raises(LedgerError):
            shop.sync()
    seen = serial(shop.now)

    assert shop.sync().observed == 0
    assert shop.cell("R-1", "Resolution Date") == seen
    shop.type("R-1", "Status", "New")
    shop.sync()
    assert shop.cell("R-1", "Resolution Date") == ""


def test_a_process_that_runs_for_years_knows_the_holidays_of_each(shop: Shop) -> None:
    shop.settings = Settings(
        grace=GraceSettings(seconds=0),
        holidays=HolidaySettings(country="DE"),
        legal=LegalSettings(enabled=False),
    )
    shop.start()
    shop.sync()
    shop.sync(after=datetime(2029, 12, 24, 9, 0, tzinfo=UTC) - shop.now)
    shop.type("R-1", "Status", "Approved")
    shop.sync()

    shop.sync(after=timedelta(days=5))

    assert "due Fri 28 Dec 10:01" in str(shop.cell("R-1", "Follow-up"))


def test_why_a_stamp_is_missing_on_a_protected_cell_stands_in_row_check(
    http_team: Callable[..., HttpTeam], ledger: Ledger, local_server: LocalServer
) -> None:
    shop = Shop(http_team(LOG), ledger)
    shop.sync()
    row, column = shop.row("R-1") - 1, shop.column("Resolution Date")
    cell = {"sheetId": 77, "startRowIndex": row, "endRowIndex": row + 1}
    cell |= {"startColumnIndex": column, "endColumnIndex": column + 1}
    theirs = {"range": cell, "editors": {"users": ["joan@example.com"]}}
    cast("HttpTeam", shop.team).change({"addProtectedRange": {"protectedRange": theirs}})
    local_server.set_control(callers={"refundsheet": "refundsheet@example.com"})
    shop.type("R-1", "Status", "Refunded")

    shop.sync()
    shop.sync()

    told = shop.cell("R-1", "Row Check")
    assert told.startswith("Resolution Date could not be filled in: the cell is protected against")
    assert done(shop.sync()) == set()
