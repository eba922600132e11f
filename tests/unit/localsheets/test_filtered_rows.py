"""Rows a basic filter hides are told by `rowMetadata.hiddenByFilter` (DS, FilterCriteria)."""

from typing import Any

import pytest

from tests.unit.localsheets.callers import Book, Json

MASK = "sheets.data.rowMetadata.hiddenByFilter"
RED: Json = {"red": 1}


@pytest.fixture
def log(book: Book) -> Book:
    rows = [["Name", "Amount", "Day"], ["Ann", "5", "2026-01-05"], ["bob", "20", "2026-01-20"], []]
    book.caller.ok("POST", "/control", {"now": "2026-01-06T12:00:00+00:00"})
    book.write("A1:C4", rows, "USER_ENTERED")
    place = {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    cell = {"userEnteredFormat": {"backgroundColor": RED}}
    book.batch({"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredFormat"}})
    return book


def hidden(book: Book, column: int, criteria: Json) -> list[int]:
    spec = {"columnIndex": column, "filterCriteria": criteria}
    range_ = {"sheetId": 0, "endRowIndex": 4, "endColumnIndex": 3}
    book.batch({"setBasicFilter": {"filter": {"range": range_, "filterSpecs": [spec]}}})
    found = book.get(fields=MASK, ranges="A1:C5")["sheets"][0]["data"][0]["rowMetadata"]
    return [number for number, row in enumerate(found, start=1) if row.get("hiddenByFilter")]


def condition(kind: str, *values: str) -> Json:
    return {"condition": {"type": kind, "values": [{"userEnteredValue": text} for text in values]}}


@pytest.mark.parametrize(
    ("column", "criteria", "expected"),
    [
        pytest.param(0, {"hiddenValues": ["Ann"]}, [2], id="a hidden value"),
        pytest.param(0, {"hiddenValues": [""]}, [4], id="blanks hidden"),
        pytest.param(0, {"hiddenValues": ["Name"]}, [], id="the header row stays"),
        pytest.param(0, condition("BLANK"), [2, 3], id="only blanks"),
        pytest.param(0, condition("NOT_BLANK"), [4], id="no blanks"),
        pytest.param(0, condition("TEXT_CONTAINS", "B"), [2, 4], id="letter case ignored"),
        pytest.param(0, condition("TEXT_EQ", "ann"), [3, 4], id="exactly"),
        pytest.param(1, condition("NUMBER_GREATER", "5"), [2, 4], id="greater: blanks are not"),
        pytest.param(1, condition("NUMBER_BETWEEN", "1", "5"), [3, 4], id="between, ends included"),
        pytest.param(2, condition("DATE_AFTER", "2026-01-05"), [2, 4], id="after a day"),
        pytest.param(
            2,
            {"condition": {"type": "DATE_BEFORE", "values": [{"relativeDate": "TODAY"}]}},
            [3, 4],
            id="before today",
        ),
        pytest.param(
            1, condition("CUSTOM_FORMULA", "=AND(B2>5,A2=A$3)"), [2, 4], id="a formula of the row"
        ),
        pytest.param(
            0, {"visibleBackgroundColorStyle": {"rgbColor": RED}}, [3, 4], id="only red cells"
        ),
        pytest.param(
            0,
            {"hiddenValues": ["Ann"]} | condition("NOT_BLANK"),
            [2, 4],
            id="a hidden value stays hidden under a condition",
        ),
    ],
)
def test_a_basic_filter_hides_rows_by_its_criteria(
    log: Book, column: int, criteria: Json, expected: list[int]
) -> None:
    assert hidden(log, column, criteria) == expected


def test_without_a_filter_nothing_is_said_to_be_hidden_by_one(log: Book) -> None:
    found: list[dict[str, Any]] = log.get(fields=MASK)["sheets"][0]["data"][0]["rowMetadata"]

    assert not any(found)
