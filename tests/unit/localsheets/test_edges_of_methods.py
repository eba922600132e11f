"""Every method at its edges: nothing asked, nothing there, beyond the grid, twice, somebody else's.

The facts are named as in `test_edges.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from refundsheet.localsheets.calls import Raw
from refundsheet.localsheets.routes import METHODS
from tests.unit.localsheets.callers import lines, span
from tests.unit.localsheets.desk import Desk, Json

Check = Callable[[Desk, Any], object]

_TABS = [
    {
        "properties": {
            "sheetId": number,
            "title": title,
            "gridProperties": {"rowCount": rows, "columnCount": columns},
        }
    }
    for number, title, rows, columns in ((0, "Log", 8, 4), (7, "Two", 3, 2))
]
_LOG = [["a", 1, "=B1*10"], ["b", 2, ""], ["", "", ""], ["a", 1, "x"]]
_NOWHERE = "/v4/spreadsheets/nobodys"
_NO_FILE = "/drive/v3/files/nobodys"
_NOT_FOUND = "Requested entity was not found."
_NO_SUCH_FILE = "File not found: nobodys."
_OFF = "Range (Log!A9) exceeds grid limits. Max rows: 8, max columns: 4"
_ROW_TAG: Json = {
    "metadataId": 9,
    "metadataKey": "k",
    "location": {"dimensionRange": lines("ROWS", 1, 2)},
    "visibility": "DOCUMENT",
}
_BY_KEY: Json = {"developerMetadataLookup": {"metadataKey": "k"}}
_BY_NONE: Json = {"developerMetadataLookup": {"metadataKey": "z"}}
_SHEET = "application/vnd.google-apps.spreadsheet"
_READER = {"type": "user", "role": "reader", "emailAddress": "reader@example.org"}


@dataclass(frozen=True)
class Edge:
    """One call, and what it answers: a sentence it is refused with, or something to look at."""

    method: str
    says: str
    fact: str
    call: str
    then: str | Check
    body: Json | None = None
    query: Json = field(default_factory=dict[str, Any])


def _is(expected: Any, *path: Any) -> Check:
    """Something in the answer, or all of it; `{key}` stands for the spreadsheet's id."""

    def check(desk: Desk, answer: Any) -> None:
        for name in path:
            answer = answer[name]
        assert answer == _filled(expected, desk.key)

    return check


def _filled(expected: Any, key: str) -> Any:
    if isinstance(expected, dict):
        return {name: _filled(value, key) for name, value in expected.items()}
    return key if expected == "{key}" else expected


def _has(*names: str) -> Check:
    """The fields of the answer, in this order."""

    def check(_desk: Desk, answer: Json) -> None:
        assert list(answer) == list(names)

    return check


def _reads(where: str, expected: list[list[Any]]) -> Check:
    def check(desk: Desk, _answer: Json) -> None:
        assert desk.read(where) == expected

    return check


def _empty(_desk: Desk, answer: Any) -> None:
    assert answer == Raw(b"", "text/html", 204)


def _text(expected: str) -> Check:
    def check(_desk: Desk, answer: Any) -> None:
        assert isinstance(answer, Raw)
        assert answer.content.decode() == expected

    return check


def _raw(*rows: list[Any], **more: Any) -> Json:
    return {"values": list(rows)} | more


def _made_alike(desk: Desk, _answer: Json) -> None:
    """Everything on a tab is there again in a spreadsheet created from the answer of a `get`."""
    red = {"red": 1}
    rule = {"condition": {"type": "BLANK"}, "format": {"backgroundColor": red}}
    size = {"properties": {"pixelSize": 55}, "fields": "pixelSize"}
    desk.batch(
        {"mergeCells": {"range": span((5, 7), (0, 1)), "mergeType": "MERGE_ALL"}},
        {"addNamedRange": {"namedRange": {"name": "First", "range": span((0, 1), (0, 1))}}},
        {
            "addConditionalFormatRule": {
                "rule": {"ranges": [span((0, 2), (0, 4))], "booleanRule": rule}
            }
        },
        {"addBanding": {"bandedRange": {"range": span((0, 4), (0, 4)), "rowProperties": _BANDS}}},
        {"addFilterView": {"filter": {"title": "v", "range": span((0, 4), (0, 4))}}},
        {
            "addProtectedRange": {
                "protectedRange": {"range": span((0, 1), (0, 4)), "warningOnly": True}
            }
        },
        {"addDimensionGroup": {"range": lines("ROWS", 1, 3)}},
        {"setBasicFilter": {"filter": {"range": span((0, 4), (0, 4))}}},
        {"updateDimensionProperties": {"range": lines("COLUMNS", 1, 2)} | size},
    )
    book = desk.state()
    key = desk.ask("POST", "/v4/spreadsheets", book)["spreadsheetId"]
    made = desk.ask("GET", f"/v4/spreadsheets/{key}", includeGridData="true")
    book["spreadsheetId"], book["spreadsheetUrl"] = made["spreadsheetId"], made["spreadsheetUrl"]
    assert made == book


_BANDS = {"firstBandColor": {"blue": 1}, "secondBandColor": {"green": 1}}
_RAW = {"valueInputOption": "RAW"}
_ID = {"spreadsheetId": "{key}"}

#: One a line: to be read as a table.
EDGES = [
    # Spreadsheets
    Edge("spreadsheets.create", "an empty body: one tab of Google's", "§2 REC", "POST /v4/spreadsheets", _is({"rowCount": 1000, "columnCount": 26}, "sheets", 0, "properties", "gridProperties"), {}),
    Edge("spreadsheets.create", "tabs take the place of the first", "§2 LIVE GSM H", "POST /v4/spreadsheets", lambda _d, a: [tab["properties"]["title"] for tab in a["sheets"]] == ["Only"], {"sheets": [{"properties": {"title": "Only"}}]}),
    Edge("spreadsheets.create", "no rows and no columns are as many as usual", "3P googlesheets4 #70", "POST /v4/spreadsheets", _is({"rowCount": 1000, "columnCount": 26}, "sheets", 0, "properties", "gridProperties"), {"sheets": [{"properties": {"gridProperties": {"rowCount": 0, "columnCount": 0}}}]}),
    Edge("spreadsheets.create", "two tabs of one name", "§5 LIVE BR", "POST /v4/spreadsheets", 'A sheet with the name "a" already exists. Please enter another name.', {"sheets": [{"properties": {"title": title}} for title in "Aa"]}),
    Edge("spreadsheets.create", "one made like another, as `get` shows that", "DS; pygsheets' templates", "POST /v4/spreadsheets", _made_alike, {}),
    Edge("spreadsheets.create", "an id of the caller's own is passed over", "DS: read-only", "POST /v4/spreadsheets", lambda _d, a: a["spreadsheetId"] != "mine", {"spreadsheetId": "mine"}),
    Edge("spreadsheets.get", "nobody's", "§5 REC", f"GET {_NOWHERE}", _NOT_FOUND),
    Edge("spreadsheets.get", "a slash at the end", "§1 REC GR", "GET {book}/", _has("spreadsheetId", "properties", "sheets", "spreadsheetUrl")),
    Edge("spreadsheets.get", "a range off the grid", "§5 LIVE GSM", "GET {book}", _OFF, None, {"ranges": "A9", "includeGridData": "true"}),
    Edge("spreadsheets.get", "a mask wins over includeGridData", "§1 LIVE GSM", "GET {book}", _is({"sheets": [{"properties": {"title": "Log"}}, {"properties": {"title": "Two"}}]}), None, {"includeGridData": "true", "fields": "sheets/properties/title"}),
    Edge("spreadsheets.get", "a mask with nothing to show", "§1 REC", "GET {book}", _is({}), None, {"fields": "namedRanges"}),
    Edge("spreadsheets.get", "the same range twice: two GridData", "§2: one a range", "GET {book}", lambda _d, a: len(a["sheets"][0]["data"]) == 2, None, {"ranges": ["A1", "A1"], "fields": "sheets.data.startRow,sheets.data.rowData.values.note"}),
    Edge("spreadsheets.getByDataFilter", "no filter: all of it", "DS", "POST {book}:getByDataFilter", lambda _d, a: len(a["sheets"]) == 2, {}),
    Edge("spreadsheets.getByDataFilter", "one that matches nothing", "DS", "POST {book}:getByDataFilter", lambda _d, a: "sheets" not in a, {"dataFilters": [_BY_NONE]}),
    Edge("spreadsheets.getByDataFilter", "nobody's", "§5 REC", f"POST {_NOWHERE}:getByDataFilter", _NOT_FOUND, {}),
    Edge("spreadsheets.batchUpdate", "nothing", "§5 LIVE BR", "POST {book}:batchUpdate", "Must specify at least one request.", {}),
    Edge("spreadsheets.batchUpdate", "an empty request", "guess: wording", "POST {book}:batchUpdate", "Invalid requests[0]: No request set.", {"requests": [{}]}),
    Edge("spreadsheets.batchUpdate", "a slash before the colon", "§1 NGS", "POST {book}/:batchUpdate", _is({}, "replies", 0), {"requests": [{"unmergeCells": {"range": span((0, 1), (0, 1))}}]}),
    Edge("spreadsheets.batchUpdate", "one that nobody knows", "§5 LIVE BR", "POST {book}:batchUpdate", 'Invalid JSON payload received. Unknown name "frobnicate" at \'requests[0]\': Cannot find field.', {"requests": [{"frobnicate": {}}]}),
    Edge("spreadsheets.batchUpdate", "the book afterwards, masked", "§4 LIVE GSM", "POST {book}:batchUpdate", _is({"updatedSpreadsheet": {"properties": {"title": "T"}}}), {"requests": [{"updateSpreadsheetProperties": {"properties": {"title": "T"}, "fields": "title"}}], "includeSpreadsheetInResponse": True}, {"fields": "updatedSpreadsheet.properties.title"}),
    Edge("spreadsheets.batchUpdate", "the last one is wrong: nothing happens", "§4 LIVE GD", "POST {book}:batchUpdate", "Invalid requests[1].deleteSheet: No sheet with id: 99", {"requests": [{"deleteSheet": {"sheetId": 7}}, {"deleteSheet": {"sheetId": 99}}]}),
    Edge("spreadsheets.sheets.copyTo", "to the book itself", "DS", "POST {book}/sheets/7:copyTo", _is("Copy of Two", "title"), {"destinationSpreadsheetId": "{key}"}),
    Edge("spreadsheets.sheets.copyTo", "a tab nobody has", "guess: wording", "POST {book}/sheets/99:copyTo", _NOT_FOUND, {"destinationSpreadsheetId": "{key}"}),
    Edge("spreadsheets.sheets.copyTo", "nowhere", "§5 REC", "POST {book}/sheets/0:copyTo", _NOT_FOUND, {}),
    Edge("spreadsheets.developerMetadata.get", "nobody's", "§5 LIVE GSM K", "GET {book}/developerMetadata/8", "No developer metadata with ID 8"),
    Edge("spreadsheets.developerMetadata.get", "where it is now", "§8 LIVE GSM K", "GET {book}/developerMetadata/9", _is(lines("ROWS", 1, 2), "location", "dimensionRange")),
    Edge("spreadsheets.developerMetadata.search", "an empty lookup: all", "§8 LIVE GSM K", "POST {book}/developerMetadata:search", lambda _d, a: len(a["matchedDeveloperMetadata"]) == 1, {"dataFilters": [{"developerMetadataLookup": {}}]}),
    Edge("spreadsheets.developerMetadata.search", "no filter: nothing", "DS", "POST {book}/developerMetadata:search", _is({}), {}),
    # Values
    Edge("values.get", "an empty range has no values", "§3 REC", "GET {book}/values/A3:C3", _is({"range": "Log!A3:C3", "majorDimension": "ROWS"})),
    Edge("values.get", "partly off the grid", "§3 REC GR", "GET {book}/values/Log!A7:Z99", _is("Log!A7:D8", "range")),
    Edge("values.get", "off the grid", "§5 LIVE GSM", "GET {book}/values/A9", _OFF),
    Edge("values.get", "no such tab", "§5 LIVE BR", "GET {book}/values/'Nope'!A1", "Unable to parse range: 'Nope'!A1"),
    Edge("values.get", "a slash in a range", "§5 LIVE BR", "GET {book}/values/a%2Fb", "Unable to parse range: a/b"),
    Edge("values.get", "columns: the last blanks are dropped", "§3 REC", "GET {book}/values/A1:D4", _is([["a", "b", "", "a"], ["1", "2", "", "1"], ["10", "", "", "x"]], "values"), None, {"majorDimension": "COLUMNS"}),
    Edge("values.get", "an option nobody knows", "§5 LIVE BR: as enums", "GET {book}/values/A1", "Invalid value at 'value_render_option' (type.googleapis.com/google.apps.sheets.v4.ValueRenderOption), \"X\"", None, {"valueRenderOption": "X"}),
    Edge("values.batchGet", "no range at all", "DS: optional", "GET {book}/values:batchGet", _is(_ID)),
    Edge("values.batchGet", "one wrong range fails all", "§5 LIVE BR", "GET {book}/values:batchGet", "Unable to parse range: Nope!A1", None, {"ranges": ["A1", "Nope!A1"]}),
    Edge("values.batchGet", "in the order asked, twice alike", "§3 REC", "GET {book}/values:batchGet", lambda _d, a: [found["range"] for found in a["valueRanges"]] == ["Log!B2", "Two!A1:B3", "Log!B2"], None, {"ranges": ["B2", "Two", "Log!B2"]}),
    Edge("values.update", "no option", "§6 DS, wording 3P", "PUT {book}/values/A1", "'valueInputOption' is required but not specified", _raw(["x"])),
    Edge("values.update", "no values", "§3 UNK: zeros are left out", "PUT {book}/values/B2", _is(_ID | {"updatedRange": "Log!B2"}), {}, _RAW),
    Edge("values.update", "nulls alone", "§3 UNK: zeros are left out", "PUT {book}/values/A1", _is(_ID | {"updatedRange": "Log!A1:B1"}), _raw([None, None]), _RAW),
    Edge("values.update", "more than the range holds", "§5 LIVE BR", "PUT {book}/values/Log!A1:B1", "Requested writing within range [Log!A1:B1], but tried writing to row [2]", _raw(["x"], ["y"]), _RAW),
    Edge("values.update", "never grows the grid", "§3 LIVE GSM A", "PUT {book}/values/Log!D8", "Requested writing within range [Log!D8], but tried writing to column [E]", _raw(["x", "y"]), _RAW),
    Edge("values.update", "another range in the body, both off the grid", "§5 LIVE BR", "PUT {book}/values/Log!ZZ999", "Request range[Log!ZZ999] does not match value's range[Log!ZZ998]", _raw(["x"], range="Log!ZZ998"), _RAW),
    Edge("values.update", "the same range in the body, off the grid", "§3 LIVE GSM C", "PUT {book}/values/Log!ZZ9", "Range (Log!ZZ9) exceeds grid limits. Max rows: 8, max columns: 4", _raw(["x"], range="Log!ZZ9"), _RAW),
    Edge("values.update", "another range in the body", "§5 LIVE BR", "PUT {book}/values/Log!A1", "Request range[Log!A1] does not match value's range[Log!A2]", _raw(["x"], range="Log!A2"), _RAW),
    Edge("values.update", "50,001 characters", "§5 LIVE GSM G", "PUT {book}/values/A1", "Your input contains more than the maximum of 50000 characters in a single cell.", _raw(["x" * 50_001]), _RAW),
    Edge("values.update", "50,000 characters", "§5 LIVE GSM G", "PUT {book}/values/A1", _is(1, "updatedCells"), _raw(["x" * 50_000]), _RAW),
    Edge("values.update", "a list where a cell belongs", "§5 LIVE BR", "PUT {book}/values/A1", 'Invalid values[0][0]: list_value {\n  values {\n    string_value: "x"\n  }\n}', _raw([["x"]]), _RAW),
    Edge("values.append", "to the whole tab: after its last block", "§3 LIVE GSM B", "POST {book}/values/Log:append", _is("Log!A4:C4", "tableRange"), _raw(["n"]), _RAW),
    Edge("values.append", "on an empty cell: no table, written there", "§3 REC C:test_insert_row", "POST {book}/values/B7:append", _is({"spreadsheetId": "{key}", "updates": {"spreadsheetId": "{key}", "updatedRange": "Log!B7", "updatedRows": 1, "updatedColumns": 1, "updatedCells": 1}}), _raw(["n"]), _RAW),
    Edge("values.append", "past the end the grid grows", "§3 DS", "POST {book}/values/Log!A8:append", lambda d, _a: d.tab()["properties"]["gridProperties"] == {"rowCount": 9, "columnCount": 5}, _raw([1], [1, 2, 3, 4, 5]), _RAW),
    Edge("values.append", "into an empty tab", "§3 REC C:test_append_row", "POST {book}/values/Two:append", _is("Two!A1", "updates", "updatedRange"), _raw(["n"]), _RAW),
    Edge("values.append", "inserting rows moves what follows down", "§3 LIVE GSM B", "POST {book}/values/Log!A1:append", _reads("A3:A5", [["n"], [], ["a"]]), _raw(["n"]), _RAW | {"insertDataOption": "INSERT_ROWS"}),
    Edge("values.append", "nothing", "guess: nothing happens", "POST {book}/values/Log!A1:append", _reads("A1:A4", [["a"], ["b"], [], ["a"]]), {}, _RAW),
    Edge("values.clear", "what is empty", "§3 REC C:test_acell", "POST {book}/values/Two:clear", _is(_ID | {"clearedRange": "Two!A1:B3"}), {}),
    Edge("values.clear", "off the grid", "§5 LIVE GSM", "POST {book}/values/Log!A9:clear", _OFF, {}),
    Edge("values.batchUpdate", "no data", "§1 REC: zeros are left out", "POST {book}/values:batchUpdate", _is(_ID), _RAW),
    Edge("values.batchUpdate", "no option", "§6 DS, wording 3P", "POST {book}/values:batchUpdate", "'valueInputOption' is required but not specified", {"data": [_raw(["x"], range="A1")]}),
    Edge("values.batchUpdate", "the second does not fit: nothing is written", "§8 DOC L", "POST {book}/values:batchUpdate", "Invalid data[1]: Unable to parse range: Nope!A1", {**_RAW, "data": [_raw(["x"], range="A1"), _raw(["y"], range="Nope!A1")]}),
    Edge("values.batchUpdate", "the same column twice counts once", "§3 REC C:test_batch_update", "POST {book}/values:batchUpdate", _is(1, "totalUpdatedColumns"), {**_RAW, "data": [_raw(["x"], range="A1"), _raw(["y"], range="A4")]}),
    Edge("values.batchUpdate", "the later of two over one cell stays", "guess: in order", "POST {book}/values:batchUpdate", _reads("A1", [["y"]]), {**_RAW, "data": [_raw([text], range="A1") for text in "xy"]}),
    Edge("values.batchClear", "no range", "§3 REC", "POST {book}/values:batchClear", _is(_ID), {}),
    Edge("values.batchClear", "values alone go", "§3 REC C:test_batch_clear", "POST {book}/values:batchClear", _is(["Log!A1:B2", "Two!A1"], "clearedRanges"), {"ranges": ["A1:B2", "Two!A1"]}),
    Edge("values.batchGetByDataFilter", "a row's metadata: the whole row", "§3 DOC M", "POST {book}/values:batchGetByDataFilter", _is("Log!A2:D2", "valueRanges", 0, "valueRange", "range"), {"dataFilters": [_BY_KEY]}),
    Edge("values.batchGetByDataFilter", "nothing matches", "§3 DOC M", "POST {book}/values:batchGetByDataFilter", _is(_ID), {"dataFilters": [_BY_NONE]}),
    Edge("values.batchGetByDataFilter", "an empty filter", "guess: wording", "POST {book}/values:batchGetByDataFilter", "DataFilter must specify exactly one filter.", {"dataFilters": [{}]}),
    Edge("values.batchUpdateByDataFilter", "nulls leave the rest of the row alone", "§8", "POST {book}/values:batchUpdateByDataFilter", _reads("A2:C2", [["b", "n"]]), {**_RAW, "data": [{"dataFilter": _BY_KEY, "values": [[None, "n"]]}]}),
    Edge("values.batchUpdateByDataFilter", "nothing matches: nothing is written", "§3 DOC M", "POST {book}/values:batchUpdateByDataFilter", _is(_ID), {**_RAW, "data": [{"dataFilter": _BY_NONE, "values": [["n"]]}]}),
    Edge("values.batchUpdateByDataFilter", "wider than the row", "§3 DOC M", "POST {book}/values:batchUpdateByDataFilter", "Invalid data[0]: Requested writing within range [Log!A2:D2], but tried writing to column [E]", {**_RAW, "data": [{"dataFilter": _BY_KEY, "values": [[1, 2, 3, 4, 5]]}]}),
    Edge("values.batchClearByDataFilter", "twice the same row: once", "guess", "POST {book}/values:batchClearByDataFilter", _is(["Log!A2:D2"], "clearedRanges"), {"dataFilters": [_BY_KEY, _BY_KEY]}),
    Edge("values.batchClearByDataFilter", "nothing matches", "§3 DOC M", "POST {book}/values:batchClearByDataFilter", _is(_ID), {"dataFilters": [_BY_NONE]}),
    # Files
    Edge("drive.files.create", "no name", "DD", "POST /drive/v3/files", _is("Untitled", "name"), {"mimeType": _SHEET}),
    Edge("drive.files.create", "four fields are shown", "§2 REC", "POST /drive/v3/files", _has("kind", "id", "name", "mimeType"), {"mimeType": _SHEET, "name": "n"}),
    Edge("drive.files.get", "nobody's", "§5 3P", f"GET {_NO_FILE}", _NO_SUCH_FILE),
    Edge("drive.files.get", "just what is asked", "§2 REC", "GET {file}", _has("id", "createdTime"), None, {"fields": "createdTime,id"}),
    Edge("drive.files.list", "fewer than there are, then the rest", "DD pageSize", "GET /drive/v3/files", lambda d, a: len(a["files"]) == 1 and "nextPageToken" in a and d.ask("GET", "/drive/v3/files", pageSize=1, pageToken=a["nextPageToken"])["files"] != a["files"], None, {"pageSize": 1}),
    Edge("drive.files.list", "nothing found", "§2 REC", "GET /drive/v3/files", _is({"files": []}), None, {"q": "name = \"nobody's\"", "fields": "files"}),
    Edge("drive.files.list", "a quote in a name", "DD q", "GET /drive/v3/files", _is([], "files"), None, {"q": r"name = 'O\'Brien' and trashed = false"}),
    Edge("drive.files.list", "a folder on either side", "gspread", "GET /drive/v3/files", _is([], "files"), None, {"q": f'mimeType="{_SHEET}" and parents in "folder" and name = "n"'}),
    Edge("drive.files.list", "either, but not one of them", "DD q", "GET /drive/v3/files", lambda _d, a: [found["name"] for found in a["files"]] == ["other"], None, {"q": "(name contains 'OTH' or 'root' in parents) and not name = 'Untitled spreadsheet' and modifiedTime >= '2026-01-01T00:00:00'"}),
    Edge("drive.files.list", "by name, the last first", "DD orderBy", "GET /drive/v3/files", lambda _d, a: [found["name"] for found in a["files"]] == ["other", "Untitled spreadsheet"], None, {"orderBy": "folder,name desc"}),
    Edge("drive.files.list", "no order", "DD orderBy", "GET /drive/v3/files", "Invalid Value", None, {"orderBy": "colour"}),
    Edge("drive.files.list", "no page", "DD pageToken", "GET /drive/v3/files", "Invalid Value", None, {"pageToken": "x"}),
    Edge("drive.files.list", "no query", "DD q", "GET /drive/v3/files", "Invalid Value", None, {"q": "name name"}),
    Edge("drive.files.copy", "no name", "§2 REC C:test_copy", "POST {file}/copy", _is("Copy of Untitled spreadsheet", "name"), {"name": None}),
    Edge("drive.files.copy", "nobody's", "§5 3P", f"POST {_NO_FILE}/copy", _NO_SUCH_FILE, {}),
    Edge("drive.files.update", "a new name is the book's title", "§2 REC", "PATCH {file}", lambda d, _a: d.get()["properties"]["title"] == "New", {"name": "New"}),
    Edge("drive.files.update", "nothing", "DD", "PATCH {file}", _is("Untitled spreadsheet", "name"), {}),
    Edge("drive.files.delete", "a slash at the end", "§1 NGS", "DELETE {file}/", _empty),
    Edge("drive.files.delete", "nobody's", "§5 3P", f"DELETE {_NO_FILE}", _NO_SUCH_FILE),
    Edge("drive.files.export", "no type", "guess: wording", "GET {file}/export", "Required parameter: mimeType"),
    Edge("drive.files.export", "no final line break", "§2 LIVE GD 019", "GET {file}/export", _text("a,1,10\r\nb,2,\r\n,,\r\na,1,x"), None, {"mimeType": "text/csv"}),
    Edge("drive.browser.export", "the tab asked for", "NGS source", "GET /spreadsheets/d/{key}/export", _text(""), None, {"format": "tsv", "gid": 7}),
    Edge("drive.browser.export", "a tab nobody has", "guess: wording", "GET /spreadsheets/d/{key}/export", "Bad Request", None, {"format": "csv", "gid": 8}),
    Edge("drive.v2.files.update", "nobody's", "§5 3P", "PUT /upload/drive/v2/files/nobodys", _NO_SUCH_FILE),
    Edge("drive.permissions.create", "no role", "guess: wording", "POST {file}/permissions", "The permission role field is required.", {"type": "anyone"}),
    Edge("drive.permissions.create", "twice the same person: once, with the later role", "DD", "POST {file}/permissions", lambda d, _a: [found["role"] for found in d.ask("GET", f"{d.file}/permissions")["permissions"]] == ["owner", "writer"], {**_READER, "role": "writer"}),
    Edge("drive.permissions.get", "nobody's", "DD", "GET {file}/permissions/1", "Permission not found: 1."),
    Edge("drive.permissions.list", "the owner first, four fields", "§2 REC", "GET {file}/permissions", lambda _d, a: list(a["permissions"][0]) == ["kind", "id", "type", "role"]),
    Edge("drive.permissions.list", "nobody's file", "§5 3P", f"GET {_NO_FILE}/permissions", _NO_SUCH_FILE),
    Edge("drive.permissions.update", "nobody's", "DD", "PATCH {file}/permissions/1", "Permission not found: 1.", {"role": "reader"}),
    Edge("drive.permissions.delete", "nobody's", "DD", "DELETE {file}/permissions/1", "Permission not found: 1."),
    Edge("drive.comments.create", "without fields", "§9 DD", "POST {file}/comments", "The 'fields' parameter is required for this method.", {"content": "x"}),
    Edge("drive.comments.create", "nothing", "guess: wording", "POST {file}/comments", "The content field is required.", {}, {"fields": "*"}),
    Edge("drive.comments.list", "none", "§2 REC", "GET {file}/comments", _is({"comments": []}), None, {"fields": "comments"}),
    Edge("drive.comments.get", "nobody's", "DD", "GET {file}/comments/x", "Comment not found: x", None, {"fields": "*"}),
    Edge("drive.comments.update", "nobody's", "DD", "PATCH {file}/comments/x", "Comment not found: x", {"content": "y"}, {"fields": "*"}),
    Edge("drive.comments.delete", "nobody's", "DD", "DELETE {file}/comments/x", "Comment not found: x"),
]  # fmt: skip


def _full(method: str) -> str:
    if method.startswith("drive."):
        return method
    return f"sheets.spreadsheets.{method.removeprefix('spreadsheets.')}"


@pytest.fixture(scope="module")
def filled() -> Desk:
    """One for the calls that are refused, which change nothing."""
    return _desk()


def _desk() -> Desk:
    desk = Desk(sheets=_TABS)
    desk.write("A1", _LOG)
    desk.batch({"createDeveloperMetadata": {"developerMetadata": _ROW_TAG}})
    desk.ask("POST", f"{desk.file}/permissions", _READER)
    desk.ask("POST", "/drive/v3/files", {"mimeType": _SHEET, "name": "other"})
    return desk


@pytest.mark.parametrize(
    "edge", EDGES, ids=lambda edge: f"{edge.method}: {edge.says} [{edge.fact}]"
)
def test_a_call_at_the_edge(edge: Edge, filled: Desk) -> None:
    desk = filled if isinstance(edge.then, str) else _desk()
    verb, path = edge.call.split(" ")
    path = path.replace("{book}", desk.book).replace("{file}", desk.file)
    path = path.replace("{key}", desk.key)
    body = None if edge.body is None else _filled(edge.body, desk.key)
    if isinstance(edge.then, str):
        before = desk.state()
        assert desk.refused(verb, path, body, **edge.query).endswith(edge.then)
        assert desk.state() == before
    else:
        assert edge.then(desk, desk.ask(verb, path, body, **edge.query)) is not False


def test_every_method_is_looked_at_at_its_edges() -> None:
    assert {_full(edge.method) for edge in EDGES} == set(METHODS)
