"""Figures as cells and as JSON."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from refundsheet.core.desk import Desk
from refundsheet.core.follow_up import Flag, FlagKind
from refundsheet.core.model import Layout, RefundCase
from refundsheet.core.pages import PageCell, Style
from refundsheet.core.statistics.figures import Facts, LeftOut, left_out
from refundsheet.core.summary import (
    HEARTBEAT,
    basis,
    heartbeat_cell,
    missing_columns,
    summarise,
    to_json,
    to_page,
)
from tests.passes import CALENDAR, MONDAY, ZONE

CASES = (
    RefundCase(status="New", owner="Ana", requested_at=date(2026, 10, 30)),
    RefundCase(status="Approved", amount=Decimal("12.50"), currency="EUR"),
    RefundCase(status="=HYPERLINK(1)", owner="+Bo"),
)
FACTS = Facts(
    CASES, {"r-1": Flag(FlagKind.STALE, "", MONDAY)}, Desk(), CALENDAR, MONDAY, being_typed=2
)


def the_cells(quality: tuple[str, ...] = ()) -> dict[tuple[int, int], PageCell]:
    return dict(to_page(summarise(FACTS, quality), "Summary", ZONE).cells)


def test_every_figure_stands_on_the_page_with_its_definition_and_its_basis() -> None:
    cells = the_cells()
    rows = {cell.value: row for (row, column), cell in cells.items() if column == 0}
    assert cells[rows["Open"], 1].value == 2
    assert cells[rows["Overdue"], 1].value == 1
    assert cells[rows["Approved and unpaid, EUR"], 1] == PageCell(12.5, Style.MONEY)
    assert cells[rows["Open"], 5].value == (
        "Cases whose status asks the team to act, unknown and blank statuses among them. "
        "n = 3; 2 left out: still being typed."
    )


def test_tables_stand_below_each_other_without_overlap() -> None:
    cells = the_cells()
    heads = [
        row for (row, column), cell in cells.items() if column == 0 and cell.style is Style.HEADING
    ]
    assert heads == sorted(heads)
    for row in heads[1:]:
        assert not any((row - 1, column) in cells for column in range(6))


def test_no_text_of_people_becomes_a_formula() -> None:
    assert not any(cell.is_formula for cell in the_cells().values())
    assert "=HYPERLINK(1)" in {cell.value for cell in the_cells().values()}


def test_what_is_wrong_with_the_log_stands_at_the_end() -> None:
    assert "Data quality" not in {cell.value for cell in the_cells().values()}
    cells = the_cells(("One.", "Two."))
    assert list(cells.values())[-3:] == [
        PageCell("Data quality", Style.HEADING),
        PageCell("One.", Style.NOTE),
        PageCell("Two.", Style.NOTE),
    ]


def test_the_place_of_the_heartbeat_is_left_free() -> None:
    assert HEARTBEAT not in the_cells()
    assert heartbeat_cell(MONDAY, ZONE) == PageCell(46328.375, Style.MOMENT)


def test_the_same_figures_as_json_keep_every_cent() -> None:
    told: dict[str, Any] = json.loads(json.dumps(to_json(summarise(FACTS, ("One.",)))))
    amount = next(f for f in told["figures"] if f["name"] == "approved_unpaid_amount")
    assert (amount["value"], amount["unit"], amount["used"]) == ("12.50", "EUR", 1)
    assert told["as_of"] == "2026-11-02T09:00:00+01:00"
    assert told["data_quality"] == ["One."]
    assert told["tables"]["by_owner"]["rows"] == [["(nobody)", 1], ["+Bo", 1], ["Ana", 1]]
    assert told["tables"]["weekly"]["left_out"][0] == {
        "cases": 2,
        "why": "no readable date of receipt",
    }


def test_a_basis_names_what_was_left_out() -> None:
    assert basis(3, ()) == "n = 3."
    reasons = (LeftOut(2, "no date"), LeftOut(1, "no amount"))
    assert basis(3, reasons) == "n = 3; 2 left out: no date; 1 left out: no amount."
    assert left_out(0, "no date") == ()


def test_a_missing_column_is_told_with_what_that_means() -> None:
    columns = {"case_id": 0, "customer_and_order": 1, "status": 2}
    lines = list(missing_columns(Layout(1, ("a", "b", "c"), columns)))
    assert lines[0] == 'There is no column "Product": what needs it is switched off.'
    assert not any(
        "Customer Name" in line or "Order ID" in line or "Row Check" in line for line in lines
    )
