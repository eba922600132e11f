"""The places where implementations of a refund desk go wrong, each on a small log."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from refundsheet.core.calendar import BusinessCalendar, parse_hours
from refundsheet.core.clock import clock_sentence
from refundsheet.core.clocks import working_time
from refundsheet.core.desk import DEFAULT_REASONS, Desk, Reason
from refundsheet.core.memory import Memory
from refundsheet.core.model import RefundCase, Snapshot
from refundsheet.core.parse import ParsedLog, parse
from refundsheet.core.safety import implausible
from refundsheet.core.serials import to_moment, to_serial
from refundsheet.core.statistics import course, shares
from refundsheet.core.statistics.weeks import is_open_week, label, monday_of, weekly_counts
from refundsheet.core.summary import missing_columns
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.grid import user_entered
from refundsheet.sheets.look import read_look
from refundsheet.sheets.store import Tab
from tests.figures import DESK, FRIDAY, facts, watched
from tests.passes import CALENDAR, HEADERS, MONDAY, ZONE, Log, case
from tests.shops import NOW, Shop, a_log, done
from tests.teams import HttpTeam, MemoryTeam

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def adopted(*rows: dict[str, Any], headers: tuple[str, ...] = HEADERS) -> Log:
    """A log that was read once."""
    log = Log([dict(row) for row in rows], headers=headers)
    log.run()
    return log


def first(log: Log) -> RefundCase:
    """What the first row says."""
    return log.read().rows[0].case


def rules(row: dict[str, Any], headers: tuple[str, ...] = HEADERS) -> list[str]:
    """What is wrong with a row, worst first, once it has stood in a log."""
    return adopted(row, headers=headers).settle().rules(0)


def parsed(*rows: list[Any]) -> ParsedLog:
    """What a whole tab says, titles and all."""
    values = {"valueRanges": [{"majorDimension": "ROWS", "values": rows}]}
    snapshot = Snapshot(
        spreadsheet_id="sheet",
        sheet_id=0,
        title="Refund Log",
        zone=str(ZONE),
        locale="en_GB",
        read_at=MONDAY,
        values=json.dumps(values).encode(),
    )
    return parse(snapshot)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A log of forty cases in a spreadsheet in memory, and a process that watches it."""
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        yield Shop(MemoryTeam(a_log(40)), ledger)


def test_trap_01_pauses_are_business_time_of_all_visits_and_the_running_one_is_settled() -> None:
    waits = [("New", MONDAY), ("Awaiting Customer", MONDAY + DAY), ("New", MONDAY + 2 * DAY)]
    again = [*waits, ("Awaiting Customer", MONDAY + 3 * DAY)]
    thursday, friday = MONDAY + 3 * DAY, MONDAY + 4 * DAY
    spent = [
        working_time(watched(*visits).visits, DESK, CALENDAR, MONDAY, until)
        for visits, until in ((waits, thursday), (again, friday))
    ]
    assert spent == [16 * HOUR, 16 * HOUR]


def test_trap_02_serials_mean_the_sheets_zone_and_another_zone_is_noticed() -> None:
    log = adopted(case("R-1"))
    log.now = log.now.astimezone(UTC)  # as on a server elsewhere
    log.rows[0]["Status"] = "Rejected"
    log.run()
    assert log.rows[0]["Resolution Date"] == to_serial(log.now.astimezone(ZONE), ZONE)
    memory = Memory(zone="Asia/Tokyo", cases=log.memory.cases)
    read = log.read()
    withheld = implausible(log.recognise(), read.layout, memory, read.snapshot)
    assert withheld.stamps
    assert "time zone is now Europe/Berlin" in withheld.sentences[0]


def test_trap_03_an_hour_may_come_twice_or_not_at_all() -> None:
    night = BusinessCalendar(ZONE, dict.fromkeys(range(1, 8), parse_hours("00:00-24:00")))
    once = datetime(2026, 10, 25, 2, 30, tzinfo=ZONE)
    assert night.elapsed(once, once.replace(fold=1)) == HOUR
    assert to_serial(once, ZONE) == to_serial(once.replace(fold=1), ZONE)
    skipped = to_serial(datetime(2026, 3, 29, 2, 30, tzinfo=UTC), ZoneInfo("UTC"))
    assert to_moment(skipped, ZONE) == datetime(2026, 3, 29, 3, 30, tzinfo=ZONE)


def test_trap_04_holidays_half_days_saturdays_and_a_desk_that_never_opens() -> None:
    hours = {5: parse_hours("09:00-17:00"), 6: parse_hours("10:00-14:00")}
    new_year = date(2027, 1, 1)  # a Friday
    half_day = {date(2026, 12, 18): parse_hours("09:00-12:00")}
    desk = BusinessCalendar(ZONE, hours, frozenset({new_year}), half_day)
    opened = desk.elapsed(date(2026, 12, 18), date(2027, 1, 2))
    assert opened == (3 + 4 + 8 + 4 + 0 + 4) * HOUR
    with pytest.raises(ValueError, match="opening hours are empty"):
        BusinessCalendar(ZONE, {})


def test_trap_05_a_backdated_row_is_stale_at_once_and_its_first_action_unknown() -> None:
    log = adopted(case("R-1"))
    log.add(case("R-2", received=46300.0))
    log.settle()
    assert log.row("R-2")["Follow-up"].startswith("Escalate")
    assert course.to_first_action(log.known("r-2"), facts(log.known("r-2"))) == course.BACKDATED


@pytest.mark.parametrize("received", [46330.5, 1, 2190, "3.4.26", "31.12.1900"])
def test_trap_06_impossible_dates_are_flagged_and_left_out_never_clamped(received: object) -> None:
    row = case("R-1", received=received)
    assert rules(row)[0] in {"date_in_future", "date_too_early", "date_short_year"}
    assert first(adopted(row)).requested_at is None


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (case("R-1", status="Rejected", resolved=46321.0), "resolved_before_received"),
        (case("R-1", last_action=46330.5), "date_in_future"),
        (case("R-1", status="New", resolved=46325.0), "resolved_but_open"),
        (case("R-1", status="Refunded"), "closed_without_date"),
    ],
)
def test_trap_07_dates_that_cannot_be_are_told(row: dict[str, Any], rule: str) -> None:
    assert rule in rules(row)


def test_trap_08_a_text_date_of_two_meanings_is_said_never_guessed() -> None:
    log = adopted(case("R-1", received="03/04/2026"))
    assert first(log).requested_at is None
    assert "could be 3 April 2026 or 4 March 2026" in log.rows[0]["Row Check"]


def test_trap_09_a_merged_cell_is_not_written() -> None:
    merge = {"startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 5, "endColumnIndex": 6}
    grid = {"rowCount": 9, "columnCount": 9}
    log = {"properties": {"sheetId": 7, "gridProperties": grid}, "merges": [merge]}
    hidden = {"properties": {"sheetId": 8, "gridProperties": grid}, "data": [{}]}
    one, other = (Tab(sheet_id=n, title="a tab", row_count=9, column_count=9) for n in (7, 8))
    look = read_look({"sheets": [log, hidden]}, one, other)
    assert [look.refusal(row, 5) for row in (1, 2, 3, 4)] == [
        "", "the cell is merged with others", "the cell is merged with others", "",
    ]  # fmt: skip


def test_trap_09_a_case_whose_cell_is_merged_gets_no_stamp_and_its_neighbour_does(
    local_server: LocalServer, tmp_path: Path
) -> None:
    team = HttpTeam(local_server, a_log(3))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        shop = Shop(team, ledger)
        shop.sync()
        column = shop.column("Last Action")
        merged = {"sheetId": 77, "startRowIndex": 1, "endRowIndex": 3}
        merged |= {"startColumnIndex": column, "endColumnIndex": column + 1}
        team.change({"mergeCells": {"range": merged, "mergeType": "MERGE_ALL"}})
        for n in (1, 2, 3):
            shop.type(f"R-{n}", "Status", "Under Review")
        report = shop.sync()
        assert "R-3" in {label for label, field in done(report) if field == "last_action_at"}
        assert [shop.cell(f"R-{n}", "Last Action") for n in (1, 2)] == ["", ""]
    team.close()


def test_trap_10_a_renamed_header_stops_that_field_alone() -> None:
    log = adopted(case("R-1"))
    log.headers = tuple("Done on" if h == "Resolution Date" else h for h in HEADERS)
    log.rows[0]["Status"] = "Rejected"
    passed = log.run()
    assert list(passed.changes) == [("R-1", "last_action_at")]
    assert "Done on" not in log.rows[0]
    told = [line for line in missing_columns(passed.log.layout) if "Resolution Date" in line]
    assert len(told) == 1


def test_trap_11_titles_totals_checkboxes_and_odd_headers_make_no_case() -> None:
    log = parsed(
        ["Refunds of the north"],
        [],
        ["Case ID", "Status", "", "Deadline", "Deadline", "Paid out?"],
        ["R-1", "New", "mine", "", "", False],
        ["", "", "", "", "", True],
        ["", "#N/A"],
        ["Total", "", "", "", "", 12],
    )
    assert log.layout.header_row == 3
    assert [row.case.case_id for row in log.rows] == ["R-1"]
    assert sorted(v.rule for v in log.layout.violations) == ["header_blank", "header_twice"]


def test_trap_12_an_error_in_a_cell_is_no_change_and_is_told_once_it_stays() -> None:
    log = adopted(case("R-1", status="Refunded", resolved=46325.0))
    log.rows[0]["Status"] = "#REF!"
    passed = [log.run() for _ in range(3)]
    assert [one.observations for one in passed] == [[], [], []]
    assert ["cell_error" in one.rules(0) for one in passed] == [False, False, True]
    log.rows[0]["Status"] = "Refunded"
    assert (log.run().observations, log.rows[0]["Row Check"]) == ([], "")


def test_trap_13_ids_survive_letter_by_letter_and_numbers_are_told() -> None:
    ids = ["00123", "12E3", "1e5", "Nan", "Inf", "123456789012345678"]
    log = adopted(*(case(each, order=each) for each in ids))
    assert [row.case.case_id for row in log.read().rows] == ids
    assert [known.row.case.order_id for known in log.recognise().rows] == ids
    assert "id_is_number" in rules(case("R-1", order=1001))
    assert rules(case("R-1", order=123456789012345678.0))[0] == "id_lost_digits"


def test_trap_14_forty_statuses_filled_down_are_forty_actions_of_one_time_and_one_line(
    shop: Shop,
) -> None:
    shop.sync()
    for n in range(1, 41):
        shop.type(f"R-{n}", "Status", "Under Review")
    report = shop.sync()
    assert report.news == "Seen at 10:02: people changed Status in 40 rows."
    stamps = {change.after for change in report.changes if change.field == "last_action_at"}
    assert (
        len(done(report) & {(f"R-{n}", "last_action_at") for n in range(1, 41)}),
        len(stamps),
    ) == (
        40,
        1,
    )


def test_trap_15_a_ledger_newer_than_the_clock_stamps_nothing_until_told(shop: Shop) -> None:
    shop.sync()
    shop.sync(after=DAY)
    shop.type("R-1", "Status", "Rejected")
    back = shop.sync(after=-2 * HOUR)
    assert (done(back), "--accept-clock" in back.read_only) == (set(), True)
    assert ("R-1", "resolved_at") in done(shop.sync(accept_clock=True))
    assert not clock_sentence(Memory(last_read_at=NOW), NOW - timedelta(minutes=5))


def test_trap_16_of_two_daemons_one_is_read_only_and_says_so(shop: Shop, tmp_path: Path) -> None:
    shop.sync()
    with Ledger.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        second = Shop(shop.team, other, shop.now)
        shop.type("R-1", "Status", "Rejected")
        report = second.sync()
    assert (done(report), "Another refundsheet" in report.read_only) == (set(), True)
    assert ("R-1", "resolved_at") in done(shop.sync())


@pytest.mark.parametrize(
    ("other", "said"),
    [
        pytest.param({"status": "Refunded", "amount": 3}, True, id="one order, both granted"),
        pytest.param({"status": "New", "amount": 3}, False, id="one of them not"),
        pytest.param({"status": "New", "order": ""}, True, id="one customer, amount and week"),
        pytest.param({"order": "1001", "amount": 3}, False, id="an order spelled alike"),
        pytest.param({"order": "#2", "amount": 3}, False, id="another order"),
    ],
)
def test_trap_17_several_cases_of_one_order_are_legal(other: dict[str, Any], said: bool) -> None:  # noqa: FBT001
    usual = {"order": "#1001", "status": "Approved"}
    log = adopted(case("R-1", **usual), case("R-2", **(usual | other)))
    passed = log.settle()
    assert ("possible_double_refund" in passed.rules(0)) is said
    assert ("order_alike" in passed.rules(1)) is (other.get("order") == "1001")


def test_trap_18_a_replacement_is_no_payout_and_one_read_tells_no_delay() -> None:
    replaced = watched(("New", MONDAY), ("Approved", MONDAY + DAY), ("Replaced", FRIDAY))
    assert course.to_payout(replaced, facts(replaced)) == course.WITHOUT_MONEY
    log = adopted(case("R-1", status="New"))
    log.rows[0]["Status"] = "Approved"
    log.wait(hours=5)  # paid, too, when the next read comes
    log.rows[0]["Status"] = "Refunded"
    log.run()
    paid = log.known("r-1")
    assert course.to_payout(paid, facts(paid)) in {course.APPROVAL_UNKNOWN, course.ONE_READ}
    assert "approval_unknown" in log.run().rules(0)


def test_trap_19_old_rows_follow_a_reason_that_was_renamed_or_merged() -> None:
    cases = [
        RefundCase(reason=reason, status="New", requested_at=FRIDAY)
        for reason in ("Wrong item", "wrong item", "Not as described", "Arrived as another thing")
    ]
    merged = Reason(label="Arrived as another thing", synonyms=("Wrong item", "Not as described"))
    desk = Desk(reasons=(merged, *DEFAULT_REASONS[3:]))
    table = shares.by_reason(facts(*cases, desk=desk))
    assert [row[:2] for row in table.rows] == [("Arrived as another thing", 4)]


def test_trap_20_week_53_closed_weeks_and_cases_typed_late() -> None:
    assert label(monday_of(date(2027, 1, 3), ZONE)) == "2026-W53"
    christmas = frozenset(date(2026, 12, day) for day in (23, 24, 25))
    shut = BusinessCalendar(ZONE, Desk().hours, christmas)
    assert [is_open_week(date(2026, 12, day), shut) for day in (14, 21)] == [True, False]
    last_week, this_week = date(2026, 10, 26), date(2026, 11, 2)
    received_last_week = [date(2026, 10, 30)]  # and typed only today
    assert weekly_counts(received_last_week, (last_week, this_week), ZONE) == (1, 0)


@pytest.mark.parametrize(
    ("typed", "amount", "currency", "rule"),
    [
        ("\u20ac12,50", Decimal("12.50"), "EUR", None),
        ("12.50 EUR", Decimal("12.50"), "EUR", None),
        (-3, Decimal(-3), "", "amount_negative"),
        (0, Decimal(0), "", "amount_zero"),
        ("twelve", None, "", "amount_unreadable"),
        ("12 XAU", Decimal(12), "XAU", None),
    ],
)
def test_trap_21_amounts_keep_their_cents_and_their_currency(
    typed: object, amount: Decimal | None, currency: str, rule: str | None
) -> None:
    row = case("R-1", amount=typed)
    said = first(adopted(row))
    assert (said.amount, said.currency) == (amount, currency)
    assert {"amount_negative", "amount_zero", "amount_unreadable"} & {*rules(row)} == (
        {rule} if rule else set()
    )


def test_trap_21_a_currency_that_only_the_format_names_counts(
    local_server: LocalServer, tmp_path: Path
) -> None:
    team = HttpTeam(local_server, [["Case ID", "Status", "Amount"]])
    team.fill(
        "A2", [["R-1", "Approved", "\u00a312.50"], ["R-2", "Approved", "\u00a33"]], "USER_ENTERED"
    )
    assert [row[2] for row in team.rows()[1:]] == [12.5, 3]
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        report = Shop(team, ledger).sync()
    team.close()
    (unpaid,) = (f for f in report.summary.figures if f.name == "approved_unpaid_amount")
    assert (unpaid.unit, unpaid.value) == ("GBP", Decimal("15.50"))
    assert any("counted as GBP" in line for line in report.summary.quality)


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-", "@Ada", "'00123", "\u200fR\u00a01", "\uff11"]
)
def test_trap_22_text_is_never_executed_and_never_lost(text: str) -> None:
    log = adopted(case("R-1", notes=text), case(text, customer="Bo", order="#2"))
    assert first(log).notes == text
    assert log.read().rows[1].cells[0] == text
    assert user_entered(text) == {"userEnteredValue": {"stringValue": text}}
    same = log.recognise().rows[1].key
    log.rows[1]["Case ID"] = f" {text} "
    assert (log.recognise().rows[1].key, log.run().observations) == (same, [])


def test_trap_23_long_cells_and_many_blank_rows_cost_nothing() -> None:
    long = "x" * 50_000
    rows = [["R-1", "what?" + long, long], *([[]] * 5_000), ["R-2", "New", ""]]
    log = parsed(["Case ID", "Status", "Notes"], *rows)
    assert [(row.number, row.case.case_id) for row in log.rows] == [(2, "R-1"), (5_003, "R-2")]
    told = Log([{"Case ID": "R-1", "Order ID": "#1", "Status": long}]).settle()
    assert len(told.decisions.violations[2][0].sentence) < 200
