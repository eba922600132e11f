"""Formulas that name parts of a table, and what becomes of them when people rename these."""

import pytest

from tests.unit.localsheets.callers import Book, Json, span


@pytest.fixture
def cases(book: Book) -> Book:
    """A table of two cases, and a formula beside it."""
    book.write("A1", [["Case ID", "Amount"], ["R-1", 10], ["R-2", 5]])
    book.batch({"addTable": {"table": _table(name="Cases")}})
    book.write("D1", [["=SUM(Cases[Amount])"]], "USER_ENTERED")
    return book


def _table(**more: object) -> Json:
    return {"tableId": "t", "range": span((0, 3), (0, 2)), **more}


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("=SUM(Cases[Amount])", 15),
        ("=sum(CASES[amount])", 15),
        ("=COUNTA(Cases[#ALL])", 6),
        ("=COUNTA(Cases[#DATA])", 4),
        ("=INDEX(Cases[#HEADERS],1,2)", "Amount"),
        ('=COUNTIF(Cases[Case ID],"R-2")', 1),
        ("=Cases[[#HEADERS],[Amount]]", "Amount"),
        ("=COUNTA(cases[[#all], [amount]])", 3),
        ("=SUM(Cases[[#DATA],[Amount]])", 15),
        ("=SUM(Cases[[#TOTALS],[Amount]])", "#NAME?"),
        ("=SUM(Cases[Price])", "#NAME?"),
        ("=SUM(Refunds[Amount])", "#NAME?"),
        ("=SUM(Cases[#TOTALS])", "#NAME?"),
    ],
)
def test_a_formula_reads_a_part_of_a_table(cases: Book, formula: str, result: object) -> None:
    cases.write("F1", [[formula]], "USER_ENTERED")
    assert cases.read("F1") == [[result]]


def test_a_row_put_into_the_table_counts(cases: Book) -> None:
    row = {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
    cases.batch({"insertDimension": {"range": row}})
    cases.write("B3", [[100]])
    assert cases.read("D1") == [[115]]


@pytest.mark.parametrize(
    ("header", "formula"),
    [("Price", "=SUM(Cases[Price])"), ("amount", "=SUM(Cases[amount])")],
)
def test_a_formula_follows_a_renamed_column(cases: Book, header: str, formula: str) -> None:
    cases.write("B1", [[header]])
    assert (cases.read("D1", "FORMULA"), cases.read("D1")) == ([[formula]], [[15]])


def test_a_formula_follows_a_renamed_table(cases: Book) -> None:
    cases.batch({"updateTable": {"table": _table(name="Refunds"), "fields": "name"}})
    assert cases.read("D1", "FORMULA") == [["=SUM(Refunds[Amount])"]]
    assert cases.read("D1") == [[15]]


def test_a_formula_of_two_parts_follows_both_names(cases: Book) -> None:
    cases.write("E1", [["=SUM(Cases[[#DATA], [Amount]])"]], "USER_ENTERED")
    cases.batch({"updateTable": {"table": _table(name="Refunds"), "fields": "name"}})
    cases.write("B1", [["Price"]])
    assert cases.read("E1", "FORMULA") == [["=SUM(Refunds[[#DATA],[Price]])"]]
    assert cases.read("E1") == [[15]]


def test_columns_that_change_places_keep_their_names(cases: Book) -> None:
    column = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    cases.batch({"moveDimension": {"source": column, "destinationIndex": 2}})
    assert (cases.read("D1", "FORMULA"), cases.read("D1")) == ([["=SUM(Cases[Amount])"]], [[15]])


def test_the_row_of_totals_is_no_data(cases: Book) -> None:
    footer = {"footerColorStyle": {"rgbColor": {"red": 1}}}
    cases.batch(
        {"updateTable": {"table": _table(rowsProperties=footer), "fields": "rowsProperties"}}
    )
    cases.write("B4", [[99]])
    cases.write("E1", [["=SUM(Cases[#TOTALS])"]], "USER_ENTERED")
    assert cases.read("D1:E1") == [[15, 99]]
