"""Blocks of cells inserted, deleted, cut and pasted; tables; what is protected; copied tabs."""

from typing import Any

import pytest

from tests.unit.localsheets.callers import Book, lines, span

Json = dict[str, Any]


def _insert(rows: tuple[int, int], columns: tuple[int, int], axis: str = "ROWS") -> Json:
    return {"insertRange": {"range": span(rows, columns), "shiftDimension": axis}}


def _delete(rows: tuple[int, int], columns: tuple[int, int], axis: str = "ROWS") -> Json:
    return {"deleteRange": {"range": span(rows, columns), "shiftDimension": axis}}


_GRID = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            _insert((1, 2), (0, 2)), [[1, 2, 3], ["", "", 6], [4, 5, 9], [7, 8]], id="down"
        ),
        pytest.param(
            _insert((0, 2), (1, 2), "COLUMNS"),
            [[1, "", 2, 3], [4, "", 5, 6], [7, 8, 9]],
            id="to the right",
        ),
        pytest.param(_delete((0, 1), (0, 2)), [[4, 5, 3], [7, 8, 6], ["", "", 9]], id="up"),
        pytest.param(_delete((0, 2), (0, 2), "COLUMNS"), [[3], [6], [7, 8, 9]], id="to the left"),
        pytest.param(_delete((0, 9), (0, 26)), [], id="more than there is"),
    ],
)
def test_cells_move_within_their_columns_or_rows(
    book: Book, request_: Json, expected: list[list[Any]]
) -> None:
    book.write("A1", _GRID)
    assert book.batch(request_)["replies"] == [{}]
    assert book.read("A1:D4") == expected


def test_references_names_and_merges_in_the_lane_follow_and_others_stay(book: Book) -> None:
    book.write("A1", [[1, "", "=A2", "=SUM(A1:B2)", "=SUM(A1:A3)"]], "USER_ENTERED")
    named = {"namedRangeId": "n", "name": "Below", "range": span((1, 3), (0, 1))}
    book.batch(
        {"addNamedRange": {"namedRange": named}},
        {"mergeCells": {"range": span((4, 6), (0, 1)), "mergeType": "MERGE_ALL"}},
        _insert((1, 3), (0, 1)),
    )
    assert book.read("C1:E1", "FORMULA") == [["=A4", "=SUM(A1:B2)", "=SUM(A1:A5)"]]
    found = book.get()
    assert found["namedRanges"][0]["range"] == span((3, 5), (0, 1))
    assert found["sheets"][0]["merges"] == [span((6, 8), (0, 1))]


def test_a_reference_to_deleted_cells_is_lost(book: Book) -> None:
    book.write("A1", [[1, "=A1", "=A2"]], "USER_ENTERED")
    book.batch(_delete((0, 1), (0, 1)))
    assert book.read("B1:C1", "FORMULA") == [["=#REF!", "=A1"]]


def test_notes_and_rules_move_with_their_cells(book: Book) -> None:
    rule = {"condition": {"type": "BOOLEAN"}}
    cell = {"note": "why", "dataValidation": rule}
    fill = {"range": span((1, 2), (0, 1)), "cell": cell, "fields": "note,dataValidation"}
    book.batch({"repeatCell": fill}, _insert((0, 1), (0, 1)))
    moved = book.cell("A3")
    del moved["effectiveFormat"]
    assert (book.cell("A2"), moved) == ({}, cell)


def test_content_pushed_off_the_grid_makes_it_grow(book: Book) -> None:
    book.write("A1000", [["last"]])
    book.batch(_insert((0, 2), (0, 1)))
    assert book.read("A1002") == [["last"]]


@pytest.mark.parametrize("request_", [_insert((1, 2), (0, 1)), _delete((0, 1), (1, 2))])
def test_a_shift_that_would_tear_a_merge_is_refused(book: Book, request_: Json) -> None:
    book.batch({"mergeCells": {"range": span((1, 3), (0, 2)), "mergeType": "MERGE_ALL"}})
    code, text = book.batch_refused(request_)
    assert (code, text.split(": ")[1]) == (
        400,
        "You can't perform a shift that would split a merged cell.",
    )


@pytest.mark.parametrize("kind", ["PASTE_VALUES", "PASTE_FORMAT", "PASTE_NORMAL"])
def test_a_cut_takes_everything_whatever_is_pasted_of_it(book: Book, kind: str) -> None:
    look = {"textFormat": {"bold": True}}
    cell = {"userEnteredValue": {"numberValue": 1}, "userEnteredFormat": look, "note": "n"}
    book.batch({"repeatCell": {"range": span((0, 1), (0, 1)), "cell": cell, "fields": "*"}})
    cut = {"source": span((0, 1), (0, 1)), "destination": {"rowIndex": 5}, "pasteType": kind}
    book.batch({"cutPaste": cut})
    assert book.cell("A1") == {}
    pasted = book.cell("A6")
    assert ("userEnteredValue" in pasted) == (kind != "PASTE_FORMAT")
    assert ("userEnteredFormat" in pasted) == (kind != "PASTE_VALUES")


def test_a_cut_over_itself_and_its_merges_arrives_whole(book: Book) -> None:
    book.write("A1", [["a"], ["b"], ["c"]])
    book.batch(
        {"mergeCells": {"range": span((2, 3), (0, 2)), "mergeType": "MERGE_ALL"}},
        {"cutPaste": {"source": span((0, 3), (0, 2)), "destination": {"rowIndex": 1}}},
    )
    assert book.read("A1:A4") == [[], ["a"], ["b"], ["c"]]
    assert book.tab()["merges"] == [span((3, 4), (0, 2))]


def test_conditional_formats_are_copied_with_the_format(book: Book) -> None:
    rule = {"ranges": [span((0, 1), (0, 1))], "booleanRule": {"condition": {"type": "BLANK"}}}
    paste = {
        "source": span((0, 1), (0, 1)),
        "destination": span((4, 6), (0, 1)),
        "pasteType": "PASTE_CONDITIONAL_FORMATTING",
    }
    book.batch({"addConditionalFormatRule": {"rule": rule}}, {"copyPaste": paste})
    ranges = book.tab()["conditionalFormats"][0]["ranges"]
    assert ranges == [span((0, 1), (0, 1)), span((4, 6), (0, 1))]


@pytest.mark.parametrize(
    ("order", "expected"), [("ASCENDING", [2, 1, 3]), ("DESCENDING", [1, 3, 2])]
)
def test_rows_are_sorted_by_colour(book: Book, order: str, expected: list[int]) -> None:
    red = {"rgbColor": {"red": 1}}
    book.write("A1", [[1], [2], [3]])
    look = {"userEnteredFormat": {"backgroundColorStyle": red}}
    paint = {"range": span((1, 2), (0, 1)), "cell": look, "fields": "userEnteredFormat"}
    specs = [{"dimensionIndex": 0, "sortOrder": order, "backgroundColorStyle": red}]
    sort = {"range": span((0, 3), (0, 1)), "sortSpecs": specs}
    book.batch({"repeatCell": paint}, {"sortRange": sort})
    assert book.read("A1:A3") == [[value] for value in expected]


def test_rows_are_shuffled_and_none_is_lost(book: Book) -> None:
    book.write("A1", [[number, f"R{number}"] for number in range(20)])
    book.batch({"randomizeRange": {"range": span((0, 20), (0, 2))}})
    rows = book.read("A1:B20")
    assert sorted(rows) == [[number, f"R{number}"] for number in range(20)]
    assert rows != sorted(rows)


def _table(**more: Any) -> Json:
    return {"addTable": {"table": {"name": "Cases", "range": span((0, 3), (0, 2)), **more}}}


def test_a_table_is_named_by_its_header_and_typed_columns_by_their_number(book: Book) -> None:
    book.write("A1", [["Case", "Amount"], ["R1", 5]])
    typed = [{"columnIndex": 1, "columnType": "CURRENCY"}]
    table = book.reply(_table(columnProperties=typed))["addTable"]["table"]
    assert table["columnProperties"] == [
        {"columnName": "Case"},
        {"columnIndex": 1, "columnName": "Column 1", "columnType": "CURRENCY"},
    ]
    assert book.read("A1:B1") == [["Case", "Column 1"]]
    assert book.tab()["tables"] == [table]


def test_a_columns_name_is_written_and_the_others_lose_their_type(book: Book) -> None:
    book.write("A1", [["Case", "Done"], ["R1", "yes"]])
    typed = [{"columnName": "Case", "columnType": "TEXT"}]
    table = book.reply(_table(columnProperties=typed))["addTable"]["table"]
    columns = [{"columnIndex": 1, "columnName": "Closed", "columnType": "BOOLEAN"}]
    new = {"tableId": table["tableId"], "columnProperties": columns}
    book.batch({"updateTable": {"table": new, "fields": "columnProperties"}})
    assert book.tab()["tables"][0]["columnProperties"] == [{"columnName": "Case"}, columns[0]]
    assert book.read("A1:B3") == [["Case", "Closed"], ["R1", False], ["", False]]


@pytest.mark.parametrize(
    ("columns", "cause"),
    [
        pytest.param(
            [{"columnType": "DROPDOWN"}],
            "Condition must be set for dropdown column type.",
            id="a dropdown without a list",
        ),
        pytest.param(
            [
                {
                    "columnType": "TEXT",
                    "dataValidationRule": {"condition": {"type": "ONE_OF_LIST"}},
                }
            ],
            "Cannot set condition for non-dropdown column type.",
            id="a list on text",
        ),
        pytest.param([{"columnIndex": 2}], "Invalid columnIndex: 2", id="outside"),
    ],
)
def test_a_column_that_cannot_be_is_refused(book: Book, columns: list[Json], cause: str) -> None:
    refusal = book.batch_refused(_table(columnProperties=columns))
    assert refusal == (400, f"Invalid requests[0].addTable: {cause}")


@pytest.mark.parametrize(("clears", "left"), [(True, [["", "x"]]), (False, [["Case", "x"]])])
def test_a_deleted_table_takes_rules_and_by_switch_contents(
    book: Book, clears: Any, left: list[list[Any]]
) -> None:
    book.caller.ok("POST", "/control", {"switches": {"table_delete_clears": clears}})
    book.write("A1", [["Case", "", "x"]])
    rule = {"ranges": [span((1, 2), (0, 1))], "booleanRule": {"condition": {"type": "BLANK"}}}
    added = {"addTable": {"table": {"range": span((0, 2), (0, 1))}}}
    replies = book.batch({"addConditionalFormatRule": {"rule": rule}}, added)["replies"]
    assert len(book.tab()["conditionalFormats"]) == 1
    table = replies[1]["addTable"]["table"]
    assert table["name"] == "Table1"
    book.batch({"deleteTable": {"tableId": table["tableId"]}})
    assert not {"conditionalFormats", "tables"} & book.tab().keys()
    assert [[*row[:1], *row[2:]] for row in book.read("A1:C1")] == left


def test_cells_appended_to_a_table_push_down_what_lies_below(book: Book) -> None:
    book.write("A1", [["Case", "n"], ["R1", 1], ["R2", 2], ["below", "b", "stays"]])
    table = book.reply(_table())["addTable"]["table"]
    values = [{"userEnteredValue": {"stringValue": "R3"}}, {"userEnteredValue": {"numberValue": 3}}]
    append = {
        "tableId": table["tableId"],
        "rows": [{"values": values}],
        "fields": "userEnteredValue",
    }
    book.batch({"appendCells": append})
    assert book.read("A4:C5") == [["R3", 3, "stays"], ["below", "b"]]
    assert book.tab()["tables"][0]["range"] == span((0, 4), (0, 2))


def test_a_protected_sheet_leaves_its_unprotected_ranges_open(book: Book) -> None:
    holes = [span((0, 1), (0, 1))]
    body = {"range": {"sheetId": 0}, "unprotectedRanges": holes}
    book.batch({"addProtectedRange": {"protectedRange": body}})
    book.caller.ok("POST", "/control", {"callers": {"guest": "guest@localhost"}})
    query = {"valueInputOption": "RAW", "access_token": "guest"}
    path = f"{book.path}/values"
    assert book.caller.call("PUT", f"{path}/A1", {"values": [[1]]}, **query).status_code == 200
    assert book.caller.refused("PUT", f"{path}/A2", {"values": [[1]]}, **query)[0] == 400


def test_a_named_range_protects_where_it_lies_now(book: Book) -> None:
    named = {"namedRangeId": "n", "name": "Mine", "range": span((0, 1), (0, 1))}
    book.batch(
        {"addNamedRange": {"namedRange": named}},
        {"addProtectedRange": {"protectedRange": {"namedRangeId": "n"}}},
        {
            "updateNamedRange": {
                "namedRange": {**named, "range": span((4, 5), (0, 1))},
                "fields": "range",
            }
        },
    )
    book.caller.ok("POST", "/control", {"callers": {"guest": "guest@localhost"}})
    query = {"valueInputOption": "RAW", "access_token": "guest"}
    path = f"{book.path}/values"
    assert book.caller.call("PUT", f"{path}/A1", {"values": [[1]]}, **query).status_code == 200
    assert book.caller.refused("PUT", f"{path}/A5", {"values": [[1]]}, **query)[0] == 400


def test_what_lies_on_a_copied_tab_has_ids_of_its_own(book: Book) -> None:
    view = {"filterViewId": 7, "title": "Mine", "range": span((0, 3), (0, 2))}
    entry = {
        "metadataId": 9,
        "metadataKey": "k",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": lines("ROWS", 0, 1)},
    }
    copy = {"sourceSheetId": 0, "newSheetId": 5, "newSheetName": "Copy"}
    book.batch(
        {"addFilterView": {"filter": view}},
        _table(),
        {"createDeveloperMetadata": {"developerMetadata": entry}},
        {"duplicateSheet": copy},
    )
    old, new = book.tab(0), book.tab(5)
    assert old["filterViews"][0]["filterViewId"] == 7 != new["filterViews"][0]["filterViewId"]
    assert old["tables"][0]["tableId"] != new["tables"][0]["tableId"]
    lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "k"}}]}
    found = book.caller.ok("POST", f"{book.path}/developerMetadata:search", lookup)
    ids = {one["developerMetadata"]["metadataId"] for one in found["matchedDeveloperMetadata"]}
    assert len(ids) == 2


def test_charts_lose_the_cells_of_a_deleted_tab(book: Book) -> None:
    data = {"sourceRange": {"sources": [span((0, 4), (0, 1), sheet_id=5)]}}
    basic = {"chartType": "BAR", "series": [{"series": data}], "domains": [{"domain": data}]}
    position = {"overlayPosition": {"anchorCell": {}}}
    book.batch(
        {"addSheet": {"properties": {"sheetId": 5, "title": "Data"}}},
        {"addChart": {"chart": {"spec": {"basicChart": basic}, "position": position}}},
        {"deleteSheet": {"sheetId": 5}},
    )
    assert book.tab()["charts"][0]["spec"]["basicChart"] == {"chartType": "BAR"}


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        pytest.param({"refreshDataSource": {"isAll": True}}, "refreshDataSource", id="a kind"),
        pytest.param(
            {"autoResizeDimensions": {"dataSourceSheetDimensions": {"sheetId": 0}}},
            "dataSourceSheetDimensions in autoResizeDimensions",
            id="a field",
        ),
    ],
)
def test_what_belongs_to_data_sources_is_refused_by_name(
    book: Book, request_: Json, name: str
) -> None:
    refusal = book.batch_refused(request_)
    assert refusal == (501, f"{name} is not implemented by this local server.")


def test_what_is_written_to_a_cell_a_merge_covers_vanishes(book: Book) -> None:
    """NGS suite: the answer to the write shows nothing there, and unmerged it is blank."""
    book.write("A1", [["a", "b"]])
    merged = {"range": span((0, 1), (0, 2)), "mergeType": "MERGE_ALL"}
    book.batch({"mergeCells": merged})
    path = f"{book.path}/values/A1:B1"
    query = {"valueInputOption": "RAW", "includeValuesInResponse": "true"}
    reply = book.caller.ok("PUT", path, {"values": [["x", "lost"]]}, **query)
    assert reply["updatedData"]["values"] == [["x"]]
    value = {"userEnteredValue": {"stringValue": "lost"}}
    fill = {"range": span((0, 1), (0, 2)), "cell": value, "fields": "userEnteredValue"}
    book.batch({"repeatCell": fill}, {"unmergeCells": {"range": merged["range"]}})
    assert book.read("A1:B1") == [["lost"]]
