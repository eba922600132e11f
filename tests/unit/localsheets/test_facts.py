"""Facts of sheets-api.md that no other test stands on, by their paragraphs.

What the recordings show is proven by replaying them (`tests/parity`); edges are in `test_edges.py`.
"""

from typing import Any

import pytest

from tests.unit.localsheets.callers import lines, span
from tests.unit.localsheets.desk import Desk, Json

_RAW = {"valueInputOption": "RAW"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _put(desk: Desk, where: str, values: list[list[Any]], **query: Any) -> Json:
    return desk.ask("PUT", f"{desk.book}/values/{where}", {"values": values}, **_RAW | query)


# §1 Transport


def test_a_true_of_python_and_a_null_are_understood(desk: Desk) -> None:
    desk.write("A1", [["a", "b"]])
    whole = desk.get(includeGridData="True")
    assert whole["sheets"][0]["data"][0]["rowData"][0]["values"][0]["formattedValue"] == "a"
    body = {"majorDimension": None, "values": [["x"]]}
    desk.ask("PUT", f"{desk.book}/values/A1", body, **_RAW)
    assert desk.read("A1:B1") == [["x", "b"]]


# §3 Values


_A_TAB_AND_A_NAME: list[Json] = [
    {"addSheet": {"properties": {"title": "Budget", "sheetId": 7}}},
    {"addNamedRange": {"namedRange": {"name": "Budget", "range": span((0, 2), (0, 1))}}},
    {"addNamedRange": {"namedRange": {"name": "Other", "range": span((0, 1), (1, 2))}}},
    {"addTable": {"table": {"name": "Cases", "range": span((3, 6), (0, 2))}}},
]


@pytest.mark.parametrize(
    ("asked", "echoed"),
    [
        pytest.param("Budget", "Sheet1!A1:A2", id="a named range wins over a tab"),
        pytest.param("'Budget'", "Budget!A1:Z1000", id="quoted, it is the tab"),
        pytest.param("Budget!A1", "Budget!A1", id="before a cell it is the tab"),
        pytest.param("'Sheet1'!Other", "Sheet1!B1", id="a name behind a tab"),
    ],
)
def test_a_name_is_a_range_or_a_tab(desk: Desk, asked: str, echoed: str) -> None:
    desk.batch(*_A_TAB_AND_A_NAME)
    assert desk.ask("GET", f"{desk.book}/values/{asked}")["range"] == echoed


def test_a_part_of_a_table_is_no_range(desk: Desk) -> None:
    desk.batch(*_A_TAB_AND_A_NAME)
    asked = "Cases[Column 1]"
    assert desk.refused("GET", f"{desk.book}/values/{asked}") == f"Unable to parse range: {asked}"


def test_how_dates_are_rendered_does_not_matter_where_all_is_text(desk: Desk) -> None:
    desk.write("A1", [["2020-01-01"]])
    path = f"{desk.book}/values/A1"
    for option in ("SERIAL_NUMBER", "FORMATTED_STRING"):
        assert desk.ask("GET", path, dateTimeRenderOption=option)["values"] == [["2020-01-01"]]


def test_the_values_written_come_back_where_they_are_asked_for(desk: Desk) -> None:
    reply = _put(
        desk,
        "A1",
        [[1, "x"]],
        includeValuesInResponse="true",
        responseValueRenderOption="UNFORMATTED_VALUE",
    )
    assert reply["updatedData"] == {
        "range": "Sheet1!A1:B1",
        "majorDimension": "ROWS",
        "values": [[1, "x"]],
    }


@pytest.mark.parametrize(
    ("anchor", "values", "updated"),
    [
        pytest.param("B2", [[1, 2], [3, 4]], "B2:C3", id="a cell: both ways"),
        pytest.param("B2:B", [[1], [2]], "B2:B3", id="down"),
        pytest.param("B:B", [[1], [2]], "B1:B2", id="down from the top"),
        pytest.param("B2:2", [[1, 2]], "B2:C2", id="to the right"),
    ],
)
def test_values_spill_from_a_cell_and_where_a_range_is_open(
    desk: Desk, anchor: str, values: list[list[int]], updated: str
) -> None:
    assert _put(desk, anchor, values)["updatedRange"] == f"Sheet1!{updated}"


def test_rows_may_be_ragged_and_what_is_not_null_counts(desk: Desk) -> None:
    reply = _put(desk, "A1", [["a", "b", "c"], [1, 2]])
    assert (reply["updatedRange"], reply["updatedCells"]) == ("Sheet1!A1:C2", 5)


def test_a_value_leaves_the_note_and_the_rule_of_its_cell(desk: Desk) -> None:
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "x"}]}}
    cell = {"note": "n", "dataValidation": rule}
    request = {"range": span((0, 1), (0, 1)), "cell": cell, "fields": "note,dataValidation"}
    desk.batch({"repeatCell": request})
    desk.write("A1", [["y"]])
    ((found,),) = desk.cells("A1", "note,dataValidation.condition,formattedValue")
    assert found == {"formattedValue": "y", "dataValidation": rule, "note": "n"}


@pytest.mark.parametrize(
    ("text", "link"),
    [
        pytest.param("https://example.org/a?b", "https://example.org/a?b", id="an address"),
        pytest.param("example.org", "http://example.org", id="a bare domain"),
        pytest.param("shop.example.com/x", "http://shop.example.com/x", id="with a path"),
        pytest.param("www.example.co.uk", "http://www.example.co.uk", id="of another country"),
        pytest.param("see example.org", None, id="a domain among words"),
        pytest.param("ref.no", None, id="an abbreviation"),
        pytest.param("a.com b", None, id="more than a domain"),
        pytest.param("me@example.com", None, id="a mailbox"),
    ],
)
@pytest.mark.parametrize("option", ["RAW", "USER_ENTERED"])
def test_a_cell_that_is_an_address_is_a_link(
    desk: Desk, text: str, link: str | None, option: str
) -> None:
    desk.write("A1", [[text]], option)
    ((cell,),) = desk.cells("A1")
    assert cell.get("hyperlink") == link


def test_values_by_filter_go_to_every_match(desk: Desk) -> None:
    for row in (1, 3):
        entry = {
            "metadataKey": "k",
            "visibility": "DOCUMENT",
            "location": {"dimensionRange": lines("ROWS", row, row + 1)},
        }
        desk.batch({"createDeveloperMetadata": {"developerMetadata": entry}})
    by_key = {"developerMetadataLookup": {"metadataKey": "k"}}
    data = [{"dataFilter": by_key, "majorDimension": "ROWS", "values": [["x"]]}]
    desk.ask("POST", f"{desk.book}/values:batchUpdateByDataFilter", _RAW | {"data": data})
    assert desk.read("A1:A4") == [[], ["x"], [], ["x"]]


# §4 Kinds of request


def test_ties_are_broken_by_the_next_order_and_a_header_may_stay_out(desk: Desk) -> None:
    desk.write("A1", [["k", "n"], ["b", 1], ["a", 1], ["a", 2]])
    orders = [
        {"dimensionIndex": 0, "sortOrder": "ASCENDING"},
        {"dimensionIndex": 1, "sortOrder": "DESCENDING"},
    ]
    desk.batch({"sortRange": {"range": span((1, 4), (0, 2)), "sortSpecs": orders}})
    assert desk.read("A1:B4") == [["k", "n"], ["a", 2], ["a", 1], ["b", 1]]


def test_cells_are_appended_after_the_last_row_with_data(desk: Desk) -> None:
    desk.write("A1", [["a"]])
    desk.batch(
        {"repeatCell": {"range": span((4, 5), (0, 1)), "cell": {"note": "n"}, "fields": "note"}}
    )
    new = {"values": [{"userEnteredValue": {"stringValue": "new"}}]}
    desk.batch({"appendCells": {"rows": [new], "fields": "*"}})
    assert desk.read("A1:A9") == [["a"], ["new"]]


def test_a_timestamp_is_written_as_a_number_with_its_format(desk: Desk) -> None:
    stamp = {
        "userEnteredValue": {"numberValue": 46292.5},
        "userEnteredFormat": {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}},
    }
    cells = {"start": {"sheetId": 0}, "rows": [{"values": [stamp]}]}
    desk.batch(
        {"updateCells": cells | {"fields": "userEnteredValue,userEnteredFormat.numberFormat"}}
    )
    assert desk.read("A1") == [[46292.5]]
    assert desk.read("A1", "FORMATTED_VALUE") == [["2026-09-27 12:00"]]


# §5 Errors


_LOCATION: Json = {"dimensionRange": {"dimension": "ROWS", "startIndex": 0}}


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        pytest.param(
            {"repeatCell": {"range": {"sheetId": 1234}, "cell": {}, "fields": "note"}},
            "No grid with id: 1234",
            id="no such tab",
        ),
        pytest.param(
            {
                "repeatCell": {
                    "range": {"startRowIndex": 1000, "endColumnIndex": 2},
                    "cell": {},
                    "fields": "note",
                }
            },
            "Range (Sheet1!A1001:B) exceeds grid limits. Max rows: 1000, max columns: 26",
            id="an open range past the grid",
        ),
        pytest.param(
            {
                "updateCells": {
                    "start": {"rowIndex": 1000, "columnIndex": 1},
                    "rows": [{"values": [{"note": "n"}]}],
                    "fields": "note",
                }
            },
            "Range (Sheet1!B1001) exceeds grid limits. Max rows: 1000, max columns: 26",
            id="a start past the grid",
        ),
        pytest.param(
            {
                "createDeveloperMetadata": {
                    "developerMetadata": {
                        "metadataKey": "k",
                        "visibility": "DOCUMENT",
                        "location": _LOCATION,
                    }
                }
            },
            "DimensionRange must specify both a startIndex and an endIndex",
            id="half a range",
        ),
        pytest.param(
            {"deleteSheet": {}}, "You can't remove all the sheets in a document.", id="last tab"
        ),
    ],
)
def test_a_request_is_refused_in_these_words(desk: Desk, request_: Json, sentence: str) -> None:
    (kind,) = request_
    assert desk.batch_refused(request_) == f"Invalid requests[0].{kind}: {sentence}"


# §8 Concurrency


def test_a_value_leaves_the_metadata_of_its_row(desk: Desk) -> None:
    entry = {
        "metadataId": 9,
        "metadataKey": "k",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": lines("ROWS", 0, 1)},
    }
    desk.batch({"createDeveloperMetadata": {"developerMetadata": entry}})
    _put(desk, "A1:B1", [["x", "y"]])
    found = desk.ask("GET", f"{desk.book}/developerMetadata/9")
    assert found["location"]["dimensionRange"] == lines("ROWS", 0, 1)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"deleteDimension": {"range": lines("ROWS", 1, 2)}}, id="a deleted row"),
        pytest.param(
            {"sortRange": {"range": span((0, 3), (0, 2)), "sortSpecs": [{"dimensionIndex": 0}]}},
            id="a sort",
        ),
    ],
)
@pytest.mark.parametrize("warning", [False, True])
def test_what_moves_a_protected_cell_is_refused_like_a_write(
    desk: Desk,
    request_: Json,
    warning: bool,  # noqa: FBT001
) -> None:
    desk.write("A1", [["b"], ["a"], ["c"]])
    guard: Json = {"range": span((1, 2), (0, 1)), "warningOnly": warning}
    desk.batch({"addProtectedRange": {"protectedRange": guard}})
    desk.caller = "guest@localhost"
    if warning:
        desk.batch(request_)
    else:
        assert "You are trying to edit a protected cell or object." in desk.batch_refused(request_)
