"""A snapshot becomes a log whose every row is a case, and only what changed is read anew."""

import gc
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.cells import Sheet, read_row
from refundsheet.core.columns import header_names
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase, Snapshot
from refundsheet.core.parse import ParsedLog, cell, parse
from refundsheet.errors import LayoutError

Maker = Callable[..., Snapshot]

HEADERS = [
    "Case ID",
    "Customer Name",
    "Order ID",
    "Amount",
    "Date Request Received",
    "Status",
    "Notes",
]
ADA = ["R-1", "Ada", "#1", 5, 46300.5, "New", "called"]
BEN = ["R-2", "Ben", "#2", 7.25, 46301, "Refunded", "=1+1"]
CID = ["R-3", "Cid", "#3", "oops", "03/04/2026", "New"]
EVERYTHING = [
    "Case ID", "Customer Name", "Order ID", "Product", "Amount", "Currency", "Received", "Reason",
    "Status", "Owner", "Notes", "Last Action", "Approved", "Paid", "Resolved", "Deadline",
    "Snooze Until", "Follow-up", "Follow-up By", "Row Check", "Something Else",
]  # fmt: skip


def rules(log: ParsedLog) -> list[list[str]]:
    return [[violation.rule for violation in row.violations] for row in log.rows]


def test_rows_become_cases_with_their_numbers(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([["Refunds"], HEADERS, ADA, [], BEN]))
    assert [row.number for row in log.rows] == [3, 5]
    assert log.layout.header_row == 2
    assert log.cells_at(3) == tuple(ADA)
    assert log.rows[0].cells[: len(ADA)] == tuple(ADA)
    assert not any(log.rows[0].cells[len(ADA) :])
    assert log.rows[0].case == RefundCase(
        case_id="R-1",
        customer_name="Ada",
        order_id="#1",
        amount=Decimal(5),
        requested_at=datetime(2026, 10, 5, 12, tzinfo=ZoneInfo("Europe/Berlin")),
        status="New",
        notes="called",
    )
    assert log.rows[1].case.requested_at == date(2026, 10, 6)


def test_a_bad_row_stays_in_its_place(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([HEADERS, ADA, CID, BEN]))
    assert [row.case.case_id for row in log.rows] == ["R-1", "R-3", "R-2"]
    assert rules(log) == [[], ["amount_unreadable", "date_ambiguous"], []]


def test_one_odd_cell_in_a_good_row_is_seen(snapshot_of: Maker) -> None:
    odd = [["R-1", "Ada", order, 5, day, "New"] for order, day in (("-", 46300), ("#1", 46400))]
    log = parse(snapshot_of([HEADERS, *odd]))
    assert rules(log) == [["placeholder"], ["date_in_future"]]


def test_a_log_of_only_a_header_has_no_rows(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([HEADERS]))
    assert (log.rows, log.ignored) == ((), ())


def test_an_answer_of_values_get_is_read_too(snapshot_of: Maker) -> None:
    answer = {"range": "Log!A1:G3", "majorDimension": "ROWS", "values": [HEADERS, ADA]}
    log = parse(snapshot_of([], values=json.dumps(answer).encode()))
    assert [row.case.case_id for row in log.rows] == ["R-1"]


def test_the_order_of_the_answers_keys_does_not_matter(snapshot_of: Maker) -> None:
    turned = {"valueRanges": [{"values": [HEADERS, *[ADA] * 2000], "range": "Log!A1:G2001"}]}
    assert len(parse(snapshot_of([], values=json.dumps(turned).encode())).rows) == 2000


def test_a_teams_own_headers_are_known(snapshot_of: Maker) -> None:
    rows = [["Vorgang", "Stand"], ["R-1", "New"]]
    names = header_names({"case_id": "Vorgang", "status": "Stand"})
    assert parse(snapshot_of(rows), names=names).rows[0].case.status == "New"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "New"),
        ("amount", "oops"),
        ("notes", None),
        ("deadline", None),
        ("case_id", "R-3"),
    ],
)
def test_only_a_truly_blank_cell_reads_as_none(snapshot_of: Maker, field: str, value: Any) -> None:
    log = parse(snapshot_of([HEADERS, CID]))
    assert cell(log.rows[0], field, log.layout) == value


def test_a_blank_cell_in_the_middle_reads_as_none(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([HEADERS, ["R-1", "", "", "", "", "New"]]))
    assert cell(log.rows[0], "order_id", log.layout) is None
    assert log.cells_at(2) == ("R-1", "", "", "", "", "New")


def test_neighbours_can_be_looked_up_by_number(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([HEADERS, CID, [], ["", False], ADA[:6]]))
    assert [log.cells_at(number) for number in (0, 1, 2, 3, 4, 5, 6)] == [
        (), tuple(HEADERS), tuple(CID), (), ("", False), tuple(ADA[:6]), (),
    ]  # fmt: skip


def test_a_row_wider_than_the_headers_keeps_every_cell(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([HEADERS, [*ADA, "", "stray"], ADA, *[ADA] * 3000, [*BEN, *"abcdef"]]))
    assert log.rows[0].cells[: len(ADA) + 2] == (*ADA, "", "stray")
    assert log.cells_at(2)[-1] == "stray"
    assert log.rows[-1].cells[-1] == log.cells_at(3004)[-1] == "f"
    assert [violation.rule for violation in log.layout.violations] == ["header_blank"]


def test_the_head_is_found_where_the_first_rows_are_long(snapshot_of: Maker) -> None:
    long = [[*ADA[:6], "é" * 50_000] for _ in range(30)]
    log = parse(snapshot_of([["é" * 40_001], HEADERS, *long]))
    assert len(log.rows) == 30
    assert log.rows[-1].case.notes == "é" * 50_000


@pytest.mark.parametrize(
    ("case_id", "notes", "is_same"),
    [
        pytest.param("R-1", "as before", True, id="unchanged"),
        pytest.param("R-1", "changed", False, id="changed"),
        pytest.param("R-2", "as before", False, id="another"),
    ],
)
def test_a_row_that_says_what_is_remembered_is_kept_once(
    snapshot_of: Maker, case_id: str, notes: str, *, is_same: bool
) -> None:
    seen = datetime(2026, 11, 2, tzinfo=UTC)
    known = RefundCase(case_id="R-1", status="New", notes="as before")
    remembered = Remembered(key="r-1", case=known, adopted=False, first_seen=seen, still_since=seen)
    rows = [["Case ID", "Status", "Notes"], [case_id, "New", notes]]
    [row] = parse(snapshot_of(rows), remembered={"r-1": remembered}).rows
    assert (row.case is known, row.cells[2] is known.notes) == (is_same, is_same)
    assert (row.case.case_id, row.case.notes) == (case_id, notes)


def test_the_collector_is_as_it_was_afterwards(snapshot_of: Maker) -> None:
    assert gc.isenabled()
    with pytest.raises(LayoutError):
        parse(snapshot_of([]))
    assert gc.isenabled()
    gc.disable()
    try:
        parse(snapshot_of([HEADERS]))
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "values",
    [
        b"<!DOCTYPE html><html>Sign in</html>",
        b'{"valueRanges": [{"range": "Log!A1:B2", "values": [["Case ID", "Sta',
        b"",
        b"[]",
        b'{"error": {"code": 500}}',
        b'{"valueRanges": [{"range": "A1"}, {"range": "A1"}]}',
        b'{"valueRanges": [{"range": "Log!B2:C3", "values": [["Case ID", "Status"]]}]}',
        b'{"range": "A1:B2", "majorDimension": "COLUMNS"}',
        b'{"range": "A1:B2", "values": [["Case ID", "Status"], [{"a": 1}, "x"]]}',
        b'{"range": "A1:B2", "values": {"a": "' + b"x" * 100_000 + b'"}}',
        b"<html>" + b"x" * 100_000,
    ],
)
def test_what_is_no_table_of_cells_is_refused_clearly(snapshot_of: Maker, values: bytes) -> None:
    with pytest.raises(LayoutError, match=r"no table of cells .*Check that the base URL"):
        parse(snapshot_of([], values=values))


def test_half_a_body_whose_head_is_whole_is_refused_too(snapshot_of: Maker) -> None:
    whole = snapshot_of([HEADERS, *[ADA] * 2000]).values
    with pytest.raises(LayoutError, match="no table of cells"):
        parse(snapshot_of([], values=whole[:-10]))


# The traps of the refund desk's domain that lie in reading.


def test_trap_6_impossible_years_and_the_future_are_flagged_and_left_out(
    snapshot_of: Maker,
) -> None:
    now = 46346 + 13 / 24
    dates = [1, 2026, "1/13/26", 46347, now + 6 / 1440, now + 4 / 1440]
    log = parse(snapshot_of([HEADERS, *([*ADA[:4], day, "New"] for day in dates)]))
    assert rules(log) == [
        ["date_too_early"],
        ["date_too_early"],
        ["date_short_year"],
        ["date_in_future"],
        ["date_in_future"],
        [],
    ]
    assert [row.case.requested_at is None for row in log.rows] == [True] * 5 + [False]


@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE"])
def test_trap_8_a_text_date_of_two_meanings_is_said_not_guessed(
    snapshot_of: Maker, locale: str
) -> None:
    log = parse(snapshot_of([HEADERS, [*ADA[:4], "03/04/2026", "New"]], locale=locale))
    assert log.rows[0].case.requested_at is None
    assert "could be 3 April 2026 or 4 March 2026" in log.rows[0].violations[0].sentence
    assert cell(log.rows[0], "requested_at", log.layout) == "03/04/2026"


def test_trap_11_titles_totals_checkboxes_and_formulas_make_no_case(snapshot_of: Maker) -> None:
    headers = [*HEADERS, "Done", "Week", "Row Check"]
    rows = [
        ["Refunds 2026"],
        headers,
        ADA,
        ["", "", "", "", "", "", "", False, 47, ""],
        ["", False, "", 0, "", " ", "#N/A"],
        ["", "", "", "", "", "", "", "", "", "Order ID missing"],
        [True],
        BEN,
        [],
        ["", "Total:", "", 12.25],
        ["", "Sub-total", "", "", "", "", ""],
    ]
    log = parse(snapshot_of(rows))
    assert [row.case.case_id for row in log.rows] == ["R-1", "R-2"]
    assert log.ignored == (
        (10, 'it says "Total:" at the end of the log: no case'),
        (11, 'it says "Sub-total" at the end of the log: no case'),
    )


def test_trap_11_a_case_about_a_total_is_a_case(snapshot_of: Maker) -> None:
    rows = [HEADERS, ["R-1", "Total", "", "", "", "New"], ["R-2", "Total", "", "", 46300]]
    assert len(parse(snapshot_of([*rows, ["", "Total", "", 5], ADA])).rows) == 4
    assert len(parse(snapshot_of(rows)).rows) == 2


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "Loading...", "#ERROR!", "#DIV/0!"])
def test_trap_12_a_failing_formula_is_no_value_and_no_blank(snapshot_of: Maker, error: str) -> None:
    log = parse(snapshot_of([HEADERS, ["R-1", "Ada", error, 5, error, error]]))
    case = log.rows[0].case
    assert (case.order_id, case.requested_at, case.status) == ("", None, "")
    assert rules(log) == [["cell_error"] * 3]
    assert cell(log.rows[0], "status", log.layout) == error


@pytest.mark.parametrize(
    "text", ["00123", "12E3", "1e5", "Nan", "Inf", "123456789012345678", "1_0"]
)
def test_trap_13_an_id_survives_letter_by_letter(snapshot_of: Maker, text: str) -> None:
    log = parse(snapshot_of([HEADERS, [text, "Ada", text]]))
    assert (log.rows[0].case.case_id, log.rows[0].case.order_id) == (text, text)
    assert rules(log) == [[]]


def test_trap_13_an_id_that_became_a_number_is_flagged(snapshot_of: Maker) -> None:
    log = parse(snapshot_of([HEADERS, [123, "Ada", 123456789012345680]]))
    assert (log.rows[0].case.case_id, log.rows[0].case.order_id) == ("123", "123456789012345680")
    assert rules(log) == [["id_is_number", "id_lost_digits"]]


@pytest.mark.parametrize(
    ("cell_amount", "amount", "currency", "found"),
    [
        ("€12,50", "12.50", "EUR", []),
        ("12.50 EUR", "12.50", "EUR", []),
        ("12.50 XBT", "12.50", "XBT", []),
        (12.5, "12.50", "", []),
        (-12.5, "-12.50", "", ["amount_negative"]),
        (0, "0", "", ["amount_zero"]),
    ],
)
def test_trap_21_amounts_keep_their_cents_and_currency(
    snapshot_of: Maker, cell_amount: Any, amount: str, currency: str, found: list[str]
) -> None:
    log = parse(snapshot_of([HEADERS, ["R-1", "Ada", "#1", cell_amount]]))
    assert (log.rows[0].case.amount, log.rows[0].case.currency) == (Decimal(amount), currency)
    assert rules(log) == [found]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 170", "-5 offered", "@ada", "'quoted", "a\u00a0b", "\u200fabc", "\uff11\uff12"],
)
def test_trap_22_text_is_kept_as_it_was_typed(snapshot_of: Maker, text: str) -> None:
    log = parse(snapshot_of([HEADERS, [text, text, text, "", "", text, text]]))
    case = log.rows[0].case
    assert {case.case_id, case.customer_name, case.order_id, case.status, case.notes} == {text}
    assert rules(log) == [[]]


def test_trap_23_long_cells_and_many_blank_rows_are_only_data(snapshot_of: Maker) -> None:
    row = ["R-1", "Ada " * 12_500, "1" * 50_000, "9" * 50_000, "9" * 50_000, "New", "x" * 50_000]
    log = parse(snapshot_of([HEADERS, row, *[[""]] * 1000, BEN]))
    assert [found.number for found in log.rows] == [2, 1003]
    assert rules(log)[0] == ["amount_unreadable", "date_unreadable"]


# Reading again.


def test_the_same_answer_gives_the_same_rows(snapshot_of: Maker) -> None:
    before = parse(snapshot_of([HEADERS, ADA, CID]))
    later = snapshot_of([HEADERS, ADA, CID], read_at=before.snapshot.read_at + timedelta(minutes=1))
    after = parse(later, previous=before)
    assert after.snapshot == replace(later, values=b"")
    assert after.rows is before.rows


def test_only_a_changed_row_is_read_anew(snapshot_of: Maker) -> None:
    before = parse(snapshot_of([HEADERS, ADA, CID, BEN]))
    after = parse(snapshot_of([HEADERS, ADA, [*CID[:5], "Approved"], BEN]), previous=before)
    assert [new is old for new, old in zip(after.rows, before.rows, strict=True)] == [
        True,
        False,
        True,
    ]
    assert after.rows[1].case.status == "Approved"


def test_the_cells_of_a_sorted_log_are_the_very_ones_of_the_read_before(snapshot_of: Maker) -> None:
    rows = [ADA, CID, BEN, [*ADA[:3], "12.5", 46300.5, "New"], *[[f"R-{n}"] for n in range(9)]]
    before = parse(snapshot_of([HEADERS, *rows]))
    turned = snapshot_of([HEADERS, *rows[::-1]])
    after = parse(turned, previous=before)
    held = {id(cells) for cells in before.grid}
    assert [id(cells) in held for cells in after.grid] == [True] * len(before.grid)
    assert after.rows == parse(turned).rows


def test_a_moved_row_takes_its_case_along(snapshot_of: Maker) -> None:
    before = parse(snapshot_of([HEADERS, ADA, CID, BEN]))
    after = parse(snapshot_of([HEADERS, [], BEN, ADA, CID]), previous=before)
    assert [row.number for row in after.rows] == [3, 4, 5]
    moved = {row.case.case_id: row for row in before.rows}
    for row in after.rows:
        assert row.case is moved[row.case.case_id].case
        assert row.violations is moved[row.case.case_id].violations


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": "America/New_York"},
        {"locale": "de_DE"},
        {"read_at": datetime(2026, 11, 19, tzinfo=UTC)},
    ],
    ids=["zone", "locale", "clock set back"],
)
def test_where_cells_mean_something_else_all_is_read_anew(
    snapshot_of: Maker, changes: dict[str, Any]
) -> None:
    rows = [HEADERS, ADA, [*ADA[:3], "1,234", 46300.5, "New"]]
    before = parse(snapshot_of(rows))
    after = parse(snapshot_of(rows, **changes), previous=before)
    assert after == parse(snapshot_of(rows, **changes))
    assert after.rows[0] is not before.rows[0]


def test_moved_columns_are_read_anew(snapshot_of: Maker) -> None:
    before = parse(snapshot_of([HEADERS, ADA, BEN]))
    turned = [row[::-1] for row in (HEADERS, ADA, BEN)]
    after = parse(snapshot_of(turned), previous=before)
    assert [row.case for row in after.rows] == [row.case for row in before.rows]


@pytest.mark.parametrize("other", [[], BEN], ids=["same answer", "another row came"])
def test_what_lay_ahead_is_right_once_its_time_has_come(
    snapshot_of: Maker, other: list[Any]
) -> None:
    tomorrow = [*ADA[:4], 46347, "New"]
    before = parse(snapshot_of([HEADERS, tomorrow, ADA]))
    assert rules(before) == [["date_in_future"], []]
    later = snapshot_of(
        [HEADERS, tomorrow, ADA, *([other] if other else [])],
        read_at=before.snapshot.read_at + timedelta(days=1),
    )
    after = parse(later, previous=before)
    assert rules(after)[:2] == [[], []]
    assert after.rows[1] is before.rows[1]


def test_a_total_that_is_no_longer_last_is_a_row_again(snapshot_of: Maker) -> None:
    total = ["", "Total", "", 12.25]
    before = parse(snapshot_of([HEADERS, ADA, total]))
    assert [number for number, _ in before.ignored] == [3]
    after = parse(snapshot_of([HEADERS, ADA, total, BEN]), previous=before)
    assert [row.number for row in after.rows] == [2, 3, 4]
    again = parse(snapshot_of([HEADERS, ADA, total]), previous=after)
    assert again == replace(before, snapshot=again.snapshot)


TEXT = st.sampled_from(
    ["", "R-1", "-", "n/a", " ", "#REF!", "=1+1", "12,50", "5 EUR", "Total", "Ada, #1"]
)
DATE = st.sampled_from(
    ["", 46300, 46300.25, 2026, 99999, 46346.9, "03/04/2026", "2026-11-21", "-", True]
)
NUMBER = st.sampled_from(["", 5, 0, -1, 0.001, 0.005, 12.345, 1e16, "12,50 €", "?", False])
ODD_ROW = st.tuples(
    TEXT | st.integers(0, 9), TEXT, TEXT, TEXT, NUMBER, TEXT, DATE, TEXT, TEXT, TEXT, TEXT,
    DATE, DATE, DATE, DATE, DATE, DATE, TEXT, DATE, TEXT, TEXT | NUMBER,
)  # fmt: skip
GOOD_TEXT = st.sampled_from(["", "R-1", "R-2", "Ada, #1", "$"])
GOOD_DATE = st.sampled_from(["", 46300, 46300.25, 46345.99])
GOOD_ROW = st.tuples(
    *[GOOD_TEXT] * 4, st.sampled_from(["", 5, 0.005, 12.345]), GOOD_TEXT, GOOD_DATE, *[GOOD_TEXT] * 4,
    *[GOOD_DATE] * 6, GOOD_TEXT, GOOD_DATE, GOOD_TEXT, GOOD_TEXT,
)  # fmt: skip
ROW = (GOOD_ROW | ODD_ROW).map(list)
ROWS = st.lists(ROW | st.just([]), max_size=12)


@given(ROWS, st.sampled_from(["Order ID", "Customer Name & Order ID"]))
def test_the_fast_way_says_what_the_cells_say_one_by_one(
    snapshot_of: Maker, rows: list[list[Any]], order_header: str
) -> None:
    headers = [order_header if header == "Order ID" else header for header in EVERYTHING]
    log = parse(snapshot_of([headers, *rows]))
    named = {field: log.layout.headers[index] for field, index in log.layout.columns.items()}
    sheet = Sheet(ZoneInfo("Europe/Berlin"), "en_GB", log.snapshot.read_at, named)
    for row in log.rows:
        case, violations = read_row(rows[row.number - 2], log.layout, sheet)
        assert (row.case, row.violations) == (case, violations)


@given(ROWS, st.data())
def test_reading_on_gives_what_reading_from_cold_gives(
    snapshot_of: Maker, rows: list[list[Any]], data: st.DataObject
) -> None:
    before = parse(snapshot_of([EVERYTHING, *rows]))
    changed = [*data.draw(st.permutations(rows)), *data.draw(ROWS)]
    later = snapshot_of(
        [EVERYTHING, *changed[data.draw(st.integers(0, 3)) :]],
        read_at=before.snapshot.read_at + timedelta(hours=data.draw(st.integers(0, 48))),
    )
    assert parse(later, previous=before) == parse(later)
