"""Rows that leave the log, headers that change, a zone that becomes another: nothing is made up of it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from refundsheet.core.model import Cell
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from tests.shops import HEADERS, Shop, a_log, done, serial
from tests.teams import HttpTeam, MemoryTeam, Team

MINUTES = timedelta(minutes=1)


@pytest.fixture(params=["memory", "http"])
def shop(
    request: pytest.FixtureRequest, local_server: LocalServer, tmp_path: Path
) -> Iterator[Shop]:
    rows: Sequence[Sequence[Cell]] = a_log(40)
    http = HttpTeam(local_server, rows, row_count=300) if request.param == "http" else None
    team: Team = http or MemoryTeam(rows)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        made = Shop(team, ledger)
        made.sync()
        yield made
    if http:
        http.close()


def archive(shop: Shop, *cases: str) -> None:
    """Somebody moves rows to another tab."""
    team = shop.team
    moved = [team.rows()[shop.row(case) - 1] for case in cases]
    for case in cases:
        team.delete_row(shop.row(case))
    if isinstance(team, MemoryTeam):
        team._sheet.other_tabs["Archive"] = moved
        return
    assert isinstance(team, HttpTeam)
    team.change({"addSheet": {"properties": {"sheetId": 9, "title": "Archive"}}})
    texts = [[{"userEnteredValue": {"stringValue": str(cell)}} for cell in row] for row in moved]
    rows = [{"values": cells} for cells in texts]
    team.change({"appendCells": {"sheetId": 9, "rows": rows, "fields": "userEnteredValue"}})


def test_a_row_that_was_moved_to_an_archive_is_found_there(shop: Shop) -> None:
    archive(shop, "R-3")

    reports = [shop.sync(after=5 * MINUTES) for _ in range(4)]

    assert [report.removed for report in reports] == [(), (), ("R-3: moved to Archive",), ()]
    assert "moved to Archive" in shop.team.page("History").values()
    assert shop.ledger.recall(shop.sheet).cases["r-3"].removed


def test_a_row_that_is_nowhere_was_removed_and_its_flag_with_it(shop: Shop) -> None:
    shop.sync(after=timedelta(days=1))
    shop.team.delete_row(shop.row("R-3"))

    reports = [shop.sync(after=5 * MINUTES) for _ in range(3)]

    assert reports[-1].removed == ("R-3: the row is not in the log any more",)
    assert [report.cleared for report in reports] == [(), (), ("R-3",)]
    assert [flag.case for flag in shop.ledger.flags(shop.sheet) if flag.cleared_at] == ["r-3"]


def test_half_a_log_may_be_moved_to_an_archive(shop: Shop) -> None:
    archive(shop, *(f"R-{n}" for n in range(1, 31)))
    shop.type("R-40", "Notes", "called them")

    report = shop.sync()

    assert report.withheld == ()
    assert done(report) == {("R-40", "last_action_at")}


def test_flags_of_cases_that_cannot_be_believed_gone_still_stand(shop: Shop) -> None:
    shop.sync(after=timedelta(days=1))
    for _ in range(30):
        shop.team.delete_row(3)

    report = shop.sync()

    assert report.withheld
    assert report.cleared == ()
    assert len(shop.ledger.flags(shop.sheet, standing=True)) == 40


def test_a_row_that_is_cut_and_pasted_has_been_overdue_all_the_while(shop: Shop) -> None:
    shop.sync(after=timedelta(days=1))
    before = [flag for flag in shop.ledger.flags(shop.sheet) if flag.case == "r-3"]
    row = shop.team.rows()[shop.row("R-3") - 1]
    shop.team.delete_row(shop.row("R-3"))

    cut = shop.sync()
    shop.add(**dict(zip(("Case_ID", "Order_ID", "Status", "Notes", "Received"), row, strict=False)))
    pasted = shop.sync()

    assert (cut.cleared, pasted.raised) == ((), {})
    assert [flag for flag in shop.ledger.flags(shop.sheet) if flag.case == "r-3"] == before
    assert before


def test_a_row_that_comes_back_is_its_case_again(shop: Shop) -> None:
    row = shop.team.rows()[shop.row("R-3") - 1]
    archive(shop, "R-3")
    for _ in range(3):
        shop.sync(after=5 * MINUTES)
    shop.add(**dict(zip(("Case_ID", "Order_ID", "Status", "Notes", "Received"), row, strict=False)))

    report = shop.sync()

    known = shop.ledger.recall(shop.sheet).cases["r-3"]
    assert (known.removed, known.moved_to) == (False, "")
    assert ("R-3", "requested_at") not in done(report)


def test_an_idle_pass_looks_at_no_other_tab(shop: Shop) -> None:
    archive(shop, "R-3")
    shop.sync()

    assert shop.requests_of(shop.sync) == (1, 0)


def test_a_block_with_ids_is_pasted(shop: Shop) -> None:
    for number in range(100, 130):
        shop.add(Case_ID=f"R-{number}", Order_ID=f"{number}", Status="Refunded")

    report = shop.sync()

    assert report.withheld == ()
    assert len({case for case, field in done(report) if field == "requested_at"}) == 30


def test_forty_statuses_are_filled_down(shop: Shop) -> None:
    for number in range(1, 41):
        shop.type(f"R-{number}", "Status", "Refunded")

    report = shop.sync()

    stamped = {case for case, field in done(report) if field == "resolved_at"}
    assert (report.withheld, len(stamped)) == ((), 40)
    assert {shop.cell(f"R-{n}", "Resolution Date") for n in range(1, 41)} == {serial(shop.now)}


def test_rows_above_the_headers_move_nothing(shop: Shop) -> None:
    shop.type("R-2", "Status", "Refunded")
    shop.team.insert_row(1)
    shop.team.insert_row(1)
    shop.team.put(1, 0, "Refunds of this year")

    report = shop.sync()

    assert report.observed == 1
    assert done(report) == {("R-2", "last_action_at"), ("R-2", "resolved_at")}
    row = next(row for row in shop.team.rows() if row and row[0] == "R-2")
    assert row[HEADERS.index("Resolution Date")] == serial(shop.now)


def test_a_header_that_is_renamed_is_not_written_until_it_is_back(shop: Shop) -> None:
    column = shop.column("Resolution Date")
    shop.team.put(1, column, "Foo")
    shop.type("R-2", "Status", "Refunded")

    renamed = shop.sync()
    seen = serial(shop.now)
    quality = renamed.summary.quality
    shop.team.put(1, column, "Resolution Date")
    shop.sync()

    assert done(renamed) == {("R-2", "last_action_at")}
    assert [line for line in quality if "Resolution Date" in line] == [
        'There is no column "Resolution Date": what needs it is switched off.'
    ]
    assert shop.cell("R-2", "Resolution Date") == seen


def test_a_header_that_is_there_twice_is_not_written(shop: Shop) -> None:
    shop.team.put(1, shop.column("Notes"), "Resolution Date")
    shop.type("R-2", "Status", "Refunded")

    report = shop.sync()

    assert done(report) == {("R-2", "last_action_at")}
    assert [v.rule for v in report.headers] == ["header_twice"]


def test_where_the_header_of_the_ids_is_gone_the_pass_stops_until_it_is_back(shop: Shop) -> None:
    shop.team.put(1, 0, "Foo")

    gone = shop.sync()
    shop.team.put(1, 0, "Case ID")
    back = shop.sync()

    [sentence] = gone.withheld
    assert sentence.startswith('The column "Case ID" with the Case IDs is not there any more')
    assert (gone.observed, done(gone)) == (0, set())
    assert (back.withheld, back.observed, done(back)) == ((), 0, set())


def test_headers_that_were_exchanged_stop_the_pass_until_they_are_put_back(shop: Shop) -> None:
    shop.sync(after=timedelta(days=1))
    said, stood = shop.sync().summary.tables, shop.team.rows()
    status, notes = shop.column("Status"), shop.column("Notes")
    for column, header in ((status, "Notes"), (notes, "Status")):
        shop.team.put(1, column, header)
    shop.type("R-2", "Order ID", "another one")

    held = [shop.sync(), shop.sync()]
    restarted = Shop(shop.team, shop.ledger, shop.now).sync()
    shown = shop.team.page("Summary").values()
    for column, header in ((status, "Status"), (notes, "Notes")):
        shop.team.put(1, column, header)
    back = shop.sync(after=3 * MINUTES)

    for report in (*held, restarted):
        [sentence] = report.withheld
        assert '"Notes" and "Status" are read from another column than before' in sentence
        assert sentence in shown
        assert (report.observed, report.receipts) == (0, ())
        assert [t.rows for t in report.summary.tables] == [t.rows for t in said]
    assert (back.withheld, back.observed, done(back)) == ((), 1, set())
    assert shop.team.rows()[0] == stood[0]


def test_exchanged_headers_are_taken_as_they_are_when_people_say_so(shop: Shop) -> None:
    status, notes = shop.column("Status"), shop.column("Notes")
    for column, header in ((status, "Notes"), (notes, "Status")):
        shop.team.put(1, column, header)

    released = shop.sync(allow_large_change=True)

    stamped = {case for case, field in done(released) if field == "last_action_at"}
    assert (released.withheld, released.observed, len(stamped)) == ((), 80, 40)
    assert shop.sync().withheld == ()


def exchange(shop: Shop, one: str, other: str, *headers: str) -> None:
    """Somebody sorts too few columns: of two rows, only these cells change places."""
    rows = shop.row(one), shop.row(other)
    cells = {h: (shop.cell(one, h), shop.cell(other, h)) for h in headers}
    for header, (above, below) in cells.items():
        shop.team.put(rows[0], shop.column(header), below)
        shop.team.put(rows[1], shop.column(header), above)


def test_dates_of_ours_left_behind_by_a_sort_wait_until_it_is_undone(shop: Shop) -> None:
    shop.type("R-2", "Status", "Refunded")
    shop.sync()
    shop.type("R-3", "Status", "Under Review")
    shop.sync()
    moved = ("Case ID", "Order ID", "Status", "Notes", "Received")
    exchange(shop, "R-2", "R-3", *moved)
    shop.type("R-3", "Notes", "called again")

    held = [shop.sync(), shop.sync()]
    shop.type("R-3", "Notes", "note 3")
    exchange(shop, "R-2", "R-3", *moved)
    back = shop.sync()

    for report in held:
        [sentence] = report.withheld
        assert sentence.startswith("Cells under Date of Last Action")
        assert "2 rows (R-3 and 1 more) are left alone" in sentence
        assert (report.observed, done(report)) == (0, set())
    assert (back.withheld, back.observed, done(back)) == ((), 0, set())


def test_ids_sorted_with_their_statuses_alone_wait_until_that_is_undone(shop: Shop) -> None:
    shop.team.put(1, shop.column("Order ID"), "Bananas")
    shop.team.put(1, shop.column("Received"), "Customer")
    for case, status in (("R-2", "Refunded"), ("R-3", "Under Review"), ("R-4", "Under Review")):
        shop.type(case, "Customer", f"the customer of {case}")
        shop.type(case, "Status", status)
    shop.sync()
    exchange(shop, "R-2", "R-3", "Case ID", "Status", "Notes")
    exchange(shop, "R-2", "R-4", "Case ID", "Status", "Notes")

    held = [shop.sync(), shop.sync()]
    exchange(shop, "R-2", "R-4", "Case ID", "Status", "Notes")
    exchange(shop, "R-2", "R-3", "Case ID", "Status", "Notes")
    back = shop.sync()

    assert ["on the rows of other cases" in report.withheld[0] for report in held] == [True, True]
    assert [(report.observed, done(report)) for report in (*held, back)] == [(0, set())] * 3
    assert back.withheld == ()


def test_a_sort_waits_until_it_is_undone_whatever_is_done_to_other_rows(shop: Shop) -> None:
    for number in range(1, 30):
        exchange(shop, f"R-{number}", f"R-{number + 1}", "Notes")
    held = [shop.sync()]
    for number in range(31, 41):
        shop.type(f"R-{number}", "Notes", "called again")
        held.append(shop.sync())
    restarted = Shop(shop.team, shop.ledger, shop.now).sync()
    for number in range(29, 0, -1):
        exchange(shop, f"R-{number}", f"R-{number + 1}", "Notes")
    back = shop.sync()

    assert all(
        "so 30 rows (R-1 and 29 more)" in report.withheld[0] for report in (*held, restarted)
    )
    assert [report.observed for report in (*held, restarted)] == [0, *[1] * 10, 0]
    assert (back.withheld, back.observed, done(back)) == ((), 0, set())


def test_a_sort_is_taken_as_it_is_when_people_say_so(shop: Shop) -> None:
    for number in range(1, 30):
        exchange(shop, f"R-{number}", f"R-{number + 1}", "Notes")
    shop.sync()

    released = shop.sync(allow_large_change=True)

    assert (released.withheld, released.observed) == ((), 30)
    assert shop.sync().withheld == ()


def test_another_zone_stops_the_stamps_until_people_have_looked(shop: Shop) -> None:
    if not isinstance(shop.team, HttpTeam):
        pytest.skip("the twin's zone stands still")
    zone = {"properties": {"timeZone": "Asia/Tokyo"}, "fields": "timeZone"}
    shop.team.change({"updateSpreadsheetProperties": zone})
    shop.type("R-2", "Status", "Refunded")

    race = shop.sync()
    held = [shop.sync(), shop.sync()]
    released = shop.sync(allow_large_change=True)
    after = shop.sync()

    assert {receipt.detail for receipt in race.receipts} == {
        "the spreadsheet's time zone has become Asia/Tokyo"
    }
    assert all("time zone is now Asia/Tokyo" in report.withheld[0] for report in held)
    stamps = {"last_action_at", "resolved_at"}
    assert not any(field in stamps for report in held for _, field in done(report))
    assert [report.observed for report in (*held, released, after)] == [0, 0, 0, 0]
    assert {("R-2", "last_action_at"), ("R-2", "resolved_at")} <= done(released)
    assert (after.withheld, done(after)) == ((), set())
