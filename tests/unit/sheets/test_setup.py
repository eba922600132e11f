"""What a log lacks is added once, at the right end, and told in words first."""

import pytest

from refundsheet.core.columns import header_names
from refundsheet.core.headers import find_layout
from refundsheet.core.pages import Page
from refundsheet.sheets.setup import in_words, layout_after, what_is_missing
from refundsheet.sheets.store import Book, Setup, Tab

SUMMARY = Page("Summary", {})


def book(*titles: str) -> Book:
    tabs = tuple(
        Tab(sheet_id=number, title=title, row_count=9, column_count=9)
        for number, title in enumerate(titles)
    )
    return Book(spreadsheet_id="abc", title="Refunds", zone="Etc/GMT", locale="en_US", tabs=tabs)


def missing(*rows: list[str], tabs: tuple[str, ...] = ("Log",)) -> Setup:
    layout = find_layout(rows, header_names())
    return what_is_missing(layout, book(*tabs), [SUMMARY], "refundsheet")


@pytest.mark.parametrize(
    ("headers", "added", "index"),
    [
        pytest.param(["Case ID", "Status"], ["follow_up", "follow_up_by", "row_check"], 2, id="none of ours"),
        pytest.param(["Case ID", "Status", "", "Shelf"], ["follow_up", "follow_up_by", "row_check"], 4, id="after a column of theirs"),
        pytest.param(["Row Check", "Case ID", "Status"], ["follow_up", "follow_up_by"], 3, id="one was moved to the front"),
        pytest.param(["Case ID", "Status", "FOLLOW-UP", "Follow up by", "row check"], [], 5, id="all are there"),
        pytest.param(["Case ID", "Status", "Follow-up", "Row Check", "Follow-up"], ["follow_up_by"], 5, id="one is there twice"),
    ],
)  # fmt: skip
def test_our_columns_are_added_after_the_last_header(
    headers: list[str], added: list[str], index: int
) -> None:
    setup = missing(headers)

    assert [column.field for column in setup.columns] == added
    assert setup.column_index == index


def test_the_headers_are_added_where_the_headers_are() -> None:
    assert missing(["Refunds of 2026"], ["Case ID", "Status"]).header_row == 2


def test_what_is_there_is_not_made_again() -> None:
    headers = ["Case ID", "Status", "Follow-up", "Follow-up By", "Row Check"]

    assert not missing(headers, tabs=("Log", "SUMMARY", "refundsheet"))


def test_the_layout_afterwards_knows_the_new_columns_and_moves_nothing() -> None:
    layout = find_layout([["Case ID", "Status", "Row Check"]], header_names())
    setup = what_is_missing(layout, book("Log"), [], "refundsheet")

    after = layout_after(layout, setup)

    assert after.headers == ("Case ID", "Status", "Row Check", "Follow-up", "Follow-up By")
    assert after.columns == {**layout.columns, "follow_up": 3, "follow_up_by": 4}


def test_it_is_told_in_words() -> None:
    assert in_words(missing(["Case ID", "Status", "Follow-up", "Follow-up By"])) == (
        'add the column "Row Check" at the right end',
        'add the tab "Summary"',
        'add the hidden tab "refundsheet"',
    )
