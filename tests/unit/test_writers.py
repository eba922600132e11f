"""Two who would keep one log: the lease says who writes, and the other says that it does not."""

import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from refundsheet.core.model import Cell, Outcome
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from tests.shops import HEADERS, NOW, Shop, a_log, done, serial
from tests.teams import HttpTeam, MemoryTeam, Team

MINUTES = timedelta(minutes=1)


@pytest.fixture(params=["memory", "http"])
def make_team(
    request: pytest.FixtureRequest, local_server: LocalServer
) -> Iterator[Callable[[Sequence[Sequence[Cell]]], Team]]:
    with ExitStack() as opened:

        def make(rows: Sequence[Sequence[Cell]]) -> Team:
            if request.param == "memory":
                return MemoryTeam(rows)
            team = HttpTeam(local_server, rows)
            opened.callback(team.close)
            return team

        yield make


@pytest.fixture
def team(make_team: Callable[..., Team]) -> Team:
    return make_team(a_log())


@pytest.fixture
def ledgers(tmp_path: Path) -> Generator[Callable[[str], Ledger]]:
    """Open a ledger of that name; another name is another machine's."""
    with ExitStack() as opened:
        yield lambda name: opened.enter_context(Ledger.open(f"sqlite:///{tmp_path / name}.sqlite"))


@pytest.fixture
def first(team: Team, ledgers: Callable[[str], Ledger]) -> Shop:
    """A refundsheet that has learnt the log."""
    shop = Shop(team, ledgers("first"))
    shop.sync()
    return shop


@pytest.fixture
def second(team: Team, first: Shop, ledgers: Callable[[str], Ledger]) -> Shop:
    """Another one, with another ledger, that comes after it."""
    return Shop(team, ledgers("second"), first.now)


def everything_in(team: Team) -> tuple[Any, ...]:
    pages = [team.page(title) for title in team.tabs() if title in {"Summary", "History"}]
    return team.rows(), team.tabs(), pages


def test_the_second_looks_on_and_writes_nothing(team: Team, first: Shop, second: Shop) -> None:
    second.type("R-1", "Status", "Refunded")
    before = everything_in(team)

    spent = second.requests_of(second.sync)
    report = second.sync()

    assert spent[1] == 0
    assert everything_in(team) == before
    assert report.read_only.startswith("Another refundsheet (")
    assert "refundsheet sync --take-over" in report.read_only
    assert not report.is_whole
    assert second.ledger.passes(second.sheet) == []


def test_the_first_goes_on_as_if_nothing_was(first: Shop, second: Shop) -> None:
    second.sync()
    first.type("R-1", "Status", "Refunded")

    report = first.sync()

    assert report.read_only == ""
    assert done(report) == {("R-1", "last_action_at"), ("R-1", "resolved_at")}


def test_who_is_told_takes_over_at_once(first: Shop, second: Shop) -> None:
    second.sync(take_over=True)
    first.now = second.now
    first.type("R-1", "Status", "Refunded")

    seconds, firsts = second.sync(), first.sync()

    assert seconds.read_only == ""
    assert done(seconds) == {("R-1", "last_action_at"), ("R-1", "resolved_at")}
    assert firsts.read_only != ""


def test_the_lease_of_a_dead_one_ends_by_itself(first: Shop, second: Shop) -> None:
    assert second.sync(after=13 * MINUTES).read_only != ""
    assert second.sync(after=2 * MINUTES).read_only == ""
    first.now = second.now
    assert first.sync().read_only != ""


def test_one_that_works_keeps_its_lease(first: Shop, second: Shop) -> None:
    for _ in range(10):
        first.sync(after=4 * MINUTES)
        second.now = first.now
        assert second.sync(after=MINUTES).read_only != ""


def test_the_lease_is_renewed_with_the_heartbeat_alone(first: Shop) -> None:
    spent = [first.requests_of(first.sync) for _ in range(10)]

    assert spent.count((1, 0)) == 8
    assert spent.count((1, 1)) == 2


@pytest.mark.parametrize("moment", range(6))
def test_of_two_who_race_for_a_free_lease_one_is_left(
    team: Team, first: Shop, second: Shop, moment: int
) -> None:
    first.now = second.now = NOW + timedelta(hours=1)
    first.type("R-1", "Status", "Refunded")
    second.sync(take_over=True)
    first.now = second.now = second.now + 20 * MINUTES
    second.type("R-2", "Status", "Refunded")
    arrived = iter(range(100))

    def race() -> None:
        if next(arrived) == moment:
            team.between = lambda: None
            second.sync(after=timedelta())

    team.between = race
    first.sync(after=timedelta(), take_over=True)
    team.between = lambda: None
    later = [first.sync(), second.sync()]

    assert sum(report.read_only == "" for report in later) == 1
    assert first.cell("R-2", "Resolution Date") == serial(NOW + timedelta(minutes=81))


def test_a_copied_spreadsheet_begins_anew(
    make_team: Callable[..., Team], first: Shop, team: Team
) -> None:
    if not isinstance(team, HttpTeam):
        pytest.skip("the twin has no spreadsheet beside it")
    copy = make_team(team.rows())
    assert isinstance(copy, HttpTeam)
    hidden = team.page("refundsheet")
    copy.change(
        {"addSheet": {"properties": {"title": "refundsheet", "hidden": True, "sheetId": 5}}}
    )
    cells = [{"userEnteredValue": {"stringValue": hidden[0, n]}} for n in range(6)]
    start = {"sheetId": 5, "rowIndex": 0, "columnIndex": 0}
    copy.change(
        {"updateCells": {"start": start, "rows": [{"values": cells}], "fields": "userEnteredValue"}}
    )
    shop = Shop(copy, first.ledger, first.now)

    report = shop.sync()

    assert (report.read_only, report.is_baseline) == ("", True)
    assert first.sync().read_only == ""


# A ledger that is lost, or older than the sheet


def test_a_ledger_that_is_lost_is_succeeded_at_once(
    team: Team, first: Shop, ledgers: Callable[[str], Ledger], tmp_path: Path
) -> None:
    first.ledger.close()
    (tmp_path / "first.sqlite").unlink()
    successor = Shop(team, ledgers("first"), first.now)

    report = successor.sync()

    assert (report.read_only, report.is_baseline, done(report)) == ("", True, set())
    assert successor.sync().read_only == ""


STAMPS = {"Received", "Last Action", "Resolution Date"}


def history(team: Team) -> list[tuple[Cell, ...]]:
    """The rows of the History tab below its headers."""
    cells = team.page("History")
    rows = range(1, max(row for row, _ in cells) + 1)
    return [tuple(cells.get((row, column), "") for column in range(10)) for row in rows]


def cells_of(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """What stands in the team's columns, blanks at the end among them."""
    return [[*row, *[""] * len(HEADERS)][: len(HEADERS)] for row in rows]


PutBack = Callable[[Callable[[Shop], object]], Shop]


@pytest.fixture
def put_back(team: Team, first: Shop, ledgers: Callable[[str], Ledger], tmp_path: Path) -> PutBack:
    """The same ledger as it was before something went on with it."""

    def put_back(meanwhile: Callable[[Shop], object]) -> Shop:
        first.ledger.close()
        shutil.copy(tmp_path / "first.sqlite", tmp_path / "copy")
        later = Shop(team, ledgers("first"), first.now)
        meanwhile(later)
        later.ledger.close()
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / f"first.sqlite{suffix}").unlink(missing_ok=True)
        shutil.copy(tmp_path / "copy", tmp_path / "first.sqlite")
        return Shop(team, ledgers("first"), later.now)

    return put_back


@pytest.fixture
def restored(put_back: PutBack) -> Shop:
    """The same ledger as it was before the latest passes."""

    def meanwhile(later: Shop) -> None:
        later.type("R-1", "Status", "Refunded")
        later.sync()

    return put_back(meanwhile)


def test_a_ledger_that_was_put_back_waits_to_be_told(team: Team, restored: Shop) -> None:
    restored.type("R-2", "Status", "Refunded")
    before = everything_in(team)

    report = restored.sync()

    assert report.read_only.startswith("The sheet has seen later passes than this ledger remembers")
    assert everything_in(team) == before
    assert restored.sync(take_over=True).read_only == ""
    assert restored.sync().read_only == ""


def test_what_the_later_ledger_saw_is_no_news_to_the_one_that_was_put_back(
    team: Team, put_back: PutBack
) -> None:
    def meanwhile(later: Shop) -> None:
        later.type("R-1", "Notes", "note 1, and called")
        later.type("R-2", "Status", "Refunded")
        later.type("R-3", "Status", "Refunded")
        later.sync()
        later.type("R-1", "Last Action", "")  # as later.sync() stamped it
        later.type("R-3", "Status", "New")
        later.sync()

    shop = put_back(meanwhile)
    stood, told = team.rows(), history(team)
    shop.type("R-4", "Status", "Refunded")  # which nobody has seen

    report = shop.sync(take_over=True)
    later = shop.sync(after=timedelta(days=1))

    assert done(report) == {("R-4", "last_action_at"), ("R-4", "resolved_at")}
    assert cells_of(team.rows()[:4]) == cells_of(stood[:4])
    assert not {field for _, field in done(later)} - {"follow_up", "follow_up_by"}
    news = [row for row in history(team) if row not in told]
    assert {(row[2], row[6]) for row in news if row[3] in STAMPS} == {("R-4", "refundsheet")}
    shop.type("R-2", "Status", "New")  # opened again: what the other ledger wrote is ours to clear
    assert ("R-2", "resolved_at") in done(shop.sync())


def test_an_id_that_the_later_ledger_gave_is_not_given_again(team: Team, put_back: PutBack) -> None:
    def new_case(shop: Shop, order: str) -> None:
        for column, cell in enumerate(["", order, "New", "n", serial(NOW)]):
            team.put(6, column, cell)
        shop.sync()
        shop.sync()

    def meanwhile(later: Shop) -> None:
        new_case(later, "9001")
        assert later.cell("R-5", "Order ID") == "9001"
        team.delete_row(6)
        later.sync()

    shop = put_back(meanwhile)
    shop.sync(take_over=True)
    new_case(shop, "9002")

    assert shop.cell("R-6", "Order ID") == "9002"


def test_a_case_of_the_time_between_is_no_news_either(team: Team, put_back: PutBack) -> None:
    def meanwhile(later: Shop) -> None:
        for column, cell in enumerate(["R-5", "9001", "Refunded", "n", ""]):
            team.put(6, column, cell)
        later.sync()
        later.sync()
        later.type("R-5", "Resolution Date", "")
        later.sync()

    shop = put_back(meanwhile)
    stood = team.rows()
    shop.sync(take_over=True)
    shop.sync()

    assert cells_of(team.rows()) == cells_of(stood)


@pytest.mark.parametrize("told", [True, False])
def test_the_summary_says_what_holds_whoever_wrote_it_last(
    team: Team, first: Shop, second: Shop, *, told: bool
) -> None:
    second.sync(take_over=True)
    second.type("R-2", "Status", "Refunded")
    second.sync(after=timedelta(hours=1))
    assert "Refunded" in team.page("Summary").values()
    first.now = second.now
    first.type("R-2", "Status", "New")

    first.sync(after=timedelta() if told else timedelta(hours=1), take_over=told)

    assert "Refunded" not in team.page("Summary").values()


def test_a_hidden_tab_that_people_emptied_holds_nobody_off(team: Team, first: Shop) -> None:
    team.remove_tab("refundsheet")
    first.type("R-1", "Status", "Refunded")

    reports = [first.sync(), first.sync()]

    assert [report.read_only for report in reports] == ["", ""]
    assert done(reports[0]) | done(reports[1]) == {
        ("R-1", "last_action_at"),
        ("R-1", "resolved_at"),
    }


# The clock


def test_a_clock_behind_the_ledger_writes_nothing_until_told(team: Team, first: Shop) -> None:
    first.type("R-1", "Status", "Refunded")
    before = everything_in(team)

    report = first.sync(after=timedelta(hours=-1))

    assert report.read_only.startswith("The log was last read at 2026-11-02 10:01")
    assert everything_in(team) == before
    accepted = first.sync(accept_clock=True)
    assert done(accepted) == {("R-1", "last_action_at"), ("R-1", "resolved_at")}
    assert first.cell("R-1", "Resolution Date") == serial(first.now)
    assert first.sync().read_only == ""


def test_what_is_seen_by_a_clock_set_right_is_seen_by_that_clock_alone(
    team: Team, first: Shop
) -> None:
    first.type("R-1", "Status", "Refunded")
    with team.answers_lost(applied=True):
        first.sync()
    first.type("R-2", "Status", "Refunded")

    first.sync(after=-timedelta(days=1), accept_clock=True)

    seen = first.ledger.observations(first.sheet, "status")
    assert {one.case for one in seen} == {"r-1", "r-2"}
    later = [one for one in seen if one.case == "r-2"]
    assert all(one.not_before and one.not_before <= one.not_after for one in later)


# New IDs


def test_two_never_give_one_id_to_two_rows(team: Team, first: Shop, second: Shop) -> None:
    second.sync(take_over=True)
    for order in ("2001", "2002"):
        first.add(Order_ID=order, Status="New")
    first.now = second.now = second.now + MINUTES
    arrived = iter(range(100))

    def delete_and_race() -> None:
        if next(arrived) == 3:
            team.between = lambda: None
            second.sync(take_over=True)

    team.between = delete_and_race
    first.sync(take_over=True)
    team.between = lambda: None
    second.now = first.now
    second.sync()
    second.sync()

    ids = [row[0] for row in team.rows()[1:]]
    assert len(ids) == len(set(ids)) == 6
    assert "" not in ids


def test_lost_races_between_two_are_told(team: Team, first: Shop, second: Shop) -> None:
    first.type("R-1", "Status", "Refunded")
    arrived = iter(range(100))

    def take() -> None:
        if next(arrived) == 1:
            team.between = lambda: None
            second.sync(take_over=True)

    team.between = take
    report = first.sync()

    assert report.count(Outcome.LOST) == 2
    assert {r.detail for r in report.receipts} == {"another writer was there in between"}
    assert first.sync().read_only != ""


def test_an_id_that_a_person_types_in_the_same_moment_is_told_and_never_changed(
    team: Team, first: Shop
) -> None:
    first.add(Order_ID="2001", Status="New")
    arrived = iter(range(100))
    team.between = lambda: team.put(3, 0, "r-5 ") if next(arrived) == 1 else None

    report = first.sync()
    told = [receipt.detail for receipt in report.receipts if receipt.change.field == "case_id"]
    first.sync()

    assert told == ["R-5 was given to another row in the same moment and now stands in 2 rows"]
    assert [row[0] for row in team.rows()[1:]] == ["R-1", "r-5 ", "R-3", "R-4", "R-5"]
    assert "r-5" in first.team.rows()[2][first.column("Row Check")].casefold()
