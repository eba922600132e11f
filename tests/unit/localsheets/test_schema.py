import json
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from refundsheet.localsheets import schema
from refundsheet.localsheets.discovery import SCHEMA_FILE, table
from refundsheet.localsheets.errors import ApiError

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"


def test_the_table_is_what_the_installed_discovery_documents_say() -> None:
    sheets, drive = (
        json.loads((DOCUMENTS / name).read_text(encoding="utf-8"))
        for name in ("sheets.v4.json", "drive.v3.json")
    )
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == table(sheets, drive)


@pytest.mark.parametrize(
    ("message", "body", "expected"),
    [
        pytest.param("GridRange", {"sheetId": None}, {}, id="null is absent"),
        pytest.param("GridRange", {"end_row_index": "3"}, {"endRowIndex": 3}, id="proto spelling"),
        pytest.param("Color", {"red": 0.498039216}, {"red": 0.49803922}, id="32-bit floats"),
        pytest.param("GridRange", {"sheetId": 4.0}, {"sheetId": 4}, id="integral double"),
        pytest.param("DimensionRange", {"dimension": 1}, {"dimension": "ROWS"}, id="enum number"),
        pytest.param(
            "BatchUpdateSpreadsheetRequest",
            {"requests": [None, {"deleteSheet": {"sheetId": 1}}, None]},
            {"requests": [{"deleteSheet": {"sheetId": 1}}]},
            id="null in a list of messages is passed over (NGS suite)",
        ),
        pytest.param(
            "BatchUpdateSpreadsheetRequest",
            {"requests": [[{"deleteSheet": {"sheetId": 1}}], [], {"deleteSheet": {"sheetId": 2}}]},
            {"requests": [{"deleteSheet": {"sheetId": 1}}, {"deleteSheet": {"sheetId": 2}}]},
            id="a list inside a list of messages counts as a part of it (pygsheets)",
        ),
        pytest.param(
            "GridRange",
            {"endRowIndex": 2, "sheetId": 1},
            {"sheetId": 1, "endRowIndex": 2},
            id="Google's order",
        ),
    ],
)
def test_a_body_is_normalised(message: str, body: Any, expected: Any) -> None:
    parsed = schema.parse(message, body)
    assert parsed == expected
    assert list(parsed) == list(expected)


@pytest.mark.parametrize(
    ("message", "body", "at", "text"),
    [
        pytest.param(
            "BatchUpdateSpreadsheetRequest",
            {"requests": [{"frobnicate": {}}]},
            "",
            "Invalid JSON payload received. Unknown name \"frobnicate\" at 'requests[0]': "
            "Cannot find field.",
            id="unknown kind (sheets-api 5)",
        ),
        pytest.param(
            "ValueRange",
            {"values": "X"},
            "data",
            "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"X\"",
            id="values not 2-D (recorded)",
        ),
        pytest.param(
            "GridRange",
            {"sheetId": "abc"},
            "",
            "Invalid value at 'sheet_id' (TYPE_INT32), \"abc\"",
            id="no number",
        ),
        pytest.param(
            "GridRange",
            {"sheetId": [1]},
            "",
            'Invalid JSON payload received. Unknown name "sheetId": '
            "Proto field is not repeating, cannot start list.",
            id="list for a scalar",
        ),
        pytest.param(
            "CopyPasteRequest",
            {"pasteType": "PASTE_ALL"},
            "",
            "Invalid value at 'paste_type' "
            '(type.googleapis.com/google.apps.sheets.v4.PasteType), "PASTE_ALL"',
            id="unknown enum value",
        ),
        pytest.param(
            "GridRange",
            [],
            "",
            "Invalid JSON payload received. Root element must be a message.",
            id="not an object",
        ),
    ],
)
def test_a_mistake_is_refused_in_googles_words(message: str, body: Any, at: str, text: str) -> None:
    with pytest.raises(ApiError) as refusal:
        schema.parse(message, body, at=at)
    assert (refusal.value.code, refusal.value.message) == (400, text)


def test_zeros_are_left_out_but_for_the_recorded_exceptions() -> None:
    body = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2}
    assert schema.omit_defaults("GridRange", body) == {"startRowIndex": 0, "endRowIndex": 2}
