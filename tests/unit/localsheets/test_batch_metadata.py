"""Developer metadata: where it may lie, that it follows its row, and what it may weigh."""

from typing import Any

import pytest

from tests.unit.localsheets.callers import Book, lines, span

Json = dict[str, Any]
_ROW = {"dimensionRange": lines("ROWS", 2, 3)}


def _entry(location: Json, key: str = "case", **more: Any) -> Json:
    return {"metadataKey": key, "visibility": "DOCUMENT", "location": location, **more}


def _create(book: Book, location: Json, key: str = "case", **more: Any) -> Json:
    request = {"createDeveloperMetadata": {"developerMetadata": _entry(location, key, **more)}}
    return book.reply(request)["createDeveloperMetadata"]["developerMetadata"]


def _row_of(book: Book, metadata_id: int) -> int:
    found = book.caller.ok("GET", f"{book.path}/developerMetadata/{metadata_id}")
    return found["location"]["dimensionRange"]["startIndex"]


def _by_key(key: str) -> Json:
    return {"developerMetadataLookup": {"metadataKey": key}}


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        pytest.param({"spreadsheet": True}, {"locationType": "SPREADSHEET"}, id="the book"),
        pytest.param({"sheetId": 0}, {"locationType": "SHEET"}, id="a tab, its id 0 left out"),
        pytest.param(_ROW, {"locationType": "ROW"}, id="a row"),
        pytest.param(
            {"dimensionRange": lines("COLUMNS", 0, 1)}, {"locationType": "COLUMN"}, id="a column"
        ),
    ],
)
def test_an_entry_is_answered_with_its_id_and_the_type_of_its_place(
    book: Book, location: Json, shown: Json
) -> None:
    made = _create(book, location, metadataValue="R1")
    asked = {name: value for name, value in location.items() if name != "sheetId"}
    assert made["metadataId"] > 0
    assert {**made, "metadataId": 0} == {
        "metadataId": 0,
        "metadataKey": "case",
        "metadataValue": "R1",
        "location": shown | asked,
        "visibility": "DOCUMENT",
    }


@pytest.mark.parametrize(
    ("request_", "row"),
    [
        pytest.param({"insertDimension": {"range": lines("ROWS", 0, 2)}}, 4, id="insert above"),
        pytest.param({"deleteDimension": {"range": lines("ROWS", 0, 1)}}, 1, id="delete above"),
        pytest.param(
            {"moveDimension": {"source": lines("ROWS", 2, 3), "destinationIndex": 0}}, 0, id="move"
        ),
        pytest.param(
            {
                "sortRange": {
                    "range": span((0, 4), (0, 26)),
                    "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}],
                }
            },
            1,
            id="sort",
        ),
    ],
)
def test_an_entry_follows_its_row(book: Book, request_: Json, row: int) -> None:
    book.write("A1", [[1], [2], [3], [4]])
    made = _create(book, _ROW)
    book.batch(request_)
    assert _row_of(book, made["metadataId"]) == row
    assert book.read(f"A{row + 1}") == [[3]]


def test_an_entry_goes_silently_with_its_row(book: Book) -> None:
    made = _create(book, _ROW)
    assert book.batch({"deleteDimension": {"range": lines("ROWS", 2, 3)}})["replies"] == [{}]
    path = f"{book.path}/developerMetadata/{made['metadataId']}"
    assert book.caller.refused("GET", path)[0] == 404


def test_entries_are_changed_and_deleted_by_filter(book: Book) -> None:
    first, second = _create(book, _ROW), _create(book, {"spreadsheet": True}, "other")
    update = {
        "dataFilters": [_by_key("case"), {"gridRange": span((2, 3), (0, 1))}],
        "developerMetadata": {"metadataValue": "new"},
        "fields": "metadataValue",
    }
    changed = book.reply({"updateDeveloperMetadata": update})["updateDeveloperMetadata"]
    assert changed == {"developerMetadata": [{**first, "metadataValue": "new"}]}
    deleted = book.reply({"deleteDeveloperMetadata": {"dataFilter": _by_key("other")}})
    assert deleted["deleteDeveloperMetadata"] == {"deletedDeveloperMetadata": [second]}
    again = book.reply({"deleteDeveloperMetadata": {"dataFilter": _by_key("other")}})
    assert again == {"deleteDeveloperMetadata": {}}


def test_an_entry_can_be_laid_elsewhere(book: Book) -> None:
    made = _create(book, _ROW)
    location = {"dimensionRange": lines("ROWS", 9, 10)}
    update = {
        "dataFilters": [_by_key("case")],
        "developerMetadata": {"location": location},
        "fields": "location",
    }
    book.batch({"updateDeveloperMetadata": update})
    assert _row_of(book, made["metadataId"]) == 9


_WIDE = {"dimensionRange": lines("ROWS", 2, 4)}


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        pytest.param(
            _entry(_WIDE), "DimensionRange must represent a single row or column", id="two rows"
        ),
        pytest.param(
            _entry({"dimensionRange": {"dimension": "ROWS"}}),
            "DimensionRange must specify both a startIndex and an endIndex",
            id="unbounded (observed)",
        ),
        pytest.param(
            _entry(_ROW, ""),
            "Developer metadata must always have a key specified.",
            id="no key (documented)",
        ),
        pytest.param(
            {"metadataKey": "k", "location": _ROW},
            "Developer metadata must always have visibility specified.",
            id="no visibility (documented)",
        ),
        pytest.param(
            {"metadataKey": "k", "visibility": "DOCUMENT"},
            "Developer metadata must always have a location specified.",
            id="no place",
        ),
        pytest.param(
            _entry(_ROW, metadataId=5),
            "Developer metadata with ID 5 already exists",
            id="an id in use (documented)",
        ),
        pytest.param(
            _entry({"spreadsheet": True}, "k" * 30_001),
            "This action would increase the size of the developer metadata of the spreadsheet "
            "above the limit of 30000 characters.",
            id="too heavy (documented)",
        ),
    ],
)
def test_an_entry_that_cannot_be_is_refused(book: Book, entry: Json, cause: str) -> None:
    _create(book, {"spreadsheet": True}, metadataId=5)
    refusal = book.batch_refused({"createDeveloperMetadata": {"developerMetadata": entry}})
    assert refusal == (400, f"Invalid requests[0].createDeveloperMetadata: {cause}")


def test_each_tab_and_the_book_have_room_of_their_own(book: Book) -> None:
    _create(book, {"spreadsheet": True}, "k" * 30_000)
    _create(book, _ROW, "k" * 15_000)
    _create(book, {"sheetId": 0}, "k" * 15_000)
    one_more = {"createDeveloperMetadata": {"developerMetadata": _entry(_ROW, "k")}}
    assert book.batch_refused(one_more)[0] == 400


def test_ids_of_a_callers_choice_have_no_weight(book: Book) -> None:
    made = [_create(book, _ROW, "k", metadataId=number)["metadataId"] for number in (7, 8)]
    assert made == [7, 8]
