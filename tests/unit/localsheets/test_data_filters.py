"""Methods that find cells and metadata by DataFilters (sheets-api.md §3, §4, §5, §8)."""

from typing import Any

import pytest

from tests.unit.localsheets.callers import Book, Json

VISIBILITY = {"visibility": "DOCUMENT"}


def line(axis: str, index: int) -> Json:
    return {"dimensionRange": {"dimension": axis, "startIndex": index, "endIndex": index + 1}}


ROW_2 = line("ROWS", 1)
COLUMN_B = line("COLUMNS", 1)
PLACES = {
    "row": ROW_2,
    "column": COLUMN_B,
    "sheet": {"sheetId": 0},
    "book": {"spreadsheet": True},
}


def tag(book: Book, key: str, location: Json, value: str = "v") -> int:
    entry = {"metadataKey": key, "metadataValue": value, "location": location} | VISIBILITY
    reply = book.batch({"createDeveloperMetadata": {"developerMetadata": entry}})
    return reply["replies"][0]["createDeveloperMetadata"]["developerMetadata"]["metadataId"]


@pytest.fixture
def tagged(book: Book) -> Book:
    book.write("A1:C4", [["a", "b", "c"], ["r2", 2, 3], ["r3", 4, 5], ["r4", 6, 7]])
    for key, location in PLACES.items():
        tag(book, key, location)
    return book


def search(book: Book, *filters: Json) -> set[str]:
    path = f"{book.path}/developerMetadata:search"
    found = book.caller.ok("POST", path, {"dataFilters": filters})
    matched = found.get("matchedDeveloperMetadata", [])
    return {match["developerMetadata"]["metadataKey"] for match in matched}


def lookup(**fields: Any) -> Json:
    return {"developerMetadataLookup": fields}


EXACT = {"locationMatchingStrategy": "EXACT_LOCATION"}
MEETING = {"locationMatchingStrategy": "INTERSECTING_LOCATION"}


@pytest.mark.parametrize(
    ("data_filter", "expected"),
    [
        pytest.param(lookup(), {"row", "column", "sheet", "book"}, id="an empty lookup: all"),
        pytest.param(lookup(metadataKey="row"), {"row"}, id="by key"),
        pytest.param(lookup(metadataKey="row", metadataValue="w"), set[str](), id="all must fit"),
        pytest.param(lookup(locationType="COLUMN"), {"column"}, id="by kind of place"),
        pytest.param(lookup(metadataLocation=ROW_2, **EXACT), {"row"}, id="exactly the row"),
        pytest.param(
            lookup(metadataLocation=ROW_2),
            {"row", "column", "sheet"},
            id="meeting the row, which is the default",
        ),
        pytest.param(
            lookup(metadataLocation={"sheetId": 0}, **MEETING),
            {"row", "column", "sheet"},
            id="meeting the tab: its rows too",
        ),
        pytest.param(lookup(metadataLocation={"sheetId": 0}, **EXACT), {"sheet"}, id="the tab"),
        pytest.param(lookup(metadataLocation={"spreadsheet": True}), {"book"}, id="the book"),
        pytest.param({"a1Range": "C3:C4"}, {"sheet"}, id="cells off the row and the column"),
        pytest.param({"gridRange": {"startRowIndex": 1}}, {"row", "column", "sheet"}, id="grid"),
    ],
)
def test_search_finds_metadata_by_every_kind_of_filter(
    tagged: Book, data_filter: Json, expected: set[str]
) -> None:
    assert search(tagged, data_filter) == expected


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param(
            {"metadataLocation": {"spreadsheet": True}} | MEETING,
            "DeveloperMetadataLookup.spreadsheet is true, but locationMatchingStrategy was "
            "specified as INTERSECTING",
            id="the book meets nothing",
        ),
        pytest.param(
            {"metadataLocation": {"dimensionRange": {"dimension": "ROWS", "startIndex": 1}}},
            "DimensionRange must specify both a startIndex and an endIndex",
            id="an open range",
        ),
        pytest.param(
            {
                "metadataLocation": {
                    "dimensionRange": {"dimension": "ROWS", "startIndex": 1, "endIndex": 3}
                }
            },
            "DimensionRange must represent a single row or column",
            id="two rows",
        ),
    ],
)
def test_a_lookup_that_contradicts_itself_is_refused_in_googles_words(
    tagged: Book, fields: Json, words: str
) -> None:
    path = f"{tagged.path}/developerMetadata:search"
    body = {"dataFilters": [lookup(**fields)]}

    assert tagged.caller.refused("POST", path, body) == (400, words)


def test_an_entry_is_found_by_its_id_until_its_row_is_deleted(tagged: Book) -> None:
    metadata_id = tag(tagged, "case", line("ROWS", 2))
    path = f"{tagged.path}/developerMetadata/{metadata_id}"
    assert tagged.caller.ok("GET", path)["metadataKey"] == "case"

    tagged.batch({"deleteDimension": {"range": line("ROWS", 2)["dimensionRange"]}})

    words = f"No developer metadata with ID {metadata_id}"
    assert tagged.caller.refused("GET", path) == (404, words)


@pytest.mark.parametrize(
    ("request_", "row"),
    [
        pytest.param(
            {"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 2}}},
            4,
            id="rows inserted above",
        ),
        pytest.param(
            {
                "moveDimension": {
                    "source": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2},
                    "destinationIndex": 4,
                }
            },
            4,
            id="the row moved",
        ),
        pytest.param(
            {
                "sortRange": {
                    "range": {"startRowIndex": 1, "endRowIndex": 4},
                    "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
                }
            },
            4,
            id="a sort through the API",
        ),
    ],
)
def test_values_are_written_to_the_row_wherever_its_metadata_went(
    tagged: Book, request_: Json, row: int
) -> None:
    tagged.batch(request_)
    data = {"dataFilter": lookup(metadataKey="row"), "values": [[None, "new"]]}
    path = f"{tagged.path}/values:batchUpdateByDataFilter"

    answer = tagged.caller.ok("POST", path, {"valueInputOption": "RAW", "data": [data]})

    assert tagged.read(f"A{row}:C{row}") == [["r2", "new", 3]]
    assert answer["responses"] == [
        {
            "updatedRange": f"Sheet1!A{row}:B{row}",
            "updatedRows": 1,
            "updatedColumns": 1,
            "updatedCells": 1,
            "dataFilter": lookup(metadataKey="row"),
        }
    ]


def test_a_filter_on_a_row_reads_its_whole_width_and_is_named_in_the_answer(tagged: Book) -> None:
    filters = [lookup(metadataKey="row"), {"a1Range": "A2:Z2"}, {"a1Range": "B1"}]
    path = f"{tagged.path}/values:batchGetByDataFilter"

    found = tagged.caller.ok("POST", path, {"dataFilters": filters})["valueRanges"]

    assert [match["valueRange"]["range"] for match in found] == ["Sheet1!A2:Z2", "Sheet1!B1"]
    assert found[0]["dataFilters"] == filters[:2]


def test_values_larger_than_a_match_fail_the_whole_request(tagged: Book) -> None:
    before = tagged.read("A1:C4")
    data = [
        {"dataFilter": {"a1Range": "A1"}, "values": [["fits"]]},
        {"dataFilter": lookup(metadataKey="row"), "values": [["one"], ["two"]]},
    ]
    path = f"{tagged.path}/values:batchUpdateByDataFilter"

    code, words = tagged.caller.refused("POST", path, {"valueInputOption": "RAW", "data": data})

    assert (code, words.partition(":")[0]) == (400, "Invalid data[1]")
    assert tagged.read("A1:C4") == before


def test_clearing_by_filter_takes_only_the_values_that_match(tagged: Book) -> None:
    path = f"{tagged.path}/values:batchClearByDataFilter"

    answer = tagged.caller.ok("POST", path, {"dataFilters": [lookup(metadataKey="row")]})

    assert answer["clearedRanges"] == ["Sheet1!A2:Z2"]
    assert tagged.read("A1:A3") == [["a"], [], ["r3"]]


def test_a_book_is_read_by_filter_as_far_as_the_filters_match(tagged: Book) -> None:
    body = {"dataFilters": [{"a1Range": "B2:C2"}], "includeGridData": True}

    found = tagged.caller.ok("POST", f"{tagged.path}:getByDataFilter", body)

    data = found["sheets"][0]["data"][0]
    assert (data["startRow"], data["startColumn"], len(data["rowMetadata"])) == (1, 1, 1)
    shown = [cell["formattedValue"] for cell in data["rowData"][0]["values"]]
    assert shown == ["2", "3"]


@pytest.mark.parametrize("data_filter", [lookup(metadataKey="nobody"), {"a1Range": "Z9"}])
def test_a_filter_that_selects_nothing_answers_without_values(
    tagged: Book, data_filter: Json
) -> None:
    path = f"{tagged.path}/values:batchGetByDataFilter"

    found = tagged.caller.ok("POST", path, {"dataFilters": [data_filter]})

    assert all("values" not in match["valueRange"] for match in found.get("valueRanges", []))
