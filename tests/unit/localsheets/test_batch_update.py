from typing import Any

import pytest

from tests.unit.localsheets.callers import Book

Json = dict[str, Any]


def _span(rows: tuple[int, int], columns: tuple[int, int], sheet_id: int = 0) -> Json:
    return {
        "sheetId": sheet_id,
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1],
    }


def _lines(axis: str, start: int, end: int) -> Json:
    return {"sheetId": 0, "dimension": axis, "startIndex": start, "endIndex": end}


def _copy(source: Json, target: Json, kind: str = "PASTE_NORMAL") -> Json:
    return {"copyPaste": {"source": source, "destination": target, "pasteType": kind}}


def test_a_failing_request_undoes_the_ones_before_it(book: Book) -> None:
    book.write("A1", [["before"]])
    clear = {"updateCells": {"range": _span((0, 1), (0, 1)), "fields": "userEnteredValue"}}
    refusal = book.batch_refused(clear, {"deleteSheet": {"sheetId": 0}})
    text = "Invalid requests[1].deleteSheet: You can't remove all the sheets in a document."
    assert refusal == (400, text)
    assert book.read("A1") == [["before"]]


def test_requests_see_what_the_earlier_ones_did(book: Book) -> None:
    book.batch(
        {"addSheet": {"properties": {"sheetId": 7, "title": "Two"}}},
        {
            "updateCells": {
                "start": {"sheetId": 7},
                "rows": [{"values": [{"userEnteredValue": {"stringValue": "here"}}]}],
                "fields": "userEnteredValue",
            }
        },
    )
    assert book.read("Two!A1") == [["here"]]


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        pytest.param({}, "Invalid requests[0]: No request set.", id="nothing"),
        pytest.param(
            {"repeatCell": {"range": {"sheetId": 0}}},
            "Invalid requests[0].repeatCell: At least one field must be listed in 'fields'. "
            "(Use '*' to indicate all fields.)",
            id="no mask",
        ),
        pytest.param(
            {"sortRange": {"range": {"sheetId": 1234}}},
            "Invalid requests[0].sortRange: No grid with id: 1234",
            id="no such tab",
        ),
        pytest.param(
            {"deleteSheet": {"sheetId": 5}},
            "Invalid requests[0].deleteSheet: No sheet with id: 5",
            id="no such tab to delete",
        ),
        pytest.param(
            {
                "repeatCell": {
                    "range": {"startRowIndex": 1000, "endColumnIndex": 2},
                    "fields": "note",
                }
            },
            "Invalid requests[0].repeatCell: Range (Sheet1!A1001:B) exceeds grid limits. "
            "Max rows: 1000, max columns: 26",
            id="past the grid",
        ),
        pytest.param(
            {"addSheet": {"properties": {"title": "sheet1"}}},
            'Invalid requests[0].addSheet: A sheet with the name "sheet1" already exists. '
            "Please enter another name.",
            id="title taken",
        ),
        pytest.param(
            {"addSheet": {"properties": {"sheetId": 0}}},
            "Invalid requests[0].addSheet: Sheet with id 0 already exists",
            id="id taken",
        ),
        pytest.param(
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 0, "hidden": True},
                    "fields": "hidden",
                }
            },
            "Invalid requests[0].updateSheetProperties: "
            "You can't hide all the sheets in a document.",
            id="last visible (recorded)",
        ),
        pytest.param(
            {"moveDimension": {"source": _lines("ROWS", 1, 2), "destinationIndex": 1}},
            "Invalid requests[0].moveDimension: "
            "destinationIndex[1] must be outside the requested range[1-2]",
            id="onto itself",
        ),
        pytest.param(
            {"moveDimension": {"source": _lines("ROWS", 1, 2), "destinationIndex": 1001}},
            "Invalid requests[0].moveDimension: destinationIndex[1001] is after last row[1000]",
            id="moved off the grid",
        ),
    ],
)
def test_a_request_that_cannot_be_is_refused(book: Book, request_: Json, text: str) -> None:
    assert book.batch_refused(request_) == (400, text)


def test_no_requests_at_all_are_refused(book: Book) -> None:
    assert book.batch_refused() == (400, "Must specify at least one request.")


def test_what_google_knows_and_this_server_does_not_is_refused_by_name(book: Book) -> None:
    code, text = book.batch_refused({"refreshDataSource": {"isAll": True}})
    assert code == 501
    assert "refreshDataSource" in text


def test_the_state_after_the_batch_comes_back_with_the_answer(book: Book) -> None:
    cell = {"userEnteredValue": {"numberValue": 0}}
    reply = book.caller.ok(
        "POST",
        f"{book.path}:batchUpdate",
        {
            "requests": [
                {"repeatCell": {"range": _span((0, 1), (0, 2)), "cell": cell, "fields": "*"}}
            ],
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["Sheet1!A1:B1"],
            "responseIncludeGridData": True,
        },
        fields="updatedSpreadsheet.sheets.data.rowData.values.effectiveValue",
    )
    values = reply["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"][0]["values"]
    assert values == [{"effectiveValue": {"numberValue": 0}}] * 2


def test_update_cells_clears_what_its_range_names_and_its_rows_lack(book: Book) -> None:
    book.write("A1", [[1, 2], [3, 4]])
    rows = [{"values": [{"userEnteredValue": {"numberValue": 9}}]}]
    request = {"range": _span((0, 2), (0, 2)), "rows": rows, "fields": "userEnteredValue"}
    book.batch({"updateCells": request})
    assert book.read("Sheet1") == [[9]]


def test_repeat_cell_shifts_its_formula_and_stays_on_the_grid(book: Book) -> None:
    book.write("A1", [[1], [2], [3]])
    cell = {"userEnteredValue": {"formulaValue": "=A1*2"}}
    span = _span((0, 3), (1, 2))
    book.batch({"repeatCell": {"range": span, "cell": cell, "fields": "userEnteredValue"}})
    assert book.read("B1:B3") == [[2], [4], [6]]
    edge = _span((999, 2000), (0, 1))
    book.batch({"repeatCell": {"range": edge, "cell": cell, "fields": "userEnteredValue"}})
    assert book.get()["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 1000


@pytest.mark.parametrize(
    ("kind", "brought"),
    [
        ("PASTE_NORMAL", ("=B1+1", 1, True, "why")),
        ("PASTE_NO_BORDERS", ("=B1+1", 1, True, "why")),
        ("PASTE_FORMULA", ("=B1+1", 1, None, None)),
        ("PASTE_VALUES", (None, 3, None, None)),
        ("PASTE_FORMAT", (None, None, True, None)),
        ("PASTE_DATA_VALIDATION", (None, None, None, None)),
    ],
)
def test_each_paste_type_brings_what_it_says(
    book: Book, kind: str, brought: tuple[Any, ...]
) -> None:
    source = {
        "userEnteredValue": {"formulaValue": "=A1+1"},
        "userEnteredFormat": {"textFormat": {"bold": True}},
        "note": "why",
    }
    book.write("A1", [[2]])
    fill = {"repeatCell": {"range": _span((0, 1), (2, 3)), "cell": source, "fields": "*"}}
    paste = _copy(_span((0, 1), (2, 3)), _span((0, 1), (3, 4)), kind)
    book.batch(fill, paste)
    found = book.get(ranges="Sheet1!D1", fields="sheets.data.rowData.values")
    rows = found["sheets"][0]["data"][0].get("rowData", [{}])
    cell = rows[0].get("values", [{}])[0]
    assert brought == (
        cell.get("userEnteredValue", {}).get("formulaValue"),
        cell.get("effectiveValue", {}).get("numberValue"),
        cell.get("userEnteredFormat", {}).get("textFormat", {}).get("bold"),
        cell.get("note"),
    )


def test_a_reference_pasted_off_the_grid_is_lost(book: Book) -> None:
    book.write("B2", [["=A1"]], "USER_ENTERED")
    book.batch(_copy(_span((1, 2), (1, 2)), _span((0, 1), (0, 1))))
    assert book.read("A1", "FORMULA") == [["=#REF!"]]


def test_a_paste_repeats_over_a_multiple_of_its_source(book: Book) -> None:
    book.write("A1", [["a", "b"]])
    book.batch(_copy(_span((0, 1), (0, 2)), _span((1, 3), (0, 4))))
    assert book.read("A2:D3") == [["a", "b", "a", "b"]] * 2


def test_a_paste_into_a_smaller_range_is_whole_all_the_same(book: Book) -> None:
    book.write("A1", [["a", "b"], ["c", "d"]])
    book.batch(_copy(_span((0, 2), (0, 2)), _span((4, 5), (0, 1))))
    assert book.read("A5:B6") == [["a", "b"], ["c", "d"]]


def test_a_transposed_paste_turns_rows_into_columns(book: Book) -> None:
    book.write("A1", [["a", "b"]])
    paste = _copy(_span((0, 1), (0, 2)), _span((2, 3), (0, 1)))
    paste["copyPaste"]["pasteOrientation"] = "TRANSPOSE"
    book.batch(paste)
    assert book.read("A3:A4") == [["a"], ["b"]]


def test_a_cut_leaves_blanks_and_formulas_follow(book: Book) -> None:
    book.write("A1", [[5, "=A1"]], "USER_ENTERED")
    target = {"sheetId": 0, "rowIndex": 4, "columnIndex": 4}
    book.batch({"cutPaste": {"source": _span((0, 1), (0, 1)), "destination": target}})
    assert book.read("A1:B1", "FORMULA") == [["", "=E5"]]
    assert book.read("E5") == [[5]]


def test_duplicates_go_and_the_rest_moves_up_inside_the_range(book: Book) -> None:
    book.write("A1", [["x", 1, "keep"], ["X", 1, "keep"], ["y", 2, "keep"], ["x", 1, "out"]])
    request = {"range": _span((0, 3), (0, 2))}
    reply = book.batch({"deleteDuplicates": request})
    assert reply["replies"] == [{"deleteDuplicates": {"duplicatesRemovedCount": 1}}]
    assert book.read("Sheet1") == [
        ["x", 1, "keep"],
        ["y", 2, "keep"],
        ["", "", "keep"],
        ["x", 1, "out"],
    ]


def test_only_the_columns_named_are_compared(book: Book) -> None:
    book.write("A1", [["x", 1], ["x", 2]])
    request = {
        "range": _span((0, 2), (0, 2)),
        "comparisonColumns": [_lines("COLUMNS", 0, 1)],
    }
    book.batch({"deleteDuplicates": request})
    assert book.read("Sheet1") == [["x", 1]]


def test_shown_values_decide_unless_the_switch_says_values(book: Book) -> None:
    book.write("A1", [["50%"], ["0.5"]], "USER_ENTERED")
    request = {"deleteDuplicates": {"range": _span((0, 2), (0, 1))}}
    assert book.batch(request)["replies"] == [{"deleteDuplicates": {}}]
    book.caller.ok("POST", "/control", {"switches": {"duplicates_compare": "value"}})
    removed = book.batch(request)["replies"][0]["deleteDuplicates"]
    assert removed == {"duplicatesRemovedCount": 1}


def test_rows_are_sorted_stably_with_blanks_last(book: Book) -> None:
    book.write("A1", [["b", 1], ["", 2], ["a", 3], ["B", 4], [5, 5], [True, 6]])
    specs = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    book.batch({"sortRange": {"range": _span((0, 6), (0, 2)), "sortSpecs": specs}})
    assert [row[1] for row in book.read("A1:B6")] == [5, 3, 1, 4, 6, 2]
    specs[0]["sortOrder"] = "DESCENDING"
    book.batch({"sortRange": {"range": _span((0, 6), (0, 2)), "sortSpecs": specs}})
    assert book.read("B6") == [[2]]


def test_inserted_rows_push_cells_ranges_and_formulas_down(book: Book) -> None:
    book.write("A1", [[1], [2], ["=SUM(A1:A2)"]], "USER_ENTERED")
    named = {"name": "Numbers", "range": _span((0, 2), (0, 1))}
    book.batch(
        {"addNamedRange": {"namedRange": named}},
        {"mergeCells": {"range": _span((4, 6), (0, 2)), "mergeType": "MERGE_ALL"}},
        {"insertDimension": {"range": _lines("ROWS", 1, 2)}},
    )
    assert book.read("A1:A4", "FORMULA") == [[1], [], [2], ["=SUM(A1:A3)"]]
    found = book.get()
    assert found["namedRanges"][0]["range"]["endRowIndex"] == 3
    assert found["sheets"][0]["merges"][0]["startRowIndex"] == 5


def test_deleted_columns_take_their_cells_and_lose_references(book: Book) -> None:
    book.write("A1", [["a", 2, "=B1"]], "USER_ENTERED")
    book.batch({"deleteDimension": {"range": _lines("COLUMNS", 1, 2)}})
    assert book.read("A1:B1", "FORMULA") == [["a", "=#REF!"]]
    assert book.get()["sheets"][0]["properties"]["gridProperties"]["columnCount"] == 25


def test_a_moved_row_keeps_its_cells_and_its_height(book: Book) -> None:
    book.write("A1", [["a"], ["b"], ["c"]])
    tall = {
        "range": _lines("ROWS", 0, 1),
        "properties": {"pixelSize": 50},
        "fields": "pixelSize",
    }
    book.batch(
        {"updateDimensionProperties": tall},
        {"moveDimension": {"source": _lines("ROWS", 0, 1), "destinationIndex": 3}},
    )
    assert book.read("Sheet1") == [["b"], ["c"], ["a"]]
    found = book.get(ranges="Sheet1!A3", fields="sheets.data.rowMetadata")
    assert found["sheets"][0]["data"][0]["rowMetadata"] == [{"pixelSize": 50}]


def test_a_duplicated_tab_is_a_tab_of_its_own(book: Book) -> None:
    book.write("A1", [["a"]])
    reply = book.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Copy"}})
    properties = reply["replies"][0]["duplicateSheet"]["properties"]
    assert (properties["title"], properties["index"]) == ("Copy", 0)
    book.write("Copy!A1", [["b"]])
    assert book.read("Sheet1!A1") == [["a"]]


def test_an_index_counts_in_the_order_before_the_move(book: Book) -> None:
    book.batch(*({"addSheet": {"properties": {"title": title}}} for title in ("B", "C")))
    properties = {"sheetId": 0, "index": 2}
    book.batch({"updateSheetProperties": {"properties": properties, "fields": "index"}})
    titles = [sheet["properties"]["title"] for sheet in book.get()["sheets"]]
    assert titles == ["B", "Sheet1", "C"]


def test_a_protected_range_is_closed_to_everybody_but_its_editors(book: Book) -> None:
    book.batch({"addProtectedRange": {"protectedRange": {"range": _span((0, 1), (0, 1))}}})
    book.caller.ok("POST", "/control", {"callers": {"guest": "guest@localhost"}})
    path = f"{book.path}/values/A1"
    query = {"valueInputOption": "RAW", "access_token": "guest"}
    code, text = book.caller.refused("PUT", path, {"values": [[1]]}, **query)
    assert (code, text.split(".")[0]) == (
        400,
        "You are trying to edit a protected cell or object",
    )
    book.write("A1", [["mine"]])


def test_a_protected_range_tells_whoever_asks_whether_they_may_edit_it(book: Book) -> None:
    book.batch({"addProtectedRange": {"protectedRange": {"range": _span((0, 1), (0, 1))}}})
    book.caller.ok("POST", "/control", {"callers": {"guest": "guest@localhost"}})

    def may_edit(**query: str) -> bool:
        [tab] = book.caller.ok("GET", book.path, **query)["sheets"]
        return tab["protectedRanges"][0].get("requestingUserCanEdit", False)

    assert may_edit()
    assert not may_edit(access_token="guest")  # noqa: S106 - a name


def test_an_open_filter_range_is_stored_with_the_grids_bounds(book: Book) -> None:
    book.batch({"setBasicFilter": {"filter": {"range": {"sheetId": 0}}}})
    assert book.get()["sheets"][0]["basicFilter"]["range"] == {
        "startRowIndex": 0,
        "endRowIndex": 1000,
        "startColumnIndex": 0,
        "endColumnIndex": 26,
    }


def test_colours_are_kept_in_both_spellings_and_cleared_in_both(book: Book) -> None:
    red: Json = {"sheetId": 0, "tabColorStyle": {"rgbColor": {"red": 1}}}
    request = {"properties": red, "fields": "tabColorStyle"}
    book.batch({"updateSheetProperties": request})
    properties = book.get()["sheets"][0]["properties"]
    assert properties["tabColor"] == properties["tabColorStyle"]["rgbColor"] == {"red": 1}
    request["properties"] = {"sheetId": 0}
    book.batch({"updateSheetProperties": request})
    assert not {"tabColor", "tabColorStyle"} & book.get()["sheets"][0]["properties"].keys()
