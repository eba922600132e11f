"""The header row is found where it stands, and no column is taken on a guess."""

import string

import pytest

from refundsheet.core.columns import COLUMNS, header_names
from refundsheet.core.headers import column_letter, find_layout, missing_fields
from refundsheet.core.model import Severity
from refundsheet.errors import LayoutError

NAMES = header_names()
HEADERS = ["Case ID", "Status", "Notes"]


def test_headers_are_found_below_titles_and_remarks() -> None:
    rows = [["Refunds 2026"], [], ["last update", "yesterday"], HEADERS, ["R-1", "New", "-"]]
    layout = find_layout(rows, NAMES)
    assert layout.header_row == 4
    assert layout.headers == ("Case ID", "Status", "Notes")
    assert layout.columns == {"case_id": 0, "status": 1, "notes": 2}
    assert layout.violations == ()


def test_the_row_with_most_headers_wins_and_the_upper_one_of_equals() -> None:
    rows = [["Case ID", "Status"], HEADERS, HEADERS]
    assert find_layout(rows, NAMES).header_row == 2


@pytest.mark.parametrize(
    ("header", "others", "field"),
    [
        ("CASE ID", ["Status"], "case_id"),
        ("  dispute-id: ", ["Status"], "case_id"),
        ("R\u00e9ason", HEADERS, "reason"),
        ("\uff33\uff54\uff41\uff54\uff55\uff53", ["Case ID"], "status"),
        ("Order #", ["Status"], "order_id"),
        ("\u200fOr\u200bder\u00a0ID", ["Status"], "order_id"),
        ("Customer Name & Order ID", ["Status"], "customer_and_order"),
    ],
)
def test_a_header_is_known_by_its_words(header: str, others: list[str], field: str) -> None:
    assert find_layout([[header, *others]], NAMES).columns[field] == 0


def test_the_header_itself_beats_its_aliases() -> None:
    layout = find_layout([["Ticket", "Status", "Case ID", "RMA"]], NAMES)
    assert layout.columns["case_id"] == 2
    assert layout.violations == ()


@pytest.mark.parametrize("own", ["Vorgang", "Ticket"])
def test_a_teams_own_header_is_the_only_one_for_its_field(own: str) -> None:
    names = header_names({"case_id": own})
    headers = ["Case ID", "Status", "Order ID", own]
    assert find_layout([headers], names).columns["case_id"] == 3
    assert "case_id" not in find_layout([headers[:3]], names).columns


def test_what_is_looked_for_goes_by_the_teams_own_header() -> None:
    with pytest.raises(LayoutError, match='It needs "stand", and one of "Case ID"'):
        find_layout([["Case ID", "Status"]], header_names({"status": "Stand"}))


@pytest.mark.parametrize("twins", [("Owner", "Agent"), ("Assigned To", "assigned to")])
def test_two_columns_that_could_be_one_field_are_not_guessed_between(
    twins: tuple[str, str],
) -> None:
    layout = find_layout([["Case ID", "Status", *twins]], NAMES)
    assert "owner" not in layout.columns
    (violation,) = layout.violations
    assert (violation.rule, violation.field) == ("header_twice", "owner")
    assert f'Columns C ("{twins[0]}") and D ("{twins[1]}")' in violation.sentence


def test_a_column_without_a_header_that_holds_data_is_left_alone_and_said() -> None:
    rows = [["Case ID", " ", "Status", "", ""], ["R-1", "x", "New", False, "", 7], ["R-2"]]
    layout = find_layout(rows, NAMES)
    assert [violation.sentence for violation in layout.violations] == [
        "Column B holds data but has no header: it is left alone.",
        "Column F holds data but has no header: it is left alone.",
    ]
    assert {violation.severity for violation in layout.violations} == {Severity.NOTE}


def test_headers_that_are_no_text_do_no_harm() -> None:
    layout = find_layout([["Case ID", 2026, None, True, "Status"]], NAMES)
    assert layout.headers == ("Case ID", "2026", "", "True", "Status")


@pytest.mark.parametrize("rows", [[], [[], ["", None, " "]]], ids=["no cell", "blank cells"])
def test_an_empty_tab_is_said_to_be_empty(rows: list[list[object]]) -> None:
    with pytest.raises(LayoutError, match=r'The tab is empty.*at least "Status", and one of'):
        find_layout(rows, NAMES)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([["Case ID", "Notes"]], '"Case ID", "Notes"', id="no status"),
        pytest.param([["Status", "Notes"]], '"Status", "Notes"', id="nothing a row is known by"),
        pytest.param([["a", "", "b"]], '"a", "b"', id="no known header"),
        pytest.param([[]] * 10 + [HEADERS, ["x"]], None, id="headers below the tenth row"),
    ],
)
def test_a_tab_without_the_needed_headers_is_refused_with_what_was_found(
    rows: list[list[str]], found: str | None
) -> None:
    with pytest.raises(LayoutError) as refused:
        find_layout(rows, NAMES)
    if found is None:
        assert "The tab is empty" in str(refused.value)
    else:
        assert (
            'It needs "Status", and one of "Case ID", "Order ID" or "Customer Name & Order ID"; '
            f"row 1 comes nearest and has {found}."
        ) in str(refused.value)


def test_a_needed_header_that_is_there_twice_is_named() -> None:
    with pytest.raises(
        LayoutError, match=r'Columns B \("Status"\) and C \("status"\) could both be'
    ):
        find_layout([["Case ID", "Status", "status"]], NAMES)


def test_missing_fields_are_the_teams_own() -> None:
    layout = find_layout([["Customer Name & Order ID", "Status", "Amount"]], NAMES)
    missing = missing_fields(layout)
    assert {"case_id", "notes", "deadline"} <= set(missing)
    assert not {"customer_name", "order_id", "status", "amount", "follow_up"} & set(missing)
    everything = find_layout([[column.header for column in COLUMNS]], NAMES)
    assert missing_fields(everything) == ()


def test_columns_are_lettered_as_the_sheet_does() -> None:
    assert [column_letter(index) for index in range(26)] == list(string.ascii_uppercase)
    assert [column_letter(index) for index in (26, 51, 52, 701, 702)] == [
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
