"""What people do in the browser, through the control route (guarded-write.md §11.3, §11.4)."""

from typing import Any

import pytest

from tests.unit.localsheets.callers import Book, Json

SORT: Json = {
    "sortRange": {
        "range": {"startRowIndex": 1, "endRowIndex": 4},
        "sortSpecs": [{"dimensionIndex": 0}],
    }
}
ROW_2 = {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}
EDIT: Json = {
    "updateCells": {
        "start": {"rowIndex": 1, "columnIndex": 1},
        "rows": [{"values": [{"userEnteredValue": {"stringValue": "typed"}}]}],
        "fields": "userEnteredValue",
    }
}
LOG = [["Case", "Status"], ["c", 3], ["a", 1], ["b", 2]]


@pytest.fixture
def log(book: Book) -> Book:
    book.write("A1:B4", LOG)
    entry = {
        "metadataKey": "c",
        "location": {"dimensionRange": ROW_2},
        "visibility": "DOCUMENT",
    }
    book.batch({"createDeveloperMetadata": {"developerMetadata": entry}})
    return book


def person(book: Book, **action: object) -> Json:
    body = {"spreadsheetId": book.spreadsheet_id} | action
    return book.caller.ok("POST", "/control/ui", body)


def tagged_row(book: Book) -> int:
    path = f"{book.path}/developerMetadata:search"
    body = {"dataFilters": [{"developerMetadataLookup": {}}]}
    found = book.caller.ok("POST", path, body)["matchedDeveloperMetadata"][0]
    return found["developerMetadata"]["location"]["dimensionRange"]["startIndex"]


@pytest.mark.parametrize(("moves", "row"), [(True, 3), (False, 1)])
def test_a_switch_tells_whether_metadata_goes_along_when_a_person_sorts(
    log: Book, moves: Any, row: int
) -> None:
    log.caller.ok("POST", "/control", {"switches": {"sort_moves_metadata": moves}})

    person(log, do=[SORT])

    assert log.read("A2:B4") == [["a", 1], ["b", 2], ["c", 3]]
    assert tagged_row(log) == row


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(SORT, id="a sort"),
        pytest.param(EDIT, id="typing"),
        pytest.param({"deleteDimension": {"range": ROW_2}}, id="a deleted row"),
        pytest.param({"insertDimension": {"range": ROW_2}}, id="an inserted row"),
        pytest.param({"moveDimension": {"source": ROW_2, "destinationIndex": 4}}, id="a move down"),
        pytest.param(
            {
                "moveDimension": {
                    "source": {"dimension": "ROWS", "startIndex": 3, "endIndex": 4},
                    "destinationIndex": 1,
                }
            },
            id="a move up",
        ),
    ],
)
@pytest.mark.parametrize("way", ["inverse", "snapshot"])
def test_undo_puts_everything_back_where_nobody_else_did_anything(
    log: Book, action: Json, way: str
) -> None:
    person(log, do=[action])

    person(log, undo=way)

    assert log.read("A1:B5") == LOG
    assert tagged_row(log) == 1


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        pytest.param("inverse", [["c", 3], ["a", "stamp"], ["b", 2]], id="the stamp moves along"),
        pytest.param("snapshot", [["c", 3], ["a", 1], ["b", 2]], id="the stamp is lost"),
        pytest.param("changed_cells", [["c", 3], ["a", 1], ["b", 2]], id="it was a changed cell"),
    ],
)
def test_the_ways_of_undoing_differ_in_what_becomes_of_a_stamp_written_since(
    log: Book, way: str, expected: list[list[object]]
) -> None:
    person(log, do=[SORT])
    log.write("B2", [["stamp"]])

    person(log, undo=way)

    assert log.read("A2:B4") == expected


def test_what_was_undone_is_still_undone_after_a_change_by_the_program(log: Book) -> None:
    person(log, do=[EDIT])
    person(log, undo="changed_cells")
    log.write("B4", [["new"]])

    assert log.read("A1:B4") == [*LOG[:3], ["b", "new"]]


def test_without_an_action_there_is_nothing_to_undo(log: Book) -> None:
    body = {"spreadsheetId": log.spreadsheet_id, "undo": "inverse"}

    assert log.caller.call("POST", "/control/ui", body).status_code == 400
